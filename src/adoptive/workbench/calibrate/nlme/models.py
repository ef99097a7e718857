"""Population models by name: any model of the zoo that can be fitted, and one compartment with absorption."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from adoptive.errors import ParameterError
from adoptive.kinetics.zoo import MODELS, ZooModel, find_model
from adoptive.workbench.calibrate.nlme.structures import CLOSED, closed, on_engine, oral_curve
from adoptive.workbench.calibrate.nlme.types import (
    Builder,
    PopulationModel,
    PopulationParameter,
    Residual,
    Slope,
)

__all__ = ["ORAL", "Wanted", "population_model"]

ORAL = "one-compartment-oral"
_ORAL = {"ka": 1.0, "V": 20.0, "Cl": 2.0}
_NO_SPREAD = 0.5


@dataclass(frozen=True)
class Wanted:
    """Say which population model: names to fit (default the model's own), which do not vary, which are held.

    `starts` replaces typical values at the start, `slopes` are (covariate, parameter, of its logarithm).
    """

    quantity: str | None = None
    fitted: tuple[str, ...] = ()
    still: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    starts: Mapping[str, float] | None = None
    slopes: tuple[tuple[str, str, bool], ...] = ()
    correlated: bool = False
    engine: bool = False


def population_model(name: str, residual: Residual, wanted: Wanted | None = None) -> PopulationModel:
    """Make a population model; starts and spreads are the zoo's rows.

    Quantities with a closed form use it unless `engine`. Raises ParameterError for what a model does not have.
    """
    asked = Wanted() if wanted is None else wanted
    if name == ORAL:
        names = tuple(_ORAL)
        starts, spreads = dict(_ORAL), dict.fromkeys(names, 1.0)
        scales: dict[str, str] = dict.fromkeys(names, "log")
        structure: Builder = closed(oral_curve, names)
    else:
        if name not in MODELS:
            raise ParameterError("no such model", value=name, allowed=", ".join((*MODELS, ORAL)))
        zoo = find_model(name)
        names = asked.fitted or zoo.fitted
        rows = zoo.rows_of_set()
        _known("--fit", names, rows)
        starts = {each: rows[each].value for each in names}
        spreads = {each: rows[each].between or _NO_SPREAD for each in names}
        scales = {each: rows[each].scale for each in names}
        structure = _structure(zoo, names, asked)
    _known("--still", asked.still, names)
    _known("--hold", asked.held, names)
    _known("--start", tuple(asked.starts or ()), names)
    _known("--slope", tuple(parameter for _, parameter, _ in asked.slopes), names)
    parameters = tuple(
        PopulationParameter(
            each, (asked.starts or {}).get(each, starts[each]), scales[each],
            0.0 if each in asked.still else spreads[each],
            tuple(Slope(covariate, log=log) for covariate, on, log in asked.slopes if on == each),
            fixed=each in asked.held,
        )
        for each in names
    )  # fmt: skip
    return PopulationModel(name, structure, parameters, residual, asked.correlated)


def _structure(zoo: ZooModel, names: tuple[str, ...], asked: Wanted) -> Builder:
    """Take a closed form if all its parameters are fitted, else the engine."""
    if not names:
        raise ParameterError("this model names no parameters to fit", where=zoo.name, next_step="--fit A,B")
    quantity = asked.quantity or zoo.quantities[0].name
    curve = CLOSED.get((zoo.name, quantity))
    if curve is not None and not asked.engine and set(zoo.fitted) <= set(names):
        return closed(curve, names)
    return on_engine(zoo, names, quantity)


def _known(option: str, names: Sequence[str], allowed: Sequence[str] | Mapping[str, object]) -> None:
    if unknown := sorted(set(names) - set(allowed)):
        raise ParameterError("no such parameter", where=option, value=", ".join(unknown), allowed=", ".join(allowed))

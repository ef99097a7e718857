"""``adoptive zoo fit``: fit a published model to individuals and print estimates, errors and how good the fit is."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from adoptive.errors import ParameterError
from adoptive.kinetics.zoo import ZooModel, find_model, run_zoo
from adoptive.kinetics.zoo.fit import Fit, Settings, fit_individuals
from adoptive.kinetics.zoo.series import Individuals, read_individuals
from adoptive.workbench.cli.say import console
from adoptive.workbench.cli.surroundings import interrupts_kept
from adoptive.workbench.cli.zoo_tables import number, pairs
from adoptive.workbench.engine.document import as_json as to_json
from adoptive.workbench.limits import MOST_FITTED

__all__ = ["AskedFit", "fit_model"]


@dataclass(frozen=True)
class AskedFit:
    """Hold the options of ``adoptive zoo fit``."""

    model: str
    data: Path
    parameters: str | None
    fitted: str | None
    priors: tuple[str, ...]
    layout: str
    only: str | None
    rename: tuple[str, ...]
    at_least: int
    noise: float | None
    starts: int
    threads: int
    as_json: bool


def fit_model(asked: AskedFit) -> int:
    """Read the data, fit, print; an individual whose fit did not converge is a value in the result, not a failure."""
    zoo = find_model(asked.model)
    data = _data(zoo, asked)
    settings = Settings(
        parameters=_names(asked.fitted), parameter_set=asked.parameters, priors=_priors(asked.priors),
        starts=asked.starts, noise=asked.noise, threads=asked.threads,
    )  # fmt: skip
    with interrupts_kept():  # compile first, so that Ctrl-C ends the fit at once
        run_zoo(zoo, days=(0.0, 1.0), parameter_set=asked.parameters)
    found = fit_individuals(zoo, data, settings)
    if asked.as_json:
        sys.stdout.write(to_json(_document(found, asked)))
    else:
        _say(zoo, found, console())
    return 0


def _data(zoo: ZooModel, asked: AskedFit) -> Individuals:
    data = read_individuals(asked.data, layout=asked.layout)
    if asked.rename:
        data = data.renamed(pairs(asked.rename, "--rename", form="OLD=NEW"))
    if asked.layout != "tidy":  # a foreign layout carries more than a given model needs
        data = data.with_constants(zoo.rows_of_set(asked.parameters))
    known = tuple(name for name in data.quantities if name in {quantity.name for quantity in zoo.quantities})
    wanted = _names(asked.only) or (data.quantities if asked.layout == "tidy" else known)
    for name in wanted:
        zoo.quantity(name)
    if not wanted:
        allowed = ", ".join(quantity.name for quantity in zoo.quantities)
        raise ParameterError("the data hold no quantity of the model", value=", ".join(data.quantities),
                             allowed=allowed, next_step="--rename OLD=NEW")  # fmt: skip
    chosen = data.only(*wanted, at_least=asked.at_least)
    if len(chosen.ids) > MOST_FITTED:
        raise ParameterError("too many individuals for one fit", where=asked.data.name, value=f"{len(chosen.ids):,}",
                             allowed=f"at most {MOST_FITTED:,}", next_step="divide the file")  # fmt: skip
    return chosen


def _names(text: str | None) -> tuple[str, ...]:
    return tuple(name.strip() for name in (text or "").split(",") if name.strip())


def _priors(texts: tuple[str, ...]) -> dict[str, tuple[float, float]]:
    read: dict[str, tuple[float, float]] = {}
    for name, text in pairs(texts, "--prior", form="NAME=MEDIAN:SD").items():
        middle, sign, spread = text.partition(":")
        if not sign:
            raise ParameterError("not of the form NAME=MEDIAN:SD", where="--prior", value=f"{name}={text}")
        read[name] = (number(middle, f"--prior {name}"), number(spread, f"--prior {name}", endless=True))
    return read


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _document(found: Fit, asked: AskedFit) -> dict[str, Any]:
    individuals = []
    for at, name in enumerate(found.ids):
        estimates = {
            parameter: {"estimate": float(value), "standard_error": _finite(float(error))}
            for parameter, value, error in zip(
                found.parameters, found.estimate[at], found.standard_error[at], strict=True
            )
        }
        individuals.append({
            "id": name, "converged": bool(found.converged[at]), "observations": int(found.observations[at]),
            "below_limit": int(found.censored[at]), "objective": _finite(float(found.objective[at])),
            "rmse_log": float(found.rmse[at]), "r_squared_log": float(found.r_squared[at]), "parameters": estimates,
        })  # fmt: skip
    return {
        "model": found.model, "data": asked.data.name, "individuals": individuals, "iterations": found.iterations,
        "medians": dict(zip(found.parameters, np.median(found.estimate, axis=0).tolist(), strict=True)),
    }  # fmt: skip


def _say(zoo: ZooModel, found: Fit, to: Console) -> None:
    to.print(f"{zoo.title} ({zoo.doi}), {len(found.ids)} individuals\n")
    table = Table()
    for title in ("id", *found.parameters, "values", "below", "RMSE log", "R²", "converged"):
        table.add_column(title, justify="left" if title == "id" else "right", overflow="fold")
    for at, name in enumerate(found.ids):
        cells = [
            f"{value:.3g} ({error:.2g})"
            for value, error in zip(found.estimate[at], found.standard_error[at], strict=True)
        ]
        table.add_row(
            name, *cells, str(found.observations[at]), str(found.censored[at]), f"{found.rmse[at]:.2f}",
            f"{found.r_squared[at]:.2f}", "yes" if found.converged[at] else "NO",
        )  # fmt: skip
    middle = [f"{value:.3g}" for value in np.median(found.estimate, axis=0)]
    table.add_row("median", *middle, *[""] * 4, f"{found.converged.sum()}/{len(found.ids)}")
    to.print(table)
    to.print(
        "In brackets: standard error on the parameter's scale (of the logarithm: relative), inf where not estimable."
    )

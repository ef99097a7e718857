"""Structures: closed forms of curves, and any model of the zoo on the engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from adoptive.errors import ParameterError
from adoptive.kinetics.zoo import ZooModel, run_zoo
from adoptive.workbench.calibrate.nlme.types import Builder, Floats, PopulationData, Structure, Whole

__all__ = ["CLOSED", "Curve", "claret_curve", "closed", "on_engine", "oral_curve", "stein_curve"]

Curve = Callable[[Mapping[str, Floats], Floats], Floats]
"""Parameters and covariates by name, each ``(rows, 1)``, and times ``(rows, observations)`` to predictions."""


def closed(curve: Curve, names: tuple[str, ...]) -> Builder:
    """Make a structure of a closed form whose parameters have these names, in their order."""

    def build(data: PopulationData) -> Structure:
        def predict(values: Floats, who: Whole) -> Floats:
            known = {name: values[:, place, None] for place, name in enumerate(names)}
            known |= {name: column[who][:, None] for name, column in data.covariates.items() if name not in known}
            with np.errstate(all="ignore"):
                return curve(known, data.time[who])

        return predict

    return build


def on_engine(zoo: ZooModel, names: tuple[str, ...], quantity: str, *, rtol: float = 1e-6) -> Builder:
    """Make a structure of a quantity of a zoo model, integrated for all rows at once; covariates that are rows of the
    model replace them. A row that cannot be integrated predicts NaN.
    """  # noqa: D205
    rows = zoo.rows_of_set()
    if unknown := sorted(set(names) - set(rows)):
        raise ParameterError("no such parameter", where=zoo.name, value=", ".join(unknown), allowed=", ".join(rows))
    zoo.quantity(quantity)

    def build(data: PopulationData) -> Structure:
        days = np.unique(np.concatenate([[0.0], data.time[data.used]]))
        visit = np.searchsorted(days, np.where(data.used, data.time, 0.0))
        given = {name: values for name, values in data.covariates.items() if name in rows and name not in names}

        def predict(values: Floats, who: Whole) -> Floats:
            changes = {name: values[:, place] for place, name in enumerate(names)}
            run = run_zoo(zoo, days=days, changes=changes | {k: v[who] for k, v in given.items()}, rtol=rtol)
            seen = run.of(quantity)[np.arange(len(values))[:, None], visit[who]]
            return np.asarray(np.where((run.failure == 0)[:, None], seen, np.nan))

        return predict

    return build


def oral_curve(known: Mapping[str, Floats], time: Floats) -> Floats:
    """Give one compartment with first-order absorption: ``dose ka / (V (ka - k)) (exp(-k t) - exp(-ka t))``, k = Cl/V.

    The limit ``dose ka / V t exp(-k t)`` is taken where ka and k agree to 1e-6.
    """
    ka, volume = known["ka"], known["V"]
    k = known["Cl"] / volume
    near = np.abs(ka - k) < 1e-6 * ka
    gap = np.where(near, 1.0, ka - k)
    apart = (np.exp(-k * time) - np.exp(-ka * time)) / gap
    return known["dose"] * ka / volume * np.where(near, time * np.exp(-k * time), apart)


def stein_curve(known: Mapping[str, Floats], time: Floats) -> Floats:
    """Give Stein 2019's closed form (10.1002/psp4.12388): growth to Cmax at Tmax, then two exponentials."""
    peak, top = known["Tmax"], known["Cmax"]
    after = np.maximum(time - peak, 0.0)
    growth = np.exp(np.log(known["foldx"]) * (np.minimum(time, peak) / peak - 1.0))
    share = known["FB"]
    decline = (1.0 - share) * np.exp(-known["alpha"] * after) + share * np.exp(-known["beta"] * after)
    return top * growth * decline


def claret_curve(known: Mapping[str, Floats], time: Floats) -> Floats:
    """Give Claret 2014's closed form (10.1038/clpt.2014.11): ``base exp(KL t - KD (1 - exp(-lambda t)) / lambda)``.

    Before day 0, when treatment starts, it grows: ``base exp(KL t)``.
    """
    fading, treated = known["lambda"], np.maximum(time, 0.0)
    return known["base"] * np.exp(known["KL"] * time + known["KD"] / fading * np.expm1(-fading * treated))


CLOSED: Mapping[tuple[str, str], Curve] = {
    ("stein-2019", "transgene"): stein_curve,
    ("claret-2014", "sum_of_diameters"): claret_curve,
}
"""Closed forms of quantities of zoo models, equal to the engine's within its tolerance."""

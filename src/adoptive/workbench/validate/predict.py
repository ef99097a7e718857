"""A prediction: what a trial that has not reported may show, by endpoint, arm and set, dated and hashed."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from adoptive.errors import StudyError
from adoptive.trial.types import Study
from adoptive.verdict import ENDPOINTS
from adoptive.verdict.endpoints import Endpoint
from adoptive.workbench.engine.asked import specs_for
from adoptive.workbench.engine.types import Progress, Simulator
from adoptive.workbench.limits import check_size
from adoptive.workbench.published import Published
from adoptive.workbench.shape import arm_names, assessed, cells_arms, compares
from adoptive.workbench.study import dump_study, load_study, study_folder
from adoptive.workbench.validate.class_rates import class_for
from adoptive.workbench.validate.document import number
from adoptive.workbench.validate.judged import horizon
from adoptive.workbench.validate.origin import origin
from adoptive.workbench.validate.prediction_file import FORMAT, seal
from adoptive.workbench.validate.scores import fit_beta_binomial, log_beta_binomial
from adoptive.workbench.validate.simulate import Asked, simulate_all
from adoptive.workbench.validate.types import LEVELS, Floats, Judgement
from adoptive.workbench.validate.unknown import not_known
from adoptive.workbench.wording import LABEL

__all__ = ["MONTHS", "OF_ALL_ASSIGNED", "PREDICT_TRIALS", "QUANTILES", "predict_study", "predicted_rows"]

PREDICT_TRIALS: Final = 400
"""Virtual trials unless asked otherwise: the 1st and 99th percentile rest on four trials each."""

MONTHS: Final = (1.0, 2.0, 3.0, 4.0, 6.0, 9.0, 12.0, 15.0, 18.0, 24.0, 30.0, 36.0, 48.0, 60.0)
"""Times at which a rate is predicted, as far as the trial is followed."""

QUANTILES: Final = tuple(level / 100.0 for level in range(1, 100))

ONLY_FOR: Final = {
    "efs_median": "B-ALL remission", "efs_rate": "B-ALL remission", "rfs_rate": "B-ALL remission",
    "mrd_negative": "B-ALL remission", "vgpr_or_better": "IMWG 2016",
}  # fmt: skip
"""Endpoints that only one set of criteria knows."""

OF_ALL_ASSIGNED: Final = ("infused_fraction", "crossover", "manufacturing_failure")
"""Endpoints that are about who was assigned, whatever the set."""


def predict_study(
    name: str, *, trials: int = PREDICT_TRIALS, seed: int = 1, workers: int | None = None, blind: bool = False,
    progress: Progress | None = None, simulate: Simulator | None = None, now: datetime.datetime | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Predict a study: one sealed document.

    ``blind`` goes on where a ``published.csv`` stands beside the study file; it is never opened.

    Raises
    ------
    StudyError
        Mistakes in the study, a size that is refused, or results beside it and not ``blind``.
    """
    study = load_study(name)
    there = study_folder(name).joinpath("published.csv").is_file()
    if there and not blind:
        raise StudyError(
            "results of this trial stand beside its study file", where=f"{study.name}/published.csv",
            next_step="--blind predicts without reading them, and says so",
        )  # fmt: skip
    check_size(trials, study.trial.randomised)
    rows = tuple(predicted_rows(study))
    asked = Asked(study, specs_for(study, rows)[: len(rows)])
    (found,) = simulate_all([asked], trials=trials, seed=seed, workers=workers, progress=progress, simulate=simulate)
    return seal({**_head(study, trials, seed, blind=there, now=now), **_body(study, rows, found), "label": LABEL})


def _head(study: Study, trials: int, seed: int, *, blind: bool, now: datetime.datetime | None) -> dict[str, Any]:
    text = dump_study(study)
    moment = (now or datetime.datetime.now(datetime.UTC)).astimezone(datetime.UTC)
    made = {key: value for key, value in origin().items() if key != "machine"}
    return {
        "format": FORMAT, "created_utc": moment.isoformat(timespec="seconds"), "study": study.name,
        "title": study.title, "seed": seed, "trials": trials, **made,
        "study_sha256": hashlib.sha256(text.encode()).hexdigest(), "study_toml": text,
        "results_beside_not_read": blind, "arms": list(arm_names(study)), "randomised": study.trial.randomised,
        "horizon_months": number(horizon(study)), "simulated": True,
    }  # fmt: skip


def _body(study: Study, rows: tuple[Published, ...], found: Judgement) -> dict[str, Any]:
    told, silent = [], []
    for at, row in enumerate(rows):
        usable = found.estimable[:, at]
        if usable.any():
            told.append(_endpoint(row, found.values[usable, at], found.sizes[usable, at], float(usable.mean())))
        else:
            silent.append(_named(row))
    rate = class_for(study)
    return {
        "class_rate": None if rate is None else {"class": rate.name, "x": rate.x, "n": rate.n, "source": rate.source},
        "does_not_know": not_known(study), "not_estimable": silent, "quantile_levels": list(QUANTILES),
        "endpoints": told,
    }  # fmt: skip


def _named(row: Published) -> str:
    at = "" if row.at_months is None else f" at {row.at_months:g} months"
    return " ".join(word for word in (row.endpoint, row.arm, row.set) if word) + at


def _endpoint(row: Published, values: Floats, sizes: Floats, share: float) -> dict[str, Any]:
    """Write one endpoint: median, central intervals, quantiles; ``null`` is a median that was not reached."""
    told = _quantiles(values, QUANTILES)
    ends = {level: _quantiles(values, (0.5 - level / 200.0, 0.5 + level / 200.0)) for level in LEVELS}
    return {
        "endpoint": row.endpoint, "arm": row.arm, "set": row.set, "unit": row.unit, "at_months": row.at_months,
        "estimable_share": number(share), "median": _quantiles(values, (0.5,))[0],
        "intervals": {str(level): pair for level, pair in ends.items()}, "quantiles": told,
        "counts": _counts(row, values, sizes),
    }  # fmt: skip


def _quantiles(values: Floats, levels: tuple[float, ...]) -> list[float | None]:
    return [number(float(value)) for value in np.quantile(values, levels, method="inverted_cdf")]


def _counts(row: Published, values: Floats, sizes: Floats) -> dict[str, Any] | None:
    """Write the predictive distribution of a count, a beta-binomial; ``None`` for what is no count."""
    if row.unit != "%" or ENDPOINTS[row.endpoint].needs_time or not (sizes > 0).any():
        return None
    some: NDArray[np.bool_] = sizes > 0
    alpha, beta = fit_beta_binomial(np.rint(values[some] * sizes[some] / 100.0), sizes[some])
    patients = int(np.median(sizes[some]))
    chances = np.exp(log_beta_binomial(np.arange(patients + 1), patients, alpha, beta))
    return {
        "patients": patients, "alpha": number(alpha), "beta": number(beta),
        "chances": [float(f"{chance:.4g}") for chance in chances],
    }  # fmt: skip


def predicted_rows(study: Study) -> Iterator[Published]:
    """Walk every endpoint that a study's design can show: by arm, set and time, rows without an estimate."""
    known = {assessed(study, arm).response_criteria for arm in range(len(study.trial.arms))}
    for endpoint in ENDPOINTS.values():
        if ONLY_FOR.get(endpoint.name, next(iter(known))) in known:
            for arm in _arms(study, endpoint):
                for which in _sets(endpoint):
                    for at in _months(study, endpoint):
                        yield Published(
                            endpoint=endpoint.name, arm=arm, set=which, unit=endpoint.unit, estimate=None, lo=None,
                            hi=None, n=None, at_months=at, source="", weight=0.0, confidence="",
                        )  # fmt: skip


def _arms(study: Study, endpoint: Endpoint) -> tuple[str, ...]:
    """Name the arms that an endpoint is predicted for; several cohorts that nothing compares also together."""
    names = arm_names(study)
    cells = tuple(names[place] for place in cells_arms(study))
    if endpoint.name == "crossover" and not study.trial.crossover.allowed:
        return ()
    if endpoint.whole:
        return ("",)
    if endpoint.compares:
        return () if not compares(study) else ("",) if len(names) == 2 else names[:-1]
    about = {"everybody": names, "cells": cells, "others": tuple(name for name in names if name not in cells)}
    arms = about[endpoint.who]
    return (*arms, "") if len(arms) > 1 and not compares(study) else arms


def _sets(endpoint: Endpoint) -> tuple[str, ...]:
    if endpoint.safety:
        return ("infused",)
    return ("ITT",) if endpoint.whole or endpoint.name in OF_ALL_ASSIGNED else ("ITT", "infused")


def _months(study: Study, endpoint: Endpoint) -> tuple[float | None, ...]:
    if not endpoint.needs_time:
        return (None,)
    return tuple(month for month in MONTHS if month <= horizon(study))

"""What is judged in every trial: the published endpoints, those of a prediction, and the one that picks the median."""

from __future__ import annotations

import dataclasses
import difflib
import math
from collections.abc import Iterator, Sequence
from typing import Final, Literal

from adoptive.errors import StudyError
from adoptive.trial.types import Study
from adoptive.verdict import ENDPOINTS, EndpointSpec
from adoptive.workbench.published import Published
from adoptive.workbench.shape import arm_names, cells_arms, compares, curves_of
from adoptive.workbench.wording import NOT_REACHED

__all__ = ["median_spec", "specs_for", "unpublished", "with_units"]

RATE_MONTHS: Final = {"pfs_rate": 6.0, "os_rate": 12.0, "efs_rate": 12.0, "rfs_rate": 12.0, "dor_rate": 6.0}
"""Times at which a rate is judged if nothing else says one; another rate is judged at six months."""

OTHER_RATE_MONTHS: Final = 6.0

PREDICTED: Final = ("orr", "cr", "dcr", "dor_median", "os_median", "os_rate", "infused_fraction", "crossover")
PREDICTED_OF_CELLS: Final = (
    "crs_any", "crs_grade_ge3", "icans_any", "icans_grade_ge3", "neutropenia_ge3", "thrombocytopenia_ge3",
    "infection_ge3",
)  # fmt: skip
"""What is simulated of a trial without a result, beside the survival times of its criteria."""


def specs_for(study: Study, published: Sequence[Published]) -> tuple[EndpointSpec, ...]:
    """Name what is to be judged: the published endpoints in order, then the one that picks the median trial.

    Raises
    ------
    StudyError
        An arm that the study does not have, or an endpoint, unit or time that cannot be judged.
    """
    arms = arm_names(study)
    unknown = sorted({row.arm for row in published if row.arm and row.arm not in arms})
    if unknown:
        raise StudyError(
            "an arm that the study does not have", where="published.csv: arm", value=", ".join(unknown),
            allowed=", ".join(arms), next_step="write the arm's name as in study.toml, or leave it empty for all",
        )  # fmt: skip
    for row in published:
        _refuse_unknown(row)
        _refuse_arm(row, study)
    asked = [
        EndpointSpec(row.endpoint, arms.index(row.arm) if row.arm else None, _set(row), row.unit, row.at_months)
        for row in published
    ]
    return (*asked, median_spec(study, asked))


def median_spec(study: Study, asked: Sequence[EndpointSpec] = ()) -> EndpointSpec:
    """Give the endpoint by which the median trial is chosen: the study's primary one, as published if it is.

    Cohorts that have it one by one are taken together.

    Raises
    ------
    StudyError
        A comparison in a trial that compares no arms.
    """
    name, at = study.verdict.primary, study.verdict.at_months
    endpoint = ENDPOINTS[name]
    if endpoint.compares and not compares(study):
        raise StudyError(
            "a hazard ratio compares randomised arms, and this trial has none to compare", where="verdict.primary",
            value=name, allowed="an endpoint of one arm, such as orr", next_step='write primary = "orr"',
        )  # fmt: skip
    known = [spec for spec in asked if spec.name == name and at in (None, spec.at_months)]
    if known and (compares(study) or len({spec.arm for spec in known}) == 1):
        return known[0]
    arm = 0 if compares(study) and not (endpoint.compares or endpoint.whole) else None
    set_name: Literal["ITT", "infused"] = "infused" if endpoint.safety else "ITT"
    return EndpointSpec(name, arm, set_name, endpoint.unit, at)


def with_units(published: Sequence[Published]) -> tuple[Published, ...]:
    """Give rows without a unit their endpoint's."""
    known = ((row, ENDPOINTS.get(row.endpoint)) for row in published)
    return tuple(
        dataclasses.replace(row, unit=endpoint.unit) if endpoint is not None and not row.unit else row
        for row, endpoint in known
    )


def unpublished(study: Study) -> tuple[Published, ...]:
    """Name what is simulated of a study that has not reported, arm by arm: rows without an estimate."""
    return tuple(
        Published(
            endpoint=name, arm=arm, set="infused" if ENDPOINTS[name].safety else "ITT", unit=ENDPOINTS[name].unit,
            estimate=None, lo=None, hi=None, n=None, at_months=_at(name, study), source="", weight=0.0, confidence="",
        )
        for name, arm in _predicted(study)
    )  # fmt: skip


def _predicted(study: Study) -> Iterator[tuple[str, str]]:
    """Walk the endpoints of a prediction, each with its arms, without what cannot be in this trial."""
    first, primary = curves_of(study)[0], study.verdict.primary
    leukaemia = first == "efs"
    ratios = (f"{first}_hazard_ratio", "os_hazard_ratio") if compares(study) else ()
    times = (f"{first}_median", f"{first}_rate", f"{primary}")
    blood = ("mrd_negative",) if leukaemia else ()
    names = ("screened", *ratios, *times, *PREDICTED, *blood, *PREDICTED_OF_CELLS)
    for name in dict.fromkeys(name for name in names if name in ENDPOINTS):
        if name != "crossover" or study.trial.crossover.allowed:
            yield from ((name, arm) for arm in _arms_of(name, study))


def _arms_of(name: str, study: Study) -> Sequence[str]:
    """Give the arms that an endpoint is asked of; the whole trial and a comparison have none."""
    endpoint, arms = ENDPOINTS[name], arm_names(study)
    if endpoint.whole or endpoint.compares:
        return ("",)
    cells = [arms[place] for place in cells_arms(study)]
    return {"everybody": arms, "cells": cells, "others": [arm for arm in arms if arm not in cells]}[endpoint.who]


def _at(name: str, study: Study) -> float | None:
    if not ENDPOINTS[name].needs_time:
        return None
    given = study.verdict.at_months if name == study.verdict.primary else None
    return given if given is not None else RATE_MONTHS.get(name, OTHER_RATE_MONTHS)


def _unknown(name: str, where: str, otherwise: str) -> StudyError:
    near = difflib.get_close_matches(name, ENDPOINTS, n=1)
    return StudyError(
        "unknown endpoint", where=where, value=name, allowed=", ".join(ENDPOINTS),
        next_step=f"did you mean {near[0]}?" if near else otherwise,
    )  # fmt: skip


def _refuse_unknown(row: Published) -> None:
    """Refuse an endpoint, a unit or a time that cannot be judged, before anything is computed."""
    where = f"published.csv: {row.endpoint}"
    if row.endpoint not in ENDPOINTS:
        raise _unknown(row.endpoint, where, "write one of them, or keep this number in README.md")
    endpoint = ENDPOINTS[row.endpoint]
    if row.unit not in ("", endpoint.unit):
        raise StudyError(
            "another unit than the endpoint's", where=f"{where}: unit", value=row.unit, allowed=endpoint.unit,
            next_step="give the number in this unit",
        )  # fmt: skip
    if row.estimate == math.inf and endpoint.unit not in ("months", "days"):
        raise StudyError(
            "only a time can be not reached", where=f"{where}: estimate", value=NOT_REACHED, allowed="a number",
            next_step="write the number",
        )  # fmt: skip
    if endpoint.needs_time and (row.at_months is None or row.at_months < 0):
        raise StudyError(
            "the rate lacks its time", where=f"{where}: at_months", value=row.at_months, allowed="at least 0 months",
            next_step="give at_months",
        )  # fmt: skip


def _refuse_arm(row: Published, study: Study) -> None:
    """Refuse a comparison where there is none, and an arm of what is about the whole trial."""
    endpoint, where = ENDPOINTS[row.endpoint], f"published.csv: {row.endpoint}"
    if not (endpoint.compares or endpoint.whole):
        return
    ratio, arms = endpoint.compares, arm_names(study)
    if ratio and len(arms) < 2:
        raise StudyError(
            "a hazard ratio needs two arms", where=where, value=f"1 arm, {arms[0]}",
            next_step="leave the row out, or keep it in README.md",
        )  # fmt: skip
    if row.arm and not (ratio and row.arm in arms[:-1]):
        allowed = f"empty, or one of {', '.join(arms[:-1])} against {arms[-1]}" if ratio else "empty"
        raise StudyError(
            "this endpoint compares the arms" if ratio else "this endpoint is about the whole trial",
            where=f"{where}: arm", value=row.arm, allowed=allowed, next_step="leave the arm empty",
        )  # fmt: skip


def _set(row: Published) -> Literal["ITT", "infused"]:
    if row.set in ("ITT", "all"):  # "all": numbers of the whole trial, such as those screened
        return "ITT"
    if row.set == "infused":
        return "infused"
    raise StudyError(
        "unknown analysis set", where=f"published.csv: {row.endpoint}: set", value=row.set, allowed="ITT, infused, all",
        next_step="write one of them",
    )  # fmt: skip

"""What is measured of every virtual trial: the verdict of its primary test, endpoints, and how the trial went."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtrc, ndtri

from adoptive.errors import StudyError
from adoptive.trial.types import Study, TrialRecord
from adoptive.units import months
from adoptive.verdict import ENDPOINTS, EndpointSpec, judge, log_rank
from adoptive.workbench.design.types import Asked, Characteristic
from adoptive.workbench.engine.asked import OTHER_RATE_MONTHS, RATE_MONTHS, median_spec
from adoptive.workbench.shape import arm_names, cells_arms, compares, curves_of
from adoptive.workbench.wording import endpoint_label

__all__ = ["CONDUCT", "PrimaryTest", "characteristics_of", "measure", "primary_test", "success_words"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

CONDUCT: Final = MappingProxyType(
    {
        "n": ("Patients enrolled", "patients"),
        "events": ("Events", "events"),
        "accrual": ("Duration of accrual", "months"),
        "duration": ("Duration of the trial", "months"),
    }
)
"""How a trial went, beside the endpoints: title and unit; their mean over trials is told."""

USUAL: Final = ("orr", "crs_grade_ge3", "infused_fraction", "infusions_mean")

_AVERAGED: Final = ("%", "patients", "infusions")
"""Units of which the mean over trials is told; of times, which may not be reached, and of ratios the median is."""

_NAME: Final = re.compile(r"(?P<name>[a-z][a-z0-9_]*)(?:@(?P<at>\d+(?:\.\d+)?))?(?::(?P<arm>.+))?")
_EFFICACY: Final = 1
"""Code of the column stopped_for."""


@dataclass(frozen=True)
class PrimaryTest:
    """Say how a trial's primary question is answered.

    ``kind``: "looks" (the study's group-sequential plan), "log-rank" (``event`` of the first arm against the last),
    "exact" (a share against a reference), "above" (an estimate above a reference), or "none".
    """

    kind: Literal["looks", "log-rank", "exact", "above", "none"]
    spec: EndpointSpec
    event: str
    alpha: float
    reference: float | None


def primary_test(study: Study, asked: Asked) -> PrimaryTest:
    """Say how the study's primary question is answered.

    With ``[verdict.looks]`` by its plan; with a hazard ratio by a log-rank test; otherwise against the reference, if
    one is given: a share by an exact binomial test, any other number by itself.

    Raises
    ------
    StudyError
        A level that is none, or a reference where arms are compared.
    """
    if not 0.0 < asked.alpha < 0.5:
        raise StudyError("not a one-sided level", where="--alpha", value=asked.alpha, allowed="above 0, below 0.5")
    spec, plan = median_spec(study), study.verdict.looks
    event = spec.name.removesuffix("_hazard_ratio") if ENDPOINTS[spec.name].compares else curves_of(study)[0]
    compared = plan is not None or ENDPOINTS[spec.name].compares
    if compared and asked.reference is not None:
        raise StudyError(
            "arms are compared here, so there is no reference", where="--reference", value=asked.reference,
            next_step="leave it out",
        )  # fmt: skip
    if plan is not None:
        return PrimaryTest("looks", spec, plan.endpoint, plan.alpha, None)
    if compared:
        return PrimaryTest("log-rank", spec, event, asked.alpha, None)
    if asked.reference is None:
        return PrimaryTest("none", spec, event, asked.alpha, None)
    if ENDPOINTS[spec.name].unit == "%" and not (0.0 <= asked.reference < 100.0):
        raise StudyError("not a share in per cent", where="--reference", value=asked.reference, allowed="0 to 100")
    kind: Literal["exact", "above"] = "exact" if spec.name in _COUNTED else "above"
    return PrimaryTest(kind, spec, event, asked.alpha, asked.reference)


_COUNTED: Final = ("orr", "cr", "pr", "dcr", "response_any", "vgpr_or_better", "any_shrinkage")
"""Shares of all patients of the set, so that the number of responders is known."""


def success_words(test: PrimaryTest) -> str:
    """Say in words what counts as success."""
    title, unit = endpoint_label(test.spec.name, test.spec.at_months), ENDPOINTS[test.spec.name].unit
    reference = "" if test.reference is None else f"{test.reference:g} {unit}".strip()
    return {
        "looks": f"the study's group-sequential plan stops for efficacy, at any of its looks ({test.event.upper()}, "
        f"one-sided alpha {test.alpha:g})",
        "log-rank": f"one-sided log-rank test of {test.event.upper()} below {test.alpha:g}, first arm against last, "
        "by intention to treat",
        "exact": f"{title} above {reference} by the exact binomial test, one-sided alpha {test.alpha:g}",
        "above": f"the estimate of {title} above {reference}",
        "none": "",
    }[test.kind]


def characteristics_of(study: Study, asked: Asked) -> tuple[Characteristic, ...]:
    """Name what is measured: power if there is a test, endpoints, what was asked beside them, and the conduct.

    Raises
    ------
    StudyError
        An endpoint that is unknown, lacks its time or its arm, or compares arms where there is one.
    """
    test = primary_test(study, asked)
    listed = [] if test.kind == "none" else [Characteristic("power", "Power", "fraction", "mean")]
    names = [*_usual(study, test), *asked.endpoints]
    own = [name for name in asked.endpoints if name in CONDUCT or name == "power"]
    listed += [_endpoint(name, study) for name in names if name not in own]
    listed += [Characteristic(key, title, unit, "mean") for key, (title, unit) in CONDUCT.items()]
    return tuple({item.key: item for item in listed}.values())


def _usual(study: Study, test: PrimaryTest) -> Iterator[str]:
    """Name the endpoints that are always measured."""
    primary, at = test.spec.name, test.spec.at_months
    yield primary if at is None else f"{primary}@{at:g}"
    if compares(study):
        yield from dict.fromkeys((f"{test.event}_hazard_ratio", "os_hazard_ratio"))
        yield from (f"{test.event}_median", f"{test.event}_median:{len(study.trial.arms)}")
    else:
        yield f"{test.event}_median"
    yield from (name for name in USUAL if cells_arms(study) or ENDPOINTS[name].who != "cells")


def _endpoint(text: str, study: Study) -> Characteristic:
    """Read ``NAME``, ``NAME@MONTHS``, ``NAME:ARM`` (an arm's name, or its number from 1)."""
    found = _NAME.fullmatch(text.strip())
    endpoint = ENDPOINTS.get(found["name"]) if found else None
    if found is None or endpoint is None:
        near = difflib.get_close_matches(found["name"] if found else text, [*ENDPOINTS, *CONDUCT], n=1)
        raise StudyError(
            "no such endpoint", where="--endpoint", value=text, allowed="NAME, NAME@MONTHS or NAME:ARM",
            next_step=f"did you mean {near[0]}?" if near else "`adoptive design STUDY --fields` lists them",
        )  # fmt: skip
    if endpoint.compares and not compares(study):
        raise StudyError("this endpoint compares arms, and none are compared", where="--endpoint", value=text)
    arm = _arm(found["arm"], text, study)
    if arm is None and not (endpoint.compares or endpoint.whole) and endpoint.who == "everybody" and compares(study):
        arm = 0
    at = float(found["at"]) if found["at"] else None
    if endpoint.needs_time and at is None:
        at = RATE_MONTHS.get(endpoint.name, OTHER_RATE_MONTHS)
    if (at is not None and not endpoint.needs_time) or (arm is not None and (endpoint.compares or endpoint.whole)):
        raise StudyError(
            f"this endpoint has no {'time' if at is not None else 'arm'}", where="--endpoint", value=text,
            next_step=f"write {endpoint.name}",
        )  # fmt: skip
    key = endpoint.name + (f"@{at:g}" if found["at"] else "") + (f":{arm + 1}" if arm else "")
    title = endpoint_label(endpoint.name, at) + (f", {arm_names(study)[arm]}" if arm is not None else "")
    set_name: Literal["ITT", "infused"] = "infused" if endpoint.safety else "ITT"
    average: Literal["mean", "median"] = "mean" if endpoint.unit in _AVERAGED else "median"
    spec = EndpointSpec(endpoint.name, arm, set_name, endpoint.unit, at)
    return Characteristic(key, title, endpoint.unit, average, spec)


def _arm(word: str | None, text: str, study: Study) -> int | None:
    if word is None:
        return None
    names = arm_names(study)
    if word in names:
        return names.index(word)
    if word.isdigit() and 1 <= int(word) <= len(names):
        return int(word) - 1
    raise StudyError(
        "no such arm", where="--endpoint", value=text, allowed=", ".join(names) + f", or 1 to {len(names)}"
    )


def measure(record: TrialRecord, characteristics: Sequence[Characteristic], test: PrimaryTest) -> tuple[Floats, Bools]:
    """Measure the characteristics of each trial: ``values`` and ``estimable``, both ``(trials, characteristics)``."""
    specs = [item.spec for item in characteristics if item.spec is not None]
    judged = iter(judge(record.patients, record.screening, specs))
    values = np.zeros((len(record.trials), len(characteristics)))
    estimable = np.ones(values.shape, np.bool_)
    for at, item in enumerate(characteristics):
        if item.spec is not None:
            estimate = next(judged)
            values[:, at], estimable[:, at] = estimate.values, estimate.estimable
        elif item.key == "power":
            values[:, at] = succeeded(record, test)
        else:
            values[:, at] = _OF_CONDUCT[item.key](record, test)
    return values, estimable


def succeeded(record: TrialRecord, test: PrimaryTest) -> Bools:
    """Say in which trials the primary test succeeds, ``(trials,)``."""
    if test.kind == "looks":
        return np.asarray(record.screening["stopped_for"] == _EFFICACY)
    if test.kind == "log-rank":
        patients = record.patients
        arm, last = patients["arm"], len(record.study.trial.arms) - 1
        chosen = patients["enrolled"] & ((arm == 0) | (arm == last))
        found = log_rank(patients[f"{test.event}_days"], patients[f"{test.event}_event"], arm == 0, chosen)
        return np.asarray(found.estimable & (found.z <= ndtri(test.alpha)))
    assert test.reference is not None
    (estimate,) = judge(record.patients, record.screening, [test.spec])
    if test.kind == "above":
        return np.asarray(estimate.estimable & (estimate.values > test.reference))
    size = _set_size(record, test.spec)
    hits = np.rint(estimate.values * size / 100.0)
    chance = bdtrc(hits.astype(np.int64) - 1, np.maximum(size, 1).astype(np.int64), test.reference / 100.0)
    return np.asarray(estimate.estimable & (hits > 0) & (chance <= test.alpha))


def _set_size(record: TrialRecord, spec: EndpointSpec) -> Floats:
    """Count the patients of a share's analysis set."""
    patients = record.patients
    chosen = patients["enrolled"] if spec.arm is None else patients["enrolled"] & (patients["arm"] == spec.arm)
    return np.asarray((chosen & patients["treated"] if spec.set == "infused" else chosen).sum(axis=1), np.float64)


def _enrolled(record: TrialRecord, test: PrimaryTest) -> Floats:
    return np.asarray(record.patients["enrolled"].sum(axis=1), np.float64)


def _events(record: TrialRecord, test: PrimaryTest) -> Floats:
    patients = record.patients
    return np.asarray((patients["enrolled"] & patients[f"{test.event}_event"]).sum(axis=1), np.float64)


def _accrual(record: TrialRecord, test: PrimaryTest) -> Floats:
    """Give the months from the start of accrual to the last patient enrolled."""
    days = np.where(record.patients["enrolled"], record.patients["randomised_day"], 0.0)
    return np.asarray(months(days.max(axis=1, initial=0.0)))


def _duration(record: TrialRecord, test: PrimaryTest) -> Floats:
    """Give the months from the start of accrual to the data cut."""
    return np.asarray(months(np.asarray(record.screening["cut_day"], np.float64)))


_OF_CONDUCT: Final[MappingProxyType[str, Callable[[TrialRecord, PrimaryTest], Any]]] = MappingProxyType(
    {"n": _enrolled, "events": _events, "accrual": _accrual, "duration": _duration}
)

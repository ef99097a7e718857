"""Who enters: screening until the planned number is eligible, run-in, randomisation, the day of entry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from adoptive.cohort import draw_cohort, screen
from adoptive.errors import StudyError
from adoptive.parameters import Typical
from adoptive.streams import Keys, Streams
from adoptive.trial.accrual import entry_days
from adoptive.trial.allocation import allocate, strata_of
from adoptive.trial.eligibility import entry_values, passes
from adoptive.trial.run_in import run_in
from adoptive.trial.types import Enrolment, Study

__all__ = ["COHORT_NUMBERS", "enrol", "screening_reasons"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Whole = NDArray[np.int64]
_POOL = 4
_LARGEST_POOL = 256

COHORT_NUMBERS = 2**24
"""Candidates of the k-th cohort are numbered from k times this, so that no two cohorts share a patient."""

_NEXT_STEP = {
    "antigen": ("antigen.entry_fraction", "lower the threshold or other_failure_share"),
    "hla": ("antigen.hla", "choose a commoner allele, or another ancestry"),
    "receptor": ("antigen.private", "more candidates must have a receptor"),
    "other": ("cohort.other_failure_share", "lower it"),
    "run-in": ("trial.run_in_days", "shorten the run-in"),
}


@dataclass(frozen=True)
class _Entered:
    """Hold who entered from one pool, ``(trials, wanted)``, and the counts ``(trials,)``."""

    patient: Whole
    counts: Mapping[str, Whole]
    diameter_mm: Floats | None


def screening_reasons(study: Study) -> tuple[str, ...]:
    """Name the reasons for which a candidate may not enter, in the order in which they are looked at."""
    criteria = (f"criterion {item.id}" for item in study.trial.eligibility if item.gate == "procurement")
    return ("antigen", "hla", "receptor", *criteria, "other", "run-in")


def enrol(study: Study, *, trials: Whole, typical: Typical, streams: Streams) -> Enrolment:
    """Screen candidates one after the other until every trial has its number, then give each his arm and day.

    A candidate enters if the read share of positive cells reaches the threshold, every criterion of the gate
    "procurement" is met, nothing else fails, and he does not progress in the run-in. Raises :class:`StudyError` if
    fewer than one candidate in 256 would be eligible.
    """
    pools = tuple(_pools(study))
    entered = [
        _fill(plan, wanted, number * COHORT_NUMBERS, trials, typical, streams)
        for number, (plan, wanted) in enumerate(pools)
    ]
    patient = np.concatenate([part.patient for part in entered], axis=1)
    keys = Keys.of(np.repeat(trials, patient.shape[1]), patient.ravel())
    if len(pools) > 1 or study.trial.allocation != "randomised":
        arm = np.tile(np.repeat(np.arange(len(pools)), [wanted for _, wanted in pools]), len(trials))
    else:
        arm = allocate(study.trial, keys, _strata(study, keys, typical, streams), trials=len(trials), streams=streams)
    lesions = [part.diameter_mm for part in entered if part.diameter_mm is not None]
    return Enrolment(
        keys=keys,
        arm=arm,
        randomised_day=entry_days(study.trial, keys, arm.reshape(patient.shape), streams).ravel(),
        funnel={name: np.stack([part.counts[name] for part in entered], axis=1) for name in entered[0].counts},
        diameter_mm=np.concatenate(lesions, axis=1).reshape(len(keys), -1) if lesions else None,
    )


def _pools(study: Study) -> Iterator[tuple[Study, int]]:
    """Give who is screened together, and how many of them are wanted."""
    if study.trial.allocation == "randomised":
        yield study, study.trial.randomised
    else:
        for number, arm in enumerate(study.trial.arms):
            yield study.of_arm(number), arm.ratio


def _strata(study: Study, keys: Keys, typical: Typical, streams: Streams) -> Whole:
    """Give each patient's stratum; all are of one if the trial has none."""
    if not study.trial.stratify:
        return np.zeros(len(keys), np.int64)
    cohort = draw_cohort(study.cohort, study.antigen, keys=keys, typical=typical, streams=streams)
    return strata_of(study.trial, cohort)


def _fill(study: Study, wanted: int, first: int, trials: Whole, typical: Typical, streams: Streams) -> _Entered:
    """Screen ever larger pools until every trial has its number."""
    pool = _POOL
    while True:
        fails, diameter = _screen(study, trials, first, wanted * pool, typical, streams)
        eligible = ~np.logical_or.reduce(list(fails.values()))
        if (eligible.sum(axis=1) >= wanted).all():
            return _entered(eligible, fails, diameter, first=first, wanted=wanted)
        pool *= 4
        if pool > _LARGEST_POOL:
            raise _nobody_left(study, fails, wanted, wanted * pool // 4)


def _entered(
    eligible: Flags, fails: Mapping[str, Flags], diameter: Floats | None, *, first: int, wanted: int
) -> _Entered:
    """Take the first eligible candidates of each trial and count the others, each under his first reason."""
    trials, candidates = eligible.shape
    rank = np.cumsum(eligible, axis=1)
    last = (rank < wanted).sum(axis=1)
    seen = np.arange(candidates) <= last[:, None]
    enters = eligible & (rank <= wanted)
    counts, left = {"screened": last + 1}, seen.copy()
    for name, failed in fails.items():
        counts[name] = (failed & left).sum(axis=1)
        left &= ~failed
    patient = np.nonzero(enters)[1].reshape(trials, wanted) + first
    return _Entered(patient, counts, None if diameter is None else diameter[enters].reshape(trials, wanted, -1))


def _screen(
    study: Study, trials: Whole, first: int, candidates: int, typical: Typical, streams: Streams
) -> tuple[dict[str, Flags], Floats | None]:
    """Say for every candidate ``(trials, candidates)`` what he fails, by reason; and his lesions after a run-in."""
    shape = (len(trials), candidates)
    keys = Keys.of(trials[:, None], first + np.arange(candidates)[None, :])
    seen = screen(study.cohort, study.antigen, keys, typical, streams)
    fails = {"antigen": seen.antigen_fails, "hla": seen.hla_fails, "receptor": seen.receptor_fails}
    criteria = [item for item in study.trial.eligibility if item.gate == "procurement"]
    cohort = None
    if criteria or study.trial.run_in_days > 0:
        cohort = draw_cohort(study.cohort, study.antigen, keys=keys, typical=typical, streams=streams)
        values = entry_values(cohort)
        fails |= {f"criterion {item.id}": ~passes(item, values) for item in criteria}
    fails |= {"other": seen.other_fails, "run-in": np.zeros(len(keys), bool)}
    diameter = None
    if cohort is not None and study.trial.run_in_days > 0:
        asked = ~np.logical_or.reduce(list(fails.values()))
        fails["run-in"], diameter = run_in(study, cohort, asked, typical=typical, streams=streams)
        diameter = diameter.reshape(*shape, -1)
    return {name: failed.reshape(shape) for name, failed in fails.items()}, diameter


def _nobody_left(study: Study, fails: Mapping[str, Flags], wanted: int, candidates: int) -> StudyError:
    """Say that a trial cannot be filled, and for which reason most."""
    most = max(fails, key=lambda name: int(fails[name].sum()))
    where, step = _NEXT_STEP.get(most, (f"trial.eligibility, {most}", "widen the criterion"))
    return StudyError(
        f"screening {candidates} candidates does not fill {wanted} places",
        where=where,
        value=study.antigen.entry_fraction if most == "antigen" else None,
        allowed="entry rules that at least one candidate in 256 passes",
        next_step=step,
    )

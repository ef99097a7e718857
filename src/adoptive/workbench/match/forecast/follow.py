"""Follow the copies through the study: cells ordered, made and given, response and toxicity read by its rules."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from adoptive.cohort import Cohort
from adoptive.course import follow_cells
from adoptive.parameters import Typical
from adoptive.streams import Streams
from adoptive.trial.cut import dropout_days
from adoptive.trial.enrol import screening_reasons
from adoptive.trial.plans import plan_of
from adoptive.trial.record import record_trials
from adoptive.trial.slots import slot_days
from adoptive.trial.types import Arm, ArmCourse, Enrolment, Followed, Protocol, Study, VerdictPlan
from adoptive.units import days

__all__ = ["FOLLOW_MONTHS", "alone", "follow_copies"]

FOLLOW_MONTHS: Final = 18.0
"""How long every copy is followed from enrolment; no data cut ends it before."""

BLOCK_PATIENTS: Final = 500
"""Patients followed at once: their days of a year and a half fit the memory's faster parts."""


def alone(study: Study, arm: int, *, copies: int) -> Study:
    """Give the study with one arm of cells, all of whose patients are followed equally long.

    Places in the facility are asked for at the study's own rate, so that the wait for a slot is that of its patients.
    """
    own, trial = study.of_arm(arm), study.trial
    rate = trial.randomised * trial.arms[arm].ratio / sum(one.ratio for one in trial.arms) / trial.accrual_months
    protocol = Protocol(
        randomised=copies,
        accrual_months=max(copies / rate, 0.01),
        follow_up_months=FOLLOW_MONTHS,
        arms=(Arm(trial.arms[arm].name, "cells"),),
        dropout_per_year=trial.dropout_per_year,
        eligibility=trial.eligibility,
    )
    return dataclasses.replace(own, trial=protocol, verdict=VerdictPlan())


def follow_copies(
    study: Study, cohort: Cohort, *, trials: NDArray[np.int64], typical: Typical, streams: Streams
) -> Mapping[str, NDArray[Any]]:
    """Follow the copies and give the trial's record of them, each column ``(trials, copies)``.

    ``study`` is that of :func:`alone`; ``cohort`` has its number of copies for each trial, trial after trial. Whole
    trials are followed some at a time, which costs less memory and moves no number.
    """
    copies = study.trial.randomised
    together = max(1, BLOCK_PATIENTS // copies)
    parts = [
        _follow(
            study, cohort.take(np.arange(first * copies, min(first + together, len(trials)) * copies)),
            trials=trials[first : first + together], typical=typical, streams=streams,
        )
        for first in range(0, len(trials), together)
    ]  # fmt: skip
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _follow(
    study: Study, cohort: Cohort, *, trials: NDArray[np.int64], typical: Typical, streams: Streams
) -> Mapping[str, NDArray[Any]]:
    """Follow the copies of some trials."""
    common: dict[str, Any] = {"typical": typical, "streams": streams}
    keys, horizon = cohort.keys, float(days(FOLLOW_MONTHS))
    leaves = dropout_days(study.trial, keys, streams)
    end = np.minimum(leaves, horizon)
    entered = np.zeros(len(keys))
    if study.facility.slots is not None:
        entered = days(study.trial.accrual_months) * streams.uniform("trial.entry day", keys)
    plan = plan_of(study, horizon_days=horizon, **common)
    ordered = slot_days(cohort, plan, asked_day=np.zeros(len(keys)), entered_day=entered, end_day=end)
    course = follow_cells(cohort, plan, end_day=end, ordered_day=ordered)
    nobody = np.zeros((len(trials), 1), np.int64)
    funnel = {name: nobody for name in ("screened", *screening_reasons(study))}
    followed = Followed(
        Enrolment(keys, np.zeros(len(keys), np.int64), entered, funnel),
        cohort,
        end,
        np.full(len(trials), horizon),
        dropout_day=leaves,
        enrolled=np.ones(len(keys), bool),
        arms=(ArmCourse(0, np.arange(len(keys)), course),),
    )
    return record_trials(study, followed, trials=trials, detail=False).patients

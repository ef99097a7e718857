"""Run virtual trials: screen, randomise, follow each arm, cross over, cut the data, write the record."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from adoptive.cohort import draw_cohort
from adoptive.course import Plan, follow_cells, follow_choice
from adoptive.infusion import choose_drugs
from adoptive.parameters import Typical, draw_typical, load_book
from adoptive.streams import Streams
from adoptive.trial.crossover import who_crosses
from adoptive.trial.enrol import enrol
from adoptive.trial.record import record_trials
from adoptive.trial.types import Followed, Study, TrialRecord
from adoptive.units import days

__all__ = ["follow_trials", "plan_of", "run_trial"]

Floats = NDArray[np.float64]


def run_trial(
    study: Study, *, seed: int = 1, trials: Sequence[int] = (0,), detail: bool = False, fixed_parameters: bool = False
) -> TrialRecord:
    """Run some virtual trials of a study and record them.

    Each trial draws its own typical parameters from their uncertainty (``fixed_parameters`` keeps the published
    values), its own patients and its own chances; all are functions of the seed and the trial's number alone.
    ``detail`` adds visits, doses and daily values.
    """
    numbers = np.unique(np.asarray(trials, np.int64))
    followed = follow_trials(study, seed=seed, trials=numbers, fixed_parameters=fixed_parameters)
    return record_trials(study, followed, trials=numbers, detail=detail)


def follow_trials(study: Study, *, seed: int, trials: NDArray[np.int64], fixed_parameters: bool = False) -> Followed:
    """Follow every randomised patient of some trials, arm by arm, to the data cut."""
    streams = Streams(seed)
    typical = draw_typical(load_book(), streams, trials=trials, fixed=fixed_parameters)
    enrolment = enrol(study, trials=trials, typical=typical, streams=streams)
    cohort = draw_cohort(study.cohort, study.antigen, keys=enrolment.keys, typical=typical, streams=streams)
    plan = plan_of(study, typical=typical, streams=streams)
    end_day = plan.horizon_days - enrolment.randomised_day
    cells_rows, choice_rows = (np.flatnonzero(enrolment.arm == arm) for arm in (0, 1))
    cells = follow_cells(cohort.take(cells_rows), plan, end_day=end_day[cells_rows])
    controls = cohort.take(choice_rows)
    refused = streams.uniform("trial.refuse", controls.keys) < typical.at("trial.refuse_control", controls.keys)
    drugs = choose_drugs(study.trial.arms[1].drugs, controls, typical=typical, streams=streams).withhold(refused)
    choice = follow_choice(controls, plan, end_day=end_day[choice_rows], choice=drugs)
    crossing = who_crosses(
        study.trial.crossover, choice, end_day=end_day[choice_rows], typical=typical, streams=streams
    )
    crossed = None
    if crossing.any():
        crossed = follow_cells(
            controls.take(crossing),
            plan,
            end_day=end_day[choice_rows][crossing],
            ordered_day=choice.reading.progression_day[crossing],
            choice=drugs.take(crossing),
        )
    return Followed(enrolment, cohort, end_day, cells, cells_rows, choice, choice_rows, crossed, choice_rows[crossing])


def plan_of(study: Study, *, typical: Typical, streams: Streams) -> Plan:
    """Give the course's plan from a study."""
    horizon = days(study.trial.accrual_months + study.trial.follow_up_months)
    return Plan(
        construct=study.construct,
        facility=study.facility,
        infusion=study.infusion,
        outcome=study.outcome,
        typical=typical,
        streams=streams,
        horizon_days=float(horizon),
    )

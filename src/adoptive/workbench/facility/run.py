"""Run one facility: the study's demand arrives, asks for slots, is collected, made, released, shipped and treated."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
from numpy.typing import NDArray

from adoptive.cohort import Cohort, draw_cohort
from adoptive.course import make_cells
from adoptive.errors import StudyError
from adoptive.facility.cost import bill_of
from adoptive.facility.queue import ranks
from adoptive.facility.slots import Slots
from adoptive.facility.waiting import Decline, draw_death_after, draw_decline
from adoptive.infusion import lead_days
from adoptive.parameters import Typical, draw_typical, load_book
from adoptive.streams import Keys, Streams
from adoptive.trial.plans import plan_of
from adoptive.trial.types import Study
from adoptive.units import days
from adoptive.workbench.facility.custody import log_of
from adoptive.workbench.facility.journeys import follow_journeys, planned_days, stages_of
from adoptive.workbench.facility.summary import count_done, summarise
from adoptive.workbench.facility.types import Asked, FacilityResult, Journeys

__all__ = ["MOST_PATIENTS", "demand_per_month", "run_facility", "slots_asked"]

Floats = NDArray[np.float64]

MOST_PATIENTS = 200_000
"""Patients of one facility; at the demand of a large trial that is a thousand years."""


def run_facility(study: Study, asked: Asked) -> FacilityResult:
    """Follow patients of a study through its facility; same study, seed and options give the same numbers.

    Parameters keep their published values; patients arrive at the study's constant rate, at uniform times. Where arms
    have sections of their own, those of the first arm with cells hold for everybody.

    Raises
    ------
    StudyError
        The study gives no cells, or an option cannot be meant.
    """
    number = _patients(study, asked)
    study = study.of_arm(study.trial.cell_arms[0])
    slots = slots_asked(study, asked)
    streams = Streams(asked.seed)
    keys = Keys.of(0, np.arange(number))
    book = load_book()
    typical = draw_typical(book, streams, trials=[0], fixed=True)
    cohort = draw_cohort(study.cohort, study.antigen, keys=keys, typical=typical, streams=streams)
    decline = draw_decline(keys, typical=typical, streams=streams, frailty=cohort.frailty)
    lead = lead_days(study.infusion, cohort, typical=typical)
    target = _target_days(study, asked, typical, lead)
    journeys = _journeys(study, slots, cohort, decline, lead, typical, streams)
    after = draw_death_after(
        journeys.infusion_day - journeys.request_day, decline, keys=keys, typical=typical, streams=streams
    )
    summary = summarise(
        journeys, slots=slots, demand_per_month=demand_per_month(study),
        target_days=target, death_day=journeys.request_day + after,
    )  # fmt: skip
    done = count_done(journeys, slots, room_use=book["facility.room_use"].value)
    bill = bill_of(
        done, region=study.facility.region, product=study.construct.product, tumour=study.cohort.tumour_type,
        book=book, streams=streams,
    )  # fmt: skip
    return FacilityResult(study, asked, slots, journeys, summary, bill, log_of(study, journeys, most=asked.logged))


def demand_per_month(study: Study) -> float:
    """Give how many patients a month the study sends: those of its arms with cells, over the months of accrual."""
    return _cell_patients(study) / study.trial.accrual_months


def slots_asked(study: Study, asked: Asked) -> Slots | None:
    """Give the study's slots with what is asked put in their place; None = as many as wanted.

    Raises
    ------
    StudyError
        A number that cannot be meant.
    """
    _in_range("--slots-per-month", asked.slots_per_month, low=0.0, high=10_000.0, above=True)
    _in_range("--places", asked.places, low=0, high=10_000)
    changes = {
        name: value
        for name, value in (
            ("per_month", asked.slots_per_month), ("places", asked.places), ("priority", asked.priority)
        )
        if value is not None
    }  # fmt: skip
    known = study.facility.slots
    if not changes:
        return known
    base = {} if known is None else {field.name: getattr(known, field.name) for field in dataclasses.fields(known)}
    return Slots(**(base | changes))


def _journeys(
    study: Study,
    slots: Slots | None,
    cohort: Cohort,
    decline: Decline,
    lead: Floats,
    typical: Typical,
    streams: Streams,
) -> Journeys:
    """Draw when everybody asks, make everybody's cells as if at once, and put both through the queue."""
    keys = cohort.keys
    span = days(len(keys) / demand_per_month(study))
    request = span * streams.uniform("facility.entry day", keys)
    product = make_cells(cohort, plan_of(study, typical=typical, streams=streams), np.zeros(len(keys)))
    leaving = streams.exponential("outcome.leaving", keys) / typical.at("outcome.withdrawal_hazard", keys)
    queue = ranks(slots or Slots(places=1), request, severity=cohort.frailty, chance=-cohort.frailty)
    return follow_journeys(
        request_day=request,
        stages=stages_of(study.facility, product, lead_days=lead, typical=typical),
        product=product,
        decline=decline,
        withdrawal_days=leaving,
        slots=slots,
        ranks=queue,
    )


def _cell_patients(study: Study) -> float:
    arms = study.trial.arms
    cells = sum(arms[at].ratio for at in study.trial.cell_arms)
    if cells == 0:
        raise StudyError(
            "no arm of this study gets cells", where="trial.arms", next_step='write treatment = "cells" for one'
        )
    return study.trial.randomised * cells / sum(arm.ratio for arm in arms)


def _patients(study: Study, asked: Asked) -> int:
    wanted = max(1, round(_cell_patients(study))) if asked.patients is None else asked.patients
    _in_range("--patients", wanted, low=1, high=MOST_PATIENTS)
    return wanted


def _target_days(study: Study, asked: Asked, typical: Typical, lead: Floats) -> float:
    """Give the days from the order within which an infusion is on time: as asked, or the plan and a slack."""
    _in_range("--target-days", asked.target_days, low=0.0, high=3_650.0)
    if asked.target_days is not None:
        return asked.target_days
    plan = sum(planned_days(study.facility, typical=typical).values()) + float(np.median(lead))
    return plan + typical.book["facility.on_time_slack_days"].value


def _in_range(where: str, value: float | None, *, low: float, high: float, above: bool = False) -> None:
    if value is None:
        return
    if not (math.isfinite(value) and low <= value <= high and not (above and value == low)):
        allowed = f"{'above' if above else 'from'} {low:,g} {'and at most' if above else 'to'} {high:,g}"
        raise StudyError("out of range", where=where, value=value, allowed=allowed, next_step="give another number")

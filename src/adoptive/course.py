"""The main flow: one cohort's way from the order of the cells to what the clinic sees of them.

Antigen, cohort and construct say who the patients are; the facility makes the cells; the infusions are planned; the
kinetics run; the outcome is read. A leg ends where somebody must decide: the cells are ready, the next infusion is due.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from adoptive.cohort import Cohort
from adoptive.construct import ConstructPlan
from adoptive.facility import Process, Product, doses_available, make_products
from adoptive.infusion import (
    Choice,
    Given,
    Infusions,
    Regimen,
    SignLevels,
    Ward,
    doses_given,
    join,
    lead_days,
    may_repeat,
    plan_cycle,
    plan_waiting,
    supportive_care,
)
from adoptive.kinetics import Physiology, Trajectory, advance, begin, describe_patients
from adoptive.outcome import (
    Assessment,
    Reading,
    Tolerance,
    draw_brain_tolerance,
    draw_tolerance,
    first_visit_days,
    plan_scans,
    read_course,
    read_fate,
)
from adoptive.parameters import Typical, draw_patients
from adoptive.streams import Streams

__all__ = ["Course", "Plan", "follow_cells", "follow_choice"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

FOLLOW_STEP_DAYS = 180.0
"""Longest leg after the last decision: the dead are not followed any further."""


class Gates(Protocol):
    """Ask the trial who may go on: before lymphodepletion, and on the day of an infusion."""

    def before_treatment(
        self, trajectory: Trajectory, body: Physiology, cohort: Cohort, plan: Plan,
        *, fit: Flags, standing: Infusions, end_day: Floats,
    ) -> tuple[Trajectory, Flags]:  # fmt: skip
        """Follow who must wait, and say who may begin."""

    def on_the_day(
        self, trajectory: Trajectory, body: Physiology, cohort: Cohort, plan: Plan,
        *, day: Floats, planned: Infusions, follow: Any,
    ) -> tuple[Trajectory, Infusions, Floats]:  # fmt: skip
        """Follow everybody to the infusion and take it away from who may not have it."""


@dataclass(frozen=True)
class Plan:
    """Hold what all patients of a course share; ``gates`` are the criteria that the trial checks on the way."""

    construct: ConstructPlan
    facility: Process
    infusion: Regimen
    outcome: Assessment
    typical: Typical
    streams: Streams
    horizon_days: float
    gates: Gates | None = None

    @property
    def draws(self) -> dict[str, Any]:
        """Give what every drawing function asks for."""
        return {"typical": self.typical, "streams": self.streams}


@dataclass(frozen=True)
class Course:
    """Hold what happened to some patients; days count from randomisation, inf = never."""

    cohort: Cohort
    body: Physiology
    trajectory: Trajectory
    product: Product | None
    choice: Choice | None
    infusion_day: Floats
    treated: Flags
    end_day: Floats
    lead_days: Floats
    tolerance: Tolerance
    reading: Reading
    typical: Typical
    streams: Streams
    care: tuple[Ward, ...] = ()

    def doses(self) -> Given:
        """List every dose that the ward gave, with day, drug and dose, while the patient was seen."""
        seen = np.minimum(self.reading.fate.last_contact_day, np.minimum(self.end_day, self.trajectory.now))
        return doses_given(self.care, self.trajectory.fired_day, until=seen)


def follow_cells(
    cohort: Cohort, plan: Plan, *, end_day: Floats, ordered_day: Floats | None = None, choice: Choice | None = None
) -> Course:
    """Follow patients for whom the cells are ordered, to each one's last day.

    ``ordered_day`` ``(patients,)`` is 0 for the cell arm; for controls who cross over it is the day of progression and
    ``choice`` the drug that they had until then. Lymphodepletion starts on the first whole day on which the product is
    there, in patients who are fit then; once it has begun, only death, leaving or the data cut stops the infusion.
    """
    ordered = np.zeros(len(cohort)) if ordered_day is None else ordered_day
    dose = plan.infusion.dose_cells
    product = make_products(plan.facility, cohort, dose_cells=dose, decided_day=ordered, **plan.draws)
    tolerance = draw_tolerance(cohort.keys, **plan.draws)
    body = describe_patients(cohort, plan.construct, product=product, **plan.draws)
    body = body.answering_tocilizumab(tolerance.tocilizumab_effect)
    if choice is not None:
        body = body.replace(kChemo=choice.resistance_per_day)

    ready = np.minimum(np.where(product.released, np.ceil(product.ready_day), end_day), end_day)
    waiting = plan_waiting(plan.infusion, cohort, product, choice, ordered_day=ordered, ready_day=ready, **plan.draws)
    ward = _ward(cohort, tolerance, plan)
    trajectory = begin(body, horizon_days=plan.horizon_days, wards=ward)
    trajectory = advance(trajectory, body, until=ready, infusions=waiting)
    lost = read_fate(trajectory, body, cohort, **plan.draws).lost_day
    fit = product.released & (ready < end_day) & (lost > ready) & (plan.infusion.max_infusions > 0)
    if plan.gates is not None:
        trajectory, fit = plan.gates.before_treatment(
            trajectory, body, cohort, plan, fit=fit, standing=waiting, end_day=end_day
        )
        ready = trajectory.now

    baseline = np.where(fit & (plan.outcome.recist_baseline == "lymphodepletion"), ready, 0.0)
    every = np.full(len(cohort), plan.outcome.scan_interval_days)
    scan_days = _scan_days(cohort, plan, first=baseline, interval=every, end_day=end_day)
    clinic = _Clinic(body, cohort, plan, baseline, scan_days, ward, end_day)
    trajectory, infusion_day = _infuse(trajectory, clinic, first=fit, product=product, standing=waiting)
    reading = clinic.read(trajectory)
    given = np.where(infusion_day <= np.minimum(reading.fate.last_contact_day, end_day)[:, None], infusion_day, np.inf)
    return Course(
        cohort,
        body,
        trajectory,
        product,
        choice,
        infusion_day=given,
        treated=np.isfinite(given[:, 0]),
        end_day=end_day,
        lead_days=lead_days(plan.infusion, keys=cohort.keys, typical=plan.typical),
        tolerance=tolerance,
        reading=reading,
        care=ward,
        **plan.draws,
    )


def follow_choice(cohort: Cohort, plan: Plan, *, end_day: Floats, choice: Choice) -> Course:
    """Follow patients under the physician's choice, scanned on their drug's own calendar, to each one's last day."""
    body = describe_patients(cohort, plan.construct, **plan.draws).replace(kChemo=choice.resistance_per_day)
    started = np.isfinite(choice.start_day)
    first, interval = np.where(started, choice.start_day, 0.0), choice.scan_interval_days
    scan_days = _scan_days(cohort, plan, first=first, interval=interval, end_day=end_day)
    clinic = _Clinic(body, cohort, plan, np.zeros(len(cohort)), scan_days, (), end_day)
    trajectory = clinic.follow_on(begin(body, horizon_days=plan.horizon_days), choice.plan())
    tolerance, never = draw_tolerance(cohort.keys, **plan.draws), np.full((len(cohort), 1), np.inf)
    reading = clinic.read(trajectory)
    return Course(
        cohort,
        body,
        trajectory,
        product=None,
        choice=choice,
        infusion_day=never,
        treated=started,
        end_day=end_day,
        lead_days=lead_days(plan.infusion, keys=cohort.keys, typical=plan.typical),
        tolerance=tolerance,
        reading=reading,
        **plan.draws,
    )


def _ward(cohort: Cohort, tolerance: Tolerance, plan: Plan) -> tuple[Ward, ...]:
    """Give the ward's reactions at the levels at which each patient shows the signs of each grade."""
    brain = draw_brain_tolerance(cohort.keys, target=cohort.antigen.target, **plan.draws)
    levels = SignLevels(
        crs_il6_pg_ml=np.column_stack([tolerance.fever, tolerance.serious, tolerance.severe, tolerance.life_threat]),
        icans_leak=np.column_stack([brain.first, brain.serious, brain.severe, brain.critical]),
        igg_mg_dl=100.0 * draw_patients(plan.typical, plan.streams, name="outcome.igg_g_l", keys=cohort.keys),
    )
    return supportive_care(plan.infusion, cohort, levels=levels, typical=plan.typical)


@dataclass(frozen=True)
class _Clinic:
    """Hold what stays the same while some patients are looked after, and look after them."""

    body: Physiology
    cohort: Cohort
    plan: Plan
    baseline_day: Floats
    scan_days: Floats
    ward: tuple[Ward, ...]
    end_day: Floats

    def read(self, trajectory: Trajectory, *, up_to: Floats | None = None) -> Reading:
        """Read what is known, of scans only those up to a day if one is given."""
        days = self.scan_days if up_to is None else np.where(self.scan_days <= up_to[:, None], self.scan_days, np.inf)
        return read_course(
            trajectory,
            self.body,
            self.cohort,
            baseline_day=self.baseline_day,
            scan_days=days,
            assessment=self.plan.outcome,
            **self.plan.draws,
        )

    def go(self, trajectory: Trajectory, infusions: Infusions, *, until: Floats) -> Trajectory:
        """Follow everybody to a day."""
        return advance(trajectory, self.body, until=until, infusions=infusions, wards=self.ward)

    def follow_on(self, trajectory: Trajectory, infusions: Infusions) -> Trajectory:
        """Follow the living to their last day, in legs, so that nobody is followed long after death.

        Everybody is taken to a recorded day, so that his last scan lies between recorded days.
        """
        while True:
            alive = read_fate(trajectory, self.body, self.cohort, **self.plan.draws).death_day > trajectory.now
            far = np.minimum(trajectory.now + FOLLOW_STEP_DAYS, np.maximum(self.end_day, trajectory.now))
            until = trajectory.recorded_day_from(np.where(alive, far, trajectory.now))
            if not (until > trajectory.now).any():
                return trajectory
            trajectory = self.go(trajectory, infusions, until=until)


def _infuse(
    trajectory: Trajectory, clinic: _Clinic, *, first: Flags, product: Product, standing: Infusions
) -> tuple[Trajectory, Floats]:
    """Give infusion after infusion while the protocol allows, then follow to the end; give the days of infusion too."""
    plan, keys = clinic.plan, clinic.cohort.keys
    lead = lead_days(plan.infusion, keys=keys, typical=plan.typical)
    infusion_day = np.full((len(keys), max(plan.infusion.max_infusions, 1)), np.inf)
    give = first
    for number in range(1, plan.infusion.max_infusions + 1):
        if number > 1:
            give = give & _next_is_due(trajectory, clinic, product=product, given=number - 1)
        if not give.any():
            break
        day = np.where(give, trajectory.now + lead, np.inf)
        cycle = plan_cycle(plan.infusion, infusion_day=day, number=number, keys=keys, typical=plan.typical)
        standing = join(standing, cycle)
        if plan.gates is not None:
            trajectory, standing, day = plan.gates.on_the_day(
                trajectory, clinic.body, clinic.cohort, plan, day=day, planned=standing, follow=clinic.go
            )
            give = np.isfinite(day)
        infusion_day[:, number - 1] = day
        next_decision = np.minimum(day + plan.infusion.interval_days - lead, clinic.end_day)
        trajectory = clinic.go(trajectory, standing, until=np.where(give, next_decision, trajectory.now))
    return clinic.follow_on(trajectory, standing), infusion_day


def _next_is_due(trajectory: Trajectory, clinic: _Clinic, *, product: Product, given: int) -> Flags:
    """Say, on what has been seen up to now, who may get the next infusion."""
    plan, cohort, now = clinic.plan, clinic.cohort, trajectory.now
    here = np.searchsorted(trajectory.day, now, side="right") - 1
    seen = clinic.read(trajectory, up_to=trajectory.day[here])
    row = np.arange(len(cohort))
    overfill = plan.typical.at("facility.overfill", cohort.keys)
    return may_repeat(
        plan.infusion,
        given=np.full(len(cohort), given),
        doses=doses_available(product, dose_cells=plan.infusion.dose_cells, overfill=overfill),
        alive=seen.fate.death_day > now,
        fit=seen.fate.lost_day > now,
        progressed=seen.progression_day <= now,
        neutrophils_e9_l=trajectory.of("ANC")[row, here],
        platelets_e9_l=trajectory.of("PLT")[row, here],
        cohort=cohort,
        typical=plan.typical,
    )


def _scan_days(cohort: Cohort, plan: Plan, *, first: Floats, interval: Floats, end_day: Floats) -> Floats:
    """Give the days of everybody's scans up to his last day, counted from a first day."""
    planned = plan_scans(
        baseline_day=first,
        interval_days=interval,
        window_days=plan.outcome.scan_window_days,
        horizon_days=plan.horizon_days,
        keys=cohort.keys,
        streams=plan.streams,
        first_visit_days=first_visit_days(plan.outcome, cohort, typical=plan.typical),
    )
    return np.where(planned <= end_day[:, None], planned, np.inf)

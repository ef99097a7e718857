"""The main flow: one cohort's way from the order of the cells to what the clinic sees of them.

Antigen, cohort and construct say who the patients are; the facility makes the cells; the infusions are planned; the
kinetics run; the outcome is read. A leg ends where somebody must decide: the cells are ready, the next infusion is due.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adoptive.cohort import Cohort
from adoptive.construct import ConstructPlan
from adoptive.facility import Process, Product, make_products
from adoptive.infusion import (
    NEED_SCANS,
    Choice,
    Decision,
    Gate,
    Given,
    Infusions,
    Known,
    Regimen,
    SignLevels,
    SoFar,
    Ward,
    car_positive_dose,
    decide,
    doses_given,
    join,
    lead_days,
    next_dose,
    plan_cycle,
    plan_waiting,
    supportive_care,
    withhold,
)
from adoptive.kinetics import Physiology, Trajectory, advance, begin, describe_patients
from adoptive.outcome import (
    Assessment,
    Fate,
    Reading,
    Tolerance,
    draw_tolerance,
    read_course,
    read_fate,
    scan_calendar,
)
from adoptive.outcome.clinic.decision_day import known_today, sign_levels
from adoptive.parameters import Typical
from adoptive.streams import Streams

__all__ = ["Course", "Plan", "follow_cells", "follow_choice", "make_cells"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


FOLLOW_STEP_DAYS = 180.0
"""Longest leg after the last decision: the dead are not followed any further."""

LONG_HORIZON_DAYS = 1_100.0
LONG_STEP_DAYS = 360.0
"""Leg of a course with a long horizon: every leg's end reads the fate on all days so far."""


@dataclass(frozen=True)
class Plan:
    """Hold what all patients of a course share."""

    construct: ConstructPlan
    facility: Process
    infusion: Regimen
    outcome: Assessment
    typical: Typical
    streams: Streams
    horizon_days: float
    gate: Gate | None = None

    @property
    def draws(self) -> dict[str, Any]:
        """Give what every drawing function asks for."""
        return {"typical": self.typical, "streams": self.streams}

    def scan_days(
        self, cohort: Cohort, *, first_day: Floats, end_day: Floats, interval_days: Floats | None = None
    ) -> Floats:
        """Give the days of everybody's scans up to his last day, :func:`~adoptive.outcome.scan_calendar`."""
        days: dict[str, Any] = {"first_day": first_day, "end_day": end_day, "horizon_days": self.horizon_days}
        return scan_calendar(self.outcome, cohort, interval_days=interval_days, **days, **self.draws)


@dataclass(frozen=True)
class Course:
    """Hold what happened to some patients; days count from randomisation, inf = never.

    ``infusion_day`` and ``dose_cells`` (CAR-positive cells) are ``(patients, infusions)``.
    """

    cohort: Cohort
    body: Physiology
    trajectory: Trajectory
    product: Product | None
    choice: Choice | None
    infusion_day: Floats
    dose_cells: Floats
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
    product = make_cells(cohort, plan, ordered)
    clinic = _admit(cohort, plan, product, choice, end_day)
    trajectory, so_far = _wait(clinic, ordered, choice)
    trajectory, first = _ask(trajectory, clinic, so_far, number=1)
    clinic = clinic.counting_from(np.where(first.given, trajectory.now, np.inf))
    trajectory, so_far = _infuse(trajectory, clinic, so_far, first)
    return _course_of(trajectory, clinic, so_far, choice)


def follow_choice(cohort: Cohort, plan: Plan, *, end_day: Floats, choice: Choice) -> Course:
    """Follow patients under the physician's choice, each to his last day.

    Scans have their drug's interval and count from randomisation, as a trial's calendar does, whatever day the drug
    starts on.
    """
    body = describe_patients(cohort, plan.construct, **plan.draws).replace(kChemo=choice.resistance_per_day)
    started = np.isfinite(choice.start_day)
    first, interval = np.zeros(len(cohort)), choice.scan_interval_days
    scan_days = plan.scan_days(cohort, first_day=first, interval_days=interval, end_day=end_day)
    clinic = _Clinic(body, cohort, plan, end_day, (), np.zeros(len(cohort)), scan_days)
    trajectory = clinic.follow_on(begin(body, horizon_days=plan.horizon_days), choice.plan())
    return Course(
        cohort,
        body,
        trajectory,
        product=None,
        choice=choice,
        infusion_day=np.full((len(cohort), 1), np.inf),
        dose_cells=np.zeros((len(cohort), 1)),
        treated=started,
        end_day=end_day,
        lead_days=lead_days(plan.infusion, cohort, typical=plan.typical),
        tolerance=draw_tolerance(cohort.keys, **plan.draws),
        reading=clinic.read(trajectory),
        **plan.draws,
    )


def make_cells(cohort: Cohort, plan: Plan, ordered: Floats) -> Product:
    """Make the products ordered on a day, ``(patients,)``.

    If all T cells count, the dose in CAR-positive cells is known once the product's positive share is.
    """
    regimen, share = plan.infusion, np.ones(len(cohort))
    common: dict[str, Any] = {"decided_day": ordered, "minimum_dose_share": regimen.minimum_dose_share, **plan.draws}
    if regimen.dose_counts == "all T cells":
        share = make_products(plan.facility, cohort, dose_cells=0.0, **common).car_positive_share
    return make_products(plan.facility, cohort, dose_cells=car_positive_dose(regimen, cohort, share), **common)


@dataclass(frozen=True)
class _Clinic:
    """Hold what stays the same while some patients are looked after, and look after them."""

    body: Physiology
    cohort: Cohort
    plan: Plan
    end_day: Floats
    ward: tuple[Ward, ...]
    baseline_day: Floats
    scan_days: Floats

    def read(self, trajectory: Trajectory, *, up_to: Floats | None = None) -> Reading:
        """Read what is known, of scans only those up to a day if one is given."""
        until = self.end_day if up_to is None else np.minimum(up_to, self.end_day)
        return read_course(
            trajectory,
            self.body,
            self.cohort,
            baseline_day=self.baseline_day,
            scan_days=np.where(self.scan_days <= until[:, None], self.scan_days, np.inf),
            until=until,
            assessment=self.plan.outcome,
            **self.plan.draws,
        )

    def fate(self, trajectory: Trajectory) -> Fate:
        """Read the fate up to the day on which everybody stands; what would come later is not said."""
        return read_fate(trajectory.so_far(), self.body, self.cohort, **self.plan.draws)

    def go(self, trajectory: Trajectory, infusions: Infusions, *, until: Floats) -> Trajectory:
        """Follow everybody to a day."""
        return advance(trajectory, self.body, until=until, infusions=infusions, wards=self.ward)

    def follow_on(self, trajectory: Trajectory, infusions: Infusions) -> Trajectory:
        """Follow the living to their last day, in legs, so that nobody is followed long after death.

        Everybody is taken to a recorded day, so that his last scan lies between recorded days.
        """
        step = FOLLOW_STEP_DAYS if self.plan.horizon_days <= LONG_HORIZON_DAYS else LONG_STEP_DAYS
        while True:
            alive = self.fate(trajectory).death_day > trajectory.now
            far = np.minimum(trajectory.now + step, np.maximum(self.end_day, trajectory.now))
            until = trajectory.recorded_day_from(np.where(alive, far, trajectory.now))
            if not (until > trajectory.now).any():
                return trajectory
            trajectory = self.go(trajectory, infusions, until=until)


@dataclass(frozen=True)
class _CellClinic(_Clinic):
    """Hold what belongs to the cells beside: the products, who bears what, the levels of the signs of toxicity."""

    product: Product
    tolerance: Tolerance
    levels: SignLevels

    def counting_from(self, conditioned_day: Floats) -> _CellClinic:
        """Count baseline and scans from conditioning, where the study does so, for who got any (inf = nobody)."""
        if self.plan.outcome.recist_baseline != "lymphodepletion":
            return self
        baseline = np.where(np.isfinite(conditioned_day), conditioned_day, 0.0)
        days = self.plan.scan_days(self.cohort, first_day=baseline, end_day=self.end_day)
        return dataclasses.replace(self, baseline_day=baseline, scan_days=days)

    def next_dose(self, so_far: SoFar, *, factor: Floats | float = 1.0) -> tuple[Flags, Floats]:
        """Say for whom a dose is left, and how many CAR-positive cells it holds."""
        given = so_far.dose_cells.sum(axis=1)
        return next_dose(
            self.plan.infusion, self.cohort, self.product, given=given, factor=factor, typical=self.plan.typical
        )

    def known(self, trajectory: Trajectory, so_far: SoFar, *, scans: bool) -> Known:
        """Say what is known of everybody on the day on which he stands; scans are read only if somebody asks."""
        here = np.searchsorted(trajectory.day, trajectory.now, side="right") - 1
        seen = self.read(trajectory, up_to=trajectory.day[here]) if scans else None
        fate = self.fate(trajectory) if seen is None else seen.fate
        return known_today(
            trajectory,
            self.body,
            fate=fate,
            seen=seen,
            infusion_day=so_far.infusion_day,
            levels=self.levels,
            wards=self.ward,
            asked=[rule.when for rule in self.plan.infusion.rules],
        )


def _admit(cohort: Cohort, plan: Plan, product: Product, choice: Choice | None, end_day: Floats) -> _CellClinic:
    """Take everybody in: his body with his product in it, the ward's reactions, the scans as counted from day 0."""
    tolerance = draw_tolerance(cohort.keys, **plan.draws)
    body = describe_patients(cohort, plan.construct, product=product, **plan.draws)
    body = body.answering_tocilizumab(tolerance.tocilizumab_effect)
    if choice is not None:
        body = body.replace(kChemo=choice.resistance_per_day)
    levels = sign_levels(cohort, tolerance, **plan.draws)
    ward = supportive_care(plan.infusion, cohort, levels=levels, typical=plan.typical)
    nothing = np.zeros(len(cohort))
    days = plan.scan_days(cohort, first_day=nothing, end_day=end_day)
    return _CellClinic(body, cohort, plan, end_day, ward, nothing, days, product, tolerance, levels)


def _wait(clinic: _CellClinic, ordered: Floats, choice: Choice | None) -> tuple[Trajectory, SoFar]:
    """Follow everybody until his cells are there, or to his last day; with the drugs of the wait."""
    plan, product = clinic.plan, clinic.product
    ready = np.minimum(np.where(product.released, np.ceil(product.ready_day), clinic.end_day), clinic.end_day)
    waiting = plan_waiting(
        plan.infusion, clinic.cohort, product, choice, ordered_day=ordered, ready_day=ready, **plan.draws
    )
    trajectory = begin(clinic.body, horizon_days=plan.horizon_days, wards=clinic.ward)
    trajectory = advance(trajectory, clinic.body, until=ready, infusions=waiting)
    return trajectory, SoFar.nothing(plan.infusion, waiting)


def _infuse(trajectory: Trajectory, clinic: _CellClinic, so_far: SoFar, decision: Decision) -> tuple[Trajectory, SoFar]:
    """Give infusion after infusion while protocol and rules allow, then follow to the end."""
    regimen, most = clinic.plan.infusion, clinic.plan.infusion.max_infusions
    lead = lead_days(regimen, clinic.cohort, typical=clinic.plan.typical)
    for number in range(1, most + 1):
        if number > 1:
            asked = decision.given
            trajectory, decision = _ask(trajectory, clinic, so_far, number=number, asked=asked)
        if not decision.given.any():
            break
        trajectory, so_far = _give(trajectory, clinic, so_far, decision, number=number)
        next_decision = so_far.infusion_day[:, number - 1] + regimen.interval_days - lead
        infused = np.isfinite(next_decision)
        decision = dataclasses.replace(decision, given=infused)
        until = np.where(infused, np.minimum(next_decision, clinic.end_day), trajectory.now)
        trajectory = clinic.go(trajectory, so_far.standing, until=until)
    return clinic.follow_on(trajectory, so_far.standing), so_far


def _ask(
    trajectory: Trajectory, clinic: _CellClinic, so_far: SoFar, *, number: int, asked: Flags | None = None
) -> tuple[Trajectory, Decision]:
    """Decide on an infusion; who is held is followed until he is asked again: everybody stands at his answer."""
    regimen, keys, gate = clinic.plan.infusion, clinic.cohort.keys, clinic.plan.gate
    holds = np.zeros((len(keys), len(regimen.rules) + 1), np.int64)
    scans = number > 1 and regimen.repeat_rule in ("no progression", "benefit")
    scans |= any(rule.when in NEED_SCANS for rule in regimen.rules) or gate is not None
    least = min((rule.dose_factor for rule in regimen.rules if rule.then == "reduce"), default=1.0)
    common: dict[str, Any] = {"number": number, "keys": keys, "typical": clinic.plan.typical}
    while True:
        known = clinic.known(trajectory, so_far, scans=scans)
        enough, _ = clinic.next_dose(so_far, factor=least)
        enough &= trajectory.now < np.minimum(clinic.end_day, clinic.product.recall_day)
        enough &= True if asked is None else asked
        admitted = gate.passes("treatment", clinic.cohort, known) if gate is not None and number == 1 else None
        answer = decide(regimen, known, cells_left=enough, holds=holds, admitted=admitted, **common)
        holds = answer.holds
        if not (answer.wait_days > 0).any():
            left, _ = clinic.next_dose(so_far, factor=answer.dose_factor)
            return trajectory, dataclasses.replace(answer, given=answer.given & left)
        later = np.minimum(trajectory.now + answer.wait_days, clinic.end_day)
        until = np.where(answer.wait_days > 0, later, trajectory.now)
        trajectory = clinic.go(trajectory, so_far.standing, until=until)


def _give(
    trajectory: Trajectory, clinic: _CellClinic, so_far: SoFar, decision: Decision, *, number: int
) -> tuple[Trajectory, SoFar]:
    """Plan one infusion with all that belongs to it, for those who are to get it."""
    plan, cohort = clinic.plan, clinic.cohort
    lead = lead_days(plan.infusion, cohort, typical=plan.typical)
    day = np.where(decision.given, trajectory.now + lead, np.inf)
    _, dose = clinic.next_dose(so_far, factor=decision.dose_factor)
    fading = clinic.body.of("kChemo")
    cycle = plan_cycle(
        plan.infusion,
        cohort,
        infusion_day=day,
        number=number,
        typical=plan.typical,
        cells=dose,
        depleted=decision.depleted,
        fading_per_day=fading,
    )
    standing = join(so_far.standing, cycle)
    if plan.gate is not None and plan.gate.asks("infusion day"):
        trajectory = clinic.go(trajectory, standing, until=np.where(np.isfinite(day), day, trajectory.now))
        known = clinic.known(trajectory, so_far, scans=True)
        barred = np.isfinite(day) & ~plan.gate.passes("infusion day", cohort, known)[0]
        day, standing = np.where(barred, np.inf, day), withhold(standing, rows=barred, from_day=day)
    return trajectory, so_far.with_infusion(number, standing=standing, day=day, dose_cells=dose)


def _course_of(trajectory: Trajectory, clinic: _CellClinic, so_far: SoFar, choice: Choice | None) -> Course:
    """Read the whole course; an infusion planned for who died or left before it was not given."""
    plan, reading = clinic.plan, clinic.read(trajectory)
    seen = so_far.infusion_day <= np.minimum(reading.fate.last_contact_day, clinic.end_day)[:, None]
    given = np.where(seen, so_far.infusion_day, np.inf)
    return Course(
        clinic.cohort,
        clinic.body,
        trajectory,
        clinic.product,
        choice,
        infusion_day=given,
        dose_cells=np.where(seen, so_far.dose_cells, 0.0),
        treated=np.isfinite(given[:, 0]),
        end_day=clinic.end_day,
        lead_days=lead_days(plan.infusion, clinic.cohort, typical=plan.typical),
        tolerance=clinic.tolerance,
        reading=reading,
        care=clinic.ward,
        **plan.draws,
    )

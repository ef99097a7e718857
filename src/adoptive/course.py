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
    Ward,
    car_positive_dose,
    decide,
    dose_from_what_is_left,
    doses_given,
    join,
    lead_days,
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
    first_visit_days,
    plan_scans,
    read_course,
    read_fate,
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
    tolerance = draw_tolerance(cohort.keys, **plan.draws)
    body = describe_patients(cohort, plan.construct, product=product, **plan.draws)
    body = body.answering_tocilizumab(tolerance.tocilizumab_effect)
    if choice is not None:
        body = body.replace(kChemo=choice.resistance_per_day)

    ready = np.minimum(np.where(product.released, np.ceil(product.ready_day), end_day), end_day)
    waiting = plan_waiting(plan.infusion, cohort, product, choice, ordered_day=ordered, ready_day=ready, **plan.draws)
    levels = sign_levels(cohort, tolerance, **plan.draws)
    ward = supportive_care(plan.infusion, cohort, levels=levels, typical=plan.typical)
    clinic = _CellClinic(body, cohort, plan, end_day, ward, *_calendar(cohort, plan, end_day), product, levels)
    trajectory = begin(body, horizon_days=plan.horizon_days, wards=ward)
    trajectory = advance(trajectory, body, until=ready, infusions=waiting)
    so_far = _SoFar.nothing(plan.infusion, waiting)
    trajectory, first = _ask(trajectory, clinic, so_far, number=1)
    calendar = _calendar(cohort, plan, end_day, conditioned=np.where(first.given, trajectory.now, np.inf))
    clinic = dataclasses.replace(clinic, baseline_day=calendar[0], scan_days=calendar[1])
    trajectory, so_far = _infuse(trajectory, clinic, so_far, first)
    reading = clinic.read(trajectory)
    seen = so_far.infusion_day <= np.minimum(reading.fate.last_contact_day, end_day)[:, None]
    given = np.where(seen, so_far.infusion_day, np.inf)
    return Course(
        cohort,
        body,
        trajectory,
        product,
        choice,
        infusion_day=given,
        dose_cells=np.where(seen, so_far.dose_cells, 0.0),
        treated=np.isfinite(given[:, 0]),
        end_day=end_day,
        lead_days=lead_days(plan.infusion, cohort, typical=plan.typical),
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
    """Hold what belongs to the cells beside: the products, and the levels of the signs of toxicity."""

    product: Product
    levels: SignLevels

    def known(self, trajectory: Trajectory, so_far: _SoFar, *, scans: bool) -> Known:
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


@dataclass(frozen=True)
class _SoFar:
    """Hold what has been given and planned: the standing events, and day and cells ``(patients, infusions)``."""

    standing: Infusions
    infusion_day: Floats
    dose_cells: Floats

    @classmethod
    def nothing(cls, regimen: Regimen, waiting: Infusions) -> _SoFar:
        """Begin with what is given before the cells."""
        shape = (len(waiting.day), max(regimen.max_infusions, 1))
        return cls(waiting, np.full(shape, np.inf), np.zeros(shape))


def _infuse(
    trajectory: Trajectory, clinic: _CellClinic, so_far: _SoFar, decision: Decision
) -> tuple[Trajectory, _SoFar]:
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
    trajectory: Trajectory, clinic: _CellClinic, so_far: _SoFar, *, number: int, asked: Flags | None = None
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
        enough, _ = _next_dose(clinic, so_far, factor=least)
        enough &= trajectory.now < np.minimum(clinic.end_day, clinic.product.recall_day)
        enough &= True if asked is None else asked
        admitted = gate.passes("treatment", clinic.cohort, known) if gate is not None and number == 1 else None
        answer = decide(regimen, known, cells_left=enough, holds=holds, admitted=admitted, **common)
        holds = answer.holds
        if not (answer.wait_days > 0).any():
            left, _ = _next_dose(clinic, so_far, factor=answer.dose_factor)
            return trajectory, dataclasses.replace(answer, given=answer.given & left)
        later = np.minimum(trajectory.now + answer.wait_days, clinic.end_day)
        until = np.where(answer.wait_days > 0, later, trajectory.now)
        trajectory = clinic.go(trajectory, so_far.standing, until=until)


def _give(
    trajectory: Trajectory, clinic: _CellClinic, so_far: _SoFar, decision: Decision, *, number: int
) -> tuple[Trajectory, _SoFar]:
    """Plan one infusion with all that belongs to it, for those who are to get it."""
    plan, cohort = clinic.plan, clinic.cohort
    lead = lead_days(plan.infusion, cohort, typical=plan.typical)
    day = np.where(decision.given, trajectory.now + lead, np.inf)
    _, dose = _next_dose(clinic, so_far, factor=decision.dose_factor)
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
    infusion_day, dose_cells = so_far.infusion_day.copy(), so_far.dose_cells.copy()
    infusion_day[:, number - 1], dose_cells[:, number - 1] = day, np.where(np.isfinite(day), dose, 0.0)
    return trajectory, _SoFar(standing, infusion_day, dose_cells)


def _next_dose(clinic: _CellClinic, so_far: _SoFar, *, factor: Floats | float = 1.0) -> tuple[Flags, Floats]:
    """Say for whom a dose is left, and how many CAR-positive cells it holds."""
    plan, product = clinic.plan, clinic.product
    planned = factor * car_positive_dose(plan.infusion, clinic.cohort, product.car_positive_share)
    overfill = plan.typical.at("facility.overfill", clinic.cohort.keys)
    given = so_far.dose_cells.sum(axis=1)
    return dose_from_what_is_left(plan.infusion, product, planned=planned, given=given, overfill=overfill)


def _calendar(
    cohort: Cohort, plan: Plan, end_day: Floats, *, conditioned: Floats | None = None
) -> tuple[Floats, Floats]:
    """Give the baseline's day and the days of the scans: from conditioning if that is the baseline, else from day 0."""
    baseline = np.zeros(len(cohort))
    if conditioned is not None and plan.outcome.recist_baseline == "lymphodepletion":
        baseline = np.where(np.isfinite(conditioned), conditioned, 0.0)
    every = np.full(len(cohort), plan.outcome.scan_interval_days)
    return baseline, _scan_days(cohort, plan, first=baseline, interval=every, end_day=end_day)


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

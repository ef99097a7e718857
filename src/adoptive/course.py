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
from adoptive.construct import ConstructPlan, predict_visibility, tonic_factor
from adoptive.facility import Process, Product, doses_available, make_products
from adoptive.infusion import (
    Choice,
    Infusions,
    Regimen,
    Ward,
    join,
    may_repeat,
    plan_bridging,
    plan_infusion,
    plan_lymphodepletion,
    plan_pembrolizumab,
    supportive_care,
)
from adoptive.kinetics import Physiology, Trajectory, advance, begin, draw_physiology
from adoptive.kinetics.observe import lesion_diameters_mm, tumour_volume_cm3
from adoptive.outcome import (
    Assessed,
    Assessment,
    Fate,
    Response,
    Scans,
    Tolerance,
    assess,
    draw_fate,
    draw_tolerance,
    plan_scans,
    read_scans,
)
from adoptive.parameters import Typical
from adoptive.streams import Streams

__all__ = ["Course", "Plan", "follow_cells", "follow_choice"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

FOLLOW_STEP_DAYS = 180.0
"""Longest leg after the last decision: the dead are not followed any further."""


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


@dataclass(frozen=True)
class Course:
    """Hold what happened to some patients; days count from randomisation, inf = never."""

    cohort: Cohort
    body: Physiology
    trajectory: Trajectory
    product: Product | None
    choice: Choice | None
    infusion_day: Floats
    baseline_day: Floats
    scans: Scans
    assessed: Assessed
    fate: Fate
    tolerance: Tolerance
    treated: Flags
    typical: Typical

    @property
    def progression_day(self) -> Floats:
        """Give the day of the first scan that shows progression, ``(patients,)``."""
        progressed = self.assessed.response == Response.PD
        return np.asarray(np.where(progressed, self.scans.day, np.inf).min(axis=1, initial=np.inf))


def follow_cells(
    cohort: Cohort, plan: Plan, *, end_day: Floats, ordered_day: Floats | None = None, choice: Choice | None = None
) -> Course:
    """Follow patients for whom the cells are ordered, to each one's last day.

    ``ordered_day`` ``(patients,)`` is 0 for the cell arm; for controls who cross over it is the day of progression and
    ``choice`` the drug that they had until then.
    """
    ordered = np.zeros(len(cohort)) if ordered_day is None else ordered_day
    product = make_products(
        plan.facility,
        cohort,
        dose_cells=plan.infusion.dose_cells,
        decided_day=ordered,
        typical=plan.typical,
        streams=plan.streams,
    )
    tolerance = draw_tolerance(cohort.keys, typical=plan.typical, streams=plan.streams)
    body = _body_with_product(cohort, plan, product, choice).replace(toc_effect=tolerance.tocilizumab_effect)
    ready = np.minimum(np.where(product.released, product.ready_day, end_day), end_day)
    waiting = _waiting(cohort, plan, product, choice, ordered=ordered, ready=ready)
    trajectory = advance(begin(body, horizon_days=plan.horizon_days), body, until=ready, infusions=waiting)
    fate = _fate(trajectory, body, cohort, plan)
    infused = product.released & (ready < end_day) & (_lost_day(fate) > ready) & (plan.infusion.max_infusions > 0)
    baseline = np.where(infused & (plan.outcome.recist_baseline == "lymphodepletion"), ready, 0.0)
    days = _scan_days(cohort, plan, baseline, np.full(len(cohort), plan.outcome.scan_interval_days), choice)
    trajectory, given = _infuse(
        trajectory,
        body,
        cohort,
        plan,
        infused=infused,
        product=product,
        tolerance=tolerance,
        end_day=end_day,
        standing=waiting,
        baseline=baseline,
        scan_days=days,
    )
    course = _read(trajectory, body, cohort, plan, baseline=baseline, scan_days=days, tolerance=tolerance)
    last = np.minimum(np.minimum(course.fate.death_day, course.fate.withdrawal_day), end_day)
    given = np.where(given <= last[:, None], given, np.inf)
    treated = np.isfinite(given[:, 0])
    return dataclasses.replace(course, product=product, choice=choice, infusion_day=given, treated=treated)


def follow_choice(cohort: Cohort, plan: Plan, *, end_day: Floats, choice: Choice) -> Course:
    """Follow patients under the physician's choice, scanned on their drug's own calendar, to each one's last day."""
    body = _body(cohort, plan).replace(kChemo=choice.resistance_per_day)
    trajectory = begin(body, horizon_days=plan.horizon_days)
    trajectory = _follow_on(trajectory, body, cohort, plan, end_day=end_day, infusions=choice.plan(), wards=())
    baseline = np.zeros(len(cohort))
    days = _scan_days(cohort, plan, baseline, choice.scan_interval_days, choice)
    tolerance = draw_tolerance(cohort.keys, typical=plan.typical, streams=plan.streams)
    course = _read(trajectory, body, cohort, plan, baseline=baseline, scan_days=days, tolerance=tolerance)
    return dataclasses.replace(course, choice=choice, treated=np.isfinite(choice.start_day))


def _infuse(
    trajectory: Trajectory,
    body: Physiology,
    cohort: Cohort,
    plan: Plan,
    *,
    infused: Flags,
    product: Product,
    tolerance: Tolerance,
    end_day: Floats,
    standing: Infusions,
    baseline: Floats,
    scan_days: Floats,
) -> tuple[Trajectory, Floats]:
    """Give infusion after infusion while the protocol allows, then follow to the end; give the days of infusion too."""
    regimen, keys, typical = plan.infusion, cohort.keys, plan.typical
    wards = supportive_care(
        regimen, cohort, serious_pg_ml=tolerance.serious, severe_pg_ml=tolerance.severe, typical=typical
    )
    lead = typical.at("infusion.lymphodepletion_lead_days", keys)
    doses = doses_available(product, dose_cells=regimen.dose_cells, overfill=typical.at("facility.overfill", keys))
    given_day = np.full((len(cohort), max(regimen.max_infusions, 1)), np.inf)
    give = infused
    for number in range(1, regimen.max_infusions + 1):
        if number > 1:
            give = _next_infusion(
                trajectory,
                body,
                cohort,
                plan,
                given_day=given_day,
                doses=doses,
                due=give,
                baseline=baseline,
                scan_days=scan_days,
            )
        if not give.any():
            break
        day = np.where(give, trajectory.now + lead, np.inf)
        given_day[:, number - 1] = day
        drugs = plan_lymphodepletion(regimen, infusion_day=day, number=number, keys=keys, typical=typical)
        standing = join(standing, drugs, plan_infusion(regimen, infusion_day=day))
        if number == 1:
            standing = join(standing, plan_pembrolizumab(regimen, first_day=day, keys=keys, typical=typical))
        due = np.where(give, np.minimum(day + regimen.interval_days - lead, end_day), trajectory.now)
        trajectory = advance(trajectory, body, until=due, infusions=standing, wards=wards)
    followed = _follow_on(trajectory, body, cohort, plan, end_day=end_day, infusions=standing, wards=wards)
    return followed, given_day


def _next_infusion(
    trajectory: Trajectory,
    body: Physiology,
    cohort: Cohort,
    plan: Plan,
    *,
    given_day: Floats,
    doses: NDArray[np.int64],
    due: Flags,
    baseline: Floats,
    scan_days: Floats,
) -> Flags:
    """Decide who gets the next infusion, on what has been seen up to now."""
    seen = np.where(scan_days <= trajectory.now[:, None], scan_days, np.inf)
    so_far = _read(trajectory, body, cohort, plan, baseline=baseline, scan_days=seen, tolerance=None)
    here = np.searchsorted(trajectory.day, trajectory.now, side="right") - 1
    row = np.arange(len(cohort))
    return due & may_repeat(
        plan.infusion,
        given=np.isfinite(given_day).sum(axis=1),
        doses=doses,
        alive=so_far.fate.death_day > trajectory.now,
        fit=_lost_day(so_far.fate) > trajectory.now,
        progressed=so_far.progression_day <= trajectory.now,
        neutrophils_e9_l=trajectory.of("ANC")[row, here],
        platelets_e9_l=trajectory.of("PLT")[row, here],
        cohort=cohort,
        typical=plan.typical,
    )


def _follow_on(
    trajectory: Trajectory,
    body: Physiology,
    cohort: Cohort,
    plan: Plan,
    *,
    end_day: Floats,
    infusions: Infusions,
    wards: tuple[Ward, ...],
) -> Trajectory:
    """Follow the living to their last day, in legs, so that nobody is followed long after death."""
    while True:
        dead = _fate(trajectory, body, cohort, plan).death_day <= trajectory.now
        until = np.where(dead, trajectory.now, np.minimum(trajectory.now + FOLLOW_STEP_DAYS, end_day))
        if not (until > trajectory.now).any():
            return trajectory
        trajectory = advance(trajectory, body, until=until, infusions=infusions, wards=wards)


def _read(
    trajectory: Trajectory,
    body: Physiology,
    cohort: Cohort,
    plan: Plan,
    *,
    baseline: Floats,
    scan_days: Floats,
    tolerance: Tolerance | None,
) -> Course:
    """Read scans and fate from what has been recorded."""
    fate = _fate(trajectory, body, cohort, plan)
    last = np.minimum(np.minimum(fate.death_day, fate.withdrawal_day), trajectory.now)
    scans = read_scans(
        lesion_diameters_mm(trajectory, body),
        trajectory.day,
        day=np.where(scan_days <= last[:, None], scan_days, np.inf),
        baseline_day=baseline,
        new_lesion_day=fate.new_lesion_day,
        cohort=cohort,
        typical=plan.typical,
        streams=plan.streams,
    )
    tolerated = tolerance or draw_tolerance(cohort.keys, typical=plan.typical, streams=plan.streams)
    nobody = np.zeros(len(cohort), bool)
    return Course(
        cohort=cohort,
        body=body,
        trajectory=trajectory,
        product=None,
        choice=None,
        infusion_day=np.full((len(cohort), 1), np.inf),
        baseline_day=baseline,
        scans=scans,
        assessed=assess(scans),
        fate=fate,
        tolerance=tolerated,
        treated=nobody,
        typical=plan.typical,
    )


def _body(cohort: Cohort, plan: Plan) -> Physiology:
    """Draw the patients' parameters, with the tumour as the construct sees it."""
    common: dict[str, Any] = {"keys": cohort.keys, "typical": plan.typical}
    visibility = predict_visibility(cohort.antigen, streams=plan.streams, **common)
    tonic = tonic_factor(plan.construct, **common)
    return draw_physiology(cohort, plan.typical, plan.streams, visibility=visibility, tonic=tonic)


def _body_with_product(cohort: Cohort, plan: Plan, product: Product, choice: Choice | None) -> Physiology:
    """Put the product's fitness and composition, and an earlier drug's fading, into the patients' parameters."""
    body = _body(cohort, plan)
    engrafting = 1.0 - body.of("fclr")
    return body.replace(
        pE=body.of("pE") * product.fitness,
        kX=body.of("kX") / product.fitness,
        share_M=engrafting * product.memory_share,
        share_E=engrafting * product.effector_share,
        share_X=engrafting * product.exhausted_share,
        kChemo=np.zeros(len(cohort)) if choice is None else choice.resistance_per_day,
    )


def _waiting(
    cohort: Cohort, plan: Plan, product: Product, choice: Choice | None, *, ordered: Floats, ready: Floats
) -> Infusions:
    """Give what is given while the cells are made: bridging chemotherapy, or the earlier drug until its progression."""
    if choice is not None:
        return choice.plan_until(ordered)
    return plan_bridging(
        plan.infusion,
        cohort,
        start_day=product.apheresis_day,
        end_day=ready,
        typical=plan.typical,
        streams=plan.streams,
    )


def _scan_days(cohort: Cohort, plan: Plan, baseline: Floats, interval: Floats, choice: Choice | None) -> Floats:
    """Give the days of everybody's scans."""
    first = (
        baseline
        if choice is None
        else np.maximum(baseline, np.where(np.isfinite(choice.start_day), choice.start_day, 0))
    )
    return plan_scans(
        baseline_day=first,
        interval_days=interval,
        window_days=plan.outcome.scan_window_days,
        horizon_days=plan.horizon_days,
        keys=cohort.keys,
        streams=plan.streams,
    )


def _fate(trajectory: Trajectory, body: Physiology, cohort: Cohort, plan: Plan) -> Fate:
    """Draw what happens to everybody on the tumour's course so far."""
    volume = tumour_volume_cm3(trajectory, body)
    return draw_fate(volume, trajectory.day, cohort, typical=plan.typical, streams=plan.streams)


def _lost_day(fate: Fate) -> Floats:
    """Give the day from which a patient can no longer receive the cells."""
    return np.minimum(np.minimum(fate.death_day, fate.unfit_day), fate.withdrawal_day)

"""What the trial records of the tumour: response, progression-free and overall survival by the protocol's rules."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from adoptive.course import Course
from adoptive.outcome import (
    LADDERS,
    Assessment,
    Best,
    Ladder,
    Response,
    best_on_ladder,
    best_response,
    duration_of_response,
    event_free_survival,
    first_confirmed,
    overall_survival,
    progression_free_survival,
)
from adoptive.outcome.events.types import Endpoint
from adoptive.trial.types import Study
from adoptive.trial.ward import infusion_span

__all__ = ["efficacy_columns", "time_origin"]

Floats = NDArray[np.float64]
Columns = dict[str, NDArray[Any]]

CONTROLLED: Final = (
    Response.CR, Response.PR, Response.SD, Response.NON_CR_NON_PD, Response.SCR, Response.VGPR, Response.MR,
    Response.CRI,
)  # fmt: skip
"""Best responses with disease control."""
_MEASURED: Final = tuple(
    code for code in Response if code not in (Response.NOT_DONE, Response.NE, Response.NON_CR_NON_PD)
)


def efficacy_columns(course: Course, study: Study, end_day: Floats) -> Columns:
    """Give response and survival by the protocol's rules.

    Survival times count from enrolment, or from the first infusion where the protocol says so and there was one;
    ``end_day`` is the data cut on the scale of the course.
    """
    rules, reading, fate = study.outcome, course.reading, course.reading.fate
    assessed, day, origin = reading.assessed, reading.scans.day, time_origin(course, rules)
    ladder = LADDERS[rules.response_criteria]
    ends: dict[str, Any] = {"last_contact_day": fate.withdrawal_day, "cut_day": end_day, "start_day": origin}
    pfs = progression_free_survival(assessed.response, day, death_day=fate.death_day, **ends)
    best = _best(course, rules, end_day)
    complete = first_confirmed(assessed.response, day, ladder.complete, confirm_days=_confirm_days(rules), cut=end_day)
    judged = np.isin(assessed.response, _MEASURED) & assessed.complete
    before = judged & (day <= (origin + pfs.days)[:, None])
    change = np.where(before, assessed.change, np.inf).min(axis=1, initial=np.inf)
    evaluable = before.any(axis=1)
    return {
        "baseline_sld_mm": reading.scans.baseline_mm.sum(axis=1),
        **_time("pfs", pfs),
        **_time("os", overall_survival(fate.death_day, **ends)),
        **_time("efs", _event_free(course, ladder, ends)),
        "best_response": best.response,
        "responder": best.confirmed,
        "response_any": np.isfinite(best.unconfirmed_start_day),
        "complete_response": np.isin(best.response, ladder.complete),
        "mrd_negative": _residual(course, ladder, end_day),
        "disease_control": np.isin(best.response, CONTROLLED),
        "evaluable": evaluable,
        "best_change": np.where(evaluable, change, 0.0),
        "any_shrinkage": np.asarray(evaluable & (change < 0)),
        "response_day": _since(np.where(best.confirmed, best.response_start_day, np.inf), origin),
        **_time("dor", _lasting(pfs, np.where(best.confirmed, best.response_start_day, np.inf), origin)),
        **_time("rfs", _lasting(pfs, complete, origin)),
        **_infusion(course),
    }


def time_origin(course: Course, rules: Assessment) -> Floats:
    """Give time zero of survival ``(patients,)``: enrolment, or the first infusion of the assigned cells.

    Who is never infused counts from enrolment, and so does a control who crossed over.
    """
    had, first, _ = infusion_span(course)
    counts = rules.time_origin == "infusion" and course.choice is None
    return np.where(had & counts, np.where(had, first, 0.0), 0.0)


def _best(course: Course, rules: Assessment, end_day: Floats) -> Best:
    """Give the best responses by the study's criteria."""
    reading, ladder = course.reading, LADDERS[rules.response_criteria]
    stable = rules.minimum_stable_days if ladder.unchanged == Response.SD else 0.0
    common: dict[str, Any] = {
        "confirm_days": _confirm_days(rules), "minimum_stable_days": stable, "baseline_day": reading.baseline_day,
        "cut": end_day,
    }  # fmt: skip
    if rules.response_criteria == "RECIST 1.1":
        return best_response(reading.assessed.response, reading.scans.day, **common)
    return best_on_ladder(reading.assessed.response, reading.scans.day, ladder, **common)


def _confirm_days(rules: Assessment) -> float:
    """Give the earliest confirmation, 0 where none is asked for."""
    return rules.confirm_days if rules.confirmed_responses else 0.0


def _event_free(course: Course, ladder: Ladder, ends: dict[str, Any]) -> Endpoint:
    """Give time to progression, relapse or death; in leukaemia also to the day by which there is no remission.

    The deadline of a remission counts from the infusion, of who has none from time zero.
    """
    reading, origin = course.reading, ends["start_day"]
    codes, day = reading.assessed.response, reading.scans.day
    seen = (codes == Response.PD) & (day > origin[:, None])
    events = {
        "progression or relapse": np.where(seen, day, np.inf).min(axis=1, initial=np.inf),
        "death": reading.fate.death_day,
    }
    if ladder.unchanged == Response.NR:
        had, first, _ = infusion_span(course)
        begun = np.where(had, first, origin)
        deadline = begun + course.typical.at("outcome.remission_deadline_days", course.cohort.keys)
        remission = np.isin(codes, ladder.complete) & (day <= deadline[:, None])
        events["no remission in time"] = np.where(remission.any(axis=1), np.inf, deadline)
    return event_free_survival(events, **ends)


def _residual(course: Course, ladder: Ladder, end_day: Floats) -> NDArray[np.int64]:
    """Say whether residual disease was ever not found in a complete response: 1, 0, -1 where it was not looked for."""
    reading = course.reading
    progressed = np.cumsum(reading.assessed.response == Response.PD, axis=1) > 0
    counts = np.isin(reading.assessed.response, ladder.complete) & ~progressed
    counts &= reading.scans.day <= end_day[:, None]
    return np.asarray(np.where(counts, reading.mrd_negative, -1).max(axis=1, initial=-1), np.int64)


def _lasting(pfs: Endpoint, start_day: Floats, origin: Floats) -> Endpoint:
    """Give how long a response lasted, from its first day (on the scale of the course; inf without one)."""
    return duration_of_response(pfs, np.maximum(start_day - origin, 0.0))


def _since(day: Floats, origin: Floats) -> Floats:
    """Count days from time zero, 0 where there is none to count."""
    return np.where(np.isfinite(day), np.maximum(np.where(np.isfinite(day), day, 0.0) - origin, 0.0), 0.0)


def _time(stem: str, found: Endpoint) -> Columns:
    """Give the two columns of a time to an event."""
    return {f"{stem}_days": found.days, f"{stem}_event": found.event}


def _infusion(course: Course) -> Columns:
    """Give the day of the first infusion, 0 without one."""
    had, first, _ = infusion_span(course)
    day = np.where(had, np.where(had, first, 0.0), 0.0)
    return {"infusion_day": day, "enrolment_to_infusion_days": np.where(had & course.treated, day, 0.0)}

"""Progression-free survival by a censoring rule.

The rules stand in :mod:`adoptive.outcome.events.censoring`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.errors import StudyError
from adoptive.outcome.events.censoring import CensoringRule, Planned, censoring_rule
from adoptive.outcome.events.types import REASONS, Endpoint, Reason
from adoptive.outcome.response.recist import ADEQUATE
from adoptive.outcome.types import Response, as_codes, as_numbers

__all__ = ["NeverStarted", "days_of", "first_of", "from_start", "progression_free_survival"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Bools = NDArray[np.bool_]
NeverStarted = Literal["left out", "censored", "event"]
NEVER_STARTED: Final = ("left out", "censored", "event")


def progression_free_survival(
    response: ArrayLike,
    day: ArrayLike,
    *,
    death_day: ArrayLike,
    last_contact_day: ArrayLike = np.inf,
    cut_day: ArrayLike = np.inf,
    new_therapy_day: ArrayLike = np.inf,
    clinical_progression_day: ArrayLike = np.inf,
    treatment_stop_day: ArrayLike = np.inf,
    start_day: ArrayLike = 0.0,
    baseline_assessed: ArrayLike = True,
    rule: str | CensoringRule = "FDA",
    missed_visits_allowed: int | None = None,
    planned: Planned | None = None,
    never_started: NeverStarted = "left out",
) -> Endpoint:
    """Give days from time zero to progression or death.

    The event is the first PD or an earlier death. It is censored at the last adequate assessment (day 0 if there is
    none) when more visits than the rule allows were missed right before it, when it comes after last contact, data cut
    or, by rule, a new therapy or the end of treatment, or when it never comes. Bridging and further infusions are
    protocol treatment, not a new therapy; what lies before time zero is no news.

    Parameters
    ----------
    response, day
        Codes (:class:`~adoptive.outcome.types.Response`) and days ``(patients, visits)``. Without ``planned`` a missed
        visit is a row NOT_DONE at its planned day. A visit that was not planned (any longer) has day inf. NE visits
        are not adequate, so they count as missed.
    death_day, last_contact_day, cut_day, new_therapy_day, clinical_progression_day, treatment_stop_day
        One for all or ``(patients,)``; inf or NaN = never. What happens after last contact (withdrawal) is not seen;
        with a new therapy on the day of an assessment the assessment counts.
    start_day
        Time zero on the scale of ``day``: 0 randomisation, else infusion or leukapheresis; inf = never reached.
    baseline_assessed
        Whether there is a baseline to judge by ``(patients,)``; without one no assessment is adequate.
    rule
        A :class:`~adoptive.outcome.events.censoring.CensoringRule` or the name of one: FDA, FDA-B, FDA-C, EMA.
    missed_visits_allowed
        Replaces the rule's own number.
    planned
        When visits were planned. Needed by rules with scheduled dates, which never lie after death, last contact or
        data cut.
    never_started
        Who never reaches time zero is left out (``counted`` false), censored at day 0, or has an event at day 0.

    Raises
    ------
    StudyError
        Unknown rule or option, an unknown response code, a response without a day, shapes that do not fit, a rule with
        scheduled dates without ``planned``.

    Examples
    --------
    >>> seen = progression_free_survival([[3, 3, 4], [3, 0, 0]], [[42, 84, 126]] * 2, death_day=[np.nan, 150])
    >>> seen.days.tolist(), seen.because.tolist()
    ([126.0, 42.0], ['documented progression', 'event after missed visits'])
    """
    chosen = censoring_rule(rule, missed_visits_allowed=missed_visits_allowed)
    if chosen.dates == "scheduled" and planned is None:
        raise StudyError(
            f"rule {chosen.name} dates by planned visits",
            where="planned",
            allowed="Planned(interval_days=...) or Planned(day=...)",
            next_step="say when visits were planned, or take a rule with observed dates",
        )
    codes, when = _visits(response, day)
    given = {
        Reason.DEATH: ("death_day", death_day),
        Reason.NO_EVENT: ("cut_day", cut_day),
        Reason.THERAPY_STARTED: ("new_therapy_day", new_therapy_day),
        Reason.CLINICAL_STOP: ("clinical_progression_day", clinical_progression_day),
        Reason.TREATMENT_STOP: ("treatment_stop_day", treatment_stop_day),
        Reason.LAST_CONTACT: ("last_contact_day", last_contact_day),
    }
    on = {why: days_of(name, value, len(codes)) for why, (name, value) in given.items()}
    start = days_of("start_day", start_day, len(codes))
    baseline = np.broadcast_to(np.asarray(baseline_assessed, np.bool_), start.shape)
    sight = _look(codes, when, on, start, baseline, chosen)
    return _judge(sight, chosen, planned, never_started)


def days_of(name: str, value: ArrayLike, patients: int) -> Floats:
    """Give days ``(patients,)``; NaN, a blank date, is never (inf).

    Parameters
    ----------
    name, value, patients
        What is given, one for all or one each, and for how many.
    """
    days = as_numbers(value, name)
    if days.ndim > 1 or days.size not in (1, patients):
        raise StudyError("one day for all or one per patient", where=name, value=days.shape, allowed=f"({patients},)")
    return np.where(np.isnan(days), np.inf, np.broadcast_to(days.reshape(-1) if days.ndim else days, (patients,)))


def first_of(days: Mapping[int, Floats]) -> tuple[Floats, Codes]:
    """Give the earliest of some days ``(patients,)`` and its key; of equal days the first key.

    Parameters
    ----------
    days
        Days by key.
    """
    keys, table = np.array(list(days), np.int64), np.stack(list(days.values()))
    return table.min(axis=0), keys[table.argmin(axis=0)]


def from_start(endpoint: Endpoint, start: Floats, started: Bools, never_started: NeverStarted) -> Endpoint:
    """Count the days of an endpoint from time zero, and deal with who never reached it.

    Parameters
    ----------
    endpoint, start, started
        Days on the common scale, time zero on that scale, and who reached it.
    never_started
        ``"left out"``, ``"censored"`` at day 0 or ``"event"`` at day 0.
    """
    if never_started not in NEVER_STARTED:
        raise StudyError("unknown option", where="never_started", value=never_started, allowed=", ".join(NEVER_STARTED))
    origin = np.where(started, start, 0.0)
    days, assessed, observed = (
        np.where(started, on - origin, 0.0) for on in (endpoint.days, endpoint.assessed_day, endpoint.observed_day)
    )
    return Endpoint(
        days=days,
        event=np.where(started, endpoint.event, never_started == "event"),
        parameter=endpoint.parameter,
        reason=np.where(started, endpoint.reason, int(Reason.NOT_STARTED)),
        reasons=endpoint.reasons,
        assessed_day=assessed,
        observed_day=observed,
        counted=started | (never_started != "left out"),
    )


@dataclass(frozen=True)
class _Sight:
    """Hold what is seen of each patient: time zero, end of follow-up and why, first event and its kind."""

    when: Floats
    adequate: Bools
    start: Floats
    started: Bools
    end: Floats
    bound: Codes
    death: Floats
    event_day: Floats
    kind: Codes


def _look(
    codes: Codes, when: Floats, on: Mapping[Reason, Floats], start: Floats, baseline: Bools, rule: CensoringRule
) -> _Sight:
    """Find the end of follow-up, the adequate assessments and the first event."""
    stops = {
        Reason.THERAPY_STARTED: (rule.new_therapy, Reason.NEW_THERAPY),
        Reason.CLINICAL_STOP: (rule.clinical_progression, Reason.CLINICAL_PROGRESSION),
        Reason.TREATMENT_STOP: (rule.treatment_stop, Reason.NO_EVENT),
    }
    later = {why: np.where(on[why] < start, np.inf, on[why]) for why in stops}  # before time zero it is no news
    bounds: dict[int, Floats] = {Reason.NO_EVENT: on[Reason.NO_EVENT]}
    bounds |= {why: later[why] for why, (action, _) in stops.items() if action == "censor"}
    end, bound = first_of(bounds | {Reason.LAST_CONTACT: on[Reason.LAST_CONTACT]})
    adequate = np.isin(codes, ADEQUATE) & (when <= end[:, None]) & (when > start[:, None]) & baseline[:, None]
    progression = np.where(adequate & (codes == Response.PD), when, np.inf).min(axis=1, initial=np.inf)
    events: dict[int, Floats] = {Reason.PROGRESSION: progression, Reason.DEATH: on[Reason.DEATH]}
    events |= {event: later[why] for why, (action, event) in stops.items() if action == "event"}
    event_day, kind = first_of({event: np.where(day <= end, day, np.inf) for event, day in events.items()})
    known = np.minimum(on[Reason.DEATH], np.minimum(on[Reason.LAST_CONTACT], on[Reason.NO_EVENT]))
    started = np.isfinite(start) & (start <= known)
    return _Sight(when, adequate, start, started, end, bound, on[Reason.DEATH], event_day, kind)


def _judge(sight: _Sight, rule: CensoringRule, planned: Planned | None, never_started: NeverStarted) -> Endpoint:
    """Date the event or the censoring, and say why."""
    start, seen = np.where(sight.started, sight.start, 0.0), sight.event_day
    earlier = sight.when < seen[:, None]
    assessed = np.where(sight.adequate & earlier, sight.when, start[:, None]).max(axis=1, initial=-np.inf)
    assessed = np.maximum(assessed, start)
    if planned is None:
        missed = (earlier & (sight.when > assessed[:, None]) & ~sight.adequate).sum(axis=1)
    else:
        missed = planned.missed(assessed, seen)
    tolerated = rule.missed_visits_allowed is None or (missed <= rule.missed_visits_allowed)
    happened = np.isfinite(seen)
    event = happened & tolerated
    days = observed = np.where(event, seen, assessed)
    if rule.dates == "scheduled" and planned is not None:
        moved = np.isin(sight.kind, (Reason.PROGRESSION, Reason.CLINICAL_PROGRESSION))
        known = np.minimum(sight.death, sight.end)
        visit = np.minimum(planned.next_visit(observed, start), known)
        last = np.minimum(planned.last_visit(assessed, start), known)
        days = np.where(event, np.where(moved, visit, observed), last)
    stopped = ~np.isin(sight.bound, (Reason.NO_EVENT, Reason.LAST_CONTACT))
    reason = np.select(
        [event, happened, stopped, assessed <= start],
        [sight.kind, int(Reason.MISSED_VISITS), sight.bound, int(Reason.NO_ASSESSMENT)],
        sight.bound,
    )
    found = Endpoint(days, event, "PFS", reason.astype(np.int64), REASONS, assessed, observed, sight.started)
    return from_start(found, start, sight.started, never_started)


def _visits(response: ArrayLike, day: ArrayLike) -> tuple[Codes, Floats]:
    """Check codes and days of visits; a visit without a response needs no day."""
    codes, when = as_codes(response, "response"), as_numbers(day, "day")
    if codes.ndim != 2 or codes.shape != np.broadcast_shapes(codes.shape, when.shape):
        raise StudyError(
            "responses and days are tables of patients by visits",
            where="response, day",
            value=f"{codes.shape}, {when.shape}",
            allowed="(patients, visits)",
        )
    when = np.broadcast_to(when, codes.shape)
    known = np.isin(codes, list(Response))
    if not known.all():
        raise StudyError(
            "unknown response code",
            where=_place(~known),
            value=int(codes[~known][0]),
            allowed=", ".join(f"{int(code)} {code.name}" for code in Response),
        )
    lost = np.isnan(when) & (codes != Response.NOT_DONE)
    if lost.any():
        raise StudyError("a response without a day cannot be placed", where=_place(lost), next_step="give its day")
    return codes, np.where(np.isnan(when), np.inf, when)


def _place(mark: Bools) -> str:
    """Name the first marked visit, counted from 1."""
    patient, visit = np.argwhere(mark)[0]
    return f"patient {patient + 1}, visit {visit + 1}"

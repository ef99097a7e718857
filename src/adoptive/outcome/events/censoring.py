"""Which rule censors progression-free survival, and when visits were planned.

Food and Drug Administration, Clinical Trial Endpoints for the Approval of Cancer Drugs and Biologics (2018), appendix
3, tables A to C; European Medicines Agency, EMA/CHMP/27994/2008/Rev.1 (2012), appendix 1 to the guideline on anticancer
medicines. Neither has a DOI.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.errors import StudyError

__all__ = ["CENSORING_RULES", "CensoringRule", "Planned", "censoring_rule"]

Floats = NDArray[np.float64]
Action = Literal["censor", "event", "ignore"]
TOLERANCE_DAYS: Final = 1e-9
"""Sums of days in binary arithmetic; far below any real difference of days."""


def _one_of(name: str, value: object, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise StudyError("unknown option", where=name, value=value, allowed=", ".join(allowed))


@dataclass(frozen=True)
class CensoringRule:
    """Say what ends progression-free survival besides a documented progression and death.

    Attributes
    ----------
    name
        How the rule is called.
    missed_visits_allowed
        Missed visits in a row that are tolerated right before an event; ``None`` never censors for them.
    new_therapy, clinical_progression
        ``"censor"``: the last adequate assessment until then; ``"event"``: progression; ``"ignore"``: follow on.
    treatment_stop
        A stop for toxicity or another reason: ``"censor"`` or ``"ignore"``.
    dates
        ``"observed"``: the day of the scan. ``"scheduled"``: progression at the next planned visit, censoring at the
        planned visit of the last adequate assessment; needs :class:`Planned`.
    """

    name: str
    missed_visits_allowed: int | None = 1
    new_therapy: Action = "censor"
    clinical_progression: Action = "censor"
    treatment_stop: Literal["censor", "ignore"] = "censor"
    dates: Literal["observed", "scheduled"] = "observed"

    def __post_init__(self) -> None:
        actions = ("censor", "event", "ignore")
        _one_of("new_therapy", self.new_therapy, actions)
        _one_of("clinical_progression", self.clinical_progression, actions)
        _one_of("treatment_stop", self.treatment_stop, ("censor", "ignore"))
        _one_of("dates", self.dates, ("observed", "scheduled"))
        if self.missed_visits_allowed is not None and self.missed_visits_allowed < 0:
            raise StudyError(
                "a number of missed visits cannot be negative",
                where="missed_visits_allowed",
                value=self.missed_visits_allowed,
                allowed="0, 1, 2, ... or None (never censor for missed visits)",
            )


CENSORING_RULES: Final[Mapping[str, CensoringRule]] = MappingProxyType(
    {
        "FDA": CensoringRule("FDA"),
        "FDA-B": CensoringRule("FDA-B", dates="scheduled"),
        "FDA-C": CensoringRule("FDA-C", clinical_progression="event", dates="scheduled"),
        "EMA": CensoringRule(
            "EMA",
            missed_visits_allowed=None,
            new_therapy="ignore",
            clinical_progression="ignore",
            treatment_stop="ignore",
        ),
    }
)
"""``FDA``: table A. ``FDA-B``, ``FDA-C``: its sensitivity tables. ``EMA``: every progression and death counts."""


def censoring_rule(rule: str | CensoringRule, *, missed_visits_allowed: int | None = None) -> CensoringRule:
    """Find a censoring rule by name; a number of missed visits replaces the rule's own.

    >>> censoring_rule("EMA").new_therapy
    'ignore'
    >>> censoring_rule("FDA", missed_visits_allowed=2).missed_visits_allowed
    2
    """
    if isinstance(rule, str):
        _one_of("rule", rule, tuple(CENSORING_RULES))
        rule = CENSORING_RULES[rule]
    return rule if missed_visits_allowed is None else replace(rule, missed_visits_allowed=missed_visits_allowed)


@dataclass(frozen=True, eq=False)
class Planned:
    """Say when assessments were planned, so that a missed one is recognised although no row tells of it.

    Either ``interval_days`` (one for all or ``(patients,)``) or ``day`` (``(visits,)`` or ``(patients, visits)`` on the
    scale of the visits, NaN or inf = none), with a window either side. By interval, the k-th visit after an assessment
    is missed once ``assessment + k interval + window`` has passed; by day, every planned visit is missed whose window
    lies wholly between assessment and event.

    >>> Planned(interval_days=42.0, window_days=7.0).missed(np.array([42.0]), np.array([134.0]))
    array([2])
    """

    interval_days: ArrayLike | None = None
    window_days: float = 0.0
    day: ArrayLike | None = None

    def __post_init__(self) -> None:
        if (self.interval_days is None) == (self.day is None):
            raise StudyError("give either an interval or the planned days", where="Planned", allowed="exactly one")
        if not (np.isfinite(self.window_days) and self.window_days >= 0):
            raise StudyError("a window is 0 days or more", where="window_days", value=self.window_days, allowed=">= 0")
        interval = np.asarray(1.0 if self.interval_days is None else self.interval_days, np.float64)
        if not (np.isfinite(interval) & (interval > 0)).all():
            raise StudyError("an interval is a positive number", where="interval_days", value=interval, allowed="> 0")

    def missed(self, assessed: Floats, until: Floats) -> NDArray[np.int64]:
        """Count the planned visits missed between an assessment and a day, both ``(patients,)``; 0 for an endless one.

        Parameters
        ----------
        assessed, until
            Day of the last adequate assessment and of the event.
        """
        ends = np.isfinite(until)
        end = np.where(ends, until, assessed)
        if self.interval_days is not None:
            gaps = (end - assessed - self.window_days - TOLERANCE_DAYS) / np.asarray(self.interval_days, np.float64)
            return np.where(ends, np.maximum(np.ceil(gaps) - 1.0, 0.0), 0.0).astype(np.int64)
        plan = self._days()
        after = plan - self.window_days > assessed[:, None] + TOLERANCE_DAYS
        passed = plan + self.window_days < end[:, None] - TOLERANCE_DAYS
        counted: NDArray[np.int64] = (after & passed).sum(axis=1).astype(np.int64)
        return counted

    def next_visit(self, day: Floats, start: Floats) -> Floats:
        """Give the planned day of the visit on a day, else of the next one; the day itself when none is left.

        By interval, visits are planned at ``start + k interval``.

        Parameters
        ----------
        day, start
            Days ``(patients,)``; time zero.
        """
        if self.interval_days is not None:
            interval = np.asarray(self.interval_days, np.float64)
            steps = np.ceil((day - start - self.window_days - TOLERANCE_DAYS) / interval)
            return start + np.maximum(steps, 1.0) * interval
        plan = self._days()
        open_still = plan + self.window_days >= day[:, None] - TOLERANCE_DAYS
        later = np.where(open_still, plan, np.inf).min(axis=1, initial=np.inf)
        return np.where(np.isfinite(later), later, day)

    def last_visit(self, day: Floats, start: Floats) -> Floats:
        """Give the planned day of the last visit up to a day, time zero where there is none.

        Parameters
        ----------
        day, start
            Days ``(patients,)``; time zero.
        """
        if self.interval_days is not None:
            interval = np.asarray(self.interval_days, np.float64)
            steps = np.floor((day - start + self.window_days + TOLERANCE_DAYS) / interval)
            return start + np.maximum(steps, 0.0) * interval
        plan = self._days()
        begun = (plan - self.window_days <= day[:, None] + TOLERANCE_DAYS) & (plan > start[:, None])
        last: Floats = np.maximum(np.where(begun, plan, -np.inf).max(axis=1, initial=-np.inf), start)
        return last

    def _days(self) -> Floats:
        plan = np.atleast_2d(np.asarray(self.day, np.float64))
        return np.where(np.isnan(plan), np.inf, plan)

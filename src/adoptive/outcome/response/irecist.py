"""Response to immunotherapy by iRECIST: unconfirmed and confirmed progression, and the bar that is reset.

Seymour et al. 2017, 10.1016/S1470-2045(17)30074-8; answers to questions at recist.eortc.org/irecist. Up to the first
progression iRECIST is RECIST 1.1.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.outcome.response.immune_visits import Look, growth_of, look_at
from adoptive.outcome.response.recist import PROGRESSION_MM, PROGRESSION_SHARE, TOLERANCE, Assessed, assess
from adoptive.outcome.response.types import ImmuneResponse, NewLesions
from adoptive.outcome.types import Response, Scans

__all__ = ["CONFIRM_FROM_DAYS", "IMMUNE_REASONS", "ImmuneAssessed", "assess_immune"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Bools = NDArray[np.bool_]

CONFIRM_FROM_DAYS: Final = 28.0
"""A scan earlier than this after the first unconfirmed progression confirms nothing."""

IMMUNE_REASONS: Final = (
    "no visit took place",
    "judged as by RECIST 1.1",
    "progression by RECIST 1.1 for the first time: iUPD",
    "progression neither confirmed nor reversed: iUPD",
    "worse, but the scan came too early or too late to confirm, or its day is unknown: iUPD",
    "target lesions at least 5 mm larger than at iUPD: iCPD",
    "non-target disease larger than at iUPD: iCPD",
    "measured new lesions at least 5 mm larger than at iUPD: iCPD",
    "new lesion that is not measured larger than at iUPD: iCPD",
    "more new lesions than at iUPD: iCPD",
    "progression in a category that had not progressed at iUPD: iCPD",
    "progression was confirmed before: iCPD",
    "not evaluable: NE",
    "progression not confirmed, better than at iUPD; the bar is reset",
    "baseline disease gone, but a new lesion remains: not iCR",
)
"""Why a visit was judged as it was; :attr:`ImmuneAssessed.reason` is a place in this tuple."""


class _Why(IntEnum):
    """Name the places of :data:`IMMUNE_REASONS`."""

    NO_VISIT = 0
    AS_RECIST = 1
    OPENS = 2
    STILL_OPEN = 3
    NOT_IN_TIME = 4
    TARGET_LARGER = 5
    NON_TARGET_LARGER = 6
    NEW_LARGER = 7
    NEW_UNMEASURED_LARGER = 8
    MORE_NEW = 9
    ANOTHER_CATEGORY = 10
    CONFIRMED_BEFORE = 11
    NOT_EVALUABLE = 12
    RESET = 13
    NEW_REMAINS = 14


_NOTHING_CONFIRMS: Final = 0

_SAME: Final = {
    Response.NOT_DONE: ImmuneResponse.NOT_DONE,
    Response.CR: ImmuneResponse.ICR,
    Response.PR: ImmuneResponse.IPR,
    Response.SD: ImmuneResponse.ISD,
    Response.PD: ImmuneResponse.IUPD,
    Response.NE: ImmuneResponse.NE,
    Response.NON_CR_NON_PD: ImmuneResponse.NON_ICR_NON_IUPD,
}
_IMMUNE: Final = np.array([_SAME[code] for code in sorted(_SAME)], np.int64)
_GOODNESS: Final = np.array([0, 4, 3, 2, 1, 0, 2], np.int64)
"""How good a response of the target lesions is, by :class:`Response`; a better one than at iUPD resets the bar."""


@dataclass(frozen=True)
class ImmuneAssessed:
    """Hold the visits judged by iRECIST, all ``(patients, visits)`` but the last two, ``(patients,)``, -1 = none.

    ``recist`` holds the same visits by RECIST 1.1, which stays the primary analysis. ``unconfirmed_visit`` is the first
    iUPD of the progression that counts: the one confirmed later, else one that was open at the last visit.
    ``confirmed_visit`` is the iCPD.
    """

    response: Codes
    reason: Codes
    recist: Assessed
    unconfirmed_visit: Codes
    confirmed_visit: Codes
    reasons: tuple[str, ...] = IMMUNE_REASONS

    @property
    def because(self) -> NDArray[np.str_]:
        """Give the reason of every visit as text, ``(patients, visits)``."""
        return np.asarray(self.reasons, np.str_)[self.reason]


def assess_immune(
    scans: Scans,
    *,
    new: NewLesions | None = None,
    non_target_larger: ArrayLike | None = None,
    confirm_from_days: float = CONFIRM_FROM_DAYS,
    confirm_within_days: float = np.inf,
) -> ImmuneAssessed:
    """Judge every visit of every patient by iRECIST.

    The first PD by RECIST 1.1 is iUPD. A later visit makes it iCPD if the target lesions that had progressed have grown
    by 5 mm more in sum since the iUPD, non-target disease that had progressed has grown at all, measured new lesions
    have grown by 5 mm in sum or others at all, there are more new lesions, or another category progresses. Growth adds
    up from the iUPD. If instead no category is in progression any more, or the target lesions' response is better than
    at an iUPD whose new lesions are still there, the visit gets that response and the bar is reset: the next
    progression is iUPD again. Otherwise the visit stays iUPD; a visit that cannot be judged is NE and changes nothing.

    Parameters
    ----------
    scans
        What the radiologist recorded, visits in time order; ``new_lesion`` says that a new lesion is there.
    new
        The new lesions one by one; without it, a new lesion can raise iUPD and keep it but not confirm it.
    non_target_larger
        Any growth of non-target disease since the visit before, ``(patients, visits)``: 1 yes, 0 no, -1 unknown.
    confirm_from_days, confirm_within_days
        Days after the iUPD between which a visit can confirm. The paper asks for the scan after 4 to 8 weeks; a later
        one confirms too unless ``confirm_within_days`` (from the visit before) says otherwise.

    Returns
    -------
    ImmuneAssessed
        Responses with reasons and the visits of unconfirmed and confirmed progression.
    """
    alone = assess(replace(scans, new_lesion=np.zeros(scans.new_lesion.shape, np.bool_)))
    growth = growth_of(scans, new, non_target_larger)
    kept = _OpenProgression.empty(len(scans.day))
    shape = scans.day.shape
    response, reason = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    for visit in range(shape[1]):
        now = look_at(scans, alone, growth, visit)
        response[:, visit], reason[:, visit] = kept.judge(now, visit, confirm_from_days, confirm_within_days)
    return ImmuneAssessed(
        response=response,
        reason=reason,
        recist=assess(replace(scans, new_lesion=growth.there | scans.new_lesion) if new is not None else scans),
        unconfirmed_visit=np.where(kept.opened, kept.opening, -1).astype(np.int64),
        confirmed_visit=kept.confirmed,
    )


@dataclass
class _OpenProgression:
    """Keep, while the visits pass, what each patient's open progression looked like when it began."""

    opened: Bools
    opening: Codes
    confirmed: Codes
    since: Floats
    before: Floats
    target: Bools
    goodness: Codes
    sum_mm: Floats
    non_target: Bools
    larger: Bools
    new: Bools
    count: Codes
    new_mm: Floats
    new_nadir: Floats
    new_larger: Bools

    @classmethod
    def empty(cls, patients: int) -> _OpenProgression:
        """Start with nobody in progression."""
        no, none = np.zeros(patients, np.bool_), np.full(patients, -1, np.int64)
        zero, nothing, never = np.zeros(patients, np.int64), np.zeros(patients), np.full(patients, np.inf)
        return cls(
            opened=no,
            opening=none,
            confirmed=none,
            since=nothing,
            before=-never,
            target=no,
            goodness=zero,
            sum_mm=nothing,
            non_target=no,
            larger=no,
            new=no,
            count=zero,
            new_mm=nothing,
            new_nadir=never,
            new_larger=no,
        )

    def judge(self, now: Look, visit: int, earliest: float, latest: float) -> tuple[Codes, Codes]:
        """Judge one visit and remember what the next one needs."""
        target_worse = now.target == Response.PD
        new_worse = self._new_progression(now) & now.done
        fresh = target_worse | now.non_target_worse | new_worse
        closed, done = self.confirmed >= 0, now.done
        free = done & ~closed & ~self.opened
        held = done & ~closed & self.opened
        self.larger = self.larger | (held & now.growth.non_target)
        self.new_larger = self.new_larger | (held & now.growth.any_growth)
        why = np.where(held, self._confirming(now, target_worse, new_worse), _NOTHING_CONFIRMS)
        in_time = (now.day - self.since >= earliest - TOLERANCE) & (now.day - self.before <= latest + TOLERANCE)
        sure = held & (why > 0) & in_time
        lasting = self.new & now.growth.there & (_GOODNESS[now.target] <= self.goodness)
        still = held & ~sure & ((why > 0) | target_worse | now.non_target_worse | lasting)
        blind = done & ~closed & ~sure & ~still & (now.base == Response.NE) & ~(free & fresh)
        better = held & ~sure & ~still & ~blind
        opens = free & fresh
        none, iupd, icpd = ImmuneResponse.NOT_DONE, ImmuneResponse.IUPD, ImmuneResponse.ICPD
        told: list[tuple[Bools, Codes | _Why, ImmuneResponse]] = [
            (~done, _Why.NO_VISIT, none),
            (closed, _Why.CONFIRMED_BEFORE, icpd),
            (sure, why, icpd),
            (opens, _Why.OPENS, iupd),
            (still & (why > 0), _Why.NOT_IN_TIME, iupd),
            (still, _Why.STILL_OPEN, iupd),
            (blind, _Why.NOT_EVALUABLE, ImmuneResponse.NE),
        ]
        marks, reasons, responses = zip(*told, strict=True)
        reason = np.select(marks, reasons, np.where(better, _Why.RESET, _Why.AS_RECIST)).astype(np.int64)
        response = np.select(marks, responses, _IMMUNE[now.base])
        remains = (response == ImmuneResponse.ICR) & now.growth.there  # a complete response leaves no lesion at all
        instead = np.where(now.target == Response.NOT_DONE, ImmuneResponse.NON_ICR_NON_IUPD, ImmuneResponse.IPR)
        response, reason = np.where(remains, instead, response), np.where(remains, _Why.NEW_REMAINS, reason)
        self._remember(now, visit, opens, better, sure, target_worse, new_worse)
        return response.astype(np.int64), reason

    def _new_progression(self, now: Look) -> Bools:
        """Say where new lesions are progression: more than counted, measured ones up by the rule, clear growth."""
        total = np.where(np.isnan(now.growth.sum_mm), 0.0, now.growth.sum_mm)
        low = self.new_nadir
        up = (total - low >= PROGRESSION_MM - TOLERANCE) & (total >= PROGRESSION_SHARE * low - TOLERANCE)
        return (now.growth.count > self.count) | up | now.growth.clear_growth

    def _confirming(self, now: Look, target_worse: Bools, new_worse: Bools) -> Codes:
        """Give the reason that confirms, 0 = nothing does."""
        slack = TOLERANCE * np.maximum(1.0, now.sum_mm)
        more_new = np.where(np.isnan(now.growth.sum_mm), -np.inf, now.growth.sum_mm) - self.new_mm
        another = (target_worse & ~self.target) | (now.non_target_worse & ~self.non_target) | (new_worse & ~self.new)
        told = [
            (self.target & target_worse & (now.sum_mm - self.sum_mm >= PROGRESSION_MM - slack), _Why.TARGET_LARGER),
            (self.non_target & self.larger, _Why.NON_TARGET_LARGER),
            (self.new & (more_new >= PROGRESSION_MM - TOLERANCE), _Why.NEW_LARGER),
            (self.new & self.new_larger, _Why.NEW_UNMEASURED_LARGER),
            (self.new & now.growth.counted & (now.growth.count > self.count), _Why.MORE_NEW),
            (another, _Why.ANOTHER_CATEGORY),
        ]
        marks, reasons = zip(*told, strict=True)
        found: Codes = np.select(marks, reasons, _NOTHING_CONFIRMS).astype(np.int64)
        return found

    def _remember(
        self, now: Look, visit: int, opens: Bools, better: Bools, sure: Bools, target_worse: Bools, new_worse: Bools
    ) -> None:
        """Open, close and confirm progressions; keep the nadir of measured new lesions."""
        self.opening = np.where(opens, visit, self.opening)
        self.since = np.where(opens, now.day, self.since)
        self.target = np.where(opens, target_worse, self.target)
        self.goodness = np.where(opens, _GOODNESS[now.target], self.goodness)
        self.sum_mm = np.where(opens, now.sum_mm, self.sum_mm)
        self.non_target = np.where(opens, now.non_target_worse, self.non_target)
        self.new = np.where(opens, new_worse, self.new)
        self.count = np.where(opens | better, now.growth.count, self.count)
        known = ~np.isnan(now.growth.sum_mm)
        self.new_mm = np.where(opens & known, now.growth.sum_mm, self.new_mm)
        first = known & (now.growth.sum_mm > 0) | np.isfinite(self.new_nadir)
        self.new_nadir = np.where(
            now.done & first & known, np.minimum(self.new_nadir, now.growth.sum_mm), self.new_nadir
        )
        self.larger = self.larger & ~(opens | better)
        self.new_larger = self.new_larger & ~(opens | better)
        self.opened = (self.opened | opens) & ~better
        self.confirmed = np.where(sure, visit, self.confirmed)
        self.before = np.where(now.done, now.day, self.before)

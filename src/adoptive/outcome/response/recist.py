"""Response of solid tumours by RECIST 1.1: visit response with its reason, and progression.

Eisenhauer et al. 2009, 10.1016/j.ejca.2008.10.026. Diameters are longest diameters, of nodes short axes, in mm.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Final, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.errors import StudyError
from adoptive.outcome.response.lesions import confirm_new_lesions
from adoptive.outcome.types import NonTarget, Response, Scans, as_numbers

__all__ = ["ADEQUATE", "REASONS", "Assessed", "Kept", "assess"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Bools = NDArray[np.bool_]
Kept = Literal["never", "confirmed", "always"]

PARTIAL_SHARE: Final = 0.70
PROGRESSION_SHARE: Final = 1.20
PROGRESSION_MM: Final = 5.0
NORMAL_NODE_MM: Final = 10.0
CONFIRM_DAYS: Final = 28.0
TOLERANCE: Final = 1e-9
"""Relative; 63 mm of 90 mm is a partial response although 0.7 * 90 is a little below 63 in binary arithmetic."""

ADEQUATE: Final = tuple(code for code in Response if code not in (Response.NOT_DONE, Response.NE))
"""Responses of a visit that could be judged, by any criteria."""

REASONS: Final = (
    "no visit took place",
    "all target lesions gone, nodes below 10 mm, no other disease left: CR",
    "target lesions gone, non-target disease remains: PR",
    "target lesions gone, non-target disease not evaluated: PR",
    "sum of target lesions at most 70 % of the baseline: PR",
    "partial response was confirmed before and stays until progression: PR",
    "sum neither down 30 % from the baseline nor up 20 % and 5 mm from the nadir: SD",
    "sum at least 20 % and 5 mm above the nadir: PD",
    "measured part of an incomplete set already 20 % and 5 mm above the nadir: PD",
    "unequivocal progression of non-target disease: PD",
    "new lesion: PD",
    "equivocal new lesion that a later scan confirmed: PD from this visit",
    "disease came back after a complete response: PD",
    "a target lesion was not measured: NE",
    "the baseline of a target lesion is missing: NE",
    "no target lesions, non-target disease gone: CR",
    "no target lesions, non-target disease remains: NON-CR/NON-PD",
    "no target lesions, non-target disease not evaluated: NE",
    "no disease recorded at baseline: NE",
)
"""Why a visit was judged as it was; :attr:`Assessed.reason` is a place in this tuple."""


class _Why(IntEnum):
    """Name the places of :data:`REASONS`."""

    NO_VISIT = 0
    ALL_GONE = 1
    OTHER_REMAINS = 2
    OTHER_UNSEEN = 3
    SMALLER = 4
    KEPT = 5
    STABLE = 6
    LARGER = 7
    PART_LARGER = 8
    OTHER_WORSE = 9
    NEW_LESION = 10
    NEW_LESION_CONFIRMED = 11
    CAME_BACK = 12
    NOT_MEASURED = 13
    NO_BASELINE = 14
    ALONE_GONE = 15
    ALONE_REMAINS = 16
    ALONE_UNSEEN = 17
    NO_DISEASE = 18


_RESPONSE_OF: Final = np.array(
    [Response.NOT_DONE, Response.CR]
    + [Response.PR] * 4 + [Response.SD] + [Response.PD] * 6 + [Response.NE] * 2
    + [Response.CR, Response.NON_CR_NON_PD] + [Response.NE] * 2,
    np.int64,
)  # fmt: skip
"""The response that each reason stands for."""


@dataclass(frozen=True)
class Assessed:
    """Hold the judged visits, all ``(patients, visits)`` but ``progression_visit (patients,)``, -1 = none.

    ``sum_mm`` is the sum over the target lesions that were measured; where ``complete`` is false it is only a part, and
    ``change`` (fraction of the baseline sum) is 0 there. ``nadir_mm`` is the smallest earlier complete sum, baseline
    included; inf while none is known because a baseline is missing. ``target`` is NOT_DONE for patients without target
    lesions. ``reason`` is a place in ``reasons``.
    """

    response: Codes
    target: Codes
    sum_mm: Floats
    nadir_mm: Floats
    change: Floats
    complete: Bools
    progression_visit: Codes
    reason: Codes
    reasons: tuple[str, ...] = REASONS

    @property
    def because(self) -> NDArray[np.str_]:
        """Give the reason of every visit as text, ``(patients, visits)``."""
        return np.asarray(self.reasons, np.str_)[self.reason]


def assess(
    scans: Scans,
    *,
    new_lesion: ArrayLike | None = None,
    partial_kept: Kept = "confirmed",
    confirm_days: float = CONFIRM_DAYS,
    relapse_is_progression: bool = False,
) -> Assessed:
    """Judge every visit of every patient.

    CR: non-nodal targets 0 mm, nodes below 10 mm. PD: ``sum - nadir >= 5 mm`` and ``sum >= 1.2 nadir``, also on an
    incomplete set. PR: ``sum <= 0.7 baseline``. SD otherwise, NE on an incomplete set. Lesions whose baseline is 0 are
    no target lesions. A patient with neither target nor non-target disease is NE until a new lesion appears. A diameter
    of NaN was not measured; a baseline of NaN is missing, which leaves CR, and PD from a later nadir, to be judged.

    Parameters
    ----------
    scans
        What the radiologist recorded, visits in time order.
    new_lesion
        :class:`~adoptive.outcome.response.types.NewLesion` ``(patients, visits, lesions)`` or ``(patients, visits)`` in
        place of ``scans.new_lesion``: equivocal lesions count once a later scan confirms them, from their first visit.
    partial_kept
        Whether a visit above 70 % of the baseline after a partial response stays PR until progression ("confirmed":
        after two visits of PR or CR ``confirm_days`` apart, as the working group clarified the paper's definition of
        SD; "always": after the first) or reads SD ("never"). Best response, its duration and progression are the same
        either way. Visits of unknown day confirm nothing.
    confirm_days
        Days between the two visits for "confirmed".
    relapse_is_progression
        Whether disease that comes back after a complete response is PD although it is too small for it (the paper's
        note to table 3, for a complete response that was truly met), or is judged by its sum.

    Returns
    -------
    Assessed
        Responses with reasons, sums and the first progression.

    Raises
    ------
    StudyError
        If an option is unknown, the arrays do not fit each other, or a diameter is negative.

    >>> from adoptive.outcome import Kind, lesion_rows, stack_rows
    >>> who, visit, size = ["A", "A", "A", "B", "B"], [0, 1, 2, 0, 1], [50, 30, 20, 40, 60]
    >>> rows = lesion_rows(who, visit, "T1", Kind.TARGET, diameter_mm=size, day=[0, 42, 84, 0, 42])
    >>> scans = stack_rows(rows).scans
    >>> assess(scans).because[:, 0].tolist()
    ['sum of target lesions at most 70 % of the baseline: PR', 'sum at least 20 % and 5 mm above the nadir: PD']
    """
    _check(scans, partial_kept)
    sizes = (as_numbers(scans.diameter_mm, "scans.diameter_mm"), as_numbers(scans.baseline_mm, "scans.baseline_mm"))
    scans = replace(scans, diameter_mm=sizes[0], baseline_mm=sizes[1])
    lesion = (scans.baseline_mm > 0) | np.isnan(scans.baseline_mm)
    sum_mm, complete = _sums(scans, lesion)
    baseline = np.where(lesion, scans.baseline_mm, 0.0).sum(axis=1)
    baseline = np.where(np.isnan(baseline), np.inf, baseline)[:, None]
    nadir = _nadir(np.where(complete, sum_mm, np.inf), baseline)
    target = _target(scans, lesion, sum_mm, nadir, baseline, complete)
    appeared, equivocal = _new(scans, new_lesion)
    response, reason = _overall(scans, target, _somewhere(lesion)[:, None], appeared)
    reason = _sharpen(reason, complete, np.isfinite(baseline), equivocal)
    if relapse_is_progression:
        _relapse(response, reason)
    if partial_kept != "never":
        _keep(response, reason, scans.day, 0.0 if partial_kept == "always" else confirm_days)
    change = np.where(complete & np.isfinite(baseline), sum_mm / np.where(baseline > 0, baseline, 1.0) - 1.0, 0.0)
    return Assessed(
        response=response,
        target=target,
        sum_mm=sum_mm,
        nadir_mm=nadir,
        change=change,
        complete=complete,
        progression_visit=_first(response == Response.PD),
        reason=reason,
    )


def _check(scans: Scans, kept: Kept) -> None:
    """Refuse an option that does not exist and arrays that do not fit each other."""
    if kept not in get_args(Kept):
        raise StudyError("unknown choice", where="partial_kept", value=kept, allowed=", ".join(get_args(Kept)))
    shape = np.shape(scans.diameter_mm)
    if len(shape) != 3:
        raise StudyError(
            "needs three axes", where="scans.diameter_mm", value=shape, allowed="(patients, visits, lesions)"
        )
    for name in ("day", "done", "non_target", "new_lesion"):
        if np.shape(getattr(scans, name)) != shape[:2]:
            value = np.shape(getattr(scans, name))
            raise StudyError("does not fit the diameters", where=f"scans.{name}", value=value, allowed=str(shape[:2]))
    if np.shape(scans.baseline_mm) != (shape[0], shape[2]):
        value, allowed = np.shape(scans.baseline_mm), str((shape[0], shape[2]))
        raise StudyError("does not fit the diameters", where="scans.baseline_mm", value=value, allowed=allowed)
    if (scans.diameter_mm < 0).any() or (scans.baseline_mm < 0).any():
        raise StudyError("a diameter is negative", where="scans", allowed="0 mm or more, NaN where not measured")


def _sums(scans: Scans, lesion: Bools) -> tuple[Floats, Bools]:
    """Add the measured target lesions of each visit; say where the set is complete."""
    targets = lesion[:, None, :]
    measured = scans.measured & ~np.isnan(scans.diameter_mm) & scans.done[:, :, None] & targets
    sums = np.where(measured, scans.diameter_mm, 0.0).sum(axis=2)
    complete = scans.done & (measured | ~targets).all(axis=2) & _somewhere(lesion)[:, None]
    return sums, complete


def _nadir(sums: Floats, baseline: Floats) -> Floats:
    """Give the smallest sum before each visit, baseline included."""
    before = np.concatenate([baseline, sums], axis=1)[:, : sums.shape[1]]
    lowest: Floats = np.minimum.accumulate(before, axis=1)
    return lowest


def _target(scans: Scans, lesion: Bools, sums: Floats, nadir: Floats, baseline: Floats, complete: Bools) -> Codes:
    """Judge the target lesions alone, in the order CR, PD, PR, SD, NE."""
    node = np.broadcast_to(scans.nodal, lesion.shape)[:, None, :]
    size = scans.diameter_mm
    gone = np.where(node, size < NORMAL_NODE_MM, size <= 0.0)
    cleared = complete & (gone | ~lesion[:, None, :]).all(axis=2)
    known = np.isfinite(baseline)
    slack = TOLERANCE * np.maximum(1.0, sums)
    grown = (sums - nadir >= PROGRESSION_MM - slack) & (sums >= PROGRESSION_SHARE * nadir - slack)
    shrunk = complete & known & (sums <= PARTIAL_SHARE * baseline + slack)
    absent = ~scans.done | ~_somewhere(lesion)[:, None]
    codes = [Response.NOT_DONE, Response.CR, Response.PD, Response.PR, Response.SD]
    marks = [absent, cleared, grown, shrunk, complete & known]
    chosen: Codes = np.select(marks, codes, Response.NE).astype(np.int64)
    return chosen


def _new(scans: Scans, state: ArrayLike | None) -> tuple[Bools, Bools]:
    """Say where a new lesion counts, and where it was equivocal when it was first seen."""
    if state is None:
        return scans.new_lesion, np.zeros(scans.new_lesion.shape, np.bool_)
    seen = np.asarray(state, np.int64)
    sure = (seen == 2).any(axis=2) if seen.ndim == 3 else seen == 2
    appeared = confirm_new_lesions(seen)
    return appeared, appeared & ~sure


def _overall(scans: Scans, target: Codes, has_target: Bools, new_lesion: Bools) -> tuple[Codes, Codes]:
    """Combine target, non-target and new lesions (the paper's tables 1 and 2); give response and reason."""
    other = scans.non_target
    left, unseen = other == NonTarget.NON_CR_NON_PD, (other == NonTarget.NE) | (other < 0)
    gone, alone = target == Response.CR, ~has_target
    told = [
        (~scans.done, _Why.NO_VISIT),
        (target == Response.PD, _Why.LARGER),
        (other == NonTarget.PD, _Why.OTHER_WORSE),
        (new_lesion, _Why.NEW_LESION),
        (gone & left, _Why.OTHER_REMAINS),
        (gone & unseen, _Why.OTHER_UNSEEN),
        (gone, _Why.ALL_GONE),
        (target == Response.PR, _Why.SMALLER),
        (target == Response.SD, _Why.STABLE),
        (target == Response.NE, _Why.NOT_MEASURED),
        (alone & (other == NonTarget.CR), _Why.ALONE_GONE),
        (alone & left, _Why.ALONE_REMAINS),
        (alone & unseen, _Why.ALONE_UNSEEN),
    ]
    marks, why = zip(*told, strict=True)
    reason = np.select(marks, why, _Why.NO_DISEASE).astype(np.int64)
    return _RESPONSE_OF[reason], reason


def _sharpen(reason: Codes, complete: Bools, known: Bools, equivocal: Bools) -> Codes:
    """Tell an incomplete set, a missing baseline and a back-dated lesion apart; the response stays the same."""
    reason[(reason == _Why.LARGER) & ~complete] = _Why.PART_LARGER
    reason[(reason == _Why.NOT_MEASURED) & complete & ~known] = _Why.NO_BASELINE
    reason[(reason == _Why.NEW_LESION) & equivocal] = _Why.NEW_LESION_CONFIRMED
    return reason


def _relapse(response: Codes, reason: Codes) -> None:
    """Turn disease that comes back after a complete response into progression, in place."""
    before = np.cumsum(response == Response.CR, axis=1) > 0
    back = before & np.isin(response, (Response.PR, Response.SD, Response.NON_CR_NON_PD))
    response[back], reason[back] = Response.PD, _Why.CAME_BACK


def _keep(response: Codes, reason: Codes, day: Floats, confirm_days: float) -> None:
    """Turn SD after a (confirmed) response into PR until the first progression, in place.

    Two visits confirm as for the best response: nothing else between them, and no PR after a CR.
    """
    progressed = np.cumsum(response == Response.PD, axis=1) > 0
    shrunk = ((response == Response.PR) | (response == Response.CR)) & ~progressed
    rows = np.flatnonzero(_somewhere(shrunk) & _somewhere(response == Response.SD))
    start = np.full(len(rows), np.inf)  # day of the first visit of the response that runs, inf = none does
    kept, cleared = np.zeros(len(rows), np.bool_), np.zeros(len(rows), np.bool_)
    for visit in range(response.shape[1]):
        now, when, here = response[rows, visit], day[rows, visit], shrunk[rows, visit]
        anew = here & (~np.isfinite(start) | ((now == Response.PR) & cleared))
        start = np.where(anew, when, start)
        cleared = (cleared & ~anew) | (now == Response.CR)
        wait = np.subtract(when, start, where=here & np.isfinite(start), out=np.full(len(rows), -1.0))
        kept |= wait >= confirm_days - TOLERANCE
        held = (now == Response.SD) & kept & ~progressed[rows, visit]
        response[rows[held], visit], reason[rows[held], visit] = Response.PR, _Why.KEPT
        start = np.where(here | held | (now == Response.NOT_DONE), start, np.inf)


def _somewhere(mark: Bools) -> Bools:
    """Say which patients have a mark."""
    found: Bools = np.logical_or.reduce(mark, axis=1)
    return found


def _first(mark: Bools) -> Codes:
    """Give the first marked visit, -1 where there is none."""
    if mark.shape[1] == 0:
        return np.full(len(mark), -1, np.int64)
    return np.where(_somewhere(mark), mark.argmax(axis=1), -1).astype(np.int64)

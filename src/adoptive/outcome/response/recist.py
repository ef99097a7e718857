"""Response of solid tumours by RECIST 1.1: visit response, progression, best overall response.

Eisenhauer et al. 2009, 10.1016/j.ejca.2008.10.026. Diameters are longest diameters, of nodes short axes, in mm.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.outcome.types import NonTarget, Response, Scans

__all__ = ["ADEQUATE", "Assessed", "Best", "assess", "best_response"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Bools = NDArray[np.bool_]

PARTIAL_SHARE: Final = 0.70
PROGRESSION_SHARE: Final = 1.20
PROGRESSION_MM: Final = 5.0
NORMAL_NODE_MM: Final = 10.0
TOLERANCE: Final = 1e-9
"""Relative; 63 mm of 90 mm is a partial response although 0.7 * 90 is a little below 63 in binary arithmetic."""

ADEQUATE: Final = (Response.CR, Response.PR, Response.SD, Response.PD, Response.NON_CR_NON_PD)
"""Responses of a visit that could be judged."""


@dataclass(frozen=True)
class Assessed:
    """Hold the judged visits, all ``(patients, visits)`` but ``progression_visit (patients,)``, -1 = none.

    ``sum_mm`` is the sum over the target lesions that were measured; where ``complete`` is false it is only a part, and
    ``change`` (fraction of the baseline sum) is 0 there. ``nadir_mm`` is the smallest earlier complete sum, baseline
    included. ``target`` is NOT_DONE for patients without target lesions.
    """

    response: Codes
    target: Codes
    sum_mm: Floats
    nadir_mm: Floats
    change: Floats
    complete: Bools
    progression_visit: Codes


@dataclass(frozen=True)
class Best:
    """Hold best overall responses, all ``(patients,)``; a start day is inf without a response.

    ``response`` asks for confirmation, ``unconfirmed`` does not. ``response_start_day`` is the first CR or PR of a
    confirmed response, so a PR that turns into a confirmed CR starts at the PR.
    """

    response: Codes
    confirmed: Bools
    response_start_day: Floats
    unconfirmed: Codes
    unconfirmed_start_day: Floats


def assess(scans: Scans) -> Assessed:
    """Judge every visit of every patient.

    CR: non-nodal targets 0 mm, nodes below 10 mm. PD: ``sum - nadir >= 5 mm`` and ``sum >= 1.2 nadir``, also on an
    incomplete set. PR: ``sum <= 0.7 baseline``. SD otherwise, NE on an incomplete set. Lesions whose baseline is 0 are
    no target lesions. A patient with neither target nor non-target disease is NE until a new lesion appears. A visit
    above 70 % of the baseline after a confirmed PR reads SD here where the EORTC's FAQ keeps PR; best response, its
    duration and progression are the same either way.

    Parameters
    ----------
    scans
        What the radiologist recorded, visits in time order.

    Returns
    -------
    Assessed
        Responses, sums and the first progression.
    """
    lesion = scans.baseline_mm > 0
    sum_mm, complete = _sums(scans, lesion)
    baseline = np.where(lesion, scans.baseline_mm, 0.0).sum(axis=1)[:, None]
    nadir = _nadir(np.where(complete, sum_mm, np.inf), baseline)
    target = _target(scans, lesion, sum_mm, nadir, baseline, complete)
    response = _overall(scans, target, _somewhere(lesion)[:, None])
    has_baseline = np.where(baseline > 0, baseline, 1.0)
    change = np.where(complete, sum_mm / has_baseline - 1.0, 0.0)
    return Assessed(
        response=response,
        target=target,
        sum_mm=sum_mm,
        nadir_mm=nadir,
        change=change,
        complete=complete,
        progression_visit=_first(response == Response.PD),
    )


def best_response(
    response: Codes,
    day: ArrayLike,
    *,
    confirm_days: float,
    minimum_stable_days: float,
    baseline_day: ArrayLike = 0.0,
    cut: ArrayLike = np.inf,
    not_evaluable_allowed: int = 0,
    stable_allowed: bool = False,
) -> Best:
    """Give the best overall response, with and without confirmation.

    Visits after the first PD and after the data cut are ignored. Ranking: CR, PR, SD, non-CR/non-PD, PD, NE, NOT_DONE.
    A CR needs a second CR, a PR a second PR or a CR, at least ``confirm_days`` later; a PR after a CR breaks the
    confirmation. An unconfirmed response is SD if the minimum is met, else PD if disease came back, else NE.

    Parameters
    ----------
    response, day
        Codes and days ``(patients, visits)``, in time order; missed visits are NOT_DONE and do not count as NE.
    confirm_days
        Earliest confirmation after the response; 0 asks for none.
    minimum_stable_days
        Shortest time from ``baseline_day`` at which SD counts.
    baseline_day, cut
        Days on the scale of ``day``, ``(patients,)`` or one for all.
    not_evaluable_allowed
        NE visits allowed between response and confirmation.
    stable_allowed
        Whether one SD may stand between a PR and its confirmation.
    """
    seen, when = _until_progression(response, np.asarray(day, np.float64), np.asarray(cut, np.float64))
    late = when - np.asarray(baseline_day, np.float64).reshape(-1, 1) >= minimum_stable_days - TOLERANCE
    starts = [
        _confirmed(seen, when, kind, confirm_days, not_evaluable_allowed, stable_allowed)
        for kind in (Response.CR, Response.PR)
    ]
    confirmed = starts[0] | starts[1]
    any_response = (seen == Response.CR) | (seen == Response.PR)
    return Best(
        response=_rank(seen, late, starts[0], starts[1]),
        confirmed=_somewhere(confirmed),
        response_start_day=_earliest(when, confirmed),
        unconfirmed=_rank(seen, late, seen == Response.CR, seen == Response.PR),
        unconfirmed_start_day=_earliest(when, any_response),
    )


def _sums(scans: Scans, lesion: Bools) -> tuple[Floats, Bools]:
    """Add the measured target lesions of each visit; say where the set is complete."""
    targets = lesion[:, None, :]
    measured = np.broadcast_to(scans.measured, scans.diameter_mm.shape) & scans.done[:, :, None] & targets
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
    limit = np.where(scans.nodal, NORMAL_NODE_MM, 0.0)
    node = np.broadcast_to(scans.nodal, lesion.shape)[:, None, :]
    size = scans.diameter_mm
    gone = np.where(node, size < np.broadcast_to(limit, lesion.shape)[:, None, :], size <= 0.0)
    cleared = complete & (gone | ~lesion[:, None, :]).all(axis=2)
    slack = TOLERANCE * np.maximum(1.0, sums)
    grown = (sums - nadir >= PROGRESSION_MM - slack) & (sums >= PROGRESSION_SHARE * nadir - slack)
    shrunk = complete & (sums <= PARTIAL_SHARE * baseline + slack)
    absent = ~scans.done | ~_somewhere(lesion)[:, None]
    codes = [Response.NOT_DONE, Response.CR, Response.PD, Response.PR, Response.SD]
    chosen: Codes = np.select([absent, cleared, grown, shrunk, complete], codes, Response.NE).astype(np.int64)
    return chosen


def _overall(scans: Scans, target: Codes, has_target: Bools) -> Codes:
    """Combine target, non-target and new lesions (the paper's tables 1 and 2)."""
    other = scans.non_target
    not_gone = (other == NonTarget.NON_CR_NON_PD) | (other == NonTarget.NE)
    with_target = np.where((target == Response.CR) & not_gone, Response.PR, target)
    without_target = np.select(
        [other == NonTarget.CR, other == NonTarget.NON_CR_NON_PD], [Response.CR, Response.NON_CR_NON_PD], Response.NE
    )
    worse = scans.new_lesion | (other == NonTarget.PD)
    judged = np.where(worse, Response.PD, np.where(has_target, with_target, without_target))
    overall: Codes = np.where(scans.done, judged, Response.NOT_DONE).astype(np.int64)
    return overall


def _somewhere(mark: Bools) -> Bools:
    """Say which patients have a mark."""
    found: Bools = np.logical_or.reduce(mark, axis=1)
    return found


def _first(mark: Bools) -> Codes:
    """Give the first marked visit, -1 where there is none."""
    if mark.shape[1] == 0:
        return np.full(len(mark), -1, np.int64)
    return np.where(_somewhere(mark), mark.argmax(axis=1), -1).astype(np.int64)


def _earliest(when: Floats, mark: Bools) -> Floats:
    """Give the earliest marked day, inf where there is none."""
    earliest: Floats = np.where(mark, when, np.inf).min(axis=1, initial=np.inf)
    return earliest


def _until_progression(response: Codes, day: Floats, cut: Floats) -> tuple[Codes, Floats]:
    """Blank visits after the first PD or the cut; blank visits get day 0, which nothing reads."""
    progressed = response == Response.PD
    after = (np.cumsum(progressed, axis=1) - progressed) > 0
    blank = after | (day > cut.reshape(-1, 1)) | (response == Response.NOT_DONE)
    return np.where(blank, Response.NOT_DONE, response).astype(np.int64), np.where(blank, 0.0, day)


def _confirmed(
    response: Codes, day: Floats, kind: Response, confirm_days: float, not_evaluable: int, stable: bool
) -> Bools:
    """Mark the visits of a kind (CR or PR) that a later visit confirms."""
    mark: Bools = response == kind
    if confirm_days <= 0:
        return mark
    found: Bools = np.zeros(mark.shape, np.bool_)
    rows = np.flatnonzero(_somewhere(mark))  # most patients never respond
    for start in range(response.shape[1]):
        here = rows[mark[rows, start]]
        if here.size:
            wait = day[here] - day[here, start][:, None] >= confirm_days - TOLERANCE
            found[here, start] = _followed(response[here], wait, start, kind, not_evaluable, stable)
    return found


def _followed(
    response: Codes, late_enough: Bools, start: int, kind: Response, not_evaluable: int, stable: bool
) -> Bools:
    """Say whose response at visit ``start`` is confirmed before anything breaks it."""
    partial = kind == Response.PR
    unbroken: Bools = np.ones(len(response), np.bool_)
    found: Bools = np.zeros(len(response), np.bool_)
    cleared = found.copy()
    missed, stayed = np.zeros(len(response), np.int64), np.zeros(len(response), np.int64)
    for later in range(start + 1, response.shape[1]):
        now = response[:, later]
        cleared |= now == Response.CR
        again = (now == Response.CR) | (partial & (now == Response.PR) & ~cleared)
        found |= unbroken & again & late_enough[:, later]
        missed += now == Response.NE
        stayed += now == Response.SD
        passes = (now == Response.NE) & (missed <= not_evaluable)
        passes |= (now == Response.SD) & (stayed <= 1) & (partial and stable)
        unbroken &= again | passes | (now == Response.NOT_DONE)
    return found


def _rank(response: Codes, late: Bools, complete: Bools, partial: Bools) -> Codes:
    """Choose the best response, given the visits at which a CR or PR counts."""
    shrunk = (response == Response.CR) | (response == Response.PR)
    stable = late & (shrunk | (response == Response.SD))
    unchanged = late & (response == Response.NON_CR_NON_PD)
    cleared_before = np.cumsum(response == Response.CR, axis=1) > 0
    back = cleared_before & ((response == Response.SD) | (response == Response.PR))
    worse = (response == Response.PD) | back
    seen = response != Response.NOT_DONE
    marks = [_somewhere(mark) for mark in (complete, partial, stable, unchanged, worse, seen)]
    codes = [Response.CR, Response.PR, Response.SD, Response.NON_CR_NON_PD, Response.PD, Response.NE]
    return np.select(marks, codes, Response.NOT_DONE).astype(np.int64)

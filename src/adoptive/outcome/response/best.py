"""Best overall response by RECIST 1.1, with and without confirmation, and disease control.

Eisenhauer et al. 2009, 10.1016/j.ejca.2008.10.026, section 4.4 and table 3.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.errors import StudyError
from adoptive.outcome.types import Response, as_codes

__all__ = ["Best", "Until", "best_response", "disease_control"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Bools = NDArray[np.bool_]
Until = Literal["progression", "end"]

TOLERANCE: Final = 1e-9

_ORDER: Final = (Response.CR, Response.PR, Response.SD, Response.NON_CR_NON_PD, Response.PD, Response.NE)
_REASONS: Final = (
    "{0}complete response: CR",
    "{0}partial response: PR",
    "stable disease (or a response that does not count) at or after the shortest time for it: SD",
    "non-target disease neither gone nor progressed at or after the shortest time for it: NON-CR/NON-PD",
    "progression, or disease that came back after a complete response: PD",
    "visits took place, but none of them counts: NE",
    "no visit took place",
)


@dataclass(frozen=True)
class Best:
    """Hold best overall responses, all ``(patients,)``; a start day is inf without a response.

    ``response`` asks for confirmation, ``unconfirmed`` does not. ``response_start_day`` is the first CR or PR of a
    confirmed response, so a PR that turns into a confirmed CR starts at the PR. ``day`` and ``unconfirmed_day`` are the
    days of the first visit that has the best response (inf without visits). ``reason`` is a place in ``reasons``.
    """

    response: Codes
    confirmed: Bools
    response_start_day: Floats
    unconfirmed: Codes
    unconfirmed_start_day: Floats
    day: Floats
    unconfirmed_day: Floats
    reason: Codes
    reasons: tuple[str, ...]

    @property
    def because(self) -> NDArray[np.str_]:
        """Give the reason of every best response as text, ``(patients,)``."""
        return np.asarray(self.reasons, np.str_)[self.reason]


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
    doubtful_complete: bool = False,
    until: Until = "progression",
    no_visit: Literal["missing", "NE"] = "missing",
) -> Best:
    """Give the best overall response, with and without confirmation.

    Visits after the first PD and after the data cut are ignored. Ranking: CR, PR, SD, non-CR/non-PD, PD, NE, NOT_DONE.
    A CR needs a second CR, a PR a second PR or a CR, at least ``confirm_days`` later; a PR after a CR breaks the
    confirmation. An unconfirmed response is SD if the minimum is met, else PD if disease came back, else NE.

    Parameters
    ----------
    response, day
        Codes and days ``(patients, visits)``, in time order; missed visits are NOT_DONE and do not count as NE. A day
        of NaN is unknown: that visit neither confirms nor reaches the shortest time for SD.
    confirm_days
        Earliest confirmation after the response; 0 asks for none.
    minimum_stable_days
        Shortest time from ``baseline_day`` at which SD counts.
    baseline_day, cut
        Days on the scale of ``day``, ``(patients,)`` or one for all: treatment or randomisation, as the protocol says.
    not_evaluable_allowed
        NE visits allowed between response and confirmation.
    stable_allowed
        Whether one SD may stand between a PR and its confirmation.
    doubtful_complete
        Whether a CR that a PR follows is read as PR (the paper's note to table 3: the patient never had a CR).
    until
        "progression" ignores what follows the first PD, "end" judges every visit.
    no_visit
        What patients without any visit are: "missing" (NOT_DONE) or "NE".

    >>> best = best_response(np.array([[2, 2, 4]]), [[42, 84, 126]], confirm_days=28, minimum_stable_days=35)
    >>> Response(best.response[0]).name, float(best.response_start_day[0]), str(best.because[0])
    ('PR', 42.0, 'confirmed partial response: PR')
    """
    codes = as_codes(response, "response")
    _check(codes, until, no_visit)
    codes = _reread(codes) if doubtful_complete else codes
    seen, when = _until(codes, np.asarray(day, np.float64), np.asarray(cut, np.float64), until)
    late = when - np.asarray(baseline_day, np.float64).reshape(-1, 1) >= minimum_stable_days - TOLERANCE
    starts = [
        _confirmed(seen, when, kind, confirm_days, not_evaluable_allowed, stable_allowed)
        for kind in (Response.CR, Response.PR)
    ]
    any_response = (seen == Response.CR) | (seen == Response.PR)
    chosen, at = _rank(seen, when, late, starts[0], starts[1])
    loose, loose_at = _rank(seen, when, late, seen == Response.CR, seen == Response.PR)
    if no_visit == "NE":
        chosen, loose = (np.where(found == Response.NOT_DONE, Response.NE, found) for found in (chosen, loose))
    text = "" if confirm_days <= 0 else "confirmed "
    return Best(
        response=chosen,
        confirmed=np.logical_or.reduce(starts[0] | starts[1], axis=1),
        response_start_day=_earliest(when, starts[0] | starts[1]),
        unconfirmed=loose,
        unconfirmed_start_day=_earliest(when, any_response),
        day=at,
        unconfirmed_day=loose_at,
        reason=_PLACE[chosen] if no_visit == "missing" else np.where(np.isfinite(at), _PLACE[chosen], len(_ORDER)),
        reasons=tuple(reason.format(text) for reason in _REASONS),
    )


def disease_control(best: Best, *, unconfirmed: bool = False) -> Bools:
    """Say who had disease control: CR, PR, SD (or non-CR/non-PD) of the shortest time that ``best_response`` was given.

    Parameters
    ----------
    best
        The best responses.
    unconfirmed
        Whether responses count without confirmation.

    Returns
    -------
    Yes or no, ``(patients,)``.

    >>> best = best_response([[2, 2], [4, 0]], [[42, 84], [42, 84]], confirm_days=28, minimum_stable_days=35)
    >>> disease_control(best).tolist()
    [True, False]
    """
    chosen = best.unconfirmed if unconfirmed else best.response
    return np.isin(chosen, (Response.CR, Response.PR, Response.SD, Response.NON_CR_NON_PD))


_RECIST: Final = (Response.NOT_DONE, *sorted(_ORDER))
"""The codes that RECIST 1.1 knows."""

_PLACE: Final = np.array([_ORDER.index(code) if code in _ORDER else len(_ORDER) for code in _RECIST], dtype=np.int64)
"""Place of the reason of each response code."""


def _check(codes: Codes, until: Until, no_visit: str) -> None:
    """Refuse unknown options and codes."""
    if until not in get_args(Until):
        raise StudyError("unknown choice", where="until", value=until, allowed=", ".join(get_args(Until)))
    if no_visit not in ("missing", "NE"):
        raise StudyError("unknown choice", where="no_visit", value=no_visit, allowed="missing, NE")
    check_visits(codes, _RECIST)


def check_visits(codes: Codes, words: Iterable[IntEnum]) -> None:
    """Refuse what is not ``(patients, visits)`` and codes that are none of the words.

    Raises
    ------
    StudyError
        If there is another number of axes or an unknown code.
    """
    if codes.ndim != 2:
        raise StudyError("give one row per patient", where="response", value=codes.shape, allowed="(patients, visits)")
    wrong = ~np.isin(codes, [int(code) for code in words])
    if wrong.any():
        names = ", ".join(f"{code.value} {code.name}" for code in words)
        raise StudyError("unknown response", where="response", value=int(codes[wrong][0]), allowed=names)


def _reread(codes: Codes) -> Codes:
    """Read every CR that a PR follows as PR."""
    partial_later = np.cumsum((codes == Response.PR)[:, ::-1], axis=1)[:, ::-1] > 0
    return np.where((codes == Response.CR) & partial_later, Response.PR, codes).astype(np.int64)


def _earliest(when: Floats, mark: Bools) -> Floats:
    """Give the earliest marked day, inf where there is none."""
    earliest: Floats = np.where(mark & ~np.isnan(when), when, np.inf).min(axis=1, initial=np.inf)
    return earliest


def _until(response: Codes, day: Floats, cut: Floats, until: Until) -> tuple[Codes, Floats]:
    """Blank visits after the first PD or the cut; blank visits get day 0, which nothing reads."""
    progressed = response == Response.PD
    after = (np.cumsum(progressed, axis=1) - progressed) > 0
    blank = (after if until == "progression" else False) | (day > cut.reshape(-1, 1)) | (response == Response.NOT_DONE)
    return np.where(blank, Response.NOT_DONE, response).astype(np.int64), np.where(blank, 0.0, day)


def _confirmed(
    response: Codes, day: Floats, kind: Response, confirm_days: float, not_evaluable: int, stable: bool
) -> Bools:
    """Mark the visits of a kind (CR or PR) that a later visit confirms."""
    mark: Bools = response == kind
    if confirm_days <= 0:
        return mark
    found: Bools = np.zeros(mark.shape, np.bool_)
    rows = np.flatnonzero(mark.any(axis=1))  # most patients never respond
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


def _rank(response: Codes, day: Floats, late: Bools, complete: Bools, partial: Bools) -> tuple[Codes, Floats]:
    """Choose the best response, given the visits at which a CR or PR counts; give its first day too."""
    shrunk = (response == Response.CR) | (response == Response.PR)
    stable = late & (shrunk | (response == Response.SD))
    unchanged = late & (response == Response.NON_CR_NON_PD)
    cleared_before = np.cumsum(response == Response.CR, axis=1) > 0
    back = cleared_before & ((response == Response.SD) | (response == Response.PR))
    worse = (response == Response.PD) | back
    seen = response != Response.NOT_DONE
    marks = [complete, partial, stable, unchanged, worse, seen]
    found = [mark.any(axis=1) for mark in marks]
    chosen = np.select(found, _ORDER, Response.NOT_DONE).astype(np.int64)
    best = np.select([mark[:, None] for mark in found], marks, False)
    return chosen, _earliest(day, best)

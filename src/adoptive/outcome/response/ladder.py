"""Best response by criteria whose responses stand on a ladder: leukaemia, lymphoma, myeloma.

RECIST 1.1 has rules of its own, see :func:`adoptive.outcome.response.best.best_response`.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.errors import StudyError
from adoptive.outcome.response.best import Best, check_visits
from adoptive.outcome.types import Response, as_codes

__all__ = ["LADDERS", "Ladder", "best_on_ladder", "first_confirmed"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Bools = NDArray[np.bool_]

TOLERANCE: Final = 1e-9


@dataclass(frozen=True)
class Ladder:
    """Hold the responses that criteria know, the best first.

    ``complete`` and ``responses`` (complete ones included) count as such; ``minor`` ones lie between a response and
    stable disease; ``unchanged`` is what is left where there is neither response nor progression.
    """

    complete: tuple[Response, ...]
    partial: tuple[Response, ...]
    minor: tuple[Response, ...]
    unchanged: Response

    @property
    def responses(self) -> tuple[Response, ...]:
        """Give what counts as a response, the best first."""
        return self.complete + self.partial

    @property
    def order(self) -> tuple[Response, ...]:
        """Give every code but NOT_DONE, the best first."""
        return (*self.responses, *self.minor, self.unchanged, Response.PD, Response.NE)


LADDERS: Final = MappingProxyType(
    {
        "RECIST 1.1": Ladder((Response.CR,), (Response.PR,), (), Response.SD),
        "Lugano 2014": Ladder((Response.CR,), (Response.PR,), (), Response.SD),
        "B-ALL remission": Ladder((Response.CR, Response.CRI), (), (), Response.NR),
        "IMWG 2016": Ladder(
            (Response.SCR, Response.CR), (Response.VGPR, Response.PR), (Response.MR,), Response.SD
        ),
    }
)  # fmt: skip
"""The ladders by the name of the criteria."""


def best_on_ladder(
    response: ArrayLike,
    day: ArrayLike,
    ladder: Ladder,
    *,
    confirm_days: float,
    minimum_stable_days: float,
    baseline_day: ArrayLike = 0.0,
    cut: ArrayLike = np.inf,
) -> Best:
    """Give the best overall response, with and without confirmation.

    Visits after the first PD and after the data cut are ignored. A response of a rung, minor ones included, is
    confirmed by a later visit, at least ``confirm_days`` on, of this rung or a better one, if no worse visit lies
    between; a visit that could not be judged (NE) does no harm. What is not confirmed counts on the next rung on which
    it is; without any it is the ladder's ``unchanged`` one if the shortest time from ``baseline_day`` is met, else NE.

    Parameters
    ----------
    response, day
        Codes and days ``(patients, visits)``, in time order.
    ladder
        One of :data:`LADDERS`.
    confirm_days
        Earliest confirmation; 0 asks for none.
    minimum_stable_days, baseline_day, cut
        As for :func:`~adoptive.outcome.response.best.best_response`.

    >>> codes, ladder = [[Response.PR, Response.VGPR, Response.CR, Response.PD]], LADDERS["IMWG 2016"]
    >>> best = best_on_ladder(codes, [[30, 60, 90, 120]], ladder, confirm_days=28, minimum_stable_days=0)
    >>> Response(best.response[0]).name, Response(best.unconfirmed[0]).name, best.response_start_day.tolist()
    ('VGPR', 'CR', [30.0])
    """
    seen, when = _until(
        as_codes(response, "response"), np.asarray(day, np.float64), np.asarray(cut, np.float64), ladder
    )
    late = when - np.asarray(baseline_day, np.float64).reshape(-1, 1) >= minimum_stable_days - TOLERANCE
    starts = {rung: _confirmed(seen, when, ladder.order[: place + 1], confirm_days) for place, rung in _rungs(ladder)}
    loose = {rung: seen == rung for _, rung in _rungs(ladder)}
    chosen, at = _rank(seen, when, late, starts, ladder)
    free, free_at = _rank(seen, when, late, loose, ladder)
    counts = starts[ladder.responses[-1]]
    text = "" if confirm_days <= 0 else "confirmed "
    return Best(
        response=chosen,
        confirmed=np.logical_or.reduce(counts, axis=1),
        response_start_day=_earliest(when, counts),
        unconfirmed=free,
        unconfirmed_start_day=_earliest(when, np.isin(seen, ladder.responses)),
        day=at,
        unconfirmed_day=free_at,
        reason=chosen,
        reasons=tuple(_words(code, ladder, text) for code in Response),
    )


def first_confirmed(
    response: ArrayLike, day: ArrayLike, better: tuple[Response, ...], *, confirm_days: float, cut: ArrayLike = np.inf
) -> Floats:
    """Give the first day of a confirmed run of visits with any of some responses, ``(patients,)``; inf without one.

    >>> first_confirmed([[2, 1, 1, 4]], [[30, 60, 90, 120]], (Response.CR,), confirm_days=28).tolist()
    [60.0]
    """
    codes, when = as_codes(response, "response"), np.asarray(day, np.float64)
    after = np.cumsum(codes == Response.PD, axis=1) > 0
    blank = after | (when > np.asarray(cut, np.float64).reshape(-1, 1)) | (codes == Response.NOT_DONE)
    codes = np.where(blank, Response.NOT_DONE, codes).astype(np.int64)
    when = np.where(blank, 0.0, when)
    return _earliest(when, _confirmed(codes, when, better, confirm_days))


def _rungs(ladder: Ladder) -> list[tuple[int, Response]]:
    """List the rungs that are confirmed, with their place."""
    return list(enumerate((*ladder.responses, *ladder.minor)))


def _until(codes: Codes, day: Floats, cut: Floats, ladder: Ladder) -> tuple[Codes, Floats]:
    """Blank visits after the first PD or the cut; blank visits get day 0, which nothing reads."""
    check_visits(codes, (Response.NOT_DONE, *ladder.order))
    if np.broadcast_shapes(day.shape, codes.shape) != codes.shape:
        raise StudyError("days do not fit the responses", where="day", value=day.shape, allowed=str(codes.shape))
    day = np.broadcast_to(day, codes.shape)
    progressed = codes == Response.PD
    after = (np.cumsum(progressed, axis=1) - progressed) > 0
    blank = after | (day > cut.reshape(-1, 1)) | (codes == Response.NOT_DONE)
    return np.where(blank, Response.NOT_DONE, codes).astype(np.int64), np.where(blank, 0.0, day)


def _confirmed(codes: Codes, day: Floats, better: tuple[Response, ...], confirm_days: float) -> Bools:
    """Mark the visits of these responses that a later one confirms, with no worse visit between."""
    good = np.isin(codes, better)
    if confirm_days <= 0 or not good.any():
        return good
    last = np.full(len(codes), -np.inf)  # day of the last visit of the run that a visit begins or goes on
    found: Bools = np.zeros(codes.shape, np.bool_)
    for visit in range(codes.shape[1] - 1, -1, -1):
        here, other = good[:, visit], ~good[:, visit] & ~np.isin(codes[:, visit], (Response.NOT_DONE, Response.NE))
        last = np.where(other, -np.inf, np.where(here & ~np.isfinite(last), day[:, visit], last))
        found[:, visit] = here & (last - day[:, visit] >= confirm_days - TOLERANCE)
    return found


def _rank(
    codes: Codes, day: Floats, late: Bools, counts: dict[Response, Bools], ladder: Ladder
) -> tuple[Codes, Floats]:
    """Choose the best response, given the visits at which each rung counts; give its first day too."""
    steady = np.isin(codes, (*ladder.responses, *ladder.minor, ladder.unchanged)) & late
    marks = [*counts.values(), steady, codes == Response.PD, codes != Response.NOT_DONE]
    found = [mark.any(axis=1) for mark in marks]
    chosen = np.select(found, ladder.order, Response.NOT_DONE).astype(np.int64)
    best = np.select([mark[:, None] for mark in found], marks, False)
    return chosen, _earliest(day, best)


def _earliest(day: Floats, mark: Bools) -> Floats:
    """Give the earliest marked day, inf where there is none."""
    earliest: Floats = np.where(mark & ~np.isnan(day), day, np.inf).min(axis=1, initial=np.inf)
    return earliest


def _words(code: Response, ladder: Ladder, text: str) -> str:
    """Say why a best response was chosen."""
    if code == Response.NOT_DONE:
        return "no visit took place"
    if code in ladder.responses:
        return f"{text}response: {code.name}"
    if code == Response.NE:
        return "visits took place, but none of them counts: NE"
    return f"no {text}response; the best that was seen: {code.name}"

"""Single-arm trials with a response rate: Simon's two stages, and one stage, by the exact binomial distribution.

Simon 1989, 10.1016/0197-2456(89)90015-9. Stop for futility after the first stage at ``responses <= r1`` of ``n1``;
call it active at ``responses > r`` of ``n``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, betaln

from adoptive.errors import StudyError

__all__ = ["SingleStage", "TwoStage", "simon_two_stage", "single_stage", "two_stage_characteristics"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class SingleStage:
    """Hold a one-stage trial: active at more than ``r`` responses of ``n``; its exact error and power."""

    r: int
    n: int
    alpha: float
    power: float


@dataclass(frozen=True)
class TwoStage:
    """Hold a two-stage trial with its exact error and power; expectation and chance of an early stop under the null."""

    r1: int
    n1: int
    r: int
    n: int
    alpha: float
    power: float
    expected_patients: float
    early_stop: float


def single_stage(null: float, active: float, *, alpha: float = 0.05, beta: float = 0.2, most: int = 500) -> SingleStage:
    """Find the smallest trial of one stage that keeps both errors.

    >>> single_stage(0.1, 0.3)
    SingleStage(r=5, n=25, alpha=0.0333..., power=0.8065...)
    """
    _check(null, active, alpha, beta, most)
    for n in range(1, most + 1):
        r = int(np.argmax(_above(np.arange(n + 1), n, null) <= alpha))
        power = float(_above(r, n, active))
        if power >= 1.0 - beta:
            return SingleStage(r, n, float(_above(r, n, null)), power)
    raise _too_small(most)


def simon_two_stage(
    null: float, active: float, *, alpha: float = 0.05, beta: float = 0.2, kind: str = "optimal", most: int = 150
) -> TwoStage:
    """Find Simon's two-stage trial: "optimal" (fewest expected patients under the null) or "minimax" (fewest at most).

    Raises
    ------
    StudyError
        Rates or errors that make no sense, or no trial of up to ``most`` patients.

    Examples
    --------
    >>> found = simon_two_stage(0.1, 0.3)
    >>> found.r1, found.n1, found.r, found.n
    (1, 10, 5, 29)
    """
    _check(null, active, alpha, beta, most)
    if kind not in ("optimal", "minimax"):
        raise StudyError("unknown kind", where="kind", value=kind, allowed="optimal, minimax")
    best: TwoStage | None = None
    for n in range(2, most + 1):
        if best is not None and (kind == "minimax" or _least_expected(n, null, active, beta) >= best.expected_patients):
            break
        for n1 in range(1, n):
            found = _best_split(n1, n, null, active, alpha, beta)
            if found is not None and (best is None or found.expected_patients < best.expected_patients):
                best = found
    if best is None:
        raise _too_small(most)
    return best


def two_stage_characteristics(r1: int, n1: int, r: int, n: int, rate: float) -> tuple[float, float, float]:
    """Give the chance to call it active, to stop early, and the expected patients at a true rate.

    >>> [round(x, 3) for x in two_stage_characteristics(1, 10, 5, 29, 0.1)]
    [0.047, 0.736, 15.014]
    """
    stop = 1.0 - float(_above(r1, n1, rate))
    first = np.arange(r1 + 1, n1 + 1)
    active = float(_exactly(first, n1, rate) @ _above(r - first, n - n1, rate))
    return active, stop, n1 + (1.0 - stop) * (n - n1)


def _best_split(n1: int, n: int, null: float, active: float, alpha: float, beta: float) -> TwoStage | None:
    """Find the best limits of a trial with n1 of n patients in its first stage."""
    errors, powers = (_active(n1, n, rate) for rate in (null, active))
    sound = (errors <= alpha) & (powers >= 1.0 - beta)
    rows = np.flatnonzero(sound.any(axis=1))
    if rows.size == 0:
        return None
    r1 = int(rows[-1])  # the more stop early, the fewer are expected
    r = int(np.flatnonzero(sound[r1])[0])
    stop = 1.0 - float(_above(r1, n1, null))
    return TwoStage(r1, n1, r, n, float(errors[r1, r]), float(powers[r1, r]), n1 + (1 - stop) * (n - n1), stop)


def _active(n1: int, n: int, rate: float) -> Floats:
    """Give the chance to call it active for every ``r1`` (rows) and ``r`` (columns)."""
    first = np.arange(n1 + 1)
    tail = np.append(_above(np.arange(-1, n - n1 + 1), n - n1, rate), 0.0)  # from more than -1 responses on
    more = np.clip(np.arange(n + 1) - first[:, None] + 1, 0, tail.size - 1)
    joint = _exactly(first, n1, rate)[:, None] * tail[more]
    beyond = np.cumsum(joint[::-1], axis=0)[::-1]
    return np.vstack([beyond[1:], np.zeros((1, n + 1))])


def _above(count: ArrayLike, size: ArrayLike, rate: float) -> Floats:
    """Give the chance of more responses than a count, of a number of patients."""
    k, n = np.broadcast_arrays(np.asarray(count, np.float64), np.asarray(size, np.float64))
    inner = np.clip(k, 0.0, np.maximum(n - 1.0, 0.0))
    return np.where(k < 0, 1.0, np.where(k >= n, 0.0, betainc(inner + 1.0, np.maximum(n - inner, 1.0), rate)))


def _exactly(count: ArrayLike, size: int, rate: float) -> Floats:
    """Give the chance of a number of responses."""
    k = np.asarray(count, np.float64)
    ways = -betaln(size - k + 1.0, k + 1.0) - np.log(size + 1.0)
    return np.asarray(np.exp(ways + k * np.log(rate) + (size - k) * np.log1p(-rate)))


def _least_expected(n: int, null: float, active: float, beta: float) -> float:
    """Give patients below which no trial of n patients or more can be expected under the null.

    Power asks that few stop early when active: with ``n1`` patients no more than beta may, which bounds how many stop.
    """
    sizes = np.arange(1, n)
    counts = np.arange(n)[:, None]
    allowed = (1.0 - _above(counts, sizes, active) <= beta) & (counts <= sizes)
    limit = allowed.sum(axis=0) - 1
    stop = 1.0 - _above(limit, sizes, null)
    return float((sizes + (1.0 - stop) * (n - sizes)).min())


def _check(null: float, active: float, alpha: float, beta: float, most: int) -> None:
    if not 0.0 < null < active < 1.0:
        raise StudyError(
            "rates do not fit", where="null, active", value=(null, active), allowed="0 < null < active < 1"
        )
    if not (0.0 < alpha < 0.5 and 0.0 < beta < 0.5):
        raise StudyError("errors out of range", where="alpha, beta", value=(alpha, beta), allowed="between 0 and 0.5")
    if not 2 <= most <= 1000:
        raise StudyError("number of patients out of range", where="most", value=most, allowed="2 to 1000")


def _too_small(most: int) -> StudyError:
    return StudyError(
        "no trial is small enough", where="most", value=most, next_step="allow more patients or larger errors"
    )

"""Non-compartmental analysis: peak, area, last measurable level and terminal half-life of levels over time.

Enters: times and levels of many subjects at once, ``(subjects, samples)``, with a mask of the samples that exist.
Leaves: an :class:`Nca`. Rules as in Gabrielsson and Weiner, Methods Mol Biol 2012;929:377,
10.1007/978-1-62703-050-2_16.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.errors import StudyError

__all__ = ["Nca", "noncompartmental"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

FEWEST_POINTS: Final = 3
TIE: Final = 1e-4
"""Adjusted R squared by which the longer of two terminal phases may be worse and still be taken."""


@dataclass(frozen=True)
class Nca:
    """Hold the parameters of every subject, ``(subjects,)``; a flag says where one can be estimated, else it is 0.

    ``area`` is from the first time to ``until`` (``complete``: sampled as far), ``last`` the last level at or above the
    limit. ``slope`` is the terminal rate per unit of time from ``points`` samples with ``r_squared`` (adjusted).
    """

    sampled: Flags
    peak: Floats
    peak_time: Floats
    area: Floats
    complete: Flags
    measurable: Flags
    last: Floats
    last_time: Floats
    slope: Floats
    half_life: Floats
    r_squared: Floats
    points: NDArray[np.int64]
    terminal: Flags


def noncompartmental(
    time: ArrayLike,
    level: ArrayLike,
    include: ArrayLike | None = None,
    *,
    until: float = np.inf,
    limit: float = 0.0,
    rule: Literal["linear", "linear up, log down"] = "linear",
) -> Nca:
    """Analyse levels over time without a model.

    Peak: the highest level, at its first time. Area: trapezoids from the first sample to ``until`` (a trapezoid that
    crosses it is cut there, its level interpolated by the rule); in falling intervals of "linear up, log down"
    ``(c1 - c2) (t2 - t1) / ln(c1 / c2)``. Last: the last level above 0 and at or above the limit. Terminal slope:
    least squares of log level on time through the last measurable points after the peak, at least three; of all such
    choices the one with the best adjusted R squared, the longest within 0.0001 of it; it must fall.

    Parameters
    ----------
    time, level
        ``(subjects, samples)`` or ``(samples,)`` shared times; times ascend.
    include
        Samples that exist, same shape as the levels; default all.
    until
        End of the area, in the unit of the times.
    limit
        Limit of quantification: levels below it end no phase and enter no slope, but count in the area.
    rule
        Trapezoids of the area.

    Raises
    ------
    StudyError
        Shapes that differ, numbers that are not finite, levels below 0, times that do not ascend.

    >>> found = noncompartmental([0.0, 1.0, 2.0, 3.0, 4.0], [[0.0, 8.0, 4.0, 2.0, 1.0]], until=4.0)
    >>> found.peak.tolist(), found.area.tolist(), found.half_life.round(6).tolist()
    ([8.0], [14.5], [1.0])
    """
    t, c, here = _checked(time, level, include)
    t, c, here = _front(t, c, here)
    count = here.sum(axis=1)
    rows = np.arange(len(c))
    at = np.where(here, c, -1.0).argmax(axis=1)
    seen = here & (c >= limit) & (c > 0)
    final = np.where(seen, np.arange(c.shape[1]), -1).max(axis=1, initial=-1)
    measurable, end = final >= 0, np.maximum(final, 0)
    area, complete = _area(t, c, here, until, rule)
    usable = seen & (np.arange(c.shape[1]) > at[:, None])
    slope, r_squared, points, terminal = _terminal(t, c, usable)
    sampled = count > 0
    return Nca(
        sampled=sampled, peak=np.where(sampled, c[rows, at], 0.0), peak_time=np.where(sampled, t[rows, at], 0.0),
        area=area, complete=complete & sampled, measurable=measurable,
        last=np.where(measurable, c[rows, end], 0.0), last_time=np.where(measurable, t[rows, end], 0.0),
        slope=slope, half_life=np.where(terminal, np.log(2.0) / np.where(terminal, slope, 1.0), 0.0),
        r_squared=r_squared, points=points, terminal=terminal,
    )  # fmt: skip


def _checked(time: ArrayLike, level: ArrayLike, include: ArrayLike | None) -> tuple[Floats, Floats, Flags]:
    c = np.atleast_2d(np.asarray(level, np.float64))
    t, here = np.asarray(time, np.float64), np.ones(c.shape, bool) if include is None else np.asarray(include, bool)
    if c.ndim != 2 or c.shape[1] == 0 or t.shape not in (c.shape, c.shape[1:]) or here.reshape(-1).shape != (c.size,):
        raise StudyError(
            "times, levels and mask differ in shape", where="nca", value=f"{t.shape}, {c.shape}, {here.shape}",
            allowed="(subjects, samples), with at least one sample",
        )  # fmt: skip
    t, here = np.broadcast_to(t, c.shape), here.reshape(c.shape)
    if not (np.isfinite(t[here]).all() and np.isfinite(c[here]).all()):
        raise StudyError("a time or level is no number", where="nca", next_step="leave the sample out by the mask")
    if (c[here] < 0).any():
        raise StudyError("a level is below 0", where="nca", value=float(c[here].min()), allowed="0 or more")
    return t, c, here


def _front(t: Floats, c: Floats, here: Flags) -> tuple[Floats, Floats, Flags]:
    """Move every subject's samples to the front, in order; the places behind repeat nothing and are masked."""
    order = np.argsort(~here, axis=1, kind="stable")
    t, c = np.take_along_axis(t, order, axis=1), np.take_along_axis(c, order, axis=1)
    here = np.take_along_axis(here, order, axis=1)
    if (np.diff(t)[here[:, 1:]] <= 0).any():
        raise StudyError("times do not ascend", where="nca", allowed="each subject's times in order, none twice")
    return np.where(here, t, 0.0), np.where(here, c, 0.0), here


def _area(t: Floats, c: Floats, here: Flags, until: float, rule: str) -> tuple[Floats, Flags]:
    """Sum the trapezoids up to a time."""
    both = here[:, 1:] & here[:, :-1]
    width = np.where(both, np.diff(t), 1.0)
    first, second = c[:, :-1], c[:, 1:]
    share = np.clip((until - t[:, :-1]) / width, 0.0, 1.0)
    falling = (second < first) & (second > 0) if rule == "linear up, log down" else np.zeros(both.shape, bool)
    ratio = np.where(falling, np.where(second > 0, second, 1.0) / np.where(first > 0, first, 1.0), 1.0)
    cut = np.where(falling, first * ratio**share, first + share * (second - first))
    straight = 0.5 * (first + cut)
    logs = np.log(np.where(falling & (cut < first), first / np.where(cut > 0, cut, 1.0), np.e))
    height = np.where(falling & (cut < first), (first - cut) / logs, straight)
    area = np.where(both, height * share * width, 0.0).sum(axis=1)
    last = np.where(here, t, -np.inf).max(axis=1)
    return area, last >= until if np.isfinite(until) else np.ones(len(c), bool)


def _terminal(t: Floats, c: Floats, usable: Flags) -> tuple[Floats, Floats, NDArray[np.int64], Flags]:
    """Fit every choice of last points at once by sums from the end; centred on the last point against round-off."""
    size = c.shape[1]
    end = np.where(usable, np.arange(size), -1).max(axis=1, initial=-1)
    rows = np.arange(len(c))
    x = np.where(usable, t - t[rows, np.maximum(end, 0)][:, None], 0.0)
    level = np.log(np.where(usable, c, 1.0))
    y = np.where(usable, level - level[rows, np.maximum(end, 0)][:, None], 0.0)

    def from_end(values: Floats) -> Floats:
        return np.cumsum(values[:, ::-1], axis=1)[:, ::-1]

    n = from_end(usable.astype(np.float64))
    sx, sy, sxx, sxy, syy = (from_end(values) for values in (x, y, x * x, x * y, y * y))
    fit = usable & (n >= FEWEST_POINTS)
    m = np.where(fit, n, 1.0)
    vx, vxy, vy = sxx - sx * sx / m, sxy - sx * sy / m, syy - sy * sy / m
    fit &= (vx > 0) & (vy > 1e-12 * np.maximum(syy, 1e-300))
    r2 = np.where(fit, vxy**2 / np.where(fit, vx * vy, 1.0), 0.0)
    adjusted = np.where(fit, 1.0 - (1.0 - r2) * (m - 1.0) / np.where(fit, m - 2.0, 1.0), -np.inf)
    best = adjusted.max(axis=1)
    near = fit & (adjusted >= best[:, None] - TIE)
    chosen = near.argmax(axis=1)  # the earliest start among those near the best has the most points
    slope = -vxy[rows, chosen] / np.where(vx[rows, chosen] > 0, vx[rows, chosen], 1.0)
    terminal = near.any(axis=1) & (slope > 0)
    return (
        np.where(terminal, slope, 0.0), np.where(terminal, adjusted[rows, chosen], 0.0),
        np.where(terminal, n[rows, chosen], 0).astype(np.int64), terminal,
    )  # fmt: skip

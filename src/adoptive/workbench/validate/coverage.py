"""Coverage: how many published numbers lie in the intervals that a share of the virtual trials lie in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import beta, t

from adoptive.workbench.validate.kinds import kinds
from adoptive.workbench.validate.types import Coverage, Judged

__all__ = [
    "ALL",
    "CALIBRATION",
    "STATED",
    "calibration",
    "clustered_interval",
    "cover",
    "coverage_of",
    "coverage_tables",
]

CALIBRATION: Final = (10, 20, 30, 40, 50, 60, 70, 80, 90, 95)
"""Nominal levels of the calibration plot, per cent."""

STATED: Final = (90, 50)
"""Levels of the tables by group and kind, per cent."""

ALL: Final = "all endpoints"


def clustered_interval(hits: ArrayLike, clusters: Sequence[str], *, level: float = 0.95) -> tuple[float, float]:
    """Give an interval of a share whose observations come in clusters: endpoints of one trial rise and fall together.

    The exact binomial interval at the effective number of observations: the number, divided by the design effect
    (never below 1), times the ratio of the two t quantiles squared (Korn and Graubard 1998, Survey Methodology 24:193).
    All hits or none say nothing of the design effect: then a cluster counts as one observation. One cluster says
    nothing at all.

    Parameters
    ----------
    hits
        True or false, ``(observations,)``.
    clusters
        Whose each observation is.

    >>> low, high = clustered_interval([True, False] * 10, [str(k) for k in range(20)])
    >>> 0.26 < low < 0.28 and 0.72 < high < 0.74
    True
    """
    seen = np.asarray(hits, float)
    names, code = np.unique(np.asarray(clusters), return_inverse=True)
    size, groups = len(seen), len(names)
    if groups < 2:
        return 0.0, 1.0
    share = float(seen.mean())
    spread = np.bincount(code, weights=seen - share)
    variance = groups / (groups - 1) * float(np.sum(spread**2)) / size**2
    tail = 0.5 + level / 2
    if 0.0 < share < 1.0:
        effective = (
            share * (1.0 - share) / max(variance, 1e-300) * (t.ppf(tail, size - 1) / t.ppf(tail, groups - 1)) ** 2
        )
        effective = min(float(effective), float(size))
    else:
        effective = float(groups)
    x = share * effective
    low = 0.0 if share == 0.0 else float(beta.ppf(1.0 - tail, x, effective - x + 1.0))
    high = 1.0 if share == 1.0 else float(beta.ppf(tail, x + 1.0, effective - x))
    return low, high


def cover(
    what: str, nominal: float, hits: Sequence[bool], places: Sequence[float], clusters: Sequence[str], *,
    weights: Sequence[float], expected: Sequence[float],
) -> Coverage:  # fmt: skip
    """Count how many of some endpoints lie inside; all sequences are ``(endpoints,)``."""
    low, high = clustered_interval(hits, clusters)
    central = np.abs(2.0 * np.asarray(places, float) - 1.0) <= nominal / 100.0
    inside: NDArray[np.bool_] = np.asarray(hits, bool)
    return Coverage(
        what=what, nominal=nominal, inside=int(inside.sum()), endpoints=len(inside), studies=len(set(clusters)),
        share=100.0 * float(inside.mean()), lower=100.0 * low, upper=100.0 * high,
        weighted=100.0 * float(np.average(inside, weights=weights)), by_place=100.0 * float(central.mean()),
        expected=100.0 * float(np.mean(expected)),
    )  # fmt: skip


def coverage_of(what: str, nominal: int, rows: Sequence[Judged], *, by_place: bool = False) -> Coverage:
    """Give the coverage of the central intervals of some judged endpoints.

    ``by_place`` counts by the randomised place, which is free of ties and exists for every level; otherwise the ends
    belong to an interval.
    """
    places = [float(row.pit or 0.0) for row in rows]
    if by_place:
        hits, expected = [abs(2.0 * at - 1.0) <= nominal / 100.0 for at in places], [nominal / 100.0] * len(rows)
    else:
        hits, expected = [row.covers[nominal] for row in rows], [row.expects[nominal] for row in rows]
    return cover(
        what, nominal, hits, places, [row.study for row in rows],
        weights=[row.comparison.published.weight for row in rows], expected=expected,
    )  # fmt: skip


def coverage_tables(rows: Iterable[Judged]) -> tuple[Coverage, ...]:
    """Give the coverage at 90 and 50 % of all endpoints that count, of each group and of each kind."""
    counted = [row for row in rows if row.counts]
    groups = dict.fromkeys(row.group for row in counted)
    parts = [
        (ALL, counted),
        *((group, [row for row in counted if row.group == group]) for group in groups),
        *((kind, [row for row in counted if row.kind == kind]) for kind in kinds()),
    ]
    return tuple(coverage_of(what, level, some) for level in STATED for what, some in parts if some)


def calibration(rows: Iterable[Judged]) -> tuple[Coverage, ...]:
    """Give observed against nominal coverage over all endpoints that count, by their randomised places."""
    counted = [row for row in rows if row.counts]
    return tuple(coverage_of(ALL, level, counted, by_place=True) for level in CALIBRATION) if counted else ()

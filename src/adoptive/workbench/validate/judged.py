"""One study's endpoints against its virtual trials: inside which interval, at which place, how far out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from adoptive.streams import Keys, Streams
from adoptive.trial.types import Study
from adoptive.workbench.calibrate.scales import onto, scale_for
from adoptive.workbench.engine.compare import compare, whole_count
from adoptive.workbench.published import Published
from adoptive.workbench.validate.kinds import group_of, kind_of
from adoptive.workbench.validate.scores import crps_of_values, place, two_sided
from adoptive.workbench.validate.types import LEVELS, Floats, Judged, Judgement

__all__ = ["horizon", "judge_study", "lot_for", "surprises"]

ROUNDING: Final = 1e-9

NORMAL_90: Final = 1.6448536269514722
"""Standard deviations from the median to the 95th percentile of a normal distribution."""


def judge_study(study: Study, rows: Sequence[Published], found: Judgement, *, seed: int) -> tuple[Judged, ...]:
    """Set each published endpoint against the trials."""
    group = group_of(study.name)
    return tuple(
        _judge(study, group, row, found.values[:, at], found.estimable[:, at], seed=seed) for at, row in enumerate(rows)
    )


def _judge(
    study: Study, group: str, row: Published, values: Floats, estimable: NDArray[np.bool_], *, seed: int
) -> Judged:
    comparison, kind = compare(row, values, estimable), kind_of(row.endpoint)
    usable = values[estimable]
    if row.estimate is None or not len(usable):
        return Judged(study.name, group, kind, comparison, None, None, None, None)
    y = whole_count(row)
    same = np.isclose(usable, y, rtol=0.0, atol=ROUNDING)
    usable = np.where(same, y, usable)  # a share is the same share, however it was divided
    ends = {level: _central(usable, level) for level in LEVELS}
    limit = horizon(study) if row.unit == "months" else math.inf
    short = np.minimum(usable, limit)
    return Judged(
        study.name, group, kind, comparison,
        pit=place(usable, y, lot_for(study.name, row, seed)),
        chance=two_sided(usable, y),
        distance=_distance(usable, y, row, limit),
        crps=crps_of_values(short, min(y, limit)) if np.isfinite(short).all() else None,
        covers={level: low <= y <= high for level, (low, high) in ends.items()},
        expects={level: float(np.mean((usable >= low) & (usable <= high))) for level, (low, high) in ends.items()},
    )  # fmt: skip


def _central(values: Floats, level: int) -> tuple[float, float]:
    """Give the ends of a central interval over trials; a median that was not reached stays so."""
    tails = (0.5 - level / 200.0, 0.5 + level / 200.0)
    low, high = np.quantile(values, tails, method="inverted_cdf")
    return float(low), float(high)


def horizon(study: Study) -> float:
    """Give the months from the first patient to the data cut: no time beyond them can be told from another."""
    return study.trial.accrual_months + study.trial.follow_up_months


def lot_for(study: str, row: Published, seed: int) -> float:
    """Draw the lot that breaks an endpoint's ties: a function of seed, study and endpoint."""
    at = "" if row.at_months is None else f"{row.at_months:g}"
    name = f"place:{study}:{row.endpoint}:{row.arm}:{row.set}:{at}"
    return float(Streams(seed).uniform(name, Keys.of(0, 0))[0])


def _distance(values: Floats, y: float, row: Published, limit: float) -> float:
    """Give how far a number lies from the trials' median, in standard deviations of the side on which it lies."""
    scale, size = scale_for(row.unit), row.n
    placed = onto(values, scale, n=size, cap=limit)
    low, middle, high = np.quantile(placed, (0.05, 0.5, 0.95))
    away = float(onto(y, scale, n=size, cap=limit)) - middle
    spread = max(high - middle if away > 0 else middle - low, float(np.std(placed)), 1e-6) / NORMAL_90
    return float(away / spread) if math.isfinite(away) else math.inf


def surprises(rows: Sequence[Judged]) -> tuple[Judged, ...]:
    """Give the endpoints that count and lie outside their 90 % interval, the farthest out first."""
    missed = [row for row in rows if row.counts and not row.comparison.inside]
    return tuple(sorted(missed, key=lambda row: -abs(row.distance or 0.0)))

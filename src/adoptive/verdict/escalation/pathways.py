"""Dose-transition pathways: every way that the next cohorts may go, and how likely it is.

Yap et al. 2017, 10.1158/1078-0432.CCR-17-0582.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from adoptive.errors import StudyError
from adoptive.verdict.escalation.seen import Design, Ending, Seen

__all__ = ["Pathways", "dose_pathways"]

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]


@dataclass(frozen=True)
class Pathways:
    """Hold all pathways of the next cohorts, a row each, in the order of their outcomes.

    ``dlt`` and ``level`` ``(paths, cohorts)`` are a cohort's DLTs and level (-1: the trial had ended); ``next_level``
    ``(paths,)`` is what follows (-1: the trial ends), ``selected`` what would be recommended now (-1: none), ``ending``
    why it ended. ``seen`` holds the counts at the end. ``probability`` is nan without true DLT probabilities.
    """

    dlt: Counts
    level: Counts
    next_level: Counts
    selected: Counts
    ending: Counts
    probability: Floats
    seen: Seen


def dose_pathways(
    design: Design,
    *,
    cohorts: int,
    cohort_size: int = 3,
    start_level: int = 0,
    dlt: ArrayLike,
    patients: ArrayLike,
    dlt_probability: ArrayLike | None = None,
) -> Pathways:
    """List every outcome of the next cohorts and the level that the design gives after each.

    Parameters
    ----------
    design
        A design that waits for everybody and looks at DLTs alone.
    cohorts, cohort_size
        How many cohorts ahead, of how many patients.
    start_level
        Level of the next cohort, from 0.
    dlt, patients
        What was seen up to now at each level ``(levels,)``.
    dlt_probability
        True probabilities ``(levels,)``, if the pathways are to be weighed.

    Raises
    ------
    StudyError
        A design that looks at more than DLTs, or too many pathways.

    Examples
    --------
    >>> from adoptive.verdict.escalation import ThreePlusThree
    >>> paths = dose_pathways(ThreePlusThree(), cohorts=1, dlt=[0, 0], patients=[0, 0])
    >>> paths.dlt[:, 0].tolist(), paths.next_level.tolist()
    ([0, 1, 2, 3], [1, 0, -1, -1])
    """
    if design.most_pending > 0 or design.name == "boin12":
        raise StudyError("pathways are for designs that wait and look at DLTs alone", where="design", value=design.name)
    if not 1 <= cohorts <= 12 or (cohort_size + 1) ** cohorts > 2_000_000:
        raise StudyError(
            "too many pathways",
            where="cohorts",
            value=cohorts,
            allowed="at most 2,000,000 ways",
            next_step="fewer cohorts",
        )
    seen = _start(np.asarray(dlt, np.int64), np.asarray(patients, np.int64), start_level)
    curve = None if dlt_probability is None else np.asarray(dlt_probability, np.float64)
    history: list[tuple[Counts, Counts]] = []
    weight, ending = np.ones(1) if curve is not None else np.full(1, np.nan), np.zeros(1, np.int64)
    for _ in range(cohorts):
        ways = np.where(ending == Ending.RUNNING, cohort_size + 1, 1)
        row = np.repeat(np.arange(len(ways)), ways)
        toxic = np.arange(len(row)) - np.repeat(np.cumsum(ways) - ways, ways)
        seen, ending, weight = seen.take(row), ending[row], weight[row]
        history = [(old[row], place[row]) for old, place in history]
        running = ending == Ending.RUNNING
        if curve is not None:
            weight = weight * np.where(running, stats.binom.pmf(toxic, cohort_size, curve[seen.level]), 1.0)
        history.append((np.where(running, toxic, -1), np.where(running, seen.level, -1)))
        seen, ending = _step(design, seen, ending, toxic, cohort_size)
    selected = np.where(np.isin(ending, (Ending.TOO_TOXIC, Ending.NO_DOSE)), -1, design.select(seen))
    return Pathways(
        dlt=np.stack([old for old, _ in history], axis=1),
        level=np.stack([place for _, place in history], axis=1),
        next_level=np.where(ending == Ending.RUNNING, seen.level, -1),
        selected=selected,
        ending=ending,
        probability=weight,
        seen=seen,
    )


def _start(dlt: Counts, patients: Counts, level: int) -> Seen:
    if dlt.ndim != 1 or dlt.shape != patients.shape or not 0 <= level < len(dlt) or (dlt > patients).any():
        raise StudyError("one count per level", where="dlt, patients, start_level", value=(dlt, patients, level))
    zero, none = np.zeros((1, len(dlt)), np.int64), np.zeros(1, np.int64)
    return Seen(dlt[None], patients[None], zero, zero, none + level, none + len(dlt) - 1, none, none)


def _step(design: Design, seen: Seen, ending: Counts, toxic: Counts, size: int) -> tuple[Seen, Counts]:
    """Add one cohort to every running path and ask the design."""
    run = np.flatnonzero(ending == Ending.RUNNING)
    dlt, patients = seen.dlt.copy(), seen.patients.copy()
    dlt[run, seen.level[run]] += toxic[run]
    patients[run, seen.level[run]] += size
    last = np.full(len(ending), size)
    after = Seen(dlt, patients, seen.responses, seen.both, seen.level.copy(), seen.highest.copy(), toxic, last)
    if run.size:
        move = design.move(after.take(run))
        after.level[run], after.highest[run] = move.level, move.highest
        ending = ending.copy()
        ending[run] = move.ending
    return after, ending

"""Designs that decide from counts at the doses: the interval designs, 3+3 and BOIN12."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from numpy.typing import NDArray

from adoptive.verdict.escalation.boin import boin_boundaries, boin_decision
from adoptive.verdict.escalation.boin12 import Utility, admissible, desirability, utility_sum
from adoptive.verdict.escalation.isotonic import NO_LEVEL, rates, select_mtd
from adoptive.verdict.escalation.keyboard import MTPI_FEWEST, keyboard_decision, mtpi_decision
from adoptive.verdict.escalation.seen import Ending, Move, Seen
from adoptive.verdict.escalation.three_plus_three import three_plus_three_decision
from adoptive.verdict.escalation.types import TOO_TOXIC, Decision, toxic_table

__all__ = [
    "Boin12Design",
    "IntervalDesign",
    "ThreePlusThree",
    "boin_design",
    "decision_grid",
    "keyboard_design",
    "mtpi_design",
]

Counts = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class IntervalDesign:
    """Decide by a table of the counts at the current dose: BOIN, keyboard (mTPI-2), mTPI.

    ``table[patients, dlt]`` is a :class:`~adoptive.verdict.escalation.types.Decision`. ``extra_safe`` is a smaller
    cutoff at the lowest dose, ``stop_at`` ends the trial once so many were treated at the dose to stay at (0: never),
    ``below`` bounds the recommended dose's rate, as in :func:`~adoptive.verdict.escalation.isotonic.select_mtd`.
    """

    name: str
    target: float
    table: Counts = field(repr=False)
    cutoff: float = TOO_TOXIC
    extra_safe: float | None = None
    stop_at: int = 0
    below: float | None = None
    fewest: int = 3
    most_pending: float = 0.0

    def move(self, seen: Seen) -> Move:
        """Decide for the next cohort."""
        treated, toxic, level = seen.at(seen.patients), seen.at(seen.dlt), seen.level
        code = self.table[treated, toxic]
        gone = code == Decision.ELIMINATE
        highest = np.where(gone, np.minimum(seen.highest, level - 1), seen.highest)
        lost = gone & (level == 0)
        if self.extra_safe is not None:
            lost |= (level == 0) & self._first_too_toxic()[treated, toxic]
        up, down = code == Decision.ESCALATE, code >= Decision.DEESCALATE
        stay = (code == Decision.STAY) | (up & (level >= highest)) | (down & (level == 0))
        enough = stay & (treated >= self.stop_at) & (self.stop_at > 0)
        ending = np.select([lost, enough], [Ending.TOO_TOXIC, Ending.ENOUGH_AT_DOSE], Ending.RUNNING)
        step = np.where(stay, 0, np.where(up, 1, -1))
        return Move(level + step, highest, ending.astype(np.int64))

    def select(self, seen: Seen) -> Counts:
        """Recommend the dose whose isotonic rate is nearest to the target."""
        return select_mtd(
            seen.dlt, seen.patients, target=self.target, cutoff=self.cutoff, extra_safe=self.extra_safe,
            below=self.below, fewest=self.fewest,
        )  # fmt: skip

    def _first_too_toxic(self) -> Bools:
        cutoff = self.cutoff if self.extra_safe is None else self.extra_safe
        return toxic_table(len(self.table) - 1, target=self.target, cutoff=cutoff, fewest=self.fewest)


def boin_design(
    target: float,
    most_patients: int,
    *,
    low: float | None = None,
    high: float | None = None,
    cutoff: float = TOO_TOXIC,
    extra_safe: float | None = None,
    stop_at: int = 0,
    bound: bool = False,
) -> IntervalDesign:
    """Give the Bayesian optimal interval design.

    Parameters
    ----------
    target, low, high, cutoff
        As for :func:`~adoptive.verdict.escalation.boin.boin_decision`.
    most_patients
        Most patients that a dose may have.
    extra_safe, stop_at
        As for :class:`IntervalDesign`.
    bound
        Whether the recommended dose's rate must lie below the de-escalation boundary.

    Examples
    --------
    >>> boin_design(0.3, 6).table[3, :4].tolist()
    [0, 1, 2, 3]
    """
    table = _table(partial(boin_decision, target=target, low=low, high=high, cutoff=cutoff), most_patients)
    below = boin_boundaries(target, low=low, high=high).deescalate if bound else None
    return IntervalDesign("boin", target, table, cutoff, extra_safe, stop_at, below)


def keyboard_design(
    target: float,
    most_patients: int,
    *,
    half_width: float = 0.05,
    cutoff: float = TOO_TOXIC,
    extra_safe: float | None = None,
    stop_at: int = 0,
) -> IntervalDesign:
    """Give the keyboard design, the same as mTPI-2.

    Parameters
    ----------
    target, half_width, cutoff
        As for :func:`~adoptive.verdict.escalation.keyboard.keyboard_decision`.
    most_patients, extra_safe, stop_at
        As for :func:`boin_design`.

    Examples
    --------
    >>> keyboard_design(0.3, 6).table[6, :5].tolist()
    [0, 0, 1, 2, 3]
    """
    decide = partial(keyboard_decision, target=target, half_width=half_width, cutoff=cutoff)
    return IntervalDesign("mtpi-2", target, _table(decide, most_patients), cutoff, extra_safe, stop_at)


def mtpi_design(
    target: float,
    most_patients: int,
    *,
    half_width: float = 0.05,
    cutoff: float = TOO_TOXIC,
    extra_safe: float | None = None,
    stop_at: int = 0,
) -> IntervalDesign:
    """Give the modified toxicity probability interval design.

    Parameters
    ----------
    target, half_width, cutoff
        As for :func:`~adoptive.verdict.escalation.keyboard.mtpi_decision`.
    most_patients, extra_safe, stop_at
        As for :func:`boin_design`.

    Examples
    --------
    >>> mtpi_design(0.3, 6).table[6, :5].tolist()
    [0, 0, 1, 1, 3]
    """
    table = _table(partial(mtpi_decision, target=target, half_width=half_width, cutoff=cutoff), most_patients)
    return IntervalDesign("mtpi", target, table, cutoff, extra_safe, stop_at, fewest=MTPI_FEWEST)


def decision_grid(design: IntervalDesign, sizes: tuple[int, ...]) -> dict[int, tuple[int, ...]]:
    """Give a protocol's table: the decisions for 0, 1, 2, ... DLTs at each number of patients.

    Parameters
    ----------
    design
        An interval design.
    sizes
        Numbers of patients.

    Examples
    --------
    >>> decision_grid(boin_design(0.3, 6), (3,))
    {3: (0, 1, 2, 3)}
    """
    return {size: tuple(int(code) for code in design.table[size, : size + 1]) for size in sizes}


@dataclass(frozen=True)
class ThreePlusThree:
    """Decide by 3+3: cohorts of three, the recommended dose has at most 1 DLT among six patients.

    Coming from above, or at the highest level, a dose with three patients gets three more.
    """

    name: str = "3+3"
    most_pending: float = 0.0

    def move(self, seen: Seen) -> Move:
        """Decide for the next cohort."""
        level, treated = seen.level, seen.at(seen.patients)
        code = three_plus_three_decision(seen.at(seen.dlt), treated)
        gone, up = code == Decision.ELIMINATE, code == Decision.ESCALATE
        highest = np.where(gone, np.minimum(seen.highest, level - 1), seen.highest)
        next_level = np.where(gone, level - 1, np.where(up & (level < highest), level + 1, level))
        there = seen.patients[np.arange(len(level)), np.maximum(next_level, 0)]
        full = (next_level >= 0) & (there >= 6)
        ending = np.select([next_level < 0, full], [Ending.TOO_TOXIC, Ending.FOUND], Ending.RUNNING)
        return Move(np.maximum(next_level, 0), highest, ending.astype(np.int64))

    def select(self, seen: Seen) -> Counts:
        """Recommend the highest dose with at most 1 DLT among six patients, below all doses that were given up."""
        passed = (seen.patients >= 6) & (seen.dlt <= 1)
        passed &= np.arange(seen.dlt.shape[1]) <= seen.highest[:, None]
        place: Counts = np.where(passed, np.arange(seen.dlt.shape[1]), NO_LEVEL).max(axis=1)
        return place


@dataclass(frozen=True)
class Boin12Design:
    """Decide by BOIN12: stay safe as BOIN does, otherwise go to the most desirable admissible neighbour.

    ``enough`` patients end the search for a higher dose while the DLT rate is near the target; ``explore`` patients at
    a safe dose call for the next untried one; ``stop_at`` at one dose end the trial (0: never).
    """

    rule: Utility
    low: float | None = None
    high: float | None = None
    enough: int = 6
    explore: int = 9
    stop_at: int = 12
    name: str = "boin12"
    most_pending: float = 0.0

    def move(self, seen: Seen) -> Move:
        """Decide for the next cohort."""
        levels = seen.dlt.shape[1]
        row, level, treated = np.arange(len(seen.level)), seen.level, seen.at(seen.patients)
        limits = boin_boundaries(self.rule.highest_toxicity, low=self.low, high=self.high)
        rate = seen.at(seen.dlt) / treated
        ok = admissible(seen.dlt, seen.responses, seen.patients, rule=self.rule)
        highest = self._highest(seen)
        place = np.arange(levels)
        near = np.abs(place - level[:, None]) <= 1
        middling = (rate > limits.escalate) & (rate < limits.deescalate) & (treated >= self.enough)
        near &= ~middling[:, None] | (place <= level[:, None])
        score = np.where(near & ok & (place <= highest[:, None]), self._score(seen), -np.inf)
        best = levels - 1 - score[:, ::-1].argmax(axis=1)  # of equals the higher
        above = np.minimum(level + 1, levels - 1)
        explore = (treated >= self.explore) & (rate < limits.deescalate) & (level < highest)
        explore &= seen.patients[row, above] == 0
        down = rate >= limits.deescalate
        next_level = np.select([explore, down], [above, np.maximum(level - 1, 0)], best)
        nowhere = ~np.isfinite(score.max(axis=1)) & ~explore & ~down
        enough = (treated >= self.stop_at) & (self.stop_at > 0)
        endings = [Ending.TOO_TOXIC, Ending.NO_DOSE, Ending.ENOUGH_AT_DOSE]
        ending = np.select([highest < 0, nowhere, enough], endings, Ending.RUNNING)
        return Move(np.where(ending > 0, level, next_level), highest, ending.astype(np.int64))

    def select(self, seen: Seen) -> Counts:
        """Recommend the tried, admissible dose of the highest mean utility, up to the maximum tolerated dose."""
        ok = admissible(seen.dlt, seen.responses, seen.patients, rule=self.rule) & (seen.patients > 0)
        place = np.arange(seen.dlt.shape[1])
        ok &= place <= self._highest(seen)[:, None]
        distance = np.abs(rates(seen.dlt, seen.patients) + 1e-10 * place - self.rule.highest_toxicity)
        mtd = np.where(np.isnan(distance), np.inf, distance).argmin(axis=1)
        worth = (1.0 + self._successes(seen)) / (2.0 + seen.patients)
        allowed = ok & (place <= mtd[:, None])
        chosen = np.where(allowed, worth, -np.inf).argmax(axis=1)
        return np.where(allowed.any(axis=1), chosen, NO_LEVEL).astype(np.int64)

    def _highest(self, seen: Seen) -> Counts:
        """Give the highest level below every dose that is too toxic."""
        most = int(seen.patients.max(initial=0))
        cutoff, target = self.rule.toxicity_cutoff, self.rule.highest_toxicity
        gone = toxic_table(most, target=target, cutoff=cutoff)[seen.patients, seen.dlt]
        first = np.where(gone.any(axis=1), gone.argmax(axis=1), gone.shape[1])
        return np.asarray(np.minimum(seen.highest, first - 1))

    def _score(self, seen: Seen) -> NDArray[np.float64]:
        return desirability(self._successes(seen), seen.patients, rule=self.rule)

    def _successes(self, seen: Seen) -> NDArray[np.float64]:
        return utility_sum(seen.dlt, seen.responses, seen.both, seen.patients, rule=self.rule)


def _table(decide: Callable[[Counts, Counts], Counts], most_patients: int) -> Counts:
    """Tabulate a rule's decisions by patients and DLTs; -1 where there are more DLTs than patients."""
    patients, dlt = np.indices((most_patients + 1, most_patients + 1))
    possible = dlt <= patients
    return np.where(possible, decide(np.where(possible, dlt, 0), patients), -1)

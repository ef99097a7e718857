"""Choose receptors one by one, each the one that adds most to what is covered over all scenarios."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from adoptive.antigen.coverage import Scenario, carried, covered, presented
from adoptive.antigen.discovered import Receptor, TumourClone

__all__ = ["Choice", "choose_receptors", "mean_covered"]

FloatArray = NDArray[np.float64]

EVEN: Final = 1e-9
"""Gains that differ by less, relative to the best, are a tie."""

NOTHING: Final = 1e-12
"""A gain below this is none."""


@dataclass(frozen=True)
class Choice:
    """Hold what was chosen, in order: places in the list of candidates, and what each added to the mean covered share.

    ``gains`` holds for every candidate what it would add if it came next, or had added when it came.
    """

    chosen: tuple[int, ...]
    gains: tuple[float, ...]


def mean_covered(clones: Sequence[TumourClone], receptors: Sequence[Receptor], courses: Sequence[Scenario]) -> float:
    """Give the covered share, the mean over the scenarios with their weights.

    >>> mean_covered((TumourClone("all", 1.0, ()),), (), (Scenario("none lost"),))
    0.0
    """
    return float(sum(one.weight * covered(clones, receptors, one) for one in courses))


def choose_receptors(
    candidates: Sequence[Receptor], clones: Sequence[TumourClone], courses: Sequence[Scenario], *, choose: int
) -> Choice:
    """Choose receptors greedily for the mean over the scenarios of the covered share.

    The share grows by less the more is covered already (it is monotone and submodular), so that the greedy choice
    reaches at least ``1 - 1/e`` of the best choice of as many (Nemhauser 1978, doi:10.1007/BF01588971). A tie goes to
    an antigen, then an allele, then a lineage that is not chosen yet, then to who stands first in ``candidates``. A
    candidate that adds nothing is not chosen.

    Arguments: ``candidates`` in order of preference; ``courses`` with weights that sum to 1.
    """
    gaining = _Gains(candidates, clones, courses)
    chosen: list[int] = []
    gains = gaining.now()
    added = np.zeros(len(candidates))
    while len(chosen) < min(choose, len(candidates)):
        left = np.where(np.isin(np.arange(len(candidates)), chosen), -1.0, gains)
        best = float(left.max())
        if best <= NOTHING:
            break
        even = np.flatnonzero(left >= best * (1.0 - EVEN))
        taken = _preferred(candidates, [int(one) for one in even], [candidates[at] for at in chosen])
        added[taken] = gains[taken]
        chosen.append(taken)
        gaining.take(taken)
        gains = gaining.now()
    said = np.where(np.isin(np.arange(len(candidates)), chosen), added, gains)
    return Choice(tuple(chosen), tuple(float(one) for one in said))


def _preferred(candidates: Sequence[Receptor], even: Sequence[int], chosen: Sequence[Receptor]) -> int:
    """Break a tie: another antigen, another allele, another lineage, then the first."""
    seen = [{getattr(one, name) for one in chosen} | {""} for name in ("antigen", "hla", "lineage")]

    def order(at: int) -> tuple[bool, bool, bool, int]:
        one = candidates[at]
        return (one.antigen in seen[0], one.hla in seen[1], one.lineage in seen[2], at)

    return min(even, key=order)


class _Gains:
    """Hold what is not covered yet, and say what each candidate would add.

    A receptor's view is that of its antigen times that of its allele, so that thousands of receptors cost no more than
    their few antigens and alleles: ``gain_j = p_j sum over c of carried(antigen_j, c) left(allele_j, c)``.
    """

    def __init__(
        self, candidates: Sequence[Receptor], clones: Sequence[TumourClone], courses: Sequence[Scenario]
    ) -> None:
        antigens = list(dict.fromkeys(one.antigen for one in candidates))
        alleles = list(dict.fromkeys(one.hla for one in candidates))
        self.p = np.array([one.p_real for one in candidates], float)
        self.antigen = np.array([antigens.index(one.antigen) for one in candidates], int)
        self.allele = np.array([alleles.index(one.hla) for one in candidates], int)
        self.carried = np.array([carried(clones, name) for name in antigens]).reshape(len(antigens), len(clones))
        self.presented = np.array([[presented(clones, name, one) for name in alleles] for one in courses])
        share = np.array([clone.share for clone in clones])
        self.left = np.array([one.weight for one in courses])[:, None] * share

    def now(self) -> FloatArray:
        """Give each candidate's gain in the mean covered share, ``(candidates,)``."""
        if not len(self.p):
            return np.zeros(0)
        by_allele = np.einsum("sc,sac->ac", self.left, self.presented)
        gain = self.carried @ by_allele.T
        return np.asarray(self.p * gain[self.antigen, self.allele])

    def take(self, at: int) -> None:
        """Count a candidate as chosen."""
        seen = self.presented[:, self.allele[at], :] * self.carried[self.antigen[at]]
        self.left = self.left * (1.0 - self.p[at] * seen)

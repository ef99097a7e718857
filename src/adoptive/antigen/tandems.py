"""Tandem minigenes: several mutated windows in one reading frame, joined so that no joint makes a new strong epitope."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from adoptive.antigen.screen_types import Bind, Junction, Minigene, Tandem, TandemRules, Tandems
from adoptive.errors import StudyError

__all__ = ["MOST_PER_TANDEM", "design_tandems", "junctions_of"]

MOST_PER_TANDEM: Final = 16
"""The best order is found exactly, which takes 2^n steps."""

_MOST_SWAPS: Final = 60
_REFUSED: Final = 1000.0
"""Cost of one refused peptide; a linker costs 1, so that any number of linkers is cheaper."""


def design_tandems(
    minigenes: Sequence[Minigene], *, alleles: Sequence[str], bind: Bind, rules: TandemRules | None = None
) -> Tandems:
    """Choose groups, order and linkers of minigenes so that no junction peptide is refused.

    A junction peptide (8 to 11 residues) lies in no single minigene: it holds residues of two, of a linker, or the
    leading methionine. It is refused when an allele binds it better than the threshold and it is no intended epitope.
    Within a tandem the order is the best there is (Held and Karp 1962, 10.1137/0110015): fewest refused peptides, then
    fewest linkers, then weakest junctions; a linker stands only where the joint without it would be refused. Minigenes
    change tandems only if a tandem cannot be made otherwise. What is still refused is reported, not hidden.

    Arguments: ``bind`` predicts IC50 (nM) of peptides on one allele, None where it cannot.

    Raises
    ------
    StudyError
        No minigene, no allele, or more minigenes in a tandem than the exact search allows.

    >>> kras = Minigene("KRAS:G12D", "MTEYKLVVVGADGVGKSALTIQLI", 12)
    >>> never = lambda allele, peptides: [50_000.0] * len(peptides)
    >>> design_tandems([kras], alleles=["HLA-C*08:02"], bind=never).tandems[0].protein
    'MTEYKLVVVGADGVGKSALTIQLI'
    """
    rules = rules or TandemRules()
    _check(minigenes, alleles, rules)
    seen = _Seen(tuple(alleles), bind, rules, frozenset(one for each in minigenes for one in each.epitopes))
    groups = _spread(list(minigenes), rules.per_tandem)
    tandems = _improved(groups, seen)
    made = tuple(Tandem(f"TMG{place}", order, joints) for place, (_, order, joints) in enumerate(tandems, start=1))
    junctions = tuple(row for tandem in made for row in junctions_of(tandem, seen))
    return Tandems(made, junctions, *_verdict(junctions))


def _check(minigenes: Sequence[Minigene], alleles: Sequence[str], rules: TandemRules) -> None:
    if not minigenes:
        raise StudyError("there is no neoantigen to make a minigene of", where="neoantigens")
    if not alleles:
        raise StudyError("no allele of the patient has a matrix", where="hla", next_step="give HLA class I alleles")
    if not 1 <= rules.per_tandem <= MOST_PER_TANDEM:
        raise StudyError("minigenes of one tandem", value=rules.per_tandem, allowed=f"1 to {MOST_PER_TANDEM}")


def _spread(minigenes: list[Minigene], most: int) -> list[list[Minigene]]:
    """Cut the list into as few groups as possible, sizes differing by at most one, in the order given."""
    groups = -(-len(minigenes) // most)
    return [list(part) for part in _cut(minigenes, groups)]


def _cut(minigenes: list[Minigene], groups: int) -> Iterator[list[Minigene]]:
    small, more = divmod(len(minigenes), groups)
    start = 0
    for place in range(groups):
        size = small + (place < more)
        yield minigenes[start : start + size]
        start += size


@dataclass
class _Seen:
    """Remember what was predicted, so that no peptide is asked for twice."""

    alleles: tuple[str, ...]
    bind: Bind
    rules: TandemRules
    intended: frozenset[str]
    best: dict[str, tuple[str, float | None, tuple[str, ...]]] = field(default_factory=dict)
    joints: dict[tuple[str, str], tuple[float, str]] = field(default_factory=dict)

    def learn(self, peptides: set[str]) -> None:
        """Predict the peptides not seen before on every allele and keep the best allele of each."""
        new = sorted(peptides - self.best.keys())
        if not new:
            return
        table = [self.bind(allele, new) for allele in self.alleles]
        for place, peptide in enumerate(new):
            said = [(row[place], allele) for row, allele in zip(table, self.alleles, strict=True)]
            scored = [(float(value), allele) for value, allele in said if value is not None]
            silent = tuple(allele for value, allele in said if value is None)
            value, allele = min(scored, default=(None, ""))
            self.best[peptide] = (allele, value, silent)

    def refused(self, peptide: str) -> bool:
        """Say whether a junction peptide is refused."""
        value = self.best[peptide][1]
        return value is not None and value < self.rules.threshold_nm and peptide not in self.intended

    def cost(self, peptides: set[str]) -> float:
        """Give what a joint costs: its refused peptides, and a little for strong ones that are not refused."""
        values = [value for peptide in peptides if (value := self.best[peptide][1]) is not None]
        refused = sum(self.refused(peptide) for peptide in peptides)
        strongest = min(values, default=np.inf)
        return _REFUSED * refused + 1e-3 * min(self.rules.threshold_nm / max(strongest, 1e-3), 1.0)

    def joint(self, left: str, right: str) -> tuple[float, str]:
        """Choose the joint between two minigenes, or before the first (``left`` empty)."""
        if (left, right) not in self.joints:
            self.joints[left, right] = min(self._choices(left, right), key=lambda choice: choice[0])
        return self.joints[left, right]

    def _choices(self, left: str, right: str) -> Iterator[tuple[float, str]]:
        start = "" if left or right.startswith("M") else "M"
        for place, linker in enumerate(("", *self.rules.linkers)):
            if linker and not left and not start:
                return  # a minigene that begins with its own methionine needs no joint before it
            peptides = set(_across(left, start + linker, right, self.rules.lengths))
            self.learn(peptides)
            cost = self.cost(peptides)
            yield cost + (1.0 + 0.01 * (place - 1) if place else 0.0), start + linker
            if cost < _REFUSED:
                return


def _across(left: str, joint: str, right: str, lengths: Sequence[int]) -> Iterator[str]:
    """List the peptides of ``left + joint + right`` that lie neither in left nor in right alone."""
    whole, first, last = left + joint + right, len(left), len(left) + len(joint)
    for length in lengths:
        for start in range(len(whole) - length + 1):
            if start < last and start + length > first:
                yield whole[start : start + length]


def _improved(groups: list[list[Minigene]], seen: _Seen) -> list[tuple[float, tuple[Minigene, ...], tuple[str, ...]]]:
    """Order every group; where peptides stay refused, exchange minigenes with other groups while that helps."""
    found = [_ordered(group, seen) for group in groups]
    swaps = 0
    for one in range(len(groups)):
        for other in range(len(groups)):
            for a in range(len(groups[one])):
                for b in range(len(groups[other])):
                    if one == other or found[one][0] < _REFUSED or swaps >= _MOST_SWAPS:
                        continue
                    swaps += 1
                    _exchange(groups, found, seen, (one, a), (other, b))
    return found


def _exchange(
    groups: list[list[Minigene]],
    found: list[tuple[float, tuple[Minigene, ...], tuple[str, ...]]],
    seen: _Seen,
    here: tuple[int, int],
    there: tuple[int, int],
) -> None:
    """Exchange two minigenes of two groups if the two cost less together."""
    (one, a), (other, b) = here, there
    left, right = list(groups[one]), list(groups[other])
    left[a], right[b] = right[b], left[a]
    tried = _ordered(left, seen), _ordered(right, seen)
    if tried[0][0] + tried[1][0] < found[one][0] + found[other][0]:
        groups[one], groups[other] = left, right
        found[one], found[other] = tried


def _ordered(group: Sequence[Minigene], seen: _Seen) -> tuple[float, tuple[Minigene, ...], tuple[str, ...]]:
    """Find the cheapest order of a group, exactly; give cost, order and the joint before each."""
    proteins = [one.protein for one in group]
    begin = np.array([seen.joint("", right)[0] for right in proteins])
    between = np.array(
        [[np.inf if a == b else seen.joint(proteins[a], proteins[b])[0] for b in range(len(group))]
         for a in range(len(group))]
    )  # fmt: skip
    cost, places = _path(begin, between)
    order = tuple(group[place] for place in places)
    before = ["", *(one.protein for one in order[:-1])]
    return cost, order, tuple(seen.joint(a, one.protein)[1] for a, one in zip(before, order, strict=True))


def _path(begin: NDArray[np.float64], between: NDArray[np.float64]) -> tuple[float, list[int]]:
    """Give the cheapest path through all places (Held and Karp): cost, order."""
    count = begin.size
    cost = np.full((1 << count, count), np.inf)
    came = np.zeros((1 << count, count), np.int8)
    cost[1 << np.arange(count), np.arange(count)] = begin
    for visited in range(1, 1 << count):
        absent = np.flatnonzero(~(visited >> np.arange(count)) & 1)
        if not absent.size:
            continue
        steps = cost[visited][:, None] + between[:, absent]
        last = steps.argmin(axis=0)
        cost[visited | (1 << absent), absent] = steps[last, np.arange(absent.size)]
        came[visited | (1 << absent), absent] = last
    visited, place = (1 << count) - 1, int(cost[-1].argmin())
    order = [place]
    while visited := visited & ~(1 << order[-1]):
        order.append(int(came[visited | (1 << order[-1]), order[-1]]))
    return float(cost[-1, place]), order[::-1]


def junctions_of(tandem: Tandem, seen: _Seen) -> tuple[Junction, ...]:
    """List every junction peptide of a tandem, looked for in the whole protein."""
    parts = [
        (place, inside)
        for place, (joint, one) in enumerate(zip(tandem.joints, tandem.minigenes, strict=True))
        for inside in (*([False] * len(joint)), *([True] * len(one.protein)))
    ]
    protein, rules = tandem.protein, seen.rules
    places = [
        (start, length)
        for length in rules.lengths
        for start in range(len(protein) - length + 1)
        if not (len(set(parts[start : start + length])) == 1 and parts[start][1])
    ]
    seen.learn({protein[start : start + length] for start, length in places})
    return tuple(_junction(tandem, seen, parts, start, length) for start, length in sorted(places))


def _junction(tandem: Tandem, seen: _Seen, parts: list[tuple[int, bool]], start: int, length: int) -> Junction:
    peptide = tandem.protein[start : start + length]
    allele, value, silent = seen.best[peptide]
    (first, inside), (last, _) = parts[start], parts[start + length - 1]
    left = first if inside else first - 1
    return Junction(
        tandem=tandem.name,
        left=tandem.minigenes[left].antigen if left >= 0 else "",
        right=tandem.minigenes[last].antigen,
        linker=tandem.joints[last],
        start=start + 1,
        peptide=peptide,
        hla=allele,
        ic50_nm=value,
        threshold_nm=seen.rules.threshold_nm,
        intended=peptide in seen.intended,
        passed=not seen.refused(peptide),
        not_scored=silent,
    )


def _verdict(junctions: Sequence[Junction]) -> tuple[bool, str]:
    refused = [row for row in junctions if not row.passed]
    scored = sum(row.ic50_nm is not None for row in junctions)
    if refused:
        worst = min(refused, key=lambda row: (row.ic50_nm or 0.0, row.tandem, row.start))
        return False, (
            f"{len(refused)} of {len(junctions)} junction peptides bind better than {worst.threshold_nm:g} nM whatever "
            f"the order and the linkers; the strongest is {worst.peptide} on {worst.hla}, {worst.ic50_nm:.3g} nM"
        )
    if junctions and not scored:
        return False, "no junction peptide could be scored: no matrix for these alleles and lengths"
    said = f"none of {len(junctions)} junction peptides binds better than the threshold"
    return True, said + (f"; {len(junctions) - scored} could not be scored" if scored < len(junctions) else "")

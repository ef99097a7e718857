"""Tandem minigenes: mutated windows in one reading frame, joined so that no joint makes a new strong epitope."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from adoptive.antigen.screen_types import Bind, Junction, Minigene, Tandem, TandemRules, Tandems
from adoptive.errors import StudyError

__all__ = ["MOST_PER_TANDEM", "design_tandems", "junctions_of"]

MOST_PER_TANDEM: Final = 16
"""The best order is found exactly, which takes 2^n steps."""

_MOST_SWAPS: Final = 24
_MORE: Final = 2
_REFUSED: Final = 1000.0
"""Cost of one refused peptide; a linker costs 1, so that any number of linkers is cheaper."""


_Order = tuple[float, tuple[Minigene, ...], tuple[str, ...]]
"""Cost of a tandem, its minigenes in order, the joint before each."""


def design_tandems(
    minigenes: Sequence[Minigene],
    *,
    alleles: Sequence[str],
    bind: Bind,
    rank: Bind | None = None,
    rules: TandemRules | None = None,
) -> Tandems:
    """Choose groups, order and linkers of minigenes so that no junction peptide is refused.

    A junction peptide (8 to 11 residues) lies in no single minigene: it holds residues of two, of a linker, or the
    leading methionine. It is refused when an allele binds it better than the threshold and ranks it as high as the
    rules say (by IC50 alone without ``rank``), and it is no intended epitope. The rank is asked for because matrices of
    some HLA-C alleles give most random peptides an IC50 below 500 nM.

    Within a tandem the order is the best there is (Held and Karp 1962, 10.1137/0110015): least refused, then
    fewest linkers, then weakest junctions; a linker stands only where the joint without it would be refused. Minigenes
    change tandems, and tandems are added (two at most), only if it cannot be done otherwise. What is still refused is
    reported, not hidden.

    Arguments: ``bind`` predicts IC50 (nM) of peptides on one allele, ``rank`` the share of random peptides (%) that
    bind at least as well; None where they cannot.

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
    seen = _Seen(tuple(alleles), bind, rules, frozenset(one for each in minigenes for one in each.epitopes), rank)
    tandems = _best_groups(list(minigenes), seen)
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


def _best_groups(minigenes: list[Minigene], seen: _Seen) -> list[_Order]:
    """Order the fewest groups that can hold all; with more groups, two at most, only where peptides stay refused."""
    fewest = -(-len(minigenes) // seen.rules.per_tandem)
    best: list[_Order] = []
    for groups in range(fewest, min(fewest + _MORE, len(minigenes)) + 1):
        found = _improved(list(_cut(minigenes, groups)), seen)
        if not best or sum(cost for cost, _, _ in found) < sum(cost for cost, _, _ in best):
            best = found
        if sum(cost for cost, _, _ in best) < _REFUSED:
            break
    return best


def _cut(minigenes: list[Minigene], groups: int) -> Iterator[list[Minigene]]:
    """Cut the list in the order given, sizes differing by at most one."""
    small, more = divmod(len(minigenes), groups)
    start = 0
    for place in range(groups):
        size = small + (place < more)
        yield minigenes[start : start + size]
        start += size


@dataclass(frozen=True)
class _Bound:
    """Hold what is predicted of a peptide: the allele that matters, IC50 (nM), rank (%), alleles that say nothing."""

    allele: str
    ic50_nm: float | None
    rank_percent: float | None
    refused: bool = False
    silent: tuple[str, ...] = ()


@dataclass
class _Seen:
    """Remember what was predicted, so that no peptide is asked for twice."""

    alleles: tuple[str, ...]
    bind: Bind
    rules: TandemRules
    intended: frozenset[str]
    rank: Bind | None = None
    best: dict[str, _Bound] = field(default_factory=dict)
    joints: dict[tuple[str, str], tuple[float, str]] = field(default_factory=dict)

    def learn(self, peptides: set[str]) -> None:
        """Predict the peptides not seen before on every allele and keep the worst allele of each."""
        new = sorted(peptides - self.best.keys())
        if not new:
            return
        table = [self.bind(allele, new) for allele in self.alleles]
        ranks = [self.rank(allele, new) if self.rank else [None] * len(new) for allele in self.alleles]
        for place, peptide in enumerate(new):
            said = zip(self.alleles, (row[place] for row in table), (row[place] for row in ranks), strict=True)
            self.best[peptide] = self._worst(list(said))

    def _worst(self, said: Sequence[tuple[str, float | None, float | None]]) -> _Bound:
        """Choose the allele that refuses a peptide, the strongest first; without one that which binds it best."""
        bound = [
            _Bound(allele, float(value), rank, refused=self._refuses(float(value), rank))
            for allele, value, rank in said
            if value is not None
        ]
        silent = tuple(allele for allele, value, _ in said if value is None)
        worst = min(bound, key=lambda one: (not one.refused, one.ic50_nm, one.allele), default=_Bound("", None, None))
        return replace(worst, silent=silent)

    def _refuses(self, ic50_nm: float, rank: float | None) -> bool:
        return ic50_nm < self.rules.threshold_nm and (rank is None or rank <= self.rules.rank_percent)

    def refused(self, peptide: str) -> bool:
        """Say whether a junction peptide is refused."""
        return self.best[peptide].refused and peptide not in self.intended

    def cost(self, peptides: set[str]) -> float:
        """Give what a joint costs: its refused peptides and how strong they are, and a little for strong ones kept."""
        threshold = self.rules.threshold_nm
        known = [(one, self.best[one].ic50_nm) for one in peptides]
        refused = [value for one, value in known if value is not None and self.refused(one)]
        strongest = min((value for _, value in known if value is not None), default=np.inf)
        severe = sum(1.0 + np.log10(threshold / max(value, 1e-3)) for value in refused)
        return _REFUSED * float(severe) + 1e-3 * min(threshold / max(strongest, 1e-3), 1.0)

    def prepare(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Choose the joint of each pair of proteins: none, else the first linker that nothing refuses, else the best.

        ``left`` empty: what stands before the first minigene, "M" unless it begins with its own methionine.
        """
        open_ = [pair for pair in dict.fromkeys(pairs) if pair not in self.joints]
        for place, linker in enumerate(("", *self.rules.linkers)):
            tried = {pair: self._peptides(*pair, linker) for pair in open_}
            self.learn({peptide for _, peptides in tried.values() for peptide in peptides})
            for pair, (joint, peptides) in tried.items():
                choice = self.cost(peptides) + (1.0 + 0.01 * (place - 1) if place else 0.0), joint
                self.joints[pair] = min(choice, self.joints.get(pair, choice), key=lambda one: one[0])
            open_ = [pair for pair in open_ if self.joints[pair][0] >= _REFUSED]

    def _peptides(self, left: str, right: str, linker: str) -> tuple[str, set[str]]:
        """Give a joint with a linker, and its junction peptides."""
        start = "" if left or right.startswith("M") else "M"
        joint = start + linker if left or start else ""
        return joint, set(_across(left, joint, right, self.rules.lengths))


def _across(left: str, joint: str, right: str, lengths: Sequence[int]) -> Iterator[str]:
    """List the peptides of ``left + joint + right`` that lie neither in left nor in right alone."""
    whole, first, last = left + joint + right, len(left), len(left) + len(joint)
    for length in lengths:
        for start in range(len(whole) - length + 1):
            if start < last and start + length > first:
                yield whole[start : start + length]


def _improved(groups: list[list[Minigene]], seen: _Seen) -> list[_Order]:
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
    found: list[_Order],
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


def _ordered(group: Sequence[Minigene], seen: _Seen) -> _Order:
    """Find the cheapest order of a group, exactly; give cost, order and the joint before each."""
    proteins = [one.protein for one in group]
    seen.prepare((left, right) for left in ("", *proteins) for right in proteins)
    begin = np.array([seen.joints["", right][0] for right in proteins])
    between = np.array([[seen.joints[left, right][0] for right in proteins] for left in proteins])
    np.fill_diagonal(between, np.inf)
    cost, places = _path(begin, between)
    order = tuple(group[place] for place in places)
    before = ["", *(one.protein for one in order[:-1])]
    return cost, order, tuple(seen.joints[a, one.protein][1] for a, one in zip(before, order, strict=True))


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
    bound = seen.best[peptide]
    (first, inside), (last, _) = parts[start], parts[start + length - 1]
    left = first if inside else first - 1
    return Junction(
        tandem=tandem.name,
        left=tandem.minigenes[left].antigen if left >= 0 else "",
        right=tandem.minigenes[last].antigen,
        linker=tandem.joints[last],
        start=start + 1,
        peptide=peptide,
        hla=bound.allele,
        ic50_nm=bound.ic50_nm,
        rank_percent=bound.rank_percent,
        threshold_nm=seen.rules.threshold_nm,
        intended=peptide in seen.intended,
        passed=not seen.refused(peptide),
        not_scored=bound.silent,
    )


def _verdict(junctions: Sequence[Junction]) -> tuple[bool, str]:
    refused = [row for row in junctions if not row.passed]
    scored = sum(row.ic50_nm is not None for row in junctions)
    if refused:
        worst = min(refused, key=lambda row: (row.ic50_nm or 0.0, row.tandem, row.start))
        return False, (
            f"{len(refused)} of {len(junctions)} junction peptides are refused in the best order found, linkers tried; "
            f"the strongest is {worst.peptide} on {worst.hla}, {worst.ic50_nm:.3g} nM"
        )
    if junctions and not scored:
        return False, "no junction peptide could be scored: no matrix for these alleles and lengths"
    said = f"none of {len(junctions)} junction peptides is refused"
    return True, said + (f"; {len(junctions) - scored} could not be scored" if scored < len(junctions) else "")

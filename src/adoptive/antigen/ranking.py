"""Which receptors to build: evidence in tiers, a stated chance each, and a choice that covers the tumour.

Nothing here predicts what a receptor recognises: tiers come from experiments, chances from published yields.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Final

from adoptive.antigen.choice import Choice, choose_receptors, mean_covered
from adoptive.antigen.coverage import (
    Scenario,
    carried,
    covered,
    covered_as_added,
    gene_of,
    losses_of_alleles,
    nested_clones,
    scenarios,
)
from adoptive.antigen.discovered import Allele, Clonotype, Hit, Neoantigen, Receptor, TumourClone
from adoptive.antigen.evidence import Candidate, RankingRules, candidates_of
from adoptive.antigen.yields import at_least_one, expected_real
from adoptive.units import In

__all__ = ["Covered", "Ranking", "rank_receptors"]

MOST_NAMED: Final = 5


@dataclass(frozen=True)
class Covered:
    """Hold the covered share in one scenario after so many receptors: a row of ``coverage.tsv``."""

    receptors: Annotated[int, In("count", "receptors in the product")]
    added: Annotated[str, In("name", "receptor that was added last; empty: none yet")]
    scenario: Annotated[str, In("name", "what the tumour lost")]
    lost: Annotated[tuple[str, ...], In("alleles", "HLA alleles that all its cells lost")]
    weight: Annotated[float, In("fraction", "weight of the scenario in the mean; 0: reported only")]
    covered: Annotated[float, In("fraction", "expected share of the tumour's cells that a real receptor sees")]


@dataclass(frozen=True)
class Ranking:
    """Hold the receptors in order, the covered shares, the clones that were used, the yield and what was assumed.

    ``least_covered`` is the minimum over the scenarios, ``left_after_worst_allele`` what is left when the single allele
    goes whose loss does most harm (None: no presenting allele is known), ``worst_allele`` that allele.
    """

    receptors: tuple[Receptor, ...]
    coverage: tuple[Covered, ...]
    clones: tuple[TumourClone, ...]
    expected_real: float
    at_least_one: float
    mean_covered: float
    least_covered: float
    least_scenario: str
    worst_allele: str
    left_after_worst_allele: float | None
    notes: tuple[str, ...] = ()

    @property
    def chosen(self) -> tuple[Receptor, ...]:
        """Give the receptors to build, in order."""
        return tuple(one for one in self.receptors if one.rank)


def rank_receptors(
    clonotypes: Sequence[Clonotype],
    *,
    hits: Sequence[Hit] = (),
    neoantigens: Sequence[Neoantigen] = (),
    alleles: Sequence[Allele] = (),
    clones: Sequence[TumourClone] = (),
    rules: RankingRules | None = None,
) -> Ranking:
    """Rank receptors by evidence and choose those to build by what they cover, also after loss of HLA.

    The chosen stand first, in order of choice (:func:`~adoptive.antigen.choice.choose_receptors`); then candidates that
    were not chosen and receptors that are none, each with its reason. Without ``clones`` they are nested by cancer cell
    fraction (:func:`~adoptive.antigen.coverage.nested_clones`).

    Arguments: ``clones`` whose shares sum to 1; ``hits`` whose effector is a clonotype's ``id`` or ``clone``.

    Raises
    ------
    StudyError
        HLA alleles that no two chromosomes can carry.
    """
    rules = rules or RankingRules()
    found = candidates_of(clonotypes, hits=hits, neoantigens=neoantigens, rules=rules)
    used = tuple(clones) or nested_clones(neoantigens, alleles)
    courses = scenarios(_all_alleles(alleles, found), none_weight=rules.none_weight)
    able = [with_share(one.receptor, used) for one in found if not one.left_out]
    choice = choose_receptors(able, used, courses, choose=rules.choose)
    chosen = [replace(able[at], rank=place) for place, at in enumerate(choice.chosen, 1)]
    chosen = [_with_reason(one, choice.gains[at]) for one, at in zip(chosen, choice.chosen, strict=True)]
    others = [_not_chosen(able[at], choice, at, used) for at in range(len(able)) if at not in set(choice.chosen)]
    rest = [with_share(one.receptor, used) for one in found if one.left_out]
    by_scenario = [(covered(used, chosen, one), one.name) for one in courses]
    worst = _worst_allele(used, chosen)
    p = [one.p_real for one in chosen]
    return Ranking(
        (*chosen, *others, *rest), _coverage(used, chosen, courses), used, expected_real(p), at_least_one(p),
        mean_covered(used, chosen, courses), *min(by_scenario), *worst,
        _notes(clonotypes, hits, neoantigens, alleles, clones, chosen, rules),
    )  # fmt: skip


def _all_alleles(alleles: Sequence[Allele], found: Sequence[Candidate]) -> tuple[Allele, ...]:
    """Add the presenting alleles of genes that the patient's list does not have: they may be lost as well."""
    genes = {gene_of(one.hla) for one in alleles}
    presenting = {one.receptor.hla for one in found if not one.left_out} - {""}
    return (*alleles, *(Allele(name) for name in sorted(presenting) if gene_of(name) not in genes))


def with_share(receptor: Receptor, clones: Sequence[TumourClone]) -> Receptor:
    """Give a receptor with the share of cells that carry its antigen, from the clones if it is not known."""
    if not receptor.antigen or receptor.ccf is not None:
        return receptor
    return replace(receptor, ccf=float(sum(one.share for one in clones if receptor.antigen in one.antigens)))


def _with_reason(receptor: Receptor, gain: float) -> Receptor:
    said = f"adds {100.0 * gain:.2g} % of the tumour's cells, mean over the scenarios"
    return replace(receptor, reason=f"{receptor.reason}; {said}")


def _not_chosen(receptor: Receptor, choice: Choice, at: int, clones: Sequence[TumourClone]) -> Receptor:
    """Say why a candidate was not chosen."""
    if receptor.antigen and not carried(clones, receptor.antigen).any():
        said = "not chosen: no clone of the tumour carries its antigen"
    elif choice.gains[at] <= 0.0:
        said = "not chosen: it would add nothing"
    else:
        said = f"not chosen: would add {100.0 * choice.gains[at]:.2g} % to those that are"
    return replace(receptor, reason=f"{said}; {receptor.reason}")


def _coverage(
    clones: Sequence[TumourClone], chosen: Sequence[Receptor], courses: Sequence[Scenario]
) -> tuple[Covered, ...]:
    """Follow the covered share in every scenario, and after loss of each presenting allele, as receptors are added."""
    single = losses_of_alleles(one.hla for one in chosen if one.hla)
    every = [(one, covered_as_added(clones, chosen, one)) for one in (*courses, *single)]
    return tuple(
        Covered(
            count, chosen[count - 1].id if count else "", one.name, one.lost, one.weight, float(shares[count]),
        )
        for count in range(len(chosen) + 1)
        for one, shares in every
    )  # fmt: skip


def _worst_allele(clones: Sequence[TumourClone], chosen: Sequence[Receptor]) -> tuple[str, float | None]:
    """Give the presenting allele whose loss leaves least, and what it leaves; none if no allele is known."""
    left = [(covered(clones, chosen, one), one.lost[0]) for one in losses_of_alleles(r.hla for r in chosen if r.hla)]
    return (min(left)[1], min(left)[0]) if left else ("", None)


def _notes(
    clonotypes: Sequence[Clonotype], hits: Sequence[Hit], neoantigens: Sequence[Neoantigen],
    alleles: Sequence[Allele], clones: Sequence[TumourClone], chosen: Sequence[Receptor], rules: RankingRules,
) -> tuple[str, ...]:  # fmt: skip
    """Say what was assumed."""
    effectors = {one.id for one in clonotypes} | {one.clone for one in clonotypes}
    foreign = sorted({one.effector for one in hits} - effectors)
    no_ccf = [one.id for one in neoantigens if one.ccf is None]
    genes = Counter(gene_of(one.hla) for one in alleles)
    once = sorted(one.hla for one in alleles if genes[gene_of(one.hla)] == 1)
    unlisted = sorted({one.hla for one in chosen if one.hla and gene_of(one.hla) not in genes})
    homozygous = sorted(name for name, count in Counter(one.hla for one in alleles).items() if count > 1)
    said = (
        (not clones and bool(neoantigens),
         "Clones are nested by cancer cell fraction (linear evolution), an assumption: give the clones if known."),
        (not clones and not neoantigens,
         "Neither clones nor neoantigens are given: every antigen is taken to be on all cells."),
        (bool(no_ccf) and not clones,
         f"Cancer cell fraction not known, taken as the mean of the others: {_few(no_ccf)}."),
        (not alleles, "No HLA list is given."),
        (bool(unlisted), f"Of no listed gene, so each taken to be lost in half of the losses: {_few(unlisted)}."),
        (any(one.haplotype is None for one in alleles),
         "Phase not known for all alleles: every choice of one allele per gene is a loss that may happen."),
        (bool(once), f"Listed once, so taken to be on one chromosome: {_few(once)}. If homozygous, list it twice."),
        (bool(homozygous), f"On both haplotypes, so never lost by one: {_few(homozygous)}."),
        (any(not one.antigen for one in chosen),
         "A receptor of unknown antigen is taken to see any antigen of the tumour, each as likely."),
        (any(not one.hla for one in chosen),
         "A receptor of unknown allele is taken to be hit by a haplotype's loss with a chance of one half."),
        (any("alphas of its clone" in one.reason for one in chosen),
         "Two alphas of one clone are counted as if independent, though one at most is real: yield is understated."),
        (bool(foreign), f"Effectors of the screen that are no clonotype, not used: {_few(foreign)}."),
        (len(chosen) < rules.choose, f"Only {len(chosen)} of {rules.choose} receptors could be chosen."),
    )  # fmt: skip
    return tuple(text for holds, text in said if holds)


def _few(names: Iterable[str]) -> str:
    """List some names and say how many more there are."""
    every = list(names)
    more = f" and {len(every) - MOST_NAMED} more" if len(every) > MOST_NAMED else ""
    return ", ".join(every[:MOST_NAMED]) + more

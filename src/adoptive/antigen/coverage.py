"""Which share of a tumour's cells chosen receptors see, today and after the tumour has lost HLA.

A receptor sees a clone of tumour cells if its cells carry the antigen and still have the HLA allele that presents it.
All receptors on one allele go together when it is lost (Tran 2016, doi:10.1056/NEJMoa1609279).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, product
from typing import Final

import numpy as np
from numpy.typing import NDArray

from adoptive.antigen.discovered import Allele, Neoantigen, Receptor, TumourClone
from adoptive.errors import StudyError

__all__ = [
    "CCF_STEP",
    "NONE_LOST",
    "UNKNOWN_HIT",
    "Scenario",
    "carried",
    "covered",
    "covered_as_added",
    "gene_of",
    "losses_of_alleles",
    "nested_clones",
    "presented",
    "scenarios",
    "visible",
]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Scenario:
    """Hold one course that the tumour may take: the alleles that all its cells lose.

    ``unknown_hit`` is the chance that the allele of a receptor whose allele is not known is among the lost.
    """

    name: str
    lost: tuple[str, ...] = ()
    weight: float = 1.0
    unknown_hit: float = 0.0


NONE_LOST = Scenario("none lost")

UNKNOWN_HIT: Final = 0.5
"""Chance that a haplotype's loss takes an allele that is not known: a haplotype carries one of each pair."""

CCF_STEP: Final = 0.01
"""Cancer cell fractions are rounded to this: finer ones would make a clone of every error of measurement."""

MOST_PAIRS: Final = 10
"""Genes whose two alleles may each be lost alone; more would make thousands of scenarios."""


def gene_of(allele: str) -> str:
    """Name an allele's gene.

    >>> gene_of("HLA-C*08:02")
    'HLA-C'
    """
    return allele.split("*")[0]


def scenarios(alleles: Sequence[Allele], *, none_weight: float = 1.0 / 3.0) -> tuple[Scenario, ...]:
    """List what the tumour may lose: nothing, or one of its two haplotypes.

    Phase known: the alleles of haplotype 1, or of haplotype 2. Phase not known: every choice of one allele per gene. An
    allele that stands there twice is on both haplotypes and stays. One that stands alone for its gene is lost in half
    of the choices. The weights sum to 1: ``none_weight``, and the rest evenly over the losses, so that it does not
    matter for the mean whether the phase is known.

    Raises
    ------
    StudyError
        A gene with more than two alleles, two of one gene on a haplotype, or too many genes of unknown phase.

    >>> from adoptive.antigen.discovered import Allele
    >>> [one.lost for one in scenarios([Allele("HLA-A*02:01", 1), Allele("HLA-A*11:01", 2)])]
    [(), ('HLA-A*02:01',), ('HLA-A*11:01',)]
    """
    losses = _losses(_phased(alleles))
    weight = (1.0 - none_weight) / len(losses)
    return (
        Scenario("none lost", (), none_weight),
        *(Scenario(name or _name_of(lost), lost, weight, UNKNOWN_HIT) for name, lost in losses),
    )


def _name_of(lost: Sequence[str]) -> str:
    """Name a choice by what it loses: ``A*02:01 C*08:02 lost``."""
    return f"{' '.join(name.removeprefix('HLA-') for name in lost) or 'no listed allele'} lost"


def _phased(alleles: Sequence[Allele]) -> dict[str, list[tuple[str, int]]]:
    """Group the alleles by gene, with haplotype 1 or 2, 0 if not known; the second of a pair follows from the first."""
    found: dict[str, list[tuple[str, int]]] = {}
    for allele in sorted(alleles, key=lambda one: (one.hla, one.haplotype or 0)):
        found.setdefault(gene_of(allele.hla), []).append((allele.hla, allele.haplotype or 0))
    for gene, pair in found.items():
        known = [haplotype for _, haplotype in pair if haplotype]
        if len(pair) > 2 or len(set(known)) < len(known):
            raise StudyError(
                "more alleles than chromosomes", where=gene, value=", ".join(name for name, _ in pair),
                allowed="two for each gene, one for each haplotype", next_step="correct the list of HLA alleles",
            )  # fmt: skip
        if len(pair) == 2 and len(known) == 1:
            found[gene] = [(name, haplotype or 3 - known[0]) for name, haplotype in pair]
    return found


def _losses(genes: dict[str, list[tuple[str, int]]]) -> list[tuple[str, tuple[str, ...]]]:
    """Combine the losses of the haplotypes: (name, lost alleles); a name only if the phase is known throughout."""
    known = [one for pair in genes.values() for one in pair if one[1]]
    blocks: list[tuple[tuple[str, ...], tuple[str, ...]]] = []
    if known or not genes:
        on = [{name for name, haplotype in known if haplotype == which} for which in (1, 2)]
        blocks.append((tuple(sorted(on[0] - on[1])), tuple(sorted(on[1] - on[0]))))
    for pair in genes.values():
        names = [name for name, haplotype in pair if not haplotype]
        if len(names) == 1:
            blocks.append(((names[0],), ()))
        elif names and names[0] != names[1]:
            blocks.append(((names[0],), (names[1],)))
    if len(blocks) > MOST_PAIRS:
        raise StudyError(
            "too many genes whose phase is not known", where="HLA", value=len(blocks), allowed=f"{MOST_PAIRS}",
            next_step="say the haplotypes, or leave out genes that present nothing",
        )  # fmt: skip
    named = bool(known or not genes) and len(blocks) == 1
    return [
        (f"haplotype {at + 1} lost" if named else "", tuple(sorted(chain.from_iterable(chosen))))
        for at, chosen in enumerate(product(*blocks))
    ] or [("", ())]


def losses_of_alleles(alleles: Iterable[str]) -> tuple[Scenario, ...]:
    """List the loss of each single allele, of no weight in the mean: what is left if just this one goes.

    >>> losses_of_alleles(["HLA-C*08:02"])[0].name
    'HLA-C*08:02 lost'
    """
    return tuple(Scenario(f"{name} lost", (name,), 0.0) for name in sorted(set(alleles)))


def nested_clones(neoantigens: Sequence[Neoantigen], alleles: Sequence[Allele] = ()) -> tuple[TumourClone, ...]:
    """Build clones from cancer cell fractions as if each change arose within the cells of all more frequent ones.

    Linear evolution is an assumption: two changes on half of the cells each are taken to be on the same half. With the
    distinct fractions ``l_1 > l_2 > ...``, clone i has the share ``l_i - l_(i+1)`` and all changes on at least ``l_i``;
    loss of an allele is a change as well. What is above ``l_1`` carries none of them. A fraction that is not known is
    taken to be the mean of the known ones, or 1 if none is.

    Returns one clone of all cells if there is neither a neoantigen nor a loss.
    """
    known = [min(one.ccf, 1.0) for one in neoantigens if one.ccf is not None]
    usual = sum(known) / len(known) if known else 1.0
    level = {one.id: _rounded(usual if one.ccf is None else one.ccf) for one in neoantigens}
    gone = {one.hla: _rounded(one.lost_share) for one in alleles if one.lost_share}
    steps = sorted({1.0, *level.values(), *gone.values()} - {0.0}, reverse=True)
    found = []
    for at, step in enumerate(steps):
        below = steps[at + 1] if at + 1 < len(steps) else 0.0
        carried = tuple(name for name, share in level.items() if share >= step)
        lost = tuple(sorted(name for name, share in gone.items() if share >= step))
        found.append(TumourClone(f"clone {at + 1}", step - below, carried, lost))
    return tuple(found)


def _rounded(share: float) -> float:
    return round(round(min(share, 1.0) / CCF_STEP) * CCF_STEP, 6)


def carried(clones: Sequence[TumourClone], antigen: str) -> FloatArray:
    """Give the chance that each clone carries an antigen, ``(clones,)``: yes or no; for an unknown one the share.

    An unknown antigen, "", is taken to be any of those that are on some clone, each as likely: a clone carries it with
    the share of them that it carries. If no antigen is known at all, all clones carry it.
    """
    if antigen:
        return np.array([float(antigen in clone.antigens) for clone in clones])
    every = {name for clone in clones for name in clone.antigens}
    return np.array([len(set(clone.antigens)) / len(every) if every else 1.0 for clone in clones])


def presented(clones: Sequence[TumourClone], hla: str, scenario: Scenario) -> FloatArray:
    """Give the chance that the cells of each clone still have an allele, ``(clones,)``.

    An unknown allele, "", is hit by the scenario's loss with its ``unknown_hit``, and by a further loss of the clone's
    own with one half.
    """
    lost = set(scenario.lost)
    if hla:
        return np.array([float(hla not in lost and hla not in clone.hla_lost) for clone in clones])
    left = 1.0 - scenario.unknown_hit
    return np.array([left if set(clone.hla_lost) <= lost else left * (1.0 - UNKNOWN_HIT) for clone in clones])


def visible(clones: Sequence[TumourClone], receptors: Sequence[Receptor], scenario: Scenario) -> FloatArray:
    """Give the chance that each receptor, if it is real, sees each clone, ``(clones, receptors)``."""
    on = {name: carried(clones, name) for name in {one.antigen for one in receptors}}
    left = {name: presented(clones, name, scenario) for name in {one.hla for one in receptors}}
    columns = [on[one.antigen] * left[one.hla] for one in receptors]
    return np.stack(columns, axis=1) if columns else np.zeros((len(clones), 0))


def covered(clones: Sequence[TumourClone], receptors: Sequence[Receptor], scenario: Scenario = NONE_LOST) -> float:
    """Give the expected share of the tumour's cells that at least one real receptor sees.

    ``sum over clones c of f_c (1 - prod over receptors j of (1 - p_j v_cj))``, receptors independent; ``v`` from
    :func:`visible`. What a receptor sees that is not known is an assumption: see :func:`carried`, :func:`presented`.

    Arguments: ``clones`` with shares ``f`` that sum to 1; ``receptors`` with ``p_real``.

    >>> clones = (TumourClone("all", 0.7, ("KRAS:G12D",)), TumourClone("rest", 0.3, ()))
    >>> covered(clones, [])
    0.0
    """
    return float(covered_as_added(clones, receptors, scenario)[-1])


def covered_as_added(clones: Sequence[TumourClone], receptors: Sequence[Receptor], scenario: Scenario) -> FloatArray:
    """Give the covered share with none, one, two, ... of the receptors in their order, ``(receptors + 1,)``."""
    real = np.array([one.p_real for one in receptors], float)
    unseen = np.cumprod(1.0 - real * visible(clones, receptors, scenario), axis=1)
    share = np.array([clone.share for clone in clones])
    return np.concatenate([[0.0], share @ (1.0 - unseen)])

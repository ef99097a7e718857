"""Every peptide with a mutation on every allele: its predicted binding, against its wild type, at an anchor or not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from adoptive.antigen.binding import PREDICTORS, Matrices
from adoptive.antigen.candidates import Candidate
from adoptive.antigen.mutations import Pair
from adoptive.antigen.tiers import Settings
from adoptive.units import In

__all__ = ["Epitope", "Imported", "Score", "at_anchors", "score_epitopes", "strength"]


@dataclass(frozen=True)
class Epitope:
    """Hold one peptide on one allele: a row of ``epitopes.tsv``."""

    neoantigen: Annotated[str, In("name", "its id in neoantigens.tsv")]
    peptide: Annotated[str, In("amino acids", "peptide with the mutation")]
    wild_type: Annotated[str, In("amino acids", "its counterpart; empty: none")]
    mutated: Annotated[tuple[str, ...], In("places", "mutated residues in the peptide, from 1; empty: a junction")]
    hla: Annotated[str, In("allele", "presenting allele")]
    predictor: Annotated[str, In("name", "who predicted")]
    ic50_nm: Annotated[float | None, In("nM", "predicted binding; empty: the predictor gives none")]
    wild_type_ic50_nm: Annotated[float | None, In("nM", "of the counterpart")]
    rank_percent: Annotated[float | None, In("%", "share of random peptides that bind at least as well")]
    wild_type_rank_percent: Annotated[float | None, In("%", "of the counterpart")]
    agretopicity: Annotated[float | None, In("ratio", "IC50 of the wild type over that of the mutant")]
    binds: Annotated[bool, In("yes/no", "below the threshold")]
    anchor: Annotated[bool, In("yes/no", "all mutated residues lie at anchors")]
    sees_self: Annotated[bool, In("yes/no", "at anchors only, and the wild type binds as well")]
    in_proteome: Annotated[bool, In("yes/no", "it stands in a protein without the mutation: self, never chosen")]


@dataclass(frozen=True)
class Score:
    """Hold what a predictor says of one peptide on one allele; None: it does not say."""

    ic50_nm: float | None
    rank_percent: float | None
    predictor: str


Imported = Mapping[tuple[str, str], Score]
"""Scores of other predictors, by allele and peptide."""


def strength(score: Score | None, settings: Settings) -> float:
    """Give binding over its threshold: below 1 binds; infinite: not predicted.

    A matrix must hold both thresholds, so the worse of the two counts: its IC50 alone does not compare between alleles
    (of random 9-mers 4 % lie below 500 nM on A*02:01, 0.03 % on C*04:01, nearly all on C*12:03). Other predictors are
    judged by their IC50, by their rank if they give none.

    >>> strength(Score(50.0, None, "x"), Settings()), strength(None, Settings())
    (0.1, inf)
    >>> strength(Score(50.0, 4.0, "smmpmbec"), Settings()), strength(Score(50.0, 4.0, "NetMHCpan"), Settings())
    (2.0, 0.1)
    """
    if score is None or (score.ic50_nm is None and score.rank_percent is None):
        return float("inf")
    by_ic50 = 0.0 if score.ic50_nm is None else score.ic50_nm / settings.binding_nm
    by_rank = 0.0 if score.rank_percent is None else score.rank_percent / settings.rank_percent
    both = score.ic50_nm is None or score.predictor in PREDICTORS
    return max(by_ic50, by_rank) if both else by_ic50


def at_anchors(pair: Pair, anchors: Sequence[int]) -> bool:
    """Say whether every mutated residue lies at an anchor; -1 is the last place.

    >>> at_anchors(Pair("AAAAAAAAV", "AAAAAAAAA", (9,)), (2, -1)), at_anchors(Pair("AVAAAVAAA", "", (2, 6)), (2, -1))
    (True, False)
    """
    places = {place if place > 0 else len(pair.peptide) + 1 + place for place in anchors}
    return bool(pair.mutated) and set(pair.mutated) <= places


def score_epitopes(
    candidates: Sequence[Candidate],
    alleles: Sequence[str],
    *,
    matrices: Matrices | None,
    imported: Imported,
    own: frozenset[str],
    settings: Settings,
) -> tuple[Epitope, ...]:
    """Score every peptide on every allele; what no predictor scores is left out.

    An imported score goes before a matrix. A wild type is only compared with a mutant of the same predictor. ``own``
    are the peptides that stand in proteins without mutations.
    """
    pairs = [pair for candidate in candidates for pair in candidate.pairs]
    wanted = sorted({text for pair in pairs for text in (pair.peptide, pair.wild_type) if text})
    found = []
    for hla in alleles:
        by_matrix = _by_matrix(hla, wanted, matrices)
        for candidate in candidates:
            for pair in candidate.pairs:
                given = imported.get((hla, pair.peptide))
                mutant = given or by_matrix.get(pair.peptide)
                if mutant is not None:
                    wild = imported.get((hla, pair.wild_type)) if given else by_matrix.get(pair.wild_type)
                    same = wild if wild is None or wild.predictor == mutant.predictor else None
                    found.append(_epitope(candidate.id, pair, hla, mutant, same, pair.peptide in own, settings))
    return tuple(found)


def _by_matrix(hla: str, peptides: Sequence[str], matrices: Matrices | None) -> dict[str, Score]:
    if matrices is None or not matrices.lengths(hla):
        return {}
    gives = matrices.predictor == "smmpmbec"
    ranks = matrices.rank_percent(hla, peptides)
    ic50s = matrices.ic50_nm(hla, peptides).data.tolist() if gives else [None] * len(peptides)
    known = np.flatnonzero(~np.ma.getmaskarray(ranks)).tolist()
    rank = ranks.data.tolist()
    return {peptides[at]: Score(ic50s[at], rank[at], matrices.predictor) for at in known}


def _epitope(
    id: str, pair: Pair, hla: str, mutant: Score, wild: Score | None, own: bool, settings: Settings
) -> Epitope:
    ratio = None
    if wild is not None and wild.ic50_nm is not None and mutant.ic50_nm:
        ratio = wild.ic50_nm / mutant.ic50_nm
    anchor = at_anchors(pair, settings.anchors)
    return Epitope(
        id, pair.peptide, pair.wild_type, tuple(str(place) for place in pair.mutated), hla, mutant.predictor,
        mutant.ic50_nm, wild.ic50_nm if wild else None, mutant.rank_percent, wild.rank_percent if wild else None,
        ratio, strength(mutant, settings) < 1.0, anchor, anchor and strength(wild, settings) < 1.0, own,
    )  # fmt: skip

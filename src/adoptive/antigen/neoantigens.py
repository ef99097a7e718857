"""Which mutations a receptor might see: peptides scored on the patient's alleles, clonality, expression, tiers.

Binding, expression and clonality say what might be presented. Whether a T cell sees it is found by experiment alone.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from adoptive.antigen.binding import Matrices
from adoptive.antigen.candidates import Candidate, Reads, Variant, candidate_of
from adoptive.antigen.clonality import CellFraction, cell_fraction
from adoptive.antigen.discovered import Allele, Neoantigen
from adoptive.antigen.epitopes import Epitope, Imported, Score, score_epitopes, strength
from adoptive.antigen.proteome import peptides_in
from adoptive.antigen.tiers import NEO_TIERS, Settings, Standing, is_clonal, is_expressed, tier_of
from adoptive.errors import StudyError

__all__ = [
    "NEO_TIERS",
    "Candidate",
    "Epitope",
    "Found",
    "Reads",
    "Score",
    "Settings",
    "Variant",
    "candidate_of",
    "find_neoantigens",
]


@dataclass(frozen=True)
class Found:
    """Hold what was found: neoantigens, best tier first; every scored peptide; alleles that nothing could score."""

    neoantigens: tuple[Neoantigen, ...]
    epitopes: tuple[Epitope, ...]
    not_scored: tuple[str, ...]


def find_neoantigens(
    variants: Sequence[Variant | Candidate],
    alleles: Sequence[Allele],
    *,
    predictor: str = "smmpmbec",
    purity: float | None = None,
    proteome: Collection[str] = (),
    imported: Imported | None = None,
    settings: Settings | None = None,
) -> Found:
    """Score every peptide of every variant on every allele and put the mutations in tiers.

    The best peptide of a mutation is the strongest binder on an allele that the tumour keeps and whose binding is new
    (not at an anchor with a wild type that binds as well); where there is none, the strongest of the others, whose
    shortcoming names the tier. A peptide that stands in ``proteome`` or in its own protein without the mutation is
    self and never chosen. ``predictor`` "" uses no matrices, only ``imported`` scores. The order of rows changes
    nothing.

    Raises
    ------
    ChangeError
        A change does not fit its protein, or makes no new peptide.
    BindingError
        There is no such predictor.
    StudyError
        Two variants have one id.
    """
    settings = settings or Settings()
    given = [candidate_of(one, settings) if isinstance(one, Variant) else one for one in variants]
    candidates = sorted(given, key=lambda one: one.id)
    _check_ids(candidates)
    names = sorted({allele.hla for allele in alleles})
    matrices = Matrices.load(predictor) if predictor else None
    peptides = {pair.peptide for one in candidates for pair in one.pairs}
    own = peptides_in([*proteome, *sorted({one.own for one in candidates})], peptides)
    epitopes = score_epitopes(
        candidates, names, matrices=matrices, imported=imported or {}, own=own, settings=settings
    )  # fmt: skip
    by_id: dict[str, list[Epitope]] = {}
    for epitope in epitopes:
        by_id.setdefault(epitope.neoantigen, []).append(epitope)
    lost = {name: _lost_by(name, alleles) for name in names}
    clonal_vaf = _clonal_vaf(candidates, settings)
    rows = [_judged(one, by_id.get(one.id, []), lost, purity, clonal_vaf, settings) for one in candidates]
    order = sorted(rows, key=lambda row: (NEO_TIERS.index(row[0].tier), row[1], row[0].id))
    scored = {epitope.hla for epitope in epitopes}
    return Found(tuple(row for row, _ in order), epitopes, tuple(name for name in names if name not in scored))


def _lost_by(name: str, alleles: Sequence[Allele]) -> float | None:
    """Give the share of cells that lost an allele: of two equal copies both must go, so at most the rarer loss."""
    shares = [allele.lost_share for allele in alleles if allele.hla == name]
    known = [share for share in shares if share is not None]
    return min(known) if len(known) == len(shares) else None


def _check_ids(candidates: Sequence[Candidate]) -> None:
    for one, other in pairwise(candidates):
        if one.id == other.id:
            raise StudyError(
                "two variants have one id", where=other.source or "variants", value=other.id, next_step="leave out one"
            )


def _clonal_vaf(candidates: Sequence[Candidate], settings: Settings) -> float | None:
    """Give the VAF of a mutation in all cells: the largest up to a limit, above which a copy was lost or gained."""
    known = [one.reads.dna_vaf for one in candidates if one.reads.dna_vaf is not None]
    return max((vaf for vaf in known if vaf <= settings.clonal_vaf_most), default=None)


def _judged(
    candidate: Candidate,
    epitopes: Sequence[Epitope],
    lost: Mapping[str, float | None],
    purity: float | None,
    clonal_vaf: float | None,
    settings: Settings,
) -> tuple[Neoantigen, float]:
    """Give a candidate's row, and the strength of its best peptide for the order."""
    reads = candidate.reads
    foreign = [one for one in epitopes if not one.in_proteome]
    best = min(foreign, key=lambda one: _preference(one, lost, settings), default=None)
    cells = None
    if reads.dna_vaf is not None and purity is not None:
        copies = 2.0 if reads.copies is None else reads.copies
        cells = cell_fraction(reads.dna_vaf, purity, copies, reads.multiplicity)
    ccf = cells.ccf if cells else None
    gone = lost.get(best.hla) if best else None
    standing = Standing(
        binds=best is not None and best.binds,
        sees_self=best is not None and best.sees_self,
        lost=_is_lost(gone, settings),
        expressed=is_expressed(reads.tpm, reads.rna_vaf, settings),
        silent=reads.tpm == 0.0 or reads.rna_vaf == 0.0,
        clonal=is_clonal(ccf, reads.dna_vaf, clonal_vaf, settings),
    )
    notes = (*candidate.notes, *_notes(reads, cells, epitopes, foreign, standing))
    presented = tuple(sorted({one.hla for one in foreign if one.binds}))
    row = _row(candidate, best, ccf, gone, presented, tier_of(standing), notes)
    return row, _strength(best, settings) if best else float("inf")


def _is_lost(share: float | None, settings: Settings) -> bool:
    return share is not None and share > settings.lost_share


def _strength(one: Epitope, settings: Settings) -> float:
    return strength(Score(one.ic50_nm, one.rank_percent, one.predictor), settings)


def _preference(
    one: Epitope, lost: Mapping[str, float | None], settings: Settings
) -> tuple[bool, int, float, str, str]:
    """Order peptides: binders, then those with fewer shortcomings, then the stronger."""
    shortcomings = _is_lost(lost.get(one.hla), settings) + one.sees_self
    return not one.binds, shortcomings, _strength(one, settings), one.peptide, one.hla


def _notes(
    reads: Reads, cells: CellFraction | None, epitopes: Sequence[Epitope], foreign: Sequence[Epitope], found: Standing
) -> tuple[str, ...]:
    own = sorted({one.peptide for one in epitopes if one.in_proteome})
    said = (
        (not epitopes, "no peptide could be scored"),
        (bool(own), f"self, left out: {', '.join(own[:3])}{' and more' if len(own) > 3 else ''}"),
        (bool(epitopes) and not foreign, "every scored peptide is self"),
        (found.expressed is None and not found.silent, "expression not known"),
        (found.clonal is None, "clonality not known"),
        (found.clonal is not None and cells is None, "clonality judged by DNA VAF alone"),
        (cells is not None and reads.copies is None, "two copies assumed"),
        (cells is not None and cells.capped, f"CCF set to 1 from {cells.uncapped:.3g}" if cells else ""),
    )
    return tuple(text for holds, text in said if holds)


def _row(
    candidate: Candidate,
    best: Epitope | None,
    ccf: float | None,
    gone: float | None,
    presented: tuple[str, ...],
    tier: str,
    notes: tuple[str, ...],
) -> Neoantigen:
    reads, window = candidate.reads, candidate.window
    return Neoantigen(
        id=candidate.id,
        gene=candidate.gene,
        aa_change=candidate.aa_change,
        window=window.window,
        wild_type_window=window.wild_type_window,
        mutated_at=window.mutated_at,
        peptide=best.peptide if best else "",
        wild_type=best.wild_type if best else "",
        hla=best.hla if best else "",
        ic50_nm=best.ic50_nm if best else None,
        wild_type_ic50_nm=best.wild_type_ic50_nm if best else None,
        rank_percent=best.rank_percent if best else None,
        predictor=best.predictor if best else "",
        tpm=reads.tpm,
        rna_vaf=reads.rna_vaf,
        dna_vaf=reads.dna_vaf,
        ccf=ccf,
        agretopicity=best.agretopicity if best else None,
        anchor=best is not None and best.anchor,
        presented_by=presented,
        hla_lost=gone,
        tier=tier,
        source=candidate.source,
        notes=notes,
    )

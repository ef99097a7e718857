"""The rows of the tables of clones and cells: clones joined with their cells' scores, bystanders flagged."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Final

import numpy as np
from numpy.typing import NDArray

from adoptive.antigen.cell_scores import CellScores, ScoreRules, lineage_of
from adoptive.antigen.chains import Contig
from adoptive.antigen.clonotypes import Clone, Repertoire
from adoptive.antigen.discovered import Clonotype
from adoptive.units import In

__all__ = ["INVARIANT", "KnownReceptor", "ScoredCell", "cell_rows", "clone_rows", "invariant", "known_labels"]

INVARIANT: Final = {
    "MAIT": ("TRAV1-2", frozenset({"TRAJ33", "TRAJ12", "TRAJ20"})),
    "iNKT": ("TRAV10", frozenset({"TRAJ18"})),
}
"""Alpha chains of cells that see no peptide: MAIT by 10.1038/s41467-019-10198-w; iNKT [unconfirmed]."""


@dataclass(frozen=True)
class KnownReceptor:
    """Hold a receptor whose target is known and is not the tumour; an empty CDR3 matches any."""

    label: str
    cdr3a: str = ""
    cdr3b: str = ""


@dataclass(frozen=True)
class ScoredCell:
    """Hold one cell with a receptor chain: a row of ``cells.tsv``."""

    cell: Annotated[str, In("barcode", "cell")]
    clone: Annotated[str, In("name", "clone of the cell; empty: none")]
    alphas: Annotated[int, In("chains", "usable alpha chains")]
    betas: Annotated[int, In("chains", "usable beta chains")]
    doublet: Annotated[bool, In("yes/no", "two betas or three alphas: the chains of two cells")]
    umis: Annotated[int | None, In("molecules", "of its receptor chains; empty: not given")]
    lineage: Annotated[str, In("name", "CD8, CD4 or empty: not told")]
    neotcr8: Annotated[float | None, In("0 to 1", "rank-based score of the NeoTCR8 genes")]
    neotcr4: Annotated[float | None, In("0 to 1", "rank-based score of the NeoTCR4 genes")]
    reactivity: Annotated[float | None, In("0 to 1", "score of the three-gene model; ranks, is no calibrated chance")]
    top: Annotated[bool | None, In("yes/no", "above the 95th percentile of the patient's cells of its lineage")]


def invariant(alpha: Contig) -> str:
    """Name the invariant T cell that an alpha chain's genes belong to, "" if none.

    >>> invariant(Contig("c", "TRA", "TRAV1-2*01", "TRAJ33", "CAVMDSNYQLIW"))
    'MAIT'
    """
    v, j = alpha.v.split("*")[0], alpha.j.split("*")[0]
    return next((name for name, (trav, trajs) in INVARIANT.items() if v == trav and j in trajs), "")


def known_labels(alpha: Contig, beta: Contig, known: Sequence[KnownReceptor]) -> tuple[str, ...]:
    """Give the labels of the known receptors with exactly these CDR3s; a chain not given matches any.

    >>> beta = Contig("c", "TRB", "TRBV19", "TRBJ2-7", "CASSIRSSYEQYF")
    >>> known_labels(beta, beta, [KnownReceptor("influenza M1", cdr3b="CASSIRSSYEQYF")])
    ('influenza M1',)
    """
    found = [
        one.label
        for one in known
        if (one.cdr3a or one.cdr3b) and one.cdr3a in ("", alpha.cdr3) and one.cdr3b in ("", beta.cdr3)
    ]
    return tuple(dict.fromkeys(found))


def clone_rows(
    repertoire: Repertoire, *, source: Callable[[int], str], scores: CellScores | None = None,
    elsewhere: Mapping[str, int] | None = None, known: Sequence[KnownReceptor] = (), rules: ScoreRules | None = None,
) -> tuple[Clonotype, ...]:  # fmt: skip
    """Give a row for each candidate receptor, the most reactive first, then the largest; a dual alpha gives two.

    A clone's scores are means over those of its cells that have expression. ``share`` is of all cells with a pair, so
    that the shares of the clones sum to at most 1. ``source`` names a line of the file; that of the beta is given.
    """
    places = {cell: place for place, cell in enumerate(scores.cells)} if scores else {}
    asked, rows = rules or ScoreRules(), []
    for clone in repertoire.clones:
        mine = np.array([places[cell] for cell in clone.cells if cell in places], np.int64)
        measured = _measured(scores, mine, asked)
        other = None if elsewhere is None else elsewhere[clone.id]
        for number, alpha in enumerate(clone.alphas, 1):
            flags = _flags(clone, alpha, other, known, measured.mixed)
            rows.append(_row(clone, alpha, number, repertoire.paired, measured, other, flags, source(clone.beta.line)))
    return tuple(sorted(rows, key=_priority))


@dataclass(frozen=True)
class _Measured:
    """Hold what the expression of a clone's cells says, None where nothing is known."""

    lineage: str = ""
    mixed: bool = False
    neotcr8: float | None = None
    neotcr4: float | None = None
    reactivity: float | None = None
    top_share: float | None = None


def _measured(scores: CellScores | None, mine: NDArray[np.int64], rules: ScoreRules) -> _Measured:
    if scores is None or not len(mine):
        return _Measured()
    calls = [scores.lineage[place] for place in mine]
    compared = any(value is not None for value in scores.thresholds.values())
    return _Measured(
        lineage_of(calls, share=rules.lineage_share),
        {"CD4", "CD8"} <= set(calls),
        _mean(scores.neotcr8[mine]),
        _mean(scores.neotcr4[mine]),
        _mean(scores.reactivity[mine]),
        float(scores.top[mine].mean()) if compared else None,
    )


def _mean(values: NDArray[np.float64]) -> float | None:
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else None


def _flags(
    clone: Clone, alpha: Contig, other: int | None, known: Sequence[KnownReceptor], mixed: bool
) -> tuple[str, ...]:
    labels = known_labels(alpha, clone.beta, known)
    flags = [*(("bystander",) if labels else ()), *(f"known {label}" for label in labels)]
    flags += [name for name in (invariant(alpha),) if name]
    flags += ["in blood"] if other else []
    flags += ["mixed lineage"] if mixed else []
    return tuple(dict.fromkeys((*flags, *clone.flags, *clone.beta.flags, *alpha.flags)))


def _row(
    clone: Clone, alpha: Contig, number: int, paired: int, measured: _Measured, other: int | None,
    flags: tuple[str, ...], source: str,
) -> Clonotype:  # fmt: skip
    beta, dual = clone.beta, len(clone.alphas) > 1
    return Clonotype(
        id=f"{clone.id}a{number}" if dual else clone.id, clone=clone.id,
        trav=alpha.v, traj=alpha.j, cdr3a=alpha.cdr3, cdr3a_nt=alpha.cdr3_nt,
        trbv=beta.v, trbj=beta.j, cdr3b=beta.cdr3, cdr3b_nt=beta.cdr3_nt,
        cells=len(clone.cells), share=len(clone.cells) / paired, other_cells=other, lineage=measured.lineage,
        dual_alpha=dual, neotcr8=measured.neotcr8, neotcr4=measured.neotcr4, reactivity=measured.reactivity,
        top_share=measured.top_share, flags=flags, source=source,
    )  # fmt: skip


def _priority(row: Clonotype) -> tuple[float, int, int, str]:
    """Sort by reactivity, then by cells; what was not measured comes last."""
    return -(row.reactivity if row.reactivity is not None else -1.0), -row.cells, len(row.id), row.id


def cell_rows(repertoire: Repertoire, scores: CellScores | None = None) -> tuple[ScoredCell, ...]:
    """Give a row for each cell with a usable chain, in the order of barcodes."""
    places = {cell: place for place, cell in enumerate(scores.cells)} if scores else {}
    owner, rows = repertoire.clone_of, []
    for cell in repertoire.cells:
        counts = [chain.umis for chain in (*cell.alphas, *cell.betas) if chain.umis is not None]
        said = (
            _said(scores, places[cell.barcode]) if scores and cell.barcode in places else ("", None, None, None, None)
        )
        clone, umis = owner.get(cell.barcode, ""), sum(counts) if counts else None
        rows.append(ScoredCell(cell.barcode, clone, len(cell.alphas), len(cell.betas), cell.doublet, umis, *said))
    return tuple(rows)


def _said(scores: CellScores, place: int) -> tuple[str, float | None, float | None, float | None, bool]:
    """Give a cell's lineage, its three scores and whether it stands out."""
    values = (scores.neotcr8, scores.neotcr4, scores.reactivity)
    eight, four, three = (float(one[place]) if np.isfinite(one[place]) else None for one in values)
    return scores.lineage[place], eight, four, three, bool(scores.top[place])

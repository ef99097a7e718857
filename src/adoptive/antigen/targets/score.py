"""Score targets: level in positive tumours against normal tissues, each part in a column, with four guards.

``score = log2(efficacy + 1) - log2(safety_vital + 1) - 0.5 log2(safety_barrier + 1)`` is a sort key and nothing else.
The guards answer the four known ways in which a ratio of tumour to normal misleads: isoforms, amplification in a subset
of tumours, genes that were not measured, and stroma in a piece of tumour. A target that fails one stands after all that
fail none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from adoptive.antigen.targets.expression import (
    Body,
    Expression,
    Isoform,
    body,
    highest,
    median_of_rows,
    with_isoforms,
)
from adoptive.antigen.targets.types import Curated, Staining, Target, TargetRules

__all__ = ["Safety", "Tables", "positives_of", "safety_of", "score_of", "score_targets"]

FloatArray = NDArray[np.float64]

BARRIER_WEIGHT: Final = 0.5


@dataclass(frozen=True)
class Tables:
    """Hold what was measured: tumours, normal tissues, normal cell types if given, staining, and the user's knowledge.

    ``cohort``: the tumour table has one value per gene, of a cohort, not one per tumour.
    """

    tumour: Expression
    normal: Expression
    cells: Expression | None = None
    cohort: bool = False
    staining: Mapping[str, Staining] = field(default_factory=dict)
    curated: Mapping[str, Curated] = field(default_factory=dict)
    isoforms: tuple[Isoform, ...] = ()
    anatomy: Body = field(default_factory=body)
    source: str = ""

    def with_isoforms(self) -> Tables:
        """Give the same tables with the isoforms as rows of their own."""
        cells = None if self.cells is None else with_isoforms(self.cells, self.isoforms)
        return replace(
            self, tumour=with_isoforms(self.tumour, self.isoforms, tumour=True),
            normal=with_isoforms(self.normal, self.isoforms), cells=cells,
        )  # fmt: skip


@dataclass(frozen=True)
class Safety:
    """Hold the highest normal levels of rows: in vital tissues, in barriers, with tissue, and organs not measured."""

    vital: FloatArray
    vital_tissue: list[str]
    barrier: FloatArray
    barrier_tissue: list[str]
    lacking: list[tuple[str, ...]]


def safety_of(level: FloatArray, tissues: Sequence[str], anatomy: Body) -> Safety:
    """Give the highest levels in vital and in barrier tissues, rows of ``level`` ``(rows, tissues)``."""
    organs = np.array([anatomy.organ_of(tissue) for tissue in tissues], dtype=object)
    parts: list[tuple[FloatArray, list[str]]] = []
    lacking: list[list[str]] = [[] for _ in range(len(level))]
    for kind in (anatomy.vital, anatomy.barrier):
        at = np.flatnonzero(np.isin(organs.astype(str), list(kind)))
        parts.append(highest(level[:, at], [tissues[int(one)] for one in at]))
        for organ in kind:
            measured = ~np.isnan(level[:, organs == organ]).all(axis=1) if (organs == organ).any() else None
            for row in range(len(level)) if measured is None else np.flatnonzero(~measured):
                lacking[int(row)].append(f"{organ} not measured")
    return Safety(*parts[0], *parts[1], [tuple(one) for one in lacking])


def score_of(efficacy: FloatArray, vital: FloatArray, barrier: FloatArray) -> FloatArray:
    """Give the sort key: ``log2(efficacy+1) - log2(vital+1) - 0.5 log2(barrier+1)``; NaN if a part is not known.

    >>> float(score_of(np.array([127.0]), np.array([0.0]), np.array([3.0]))[0])
    6.0
    """
    return np.asarray(np.log2(efficacy + 1.0) - np.log2(vital + 1.0) - BARRIER_WEIGHT * np.log2(barrier + 1.0))


def positives_of(
    level: FloatArray, vital: FloatArray, rules: TargetRules, stained: FloatArray | None = None
) -> tuple[FloatArray, FloatArray]:
    """Give the share of positive tumours and the median level in those, ``(rows,)`` each.

    A tumour is positive if it has ``positive_tpm`` and no less than the highest vital tissue. Where staining gives the
    share (``stained``, NaN elsewhere), the positive tumours are that share of the highest. With no positive tumour the
    level is the median of all. A subset with an amplified gene so keeps its own level; a median would hide it.
    """
    measured = np.sum(~np.isnan(level), axis=1)
    threshold = np.fmax(rules.positive_tpm, vital)[:, None]
    with np.errstate(invalid="ignore"):
        number = np.sum(level >= threshold, axis=1)
    share = np.where(measured > 0, number / np.maximum(measured, 1), np.nan)
    if stained is not None:
        known = ~np.isnan(stained)
        number = np.where(known, np.ceil(np.nan_to_num(stained) * measured - 1e-9).astype(int), number)
        share = np.where(known, stained, share)
    return share, median_of_rows(level, np.where(number > 0, number, measured))


def score_targets(
    tables: Tables, *, names: Iterable[str] | None = None, rules: TargetRules | None = None
) -> tuple[Target, ...]:
    """Score targets and order them: first those that fail no guard, by score.

    Arguments: ``names`` of the genes to score, as those of the cell's surface; default all of the tumour table, and
    what staining and the user's knowledge name.

    Returns every name, also those that a table lacks (flagged), so that nothing is dropped in silence.
    """
    rules = rules or TargetRules()
    tables = tables.with_isoforms()
    own = [one.name for one in tables.isoforms]
    wanted = [*tables.tumour.genes, *tables.staining, *tables.curated] if names is None else [*names, *own]
    every = tuple(dict.fromkeys(wanted))
    parts = _measure(every, tables, rules)
    found = [_target(name, at, parts, tables, rules) for at, name in enumerate(every)]
    found.sort(key=lambda one: (bool(one.flags), one.score is None, -(one.score or 0.0), one.name))
    return tuple(replace(one, rank=place) for place, one in enumerate(found, 1))


@dataclass(frozen=True)
class _Parts:
    """Hold the columns of all targets, ``(targets,)`` each."""

    efficacy: FloatArray
    coverage: FloatArray
    median: FloatArray
    safety: Safety
    top_normal: FloatArray
    top_cell: tuple[FloatArray, list[str]]
    score: FloatArray


def _measure(names: Sequence[str], tables: Tables, rules: TargetRules) -> _Parts:
    tumour, normal = tables.tumour.rows(names), tables.normal.rows(names)
    safety = safety_of(normal, tables.normal.places, tables.anatomy)
    median = median_of_rows(tumour)
    stains = [tables.staining.get(name) for name in names]
    stained = np.array([np.nan if one is None else one.positive for one in stains])
    given = np.array(
        [np.nan if one is None or one.level_in_positives is None else one.level_in_positives for one in stains]
    )
    if tables.cohort:
        coverage, efficacy = stained, median
    else:
        coverage, efficacy = positives_of(tumour, safety.vital, rules, stained)
    efficacy = np.where(np.isnan(given), efficacy, given)
    cells = tables.cells.rows(names) if tables.cells is not None else np.zeros((len(names), 0))
    level, types = highest(cells, tables.cells.places if tables.cells is not None else ())
    top_cell = level, [one if top >= rules.measured_ntpm else "" for top, one in zip(level, types, strict=True)]
    top_normal = np.fmax(highest(normal, tables.normal.places)[0], top_cell[0])
    score = score_of(efficacy, safety.vital, safety.barrier)
    return _Parts(efficacy, coverage, median, safety, top_normal, top_cell, score)


def _target(name: str, at: int, parts: _Parts, tables: Tables, rules: TargetRules) -> Target:
    isoform = next((one for one in tables.isoforms if one.name == name), None)
    known = tables.curated.get(name) or Curated(name)
    stain = tables.staining.get(name)
    cell = parts.top_cell[1][at]
    said = (
        ("RNA of a cohort" if tables.cohort else "RNA of tumours", name in tables.tumour.index),
        ("staining", stain is not None), ("isoform shares", isoform is not None),
        ("normal cell types", bool(cell)), ("curated", name in tables.curated),
    )  # fmt: skip
    sources = [tables.source, stain.source if stain else "", known.source]
    return Target(
        name, isoform.gene if isoform else name, 0, _known(parts.score[at]), _known(parts.efficacy[at]),
        _known(parts.coverage[at]), _known(parts.median[at]), _known(parts.safety.vital[at]),
        parts.safety.vital_tissue[at], _known(parts.safety.barrier[at]), parts.safety.barrier_tissue[at], cell,
        tables.anatomy.class_of(cell) if cell else "", tuple(text for text, holds in said if holds),
        _flags(name, at, parts, tables, known, rules), _notes(at, parts, tables, isoform, rules), known.polarity,
        known.shedding, known.precedent, known.molecules_per_cell, "; ".join(one for one in sources if one),
    )  # fmt: skip


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _flags(name: str, at: int, parts: _Parts, tables: Tables, known: Curated, rules: TargetRules) -> tuple[str, ...]:
    """List the guards that a target fails."""
    coverage, cell, top = parts.coverage[at], parts.top_cell[1][at], parts.top_normal[at]
    kind = tables.anatomy.class_of(cell) if cell else ""
    matched = not cell or kind == "epithelial" or bool({kind, cell.lower()} & {one.lower() for one in rules.lineage})
    in_tumour = name in tables.tumour.index or not np.isnan(parts.efficacy[at])
    said = (
        ("not in the tumour table", not in_tumour),
        ("isoform", name in tables.anatomy.isoforms),
        ("coverage not known", in_tumour and bool(np.isnan(coverage))),
        ("rare", bool(coverage < rules.least_coverage)),
        ("not in the normal table", bool(np.isnan(top))),
        ("not measured", bool(top < rules.measured_ntpm) and not known.measured),
        ("stroma", not matched and not known.tumour_cells),
    )  # fmt: skip
    lacking = () if np.isnan(top) else parts.safety.lacking[at]
    return (*(text for text, holds in said if holds), *lacking)


def _notes(at: int, parts: _Parts, tables: Tables, isoform: Isoform | None, rules: TargetRules) -> tuple[str, ...]:
    coverage, efficacy, median = parts.coverage[at], parts.efficacy[at], parts.median[at]
    said = (
        (f"subset: {100.0 * coverage:.0f} % of tumours, there {efficacy:.3g} TPM, median of all {median:.3g}",
         bool(coverage < rules.subset_below and efficacy > median)),
        ("stroma not checked: no table of cell types", tables.cells is None),
        ("stroma not checked: no cell type expresses it", tables.cells is not None and not parts.top_cell[1][at]),
        ("tissues that are not named have all of the gene's level", isoform is not None and "*" not in isoform.shares),
    )  # fmt: skip
    return tuple(text for text, holds in said if holds)

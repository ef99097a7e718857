"""What expression says of each cell: tumour-reactive or not by three scores, CD8 or CD4."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from adoptive.antigen.reactivity import GENES, fit_reactivity
from adoptive.antigen.signatures import above_percentile, signature, u_scores
from adoptive.antigen.transcriptome import Transcriptome, log_normalised

__all__ = ["CellScores", "ScoreRules", "lineage_of", "score_cells"]

Values = NDArray[np.float64]

_CO_RECEPTORS = ("CD8A", "CD8B", "CD4")
_OF_LINEAGE = {"CD8": "NeoTCR8", "": "NeoTCR8", "CD4": "NeoTCR4"}
"""The signature by which a cell is compared with the patient's others."""


@dataclass(frozen=True)
class ScoreRules:
    """Hold how cells are scored.

    ``percentile``: of the patient's own cells, above which a cell stands out (95: Lowery and others 2022,
    10.1126/science.abl5447); none is set with less than ``fewest_cells``. ``lineage_share``: of a clone's CD4 and CD8
    cells, that must agree for the clone to be called. ``max_rank``: as in UCell, 10.1016/j.csbj.2021.06.043.
    """

    max_rank: int = 1500
    percentile: float = 95.0
    fewest_cells: int = 20
    lineage_share: float = 2.0 / 3.0


@dataclass(frozen=True)
class CellScores:
    """Hold scores of cells, each ``(cells,)``; NaN: its genes are not there."""

    cells: tuple[str, ...]
    lineage: tuple[str, ...]
    neotcr8: Values
    neotcr4: Values
    reactivity: Values
    top: NDArray[np.bool_]
    thresholds: dict[str, float | None]
    missing: dict[str, tuple[str, ...]]
    notes: tuple[str, ...]


def score_cells(transcriptome: Transcriptome, rules: ScoreRules | None = None) -> CellScores:
    """Score one patient's T cells: NeoTCR8, NeoTCR4, the three-gene model, CD8 or CD4, and who stands out.

    ``top``: above the percentile of the patient's cells of the same lineage, by NeoTCR8 (CD8, or not told) or NeoTCR4
    (CD4). A cell is CD8 if CD8A or CD8B was found and CD4 was not, and the reverse; else it is not told.
    """
    asked = rules or ScoreRules()
    missing: dict[str, tuple[str, ...]] = {}
    notes: list[str] = []
    scores: dict[str, Values] = {}
    for name in ("NeoTCR8", "NeoTCR4"):
        columns, said = transcriptome.find(signature(name))
        missing[name] = _missing(signature(name), columns)
        notes += said
        scores[name] = u_scores(transcriptome.values, columns[columns >= 0], max_rank=asked.max_rank)
    for name, genes in (("reactivity", GENES), ("lineage", _CO_RECEPTORS)):
        columns, said = transcriptome.find(genes)
        missing[name] = _missing(genes, columns)
        notes += said
    lineage = _lineages(log_normalised(transcriptome, _CO_RECEPTORS))
    three = log_normalised(transcriptome, GENES)
    reactivity = fit_reactivity().score(*three.T)
    top, thresholds = _top(scores, lineage, asked)
    return CellScores(
        transcriptome.cells, lineage, scores["NeoTCR8"], scores["NeoTCR4"], reactivity, top, thresholds, missing,
        tuple(dict.fromkeys(notes)),
    )  # fmt: skip


def _missing(genes: Sequence[str], columns: NDArray[np.int64]) -> tuple[str, ...]:
    return tuple(gene for gene, column in zip(genes, columns, strict=True) if column < 0)


def _lineages(expression: Values) -> tuple[str, ...]:
    """Tell CD8 from CD4 cells by detection, as messages of CD4 are few: one found and the other not."""
    found = np.nan_to_num(expression) > 0.0
    eight, four = found[:, 0] | found[:, 1], found[:, 2]
    return tuple(np.where(eight & ~four, "CD8", np.where(four & ~eight, "CD4", "")).tolist())


def _top(
    scores: dict[str, Values], lineage: Sequence[str], rules: ScoreRules
) -> tuple[NDArray[np.bool_], dict[str, float | None]]:
    own = np.array([_OF_LINEAGE[one] for one in lineage])
    top, thresholds = np.zeros(len(own), bool), {}
    for name in ("NeoTCR8", "NeoTCR4"):
        mine = np.where(own == name, scores[name], np.nan)
        marked, thresholds[name] = above_percentile(mine, percent=rules.percentile, fewest=rules.fewest_cells)
        top |= marked
    return top, thresholds


def lineage_of(cells: Sequence[str], *, share: float = 2.0 / 3.0) -> str:
    """Call a clone CD8 or CD4 from its cells' calls, "" if none was told or they do not agree enough.

    >>> lineage_of(["CD8", "CD8", "", "CD4"]), lineage_of(["CD8", "CD4"]), lineage_of([""])
    ('CD8', '', '')
    """
    counts = {one: sum(cell == one for cell in cells) for one in ("CD8", "CD4")}
    told = sum(counts.values())
    return next((one for one, count in counts.items() if told and count >= share * told), "")

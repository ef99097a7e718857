"""Signatures of tumour-reactive cells: the rank-based U score of a gene list in each cell."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from adoptive.errors import StudyError

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["MAX_RANK", "above_percentile", "signature", "u_scores"]

MAX_RANK: Final = 1500
"""Ranks are told apart down to here; below, most genes of a cell were not detected and all are equal."""


@lru_cache(maxsize=8)
def signature(name: str) -> tuple[str, ...]:
    """List the genes of a signature: NeoTCR8 (243, CD8 cells) or NeoTCR4 (40, CD4 cells).

    Genes that were higher in neoantigen-reactive tumour-infiltrating cells of ten metastases: Lowery and others 2022,
    10.1126/science.abl5447, by one transcription.

    >>> len(signature("NeoTCR8")), "CXCL13" in signature("NeoTCR4")
    (243, True)
    """
    text = resources.files("adoptive.antigen").joinpath("data/signatures.json").read_text("utf-8")
    lists = json.loads(text)["signatures"]
    if name not in lists:
        raise StudyError("no such signature", where="signature", value=name, allowed=", ".join(lists))
    return tuple(lists[name]["genes_up"])


def u_scores(values: csr_array[Any], members: NDArray[np.int64], *, max_rank: int = MAX_RANK) -> NDArray[np.float64]:
    """Score a gene list in each cell, ``(cells,)``: 1 if its genes rank first, 0 if none is within ``max_rank``.

    In each cell genes are ranked from the highest value, ties by their mean rank; a rank above R = ``max_rank`` counts
    as R. With r the ranks of the n genes: ``U = sum(r) - n (n + 1) / 2`` (the Mann-Whitney statistic), score =
    ``1 - U / (n R - n (n + 1) / 2)``. Only ranks matter: counts and log-normalised values of one cell give the same.

    Arguments: ``values`` ``(cells, genes)`` sparse, not negative; ``members`` columns of the list, without those not
    found: they would lower the scores of all cells alike and change no order. NaN if none is there. Method: UCell,
    Andreatta and Carmona 2021, 10.1016/j.csbj.2021.06.043, with the normalisation of its second version.

    >>> from scipy.sparse import csr_array
    >>> u_scores(csr_array([[5.0, 3.0, 0.0, 0.0], [0.0, 0.0, 2.0, 1.0]]), np.array([0, 1])).round(6).tolist()
    [1.0, 0.2]
    """
    members = np.unique(members)
    depth = min(max_rank, values.shape[1])
    size = len(members)
    if not size or size >= depth:
        return np.full(values.shape[0], np.nan)
    least, wide = size * (size + 1) / 2.0, np.zeros(values.shape[1], bool)
    wide[members] = True
    sums = np.array([_rank_sum(values, row, wide, size, depth) for row in range(values.shape[0])])
    return np.asarray(1.0 - (sums - least) / (size * depth - least))


def _rank_sum(values: csr_array[Any], row: int, wide: NDArray[np.bool_], size: int, depth: int) -> float:
    """Sum the capped ranks of the members in one cell; the zeros share the mean rank of the places left."""
    start, stop = values.indptr[row], values.indptr[row + 1]
    data, columns = values.data[start:stop], values.indices[start:stop]
    found, own = np.sort(data[data > 0.0]), data[(data > 0.0) & wide[columns]]
    above, equal = len(found) - np.searchsorted(found, own, "right"), np.searchsorted(found, own, "left")
    ranks = above + (len(found) - above - equal + 1) / 2.0
    silent = min((len(found) + 1 + values.shape[1]) / 2.0, float(depth))
    return float(np.minimum(ranks, depth).sum() + (size - len(ranks)) * silent)


def above_percentile(
    scores: NDArray[np.float64], *, percent: float = 95.0, fewest: int = 20
) -> tuple[NDArray[np.bool_], float | None]:
    """Mark the cells above a percentile of a patient's own cells, and give the threshold; none below ``fewest`` cells.

    Cells above the 95th percentile were the candidates in Lowery and others 2022, 10.1126/science.abl5447.
    """
    known = np.isfinite(scores)
    if int(known.sum()) < fewest:
        return np.zeros(len(scores), bool), None
    threshold = float(np.percentile(scores[known], percent))
    return known & (np.where(known, scores, -np.inf) > threshold), threshold

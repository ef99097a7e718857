"""The expression of single cells: a sparse matrix, its genes found by symbol or alias, counts told from logarithms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Transcriptome", "log_normalised"]

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Transcriptome:
    """Hold expression, ``counts`` sparse of shape ``(cells, genes)``; ``kind`` is counts or log-normalised."""

    cells: tuple[str, ...]
    genes: tuple[str, ...]
    values: Any
    kind: str


def log_normalised(transcriptome: Transcriptome, genes: Sequence[str]) -> Values:
    """Give ``log(1 + 10000 count / total)`` of a few genes, dense ``(cells, genes)``; NaN for a gene not there."""
    raise NotImplementedError

"""Signatures of tumour-reactive cells: the rank-based U score of a gene list in each cell."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["signature", "u_scores"]


def signature(name: str) -> tuple[str, ...]:
    """List the genes of a shipped signature: NeoTCR8, NeoTCR4."""
    raise NotImplementedError


def u_scores(values: Any, members: NDArray[np.int64], *, max_rank: int = 1500) -> NDArray[np.float64]:
    """Score a gene list in each cell by the ranks of its genes, 0 to 1."""
    raise NotImplementedError

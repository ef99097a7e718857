"""Two-dimensional peptide pools: each antigen stands in exactly one row pool and one column pool."""

from __future__ import annotations

from collections.abc import Sequence

from adoptive.antigen.screen_types import Pool

__all__ = ["lay_pools"]


def lay_pools(antigens: Sequence[str], *, rows: int | None = None) -> tuple[Pool, ...]:
    """Lay antigens on a grid of balanced rows and columns."""
    raise NotImplementedError

"""From V, J and CDR3 to a whole receptor chain: leader, variable domain and the start of the constant region."""

from __future__ import annotations

from typing import Literal

from adoptive.construct.germline import Germline
from adoptive.construct.types import Chain

__all__ = ["stitch"]


def stitch(
    v: str,
    j: str,
    cdr3: str,
    *,
    cdr3_nt: str = "",
    germline: Germline | None = None,
    species: Literal["human", "mouse"] = "human",
) -> Chain:
    """Stitch one chain from leader to the end of J."""
    raise NotImplementedError

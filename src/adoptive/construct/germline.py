"""Germline of the T-cell receptor: leader, V, J and C of every allele, as shipped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Germline"]


@dataclass(frozen=True, eq=False)
class Germline:
    """Hold one species' germline from one source."""

    source: Literal["imgt", "10x"]
    species: Literal["human", "mouse"]

    @classmethod
    def load(cls, source: Literal["imgt", "10x"] = "imgt", species: Literal["human", "mouse"] = "human") -> Germline:
        """Read it from the package's data."""
        raise NotImplementedError

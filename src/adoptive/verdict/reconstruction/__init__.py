"""Patient rows back from a published curve."""

from __future__ import annotations

from adoptive.verdict.reconstruction.rebuild import joined, reconstruct
from adoptive.verdict.reconstruction.types import Piece, Reconstruction

__all__ = ["Piece", "Reconstruction", "joined", "reconstruct"]

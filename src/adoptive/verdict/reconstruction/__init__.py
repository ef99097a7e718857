"""Patient rows back from a published curve."""

from __future__ import annotations

from adoptive.verdict.reconstruction.rebuild import reconstruct
from adoptive.verdict.reconstruction.types import Reconstruction

__all__ = ["Reconstruction", "reconstruct"]

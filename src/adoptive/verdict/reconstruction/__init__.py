"""What did a printed curve hold? Enter: its points and numbers at risk. Leave: patient rows, and how well they fit.

To know: :func:`reconstruct`; :func:`joined` puts arms together.
"""

from __future__ import annotations

from adoptive.verdict.reconstruction.rebuild import joined, reconstruct
from adoptive.verdict.reconstruction.types import Piece, Reconstruction

__all__ = ["Piece", "Reconstruction", "joined", "reconstruct"]

"""Calibration by simulation on the model itself: a bank's own rows are the data, emulators of the other half infer."""

from __future__ import annotations

from collections.abc import Sequence

from adoptive.workbench.calibrate.methods.types import Ranks
from adoptive.workbench.calibrate.types import Bank, FreeQuantity

__all__ = ["sbc_of_banks"]


def sbc_of_banks(
    banks: Sequence[Bank], free: Sequence[FreeQuantity], *, replicates: int = 100, seed: int = 1, draws: int = 99
) -> Ranks:
    """Rank a bank's designs among posterior draws, given the values that its row simulated for all studies."""
    raise NotImplementedError

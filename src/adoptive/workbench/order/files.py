"""The files of an order: GenBank, FASTA, checks, picture and a page that says whether it is ready."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from adoptive.construct.types import Built, Check

__all__ = ["write_order"]


def write_order(folder: Path, built: Built, checks: Sequence[Check]) -> None:
    """Write the files of one construct into a folder that is there."""
    raise NotImplementedError

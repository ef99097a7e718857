"""Codons for a protein: human usage, no site, signal, repeat or run that would harm the order or the vector."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from adoptive.construct.types import Built, Insert

__all__ = ["Rules", "build", "optimise"]


@dataclass(frozen=True)
class Rules:
    """State what the bases of an insert must keep to."""

    sites: tuple[str, ...] = ("NcoI", "NotI", "EcoRI", "XhoI", "SalI", "BamHI")
    patterns: tuple[str, ...] = ("AATAAA", "ATTAAA", "GGTAAG", "GGTGAG")
    longest_at_run: int = 7
    longest_gc_run: int = 6
    gc_between: tuple[float, float] = (0.35, 0.68)
    gc_window: int = 80
    unique_kmer: int = 12


def optimise(protein: str, *, rules: Rules = Rules(), seed: int = 0, fixed: Sequence[tuple[int, str]] = ()) -> str:  # noqa: B008
    """Choose codons for a protein (a last ``*`` is a stop); ``fixed`` are ``(first residue from 0, bases)`` to keep."""
    raise NotImplementedError


def build(insert: Insert, *, rules: Rules = Rules(), seed: int = 0, keep: Sequence[str] = ()) -> Built:  # noqa: B008
    """Choose the bases of an insert, stop included; parts of the kinds ``keep`` keep their given bases."""
    raise NotImplementedError

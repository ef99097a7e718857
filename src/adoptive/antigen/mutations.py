"""What a mutation makes of a protein: the new stretch, its window, its peptides and their wild-type counterparts."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Changed", "Pair", "Window", "change_protein", "cut_peptides", "cut_window"]


@dataclass(frozen=True)
class Changed:
    """Hold a protein before and after: residues ``start`` to ``end`` (0-based, end excluded) of ``mutant`` are new.

    ``start == end``: residues were lost, what is new is the junction before ``start``. ``shift`` is how many residues
    the mutant is longer; ``tail``: the reading frame was lost, all from ``start`` on is new.
    """

    wild_type: str
    mutant: str
    start: int
    end: int
    tail: bool = False


@dataclass(frozen=True)
class Window:
    """Hold the mutated stretch with residues on both sides, and the same without the mutation."""

    window: str
    wild_type_window: str
    mutated_at: int


@dataclass(frozen=True)
class Pair:
    """Hold a peptide that contains the mutation, its counterpart ("" if none), and its mutated places, from 1."""

    peptide: str
    wild_type: str
    mutated: tuple[int, ...]


def change_protein(wild_type: str, position: int, ref: str, alt: str) -> Changed:
    """Put a change into a protein."""
    raise NotImplementedError


def cut_window(changed: Changed, flank: int = 12) -> Window:
    """Cut the new stretch with ``flank`` residues on each side."""
    raise NotImplementedError


def cut_peptides(changed: Changed, lengths: tuple[int, ...] = (8, 9, 10, 11)) -> tuple[Pair, ...]:
    """Cut every peptide that contains the mutation."""
    raise NotImplementedError

"""What a mutation makes of a protein: the new stretch, its window, its peptides and their wild-type counterparts.

Positions of people are from 1, places inside :class:`Changed` from 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from adoptive.errors import AdoptiveError

__all__ = [
    "FRAMESHIFT",
    "ChangeError",
    "Changed",
    "Pair",
    "Window",
    "change_name",
    "change_protein",
    "cut_peptides",
    "cut_window",
]

FRAMESHIFT: Final = "fs"
"""What ``alt`` begins with when the reading frame is lost; the new sequence follows, as ``fsVLQAR``."""

LEAST_ALIKE: Final = 0.5
"""Residues that a counterpart of another register must share with the peptide, as a fraction."""


class ChangeError(AdoptiveError, ValueError):
    """Report a change that does not fit its protein, or that makes nothing new (exit code 2)."""


@dataclass(frozen=True)
class Changed:
    """Hold a protein before and after: residues ``start`` to ``end`` (from 0, ``end`` excluded) of ``mutant`` are new.

    ``start == end``: residues were lost; what is new is the junction before ``start``. ``tail``: the reading frame was
    lost; all from ``start`` on is new.
    """

    wild_type: str
    mutant: str
    start: int
    end: int
    tail: bool = False

    @property
    def shift(self) -> int:
        """Say how many residues longer the mutant is."""
        return len(self.mutant) - len(self.wild_type)


@dataclass(frozen=True)
class Window:
    """Hold the new stretch with residues on both sides, the same without the mutation, and its place, from 1."""

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
    """Put a change into a protein.

    ``ref`` are the residues from ``position`` (from 1) on, ``alt`` what stands there instead: as many (missense), more,
    fewer or ``-`` (none); ``ref`` ``-``: inserted after ``position``; ``alt`` ``fsVLQAR``: the reading frame is lost,
    these residues follow up to the stop. Residues that ``ref`` and ``alt`` share at their ends are not new.

    >>> change = change_protein("MTEYKLVVVGAGGVGKSALTIQLIQNHFV", 12, "G", "D")
    >>> change.mutant[change.start], change.start
    ('D', 11)

    Raises
    ------
    ChangeError
        ``ref`` is not what the protein has there, or nothing is new.
    """
    at = position - 1 + (ref == "-")
    ref, alt = ref.replace("-", ""), alt.replace("-", "")
    there = wild_type[at : at + len(ref)]
    if not 1 <= position <= len(wild_type) or there != ref:
        raise ChangeError(
            "the protein has another residue there", where=f"position {position}",
            value=f"{ref or '-'} given, {there or 'none'} there",
            next_step="give the protein of the transcript that the variant was called on",
        )  # fmt: skip
    if alt.startswith(FRAMESHIFT):
        mutant = wild_type[:at] + alt.removeprefix(FRAMESHIFT).rstrip("*")
        start = _shared(wild_type, mutant)
        changed = Changed(wild_type, mutant, start, len(mutant), tail=True)
    else:
        mutant = wild_type[:at] + alt + wild_type[at + len(ref) :]
        left = _shared(ref, alt)
        right = _shared(ref[left:][::-1], alt[left:][::-1])
        changed = Changed(wild_type, mutant, at + left, at + len(alt) - right)
    if mutant == wild_type or changed.start >= len(mutant) or (changed.start == changed.end == 0):
        raise ChangeError(
            "this change makes no new peptide", where=f"position {position}", value=f"{ref or '-'} to {alt or '-'}",
            next_step="leave out the row",
        )  # fmt: skip
    return changed


def change_name(position: int, ref: str, alt: str) -> str:
    """Name a change: ``G12D``, ``E746_A750del``, ``G12fs``, ``VDR662V``, ``A767insASV``.

    >>> change_name(12, "G", "D"), change_name(746, "ELREA", "-"), change_name(12, "G", "fsVLQ")
    ('G12D', 'E746_A750del', 'G12fs')
    """
    if alt.startswith(FRAMESHIFT):
        return f"{ref[:1]}{position}fs"
    if ref == "-":
        return f"{position}ins{alt}"
    if alt == "-":
        last = f"_{ref[-1]}{position + len(ref) - 1}" if len(ref) > 1 else ""
        return f"{ref[0]}{position}{last}del"
    return f"{ref}{position}{alt}"


def cut_window(changed: Changed, flank: int = 12) -> Window:
    """Cut the new stretch with ``flank`` residues on each side, fewer at the protein's ends.

    >>> ras = "MTEYKLVVVGAGGVGKSALTIQLIQNHFVDEYDPTIEDSY"
    >>> cut_window(change_protein(ras, 12, "G", "D"))
    Window(window='MTEYKLVVVGADGVGKSALTIQLI', wild_type_window='MTEYKLVVVGAGGVGKSALTIQLI', mutated_at=12)
    """
    first = max(changed.start - flank, 0)
    window = changed.mutant[first : changed.end + flank]
    wild = "" if changed.tail else changed.wild_type[first : changed.end - changed.shift + flank]
    return Window(window, wild, changed.start - first + 1)


def cut_peptides(changed: Changed, lengths: tuple[int, ...] = (8, 9, 10, 11)) -> tuple[Pair, ...]:
    """Cut every peptide that contains a new residue, or the new junction where residues were lost.

    The counterpart of a peptide stands at the same place of the wild type. If the lengths differ, it is read from the
    left and from the right of the change, the one more alike is taken, and none if less than half of it is alike.
    A lost reading frame has no counterparts.

    >>> ras = "MTEYKLVVVGAGGVGKSALTIQLIQNHFVDEYDPTIEDSY"
    >>> pairs = cut_peptides(change_protein(ras, 12, "G", "D"))
    >>> len(pairs), pairs[0]
    (38, Pair(peptide='KLVVVGAD', wild_type='KLVVVGAG', mutated=(8,)))
    """
    found = []
    junction = changed.start == changed.end
    for length in lengths:
        first = max(changed.start - length + 1, 0)
        last = changed.start - 1 if junction else changed.end - 1
        for at in range(first, min(last, len(changed.mutant) - length) + 1):
            peptide = changed.mutant[at : at + length]
            places = range(max(changed.start, at), min(changed.end, at + length))
            found.append(Pair(peptide, _counterpart(changed, peptide, at), tuple(place - at + 1 for place in places)))
    return tuple(found)


def _counterpart(changed: Changed, peptide: str, at: int) -> str:
    if changed.tail:
        return ""
    places = dict.fromkeys((at, at - changed.shift))
    wild = [changed.wild_type[max(place, 0) : max(place + len(peptide), 0)] for place in places]
    whole = [one for one in wild if len(one) == len(peptide)]
    best = max(whole, key=lambda one: _alike(one, peptide), default="")
    if changed.shift and _alike(best, peptide) < LEAST_ALIKE * len(peptide):
        return ""
    return best


def _alike(one: str, other: str) -> int:
    return sum(first == second for first, second in zip(one, other, strict=False))


def _shared(one: str, other: str) -> int:
    """Count the letters that two texts share at their beginning."""
    return next(
        (place for place, (first, second) in enumerate(zip(one, other, strict=False)) if first != second),
        min(len(one), len(other)),
    )

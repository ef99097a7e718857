"""What the bases of an order must keep to, and where bases break it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from adoptive.construct.bases import ConstructError, reverse_complement

__all__ = ["Breach", "Rules", "find_either_strand", "recognition", "rule_breaches", "shared_kmers"]

_SITES: Final = {
    "NcoI": "CCATGG", "NotI": "GCGGCCGC", "EcoRI": "GAATTC", "XhoI": "CTCGAG", "SalI": "GTCGAC", "BamHI": "GGATCC",
}  # fmt: skip
_MEANING: Final = {
    "A": "A", "C": "C", "G": "G", "T": "T", "R": "[AG]", "Y": "[CT]", "S": "[CG]", "W": "[AT]", "K": "[GT]",
    "M": "[AC]", "B": "[CGT]", "D": "[AGT]", "H": "[ACT]", "V": "[ACG]", "N": "[ACGT]",
}  # fmt: skip


@dataclass(frozen=True)
class Rules:
    """State what the bases of an insert must keep to.

    ``sites`` are restriction enzymes by name, needed for cloning; ``patterns`` are signals that end or splice a
    transcript (AATAAA and ATTAAA: poly-A signals, Beaudoing et al. 2000, doi:10.1101/gr.10.7.1001; GGTAAG and GGTGAG:
    the strongest splice donors). Both are looked for on either strand. The longest allowed runs of one base, the share
    of G and C in every window of ``gc_window`` bases, and the length from which no two stretches may be equal
    (``unique_kmer``, either strand) are what makers of synthetic genes and a vector that recombines ask for; the
    numbers are customary, not measured.
    """

    sites: tuple[str, ...] = ("NcoI", "NotI", "EcoRI", "XhoI", "SalI", "BamHI")
    patterns: tuple[str, ...] = ("AATAAA", "ATTAAA", "GGTAAG", "GGTGAG")
    longest_at_run: int = 7
    longest_gc_run: int = 6
    gc_between: tuple[float, float] = (0.35, 0.68)
    gc_window: int = 80
    unique_kmer: int = 12

    def __post_init__(self) -> None:
        low, high = self.gc_between
        wrong = next((word for word in self.patterns if not word or set(word) - set(_MEANING)), None)
        held = {
            "patterns": (wrong, wrong is None, "letters of IUPAC in capitals, as GGTRAG"),
            "gc_between": (self.gc_between, 0 <= low < high <= 1, "0 <= low < high <= 1"),
            "gc_window": (self.gc_window, self.gc_window >= 20, "20 or more bases"),
            "longest_at_run": (self.longest_at_run, self.longest_at_run >= 3, "3 or more"),
            "longest_gc_run": (self.longest_gc_run, self.longest_gc_run >= 3, "3 or more"),
            "unique_kmer": (self.unique_kmer, self.unique_kmer >= 8, "8 or more bases"),
        }
        for name, (value, holds, allowed) in held.items():
            if not holds:
                raise ConstructError("no rule that codons can keep", where=name, value=value, allowed=allowed)
        for site in self.sites:
            recognition(site)


@dataclass(frozen=True)
class Breach:
    """Hold one place where bases break a rule: ``start`` and ``end`` from 0, half open, on the forward strand."""

    rule: str
    start: int
    end: int
    found: str
    strand: int = 1


@lru_cache(maxsize=256)
def recognition(site: str) -> str:
    """Give the bases that a restriction enzyme recognises; letters of several bases as IUPAC writes them.

    >>> recognition("EcoRI")
    'GAATTC'

    Raises
    ------
    ConstructError
        No enzyme of this name is known.
    """
    if site in _SITES:
        return _SITES[site]
    from Bio import Restriction

    enzyme = getattr(Restriction, site, None) if site.isidentifier() else None
    found = getattr(enzyme, "site", None)
    if not isinstance(found, str) or set(found) - set(_MEANING):
        raise ConstructError(
            "no restriction enzyme of this name", where="restriction site", value=site, allowed="as NcoI, NotI, EcoRI",
            next_step="spell it as REBASE does",
        )  # fmt: skip
    return found


def find_either_strand(nt: str, pattern: str) -> Iterator[tuple[int, int]]:
    """Give where a pattern of IUPAC letters stands, overlapping ones too, as ``(start from 0, strand)``.

    A pattern that is its own reverse complement is given once.

    >>> list(find_either_strand("GGTAAGAACTTACC", "GGTAAG"))
    [(0, 1), (8, -1)]
    """
    turned = reverse_complement(pattern)
    for letters, strand in ((pattern, 1),) if turned == pattern else ((pattern, 1), (turned, -1)):
        spelled = "".join(_MEANING[letter] for letter in letters)
        for match in re.finditer(f"(?={spelled})", nt):
            yield match.start(), strand


def shared_kmers(nt: str, k: int, *, reverse: bool, reference: str | None = None) -> Iterator[tuple[int, int, int]]:
    """Give stretches of ``k`` bases that stand twice, as ``(start, start of the other, strand of the other)``.

    Within ``nt``, or between it and ``reference``; ``reverse`` looks at the other strand too. A stretch that is its
    own reverse complement is not a repeat of itself.

    >>> list(shared_kmers("ACGTTGCAACGTTG", 6, reverse=False))
    [(8, 0, 1)]
    """
    first: dict[str, int] = {}
    other = reference or ""
    for at in range(len(other) - k + 1):
        first.setdefault(other[at : at + k], at)
    for at in range(len(nt) - k + 1):
        word = nt[at : at + k]
        if word in first:
            yield at, first[word], 1
        elif reverse and (turned := reverse_complement(word)) in first:
            yield at, first[turned], -1
        if reference is None:
            first.setdefault(word, at)


def rule_breaches(nt: str, rules: Rules) -> dict[str, tuple[Breach, ...]]:
    """Give where bases break each rule: ``sites``, ``patterns``, ``runs``, ``gc``, ``repeats``."""
    return {
        "sites": tuple(
            Breach(f"{name} ({word})", at, at + len(word), nt[at : at + len(word)], strand)
            for name in rules.sites
            for word in (recognition(name),)
            for at, strand in find_either_strand(nt, word)
        ),
        "patterns": tuple(
            Breach(word, at, at + len(word), nt[at : at + len(word)], strand)
            for word in rules.patterns
            for at, strand in find_either_strand(nt, word)
        ),
        "runs": tuple(_long_runs(nt, rules)),
        "gc": tuple(_odd_windows(nt, rules)),
        "repeats": tuple(
            Breach(f"{rules.unique_kmer} equal bases", at, at + rules.unique_kmer, nt[at : at + rules.unique_kmer], way)
            for at, _, way in shared_kmers(nt, rules.unique_kmer, reverse=True)
        ),
    }


def _long_runs(nt: str, rules: Rules) -> Iterator[Breach]:
    for match in re.finditer(r"([ACGT])\1*", nt):
        longest = rules.longest_at_run if match[1] in "AT" else rules.longest_gc_run
        if len(match[0]) > longest:
            yield Breach(f"at most {longest} x {match[1]}", match.start(), match.end(), match[0])


def _odd_windows(nt: str, rules: Rules) -> Iterator[Breach]:
    """Give the windows whose share of G and C is out of bounds, neighbours joined to one stretch."""
    width = min(rules.gc_window, len(nt))
    low, high = rules.gc_between
    allowed = f"GC {100 * low:g}-{100 * high:g} % in {width} bases"
    count = sum(base in "GC" for base in nt[:width])
    start, worst = -1, 0.0
    for at in range(len(nt) - width + 1 if width else 0):
        if at:
            count += (nt[at + width - 1] in "GC") - (nt[at - 1] in "GC")
        share = count / width
        if low <= share <= high:
            if start >= 0:
                yield Breach(allowed, start, at - 1 + width, f"{100 * worst:.1f} %")
            start = -1
            continue
        worst = share if start < 0 or abs(share - (low + high) / 2) > abs(worst - (low + high) / 2) else worst
        start = at if start < 0 else start
    if start >= 0:
        yield Breach(allowed, start, len(nt), f"{100 * worst:.1f} %")

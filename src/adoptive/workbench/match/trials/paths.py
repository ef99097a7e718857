"""The ways to satisfy a statement: its minimal paths (a disjunctive normal form)."""

from __future__ import annotations

from typing import Final

from adoptive.errors import StudyError
from adoptive.trial.eligibility.statements import All, AnyOf, Not, Statement, normal

__all__ = ["MOST_PATHS", "paths"]

MOST_PATHS: Final = 4096
"""Paths of one statement, at most."""

Path = int
"""A path as bits: bit 2k stands for statement k, bit 2k + 1 for its denial."""


def paths(statement: Statement, *, most: int = MOST_PATHS) -> tuple[frozenset[Statement], ...]:
    """Give the sets of leaves, or denied leaves, of which each by itself makes a statement true.

    A path that holds a leaf and its denial is left out, and so is one that holds another path whole (absorption), so
    that no path can spare a leaf of another one. A statement that is always true has one empty path, one that is never
    true has none. Shorter paths come first.

    Raises
    ------
    StudyError
        More than ``most`` paths, at the end or underway, or a statement too deep to be walked.

    >>> from adoptive.trial.eligibility.statements import Flag
    >>> a, b = Flag("pregnant"), Flag("consents")
    >>> paths(AnyOf((a, All((a, b)), All((b, Not(b))))))
    (frozenset({Flag(field='pregnant')}),)
    """
    try:
        table = _Table(most)
        found = table.paths_of(normal(statement))
        return tuple(table.spelled(path) for path in sorted(found, key=lambda path: (path.bit_count(), path)))
    except RecursionError:
        raise StudyError("this statement is too deep to be walked", next_step="write it with fewer levels") from None


class _Table:
    """Number the leaves of a statement and join their paths."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.bits: dict[Statement, Path] = {}
        self.leaves: list[Statement] = []
        self.stated: Path = 0

    def paths_of(self, statement: Statement) -> list[Path]:
        match statement:
            case AnyOf(parts):
                return self.shortest({path for part in parts for path in self.paths_of(part)})
            case All(parts):
                return self.joined([self.paths_of(part) for part in parts])
            case _:
                return [self.bit(statement)]

    def bit(self, leaf: Statement) -> Path:
        """Give a leaf's bit; its denial gets the neighbour."""
        if leaf not in self.bits:
            even = 1 << len(self.leaves)
            denial = normal(Not(leaf))
            self.bits[leaf], self.bits[denial] = even, even << 1
            self.leaves += [leaf, denial]
            self.stated |= even
        return self.bits[leaf]

    def joined(self, parts: list[list[Path]]) -> list[Path]:
        """Take one path of each part in every way, the short lists first."""
        whole: list[Path] = [0]
        for part in sorted(parts, key=len):
            if len(whole) * len(part) > 4 * self.most:
                raise self._too_many()
            whole = self.shortest({path | other for path in whole for other in part})
        return whole

    def shortest(self, found: set[Path]) -> list[Path]:
        """Leave out contradictions (a bit and its upper neighbour) and what holds another path whole."""
        kept: list[Path] = []
        shorter, length = 0, 0
        for path in sorted(found, key=lambda path: (path.bit_count(), path)):
            if path.bit_count() > length:  # paths of one length cannot hold each other
                shorter, length = len(kept), path.bit_count()
            if path & path >> 1 & self.stated or any(path & short == short for short in kept[:shorter]):
                continue
            kept.append(path)
            if len(kept) > self.most:
                raise self._too_many()
        return kept

    def spelled(self, path: Path) -> frozenset[Statement]:
        return frozenset(leaf for place, leaf in enumerate(self.leaves) if path >> place & 1)

    def _too_many(self) -> StudyError:
        return StudyError(
            "this statement has too many ways to be satisfied",
            value=f"more than {self.most}",
            allowed=f"at most {self.most} paths",
            next_step="split it into levels",
        )

"""Work in pieces that are kept as they end: what is kept already is not done again.

A piece is a block of trials of one draw of one study. What it leaves is columns, whose first axis is rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from numpy.typing import NDArray

from adoptive.errors import RunError
from adoptive.workbench.engine.layout import Layout
from adoptive.workbench.engine.types import Progress

__all__ = ["Columns", "InMemory", "Piece", "Store", "Tally", "work_off_to"]

Columns = Mapping[str, NDArray[Any]]
"""Numbers by name, ``(rows,)`` or ``(rows, width)``: floats, integers or truth values."""


@dataclass(frozen=True)
class Piece:
    """Hold one piece of work.

    ``work(job)`` gives its columns; both travel to another process, so ``work`` is a function of a module. ``digest``
    is of everything that makes its numbers: a kept part with another digest is not used.
    """

    study: str
    draw: int
    first: int
    last: int
    work: Callable[[Any], Columns]
    job: Any
    digest: str
    setting: str = ""

    @property
    def name(self) -> str:
        """Name the piece, and its file: no two pieces of a store may share it."""
        setting = f"-{self.setting}" if self.setting else ""
        return f"{self.study}{setting}-d{self.draw:05d}-t{self.first:06d}-{self.last:06d}"

    @property
    def trials(self) -> int:
        """Count the trials of the block, ``first`` to ``last``."""
        return self.last - self.first + 1


class Store(Protocol):
    """Keep the columns of pieces."""

    def find(self, piece: Piece) -> bool:
        """Say whether the piece is kept, whole and of the same numbers.

        Raises
        ------
        RunError
            Something is kept under its name that cannot be used.
        """
        ...

    def keep(self, piece: Piece, columns: Columns) -> None:
        """Keep a piece; it is there when whole or not at all."""
        ...

    def read(self, piece: Piece) -> Columns:
        """Give a kept piece's columns."""
        ...


@dataclass(frozen=True)
class InMemory:
    """Keep pieces as long as this object lives."""

    kept: dict[str, Columns] = field(default_factory=dict)

    def find(self, piece: Piece) -> bool:
        """Say whether the piece is kept."""
        return f"{piece.name} {piece.digest}" in self.kept

    def keep(self, piece: Piece, columns: Columns) -> None:
        """Keep a piece."""
        self.kept[f"{piece.name} {piece.digest}"] = columns

    def read(self, piece: Piece) -> Columns:
        """Give a kept piece's columns."""
        return self.kept[f"{piece.name} {piece.digest}"]


@dataclass(frozen=True)
class Tally:
    """Count pieces by what became of them; ``damaged`` tells of those that were kept but could not be used."""

    found: int
    made: int
    damaged: tuple[str, ...] = ()


def work_off_to(store: Store, pieces: Sequence[Piece], layout: Layout, progress: Progress | None = None) -> Tally:
    """Do every piece that the store lacks and keep it as it ends, so that a second call goes on where one was ended.

    Results pass through this process one by one; they are given up as soon as they are kept.

    Arguments: ``progress`` is called with the trials done and those in all, first with those that were found.

    Raises
    ------
    RunError
        A piece is lost again and again, or cannot be written.
    """
    missing, damaged = _missing(store, pieces)
    total = sum(piece.trials for piece in pieces)
    done = total - sum(piece.trials for piece in missing)
    if progress is not None:
        progress(done, total)
    for number, columns in layout.results(work_piece, missing) if missing else ():
        store.keep(missing[number], columns)
        done += missing[number].trials
        if progress is not None:
            progress(done, total)
    return Tally(len(pieces) - len(missing), len(missing), tuple(damaged))


def work_piece(piece: Piece) -> Columns:
    """Do one piece, wherever this is called."""
    return piece.work(piece.job)


def _missing(store: Store, pieces: Sequence[Piece]) -> tuple[list[Piece], list[str]]:
    """Give the pieces that are yet to be done, and what is wrong with those that were kept in vain."""
    missing, damaged = [], []
    for piece in pieces:
        try:
            if not store.find(piece):
                missing.append(piece)
        except RunError as problem:
            missing.append(piece)
            damaged.append(str(problem))
    return missing, damaged

"""Work in pieces that are kept as they end: what is kept already is not done again.

A piece is a block of trials of one draw of one study. What it leaves is columns, whose first axis is rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from numpy.typing import NDArray

from adoptive.workbench.engine.layout import Layout
from adoptive.workbench.engine.types import Progress

__all__ = ["Columns", "Piece", "Store", "Tally", "work_off_to"]

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
        """Say whether the piece is kept whole and is of the same numbers; a damaged one is set aside."""
        ...

    def keep(self, piece: Piece, columns: Columns) -> None:
        """Keep a piece; it is there when whole or not at all."""
        ...

    def read(self, piece: Piece, only: Iterable[str] | None = None) -> Columns:
        """Give a kept piece's columns, or some of them."""
        ...


@dataclass(frozen=True)
class Tally:
    """Count pieces by what became of them; ``damaged`` names those that were kept but could not be used."""

    found: int
    made: int
    damaged: tuple[str, ...] = ()


def work_off_to(store: Store, pieces: Sequence[Piece], layout: Layout, progress: Progress | None = None) -> Tally:
    """Do every piece that the store lacks and keep it as it ends, so that a second call goes on where one was ended.

    Arguments: ``progress`` is called with the trials done and those in all, first with those that were found.

    Raises
    ------
    RunError
        A piece is lost again and again, or cannot be written.
    """
    raise NotImplementedError

"""Blocks of trials as columns, and the columns of many blocks side by side: in memory, or in one file on disk."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from adoptive.workbench.engine.stream import Columns, Piece, Store
from adoptive.workbench.engine.types import Block

__all__ = ["as_block", "as_columns", "gathered"]

Key = TypeVar("Key")

_PLAIN: Final = ("trials", "values", "estimable")
_KEYED: Final = ("curves", "flow", "medians", "grades", "responses")


def as_columns(block: Block) -> dict[str, NDArray[Any]]:
    """Give a block as named columns, first axis trials; a key stands in the name as JSON, as in ``responses [0]``."""
    columns: dict[str, NDArray[Any]] = {name: getattr(block, name) for name in _PLAIN}
    for group in _KEYED:
        for key, values in getattr(block, group).items():
            columns[f"{group} {json.dumps(key if isinstance(key, tuple) else [key])}"] = values
    return columns


def as_block(columns: Columns) -> Block:
    """Give the block that columns tell of; what is kept by a key is fetched when it is asked for."""
    groups: dict[str, dict[Any, str]] = {group: {} for group in _KEYED}
    for name in columns:
        group, _, key = name.partition(" ")
        if group in groups:
            parts = json.loads(key)
            groups[group][tuple(parts) if len(parts) > 1 else parts[0]] = name
    fetched: dict[str, Any] = {group: Fetched(names, columns) for group, names in groups.items()}
    return Block(trials=columns["trials"], values=columns["values"], estimable=columns["estimable"], **fetched)


@dataclass(frozen=True)
class Fetched(Mapping[Key, NDArray[Any]]):
    """Give columns by their own keys, each one fetched when it is asked for."""

    names: Mapping[Key, str]
    columns: Columns

    def __getitem__(self, key: Key) -> NDArray[Any]:
        return self.columns[self.names[key]]

    def __iter__(self) -> Iterator[Key]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)


def gathered(store: Store, pieces: Sequence[Piece], *, place: Path | None = None) -> Columns:
    """Give the columns of some pieces one below the other, in the order of the pieces.

    Arguments: ``place`` a file in which the columns stand while they are used, of pieces with a row per trial; without
    one they stand in memory. Pieces are read one by one, so with a file no more than one piece and one column are in
    memory at any time.
    """
    if place is not None:
        return _on_disk(store, pieces, place)
    each = [store.read(piece) for piece in pieces]
    return {name: np.concatenate([columns[name] for columns in each]) for name in each[0]}


def _on_disk(store: Store, pieces: Sequence[Piece], place: Path) -> OnDisk:
    """Lay the columns of all pieces one after the other into a file, piece by piece."""
    rows, start, layout = sum(piece.trials for piece in pieces), 0, {}
    for name, column in store.read(pieces[0]).items():
        layout[name] = Span(start, rows, column.dtype, column.shape[1:])
        start = layout[name].end
    file = place.open("w+b")
    at = 0
    for piece in pieces:
        for name, column in store.read(piece).items():
            file.seek(layout[name].start + at * layout[name].width)
            file.write(column.tobytes())
        at += piece.trials
    file.flush()
    return OnDisk(file, layout)


@dataclass(frozen=True)
class Span:
    """Say where a column stands in a file, and of what it is."""

    start: int
    rows: int
    dtype: np.dtype[Any]
    shape: tuple[int, ...]

    @property
    def width(self) -> int:
        """Give the bytes of a row."""
        return self.dtype.itemsize * math.prod(self.shape)

    @property
    def end(self) -> int:
        """Give the place after the last byte."""
        return self.start + self.rows * self.width


@dataclass(frozen=True)
class OnDisk(Mapping[str, NDArray[Any]]):
    """Give columns that stand in a file, each read when it is asked for."""

    file: BinaryIO
    layout: Mapping[str, Span]

    def __getitem__(self, name: str) -> NDArray[Any]:
        span = self.layout[name]
        self.file.seek(span.start)
        return np.frombuffer(self.file.read(span.end - span.start), span.dtype).reshape(span.rows, *span.shape)

    def __iter__(self) -> Iterator[str]:
        return iter(self.layout)

    def __len__(self) -> int:
        return len(self.layout)

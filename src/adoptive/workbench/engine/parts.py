"""Finished pieces of work on disk: one Parquet file each, there when whole or not at all.

A part tells of what numbers it is (a digest) and carries a checksum of every column: one that is damaged, or of another
study, seed, parameter row, posterior or version of the code, is not used.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from adoptive import __version__
from adoptive.errors import RunError
from adoptive.parameters import load_book

__all__ = ["book_digest", "code_digest", "digest_of", "read_part", "write_part"]

_DIGEST: Final = b"adoptive.digest"
_SUMS: Final = b"adoptive.checksums"
_NOTES: Final = b"adoptive.notes"

_NO_NUMBERS: Final = ("studies", "__pycache__")
_OF_WORKBENCH: Final = ("engine", "shape.py", "published.py")
"""What of the workbench makes numbers of a record; the rest reads, writes and draws."""


@lru_cache(maxsize=1)
def code_digest() -> str:
    """Give the digest of the code, the parameter rows and the posterior: another one makes other numbers."""
    found = hashlib.sha256(__version__.encode())
    for name, content in _files(resources.files("adoptive"), ""):
        found.update(name.encode() + b"\0" + content + b"\0")
    found.update(book_digest().encode())
    return found.hexdigest()


@lru_cache(maxsize=1)
def book_digest() -> str:
    """Give the digest of the parameter rows and of the posterior that they are drawn from."""
    return digest_of(load_book())


def _files(folder: Traversable, prefix: str) -> Iterator[tuple[str, bytes]]:
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        if prefix == "workbench/" and entry.name not in _OF_WORKBENCH:
            continue
        if entry.is_dir() and entry.name not in _NO_NUMBERS:
            yield from _files(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith((".py", ".toml", ".parquet")):
            yield f"{prefix}{entry.name}", entry.read_bytes()


def digest_of(*values: object) -> str:
    """Give the digest of what makes some numbers: the same in every process, another one if anything differs.

    Dataclasses are told field by field, arrays byte by byte, functions by their name; anything else by its ``repr``.

    >>> digest_of({"b": 1, "a": np.zeros(2)}) == digest_of({"a": np.zeros(2), "b": 1})
    True
    >>> digest_of(np.zeros(2)) == digest_of(np.zeros((2, 1)))
    False
    """
    found = hashlib.sha256()
    for value in values:
        for told in _told(value):
            found.update(len(told).to_bytes(8, "big") + told)
    return found.hexdigest()


def _told(value: object) -> Iterator[bytes]:
    """Tell a value in pieces of bytes, the kind first."""
    if isinstance(value, np.ndarray) and not value.dtype.hasobject:
        yield f"array {value.dtype.str} {value.shape}".encode()
        yield np.ascontiguousarray(value).tobytes()
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        yield f"fields of {type(value).__qualname__}".encode()
        yield from _told({field.name: getattr(value, field.name) for field in dataclasses.fields(value)})
    elif isinstance(value, Mapping):
        yield f"mapping {len(value)}".encode()
        for key in sorted(value, key=repr):
            yield repr(key).encode()
            yield from _told(value[key])
    elif isinstance(value, set | frozenset):
        yield from _told(sorted(map(repr, value)))
    elif isinstance(value, Sequence) and not isinstance(value, str | bytes):
        yield f"list {len(value)}".encode()
        for item in value:
            yield from _told(item)
    elif callable(value) and hasattr(value, "__qualname__"):
        yield f"function {value.__module__}.{value.__qualname__}".encode()
    else:
        yield repr(value).encode()


def write_part(
    place: Path, columns: Mapping[str, NDArray[Any]], *, digest: str, notes: Mapping[str, str] | None = None
) -> None:
    """Write a part beside its place, have it on the disk, and move it there.

    Arguments: ``columns`` by name, ``(rows,)`` or ``(rows, width)``; ``digest`` of what makes them; ``notes`` to keep.

    Raises
    ------
    RunError
        The disk is full, or the folder was taken away.
    """
    import pyarrow as pa
    from pyarrow import parquet

    sums = {name: _sum(column) for name, column in columns.items()}
    told = {_DIGEST: digest.encode(), _SUMS: json.dumps(sums).encode(), _NOTES: json.dumps(dict(notes or {})).encode()}
    table = pa.table({name: _as_arrow(column) for name, column in columns.items()}).replace_schema_metadata(told)
    beside = place.with_name(f".{place.name}.{os.getpid()}")
    try:
        try:
            with beside.open("wb") as file:
                parquet.write_table(table, file, compression="zstd", version="2.6")
                file.flush()
                os.fsync(file.fileno())
            beside.replace(place)
        finally:
            with suppress(OSError):
                beside.unlink(missing_ok=True)
    except OSError as problem:
        raise RunError(
            "a finished block could not be written", where=str(place), value=problem.strerror or problem,
            next_step="make room and run the command again",
        ) from None  # fmt: skip


def read_part(place: Path, *, digest: str) -> tuple[dict[str, NDArray[Any]], dict[str, str]] | None:
    """Read a part's columns and notes; None if it is not there.

    Raises
    ------
    RunError
        It is damaged or belongs to other numbers; the caller makes it again.
    """
    import pyarrow as pa
    from pyarrow import parquet

    if not place.exists():
        return None
    try:
        with place.open("rb") as file:
            table = parquet.ParquetFile(file).read()
        told = table.schema.metadata or {}
        sums, notes = json.loads(told[_SUMS]), json.loads(told[_NOTES])
        columns = {name: _as_numpy(table[name]) for name in table.column_names}
    except (OSError, KeyError, ValueError, pa.ArrowException) as problem:
        raise RunError("damaged", where=place.name, value=str(problem)[:80]) from None
    if told.get(_DIGEST, b"").decode() != digest:
        raise RunError("of another version or question", where=place.name)
    wrong = [name for name in {*sums, *columns} if name not in columns or sums.get(name) != _sum(columns[name])]
    if wrong:
        raise RunError("damaged", where=place.name, value=f"the checksum of {min(wrong)} differs")
    return columns, notes


def _sum(column: NDArray[Any]) -> str:
    found = hashlib.blake2b(f"{column.dtype.str}{column.shape}".encode(), digest_size=8)
    found.update(column.tobytes())
    return found.hexdigest()


def _as_arrow(column: NDArray[Any]) -> Any:
    """Make a column of numbers, or of lists of one width."""
    import pyarrow as pa

    if column.ndim == 1:
        return pa.array(column)
    return pa.FixedSizeListArray.from_arrays(pa.array(column.ravel()), column.shape[1])


def _as_numpy(column: Any) -> NDArray[Any]:
    whole = column.combine_chunks()
    width = getattr(column.type, "list_size", None)
    flat = whole if width is None else whole.flatten()
    values: NDArray[Any] = flat.to_numpy(zero_copy_only=False)
    return values if width is None else values.reshape(-1, width)

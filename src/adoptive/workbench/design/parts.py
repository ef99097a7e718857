"""Finished blocks of trials on disk: one Parquet file each, there when whole or not at all, known by a digest.

A part that is damaged, or of another study, seed, parameter row or version of the code, is not used.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

import numpy as np

from adoptive import __version__
from adoptive.errors import RunError
from adoptive.parameters import load_book
from adoptive.trial.types import Study
from adoptive.workbench.design.types import Measured
from adoptive.workbench.study import dump_study

__all__ = ["Part", "code_digest", "digest_of", "read_part", "write_part"]

_DIGEST: Final = b"adoptive.digest"
_REFUSED: Final = b"adoptive.refused"
_NOT_SCIENCE: Final = ("workbench", "__pycache__")


@dataclass(frozen=True)
class Part:
    """Hold a block's file, the trials that it must hold, its characteristics by key, and its digest."""

    place: Path
    trials: tuple[int, ...]
    keys: tuple[str, ...]
    digest: str


@lru_cache(maxsize=1)
def code_digest() -> str:
    """Give the digest of the science's code and parameter rows: another one makes other numbers."""
    found = hashlib.sha256(__version__.encode())
    for name, content in _files(resources.files("adoptive"), ""):
        found.update(name.encode() + b"\0" + content + b"\0")
    found.update("\n".join(map(repr, load_book().values())).encode())
    return found.hexdigest()


def _files(folder: Traversable, prefix: str) -> list[tuple[str, bytes]]:
    found = []
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        if entry.is_dir() and entry.name not in (*_NOT_SCIENCE, "studies"):
            found += _files(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith((".py", ".toml")):
            found.append((f"{prefix}{entry.name}", entry.read_bytes()))
    return found


def digest_of(study: Study, *, seed: int, said: str) -> str:
    """Give the digest of what makes a design's numbers: the resolved study, the seed, how it is judged, the code."""
    return hashlib.sha256(f"{dump_study(study)}\n{seed}\n{said}\n{code_digest()}".encode()).hexdigest()


def write_part(part: Part, measured: Measured) -> None:
    """Write a block beside its place and move it there.

    Raises
    ------
    RunError
        The disk is full, or the folder was taken away.
    """
    import pyarrow as pa
    from pyarrow import parquet

    columns = {"trial": pa.array(measured.trials)}
    for at, key in enumerate(part.keys):
        columns[key] = pa.array(measured.values[:, at], mask=~measured.estimable[:, at])
    notes = {_DIGEST: part.digest.encode(), _REFUSED: measured.refused.encode()}
    table = pa.table(columns).replace_schema_metadata(notes)
    beside = part.place.with_name(f".{part.place.name}.{os.getpid()}")
    try:
        try:
            parquet.write_table(table, beside, compression="zstd", version="2.6")
            beside.replace(part.place)
        finally:
            with suppress(OSError):
                beside.unlink(missing_ok=True)
    except OSError as problem:
        raise RunError(
            "a finished block could not be written", where=str(part.place), value=problem.strerror or problem,
            next_step="make room and run the command again",
        ) from None  # fmt: skip


def read_part(part: Part) -> Measured | None:
    """Read a block; None if it is not there.

    Raises
    ------
    RunError
        It is damaged or belongs to other numbers; the caller simulates it again.
    """
    import pyarrow as pa
    from pyarrow import parquet

    if not part.place.exists():
        return None
    try:
        with part.place.open("rb") as file:
            table = parquet.ParquetFile(file).read()
    except (OSError, pa.ArrowException) as problem:
        raise RunError("damaged", where=part.place.name, value=str(problem)[:80]) from None
    notes = table.schema.metadata or {}
    if notes.get(_DIGEST, b"").decode() != part.digest:
        raise RunError("of another version or question", where=part.place.name)
    refused = notes.get(_REFUSED, b"").decode()
    if table.column_names != ["trial", *part.keys] or not (refused or table["trial"].to_pylist() == [*part.trials]):
        raise RunError("damaged", where=part.place.name, value="other trials than its name says")
    columns = [table[key] for key in part.keys]
    values = np.stack([column.fill_null(0.0).to_numpy() for column in columns], axis=1)
    estimable = np.stack([column.is_valid().to_numpy() for column in columns], axis=1)
    return Measured(table["trial"].to_numpy().astype(np.int64), values, estimable, refused)

"""Finished blocks of trials of a design on disk, as the engine keeps them: :mod:`adoptive.workbench.engine.parts`."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from adoptive.errors import RunError
from adoptive.trial.types import Study
from adoptive.workbench.design.types import Measured
from adoptive.workbench.engine import parts
from adoptive.workbench.engine.parts import code_digest
from adoptive.workbench.study import dump_study

__all__ = ["Part", "code_digest", "digest_of", "read_part", "write_part"]

_REFUSED: Final = "refused"


@dataclass(frozen=True)
class Part:
    """Hold a block's file, the trials that it must hold, its characteristics by key, and its digest."""

    place: Path
    trials: tuple[int, ...]
    keys: tuple[str, ...]
    digest: str


def digest_of(study: Study, *, seed: int, said: str) -> str:
    """Give the digest of what makes a design's numbers: the resolved study, the seed, how it is judged, the code."""
    return hashlib.sha256(f"{dump_study(study)}\n{seed}\n{said}\n{code_digest()}".encode()).hexdigest()


def write_part(part: Part, measured: Measured) -> None:
    """Write a block: a column of values per characteristic, and which of them could be estimated.

    Raises
    ------
    RunError
        The disk is full, or the folder was taken away.
    """
    columns: dict[str, NDArray[Any]] = {"trial": measured.trials}
    columns |= {key: measured.values[:, at] for at, key in enumerate(part.keys)} | {"estimable": measured.estimable}
    parts.write_part(part.place, columns, digest=part.digest, notes={_REFUSED: measured.refused})


def read_part(part: Part) -> Measured | None:
    """Read a block; None if it is not there.

    Raises
    ------
    RunError
        It is damaged or belongs to other numbers; the caller simulates it again.
    """
    found = parts.read_part(part.place, digest=part.digest)
    if found is None:
        return None
    columns, notes = found
    refused = notes.get(_REFUSED, "")
    if list(columns) != ["trial", *part.keys, "estimable"] or not (
        refused or columns["trial"].tolist() == [*part.trials]
    ):
        raise RunError("damaged", where=part.place.name, value="other trials than its name says")
    values = np.stack([columns[key] for key in part.keys], axis=1)
    return Measured(columns["trial"], values, columns["estimable"], refused)

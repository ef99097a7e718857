"""Read the expression of single cells: 10x HDF5, a Matrix Market folder, or h5ad; the matrix stays sparse."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from adoptive.antigen.transcriptome import Transcriptome, kind_of_values
from adoptive.errors import StudyError

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = [
    "LARGEST_BYTES",
    "LARGEST_VALUES",
    "ReadFile",
    "Values",
    "check_file",
    "check_values",
    "checked",
    "digest",
    "read_matrix",
]

LARGEST_BYTES: Final = 1_000_000_000
"""A filtered matrix of one patient's T cells is far below; a raw one, or another file given by mistake, is above."""

LARGEST_VALUES: Final = 200_000_000
"""Values above zero that are held in memory, twelve bytes each."""

Values = Literal["auto", "counts", "log"]


@dataclass(frozen=True)
class ReadFile:
    """Hold the name and digest of a file that was read."""

    path: Path
    sha256: str


def read_matrix(path: Path | str, *, values: Values = "auto") -> tuple[Transcriptome, tuple[ReadFile, ...]]:
    """Read cells and genes with their values; the layout is told by what is there.

    A folder is Matrix Market as Cell Ranger writes it (``matrix.mtx``, ``features.tsv`` or ``genes.tsv``,
    ``barcodes.tsv``, each plain or gzip), a file HDF5: that of Cell Ranger 2 or of 3 and later, or h5ad.
    ``values``: counts or log-normalised; ``auto`` tells whole numbers from logarithms.

    Raises
    ------
    StudyError
        The file is too large, damaged, of another kind or empty; its sizes do not agree; values of another kind.
    """
    from adoptive.workbench.discover.cells import hdf5, market

    place = Path(path)
    if place.is_dir():
        return market.read_market(place, values=values)
    check_file(place)
    return hdf5.read_hdf5(place, values=values), (digest(place),)


def check_file(place: Path, *, largest: int = LARGEST_BYTES) -> None:
    """Refuse what is absent, no plain file, or too large.

    Raises
    ------
    StudyError
        Any of these.
    """
    if not place.is_file():
        what = "this is no file" if place.exists() else "there is no such file"
        raise StudyError(what, where=str(place), next_step="name a .h5 or .h5ad file, or a folder with matrix.mtx")
    size = place.stat().st_size
    if size > largest:
        raise StudyError(
            "the matrix is too large", where=str(place), value=f"{size:,} bytes", allowed=f"{largest:,} bytes",
            next_step="give the filtered matrix of this patient's T cells, not the raw one",
        )  # fmt: skip


def check_values(count: int, place: Path) -> None:
    """Refuse a matrix with more values than memory is meant for.

    Raises
    ------
    StudyError
        It has.
    """
    if count > LARGEST_VALUES:
        raise StudyError(
            "the matrix has too many values", where=str(place), value=f"{count:,} above zero",
            allowed=f"{LARGEST_VALUES:,}", next_step="give the filtered matrix of this patient's T cells",
        )  # fmt: skip


def digest(place: Path) -> ReadFile:
    """Give a file's name and digest."""
    with place.open("rb") as file:
        return ReadFile(place, hashlib.file_digest(file, "sha256").hexdigest())


def checked(
    place: Path, barcodes: Sequence[str], genes: Sequence[str], matrix: csr_array[Any], *, values: Values,
    notes: Sequence[str] = (),
) -> Transcriptome:  # fmt: skip
    """Make a transcriptome of what a file holds, ``matrix`` of shape ``(cells, genes)``.

    Raises
    ------
    StudyError
        Sizes do not agree, a barcode stands there twice, or the values are of no known kind.
    """
    if matrix.shape != (len(barcodes), len(genes)):
        raise StudyError(
            "the matrix and its names do not agree", where=str(place),
            value=f"{matrix.shape[0]:,} cells, {matrix.shape[1]:,} genes",
            allowed=f"{len(barcodes):,} barcodes, {len(genes):,} gene names",
            next_step="take matrix, features and barcodes of one folder",
        )  # fmt: skip
    twice, times = Counter(barcodes).most_common(1)[0] if barcodes else ("", 0)
    if times > 1:
        raise StudyError("a barcode stands there twice", where=str(place), value=twice, next_step="split the samples")
    matrix.sum_duplicates()
    found = kind_of_values(matrix, where=str(place)) if values == "auto" else _said_kind(matrix, values, place)
    return Transcriptome(tuple(barcodes), tuple(genes), matrix, found, tuple(notes))


def _said_kind(matrix: csr_array[Any], values: Values, place: Path) -> Literal["counts", "log-normalised"]:
    """Take the user's word for the kind, but not for values that are none."""
    whole = matrix.copy()
    whole.data = np.ceil(np.where(np.isfinite(whole.data), whole.data, -1.0))
    kind_of_values(whole, where=str(place))
    return "counts" if values == "counts" else "log-normalised"

"""Matrices that are damaged or hostile: refused at once, in little memory."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from made_cells import counts, genes, write_h5, write_market

from adoptive.errors import StudyError
from adoptive.workbench.discover.cells.matrix import read_matrix

NAMES = genes(10)
BARCODES = [f"AAAC{number:03d}-1" for number in range(6)]
COUNTS = counts(6, NAMES)


def replaced(group: Any, part: str, values: Any) -> None:
    del group[part]
    group[part] = values


def as_group(group: Any) -> None:
    del group["data"]
    group.create_group("data")


def announced(part: str, size: int, kind: str) -> Callable[[Any], None]:
    """Announce many values in chunks of which none is written: a file of some kilobytes."""

    def edit(group: Any) -> None:
        del group[part]
        group.create_dataset(part, shape=(size,), dtype=kind, chunks=(100_000,), compression="gzip")

    return edit


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (as_group, "cannot be read"),
        (lambda group: replaced(group, "shape", np.array([3])), "cannot be read"),
        (lambda group: replaced(group, "indptr", group["indptr"][:][::-1]), "do not agree"),
        (lambda group: replaced(group, "data", np.full(len(group["data"]), 1e308)), "no counts; value: 1e+308"),
        (announced("indptr", 2_000_000_000, "i8"), "indptr: a part of the matrix is too large"),
        (announced("barcodes", 2_000_000_000, "S20"), "barcodes: a part of the matrix is too large"),
        (announced("indices", 2_000_000_000, "i8"), "indices: a part of the matrix is too large"),
    ],
)
def test_a_hostile_hdf5_file_is_refused(tmp_path: Path, edit: Callable[[Any], None], words: str) -> None:
    path = write_h5(tmp_path / "m.h5", BARCODES, NAMES, COUNTS)
    with h5py.File(path, "a") as file:
        edit(file["matrix"])
    with pytest.raises(StudyError, match="next:") as caught:
        read_matrix(path)
    assert words in str(caught.value)


def test_a_matrix_market_file_without_values_is_refused(tmp_path: Path) -> None:
    folder = write_market(tmp_path / "mtx", BARCODES, NAMES, COUNTS)
    path = folder / "matrix.mtx.gz"
    text = gzip.decompress(path.read_bytes()).decode()
    path.write_bytes(gzip.compress(text.replace("integer", "pattern").encode()))
    with pytest.raises(StudyError, match=r"no values \(pattern\)"):
        read_matrix(folder)

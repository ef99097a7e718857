"""Read a Matrix Market folder of Cell Ranger: matrix.mtx, features.tsv or genes.tsv, barcodes.tsv."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from adoptive.antigen.transcriptome import Transcriptome
from adoptive.errors import StudyError
from adoptive.workbench.discover.cells.matrix import ReadFile, Values, check_file, check_values, checked, digest
from adoptive.workbench.discover.text import read_text

__all__ = ["read_market"]

_LONGEST_LINE: Final = 100_000
_EXPRESSION: Final = "Gene Expression"
_FILES: Final = {"matrix": ("matrix.mtx",), "features": ("features.tsv", "genes.tsv"), "barcodes": ("barcodes.tsv",)}


def read_market(folder: Path, *, values: Values = "auto") -> tuple[Transcriptome, tuple[ReadFile, ...]]:
    """Read a folder as Cell Ranger writes it, genes in rows; features that are no gene's expression are left out.

    Raises
    ------
    StudyError
        A file is missing, damaged or too large; its sizes do not agree.
    """
    from scipy.sparse import csr_array

    found = {part: _file(folder, names) for part, names in _FILES.items()}
    matrix = csr_array(_matrix(found["matrix"]).T)
    genes, keep, notes = _genes(found["features"])
    barcodes = [line.split("\t")[0].strip() for line in _lines(found["barcodes"], "barcodes")]
    if matrix.shape == (len(genes), len(barcodes)) != (len(barcodes), len(genes)):
        raise StudyError(
            "the matrix has cells in rows", where=str(found["matrix"]), allowed="genes in rows, as Cell Ranger writes",
            next_step="transpose it",
        )  # fmt: skip
    transcriptome = checked(folder, barcodes, genes, matrix, values=values, notes=notes)
    if len(keep) < len(genes):
        transcriptome = checked(
            folder, barcodes, [genes[one] for one in keep], csr_array(matrix[:, keep]), values=values, notes=notes
        )
    return transcriptome, tuple(digest(one) for one in found.values())


def _file(folder: Path, names: Sequence[str]) -> Path:
    tried = [folder / f"{name}{end}" for name in names for end in ("", ".gz")]
    place = next((one for one in tried if one.is_file()), None)
    if place is None:
        raise StudyError(
            "a file of the matrix folder is missing", where=str(folder), value=names[0],
            allowed=" or ".join(one.name for one in tried), next_step="give the folder that Cell Ranger wrote",
        )  # fmt: skip
    check_file(place)
    return place


def _matrix(place: Path) -> Any:
    from scipy.io import mmread

    check_values(_announced(place), place)
    try:
        matrix = mmread(place, spmatrix=False)
        if matrix.dtype.kind not in "iuf":
            raise ValueError(f"values of kind {matrix.dtype}")
        return matrix
    except (OSError, ValueError, EOFError, OverflowError, zlib.error) as problem:
        raise _damaged(place, problem) from None


def _announced(place: Path) -> int:
    """Read the count of values in the line of sizes, so that a huge matrix is refused before it is read."""
    try:
        with (gzip.open if place.suffix == ".gz" else open)(place, "rt", encoding="utf-8") as file:
            lines = iter(lambda: file.readline(_LONGEST_LINE), "")
            banner = next(lines, "")
            line = next((line for line in lines if not line.startswith("%")), "")
            sizes = [int(word) for word in line.split()]
    except (OSError, EOFError, ValueError, zlib.error) as problem:
        raise _damaged(place, problem) from None
    if "pattern" in banner.split():
        raise _damaged(place, "it says where values are, but no values (pattern)")
    if len(sizes) != 3:
        raise _damaged(place, f"no line of three sizes, but {line[:40]!r}")
    return sizes[2]


def _damaged(place: Path, problem: object) -> StudyError:
    return StudyError(
        "the matrix cannot be read", where=str(place), value=problem, allowed="Matrix Market, coordinates",
        next_step="copy it again: it is damaged, or no matrix.mtx",
    )  # fmt: skip


def _lines(place: Path, what: str) -> list[str]:
    return [line for line in read_text(place, what=f"file of {what}").splitlines() if line.strip()]


def _genes(place: Path) -> tuple[list[str], list[int], list[str]]:
    """Give all names, the places of those that are genes' expression, and what was left out."""
    cells = [line.split("\t") for line in _lines(place, "genes")]
    genes = [row[1].strip() if len(row) > 1 else row[0].strip() for row in cells]
    keep = [number for number, row in enumerate(cells) if len(row) < 3 or row[2].strip() == _EXPRESSION]
    left = len(genes) - len(keep)
    return genes, keep, [f"{left:,} features that are no gene's expression were left out"] if left else []

"""Read HDF5 files of single cells: the matrix of Cell Ranger 2, or of 3 and later, and h5ad."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from adoptive.antigen.transcriptome import Transcriptome
from adoptive.errors import StudyError
from adoptive.workbench.discover.cells.matrix import Values, check_values, checked

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["read_hdf5"]

_PARTS: Final = ("barcodes", "data", "indices", "indptr", "shape")
MOST_NAME_BYTES: Final = 200_000_000
"""Barcodes, genes and starts of cells: a few bytes for each of some ten thousand."""

MOST_VALUE_BYTES: Final = 2_000_000_000
_EXPRESSION: Final = "Gene Expression"
_SYMBOLS: Final = ("gene_symbols", "gene_symbol", "feature_name", "gene_name", "gene_names", "symbol")
"""Columns of genes in h5ad files that hold symbols where the index holds Ensembl's ids."""


def read_hdf5(place: Path, *, values: Values = "auto") -> Transcriptome:
    """Read an HDF5 file, its layout told by its groups.

    Raises
    ------
    StudyError
        It is no HDF5, damaged, of another layout, holds several genomes, or its parts do not agree.
    """
    import h5py

    if not h5py.is_hdf5(place):
        raise StudyError(
            "this is no HDF5 file", where=str(place), value=_start(place),
            allowed="filtered_feature_bc_matrix.h5, an h5ad file, or a folder with matrix.mtx",
            next_step="name the matrix; a damaged copy also reads like this",
        )  # fmt: skip
    try:
        with h5py.File(place, "r") as file:
            if {"obs", "var"} <= set(file):
                annotated = True
            else:
                annotated = False
                barcodes, genes, matrix, notes = _cell_ranger(file, place)
    except (OSError, RuntimeError, LookupError, ValueError, TypeError, AttributeError, ArithmeticError) as problem:
        if isinstance(problem, StudyError):
            raise
        raise _damaged(place, problem) from None
    if annotated:
        return _annotated(place, values)
    return checked(place, barcodes, genes, matrix, values=values, notes=notes)


def _start(place: Path) -> str:
    try:
        with place.open("rb") as file:
            return repr(file.read(16))
    except OSError as problem:
        return str(problem.strerror)


def _damaged(place: Path, problem: object) -> StudyError:
    return StudyError("the HDF5 file cannot be read", where=str(place), value=problem, next_step="copy it again")


def _cell_ranger(file: Any, place: Path) -> tuple[list[str], list[str], csr_array[Any], list[str]]:
    """Read the group of the matrix: genes in rows, cells in columns, compressed by cells."""
    from scipy.sparse import csr_array

    group = _group(file, place)
    check_values(int(group["data"].shape[0]), place)
    _check_sizes(group, place)
    data, indices, indptr = (group[part][:] for part in ("data", "indices", "indptr"))
    rows, columns = (int(size) for size in group["shape"][:])
    whole = len(indptr) == columns + 1 and len(indices) == len(data) == int(indptr[-1]) and not int(indptr[0])
    if not whole or np.any(np.diff(indptr.astype(np.int64)) < 0) or not _within(indices, rows):
        raise _damaged(place, "the lengths of data, indices and indptr do not agree")
    matrix = csr_array((data.astype(np.float64), indices.astype(np.int32), indptr.astype(np.int32)), (columns, rows))
    genes, keep, notes = _genes(group)
    barcodes = _texts(group["barcodes"][:])
    if len(keep) < len(genes) == rows:
        return barcodes, [genes[one] for one in keep], csr_array(matrix[:, keep]), notes
    return barcodes, genes, matrix, notes


def _check_sizes(group: Any, place: Path) -> None:
    """Refuse parts that would fill the memory: a chunked file may announce more than it holds."""
    names = {f"features/{name}": one for name, one in group.get("features", {}).items() if hasattr(one, "nbytes")}
    names |= {name: one for name, one in group.items() if name != "data" and hasattr(one, "nbytes")}
    for name, one in names.items():
        most = MOST_VALUE_BYTES if name == "indices" else MOST_NAME_BYTES
        if one.nbytes > most:
            raise StudyError(
                "a part of the matrix is too large", where=f"{place}: {name}", value=f"{one.nbytes:,} bytes",
                allowed=f"{most:,} bytes", next_step="give the filtered matrix of this patient's T cells",
            )  # fmt: skip


def _within(indices: Any, rows: int) -> bool:
    return not len(indices) or (int(indices.min()) >= 0 and int(indices.max()) < rows)


def _group(file: Any, place: Path) -> Any:
    """Find the one group that holds a matrix: ``matrix``, or in version 2 the name of the genome."""
    groups = [name for name in file if hasattr(file[name], "keys") and set(_PARTS) <= set(file[name])]
    if len(groups) == 1:
        return file[groups[0]]
    what = "the file holds several matrices" if groups else "the HDF5 file holds no matrix of cells"
    raise StudyError(
        what, where=str(place), value=", ".join(groups or list(file)[:8]),
        allowed="one group with barcodes, data, indices, indptr and shape, or an h5ad file",
        next_step="give filtered_feature_bc_matrix.h5 of one genome",
    )  # fmt: skip


def _genes(group: Any) -> tuple[list[str], list[int], list[str]]:
    """Give all names, the places of those that are genes' expression, and what was left out."""
    if "features" not in group:
        names = _texts(group["gene_names" if "gene_names" in group else "genes"][:])
        return names, list(range(len(names))), []
    features = group["features"]
    names = _texts(features["name" if "name" in features else "id"][:])
    kinds = _texts(features["feature_type"][:]) if "feature_type" in features else [_EXPRESSION] * len(names)
    keep = [number for number, kind in enumerate(kinds) if kind == _EXPRESSION]
    left = len(names) - len(keep)
    return names, keep, [f"{left:,} features that are no gene's expression were left out"] if left else []


def _texts(values: Sequence[Any]) -> list[str]:
    return [value.decode("utf-8") if isinstance(value, bytes) else str(value) for value in values]


def _annotated(place: Path, values: Values) -> Transcriptome:
    """Read an h5ad file: layer counts, else X, else raw where X is scaled; symbols from the genes' columns."""
    try:
        import anndata
    except ImportError:
        raise StudyError(
            "reading h5ad needs the package anndata", where=str(place),
            next_step="install adoptive[single-cell], or give Cell Ranger's .h5 or its matrix folder",
        ) from None  # fmt: skip
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of old files, which are read all the same
            data = anndata.read_h5ad(place)
    except Exception as problem:  # the library raises many kinds
        raise _damaged(place, f"{type(problem).__name__}: {problem}") from None
    name, chosen, genes = _layer(data)
    matrix = _sparse(chosen)
    check_values(int(matrix.nnz), place)
    cells = [str(one) for one in data.obs_names]
    return checked(place, cells, _symbols(genes), matrix, values=values, notes=[f"expression was read from {name}"])


def _layer(data: Any) -> tuple[str, Any, Any]:
    if "counts" in data.layers:
        return "layer counts", data.layers["counts"], data.var
    if data.raw is not None and (data.X is None or data.X.min() < 0.0):
        return "raw, as X is scaled", data.raw.X, data.raw.var
    return "X", data.X, data.var


def _sparse(values: Any) -> csr_array[Any]:
    from scipy.sparse import csr_array

    return csr_array(np.zeros((0, 0)) if values is None else values, dtype=np.float64)


def _symbols(var: Any) -> list[str]:
    ids = [str(one) for one in var.index]
    if ids and sum(one.startswith("ENSG") for one in ids) > len(ids) / 2:
        column = next((name for name in _SYMBOLS if name in var.columns), None)
        if column:
            return [str(one) for one in var[column]]
    return ids

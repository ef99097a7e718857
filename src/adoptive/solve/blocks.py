"""Run a large population block by block, so that only one block's visits are in memory."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import numpy as np

from adoptive.errors import SolveError
from adoptive.solve.types import Ensemble

__all__ = ["in_blocks", "rows_of"]

T = TypeVar("T")
_SHARED = ("visits", "record", "threads")
_LARGEST_OUTPUT, _MOST, _LEAST = 64e6, 4096, 64


def rows_of(value: Any, rows: slice, patients: int) -> Any:
    """Return the part of an argument that belongs to some patients; what all share stays as it is.

    >>> rows_of([1.0, 2.0, 3.0], slice(0, 2), 3).tolist(), rows_of(5.0, slice(0, 2), 3)
    ([1.0, 2.0], 5.0)
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        parts = {field.name: rows_of(getattr(value, field.name), rows, patients) for field in dataclasses.fields(value)}
        return dataclasses.replace(value, **parts)
    if isinstance(value, tuple | list) and any(dataclasses.is_dataclass(x) for x in value):
        return tuple(rows_of(x, rows, patients) for x in value)
    if isinstance(value, np.ndarray | list | tuple) and len(np.shape(value)) > 0 and len(value) == patients:
        return np.asarray(value)[rows]
    return value


def in_blocks(
    run: Callable[..., Ensemble],
    reduce: Callable[[slice, Ensemble], T],
    arguments: Mapping[str, Any],
    *,
    block: int | None = None,
) -> list[T]:
    """Return what `reduce` makes of each block of patients, in their order.

    Arguments: `run` is called with each block's part of the arguments; `block` is the number of patients in one
    (default: as many as write 64 MB of visits, at most 4096).
    """
    patients = len(arguments["initial"])
    if block is None:
        recorded = arguments.get("record")
        width = np.shape(arguments["initial"])[1] if recorded is None else len(recorded)
        fit = _LARGEST_OUTPUT / (8.0 * max(len(arguments["visits"]) * width, 1))
        block = int(min(max(fit, _LEAST), _MOST))
    if block < 1:
        raise SolveError("a block holds at least one patient", value=block)
    results = []
    for first in range(0, patients, block):
        rows = slice(first, min(first + block, patients))
        part = {name: value if name in _SHARED else rows_of(value, rows, patients) for name, value in arguments.items()}
        results.append(reduce(rows, run(**part)))
    return results

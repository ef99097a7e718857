"""Check what a caller gives: shapes, numbers, names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.errors import SolveError

__all__ = ["as_array", "columns", "places", "spread"]

Floats = NDArray[np.float64]


def as_array(name: str, values: ArrayLike, shape: tuple[int | None, ...]) -> Floats:
    """Return values as an array of a shape (None: any length); raise SolveError where they have another."""
    array = np.ascontiguousarray(values, np.float64)
    if array.ndim != len(shape) or any(want not in (None, got) for want, got in zip(shape, array.shape, strict=True)):
        words = ", ".join("any" if want is None else str(want) for want in shape)
        raise SolveError(f"{name} has the wrong shape", value=array.shape, allowed=f"({words})")
    return array


def spread(name: str, values: ArrayLike, patients: int) -> Floats:
    """Return one number, or one per patient, as ``(patients,)``."""
    array = np.asarray(values, np.float64)
    if array.shape not in ((), (patients,)):
        raise SolveError(f"{name} has the wrong shape", value=array.shape, allowed=f"() or ({patients},)")
    if np.isnan(array).any():
        raise SolveError(f"{name} is not a number", value=array)
    return np.ascontiguousarray(np.broadcast_to(array, (patients,)))


def columns(name: str, values: Iterable[ArrayLike], patients: int) -> Floats:
    """Return things of which each has one number, or one per patient, as ``(patients, things)``."""
    each = [spread(name, value, patients) for value in values]
    return np.ascontiguousarray(np.array(each).reshape(len(each), patients).T)


def places(names: Iterable[str], known: Sequence[str], what: str) -> NDArray[np.int64]:
    """Return the place of each name among the known ones."""
    names = list(names)
    if unknown := [name for name in names if name not in known]:
        raise SolveError(f"unknown {what}", value=unknown, allowed=", ".join(known) or "none in this model")
    return np.array([known.index(name) for name in names], np.int64)

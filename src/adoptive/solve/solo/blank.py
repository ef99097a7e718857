"""Say what the written text expects to find around it; a model's own module puts the real meaning there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

__all__ = ["LARGEST_EXPONENT", "REAL", "SMALLEST_LOG_ARGUMENT", "Lanes", "compiled"]

F = TypeVar("F", bound=Callable[..., Any])


class Lanes(NamedTuple):
    """Hold the loop's memory, one array of each kind.

    `table` says for each field of `solve.lanes.Lanes` its value, where it is a size, or where it begins in its array.
    """

    table: Any  # int64
    numbers: Any  # float64: what is given and what leaves
    places: Any  # int64: what is given and what leaves
    vectors: Any  # REAL: working vectors
    clock: Any  # float64: working vectors of days, steps and places inside a step
    book: Any  # int64: working vector


REAL: Any = float
LARGEST_EXPONENT, SMALLEST_LOG_ARGUMENT = 700.0, 1e-300


def compiled(function: F) -> F:
    """Compile a function for the backend."""
    return function

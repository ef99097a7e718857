"""What an endpoint is, and how it asks for columns: the nouns of this folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from adoptive.tables import TableError
from adoptive.verdict.types import EndpointSpec

__all__ = ["Endpoint", "Measure", "Measured", "Table", "Trials", "Who", "anybody", "assigned_cells", "column"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Table = Mapping[str, NDArray[Any]]
Measured = tuple[Floats, Bools]
Who = Literal["everybody", "cells", "others"]


@dataclass(frozen=True)
class Trials:
    """Hold the tables that are judged."""

    patients: Table
    screening: Table


Measure = Callable[[Trials, EndpointSpec, Bools], Measured]
"""From the tables, the specification and who belongs to the set: values ``(trials,)``, and which are estimable."""


@dataclass(frozen=True)
class Endpoint:
    """Describe an endpoint: its unit, its meaning, how it is measured.

    ``who`` it is about when the specification names no arm: everybody, who is assigned to cells, or the others.
    ``needs_time``: it is a rate at a time. ``compares``: it compares an arm with the last one. ``safety``: it is about
    treated patients, whatever the set. ``whole``: it is about the whole trial and has no arm. ``usual``: it is judged
    where nobody says what to judge.
    """

    name: str
    unit: str
    meaning: str
    measure: Measure
    who: Who = "everybody"
    needs_time: bool = False
    compares: bool = False
    safety: bool = False
    whole: bool = False
    usual: bool = False


def column(table: Table, name: str) -> NDArray[Any]:
    """Give a column of a table.

    Raises
    ------
    TableError
        If the table lacks it.
    """
    if name not in table:
        raise TableError("the table lacks a column", where="judge", value=name, next_step="add the column")
    return np.asarray(table[name])


def anybody(mark: Bools) -> Bools:
    """Say in which trials anybody is marked."""
    found: Bools = np.logical_or.reduce(mark, axis=1)
    return found


def assigned_cells(patients: Table) -> Bools:
    """Say who is assigned to cells; a table that does not tell has them in arm 0."""
    if "assigned_cells" in patients:
        return np.asarray(patients["assigned_cells"], np.bool_)
    return np.asarray(column(patients, "arm") == 0)

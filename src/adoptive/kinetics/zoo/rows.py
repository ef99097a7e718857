"""Read the rows of a zoo model: one toml file per model, one table per parameter set.

The table ``common`` holds the rows that all sets share. The rows stay out of the clinic's own book: they belong to
other people's models and must not be drawn for a virtual patient.
"""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import Any

from adoptive.errors import ParameterError
from adoptive.kinetics.zoo.types import Rows
from adoptive.parameters import rows_of

__all__ = ["read_rows"]

_COMMON = "common"


def read_rows(model: str) -> dict[str, Rows]:
    """Return the rows of every parameter set of a model, by set.

    >>> read_rows("stein_2019")["typical"]["Tmax"].unit
    'day'
    """
    file = resources.files("adoptive.kinetics.zoo").joinpath("published", f"{model}.toml")
    tables: dict[str, Any] = tomllib.loads(file.read_text("utf-8"))
    shared = rows_of(tables.pop(_COMMON, {}), where=f"{file.name}, {_COMMON}")
    sets: dict[str, Rows] = {
        name: shared | dict(rows_of(entries, where=f"{file.name}, {name}")) for name, entries in tables.items()
    }
    if not sets:
        raise ParameterError("no parameter set", where=file.name, next_step="add a table, for instance [typical]")
    return sets

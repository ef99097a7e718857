"""What an export is made of: variables, the specification of a data set, a data set, a set of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from adoptive.errors import RunError

__all__ = ["Columns", "DataSet", "DataSetSpec", "Kind", "Standard", "StandardSpec", "Variable", "made"]

Kind = Literal["text", "integer", "float", "date", "iso"]
"""Text; numbers; a date as SAS days since 1960-01-01; a date as ISO 8601 text."""

Columns = dict[str, NDArray[Any]]
"""Text columns are object arrays with "" for missing, all others float64 with NaN for missing (SAS missing)."""


@dataclass(frozen=True)
class Variable:
    """Hold one row of the specification: a variable of a data set."""

    name: str
    label: str
    kind: Kind
    codelist: str = ""
    origin: str = "Derived"
    method: str = ""

    @property
    def is_text(self) -> bool:
        """Say whether values are stored as characters."""
        return self.kind in ("text", "iso")


@dataclass(frozen=True)
class DataSetSpec:
    """Hold the specification of a data set; ``valued`` names by variable the method of its value-level rows."""

    name: str
    label: str
    data_class: str
    structure: str
    keys: tuple[str, ...]
    variables: tuple[Variable, ...]
    subclass: str = ""
    parameter: str = ""
    valued: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class StandardSpec:
    """Hold the specification of a whole standard's export, read from a TOML file."""

    name: str
    version: str
    datasets: Mapping[str, DataSetSpec]
    methods: Mapping[str, str]
    codelists: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class DataSet:
    """Hold a data set: its specification (only the variables that it has) and its columns, ``(rows,)`` each."""

    spec: DataSetSpec
    columns: Mapping[str, NDArray[Any]]

    def __len__(self) -> int:
        """Count the rows."""
        return len(next(iter(self.columns.values())))

    def of(self, name: str) -> NDArray[Any]:
        """Give a column."""
        return self.columns[name]


@dataclass(frozen=True)
class Standard:
    """Hold all data sets of an export with what their description needs."""

    spec: StandardSpec
    study_id: str
    title: str
    comment: str
    datasets: Mapping[str, DataSet]


def made(spec: DataSetSpec, columns: Columns) -> DataSet:
    """Put columns in the order of the specification, each in its storage type.

    Raises
    ------
    RunError
        A column that the specification does not know, or one that it asks for and that is not there.
    """
    known = {variable.name: variable for variable in spec.variables}
    if wrong := sorted(set(columns) ^ set(known)):
        raise RunError("columns and specification of a data set differ", where=spec.name, value=", ".join(wrong))
    return DataSet(spec, {name: _stored(columns[name], known[name]) for name in known})


def _stored(values: NDArray[Any], variable: Variable) -> NDArray[Any]:
    if variable.is_text:
        return np.asarray(values, dtype=object)
    return np.asarray(values, np.float64)

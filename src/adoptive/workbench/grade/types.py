"""The nouns of grading a user's file: columns, layouts, rules, rows, and the result."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "BadRow",
    "Column",
    "Found",
    "Judged",
    "Layout",
    "Option",
    "Result",
    "Rule",
    "Signs",
    "Table",
    "Unit",
    "as_array",
]

Kind = Literal["number", "flag", "word", "text"]
Table = Mapping[str, NDArray[Any]]
Setting = str | float | bool

_NOTHING: Final[Mapping[Any, Any]] = MappingProxyType({})


@dataclass(frozen=True)
class Unit:
    """Hold how a unit becomes the rule's own: ``value * scale + offset``, and its spellings."""

    name: str
    scale: float
    spellings: tuple[str, ...] = ()
    offset: float = 0.0


@dataclass(frozen=True)
class Column:
    """Describe a column: its names, what stands in it, and which values are possible.

    A ``required`` column must be there; an empty cell of a ``key`` column makes the row bad. A number's unit stands in
    the column's name (``anc_per_uL``), in a column of units beside it, or in the option ``NAME_unit``; ``units`` empty
    means a number without unit. ``apart`` gives the rule the values by unit, too (column ``"NAME UNIT"``), where the
    limits of a definition are round numbers in each. ``bare``: a name without a unit means the first one, where the
    range leaves no doubt; ``proven_above``: so it does where all cells are whole numbers and one exceeds this, which no
    other unit could hold. ``words`` of a number are words that stand for one ("none" vasopressors). ``none_counts``:
    the word "None" in a cell of text says that there is none; elsewhere it is an empty cell. ``may_be_empty``: an empty
    cell of a required column says something ("no such term").
    """

    name: str
    meaning: str
    kind: Kind = "number"
    aliases: tuple[str, ...] = ()
    units: tuple[Unit, ...] = ()
    low: float = -np.inf
    high: float = np.inf
    whole: bool = False
    words: Mapping[str, int] = field(default_factory=lambda: _NOTHING, hash=False)
    required: bool = True
    key: bool = False
    apart: bool = False
    unit_column: tuple[str, ...] = ()
    bare: bool = False
    proven_above: float = np.inf
    none_counts: bool = False
    may_be_empty: bool = False


@dataclass(frozen=True)
class Found:
    """Hold where a column was found: its name in the file, and the unit of its name or the column of units."""

    header: str
    unit: Unit | None = None
    unit_header: str = ""


@dataclass(frozen=True)
class Option:
    """Describe an option of a rule: its default, and the words or the range allowed."""

    name: str
    default: Setting
    meaning: str
    allowed: tuple[str, ...] = ()
    low: float = -np.inf
    high: float = np.inf


@dataclass(frozen=True)
class Signs:
    """Hold the good rows of a file for a rule: numbers with NaN, flags and words with -1, text with empty strings.

    ``has`` says which columns the file had; ``patient`` numbers the patients of the good rows as in ``patients``
    (every row its own patient where the file names none).
    """

    columns: Table
    has: frozenset[str]
    line: NDArray[np.int64]
    patient: NDArray[np.int64]
    patients: NDArray[Any]
    options: Mapping[str, Setting]

    def __len__(self) -> int:
        return len(self.line)

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self.columns[name]


@dataclass(frozen=True)
class Judged:
    """Hold what a rule says: columns for every good row, tables of visits and of patients, further bad rows.

    Values are Arrow arrays (null where there is no value). ``visits`` names in its column ``patient`` the number of
    the patient as in :attr:`Signs.patients`, as does ``patients``, which has a row for every patient, in order. ``bad``
    holds (row among the good ones, column, value, problem). ``main`` is the table that answers the question.
    """

    rows: Mapping[str, Any]
    patients: Mapping[str, Any] | None = None
    visits: Mapping[str, Any] | None = None
    main: Literal["rows", "visits", "patients"] = "rows"
    bad: tuple[tuple[int, str, str, str], ...] = ()


@dataclass(frozen=True)
class Layout:
    """Describe one way to lay out a file for a rule: what a row is, its columns, and the function that grades it.

    ``unique`` names columns that together may stand in one row only. ``choose`` names columns of which at least one
    must be there. ``answer`` is the column that answers, where it is not the rule's own. ``certain`` is the answer that
    may stand although a required cell is empty (a class that is sure without the score); only without it is a row bad.
    """

    name: str
    row: str
    columns: tuple[Column, ...]
    grade: Callable[[Signs], Judged]
    unique: tuple[str, ...] = ()
    choose: tuple[str, ...] = ()
    answer: str = ""
    certain: str = ""


@dataclass(frozen=True)
class Rule:
    """Describe a rule: name, title, version, source, page of the documentation, options and layouts."""

    name: str
    title: str
    version: str
    source: str
    page: str
    answer: str
    layouts: tuple[Layout, ...]
    options: tuple[Option, ...] = ()
    join: Callable[[Sequence[Any]], Any] | None = None


@dataclass(frozen=True)
class BadRow:
    """Hold one bad cell: the file, its line (of a table without lines: the row's number), column, value, problem."""

    file: str
    line: int
    column: str
    value: str
    problem: str


@dataclass(frozen=True)
class Result:
    """Hold a graded file.

    ``arrow`` holds, as Arrow tables, ``rows`` (the input's rows in order, with the added columns) and, where the rule
    has them, ``visits`` and ``patients``; ``tables`` gives them as dictionaries of arrays. ``main`` names the table
    that answers the question, ``answer`` the column in it; ``line`` is the line of every row of ``rows``.
    """

    rule: str
    title: str
    version: str
    source: str
    layout: str
    options: Mapping[str, Setting]
    files: tuple[Path, ...]
    arrow: Mapping[str, Any]
    line: NDArray[np.int64]
    main: str
    answer: str
    added: tuple[str, ...]
    bad_rows: tuple[BadRow, ...]
    summary: Mapping[str, int]

    @property
    def tables(self) -> Mapping[str, Table]:
        """Give every table as a dictionary of arrays; whole numbers with gaps are masked, text gaps are ``None``."""
        return {name: {column: as_array(table.column(column)) for column in table.column_names}
                for name, table in self.arrow.items()}  # fmt: skip


def as_array(column: Any) -> NDArray[Any]:
    """Give an Arrow column as an array: whole numbers and flags with gaps masked, other gaps NaN or ``None``."""
    import pyarrow as pa

    if (pa.types.is_integer(column.type) or pa.types.is_boolean(column.type)) and column.null_count:
        missing = np.asarray(column.is_null().to_numpy(), np.bool_)
        blank = False if pa.types.is_boolean(column.type) else 0
        masked: NDArray[Any] = np.ma.MaskedArray(column.fill_null(blank).to_numpy(), mask=missing)
        return masked
    if pa.types.is_dictionary(column.type):  # whose own conversion gives a gap the last word
        column = column.cast(column.type.value_type)
    array: NDArray[Any] = column.to_numpy()
    return array

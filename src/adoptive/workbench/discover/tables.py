"""The tables that pass from command to command: read with the line of every mistake, written as one row per noun.

Columns are found by name, so that a table with more columns, in another order, is read as well.
"""

from __future__ import annotations

import csv
import dataclasses
import io
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Final, TypeVar, Union, get_args, get_origin, get_type_hints

from adoptive.errors import StudyError
from adoptive.units import In
from adoptive.workbench.discover.text import Text, read_text
from adoptive.workbench.mistakes import UNSHOWABLE, Mistake, as_error
from adoptive.workbench.spelling import nearest

__all__ = [
    "EMPTY",
    "Row",
    "Table",
    "columns_of",
    "delimiter_of",
    "read_nouns",
    "read_table",
    "table_text",
    "write_nouns",
]

EMPTY: Final = frozenset({"", "NA", "N/A", "n/a", "NaN", "nan", "None", "none", "NULL", "null", "."})
"""Cells that say that there is no value."""

MOST_MISTAKES: Final = 20
MOST_ROWS: Final = 2_000_000
_YES, _NO = frozenset({"true", "yes", "1", "t", "y"}), frozenset({"false", "no", "0", "f", "n"})

Noun = TypeVar("Noun")


class Row:
    """Hold one row of a table; a cell that cannot be read is noted as a mistake of its line, all are said at once."""

    def __init__(self, table: Table, line: int, cells: Mapping[str, str]) -> None:
        self.table, self.line, self._cells = table, line, cells

    @property
    def source(self) -> str:
        """Name the file and the line."""
        return self.table.text.at(self.line)

    def mistake(self, column: str, what: str, *, value: object = "", allowed: str = "", next_step: str = "") -> None:
        """Note a mistake of this row."""
        self.table.note(Mistake(self.table.place(self.line, column), what, str(value)[:80], allowed, next_step))

    def text(self, column: str, *, needed: bool = False) -> str:
        """Give a cell's text, "" if it is empty; ``needed``: an empty cell is a mistake."""
        value = self.word(column)
        found = "" if value in EMPTY else value
        if needed and not found:
            self.mistake(column, "this cell is empty", next_step="fill it in, or leave out the row")
        return found

    def name(self, column: str, *, needed: bool = False, apart: str = ";") -> str:
        """Give a cell's text that names something: without the characters that other tables write between names."""
        found = self.text(column, needed=needed)
        wrong = [mark for mark in apart if mark in found]
        if wrong:
            step = "write another name: it stands between names in other tables"
            self.mistake(column, f"a name without {' and '.join(wrong)} is needed", value=found, next_step=step)
        return found

    def word(self, column: str) -> str:
        """Give a cell's text as it stands, for columns where "none" is a word."""
        value = self._cells.get(column, "").strip()
        if UNSHOWABLE.search(value):
            self.mistake(column, "a control character has no place here", value=ascii(value), next_step="remove it")
            return ""
        return value

    def number(
        self, column: str, *, least: float = -math.inf, most: float = math.inf, needed: bool = False
    ) -> float | None:
        """Give a cell's number, None if it is empty."""
        text = self.text(column, needed=needed)
        if not text:
            return None
        value = _plain_number(text)
        if not math.isfinite(value) or not least <= value <= most:
            what = "not a number" if not math.isfinite(value) else "out of range"
            self.mistake(column, what, value=text, allowed=_range(least, most), next_step="correct it")
            return None
        return value

    def whole(self, column: str, *, least: int = 0, most: int = 10**12, needed: bool = False) -> int | None:
        """Give a cell's whole number, None if it is empty."""
        value = self.number(column, least=least, most=most, needed=needed)
        if value is not None and value != int(value):
            self.mistake(column, "not a whole number", value=value, allowed=_range(least, most), next_step="correct it")
            return None
        return None if value is None else int(value)

    def flag(self, column: str, *, needed: bool = False) -> bool | None:
        """Give a cell's yes or no, None if it is empty."""
        text = self.text(column, needed=needed)
        if not text:
            return None
        if text.lower() not in _YES | _NO:
            self.mistake(column, "neither yes nor no", value=text, allowed="true, false", next_step="correct it")
            return None
        return text.lower() in _YES


@dataclasses.dataclass
class Table:
    """Hold a table while it is read: its text, its columns' names, its rows and the mistakes found so far."""

    text: Text
    what: str
    names: tuple[str, ...]
    rows: tuple[Row, ...] = ()
    mistakes: list[Mistake] = dataclasses.field(default_factory=list)

    def place(self, line: int, column: str = "") -> str:
        """Name a line, and a column of it."""
        return f"{self.text.path}: line {line}" + (f", {column}" if column else "")

    def note(self, mistake: Mistake) -> None:
        """Note a mistake; after many the rest is not looked for."""
        self.mistakes.append(mistake)
        if len(self.mistakes) >= MOST_MISTAKES:
            self.check()

    def check(self) -> None:
        """Raise all mistakes noted so far as one error, if there are any."""
        if self.mistakes:
            raise as_error(self.mistakes, str(self.text.path))


def read_table(path: Path | str, *, what: str, needed: Sequence[str] = (), delimiter: str = "") -> Table:
    r"""Read a table with a line of column names; comma, semicolon or tab are told apart by that line.

    Arguments: ``what`` names the table in messages; ``needed`` columns that must be there, ``a|b`` either of two.

    Raises
    ------
    StudyError
        No table, no header, a needed column that is missing, a column named twice, a row with too many cells, no rows.
    """
    text = read_text(path, what=what)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter or delimiter_of(text), strict=True)
    try:
        header = [name.strip().lstrip("#").strip() for name in next(lines)]
        table = Table(text, what, tuple(header))
        _check_header(table, needed)
        table.rows = tuple(_rows(table, lines))
    except (csv.Error, StopIteration) as problem:
        where = f"{text.path}: line {lines.line_num}"
        step = "is a quote not closed, or is this another file?"
        raise StudyError(f"the {what} cannot be read", where=where, value=problem or None, next_step=step) from None
    table.check()
    if not table.rows:
        raise StudyError(f"the {what} has no rows", where=str(text.path), next_step="give at least one row")
    return table


def delimiter_of(text: str) -> str:
    r"""Tell comma, semicolon and tab apart by the first line.

    >>> delimiter_of("gene;TPM;sample,\nKRAS;1,5\n,,,")
    ';'
    """
    first = text.split("\n", 1)[0]
    return max("\t,;", key=first.count)


def _check_header(table: Table, needed: Sequence[str]) -> None:
    place, names = table.place(1), table.names
    missing = [one for one in needed if not set(one.split("|")) & set(names)]
    alike = {name.casefold(): name for name in names}
    strange = not any(one.casefold() in alike for one in "|".join(needed).split("|"))
    if not any(names) or (missing and strange and (len(needed) > 1 or len(names) <= 1)):
        raise StudyError(
            f"the {table.what} has no line of column names", where=place, value=" ".join(names)[:80],
            allowed=", ".join(needed).replace("|", " or "), next_step="write the columns' names in the first line",
        )  # fmt: skip
    twice = sorted(name for name, count in Counter(names).items() if name and count > 1)
    if twice:
        raise StudyError("a column stands there twice", where=place, value=", ".join(twice), next_step="rename one")
    for one in missing:
        first = one.split("|")[0]
        near = alike.get(first.casefold()) or nearest(first, names)
        table.note(
            Mistake(place, "a column is missing", one.replace("|", " or "), ", ".join(names)[:200],
                    f"is it {near}? write {first}" if near else "add it")
        )  # fmt: skip
    table.check()


def _rows(table: Table, lines: Any) -> Iterator[Row]:
    for number, cells in enumerate(lines):
        line = lines.line_num
        if number >= MOST_ROWS:
            raise StudyError("too many rows", where=table.place(line), allowed=f"{MOST_ROWS:,}")
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(table.names):
            what = "another number of cells than there are columns"
            step = "is a delimiter missing or too many?"
            table.note(Mistake(table.place(line), what, str(len(cells)), str(len(table.names)), step))
            continue
        yield Row(table, line, dict(zip(table.names, cells, strict=True)))


def _plain_number(text: str) -> float:
    """Read a number as tables write it; what only Python takes for one, as ``1_000``, is none."""
    try:
        return float(text) if text.isascii() and "_" not in text else math.nan
    except ValueError:
        return math.nan


def _range(least: float, most: float) -> str:
    if math.isinf(least) and math.isinf(most):
        return "a finite number"
    if math.isinf(most):
        return f"{least:g} or more"
    return f"{least:g} to {most:g}" if math.isfinite(least) else f"{most:g} or less"


@lru_cache(maxsize=64)
def columns_of(noun: type) -> tuple[tuple[str, Any, In], ...]:
    """List a noun's columns: name, type without its annotation, unit and meaning."""
    hints, found = get_type_hints(noun, include_extras=True), []
    for field in dataclasses.fields(noun):
        kind = hints[field.name]
        if get_origin(kind) is not Annotated:
            raise TypeError(f"{noun.__name__}.{field.name} has no unit")
        base, *notes = get_args(kind)
        found.append((field.name, base, next(note for note in notes if isinstance(note, In))))
    return tuple(found)


def _may_lack(kind: Any) -> bool:
    return get_origin(kind) in (Union, UnionType) and NoneType in get_args(kind)


def read_nouns(path: Path | str, noun: type[Noun], *, what: str) -> tuple[Noun, ...]:
    """Read a table whose rows are a noun's fields, as :func:`write_nouns` writes it.

    Any column with a default may be lacking, text and lists always; numbers that may
    be None may be empty.
    """
    columns = columns_of(noun)  # type: ignore[arg-type]
    defaults = {field.name for field in dataclasses.fields(noun) if field.default is not dataclasses.MISSING}  # type: ignore[arg-type]
    must = [name for name, kind, _ in columns if kind in (float, int, bool) and name not in defaults]
    table = read_table(path, what=what, needed=[columns[0][0], *[name for name in must if name != columns[0][0]]])
    key = columns[0][0]
    there = [(name, kind) for name, kind, _ in columns if name in table.names or name not in defaults]
    found = tuple(
        noun(**{name: _cell(row, name, kind, needed=name == key) for name, kind in there}) for row in table.rows
    )
    table.check()
    _check_unique(table, key)
    return found


def _check_unique(table: Table, key: str) -> None:
    """Refuse two rows of one id."""
    first: dict[str, int] = {}
    for row in table.rows:
        value = row.name(key) if key == "id" else row.text(key)
        if key == "id" and value in first:
            row.mistake(key, f"this id stands in line {first[value]} already", value=value, next_step="rename one")
        first.setdefault(value, row.line)
    table.check()


def _cell(row: Row, name: str, kind: Any, *, needed: bool) -> Any:
    if get_origin(kind) is tuple:
        return tuple(part.strip() for part in row.text(name).split(";") if part.strip())
    if kind is str:
        return row.text(name, needed=needed)
    plain = next(one for one in get_args(kind) if one is not NoneType) if _may_lack(kind) else kind
    needed = plain is kind
    if plain is bool:
        return bool(row.flag(name, needed=needed)) if needed else row.flag(name)
    value = row.whole(name, needed=needed) if plain is int else row.number(name, needed=needed)
    return 0 if value is None and needed else value


def table_text(rows: Iterable[Any], noun: type) -> str:
    """Write rows as a tab-separated table with a line of column names."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter="\t", lineterminator="\n")
    names = [name for name, _, _ in columns_of(noun)]
    writer.writerow(names)
    for row in rows:
        writer.writerow([_written(getattr(row, name)) for name in names])
    return out.getvalue()


def write_nouns(path: Path, rows: Iterable[Any], noun: type) -> None:
    """Write rows as a tab-separated table, in a folder that :func:`~adoptive.workbench.new_folder.new_folder` gave."""
    path.write_text(table_text(rows, noun), "utf-8")


def _written(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.6g}"
    return ";".join(value) if isinstance(value, tuple) else str(value)

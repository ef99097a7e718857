"""A cohort in a table (CSV, or separated by tabs): one patient a row; an empty cell is missing, not no."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from adoptive.errors import StudyError
from adoptive.trial.eligibility.facts import Facts
from adoptive.trial.eligibility.vocabulary import load_vocabulary
from adoptive.workbench.match.patients.columns import ANTIGEN, Column, columns_of, delimiter_of
from adoptive.workbench.match.patients.gathered import clean
from adoptive.workbench.match.patients.keys import SECTIONS
from adoptive.workbench.match.patients.limits import MOST_PATIENTS
from adoptive.workbench.match.patients.written import mistakes_written
from adoptive.workbench.mistakes import Mistake

__all__ = ["patients_in_table"]

Row = dict[str, Any]

_YES: Final = frozenset(("yes", "true", "y", "1"))
_NO: Final = frozenset(("no", "false", "n", "0"))
_MISSING: Final = frozenset(("", "na", "n/a", "nan", "unknown", "?"))
_MOST_CELL: Final = 100_000
_DAYS: Final = re.compile(r"(?P<name>.{1,200}?)\s+(?P<start>[0-9-]{0,10})\.\.(?P<end>[0-9-]{0,10})")
_LISTED: Final = ("therapies", "conditions", "genes", "hla", "hla_typed", "complete")
_PLACES: Final = re.compile(r"\b(?:person|disease|labs|answers)\.")


def patients_in_table(text: str, *, file: str, as_of: date | None = None) -> Iterator[Facts | Mistake]:
    """Read a table; a row with mistakes gives those, and the other rows are read.

    Raises
    ------
    StudyError
        The table as a whole cannot be read: no header, columns that nobody knows, too many rows.
    """
    csv.field_size_limit(_MOST_CELL)
    lines = text.replace("\x00", "").splitlines(keepends=True)
    if len(lines) > MOST_PATIENTS + 1:
        raise StudyError("too many rows", where=file, value=f"{len(lines):,}", allowed=f"at most {MOST_PATIENTS:,}")
    rows = csv.reader(lines, delimiter=delimiter_of(lines[0] if lines else ""), strict=True)
    try:
        header = columns_of([cell.strip() for cell in next(rows, [])], file)
        seen: dict[str, int] = {}
        for cells in rows:
            if any(cell.strip() for cell in cells):
                yield from _patient(header, cells, rows.line_num, file, as_of, seen)
    except csv.Error as problem:
        raise StudyError(
            "not a table", where=f"{file}: line {rows.line_num}", value=str(problem), next_step="close the quotes"
        ) from None


def _patient(
    header: Sequence[Column], cells: Sequence[str], line: int, file: str, as_of: date | None, seen: dict[str, int]
) -> Iterator[Facts | Mistake]:
    where = f"{file}: row {line}"
    if len(cells) > len(header):
        yield Mistake(where, "more cells than columns", str(len(cells)), str(len(header)), "quote texts with commas")
        return
    row = {
        column.name: cell.strip()
        for column, cell in zip(header, cells, strict=False)
        if cell.strip().lower() not in _MISSING
    }
    table = _as_written(row, {column.field: column.spelt for column in header if column.spelt})
    name = row.get("id") or f"row {line}"
    if name in seen:
        yield Mistake(where, "this id stands twice", clean(name), next_step=f"see row {seen[name]}")
        return
    seen[name] = line
    found = mistakes_written(table, file=where, as_of=as_of, name=name)
    if isinstance(found, Facts):
        yield found
        return
    for mistake in found:
        place = _PLACES.sub("column ", mistake.where)
        yield Mistake(place, mistake.what, mistake.value, mistake.allowed, mistake.next_step)


def _as_written(row: Mapping[str, str], spelt: Mapping[str, str]) -> Row:
    """Bring a row into the shape of a patient's TOML file; ``spelt`` are the columns' own spellings of fields."""
    fields = load_vocabulary().fields
    table: Row = {key: row[key] for key in ("id", "as_of") if key in row}
    table["person"] = {key: _cell(row[key]) for key in SECTIONS["person"] if key in row}
    table["disease"] = {key: _answer(row[key]) for key in SECTIONS["disease"] if key in row and key != "date"}
    labs: Row = {}
    for name, field in fields.items():
        inner = {
            key: _cell(row[name + end]) if key != "date" else row[name + end]
            for key, end in (("value", ""), ("date", "_date"), ("upper_limit", "_upper_limit"))
            if name + end in row
        }
        if inner and field.sort == "yes/no" and "value" in inner:
            inner["value"] = _answer(row[name])
        if inner:
            labs[spelt.get(name, name)] = inner if field.sort != "name" else row.get(name, "").lower()
    table["labs"] = labs
    return table | _lists(row)


def _lists(row: Mapping[str, str]) -> Row:
    """Bring the cells that hold lists, and those of antigens, into tables."""
    several = {key: [part.strip() for part in row[key].split(";") if part.strip()] for key in _LISTED if key in row}
    tests: dict[str, Row] = {}
    for name, cell in row.items():
        found = ANTIGEN.fullmatch(name)
        if found:
            test = tests.setdefault(found["target"], {"target": found["target"]})
            test[found["what"]] = _answer(cell) if found["what"] == "positive" else _cell(cell)
            if found["what"] != "positive":
                test["assay"] = "IHC"
    table: Row = {
        "therapy": [_therapy(text) for text in several.get("therapies", ())],
        "condition": [
            {"name": text.lstrip("+-").strip(), "state": "absent" if text.startswith("-") else "active"}
            for text in several.get("conditions", ())
        ],
        "gene": [_gene(text) for text in several.get("genes", ())],
        "antigen": list(tests.values()),
    }
    if "hla" in several or "hla_typed" in several:
        table["hla"] = {"alleles": several.get("hla", []), "typed": several.get("hla_typed", [])}
    if "complete" in several:
        table["complete"] = several["complete"]
    return table


def _therapy(text: str) -> Row:
    found = _DAYS.fullmatch(text)
    if not found:
        return {"name": text}
    return {"name": found["name"], **{key: found[key] for key in ("start", "end") if found[key]}}


def _gene(text: str) -> Row:
    gene, _, change = text.lstrip("+-").strip().partition(" ")
    return {"gene": gene, "present": not text.startswith("-"), **({"change": change.strip()} if change else {})}


def _cell(text: str) -> object:
    """Give a cell's number, or its text where it is none."""
    if re.fullmatch(r"-?\d{1,15}", text, re.ASCII):
        return int(text)
    return float(text) if re.fullmatch(r"-?\d{1,15}\.\d{1,15}", text, re.ASCII) else text


def _answer(text: str) -> object:
    low = text.lower()
    return True if low in _YES else False if low in _NO else text

"""Turn the cells of a column into numbers in the rule's unit, flags, codes and text; what cannot be read is listed."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from adoptive.workbench.grade.reading import Sheet
from adoptive.workbench.grade.types import BadRow, Column, Found
from adoptive.workbench.grade.units import spell

__all__ = ["FLAGS", "by_unit", "numbers", "plain_word", "read_cells"]

FLAGS: Final[Mapping[str, int]] = {
    "1": 1, "y": 1, "yes": 1, "true": 1, "t": 1, "present": 1, "x": 1, "1.0": 1,
    "0": 0, "n": 0, "no": 0, "false": 0, "f": 0, "absent": 0, "none": 0, "0.0": 0,
    "unknown": -1, "unk": -1, "u": -1,
}  # fmt: skip
"""Words that are read as yes and no."""

_LONGEST: Final = 200  # characters of a name or word, as in SAS transport files; one long cell would widen all
_DIGITS: Final = 12  # a converted value is rounded to so many digits: 100.4 degF is 38.0 degC

_BEFORE: Final[Mapping[str, re.Pattern[str]]] = {
    "day": re.compile(r"(?:day|d)\s*(?=[+-]?\d)"),
    "visit_number": re.compile(r"(visit|week|wk|cycle|month|time ?point|tp|assessment|scan|v|w|c|m)\s*(?=\d)"),
}
"""Words that may stand before a number: "Day 7", "week 6". In one file visits are counted by one of them."""
_THOUSANDS: Final = re.compile(r"[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d*)?")


def read_cells(column: Column, found: Found, sheet: Sheet, *, comma: bool) -> tuple[NDArray[Any], list[BadRow]]:
    """Read a column's cells: numbers in the rule's unit, flags 0/1, codes, text; bad cells are listed.

    A missing number is NaN, a missing flag or code -1, missing text empty. ``comma``: a comma marks decimals.
    """
    text = sheet.text(found.header, none_counts=_says_none(column))
    if column.kind == "text":
        long = pc.fill_null(pc.greater(pc.utf8_length(text), _LONGEST), False)
        wrong = dict.fromkeys(
            np.flatnonzero(long.to_numpy(zero_copy_only=False)).tolist(),
            f"the text is too long; allowed: {_LONGEST} characters",
        )
        kept = pc.if_else(long, "", text.fill_null("")) if wrong else text.fill_null("")
        return np.asarray(kept.to_numpy(zero_copy_only=False), object), _listed(wrong, column, found, sheet, text)
    if column.kind == "number":
        values, wrong = numbers(text, column, comma=comma)
        values, more = _convert(values, column, found, sheet)
        wrong = wrong | more
        wrong |= _impossible(values, column, skip=wrong)
        return values, _listed(wrong, column, found, sheet, text)
    codes, wrong = _coded(text, FLAGS if column.kind == "flag" else column.words)
    return codes, _listed(wrong, column, found, sheet, text)


def by_unit(
    column: Column, values: NDArray[Any], found: Found, sheet: Sheet, *, comma: bool
) -> dict[str, NDArray[np.float64]]:
    """Give the values as they were written by unit, NaN where another unit was used; ``values`` are those converted."""
    units = {unit.name: unit for unit in column.units}
    written, _ = numbers(sheet.text(found.header, none_counts=_says_none(column)), column, comma=comma)
    written = np.where(np.isnan(values), np.nan, written)
    if found.unit is not None:
        return {f"{column.name} {name}": written if name == found.unit.name else np.full(len(values), np.nan)
                for name in units}  # fmt: skip
    known = {spell(spelling): unit.name for unit in column.units for spelling in unit.spellings}
    each = [known.get(spell(word or ""), "") for word in sheet.text(found.unit_header).to_pylist()]
    of_row = np.array(each, object)
    return {f"{column.name} {name}": np.where(of_row == name, written, np.nan) for name in units}


def _says_none(column: Column) -> bool:
    """Say whether "None" in a cell is a finding and not an empty cell."""
    return column.none_counts or column.kind == "flag" or "none" in column.words


def _bare(words: Sequence[str], column: Column) -> list[str]:
    """Take off what stands before a number ("Day 7"), and put numbers for the column's words."""
    known = {plain_word(word): str(value) for word, value in column.words.items()}
    plain = [known.get(plain_word(word), word) for word in words]
    before = _BEFORE.get(column.name)
    if before is None:
        return plain
    found = [before.match(plain_word(word)) for word in plain]
    if len({match[0].strip() for match in found if match}) > 1:
        return plain
    return [
        word if match is None else plain_word(word)[match.end() :] for word, match in zip(plain, found, strict=True)
    ]


def numbers(text: Any, column: Column, *, comma: bool) -> tuple[NDArray[np.float64], dict[int, str]]:
    """Give the numbers of cells, NaN for none, and by row why one is none.

    All are cast at once; where that fails, each different text is read by itself.
    """
    try:
        if comma:
            raise pa.ArrowInvalid("cell by cell")
        values = np.array(text.cast(pa.float64()).to_numpy(zero_copy_only=False), np.float64)
        known = np.asarray(text.is_valid().to_numpy(zero_copy_only=False), np.bool_)
        infinite = np.flatnonzero(known & ~np.isfinite(values))
        return values, dict.fromkeys(infinite.tolist(), "not a finite number")
    except pa.ArrowInvalid:
        pass
    encoded = text.dictionary_encode()
    words = encoded.dictionary.to_pylist()
    each = np.array([_number(word, comma=comma) for word in _bare(words, column)], np.float64)
    place = np.asarray(encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False), np.int64)
    values = np.append(each, np.nan)[place]
    said = [_why_no_number(word, comma=comma) for word in words]
    return values, {row: said[place[row]] for row in np.flatnonzero((place >= 0) & ~np.isfinite(values)).tolist()}


def _why_no_number(word: str, *, comma: bool) -> str:
    if word.startswith(("<", ">", "≤", "≥")):
        return "not a number but a bound: how far beyond is not known"
    if _THOUSANDS.fullmatch(word):
        return "not a number; write thousands without commas"
    return (
        f"not a number{'; where a comma marks decimals, give --set decimal=comma' if ',' in word and not comma else ''}"
    )


def _number(word: str, *, comma: bool) -> float:
    plain = word.replace(",", ".") if comma and word.count(",") == 1 and "." not in word else word
    if "_" in plain or not plain.isascii():
        return math.nan
    try:
        return float(plain)
    except ValueError:
        return math.nan


def _convert(
    values: NDArray[np.float64], column: Column, found: Found, sheet: Sheet
) -> tuple[NDArray[np.float64], dict[int, str]]:
    """Bring numbers to the rule's unit, by the unit of the name or of the row."""
    if found.unit is not None:
        return _scaled(values, found.unit.scale, found.unit.offset), {}
    if not found.unit_header:
        return values, {}
    encoded = sheet.text(found.unit_header).dictionary_encode()
    known = {spell(spelling): unit for unit in column.units for spelling in unit.spellings}
    units = [known.get(spell(word)) for word in encoded.dictionary.to_pylist()]
    place = np.asarray(encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False), np.int64)
    scale = np.array([*(np.nan if unit is None else unit.scale for unit in units), np.nan])[place]
    offset = np.array([*(0.0 if unit is None else unit.offset for unit in units), 0.0])[place]
    bad = np.flatnonzero(np.isnan(scale) & ~np.isnan(values))
    allowed = ", ".join(unit.spellings[0] for unit in column.units)
    problem = f"its unit ({found.unit_header}) is missing or unknown; allowed: {allowed}"
    return _scaled(values, scale, offset), dict.fromkeys(bad.tolist(), problem)


def _scaled(values: NDArray[np.float64], scale: Any, offset: Any) -> NDArray[np.float64]:
    """Scale, then round to twelve digits, so that a limit stays a limit; what needs no scaling is untouched."""
    with np.errstate(all="ignore"):
        moved = values * scale + offset
        size = np.clip(np.floor(np.log10(np.abs(moved))), -200.0, 200.0)
        step = 10.0 ** (_DIGITS - 1 - np.where(np.isfinite(size), size, 0.0))
        rounded = np.round(moved * step) / step
    same = (np.asarray(scale) == 1.0) & (np.asarray(offset) == 0.0)
    chosen: NDArray[np.float64] = np.where(same, values, rounded)
    return chosen


def _impossible(values: NDArray[np.float64], column: Column, *, skip: Mapping[int, str]) -> dict[int, str]:
    """Find numbers out of any possible range, or with decimals where whole numbers belong."""
    unit = f" {column.units[0].name}" if column.units else ""
    outside = np.flatnonzero((values < column.low) | (values > column.high))
    wrong = {
        at: f"out of any possible range; allowed: {column.low:g} to {column.high:g}{unit}" for at in outside.tolist()
    }
    if column.whole:
        with np.errstate(invalid="ignore"):
            parts = np.flatnonzero(np.isfinite(values) & (values != np.round(values)))
        wrong |= dict.fromkeys(parts.tolist(), "not a whole number")
    return {at: problem for at, problem in wrong.items() if at not in skip}


def _coded(text: Any, words: Mapping[str, int]) -> tuple[NDArray[np.int64], dict[int, str]]:
    """Turn words into codes; an unknown word is bad, never guessed."""
    known = {plain_word(word): code for word, code in words.items()}
    encoded = text.dictionary_encode()
    each = [known.get(plain_word(word), -2) for word in encoded.dictionary.to_pylist()]
    place = np.asarray(encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False), np.int64)
    codes = np.array([*each, -1], np.int64)[place]
    bad = np.flatnonzero(codes == -2)
    allowed = ", ".join(list(words)[:24])
    return np.where(codes == -2, -1, codes), dict.fromkeys(bad.tolist(), f"unknown word; allowed: {allowed}")


def plain_word(text: str) -> str:
    """Give a word without case and with single blanks, so that harmless spellings are equal; signs and dots stay.

    >>> plain_word(" Nasal_cannula "), plain_word("NON-CR/NON-PD")
    ('nasal cannula', 'non cr/non pd')
    """
    return " ".join(text.casefold().replace("_", " ").replace("-", " ").split())


def _listed(wrong: Mapping[int, str], column: Column, found: Found, sheet: Sheet, text: Any) -> list[BadRow]:
    if not wrong:
        return []
    at = sorted(wrong)
    shown = pc.take(text, pa.array(at)).to_pylist()
    return [
        BadRow(str(sheet.path), int(sheet.line[row]), found.header, (value or "")[:80], wrong[row])
        for row, value in zip(at, shown, strict=True)
    ]

"""Find a layout's columns in a file by name, and turn their cells into numbers, flags and codes."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from adoptive.errors import StudyError
from adoptive.workbench.grade.reading import Sheet
from adoptive.workbench.grade.types import BadRow, Column, Layout, Unit
from adoptive.workbench.grade.units import spell
from adoptive.workbench.mistakes import nearest

__all__ = ["FLAGS", "Found", "accepted_names", "by_unit", "choose_layout", "find", "plain_word", "read_cells"]

FLAGS: Final[Mapping[str, int]] = {
    "1": 1, "y": 1, "yes": 1, "true": 1, "t": 1, "present": 1, "x": 1, "1.0": 1,
    "0": 0, "n": 0, "no": 0, "false": 0, "f": 0, "absent": 0, "none": 0, "0.0": 0,
    "unknown": -1, "unk": -1, "u": -1,
}  # fmt: skip
"""Words that are read as yes and no."""

_LONGEST: Final = 200  # characters of a name or word, as in SAS transport files; one long cell would widen all
_DIGITS: Final = 12  # a converted value is rounded to so many digits: 100.4 degF is 38.0 degC


@dataclass(frozen=True)
class Found:
    """Hold where a column was found: its name in the file, and the unit of its name or the column of units."""

    header: str
    unit: Unit | None = None
    unit_header: str = ""


def accepted_names(column: Column) -> tuple[str, ...]:
    """List names under which a column is found, the plainest first; with units one name per unit.

    >>> accepted_names(Column("ice", "score", aliases=("ice_score",)))
    ('ice', 'ice_score')
    """
    if not column.units:
        return (column.name, *column.aliases)
    ends = [unit.spellings[0].replace("/", "_").replace(" ", "_") for unit in column.units]
    plain = (column.name, *column.aliases) if column.bare else ()
    return (*plain, *(f"{column.name}_{end}" for end in ends))


@lru_cache(maxsize=4096)
def _keys(column: Column) -> dict[str, Unit | None]:
    """Give every spelling of a column's name: with a unit where the name says it, else None."""
    stems = (column.name, *column.aliases)
    keys: dict[str, Unit | None] = {spell(stem): None for stem in stems}
    for unit in column.units:
        for stem in stems:
            keys |= {spell(stem) + spell(spelling): unit for spelling in unit.spellings}
            keys |= {spell(stem) + "in" + spell(spelling): unit for spelling in unit.spellings}
    return keys


def find(column: Column, names: Sequence[str], *, told: str = "", sheet: Sheet | None = None) -> Found | None:
    """Find a column among a file's names; a number whose unit stands nowhere is refused. ``told``: the option's unit.

    With a ``sheet``, a count's unit may follow from its cells (``proven_above`` of the column).

    Raises
    ------
    StudyError
        If two names fit, or the unit cannot be known.
    """
    keys = _keys(column)
    fits = [name for name in names if spell(name) in keys]
    exact = [name for name in fits if name == column.name]
    if len(fits) > 1 and not exact:
        first = next(alias for alias in (column.name, *column.aliases) if spell(alias) in {spell(name) for name in fits}
                     ) if any(keys[spell(name)] is None for name in fits) else ""  # fmt: skip
        fits = [name for name in fits if spell(name) == spell(first)] if first and not column.units else fits
    if len(fits) > 1 and not exact:
        raise StudyError(
            "two columns may be meant", where=column.name, value=", ".join(fits), next_step="leave one of them out"
        )
    if not fits:
        return None
    header = (exact or fits)[0]
    unit = keys[spell(header)]
    if told and unit is not None and unit != _told_unit(column, told):
        raise StudyError(
            "the column's name says another unit than the option", where=header, value=told, allowed=unit.name
        )
    if not column.units or unit is not None:
        return Found(header, unit)
    if told:
        return Found(header, _told_unit(column, told))
    beside = _unit_beside(column, header, names)
    if beside is None and (column.bare or _proven(column, header, sheet)):
        return Found(header, column.units[0])
    if beside is None:
        raise StudyError(
            "the unit cannot be known", where=header, allowed=", ".join(accepted_names(column)),
            next_step=f"say it in the column's name, a column {column.name}_unit or --set {column.name}_unit=UNIT",
        )  # fmt: skip
    return Found(header, None, beside)


def _proven(column: Column, header: str, sheet: Sheet | None) -> bool:
    """Say whether the cells can only be in the column's first unit: whole numbers, one of them beyond every other."""
    if sheet is None or not np.isfinite(column.proven_above):
        return False
    values, _ = _numbers(sheet.text(header), column, comma=False)
    known = values[np.isfinite(values)]
    return bool((known == np.floor(known)).all() and known.max(initial=0.0) > column.proven_above)


def _told_unit(column: Column, told: str) -> Unit:
    for unit in column.units:
        if spell(told) in {spell(spelling) for spelling in (unit.name, *unit.spellings)}:
            return unit
    allowed = ", ".join(unit.spellings[0] for unit in column.units)
    raise StudyError("unknown unit", where=f"{column.name}_unit", value=told, allowed=allowed)


def by_unit(
    column: Column, values: NDArray[Any], found: Found, sheet: Sheet, *, comma: bool
) -> dict[str, NDArray[np.float64]]:
    """Give the values as they were written by unit, NaN where another unit was used; ``values`` are those converted."""
    units = {unit.name: unit for unit in column.units}
    written, _ = _numbers(sheet.text(found.header, none_counts=_says_none(column)), column, comma=comma)
    written = np.where(np.isnan(values), np.nan, written)
    if found.unit is not None:
        return {f"{column.name} {name}": written if name == found.unit.name else np.full(len(values), np.nan)
                for name in units}  # fmt: skip
    known = {spell(spelling): unit.name for unit in column.units for spelling in unit.spellings}
    each = [known.get(spell(word or ""), "") for word in sheet.text(found.unit_header).to_pylist()]
    of_row = np.array(each, object)
    return {f"{column.name} {name}": np.where(of_row == name, written, np.nan) for name in units}


def _unit_beside(column: Column, header: str, names: Sequence[str]) -> str | None:
    """Find the column of units of a column."""
    stems = {spell(stem) for stem in (header, column.name, *column.aliases)}
    wanted = {spell(name) for name in column.unit_column} | {
        stem + end for stem in stems for end in ("unit", "units", "u")
    }
    return next((name for name in names if spell(name) in wanted), None)


def choose_layout(layouts: Sequence[Layout], names: Sequence[str], *, where: str) -> Layout:
    """Choose the first layout whose required columns are all there.

    Raises
    ------
    StudyError
        If columns are missing in every layout; it names those of the layout that comes closest.
    """
    missing = [_missing(layout, names) for layout in layouts]
    for layout, lacks in zip(layouts, missing, strict=True):
        if not lacks:
            return layout
    best = min(range(len(layouts)), key=lambda at: (len(missing[at]) - _present(layouts[at], names), at))
    lacks = missing[best]
    asked = "; ".join(f"{column.name} (as {', '.join(accepted_names(column)[:4])})" for column in lacks[:6])
    taken = {name for name in names for column in layouts[best].columns if spell(name) in _keys(column)}
    free = tuple(name for name in names if name not in taken)
    near = [(column.name, nearest(column.name, free)) for column in lacks]
    guess = next((f"is {name!r} meant for {wanted}?" for wanted, name in near if name), "")
    raise StudyError(
        f"columns are missing for the layout {layouts[best].name!r}", where=where, value=", ".join(names)[:160],
        allowed=asked, next_step=" ".join(filter(None, [guess, "see --columns"])),
    )  # fmt: skip


def _missing(layout: Layout, names: Sequence[str]) -> list[Column]:
    spelled = {spell(name) for name in names}
    lacks = [column for column in layout.columns if column.required and not spelled & set(_keys(column))]
    some = [column for column in layout.columns if column.name in layout.choose]
    if some and not any(spelled & set(_keys(column)) for column in some):
        lacks += some
    return lacks


def _present(layout: Layout, names: Sequence[str]) -> int:
    spelled = {spell(name) for name in names}
    return sum(1 for column in layout.columns if spelled & set(_keys(column)))


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
        values, wrong = _numbers(text, column, comma=comma)
        values, more = _convert(values, column, found, sheet)
        wrong = wrong | more
        wrong |= _impossible(values, column, skip=wrong)
        return values, _listed(wrong, column, found, sheet, text)
    codes, wrong = _coded(text, FLAGS if column.kind == "flag" else column.words)
    return codes, _listed(wrong, column, found, sheet, text)


_BEFORE: Final[Mapping[str, re.Pattern[str]]] = {
    "day": re.compile(r"(?:day|d)\s*(?=[+-]?\d)"),
    "visit_number": re.compile(r"(visit|week|wk|cycle|month|time ?point|tp|assessment|scan|v|w|c|m)\s*(?=\d)"),
}
"""Words that may stand before a number: "Day 7", "week 6". In one file visits are counted by one of them."""
_THOUSANDS: Final = re.compile(r"[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d*)?")


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


def _numbers(text: Any, column: Column, *, comma: bool) -> tuple[NDArray[np.float64], dict[int, str]]:
    """Cast all at once; where that fails, cell by cell of the different texts."""
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

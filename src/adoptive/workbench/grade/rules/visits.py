"""Series of visits: rows laid out by patient and reader, days from study days or from dates."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from adoptive.outcome.types import check_cells
from adoptive.workbench.grade.cells import plain_word
from adoptive.workbench.grade.types import Column, Option, Signs

__all__ = [
    "DATE", "DATES", "OVERALL", "REFERENCE", "TEST", "UNUSED", "Bad", "Series", "days_between", "days_float", "days_of",
    "overall_responses", "series_of",
]  # fmt: skip

Bad = tuple[tuple[int, str, str, str], ...]

DATE: Final = Column(
    "date", "date of the visit (2026-01-31, 31JAN2026); one without day or month has no day in the series", "text",
    ("TRDTC", "RSDTC", "ADT", "ADTC", "TUDTC", "LBDTC", "visit_date", "scan_date", "lab_date"), required=False,
)  # fmt: skip
REFERENCE: Final = Column(
    "reference_date", "date from which days count: start of treatment or randomisation", "text",
    ("RFSTDTC", "TRTSDT", "TRTSDTC", "RANDDT", "start_date", "baseline_date", "cart_date", "infusion_date",
    "date_of_infusion"), required=False,
)  # fmt: skip

TEST: Final = Column(
    "test", "which test the row holds; rows of other tests than the overall response are left out", "text",
    ("RSTESTCD", "PARAMCD"), required=False,
)  # fmt: skip
OVERALL: Final = ("", "CR", "PR", "SD", "PD", "NE", "NON-CR/NON-PD")
"""Words of :class:`Response`, in order; a visit that was not done has none."""

UNUSED: Final = "another test: this row is not used"
_OVERALL_TESTS: Final = (
    "", "OVRLRESP", "OVR", "OVRRESP", "OVRLRESP_RECIST", "OVERALL RESPONSE", "IOVR", "IOVRLRESP", "OVRLRESP_IRECIST",
    "OVRLRESI",
)  # fmt: skip

_TIME: Final = r"(?:[T ].*)?"
_DATE: Final = re.compile(rf"(\d{{4}})(?:[-/](\d{{1,2}})(?:[-/](\d{{1,2}}){_TIME})?)?")
_NAMED: Final = re.compile(rf"(\d{{1,2}})[- ]?([A-Za-z]{{3}})[A-Za-z]*[- ]?(\d{{4}})(?::.*)?{_TIME}")
_NUMBERS: Final = re.compile(rf"(\d{{1,2}})[./-](\d{{1,2}})[./-](\d{{4}}){_TIME}")
_MONTHS: Final = {
    name: at for at, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), start=1)
}
_ORDERS: Final = ("day-first", "month-first")
DATES: Final = Option(
    "dates", "year-first", "order of a date in numbers, where the year stands last", ("year-first", *_ORDERS)
)


@dataclass(frozen=True)
class Series:
    """Hold how rows become series: the line and the place in it of every row, and whose line it is."""

    line: NDArray[np.int64]
    place: NDArray[np.int64]
    patient: NDArray[np.int64]
    reader: NDArray[np.object_]
    width: int

    def lay(self, column: NDArray[np.generic], empty: float) -> NDArray[np.float64]:
        """Lay a column out as ``(lines, visits)``."""
        check_cells(len(self.patient), self.width)
        table = np.full((len(self.patient), self.width), empty)
        table[self.line, self.place] = column
        return table


def overall_responses(signs: Signs, words: Mapping[str, int]) -> tuple[NDArray[np.bool_], NDArray[np.int64], Bad]:
    """Say which rows hold an overall response, its code (0 where the cell is empty), and which words are not known.

    A row of another test may hold any word (a table of responses lists new lesions as Y and N, too).
    """
    used = np.isin(np.char.upper(signs["test"].astype(str)), _OVERALL_TESTS)
    known = {plain_word(word): int(code) for word, code in words.items()} | {"": 0}
    texts, place = np.unique(signs["response"].astype(str), return_inverse=True)
    codes = np.array([known.get(plain_word(str(text)), -1) for text in texts], np.int64)[place]
    problem = f"unknown word; allowed: {', '.join(words)}"
    wrong = np.flatnonzero(used & (codes < 0))
    bad = tuple((int(row), "response", str(texts[place[row]]), problem) for row in wrong)
    return used, np.where(used & (codes > 0), codes, 0), bad


def days_of(signs: Signs) -> tuple[NDArray[np.float64], Bad]:
    """Give the day of every row, NaN where it is not known: the study day, else date minus reference date.

    Dates without a reference date give days since 1970, which serve differences only.
    """
    if "day" in signs.has or "date" not in signs.has:
        return np.asarray(signs["day"], np.float64), ()
    days, bad = _epoch_days(signs, "date")
    if "reference_date" in signs.has:
        start, more = _epoch_days(signs, "reference_date")
        return days - start, (*bad, *more)
    return days, bad


def days_float(signs: Signs) -> bool:
    """Say whether days are known but for their start: dates, and no reference date."""
    return "day" not in signs.has and "date" in signs.has and "reference_date" not in signs.has


def days_between(signs: Signs, name: str) -> tuple[NDArray[np.float64], Bad]:
    """Give the days from the reference date to another date of the row, NaN where one is not known to the day."""
    until, bad = _epoch_days(signs, name)
    start, more = _epoch_days(signs, "reference_date")
    return until - start, (*bad, *more)


def _epoch_days(signs: Signs, name: str) -> tuple[NDArray[np.float64], Bad]:
    words, place = np.unique(signs[name].astype(str), return_inverse=True)
    order = str(signs.options["dates"])
    each = [_epoch_day(str(word), order) for word in words]
    known = [np.nan if isinstance(day, str) else day for day in each]
    values = np.array(known)[place] if len(words) else np.zeros(0)
    wrong = {at for at, day in enumerate(each) if isinstance(day, str)}
    problem = (
        "not a date; allowed: 2026-01-31, 31JAN2026, 2026-01, 2026; "
        "where the year stands last, say the order: --set dates=day-first or month-first"
    )
    bad = tuple(
        (int(row), name, str(words[place[row]]), problem) for row in np.flatnonzero(np.isin(place, list(wrong)))
    )
    return values, bad


def _epoch_day(word: str, order: str) -> float | str:
    """Give days since 1970, NaN for a partial date, the word itself where it is none or its order is not known."""
    if not word:
        return np.nan
    parts = _year_month_day(word, order)
    if parts is None:
        return word
    try:
        day = datetime.date(parts[0], parts[1] or 1, parts[2] or 1)
    except ValueError:
        return word
    return float((day - datetime.date(1970, 1, 1)).days) if parts[2] else np.nan


def _year_month_day(word: str, order: str) -> tuple[int, int, int] | None:
    """Take a date apart; a part that is not told is 0."""
    if found := _DATE.fullmatch(word):
        return int(found[1]), int(found[2] or 0), int(found[3] or 0)
    if (found := _NAMED.fullmatch(word)) and found[2].lower() in _MONTHS:
        return int(found[3]), _MONTHS[found[2].lower()], int(found[1])
    if order in _ORDERS and (found := _NUMBERS.fullmatch(word)):
        day, month = (found[1], found[2]) if order == "day-first" else (found[2], found[1])
        return int(found[3]), int(month), int(day)
    return None


def series_of(signs: Signs, order: NDArray[np.float64]) -> Series:
    """Sort rows into series by patient and reader, in the order given (a visit's number or its day)."""
    readers, reader = np.unique(signs["reader"].astype(str), return_inverse=True)
    key = signs.patient * max(len(readers), 1) + reader
    keys, line = np.unique(key, return_inverse=True)
    sort = np.lexsort((np.arange(len(order)), order, line))
    count = np.bincount(line, minlength=len(keys))
    start = np.cumsum(count) - count
    place = np.empty(len(order), np.int64)
    place[sort] = np.arange(len(order)) - start[line[sort]]
    who = keys // max(len(readers), 1)
    return Series(line, place, who, readers[keys % max(len(readers), 1)].astype(object), int(count.max(initial=0)))

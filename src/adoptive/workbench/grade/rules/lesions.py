"""Rows of lesions: SDTM TR with TU, or plain rows; what they say of each lesion at each visit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from adoptive.outcome.response.table import lesion_rows, stack_rows
from adoptive.outcome.response.types import Kind, LesionState, Stacked
from adoptive.workbench.grade import units
from adoptive.workbench.grade.cells import plain_word
from adoptive.workbench.grade.rules.answers import names, numbers, reason_of, written
from adoptive.workbench.grade.rules.common import DAY, PATIENT_NEEDED, READER, VISIT
from adoptive.workbench.grade.rules.tumours import KINDS, NODAL, PLACE
from adoptive.workbench.grade.rules.visits import DATE, Bad, days_of
from adoptive.workbench.grade.types import Column, Signs

__all__ = ["PLAIN_COLUMNS", "SDTM_COLUMNS", "Lesions", "columns_of_visits", "read_lesions", "rows_of_visits"]

Codes = NDArray[np.int64]

STATES: Final = {
    "absent": LesionState.ABSENT, "gone": LesionState.ABSENT, "resolved": LesionState.ABSENT,
    "disappeared": LesionState.ABSENT, "present": LesionState.PRESENT, "measured": LesionState.MEASURED,
    "too small to measure": LesionState.TOO_SMALL, "too small": LesionState.TOO_SMALL, "tstm": LesionState.TOO_SMALL,
    "below measurable limit": LesionState.TOO_SMALL, "bml": LesionState.TOO_SMALL,
    "merged": LesionState.MERGED, "coalesced": LesionState.MERGED, "larger": LesionState.LARGER,
    "increased": LesionState.LARGER, "unequivocal progression": LesionState.UNEQUIVOCAL,
    "unequivocal": LesionState.UNEQUIVOCAL, "progression": LesionState.UNEQUIVOCAL, "pd": LesionState.UNEQUIVOCAL,
    "equivocal": LesionState.EQUIVOCAL, "not evaluable": LesionState.NOT_EVALUATED, "ne": LesionState.NOT_EVALUATED,
    "not evaluated": LesionState.NOT_EVALUATED, "not done": LesionState.NOT_EVALUATED,
    "not assessed": LesionState.NOT_EVALUATED,
}  # fmt: skip

_VISIT_NAME: Final = Column("visit_name", "name of the visit", "text", ("VISIT", "AVISIT"), required=False)

PLAIN_COLUMNS: Final = (
    PATIENT_NEEDED, READER, VISIT, _VISIT_NAME, DAY, DATE,
    Column("lesion", "name of the lesion within the patient", "text", ("lesion_id", "lesion_no", "TRLNKID", "TULNKID"),
           key=True),
    Column("kind", "target, non-target, new", "word", ("lesion_type", "type", "TRGRPID", "group", "category"),
    words=KINDS,
           key=True),
    NODAL, PLACE,
    Column("diameter", "longest diameter, of a node its short axis; empty where not measured", units=units.MILLIMETRE,
           aliases=("size", "length", "diam", "measurement", "longest_diameter"), low=0, high=1000, required=False),
    Column("state", "absent, present, too small to measure, merged, unequivocal progression, not evaluable ...", "word",
           ("status", "TUMSTATE", "lesion_state"), words=STATES, required=False),
)  # fmt: skip

SDTM_COLUMNS: Final = (
    PATIENT_NEEDED,
    Column("TREVAL", "evaluator", "text", required=False), Column("TREVALID", "evaluator's name", "text",
    required=False),
    Column("visit_number", "number that orders the visits", aliases=("VISITNUM",), low=-1e6, high=1e6, key=True),
    _VISIT_NAME,
    Column("day", "study day", aliases=("TRDY", "ADY"), low=-36500, high=36500, required=False), DATE,
    Column("lesion", "lesion", "text", ("TRLNKID",), key=True),
    Column("kind", "target, non-target, new", "word", ("TUSTRESC", "TRGRPID"), words=KINDS, key=True),
    NODAL, PLACE,
    Column("TRTESTCD", "what was recorded: LDIAM, SAXIS or LPERP, TUMSTATE; other tests are left out", "text",
           key=True),
    Column("diameter", "measured size", aliases=("TRSTRESN",), units=units.MILLIMETRE, low=0, high=1000,
           unit_column=("TRSTRESU",), required=False),
    Column("TRSTRESC", "result in words", "text", ("TRORRES",), required=False),
)  # fmt: skip


@dataclass(frozen=True)
class Lesions:
    """Hold lesions laid out as scans, where each row stands (``line``, ``visit``; -1 left out), and bad rows.

    ``numbered``: visits have numbers or study days, not dates alone.
    """

    stacked: Stacked
    line: NDArray[np.int64]
    place: NDArray[np.int64]
    baseline_day: NDArray[np.float64]
    patient: NDArray[np.int64]
    visit_name: NDArray[np.object_]
    bad: Bad
    numbered: bool = True


def read_lesions(signs: Signs) -> Lesions:
    """Read rows of either layout and lay them out by patient, reader and visit; the first visit is the baseline."""
    nodal = _nodes(signs)
    state, size, used, bad = _recorded(signs, nodal)
    days, more = days_of(signs)
    reader = _readers(signs)
    visit = (
        np.where(np.isnan(signs["visit_number"]), days, signs["visit_number"]) if "visit_number" in signs.has else days
    )
    bad = (*bad, *more, *_two_kinds(signs, reader))
    keep = used & ~np.isin(np.arange(len(signs)), [row for row, *_ in bad]) & ~np.isnan(visit)
    rows = _once(np.flatnonzero(keep), signs, reader, visit, size)
    who = np.array([f"{at:09d}" for at in range(len(signs.patients))], np.str_)[signs.patient[rows]]
    listed = lesion_rows(
        who, visit[rows], signs["lesion"][rows].astype(np.str_), signs["kind"][rows], diameter_mm=size[rows],
        state=state[rows], nodal=nodal[rows], day=days[rows], reader=reader[rows],
    )  # fmt: skip
    stacked = stack_rows(listed)
    both = np.char.add(np.char.add(who, "\x1f"), reader[rows])
    _, line = np.unique(both, return_inverse=True)
    same = stacked.visit[line] == visit[rows][:, None]
    place = np.where(same.any(axis=1), same.argmax(axis=1) if same.shape[1] else 0, -1)
    found = _placed(signs, stacked, rows, line, place, days, place < 0, bad)
    return replace(found, numbered=bool({"visit_number", "day"} & signs.has))


def _once(
    rows: NDArray[np.int64], signs: Signs, reader: NDArray[np.str_], visit: NDArray[np.float64],
    size: NDArray[np.float64],
) -> NDArray[np.int64]:  # fmt: skip
    """Keep one row of a lesion at a visit: copies go (they were found to agree), and a state gives way to a size."""
    name = np.char.add(np.char.add(reader[rows], "\x1f"), signs["lesion"][rows].astype(np.str_))
    key = np.unique(name, return_inverse=True)[1] if len(rows) else np.zeros(0, np.int64)
    order = np.lexsort((rows, np.isnan(size[rows]), visit[rows], key, signs.patient[rows]))
    found = rows[order]
    fresh = np.ones(len(found), np.bool_)
    fresh[1:] = (np.diff(key[order]) != 0) | (np.diff(visit[found]) != 0) | (np.diff(signs.patient[found]) != 0)
    return np.sort(found[fresh])


def _placed(
    signs: Signs, stacked: Stacked, rows: NDArray[np.int64], line: NDArray[np.int64], place: NDArray[np.int64],
    days: NDArray[np.float64], first: NDArray[np.bool_], bad: Bad,
) -> Lesions:  # fmt: skip
    lines = np.full(len(signs), -1, np.int64)
    places = np.full(len(signs), -1, np.int64)
    lines[rows], places[rows] = line, place
    baseline = np.full(len(stacked.patient), np.nan)
    np.fmin.at(baseline, line[first], days[rows][first])
    names = np.full(stacked.visit.shape, "", object)
    names[line[~first], place[~first]] = signs["visit_name"][rows][~first]
    patient = np.array([int(name) for name in stacked.patient], np.int64)
    return Lesions(stacked, lines, places, baseline, patient, names, bad)


def _readers(signs: Signs) -> NDArray[np.str_]:
    """Give the reader of every row: one column, or evaluator and evaluator's name."""
    if "TRTESTCD" not in signs.columns:
        return signs["reader"].astype(np.str_)
    return np.char.strip(
        np.char.add(np.char.add(signs["TREVAL"].astype(np.str_), " "), signs["TREVALID"].astype(np.str_))
    )


def _nodes(signs: Signs) -> NDArray[np.bool_]:
    places, which = np.unique(signs["location"].astype(str), return_inverse=True)
    by_place = (
        np.array(["NODE" in place.upper() for place in places], np.bool_)[which] if len(places) else np.zeros(0, bool)
    )
    return np.where(signs["nodal"] < 0, by_place, signs["nodal"] > 0)


def _recorded(
    signs: Signs, nodal: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.bool_], Bad]:
    """Give state and diameter of every row, which rows are used, and rows that contradict themselves."""
    size, used = signs["diameter"].copy(), np.ones(len(signs), np.bool_)
    bad: list[tuple[int, str, str, str]] = []
    if "TRTESTCD" in signs.columns:
        test = np.char.upper(signs["TRTESTCD"].astype(str))
        sized = _sized(signs, test, nodal)
        used = sized | (test == "TUMSTATE")
        state, bad = _stated(signs, used & np.isnan(size))
        bad += _without_size(signs, np.isin(test, (*_SHORT_AXIS, "LDIAM")), used, nodal)
        size = np.where(sized, size, np.nan)
    else:
        state = signs["state"].astype(np.int64)
    none = np.isin(state, (LesionState.ABSENT, LesionState.MERGED)) & (size > 0)
    none |= (state == LesionState.NOT_EVALUATED) & ~np.isnan(size)
    bad += [
        (int(at), "diameter", f"{size[at]:g}", "the diameter contradicts the state")
        for at in np.flatnonzero(none & used)
    ]
    return state, size, used, tuple(bad)


_SHORT_AXIS: Final = ("SAXIS", "LPERP")
"""Tests that hold the short axis of a node: its name, and the longest perpendicular."""


def _sized(signs: Signs, test: NDArray[np.str_], nodal: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Mark rows that hold the size that counts; the perpendicular only of nodes whose short axis is not named."""
    code = _lesion_codes(signs)
    named = np.zeros(len(signs) + 1, np.bool_)
    named[code[nodal & (test == "SAXIS")]] = True
    short = (test == "SAXIS") | ((test == "LPERP") & ~named[code])
    return np.asarray(np.where(nodal, short, test == "LDIAM"), np.bool_)


def _without_size(
    signs: Signs, measured: NDArray[np.bool_], used: NDArray[np.bool_], nodal: NDArray[np.bool_]
) -> list[tuple[int, str, str, str]]:
    """List sizes of target lesions that are no use: a node without its short axis would silently leave the sum."""
    code = _lesion_codes(signs)
    helped = np.zeros(len(signs) + 1, np.bool_)
    helped[code[used]] = True
    lost = np.flatnonzero((signs["kind"] == Kind.TARGET) & measured & ~helped[code])
    said = {
        True: "a lymph node needs its short axis (SAXIS, LPERP)",
        False: "a lesion needs its longest diameter (LDIAM)",
    }
    return [(int(at), "TRTESTCD", str(signs["TRTESTCD"][at]), said[bool(nodal[at])]) for at in lost]


def _lesion_codes(signs: Signs) -> NDArray[np.int64]:
    """Give every lesion, of a patient and reader by its name, a number."""
    code = signs.patient
    for texts in (_readers(signs), signs["lesion"].astype(np.str_)):
        part = np.unique(texts, return_inverse=True)[1]
        code = np.unique(code * (int(part.max(initial=0)) + 1) + part, return_inverse=True)[1]
    return np.asarray(code, np.int64)


def _stated(signs: Signs, asked: NDArray[np.bool_]) -> tuple[NDArray[np.int64], list[tuple[int, str, str, str]]]:
    """Read the state of rows without a number from TRSTRESC."""
    known = {plain_word(word): int(code) for word, code in STATES.items()}
    words, which = np.unique(signs["TRSTRESC"].astype(str), return_inverse=True)
    each = np.array([known.get(plain_word(word), -1 if word == "" else -2) for word in words] or [0], np.int64)[which]
    wrong = np.flatnonzero(asked & (each == -2))
    problem = f"unknown state of a lesion; allowed: {', '.join(STATES)}"
    bad = [(int(at), "TRSTRESC", str(signs["TRSTRESC"][at]), problem) for at in wrong]
    return np.where(asked & (each >= 0), each, -1), bad


def _two_kinds(signs: Signs, reader: NDArray[np.str_]) -> Bad:
    """List rows of a lesion that is called target here and non-target there."""
    key = np.char.add(np.char.add(reader, "\x1f"), signs["lesion"].astype(np.str_))
    _, code = np.unique(key, return_inverse=True)
    code = signs.patient * (int(code.max(initial=0)) + 1) + code
    _, code = np.unique(code, return_inverse=True)
    low, high = np.full(len(code) + 1, 99), np.full(len(code) + 1, -99)
    np.minimum.at(low, code, signs["kind"])
    np.maximum.at(high, code, signs["kind"])
    rows = np.flatnonzero((low != high)[code]) if len(code) else np.zeros(0, np.int64)
    names = {int(kind): kind.name.lower().replace("_", "-") for kind in Kind}
    return tuple(
        (int(at), "kind", names[int(signs["kind"][at])], "this lesion has another kind in another row") for at in rows
    )


def columns_of_visits(found: Lesions, line: Codes, visit: Codes, day: NDArray[np.float64]) -> dict[str, Any]:
    """Give the columns that say which visit it is; the day counts from the baseline scan."""
    return {
        "patient": found.patient[line], "reader": written(found.stacked.reader[line]),
        "visit": numbers(found.stacked.visit[line, visit] * (1.0 if found.numbered else np.nan)),
        "visit_name": written(found.visit_name[line, visit]),
        "day": numbers(day[line, visit]),
    }  # fmt: skip


def rows_of_visits(
    found: Lesions, response: Codes, reason: Codes, words: tuple[tuple[str, ...], tuple[str, ...]], answer: str
) -> dict[str, Any]:
    """Give every row of lesions the answer of its visit; rows of the baseline have none."""
    said = (*words[1], "baseline", "this row is not used")
    here = found.place >= 0
    line, place = np.where(here, found.line, 0), np.where(here, found.place, 0)
    empty = response.size == 0
    code = np.zeros(len(line), np.int64) if empty else np.where(here, response[line, place], 0)
    other = np.where(found.line >= 0, len(said) - 2, len(said) - 1)
    why = other if empty else np.where(here, reason[line, place], other)
    return {answer: names(code, words[0]), "reason": reason_of(why, said)}

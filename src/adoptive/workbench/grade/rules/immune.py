"""iRECIST: from rows of lesions, from visit responses in rows, or from one row per patient (``tp1 ... tpN``)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from adoptive.errors import StudyError
from adoptive.outcome.response.immune_best import ImmuneCourse, best_immune_response, immune_course
from adoptive.outcome.response.irecist import assess_immune
from adoptive.outcome.response.types import ImmuneResponse
from adoptive.workbench.grade.cells import plain_word
from adoptive.workbench.grade.reading import Sheet
from adoptive.workbench.grade.rules.answers import flags, names, numbers, reason_of, written
from adoptive.workbench.grade.rules.common import DAY, PATIENT, PATIENT_NEEDED, READER, VISIT
from adoptive.workbench.grade.rules.lesions import (
    PLAIN_COLUMNS,
    SDTM_COLUMNS,
    columns_of_visits,
    read_lesions,
    rows_of_visits,
)
from adoptive.workbench.grade.rules.tumours import join_tumour
from adoptive.workbench.grade.rules.visits import (
    DATE,
    DATES,
    OVERALL,
    REFERENCE,
    TEST,
    UNUSED,
    days_float,
    days_of,
    overall_responses,
    series_of,
)
from adoptive.workbench.grade.types import Column, Judged, Layout, Option, Rule, Signs
from adoptive.workbench.grade.units import spell

__all__ = ["IMMUNE", "RULE"]

Codes = NDArray[np.int64]

IMMUNE: Final = ("", "iCR", "iPR", "iSD", "iUPD", "iCPD", "NE", "non-iCR/non-iUPD")
"""Words of :class:`ImmuneResponse`, in order."""

_WORDS: Final = {
    "iCR": ImmuneResponse.ICR, "iPR": ImmuneResponse.IPR, "iSD": ImmuneResponse.ISD, "iUPD": ImmuneResponse.IUPD,
    "iCPD": ImmuneResponse.ICPD, "NE": ImmuneResponse.NE, "iNE": ImmuneResponse.NE, "not evaluable": ImmuneResponse.NE,
    "non-iCR/non-iUPD": ImmuneResponse.NON_ICR_NON_IUPD, "NON-iCR/NON-iUPD": ImmuneResponse.NON_ICR_NON_IUPD,
    "not done": ImmuneResponse.NOT_DONE, "ND": ImmuneResponse.NOT_DONE, "CR": ImmuneResponse.ICR,
    "PR": ImmuneResponse.IPR, "SD": ImmuneResponse.ISD,
}  # fmt: skip
_ANY: Final = tuple(int(code) for code in ImmuneResponse if code != ImmuneResponse.NOT_DONE)
_MOST_POINTS: Final = 30
_MOST_WAYS: Final = 20_000

_WIDE_REASONS: Final = (
    "best over the visits up to the first iCPD",
    "all alternatives agree",
    "the alternatives disagree: choose one of each: not graded",
    "no response is given at any time point: not graded",
    "too many alternatives: not graded",
)


def _lesions(signs: Signs) -> Judged:
    found = read_lesions(signs)
    scans = found.stacked.scans
    within = float(signs.options["confirm_within_days"])
    judged = assess_immune(
        scans, new=found.stacked.new if found.stacked.new.state.shape[2] else None,
        non_target_larger=found.stacked.non_target_larger,
        confirm_from_days=float(signs.options["confirm_from_days"]),
        confirm_within_days=within if within > 0 else np.inf,
    )  # fmt: skip
    line, visit = np.nonzero(scans.done)
    day = scans.day - np.where(np.isnan(found.baseline_day), 0.0, found.baseline_day)[:, None]
    at = (line, visit)
    visits = {
        **columns_of_visits(found, line, visit, day), "response": names(judged.response[at], IMMUNE),
        "recist": names(judged.recist.response[at], OVERALL), "reason": reason_of(judged.reason[at], judged.reasons),
    }  # fmt: skip
    course = immune_course(judged.response, np.where(np.isfinite(day), day, np.inf))
    why = reason_of(np.zeros(len(found.patient), np.int64), _WIDE_REASONS)
    return Judged(
        rows_of_visits(found, judged.response, judged.reason, (IMMUNE, judged.reasons), "response"),
        patients={"patient": found.patient, "reader": written(found.stacked.reader),
                  **_course_columns(course, judged.response),
                  "reason": why},
        visits=visits, main="visits", bad=found.bad,
    )  # fmt: skip


def _course_columns(course: ImmuneCourse, codes: Codes, *, floats: bool = False) -> dict[str, Any]:
    """Give what is known of a course; ``floats``: days count from nowhere, only their differences tell."""
    here = np.where(floats, np.nan, 1.0)
    confirmed = (codes == ImmuneResponse.ICPD).any(axis=1)
    return {
        "ibor": names(course.best, IMMUNE), "response_start_day": numbers(course.response_start_day * here),
        "progression_day": numbers(course.progression_day * here), "confirmed": flags(confirmed.astype(np.int64)),
        "duration_days": numbers(np.where(np.isfinite(course.response_start_day), course.duration_days, np.nan)),
    }  # fmt: skip


def _visits(signs: Signs) -> Judged:
    """Give the best response from one row per visit."""
    days, bad = days_of(signs)
    order = signs["visit_number"] if "visit_number" in signs.has else days
    series = series_of(signs, np.where(np.isnan(order), days, order))
    used, response, unknown = overall_responses(signs, _WORDS)
    codes = series.lay(response, 0.0).astype(np.int64)
    course = immune_course(codes, np.where(np.isnan(table := series.lay(days, np.nan)), np.inf, table))
    seen = np.where((codes > 0).any(axis=1), 0, 3)
    columns = _course_columns(course, codes, floats=days_float(signs))
    patients = {"patient": series.patient, "reader": written(series.reader), **columns,
                "reason": reason_of(seen, _WIDE_REASONS)}  # fmt: skip
    at = pa.array(series.line)
    why = reason_of(np.where(used, seen[series.line], len(_WIDE_REASONS)), (*_WIDE_REASONS, UNUSED))
    rows = {"ibor": columns["ibor"].take(at), "reason": why}
    return Judged(rows, patients=patients, main="patients", bad=(*bad, *unknown))


def _wide(signs: Signs) -> Judged:
    """Give the best response of each row; where a cell gives alternatives, all of them are tried."""
    points = [name for name in (f"tp{at}" for at in range(1, _MOST_POINTS + 1)) if name in signs.has]
    known = {plain_word(word): (int(code),) for word, code in _WORDS.items()} | {"any": _ANY, "": (0,)}
    bad: list[tuple[int, str, str, str]] = []
    best, why = np.full(len(signs), -1, np.int64), np.full(len(signs), 3, np.int64)
    cells: dict[tuple[str, ...], tuple[int, int]] = {}
    for row, texts in enumerate(zip(*(signs[name] for name in points), strict=True)):
        wrong = [(name, text) for name, text in zip(points, texts, strict=True) if not _ways(str(text), known)]
        if wrong:
            bad += [(row, name, str(text), f"unknown response; allowed: {', '.join(_WORDS)}, any, alternatives with |")
                    for name, text in wrong]  # fmt: skip
            continue
        if texts not in cells:
            cells[texts] = _judge_ways([_ways(str(text), known) for text in texts])
        best[row], why[row] = cells[texts]
    return Judged({"ibor": names(best, IMMUNE), "reason": reason_of(why, _WIDE_REASONS)}, bad=tuple(bad))


_BETWEEN: Final = re.compile(r"\s*(?:[|,;]\s*(?:or\b)?|\bor\b|(?<!non-iCR)(?<!non-CR)/)\s*", re.IGNORECASE)
"""What stands between alternatives: ``iCR|iPR``, ``iCR, iPR or NE``, ``iCR/iPR``."""


def _ways(text: str, known: dict[str, tuple[int, ...]]) -> tuple[int, ...]:
    """Give the codes that a cell allows; nothing for a word that is not known."""
    whole = known.get(plain_word(text))
    parts = [known.get(plain_word(part)) for part in _BETWEEN.split(text)] if whole is None else [whole]
    return () if any(part is None for part in parts) else tuple(dict.fromkeys(sum((part or () for part in parts), ())))


def _judge_ways(ways: list[tuple[int, ...]]) -> tuple[int, int]:
    """Judge every combination of alternatives; give the code all agree on, and the place of the reason."""
    size = int(np.prod([len(way) for way in ways], dtype=np.float64)) if ways else 0
    if size > _MOST_WAYS:
        return -1, 4
    table = np.array(list(product(*ways)), np.int64).reshape(size, len(ways))
    found = np.unique(best_immune_response(table))
    if len(found) > 1:
        return -1, 2
    return (int(found[0]), int(size > 1)) if found.size and found[0] > 0 else (-1, 3)


_POINTS: Final = tuple(
    Column(f"tp{at}", f"response at time point {at}; alternatives with |", "text",
           (f"timepoint{at}", f"time_point_{at}", f"visit{at}", f"v{at}", f"assessment{at}"), required=at == 1)
    for at in range(1, _MOST_POINTS + 1)
)  # fmt: skip
_LONG: Final = (
    PATIENT_NEEDED, replace(READER, aliases=("RSEVALID", "evaluator", "RSEVAL")), VISIT, DAY, DATE, REFERENCE, TEST,
    Column("response", "response at the visit by iRECIST", "text",
           ("iresponse", "immune_response", "overall_response", "irecist", "RSSTRESC", "RSORRES", "AVALC",
            "irecist_response", "i_response", "visit_response", "timepoint_response"), words=_WORDS),
)  # fmt: skip

_UNIQUE: Final = ("patient", "reader", "visit_number", "day", "date", "lesion")


def _join(sheets: Sequence[Sheet]) -> Sheet:
    """Join TU to TR; visits that give target, non-target and new lesions only cannot be judged, and that is said.

    Raises
    ------
    StudyError
        If the files do not belong together, or hold no more than the parts of RECIST 1.1.
    """
    sheet = join_tumour(sheets)
    names = {spell(name) for name in sheet.names}
    parts = {"target", "targetresponse"} & names and {"newlesion", "newlesions"} & names
    if parts and not {spell(name) for column in _LONG[-1:] for name in (column.name, *column.aliases)} & names:
        raise StudyError(
            "iRECIST cannot be judged from target, non-target and new lesions of a visit: whether progression is "
            "confirmed depends on how far lesions grew", where=str(sheet.path),
            next_step="give rows of lesions, or a column response with iCR, iPR, iSD, iUPD, iCPD, NE",
        )  # fmt: skip
    return sheet


RULE: Final = Rule(
    "irecist", "Response to immunotherapy, iRECIST", "2017", "Seymour et al. 2017, 10.1016/S1470-2045(17)30074-8",
    "rules/irecist", "ibor",
    (Layout("one row per patient", "the responses of a patient at time points 1, 2, ...", (PATIENT, *_POINTS), _wide),
     Layout("SDTM TR and TU", "one measurement of a lesion (TR), with TU given beside", SDTM_COLUMNS, _lesions,
            unique=("patient", "TREVAL", "TREVALID", "visit_number", "lesion", "TRTESTCD"), choose=("location",
            "nodal"),
            answer="response"),
     Layout("lesion rows", "one lesion at one visit; the first visit is the baseline", PLAIN_COLUMNS, _lesions,
            unique=_UNIQUE, choose=("location", "nodal"), answer="response"),
     Layout("visit responses", "the response at one visit", _LONG, _visits, choose=("visit_number", "day", "date"),
            unique=("patient", "reader", "test", "visit_number", "day", "date"))),
    (Option("confirm_from_days", 28.0, "days after iUPD from which a visit can confirm it", low=0, high=365),
     Option("confirm_within_days", 0.0, "days after the visit before within which it must; 0: no limit", low=0,
            high=3650),
     DATES),
    _join,
)  # fmt: skip

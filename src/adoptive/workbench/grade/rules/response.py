"""RECIST 1.1: from rows of lesions, from visits with target, non-target and new lesions, or from visit responses."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from adoptive.outcome.response.best import Best, best_response
from adoptive.outcome.response.recist import assess
from adoptive.outcome.types import NonTarget, Response
from adoptive.workbench.grade.cells import FLAGS
from adoptive.workbench.grade.rules import immune
from adoptive.workbench.grade.rules.answers import names, numbers, reason_of, written
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

__all__ = ["RULES"]

Codes = NDArray[np.int64]

_OTHER: Final = ("none", "CR", "NON-CR/NON-PD", "PD", "NE")

_RESPONSES: Final = {
    "CR": Response.CR, "complete response": Response.CR, "PR": Response.PR, "partial response": Response.PR,
    "SD": Response.SD, "stable disease": Response.SD, "PD": Response.PD, "progressive disease": Response.PD,
    "NE": Response.NE, "not evaluable": Response.NE, "inevaluable": Response.NE,
    "non-CR/non-PD": Response.NON_CR_NON_PD,
    "NN": Response.NON_CR_NON_PD, "not all evaluated": Response.NE, "not done": Response.NOT_DONE,
    "ND": Response.NOT_DONE,
}  # fmt: skip
_TARGETS: Final = {
    "CR": 1, "PR": 2, "SD": 3, "PD": 4, "NE": 5, "not evaluable": 5, "not all evaluated": 5, "none": 0, "no target": 0,
    "not applicable": 0, "any": -1, "not evaluated": 5, "complete response": 1, "partial response": 2,
    "stable disease": 3, "progressive disease": 4,
}  # fmt: skip
_NON_TARGETS: Final = {
    "none": 0, "no non-target": 0, "not applicable": 0, "CR": 1, "complete response": 1, "non-CR/non-PD": 2, "NN": 2,
    "SD": 2, "present": 2, "PD": 3, "unequivocal progression": 3,
    "unequivocal PD": 3, "progressive disease": 3, "NE": 4, "not evaluable": 4,
    "not all evaluated": 4, "not evaluated": 4, "non-PD": 5, "non-PD or not all evaluated": 5, "any": -1,
}  # fmt: skip

_NOT_WORSE: Final = 5
"""Non-target disease that did not progress, as the paper's table 1 says it (non-PD): gone, there or not evaluated."""
_NEW_WORDS: Final = {**FLAGS, "any": -1, "yes or no": -1}

_COMBINED: Final = (
    "new lesion: PD",
    "target progression: PD",
    "non-target progression: PD",
    "a sign is missing that could be progression: not graded",
    "target CR, non-target CR or none: CR",
    "target CR, non-target disease remains: PR",
    "target CR, non-target disease not evaluated: PR",
    "target PR, no progression elsewhere: PR",
    "target SD, no progression elsewhere: SD",
    "target lesions not all evaluated: NE",
    "no target lesions, non-target disease gone: CR",
    "no target lesions, non-target disease remains: NON-CR/NON-PD",
    "no target lesions, non-target disease not evaluated: NE",
    "no disease recorded: NE",
)
_COMBINED_RESPONSE: Final = np.array([4, 4, 4, -1, 1, 2, 2, 2, 3, 5, 1, 6, 5, 5], np.int64)


def _lesions(signs: Signs) -> Judged:
    found = read_lesions(signs)
    scans = found.stacked.scans
    kept: Any = str(signs.options["partial_kept"])
    judged = assess(
        scans, new_lesion=found.stacked.new_lesion if found.stacked.new_lesion.shape[2] else None, partial_kept=kept,
        confirm_days=float(signs.options["confirm_days"]),
    )  # fmt: skip
    line, visit = np.nonzero(scans.done)
    day = scans.day - np.where(np.isnan(found.baseline_day), 0.0, found.baseline_day)[:, None]
    at = (line, visit)
    visits = {
        **columns_of_visits(found, line, visit, day), "response": names(judged.response[at], OVERALL),
        "target": names(judged.target[at], OVERALL), "non_target": names(scans.non_target[at], _OTHER),
        "new_lesion": names(scans.new_lesion[at].astype(np.int64), ("no", "yes")),
        "sum_mm": numbers(np.where(judged.complete[at], judged.sum_mm[at], np.nan)),
        "nadir_mm": numbers(judged.nadir_mm[at]),
        "change_percent": numbers(np.where(judged.complete[at], 100.0 * judged.change[at], np.nan)),
        "reason": reason_of(judged.reason[at], judged.reasons),
    }  # fmt: skip
    best = _best(judged.response, day, signs)
    return Judged(
        rows_of_visits(found, judged.response, judged.reason, (OVERALL, judged.reasons), "response"),
        patients={"patient": found.patient, "reader": written(found.stacked.reader), **_best_columns(best)},
        visits=visits, main="visits", bad=found.bad,
    )  # fmt: skip


def _best(response: Codes, day: NDArray[np.float64], signs: Signs, *, shortest: float | None = None) -> Best:
    option = signs.options
    return best_response(
        response, day, confirm_days=float(option["confirm_days"]),
        minimum_stable_days=float(option["minimum_stable_days"]) if shortest is None else shortest,
        not_evaluable_allowed=int(option["not_evaluable_allowed"]), stable_allowed=bool(option["stable_allowed"]),
        until=str(option["until"]),  # type: ignore[arg-type]
    )  # fmt: skip


def _best_columns(best: Best) -> dict[str, Any]:
    return {
        "best_response": names(best.response, OVERALL), "unconfirmed": names(best.unconfirmed, OVERALL),
        "response_start_day": numbers(best.response_start_day), "reason": reason_of(best.reason, best.reasons),
    }  # fmt: skip


_FLOATS: Final = (
    "stable disease counts from a day on, and no reference_date says which day that is (--set minimum_stable_days=0 "
    "lets it count at once): not graded"
)


def _sure_columns(best: Best, never: Best) -> dict[str, Any]:
    """Give the best responses that hold whether or not stable disease lasted long enough: its start is not known."""
    sure = best.response == never.response
    loose = best.unconfirmed == never.unconfirmed
    blank = np.full(len(sure), np.nan)
    return {
        "best_response": names(np.where(sure, best.response, -1), OVERALL),
        "unconfirmed": names(np.where(loose, best.unconfirmed, -1), OVERALL), "response_start_day": numbers(blank),
        "reason": reason_of(np.where(sure, best.reason, len(best.reasons)), (*best.reasons, _FLOATS)),
    }  # fmt: skip


def _combined(signs: Signs) -> Judged:
    """Combine target, non-target and new lesions of each visit (the paper's tables 1 and 2)."""
    target, other, new = signs["target"], signs["non_target"], signs["new_lesion"]
    gone, none = target == Response.CR, target == 0
    missing = (target < 0) | (other < 0) | (new < 0) | ((gone | none) & (other == _NOT_WORSE))
    marks = [
        new == 1, target == Response.PD, other == NonTarget.PD, missing,
        gone & ((other == NonTarget.CR) | (other == NonTarget.NONE)), gone & (other == NonTarget.NON_CR_NON_PD), gone,
        target == Response.PR, target == Response.SD, target == Response.NE, none & (other == NonTarget.CR),
        none & (other == NonTarget.NON_CR_NON_PD), none & (other == NonTarget.NE),
    ]  # fmt: skip
    reason = np.select(marks, range(13), 13).astype(np.int64)
    response = _COMBINED_RESPONSE[reason]
    rows = {"response": names(response, OVERALL), "reason": reason_of(reason, _COMBINED)}
    days, bad = days_of(signs)
    if "patient" not in signs.has or not {"day", "date"} & signs.has:
        return Judged(rows, bad=bad)
    return Judged(rows, patients=_best_of_series(signs, np.where(response < 0, Response.NE, response), days), bad=bad)


def _best_of_series(signs: Signs, response: Codes, days: NDArray[np.float64]) -> dict[str, Any]:
    """Give the best response of every patient and reader; visits in order of their day, else of their number."""
    order = np.where(np.isnan(days), signs["visit_number"] if "visit_number" in signs.columns else np.inf, days)
    if "visit_number" in signs.has:
        order = np.where(np.isnan(signs["visit_number"]), order, signs["visit_number"])
    series = series_of(signs, order)
    codes = series.lay(response, float(Response.NOT_DONE)).astype(np.int64)
    best = _best(codes, series.lay(days, np.nan), signs)
    who = {"patient": series.patient, "reader": written(series.reader)}
    if not days_float(signs):
        return who | _best_columns(best)
    at_once = float(signs.options["minimum_stable_days"]) == 0.0
    never = best if at_once else _best(codes, series.lay(days, np.nan), signs, shortest=np.inf)
    return who | _sure_columns(best, never)


def _responses(signs: Signs) -> Judged:
    """Give the best response from the overall responses of the visits."""
    days, bad = days_of(signs)
    used, response, unknown = overall_responses(signs, _RESPONSES)
    patients = _best_of_series(signs, response, days)
    series = series_of(signs, np.zeros(len(signs)))
    line = series.line
    place = np.where(used, 0, 1)
    why = reason_of(place, ("best response of the patient's visits", UNUSED))
    return Judged(
        {"best_response": patients["best_response"].take(pa.array(line)), "reason": why}, patients=patients,
        main="patients",
        bad=(*bad, *unknown),
    )  # fmt: skip


_NEW: Final = Column("new_lesion", "a new lesion was seen: yes, no", "word",
                     ("new_lesions", "new", "newlesion", "newlesions"), words=_NEW_WORDS)  # fmt: skip
_STATUS: Final = (
    PATIENT, READER, VISIT, DAY, DATE, REFERENCE,
    Column("target", "response of the target lesions; none: the patient has none", "word",
           ("target_response", "target_lesions", "tl", "trgresp"), words=_TARGETS),
    Column("non_target", "response of non-target disease; none: the patient has none", "word",
           ("non_target_response", "nontarget", "non_target_lesions", "ntl", "ntrgresp"), words=_NON_TARGETS),
    _NEW,
)  # fmt: skip
_OVERALL_COLUMNS: Final = (
    PATIENT_NEEDED,
    Column("reader", "who read the scan", "text", ("RSEVALID", "evaluator", "RSEVAL"), required=False),
    VISIT, DAY, DATE, REFERENCE,
    TEST,
    Column("response", "overall response at the visit", "text",
           ("overall_response", "RSSTRESC", "RSORRES", "AVALC", "overall", "ovr", "resp", "recist_response",
            "visit_response", "timepoint_response", "recist"), words=_RESPONSES),
)  # fmt: skip

_OPTIONS: Final = (
    Option("confirm_days", 28.0, "earliest confirmation of a response in days; 0 asks for none", low=0, high=365),
    Option("minimum_stable_days", 42.0, "shortest time from the baseline at which stable disease counts", low=0,
    high=365),
    Option("not_evaluable_allowed", 0.0, "NE visits allowed between response and confirmation", low=0, high=9),
    Option("stable_allowed", False, "one SD may stand between a PR and its confirmation"),
    Option("until", "progression", "visits that count: up to the first progression, or all", ("progression", "end")),
    Option("partial_kept", "confirmed", "a confirmed PR stays PR until progression", ("confirmed", "never", "always")),
    DATES,
)  # fmt: skip

RULES: Final = (
    Rule("recist", "Response of solid tumours, RECIST 1.1", "1.1", "Eisenhauer et al. 2009, 10.1016/j.ejca.2008.10.026",
         "rules/recist", "response",
         (Layout("SDTM TR and TU", "one measurement of a lesion (TR), with TU given beside", SDTM_COLUMNS, _lesions,
                 unique=("patient", "TREVAL", "TREVALID", "visit_number", "lesion", "TRTESTCD"), choose=("location",
                 "nodal")),
          Layout("lesion rows", "one lesion at one visit; the first visit is the baseline", PLAIN_COLUMNS, _lesions,
                 unique=("patient", "reader", "visit_number", "day", "date", "lesion"), choose=("location", "nodal")),
          Layout("visit rows", "target, non-target and new lesions at one visit", _STATUS, _combined,
                 unique=("patient", "reader", "visit_number", "day", "date")),
          Layout("visit responses", "the overall response at one visit", _OVERALL_COLUMNS, _responses,
                 choose=("day", "date"), unique=("patient", "reader", "test", "visit_number", "day", "date"),
                 answer="best_response")),
         _OPTIONS, join_tumour),
    immune.RULE,
)  # fmt: skip

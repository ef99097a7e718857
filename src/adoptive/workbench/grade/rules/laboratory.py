"""Laboratory values by CTCAE: rows of terms or of test codes, each with its unit and limits."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from adoptive.outcome.laboratory.grading import MISSING
from adoptive.outcome.laboratory.rows import NOT_A_TERM, grade_laboratory_rows
from adoptive.outcome.types import Graded
from adoptive.workbench.grade.rules.answers import because, grades, reason_of
from adoptive.workbench.grade.rules.common import DAY, PATIENT
from adoptive.workbench.grade.rules.draws import with_unit
from adoptive.workbench.grade.rules.visits import Bad
from adoptive.workbench.grade.types import Column, Judged, Layout, Option, Rule, Signs

__all__ = ["RULES"]

VERSIONS: Final = ("5.0", "6.0", "4.03")

_STATES: Final = {
    "normal": 0, "n": 0, "no": 0, "0": 0, "false": 0, "high": 1, "h": 1, "hh": 1, "high high": 1, "low": 2, "l": 2,
    "ll": 2, "low low": 2, "abnormal": 3, "a": 3, "yes": 3, "y": 3, "1": 3, "true": 3,
}  # fmt: skip
_STATE_WORDS: Final = np.array(["normal", "high", "low", "abnormal", ""])
_WAYS: Final = {"low": 0, "l": 0, "high": 1, "h": 1, "hypo": 0, "hyper": 1, "decreased": 0, "increased": 1}
_WAY_WORDS: Final = np.array(["low", "high", ""])


def _limit(name: str, meaning: str, *aliases: str) -> Column:
    return Column(name, meaning, aliases=aliases, low=-1e9, high=1e12, required=False)


_VALUES: Final = (
    Column("value", "measured value", aliases=("AVAL", "LBSTRESN", "LBORRES", "result", "lab_value", "measurement",
           "measured_value", "test_value"), low=-1e6, high=1e12),
    Column("unit", "unit of value, limits and baseline; empty where the term needs none", "text",
           ("AVALU", "LBSTRESU", "LBORRESU", "units", "UNIT_CHECK")),
    _limit("lower_limit", "lower limit of normal", "ANRLO", "LBSTNRLO", "LBORNRLO", "LLN", "normal_low",
           "lower_normal", "lower", "lower_limit_of_normal", "range_low", "ref_low", "reference_low"),
    _limit("upper_limit", "upper limit of normal", "ANRHI", "LBSTNRHI", "LBORNRHI", "ULN", "normal_high",
           "upper_normal", "upper", "upper_limit_of_normal", "range_high", "ref_high", "reference_high"),
    _limit("baseline", "value before treatment", "BASE", "baseline_value", "bl", "value_at_baseline"),
    Column("percent_change", "change from the baseline in per cent; gives the baseline where it is missing",
           aliases=("PCHG", "pct_change", "percent_change_from_baseline"), low=-100.0, high=1e9, required=False),
    Column("baseline_abnormal", "normal, high, low, abnormal", "word",
           ("BNRIND", "baseline_state", "baseline_indicator", "baseline_normal_range"), words=_STATES, required=False),
)  # fmt: skip
_WHO: Final = (PATIENT, DAY)

_TERMS: Final = (
    *_WHO, Column("term", "CTCAE term", "text", ("ATOXDSC", "ctcae_term", "ATOXDSCL", "ATOXDSCH", "AEDECOD",
    "toxicity"),
                  key=True), *_VALUES,
    Column("direction", "low, high; only for a term that could be either", "word", ("way",), words=_WAYS,
    required=False),
)  # fmt: skip
_TESTS: Final = (
    *_WHO, Column("term", "code of the test (ALT, HGB, K ...): graded for low and for high values", "text",
                  ("PARAMCD", "LBTESTCD", "test_code", "test", "testcd", "analyte", "parameter", "lab_test",
                   "test_name", "laboratory_test", "lab", "lbtest", "param"), key=True),
    *_VALUES,
    Column("direction", "low, high; empty: both", "word", ("way",), words=_WAYS, required=False),
)  # fmt: skip
_PAIR: Final = (
    *_WHO, Column("term_low", "CTCAE term for low values, or empty", "text", ("ATOXDSCL",), may_be_empty=True),
    Column("term_high", "CTCAE term for high values, or empty", "text", ("ATOXDSCH",), may_be_empty=True), *_VALUES,
)  # fmt: skip


def _grade(signs: Signs, term: NDArray[Any], direction: Any) -> Graded:
    state = _STATE_WORDS[np.where(signs["baseline_abnormal"] < 0, 4, signs["baseline_abnormal"])]
    return grade_laboratory_rows(
        term, signs["value"], signs["unit"], signs["lower_limit"], signs["upper_limit"], signs["baseline"],
        baseline_abnormal=state if "baseline_abnormal" in signs.has else None, direction=direction,
        percent_change=signs["percent_change"], version=str(signs.options["version"]),
        unknown_baseline=str(signs.options["unknown_baseline"]),  # type: ignore[arg-type]
    )  # fmt: skip


def _directions(signs: Signs) -> NDArray[np.str_]:
    return _WAY_WORDS[np.where(signs["direction"] < 0, 2, signs["direction"])]


def _terms(signs: Signs) -> Judged:
    graded = _grade(signs, signs["term"], _directions(signs))
    rows = {"grade": grades(graded.grade), "reason": because(graded)}
    bad = (*_unknown(signs, "term", graded), *_refused(signs, graded))
    return Judged(rows, patients=_worst(signs, signs.patient, signs["term"], graded.grade), bad=bad)


def _tests(signs: Signs) -> Judged:
    way = _directions(signs)
    graded = _grade(signs, signs["term"], way)
    low, high = _grade(signs, signs["term"], "low"), _grade(signs, signs["term"], "high")
    rows = {
        "grade": grades(graded.grade), "grade_low": grades(np.where(way == "high", -1, low.grade)),
        "grade_high": grades(np.where(way == "low", -1, high.grade)), "reason": because(graded),
    }  # fmt: skip
    worst = _worst(signs, signs.patient, signs["term"], graded.grade)
    return Judged(rows, patients=worst, bad=_refused(signs, graded))


def _pair(signs: Signs) -> Judged:
    low, high = _grade(signs, signs["term_low"], "low"), _grade(signs, signs["term_high"], "high")
    grade = np.maximum(low.grade, high.grade)
    open_ = ((signs["term_low"] != "") & (low.grade < 0)) | ((signs["term_high"] != "") & (high.grade < 0))
    grade = np.where(open_ & (grade <= 0), -1, grade)
    of_low = np.where(grade < 0, low.grade < 0, low.grade >= high.grade) & (signs["term_low"] != "")
    place = np.where(of_low, low.reason, high.reason + len(low.reasons))
    rows = {
        "grade": grades(grade), "grade_low": grades(low.grade), "grade_high": grades(high.grade),
        "reason": reason_of(place, (*low.reasons, *high.reasons)),
    }  # fmt: skip
    named = np.flatnonzero(np.r_[signs["term_low"] != "", signs["term_high"] != ""])
    worst = _worst(
        signs, np.r_[signs.patient, signs.patient][named], np.r_[signs["term_low"], signs["term_high"]][named],
        np.r_[low.grade, high.grade][named],
    )  # fmt: skip
    bad = [row for name, graded in (("term_low", low), ("term_high", high)) for row in
           (*_unknown(signs, name, graded), *_refused(signs, graded, signs[name] != ""))]  # fmt: skip
    return Judged(rows, patients=worst, bad=tuple(dict.fromkeys(bad)))


def _where(graded: Graded, reason: str) -> NDArray[np.bool_]:
    """Mark rows of a reason."""
    places = [at for at, text in enumerate(graded.reasons) if text == reason]
    return np.isin(graded.reason, places)


def _unknown(signs: Signs, name: str, graded: Graded) -> Bad:
    """List rows whose term is no laboratory term; an empty one is none."""
    wrong = np.flatnonzero(_where(graded, NOT_A_TERM) & (signs[name] != ""))
    problem = f"not a laboratory term of CTCAE {signs.options['version']}"
    return tuple((int(at), name, str(signs[name][at]), problem) for at in wrong)


def _refused(signs: Signs, graded: Graded, asked: NDArray[np.bool_] | None = None) -> Bad:
    """List rows whose unit is missing or does not fit the test, or whose value is not possible."""
    of_row = np.ones(len(signs), np.bool_) if asked is None else asked
    unit = np.flatnonzero(_where(graded, MISSING["unit"]) & of_row)
    value = np.flatnonzero(_where(graded, MISSING["value"]) & of_row & ~np.isnan(signs["value"]))
    return (
        *((int(at), "unit", str(signs["unit"][at]), MISSING["unit"]) for at in unit),
        *((int(at), "value", f"{signs['value'][at]:g}", "not a possible value; allowed: 0 or more") for at in value),
    )


def _worst(
    signs: Signs, patient: NDArray[np.int64], term: NDArray[Any], grade: NDArray[np.int64]
) -> dict[str, Any] | None:
    """Give the worst grade of every patient and term."""
    if "patient" not in signs.has:
        return None
    terms = pa.array(term, pa.string()).dictionary_encode()
    which = np.asarray(terms.indices.to_numpy(zero_copy_only=False), np.int64)
    keys, code = np.unique(patient * max(len(terms.dictionary), 1) + which, return_inverse=True)
    worst, seen, open_ = np.full(len(keys), -1), np.zeros(len(keys), np.int64), np.zeros(len(keys), np.int64)
    np.maximum.at(worst, code, grade)
    np.add.at(seen, code, 1)
    np.add.at(open_, code, grade < 0)
    said = (
        "worst of the graded rows",
        "worst of the graded rows; others could not be graded",
        "no row could be graded",
    )
    return {
        "patient": keys // max(len(terms.dictionary), 1),
        "term": terms.dictionary.take(pa.array(keys % max(len(terms.dictionary), 1))), "worst_grade": grades(worst),
        "rows": grades(seen), "not_graded": grades(open_),
        "reason": reason_of(np.where(worst < 0, 2, np.where(open_ > 0, 1, 0)), said),
    }  # fmt: skip


RULES: Final = (
    Rule("ctcae", "Laboratory values by CTCAE", "5.0",
         "Common Terminology Criteria for Adverse Events, National Cancer Institute (5.0: 2017)", "rules/ctcae",
         "grade",
         (Layout("low and high term", "one value with a term for low and one for high values (ADaM ADLB)", _PAIR,
         _pair),
          Layout("terms", "one value with its CTCAE term", _TERMS, _terms),
          Layout("tests", "one value with the code of its test (SDTM LB, ADaM ADLB)", _TESTS, _tests)),
         (Option("version", "5.0", "CTCAE version", VERSIONS),
          Option("unknown_baseline", "normal", "a baseline of which nothing is known", ("normal", "ungraded"))),
         with_unit),
)  # fmt: skip

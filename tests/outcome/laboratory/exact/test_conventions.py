"""What is missing, what is impossible, what is worst: the conventions, row by row."""

from __future__ import annotations

import numpy as np
import pytest

from adoptive.errors import ParameterError, StudyError
from adoptive.outcome.laboratory.calcium import corrected_calcium_mmol_l
from adoptive.outcome.laboratory.criteria import read_clauses
from adoptive.outcome.laboratory.grading import grade_laboratory
from adoptive.outcome.laboratory.rows import grade_laboratory_rows
from adoptive.outcome.laboratory.worst import worst_grade, worst_grade_rows

ALT = "Alanine aminotransferase increased"


def test_a_missing_limit_leaves_open_what_an_absolute_limit_does_not_decide() -> None:
    graded = grade_laboratory([79, 99, 100, 140, np.nan], term="Anemia", unit="g/L")
    assert graded.grade.tolist() == [3, 2, -1, -1, -1]
    assert graded.because.tolist()[2:] == [
        "the lower limit of normal is missing: not graded",
        "the lower limit of normal is missing: not graded",
        "the value is missing or not possible: not graded",
    ]


@pytest.mark.parametrize("value", [-1.0, np.inf, -np.inf, np.nan])
def test_values_that_cannot_be_are_not_graded(value: float) -> None:
    for term, unit in [("Anemia", "g/L"), ("Hyperkalemia", "mmol/L"), (ALT, "U/L")]:
        graded = grade_laboratory(value, term=term, unit=unit, lower_limit=3.0, upper_limit=5.0, baseline=4.0)
        assert graded.grade == -1


@pytest.mark.parametrize("limit", [0.0, -40.0, np.inf, np.nan])
def test_a_limit_of_normal_that_cannot_be_is_missing(limit: float) -> None:
    graded = grade_laboratory(100.0, term=ALT, unit="U/L", upper_limit=limit, baseline=20.0)
    assert graded.grade == -1
    assert graded.because == "the upper limit of normal is missing: not graded"


def test_baseline_decides_which_limits_hold() -> None:
    values = [41, 59, 60, 121, 180, 181, 201]
    normal = grade_laboratory(values, term=ALT, unit="U/L", upper_limit=40.0, baseline=40.0)
    assert normal.grade.tolist() == [1, 1, 1, 2, 2, 2, 3]
    high = grade_laboratory(values, term=ALT, unit="U/L", upper_limit=39.9, baseline=40.0)
    assert high.grade.tolist() == [0, 0, 1, 2, 2, 2, 3]
    told = grade_laboratory(values, term=ALT, unit="U/L", upper_limit=40.0, baseline=40.0, baseline_abnormal=True)
    assert told.grade.tolist() == high.grade.tolist()
    low = grade_laboratory(values, term=ALT, unit="U/L", upper_limit=40.0, baseline=5.0, baseline_abnormal="LOW")
    assert low.grade.tolist() == normal.grade.tolist()


def test_an_unknown_baseline_is_taken_for_normal_and_said_or_left_ungraded() -> None:
    trusting = grade_laboratory([41.0, 40.0], term=ALT, unit="U/L", upper_limit=40.0)
    assert trusting.grade.tolist() == [1, 0]
    assert trusting.because[0] == "ALT above ULN, baseline not known and taken for normal: grade 1"
    strict = grade_laboratory([41.0], term=ALT, unit="U/L", upper_limit=40.0, unknown_baseline="ungraded")
    assert strict.grade.tolist() == [-1]
    known = grade_laboratory([41.0], term=ALT, unit="U/L", upper_limit=40.0, baseline=30.0, unknown_baseline="ungraded")
    assert known.grade.tolist() == [1]


def test_a_baseline_called_high_without_its_value_is_not_graded() -> None:
    graded = grade_laboratory([41.0], term=ALT, unit="U/L", upper_limit=40.0, baseline_abnormal="HIGH")
    assert graded.grade.tolist() == [-1]
    assert graded.because[0] == "the baseline is missing: not graded"


@pytest.mark.parametrize(
    ("given", "grade"),
    [(True, 0), (1, 0), ("HIGH", 0), ("HIGH HIGH", 0), ("h", 0), ("abnormal", 0), (False, 1), (0, 1), ("NORMAL", 1),
     ("low", 1), ("", 0), (-1, 0), (None, 0), (np.nan, 0)],
)  # fmt: skip
def test_ways_to_say_that_the_baseline_was_abnormal(given: object, grade: int) -> None:
    # missing words fall back to the numbers: the baseline of 50 is above 40
    graded = grade_laboratory(60.0, term=ALT, unit="U/L", upper_limit=40.0, baseline=50.0, baseline_abnormal=given)
    assert graded.grade == grade


def test_grade_0_of_creatinine_needs_the_baseline() -> None:
    limits = {"term": "Creatinine increased", "unit": "umol/L", "upper_limit": 100.0}
    assert grade_laboratory([90.0, 90.0], **limits, baseline=[80.0, 50.0]).grade.tolist() == [0, 2]
    assert grade_laboratory([90.0, 160.0, 601.0], **limits).grade.tolist() == [-1, 2, 4]


def test_three_times_a_tenth_is_three_tenths() -> None:
    graded = grade_laboratory(3 * 0.1, term="Creatinine increased", unit="mg/dL", upper_limit=0.2, baseline=0.15)
    assert 3 * 0.1 > 0.3
    assert graded.grade == 2  # 2 x baseline; exactly 1.5 x ULN alone would be grade 1
    assert grade_laboratory(3 * 0.1, term="Lipase increased", unit="", upper_limit=0.2).grade == 1
    assert grade_laboratory(1.1 * 3.0, term=ALT, unit="", upper_limit=1.1, baseline=1.0).grade == 1


def test_worse_case_where_symptoms_are_not_known() -> None:
    assert grade_laboratory(5.1, term="Lipase increased", unit="U/L", upper_limit=1.0).grade == 4
    assert grade_laboratory(2.1, term="Serum amylase increased", unit="U/L", upper_limit=1.0).grade == 3
    assert grade_laboratory(401.0, term="Hyperuricemia", unit="umol/L", upper_limit=400.0).grade == 3
    assert grade_laboratory(3.4, term="Hypokalemia", unit="mmol/L", lower_limit=3.5).grade == 2
    assert grade_laboratory([129.0, 129.5], term="Hyponatremia", unit="mmol/L", lower_limit=135).grade.tolist() == [
        3,
        1,
    ]


def test_a_test_code_is_graded_in_both_directions() -> None:
    limits = {"lower_limit": 3.5, "upper_limit": 5.0}
    both = grade_laboratory([2.4, 4.0, 5.6, np.nan], term="K", unit="mmol/L", **limits)
    assert both.grade.tolist() == [4, 0, 2, -1]
    assert both.because[0] == "potassium below 2.5 mmol/L: grade 4"
    high = grade_laboratory([2.4, 4.0, 5.6], term="K", unit="mmol/L", direction="high", **limits)
    assert high.grade.tolist() == [0, 0, 2]
    half = grade_laboratory([2.4, 4.0, 5.6], term="K", unit="mmol/L", lower_limit=3.5)
    assert half.grade.tolist() == [4, -1, 2]  # 4.0 could be above a limit that is not known
    with pytest.raises(StudyError, match="unknown direction; value: sideways"):
        grade_laboratory(1.0, term="K", unit="mmol/L", direction="sideways")
    with pytest.raises(StudyError, match="not a laboratory term"):
        grade_laboratory(1.0, term="ALT", unit="U/L", direction="low")


def test_a_change_in_per_cent_stands_for_a_missing_baseline() -> None:
    values, change = [1.5, 1.0, 0.6, 1.5], [-25.0, -50.0, -75.0, -24.0]
    limits = {"term": "Fibrinogen decreased", "unit": "g/L", "lower_limit": 1.6}
    assert grade_laboratory(values, **limits, percent_change=change).grade.tolist() == [2, 3, 4, 1]
    # the baseline itself comes first
    assert grade_laboratory(values, **limits, baseline=1.5, percent_change=change).grade.tolist() == [1, 2, 3, 1]
    rows = grade_laboratory_rows(["FIBRINO"] * 4, values, "g/L", 1.6, percent_change=change)
    assert rows.grade.tolist() == [2, 3, 4, 1]
    assert grade_laboratory(0.0, **limits, percent_change=-100.0).grade == 4


def test_tests_are_known_by_name_too() -> None:
    graded = grade_laboratory_rows(
        ["Potassium", "Hemoglobin", "platelets"], [2.4, 79.0, 49.0], ["mmol/L", "g/L", "G/L"]
    )
    assert graded.grade.tolist() == [4, 3, 3]


def test_a_direction_without_a_term_is_said() -> None:
    graded = grade_laboratory_rows(["ALT", "ALT", "Gout"], 50.0 * np.ones(3), "", 5.0, 40.0, 30.0, direction="low")
    assert graded.grade.tolist() == [-1, -1, -1]
    assert graded.because[0] == "no CTCAE term of this test in this direction: not graded"
    assert graded.because[2].startswith("not a laboratory term")


def test_misuse_is_said() -> None:
    with pytest.raises(StudyError, match=r"not a laboratory term of CTCAE 5\.0; value: Gout; allowed: Anemia"):
        grade_laboratory(1.0, term="Gout", unit="g/L")
    with pytest.raises(StudyError, match=r"unknown CTCAE version; value: 7; allowed: 4\.03, 5\.0, 6\.0"):
        grade_laboratory(1.0, term="Anemia", unit="g/L", version="7")
    with pytest.raises(StudyError, match="value: guess; allowed: normal, ungraded"):
        grade_laboratory(1.0, term="Anemia", unit="g/L", unknown_baseline="guess")  # type: ignore[arg-type]
    with pytest.raises(ParameterError, match="criterion not understood"):
        read_clauses("more than 3 x ULN")


def test_rows_of_mixed_terms() -> None:
    graded = grade_laboratory_rows(
        ["Anaemia", "alt", "K", "Gout", "", "PLAT", "Anemia"],
        [79.0, 201.0, 2.4, 1.0, 1.0, 24.0, 140.0],
        ["g/L", "U/L", "mmol/L", "g/L", "g/L", "10^9/L", None],
        [120.0, np.nan, 3.5, 1.0, 1.0, 150.0, 120.0],
        [160.0, 40.0, 5.0, 2.0, 2.0, 400.0, 160.0],
        [130.0, 30.0, 4.0, 1.0, 1.0, 200.0, 130.0],
        direction=["", "H", "low", "", "", "", "L"],
    )
    assert graded.grade.tolist() == [3, 3, 4, -1, -1, 4, -1]
    assert graded.because[3] == "not a laboratory term of this CTCAE version: not graded"
    assert "unit" in graded.because[6]
    assert grade_laboratory_rows([], [], []).grade.shape == (0,)
    with pytest.raises(StudyError, match="unit: columns differ in length; value: 1 rows; allowed: 2, as term has"):
        grade_laboratory_rows(["K", "K"], [4.0, 4.0], ["mmol/L"])
    with pytest.raises(StudyError, match="value: columns differ in length"):
        grade_laboratory_rows(["K", "K"], [4.0], "mmol/L")


def test_worst_grade_in_a_window_and_against_baseline() -> None:
    grade = [[4, 1, 2, 0], [1, -1, -1, 3], [-1, -1, -1, -1]]
    day = [-1.0, 1.0, 8.0, 40.0]
    assert worst_grade(grade, day).tolist() == [4, 3, -1]
    assert worst_grade(grade, day, first_day=0, last_day=28).tolist() == [2, -1, -1]
    assert worst_grade(grade, day, first_day=[0, 0, 0], last_day=[1, 40, 40]).tolist() == [1, 3, -1]
    assert worst_grade(grade, day, first_day=0, baseline_grade=[2, 2, 0]).tolist() == [0, 3, -1]
    assert worst_grade(grade, day, first_day=0, baseline_grade=-1).tolist() == [-1, -1, -1]
    assert worst_grade([[0, 0]], [0, 1], baseline_grade=-1).tolist() == [0]


def test_worst_grade_of_rows() -> None:
    rows = {
        "patient": ["b", "a", "a", "a", "b", "b", "c"],
        "term": ["Anemia", "Anemia", "Anemia", "Hyperkalemia", "Anemia", "Anemia", "Anemia"],
        "day": [-3.0, 2.0, -1.0, 5.0, 9.0, -1.0, 400.0],
    }
    grade = [1, 3, 0, 2, 2, 2, 4]
    worst = worst_grade_rows(grade, **rows, first_day=0.0, last_day=28.0)
    assert worst.patient.tolist() == ["a", "a", "b", "c"]
    assert worst.term.tolist() == ["Anemia", "Hyperkalemia", "Anemia", "Anemia"]
    assert worst.grade.tolist() == [3, 2, 2, -1]
    adjusted = worst_grade_rows(grade, **rows, first_day=0.0, last_day=28.0, baseline_adjusted=True)
    assert adjusted.grade.tolist() == [3, -1, 0, -1]  # b had grade 2 on day -1; nothing is known of a's potassium
    empty = worst_grade_rows([], patient=[], term=[], day=[])
    assert empty.grade.shape == (0,)


def test_worst_grade_of_rows_is_that_of_the_rectangle() -> None:
    rng = np.random.default_rng(3)
    grade, day = rng.integers(-1, 5, (30, 12)), np.linspace(-5, 40, 12)
    patient = np.repeat(np.arange(30), 12)
    rows = worst_grade_rows(
        grade.ravel(), patient=patient, term=["x"] * 360, day=np.tile(day, 30), first_day=0, last_day=28
    )
    assert rows.patient.tolist() == list(range(30))
    assert rows.grade.tolist() == worst_grade(grade, day, first_day=0, last_day=28).tolist()


def test_corrected_calcium() -> None:
    assert corrected_calcium_mmol_l([2.0, 2.0, np.nan], [40.0, 20.0, 40.0]).tolist()[:2] == pytest.approx([2.0, 2.4])
    assert np.isnan(corrected_calcium_mmol_l(2.0, np.nan))


def test_a_worse_grade_by_an_unknown_baseline_leaves_no_grade_where_that_is_asked() -> None:
    values = [90.0, 101.0, 160.0, 301.0, 601.0]
    graded = {
        how: grade_laboratory(
            values,
            term="Creatinine increased",
            unit="umol/L",
            lower_limit=40.0,
            upper_limit=100.0,
            unknown_baseline=how,
        ).grade.tolist()
        for how in ("normal", "ungraded")
    }
    assert graded["normal"][1:] == [1, 2, 3, 4]
    assert graded["ungraded"] == [-1, -1, -1, 3, 4]
    fibrinogen = grade_laboratory(
        [0.4, 0.9, 1.6], term="Fibrinogen decreased", unit="g/L", lower_limit=2.0, unknown_baseline="ungraded"
    )
    assert fibrinogen.grade.tolist() == [4, -1, -1]

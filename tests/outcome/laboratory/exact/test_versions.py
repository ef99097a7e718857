"""What versions 4.03 and 6.0 grade otherwise than 5.0: the limits as printed, on them and beyond them."""

from __future__ import annotations

import numpy as np
import pytest

from adoptive.errors import StudyError
from adoptive.outcome.laboratory.grading import grade_laboratory
from adoptive.outcome.laboratory.terms import all_terms, find_term, terms_of

BEYOND = 1e-6

# term, unit, version, baseline state, {grade: limit that is passed}; limits of normal are 40 (upper) and 30 (lower),
# the baseline is 50.
PRINTED: list[tuple[str, str, str, str, dict[int, float]]] = [
    ("Neutrophil count decreased", "10^9/L", "6.0", "", {1: 1.5, 2: 1.0, 3: 0.5, 4: 0.1}),
    ("Thrombocytopenia", "10^9/L", "6.0", "", {2: 75, 3: 50, 4: 10}),
    ("Alanine aminotransferase increased", "U/L", "4.03", "high", {1: 40, 2: 120, 3: 200, 4: 800}),
    ("Alanine aminotransferase increased", "U/L", "6.0", "normal", {1: 40, 2: 120, 3: 200, 4: 800}),
    ("Alanine aminotransferase increased", "U/L", "6.0", "low", {1: 40, 2: 120, 3: 200, 4: 800}),
    ("Alanine aminotransferase increased", "U/L", "6.0", "high", {2: 75, 3: 100, 4: 200}),
    ("Aspartate aminotransferase increased", "U/L", "6.0", "high", {2: 75, 3: 100, 4: 200}),
    ("GGT increased", "U/L", "6.0", "high", {2: 75, 3: 150, 4: 500}),
    ("GGT increased", "U/L", "4.03", "high", {1: 40, 2: 100, 3: 200, 4: 800}),
    ("Alkaline phosphatase increased", "U/L", "4.03", "high", {1: 40, 2: 100, 3: 200, 4: 800}),
    ("Blood bilirubin increased", "umol/L", "6.0", "high", {2: 75, 3: 125, 4: 500}),
    ("Blood bilirubin increased", "mg/dL", "6.0", "normal", {1: 40, 2: 60, 3: 120, 4: 400}),
    ("Creatinine increased", "umol/L", "6.0", "low", {1: 40, 2: 75, 3: 150, 4: 240}),
    ("Creatinine increased", "umol/L", "6.0", "normal", {1: 40, 2: 60, 3: 120, 4: 240}),
    ("Lipase increased", "U/L", "6.0", "", {1: 40, 2: 60, 3: 120, 4: 200}),
    ("Lipase increased", "U/L", "4.03", "", {1: 40, 2: 60, 3: 80, 4: 200}),
    ("LDL increased", "mmol/L", "6.0", "", {1: 40}),
    ("HDL decreased", "mmol/L", "6.0", "", {1: 30}),
    ("Hyponatremia", "mmol/L", "6.0", "", {3: 130, 4: 120}),
    ("Hyponatremia", "mmol/L", "4.03", "", {3: 130, 4: 120}),
    ("Hyperglycemia", "mmol/L", "6.0", "", {3: 13.9, 4: 27.8}),
    ("Hyperglycemia", "mg/dL", "4.03", "", {3: 250, 4: 500}),
    ("Hyperglycemia (fasting)", "mmol/L", "4.03", "", {2: 8.9, 3: 13.9, 4: 27.8}),
    ("Hypophosphatemia", "mmol/L", "4.03", "", {2: 0.8, 3: 0.6, 4: 0.3}),
    ("Hypophosphatemia", "mg/dL", "4.03", "", {2: 2.5, 3: 2.0, 4: 1.0}),
    ("Hyperuricemia", "umol/L", "4.03", "", {3: 40, 4: 590}),
    ("Hyperuricemia", "mg/dL", "4.03", "", {4: 10}),
    ("INR increased", "", "4.03", "", {1: 40, 2: 60, 3: 100}),
]


@pytest.mark.parametrize(("term", "unit", "version", "state", "limits"), PRINTED)
def test_limits_of_other_versions(term: str, unit: str, version: str, state: str, limits: dict[int, float]) -> None:
    found = find_term(term, version=version)
    assert found is not None
    way = 1 if found.direction == "high" else -1
    edges = np.array(sorted(limits.values(), reverse=way < 0), float)
    grades = [grade for grade, _ in sorted(limits.items(), key=lambda pair: way * pair[1])]
    reference = {"baseline": 50.0, "baseline_abnormal": state} if state else {"baseline": 1e9 if way > 0 else 1e-9}
    lower = 30.0 if term.startswith("HDL") else np.nan
    upper = np.nan if term in ("Hyperuricemia",) and unit == "mg/dL" else 40.0
    if unit in ("mmol/L", "mg/dL") and term.startswith("Hyperglycemia"):
        upper = np.nan
    beyond = grade_laboratory(
        edges * (1 + way * BEYOND), term=term, unit=unit, version=version, lower_limit=lower, upper_limit=upper,
        **reference,
    )  # fmt: skip
    on = grade_laboratory(
        edges, term=term, unit=unit, version=version, lower_limit=lower, upper_limit=upper, **reference
    )
    assert beyond.grade.tolist() == grades
    assert on.grade[1:].tolist() == grades[:-1]
    assert on.grade[0] < grades[0]


def test_high_baseline_of_version_6_is_grade_1_from_the_baseline_on() -> None:
    for name in ("Alanine aminotransferase increased", "GGT increased", "Blood bilirubin increased"):
        graded = grade_laboratory(
            [49.9, 50.0], term=name, unit="", upper_limit=40.0, baseline=50.0, baseline_abnormal="high", version="6.0"
        )
        assert graded.grade.tolist() == [0, 1]


def test_alkaline_phosphatase_of_version_6_needs_both_limits_passed() -> None:
    value, upper, base = [41, 41, 41, 40, 41, 40], [40, 40, 41, 40, np.nan, np.nan], [40, 41, 40, np.nan, 40, 40]
    name = "Alkaline phosphatase increased"
    graded = grade_laboratory(value, term=name, unit="U/L", upper_limit=upper, baseline=base, version="6.0")
    assert graded.grade.tolist() == [1, 0, 0, 0, -1, 0]


def test_creatinine_clearance_is_graded_between_10_and_49() -> None:
    values = [60, 49.5, 49, 26, 25, 10, 9.9]
    graded = grade_laboratory(values, term="Creatinine clearance decreased", unit="mL/min", version="6.0")
    assert graded.grade.tolist() == [0, 0, 2, 2, 3, 3, -1]
    assert "no grade" in graded.because[-1]


def test_haemoglobin_of_version_4_rises_above_a_high_baseline() -> None:
    values = [171, 190, 191, 211, 231]
    for base, expected in [(160.0, [1, 1, 2, 3, 3]), (190.0, [0, 0, 1, 2, 3]), (np.nan, [1, 1, 2, 3, 3])]:
        graded = grade_laboratory(
            values, term="haemoglobin increased", unit="g/L", upper_limit=170.0, baseline=base, version="4.03"
        )
        assert graded.grade.tolist() == expected


def test_terms_come_and_go_with_the_version() -> None:
    names = {version: {term.name for term in all_terms(version)} for version in ("4.03", "5.0", "6.0")}
    assert {version: len(found) for version, found in names.items()} == {"4.03": 42, "5.0": 40, "6.0": 43}
    assert names["5.0"] - names["4.03"] == {"Blood lactate dehydrogenase increased"}
    assert names["4.03"] - names["5.0"] == {"Hyperglycemia", "Hyperglycemia (Fasting)", "Hypophosphatemia"}
    assert names["5.0"] - names["6.0"] == {"Platelet count decreased", "Lymphocyte count decreased", "CPK increased"}
    assert terms_of("PLAT", version="6.0").low == "Thrombocytopenia"
    assert terms_of("WBC").high == "Leukocytosis"
    with pytest.raises(StudyError, match=r"5\.0 term for this test; value: XYZ; allowed: ALB, ALC, ALP"):
        terms_of("XYZ")
    with pytest.raises(StudyError, match=r"version; value: 3\.0; allowed: 4\.03, 5\.0, 6\.0"):
        all_terms("3.0")


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ("anaemia", "Anemia"),
        ("HYPERKALAEMIA", "Hyperkalemia"),
        ("Hypocalcaemia (ionised)", "Hypocalcemia (Ionized)"),
        ("leucocytosis", "Leukocytosis"),
        (" Haemoglobin  increased ", "Hemoglobin increased"),
        ("hypertriglyceridaemia", "Hypertriglyceridemia"),
        ("thrombocytopenia", "Platelet count decreased"),
    ],
)
def test_british_names_are_known(mine: str, theirs: str) -> None:
    found = find_term(mine)
    assert found is not None
    assert found.name == theirs

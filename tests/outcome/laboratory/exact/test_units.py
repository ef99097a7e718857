"""Units: harmless spellings are one unit; a missing, wrong or unknown unit gives no grade, never a wrong one."""

from __future__ import annotations

import numpy as np
import pytest

from adoptive.errors import StudyError
from adoptive.outcome.laboratory.grading import grade_laboratory
from adoptive.outcome.laboratory.terms import all_terms
from adoptive.outcome.laboratory.units import convert, unit_of

COUNTS = """10^9/L 1e9/L x10^9/L 10*9/L 10**9/L 10E9/L x10E9/L G/L Gpt/L 10⁹/L ×10⁹/L 10^3/uL 10^3/µL 10³/μL K/uL
            10*3/uL x10E3/UL 10^3/mm3 10^6/mL""".split()


@pytest.mark.parametrize("unit", COUNTS)
def test_spellings_of_10_to_the_9_per_litre(unit: str) -> None:
    graded = grade_laboratory([0.49, 0.5, 1.7, 1.8], term="NEUT", unit=unit, lower_limit=1.8)
    assert graded.grade.tolist() == [4, 3, 1, 0]


@pytest.mark.parametrize("unit", ["/uL", "cells/uL", "1/uL", "/mm3", "/mm^3", "cells/mm3", "10^6/L", "10^3/mL"])
def test_counts_per_microlitre_are_converted(unit: str) -> None:
    graded = grade_laboratory([499, 500, 1700, 1800], term="NEUT", unit=unit, lower_limit=1800)
    assert graded.grade.tolist() == [4, 3, 1, 0]


@pytest.mark.parametrize(
    "unit", ["", None, "10^8/L", "10^9/M", "10^9", "g/L", "mmol/L", "%", "fL", "10^9 per L", "/hpf"]
)
def test_a_count_in_another_unit_is_not_graded(unit: str | None) -> None:
    graded = grade_laboratory([0.1, 5.0], term="Neutrophil count decreased", unit=unit, lower_limit=1.8)
    assert graded.grade.tolist() == [-1, -1]
    assert "unit" in graded.because[0]


@pytest.mark.parametrize(
    ("test", "unit"),
    [
        ("HGB", "g/cL"), ("HGB", "mg/dL"), ("FIBRINO", "g/dL"), ("CHOL", "umol/L"), ("CHOL", "ug/dL"), ("K", "mg/dL"),
        ("SODIUM", "g/L"), ("ALB", "mg/dL"), ("GLUC", "g/dL"), ("CA", "mEq/L"), ("ALT", "10^9/L"), ("ALT", "g/L"),
        ("BILI", "U/L"), ("CREAT", "mL/min"), ("APTT", "g/L"), ("INR", "s"), ("PH", "mmol/L"), ("URATE", "U/L"),
        ("ALT", "furlong"), ("CREAT", "mg/kg"),
    ],
)  # fmt: skip
def test_a_unit_that_does_not_fit_the_test_is_refused(test: str, unit: str) -> None:
    graded = grade_laboratory([1e-3, 1.0, 1e3], term=test, unit=unit, lower_limit=0.5, upper_limit=2.0, baseline=1.0)
    assert set(graded.grade) == {-1}


@pytest.mark.parametrize("unit", ["U/L", "IU/L", "u/l", "ukat/L", "µkat/L", "nkat/L", "", None])
def test_ratios_to_the_limit_of_normal_need_no_unit(unit: str | None) -> None:
    graded = grade_laboratory([40, 41, 200], term="ALT", unit=unit, upper_limit=40.0, baseline=20.0)
    assert graded.grade.tolist() == [0, 1, 2]


@pytest.mark.parametrize(("unit", "factor"), [("mmol/L", 1.0), ("MMOL/L", 1.0), ("mEq/L", 1.0)])
def test_one_valent_salts_in_equivalents(unit: str, factor: float) -> None:
    assert grade_laboratory([6.0, 6.1], term="Hyperkalemia", unit=unit, upper_limit=5.0).grade.tolist() == [2, 3]
    assert grade_laboratory(120.0 * factor, term="Hyponatremia", unit=unit, lower_limit=135.0).grade == 3


def test_magnesium_in_equivalents_is_halved() -> None:
    graded = grade_laboratory([0.59, 0.6, 1.5], term="Hypomagnesemia", unit="mEq/L", lower_limit=1.4)
    assert graded.grade.tolist() == [4, 3, 0]


def test_grams_and_giga_are_told_apart() -> None:
    assert unit_of("g/L", "count") is None
    assert grade_laboratory(79.0, term="Anemia", unit="G/L").grade == 3  # a mass in capitals
    assert grade_laboratory(79.0, term="PLAT", unit="G/L", lower_limit=150.0).grade == 1
    assert grade_laboratory(79.0, term="PLAT", unit="g/L", lower_limit=150.0).grade == -1


def test_conversion_takes_no_grade_across_a_limit() -> None:
    tenths = np.arange(1, 400) / 10.0
    for term in all_terms("5.0"):
        if {rule.unit for rule in term.rules} >= {"g/L", "g/dL"}:
            limits = {"lower_limit": 12.0, "upper_limit": 15.0}
            decilitre = grade_laboratory(tenths, term=term.name, unit="g/dL", **limits).grade
            litre = grade_laboratory(
                tenths * 10.0, term=term.name, unit="g/L", **{name: 10.0 * limit for name, limit in limits.items()}
            ).grade
            assert (decilitre == litre).all()
    counts = np.arange(1, 400) / 10.0
    nine = grade_laboratory(counts, term="PLAT", unit="10^9/L", lower_limit=30.0).grade
    assert (grade_laboratory(counts * 1000.0, term="PLAT", unit="/uL", lower_limit=30_000.0).grade == nine).all()


def test_conversion_by_molar_mass() -> None:
    assert convert(1.0, unit="mg/dL", to="umol/L", analyte="creatinine") == pytest.approx(88.4, abs=0.01)
    assert convert(100.0, unit="mg/dL", to="mmol/L", analyte="glucose") == pytest.approx(5.55, abs=0.01)
    assert convert(8.0, unit="mg/dL", to="umol/L", analyte="uric acid") == pytest.approx(475.9, abs=0.1)
    assert convert(4.0, unit="mg/dL", to="mmol/L", analyte="calcium") == pytest.approx(0.998, abs=0.001)
    assert convert([1.0], unit="mmol/L", to="mg/dL", analyte="bilirubin") == pytest.approx([58.466])
    assert convert(1.0, unit="ukat/L", to="U/L") == pytest.approx(60.0)
    for bad in ({"unit": "mg/dL", "to": "U/L"}, {"unit": "mg/dL", "to": "mmol/L"}, {"unit": "pint", "to": "mmol/L"}):
        with pytest.raises(StudyError):
            convert(1.0, **bad)

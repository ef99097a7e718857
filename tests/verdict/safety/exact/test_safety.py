"""Worst grades, incidence by arm and rates, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from adoptive.tables import TableError
from adoptive.verdict import response, safety

PATIENT = ["01", "01", "02", "03", "03", "09"]
TERM = ["CRS", "CRS", "CRS", "ICANS", "CRS", "CRS"]
GRADE = [1, 3, 2, 4, 0, 5]
DAY = [2.0, 5.0, 40.0, 6.0, 1.0, 1.0]


def test_worst_grade_and_first_day() -> None:
    worst = safety.worst_grades(PATIENT, TERM, GRADE, day=DAY, patients=["01", "02", "03", "04"])
    assert worst.terms == ("CRS", "ICANS")
    assert worst.grades.tolist() == [[3, 0], [2, 0], [0, 4], [0, 0]]
    assert worst.onset.tolist() == [[2, np.inf], [40, np.inf], [np.inf, 6], [np.inf, np.inf]]


def test_only_treatment_emergent_events_count() -> None:
    people, start = ["01", "02", "03"], [3.0, 10.0, np.inf]
    worst = safety.worst_grades(PATIENT, TERM, GRADE, day=DAY, patients=people, start=start, window=(0, 30))
    assert worst.grades.tolist() == [[3, 0], [2, 0], [0, 0]]
    assert worst.onset[0, 0] == 5
    ends = safety.worst_grades(["01"], ["CRS"], [2], day=[30.0], window=(0, 30))
    assert ends.grades.tolist() == [[2]]


def test_not_assessed_is_not_grade_0() -> None:
    worst = safety.grades_of_columns({"crs": [-1, 0, 2, 3], "icans": [-1, -1, 0, 1]}, onset={"crs": [0, 0, 4, 6]})
    found = safety.incidences(worst, ["a", "a", "b", "b"])
    assert found.assessed.tolist() == [[1, 2], [0, 2]]
    assert found.patients.tolist() == [[0, 2], [0, 1]]
    assert (found.lower[1, 0], found.upper[1, 0]) == (0, 1)
    assert worst.onset[:, 0].tolist() == [np.inf, np.inf, 4, 6]
    said = safety.worst_grades(["a", "b", "b"], ["x", "x", "x"], [-1, -1, 1])
    assert said.grades.ravel().tolist() == [-1, 1]


def test_incidence_by_arm() -> None:
    random = np.random.default_rng(2)
    grades, arm = random.integers(0, 6, (60, 3)), random.integers(0, 3, 60)
    worst = safety.grades_of_columns({f"t{k}": grades[:, k] for k in range(3)})
    found = safety.incidences(worst, arm, at_least=3, reference="1")
    arms, counts = safety.grade_table(worst, arm)
    assert arms == found.arms == ("0", "1", "2")
    assert (counts.sum(axis=2) == np.bincount(arm)).all()
    assert (counts[:, :, 3:].sum(axis=2) == found.patients).all()
    whole = np.bincount(arm)
    apart = response.difference(found.patients[:, 2], whole[2], found.patients[:, 1], whole[1])
    assert found.difference[:, 2] == pytest.approx(apart.estimate)
    assert found.difference_upper[:, 2] == pytest.approx(apart.upper)
    assert found.difference[:, 1].tolist() == [0, 0, 0]
    assert found.p_value[:, 1].tolist() == [1, 1, 1]


def test_exposure_ends_at_the_first_event() -> None:
    assert safety.first_occurrence_years([np.inf, 365.25], [730.5, 730.5]).tolist() == [2, 1]
    nothing = safety.exposure_adjusted_rate([0, 0], [0.0, 3.0])
    assert nothing.upper.tolist() == [np.inf, pytest.approx(-np.log(0.025) / 3)]


def test_score_interval_of_a_difference_of_rates() -> None:
    """Its ends solve the score equation, whose restricted rates are found here on a grid."""
    x1, t1, x0, t0 = 7, 20.0, 2, 25.0
    found = safety.rate_difference(x1, t1, x0, t0)
    for end, z in ((float(found.lower), 1.959964), (float(found.upper), -1.959964)):
        rate = np.linspace(max(0, -end) + 1e-9, 2, 400001)
        best = rate[np.argmax(x1 * np.log(rate + end) + x0 * np.log(rate) - (rate + end) * t1 - rate * t0)]
        assert (x1 / t1 - x0 / t0 - end) / np.sqrt((best + end) / t1 + best / t0) == pytest.approx(z, abs=1e-4)
    assert float(found.p_value) < 0.05
    wald = safety.rate_difference(x1, t1, x0, t0, method="wald")
    assert float(wald.upper - wald.estimate) == pytest.approx(1.959964 * np.sqrt(7 / 400 + 2 / 625))
    empty = safety.rate_difference(0, 5.0, 0, 8.0)
    assert float(empty.lower) == pytest.approx(-(1.959963984540054**2) / 8)
    assert float(empty.upper) == pytest.approx(1.959963984540054**2 / 5)


def test_onset_and_length() -> None:
    worst = safety.worst_grades(PATIENT, TERM, GRADE, day=DAY, patients=["01", "02", "03"])
    found = safety.onset_summary(worst)
    assert (found["CRS"].patients, found["CRS"].median, found["ICANS"].median) == (2, 21, 6)


def test_death_competes_with_toxicity() -> None:
    """Of four, one has it on day 2, one dies on day 3, one has it on day 5; the fourth leaves on day 4."""
    (found,) = safety.toxicity_incidence([2.0, np.inf, 5.0, np.inf], [9.0, 3.0, 9.0, 4.0], [1, 1, 0, 0])
    assert found.causes == (1, 2)
    assert found.time.tolist() == [2, 3, 4, 5]
    assert found.incidence[0].tolist() == pytest.approx([0.25, 0.25, 0.25, 0.75])
    assert found.incidence[1].tolist() == pytest.approx([0, 0.25, 0.25, 0.25])


@pytest.mark.parametrize(
    ("change", "words"),
    [({"grade": [6]}, "not a grade"), ({"grade": [1.5]}, "not a grade"), ({"window": (0, 1)}, "day"),
     ({"term": ["a", "b"]}, "length")],
)  # fmt: skip
def test_mistakes_are_said(change: dict[str, object], words: str) -> None:
    given: dict[str, object] = {"patient": ["a"], "term": ["x"], "grade": [1]} | change
    with pytest.raises(TableError, match=words):
        safety.worst_grades(**given)
    with pytest.raises(TableError, match="without exposure"):
        safety.exposure_adjusted_rate(1, 0.0)

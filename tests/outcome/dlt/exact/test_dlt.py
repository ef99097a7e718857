"""Dose-limiting toxicity at its limits: 72 hours, the window, day 28, exemptions, who is assessed."""

from __future__ import annotations

import numpy as np
import pytest

from adoptive.errors import StudyError
from adoptive.outcome import DltRule, ToxicityDays, find_dlt

DAYS = np.arange(0.0, 43.0)
CALM = np.zeros((1, len(DAYS)), int)


def grades(**at: int) -> np.ndarray:
    """Give one patient's daily grades: ``d5=3`` is grade 3 on day 5."""
    found = CALM.copy()
    for day, grade in at.items():
        found[0, int(day[1:])] = grade
    return found


def run(first: int, days: int, grade: int) -> np.ndarray:
    return grades(**{f"d{day}": grade for day in range(first, first + days)})


def limiting(rule: DltRule | None = None, **values: object) -> tuple[int, float]:
    rest: dict[str, object] = {"day": DAYS, "crs": CALM, "icans": CALM}
    found = find_dlt(ToxicityDays(**(rest | values)), rule)  # type: ignore[arg-type]
    return int(found.limiting[0]), float(found.day[0])


@pytest.mark.parametrize("name", ["crs", "icans"])
@pytest.mark.parametrize(
    ("days", "grade", "expected"),
    [
        (1, 4, (1, 5.0)),
        (1, 5, (1, 5.0)),
        (3, 3, (0, np.inf)),  # days 5, 6, 7: down on day 8, within 72 hours
        (4, 3, (1, 8.0)),  # still there 72 hours later
        (30, 2, (0, np.inf)),
    ],
)
def test_crs_and_icans(name: str, days: int, grade: int, expected: tuple[int, float]) -> None:
    assert limiting(**{name: run(5, days, grade)}) == expected


def test_hours_between_records_count() -> None:
    for last, expected in ((7.99, 0), (8.0, 1)):
        day = [0.0, 5.0, last, 40.0]
        found = find_dlt(ToxicityDays(day, [[0, 3, 3, 0]], [[0, 0, 0, 0]]))
        assert found.limiting.tolist() == [expected]


def test_a_day_of_grade_2_ends_it_and_a_day_without_a_grade_does_not() -> None:
    assert limiting(crs=grades(d5=3, d6=3, d7=2, d8=3, d9=3)) == (0, np.inf)
    assert limiting(crs=grades(d5=3, d6=-1, d7=-1, d8=3)) == (1, 8.0)


def test_what_begins_after_the_window_does_not_count() -> None:
    assert limiting(crs=run(28, 1, 4)) == (1, 28.0)
    assert limiting(crs=run(29, 1, 4)) == (0, np.inf)
    assert limiting(crs=run(28, 4, 3)) == (1, 31.0)
    assert limiting(crs=run(29, 9, 3)) == (0, np.inf)
    assert limiting(DltRule(window_days=42.0), crs=run(29, 9, 3)) == (1, 32.0)


def test_other_toxicities_count_by_name() -> None:
    assert limiting(other={"lung": run(3, 4, 3)}) == (1, 6.0)
    assert limiting(other={"lung": run(3, 3, 4)}) == (0, np.inf)
    assert limiting(DltRule(other_days=0.0), other={"lung": run(3, 1, 3)}) == (1, 3.0)
    assert limiting(DltRule(exempt=("lung",)), other={"lung": run(3, 9, 4)}) == (0, np.inf)
    assert limiting(DltRule(exempt=("non-haematological",)), other={"lung": run(3, 9, 4)}) == (0, np.inf)


@pytest.mark.parametrize(
    ("first", "days", "expected"),
    [(2, 26, (0, np.inf)), (2, 27, (1, 28.0)), (28, 1, (1, 28.0)), (29, 10, (0, np.inf)), (0, 43, (1, 28.0))],
)
def test_cytopenia_lasts_to_day_28(first: int, days: int, expected: tuple[int, float]) -> None:
    assert limiting(cytopenias={"neutropenia": run(first, days, 4)}) == expected


def test_cytopenia_of_grade_3_and_an_exempt_one_do_not_count() -> None:
    assert limiting(cytopenias={"neutropenia": run(0, 43, 3)}) == (0, np.inf)
    for exempt in ("cytopenia", "neutropenia"):
        assert limiting(DltRule(exempt=(exempt,)), cytopenias={"neutropenia": run(0, 43, 4)}) == (0, np.inf)
    later = DltRule(cytopenia_day=42.0)
    assert limiting(later, cytopenias={"neutropenia": run(0, 42, 4)}) == (0, np.inf)
    assert limiting(later, cytopenias={"neutropenia": run(0, 43, 4)}) == (1, 42.0)


def test_a_death_counts_in_the_window() -> None:
    assert limiting(death_day=28.0) == (1, 28.0)
    assert limiting(death_day=28.5) == (0, np.inf)
    assert limiting(DltRule(exempt=("death",)), death_day=10.0) == (0, np.inf)


def test_who_leaves_early_is_not_assessed_unless_he_had_one() -> None:
    assert limiting(followed_day=27.0)[0] == -1
    assert limiting(followed_day=28.0)[0] == 0
    assert limiting(DltRule(window_days=42.0), followed_day=41.0)[0] == -1
    assert limiting(DltRule(cytopenia_day=42.0), followed_day=30.0)[0] == -1
    assert limiting(DltRule(cytopenia_day=42.0, exempt=("cytopenia",)), followed_day=30.0)[0] == 0
    assert limiting(crs=run(5, 1, 4), followed_day=6.0) == (1, 5.0)
    short = np.where(DAYS > 20, -1, 0)[None]
    assert limiting(crs=short)[0] == -1


def test_the_first_is_the_reason() -> None:
    toxicity = ToxicityDays(
        DAYS, np.vstack([run(9, 1, 4), CALM, CALM]), np.vstack([run(8, 1, 4), CALM, CALM]),
        followed_day=[40.0, 40.0, 3.0],
    )  # fmt: skip
    found = find_dlt(toxicity)
    assert found.because.tolist() == [
        "ICANS of grade 4 or more",
        "no dose-limiting toxicity",
        "not followed long enough",
    ]
    assert found.limiting.tolist() == [1, 0, -1]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: DltRule(window_days=-1.0), "window_days: must be a number of days"),
        (lambda: limiting(DltRule(exempt=("lung",))), "exempt: unknown toxicity; value: lung; allowed: CRS"),
        (lambda: limiting(icans=CALM[:, :3]), "ICANS: does not fit the grades of CRS"),
        (lambda: limiting(day=DAYS[:5]), "days do not fit"),
        (lambda: limiting(day=DAYS[::-1]), "must ascend"),
    ],
)
def test_misuse_is_said(call: object, message: str) -> None:
    with pytest.raises(StudyError, match=message):
        call()  # type: ignore[operator]

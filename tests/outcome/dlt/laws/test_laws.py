"""Laws of dose-limiting toxicity: worse grades, longer windows and fewer exemptions never find fewer."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from adoptive.outcome import DltRule, ToxicityDays, find_dlt

DAY = np.arange(0.0, 15.0)
GRADES = arrays(np.int64, (4, len(DAY)), elements=st.integers(-1, 5))
RULE = DltRule(window_days=10.0, cytopenia_day=10.0)


def toxicity(grade: np.ndarray) -> ToxicityDays:
    return ToxicityDays(DAY, grade, np.roll(grade, 1, axis=0), {"lung": grade[::-1]}, {"platelets": grade})


def plainly(grade: np.ndarray, first: float, hours_days: float) -> float:
    """Find the day of grade 3 that lasted, or of grade 4, in one row, by a plain loop."""
    began = None
    for day, now in zip(DAY, grade, strict=True):
        if now == -1:
            continue
        if now < 3:
            began = None
            continue
        began = day if began is None else began
        if (now >= 4 and day <= first) or (began <= first and day - began >= hours_days):
            return float(day)
    return np.inf


@settings(deadline=None, max_examples=150)
@given(GRADES)
def test_crs_as_a_plain_loop_finds_it(grade: np.ndarray) -> None:
    rule = DltRule(10.0, cytopenia_day=10.0, exempt=("ICANS",))
    found = find_dlt(ToxicityDays(DAY, grade, np.zeros_like(grade)), rule)
    expected = [plainly(row, 10.0, 3.0) for row in grade]
    assert found.day.tolist() == expected


@settings(deadline=None, max_examples=60)
@given(GRADES)
def test_worse_longer_and_stricter_never_find_fewer(grade: np.ndarray) -> None:
    found = find_dlt(toxicity(grade), RULE)
    worse = np.where(grade > 0, np.minimum(grade + 1, 5), grade)
    for other in (
        find_dlt(toxicity(worse), RULE),
        find_dlt(toxicity(grade), DltRule(window_days=12.0, cytopenia_day=10.0)),
        find_dlt(toxicity(grade), DltRule(10.0, 2.0, 2.0, 2.0, 10.0)),
    ):
        assert (other.day <= found.day).all()
    for exempt in ("CRS", "ICANS", "lung", "platelets", "cytopenia", "death"):
        fewer = find_dlt(toxicity(grade), DltRule(10.0, cytopenia_day=10.0, exempt=(exempt,)))
        assert (fewer.day >= found.day).all()


@settings(deadline=None, max_examples=40)
@given(GRADES, st.permutations(range(4)))
def test_patients_are_judged_alone(grade: np.ndarray, order: list[int]) -> None:
    crs = ToxicityDays(DAY, grade, grade)
    moved = ToxicityDays(np.tile(DAY, (4, 1)), grade[order], grade[order])
    one, other = find_dlt(crs, RULE), find_dlt(moved, RULE)
    assert other.day.tolist() == one.day[order].tolist()
    assert other.limiting.tolist() == one.limiting[order].tolist()

"""Progression-free survival against a second telling of the rules: one patient, one visit after the other."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adoptive.outcome.events import Planned, progression_free_survival

READ = {1, 2, 3, 4, 6}


def told(
    codes: Any, days: Any, dates: dict[str, float], rule: str, interval: float, window: float
) -> tuple[float, bool]:
    """Walk through one patient's visits."""
    stop = min(dates["cut_day"], dates["last_contact_day"])
    if rule != "EMA":
        stop = min(stop, dates["new_therapy_day"], dates["treatment_stop_day"])
        if rule == "FDA":
            stop = min(stop, dates["clinical_progression_day"])
    last, event = 0.0, None
    for code, day in zip(codes, days, strict=True):
        if day > stop or dates["death_day"] < day:
            break
        if code in READ:
            if code == 4:
                event = day
                break
            if dates["death_day"] > day:
                last = day
    exact = dates["death_day"]
    if event is None and np.isfinite(exact) and exact <= stop:
        event = exact
    if event is None:
        return last, False
    missed, visit = 0, last + interval
    while visit + window < event:
        missed, visit = missed + 1, visit + interval
    return (last, False) if missed > 1 and rule != "EMA" else (event, True)


@pytest.mark.parametrize("rule", ["FDA", "EMA"])
@settings(max_examples=80, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_both_tell_the_same(rule: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    patients, visits = 30, 9
    codes = rng.choice([0, 0, 1, 2, 3, 3, 3, 3, 4, 5, 6], (patients, visits))
    days = 42.0 * np.arange(1, visits + 1) + rng.integers(-15, 16, codes.shape)
    names = ("death_day", "new_therapy_day", "clinical_progression_day", "treatment_stop_day")
    dates = {
        name: np.where(rng.random(patients) < 0.35, rng.integers(1, 420, patients), np.inf)
        for name in (*names, "cut_day", "last_contact_day")
    }
    found = progression_free_survival(
        codes, days, rule=rule, planned=Planned(interval_days=42.0, window_days=7.0), **dates
    )
    for patient in range(patients):
        own = {name: float(values[patient]) for name, values in dates.items()}
        expected = told(codes[patient], days[patient], own, rule, 42.0, 7.0)
        assert (float(found.days[patient]), bool(found.event[patient])) == expected

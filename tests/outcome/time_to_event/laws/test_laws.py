"""Laws of whole cohorts: progression is absorbing, a later cut never shortens, rules stand in their order."""

from __future__ import annotations

from dataclasses import fields
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adoptive.outcome.events import (
    CENSORING_RULES,
    Endpoint,
    Planned,
    competing_status,
    overall_survival,
    progression_free_survival,
    time_to_progression,
    time_to_response,
)
from adoptive.outcome.types import Response

SEEDS = st.integers(0, 2**32 - 1)
RULES = st.sampled_from(list(CENSORING_RULES))
PATIENTS, VISITS = 25, 8


def cohort(seed: int) -> tuple[Any, Any, dict[str, Any]]:
    """Draw visits about every 42 days, some missed, and days of everything else, some never."""
    rng = np.random.default_rng(seed)
    codes = rng.choice([0, 0, 1, 2, 3, 3, 3, 3, 4, 5, 6], (PATIENTS, VISITS))
    day = 42.0 * np.arange(1, VISITS + 1) + rng.uniform(-15, 15, codes.shape)
    never = {
        name: np.where(rng.random(PATIENTS) < share, rng.uniform(1, 400, PATIENTS), np.inf)
        for name, share in (
            ("death_day", 0.5),
            ("new_therapy_day", 0.3),
            ("clinical_progression_day", 0.2),
            ("treatment_stop_day", 0.2),
        )
    }
    known = {"last_contact_day": rng.uniform(50, 500, PATIENTS), "cut_day": rng.uniform(50, 500, PATIENTS)}
    return codes, day, never | known | {"planned": Planned(interval_days=42.0, window_days=10.0)}


def judge(codes: Any, day: Any, options: dict[str, Any], **more: Any) -> Endpoint:
    return progression_free_survival(codes, day, **(options | more))


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS, rule=RULES)
def test_nothing_after_the_first_progression_counts(seed: int, rule: str) -> None:
    codes, day, options = cohort(seed)
    after = np.cumsum(codes == Response.PD, axis=1) - (codes == Response.PD) > 0
    other = np.where(after, np.random.default_rng(seed).integers(0, 7, codes.shape), codes)
    first, second = judge(codes, day, options, rule=rule), judge(other, day, options, rule=rule)
    shown = ((codes == Response.PD) & (day <= first.observed_day[:, None])).any(axis=1)
    assert (first.days[shown] == second.days[shown]).all()
    assert (first.event[shown] == second.event[shown]).all()


@settings(max_examples=80, deadline=None)
@given(seed=SEEDS, rule=RULES, later=st.floats(0, 200))
def test_a_later_cut_never_shortens(seed: int, rule: str, later: float) -> None:
    codes, day, options = cohort(seed)
    first = judge(codes, day, options, rule=rule)
    second = judge(codes, day, options | {"cut_day": options["cut_day"] + later}, rule=rule)
    assert (second.days >= first.days).all()
    assert (second.event >= first.event).all()


@settings(max_examples=80, deadline=None)
@given(seed=SEEDS, rule=RULES)
def test_bounds(seed: int, rule: str) -> None:
    codes, day, options = cohort(seed)
    found = judge(codes, day, options, rule=rule)
    alive = overall_survival(**{key: options[key] for key in ("death_day", "last_contact_day", "cut_day")})
    for values in (found.days, found.assessed_day, found.observed_day, found.left_day):
        assert np.isfinite(values).all()
        assert (values >= 0).all()
    assert (found.left_day <= found.right_day).all()
    assert (found.event == np.isfinite(found.right_day)).all()
    assert (found.days <= alive.days).all()
    if CENSORING_RULES[rule].dates == "observed":
        assert (found.days == np.where(found.event, found.right_day, found.left_day)).all()
    both = found.event & alive.event
    assert (found.days[both] <= alive.days[both]).all()


@settings(max_examples=80, deadline=None)
@given(SEEDS)
def test_the_american_rule_never_follows_longer_than_the_european(seed: int) -> None:
    codes, day, options = cohort(seed)
    fda, ema = judge(codes, day, options, rule="FDA"), judge(codes, day, options, rule="EMA")
    assert (fda.days <= ema.days).all()
    assert (ema.event >= fda.event).all()
    assert (fda.days[fda.event] == ema.days[fda.event]).all()


@settings(max_examples=40, deadline=None)
@given(seed=SEEDS, rule=RULES)
def test_order_and_company_of_patients_do_not_matter(seed: int, rule: str) -> None:
    codes, day, options = cohort(seed)
    found = judge(codes, day, options, rule=rule)
    order = np.random.default_rng(seed).permutation(PATIENTS)
    rows = {key: value[order] if isinstance(value, np.ndarray) else value for key, value in options.items()}
    moved = judge(codes[order], day[order], rows, rule=rule)
    alone = {key: value[:1] if isinstance(value, np.ndarray) else value for key, value in options.items()}
    single = judge(codes[:1], day[:1], alone, rule=rule)
    for field in fields(found):
        value = getattr(found, field.name)
        if isinstance(value, np.ndarray):
            assert (getattr(moved, field.name) == value[order]).all()
            assert getattr(single, field.name)[0] == value[0]


@settings(max_examples=40, deadline=None)
@given(seed=SEEDS, rule=st.sampled_from(["FDA", "EMA"]), shift=st.integers(-50, 50))
def test_time_zero_is_only_an_origin(seed: int, rule: str, shift: int) -> None:
    codes, day, options = cohort(seed)
    found = judge(codes, day, options, rule=rule)
    later = {key: value + shift if isinstance(value, np.ndarray) else value for key, value in options.items()}
    moved = judge(codes, day + shift, later, rule=rule, start_day=float(shift))
    assert moved.days == pytest.approx(found.days, abs=1e-9)
    assert (moved.reason == found.reason).all()


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_tolerating_more_missed_visits_never_loses_an_event(seed: int) -> None:
    codes, day, options = cohort(seed)
    events = [judge(codes, day, options, missed_visits_allowed=allowed).event for allowed in range(5)]
    assert all((more >= fewer).all() for fewer, more in pairwise(events))


@settings(max_examples=40, deadline=None)
@given(seed=SEEDS, rule=RULES)
def test_causes_add_up_to_progression_free_survival(seed: int, rule: str) -> None:
    codes, day, options = cohort(seed)
    free = judge(codes, day, options, rule=rule)
    status = competing_status(time_to_progression(free))
    assert ((status > 0) == free.event).all()
    response = np.where((codes == Response.PR) | (codes == Response.CR), day, np.inf).min(axis=1)
    found = time_to_response(free, response)
    assert (found.days <= free.days).all()
    assert ((competing_status(found) == 0) == (~found.event & ~free.event)).all()

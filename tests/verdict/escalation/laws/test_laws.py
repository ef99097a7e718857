"""More toxicity never makes a rule bolder; many trials at once are as one by one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adoptive.verdict.escalation import (
    boin_boundaries,
    boin_decision,
    crm,
    escalation_probability,
    keyboard_decision,
    mtpi_decision,
    three_plus_three_decision,
)

TARGETS = st.floats(0.1, 0.45)
RULES = [boin_decision, keyboard_decision, mtpi_decision]


@pytest.mark.parametrize("rule", RULES)
@settings(max_examples=60, deadline=None)
@given(target=TARGETS, patients=st.integers(1, 40))
def test_one_more_toxicity_never_makes_bolder(rule: Callable[..., Any], target: float, patients: int) -> None:
    found = rule(np.arange(patients + 1), patients, target=target)
    assert (np.diff(found) >= 0).all()
    assert found[-1] >= 2  # all toxic: never up, never stay


@pytest.mark.parametrize("patients", [3, 6])
def test_three_plus_three_grows_more_careful(patients: int) -> None:
    assert (np.diff(three_plus_three_decision(np.arange(patients + 1), patients)) >= 0).all()


@pytest.mark.parametrize("rule", RULES)
@settings(max_examples=40, deadline=None)
@given(target=TARGETS, dlt=st.integers(0, 6), more=st.integers(0, 12))
def test_one_more_patient_without_toxicity_never_gives_a_dose_up(
    rule: Callable[..., Any], target: float, dlt: int, more: int
) -> None:
    patients = np.arange(max(dlt, 3), max(dlt, 3) + more + 1)
    gone = rule(dlt, patients, target=target) == 3
    assert (np.diff(gone.astype(int)) <= 0).all()


@settings(max_examples=60, deadline=None)
@given(target=TARGETS, patients=st.integers(1, 30))
def test_a_bolder_target_is_never_more_careful(target: float, patients: int) -> None:
    dlt = np.arange(patients + 1)
    assert (boin_decision(dlt, patients, target=target + 0.1) <= boin_decision(dlt, patients, target=target)).all()


@settings(max_examples=60, deadline=None)
@given(TARGETS)
def test_boundaries_enclose_the_target(target: float) -> None:
    found = boin_boundaries(target)
    assert 0.6 * target < found.escalate < target < found.deescalate < 1.4 * target


def test_passing_a_dose_gets_rarer_with_its_toxicity() -> None:
    found = escalation_probability(np.linspace(0, 1, 101))
    assert (found[0], found[-1]) == (1.0, 0.0)
    assert (np.diff(found) < 0).all()


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), model=st.sampled_from(["empiric", "logistic"]))
def test_laws_of_continual_reassessment(seed: int, model: Any) -> None:
    rng = np.random.default_rng(seed)
    skeleton = np.sort(rng.uniform(0.03, 0.8, 5)) + np.arange(5) * 0.01
    patients = rng.integers(0, 9, (4, 5))
    dlt = rng.binomial(patients, 0.3)
    fit = crm(dlt, patients, skeleton=skeleton, target=0.3, model=model)
    assert (np.diff(fit.dlt_probability, axis=-1) > 0).all()
    more = np.minimum(dlt + 1, patients)
    worse = crm(more, patients, skeleton=skeleton, target=0.3, model=model)
    assert (worse.dlt_probability >= fit.dlt_probability - 1e-12).all()
    assert (worse.level <= fit.level).all()
    for trial in range(4):
        alone = crm(dlt[trial], patients[trial], skeleton=skeleton, target=0.3, model=model)
        assert alone.dlt_probability == pytest.approx(fit.dlt_probability[trial], rel=1e-12)
        assert int(alone.level) == int(fit.level[trial])

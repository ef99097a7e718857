"""The protocol's rule for the next infusion: every condition alone blocks it."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from adoptive.cohort import Cohort
from adoptive.infusion import Regimen, may_repeat
from adoptive.parameters import Typical
from adoptive.trial.types import Study

ALLOWED: dict[str, Any] = {
    "given": 1,
    "doses": 3,
    "alive": True,
    "fit": True,
    "progressed": False,
    "neutrophils_e9_l": 2.0,
    "platelets_e9_l": 150.0,
}


def decide(regimen: Regimen, cohort: Cohort, typical: Typical, **changes: Any) -> bool:
    """Ask for one patient, all in order but for the changes."""
    asked = {name: np.array([value]) for name, value in (ALLOWED | changes).items()}
    return bool(may_repeat(regimen, cohort=cohort.take(np.array([0])), typical=typical, **asked)[0])


def test_a_patient_in_order_gets_the_next_infusion(study: Study, candidates: Cohort, typical: Typical) -> None:
    assert decide(study.infusion, candidates, typical)
    assert decide(study.infusion, candidates, typical, given=2)


@pytest.mark.parametrize(
    "blocked",
    [
        {"alive": False},
        {"fit": False},
        {"progressed": True},
        {"neutrophils_e9_l": 0.99},
        {"platelets_e9_l": 74.9},
        {"doses": 1},
        {"given": 3, "doses": 9},
        {"given": 0},
    ],
    ids=lambda blocked: ", ".join(blocked),
)
def test_each_condition_alone_blocks(
    study: Study, candidates: Cohort, typical: Typical, blocked: dict[str, Any]
) -> None:
    assert not decide(study.infusion, candidates, typical, **blocked)


def test_counts_at_the_limit_suffice(study: Study, candidates: Cohort, typical: Typical) -> None:
    assert decide(study.infusion, candidates, typical, neutrophils_e9_l=1.0, platelets_e9_l=75.0)


def test_a_protocol_without_repeats_repeats_nothing(study: Study, candidates: Cohort, typical: Typical) -> None:
    never = dataclasses.replace(study.infusion, repeat_rule="never")
    assert not decide(never, candidates, typical)


def test_each_patient_is_asked_for_himself(study: Study, candidates: Cohort, typical: Typical) -> None:
    three = candidates.take(np.arange(3))
    asked = {name: np.array([value] * 3) for name, value in ALLOWED.items()}
    asked["alive"] = np.array([True, False, True])
    asked["platelets_e9_l"] = np.array([150.0, 150.0, 10.0])
    assert may_repeat(study.infusion, cohort=three, typical=typical, **asked).tolist() == [True, False, False]

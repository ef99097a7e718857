"""A study with a small dose-finding plan, and what happens to a few patients at its levels."""

from __future__ import annotations

import dataclasses

import pytest

from adoptive.trial.escalation import DoseLevel, EscalationPlan
from adoptive.trial.escalation.virtual import LevelOutcomes, follow_levels
from adoptive.trial.types import Study

SEED = 3


def with_plan(study: Study, plan: EscalationPlan) -> Study:
    return dataclasses.replace(study, trial=dataclasses.replace(study.trial, escalation=plan))


@pytest.fixture(scope="session")
def small_plan() -> EscalationPlan:
    return EscalationPlan(
        levels=(DoseLevel("low", 2e6), DoseLevel("again", 2e6 + 1.0), DoseLevel("high", 2.5e8)),
        most_patients=6,
        cohort_size=3,
    )


@pytest.fixture(scope="session")
def finding_study(study: Study, small_plan: EscalationPlan) -> Study:
    return with_plan(study, small_plan)


@pytest.fixture(scope="session")
def outcomes(finding_study: Study) -> LevelOutcomes:
    """Give four trials of twenty patients."""
    return follow_levels(finding_study, seed=SEED, trials=range(4), patients=20)

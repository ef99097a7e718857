"""Our own studies as trials."""

from __future__ import annotations

import dataclasses
import datetime

import numpy as np

from adoptive.cohort.names import TUMOUR_TYPES
from adoptive.trial.eligibility.statements import AntigenLevel, Disease, HlaAllele, Quantity, Unread
from adoptive.trial.eligibility.vocabulary import load_vocabulary
from adoptive.trial.types import Criterion, Study
from adoptive.workbench.match.trials.own import DISEASES, study_trial, trial_of
from adoptive.workbench.study import list_studies


def test_every_tumour_type_has_a_disease_of_the_vocabulary() -> None:
    assert set(DISEASES) == set(TUMOUR_TYPES)
    assert set(DISEASES.values()) <= set(load_vocabulary().terms("diseases"))


def test_the_reference_study_says_tumour_age_and_antigen(study: Study) -> None:
    statements = [item.statement for item in trial_of(study).items]
    assert statements[:3] == [
        Disease(("oesophagogastric cancer",)),
        Quantity("age_years", ">=", 18.0),
        AntigenLevel("CLDN18.2", "IHC", intensity_at_least=2.0, share_at_least=0.4),
    ]
    assert isinstance(statements[3], Unread)


def test_own_criteria_are_said_and_then_nothing_is_left_out(study: Study) -> None:
    criterion = Criterion("platelets", "inclusion", "treatment", "platelets_e9_l", ">=", 75.0, recoverable=True)
    protocol = dataclasses.replace(study.trial, eligibility=(criterion,))
    last = trial_of(dataclasses.replace(study, trial=protocol)).items[-1]
    assert last.statement == Quantity("platelets_e9_l", ">=", 75.0)
    assert (last.gate, last.recoverable, last.understood) == ("treatment", True, "whole")


def test_cohorts_that_admit_others_are_levels() -> None:
    leveled = [trial for trial in map(study_trial, list_studies()) if trial.levels]
    assert leveled
    for trial in leveled:
        diseases = {level.statement for level in trial.levels}
        assert len(diseases) > 1
        assert len(trial.levels) == len(trial.study.trial.cell_arms)


def test_every_bundled_study_can_be_said() -> None:
    for name in list_studies():
        trial = study_trial(name)
        assert trial.items
        assert [item.number for item in trial.items] == list(np.arange(1, len(trial.items) + 1))
        assert all(isinstance(item.statement, HlaAllele) for item in trial.items if item.origin == "antigen.hla")


def test_a_trial_for_children_leaves_young_adults_open_and_nobody_older() -> None:
    from adoptive.trial.eligibility.facts import Fact, Facts
    from adoptive.trial.eligibility.judge import truth

    rule = next(item.statement for item in study_trial("eliana").items if item.origin == "cohort.age_group")
    day = datetime.date(2026, 11, 1)
    ages = {age: Facts("synthetic", day, {"age_years": (Fact(float(age), "year", day),)}) for age in (9, 24, 44)}
    assert {age: truth(rule, facts) for age, facts in ages.items()} == {9: True, 24: None, 44: False}

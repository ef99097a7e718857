"""An arm's own sections: laid over the study's, found again in what is written, shown where they differ."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest

from adoptive.errors import StudyError
from adoptive.trial.types import ARM_SECTIONS, Study
from adoptive.workbench.fields import fields_of
from adoptive.workbench.study import dump_study, load_study, parse_study

SMALL = (Path(__file__).parents[2] / "workbench" / "small.toml").read_text("utf-8")
OWN = """[[trial.arms]]
name = "another way"
treatment = "cells"
antigen = {entry_fraction = 0.2}
construct = {costimulation = "4-1BB"}
facility = {culture_days = 12, slots = {per_month = 4}}
infusion = {dose_cells = 1e8, care = {protocol = "none"}, lymphodepletion = []}
outcome = {scan_interval_days = 56}
[verdict]"""
EVERYTHING = """randomised = 33
accrual = "ramp"
ramp_months = 3
stratify = ["peritoneal", "third line", "tumour type", "ECOG"]
run_in_days = 14
dropout_per_year = 0.1
data_cut = "events"
events = 20
event = "os"

[[trial.eligibility]]
id = "adult"
kind = "inclusion"
gate = "procurement"
field = "age_years"
operator = ">="
value = 18
unit = "year"

[[trial.eligibility]]
id = "kind"
kind = "inclusion"
gate = "procurement"
field = "tumour_type"
operator = "in"
value = ["gastric"]

[[trial.eligibility]]
id = "dry"
kind = "exclusion"
gate = "treatment"
field = "progressed"
operator = "="
value = true

[[trial.eligibility]]
id = "counts"
kind = "inclusion"
gate = "infusion day"
field = "platelets_e9_l"
operator = "between"
value = [20, 900]
recoverable = true
text = "platelets of 20 at least"
"""


@pytest.fixture
def own() -> Study:
    return parse_study(SMALL.replace("[verdict]", OWN))


def test_only_what_differs_is_the_arm_s_own(own: Study) -> None:
    arm, seen = own.trial.arms[2], own.of_arm(2)
    assert arm.infusion is not None
    assert arm.infusion == dataclasses.replace(own.infusion, dose_cells=1e8, lymphodepletion=(), care=arm.infusion.care)
    assert arm.infusion.care.protocol == "none"
    assert (seen.facility.culture_days, seen.facility.release_days) == (12.0, own.facility.release_days)
    assert seen.facility.slots is not None
    assert seen.cohort is own.cohort
    assert own.of_arm(0) is own


def test_reading_what_was_written_gives_the_study_back(own: Study) -> None:
    text = dump_study(own)
    assert parse_study(text) == own
    assert dump_study(parse_study(text)) == text
    assert text.count("interval_days = 60") == 1, "what the arm shares with the study is written once"


def test_every_field_of_a_trial_survives(own: Study) -> None:
    looks = 'primary = "os_rate"\nat_months = 12\nlooks = {fractions = [0.5, 1.0], endpoint = "os", futility = "power"}'
    head, body = EVERYTHING.split("\n\n", 1)
    text = (
        SMALL.replace("randomised = 30", head)
        .replace("[verdict]", body + "[verdict]")
        .replace('primary = "pfs_hazard_ratio"', looks)
    )
    study = parse_study(text)
    assert parse_study(dump_study(study)) == study
    assert study.trial.eligibility[3].value == (20.0, 900.0)
    assert study.trial.eligibility[2].value is True
    assert study.trial.eligibility[1].value == ("gastric",)


def test_shown_are_the_fields_that_differ(own: Study) -> None:
    shown = {field.name: field.value for field in fields_of(own) if field.name.startswith("trial.arms[3].")}
    assert shown == {
        "trial.arms[3].name": "another way",
        "trial.arms[3].treatment": "cells",
        "trial.arms[3].ratio": 1,
        "trial.arms[3].drugs": (),
        "trial.arms[3].antigen.entry_fraction": 0.2,
        "trial.arms[3].construct.costimulation": "4-1BB",
        "trial.arms[3].facility.culture_days": 12.0,
        "trial.arms[3].facility.slots.per_month": 4.0,
        "trial.arms[3].facility.slots.places": 0,
        "trial.arms[3].facility.slots.priority": "first come",
        "trial.arms[3].infusion.dose_cells": 1e8,
        "trial.arms[3].infusion.lymphodepletion": (),
        "trial.arms[3].infusion.care.protocol": "none",
        "trial.arms[3].outcome.scan_interval_days": 56.0,
    }


def test_every_field_has_a_unit_and_a_meaning(own: Study) -> None:
    for field in fields_of(own):
        if field.name not in ("trial.crossover",):
            assert field.meaning, field.name


def test_a_study_of_drugs_alone_needs_no_section_of_cells() -> None:
    cut = SMALL[: SMALL.index("[antigen]")] + SMALL[SMALL.index("[cohort]") : SMALL.index("[construct]")]
    rest = SMALL[SMALL.index("[outcome]") :].replace("crossover = {allowed = true}", "")
    cells = rest[rest.index("[[trial.arms]]") : rest.index("[[trial.arms]]", rest.index("[[trial.arms]]") + 5)]
    text = cut + rest.replace(cells, "").replace("pfs_hazard_ratio", "pfs_median")
    study = parse_study(text)
    assert study.trial.cell_arms == ()
    assert study.infusion.dose_cells == 0
    assert parse_study(dump_study(study)) == study
    with pytest.raises(StudyError) as caught:
        parse_study(
            text.replace('treatment = "physician\'s choice"', 'treatment = "cells"').replace("drugs = ", "x = ")
        )
    assert all(f"{name}: this key is missing" in str(caught.value) for name in ("infusion", "construct", "facility"))


def test_a_table_of_patients_is_read_from_beside_the_study(tmp_path: Path) -> None:
    text = SMALL.replace("[cohort]", '[cohort]\npatients_csv = "people.csv"')
    (tmp_path / "study.toml").write_text(text)
    with pytest.raises(StudyError, match=r"people\.csv.*cannot be read"):
        load_study(tmp_path / "study.toml")
    (tmp_path / "people.csv").write_text("age_years,male\n61,yes\n48,no\n")
    study = load_study(tmp_path / "study.toml")
    assert study.cohort.given == {"age_years": (61.0, 48.0), "male": (1.0, 0.0)}
    assert parse_study(dump_study(study)) == study, "the table travels with the study"
    (tmp_path / "people.csv").write_text("age_years,male\n61,perhaps\n")
    with pytest.raises(StudyError, match=r"people\.csv: line 2, column male.*perhaps"):
        load_study(tmp_path / "study.toml")
    for name in ("../people.csv", "/etc/passwd"):
        (tmp_path / "study.toml").write_text(text.replace("people.csv", name))
        with pytest.raises(StudyError, match=r"patients_csv.*in the folder of the study file"):
            load_study(tmp_path / "study.toml")


@pytest.mark.parametrize("section", ARM_SECTIONS)
def test_every_section_may_be_an_arm_s_own(section: str, small: Callable[..., Study]) -> None:
    study = small()
    trial = {"cohort": {"allocation": "parallel cohorts"}}.get(section, {})
    arms = tuple(dataclasses.replace(arm, ratio=15, **{section: getattr(study, section)}) for arm in study.trial.arms)
    whole = dataclasses.replace(study, trial=dataclasses.replace(study.trial, arms=arms, **trial))
    assert parse_study(dump_study(whole)) == whole

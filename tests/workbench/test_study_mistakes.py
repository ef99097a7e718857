"""Every mistake in a study file is said: where, value, what is allowed, next step; all of them at once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from adoptive.errors import StudyError
from adoptive.workbench.published import COLUMNS, load_notes, load_published, parse_published
from adoptive.workbench.study import LARGEST_FILE_BYTES, load_study, parse_study

CASES = [
    ("dose_cells = 2.5e8", "dose_cell = 2.5e8", ["infusion.dose_cell", "no such key", "write dose_cells"]),
    ("dose_cells = 2.5e8", "dose_cells = -2.5e8", ["infusion.dose_cells", "-250000000.0", "at least 0", "cells"]),
    ("entry_fraction = 0.4", "entry_fraction = 1.4", ["antigen.entry_fraction", "1.4", "at most 1"]),
    ("entry_fraction = 0.4", "entry_fraction = 140", ["antigen.entry_fraction", "140", "at most 1"]),
    ("randomised = 30", "randomised = 0", ["trial.randomised", "at least 1 and at most 5000"]),
    ("randomised = 30", "randomised = 10_000_000", ["trial.randomised", "10000000", "at most 5000"]),
    ("accrual_months = 28", "accrual_months = 0", ["trial.accrual_months", "more than 0"]),
    ("accrual_months = 28", "accrual_months = nan", ["trial.accrual_months", "nan", "finite"]),
    ("accrual_months = 28", "accrual_months = 2022-03-22", ["trial.accrual_months", "date"]),
    ("lesions_mean = 2.0", 'lesions_mean = "2.0"', ["cohort.lesions_mean", "valid number"]),
    (
        'costimulation = "CD28"',
        'costimulation = "CD82"',
        ["costimulation", "'4-1BB'", "write 'CD28'"],
    ),
    ("[facility]", "[facilty]", ["facilty", "write facility"]),
    ("share=1.0", "share=0.4", ["shares must add up to 1", "0.4"]),
    ("name = \"small\"", "name = \"../small\"", ["name", "folder's name"]),
    ("dose_cells = 2.5e8", 'dose_cells = 2.5e8\nx = "a\\u001b[1m"', ["infusion.x", "control character", "\\x1b"]),
    ('name = "satri-cel"', 'name = "satri\\ncel"', ["trial.arms[1].name", "control character", "one line of text"]),
    ("[trial]", "[trial", ["not TOML", "line"]),
    ("primary = \"pfs_hazard_ratio\"", "primary = \"pfs_hazard\"", ["verdict.primary", "unknown", "pfs_hazard_ratio"]),
]  # fmt: skip


@pytest.mark.parametrize(("right", "wrong", "said"), CASES)
def test_each_mistake_is_said(study_text: str, right: str, wrong: str, said: list[str]) -> None:
    assert right in study_text
    with pytest.raises(StudyError) as caught:
        parse_study(study_text.replace(right, wrong, 1))
    message = str(caught.value)
    assert [word for word in said if word not in message] == []
    assert "pydantic" not in message
    assert "http" not in message


RULE = '{id = "a", kind = "inclusion", gate = "procurement", field = "age_years", operator = ">=", value = 18}'


DRUGS = 'drugs = [{drug = "nivolumab", share = 1.0, scan_interval_days = 28}]'


def trial_lines(lines: str) -> tuple[str, str]:
    return "randomised = 30", f"randomised = 30\n{lines}"


def rule(old: str, new: str) -> tuple[str, str]:
    assert old in RULE
    return trial_lines(f"eligibility = [{RULE.replace(old, new)}]")


def looks(text: str) -> tuple[str, str]:
    return 'primary = "pfs_hazard_ratio"', f'primary = "pfs_hazard_ratio"\nlooks = {{{text}}}'


def third_arm(text: str) -> tuple[str, str]:
    return "[verdict]", f'[[trial.arms]]\nname = "third"\ntreatment = "cells"\n{text}\n[verdict]'


NEW_CASES = [
    (trial_lines('accrual = "poison"'), ["trial.accrual", "'poisson'", "write 'poisson'"]),
    (trial_lines("ramp_months = 3"), ["trial.ramp_months", 'accrual = "ramp"']),
    (trial_lines('accrual = "ramp"\nramp_months = 40'), ["trial.ramp_months", "40", "at most 28"]),
    (trial_lines('accrual = "ramp"'), ["trial.ramp_months", "more than 0"]),
    (trial_lines('allocation = "parallel"'), ["trial.allocation", "'parallel cohorts'", "write 'parallel cohorts'"]),
    (trial_lines('allocation = "parallel cohorts"'), ["trial.randomised", "30, arms 2:1", "allowed: 3"]),
    (trial_lines('stratify = ["peritoneum"]'), ["trial.stratify[1]", "'peritoneal'", "write 'peritoneal'"]),
    (trial_lines("run_in_days = -1"), ["trial.run_in_days", "at least 0 and at most 365 day"]),
    (
        ('crs_scale = "ASTCT"\n[trial]', 'response_criteria = "IMWG 2016"\n[trial]\nrun_in_days = 30'),
        ["trial.run_in_days", "RECIST", "0 under IMWG 2016"],
    ),
    (trial_lines("dropout_per_year = 30"), ["trial.dropout_per_year", "at most 3 1/year"]),
    (trial_lines('data_cut = "event"'), ["trial.data_cut", "'events'", "write 'events'"]),
    (trial_lines('data_cut = "events"'), ["trial.events", "needs a number", "more than 0"]),
    (trial_lines("events = 31"), ["trial.events", "more events than patients", "at most 30"]),
    (trial_lines('event = "orr"'), ["trial.event", "'pfs' or 'os'"]),
    (trial_lines('data_cut = "calendar"'), ["trial.calendar_months", "needs a number"]),
    (trial_lines('data_cut = "calendar"\ncalendar_months = 60'), ["trial.calendar_months", "at most 31"]),
    (trial_lines("calender_months = 6"), ["trial.calender_months", "no such key", "write calendar_months"]),
    (("allowed = true", 'allowed = true, to = "the other"'), ["trial.crossover.to", "the other", "satri-cel"]),
    (("allowed = true", 'allowed = true, after = "death"'), ["trial.crossover.after", "'progression' or 'never'"]),
    (("ratio = 2", 'ratio = 2\ncohort = {tumour_type = "gastric"}'), ["trial.arms: cohort", "share their patients"]),
    (
        ("ratio = 2", 'ratio = 2\ndrugs = [{drug="nivolumab",share=1.0,scan_interval_days=28}]'),
        ["trial.arms[1]", "none"],
    ),
    (("ratio = 2", "ratio = 2\ninfusion = {dose_cells = -1}"), ["trial.arms[1].infusion.dose_cells", "at least 0"]),
    (("ratio = 2", "ratio = 2\ninfusion = {dose = 1}"), ["trial.arms[1].infusion.dose:", "no such key"]),
    (("ratio = 2", "ratio = 2\ninfusion = {interval_days = 2}"), ["trial.arms[1]: infusion.interval_days", "7 days"]),
    (("ratio = 2", 'ratio = 2\ninfusion = {lymphodepletion_before = "last"}'), ["'each', 'first', 'none', or a whole"]),
    (("ratio = 2", "ratio = 2\ninfusions = {dose_cells = 1}"), ["trial.arms[1].infusions", "write infusion"]),
    (("ratio = 2", "ratio = 2\nfacility = 3"), ["trial.arms[1].facility", "a table is needed", "culture_days"]),
    (
        ("ratio = 2", 'ratio = 2\nconstruct = {modality = "TIL", costimulation = "none"}'),
        ["facility.starting_cells, arm satri-cel", "resected tumour", 'write starting_cells = "tumour"'],
    ),
    (("ratio = 2", 'ratio = 2\nfacility = {starting_cells = "tumour"}'), ["facility.starting_cells", "allowed: blood"]),
    (
        ("ratio = 2", 'ratio = 2\ninfusion = {drugs = [{drug="rimiducid",dose=0.4,counted_from="first infusion"}]}'),
        ["construct.safety_switch", "rimiducid does nothing", "iCasp9"],
    ),
    (("ratio = 2", "ratio = 2\nfacility = {max_infusions = 2}"), ["no such key", "move it to [infusion]"]),
    (third_arm("ratio = 40"), ["trial.randomised", "at least 43 for 2:1:40"]),
    (("[verdict]", 8 * '[[trial.arms]]\nname = "x"\ntreatment = "cells"\n' + "[verdict]"), ["trial.arms", "at most 8"]),
    (rule(">=", ">"), ["trial.eligibility[1].operator", "'between'"]),
    (rule("inclusion", "inclusive"), ["trial.eligibility[1].kind", "write 'inclusion'"]),
    (rule("procurement", "leukapheresis"), ["trial.eligibility[1].gate", "'infusion day'"]),
    (rule("age_years", "age"), ["trial.eligibility[1]: criterion a", "no such field", "age_years"]),
    (rule("18", "[18]"), ["trial.eligibility[1]: criterion a", "does not fit", "a number"]),
    (rule("18", '"18"'), ["trial.eligibility[1]: criterion a", "does not fit", "a number"]),
    (rule("18", "true"), ["trial.eligibility[1]: criterion a", "does not fit", "a number"]),
    (rule("18", "{}"), ["trial.eligibility[1].value", "true or false, or a number, or a text"]),
    (rule('">=", value = 18', '"between", value = [70, 18]'), ["not two ends in order", "[low, high]"]),
    (rule('">=", value = 18', '"in", value = []'), ["criterion a", "does not fit", "a list of numbers"]),
    (rule("value = 18", 'value = 18, unit = "month"'), ["criterion a", "another unit", "month", "year"]),
    (rule('id = "a"', 'id = "A 1"'), ["criterion A 1", "not a short name", "a-z 0-9 _"]),
    (rule("age_years", "progressed"), ["criterion a", "not known at screening", "treatment, infusion day"]),
    (rule('"age_years", operator = ">="', '"tumour_type", operator = ">="'), ["criterion a", "operator", "=, in"]),
    (trial_lines(f"eligibility = [{RULE}, {RULE}]"), ["trial.eligibility", "share an id", "value: a"]),
    (looks("fractions = [0.5, 0.4]"), ["verdict.looks.fractions", "rise to 1", "0.5, 0.4"]),
    (looks("fractions = [0.5]"), ["verdict.looks.fractions", "rise to 1"]),
    (looks("fractions = [0.5, 2.0]"), ["verdict.looks.fractions[2]", "at most 1"]),
    (looks("fractions = []"), ["verdict.looks.fractions", "at least 1"]),
    (looks('fractions = [1.0], spending = "Pococ"'), ["verdict.looks.spending", "write 'Pocock'"]),
    (looks('fractions = [1.0], spending = "power", parameter = -1'), ["verdict.looks.parameter", "above 0"]),
    (looks("fractions = [1.0], alpha = 0.5"), ["verdict.looks.alpha", "at least 1e-12 and less than 0.5"]),
    (looks("fractions = [1.0]"), ["verdict.looks", "planned number of events", "trial.events = 0"]),
    (("pfs_hazard_ratio", "pfs_rate"), ["verdict.at_months", "lacks its time", "give at_months"]),
    (('primary = "pfs_hazard_ratio"', 'primary = "orr"\nat_months = 6'), ["verdict.at_months", "remove at_months"]),
]


@pytest.mark.parametrize(("change", "said"), NEW_CASES)
def test_each_mistake_of_a_trial_is_said(study_text: str, change: tuple[str, str], said: list[str]) -> None:
    right, wrong = change
    assert right in study_text
    with pytest.raises(StudyError) as caught:
        parse_study(study_text.replace(right, wrong, 1))
    message = str(caught.value)
    assert [word for word in said if word not in message] == []
    assert message.count("study.toml:") == 1, "one mistake is said once"
    assert "pydantic" not in message


def test_a_hazard_ratio_of_one_arm(study_text: str) -> None:
    first, second = (study_text.index("[[trial.arms]]"), study_text.rindex("[[trial.arms]]"))
    alone = study_text[:second] + study_text[study_text.index("[verdict]") :]
    assert first < second
    with pytest.raises(StudyError, match=r"trial\.crossover\.allowed.*nobody could cross over"):
        parse_study(alone)
    with pytest.raises(StudyError, match=r"verdict\.primary.*a hazard ratio needs two arms"):
        parse_study(alone.replace("allowed = true", "allowed = false"))


def test_mistakes_of_a_section_are_said_once_and_those_of_an_arm_at_the_arm(study_text: str) -> None:
    """The arm's section is the study's with its own keys: an inherited mistake is the study's alone."""
    text = study_text.replace("ratio = 2", "ratio = 2\ninfusion = {max_infusions = 99}").replace("2.5e8", "-1.0")
    text = text.replace("randomised = 30", 'randomised = 30\naccrual = "none"\nstratify = ["age"]\nrun_in_days = 900')
    with pytest.raises(StudyError) as caught:
        parse_study(text)
    message = str(caught.value)
    assert message.startswith("study.toml: 5 mistakes")
    assert message.count("dose_cells") == 1
    for place in ("infusion.dose_cells", "arms[1].infusion.max_infusions", "accrual:", "stratify[1]", "run_in_days"):
        assert place in message


def test_ratio_nothing_to_nothing(study_text: str) -> None:
    text = study_text.replace("ratio = 2", "ratio = 0").replace("ratio = 1", "ratio = 0")
    with pytest.raises(StudyError, match=r"ratio 0:0"):
        parse_study(text)


def test_all_mistakes_at_once(study_text: str) -> None:
    text = study_text.replace("dose_cells = 2.5e8", "dose_cell = 1").replace("0.4", "1.4").replace("= 30", "= 0")
    with pytest.raises(StudyError) as caught:
        parse_study(text)
    message = str(caught.value)
    assert "infusion.dose_cell:" in message
    assert "antigen.entry_fraction" in message
    assert "trial.randomised" in message
    assert "dose_cells: this key is missing" not in message, "a misspelt key is one mistake, not two"


def test_unknown_study_names_those_there_are() -> None:
    with pytest.raises(StudyError, match=r"satri-cell.*satri-cel"):
        load_study("satri-cell")


@pytest.mark.parametrize("kind", ["missing", "folder", "binary", "huge", "device", "null byte"])
def test_files_that_cannot_be_read(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "study.toml"
    if kind == "folder":
        path.mkdir()
    elif kind == "binary":
        path.write_bytes(bytes(range(256)))
    elif kind == "huge":
        path.write_bytes(b"#" * (LARGEST_FILE_BYTES + 1))
    elif kind == "device":
        os.mkfifo(path)
    with pytest.raises(StudyError) as caught:
        load_study(f"{tmp_path}/a\0b.toml" if kind == "null byte" else path)
    assert caught.value.next_step


def test_published_rows_beside_a_study(tmp_path: Path, study_text: str) -> None:
    (tmp_path / "study.toml").write_text(study_text)
    assert load_published(tmp_path / "study.toml") == ()
    row = "orr,satri-cel,ITT,%,22,15,31,104,,Somebody 2025,0.5,L2"
    (tmp_path / "published.csv").write_text(f"{','.join(COLUMNS)}\n{row}\n")
    (tmp_path / "README.md").write_text("# x\n\n## Why it may miss\n\nBecause.\n\n## Other\nno\n")
    (only,) = load_published(tmp_path / "study.toml")
    assert (only.endpoint, only.estimate, only.lo, only.hi, only.n) == ("orr", 22.0, 15.0, 31.0, 104)
    assert only.at_months is None
    assert load_notes(tmp_path / "study.toml") == {"Why it may miss": "Because."}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a,b\n1,2\n", "other columns"),
        (",".join(COLUMNS) + "\norr,x,ITT,%,many,,,,,s,1,L\n", "line 2: estimate"),
        (",".join(COLUMNS) + "\norr,x,ITT,%,nan,,,,,s,1,L\n", "not a number"),
        (",".join(COLUMNS) + "\norr,x\n", "too few"),
    ],
)
def test_mistakes_in_published_rows(text: str, said: str) -> None:
    with pytest.raises(StudyError, match=said):
        parse_published(text)

"""A patient's story: in order of time, ending with death, the cut or leaving, and the same as the record."""

from __future__ import annotations

import re

import numpy as np
import pytest

from adoptive.errors import StudyError
from adoptive.trial import story
from adoptive.trial.story import Story, tell
from adoptive.trial.types import Followed, Study, TrialRecord
from adoptive.workbench.study import load_study

TOLD = 36  # among them are all endings
ENDINGS = {"died", "alive at the data cut", "left the trial"}


@pytest.fixture(scope="module")
def stories(study: Study, followed: Followed) -> list[Story]:
    """Tell some of the first of the six trials, without following them again for each."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(story, "follow_trials", lambda *args, **options: followed)
        return [tell(study, seed=11, patient=patient) for patient in range(TOLD)]


def test_lines_are_in_order_of_time_from_randomisation_to_the_end(stories: list[Story], record: TrialRecord) -> None:
    for patient, told in enumerate(stories):
        days = [day for day, _ in told.lines]
        assert days == sorted(days)
        assert days[0] == 0.0
        assert told.lines[0][1].startswith("screened: CLDN18.2")
        assert told.lines[1][1].startswith("randomised to ")
        assert told.lines[-1][1] in ENDINGS
        assert days[-1] == pytest.approx(record.patients["os_days"][0, patient])
        assert sum(text in ENDINGS for _, text in told.lines) == 1


def test_the_ending_is_the_records(stories: list[Story], record: TrialRecord) -> None:
    died = [told.lines[-1][1] == "died" for told in stories]
    assert died == record.patients["os_event"][0, :TOLD].tolist()
    assert {told.lines[-1][1] for told in stories} == ENDINGS


def test_infusions_are_the_records(stories: list[Story], record: TrialRecord) -> None:
    for patient, told in enumerate(stories):
        infusions = [text for _, text in told.lines if text.startswith("infusion ")]
        assert len(infusions) == record.patients["infusions"][0, patient], patient
        assert [text.split(":")[0] for text in infusions] == [f"infusion {k + 1}" for k in range(len(infusions))]


def test_lymphodepletion_precedes_each_infusion(stories: list[Story]) -> None:
    for told in stories:
        day_of = {text.split(":")[0]: day for day, text in told.lines}
        for name, day in day_of.items():
            if name.startswith("infusion "):
                assert day_of[f"lymphodepletion before {name}"] == pytest.approx(day - 5.0)


def test_progression_is_the_records_and_the_last_scan_told(stories: list[Story], record: TrialRecord) -> None:
    checked = 0
    for patient, told in enumerate(stories):
        scans = [(day, text) for day, text in told.lines if text.startswith("scan:")]
        shown = [day for day, text in scans if ", PD" in text]
        assert len(shown) <= 1
        if shown:
            assert shown[0] == scans[-1][0]
            assert record.patients["pfs_days"][0, patient] <= shown[0] + 1e-9
            checked += record.patients["pfs_days"][0, patient] == shown[0]
    assert checked > TOLD / 3


def test_numbers_told_are_numbers(stories: list[Story]) -> None:
    for told in stories:
        text = " ".join(line for _, line in told.lines)
        assert not re.search(r"\b(nan|inf)\b", text)


def test_cytokine_release_is_told_where_it_is_recorded(stories: list[Story], record: TrialRecord) -> None:
    for patient, told in enumerate(stories):
        grade = record.patients["crs_grade"][0, patient]
        worst = [line for day, line in told.lines if line.startswith("cytokine release syndrome at its worst")]
        if worst and record.patients["arm"][0, patient] == 0:
            assert worst == [f"cytokine release syndrome at its worst: grade {grade} (ASTCT)"]


def test_curves_run_over_the_same_days(stories: list[Story], record: TrialRecord) -> None:
    for patient, told in enumerate(stories):
        # a control who crosses over may get his cells on the last day of all
        infused = record.patients["infusions"][0, patient] > 0 and record.patients["arm"][0, patient] == 0
        assert set(told.series) >= {"sum of diameters, mm", "interleukin 6, pg/mL"}
        assert ("engineered cells, per uL" in told.series) or not infused
        for day, values in told.series.values():
            assert day.shape == values.shape
            assert (np.diff(day) > 0).all()
            assert day.max() <= record.patients["os_days"][0, patient]
            assert np.isfinite(values).all()


def test_the_summary_says_who_he_is(study: Study, stories: list[Story], record: TrialRecord) -> None:
    for patient, told in enumerate(stories):
        assert told.summary["arm"] == study.trial.arms[record.patients["arm"][0, patient]].name
        assert told.summary["peritoneal metastases"] == ("yes" if record.patients["peritoneal"][0, patient] else "no")
        assert len(told.summary["target lesions"].split(",")) == record.patients["lesions"][0, patient]


def test_a_story_is_told_from_the_seed_alone(study: Study, stories: list[Story]) -> None:
    """By itself, the patient's trial is followed alone; the words are the same."""
    assert tell(study, seed=11, patient=5).lines == stories[5].lines


@pytest.mark.parametrize("patient", [-1, 156])
def test_a_patient_who_was_not_randomised_has_no_story(study: Study, patient: int) -> None:
    with pytest.raises(StudyError, match=r"no such patient.*0 to 155"):
        tell(study, patient=patient)


def test_leukaemia_is_told_by_the_marrow_and_the_trials_own_scale() -> None:
    told = tell(load_study("eliana"), seed=1, patient=3)
    text = " ".join([*(line for _, line in told.lines), *told.summary, *told.series])
    assert "marrow blasts" in text
    assert "(Penn)" in text
    assert not re.search(r"diameter|lesion| mm|RECIST|ASTCT|bridging", text)  # this patient was not bridged

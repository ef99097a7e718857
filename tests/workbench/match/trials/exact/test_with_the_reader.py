"""Records read with the reader of criteria itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks.matching.many import record as made
from benchmarks.matching.many import write_many

from adoptive.trial.eligibility.statements import Quantity
from adoptive.workbench.match.trials.ctgov import trial_of_record
from adoptive.workbench.match.trials.load import load_trials
from adoptive.workbench.match.types import Trial


@pytest.fixture(autouse=True)
def real_reader(quiet_reader: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()


@pytest.mark.parametrize("number", range(1, 9))
def test_items_are_the_words_of_the_record(number: int) -> None:
    record = made(number)
    trial = trial_of_record(record, source="synthetic")
    assert trial.criteria_text == record["protocolSection"]["eligibilityModule"]["eligibilityCriteria"]
    own = [item for item in trial.items if item.origin == "eligibilityCriteria"]
    assert len(own) >= 10
    assert all(trial.criteria_text[item.start : item.end] == item.text for item in own)
    assert {item.kind for item in own} == {"inclusion", "exclusion"}
    assert [item.number for item in trial.items] == list(range(1, len(trial.items) + 1))
    assert {item.origin for item in trial.items[len(own) :]} <= {"minimumAge", "maximumAge", "sex"}


def test_a_field_and_a_sentence_that_disagree_both_stay() -> None:
    record = made(1)
    record["protocolSection"]["eligibilityModule"] = {
        "eligibilityCriteria": "Inclusion Criteria:\n\n* Age 20 years or older",
        "minimumAge": "18 Years",
    }
    said = {item.origin: item.statement for item in trial_of_record(record, source="synthetic").items}
    assert said == {
        "eligibilityCriteria": Quantity("age_years", ">=", 20.0),
        "minimumAge": Quantity("age_years", ">=", 18.0),
    }


def test_broken_files_stop_no_reading(tmp_path: Path) -> None:
    wanted = write_many(tmp_path, count=24, huge=False)
    found = list(load_trials(tmp_path))
    assert sum(isinstance(trial, Trial) for trial in found) == wanted["trials"]
    assert len(found) == wanted["trials"] + wanted["mistakes"]

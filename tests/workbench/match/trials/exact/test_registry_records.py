"""Records of the registry: what is said of each module, and of what is missing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.workbench.match.trials.conftest import record

from adoptive.errors import StudyError
from adoptive.trial.eligibility.statements import All, AnyOf, Named, Quantity, Unread
from adoptive.workbench.match.trials.ctgov import trial_of_record
from adoptive.workbench.match.trials.load import load_trials
from adoptive.workbench.match.types import Site, Trial
from adoptive.workbench.mistakes import Mistake


def read(number: int = 1, **modules: Any) -> Trial:
    return trial_of_record(record(number, **modules), source="synthetic")


def eligibility(**fields: Any) -> dict[str, Any]:
    return {"eligibilityCriteria": "Inclusion Criteria:\n\n* Adults", **fields}


def test_every_module_is_read() -> None:
    trial = read(
        7,
        sponsorCollaboratorsModule={"leadSponsor": {"name": "Synthetic sponsor"}},
        descriptionModule={"briefSummary": "Two\nlines."},
        conditionsModule={"conditions": ["Gastric Cancer", "Gastric Cancer"], "keywords": ["CLDN18.2"]},
        designModule={"studyType": "INTERVENTIONAL", "phases": ["PHASE1", "PHASE2"]},
        armsInterventionsModule={"interventions": [{"type": "BIOLOGICAL", "name": "X cells", "otherNames": ["X-01"]}]},
        contactsLocationsModule={
            "locations": [
                {
                    "facility": "Hospital",
                    "city": "Madrid",
                    "country": "Spain",
                    "status": "RECRUITING",
                    "geoPoint": {"lat": 40.4, "lon": -3.7},
                }
            ]
        },
    )
    assert (trial.id, trial.title, trial.format, trial.status) == (
        "NCT00000007", "Synthetic trial 7", "clinicaltrials.gov", "open",
    )  # fmt: skip
    assert (trial.phase, trial.sponsor, trial.summary) == ("Phase 1/Phase 2", "Synthetic sponsor", "Two\nlines.")
    assert (trial.conditions, trial.keywords) == (("Gastric Cancer",), ("CLDN18.2",))
    assert trial.interventions == ("X cells (X-01)",)
    assert trial.sites == (Site("Hospital", "Madrid", "Spain", 40.4, -3.7, "open"),)
    assert (trial.updated, trial.notes) == ("2026-03-01", ())
    own = [item for item in trial.items if item.origin == "eligibilityCriteria"]
    assert [trial.criteria_text[item.start : item.end] for item in own] == ["Adults", "Pregnant women"]
    assert [item.kind for item in own] == ["inclusion", "exclusion"]
    assert [item.number for item in trial.items] == [1, 2, 3]


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("RECRUITING", "open"),
        ("ENROLLING_BY_INVITATION", "by invitation"),
        ("NOT_YET_RECRUITING", "not yet open"),
        ("ACTIVE_NOT_RECRUITING", "closed"),
        ("COMPLETED", "closed"),
        ("TERMINATED", "closed"),
        ("SUSPENDED", "closed"),
        ("WITHDRAWN", "closed"),
        ("UNKNOWN", "unknown"),
        ("SOMETHING_NEW", "unknown"),
        (["RECRUITING"], "unknown"),
        (None, "unknown"),
    ],
)
def test_recruitment(word: object, status: str) -> None:
    assert read(statusModule={"overallStatus": word}).status == status


@pytest.mark.parametrize(
    ("fields", "statement", "origin"),
    [
        ({"minimumAge": "18 Years"}, Quantity("age_years", ">=", 18.0), "minimumAge"),
        ({"minimumAge": "24 Months"}, Quantity("age_years", ">=", 2.0), "minimumAge"),
        ({"maximumAge": "75 Years"}, Quantity("age_years", "<=", 75.0), "maximumAge"),
        ({"minimumAge": "1 Year"}, Quantity("age_years", ">=", 1.0), "minimumAge"),
        ({"minimumAge": "grown up"}, Unread("age >= grown up"), "minimumAge"),
        ({"minimumAge": "900 Years"}, Unread("age >= 900 Years"), "minimumAge"),
        ({"minimumAge": "9" * 5000 + " Years"}, None, "minimumAge"),
        ({"sex": "FEMALE"}, Named("sex", ("female",)), "sex"),
        ({"sex": "MALE"}, Named("sex", ("male",)), "sex"),
        ({"sex": "CATS"}, Unread("sex: CATS"), "sex"),
        ({"genderBased": True, "genderDescription": "Trans men"}, Unread("Trans men"), "genderDescription"),
    ],
)
def test_fields_of_their_own_become_items(fields: dict[str, Any], statement: object, origin: str) -> None:
    [*_, item] = read(eligibilityModule=eligibility(**fields)).items
    assert (item.kind, item.origin, item.start, item.end) == ("inclusion", origin, 0, 0)
    assert item.statement == statement if statement else isinstance(item.statement, Unread)
    assert item.understood == ("not" if isinstance(item.statement, Unread) else "whole")


def test_months_are_open_within_a_year() -> None:
    [*_, item] = read(eligibilityModule=eligibility(minimumAge="6 Months")).items
    words = Unread("age >= 6 Months")
    in_that_year = All((Quantity("age_years", ">=", 0.0), words))
    assert item.statement == AnyOf((Quantity("age_years", ">=", 1.0), in_that_year))
    assert item.understood == "part"


@pytest.mark.parametrize("nothing", [{}, {"minimumAge": "N/A", "maximumAge": "N/A", "sex": "ALL"}, {"minimumAge": 7.5}])
def test_fields_that_ask_for_nothing(nothing: dict[str, Any]) -> None:
    items = read(eligibilityModule=eligibility(**nothing)).items
    assert [item.origin for item in items if item.understood == "whole"] == []


@pytest.mark.parametrize("criteria", [None, "", "  \n", 7, ["* adults"], {"a": "b"}])
def test_a_record_without_criteria_is_not_understood(criteria: object) -> None:
    [item] = read(eligibilityModule={"eligibilityCriteria": criteria}).items
    assert isinstance(item.statement, Unread)
    assert item.understood == "not"


def test_all_modules_may_be_missing() -> None:
    trial = trial_of_record({"protocolSection": {"identificationModule": {"nctId": "NCT12345678"}}}, source="synthetic")
    assert (trial.title, trial.status, trial.sites, trial.phase) == ("NCT12345678", "unknown", (), "")


@pytest.mark.parametrize(
    "module",
    [7, None, [], "text", {"locations": 3}, {"locations": [None, 5, "x", {"geoPoint": 4}]}, {"locations": {"a": 1}}],
)
def test_modules_of_wrong_types_are_left_out(module: object) -> None:
    trial = read(contactsLocationsModule=module, statusModule=module, armsInterventionsModule=module)
    assert trial.status == "unknown"
    assert all(site.latitude is None for site in trial.sites)


@pytest.mark.parametrize(
    "point",
    [{"lat": 91, "lon": 0}, {"lat": 0}, {"lat": "1", "lon": "2"}, {"lat": True, "lon": 1}, {"lat": 1e400, "lon": 0}],
)
def test_degrees_that_cannot_be_are_unknown(point: dict[str, Any]) -> None:
    [site] = read(contactsLocationsModule={"locations": [{"facility": "H", "geoPoint": point}]}).sites
    assert (site.latitude, site.longitude) == (None, None)


@pytest.mark.parametrize("date", ["2025-13-01", "2025-00", "2025-02-99", "yesterday", 20250101, None])
def test_dates_that_cannot_be_are_unknown(date: object) -> None:
    assert read(statusModule={"lastUpdatePostDateStruct": {"date": date}}).updated == ""


@pytest.mark.parametrize("number", ["", None, 7, "NCT1", "nct00000001", "NCT00000001<script>", "NCT" + "9" * 9])
def test_a_record_without_a_number_is_refused(number: object) -> None:
    with pytest.raises(StudyError, match="no study number"):
        read(identificationModule={"nctId": number})


def test_texts_stay_text() -> None:
    title = "<script>alert(1)</script>\u202e\x00 " + "x" * 900
    text = "Inclusion Criteria:\n\n* <img src=x onerror=y> \ud83d adults\x00"
    trial = read(identificationModule={"nctId": "NCT00000001", "briefTitle": title},
                 eligibilityModule={"eligibilityCriteria": text})  # fmt: skip
    assert trial.title.startswith("<script>alert(1)</script>\ufffd\ufffd x")
    assert len(trial.title) == 500
    assert trial.criteria_text == text.replace("\ud83d", "\ufffd").replace("\x00", "\ufffd")
    assert "\r" not in read(eligibilityModule={"eligibilityCriteria": "* a\r\n* b\r* c"}).criteria_text


def test_criteria_without_end_are_kept_in_part_and_not_read() -> None:
    trial = read(eligibilityModule={"eligibilityCriteria": "* adults\n" * 300_000, "minimumAge": "18 Years"})
    first, age = trial.items
    assert isinstance(first.statement, Unread)
    assert (first.start, first.end) == (0, len(trial.criteria_text)) == (0, 20_000)
    assert age.origin == "minimumAge"
    assert any("too long" in note for note in trial.notes)


PAGE = {"totalCount": 3, "studies": [record(1), {"protocolSection": {}}, record(2)], "nextPageToken": "x"}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("one.json", record(1)),
        ("page.json", PAGE),
        ("list.json", [record(1), record(2)]),
        ("empty.json", {"studies": []}),
    ],
)
def test_files_of_one_of_many_and_of_none(write: Callable[[str, Any], Path], name: str, content: Any) -> None:
    found = list(load_trials(write(name, content)))
    wanted = {"one.json": 1, "page.json": 2, "list.json": 2, "empty.json": 0}[name]
    assert sum(isinstance(trial, Trial) for trial in found) == wanted
    mistakes = [trial for trial in found if isinstance(trial, Mistake)]
    assert [mistake.where for mistake in mistakes] == (["page.json, record 2"] if name == "page.json" else [])

"""One invented patient, written in TOML and as an mCODE bundle, is the same patient."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from importlib.resources import files
from typing import Any

from example_bundle import example_bundle

from adoptive.trial.eligibility.facts import Facts

PARTS = ("diagnoses", "therapies", "antigens", "alterations", "conditions")


def _without_sources(facts: Facts) -> dict[str, Any]:
    found: dict[str, Any] = {
        "values": {
            name: tuple(dataclasses.replace(fact, source="") for fact in some) for name, some in facts.values.items()
        }
    }
    for name in PARTS:
        found[name] = tuple(dataclasses.replace(item, source="") for item in getattr(facts, name))
    for name in ("as_of", "hla", "hla_typed", "country", "latitude", "longitude", "deceased"):
        found[name] = getattr(facts, name)
    return found


def test_toml_and_mcode_give_the_same_facts(read: Callable[..., Facts]) -> None:
    written = read((files("adoptive.workbench.match.patients") / "example.toml").read_text("utf-8"))
    recorded = read(example_bundle())
    one, other = _without_sources(written), _without_sources(recorded)
    # What FHIR cannot say: the line of a treatment, hence the number of lines, and that a list is complete.
    assert [therapy.line for therapy in one["therapies"]] == [1, None, 2]
    assert one["values"].pop("prior_lines")[0].value == 2
    one["therapies"] = tuple(dataclasses.replace(therapy, line=None) for therapy in one["therapies"])
    assert one == other
    assert written.notes == ()
    assert written.complete == {"therapies"}
    assert recorded.complete == set()


def test_the_record_says_what_it_left_out(read: Callable[..., Facts]) -> None:
    assert set(read(example_bundle()).notes) == {
        "dated after 2026-06-01, left out: observations",
        "treatments that were not given, left out: RxNorm 2555",
        "orders (MedicationRequest), not taken as given: RxNorm 1601374",
        "conditions that are only suspected, left out: SNOMED 233604007",
    }

"""What of a patient's facts is taken over, and what is said to be drawn instead."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest

from adoptive.trial.eligibility.facts import AntigenTest, Condition, Diagnosis, Fact, Facts
from adoptive.workbench.match.forecast.known import Stained, known_of
from adoptive.workbench.match.forecast.names import model_tumours
from adoptive.workbench.match.types import Trial

People = Callable[..., Facts]
Own = Callable[[str], Trial]


def _values(facts: Facts, **values: Fact) -> Facts:
    return dataclasses.replace(facts, values={**facts.values, **{name: (fact,) for name, fact in values.items()}})


def test_everything_is_either_taken_or_said_to_be_drawn(person: People, nobody: Facts, own: Own) -> None:
    study = own("satri-cel").study
    nothing, much = known_of(nobody, study), known_of(person(), study)
    assert nothing.columns == {}
    assert nothing.taken == ()
    assert len(nothing.assumed) > 12
    assert "LDH" in much.assumed
    assert "CLDN18.2: 80 % of cells at 2+ or more" in much.taken
    assert not {line.split(":")[0] for line in much.taken} & set(much.assumed)


@pytest.mark.parametrize(
    ("fact", "stands"),
    [
        (Fact(40.0), 40.0),
        (Fact(40.0, until=42.0), 41.0),
        (Fact(40.0, censored="<"), None),
        (Fact(4000.0), None),
        (Fact(float("nan")), None),
        (Fact("forty"), None),
        (Fact(True), None),
    ],
)
def test_a_bound_or_an_impossible_number_is_not_taken(
    fact: Fact, stands: float | None, nobody: Facts, own: Own
) -> None:
    known = known_of(_values(nobody, albumin_g_l=fact), own("satri-cel").study)
    assert known.columns.get("albumin_g_l") == stands
    assert any(line.startswith("albumin") for line in known.assumed) == (stands is None)


def test_ldh_needs_the_laboratorys_own_limit(nobody: Facts, own: Own) -> None:
    study = own("satri-cel").study
    without, with_limit = Fact(500.0), Fact(500.0, upper_limit=250.0)
    assert "ldh_ratio" not in known_of(_values(nobody, ldh_u_l=without), study).columns
    assert known_of(_values(nobody, ldh_u_l=with_limit), study).columns["ldh_ratio"] == 2.0


def test_clearance_is_computed_by_cockcroft_and_gault_in_adults_only(nobody: Facts, own: Own) -> None:
    study = own("satri-cel").study
    known = {"age_years": Fact(40.0), "weight_kg": Fact(72.0), "sex": Fact("male"), "creatinine_mg_dl": Fact(1.0)}
    assert known_of(_values(nobody, **known), study).columns["creatinine_clearance_ml_min"] == 100.0
    child = known | {"age_years": Fact(9.0)}
    assert "creatinine_clearance_ml_min" not in known_of(_values(nobody, **child), study).columns


def test_peritoneal_metastases_are_unknown_unless_somebody_looked(nobody: Facts, own: Own) -> None:
    study = own("satri-cel").study
    for state, stands in (("active", 1.0), ("absent", 0.0), ("past", None)):
        facts = dataclasses.replace(nobody, conditions=(Condition("peritoneal metastases", state),))  # type: ignore[arg-type]
        assert known_of(facts, study).columns.get("peritoneal") == stands
    assert "peritoneal" not in known_of(nobody, study).columns


@pytest.mark.parametrize(
    ("test", "stained", "negative"),
    [
        (AntigenTest("claudin18.2", "IHC", share=0.5), Stained(0.5, 2), False),
        (AntigenTest("CLDN18.2", "IHC", intensity=3.0, share=0.5), Stained(0.5, 3), False),
        (AntigenTest("CLDN18.2", "IHC", intensity=1.0, share=0.5), None, False),
        (AntigenTest("CLDN18.2", "IHC", intensity=1.0, share=0.1), Stained(0.1, 1), False),
        (AntigenTest("CLDN18.2", "IHC", share=0.0), Stained(0.0, 2), True),
        (AntigenTest("CLDN18.2", "IHC", positive=False), None, True),
        (AntigenTest("CLDN18.2", "IHC", positive=True), None, False),
        (AntigenTest("HER2", "IHC", share=0.5), None, False),
        (AntigenTest("CLDN18.2", "PCR", positive=False), None, False),
    ],
)
def test_a_stain_is_taken_if_it_says_what_the_study_asks(
    test: AntigenTest, stained: Stained | None, negative: bool, nobody: Facts, own: Own
) -> None:
    known = known_of(dataclasses.replace(nobody, antigens=(test,)), own("satri-cel").study)
    assert (known.stained, known.negative) == (stained, negative)


def test_a_past_diagnosis_is_none_of_today(nobody: Facts, own: Own) -> None:
    facts = dataclasses.replace(nobody, diagnoses=(Diagnosis("melanoma", current=False), Diagnosis("gastric cancer")))
    assert known_of(facts, own("satri-cel").study).tumours == ("gastric",)


@pytest.mark.parametrize(
    ("diagnosis", "tumours"),
    [
        ("gastro-oesophageal junction adenocarcinoma", ("gastric",)),
        ("osteosarcoma", ("osteosarcoma",)),
        ("leiomyosarcoma", ("sarcoma",)),
        ("myxoid/round cell liposarcoma", ("myxoid liposarcoma",)),
        ("diffuse large B-cell lymphoma", ("large B-cell lymphoma",)),
        ("pancreatic neuroendocrine tumour", ()),
        ("gastrointestinal cancer", ()),
        ("solid tumour", ()),
        ("T-cell acute lymphoblastic leukaemia", ()),
        ("uveal melanoma", ()),
        ("", ()),
    ],
)
def test_a_diagnosis_is_one_of_the_models_tumours_or_none(diagnosis: str, tumours: tuple[str, ...]) -> None:
    assert model_tumours(diagnosis) == tumours

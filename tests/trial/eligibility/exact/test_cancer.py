"""Cancers: names narrower, broader and other; stage; spread; another cancer beside the one to be treated."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

import pytest

from adoptive.trial.eligibility.facts import Condition, Diagnosis, Facts, Therapy
from adoptive.trial.eligibility.judge import explain, truth
from adoptive.trial.eligibility.judge.kinship import different, kin_of, tables
from adoptive.trial.eligibility.statements import Disease, Truth
from adoptive.trial.eligibility.vocabulary import load_vocabulary
from eligibility_samples import TODAY


def ago(days: int) -> datetime.date:
    return TODAY - datetime.timedelta(days=days)


def patient(*found: Diagnosis, complete: Iterable[Any] = (), **more: Any) -> Facts:
    return Facts("synthetic", TODAY, diagnoses=found, complete=frozenset(complete), **more)


@pytest.mark.parametrize(
    ("on_record", "asked", "expected"),
    [
        ("gastric adenocarcinoma", "gastric cancer", True),
        ("gastric adenocarcinoma", "solid tumour", True),
        ("gastric cancer", "gastric adenocarcinoma", None),
        ("solid tumour", "gastric cancer", None),
        ("gastric cancer", "colorectal cancer", False),
        ("gastric cancer", "multiple myeloma", False),
        ("breast cancer", "adenocarcinoma", None),
        ("gastric adenocarcinoma", "squamous cell carcinoma", False),
        ("invasive ductal breast carcinoma", "triple-negative breast cancer", None),
        ("HER2-positive breast cancer", "triple-negative breast cancer", False),
        ("small cell lung cancer", "non-small cell lung cancer", False),
        ("lung cancer", "non-small cell lung cancer", None),
        ("gastro-oesophageal junction adenocarcinoma", "oesophageal cancer", None),
        ("osteosarcoma", "synovial sarcoma", False),
        ("synovial sarcoma", "solid tumour", True),
        ("primary CNS lymphoma", "large B-cell lymphoma", None),
        ("a name that nobody knows", "gastric cancer", None),
        ("gastric cancer", "a name that nobody knows", None),
    ],
)
def test_names(on_record: str, asked: str, expected: Truth) -> None:
    assert truth(Disease((asked,)), patient(Diagnosis(on_record))) is expected


def test_histology_says_more_of_the_same_cancer() -> None:
    told = Diagnosis("gastric cancer", histology="adenocarcinoma")
    assert truth(Disease(("gastric adenocarcinoma",)), patient(told)) is True
    assert truth(Disease(("squamous cell carcinoma",)), patient(told)) is False


def test_no_diagnosis_is_unknown_and_a_past_one_is_not_had() -> None:
    asked = Disease(("gastric cancer",))
    assert explain(asked, patient()).settle == ("the diagnosis: gastric cancer",)
    assert truth(asked, patient(complete=["diagnoses"])) is False
    over = Diagnosis("gastric cancer", current=False)
    assert truth(asked, patient(over)) is None
    assert truth(asked, patient(over, complete=["diagnoses"])) is False
    assert truth(asked, patient(over, Diagnosis("melanoma"))) is False
    assert truth(asked, patient(Diagnosis("gastric cancer", current=None))) is None
    assert truth(asked, patient(Diagnosis("gastric cancer", day=ago(-4)))) is None
    assert truth(asked, patient(Diagnosis("melanoma", day=ago(-4)))) is None


@pytest.mark.parametrize(
    ("stage", "asked", "expected"),
    [
        ("IV", ("III", "IV"), True),
        ("IIIB", ("III",), True),
        ("stage iiia", ("III",), True),
        ("4", ("IV",), True),
        ("III", ("IIIB",), None),
        ("IIIC", ("IIIB",), False),
        ("IIIA2", ("IIIA",), True),
        ("II", ("III", "IV"), False),
        ("", ("III", "IV"), None),
        ("pT3N1", ("III",), None),
        ("extensive", ("extensive",), True),
    ],
)
def test_stage(stage: str, asked: tuple[str, ...], expected: Truth) -> None:
    assert truth(Disease((), stages=asked), patient(Diagnosis("gastric cancer", stage=stage))) is expected


@pytest.mark.parametrize(
    ("name", "stage", "metastatic", "unresectable", "extent", "expected"),
    [
        ("gastric cancer", "IV", None, None, "metastatic", True),
        ("gastric cancer", "IVB", None, None, "metastatic", True),
        ("gastric cancer", "IVA", None, None, "metastatic", None),
        ("head and neck squamous cell carcinoma", "IV", None, None, "metastatic", None),
        ("squamous cell carcinoma", "IV", None, None, "metastatic", None),
        ("large B-cell lymphoma", "IV", None, None, "metastatic", None),
        ("gastric cancer", "III", None, None, "metastatic", None),
        ("gastric cancer", "", True, None, "metastatic", True),
        ("gastric cancer", "II", False, None, "metastatic", False),
        ("gastric cancer", "IV", False, None, "metastatic", None),
        ("gastric cancer", "", None, True, "unresectable", True),
        ("gastric cancer", "", True, None, "unresectable", None),
        ("gastric cancer", "", True, None, "locally advanced or metastatic", True),
        ("gastric cancer", "III", None, True, "locally advanced or metastatic", True),
        ("gastric cancer", "I", False, True, "locally advanced or metastatic", None),
        ("gastric cancer", "I", False, False, "locally advanced or metastatic", False),
        ("gastric cancer", "III", False, False, "advanced", None),
        ("gastric cancer", "IV", None, None, "advanced", True),
        ("gastric cancer", "IV", None, None, "a word nobody knows", None),
    ],
)
def test_spread(name: str, stage: str, metastatic: Truth, unresectable: Truth, extent: Any, expected: Truth) -> None:
    told = Diagnosis(name, stage=stage, metastatic=metastatic, unresectable=unresectable)
    assert truth(Disease((), extent=(extent,)), patient(told)) is expected


def test_a_stage_at_diagnosis_beside_metastases_is_open() -> None:
    told = patient(Diagnosis("gastric cancer", stage="II", metastatic=True))
    assert truth(Disease((), stages=("IV",)), told) is None
    assert truth(Disease((), stages=("II",)), told) is None
    assert truth(Disease((), stages=("II", "III", "IV")), told) is True


def test_metastases_among_the_conditions_count() -> None:
    told = patient(Diagnosis("gastric cancer"), conditions=(Condition("liver metastases", "active"),))
    assert truth(Disease((), extent=("metastatic",)), told) is True


def test_recurrent_or_refractory() -> None:
    asked = Disease((), extent=("recurrent or refractory",))
    grew = (Therapy("FOLFOX", stopped_for="progression"),)
    assert truth(asked, patient(Diagnosis("gastric cancer"), therapies=grew)) is True
    assert truth(asked, patient(Diagnosis("gastric cancer"))) is None
    assert truth(asked, patient(Diagnosis("gastric cancer"), complete=["therapies"])) is False


def test_another_cancer_than_the_one_to_be_treated() -> None:
    asked = Disease((), other_than_study_disease=True, within_days=1096)
    stomach = Diagnosis("gastric adenocarcinoma", day=ago(200))
    assert truth(asked, patient(stomach)) is None
    assert truth(asked, patient(stomach, complete=["diagnoses"])) is False
    assert truth(asked, patient(stomach, Diagnosis("melanoma"))) is True
    assert truth(asked, patient(stomach, Diagnosis("gastric cancer"), complete=["diagnoses"])) is False
    assert truth(asked, patient(stomach, Diagnosis("gastro-oesophageal junction cancer"))) is None
    past = Diagnosis("melanoma", day=ago(900), current=False)
    assert truth(asked, patient(stomach, past)) is True
    old = Diagnosis("melanoma", day=ago(5000), current=False)
    assert truth(asked, patient(stomach, old, complete=["diagnoses"])) is None
    assert "last there" in explain(asked, patient(stomach, old)).settle[0]
    skin = Disease(("melanoma",), other_than_study_disease=True)
    assert truth(skin, patient(stomach, complete=["diagnoses"])) is False
    assert truth(skin, patient(stomach, Diagnosis("melanoma"))) is True


def test_tables_name_what_the_vocabulary_has() -> None:
    vocabulary, rows = load_vocabulary(), tables()
    named = {
        "diseases": {
            *rows["families"],
            *rows["across"],
            *rows["stage_four_unspread"],
            *(name for pair in rows["apart"] + rows["near"] for name in pair),
        },
        "treatments": {*rows["by_purpose"], *sum(rows["by_purpose"].values(), rows["one_day"])},
        "conditions": {*rows["passing"], *rows["passing_by_name"], "distant metastases", "peritoneal metastases"},
    }
    for kind, names in named.items():
        assert names - set(vocabulary.terms(kind)) == set(), kind  # type: ignore[arg-type]


def test_different_is_mutual_and_never_said_of_kin() -> None:
    vocabulary = load_vocabulary()
    names = sorted(vocabulary.terms("diseases"))[::4]
    for one in names:
        for two in names:
            if different(one, two):
                assert different(two, one), (one, two)
                assert not vocabulary.is_a("diseases", one, two), (one, two)
                assert vocabulary.narrower("diseases", one).isdisjoint(vocabulary.narrower("diseases", two)), (one, two)
                assert kin_of("diseases", (one,)).is_one(two) is False, (one, two)

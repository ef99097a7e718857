"""The labelled set itself: its words are those of the vocabulary, it is varied, and its patients tell it apart."""

from __future__ import annotations

import dataclasses
from collections import Counter

import pytest

pytest.importorskip("benchmarks.matching", reason="needs the repository beside the package")

from benchmarks.matching.labelled import LABELLED, Labelled
from benchmarks.matching.patients import leaves, synthetic_patients
from benchmarks.matching.sameness import comparable, has_unread, same_structure

from adoptive.trial.eligibility.judge import truth
from adoptive.trial.eligibility.statements import (
    All,
    AntigenLevel,
    AnyOf,
    Disease,
    Flag,
    Has,
    Named,
    Not,
    Quantity,
    Treated,
    Unread,
    normal,
)
from adoptive.trial.eligibility.vocabulary import Kind, load_vocabulary

WORDS = load_vocabulary()
PATIENTS = synthetic_patients([label.statement for label in LABELLED])
ASKED = (
    *("age", "sex", "diagnosis", "stage", "measurable disease", "second cancer", "performance", "life expectancy"),
    *("prior treatment", "washout", "steroids", "prior cell therapy", "vaccine", "bridging", "antigen", "HLA", "gene"),
    *("laboratory", "organ function", "infection", "CNS", "pregnancy", "autoimmunity", "heart", "lung"),
    *("other condition", "venous access", "caregiver", "consent", "hard", "trap"),
)


def _named(kind: Kind, names: tuple[str, ...]) -> list[str]:
    return [name for name in names if name not in WORDS.terms(kind)]


def test_the_set_is_large_varied_and_said_once() -> None:
    domains = Counter(label.domain for label in LABELLED)
    assert len(LABELLED) >= 300
    assert [name for name in ASKED if domains[name] < 2] == []
    assert max(Counter((label.kind, label.text) for label in LABELLED).values()) == 1
    assert sum(label.kind == "exclusion" for label in LABELLED) >= 100
    assert sum(has_unread(label.statement) for label in LABELLED) >= 20
    assert {label.gate for label in LABELLED} == {"procurement", "treatment", "infusion day"}


def test_labels_speak_the_vocabulary() -> None:
    unknown: list[str] = []
    for label in LABELLED:
        for leaf in leaves(label.statement):
            match leaf:
                case Disease(names):
                    unknown += _named("diseases", names)
                case Treated(names):
                    unknown += _named("treatments", names)
                case Has(names):
                    unknown += _named("conditions", names)
                case AntigenLevel(target):
                    unknown += _named("antigens", (target,))
                case Quantity(field) | Flag(field) | Named(field):
                    unknown += [] if field in WORDS.fields else [field]
    assert unknown == []


def test_numbers_of_labels_are_plausible() -> None:
    for label in LABELLED:
        for leaf in leaves(label.statement):
            if isinstance(leaf, Quantity) and not leaf.times_normal:
                known = WORDS.fields[leaf.field]
                assert (known.low or 0) <= leaf.value <= (known.high or leaf.value), label.text


@pytest.mark.parametrize("label", LABELLED, ids=lambda label: label.text[:40])
def test_normal_forms_are_settled(label: Labelled) -> None:
    settled = comparable(label.statement)
    assert comparable(settled) == settled
    assert normal(normal(label.statement)) == normal(label.statement)
    assert same_structure(label.statement, label.statement)
    assert not same_structure(Not(label.statement), label.statement) or has_unread(label.statement)


def test_patients_are_told_apart_by_every_label() -> None:
    blind = []
    for label in LABELLED:
        if has_unread(label.statement) or label.statement == All(()):
            continue
        seen = {truth(label.statement, facts) for facts in PATIENTS}
        if not seen >= {True, False}:
            blind.append((label.text, seen))
    qualified = [
        entry
        for entry in blind
        if not any(w in entry[0].lower() for w in ("uncontrolled", "untreated", "symptomatic", "requiring"))
    ]
    assert qualified == []
    assert len(PATIENTS) >= 12


def test_an_unknown_patient_decides_nothing() -> None:
    decided = [label.text for label in LABELLED if truth(label.statement, PATIENTS[0]) is not None]
    assert decided == [label.text for label in LABELLED if label.statement == All(())]


def test_sameness_forgives_only_what_cannot_matter() -> None:
    age, hiv, flu = Quantity("age_years", ">=", 18), Has(("HIV infection",)), Has(("influenza",))
    assert same_structure(Has(("influenza", "HIV infection")), AnyOf((hiv, flu)))
    assert same_structure(All((age, All((hiv, flu)))), All((flu, hiv, age)))
    assert same_structure(Unread("all"), All((hiv, Unread("except"))))
    assert not same_structure(Unread("all"), hiv)
    assert not same_structure(hiv, All((hiv, Unread("except"))))
    assert not same_structure(All((hiv, flu)), AnyOf((hiv, flu)))
    for other in (
        dataclasses.replace(age, compare=">"),
        dataclasses.replace(age, value=19),
        dataclasses.replace(age, times_normal=True),
    ):
        assert not same_structure(other, age)
    for condition in (
        dataclasses.replace(hiv, ever=True),
        dataclasses.replace(hiv, within_days=28),
        dataclasses.replace(hiv, qualifier="uncontrolled"),
    ):
        assert not same_structure(condition, hiv)

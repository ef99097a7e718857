"""Protocols of care: what each rule asks of the model, what a study may change, and what it may not write."""

from __future__ import annotations

import dataclasses
from typing import Any, get_args

import numpy as np
import pytest

from adoptive.cohort import Cohort
from adoptive.errors import StudyError
from adoptive.infusion import DRUGS, Care, CareRule, SignLevels, doses_given, protocol_rules, supportive_care, wards
from adoptive.infusion.care import AGAINST_FEVER, days_under, first_dose_day
from adoptive.infusion.protocol import DOSE_UNITS, TRIGGERS, Drug, Named, Sign
from adoptive.kinetics.simulate import engine
from adoptive.parameters import Typical
from adoptive.trial.types import Study
from adoptive.workbench.fields import fields_of
from adoptive.workbench.study import dump_study, parse_study

GRADES = np.array([[20.0, 150.0, 900.0, 2000.0], [10.0, 60.0, 500.0, 400.0]])
LEAKS = np.array([[0.1, 0.2, 0.3, 0.4], [0.2, 0.25, 0.3, 0.5]])
LEVELS = SignLevels(GRADES, LEAKS, np.array([1000.0, 500.0]))


def rule(drug: Any = "tocilizumab", trigger: Any = "CRS grade", level: float = 2.0, **changed: Any) -> CareRule:
    settings: dict[str, Any] = {"dose": 8.0, "interval_days": 1 / 3, "maximum": 4}
    return CareRule(drug, trigger, level, **(settings | changed))


@pytest.fixture(scope="module")
def two(candidates: Cohort) -> Cohort:
    return dataclasses.replace(candidates.take(np.array([0, 1])), weight_kg=np.array([60.0, 120.0]))


AMOUNTS: list[tuple[Any, float, str | None, list[float]]] = [
    ("antipyretic", 1.0, None, [1.0, 1.0]),
    ("vasopressor", 1.0, None, [1.0, 1.0]),
    ("tocilizumab", 8.0, "tocilizumab", [480.0, 800.0]),
    ("dexamethasone", 10.0, "dexamethasone", [10.0, 10.0]),
    ("methylprednisolone", 533.0, "dexamethasone", [100.0, 100.0]),
    ("anakinra", 100.0, "anakinra", [100.0, 100.0]),
    ("filgrastim", 5.0, "filgrastim", [5.0, 5.0]),
    ("rasburicase", 0.2, "rasburicase", [0.2, 0.2]),
    ("immunoglobulin", 0.4, "immunoglobulin", [0.328, 0.656]),
]


@pytest.mark.parametrize(("drug", "dose", "jump", "amount"), AMOUNTS)
def test_a_dose_becomes_what_the_model_takes(
    two: Cohort, typical: Typical, drug: Any, dose: float, jump: str | None, amount: list[float]
) -> None:
    (ward,) = wards((rule(drug, dose=dose),), two, LEVELS, typical=typical)
    assert ward.jump == jump
    assert jump is None or jump in DRUGS
    np.testing.assert_allclose(ward.amount, amount, rtol=1e-12)
    written = amount if drug == "tocilizumab" else [dose, dose]
    np.testing.assert_allclose(np.broadcast_to(ward.dose, 2), written)
    assert ward.unit == ("mg" if drug == "tocilizumab" else DOSE_UNITS[drug])


THRESHOLDS: list[tuple[Any, float, list[float]]] = [
    ("CRS grade", 1.0, [20.0, 10.0]),
    ("CRS grade", 2.0, [150.0, 60.0]),
    ("CRS grade", 3.0, [900.0, 400.0]),
    ("CRS grade", 4.0, [2000.0, 400.0]),
    ("ICANS grade", 2.0, [0.2, 0.25]),
    ("ICANS grade", 4.0, [0.4, 0.5]),
    ("neutrophils below", 0.5, [-0.5, -0.5]),
    ("uric acid above", 8.0, [8.0, 8.0]),
    ("IgG below", 400.0, [-0.4, -0.8]),
    ("ferritin above", 1e4, [1e4, 1e4]),
]


@pytest.mark.parametrize(("trigger", "level", "threshold"), THRESHOLDS)
def test_a_sign_becomes_a_level_of_a_signal(
    two: Cohort, typical: Typical, trigger: Any, level: float, threshold: list[float]
) -> None:
    """Who reaches the level of grade 4 below that of grade 3 has at least grade 3 there."""
    (ward,) = wards((rule("dexamethasone", trigger, level),), two, LEVELS, typical=typical)
    assert ward.signal == TRIGGERS[trigger][0]
    np.testing.assert_allclose(ward.threshold, threshold, rtol=1e-12)


def test_every_sign_is_a_signal_of_the_model() -> None:
    assert set(TRIGGERS) == set(get_args(Sign))
    assert set(DOSE_UNITS) == set(get_args(Drug))
    assert {signal for signal, _ in TRIGGERS.values()} == set(engine()._signals)


@pytest.mark.parametrize("name", get_args(Named))
def test_protocols_can_be_read_and_have_no_rule_twice(name: str) -> None:
    rules = protocol_rules(name)
    assert (len(rules) > 0) == (name in ("ASCO 2021", "early steroids"))
    assert len({(r.drug, r.trigger, r.level) for r in rules}) == len(rules)


def test_tocilizumab_by_asco_is_8_mg_per_kg_every_8_hours_three_a_day_four_in_all() -> None:
    (given,) = [r for r in protocol_rules("ASCO 2021") if r.drug == "tocilizumab"]
    assert (given.trigger, given.level, given.dose, given.maximum) == ("CRS grade", 2.0, 8.0, 4)
    orders = np.arange(given.maximum) * given.interval_days
    assert max(((orders >= day) & (orders < day + 1.0)).sum() for day in orders) == 3


def test_an_unknown_protocol_is_refused() -> None:
    with pytest.raises(StudyError, match="no such protocol"):
        protocol_rules("ASCO 1921")


def test_a_studys_rule_stands_in_place_of_all_of_the_same_drug_and_sign() -> None:
    own = rule("dexamethasone", "CRS grade", 2.0, dose=20.0)
    rules = Care("ASCO 2021", (own,)).in_force()
    assert [r for r in rules if r.key == own.key] == [own]
    assert len(rules) == len(protocol_rules("ASCO 2021")) - 1, "two rules made room for one"
    struck = Care("ASCO 2021", (dataclasses.replace(own, maximum=0),)).in_force()
    assert not [r for r in struck if r.key == own.key]
    assert (
        len(Care("ASCO 2021", (rule("anakinra", "ICANS grade", 3.0),)).in_force())
        == len(protocol_rules("ASCO 2021")) + 1
    )


def test_an_empty_stock_is_no_rule() -> None:
    assert Care("none", (rule(stock_doses=0),)).in_force() == ()
    assert len(Care("none", (rule(stock_doses=1),)).in_force()) == 1


def test_the_drugs_of_the_regimen_can_be_replaced(study: Study, two: Cohort, typical: Typical) -> None:
    care = Care("drugs of the regimen", (rule(maximum=2),))
    regimen = dataclasses.replace(study.infusion, care=care)
    given = supportive_care(regimen, two, levels=LEVELS, typical=typical)
    assert [(ward.drug, ward.maximum) for ward in given] == [("dexamethasone", 3), ("tocilizumab", 2)]
    assert np.isinf(given[0].again_days)
    assert given[1].again_days == pytest.approx(1 / 3)
    assert supportive_care(dataclasses.replace(regimen, care=Care("none")), two, levels=LEVELS, typical=typical) == ()


def test_doses_are_listed_by_patient_and_day_up_to_the_last_one_seen(two: Cohort, typical: Typical) -> None:
    given = wards((rule(delay_days=0.5), rule("dexamethasone", dose=10.0)), two, LEVELS, typical=typical)
    fired = np.full((2, 2, 3), np.inf)
    fired[0, 0, :2], fired[0, 1, 0], fired[1, 0, 0], fired[1, 1, 0] = [30.0, 31.0], 30.2, 40.0, 41.0
    doses = doses_given(given, fired, until=np.array([31.2, 60.0]))
    assert doses.row.tolist() == [0, 0, 1, 1]
    assert doses.day.tolist() == [30.2, 30.5, 40.5, 41.0]
    assert doses.drug.tolist() == ["dexamethasone", "tocilizumab", "tocilizumab", "dexamethasone"]
    assert doses.dose.tolist() == [10.0, 480.0, 800.0, 10.0]
    assert set(doses.unit.tolist()) == {"mg"}
    assert first_dose_day(given, fired, drugs=("tocilizumab",)).tolist() == [30.5, 40.5]
    assert first_dose_day(given, fired, drugs=("tocilizumab", "dexamethasone")).tolist() == [30.2, 40.5]
    assert np.isinf(first_dose_day(given, fired, drugs=("filgrastim",))).all()
    assert set(AGAINST_FEVER) < set(DOSE_UNITS)


def test_days_under_a_drug_are_those_of_its_doses(two: Cohort, typical: Typical) -> None:
    given = wards((rule("antipyretic", "CRS grade", 1.0, dose=1.0, delay_days=0.5),), two, LEVELS, typical=typical)
    fired = np.array([[[3.2, 3.6, 6.0]], [[np.inf, np.inf, np.inf]]])
    marked = days_under(given, fired, np.arange(10.0), drug="antipyretic")
    assert np.flatnonzero(marked[0]).tolist() == [3, 4, 6]
    assert not marked[1].any()
    assert not days_under(given, fired, np.arange(10.0), drug="vasopressor").any()


def test_nobody_without_a_ward_is_given_anything() -> None:
    doses = doses_given((), np.full((3, 1, 1), np.inf), until=np.full(3, 9.0))
    assert len(doses.row) == len(doses.day) == len(doses.unit) == 0


@pytest.mark.parametrize("name", get_args(Named))
def test_a_study_with_a_protocol_is_written_and_read_back(study: Study, name: Any) -> None:
    own = (rule(stock_doses=2, restock_days=7.0), rule("filgrastim", "neutrophils below", 0.5, dose=5.0, from_day=2.0))
    changed = dataclasses.replace(study, infusion=dataclasses.replace(study.infusion, care=Care(name, own)))
    assert parse_study(dump_study(changed)) == changed


def test_a_study_without_the_section_keeps_the_drugs_of_its_regimen(study: Study) -> None:
    assert study.infusion.care == Care() == Care("drugs of the regimen", ())


WRITTEN = """
[infusion.care]
protocol = "ASCO 2012"

[[infusion.care.rules]]
drug = "aspirin"
trigger = "CRS grade"
level = 2.0
dose = 8.0
interval_days = 0.3
maximum = 400

[[infusion.care.rules]]
drug = "vasopressor"
trigger = "ICANS grade"
level = 2.0
dose = 1.0
interval_days = 1.0
maximum = 4

[[infusion.care.rules]]
drug = "dexamethasone"
trigger = "CRS grade"
level = 2.5
dose = 10.0
interval_day = 1.0
maximum = 4
"""


def test_all_mistakes_of_the_section_are_said_at_once(study: Study) -> None:
    lines = dump_study(study).split("[infusion.care]")
    rest = lines[1][lines[1].index("\n[") :]
    with pytest.raises(StudyError) as said:
        parse_study(lines[0] + WRITTEN + rest)
    text = str(said.value)
    for part in ("ASCO 2012", "ASCO 2021", "aspirin", "at most 100", "interval_day", "write interval_days"):
        assert part in text, part
    assert "acts on the signs of cytokine release only" in text


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"level": 5.0}, "no such grade"),
        ({"level": 1.5}, "no such grade"),
        ({"drug": "antipyretic"}, "acts on the signs"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(changed: dict[str, Any], words: str) -> None:
    with pytest.raises(StudyError, match=words):
        rule(**({"trigger": "ICANS grade"} | changed))


def test_the_same_rule_twice_is_refused_and_two_grades_of_one_drug_are_not() -> None:
    with pytest.raises(StudyError, match="written twice") as said:
        Care("none", (rule(), rule(level=3.0), rule()))
    assert said.value.where == "infusion.care.rules[3]"
    assert len(Care("none", (rule(), rule(level=3.0))).in_force()) == 2


def test_every_line_of_show_is_a_field_that_a_file_may_write(study: Study) -> None:
    """With rules of care, which hold settings of their own that are no fields."""
    ruled = dataclasses.replace(
        study, infusion=dataclasses.replace(study.infusion, care=Care("none", (rule(), rule(level=3.0))))
    )
    shown = [field for field in fields_of(ruled) if field.name.startswith("infusion.care")]
    assert len(shown) == 1 + 2 * len(dataclasses.fields(CareRule))
    for field in fields_of(ruled):
        assert "__" not in field.name, field.name
        assert field.meaning, field.name

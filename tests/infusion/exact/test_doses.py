"""Doses counted by hand: cells by weight and surface, split doses, lymphodepletion by drug, drugs beside the cells."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from adoptive.cohort import Cohort
from adoptive.errors import StudyError
from adoptive.facility import Failure, Product, make_products
from adoptive.infusion import (
    DRUGS,
    Choice,
    ChoiceDrug,
    DrugCourse,
    DrugDays,
    Infusions,
    Regimen,
    SplitDose,
    car_positive_dose,
    choose_drugs,
    counted_dose,
    dose_from_what_is_left,
    lead_days,
    plan_courses,
    plan_cycle,
    plan_infusion,
    plan_lymphodepletion,
    plan_waiting,
    withhold,
)
from adoptive.parameters import Typical
from adoptive.streams import Streams
from adoptive.trial.types import Study

FLAT = Regimen(dose_cells=1e8)


@pytest.fixture
def pair(candidates: Cohort) -> Cohort:
    """A child of 20 kg and 0.8 m2 and a man of 80 kg and 2 m2, with normal kidneys; surface by Mosteller."""
    two = candidates.take(np.arange(2))
    kilograms, metres2 = np.array([20.0, 80.0]), np.array([0.8, 2.0])
    return dataclasses.replace(
        two,
        weight_kg=kilograms,
        height_cm=3600.0 * metres2**2 / kilograms,
        creatinine_clearance_ml_min=90.0 * metres2 / 1.73,
    )


def told(plan: Infusions, row: int = 0) -> list[tuple[float, str, float]]:
    return [
        (float(day), DRUGS[kind], float(amount))
        for day, kind, amount in zip(plan.day[row], plan.kind[row], plan.amount[row], strict=True)
        if np.isfinite(day)
    ]


@pytest.mark.parametrize(
    ("basis", "limit", "cells"),
    [
        ("flat", 0.0, [1e8, 1e8]),
        ("per kg", 0.0, [2e9, 8e9]),
        ("per m2", 0.0, [0.8e8, 2e8]),
        ("per kg", 5e9, [2e9, 5e9]),
        ("flat", 0.5e8, [0.5e8, 0.5e8]),
    ],
)
def test_a_dose_by_weight_or_surface_is_that_much_for_each(
    pair: Cohort, basis: str, limit: float, cells: list[float]
) -> None:
    regimen = dataclasses.replace(FLAT, dose_basis=basis, dose_limit_cells=limit)  # type: ignore[arg-type]
    np.testing.assert_allclose(counted_dose(regimen, pair), cells, rtol=1e-12)


def test_of_all_t_cells_the_positive_share_counts(pair: Cohort) -> None:
    share = np.array([0.3, 0.5])
    every = dataclasses.replace(FLAT, dose_counts="all T cells")
    np.testing.assert_allclose(car_positive_dose(every, pair, share), [0.3e8, 0.5e8])
    np.testing.assert_allclose(car_positive_dose(FLAT, pair, share), [1e8, 1e8])


@pytest.fixture
def product(study: Study, candidates: Cohort, typical: Typical, streams: Streams) -> Product:
    """Products of which the first holds 1e8, the second 2.5e8 cells beyond the overfill of 1.25."""
    made = make_products(
        study.facility,
        candidates.take(np.arange(2)),
        dose_cells=0.0,
        decided_day=np.zeros(2),
        typical=typical,
        streams=streams,
    )
    return dataclasses.replace(
        made,
        failure=np.full(2, int(Failure.NONE)),
        car_positive_cells=1.25 * np.array([1e8, 2.5e8]),
        recall_day=np.full(2, np.inf),
    )


def test_the_next_dose_is_smaller_if_fewer_cells_are_left(product: Product) -> None:
    half = dataclasses.replace(FLAT, minimum_dose_share=0.5)
    overfill, none, planned = np.full(2, 1.25), np.zeros(2), np.full(2, 2e8)

    def next_dose(regimen: Regimen, given: np.ndarray) -> tuple[list[bool], list[float]]:
        enough, dose = dose_from_what_is_left(regimen, product, planned=planned, given=given, overfill=overfill)
        return enough.tolist(), dose.tolist()

    assert next_dose(half, none) == ([True, True], [1e8, 2e8])
    assert next_dose(FLAT, none)[0] == [False, True]
    assert next_dose(half, np.array([1e8, 2e8]))[0] == [False, False]
    assert next_dose(half, np.array([0.0, 1.5e8])) == ([True, True], [1e8, 1e8])


def test_nobody_gets_a_product_that_failed(product: Product) -> None:
    failed = dataclasses.replace(product, failure=np.array([int(Failure.GROWTH), int(Failure.NONE)]))
    amounts = {"planned": np.full(2, 1e7), "given": np.zeros(2), "overfill": np.full(2, 1.25)}
    enough, _ = dose_from_what_is_left(FLAT, failed, **amounts)
    assert enough.tolist() == [False, True]


def test_a_split_dose_is_given_in_its_parts() -> None:
    regimen = dataclasses.replace(FLAT, split=(SplitDose(0, 0.1), SplitDose(1, 0.3), SplitDose(2, 0.6)))
    plan = plan_infusion(regimen, infusion_day=np.array([30.0, np.inf]), cells=np.array([2e8, 2e8]))
    assert told(plan) == [(30.0, "infusion", 2e7), (31.0, "infusion", 6e7), (32.0, "infusion", 1.2e8)]
    assert told(plan, 1) == []


@pytest.mark.parametrize(
    "split",
    [
        (SplitDose(0, 0.5), SplitDose(1, 0.4)),
        (SplitDose(1, 0.5), SplitDose(2, 0.5)),
        (SplitDose(0, 0.5), SplitDose(0, 0.5)),
    ],
)
def test_parts_that_are_no_dose_are_refused(split: tuple[SplitDose, ...]) -> None:
    with pytest.raises(StudyError, match="parts of a dose"):
        Regimen(dose_cells=1e8, split=split)


def depletion(cohort: Cohort, typical: Typical, *drugs: DrugDays) -> list[list[tuple[float, str, float]]]:
    regimen = dataclasses.replace(FLAT, lymphodepletion=drugs)
    plan = plan_lymphodepletion(regimen, cohort, infusion_day=np.full(2, 20.0), number=1, typical=typical)
    return [told(plan, row) for row in range(2)]


def test_milligrams_per_kilogram_become_milligrams_per_surface(pair: Cohort, typical: Typical) -> None:
    """60 mg/kg in 80 kg and 2 m2 are 2400 mg/m2: 9.6 daily doses of 250."""
    child, man = depletion(pair, typical, DrugDays("cyclophosphamide", dose_mg_kg=60.0, days=(-7, -6)))
    assert child == [(13.0, "cyclophosphamide", pytest.approx(6.0)), (14.0, "cyclophosphamide", pytest.approx(6.0))]
    assert man == [(13.0, "cyclophosphamide", pytest.approx(9.6)), (14.0, "cyclophosphamide", pytest.approx(9.6))]


def test_failing_kidneys_raise_the_exposure_to_fludarabine(pair: Cohort, typical: Typical) -> None:
    """60 % of it leave by the kidney: at half the clearance exposure is 1 / (0.4 + 0.3)."""
    weak = dataclasses.replace(
        pair, creatinine_clearance_ml_min=np.array([0.5, 1.0]) * pair.creatinine_clearance_ml_min
    )
    first, second = depletion(
        weak, typical, DrugDays("fludarabine", 25.0, (-5,)), DrugDays("cyclophosphamide", 250.0, (-5,))
    )
    assert first == [(15.0, "fludarabine", pytest.approx(1.0 / 0.7)), (15.0, "cyclophosphamide", 1.0)]
    assert second == [(15.0, "fludarabine", pytest.approx(1.0)), (15.0, "cyclophosphamide", 1.0)]


@pytest.mark.parametrize("drug", ["bendamustine", "pentostatin", "melphalan", "nab-paclitaxel"])
def test_every_other_drug_counts_by_its_rows(pair: Cohort, typical: Typical, drug: str) -> None:
    unit = typical.book[f"infusion.{drug}_unit_mg_m2"].value
    once = depletion(pair, typical, DrugDays(drug, unit, (-4,)))[0]  # type: ignore[arg-type]
    rows = {
        effect: typical.book[f"infusion.{drug}_as_{effect}"].value for effect in ("fludarabine", "cyclophosphamide")
    }
    assert once == [(16.0, effect, pytest.approx(amount)) for effect, amount in rows.items() if amount > 0]
    twice = depletion(pair, typical, DrugDays(drug, 2 * unit, (-4,)))[0]  # type: ignore[arg-type]
    assert [amount for *_, amount in twice] == pytest.approx([2 * amount for *_, amount in once])


def test_two_doses_of_one_drug_are_refused() -> None:
    with pytest.raises(StudyError, match="per m2 and a dose per kg"):
        DrugDays("cyclophosphamide", 250.0, (-5,), dose_mg_kg=30.0)
    with pytest.raises(StudyError, match="no day"):
        DrugDays("fludarabine", 25.0)


def courses(cohort: Cohort, typical: Typical, course: DrugCourse, **more: Any) -> list[tuple[float, str, float]]:
    regimen = dataclasses.replace(FLAT, drugs=(course,))
    moment = (course.counted_from,)
    return told(
        plan_courses(regimen, cohort, counted_from=moment, day=np.array([40.0, np.inf]), typical=typical, **more)
    )


def test_interleukin_2_is_given_in_the_models_unit(pair: Cohort, typical: Typical) -> None:
    """720,000 IU/kg every 8 hours: 13.1 units of 55,000."""
    course = DrugCourse("interleukin 2", 720_000.0, "each infusion", 1.0, 1.0 / 3.0, 3)
    assert courses(pair, typical, course) == [
        (pytest.approx(41.0 + k / 3.0), "interleukin 2", pytest.approx(720.0 / 55.0)) for k in range(3)
    ]


@pytest.mark.parametrize(
    ("drug", "dose", "kind", "amount"),
    [
        ("pembrolizumab", 200.0, "pembrolizumab", 200.0),
        ("nivolumab", 240.0, "pembrolizumab", 240.0),
        ("oncolytic virus", 2.0, "oncolytic virus", 2.0),
        ("vaccine boost", 1.0, "vaccine boost", 1.0),
        ("rimiducid", 0.4, "rimiducid", 1.0),
    ],
)
def test_each_drug_is_what_the_model_knows(
    pair: Cohort, typical: Typical, drug: str, dose: float, kind: str, amount: float
) -> None:
    course = DrugCourse(drug, dose, "first infusion", -2.0, 14.0, 2)  # type: ignore[arg-type]
    assert courses(pair, typical, course) == [(38.0, kind, pytest.approx(amount)), (52.0, kind, pytest.approx(amount))]


def test_a_kill_is_switched_off_by_what_is_left_of_it(pair: Cohort, typical: Typical) -> None:
    course = DrugCourse("chemotherapy", 0.02, "leukapheresis", 3.0, 10.0, 2)
    assert courses(pair, typical, course) == [(43.0, "chemotherapy", 0.02), (63.0, "chemotherapy", -0.02)]
    fading = courses(pair, typical, course, fading_per_day=0.01)
    assert fading[1] == (63.0, "chemotherapy", pytest.approx(-0.02 * np.exp(-0.2)))


def test_a_course_that_stops_gives_nothing_from_that_day(pair: Cohort, typical: Typical) -> None:
    course = DrugCourse("pembrolizumab", 200.0, "enrolment", 0.0, 21.0, 4, stop_at_infusion=True)
    assert [day for day, *_ in courses(pair, typical, course, stop_day=np.array([82.0, 82.0]))] == [40.0, 61.0]
    chemo = dataclasses.replace(course, drug="chemotherapy", dose=0.02)
    assert courses(pair, typical, chemo, stop_day=np.array([60.0, 60.0]))[1][0] == pytest.approx(60.0, abs=2e-3)
    with pytest.raises(StudyError, match="cannot stop at it"):
        DrugCourse("pembrolizumab", 200.0, "first infusion", stop_at_infusion=True)
    with pytest.raises(StudyError, match="before the course's day 0"):
        DrugCourse("pembrolizumab", 200.0, "enrolment", -1.0)


def test_a_cycle_holds_what_belongs_to_it(pair: Cohort, typical: Typical) -> None:
    regimen = dataclasses.replace(
        FLAT,
        lymphodepletion=(DrugDays("fludarabine", 25.0, (-5,)),),
        lymphodepletion_before=1,
        drugs=(
            DrugCourse("nivolumab", 240.0, "first infusion", 14.0),
            DrugCourse("interleukin 2", 55_000.0, "each infusion", 0.5),
        ),
    )
    common: dict[str, Any] = {"infusion_day": np.array([40.0, 40.0]), "typical": typical}
    first = plan_cycle(regimen, pair, number=1, depleted=np.array([True, False]), **common)
    assert [name for _, name, _ in told(first)] == ["fludarabine", "infusion", "interleukin 2", "pembrolizumab"]
    assert [name for _, name, _ in told(first, 1)] == ["infusion", "interleukin 2", "pembrolizumab"]
    second = plan_cycle(regimen, pair, number=2, cells=np.array([5e7, 1e8]), **common)
    assert told(second) == [(40.0, "infusion", 5e7), (40.5, "interleukin 2", pytest.approx(1.0))]


def test_the_decision_comes_before_every_drug_of_the_cycle(pair: Cohort, typical: Typical) -> None:
    usual = lead_days(FLAT, pair, typical=typical)
    assert usual.tolist() == [5.0, 5.0]
    early = dataclasses.replace(FLAT, drugs=(DrugCourse("pembrolizumab", 200.0, "first infusion", -9.0),))
    assert lead_days(early, pair, typical=typical).tolist() == [9.0, 9.0]
    waiting = dataclasses.replace(FLAT, drugs=(DrugCourse("pembrolizumab", 200.0, "enrolment"),))
    assert lead_days(waiting, pair, typical=typical).tolist() == [5.0, 5.0]


def test_drugs_of_the_wait_count_from_enrolment_and_from_leukapheresis(
    study: Study, pair: Cohort, product: Product, typical: Typical, streams: Streams
) -> None:
    made = dataclasses.replace(product, apheresis_day=np.array([12.0, 12.0]))
    regimen = dataclasses.replace(
        FLAT,
        drugs=(
            DrugCourse("pembrolizumab", 200.0, "enrolment", 2.0, 21.0, 3, stop_at_infusion=True),
            DrugCourse("oncolytic virus", 1.0, "leukapheresis", 3.0),
        ),
    )
    days: dict[str, Any] = {"ordered_day": np.zeros(2), "ready_day": np.full(2, 40.0)}
    plan = plan_waiting(regimen, pair, made, None, **days, typical=typical, streams=streams)
    assert told(plan) == [(2.0, "pembrolizumab", 200.0), (15.0, "oncolytic virus", 1.0), (23.0, "pembrolizumab", 200.0)]
    ordered: dict[str, Any] = {"ordered_day": np.full(2, 10.0), "ready_day": np.full(2, 40.0)}
    before = Choice(np.zeros(2, np.int64), np.full(2, 1.0), np.full(2, 0.01), np.zeros(2), np.full(2, 42.0))
    crossed = plan_waiting(regimen, pair, made, before, **ordered, typical=typical, streams=streams)
    assert [name for _, name, _ in told(crossed)] == [
        "chemotherapy", "chemotherapy", "pembrolizumab", "oncolytic virus", "pembrolizumab",
    ]  # fmt: skip


def test_what_is_withheld_is_withheld_from_those_and_from_that_day() -> None:
    regimen = dataclasses.replace(FLAT, split=(SplitDose(0, 0.5), SplitDose(3, 0.5)))
    plan = plan_infusion(regimen, infusion_day=np.array([10.0, 10.0]))
    kept = withhold(plan, rows=np.array([True, False]), from_day=np.array([12.0, 0.0]))
    assert [day for day, *_ in told(kept)] == [10.0]
    assert [day for day, *_ in told(kept, 1)] == [10.0, 13.0]


def test_placebo_and_best_supportive_care_kill_nothing(candidates: Cohort, typical: Typical, streams: Streams) -> None:
    some = candidates.take(np.arange(50))
    for drug in ("placebo", "best supportive care"):
        choice = choose_drugs((ChoiceDrug(drug, 1.0, 42.0),), some, typical=typical, streams=streams)
        assert not choice.kill_per_day.any()
        assert set(choice.resistance_per_day) == {0.0076}


def test_a_drug_of_the_studys_own_has_the_kill_and_the_resistance_that_it_states(
    candidates: Cohort, typical: Typical, streams: Streams
) -> None:
    """Median within 4 standard errors of a lognormal of log SD 0.8."""
    own = ChoiceDrug("ramucirumab", 1.0, 42.0, kill_per_day=0.01, resistance_per_day=0.02)
    choice = choose_drugs((own,), candidates, typical=typical, streams=streams)
    error = 4 * 1.2533 * 0.8 / np.sqrt(len(candidates))
    assert abs(np.log(np.median(choice.kill_per_day) / 0.01)) < error
    assert set(choice.resistance_per_day) == {0.02}
    with pytest.raises(StudyError, match="no such drug"):
        ChoiceDrug("ramucirumab", 1.0, 42.0)


@pytest.mark.parametrize("drug", ["TAS-102", "avelumab", "standard regimen"])
def test_known_drugs_have_rows_of_their_own(candidates: Cohort, typical: Typical, streams: Streams, drug: str) -> None:
    some = candidates.take(np.arange(2000))
    choice = choose_drugs((ChoiceDrug(drug, 1.0, 42.0),), some, typical=typical, streams=streams)
    row = typical.book[f"infusion.kill_{drug}"]
    assert np.median(choice.kill_per_day) == pytest.approx(row.value, rel=0.1 + 0.1 * row.between)


def test_an_interval_shorter_than_what_comes_before_the_infusion_is_refused() -> None:
    early = (DrugCourse("pembrolizumab", 200.0, "each infusion", -21.0),)
    assert Regimen(dose_cells=1e8, max_infusions=2, interval_days=21.0, drugs=early).max_infusions == 2
    with pytest.raises(StudyError, match="at least 21 days"):
        Regimen(dose_cells=1e8, max_infusions=2, interval_days=20.0, drugs=early)

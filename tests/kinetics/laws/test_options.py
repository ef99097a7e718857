"""Laws of what a regimen or a construct may add: safety switch, oncolytic virus, vaccine, armour, other classes."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from typical_patient import (
    CAR,
    SEED,
    TCR,
    TIL,
    TRUC,
    Followed,
    body_of,
    cohort_of,
    flat_typical,
    follow,
    join,
    once,
    spread,
    treatment,
    typical,
)

from adoptive.construct import ConstructPlan
from adoptive.facility import Product
from adoptive.infusion import Infusions
from adoptive.kinetics import Physiology, describe_patients
from adoptive.kinetics.physiology import product_class
from adoptive.kinetics.states import IN_BLOOD, IN_TISSUE, LESIONS, lesion_state
from adoptive.parameters import load_book
from adoptive.streams import Streams

UNTIL = 90.0


def cells(ran: Followed) -> np.ndarray:
    """Give all engineered cells outside the lesions on every day, of the one patient."""
    return np.asarray(sum(ran.of(name)[0] for name in (*IN_BLOOD, *IN_TISSUE)))


def run(body: Physiology, *drugs: Infusions) -> Followed:
    return follow(body, join(treatment(), *drugs), until=UNTIL, step=0.25, rtol=1e-8, atol=1e-10)


def at(ran: Followed, day: float) -> int:
    return int(np.searchsorted(ran.day, day))


@pytest.fixture(scope="module")
def plain() -> Followed:
    return run(typical())


@pytest.mark.parametrize("drug", ["rimiducid", "oncolytic virus", "vaccine boost"])
def test_without_its_drug_an_option_changes_nothing(plain: Followed, drug: str) -> None:
    """An empty dose is an event and no more: the runs agree to the solver's error."""
    empty = run(typical(switch=1.0), once(drug, 1, day=20.0, amount=0.0))
    np.testing.assert_allclose(empty.sld_mm, plain.sld_mm, rtol=1e-6)
    np.testing.assert_allclose(cells(empty), cells(plain), rtol=1e-5, atol=1.0)


def test_the_switch_kills_most_cells_within_a_day_and_only_those_that_carry_it(plain: Followed) -> None:
    """One dose leaves exp(-eSwi / kSwi) = 5 % beside what grows and dies anyway; half are gone within two hours."""
    drug = once("rimiducid", 1, day=20.0, amount=1.0)
    carried, not_carried = run(typical(switch=1.0), drug), run(typical(), drug)
    np.testing.assert_allclose(cells(not_carried), cells(plain), rtol=1e-5, atol=1.0)
    left = cells(carried) / np.maximum(cells(plain), 1.0)
    before, next_day, later = (left[at(carried, day)] for day in (20.0, 21.0, 40.0))
    print(f"switch: {next_day:.3f} of the cells are left after a day, {later:.3f} after 20 days")
    assert before == pytest.approx(1.0, rel=1e-4)
    assert 0.04 < next_day < 0.07
    half = follow(typical(switch=1.0), join(treatment(), drug), until=20.1, step=0.02, rtol=1e-8, atol=1e-10)
    assert cells(half)[at(half, 20.08)] < 0.5 * cells(half)[at(half, 20.0)]
    assert carried.of("IL6")[0, at(carried, 22.0)] < plain.of("IL6")[0, at(plain, 22.0)]


def test_two_doses_of_the_switch_leave_fewer_cells_than_one() -> None:
    body = typical(switch=1.0)
    one = run(body, once("rimiducid", 1, day=20.0, amount=1.0))
    two = run(body, once("rimiducid", 1, day=20.0, amount=1.0), once("rimiducid", 1, day=21.0, amount=1.0))
    assert cells(two)[at(two, 23.0)] < 0.1 * cells(one)[at(one, 23.0)]


def test_a_virus_shrinks_the_tumour_and_lets_cells_in(plain: Followed) -> None:
    virus = run(typical(), once("oncolytic virus", 1, day=3.0, amount=1.0))
    assert virus.sld_mm[0, -1] < plain.sld_mm[0, -1]
    soon = at(plain, 8.0)
    dense = [ran.each_lesion("m", "e", "x")[0, soon].sum() / ran.volume_ml[0, soon].sum() for ran in (virus, plain)]
    assert dense[0] > dense[1]
    alone = follow(typical(), once("oncolytic virus", 1, day=3.0, amount=1.0), until=UNTIL)
    grown = follow(typical(), once("oncolytic virus", 1, day=3.0, amount=0.0), until=UNTIL)
    assert alone.sld_mm[0, -1] < grown.sld_mm[0, -1], "it kills some cells by itself"


def test_a_virus_opens_what_is_closed_and_never_more_than_all() -> None:
    """Influx rises to at most that of full access, and suppression falls by at most its part."""
    closed, open_ = ({lesion_state("acc", j): share for j in range(LESIONS)} for share in (0.1, 1.0))
    day = once("oncolytic virus", 1, day=4.9, amount=1e6)
    soon = round(5.5 / 0.25)
    with_virus = [run(typical(**acc), day).each_lesion("m", "e", "x")[0, soon].sum() for acc in (closed, open_)]
    without = run(typical(**closed)).each_lesion("m", "e", "x")[0, soon].sum()
    assert 3.0 * without < with_virus[0] < with_virus[1]


def test_a_vaccine_makes_cells_grow_where_there_is_little_antigen() -> None:
    """It drives cells outside the lesions; without cells it does nothing."""
    little = cohort_of(diameters_mm=(10.0,))
    boost = [once("vaccine boost", 1, day=day, amount=1.0) for day in (9.0, 16.0)]
    with_it, without = run(body_of(little, Hn=0.0), *boost), run(body_of(little, Hn=0.0))
    later = at(without, 24.0)
    print(
        f"vaccine: {cells(with_it)[later] / cells(without)[later]:.1f} times as many cells eight days after the second"
    )
    assert cells(with_it)[later] > 1.3 * cells(without)[later]
    alone = follow(body_of(little), boost[0], until=60.0)
    none = follow(body_of(little), once("vaccine boost", 1, day=9.0, amount=0.0), until=60.0)
    np.testing.assert_allclose(alone.sld_mm, none.sld_mm, rtol=1e-5)
    assert not cells(alone).any()


def described(plan: ConstructPlan, target: str = "CLDN18.2") -> Physiology:
    return describe_patients(cohort_of(target=target), plan, typical=flat_typical(), streams=Streams(SEED))


ARMOUR = {
    "IL-15": {"gI0"},
    "IL-18": {f"supp{j + 1}" for j in range(LESIONS)},
    "RUNX3": {"kin", "kout"},
    "PD-1 blockade": {"iPD"},
}


@pytest.mark.parametrize("armour", ARMOUR)
def test_armour_changes_its_own_parameters_and_no_other(armour: str) -> None:
    bare, worn = described(CAR), described(dataclasses.replace(CAR, armour=armour))  # type: ignore[arg-type]
    changed = {name for name in bare.names if bare.of(name)[0] != worn.of(name)[0]}
    assert changed == ARMOUR[armour]


@pytest.mark.parametrize("armour", ARMOUR)
@pytest.mark.usefixtures("before_the_fit")
def test_armour_helps_or_does_no_harm_to_the_typical_patient_before_the_fit(armour: str) -> None:
    bare = run(body_of(cohort_of(), CAR))
    worn = run(body_of(cohort_of(), dataclasses.replace(CAR, armour=armour)))  # type: ignore[arg-type]
    assert worn.sld_mm[0, -1] < bare.sld_mm[0, -1]


@pytest.mark.parametrize("armour", ARMOUR)
def test_armour_helps_where_suppression_is_that_of_no_tumour_type(armour: str) -> None:
    """The fit leaves a gastric tumour less suppression than interleukin 18 does any: its row stands before his."""
    general = spread("supp", load_book()["kinetics.supp"].value)
    kept = {} if armour == "IL-18" else general
    bare = run(body_of(cohort_of(), CAR, **general))
    worn = run(body_of(cohort_of(), dataclasses.replace(CAR, armour=armour), **kept))  # type: ignore[arg-type]
    assert worn.sld_mm[0, -1] < bare.sld_mm[0, -1]


def test_only_a_construct_with_a_switch_carries_it() -> None:
    assert described(CAR).of("switch").tolist() == [0.0]
    assert described(dataclasses.replace(CAR, safety_switch="iCasp9")).of("switch").tolist() == [1.0]


def test_every_modality_is_a_product_class_of_its_own() -> None:
    assert [product_class(plan, "MSLN") for plan in (CAR, TCR, TRUC, TIL)] == ["solid", "TCR-T", "TRuC-T", "TIL"]
    assert [product_class(plan, "CD19") for plan in (CAR, TCR, TRUC, TIL)] == ["CD19", "TCR-T", "TRuC-T", "TIL"]
    assert [float(described(plan).of("mhc")[0]) for plan in (CAR, TCR, TRUC, TIL)] == [0.0, 1.0, 0.0, 1.0]


def test_a_fused_receptor_releases_less_interleukin_6_and_wears_out_less() -> None:
    car, fused = described(CAR), described(TRUC)
    for name in ("k6", "kX", "kT"):
        assert fused.of(name)[0] < car.of(name)[0], name
    np.testing.assert_array_equal(fused.of("wH"), car.of("wH"))
    runs = [run(body_of(cohort_of(), plan)) for plan in (CAR, TRUC)]
    per_cell = [ran.of("IL6")[0].max() / cells(ran).max() for ran in runs]
    assert per_cell[1] < per_cell[0]


def test_of_a_bulk_product_few_cells_see_the_tumour() -> None:
    """About a tenth: a product of ten times as many cells engrafts as one of engineered cells."""
    share = load_book()["kinetics.reactive@TIL"].value
    assert share == pytest.approx(0.1, rel=0.5)
    rows = {field.name: np.ones(1) for field in dataclasses.fields(Product)}
    product = Product(**(rows | {"memory_share": np.array([0.2]), "exhausted_share": np.array([0.1])}))
    common: dict[str, Any] = {"typical": flat_typical(), "streams": Streams(SEED), "product": product}
    car, bulk = (describe_patients(cohort_of(), plan, **common) for plan in (CAR, TIL))
    for name in ("share_M", "share_E", "share_X"):
        assert bulk.of(name)[0] == pytest.approx(share * car.of(name)[0])


def test_one_lost_haplotype_hides_a_tumour_from_one_receptor_not_from_its_lymphocytes() -> None:
    """A class's own rows stand for the loss of HLA: rarer where the receptors see several molecules."""
    one, many = described(TCR), described(TIL)
    assert many.of("muHLA")[0] < 1e-2 * one.of("muHLA")[0]
    book = load_book()
    assert book["kinetics.hla_founder@TIL"].value < book["kinetics.hla_founder"].value

"""Laws of the steps: what more cells, a later day, another order or another way can and cannot do."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adoptive.cohort import Cohort
from adoptive.facility import Failure, Product, doses_available, make_products
from adoptive.facility.expansion import Growth, expand
from adoptive.parameters import Typical
from adoptive.streams import Streams
from adoptive.trial.types import Study

Make = Callable[..., Product]
DONORS = 1500


@pytest.fixture(scope="module")
def make(study: Study, candidates: Cohort, typical: Typical, streams: Streams) -> Make:
    def run(
        *, people: Cohort | None = None, donors: int = DONORS, dose_cells: Any = 2.5e8, of: Typical = typical,
        minimum_dose_share: Any = 1.0, **process: Any,
    ) -> Product:  # fmt: skip
        cohort = candidates.take(np.arange(donors)) if people is None else people
        return make_products(
            dataclasses.replace(study.facility, **process),
            cohort,
            dose_cells=dose_cells,
            decided_day=np.zeros(len(cohort)),
            typical=of,
            streams=streams,
            minimum_dose_share=minimum_dose_share,
        )

    return run


def with_lymphocytes(cohort: Cohort, factor: float) -> Cohort:
    return dataclasses.replace(cohort, lymphocytes_per_ul=factor * cohort.lymphocytes_per_ul)


@settings(deadline=None, max_examples=15)
@given(factors=st.tuples(st.floats(0.01, 3.0), st.floats(0.01, 3.0)))
def test_more_cd3_never_gives_fewer_cells(make: Make, candidates: Cohort, factors: tuple[float, float]) -> None:
    """At one attempt and a fixed day: from blood to bag, wherever one run was enough or two were needed in both."""
    people = candidates.take(np.arange(300))
    poor, rich = (make(people=with_lymphocytes(people, factor), attempts=1) for factor in sorted(factors))
    same = poor.collections == rich.collections
    assert (rich.collections <= poor.collections).all()
    assert (rich.collected_cells >= poor.collected_cells)[same].all()
    started = same & (poor.failure != Failure.COLLECTION)
    assert (rich.seeded_cells >= poor.seeded_cells * (1 - 1e-12))[started].all()
    assert (rich.car_positive_cells >= poor.car_positive_cells * (1 - 1e-9))[started].all()


@settings(deadline=None, max_examples=30)
@given(
    seeds=st.tuples(st.floats(1e5, 1e10), st.floats(1e5, 1e10)),
    rate=st.floats(0.05, 2.0),
    lag=st.floats(0.5, 5.0),
    room=st.floats(1e9, 1e12),
)
def test_more_seeded_cells_are_never_overtaken(
    seeds: tuple[float, float], rate: float, lag: float, room: float
) -> None:
    few, many = sorted(seeds)
    growth = Growth(*(np.full(2, value) for value in (rate, lag, 0.15, 0.15, 0.03, room)))
    culture = expand(np.array([few, many]), growth, days=20.0)
    assert (culture.cells[1] >= culture.cells[0] * (1 - 1e-9)).all()
    assert (culture.divisions >= 0).all()


def test_a_second_collection_only_adds(make: Make) -> None:
    product = make(litres_processed=1.0)
    twice = product.collections == 2
    assert 0.01 < twice.mean() < 0.9
    assert set(np.unique(product.collections)) == {1, 2}
    helped = twice & (product.failure != Failure.COLLECTION)
    assert helped.any()
    assert (product.collected_cells[~twice] >= 3e8).all()
    assert (product.collected_cells[product.failure == Failure.COLLECTION] < 3e8).all()


def test_complications_are_as_frequent_as_published(make: Make) -> None:
    """15 % of leukaphereses; four standard errors of 1,500 are 3.7 points."""
    assert make().complication.mean() == pytest.approx(0.15, abs=0.037)


def test_every_failed_batch_has_a_reason_and_every_reason_a_failed_batch(make: Make) -> None:
    product = make(minimum_viability=0.85, minimum_car_positive=0.2, copies_limit=2.0)
    assert set(np.unique(product.failure)) <= {int(failure) for failure in Failure}
    assert (product.released == (product.failure == 0)).all()
    broken = {
        Failure.PURITY: product.cd3_share < 0.8,
        Failure.COPIES: product.vector_copies > 2.0,
        Failure.VIABILITY: product.viability < 0.85,
        Failure.TRANSDUCTION: product.car_positive_share < 0.2,
    }
    for failure, misses in broken.items():
        assert misses[product.failure == failure].all(), failure
        assert not product.released[misses].any(), failure


def test_the_order_of_patients_does_not_matter(make: Make, candidates: Cohort) -> None:
    people = candidates.take(np.arange(200))
    order = np.random.default_rng(5).permutation(200)
    options: dict[str, Any] = {"conditional_release": True, "harvest": "dose met", "culture_days": 14.0}
    straight, mixed = make(people=people, **options), make(people=people.take(order), **options)
    for name, values in mixed.__dict__.items():
        np.testing.assert_allclose(values, getattr(straight, name)[order], rtol=1e-12, err_msg=name)


def test_each_patient_may_have_a_dose_of_his_own(make: Make) -> None:
    doses = np.where(np.arange(DONORS) % 2 == 0, 1e8, 1e10)
    low, high, own = make(dose_cells=1e8), make(dose_cells=1e10), make(dose_cells=doses)
    even = np.arange(DONORS) % 2 == 0
    for name, values in own.__dict__.items():
        expected = np.where(even, getattr(low, name), getattr(high, name))
        np.testing.assert_array_equal(values, expected, err_msg=name)
    held = doses_available(own, dose_cells=doses, overfill=np.full(DONORS, 1.06))
    assert (held[own.released] >= 1).all()


@settings(deadline=None, max_examples=10)
@given(share=st.floats(0.05, 1.0))
def test_a_smaller_dose_that_still_counts_never_loses_a_product(make: Make, share: float) -> None:
    whole, part = (make(donors=300, dose_cells=5e9, attempts=1, minimum_dose_share=s) for s in (1.0, share))
    assert (part.released >= whole.released).all()


@settings(deadline=None, max_examples=10)
@given(days=st.tuples(st.floats(4, 10), st.floats(10, 20)), dose=st.floats(1e7, 3e9), factor=st.floats(1.0, 3.0))
def test_harvest_waits_for_the_dose_and_no_longer(
    make: Make, candidates: Cohort, days: tuple[float, float], dose: float, factor: float
) -> None:
    people = candidates.take(np.arange(300))
    options: dict[str, Any] = {"culture_days": days[1], "culture_days_minimum": days[0], "attempts": 1}
    fixed = make(people=people, dose_cells=dose, **options)
    met = make(people=people, dose_cells=dose, harvest="dose met", **options)
    assert (met.culture_days <= fixed.culture_days).all()
    assert (met.culture_days >= np.minimum(days[0], fixed.culture_days)).all()
    early = met.culture_days < fixed.culture_days
    assert (met.car_positive_cells[early] >= 1.06 * dose * (1 - 1e-9)).all()
    assert (met.naive_share >= fixed.naive_share - 1e-12).all()
    richer = make(people=with_lymphocytes(people, factor), dose_cells=dose, harvest="dose met", **options)
    usable = (met.collections == 1) & (met.failure != Failure.COLLECTION)
    assert (richer.culture_days <= met.culture_days + 1e-9)[usable].all(), "more cells are never harvested later"


def test_an_exception_only_ever_gives_and_says_so(make: Make) -> None:
    strict = {"minimum_viability": 0.85, "attempts": 1}
    discard, given = make(**strict), make(out_of_specification="exception", exception_viability=0.6, **strict)
    assert (given.released >= discard.released).all()
    by_exception = given.out_of_specification
    assert (by_exception == (given.released & ~discard.released)).all()
    assert (given.viability[by_exception] >= 0.6).all()
    assert by_exception.any()
    assert not discard.out_of_specification.any()


def test_stored_cells_run_out(make: Make, published: Callable[..., Typical]) -> None:
    """A second attempt needs what the first left over: from a collection that one culture uses up there is none."""
    short = make(attempts=2, minimum_viability=0.9, litres_processed=1.5)
    left = short.collected_cells - short.seeded_cells / 0.55
    first = make(attempts=1, minimum_viability=0.9, litres_processed=1.5)
    again = short.attempts == 2
    assert again.any()
    failed = ~first.released & (first.failure != Failure.COLLECTION)
    assert (failed & ~again).any(), "nothing left to try again with"
    assert (left[failed & ~again & (short.collected_cells < 8e8)] < 5e8).all()
    assert (short.collected_cells[again] > 8e8).all()


def test_frozen_cells_are_lost_once_and_fresh_ones_day_by_day(make: Make) -> None:
    frozen, fresh, far = make(), make(cryopreserved=False), make(cryopreserved=False, shipping_days=20.0)
    assert (fresh.car_positive_cells > frozen.car_positive_cells)[frozen.attempts == fresh.attempts].mean() > 0.95
    assert (far.car_positive_cells <= fresh.car_positive_cells)[far.attempts == fresh.attempts].all()
    for product in (frozen, fresh, far):
        assert (product.thawed_viability <= product.viability).all()
        np.testing.assert_allclose(product.car_positive_cells, product.car_positive_share * product.t_cells)


def test_finding_personal_receptors_only_takes_time(make: Make, published: Callable[..., Typical]) -> None:
    steady = published(facility__delay_spread=0.0)
    plain, personal = make(of=steady, attempts=1), make(of=steady, attempts=1, preparation_days=60.0)
    started = plain.failure != Failure.COLLECTION
    np.testing.assert_allclose((personal.ready_day - plain.ready_day)[started], 60.0, rtol=1e-9)
    assert (personal.failure == plain.failure).all()
    assert (personal.apheresis_day == plain.apheresis_day).all()


def test_cells_from_a_tumour_are_older_many_and_carry_no_vector(make: Make) -> None:
    blood, tumour = make(), make(starting_cells="tumour", culture_days=22.0, dose_cells=1e9)
    assert (tumour.vector_copies == 0).all()
    assert (tumour.car_positive_share == 1).all()
    assert tumour.naive_share.mean() < 0.1 * blood.naive_share.mean()
    assert np.median(tumour.t_cells[tumour.released]) > 1e10
    assert tumour.proliferation.mean() < blood.proliferation.mean()


def test_stages_add_up_and_make_the_three_kinds_of_cells(make: Make) -> None:
    product = make()
    stages = ("naive_share", "central_memory_share", "effector_memory_share", "late_effector_share")
    np.testing.assert_allclose(sum(getattr(product, name) for name in stages), 1.0, atol=1e-12)
    np.testing.assert_array_equal(product.memory_share, product.naive_share)
    assert (product.exhausted_share <= product.late_effector_share).all()


def test_doublings_are_the_logarithm_of_the_fold(make: Make) -> None:
    product = make(attempts=1)
    whole = product.failure != Failure.COLLECTION
    grown = product.car_positive_cells / (product.car_positive_share * product.viability * product.seeded_cells)
    kept = np.log2(grown[whole]) - product.doublings[whole]
    assert (kept < 0).all(), "what is lost by freezing"
    assert (kept > -1.2).all()


PROCESSES = st.fixed_dictionaries(
    {
        "litres_processed": st.floats(0.001, 30.0),
        "culture_days": st.floats(0.01, 60.0),
        "attempts": st.integers(1, 4),
        "minimum_viability": st.floats(0.6, 1.0),
        "starting_cells": st.sampled_from(["blood", "tumour"]),
        "culture": st.sampled_from(["closed system", "perfused fibres", "rapid expansion"]),
        "selection": st.sampled_from(["beads", "none"]),
        "target_share_positive": st.one_of(st.none(), st.floats(0.001, 0.999)),
        "copies_limit": st.floats(0.1, 100.0),
        "culture_days_minimum": st.just(0.01),
        "harvest": st.sampled_from(["fixed day", "dose met"]),
        "out_of_specification": st.sampled_from(["discard", "exception"]),
        "exception_viability": st.floats(0.0, 0.6),
        "conditional_release": st.booleans(),
        "cryopreserved": st.booleans(),
        "preparation_days": st.floats(0.0, 730.0),
        "shipping_days": st.floats(0.0, 30.0),
        "release_days": st.floats(0.0, 60.0),
    }
)


@settings(deadline=None, max_examples=60)
@given(process=PROCESSES, dose=st.floats(0.0, 1e12), share=st.floats(0.0, 1.0))
def test_whatever_the_process_the_products_make_sense(
    make: Make, process: dict[str, Any], dose: float, share: float
) -> None:
    with np.errstate(all="raise", under="ignore"):
        product = make(donors=50, dose_cells=dose, minimum_dose_share=share, **process)
    for name, values in product.__dict__.items():
        assert values.shape == (50,), name
        assert np.isfinite(values).all() or name == "recall_day", name
        if name.endswith("_share") or name in ("viability", "thawed_viability"):
            assert ((values >= -1e-12) & (values <= 1 + 1e-12)).all(), name
        if name.endswith("_cells"):
            assert (values >= 0).all(), name
    assert (product.doublings[product.seeded_cells == 0] == 0).all()
    assert (product.ready_day >= product.apheresis_day).all()
    assert (product.recall_day >= product.ready_day).all()
    assert ((product.attempts >= 1) & (product.attempts <= process["attempts"])).all()
    assert (np.isinf(product.recall_day) | product.conditional).all()
    assert (product.out_of_specification <= product.released).all()
    good = product.released & ~product.out_of_specification
    assert (product.viability[good] >= process["minimum_viability"]).all()
    assert (product.vector_copies[product.released] <= process["copies_limit"]).all()
    assert (product.proliferation > 0).all()
    assert (product.exhaustion > 0).all()

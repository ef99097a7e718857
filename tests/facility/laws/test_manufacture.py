"""Laws of the manufacture: failures are values, limits only ever take away, more attempts only ever give."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adoptive.cohort import Cohort
from adoptive.facility import Failure, Process, Product, collect_cells, doses_available, make_products
from adoptive.parameters import Typical
from adoptive.streams import Streams
from adoptive.trial.types import Study

Make = Callable[..., Product]
DONORS = 3000
OVERFILL = 1.06


@pytest.fixture(scope="module")
def make(study: Study, candidates: Cohort, typical: Typical, streams: Streams) -> Make:
    """Make products for the first donors under a changed process, dose, day or set of parameters."""

    def run(
        *,
        donors: int = DONORS,
        dose_cells: float = 2.5e8,
        ordered: float = 0.0,
        of: Typical = typical,
        **process: Any,
    ) -> Product:
        return make_products(
            dataclasses.replace(study.facility, **process),
            candidates.take(np.arange(donors)),
            dose_cells=dose_cells,
            decided_day=np.full(donors, ordered),
            typical=of,
            streams=streams,
        )

    return run


def test_what_is_released_meets_every_limit(study: Study, make: Make) -> None:
    product, limits = make(), study.facility
    good = product.released
    assert good.tolist() == (product.failure == Failure.NONE).tolist()
    assert (product.viability[good] >= limits.minimum_viability).all()
    assert (product.car_positive_share[good] >= limits.minimum_car_positive).all()
    assert (product.car_positive_cells[good] >= OVERFILL * 2.5e8).all()
    assert (product.collected_cells[good] >= 3e8).all()


def test_a_named_failure_is_the_true_one(study: Study, make: Make) -> None:
    product, limits = make(minimum_viability=0.85, minimum_car_positive=0.2), study.facility
    assert limits.attempts == 2
    for failure, broken in (
        (Failure.VIABILITY, product.viability < 0.85),
        (Failure.TRANSDUCTION, product.car_positive_share < 0.2),
        (Failure.GROWTH, product.car_positive_cells < OVERFILL * 2.5e8),
        (Failure.COLLECTION, product.collected_cells < 3e8),
    ):
        named = product.failure == failure
        assert broken[named].all(), failure
    assert (product.failure == Failure.VIABILITY).any()
    assert (product.failure == Failure.TRANSDUCTION).any()


@pytest.mark.parametrize(
    ("process", "dose_cells", "reason"),
    [
        ({"minimum_viability": 1.0}, 2.5e8, Failure.VIABILITY),
        ({"minimum_car_positive": 1.0}, 2.5e8, Failure.TRANSDUCTION),
        ({}, 1e12, Failure.GROWTH),
        ({"litres_processed": 1e-3}, 2.5e8, Failure.COLLECTION),
    ],
)
def test_an_impossible_process_fails_everybody_without_an_exception(
    make: Make, process: dict[str, float], dose_cells: float, reason: Failure
) -> None:
    product = make(dose_cells=dose_cells, **process)
    assert not product.released.any()
    assert (product.failure == reason).mean() > 0.9
    assert (doses_available(product, dose_cells=dose_cells, overfill=np.full(DONORS, OVERFILL)) == 0).all()
    for name, values in product.__dict__.items():
        assert np.isfinite(values).all() or name == "recall_day", name
    assert (product.recall_day == np.inf).all()


def test_a_contaminated_facility_releases_nothing(make: Make, published: Callable[..., Typical]) -> None:
    product = make(of=published(facility__contamination=1.0))
    assert not product.released.any()
    assert (product.failure == Failure.STERILITY).mean() > 0.85


@settings(deadline=None, max_examples=20)
@given(limits=st.tuples(st.floats(0, 1), st.floats(0, 1)), attempts=st.integers(1, 4), which=st.booleans())
def test_a_stricter_limit_never_releases_more(
    make: Make, limits: tuple[float, float], attempts: int, which: bool
) -> None:
    name = "minimum_viability" if which else "minimum_car_positive"
    lax, strict = (make(donors=300, attempts=attempts, **{name: limit}).released for limit in sorted(limits))
    assert (strict <= lax).all()


@settings(deadline=None, max_examples=15)
@given(viability=st.floats(0.5, 0.98), attempts=st.tuples(st.integers(1, 4), st.integers(1, 4)))
def test_more_attempts_never_release_fewer_nor_sooner(make: Make, viability: float, attempts: tuple[int, int]) -> None:
    few, many = (make(donors=300, attempts=number, minimum_viability=viability) for number in sorted(attempts))
    assert (many.released >= few.released).all()
    assert (many.ready_day >= few.ready_day).all()
    assert (many.attempts >= few.attempts).all()
    assert many.attempts.max() <= max(attempts)
    first = few.released
    assert many.ready_day[first].tobytes() == few.ready_day[first].tobytes(), "a good batch is not made again"


def test_a_second_attempt_helps_some_and_not_all(make: Make) -> None:
    once, twice = make(attempts=1), make(attempts=2)
    again = twice.attempts == 2
    assert (again <= ~once.released).all()
    assert 0 < twice.released[again].sum() < again.sum()


def test_a_failed_collection_is_not_tried_again(make: Make) -> None:
    product = make(litres_processed=0.4, attempts=4)
    short = product.failure == Failure.COLLECTION
    assert 0 < short.sum() < DONORS
    assert (product.attempts[short] == 1).all()


@settings(deadline=None, max_examples=20)
@given(doses=st.tuples(st.floats(1e7, 5e9), st.floats(1e7, 5e9)))
def test_a_larger_dose_never_gives_more_doses(make: Make, doses: tuple[float, float]) -> None:
    """For one attempt: a larger dose may also call for a second batch, which may hold more."""

    def count(dose: float) -> np.ndarray:
        product = make(donors=300, attempts=1, dose_cells=dose)
        return doses_available(product, dose_cells=dose, overfill=np.full(300, OVERFILL))

    small, large = sorted(doses)
    assert (count(large) <= count(small)).all()


def test_blood_processed_is_in_proportion_to_cells_collected(
    study: Study, candidates: Cohort, typical: Typical, streams: Streams
) -> None:
    once, thrice, whole = (
        collect_cells(dataclasses.replace(study.facility, litres_processed=litres), candidates, typical, streams)
        for litres in (1.5, 4.5, 30.0)
    )
    np.testing.assert_allclose(thrice, 3.0 * once, rtol=1e-12)
    blood = candidates.lymphocytes_per_ul * 1e6 * 1.5
    assert ((once > 0) & (once < blood)).all(), "no more cells than passed the machine"
    volumes = 3.0 * 0.07 * candidates.weight_kg
    np.testing.assert_allclose(whole, once / 1.5 * volumes, rtol=1e-12, err_msg="three blood volumes at the most")


@settings(deadline=None, max_examples=15)
@given(days=st.tuples(st.floats(2, 20), st.floats(2, 20)))
def test_longer_cultures_hold_more_but_older_cells(make: Make, days: tuple[float, float]) -> None:
    """Never more naive-like cells, never slower ageing; the cells' own growth falls and their exhaustion rises."""
    short, long = (make(donors=300, attempts=1, culture_days=length) for length in sorted(days))
    assert (long.naive_share <= short.naive_share).all()
    assert (long.late_effector_share >= short.late_effector_share).all()
    assert (long.proliferation <= short.proliferation).all()
    assert (long.exhaustion >= short.exhaustion).all()


def test_in_the_days_of_usual_cultures_more_days_are_more_cells(make: Make) -> None:
    short, long = make(attempts=1, culture_days=8.0), make(attempts=1, culture_days=14.0)
    assert (long.car_positive_cells > short.car_positive_cells).mean() > 0.97  # cells of poor growers only die
    assert long.memory_share.mean() < short.memory_share.mean()


def test_a_product_is_made_of_shares(make: Make) -> None:
    product = make()
    parts = np.stack([product.memory_share, product.effector_share, product.exhausted_share])
    assert (parts > 0).all()
    np.testing.assert_allclose(parts.sum(axis=0), 1.0, atol=1e-12)


def test_a_donors_product_does_not_depend_on_who_else_is_made(
    study: Study, make: Make, candidates: Cohort, typical: Typical, streams: Streams
) -> None:
    together = make()
    some = np.array([7, 100, 2999])
    alone = make_products(
        study.facility,
        candidates.take(some),
        dose_cells=2.5e8,
        decided_day=np.zeros(3),
        typical=typical,
        streams=streams,
    )
    for name, values in alone.__dict__.items():
        np.testing.assert_allclose(values, getattr(together, name)[some], rtol=1e-13, err_msg=name)


def test_ordering_later_moves_every_day_and_nothing_else(make: Make) -> None:
    now, later = make(), make(ordered=100.0)
    for name, values in later.__dict__.items():
        shift = 100.0 if name.endswith("_day") else 0.0
        np.testing.assert_allclose(values - shift, getattr(now, name), rtol=1e-12, atol=1e-9, err_msg=name)


def test_days_come_in_order(make: Make) -> None:
    product = make(ordered=3.0)
    assert (product.apheresis_day > 3.0).all()
    assert (product.ready_day > product.apheresis_day).all()


def test_process_is_frozen(study: Study) -> None:
    process: Process = study.facility
    with pytest.raises(dataclasses.FrozenInstanceError):
        process.culture_days = 1.0  # type: ignore[misc]


def test_cells_that_grew_fast_in_culture_are_made_to_grow_and_not_fitter_donors(make: Make) -> None:
    """Speed in culture goes with the cells' own growth; the donor's fitness is another thing."""
    product = make(attempts=1)
    grown = product.doublings
    assert abs(np.corrcoef(grown, np.log(product.fitness))[0, 1]) < 4.0 / np.sqrt(DONORS)

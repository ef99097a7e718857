"""Durations and doses where they can be counted by hand."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np

from adoptive.cohort import Cohort
from adoptive.facility import Failure, Product, doses_available, make_products
from adoptive.parameters import Typical
from adoptive.streams import Streams
from adoptive.trial.types import Study


def test_without_spread_the_days_are_the_planned_ones(
    study: Study, candidates: Cohort, published: Callable[..., Typical], streams: Streams
) -> None:
    donors = candidates.take(np.arange(2000))
    product = make_products(
        study.facility,
        donors,
        dose_cells=2.5e8,
        decided_day=np.full(2000, 5.0),
        typical=published(facility__delay_spread=0.0),
        streams=streams,
    )
    np.testing.assert_allclose(product.apheresis_day, 5.0 + 7.0, rtol=1e-12)
    # Half of the way 2, culture 10, release 12; a batch that did not grow is known at harvest.
    one = 12.0 + 1.0 + 22.0
    ready = product.ready_day - (product.collections - 1.0)  # a second collection is a day later
    np.testing.assert_allclose(ready[product.released & (product.attempts == 1)], one + 1.0, rtol=1e-12)
    again = ready[product.released & (product.attempts == 2)]
    assert set(np.round(again, 9)) == {one + 10.0 + 1.0, one + 22.0 + 1.0}
    lost = (product.failure != Failure.NONE) & (product.failure != Failure.GROWTH) & (product.attempts == 1)
    np.testing.assert_allclose(ready[lost & (product.failure != Failure.COLLECTION)], one, rtol=1e-12)


def test_durations_have_the_planned_means(study: Study, candidates: Cohort, typical: Typical, streams: Streams) -> None:
    """Within 4 standard errors (1 in 10,000) and half a per cent for the cut at 3 standard deviations."""
    process = dataclasses.replace(study.facility, attempts=1)
    product = make_products(
        process, candidates, dose_cells=1e6, decided_day=np.zeros(len(candidates)), typical=typical, streams=streams
    )
    made = (product.ready_day - product.apheresis_day)[product.released & (product.collections == 1)]
    for waited, planned in ((product.apheresis_day, 7.0), (made, 24.0)):
        error = 4 * waited.std() / np.sqrt(len(waited))
        assert abs(waited.mean() - planned) < error + 0.005 * planned


def test_doses_are_whole_numbers_of_overfilled_doses(
    study: Study, candidates: Cohort, typical: Typical, streams: Streams
) -> None:
    donors = candidates.take(np.arange(4))
    made = make_products(
        study.facility, donors, dose_cells=1e8, decided_day=np.zeros(4), typical=typical, streams=streams
    )
    product: Product = dataclasses.replace(
        made,
        failure=np.array([Failure.NONE, Failure.NONE, Failure.NONE, Failure.VIABILITY], np.int64),
        car_positive_cells=np.array([1.249e8, 1.25e8, 3.8e8, 3.8e8]),
    )
    doses = doses_available(product, dose_cells=1e8, overfill=np.full(4, 1.25))
    assert doses.tolist() == [0, 1, 3, 0]
    assert doses.dtype == np.int64

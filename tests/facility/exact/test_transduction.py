"""Vector copies per cell: the published Poisson table, both limits of the law, and what each product's numbers obey."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from adoptive.facility.transduction import (
    copies_needed,
    copies_per_positive,
    probability_of_copies,
    transduce,
    transduced_share,
)
from adoptive.facility.types import Process
from adoptive.parameters import Typical
from adoptive.streams import Keys, Streams

TABLE = {0.10: 1.05, 0.174: 1.10, 0.30: 1.19, 0.37: 1.25, 0.50: 1.39, 0.70: 1.72, 0.90: 2.56, 0.99: 4.65}
"""Share of positive cells: mean copies of a positive cell under the Poisson law, to two decimals."""

shares = st.floats(0.001, 0.999)
dispersions = st.floats(0.05, 200.0)


@pytest.mark.parametrize(("share", "copies"), TABLE.items())
def test_mean_copies_of_a_positive_cell_under_the_poisson_law(share: float, copies: float) -> None:
    assert float(copies_per_positive(share)) == pytest.approx(copies, abs=0.005)


def test_five_copies_are_reached_at_ninety_nine_point_three_per_cent_under_the_poisson_law() -> None:
    share = np.linspace(0.98, 0.999, 1901)
    first = share[np.argmax(copies_per_positive(share) >= 5.0)]
    assert first == pytest.approx(0.993, abs=0.0005)


def test_a_limit_of_five_copies_binds_only_with_overdispersion() -> None:
    share = np.array([0.5, 0.8, 0.9])
    assert (copies_per_positive(share) < 5.0).all()
    np.testing.assert_allclose(copies_per_positive(share, 1.0), 1.0 / (1.0 - share), rtol=1e-12)
    assert (copies_per_positive(share, 0.5) > copies_per_positive(share, 1.0)).all()


def test_effective_copies_at_the_published_transduction() -> None:
    """37 % positive at 5 to 10 vectors per cell: 0.46 effective copies, 5 to 9 % of the vectors."""
    needed = float(copies_needed(0.37))
    assert needed == pytest.approx(0.462, abs=0.0005)
    assert (needed / 10, needed / 5) == pytest.approx((0.046, 0.092), abs=0.001)


@given(share=shares, dispersion=st.one_of(dispersions, st.just(np.inf)))
def test_share_and_copies_are_each_others_inverse(share: float, dispersion: float) -> None:
    assert float(transduced_share(copies_needed(share, dispersion), dispersion)) == pytest.approx(share, rel=1e-9)


@given(share=shares)
def test_a_large_dispersion_is_the_poisson_law(share: float) -> None:
    np.testing.assert_allclose(copies_needed(share, 1e9), copies_needed(share), rtol=1e-6)


@given(mean=st.floats(0.01, 20.0), dispersion=dispersions)
def test_probabilities_agree_with_scipys_negative_binomial(mean: float, dispersion: float) -> None:
    copies = np.arange(60)
    law = stats.nbinom(dispersion, dispersion / (dispersion + mean))
    np.testing.assert_allclose(probability_of_copies(copies, mean, dispersion), law.pmf(copies), rtol=1e-6, atol=1e-14)
    assert float(transduced_share(mean, dispersion)) == pytest.approx(law.sf(0), rel=1e-9)


@given(mean=st.floats(0.01, 20.0))
def test_probabilities_agree_with_scipys_poisson_law(mean: float) -> None:
    copies = np.arange(60)
    expected = stats.poisson(mean).pmf(copies)
    np.testing.assert_allclose(probability_of_copies(copies, mean), expected, rtol=1e-9, atol=1e-300)
    assert float(copies_needed(transduced_share(mean))) == pytest.approx(mean, rel=1e-6)


def test_single_cells_hold_the_copies_that_were_counted() -> None:
    """64, 23, 5 and 3 % of transduced cells with 1 to 4 copies (single-cell digital PCR): within 4 points each."""
    mean = float(copies_needed(0.36, 1.0))  # a geometric law with 36 % positive
    found = probability_of_copies(np.arange(1, 5), mean, 1.0) / 0.36
    np.testing.assert_allclose(found, [0.64, 0.23, 0.05, 0.03], atol=0.04)


def test_each_products_copies_follow_from_its_share(typical: Typical, streams: Streams, keys: Keys) -> None:
    share, copies = transduce(Process(), number=1, keys=keys, typical=typical, streams=streams)
    assert ((share > 0) & (share < 1)).all()
    assert (copies >= copies_per_positive(share) - 1e-12).all(), "never fewer than under the Poisson law"
    assert float(np.median(share)) == pytest.approx(0.30, abs=0.01)


def test_the_vector_dose_sets_the_share(typical: Typical, streams: Streams, keys: Keys) -> None:
    low, high = (
        transduce(Process(target_share_positive=aim), number=1, keys=keys, typical=typical, streams=streams)
        for aim in (0.2, 0.6)
    )
    assert (np.median(low[0]), np.median(high[0])) == pytest.approx((0.2, 0.6), abs=0.01)
    assert (high[0] > low[0]).all()
    assert (high[1] > low[1]).all()


def test_cells_from_a_tumour_get_no_vector(typical: Typical, streams: Streams, keys: Keys) -> None:
    share, copies = transduce(Process(starting_cells="tumour"), number=1, keys=keys, typical=typical, streams=streams)
    assert (share == 1.0).all()
    assert (copies == 0.0).all()

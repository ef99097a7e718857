"""Growth in culture: the published folds, closed forms where the equations have one, and a second integrator."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from adoptive.facility.expansion import Culture, Growth, donor_growth, expand, typical_growth
from adoptive.parameters import Kinds, Typical
from adoptive.streams import Keys, Streams

ONE = Keys.of(0, [0])


def growth_of(
    *, rate: float = 0.7, lag: float = 1.5, decay: float = 0.15, cytokine: float = 0.15, death: float = 0.03,
    room: float = 2e10, patients: int = 1,
) -> Growth:  # fmt: skip
    return Growth(*(np.full(patients, value) for value in (rate, lag, decay, cytokine, death, room)))


def fold(culture: Culture, day: float) -> float:
    return float(culture.at(np.array([day]))[0][0] / culture.cells[0, 0])


def test_thirty_fold_in_thirteen_days(typical: Typical) -> None:
    """Closed system: an average 30-fold from 1e8 cells in 13 days, 4.9 doublings (PMID 29287970); 2 % tolerated."""
    culture = expand(np.array([1e8]), typical_growth(Kinds.one(1), keys=ONE, typical=typical), days=13.0)
    assert fold(culture, 13.0) == pytest.approx(30.0, rel=0.02)
    assert np.log2(fold(culture, 13.0)) == pytest.approx(4.9, abs=0.03)


def test_five_hundred_fold_in_eight_days(typical: Typical) -> None:
    """Perfused fibres, healthy donors: 500-fold in 8 days, 9.0 doublings, up to 25e9 cells (PMC6686483); 2 %."""
    culture = expand(np.array([5e7]), typical_growth(Kinds.one(1, "perfused"), keys=ONE, typical=typical), days=8.0)
    assert fold(culture, 8.0) == pytest.approx(500.0, rel=0.02)
    assert np.log2(fold(culture, 8.0)) == pytest.approx(9.0, abs=0.05)
    assert culture.at(np.array([8.0]))[0][0] == pytest.approx(25e9, rel=0.02)


def test_the_reference_culture_has_the_reference_divisions(typical: Typical) -> None:
    culture = expand(np.array([1e8]), typical_growth(Kinds.one(1), keys=ONE, typical=typical), days=13.0)
    expected = typical.at("facility.reference_divisions", ONE)[0]
    assert culture.at(np.array([13.0]))[1][0] == pytest.approx(expected, rel=0.005)


def test_without_growth_and_death_the_cells_stay() -> None:
    culture = expand(np.array([1e8]), growth_of(rate=0.0, death=0.0), days=10.0)
    np.testing.assert_allclose(culture.cells, 1e8, rtol=1e-12)
    assert (culture.divisions == 0).all()


def test_without_lag_and_room_growth_is_exponential() -> None:
    """``exp((r - d) t)`` when the stimulus does not fade; cells wake within a thousandth of a day of one step."""
    culture = expand(np.array([1e6]), growth_of(lag=0.25, decay=0.0, room=1e30), days=40.0)
    late = np.log(culture.cells[0, -1] / culture.cells[0, -41]) / 10.0
    assert late == pytest.approx(0.7 - 0.03, rel=1e-4)
    assert culture.divisions[0, -1] == pytest.approx(40 * 0.7 / np.log(2.0), rel=1e-9)


def test_the_room_is_never_overgrown_and_reached_without_death() -> None:
    culture = expand(np.array([5e8]), growth_of(rate=1.5, decay=0.0, death=0.0), days=60.0)
    assert (culture.cells <= 2e10 * (1 + 1e-9)).all()
    assert culture.cells[0, -1] == pytest.approx(2e10, rel=1e-6)


@pytest.mark.parametrize("seeded", [1e6, 1e8, 5e9])
@pytest.mark.parametrize("rate", [0.3, 0.7, 1.5])
def test_counts_agree_with_a_second_integrator(seeded: float, rate: float) -> None:
    def slope(day: float, state: np.ndarray) -> list[float]:
        resting, dividing, _ = state
        speed = rate * (0.15 + 0.85 * np.exp(-0.15 * day)) * (1 - (resting + dividing) / 2e10)
        return [-resting / 1.5, resting / 1.5 + (speed - 0.03) * dividing, speed / np.log(2)]

    found = expand(np.array([seeded]), growth_of(rate=rate), days=20.0)
    day = found.day
    second = solve_ivp(slope, (0, 20), [seeded, 0, 0], t_eval=day, rtol=1e-10, atol=1e-3, method="DOP853")
    np.testing.assert_allclose(found.cells[0], second.y[0] + second.y[1], rtol=5e-4)
    np.testing.assert_allclose(found.divisions[0], second.y[2], rtol=1e-3, atol=1e-5)


def test_between_two_days_cells_are_interpolated_on_the_log_scale() -> None:
    culture = Culture(np.array([0.0, 0.25]), np.array([[1e8, 4e8]]), np.array([[0.0, 2.0]]))
    cells, divisions = culture.at(np.array([0.125]))
    assert (cells[0], divisions[0]) == pytest.approx((2e8, 1.0))
    assert culture.at(np.array([9.0]))[0][0] == pytest.approx(4e8), "after the last day it stays"


def test_donors_differ_in_rate_and_lag_as_their_rows_say(
    published: Callable[..., Typical], streams: Streams, keys: Keys
) -> None:
    """Standard errors of a spread of 20,000 are half a per cent; 3 % tolerated."""
    kinds, typical = Kinds.one(len(keys)), published(facility__poor_growth=0.0)
    drawn = donor_growth(kinds, number=1, keys=keys, typical=typical, streams=streams)
    assert np.log(drawn.rate).std() == pytest.approx(np.hypot(0.22, 0.08), rel=0.03)
    assert np.log(drawn.lag).std() == pytest.approx(0.25, rel=0.03)
    again = donor_growth(kinds, number=2, keys=keys, typical=typical, streams=streams)
    assert (drawn.lag == again.lag).all()
    assert np.log(drawn.rate / again.rate).std() == pytest.approx(0.08 * np.sqrt(2), rel=0.03)


def test_without_spread_everybody_is_typical(published: Callable[..., Typical], streams: Streams) -> None:
    kinds, keys = Kinds.one(5, "tumour", "rapid"), Keys.of(0, np.arange(5))
    typical = published(facility__growth_attempt_sd=0.0, facility__poor_growth=0.0)
    base = typical_growth(kinds, keys=keys, typical=typical)
    assert base.rate.tolist() == [typical.book["facility.growth_per_day@rapid"].value] * 5
    assert base.lag.tolist() == [typical.book["facility.growth_lag_days"].value] * 5


def test_poor_growers_lose_cells_in_every_attempt(typical: Typical, streams: Streams, keys: Keys) -> None:
    """12 of 1,138 patients: 1.05 %; four standard errors of 20,000 are 0.3 points."""
    kinds = Kinds.one(len(keys))
    first, second = (donor_growth(kinds, number=n, keys=keys, typical=typical, streams=streams) for n in (1, 2))
    poor = first.death > 0.1
    assert (poor == (second.death > 0.1)).all()
    assert poor.mean() == pytest.approx(12 / 1138, abs=0.003)
    culture = expand(np.full(len(keys), 1e8), first, days=10.0)
    assert (culture.cells[poor, -1] < 1e8).mean() > 0.95
    assert (culture.cells[~poor, -1] > 2e8).mean() > 0.99

"""Closed forms of a patient without cells: he stays where he is, his tumour follows Gompertz."""

from __future__ import annotations

import numpy as np
import pytest
from typical_patient import body_of, cohort_of, follow, join, lymphodepletion, once, spread, treatment, typical

from adoptive.kinetics.simulate import ATOL, RTOL
from adoptive.kinetics.states import BODY, IN_BLOOD, IN_TISSUE, LESION, LESIONS, lesion_state

TUMOUR = ("T_H", "T_L", "T_N", "D")


def test_an_untreated_body_is_stationary_for_a_year() -> None:
    """Every state but the count of expected mutants."""
    drift = 0.0
    ran = follow(typical(), until=365.0, step=5.0)
    for name in set(BODY) - {"Mut"}:
        value, at_start = ran.of(name)[0], float(ran.of(name)[0, 0])
        assert np.abs(value - at_start).max() <= 1e-6 * abs(at_start), name
        drift = max(drift, float(np.abs(value - at_start).max()) / max(abs(at_start), 1e-300))
    print(f"A1: largest drift of a state in a year {drift:.1e}")
    assert ran.of("T_H1")[0, -1] > 2.0 * ran.of("T_H1")[0, 0]


@pytest.mark.parametrize(("rtol", "accuracy"), [(RTOL, 1e-4), (1e-9, 1e-7)])
def test_an_untreated_tumour_follows_gompertz(rtol: float, accuracy: float) -> None:
    """``T = K (N0 / K)^exp(-r t)`` for all classes together, whatever they exchange."""
    shares = {"high": 0.6, "low": 0.3, "negative": 0.1}
    body = body_of(cohort_of(shares=shares), muN=0.0)
    ran = follow(body, until=365.0, step=5.0, rtol=rtol, atol=1e-3 * rtol)
    living = ran.each_lesion("T_H", "T_L", "T_N")[0]
    for j in range(3):
        rate, ceiling, start = body.of(lesion_state("r", j))[0], body.of("Kmax")[0], living[0, j]
        closed = ceiling * (start / ceiling) ** np.exp(-rate * ran.day)
        print(f"A2: Gompertz, rtol {rtol:g}: largest relative error {np.abs(living[:, j] / closed - 1.0).max():.1e}")
        np.testing.assert_allclose(living[:, j], closed, rtol=accuracy)


def test_a_lesion_doubles_in_the_doubling_time_that_was_drawn() -> None:
    """At baseline; later Gompertz slows it, so a short time is extrapolated."""
    ran = follow(typical(), until=2.0, step=0.5, rtol=1e-9, atol=1e-12)
    growth = np.log(ran.volume_ml[0, -1, :3] / ran.volume_ml[0, 0, :3]) / 2.0
    np.testing.assert_allclose(np.log(2.0) / growth, 32.0, rtol=0.03)


def test_dead_cells_start_where_growth_keeps_them() -> None:
    ran = follow(typical(), until=30.0, step=1.0)
    share = ran.each_lesion("D")[0, :, :3] / ran.each_lesion(*TUMOUR)[0, :, :3]
    assert np.abs(share / share[0] - 1.0).max() < 0.1


def test_without_cells_nothing_grows_from_zero() -> None:
    ran = follow(typical(), lymphodepletion(1), until=365.0, step=5.0)
    cells = (*IN_BLOOD, *IN_TISSUE, "Rp", "R", "BBB")
    places = [lesion_state(name, j) for j in range(LESIONS) for name in ("m", "e", "x")]
    absent = [lesion_state(name, j) for j in (3, 4) for name in LESION]
    for name in (*cells, *places, *absent):
        assert not ran.of(name).any(), name


def test_no_tumour_appears_where_there_is_no_lesion() -> None:
    ran = follow(typical(), treatment(), until=365.0, step=5.0)
    assert not ran.each_lesion(*TUMOUR)[0, :, 3:].any()


def test_unseen_tumour_grows_as_if_no_cells_were_given() -> None:
    body = body_of(cohort_of(density_factor=0.0), Hn=0.0)
    assert not body.of("wH").any()
    assert not body.of("qH").any()
    depleted = lymphodepletion(1)
    without = follow(body, depleted, until=180.0, step=1.0, rtol=1e-8, atol=1e-10)
    given = follow(
        body, join(depleted, once("infusion", 1, day=5.0, amount=2.5e8)), until=180.0, step=1.0, rtol=1e-8, atol=1e-10
    )
    difference = np.abs(given.tumour_cells / without.tumour_cells - 1.0).max()
    print(f"A7: unseen tumour, treated over untreated differs by {difference:.1e}")
    np.testing.assert_allclose(given.tumour_cells, without.tumour_cells, rtol=1e-7)
    for name in ("IFN", "IL6", "CRP", "FER", "BBB"):
        np.testing.assert_allclose(given.of(name), without.of(name), rtol=1e-9, err_msg=name)
    assert given.cells_per_ul.max() > 1.0


@pytest.mark.parametrize("hard", [{}, {"kT": 1.0}, spread("supp", 0.0), {"kR": 0.05}])
def test_no_cell_number_is_negative_beyond_the_tolerance(hard: dict[str, float]) -> None:
    more = join(treatment(dose=5e9), once("dexamethasone", 1, day=8.0, amount=40.0))
    ran = follow(typical(**hard), more, until=365.0, step=0.25)
    cells = [lesion_state(name, j) for j in range(LESIONS) for name in LESION]
    lowest = min(float(ran.of(name).min()) for name in (*IN_BLOOD, *IN_TISSUE, *cells))
    print(f"A4: lowest number of cells {lowest:.1e}")
    for name in (*IN_BLOOD, *IN_TISSUE, *cells):
        assert ran.of(name).min() >= -ATOL * 1e5, name

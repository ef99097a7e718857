"""The free quantities and what a study can tell of them."""

from __future__ import annotations

import numpy as np
import pytest

from adoptive.errors import ParameterError
from adoptive.parameters import load_book
from adoptive.workbench.calibrate.evidence import fitted_studies, observations_of, plan, stage_of
from adoptive.workbench.calibrate.free import levers, load_free, moves_of, parse_free
from adoptive.workbench.calibrate.run import stages
from adoptive.workbench.calibrate.scales import back, onto
from adoptive.workbench.study import load_study

BOOK = load_book(calibrated=False)


def test_fifteen_to_thirty_population_quantities_are_free() -> None:
    free = load_free()
    assert 15 <= sum(one.kind == "population" for one in free) <= 30
    assert len({one.name for one in free}) == len(free)


def test_a_star_stands_for_all_kinds_and_not_for_the_spread() -> None:
    growth = next(one for one in load_free() if one.name == "growth")
    assert "cohort.doubling_time_factor@colorectal" in growth.rows
    assert not any("~" in row for row in growth.rows)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[a]\nkind = "population"\nrows = { "no.row" = 1.0 }\nmeaning = "m"\nsource = "s"', "no such row"),
        ('[a]\nkind = "population"\nrows = { "kinetics.pE" = 1.0 }\nmeaning = "m"', "missing"),
        ('[a]\nkind = "population"\nrows = {}\nmeaning = "m"\nsource = "s"\ncolour = "red"', "unknown"),
    ],
)
def test_a_wrong_entry_is_named(text: str, said: str) -> None:
    with pytest.raises(ParameterError, match=said):
        parse_free(text, BOOK)


def test_what_a_study_cannot_tell_apart_is_one_lever() -> None:
    """In a trial of gastric cancer the growth of all tumours and that of gastric cancer are one shift."""
    free = load_free()
    names = [one.name for one in free]
    by = levers(load_study("docetaxel-third-line"), free, BOOK)
    growth = by[:, names.index("growth")] != 0
    assert growth.sum() == 1
    assert (by[growth, names.index("growth@gastric")] != 0).all()
    assert not by[:, names.index("il6")].any()


def test_every_study_has_fewer_levers_than_free_quantities() -> None:
    free = load_free()
    for name in fitted_studies():
        assert 0 < len(levers(load_study(name), free, BOOK)) < len(free) / 2, name


def test_the_stages_come_in_order_and_hold_every_study() -> None:
    order = [stages().index(stage_of(load_study(name))) for name in fitted_studies()]
    assert order == sorted(order)
    assert set(order) == set(range(len(stages())))


def test_what_is_left_out_has_a_reason_and_what_counts_has_a_source() -> None:
    assert all(plan()["left_out_studies"].values())
    for name in fitted_studies():
        for one in observations_of(name):
            assert one.weight > 0
            assert one.confidence in ("L", "L2", "D")
            assert np.isfinite(one.y)
            assert one.endpoint not in plan()["left_out_endpoints"]


def test_moves_say_the_same_as_the_quantities() -> None:
    free = load_free()
    moves = moves_of(free)
    assert sum(map(len, moves.values())) == sum(len(one.rows) for one in free)


@pytest.mark.parametrize("n", [7, 30, 400])
def test_scales_go_there_and_back(n: int) -> None:
    shares = np.linspace(0.0, 100.0, 11)
    np.testing.assert_allclose(back(onto(shares, "arcsine", n=n), "arcsine", n=n), shares, atol=1e-9)
    times = np.array([0.5, 3.0, 11.0])
    np.testing.assert_allclose(back(onto(times, "log", cap=24.0), "log"), times)


def test_a_median_not_reached_counts_as_the_end_of_follow_up() -> None:
    assert float(onto(np.inf, "log", cap=24.0)) == pytest.approx(np.log(24.0))


def test_sampling_noise_is_nearly_the_same_everywhere() -> None:
    """Anscombe: the variance of the arcsine of a share of 50 is near 1 / (4 n + 2) from 5 to 95 %."""
    rng = np.random.default_rng(1)
    for share in (0.05, 0.2, 0.5, 0.95):
        drawn = 100.0 * rng.binomial(50, share, 20_000) / 50
        assert onto(drawn, "arcsine", n=50).var() == pytest.approx(1 / 202, rel=0.2)

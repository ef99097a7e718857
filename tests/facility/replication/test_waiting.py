"""Published waiting lists: Tully 2019 (mortality against waiting), Kourelis 2023 (one slot a month)."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from adoptive.facility.queue import assign_slots
from adoptive.facility.slots import Slots
from adoptive.facility.waiting import Decline, draw_death_after, draw_decline, present_until
from adoptive.parameters import Typical, load_book
from adoptive.streams import Keys, Streams
from adoptive.units import DAYS_PER_MONTH

YEAR_DAYS = 365.25
TULLY = {0: 34.0, 1: 36.1, 9: 76.3}
CHEMOTHERAPY = 75.1


@pytest.fixture(scope="module")
def decline(keys: Keys, typical: Typical, streams: Streams) -> Decline:
    return draw_decline(keys, typical=typical, streams=streams)


def _mortality(decline: Decline, keys: Keys, typical: Typical, streams: Streams, *, months: float) -> float:
    """Give the per cent dead within a year of the decision if everybody gets the cells after some months."""
    infusion = np.full(len(keys), months * DAYS_PER_MONTH)
    death = draw_death_after(infusion, decline, keys=keys, typical=typical, streams=streams)
    return float(100.0 * (death <= YEAR_DAYS).mean())


def test_mortality_against_waiting_is_tullys(decline: Decline, keys: Keys, typical: Typical, streams: Streams) -> None:
    """Within 5 points, as asked; the parameters are calibrated to these four numbers, so 2 is what is expected."""
    curve = [_mortality(decline, keys, typical, streams, months=months) for months in range(10)]
    for months, published in TULLY.items():
        assert abs(curve[months] - published) < 2.0, months
    untreated = float(100.0 * (decline.death_day <= YEAR_DAYS).mean())
    assert abs(untreated - CHEMOTHERAPY) < 2.0
    assert all(later > earlier for earlier, later in pairwise(curve))
    # Worse than chemotherapy when the wait exceeds eight months; patients are the same in both.
    assert curve[8] < untreated < curve[9]


def test_constant_hazards_do_not_give_the_curve() -> None:
    """Why the decline must rise: with one constant hazard before and one after the cells, 1 month is too bad."""
    waiting, treated = -np.log(1 - CHEMOTHERAPY / 100) / 12, -np.log(1 - TULLY[0] / 100) / 12
    dead = {months: 100 * (1 - np.exp(-waiting * months - treated * (12 - months))) for months in (1, 9)}
    assert dead[1] > TULLY[1] + 2.0
    assert dead[9] < TULLY[9] - 5.0


def test_the_drawn_mortality_is_that_of_its_equations(
    decline: Decline, keys: Keys, typical: Typical, streams: Streams
) -> None:
    """Two states solved as ordinary differential equations; within 4 standard errors (20,000 patients)."""
    row = {name.split(".")[1]: value.value for name, value in load_book().items() if name.startswith("facility.")}

    def flow(day: float, states: np.ndarray, cells: float) -> list[float]:
        well, ill = states
        rise = row["decline_shape"] / row["decline_scale_days"]
        rate = rise * (day / row["decline_scale_days"]) ** (row["decline_shape"] - 1.0)
        if day >= cells:
            return [-row["treated_death_stable"] * well, -row["treated_death_declined"] * ill]
        return [-(rate + row["waiting_death_stable"]) * well, rate * well - row["waiting_death_declined"] * ill]

    for months in (0, 2, 5, 9):
        cells, states = months * DAYS_PER_MONTH, np.array([1.0, 0.0])
        for start, end in ((0.0, cells), (cells, YEAR_DAYS)):
            if end > start:
                states = solve_ivp(flow, (start, end), states, args=(cells,), rtol=1e-8, atol=1e-10, max_step=20).y[
                    :, -1
                ]
        dead = 100.0 * (1.0 - states.sum())
        error = 100.0 * np.sqrt(dead / 100 * (1 - dead / 100) / len(keys))
        assert abs(_mortality(decline, keys, typical, streams, months=months) - dead) < 4 * error


def test_a_list_with_one_slot_a_month_is_kourelis(typical: Typical, streams: Streams) -> None:
    """One slot a month; patients come as 20 waiting for 6 months need (20 / 6 a month, by Little's law).

    Published: 20 waiting (5 to 100 by centre), median 6 months on the list (2 to 8), 25 % served at last (Kourelis,
    10.1200/jco.2022.40.16_suppl.e20021). The model's decline is calibrated to lymphoma, so nothing here is fitted.
    Under first come those who are served have waited longer, about 9 months: centres do not go by time alone.
    """
    keys = Keys.of(0, np.arange(3_000))
    asked = np.cumsum(streams.exponential("test.arrival", keys)) * DAYS_PER_MONTH * 6 / 20
    gone = present_until(draw_decline(keys, typical=typical, streams=streams))
    got = assign_slots(asked, asked + gone, slots=Slots(per_month=1))
    settled = (asked > 30 * DAYS_PER_MONTH) & (asked < asked.max() - 30 * DAYS_PER_MONTH)
    waited = got.waited_days[settled] / DAYS_PER_MONTH
    served = ~got.reneged[settled]
    on_list = got.waited_days[settled].sum() / np.ptp(asked[settled])
    assert abs(on_list - 20) < 5
    assert abs(np.median(waited) - 6.0) < 1.0
    assert 0.25 <= served.mean() <= 0.33
    assert 2.0 < np.median(waited) < 8.0
    assert np.median(waited[served]) > 8.0


def test_two_months_sooner_treats_more_as_published(decline: Decline) -> None:
    """Two months less of waiting than in JULIET: at least 10.7 % more treated (Value in Health 2022, 25:1344).

    JULIET's median wait was 54 days, so that two months less leave none; within 5 points, nothing fitted. The model is
    steeper later on: the same two months between day 54 and day 115 cost 23 %.
    """
    here = present_until(decline)
    assert abs(100.0 * (1.0 / (here > 54.0).mean() - 1.0) - 10.7) < 5.0
    assert (here > 54.0).mean() / (here > 54.0 + 2 * DAYS_PER_MONTH).mean() > 1.2


def test_those_without_a_slot_live_as_long_as_published(decline: Decline) -> None:
    """Ahmed: of patients who never got a slot the median survival was 9 months; within 2 months, not fitted."""
    assert abs(np.median(decline.death_day) / DAYS_PER_MONTH - 9.0) < 2.0


def test_decline_leaves_as_the_community_network_says(decline: Decline) -> None:
    """Of 49 % lost to illness, 34 to progression and 15 to poor health (Blood Adv 9:429): 69 %, within 2 points."""
    left = decline.leaves > 0
    assert abs(100.0 * (decline.leaves[left] == 1).mean() - 100.0 * 34 / 49) < 2.0

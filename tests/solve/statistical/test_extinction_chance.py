"""Single cells against the theory of birth and death: how many lines live on, and that falls are independent.

Each test compares shares of 20,000 patients with a stated law at 4.4 standard errors: it fails by chance once in 1e5.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from reference import splitmix

from adoptive.solve import Engine, Events, Jump, Model, Values, compile_model

COUNT, ERRORS = 20_000, 4.4
ALMOST_ONE = 1.0 - 1e-9


def slopes(y: Values, p: Values) -> dict[str, Any]:
    """Cells that are born, die, leave for nowhere, and change between two places."""
    net, swap = p.birth - p.death - p.out, 0.4 * y.n - 0.2 * y.m
    return {"n": net * y.n - swap, "m": net * y.m + swap}


def share(one: Any, other: Any) -> Any:
    return one / (one + other + 1e-30)  # of the dead: nothing


TWO = Model(
    "cells in two places",
    ("n", "m"),
    ("birth", "death", "out"),
    slopes,
    jumps=(Jump("cut", text=lambda y, p, left: {"n": left * share(y.n, y.m), "m": left * share(y.m, y.n)}),),
    clones={"cells": ("birth", "death")},
    clone_rates=lambda y, p: {"birth": p.birth, "death": p.death},
    populations={"cells": ("n", "m")},
)


@pytest.fixture(scope="module")
def engine(_private_cache: Any) -> Engine:
    return compile_model(TWO)


def cut(engine: Engine, rates: tuple[float, float, float], left: list[float], seed: int, **more: Any) -> Any:
    """Cut everybody down to so many cells on days 1, 41, ..., and follow them for 40 days after the last cut."""
    draws = np.random.default_rng(seed).random((COUNT, 1))
    day = np.tile(1.0 + 40.0 * np.arange(len(left)), (COUNT, 1))
    events = Events(day, np.zeros(day.shape, int), np.tile(left, (COUNT, 1)))
    options: dict[str, Any] = {"start": 0.0, "stop": 1.0 + 40.0 * len(left), "visits": day[0] + 39.0}
    initial = np.tile([60.0, 40.0], (COUNT, 1))
    run = engine.run(np.tile(rates, (COUNT, 1)), initial, **options, events=events, survival_draws=draws, **more)
    assert not run.failure.any()
    return draws[:, 0], run


def off(found: float, chance: float, count: int = COUNT) -> float:
    """Return how many standard errors a share lies from its chance."""
    return float(abs(found - chance) / np.sqrt(chance * (1.0 - chance) / count))


@pytest.mark.parametrize(("birth", "death"), [(0.5, 0.1), (0.4, 0.2), (0.3, 0.27)])
@pytest.mark.parametrize("left", [ALMOST_ONE, 0.3])
def test_as_many_lines_live_on_as_theory_says(engine: Engine, birth: float, death: float, left: float) -> None:
    _, run = cut(engine, (birth, death, 0.0), [left], 1)
    lives = run.states[:, 0].sum(axis=1) > 0.0
    chance = left * (1.0 - death / birth)
    print(f"{left:.1f} cell, death/birth {death / birth:.2f}: {lives.mean():.4f} live on, theory {chance:.4f}")
    assert off(float(lives.mean()), chance) < ERRORS
    np.testing.assert_array_equal(run.extinct[:, 0], ~lives)
    grown = np.exp((birth - death) * 39.0)  # a line that lives on is one cell at the cut
    np.testing.assert_allclose(run.states[lives, 0].sum(axis=1), grown, rtol=1e-3)


@pytest.mark.parametrize(("birth", "death"), [(0.5, 0.1), (0.4, 0.2)])
def test_the_theory_is_that_of_single_cells(birth: float, death: float) -> None:
    """Play the births and deaths of single cells one by one, until the line has ended or is beyond ending."""
    rng, cells = np.random.default_rng(2), np.ones(COUNT, np.int64)
    for _ in range(4000):
        playing = (cells > 0) & (cells < 60)
        if not playing.any():
            break
        cells[playing] += np.where(rng.random(playing.sum()) < birth / (birth + death), 1, -1)
    lives = float((cells > 0).mean())
    print(f"cell by cell, death/birth {death / birth:.2f}: {lives:.4f} live on, theory {1.0 - death / birth:.4f}")
    assert off(lives, 1.0 - death / birth) < ERRORS


def test_a_second_fall_is_a_second_decision(engine: Engine) -> None:
    birth, death = 0.5, 0.25
    draws, run = cut(engine, (birth, death, 0.0), [ALMOST_ONE] * 3, 3)
    lives = run.states.sum(axis=2) > 0.0
    shares = [lives[:, 0].mean(), lives[lives[:, 0], 1].mean(), lives[lives[:, 1], 2].mean()]
    print(f"live on after falls 1, 2, 3: {np.round(shares, 4)}, theory {1.0 - death / birth}")
    for share, count in zip(shares, [COUNT, *lives[:, :2].sum(axis=0)], strict=True):
        assert off(float(share), 0.5, int(count)) < ERRORS
    expected = np.array([[splitmix(float(d), fall) >= 0.5 for fall in range(3)] for d in draws]).cumprod(axis=1) > 0
    np.testing.assert_array_equal(lives, expected)


def test_draws_of_nothing_and_of_everything_stay_what_they_are(engine: Engine) -> None:
    day, left = np.array([[1.0, 41.0]] * 2), np.full((2, 2), ALMOST_ONE)
    events, rates = Events(day, np.zeros((2, 2), int), left), [[0.5, 0.25, 0.0]] * 2
    options: dict[str, Any] = {"start": 0.0, "stop": 81.0, "visits": [80.0], "events": events}
    run = engine.run(rates, [[60.0, 40.0]] * 2, **options, survival_draws=[[0.0], [1.0]])
    assert run.extinct[:, 0].tolist() == [True, False]


@pytest.mark.parametrize("stop", [30.0, 90.0])
def test_neither_steps_nor_time_decide_about_a_line_that_is_held_down(engine: Engine, stop: float) -> None:
    """Cells leave faster than they are born: who lives on is kept at one cell, with the one decision of his fall."""
    draws = np.random.default_rng(5).random((2000, 1))
    rates = np.tile([0.5, 0.2, 0.6], (2000, 1))
    initial = np.tile([60.0, 40.0], (2000, 1))
    for rtol in (1e-3, 1e-5, 1e-8):
        options: dict[str, Any] = {"start": 0.0, "stop": stop, "visits": [stop], "rtol": rtol, "atol": 1e-3 * rtol}
        run = engine.run(rates, initial, **options, survival_draws=draws)
        np.testing.assert_array_equal(run.extinct[:, 0], draws[:, 0] < 0.4)
        np.testing.assert_allclose(run.final[draws[:, 0] >= 0.4].sum(axis=1), 1.0, rtol=1e-12)

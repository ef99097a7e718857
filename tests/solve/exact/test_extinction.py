"""Clones below one cell: the rule's probability, and a classification that the tolerance does not move."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from adoptive.solve import Model, Values, compile_model


def battle(y: Values, p: Values) -> dict[str, Any]:
    """A tumour, the cells that hunt it and the memory they leave."""
    bound = y.T / (1e8 + y.T)
    return {
        "T": p.gT * y.T * (1.0 - y.T / 1e11) - p.k * y.C * bound,
        "C": p.rho * y.C * bound - (p.dC + p.eps) * y.C,
        "M": p.eps * y.C - p.dM * y.M,
    }


BATTLE = Model(
    "battle",
    ("T", "C", "M"),
    ("gT", "k", "rho", "dC", "dM", "eps"),
    battle,
    clones={
        "T": ("growth", "killing"),
        "C": ("division", "loss"),
    },  # hunters are cells too: a millionth of one hunts not
    clone_rates=lambda y, p: {
        "growth": p.gT * (1.0 - y.T / 1e11),
        "killing": p.k * y.C / (1e8 + y.T),
        "division": p.rho * y.T / (1e8 + y.T),
        "loss": p.dC + p.eps,
    },
)


def population(count: int) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(11).standard_normal((count, 6))
    medians = np.array([0.02, 5.0, 0.9, 0.25, 0.003, 0.01])
    return medians * np.exp(0.3 * draw), np.tile([1e9, 1e7, 0.0], (count, 1))


def test_tolerance_does_not_decide_relapse() -> None:
    engine = compile_model(BATTLE)
    parameters, initial = population(150)
    runs = [
        engine.run(parameters, initial, start=0.0, stop=730.0, visits=[365.0, 730.0], rtol=rtol, atol=rtol * 1e-3)
        for rtol in (1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-9)
    ]
    reference = runs[-1]
    assert 0.5 < reference.extinct[:, 0].mean() < 0.95  # both fates of the tumour are common
    for run in runs:
        assert not run.failure.any()
        np.testing.assert_array_equal(run.extinct, reference.extinct)
        np.testing.assert_array_equal(run.states[:, :, 0] > 1e6, reference.states[:, :, 0] > 1e6)
        np.testing.assert_array_equal(run.final[:, :2][run.extinct], 0.0)


def shrinking(y: Values, p: Values) -> dict[str, Any]:
    # Cells leave at rate `out` beside being born and dying: the clone shrinks although births exceed deaths.
    return {"n": (p.birth - p.death - p.out) * y.n + p.inflow}


SHRINKING = Model(
    "shrinking",
    ("n",),
    ("birth", "death", "out", "inflow"),
    shrinking,
    clones={"n": ("birth", "death")},
    clone_rates=lambda y, p: {"birth": p.birth, "death": p.death},
)


def test_the_draw_decides_against_death_over_birth() -> None:
    engine = compile_model(SHRINKING)
    draws = np.linspace(0.005, 0.995, 100)[:, None]
    parameters = np.tile([0.5, 0.2, 1.0, 0.0], (100, 1))
    run = engine.run(parameters, np.full((100, 1), 50.0), start=0.0, stop=20.0, visits=[20.0], survival_draws=draws)
    np.testing.assert_array_equal(run.extinct[:, 0], draws[:, 0] < 0.4)
    np.testing.assert_array_equal(run.final[run.extinct], 0.0)
    assert (run.final[~run.extinct] > 0.0).all()


@pytest.mark.parametrize("death", [0.5, 0.9])
def test_where_deaths_reach_births_the_clone_dies_whatever_the_draw(death: float) -> None:
    engine = compile_model(SHRINKING)
    run = engine.run([[0.5, death, 0.4, 0.0]], [[50.0]], start=0.0, stop=40.0, visits=[40.0], survival_draws=[[0.999]])
    assert run.extinct[0, 0]
    assert run.final[0, 0] == 0.0


def test_a_clone_that_comes_from_below_one_is_left_alone() -> None:
    engine = compile_model(SHRINKING)
    run = engine.run([[0.5, 0.2, 0.0, 0.0]], [[0.01]], start=0.0, stop=40.0, visits=[0.0, 1.0, 40.0])
    np.testing.assert_allclose(run.states[0, :, 0], 0.01 * np.exp(0.3 * np.array([0.0, 1.0, 40.0])), rtol=1e-4)
    assert not run.extinct.any()


def test_a_lost_clone_starts_again_only_from_inflow() -> None:
    engine = compile_model(SHRINKING)
    run = engine.run([[0.2, 1.2, 0.0, 0.5]], [[50.0]], start=0.0, stop=30.0, visits=[30.0], rtol=1e-8, atol=1e-10)
    assert run.extinct[0, 0]
    np.testing.assert_allclose(run.final[0, 0], 0.5, rtol=1e-6)  # back to inflow / loss, never above one


def test_the_clone_ends_at_one_cell_not_at_the_end_of_the_step() -> None:
    # n falls as 50 e^(-0.8 t) to one cell; what it sheds on the way is (50 - 1)/0.8, however long the steps are.
    model = Model(
        "shedding",
        ("n", "shed"),
        ("birth", "death"),
        lambda y, p: {"n": (p.birth - p.death) * y.n, "shed": y.n},
        clones={"n": ("birth", "death")},
        clone_rates=lambda y, p: {"birth": p.birth, "death": p.death},
    )
    engine = compile_model(model)
    for rtol in (1e-3, 1e-5, 1e-7):
        run = engine.run([[0.2, 1.0]], [[50.0, 0.0]], start=0.0, stop=60.0, visits=[60.0], rtol=rtol, atol=rtol * 1e-3)
        np.testing.assert_allclose(run.final[0], [0.0, 49.0 / 0.8], rtol=2.0 * rtol)

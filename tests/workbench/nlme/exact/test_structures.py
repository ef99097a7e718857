"""Closed forms against the engine, and against their limits."""

from __future__ import annotations

import numpy as np
import pytest
from series import rectangle

from adoptive.kinetics.zoo import find_model
from adoptive.workbench.calibrate.nlme.structures import CLOSED, closed, on_engine, oral_curve


@pytest.mark.parametrize(("name", "quantity"), list(CLOSED))
def test_closed_forms_are_what_the_engine_integrates(name: str, quantity: str) -> None:
    zoo = find_model(name)
    rows = zoo.rows_of_set()
    lot = np.random.default_rng(2).uniform(0.6, 1.6, (6, len(zoo.fitted)))
    values = lot * [rows[each].value for each in zoo.fitted]
    data = rectangle(np.array([0.5, 3.0, 9.0, 20.0, 80.0, 300.0]), np.ones((6, 6)))
    who = np.arange(6)
    by_form = closed(CLOSED[name, quantity], zoo.fitted)(data)(values, who)
    by_engine = on_engine(zoo, zoo.fitted, quantity, rtol=1e-9)(data)(values, who)
    np.testing.assert_allclose(by_form, by_engine, rtol=1e-6)


def test_absorption_as_fast_as_elimination_has_its_limit() -> None:
    time = np.array([[0.5, 2.0, 9.0]])
    known = {"dose": np.ones((1, 1)), "V": np.full((1, 1), 10.0), "Cl": np.ones((1, 1))}
    at = oral_curve(known | {"ka": np.full((1, 1), 0.1)}, time)
    near = oral_curve(known | {"ka": np.full((1, 1), 0.1 + 1e-5)}, time)
    np.testing.assert_allclose(at, near, rtol=1e-3)
    np.testing.assert_allclose(at, 0.01 * time * np.exp(-0.1 * time), rtol=1e-12)

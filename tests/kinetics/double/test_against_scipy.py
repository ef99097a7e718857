"""A second opinion: scipy's LSODA on the same model text, run on plain numbers, with every kind of jump."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from typical_patient import DOSE, Floats, Followed, follow, join, lymphodepletion, once, treatment, typical

from adoptive.infusion import DRUGS, Infusions
from adoptive.kinetics.equations import JUMPS, derivatives
from adoptive.kinetics.simulate import ATOL, RTOL, engine
from adoptive.kinetics.states import LESIONS
from adoptive.kinetics.types import Physiology
from adoptive.solve import Values

UNTIL, STEP = 200.0, 0.5
DAYS = np.arange(0.0, UNTIL + 1e-9, STEP)


def everything() -> Infusions:
    """Two infusions, each after lymphodepletion, and every drug that the model knows."""
    return join(
        treatment(),
        once("pembrolizumab", 1, day=6.0, amount=200.0),
        once("interleukin 2", 1, day=8.0, amount=3.0),
        once("tocilizumab", 1, day=12.0, amount=464.0),
        once("dexamethasone", 1, day=14.0, amount=10.0),
        once("filgrastim", 1, day=11.0, amount=5.0),
        once("rasburicase", 1, day=13.0, amount=0.2),
        once("anakinra", 1, day=12.5, amount=100.0),
        once("vaccine boost", 1, day=20.0, amount=1.0),
        once("immunoglobulin", 1, day=30.0, amount=0.4),
        once("oncolytic virus", 1, day=45.0, amount=1.0),
        once("chemotherapy", 1, day=60.0, amount=0.02),
        lymphodepletion(1, infusion_day=90.0),
        once("infusion", 1, day=90.0, amount=DOSE),
        once("rimiducid", 1, day=120.0, amount=0.5),
    )


def by_scipy(body: Physiology, plan: Infusions, *, rtol: float) -> Floats:
    """Follow one patient from jump to jump; the states at the days, before the jumps of the same moment."""
    model = engine().model
    values = Values(body.names, body.values[0].tolist())

    def slopes(_: float, y: Floats) -> list[float]:
        text = derivatives(Values(model.states, y.tolist()), values, lesions=LESIONS)
        return [text[name] for name in model.states]

    atol = 0.1 * rtol * np.array([model.scale[name] for name in model.states])
    out, y, now = np.zeros((len(DAYS), len(model.states))), body.initial[0].copy(), 0.0
    out[0] = y
    for stop in (*np.unique(plan.day[0]), UNTIL):
        inside = (now < DAYS) & (stop >= DAYS)
        if stop > now:
            wanted = np.unique([*DAYS[inside], stop])
            ran = solve_ivp(slopes, (now, stop), y, "LSODA", t_eval=wanted, rtol=rtol, atol=atol)
            out[inside], y, now = ran.y.T[: inside.sum()], ran.y[:, -1].copy(), stop
        for kind, amount in zip(plan.kind[0][plan.day[0] == stop], plan.amount[0][plan.day[0] == stop], strict=True):
            for state, factor in JUMPS[kind].effect.items():
                size = values[factor] if isinstance(factor, str) else factor
                y[model.states.index(state)] += amount * size
    return out


@pytest.fixture(scope="module")
def patient() -> Physiology:
    return typical(kChemo=0.05, muN=1e-7, switch=1.0)


@pytest.fixture(scope="module")
def reference(patient: Physiology) -> Followed:
    plan = everything()
    assert set(plan.kind[0]) == set(range(len(DRUGS)))
    states = by_scipy(patient, plan, rtol=1e-8)
    return Followed(DAYS, engine().model.states, states[None], states[None, -1], patient, np.empty(0))


@pytest.mark.parametrize(("rtol", "atol", "accuracy"), [(RTOL, ATOL, 1e-3), (1e-8, 1e-10, 1e-5)])
def test_the_engine_agrees_with_lsoda(
    patient: Physiology, reference: Followed, rtol: float, atol: float, accuracy: float
) -> None:
    ran = follow(patient, everything(), until=UNTIL, step=STEP, rtol=rtol, atol=atol)
    largest = np.abs(reference.values[0]).max(axis=0)
    error = np.abs(ran.values[0] - reference.values[0]).max(axis=0) / np.maximum(largest, 1e-9)
    worst = ran.names[int(error.argmax())]
    assert error.max() <= accuracy, (worst, error.max())
    np.testing.assert_allclose(ran.sld_mm, reference.sld_mm, rtol=accuracy)
    after = ran.day > 5.5
    np.testing.assert_allclose(ran.cells_per_ul[0, after], reference.cells_per_ul[0, after], rtol=accuracy)
    np.testing.assert_allclose(ran.of("T_N1"), reference.of("T_N1"), rtol=accuracy, atol=1e-3)
    assert reference.cells_per_ul.max() > 10.0
    assert reference.sld_mm.min() < 0.7 * reference.sld_mm[0, 0]


def by_runge_kutta(body: Physiology, plan: Infusions, *, until: float, step: float) -> Floats:
    """Follow one patient with classical Runge-Kutta steps of fixed size; all jumps fall on a step."""
    model = engine().model
    values = Values(body.names, body.values[0].tolist())

    def slope(y: Floats) -> Floats:
        text = derivatives(Values(model.states, y.tolist()), values, lesions=LESIONS)
        return np.array([text[name] for name in model.states])

    y, out = body.initial[0].copy(), []
    for number in range(round(until / step) + 1):
        day = number * step
        out.append(y.copy())
        due = np.abs(plan.day[0] - day) < 0.5 * step
        for kind, amount in zip(plan.kind[0][due], plan.amount[0][due], strict=True):
            for state, factor in JUMPS[kind].effect.items():
                y[model.states.index(state)] += amount * (values[factor] if isinstance(factor, str) else factor)
        one = slope(y)
        two = slope(y + 0.5 * step * one)
        three = slope(y + 0.5 * step * two)
        y = y + step / 6.0 * (one + 2.0 * two + 2.0 * three + slope(y + step * three))
    return np.array(out)


def test_fixed_steps_and_adaptive_steps_agree() -> None:
    """A10: sum of diameters within 1e-4 at steps of 0.1 day; the error falls with the fourth power of the step."""
    body, until = typical(), 14.0
    ran = follow(body, treatment(), until=until, step=0.1, rtol=1e-9, atol=1e-11)
    apart, cells = [], []
    for step in (0.1, 0.05):
        fixed = by_runge_kutta(body, treatment(), until=until, step=step)[:: round(0.1 / step)]
        other = dataclasses.replace(ran, values=fixed[None])
        apart.append(float(np.abs(other.sld_mm / ran.sld_mm - 1.0).max()))
        late = ran.day > 6.0
        cells.append(float(np.abs(other.cells_per_ul[0, late] / ran.cells_per_ul[0, late] - 1.0).max()))
    print(f"A10: sum of diameters differs by {apart}, cells in blood by {cells}, at steps of 0.1 and 0.05 day")
    assert apart[0] < 1e-4
    assert cells[1] < cells[0] / 10.0

"""A second opinion: scipy's implicit solvers with explicit event handling."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.integrate import solve_ivp

from adoptive.solve import Engine, Events, Model, Trigger, Values, compile_model


def robertson(y: Values, p: Values) -> dict[str, Any]:
    """Robertson's stiff kinetics (Robertson 1966; Hairer and Wanner 1996, 10.1007/978-3-642-05221-7, IV.1)."""
    slow, fast, middle = 0.04 * y.a, 1e4 * y.b * y.c, 3e7 * y.b**2
    return {"a": -slow + fast, "b": slow - fast - middle, "c": middle}


def test_robertson_agrees_with_radau() -> None:
    model = Model("robertson", ("a", "b", "c"), (), robertson, scale={"b": 1e-4})
    days = np.array([0.0, 0.4, 4.0, 40.0])
    run = compile_model(model).run(
        np.empty((1, 0)), [[1.0, 0.0, 0.0]], start=0.0, stop=40.0, visits=days, rtol=1e-8, atol=1e-10
    )

    def slopes(_: float, y: Any) -> Any:
        return list(robertson(Values(model.states, list(y)), Values((), [])).values())

    exact = solve_ivp(slopes, (0.0, 40.0), [1.0, 0.0, 0.0], "Radau", t_eval=days, rtol=1e-11, atol=1e-15)
    np.testing.assert_allclose(run.states[0], exact.y.T, rtol=1e-6, atol=1e-12)
    assert run.steps[0] < 200


class SlowReference:
    """Follow one patient of the dosed model with scipy, one stretch between happenings at a time."""

    def __init__(self, model: Model, parameters: Any, trigger: dict[str, float]) -> None:
        self.model, self.trigger = model, trigger
        self.p = Values(model.parameters, list(parameters))
        self.fired: list[float] = []

    def slopes(self, _: float, y: Any) -> Any:
        text = self.model.rhs(Values(self.model.states, list(np.maximum(y, 0.0))), self.p)
        return [text[name] for name in self.model.states]

    def ready(self, day: float, pending: list[float]) -> bool:
        locked = bool(self.fired) and day < self.fired[-1] + self.trigger["lockout"]
        return not pending and len(self.fired) < self.trigger["maximum"] and not locked

    def stretch(self, y: Any, day: float, until: float) -> Any:
        def crossing(_: float, z: Any) -> float:
            return float(z[2] - self.trigger["threshold"])

        crossing.direction = 1.0  # type: ignore[attr-defined]
        options = {"rtol": 1e-10, "atol": 1e-12, "dense_output": True, "events": crossing}
        return solve_ivp(self.slopes, (day, until), y, "LSODA", **options)

    def follow(self, y: Any, doses: list[tuple[float, float]], days: Any) -> Any:
        """Return the states at the days; the crossings that fire are collected on the way."""
        out, y, day, pending, left = np.zeros((len(days), len(y))), np.array(y), 0.0, [], list(doses)
        out[0] = y
        while day < days[-1]:
            while left and left[0][0] <= day:
                y[0] += left.pop(0)[1] * self.p.bio
            if pending and pending[0] <= day:
                pending.pop()
                y[3] += 5.0
            until = min([days[-1], *(d for d, _ in left[:1]), *pending])
            part = self.stretch(y, day, until)
            for crossed in part.t_events[0]:
                if self.ready(crossed, pending):
                    self.fired.append(float(crossed))
                    pending.append(float(crossed) + self.trigger["delay"])
                    until = min(until, pending[0])
            here = (days > day) & (days <= until)
            out[here] = part.sol(days[here]).T if here.any() else out[here]
            y, day = part.sol(until), until
        return out


def test_fifty_patients_agree_with_a_slow_reference(dosed_engine: Engine, patients: Any) -> None:
    count, days = 50, np.arange(0.0, 12.01, 0.25)
    parameters, initial = patients(count, seed=21)
    rng = np.random.default_rng(4)
    day = np.sort(rng.uniform(0.0, 8.0, (count, 4)), axis=1)
    amount = rng.uniform(2.0, 8.0, (count, 4))
    setting = {"threshold": 3.0, "delay": 0.25, "lockout": 0.75, "maximum": 3}
    run = dosed_engine.run(
        parameters,
        initial,
        start=0.0,
        stop=12.0,
        visits=days,
        events=Events(day, np.zeros((count, 4), np.int64), amount),
        triggers=(Trigger("cytokine", "rescue", 3.0, 1.0, 0.25, 0.75, 3),),
        rtol=1e-8,
        atol=1e-10,
    )
    assert 60 <= run.fired.sum() <= 149
    for i in range(count):
        reference = SlowReference(dosed_engine.model, parameters[i], setting)
        states = reference.follow(initial[i], list(zip(day[i], amount[i], strict=True)), days)
        assert run.fired[i, 0] == len(reference.fired), i
        np.testing.assert_allclose(run.fired_day[i, 0, : run.fired[i, 0]], reference.fired, rtol=1e-6)
        np.testing.assert_allclose(run.states[i], states, rtol=2e-6, atol=2e-6)

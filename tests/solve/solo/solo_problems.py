"""Problems on which the backends are compared: models, patients and how they are run."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from adoptive.solve import Dose, Engine, Ensemble, Events, Gate, Jump, Model, Regimen, Scans, Trigger

ROOT = Path(__file__).parents[3]
for folder in ("benchmarks", "tests/kinetics"):
    sys.path.insert(0, str(ROOT / folder))


def _shared() -> Any:
    """Return the models that all tests of the engine share."""
    specification = importlib.util.spec_from_file_location("models_of_the_engine", ROOT / "tests/solve/conftest.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


SHARED = _shared()


@dataclass(frozen=True)
class Problem:
    """Hold a model, its patients and the options of a run."""

    model: Model
    parameters: np.ndarray
    initial: np.ndarray
    options: dict[str, Any]

    def run(self, engine: Engine, rows: Any = slice(None), **changed: Any) -> Ensemble:
        options = self.options | changed
        events: Events = options["events"]
        options["events"] = Events(events.day[rows], events.kind[rows], events.amount[rows])
        options["triggers"] = tuple(
            replace(t, threshold=np.broadcast_to(t.threshold, (len(self.initial),))[rows])
            for t in options.get("triggers", ())
        )
        if "survival_draws" in options:
            options["survival_draws"] = options["survival_draws"][rows]
        return engine.run(self.parameters[rows], self.initial[rows], **options)

    @property
    def floor(self) -> np.ndarray:
        """Return the absolute tolerance of each state."""
        return self.options["atol"] * np.array([self.model.scale.get(s, 1.0) for s in self.model.states])

    def difference(self, one: Ensemble, two: Ensemble) -> tuple[float, float]:
        """Return the largest difference at visits and at the end, relative to each state's largest value in time."""
        size = np.abs(two.states).max(axis=1) + self.floor
        at_visits = np.abs(one.states - two.states) / size[:, None]
        return float(at_visits.max()), float((np.abs(one.final - two.final) / size).max())


BATTLE = Model(
    "battle",
    ("tumour", "killer", "signal"),
    ("grow", "die", "kill", "half", "hill"),
    lambda y, p: {
        "tumour": (p.grow - p.die - p.kill * y.killer / (p.half + y.killer)) * y.tumour,
        "killer": (0.4 * y.tumour / (1e6 + y.tumour) - 0.15) * y.killer,
        "signal": 20.0 * y.killer**p.hill / (p.half**p.hill + y.killer**p.hill) - 4.0 * y.signal,
    },
    scale={"tumour": 1e2, "killer": 1e2},
    watch=lambda y, p: {"signal": y.signal},
    jumps=(Jump("cells", {"killer": 1.0}), Jump("steroid", {"killer": "half", "signal": -0.2})),
    clones={"tumour": ("birth", "death")},
    clone_rates=lambda y, p: {"birth": p.grow, "death": p.die + p.kill * y.killer / (p.half + y.killer)},
)


def battle(count: int) -> Problem:
    """Doses, a trigger with delay and lock-out that fires, clones that end and clones that survive."""
    draw = np.random.default_rng(5)
    parameters = np.array([0.2, 0.05, 1.1, 1e4, 1.4]) * np.exp(0.2 * draw.standard_normal((count, 5)))
    day = np.tile([1.0, 8.0], (count, 1)) + 0.1 * np.arange(count)[:, None]
    return Problem(
        BATTLE,
        parameters,
        np.tile([3e4, 1e3, 0.1], (count, 1)),
        {
            "start": 0.0,
            "stop": 60.0,
            "visits": np.arange(0.0, 61.0, 2.0),
            "events": Events(day, np.zeros((count, 2), np.int64), np.tile([3e4, 2e4], (count, 1))),
            "triggers": (Trigger("signal", "steroid", np.linspace(2.0, 5.5, count), 0.5, 0.5, 3.0, 2),),
            "survival_draws": draw.random((count, 1)),
            "rtol": 1e-6,
            "atol": 1e-8,
        },
    )


CLINIC = Model(
    "clinic",
    ("active", "asleep", "killer"),
    ("grow", "kill", "half"),
    lambda y, p: {
        "active": (p.grow - p.kill * y.killer / (p.half + y.killer) - 0.02) * y.active + 0.01 * y.asleep,
        "asleep": 0.02 * y.active - (0.01 + 0.3 * p.kill * y.killer / (p.half + y.killer)) * y.asleep,
        "killer": -0.1 * y.killer,
    },
    scale={"active": 1e2, "asleep": 1e2, "killer": 1e2},
    watch=lambda y, p: {"size": 3e-3 * (y.active + y.asleep), "killer": y.killer},
    jumps=(
        Jump("cells", {"killer": 1.0}),
        Jump(
            "surgery",
            {"killer": 5.0},
            text=lambda y, p, amount: {"active": amount * y.active, "asleep": 0.1 * y.active},
        ),
    ),
    populations={"tumour": ("active", "asleep")},
    clones={"tumour": ("birth", "death")},
    clone_rates=lambda y, p: {"birth": p.grow, "death": 0.5 * p.grow + p.kill * y.killer / (p.half + y.killer)},
)


def clinic(count: int) -> Problem:
    """Cycles that wait for a gate, scans that end the follow-up, an operation as text, a population of two states."""
    draw = np.random.default_rng(8)
    parameters = np.array([0.06, 0.5, 2e4]) * np.exp(0.3 * draw.standard_normal((count, 3)))
    parameters[:, 1] *= np.linspace(0.2, 3.0, count)
    regimen = Regimen(
        cycle=(Dose(0.0, "cells", np.linspace(2e4, 8e4, count)), Dose(1.5, "cells", 1e4)),
        first_day=2.0,
        interval_days=14.0,
        maximum=4,
        gates=(Gate("killer", 1.2e4),),
        hold_days=3.0,
        longest_hold_days=9.0,
        on_progression="next cycle",
    )
    return Problem(
        CLINIC,
        parameters,
        np.tile([1e4, 2e3, 1e3], (count, 1)),
        {
            "start": 0.0,
            "stop": 120.0,
            "visits": np.arange(0.0, 121.0, 4.0),
            "events": Events.none(count),
            "triggers": (Trigger("size", "surgery", 5.0, 0.3, 1.0, 5.0, 2),),
            "regimens": (regimen,),
            "scans": Scans("size", 0.5, 14.0, maximum=2, stops=True),
            "survival_draws": draw.random((count, 1)),
            "rtol": 1e-6,
            "atol": 1e-8,
        },
    )


def dosed(count: int) -> Problem:
    parameters, initial = SHARED.dosed_patients(count)
    day = np.tile([0.0, 1.0, 2.5, 7.0, 7.0], (count, 1)) + 0.01 * np.arange(count)[:, None]
    amount = np.tile([4.0, 3.0, 3.0, 5.0, 0.1], (count, 1))
    triggers = (
        Trigger("cytokine", "rescue", 3.0, 1.0, 0.25, 0.5, 3),
        Trigger("cytokine", "dose", 1.5, 0.5, 1.0, 2.0, 2),
    )
    return Problem(
        SHARED.DOSED,
        parameters,
        initial,
        {
            "start": 0.0,
            "stop": 15.0,
            "visits": np.arange(0.0, 15.5, 0.5),
            "events": Events(day, np.tile([0, 0, 0, 0, 1], (count, 1)), amount),
            "triggers": triggers,
            "rtol": 1e-6,
            "atol": 1e-8,
        },
    )


def mixture(count: int) -> Problem:
    draw = np.random.default_rng(3)
    parameters = np.array([0.5, 2.0, 1.3]) * np.exp(0.2 * draw.standard_normal((count, 3)))
    options = {"start": 0.0, "stop": 1.0, "visits": np.arange(0.0, 1.01, 0.0625), "rtol": 1e-6, "atol": 1e-8}
    return Problem(
        SHARED.MIXTURE, parameters, draw.uniform(0.1, 0.8, (count, 4)), options | {"events": Events.none(count)}
    )


def many_rates(count: int) -> Problem:
    """The 24-state problem of the benchmark."""
    import engine_vs_scipy as benchmark

    parameters, initial = benchmark.population(count)
    day, kind = np.tile(benchmark.DOSE_DAYS, (count, 1)), np.tile(benchmark.DOSE_KINDS, (count, 1))
    return Problem(
        benchmark.model(),
        parameters,
        initial,
        {
            "start": 0.0,
            "stop": 730.0,
            "visits": benchmark.VISITS,
            "events": Events(day, kind, np.ones(day.shape)),
            "rtol": 1e-6,
            "atol": 1e-9,
        },
    )


def kinetics(count: int) -> Problem:
    """The full model of engineered cells, for a year."""
    from typical_patient import body_of, cohort_of, treatment

    from adoptive.kinetics.equations import build_model
    from adoptive.kinetics.physiology import parameter_names

    draw = np.random.default_rng(3)
    diameters = np.exp(0.4 * draw.standard_normal((count, 5))) * [30.0, 25.0, 18.0, 15.0, 0.0]
    body = body_of(cohort_of(count, diameters_mm=diameters))
    varied = ("pE", "dE", "kX", "kT", "kbp", "Ksys", "psi", "I0", "kc", "kmax", "kin", "k6", "kIFN", "rEM", "qH", "wL")
    body = body.replace(**{name: body.of(name) * np.exp(0.33 * draw.standard_normal(count)) for name in varied})
    plan = treatment(count)
    return Problem(
        build_model(parameter_names()),
        body.values,
        body.initial,
        {
            "start": 0.0,
            "stop": 365.0,
            "visits": np.arange(0.0, 366.0),
            "events": Events(plan.day, plan.kind, plan.amount),
            "survival_draws": body.survival_draws,
            "triggers": (Trigger("il6_effective", "tocilizumab", 20.0, 0.5, 0.5, 2.0, 2),),
            "rtol": 1e-5,
            "atol": 1e-7,
        },
    )

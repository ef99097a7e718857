"""libroadrunner: the model's SBML with its doses as events, compiled once, run by CVODE one patient after the other.

Patients' values are set all at once by index (setting them by name costs another 0.2 ms per patient), and a patient is
one `simulate` call, which was a little faster than one call between each two doses. It shows the values after a dose of
the same moment; what the dose gave is taken off again, so that all engines show the same.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import roadrunner

from adoptive.solve import Events, Jump, Model
from adoptive.solve.exchange import write_sbml
from benchmarks.engine.problem import Floats, Problem

NAME = "libroadrunner"
MOST_STEPS = 1_000_000


def version() -> str:
    """Return the version."""
    return str(roadrunner.__version__)


def prepare(problem: Problem, *, by_name: bool = False) -> Callable[[float], Floats]:
    """Load the SBML text, and return what integrates every patient at a relative tolerance.

    `by_name` sets each patient's values one by one with ``setValue``, as a user would who does not look for speed.
    """
    roadrunner.Logger.setLevel(roadrunner.Logger.LOG_FATAL)
    model, parameters = with_gains(problem)
    doses = len(problem.dose_day)
    schedule = Events(problem.dose_day[None], np.arange(doses)[None], np.ones((1, doses)))
    text = write_sbml(model, None, parameters=parameters[0], initial=problem.initial[0], events=schedule)
    simulator: Any = roadrunner.RoadRunner(text)
    simulator.selections = ["time", *model.states]
    simulator.getIntegrator().setValue("maximum_num_steps", MOST_STEPS)
    values, days = np.hstack([parameters, problem.initial]), problem.visits.tolist()
    known = list(simulator.model.getGlobalParameterIds())
    names = (*model.parameters, *model.states)
    places = [known.index(name) for name in names]
    at_dose, dose = np.nonzero(problem.visits[:, None] == problem.dose_day)

    def run(rtol: float) -> Floats:
        integrator = simulator.getIntegrator()
        integrator.setValue("relative_tolerance", rtol)
        integrator.setValue("absolute_tolerance", (rtol * problem.absolute * problem.scale).tolist())
        out = np.zeros((problem.patients, len(days), len(model.states)))
        for row in range(problem.patients):
            simulator.reset()
            if by_name:
                for name, value in zip(names, values[row].tolist(), strict=True):
                    simulator.setValue(name, value)
            else:
                simulator.model.setGlobalParameterValues(places, values[row])
            out[row] = np.asarray(simulator.simulate(times=days))[:, 1:]
        for visit, given in zip(at_dose, dose, strict=True):
            out[:, visit] -= problem.jumps[:, given]
        return out

    return run


def with_gains(problem: Problem) -> tuple[Model, Floats]:
    """Return the model with one jump per dose, whose gains are parameters, and all the patients' parameters.

    So one compiled model serves every patient, whatever he is given.
    """
    names: list[str] = []
    columns: list[Floats] = []
    jumps: list[Jump] = []
    for dose in range(len(problem.dose_day)):
        gained = {k: f"gain_{dose}_{k}" for k in np.flatnonzero(problem.jumps[:, dose].any(axis=0)).tolist()}
        jumps.append(Jump(f"dose_{dose}", {problem.model.states[k]: name for k, name in gained.items()}))
        names += gained.values()
        columns += [problem.jumps[:, dose, k] for k in gained]
    model = dataclasses.replace(problem.model, parameters=(*problem.model.parameters, *names), jumps=tuple(jumps))
    return model, np.column_stack([problem.parameters, *columns])

"""Other tools' word on what was written: libSBML validates, libroadrunner simulates."""

from __future__ import annotations

from collections.abc import Sequence

import libsbml
import numpy as np
import roadrunner


def mistakes(text: str) -> list[str]:
    """Return what libSBML finds wrong, units aside (no unit is declared)."""
    document = libsbml.readSBMLFromString(text)
    document.setConsistencyChecks(libsbml.LIBSBML_CAT_UNITS_CONSISTENCY, False)
    document.checkConsistency()
    return [document.getError(i).getMessage() for i in range(document.getNumErrors())]


def ids_of(text: str, names: Sequence[str]) -> list[str]:
    """Return the ids under which names are written."""
    document = libsbml.readSBMLFromString(text)  # must outlive everything taken from it
    model = document.getModel()
    listed = [model.getParameter(i) for i in range(model.getNumParameters())]
    by_name = {one.getName(): one.getId() for one in reversed(listed)}
    return [by_name[name] for name in names]


def simulate(
    text: str, ids: Sequence[str], days: np.ndarray, *, absolute: list[float] | float = 1e-12, relative: float = 1e-10
) -> np.ndarray:
    """Return values on days with libroadrunner's CVODE."""
    runner = roadrunner.RoadRunner(text)
    runner.integrator.relative_tolerance = relative
    runner.integrator.absolute_tolerance = absolute
    runner.integrator.maximum_num_steps = 1_000_000
    runner.timeCourseSelections = ["time", *ids]
    times = days if days[0] == 0.0 else np.concatenate([[0.0], days])
    found = np.array(runner.simulate(times=list(times)))
    return found[-len(days) :, 1:]


def difference(ours: np.ndarray, theirs: np.ndarray, *, least: Sequence[float] | float = 0.0) -> float:
    """Return the largest difference, relative to the value, a millionth of the state's largest value, or `least`."""
    floor = np.maximum(1e-6 * np.abs(ours).max(axis=0) + 1e-300, least)
    return float((np.abs(ours - theirs) / np.maximum(np.abs(ours), floor)).max())

"""Patients for the safety record: six whole trials, and one whose states stand where a test puts them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from adoptive.course import Course
from adoptive.kinetics.types import Physiology, Trajectory
from adoptive.outcome.clinic.safety import Watched
from adoptive.trial.run import Followed
from adoptive.trial.ward import watched_of


@pytest.fixture(scope="session")
def course(followed: Followed) -> Course:
    """The cell arm of six trials."""
    return followed.cells


@pytest.fixture(scope="session")
def watched(course: Course) -> Watched:
    """What the clinic knows of the cell arm."""
    return watched_of(course)


@pytest.fixture(scope="session")
def stand(course: Course) -> Callable[..., tuple[Trajectory, Physiology]]:
    """Give patients at rest on every day, but for the states that are given (a value, or a value a day)."""
    rows = np.arange(40)
    body = course.body.take(rows)

    def give(**states: object) -> tuple[Trajectory, Physiology]:
        grid = np.arange(0.0, 200.0)
        names = course.trajectory.names
        values = np.zeros((len(rows), len(grid), len(names)))
        rest = {"H": 1.0, "B": 1.0, "IgG": 1.0, "L": "L0", "ANC": "ANC_0", "PLT": "PLT_0", "CRP": "CRP0", "FER": "Fer0"}
        rest |= {name: f"{name}_0" for name in ("UA", "LDH", "K", "PO4")} | {"IL6": "b6", "IFN": "bIFN"}
        for name, value in (rest | states).items():
            level = body.of(value)[:, None] if isinstance(value, str) else value
            values[:, :, names.index(name)] = level
        whole = replace(
            course.trajectory,
            day=grid,
            values=values,
            now=np.full(len(rows), 199.0),
            written=np.full(len(rows), 199.0),
            **{
                name: getattr(course.trajectory, name)[rows]
                for name in ("state", "fired", "fired_day", "failure", "carry")
            },
        )
        return whole, body

    return give

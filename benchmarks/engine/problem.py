"""What a race is run on: one model text, its patients, their doses and visits, and how an error is measured."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from adoptive.solve import Events, Model

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FLOOR = 1e-3
"""Below this share of a state's largest value its error counts as absolute."""
ABSENT = 1e-6
"""Below this share of its scale a state counts as never there."""


@dataclass(frozen=True)
class Problem:
    """Hold a model with patients: all share the days and kinds of the doses, amounts are each patient's own.

    `parameters` ``(patients, parameters)``, `initial` ``(patients, states)``, `dose_day` and `dose_kind` ``(doses,)``,
    `dose_amount` ``(patients, doses)``, `visits` ``(visits,)`` from 0 to the last day. `absolute` is the absolute over
    the relative tolerance, in units of a state's scale.
    """

    name: str
    model: Model
    parameters: Floats
    initial: Floats
    dose_day: Floats
    dose_kind: Ints
    dose_amount: Floats
    visits: Floats
    absolute: float

    @property
    def patients(self) -> int:
        """Return the number of patients."""
        return len(self.initial)

    @property
    def scale(self) -> Floats:
        """Return the size against which each state's absolute error is judged."""
        return np.array([float(self.model.scale.get(name, 1.0)) for name in self.model.states])

    @cached_property
    def jumps(self) -> Floats:
        """Return what each state gains at each dose, ``(patients, doses, states)``."""
        gain = np.zeros((self.patients, len(self.dose_day), len(self.model.states)))
        for dose, kind in enumerate(self.dose_kind):
            if getattr(self.model.jumps[kind], "text", None) is not None:
                raise ValueError(f"a race's doses add amounts; {self.model.jumps[kind].name} is a text")
            for state, factor in self.model.jumps[kind].effect.items():
                named = isinstance(factor, str)
                each = self.parameters[:, self.model.parameters.index(str(factor))] if named else float(factor)
                gain[:, dose, self.model.states.index(state)] = each * self.dose_amount[:, dose]
        return gain

    def events(self) -> Events:
        """Return the doses as the engine's schedule."""
        rows = (self.patients, 1)
        return Events(np.tile(self.dose_day, rows), np.tile(self.dose_kind, rows), self.dose_amount)

    def take(self, patients: int, copies: int = 1) -> Problem:
        """Return the same problem with the first patients only, all of them a number of times."""
        rows = np.tile(np.arange(min(patients, self.patients)), copies)
        each = {name: getattr(self, name)[rows] for name in ("parameters", "initial", "dose_amount")}
        return replace(self, **each)

    def legs(self) -> Iterator[Leg]:
        """Return the stretches between doses, the last one up to the last visit."""
        begin = 0.0
        for place, end in enumerate([*self.dose_day, self.visits[-1]]):
            here = np.flatnonzero((self.visits > begin) & (self.visits <= end))
            if end > begin:
                yield Leg(begin, float(end), here, np.unique(np.append(self.visits[here], end)), place)
            begin = float(end)


@dataclass(frozen=True)
class Leg:
    """Hold a stretch without doses: places and days of its visits (its end is among the days), the dose that ends it.

    Doses on the same day are one leg: its `dose` is the first of them.
    """

    begin: float
    end: float
    places: Ints
    days: Floats
    dose: int


def gains(problem: Problem) -> list[Floats]:
    """Return what is given at the end of each leg, ``(patients, states)``: several doses of a day at once."""
    return [problem.jumps[:, problem.dose_day == leg.end].sum(axis=1) for leg in problem.legs()]


def errors(states: Floats, reference: Floats, scale: Floats) -> Floats:
    """Return each patient's error: the largest of |y - ref| / (|ref| + 1e-3 max over time of |ref|).

    A state that is never there (a drug not given) is judged against a millionth of its scale in place of the maximum.
    """
    tight = reference[: len(states)]
    largest = np.maximum(np.abs(tight).max(axis=1, keepdims=True), ABSENT * scale)
    worst: Floats = (np.abs(states[: len(tight)] - tight) / (np.abs(tight) + FLOOR * largest)).max(axis=(1, 2))
    return np.where(np.isfinite(worst), worst, np.inf)

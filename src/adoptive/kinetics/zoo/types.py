"""The nouns of the zoo: a published model with its rows, its schedule and the values that it must reproduce."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.errors import ParameterError
from adoptive.parameters import Parameter
from adoptive.solve import Model, Values

__all__ = ["Floats", "Happening", "Quantity", "Regression", "Rows", "ZooModel", "ZooRun"]

Floats = NDArray[np.float64]
Rows = Mapping[str, Parameter]
Measure = Literal[
    "value", "maximum", "day of maximum", "minimum", "day of minimum", "halving time", "doubling time", "area"
]


def _nothing(rows: Values) -> tuple[Happening, ...]:
    return ()


@dataclass(frozen=True)
class Happening:
    """Schedule one jump of the model: its day and amount, one for all or ``(patients,)``."""

    jump: str
    day: ArrayLike
    amount: ArrayLike = 1.0


@dataclass(frozen=True)
class Quantity:
    """Name something that can be measured: `text` gives it from the states and the rows, array first."""

    name: str
    unit: str
    text: Callable[[Values, Values], Any]


@dataclass(frozen=True)
class Regression:
    """State a number that the model must reproduce.

    `kind` is ``printed`` (the publication says it) or ``recomputed`` (an independent integration of the published
    equations and numbers; the publication prints no such value). `days`: the day of a ``value``, else the window of a
    ``halving time`` (ln 2 over the mean decline of the logarithm), a ``doubling time`` or an ``area``.
    """

    set: str
    quantity: str
    measure: Measure
    value: float
    kind: Literal["printed", "recomputed"]
    source: str
    days: tuple[float, ...] = ()
    tolerance: float = 0.005

    @property
    def label(self) -> str:
        """Say which number this is.

        >>> Regression("CR", "car_t", "value", 44.0, "recomputed", "by hand", (28.0,)).label
        'car_t on day 28'
        """
        if self.measure == "value":
            return f"{self.quantity} on day {self.days[0]:g}"
        when = f", day {self.days[0]:g} to {self.days[1]:g}" if self.days else ""
        return f"{self.quantity}, {self.measure}{when}"


@dataclass(frozen=True)
class ZooModel:
    """Hold one published model: its text, its rows by parameter set, how it starts, what is done, what it must give.

    `rows` maps a set's name to its rows; the first set is the default. `initial` gives the start value of every state
    and `schedule` the jumps, both from the rows' values. `fitted` names the rows that a fit may move, `noise` the row
    that holds the residual standard deviation on the log scale.
    """

    name: str
    title: str
    doi: str
    model: Model
    rows: Mapping[str, Rows]
    initial: Callable[[Values], Mapping[str, Any]]
    quantities: tuple[Quantity, ...]
    horizon_days: float
    captures: str
    misses: str
    schedule: Callable[[Values], Sequence[Happening]] = _nothing
    regressions: tuple[Regression, ...] = ()
    fitted: tuple[str, ...] = ()
    noise: str = ""

    def __repr__(self) -> str:
        """Say which model this is; its rows would fill a notebook."""
        return f"<ZooModel {self.name}: {self.title}; sets {', '.join(self.sets)}; {self.doi}>"

    @property
    def sets(self) -> tuple[str, ...]:
        """Return the names of the parameter sets, the default first."""
        return tuple(self.rows)

    def rows_of_set(self, name: str | None = None) -> Rows:
        """Return the rows of a set (default: the first); raise ParameterError for a set that is not there."""
        chosen = self.sets[0] if name is None else name
        if chosen not in self.rows:
            raise ParameterError("no such parameter set", where=self.name, value=name, allowed=", ".join(self.sets))
        return self.rows[chosen]

    def quantity(self, name: str) -> Quantity:
        """Return a quantity by name; raise ParameterError where there is none."""
        for found in self.quantities:
            if found.name == name:
                return found
        allowed = ", ".join(q.name for q in self.quantities)
        raise ParameterError("no such quantity", where=self.name, value=name, allowed=allowed)


@dataclass(frozen=True)
class ZooRun:
    """Hold integrated patients: `values` ``(patients, days, quantities)``, `failure` a key of solve.FAILURES."""

    model: str
    days: Floats
    quantities: tuple[str, ...]
    values: Floats
    states: Floats
    failure: NDArray[np.int64]

    def __repr__(self) -> str:
        """Say sizes and what was measured."""
        patients, days, _ = self.values.shape
        return f"<ZooRun {self.model}: {patients:,} patients, {days:,} days; {', '.join(self.quantities)}>"

    def of(self, quantity: str) -> Floats:
        """Return one quantity, ``(patients, days)``."""
        if quantity not in self.quantities:
            raise ParameterError("no such quantity", value=quantity, allowed=", ".join(self.quantities))
        series: Floats = self.values[:, :, self.quantities.index(quantity)]
        return series

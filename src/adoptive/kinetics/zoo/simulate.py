"""Run a zoo model through the ensemble engine and measure what its publication says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from adoptive.errors import ParameterError
from adoptive.kinetics.zoo.shelf import find_model
from adoptive.kinetics.zoo.types import Floats, Happening, Regression, Rows, ZooModel, ZooRun
from adoptive.solve import Engine, Events, Values, compile_model

__all__ = ["Checked", "check_regressions", "engine_of", "events_of", "measure", "run_zoo", "table_of_values"]

FINE_STEPS = 20_000
"""Visits over the horizon where an extremum is sought."""


@lru_cache(maxsize=32)
def engine_of(name: str) -> Engine:
    """Return the compiled engine of a zoo model, compiled once per process."""
    return compile_model(find_model(name).model)


def table_of_values(rows: Rows, patients: int, changes: Mapping[str, ArrayLike]) -> Floats:
    """Return the rows' values with some changed, ``(patients, rows)``."""
    if unknown := sorted(set(changes) - set(rows)):
        raise ParameterError("no such parameter", value=", ".join(unknown), allowed=", ".join(rows))
    table = np.empty((patients, len(rows)))
    for place, (name, row) in enumerate(rows.items()):
        table[:, place] = changes.get(name, row.value)
    return table


def events_of(zoo: ZooModel, values: Values, patients: int) -> Events:
    """Return the schedule of every patient in time order."""
    happenings: Sequence[Happening] = zoo.schedule(values)
    if not happenings:
        return Events.none(patients)
    names = [jump.name for jump in zoo.model.jumps]
    day, amount = (np.empty((patients, len(happenings))) for _ in range(2))
    kind = np.empty((patients, len(happenings)), np.int64)
    for place, happening in enumerate(happenings):
        day[:, place], amount[:, place] = happening.day, happening.amount
        kind[:, place] = names.index(happening.jump)
    order = np.argsort(day, axis=1, kind="stable")
    patient = np.arange(patients)[:, None]
    return Events(day[patient, order], kind[patient, order], amount[patient, order])


def run_zoo(
    zoo: ZooModel,
    *,
    days: ArrayLike,
    parameter_set: str | None = None,
    changes: Mapping[str, ArrayLike] | None = None,
    rtol: float = 1e-8,
    atol: float = 1e-10,
    threads: int = 1,
) -> ZooRun:
    """Integrate a model from day 0 over ascending days.

    Arguments: `changes` replaces rows by name, one value or ``(patients,)``; as many patients as the longest change.
    Returns quantities ``(patients, days, quantities)``. A value on the day of a jump is that before the jump.
    Raises ParameterError for unknown names, SolveError for days that do not ascend.
    """
    changed = {} if changes is None else changes
    patients = max((np.size(value) for value in changed.values()), default=1)
    rows = zoo.rows_of_set(parameter_set)
    table = table_of_values(rows, patients, changed)
    values = Values(tuple(rows), table)
    visits = np.asarray(days, np.float64)
    start = zoo.initial(values)
    initial = np.column_stack([np.broadcast_to(start[name], (patients,)) for name in zoo.model.states])
    parameters = np.column_stack([values[name] for name in zoo.model.parameters])
    ensemble = engine_of(zoo.name).run(
        parameters, initial,
        start=0.0, stop=max(float(visits[-1]), 1e-9), visits=visits,
        events=events_of(zoo, values, patients), rtol=rtol, atol=atol, threads=threads, most_steps=1_000_000,
    )  # fmt: skip
    names = tuple(quantity.name for quantity in zoo.quantities)
    by_visit = np.broadcast_to(table[:, None, :], (patients, len(visits), len(rows)))
    seen = _measured(zoo, ensemble.states, Values(tuple(rows), by_visit))
    return ZooRun(zoo.name, visits, names, seen, ensemble.states, ensemble.failure)


def _measured(zoo: ZooModel, states: Floats, values: Values) -> Floats:
    y = Values(zoo.model.states, states)
    columns = [np.broadcast_to(quantity.text(y, values), states.shape[:2]) for quantity in zoo.quantities]
    return np.stack(columns, axis=-1)


@dataclass(frozen=True)
class Checked:
    """Hold one regression value as we compute it."""

    regression: Regression
    found: float

    @property
    def difference(self) -> float:
        """Return the relative difference from the stated value."""
        return self.found / self.regression.value - 1.0

    @property
    def holds(self) -> bool:
        """Tell whether the difference is within the stated tolerance."""
        return abs(self.difference) <= self.regression.tolerance


def measure(days: Floats, series: Floats, regression: Regression) -> float:
    """Measure one number on a series ``(days,)``."""
    kind = regression.measure
    if kind == "value":
        return float(np.interp(regression.days[0], days, series))
    if regression.days:
        inside = (days >= regression.days[0]) & (days <= regression.days[1])
        days, series = days[inside], series[inside]
    if kind in ("halving time", "doubling time"):
        change = np.log(series[0] / series[-1]) * (1.0 if kind == "halving time" else -1.0)
        return float(np.log(2.0) * (days[-1] - days[0]) / change)
    if kind == "area":
        return float(np.trapezoid(series, days))
    at = int(np.argmax(series) if "maximum" in kind else np.argmin(series))
    return float(days[at] if kind.startswith("day") else series[at])


def check_regressions(zoo: ZooModel, *, parameter_set: str | None = None, rtol: float = 1e-8) -> tuple[Checked, ...]:
    """Run the sets that have regression values and measure each of these."""
    wanted = [r for r in zoo.regressions if parameter_set in (None, r.set)]
    checked: list[Checked] = []
    for name in dict.fromkeys(r.set for r in wanted):
        own = [r for r in wanted if r.set == name]
        last = max([zoo.horizon_days, *(max(r.days, default=0.0) for r in own)])
        marks = {day for r in own for day in r.days}
        days = np.unique([*np.linspace(0.0, last, FINE_STEPS + 1), *marks])
        run = run_zoo(zoo, days=days, parameter_set=name, rtol=rtol)
        checked += [Checked(r, measure(days, run.of(r.quantity)[0], r)) for r in own]
    return tuple(checked)

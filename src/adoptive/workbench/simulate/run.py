"""Run an imported model for all patients and give what was asked for as columns."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from adoptive.errors import SolveError, StudyError
from adoptive.solve import FAILURES, Events, compile_model
from adoptive.solve.driver import load_loop
from adoptive.solve.exchange import Imported, read_sbml
from adoptive.solve.exchange.events_in import PLACES
from adoptive.workbench.limits import MOST_DOSES, MOST_REPORTED
from adoptive.workbench.simulate.patients import Patients, read_patients
from adoptive.workbench.simulate.request import Dose, Request, read_dose, read_setting, visit_days

__all__ = ["Simulated", "simulate"]

Floats = NDArray[np.float64]

RTOL: Final = 1e-7
ATOL: Final = 1e-9
MOST_FIRINGS: Final = 200
_INFINITE: Final = 2
OVERFULL: Final = f" (or a delayed event came true more than {PLACES} times while it waited)"
_BLOCK_NUMBERS: Final = 1_000_000
TOO_MANY_FIRINGS: Final = f"an event came true more than {MOST_FIRINGS - 1} times"


@dataclass(frozen=True)
class Simulated:
    """Hold the result: `values` by quantity, each ``(patients, days)`` of those who could be followed.

    `failures` says by patient why somebody could not be followed; there is no number of such a patient.
    """

    model: str
    time_unit: str
    patients: tuple[str, ...]
    days: Floats
    values: Mapping[str, Floats]
    units: Mapping[str, str]
    failures: Mapping[str, str]

    def tables(self, *, wide: bool) -> Iterator[dict[str, NDArray[Any]]]:
        """Yield the result table in blocks of whole patients.

        A row per patient, day and quantity, or (`wide`) a row per patient and day with a column per quantity.
        """
        step = max(1, _BLOCK_NUMBERS // max(1, len(self.days) * len(self.values)))
        for first in range(0, max(1, len(self.patients)), step):
            block = slice(first, first + step)
            yield self._wide(block) if wide else self._tidy(block)

    def _tidy(self, block: slice) -> dict[str, NDArray[Any]]:
        names = np.array(self.patients[block], dtype=np.str_)
        shape = (len(names), len(self.days), len(self.values))
        return {
            "patient": np.broadcast_to(names[:, None, None], shape).ravel(),
            "time": np.broadcast_to(self.days[None, :, None], shape).ravel(),
            "variable": np.broadcast_to(np.array([*self.values]), shape).ravel(),
            "value": np.stack([value[block] for value in self.values.values()], axis=2).ravel(),
        }

    def _wide(self, block: slice) -> dict[str, NDArray[Any]]:
        names = np.array(self.patients[block], dtype=np.str_)
        shape = (len(names), len(self.days))
        lead = {
            "patient": np.broadcast_to(names[:, None], shape).ravel(),
            "time": np.broadcast_to(self.days[None, :], shape).ravel(),
        }
        return lead | {name: value[block].ravel() for name, value in self.values.items()}


def simulate(request: Request, *, around: Callable[[], AbstractContextManager[None]] = nullcontext) -> Simulated:
    """Read, run and observe; code is compiled inside ``around()``.

    Raises StudyError for anything that is wrong with the request or the model.
    """
    days = visit_days(request.until, request.every)
    doses = [read_dose(text, until=request.until) for text in request.doses]
    settings = _settings(request)
    patients = read_patients(request.patients)
    with _as_bad_input(request):
        read = read_sbml(request.model, most_firings=MOST_FIRINGS)
        shown = _shown(read, request.show)
        _check_size(len(patients.names), len(days), max(len(shown), len(read.model.states)))
        given = _given(read, patients, doses, settings, request)
        start = read.begin(len(patients.names), given)
        with around():
            engine = compile_model(read.model)
            load_loop()
        ran = engine.run(
            start.parameters,
            start.initial,
            start=0.0,
            stop=request.until,
            visits=days,
            events=_together(start.events, _schedule(read, doses, patients)),
            triggers=read.triggers,
            rtol=RTOL,
            atol=ATOL,
            threads=min(os.cpu_count() or 1, 8),
        )
    waits = any(event.delayed for event in read.events)
    reasons = _reasons(patients.names, ran.failure, ran.fired, waits=waits)
    kept = np.array([name not in reasons for name in patients.names])
    seen = read.observe(ran.states[kept], start.parameters[kept])
    return Simulated(
        model=read.model.name,
        time_unit=read.time_unit,
        patients=tuple(name for name in patients.names if name not in reasons),
        days=days,
        values={name: seen[name] for name in shown},
        units={name: read.units[name] for name in shown if name in read.units},
        failures=reasons,
    )


@contextmanager
def _as_bad_input(request: Request) -> Iterator[None]:
    """Say what the engine or the reader refuses as bad input: here the model is the user's."""
    try:
        yield
    except SolveError as problem:
        raise StudyError(
            problem.what, where=problem.where, value=problem.value, allowed=problem.allowed,
            next_step=problem.next_step,
        ) from None  # fmt: skip
    except RecursionError:
        raise StudyError(
            "a formula is too long or nested too deeply", where=str(request.model),
            next_step="divide it by assignment rules",
        ) from None  # fmt: skip


def _settings(request: Request) -> dict[str, float]:
    pairs = [read_setting(text) for text in request.settings]
    names = [name for name, _ in pairs]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise StudyError("set twice", where="--set", value=", ".join(twice))
    return dict(pairs)


def _shown(read: Imported, wanted: tuple[str, ...]) -> tuple[str, ...]:
    unknown = [name for name in wanted if name not in read.observed]
    if unknown:
        raise StudyError("no such quantity to show", where="--show", value=unknown[0], allowed=", ".join(read.observed))
    return tuple(dict.fromkeys(wanted)) or read.observed


def _check_size(patients: int, days: int, quantities: int) -> None:
    if patients * days * quantities > MOST_REPORTED:
        raise StudyError(
            f"{patients:,} patients, {days:,} days and {quantities:,} states or quantities are too many numbers",
            allowed=f"at most {MOST_REPORTED:,} in one run", next_step="ask for a longer --every, or fewer patients",
        )  # fmt: skip


def _given(
    read: Imported, patients: Patients, doses: list[Dose], settings: Mapping[str, float], request: Request
) -> dict[str, float | Floats]:
    """Join settings and columns; a column that only a dose names is no quantity of the model."""
    amounts = {dose.amount for dose in doses if isinstance(dose.amount, str)}
    known = read.system.contents.quantities
    columns = {name: column for name, column in patients.columns.items() if name in known or name not in amounts}
    for where, names in (("--set", settings), (str(request.patients), columns)):
        if unknown := [name for name in names if name not in known]:
            raise StudyError(
                "the model has no such quantity", where=where, value=unknown[0],
                allowed=", ".join(name for name in known if name not in read.system.contents.assigned),
            )  # fmt: skip
    if twice := sorted(set(columns) & set(settings)):
        raise StudyError("set for all and given per patient", where="--set", value=", ".join(twice))
    return {**settings, **columns}


def _schedule(read: Imported, doses: list[Dose], patients: Patients) -> Events:
    """Make the doses' schedule, the same days for all."""
    known = read.system.states
    names = [jump.name for jump in read.model.jumps]
    columns: list[tuple[float, int, Floats]] = []
    for dose in doses:
        if dose.kind not in known:
            raise StudyError("no such state to dose", where="--dose", value=dose.kind, allowed=", ".join(known))
        amount = _amount(dose, patients)
        columns += [(day, names.index(dose.kind), amount) for day in dose.days]
    if len(columns) > MOST_DOSES:
        raise StudyError("too many doses", where="--dose", value=len(columns), allowed=f"at most {MOST_DOSES:,}")
    count = len(patients.names)
    if not columns:
        return Events.none(count)
    days, kinds, amounts = zip(*sorted(columns, key=lambda column: column[0]), strict=True)
    shape = (count, len(days))
    return Events(np.broadcast_to(days, shape), np.broadcast_to(kinds, shape), np.column_stack(amounts))


def _amount(dose: Dose, patients: Patients) -> Floats:
    if isinstance(dose.amount, float):
        return np.full(len(patients.names), dose.amount)
    if dose.amount not in patients.columns:
        raise StudyError(
            "no such column to take the amount from", where="--dose", value=dose.amount,
            allowed=", ".join(patients.columns) or "a number", next_step="add the column to --patients",
        )  # fmt: skip
    return patients.columns[dose.amount]


def _together(first: Events, doses: Events) -> Events:
    """Join two schedules; on one day the first comes first."""
    day, kind, amount = (
        np.concatenate([one, two], axis=1)
        for one, two in ((first.day, doses.day), (first.kind, doses.kind), (first.amount, doses.amount))
    )
    order = np.argsort(day, axis=1, kind="stable")
    return Events(*(np.take_along_axis(x, order, axis=1) for x in (day, kind, amount)))


def _reasons(
    names: tuple[str, ...], failure: NDArray[np.int64], fired: NDArray[np.int64], *, waits: bool
) -> dict[str, str]:
    said = {code: FAILURES[code] + (OVERFULL if waits and code == _INFINITE else "") for code in FAILURES}
    found = {name: said[int(code)] for name, code in zip(names, failure, strict=True) if code}
    for name, counts in zip(names, fired, strict=True):
        if (counts >= MOST_FIRINGS).any():
            found.setdefault(name, TOO_MANY_FIRINGS)
    return found

"""Say what the driver's text expects to find around it; a model's own routines take these places (see `module`).

The driver is one text. `module` writes it below a model's routines with the real names in its namespace, so that numba
for processors, numba for graphics processors and plain Python all run the same lines.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, NoReturn, TypeVar

__all__ = ["Case", "Work"]

F = TypeVar("F", bound=Callable[..., Any])
Array = Any  # of REAL unless the comment beside the field says otherwise


class Case(NamedTuple):
    """Hold the patients: what enters and what leaves, one column per patient."""

    visits: Array  # (visits,) days
    record: Array  # (recorded,) int64
    start: Array  # (patients,) days
    stop: Array  # (patients,) days
    parameters: Array  # (given, patients)
    initial: Array  # (states, patients)
    event_day: Array  # (events, patients) days
    event_kind: Array  # (events, patients) int64
    event_amount: Array  # (events, patients)
    jump_first: Array  # int64
    jump_state: Array  # int64
    jump_number: Array
    jump_parameter: Array  # int64, -1: use jump_number
    trigger_signal: Array  # (triggers,) int64
    trigger_jump: Array  # (triggers,) int64
    trigger_most: Array  # (triggers,) int64
    threshold: Array  # (triggers, patients)
    trigger_amount: Array  # (triggers, patients)
    delay: Array  # (triggers, patients) days
    lockout: Array  # (triggers, patients) days
    clone_state: Array  # (clones,) int64
    clone_birth: Array  # (clones,) int64
    clone_death: Array  # (clones,) int64
    draws: Array  # (clones, patients)
    absolute: Array  # (states,)
    relative: Array  # (1,)
    most_steps: Array  # (1,) int64
    at_visits: Array  # (visits, recorded, patients)
    final: Array  # (states, patients)
    failure: Array  # (patients,) int64
    steps: Array  # (patients,) int64
    fired_day: Array  # (triggers, most, patients) days
    fired: Array  # (triggers, patients) int64
    last_fired: Array  # (triggers, patients) days
    extinct: Array  # (clones, patients) int64


class Work(NamedTuple):
    """Hold the work area of a patient, or of all that are integrated at once: row k at `at(k)`."""

    x: Array  # numbers of the model, rows as in `source.Sections`
    clock: Array  # double precision: rows of `lanes`, then the days of pending jumps, then places of crossings
    book: Array  # int64: rows of `lanes`


# What follows is replaced by the model's own.

REAL: Any = float
STATES = GIVEN = SIGNALS = CLONES = 0
LARGEST_EXPONENT = SMALLEST_LOG_ARGUMENT = 0.0
Y = NEW = ARGUMENT = SLOPE = MIX = STAGE = DENSE = MATRIX = P = 0
SIGNAL = NEW_SIGNAL = TRIAL = RATE = CLONE_CROSSING = 0


def compiled(function: F) -> F:
    """Compile a function for the backend."""
    return function


def at(row: int) -> int:
    """Return where row `row` of a patient stands in his part of the work area."""
    return row


def _none(*_: Any) -> NoReturn:
    raise NotImplementedError("a model's routines take this place")


prepare: Callable[..., None] = _none
linearise: Callable[..., None] = _none
factor: Callable[..., None] = _none
solve: Callable[..., None] = _none
rhs: Callable[..., None] = _none
watch: Callable[..., None] = _none
rates: Callable[..., None] = _none
dense: Callable[..., None] = _none
combine: Callable[..., None] = _none

"""What enters the ensemble engine and what leaves it: the nouns of this folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.errors import SolveError

__all__ = ["FAILURES", "Ensemble", "Events", "Jump", "JumpText", "Model", "Trigger", "Values"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def _no_numbers() -> Floats:
    return np.empty(0)


def _no_counts() -> Ints:
    return np.empty(0, np.int64)


FAILURES: Mapping[int, str] = {
    0: "integrated to the end",
    1: "the step became too small to move time forward",
    2: "a state or a rate became infinite or undefined",
    3: "more steps were needed than allowed",
    4: "an initial value or a parameter was not a number",
}


class Values:
    """Give named access to the columns of an array, or to a list of anything, by attribute or by item.

    >>> y = Values(("T", "C"), np.array([[1.0, 2.0], [3.0, 4.0]]))
    >>> y.C.tolist(), y["T"].tolist()
    ([2.0, 4.0], [1.0, 3.0])
    """

    __slots__ = ("_items", "_place")

    def __init__(self, names: Sequence[str], items: Any) -> None:
        self._place = {name: place for place, name in enumerate(names)}
        self._items = items

    def __getitem__(self, name: str) -> Any:
        try:
            place = self._place[name]
        except KeyError:
            raise SolveError("unknown name", value=name, allowed=", ".join(self._place)) from None
        return self._items[..., place] if isinstance(self._items, np.ndarray) else self._items[place]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self[name]

    def __repr__(self) -> str:
        return f"<Values: {', '.join(self._place)}>"


Text = Callable[[Values, Values], Mapping[str, Any]]
JumpText = Callable[[Values, Values, Any], Mapping[str, Any]]


@dataclass(frozen=True)
class Jump:
    """Name a sudden change.

    `text(y, p, amount)` gives the new values of the states that it names, all from the values before the jump. Then
    each state of `effect` gains amount x (a number, or the value of the parameter of that name).
    """

    name: str
    effect: Mapping[str, float | str] = field(default_factory=dict)
    text: JumpText | None = None


@dataclass(frozen=True)
class Model:
    """Describe an autonomous system dy/dt = rhs(y, p) with its jumps, signals and discrete populations.

    `scale` gives a state's absolute tolerance in units of `atol` (default 1). `watch` names signals for triggers.
    `clones` maps a state that counts cells, or a name in `populations`, to the names of its birth and death rate (per
    cell and day) in `clone_rates`. `populations` maps a name to states that exchange cells and count as one population:
    where a population's sum falls below one cell, all of it dies or goes on as one cell, see `Engine.run`.
    """

    name: str
    states: tuple[str, ...]
    parameters: tuple[str, ...]
    rhs: Text
    scale: Mapping[str, float] = field(default_factory=dict)
    watch: Text | None = None
    jumps: tuple[Jump, ...] = ()
    clones: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    clone_rates: Text | None = None
    populations: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Trigger:
    """Fire a jump when a signal crosses its threshold upwards, and end the patient's integration there if it `stops`.

    Both follow `delay_days` after the crossing. Crossings within `lockout_days` of the last one that fired, while a
    jump is still to come, before `first_day` or beyond `maximum` firings are ignored. A trigger without jump that does
    not stop only notes the day of crossing. Numbers: one for all, or ``(patients,)``.

    With `lasting_days` it fires only once the signal is at or above the threshold so long after the crossing. With
    `again_days` the trigger looks again so many days after each firing, and fires if the signal still is at or
    above the threshold; on `first_day`, where one is given, it looks as well. `stock` firings empty the store: the next
    one may follow `restock_days` after the last (0: there is no store that could be empty).
    """

    signal: str
    jump: str | None
    threshold: ArrayLike
    amount: ArrayLike = 1.0
    delay_days: ArrayLike = 0.0
    lockout_days: ArrayLike = 0.0
    maximum: int = 1
    stops: bool = False
    first_day: ArrayLike = -np.inf
    lasting_days: ArrayLike = 0.0
    again_days: ArrayLike = np.inf
    stock: int = 0
    restock_days: ArrayLike = np.inf


@dataclass(frozen=True)
class Events:
    """Hold scheduled jumps, in time order per patient, all ``(patients, events)``; a day of inf means none."""

    day: Floats
    kind: Ints
    amount: Floats

    @classmethod
    def none(cls, patients: int) -> Events:
        """Return an empty schedule."""
        return cls(np.empty((patients, 0)), np.empty((patients, 0), np.int64), np.empty((patients, 0)))


@dataclass(frozen=True)
class Ensemble:
    """Hold the integrated patients.

    `states` is ``(patients, visits, recorded)``, zero where a visit is outside the patient's time. `failure` is a key
    of `FAILURES`. `fired` counts firings so far, earlier legs included. `fired_day` ``(patients, triggers, most)`` has
    the crossing days of this leg's firings in order, then inf; `last_fired` is the latest of all legs (-inf: none).
    `extinct` ``(patients, clones)`` tells whose latest fall below one cell was its end.

    `stopped_day` ``(patients,)`` is the day on which a trigger or the scans ended the patient's time (inf: none did).
    Scans, of all legs: `scans` taken, sum at `baseline` and `nadir` (mm; inf before the first scan), `best_change`
    (fraction of the baseline; inf before the second scan), `response_day` (inf: none) and `progression_day`
    ``(patients, most)``, then inf. Regimens, of all legs: `cycles` given, `cycle_day`
    ``(patients, regimens, most)``, then inf, `holds` counted, and `regimen_state`, a key of `REGIMEN_STATES`, each
    ``(patients, regimens)``. `carry` is what the next leg must know; hand it on as it is.
    """

    states: Floats
    final: Floats
    failure: Ints
    steps: Ints
    fired_day: Floats
    fired: Ints
    last_fired: Floats
    extinct: NDArray[np.bool_]
    stopped_day: Floats = field(default_factory=_no_numbers)
    scans: Ints = field(default_factory=_no_counts)
    baseline: Floats = field(default_factory=_no_numbers)
    nadir: Floats = field(default_factory=_no_numbers)
    best_change: Floats = field(default_factory=_no_numbers)
    response_day: Floats = field(default_factory=_no_numbers)
    progression_day: Floats = field(default_factory=_no_numbers)
    cycles: Ints = field(default_factory=_no_counts)
    cycle_day: Floats = field(default_factory=_no_numbers)
    holds: Ints = field(default_factory=_no_counts)
    regimen_state: Ints = field(default_factory=_no_counts)
    carry: Floats = field(default_factory=_no_numbers)

    def __repr__(self) -> str:
        """Say sizes and failures; the numbers of thousands of patients would fill a notebook."""
        patients, visits, recorded = self.states.shape
        failed = int(np.count_nonzero(self.failure))
        return f"<Ensemble: {patients:,} patients, {visits:,} visits, {recorded} states; {failed:,} failed>"

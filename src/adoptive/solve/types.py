"""What enters the ensemble engine and what leaves it: the nouns of this folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.errors import SolveError

__all__ = ["FAILURES", "Ensemble", "Events", "Jump", "Model", "Trigger", "Values"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

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


Text = Callable[[Values, Values], Mapping[str, Any]]


@dataclass(frozen=True)
class Jump:
    """Name a sudden change: each state gains amount x (a number, or the value of the parameter of that name)."""

    name: str
    effect: Mapping[str, float | str]


@dataclass(frozen=True)
class Model:
    """Describe an autonomous system dy/dt = rhs(y, p) with its jumps, signals and discrete clones.

    `scale` gives a state's absolute tolerance in units of `atol` (default 1). `watch` names signals for triggers.
    `clones` maps a state that counts cells to the names of its birth and death rate (per day) in `clone_rates`.
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


@dataclass(frozen=True)
class Trigger:
    """Fire a jump when a signal crosses its threshold upwards.

    The jump follows `delay_days` after the crossing. Crossings within `lockout_days` of the last one that fired,
    while a jump is still to come, or beyond `maximum` firings are ignored. Numbers: one for all, or ``(patients,)``.
    """

    signal: str
    jump: str
    threshold: ArrayLike
    amount: ArrayLike = 1.0
    delay_days: ArrayLike = 0.0
    lockout_days: ArrayLike = 0.0
    maximum: int = 1


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
    """

    states: Floats
    final: Floats
    failure: Ints
    steps: Ints
    fired_day: Floats
    fired: Ints
    last_fired: Floats
    extinct: NDArray[np.bool_]

"""State-reactive treatment declared as data: cycles of doses, given, held or stopped by what is measured on the day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

__all__ = ["REGIMEN_STATES", "Dose", "Gate", "Regimen"]

REGIMEN_STATES: Mapping[int, str] = {
    0: "a decision is still to come, or a progression may bring one",
    1: "all cycles were given",
    2: "a stop gate was met on a decision day",
    3: "the gates stayed shut for longer than may be held",
    4: "stopped at a progression",
}


@dataclass(frozen=True)
class Dose:
    """Name one jump of a cycle: so many days after the cycle's decision, with an amount (one, or per patient)."""

    offset_days: float
    jump: str
    amount: ArrayLike = 1.0


@dataclass(frozen=True)
class Gate:
    """Ask a watched signal on the decision day: met at or below the threshold, or with `above` at or above it."""

    signal: str
    threshold: ArrayLike
    above: bool = False


@dataclass(frozen=True)
class Regimen:
    """Give a cycle of doses on a first day and again at intervals or at progressions, as the patient's state allows.

    On a decision day the signals are read as they stand before that moment's jumps.

    1. A stop gate that is met ends the regimen: doses still to come are called off.
    2. If all `gates` are met the cycle is given, and the next decision follows after `interval_days` (inf: no other).
    3. If not, the cycle is held: the next look follows after `hold_days`, unless it would be later than
       `longest_hold_days` after the first held day: then the regimen ends.

    `on_progression` says what a progression found by `Scans` does: nothing, the next decision at once, or the end.
    A first day of inf waits for a progression; one before the patient's start is taken at the start. Numbers: one for
    all, or ``(patients,)``; days.
    """

    cycle: tuple[Dose, ...]
    first_day: ArrayLike
    interval_days: ArrayLike = np.inf
    maximum: int = 1
    gates: tuple[Gate, ...] = ()
    hold_days: ArrayLike = 7.0
    longest_hold_days: ArrayLike = 0.0
    stop_gates: tuple[Gate, ...] = ()
    on_progression: Literal["nothing", "next cycle", "stop"] = "nothing"

"""Who is compared with whom, and what a switch of treatment does to it: the nouns of this folder.

Times are days (or any one unit) from randomisation; inf = it did not happen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Demonstration",
    "Effect",
    "Ipcw",
    "Measurements",
    "Populations",
    "Rpsft",
    "SwitchRows",
    "TwoStage",
]

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Measurements:
    """Hold covariates that change in time, one row per measurement: whose, when, values by name.

    A value holds from its time on until the next one of the patient; before the first it is 0.
    """

    patient: Counts
    time: Floats
    values: Mapping[str, Floats]


@dataclass(frozen=True)
class SwitchRows:
    """Hold one trial of two arms in which patients may switch to the experimental therapy ``(patients,)``.

    ``start``: from when on a patient is treated with the experimental therapy (0 or the day of infusion in the
    experimental arm; in the control arm the day of the switch; inf = never). ``progression``: inf = none seen.
    ``follow_up``: the time at which the patient would be censored at the latest (randomisation to data cut), which
    recensoring needs. Made by :func:`adoptive.verdict.estimands.switch_rows`.
    """

    time: Floats
    event: Bools
    experimental: Bools
    start: Floats
    progression: Floats
    follow_up: Floats
    covariates: Mapping[str, Floats] = field(default_factory=dict)
    measurements: Measurements | None = None

    def __len__(self) -> int:
        return self.time.size

    @property
    def switched(self) -> Bools:
        """Say which controls switched while they were followed."""
        return np.asarray(~self.experimental & (self.start < self.time))


@dataclass(frozen=True)
class Effect:
    """Hold a hazard ratio with its interval; not ``estimable``: 1, 0 to inf, p 1.

    ``patients`` and ``events`` count both groups; ``note`` says what the interval rests on.
    """

    name: str
    hazard_ratio: float
    lower: float
    upper: float
    p_value: float
    patients: int
    events: int
    estimable: bool = True
    note: str = ""


@dataclass(frozen=True)
class Populations:
    """Hold who belongs to which analysis: arms by intention to treat, who is in the infused set, arms as treated.

    ``as_treated`` is true for who received the experimental therapy at any time, whatever the arm.
    """

    assigned: Bools
    infused: Bools
    as_treated: Bools
    start: Floats


@dataclass(frozen=True)
class Rpsft:
    """Hold a rank-preserving structural failure time model fitted by g-estimation.

    ``psi``: treated time counts ``exp(psi)`` times as much untreated time; below 0 the therapy prolongs life.
    ``roots``: all values at which the test statistic changes sign; ``psi`` is the one nearest 0 of the middle, see
    :func:`adoptive.verdict.estimands.rpsft`. ``z_beside``: statistic just below and above ``psi``.
    ``time`` and ``event`` are the counterfactual times of all patients had nobody been treated.
    """

    psi: float
    lower: float
    upper: float
    roots: tuple[float, ...]
    z_beside: tuple[float, float]
    grid: Floats
    z: Floats
    itt: Effect
    effect: Effect
    time: Floats
    event: Bools
    recensored: int
    estimable: bool
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ipcw:
    """Hold an analysis that censors at the switch and weighs those who stay by the inverse chance of having stayed.

    Weights are those of the control arm's pieces; ``coefficients`` are those of the model of switching.
    """

    effect: Effect
    coefficients: Mapping[str, float]
    weight_mean: float
    weight_least: float
    weight_most: float
    effective_patients: float
    switches: int
    pieces: int
    converged: bool
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class TwoStage:
    """Hold a two-stage estimate: acceleration after progression, then the comparison with the controls' times shrunk.

    ``psi``: each day after the switch counts as ``exp(psi)`` days without it; below 0 the switch prolongs life.
    """

    psi: float
    psi_standard_error: float
    shape: float
    coefficients: Mapping[str, float]
    effect: Effect
    time: Floats
    event: Bools
    progressed: int
    switched: int
    converged: bool
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Demonstration:
    """Hold what three analyses of "infused against not" say on average when the therapy does what is stated.

    Log hazard ratios ``(trials,)`` of each analysis, and the limits of the naive one in a very large trial.
    """

    truth: float
    naive: Floats
    landmark: Floats
    time_dependent: Floats
    naive_limit: float
    naive_rate_ratio: float
    patients: int
    notes: tuple[str, ...] = ()

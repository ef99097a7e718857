"""What is asked of many designs, and what comes out: the nouns of this folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from adoptive.trial.types import Study, TrialRecord
from adoptive.verdict.types import EndpointSpec

__all__ = [
    "Asked",
    "Characteristic",
    "Design",
    "DesignResult",
    "Difference",
    "Factor",
    "Measured",
    "Number",
    "Place",
    "Precision",
    "Progress",
    "Value",
    "Varied",
    "VirtualTrials",
]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Value = bool | int | float | str
Place = tuple[str | int, ...]

Progress = Callable[[int, int], None]
"""Called with trials done and trials that are expected in all."""

VirtualTrials = Callable[..., TrialRecord]
"""Simulates trials: ``(study, *, seed, trials)``, as :class:`adoptive.workbench.engine.types.Simulator` does."""


@dataclass(frozen=True)
class Factor:
    """Hold a field that is varied: its name as asked, its place in the study file, its unit and its values."""

    name: str
    place: Place
    unit: str
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Design:
    """Hold one design: its number from 1, the values of the factors in their order, and the whole study."""

    number: int
    values: Mapping[str, Value]
    study: Study

    @property
    def name(self) -> str:
        """Say what the design is, in the words of the command."""
        return ", ".join(f"{name}={shown(value)}" for name, value in self.values.items()) or "as the study has it"


@dataclass(frozen=True)
class Precision:
    """Hold a Monte Carlo standard error to reach; ``relative`` ones are a share of the characteristic's value."""

    key: str
    error: float
    relative: bool = False


@dataclass(frozen=True)
class Asked:
    """Hold what is asked of every design.

    ``most_trials`` per design; ``precision`` ends a design's simulation before (none: all trials are simulated);
    ``alpha`` is the one-sided level and ``reference`` what one arm alone is tested against, in the endpoint's unit.
    ``drop_dominated`` ends clearly worse designs early. ``fixed_parameters`` keeps the published parameters in every
    trial. ``cost`` sends each design through its facility, too.
    """

    endpoints: tuple[str, ...] = ()
    most_trials: int = 400
    seed: int = 1
    precision: tuple[Precision, ...] = ()
    alpha: float = 0.025
    reference: float | None = None
    drop_dominated: bool = False
    fixed_parameters: bool = False
    cost: bool = False


@dataclass(frozen=True)
class Characteristic:
    """Describe one number of a design: key, title, unit, and whether its mean or its median over trials is told.

    ``spec`` is the endpoint that is judged, None for a characteristic that is measured here.
    """

    key: str
    title: str
    unit: str
    average: Literal["mean", "median"]
    spec: EndpointSpec | None = None


@dataclass(frozen=True)
class Measured:
    """Hold a design's trials: ``values`` and ``estimable`` ``(trials, characteristics)``, in the order of the trials.

    ``refused`` says why the design cannot be simulated, for instance because nobody passes the entry criteria.
    """

    trials: NDArray[np.int64]
    values: Floats
    estimable: Bools
    refused: str = ""


@dataclass(frozen=True)
class Number:
    """Hold a characteristic: value, median, 5th and 95th percentile over trials, Monte Carlo standard error.

    ``value`` is the mean or the median, as the characteristic says, and ``error`` is its. inf = not reached; not
    estimable where ``share``, the share of trials that give it, is 0.
    """

    value: float
    median: float
    low: float
    high: float
    error: float
    share: float


@dataclass(frozen=True)
class Difference:
    """Hold a design minus the base on the same trials: estimate, its error, and that of as many independent trials.

    ``gain`` is the ratio of the two variances. Not ``estimable`` where either was not reached.
    """

    estimate: float
    error: float
    independent_error: float
    gain: float
    trials: int
    estimable: bool


@dataclass(frozen=True)
class DesignResult:
    """Hold one design's characteristics by key, differences to the base, and why its simulation ended.

    ``ended`` is "precise", "most trials", "dominated" or "refused". ``closed_form`` is the approximate power of a
    log-rank test at the simulated effect and events, None where that does not apply. ``cost`` is US dollars per
    treated patient, None if not asked.
    """

    design: Design
    trials: int
    numbers: Mapping[str, Number]
    differences: Mapping[str, Difference]
    ended: str
    refused: str = ""
    closed_form: float | None = None
    cost: float | None = None


@dataclass(frozen=True)
class Varied:
    """Hold a whole comparison of designs.

    ``found`` parts of an earlier run were used, ``made`` were simulated, ``damaged`` were there and made again.
    """

    study: Study
    factors: tuple[Factor, ...]
    asked: Asked
    base: int
    characteristics: tuple[Characteristic, ...]
    designs: tuple[DesignResult, ...]
    measured: Sequence[Measured] = ()
    found: int = 0
    made: int = 0
    damaged: tuple[str, ...] = ()
    notes: Mapping[str, Any] = field(default_factory=dict)


def shown(value: Value) -> str:
    """Write a value as a study file has it.

    >>> shown(0.4), shown(True), shown(250000000.0)
    ('0.4', 'true', '2.5e+08')
    """
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)

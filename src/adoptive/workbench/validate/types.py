"""What was checked, left out, predicted and scored: the nouns of this folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from adoptive.trial.types import Study
from adoptive.verdict.types import EndpointSpec
from adoptive.workbench.engine.types import Comparison

__all__ = [
    "LEVELS",
    "CheckResult",
    "ClassRate",
    "Contest",
    "Coverage",
    "Floats",
    "Judged",
    "Judgement",
    "LeftOut",
    "Part",
    "Round",
    "Stated",
    "StudyCheck",
]

Floats = NDArray[np.float64]

LEVELS: Final = (50, 80, 90, 95)
"""Central predictive intervals that are looked at, per cent."""


@dataclass(frozen=True)
class Judgement:
    """Hold what some virtual trials gave: ``values``, ``estimable`` and ``sizes`` are ``(trials, endpoints)``.

    ``sizes`` counts the patients of each endpoint's arm and set.
    """

    specs: tuple[EndpointSpec, ...]
    values: Floats
    estimable: NDArray[np.bool_]
    sizes: Floats


@dataclass(frozen=True)
class Judged:
    """Hold one endpoint of a check.

    ``pit`` is the randomised place of the published number among the trials, ``None`` where nothing could be compared;
    ``chance`` the two-sided share of trials as far out; ``distance`` how many standard deviations of the trials it lies
    from their median, on the endpoint's scale; ``covers`` says by level whether the central interval holds it, and
    ``expects`` which share of the trials it holds: more than its level where few values are possible.
    """

    study: str
    group: str
    kind: str
    comparison: Comparison
    pit: float | None
    chance: float | None
    distance: float | None
    crps: float | None
    covers: Mapping[int, bool] = field(default_factory=dict)
    expects: Mapping[int, float] = field(default_factory=dict)

    @property
    def counts(self) -> bool:
        """Say whether the published number has a source and a weight, and could be compared."""
        return self.comparison.published.confirmed and self.comparison.inside is not None


@dataclass(frozen=True)
class StudyCheck:
    """Hold a study's endpoints against its trials; ``ordering`` are the levers of its ordering check, if asked for."""

    study: Study
    group: str
    endpoints: tuple[Judged, ...]
    ordering: tuple[Any, ...] = ()

    @property
    def name(self) -> str:
        """Give the study's name."""
        return self.study.name


@dataclass(frozen=True)
class Coverage:
    """Hold how many of some endpoints lie in their central intervals of a nominal level (all in per cent but counts).

    ``lower`` to ``upper`` is a 95 % interval that takes endpoints of one trial as alike; ``by_place`` is the share by
    the randomised place; ``weighted`` weighs each endpoint as the fit does; ``expected`` is what a model that is right
    would have, more than the nominal level where few values are possible.
    """

    what: str
    nominal: float
    inside: int
    endpoints: int
    studies: int
    share: float
    lower: float
    upper: float
    weighted: float
    by_place: float
    expected: float


@dataclass(frozen=True)
class Part:
    """Hold one trial's share of a class rate: ``x`` responses of ``n``; ``study`` empty where none is bundled."""

    study: str
    endpoint: str
    arm: str
    label: str
    x: int
    n: int


@dataclass(frozen=True)
class ClassRate:
    """Hold the pooled response rate of a class of therapies, ``x`` of ``n``, and the trials it is pooled from.

    ``predicts`` are endpoints of trials of the class that have no part in it.
    """

    name: str
    x: int
    n: int
    parts: tuple[Part, ...]
    predicts: tuple[Part, ...]
    source: str
    holds_for: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class LeftOut:
    """Hold what a fit without a study says of one of its endpoints.

    ``mean`` and ``sd`` are those of a new trial on the endpoint's scale, sampling included; ``value`` is the published
    number in its own unit, ``draws`` ``(draws,)`` the expected value in that unit at draws of the posterior.
    """

    study: str
    endpoint: str
    arm: str
    set: str
    at_months: float | None
    unit: str
    scale: Literal["arcsine", "log", "identity"]
    value: float
    n: int
    weight: float
    y: float
    mean: float
    sd: float
    draws: Floats


@dataclass(frozen=True)
class Round:
    """Hold one endpoint's log scores: the model without the trial, the class rate and its rivals.

    ``published_rate`` holds the trial itself; ``without_own`` not, nor does ``beta_binomial`` (Jeffreys). ``None``:
    nothing of the class is left without the trial.
    """

    study: str
    endpoint: str
    arm: str
    class_name: str
    x: int
    n: int
    model: float
    published_rate: float
    without_own: float | None
    beta_binomial: float | None


@dataclass(frozen=True)
class Contest:
    """Hold paired differences of log scores, model less rival, averaged over trials, with a 95 % interval.

    ``won`` counts the trials in which the model was better.
    """

    rival: Literal["published_rate", "without_own", "beta_binomial"]
    trials: int
    won: int
    model: float
    baseline: float
    difference: float
    lower: float
    upper: float


@dataclass(frozen=True)
class Stated:
    """Hold a stated check: what is asked, what was found, whether it holds; ``None`` where it could not be asked."""

    what: str
    found: str
    holds: bool | None


@dataclass(frozen=True)
class CheckResult:
    """Hold a whole check; ``whole`` says whether all bundled studies took part."""

    studies: tuple[StudyCheck, ...]
    trials: int
    seed: int
    whole: bool
    coverage: tuple[Coverage, ...]
    calibration: tuple[Coverage, ...]
    left_out: tuple[LeftOut, ...]
    left_out_coverage: tuple[Coverage, ...]
    rounds: tuple[Round, ...]
    contests: tuple[Contest, ...]
    stated: tuple[Stated, ...]
    provenance: Mapping[str, Any] = field(default_factory=dict)

    @property
    def judged(self) -> tuple[Judged, ...]:
        """Give every endpoint of every study."""
        return tuple(row for study in self.studies for row in study.endpoints)

    @property
    def holds(self) -> bool:
        """Say whether no stated check and no ordering fails."""
        ordering = all(bool(lever.holds) for study in self.studies for lever in study.ordering)
        return ordering and all(row.holds is not False for row in self.stated)

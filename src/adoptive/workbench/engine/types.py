"""What many trials leave behind: the nouns of this folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from adoptive.trial.sensitivity import RuleResult
from adoptive.trial.types import Study, TrialRecord
from adoptive.verdict.types import EndpointSpec
from adoptive.workbench.published import Published

__all__ = [
    "WHOLE_TRIAL",
    "Block",
    "Comparison",
    "CurveKey",
    "Floats",
    "FlowKey",
    "Progress",
    "RunResult",
    "Simulator",
    "Task",
]

Floats = NDArray[np.float64]
CurveKey = tuple[str, int, str]
"""What a curve is of: ``pfs``, ``os``, ``efs`` or ``dor``, the arm's place, the analysis set."""

FlowKey = tuple[int, str, str]
"""What a count of the flow is of: the arm's place or :data:`WHOLE_TRIAL`, the box, and its line in words."""

WHOLE_TRIAL = -1

Progress = Callable[[int, int], None]
"""Called with trials done and trials in all, those under other settings of the assessment rule included."""


class Simulator(Protocol):
    """Simulate some trials of a study; :func:`adoptive.trial.run.run_trial` does."""

    def __call__(self, study: Study, *, seed: int, trials: Sequence[int], detail: bool = False) -> TrialRecord:
        """Give the record of the trials."""
        ...


@dataclass(frozen=True)
class Task:
    """Hold what one block needs; everything in it travels to another process."""

    study: Study
    seed: int
    trials: tuple[int, ...]
    specs: tuple[EndpointSpec, ...]
    grid_months: Floats
    simulate: Simulator


@dataclass(frozen=True)
class Block:
    """Hold the reduced result of some trials: first axis trials, never patients.

    ``values`` and ``estimable`` are ``(trials, endpoints)``; ``curves`` ``(trials, grid)`` by what they are of;
    ``flow`` ``(trials,)`` by what it counts; ``medians`` ``(trials,)`` by arm and column; ``grades`` ``(trials, 6)``
    patients by worst grade, by arm and toxicity; ``responses`` ``(trials, codes)`` patients by best response, by arm.
    """

    trials: NDArray[np.int64]
    values: Floats
    estimable: NDArray[np.bool_]
    curves: Mapping[CurveKey, Floats]
    flow: Mapping[FlowKey, Floats]
    medians: Mapping[tuple[int, str], Floats]
    grades: Mapping[tuple[int, str], Floats]
    responses: Mapping[int, Floats]


@dataclass(frozen=True)
class Comparison:
    """Hold one endpoint, simulated against published.

    The simulated interval is the 5th to 95th percentile over trials; ``inf`` means that the median was not reached.
    ``inside`` is ``None`` where nothing could be compared. ``monte_carlo_error`` is half the 95 % interval of the
    simulated median, ``inf`` if there are too few trials to say. ``chance_of_at_least`` is the share of trials that
    give at least the published count, ``None`` where that is not asked.
    """

    published: Published
    simulated_median: float
    simulated_p05: float
    simulated_p95: float
    monte_carlo_error: float
    estimable_share: float
    inside: bool | None
    chance_of_at_least: float | None = None


@dataclass(frozen=True)
class RunResult:
    """Hold a whole run: comparisons, what all trials left, and the median trial in detail.

    ``chosen_by`` is the endpoint by which the median trial was chosen.
    """

    study: Study
    seed: int
    trials: int
    grid_months: Floats
    comparisons: tuple[Comparison, ...]
    specs: tuple[EndpointSpec, ...]
    all_trials: Block
    chosen_by: EndpointSpec
    median_trial: int
    detail: TrialRecord
    checks: tuple[Any, ...] = ()
    notes: Mapping[str, str] | None = None
    rules: tuple[RuleResult, ...] = ()

    @property
    def prediction(self) -> bool:
        """Say whether no result of the trial was given, so that what was simulated is a prediction."""
        return all(row.published.estimate is None for row in self.comparisons)

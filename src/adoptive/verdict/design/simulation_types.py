"""A two-arm group-sequential trial as it is simulated, and what many such trials came to.

Times are in any one unit (months, say); hazards and rates are per that unit. Bounds have the sign of
:class:`adoptive.verdict.design.Bounds`: large ``z`` favours the experimental arm.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.errors import StudyError
from adoptive.verdict.comparison.weights import Weights
from adoptive.verdict.design.enrolment import Hazard

__all__ = ["REASONS", "Arrivals", "SimulatedTrials", "SimulationSummary", "TrialPlan"]

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Bools = NDArray[np.bool_]

REASONS: Final = ("no bound crossed", "efficacy", "futility", "harm")
"""Why a trial ended, by code."""


@dataclass(frozen=True)
class Arrivals:
    """Hold how single patients come: ``rates[k]`` per unit of time from ``starts[k]`` on, evenly or at random.

    ``first`` says when the first of evenly spaced patients comes: "after one gap" (patient k at k / rate) or "at once"
    (at (k - 1) / rate). ``spacing`` "random" is a Poisson process (``first`` plays no part). The last
    rate holds for as long as need be.
    """

    rates: Floats
    starts: Floats = field(default_factory=lambda: np.zeros(1))
    first: Literal["after one gap", "at once"] = "after one gap"
    spacing: Literal["even", "random"] = "even"

    def __post_init__(self) -> None:
        _pieces(self.rates, self.starts)
        object.__setattr__(self, "rates", np.atleast_1d(np.asarray(self.rates, np.float64)))
        object.__setattr__(self, "starts", np.atleast_1d(np.asarray(self.starts, np.float64)))
        if not self.rates[-1] > 0:
            raise StudyError(
                "arrivals stop", where="arrivals: rates", value=self.rates.tolist(), allowed="last above 0"
            )
        for name, allowed in (("first", ("after one gap", "at once")), ("spacing", ("even", "random"))):
            if getattr(self, name) not in allowed:
                value = getattr(self, name)
                raise StudyError("unknown choice", where=f"arrivals: {name}", value=value, allowed=" or ".join(allowed))


@dataclass(frozen=True)
class TrialPlan:
    """Hold the plan of a two-arm trial with looks.

    ``allocation`` is the block in which patients are assigned, experimental then control: (2, 1) assigns E, E, C over
    and over. The looks are at ``look_events`` events or at ``look_times`` on the calendar (one of them), and stop for
    efficacy at ``z >= efficacy``, else for harm at ``z <= harm``, else for futility at ``z <= futility``; bounds
    ``(looks,)``, inf and -inf never stop. ``dropout`` are hazards of being lost, experimental then control.
    """

    patients: int
    control: Hazard
    experimental: Hazard
    arrivals: Arrivals
    efficacy: Floats
    look_events: Counts | None = None
    look_times: Floats | None = None
    futility: Floats | None = None
    harm: Floats | None = None
    allocation: tuple[int, int] = (1, 1)
    dropout: tuple[float, float] = (0.0, 0.0)
    weights: Weights = field(default_factory=Weights.log_rank)

    def __post_init__(self) -> None:
        for name, kind in (("look_events", np.int64), ("look_times", np.float64)):
            if getattr(self, name) is not None:
                object.__setattr__(self, name, np.atleast_1d(np.asarray(getattr(self, name), kind)))
        looks = self.look_events if self.look_events is not None else self.look_times
        if looks is None or (self.look_events is not None and self.look_times is not None):
            raise StudyError("give the looks by events or by calendar time", where="look_events, look_times")
        if not (np.diff(looks, prepend=0) > 0).all():
            raise StudyError("looks must rise", where="looks", value=looks.tolist(), allowed="above 0, rising")
        for name, never in (("efficacy", np.inf), ("futility", -np.inf), ("harm", -np.inf)):
            given = getattr(self, name)
            bound = np.full(looks.shape, never) if given is None else np.atleast_1d(np.asarray(given, np.float64))
            if bound.shape != looks.shape or np.isnan(bound).any():
                raise StudyError(
                    "one bound per look", where=name, value=bound.tolist(), allowed=f"{looks.size} numbers"
                )
            object.__setattr__(self, name, bound)
        if not 1 <= self.patients < 2**24 or (self.look_events is not None and looks[-1] > self.patients):
            raise StudyError("too few or too many patients", where="patients", value=self.patients)
        if min(self.allocation) < 1 or not all(0 <= rate < np.inf for rate in self.dropout):
            value = (self.allocation, self.dropout)
            raise StudyError("not a plan", where="allocation, dropout", value=value, allowed="1 or more; 0 or more")

    @property
    def looks(self) -> int:
        """Give the number of looks."""
        return int(np.asarray(self.efficacy).size)


@dataclass(frozen=True)
class SimulatedTrials:
    """Hold many simulated trials: ``z``, events, day and patients in by look ``(trials, looks)``, 0 after the end.

    ``looked`` says which looks took place; ``stopped`` ``(trials,)`` is the last one's place and ``reason`` its code in
    :data:`REASONS`. ``reached`` is false where the patients did not have the planned events even when all were
    followed to their end: the look then took place at that end.
    """

    plan: TrialPlan
    z: Floats
    events: Counts
    day: Floats
    patients: Counts
    looked: Bools
    stopped: Counts
    reason: Counts
    reached: Bools

    def summary(self) -> SimulationSummary:
        """Give power, stops and expectations, each with its Monte Carlo standard error."""
        trials, looks = self.z.shape
        at = self.stopped[:, None] == np.arange(looks)
        stops = [(at & (self.reason == code)[:, None]).mean(axis=0) for code in (1, 2, 3)]
        power = float((self.reason == 1).mean())
        last = np.arange(trials), self.stopped
        means = [_mean(column[last]) for column in (self.events, self.patients, self.day)]
        return SimulationSummary(
            trials=trials, power=power, power_error=float(np.sqrt(power * (1.0 - power) / trials)),
            efficacy=stops[0], efficacy_error=np.sqrt(stops[0] * (1.0 - stops[0]) / trials),
            futility=stops[1], futility_error=np.sqrt(stops[1] * (1.0 - stops[1]) / trials),
            harm=stops[2], harm_error=np.sqrt(stops[2] * (1.0 - stops[2]) / trials),
            expected_events=means[0][0], expected_events_error=means[0][1],
            expected_patients=means[1][0], expected_patients_error=means[1][1],
            expected_duration=means[2][0], expected_duration_error=means[2][1],
            looks_not_reached=float((~self.reached).mean()),
        )  # fmt: skip


@dataclass(frozen=True)
class SimulationSummary:
    """Hold operating characteristics; each ``_error`` is a Monte Carlo standard error.

    ``efficacy``, ``futility`` and ``harm`` ``(looks,)`` are the chances to stop there for that reason; ``power`` is
    the sum of the first. Expectations are at the trial's end.
    """

    trials: int
    power: float
    power_error: float
    efficacy: Floats
    efficacy_error: Floats
    futility: Floats
    futility_error: Floats
    harm: Floats
    harm_error: Floats
    expected_events: float
    expected_events_error: float
    expected_patients: float
    expected_patients_error: float
    expected_duration: float
    expected_duration_error: float
    looks_not_reached: float


def _mean(values: NDArray[Any]) -> tuple[float, float]:
    """Give the mean and its standard error (inf for a single value)."""
    error = float(values.std(ddof=1) / np.sqrt(values.size)) if values.size > 1 else float("inf")
    return float(values.mean()), error


def _pieces(rates: ArrayLike, starts: ArrayLike) -> None:
    """Refuse pieces that do not start at 0 and rise, or rates below 0."""
    values, places = np.atleast_1d(np.asarray(rates, float)), np.atleast_1d(np.asarray(starts, float))
    if values.shape != places.shape or places[0] != 0 or not (np.diff(places) > 0).all():
        raise StudyError("pieces must start at 0 and rise", where="arrivals: starts", value=places.tolist())
    if not (np.isfinite(values) & (values >= 0)).all():
        raise StudyError("a rate is negative or not finite", where="arrivals: rates", value=values.tolist())

"""Engineered cells counted by flow cytometry: what is counted is a Poisson number of events."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln as log_gamma
from scipy.special import pdtr, xlogy
from scipy.stats import poisson

from adoptive.kinetics.observe.rows import observed
from adoptive.kinetics.observe.types import Code, Reading, refuse_unless, truth_of, uniforms
from adoptive.streams import Keys, Streams

__all__ = ["FlowCount"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class FlowCount:
    """Count positive events among acquired leukocytes.

    ``N ~ Poisson(acquired (cells / leukocytes + background))``; reported are
    ``leukocytes (N / acquired - background)`` cells per uL, if N reaches the fewest events that are reported.
    """

    acquired: float
    lower_events: float
    background: float

    def __post_init__(self) -> None:
        holds = self.acquired > 0 and self.background >= 0 and self.lower_events > self.background * self.acquired
        refuse_unless(
            holds,
            "the limit does not lie above the background",
            where="flow",
            value=(self.acquired, self.lower_events, self.background),
            allowed="lower_events > background * acquired",
        )

    @classmethod
    def published(cls) -> FlowCount:
        """Give the assay of the published rows."""
        return cls(observed("flow_acquired"), observed("flow_lower"), observed("flow_background"))

    def expected(self, cells_per_ul: ArrayLike, leukocytes_per_ul: ArrayLike) -> Floats:
        """Give the expected positive events; ``leukocytes`` hold the engineered cells too."""
        cells, leukocytes = np.broadcast_arrays(truth_of(cells_per_ul, "flow"), truth_of(leukocytes_per_ul, "flow"))
        share = np.minimum(cells / np.maximum(leukocytes, 1e-12), 1.0)
        return np.asarray(self.acquired * (share + self.background))

    def read(
        self,
        cells_per_ul: ArrayLike,
        *,
        leukocytes_per_ul: ArrayLike,
        keys: Keys,
        streams: Streams,
        taken: NDArray[np.bool_] | None = None,
    ) -> Reading:
        """Read engineered cells per uL ``(patients, ...)`` in blood with so many leukocytes per uL."""
        expected = self.expected(cells_per_ul, leukocytes_per_ul)
        count = poisson.ppf(uniforms(streams, "observe.flow", keys, expected), expected)
        scale = np.broadcast_to(np.asarray(leukocytes_per_ul, float), expected.shape)
        low = scale * (self.lower_events / self.acquired - self.background)
        value, below = scale * (count / self.acquired - self.background), np.asarray(count < self.lower_events)
        never = np.zeros(below.shape, bool)
        return Reading.of(value, below=below, above=never, low=low, high=low, taken=taken)

    def log_likelihood(self, reading: Reading, cells_per_ul: ArrayLike, *, leukocytes_per_ul: ArrayLike) -> Floats:
        """Give each reading's log-probability: of its count, or of fewer events than are reported; 0 if missing."""
        expected = self.expected(cells_per_ul, leukocytes_per_ul)
        scale = np.maximum(np.broadcast_to(np.asarray(leukocytes_per_ul, float), expected.shape), 1e-12)
        count = np.rint(self.acquired * (reading.value / scale + self.background))
        with np.errstate(divide="ignore"):
            exact = xlogy(count, expected) - expected - log_gamma(count + 1.0)
            fewer = np.log(pdtr(np.ceil(self.lower_events) - 1.0, expected))
        chosen = [reading.is_(Code.MEASURED), reading.is_(Code.BELOW_LIMIT)]
        return np.asarray(np.select(chosen, [exact, fewer], 0.0))

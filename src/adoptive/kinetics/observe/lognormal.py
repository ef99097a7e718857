"""Assays with an error in proportion and limits: transgene copies by qPCR, cytokines by immunoassay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import log_ndtr, ndtri

from adoptive.kinetics.observe.rows import observed
from adoptive.kinetics.observe.types import Code, Reading, refuse_unless, truth_of, uniforms
from adoptive.streams import Keys, Streams

__all__ = ["LogAssay", "cytokine_assay", "qpcr_assay"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class LogAssay:
    """Measure a level with log-normal error between two limits: ``ln read = ln true + log_sd z``.

    The reading's median is the truth; its mean is ``exp(log_sd^2 / 2)`` times the truth.
    """

    purpose: str
    log_sd: float
    lower: float
    upper: float = float("inf")

    def __post_init__(self) -> None:
        where = self.purpose
        refuse_unless(self.log_sd > 0, "the error is not positive", where=where, value=self.log_sd, allowed="above 0")
        holds = 0 < self.lower < self.upper
        refuse_unless(
            holds, "the limits do not stand in order", where=where, value=(self.lower, self.upper), allowed="0 < lower"
        )

    def read(self, true: ArrayLike, *, keys: Keys, streams: Streams, taken: NDArray[np.bool_] | None = None) -> Reading:
        """Read true levels ``(patients, ...)``; ``taken`` marks the samples that there are.

        >>> reading = qpcr_assay().read([[0.0, 1e4]], keys=Keys.of(0, [7]), streams=Streams(1))
        >>> reading.code.tolist(), reading.value[0, 0].item()
        ([[1, 0]], 50.0)
        """
        truth = truth_of(true, self.purpose)
        level = truth * np.exp(self.log_sd * ndtri(uniforms(streams, f"observe.{self.purpose}", keys, truth)))
        low, high = np.full(truth.shape, self.lower), np.full(truth.shape, self.upper)
        return Reading.of(level, below=level < low, above=level > high, low=low, high=high, taken=taken)

    def log_likelihood(self, reading: Reading, true: ArrayLike) -> Floats:
        """Give each reading's log-likelihood under a truth, per unit of the level; 0 where nothing was measured.

        Beyond a limit it is the log of the probability of being there (M3: Beal 2001, 10.1023/A:1012299115260).
        A measured level under a truth of 0 has -inf.
        """
        truth = truth_of(true, self.purpose)
        with np.errstate(divide="ignore"):
            centre = np.log(truth)
        value = np.where(reading.is_(Code.MEASURED), reading.value, self.lower)
        z = (np.log(value) - centre) / self.log_sd
        density = -0.5 * z * z - np.log(value * self.log_sd * np.sqrt(2.0 * np.pi))
        below = log_ndtr((np.log(self.lower) - centre) / self.log_sd)
        above = log_ndtr((centre - np.log(self.upper)) / self.log_sd)
        chosen = [reading.is_(code) for code in (Code.MEASURED, Code.BELOW_LIMIT, Code.ABOVE_LIMIT)]
        return np.asarray(np.select(chosen, [density, below, above], 0.0))


def qpcr_assay() -> LogAssay:
    """Give the qPCR of transgene copies per ug DNA of Stein 2019 (10.1002/psp4.12388): log SD 0.56, limit 50."""
    return LogAssay("qpcr", log_sd=observed("qpcr_log_sd"), lower=observed("qpcr_lower"))


def cytokine_assay(cytokine: Literal["il6", "ifn"]) -> LogAssay:
    """Give the immunoassay of interleukin 6 or interferon gamma (pg/mL) with its two limits."""
    lower, upper = observed(f"{cytokine}_lower"), observed(f"{cytokine}_upper")
    return LogAssay(cytokine, log_sd=observed("cytokine_log_sd"), lower=lower, upper=upper)

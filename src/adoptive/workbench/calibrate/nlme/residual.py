"""The error of an observation: its likelihood (M3 below a limit), draws of what lies below, and new observations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import log_ndtr, ndtr, ndtri

from adoptive.errors import ParameterError
from adoptive.kinetics.observe import Code, DigitalPcr, FlowCount, Reading
from adoptive.streams import Keys, Streams
from adoptive.workbench.calibrate.nlme.types import IMPOSSIBLE, Floats, Marks, PopulationData, Residual, Whole

__all__ = ["Observed", "deviation", "impute", "log_likelihood", "new_values", "scaled"]

_TINY = 1e-300
_HALF_LOG_2PI = 0.5 * float(np.log(2.0 * np.pi))
_CONTEXT = {"flow": "leukocytes", "digital PCR": "dna"}


@dataclass(frozen=True)
class Observed:
    """Hold the observations of some rows: all ``(rows, observations)``."""

    value: Floats
    below: Marks
    used: Marks
    context: Mapping[str, Floats]

    @classmethod
    def of(cls, data: PopulationData, who: Whole) -> Observed:
        """Take the rows' subjects."""
        context = {name: values[who] for name, values in data.context.items()}
        return cls(data.value[who], data.below[who], data.used[who], context)


def scaled(residual: Residual, values: Floats) -> Floats:
    """Give values on the scale on which the error is normal: their logarithm for the exponential error."""
    return np.log(np.maximum(values, _TINY)) if residual.kind == "exponential" else values


def deviation(residual: Residual, prediction: Floats, error: Floats) -> Floats:
    """Give the sd of an observation on that scale, ``(rows, observations)``."""
    a, b = error
    if residual.kind in ("additive", "exponential"):
        return np.full(prediction.shape, a)
    size = np.maximum(np.abs(prediction), 1e-12)
    return np.asarray(b * size if residual.kind == "proportional" else np.sqrt(a**2 + (b * size) ** 2))


def log_likelihood(residual: Residual, seen: Observed, prediction: Floats, error: Floats) -> Floats:
    """Give every observation's log-likelihood, ``(rows, observations)``; 0 where there is none.

    A value below its limit has ln P(y < limit) (M3: Beal 2001, 10.1023/A:1012299115260); a count that of its assay.
    """
    if residual.kind == "count":
        each = _count_likelihood(residual, seen, prediction)
    else:
        sd = deviation(residual, prediction, error)
        z = (scaled(residual, seen.value) - scaled(residual, prediction)) / sd
        each = -0.5 * z * z - np.log(sd) - _HALF_LOG_2PI
        if residual.kind == "exponential":
            each = each - np.log(np.maximum(seen.value, _TINY))
        if seen.below.any():
            each = np.where(seen.below, log_ndtr(z), each)
    return np.where(seen.used, np.where(np.isfinite(each), each, IMPOSSIBLE), 0.0)


def impute(residual: Residual, seen: Observed, prediction: Floats, error: Floats, lot: Floats) -> Floats:
    """Draw what lies below the limits from the error cut off there; measured values stay, on the error's scale."""
    values, centre = scaled(residual, seen.value), scaled(residual, prediction)
    if not seen.below.any():
        return values
    sd = deviation(residual, prediction, error)
    chance = np.maximum(ndtr((values - centre) / sd), 1e-290)
    drawn = centre + sd * ndtri(lot * chance)
    return np.where(seen.below, drawn, values)


def new_values(
    residual: Residual, seen: Observed, prediction: Floats, error: Floats, *, keys: Keys, streams: Streams
) -> Floats:
    """Draw new observations of the rows, uncut by any limit (a count that is not reported is its limit)."""
    if residual.kind == "count":
        known, truth = _context(residual, seen), np.maximum(prediction, 0.0)
        if residual.assay == "flow":
            return FlowCount.published().read(truth, leukocytes_per_ul=known, keys=keys, streams=streams).value
        return DigitalPcr.published().read(truth, dna_ug=known, keys=keys, streams=streams).value
    lot = streams.uniform("nlme.residual", keys, prediction.shape[1]).reshape(prediction.shape)
    drawn = scaled(residual, prediction) + deviation(residual, prediction, error) * ndtri(lot)
    return np.exp(drawn) if residual.kind == "exponential" else drawn


def _context(residual: Residual, seen: Observed) -> Floats:
    """Give what a count depends on besides the truth: leukocytes per uL, or DNA in ug."""
    name = _CONTEXT[residual.assay]
    if name not in seen.context:
        raise ParameterError(f"a count by {residual.assay} needs a column", where="context", allowed=name)
    return np.maximum(seen.context[name], 1e-9)


def _count_likelihood(residual: Residual, seen: Observed, prediction: Floats) -> Floats:
    code = np.where(seen.below, int(Code.BELOW_LIMIT), int(Code.MEASURED))
    reading = Reading(seen.value, np.where(seen.used, code, int(Code.MISSING)))
    truth = np.where(np.isfinite(prediction), np.maximum(prediction, 0.0), 0.0)
    known = _context(residual, seen)
    if residual.assay == "flow":
        return FlowCount.published().log_likelihood(reading, truth, leukocytes_per_ul=known)
    return DigitalPcr.published().log_likelihood(reading, truth, dna_ug=known)

"""A lesion's diameter as a reader writes it: an error in proportion, rounded, too small to measure below 5 mm."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import log_ndtr, ndtr, ndtri

from adoptive.kinetics.observe.rows import observed
from adoptive.kinetics.observe.types import Code, Reading, refuse_unless, truth_of, uniforms
from adoptive.streams import Keys, Streams

__all__ = ["DiameterReader", "written_mm"]

Floats = NDArray[np.float64]


def written_mm(read: ArrayLike, true: ArrayLike, *, too_small_mm: ArrayLike, invisible_mm: ArrayLike) -> Floats:
    """Write a diameter as RECIST 1.1 asks (10.1016/j.ejca.2008.10.026).

    A visible lesion is written as 5 mm (``too_small_mm``) if it reads smaller; one that has gone is written as 0.

    >>> written_mm([3.0, 12.0, 1.0], [3.1, 12.5, 1.2], too_small_mm=5.0, invisible_mm=2.0).tolist()
    [5.0, 12.0, 0.0]
    """
    return np.asarray(np.where(np.asarray(true) < invisible_mm, 0.0, np.maximum(read, too_small_mm)))


@dataclass(frozen=True)
class DiameterReader:
    """Read diameters: ``read = true exp(between_sd u + within_sd z)``, u the reader's own, rounded to ``rounding_mm``.

    ``rounding_mm`` of 0 leaves them unrounded. A visible lesion that reads below ``too_small_mm`` is below the limit
    and written as that; one whose true diameter is below ``invisible_mm`` is below the limit and written as 0.
    """

    within_sd: float
    between_sd: float
    rounding_mm: float
    too_small_mm: float
    invisible_mm: float

    def __post_init__(self) -> None:
        holds = self.within_sd > 0 and min(self.between_sd, self.rounding_mm, self.invisible_mm) >= 0
        refuse_unless(
            holds and self.too_small_mm > 0,
            "an error or a limit is negative",
            where="diameter",
            value=self,
            allowed="within_sd and too_small_mm above 0, the others 0 or more",
        )

    @classmethod
    def published(cls) -> DiameterReader:
        """Give the reader of the published rows."""
        names = ("reader_sd", "reader_between_sd", "rounding_mm", "too_small_mm", "invisible_mm")
        return cls(*(observed(name) for name in names))

    def offset(self, readers: Keys, *, streams: Streams) -> Floats:
        """Give each reader's own log error, ``(readers,)``; a key is (trial, reader's number)."""
        return self.between_sd * streams.normal("observe.reader", readers)

    def read(
        self,
        true_mm: ArrayLike,
        *,
        keys: Keys,
        streams: Streams,
        offset: ArrayLike = 0.0,
        taken: NDArray[np.bool_] | None = None,
    ) -> Reading:
        """Read true diameters ``(patients, ...)`` in mm; ``offset`` is the log error of the reader of each scan."""
        truth = truth_of(true_mm, "diameter")
        noise = self.within_sd * ndtri(uniforms(streams, "observe.diameter", keys, truth))
        rounded = self._round(truth * np.exp(np.asarray(offset, float) + noise))
        gone = truth < self.invisible_mm
        value = written_mm(rounded, truth, too_small_mm=self.too_small_mm, invisible_mm=self.invisible_mm)
        below = gone | (rounded < self.too_small_mm)
        return Reading.of(value, below=below, above=np.zeros(below.shape, bool), low=value, high=value, taken=taken)

    def log_likelihood(self, reading: Reading, true_mm: ArrayLike, *, offset: ArrayLike | None = None) -> Floats:
        """Give each reading's log-likelihood; 0 where it is missing.

        Rounded diameters have probabilities, unrounded ones densities per mm. Without a known ``offset`` both errors
        are taken together: right for one reading, while several readings by one reader depend on each other.
        """
        truth = truth_of(true_mm, "diameter")
        sd = self.within_sd if offset is not None else float(np.hypot(self.within_sd, self.between_sd))
        with np.errstate(divide="ignore"):
            centre = np.log(truth) + (0.0 if offset is None else np.asarray(offset, float))
        gone = truth < self.invisible_mm
        unseen = reading.is_(Code.BELOW_LIMIT) & (reading.value == 0.0)
        with np.errstate(divide="ignore"):
            if self.rounding_mm > 0:
                measured = np.log(self._between(reading.value, centre, sd))
            else:
                measured = self._density(reading.value, centre, sd)
            visible = np.log(np.where(gone, 0.0, 1.0))
            vanished = np.log(np.where(gone, 1.0, 0.0))
        small = log_ndtr((np.log(self._edge()) - centre) / sd)
        chosen = [reading.is_(Code.MEASURED), unseen, reading.is_(Code.BELOW_LIMIT)]
        return np.asarray(np.select(chosen, [measured + visible, vanished, small + visible], 0.0))

    def _round(self, diameter: Floats) -> Floats:
        """Round half up to the step."""
        step = self.rounding_mm
        return np.asarray(np.floor(diameter / step + 0.5) * step if step > 0 else diameter)

    def _edge(self) -> float:
        """Give the unrounded diameter below which a lesion reads too small."""
        step = self.rounding_mm
        return float((np.ceil(self.too_small_mm / step) - 0.5) * step) if step > 0 else self.too_small_mm

    def _between(self, value: Floats, centre: Floats, sd: float) -> Floats:
        """Give the probability of the step that a rounded value stands for."""
        half = 0.5 * self.rounding_mm
        low, high = (np.log(np.maximum(value + side, 1e-12)) for side in (-half, half))
        a, b = (low - centre) / sd, (high - centre) / sd
        return np.asarray(np.where(a > 0, ndtr(-a) - ndtr(-b), ndtr(b) - ndtr(a)))

    def _density(self, value: Floats, centre: Floats, sd: float) -> Floats:
        """Give the log density per mm of an unrounded value."""
        size = np.where(value > 0, value, 1.0)
        z = (np.log(size) - centre) / sd
        return np.asarray(-0.5 * z * z - np.log(size * sd * np.sqrt(2.0 * np.pi)))

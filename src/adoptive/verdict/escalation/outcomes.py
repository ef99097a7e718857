"""What happens to the patients of dose-finding trials, whichever dose they get.

A patient is the same at every dose: he has one tolerance, so a dose with more DLTs takes nobody's DLT away.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.errors import StudyError
from adoptive.streams import Keys, Streams

__all__ = ["Curves", "Events", "Outcomes", "People", "Table"]

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Bools = NDArray[np.bool_]


class Events(NamedTuple):
    """Hold DLT, day of the DLT from infusion (inf: none) and response, in the shape that was asked for."""

    dlt: Bools
    dlt_day: Floats
    response: Bools


class People(Protocol):
    """Tell what happens to the patients of some trials."""

    @property
    def responds(self) -> bool:
        """Say whether responses are told; without, nobody responds."""

    def see(self, row: Counts, patient: Counts, level: Counts, *, days: bool = True) -> Events:
        """Look up patients ``(rows, cohort)`` of some rows at each row's level; ``days`` off: no days of DLTs."""


class Outcomes(Protocol):
    """Say what happens to patients of trials; patients are numbered in the order of entry, from 0."""

    @property
    def levels(self) -> int:
        """Give the number of dose levels."""

    def drawn(self, trials: Counts, *, streams: Streams, patients: int) -> People:
        """Give so many patients of some trials."""


@dataclass(frozen=True)
class Table:
    """Hold the outcomes of patients at each level, ``(trials, patients, levels)``.

    ``dlt_day`` counts from the infusion, inf without a DLT.
    """

    dlt_day: Floats
    response: Bools
    trials: Counts | None = None

    def __post_init__(self) -> None:
        if self.dlt_day.ndim != 3 or self.dlt_day.shape != self.response.shape:
            raise StudyError(
                "one outcome per trial, patient and level",
                where="dlt_day, response",
                value=f"{self.dlt_day.shape}, {self.response.shape}",
                allowed="(trials, patients, levels)",
            )

    @property
    def levels(self) -> int:
        """Give the number of dose levels."""
        return int(self.dlt_day.shape[2])

    @property
    def responds(self) -> bool:
        """Say that responses are told."""
        return True

    def drawn(self, trials: Counts, *, streams: Streams, patients: int) -> Table:
        """Give the rows of some trials (numbers as in ``trials``, or places)."""
        own = np.arange(len(self.dlt_day)) if self.trials is None else self.trials
        place = np.searchsorted(own, trials)
        if (place >= len(own)).any() or (own[np.minimum(place, len(own) - 1)] != trials).any():
            raise StudyError("no such trial", where="trials", value=trials, allowed=f"{own.min()} to {own.max()}")
        if patients > self.dlt_day.shape[1]:
            raise StudyError(
                "too few patients were followed",
                where="most_patients",
                value=patients,
                allowed=f"at most {self.dlt_day.shape[1]}",
            )
        return Table(self.dlt_day[place], self.response[place])

    def see(self, row: Counts, patient: Counts, level: Counts, *, days: bool = True) -> Events:
        """Look up patients ``(rows, cohort)`` of some rows at each row's level."""
        day = self.dlt_day[row[:, None], patient, level[:, None]]
        return Events(np.isfinite(day), day, self.response[row[:, None], patient, level[:, None]])


@dataclass(frozen=True)
class Curves:
    """Hold true probabilities of DLT and response at each level, ``(levels,)`` or ``(trials, levels)``.

    A DLT's day is even over the window. Response and DLT are independent. The draws are functions of seed, trial and
    patient alone.
    """

    dlt_probability: Floats
    response_probability: Floats | None = None
    window_days: float = 28.0

    @classmethod
    def of(cls, dlt: ArrayLike, response: ArrayLike | None = None, *, window_days: float = 28.0) -> Curves:
        """Check and hold probabilities.

        Parameters
        ----------
        dlt, response
            True probabilities per level.
        window_days
            Length of the DLT window.

        Raises
        ------
        StudyError
            Not between 0 and 1.
        """
        curves = [np.asarray(given, np.float64) for given in (dlt, response) if given is not None]
        for name, curve in zip(("dlt", "response"), curves, strict=False):
            if curve.ndim not in (1, 2) or not ((curve >= 0) & (curve <= 1)).all() or curve.shape != curves[0].shape:
                raise StudyError("a probability per level", where=name, value=curve, allowed="0 to 1")
        return cls(curves[0], curves[1] if len(curves) > 1 else None, window_days)

    @property
    def levels(self) -> int:
        """Give the number of dose levels."""
        return int(self.dlt_probability.shape[-1])

    def drawn(self, trials: Counts, *, streams: Streams, patients: int) -> _Drawn:
        """Draw the patients of some trials."""
        keys = Keys.of(trials, 0)
        tolerance = streams.uniform("verdict.dose finding, tolerance", keys, patients).reshape(len(trials), -1)
        luck = None
        if self.response_probability is not None:
            luck = streams.uniform("verdict.dose finding, response", keys, patients).reshape(len(trials), -1)
        each = self.dlt_probability.ndim == 2
        toxic = self.dlt_probability[trials] if each else self.dlt_probability
        active = self.response_probability
        return _Drawn(
            tolerance, luck, toxic, active[trials] if each and active is not None else active, self.window_days
        )


@dataclass(frozen=True)
class _Drawn:
    """Hold the tolerances of some trials' patients ``(trials, patients)``."""

    tolerance: Floats
    luck: Floats | None
    toxic: Floats
    active: Floats | None
    window_days: float

    @property
    def responds(self) -> bool:
        """Say whether responses are told."""
        return self.luck is not None

    def see(self, row: Counts, patient: Counts, level: Counts, *, days: bool = True) -> Events:
        """Look up patients ``(rows, cohort)`` of some rows at each row's level."""
        limit = _pick(self.toxic, row, level)
        tolerance = self.tolerance[row[:, None], patient]
        dlt = tolerance < limit
        day = np.empty(0)
        if days:
            day = np.where(dlt, self.window_days * tolerance / np.where(limit > 0, limit, 1.0), np.inf)
        if self.luck is None or self.active is None:
            return Events(dlt, day, np.zeros_like(dlt))
        return Events(dlt, day, self.luck[row[:, None], patient] < _pick(self.active, row, level))


def _pick(curve: Floats, row: Counts, level: Counts) -> Floats:
    return (curve[level] if curve.ndim == 1 else curve[row, level])[:, None]

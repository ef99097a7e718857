"""When patients come and when events follow: accrual, hazards that change in steps, losses; all in closed form.

Entry ``u`` has a density of steps, the time to the event a hazard of steps and the time to loss a constant hazard, so
that the expected number of events by a calendar time is a sum of exponentials (Lachin and Foulkes 1986,
10.2307/2531201).
Time has any unit, the same for all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq

from adoptive.errors import StudyError

__all__ = ["Accrual", "Arms", "Hazard", "accrual_of", "hazard_of"]

Floats = NDArray[np.float64]

_LATEST: Final = 1e3
"""No look is later than the accrual and this many times the longest mean time to the event."""


@dataclass(frozen=True)
class Hazard:
    """Hold a hazard that changes in steps: ``rates[k]`` from ``starts[k]`` on; the first start is 0."""

    starts: tuple[float, ...]
    rates: tuple[float, ...]

    @classmethod
    def of_median(cls, median: float) -> Hazard:
        """Give the constant hazard with a median, ``ln 2 / median``; with an infinite one nobody has the event.

        >>> Hazard.of_median(12.0).survival([12.0]).tolist()
        [0.5]
        """
        if not median > 0:
            raise StudyError("not a median", where="hazard", value=median, allowed="above 0")
        return cls((0.0,), (float(np.log(2.0) / median),))

    def times(self, ratio: Hazard | float) -> Hazard:
        """Give this hazard times a ratio, which may change in steps, too: 1 until a delayed effect starts.

        >>> Hazard.of_median(12.0).times(hazard_of([1.0, 0.6], [0.0, 3.0])).starts
        (0.0, 3.0)
        """
        other = ratio if isinstance(ratio, Hazard) else hazard_of(ratio, where="hazard ratio")
        starts = sorted({*self.starts, *other.starts})
        return Hazard(tuple(starts), tuple(self.at(one) * other.at(one) for one in starts))

    def at(self, time: float) -> float:
        """Give the hazard at a time."""
        return self.rates[int(np.searchsorted(self.starts, time, side="right")) - 1]

    def rates_at(self, times: Floats) -> Floats:
        """Give the hazard at times."""
        return np.asarray(np.array(self.rates)[np.searchsorted(np.array(self.starts), times, side="right") - 1])

    def survival(self, times: ArrayLike) -> Floats:
        """Give the chance to be free of the event at times."""
        t = np.asarray(times, np.float64)[..., None]
        starts = np.array(self.starts)
        spent = np.clip(t - starts, 0.0, np.append(np.diff(starts), np.inf))
        return np.asarray(np.exp(-(spent * np.array(self.rates)).sum(axis=-1)))


@dataclass(frozen=True)
class Accrual:
    """Hold how many patients come per unit of time: ``rates[k]`` between ``times[k]`` and ``times[k + 1]``."""

    times: tuple[float, ...]
    rates: tuple[float, ...]

    @property
    def duration(self) -> float:
        """Give the time at which the last patient comes."""
        return self.times[-1]

    def patients(self, time: ArrayLike) -> Floats:
        """Give the number of patients that came by a time."""
        t = np.asarray(time, np.float64)[..., None]
        edges = np.array(self.times)
        return np.asarray((np.clip(t - edges[:-1], 0.0, np.diff(edges)) * np.array(self.rates)).sum(axis=-1))

    @property
    def total(self) -> float:
        """Give the number of patients of the whole accrual."""
        return float(self.patients(self.duration))

    def scaled(self, patients: float) -> Accrual:
        """Give the same shape with another number of patients."""
        factor = patients / self.total
        return Accrual(self.times, tuple(rate * factor for rate in self.rates))


@dataclass(frozen=True)
class Arms:
    """Hold two arms' hazards and losses; ``allocation`` is experimental over control."""

    experimental: Hazard
    control: Hazard
    allocation: float = 1.0
    loss_experimental: float = 0.0
    loss_control: float = 0.0

    @property
    def share(self) -> float:
        """Give the share of patients in the experimental arm."""
        return self.allocation / (1.0 + self.allocation)

    def events(self, accrual: Accrual, time: ArrayLike) -> Floats:
        """Give the expected events by calendar times, ``(..., 2)``: experimental, control."""
        t = np.asarray(time, np.float64)
        both = (
            (self.share, self.experimental, self.loss_experimental),
            (1.0 - self.share, self.control, self.loss_control),
        )
        return np.stack([part * _events(accrual, hazard, loss, t) for part, hazard, loss in both], axis=-1)

    def end(self, accrual: Accrual) -> float:
        """Give a time after which nothing is to be expected any more."""
        rates = [rate for rate in (*self.experimental.rates, *self.control.rates) if rate > 0.0]
        return max(*self.experimental.starts, *self.control.starts, accrual.duration) + _LATEST / min(rates)

    def time_of(self, accrual: Accrual, events: float) -> float:
        """Give the calendar time at which a number of events is expected; inf if it never is."""

        def lacking(time: float) -> float:
            return float(self.events(accrual, time).sum() - events)

        latest, end = accrual.duration, self.end(accrual)
        if lacking(end) < 0.0:
            return np.inf
        while lacking(latest) < 0.0:
            latest *= 2.0
        return float(brentq(lacking, 0.0, latest, xtol=1e-10))


def hazard_of(rates: ArrayLike, starts: ArrayLike = (0.0,), *, where: str = "hazard") -> Hazard:
    """Make a hazard of steps.

    Raises
    ------
    StudyError
        Steps that do not start at 0 and rise; a rate that is negative or not finite; no rate above 0.

    Examples
    --------
    >>> hazard_of([0.1, 0.05], [0.0, 6.0]).survival([6.0]).round(4).tolist()
    [0.5488]
    """
    values, begins = np.atleast_1d(np.asarray(rates, float)), np.atleast_1d(np.asarray(starts, float))
    rises = begins.size > 0 and _rise(begins)
    if not rises or values.size != begins.size:
        raise StudyError(
            "the steps' starts do not fit", where=where, value=begins.tolist(),
            allowed=f"{values.size} rising times, the first 0",
        )  # fmt: skip
    if not (np.isfinite(values).all() and (values >= 0).all() and values.any()):
        raise StudyError("a rate is negative or not finite, or all are 0", where=where, value=values.tolist())
    return Hazard(tuple(begins.tolist()), tuple(values.tolist()))


def accrual_of(times: ArrayLike, rates: ArrayLike | None = None) -> Accrual:
    """Make an accrual: steps of a rate between times that rise from 0; a constant rate of 1 if none is given.

    Raises
    ------
    StudyError
        Times that do not rise from 0; rates of another number, negative, or all 0.

    Examples
    --------
    >>> accrual_of([0, 6, 20], [10, 20]).total
    340.0
    """
    edges = np.atleast_1d(np.asarray(times, float))
    if edges.size < 2 or not _rise(edges):
        raise StudyError(
            "accrual times must rise from 0", where="accrual", value=edges.tolist(), allowed="for instance 0, 20"
        )
    values = np.ones(edges.size - 1) if rates is None else np.atleast_1d(np.asarray(rates, float))
    if values.size != edges.size - 1 or not np.isfinite(values).all() or (values < 0).any() or not values.any():
        raise StudyError(
            "accrual rates do not fit", where="accrual rates", value=values.tolist(),
            allowed=f"{edges.size - 1} numbers of patients per unit of time, not all 0",
        )  # fmt: skip
    return Accrual(tuple(edges.tolist()), tuple(values.tolist()))


def _rise(times: Floats) -> bool:
    """Say whether finite times rise from 0."""
    return bool(np.isfinite(times).all() and times[0] == 0.0 and (np.diff(times) > 0).all())


def _events(accrual: Accrual, hazard: Hazard, loss: float, time: Floats) -> Floats:
    """Give the expected events by calendar times of all patients under one hazard."""
    edges = np.array(accrual.times)
    age = np.maximum(time[..., None] - edges, 0.0)
    ahead = _integral(hazard, loss, age)
    return np.asarray(((ahead[..., :-1] - ahead[..., 1:]) * np.array(accrual.rates)).sum(axis=-1))


def _integral(hazard: Hazard, loss: float, age: Floats) -> Floats:
    """Integrate the chance of an event before age ``s`` over ``s`` from 0 to an age."""
    starts = np.append(hazard.starts, np.inf)
    total, seen, free = np.zeros_like(age), 0.0, 1.0  # seen: chance of an event before a piece; free: of neither
    for k, rate in enumerate(hazard.rates):
        leaving = rate + loss
        within = np.clip(age - starts[k], 0.0, starts[k + 1] - starts[k])
        total += seen * within + rate * free * within**2 * _second(leaving * within)
        length = starts[k + 1] - starts[k]
        if np.isfinite(length):
            seen += rate * free * length * float(_first(np.array(leaving * length)))
            free *= float(np.exp(-leaving * length))
    return total


def _first(x: Floats) -> Floats:
    """Give ``(1 - exp(-x)) / x``."""
    safe = np.where(x == 0, 1.0, x)
    return np.where(x == 0, 1.0, -np.expm1(-safe) / safe)


def _second(x: Floats) -> Floats:
    """Give ``(x - 1 + exp(-x)) / x^2``."""
    safe = np.where(x < 1e-2, 1.0, x)
    series = 0.5 - x / 6.0 + x**2 / 24.0 - x**3 / 120.0 + x**4 / 720.0
    return np.where(x < 1e-2, series, (safe + np.expm1(-safe)) / safe**2)

"""How many events a two-arm trial needs, and what drift and hazard ratio a number of events gives.

Schoenfeld 1981, 10.1093/biomet/68.1.316; Freedman 1982, 10.1002/sim.4780010204; Hsieh 1992, Statistics in Medicine.
``allocation`` is experimental over control; the drift is the mean of the log-rank ``z``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from adoptive.errors import StudyError

__all__ = ["METHODS", "drift_of", "events_for", "events_needed", "hazard_ratio_at", "method_of"]

Floats = NDArray[np.float64]


def _schoenfeld(ratio: float, allocation: float) -> float:
    return abs(float(np.log(ratio))) * float(allocation**0.5) / (1.0 + allocation)


def _freedman(ratio: float, allocation: float) -> float:
    return abs(1.0 - ratio) * float(allocation**0.5) / (1.0 + ratio * allocation)


def _hsieh(ratio: float, allocation: float) -> float:
    return abs(1.0 - ratio) / (1.0 + ratio) * 2.0 * float(allocation**0.5) / (1.0 + allocation)


METHODS: Final[Mapping[str, Callable[[float, float], float]]] = MappingProxyType(
    {"Schoenfeld": _schoenfeld, "Freedman": _freedman, "Hsieh-Freedman": _hsieh}
)
"""The drift that one event's square root gives, by method."""


def method_of(name: str, *, also: tuple[str, ...] = ()) -> str:
    """Find a method by its name in any case, with or without hyphens. Raises StudyError for an unknown one."""
    names = (*METHODS, *also)
    known = {_plain(method): method for method in names}
    if _plain(name) not in known:
        raise StudyError("unknown method", where="method", value=name, allowed=", ".join(names))
    return known[_plain(name)]


def _plain(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())


def drift_of(hazard_ratio: float, events: ArrayLike, *, allocation: float = 1.0, method: str = "Schoenfeld") -> Floats:
    """Give the mean of z after numbers of events: above 0 if the hazard ratio is below 1.

    Examples
    --------
    >>> drift_of(0.7, [247.0]).round(2).tolist()
    [2.8]
    """
    _check(hazard_ratio, allocation)
    size = METHODS[method_of(method)](hazard_ratio, allocation)
    return np.asarray(np.sqrt(np.asarray(events, np.float64)) * size * np.sign(1.0 - hazard_ratio))


def events_needed(
    hazard_ratio: float,
    *,
    alpha: float = 0.025,
    beta: float = 0.2,
    sided: int = 1,
    allocation: float = 1.0,
    method: str = "Schoenfeld",
    inflation_factor: float = 1.0,
) -> float:
    """Give the events of a trial with power ``1 - beta``, not rounded.

    Schoenfeld: ``(z_a + z_b)^2 (1 + r)^2 / (r ln(HR)^2)``; Freedman: ``(z_a + z_b)^2 (1 + r HR)^2 / (r (1 - HR)^2)``;
    Hsieh-Freedman: ``(z_a + z_b)^2 (1 + r)^2 (1 + HR)^2 / (4 r (1 - HR)^2)``.

    Examples
    --------
    >>> round(events_needed(0.7), 2)
    246.79
    """
    drift = float(ndtri(1.0 - alpha / sided) + ndtri(1.0 - beta))
    return events_for(hazard_ratio, drift, allocation=allocation, method=method) * inflation_factor


def events_for(hazard_ratio: float, drift: float, *, allocation: float, method: str) -> float:
    """Give the events that make a drift."""
    _check(hazard_ratio, allocation)
    if abs(np.log(hazard_ratio)) < 1e-6:
        raise StudyError(
            "a hazard ratio of 1 needs no end of events", where="hazard_ratio", value=hazard_ratio, allowed="not 1"
        )
    return (drift / METHODS[method_of(method)](hazard_ratio, allocation)) ** 2


def hazard_ratio_at(z: ArrayLike, events: ArrayLike, *, allocation: float = 1.0, upward: bool = False) -> Floats:
    """Give the hazard ratio that z speaks for after events: ``exp(-z (1 + r) / sqrt(r events))``.

    ``upward`` turns the direction: large z then speaks for a hazard ratio above 1.

    Examples
    --------
    >>> hazard_ratio_at(1.96, 247.0).round(3).item()
    0.779
    """
    scale = (1.0 + allocation) / np.sqrt(allocation * np.asarray(events, np.float64))
    with np.errstate(over="ignore"):
        return np.asarray(np.exp(np.asarray(z, np.float64) * scale * (1.0 if upward else -1.0)))


def _check(hazard_ratio: float, allocation: float) -> None:
    if not (np.isfinite(hazard_ratio) and 0.0 < hazard_ratio):
        raise StudyError("not a hazard ratio", where="hazard_ratio", value=hazard_ratio, allowed="above 0")
    if not 1e-3 <= allocation <= 1e3:
        raise StudyError("allocation out of range", where="allocation", value=allocation, allowed="0.001 to 1000")

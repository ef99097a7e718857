"""Weights of the log-rank family: how much an event counts at its time.

At each event time: ``n`` at risk, ``d`` events, ``S(t-)`` the pooled Kaplan-Meier curve just before (each stratum its
own).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from adoptive.tables import TableError

__all__ = ["Weights", "as_weights", "weight_values"]

Floats = NDArray[np.float64]

FLEMING_HARRINGTON, GEHAN, TARONE_WARE, PETO, MAGIRR_BURMAN, EARLY_ZERO = range(6)
"""Codes of the families, as the kernels know them."""

_LEAST: Final = 1e-12
"""Survival below which the pooled curve counts as 0."""


@dataclass(frozen=True)
class Weights:
    """Name a weight; make one with the functions below. ``code`` and ``parameters`` are what the kernels read.

    >>> Weights.fleming_harrington(0, 1).name
    'Fleming-Harrington (0, 1)'
    """

    name: str
    code: int
    parameters: tuple[float, float]

    @classmethod
    def log_rank(cls) -> Weights:
        """Count every event alike (Mantel 1966)."""
        return cls("log-rank", FLEMING_HARRINGTON, (0.0, 0.0))

    @classmethod
    def fleming_harrington(cls, rho: float, gamma: float) -> Weights:
        """Weigh by ``S(t-)^rho (1 - S(t-))^gamma``: gamma > 0 looks at late events, rho > 0 at early ones.

        With gamma 0 this is the G-rho family of Harrington and Fleming 1982, 10.1093/biomet/69.3.553. Raises
        :class:`TableError` for a negative exponent.
        """
        if not (0 <= rho < np.inf and 0 <= gamma < np.inf):
            raise TableError("negative exponent", where="fleming_harrington", value=(rho, gamma), allowed="0 or more")
        name = "log-rank" if rho == gamma == 0 else f"Fleming-Harrington ({rho:g}, {gamma:g})"
        return cls(name, FLEMING_HARRINGTON, (float(rho), float(gamma)))

    @classmethod
    def gehan(cls) -> Weights:
        """Weigh by ``n`` (Gehan 1965, Breslow 1970): early events, and the more so the more censoring."""
        return cls("Gehan-Breslow", GEHAN, (0.0, 0.0))

    @classmethod
    def tarone_ware(cls) -> Weights:
        """Weigh by ``sqrt(n)`` (Tarone and Ware 1977)."""
        return cls("Tarone-Ware", TARONE_WARE, (0.0, 0.0))

    @classmethod
    def peto(cls) -> Weights:
        """Weigh by ``prod_{u <= t} (1 - d / (n + 1))`` (Peto and Peto 1972): early events, whatever the censoring."""
        return cls("Peto-Peto", PETO, (0.0, 0.0))

    @classmethod
    def magirr_burman(cls, *, delay: float | None = None, weight_cap: float | None = None) -> Weights:
        """Weigh by ``min(1 / max(S(t-), S(delay)), weight_cap)``: modestly weighted, for effects that come late.

        Give the delay ``t*``, the largest weight ``1 / s*``, or both. Magirr and Burman 2019, 10.1002/sim.8186. Raises
        :class:`TableError` if neither is given, for a negative delay or a cap below 1.
        """
        wrong = (delay is None and weight_cap is None) or (delay is not None and not delay >= 0)
        if wrong or (weight_cap is not None and not weight_cap >= 1):
            allowed = "delay of 0 or more, weight_cap of 1 or more, one of them at least"
            raise TableError("no such weight", where="magirr_burman", value=(delay, weight_cap), allowed=allowed)
        given = [("delay", delay), ("cap", weight_cap)]
        words = ", ".join(f"{word} {value:g}" for word, value in given if value is not None)
        limits = (np.inf if delay is None else float(delay), np.inf if weight_cap is None else float(weight_cap))
        return cls(f"Magirr-Burman ({words})", MAGIRR_BURMAN, limits)

    @classmethod
    def early_zero(cls, delay: float) -> Weights:
        """Weigh events before the delay by 0, later ones and those at it by 1 (Xu et al. 2017, 10.1002/sim.7157)."""
        if not 0 <= delay < np.inf:
            raise TableError("not a delay", where="early_zero", value=delay, allowed="0 or more")
        return cls(f"early zero (delay {delay:g})", EARLY_ZERO, (float(delay), 0.0))


def as_weights(given: Weights | str | tuple[float, float]) -> Weights:
    """Give weights by their value, by name ("log-rank", "gehan", "tarone-ware", "peto"), or by (rho, gamma).

    >>> as_weights((1, 0)).name, as_weights("gehan").name
    ('Fleming-Harrington (1, 0)', 'Gehan-Breslow')
    """
    if isinstance(given, Weights):
        return given
    if isinstance(given, tuple):
        return Weights.fleming_harrington(*given)
    named = {
        "log-rank": Weights.log_rank,
        "gehan": Weights.gehan,
        "tarone-ware": Weights.tarone_ware,
        "peto": Weights.peto,
    }
    if given not in named:
        raise TableError("unknown weights", where="weights", value=given, allowed=f"{', '.join(named)}, (rho, gamma)")
    return named[given]()


@njit(cache=True, nogil=True)
def weight_at(code: int, a: float, b: float, time: float, at_risk: float, before: float, peto: float) -> float:
    """Give the weight at one event time.

    ``before`` is S(t-), for Magirr-Burman no later than S(delay); ``peto`` is Peto's curve, this time included.
    """
    if code == 0:
        return before**a * (1.0 - before) ** b if a != 0.0 or b != 0.0 else 1.0
    if code == 1:
        return at_risk
    if code == 2:
        return float(np.sqrt(at_risk))
    if code == 3:
        return peto
    if code == 4:
        return min(1.0 / before, b)
    return 0.0 if time < a else 1.0


@njit(cache=True, nogil=True)
def weight_values(code: int, a: float, b: float, times: Floats, at_risk: Floats, dead: Floats) -> Any:
    """Give the weights ``(m,)`` at one stratum's event times, in order."""
    out = np.empty(times.size)
    survival, peto, held = 1.0, 1.0, -1.0
    for k in range(times.size):
        before = survival
        if code == 4:
            if held < 0.0 and times[k] > a:
                held = before
            if held >= 0.0:
                before = held
        peto *= 1.0 - dead[k] / (at_risk[k] + 1.0)
        out[k] = weight_at(code, a, b, times[k], at_risk[k], before, peto)
        after = survival * (1.0 - dead[k] / at_risk[k])
        survival = after if after > _LEAST else survival if code == 4 else 0.0
    return out

"""What immortal time does to a comparison of infused with not infused, and two analyses that avoid it.

Who is infused had to live until the infusion. Counting that wait as time under treatment makes any therapy look good.
A landmark analysis (Anderson, Cain and Gelber 1983, 10.1200/JCO.1983.1.11.710) starts at a fixed day and sorts patients
by what had happened until then; a time-dependent analysis counts each patient as not infused until his infusion. Suissa
2008, 10.1093/aje/kwm324.
"""

from __future__ import annotations

import functools
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq

from adoptive.errors import StudyError
from adoptive.streams import Keys, Streams
from adoptive.verdict.estimands.effects import hazard_effect, pieces_of
from adoptive.verdict.estimands.types import Demonstration, Effect

__all__ = ["demonstrate_immortal_time", "infusion_effects", "naive_limits"]


Floats = NDArray[np.float64]

NODES: Final = 400
"""Points of the quadrature; the integrands are sums of exponentials."""


def infusion_effects(
    time: ArrayLike, event: ArrayLike, infusion_day: ArrayLike, *, landmark: float, level: float = 0.95
) -> tuple[Effect, Effect, Effect]:
    """Compare infused with not infused patients in three ways, side by side.

    Parameters
    ----------
    time, event
        ``(patients,)`` from enrolment.
    infusion_day
        ``(patients,)``, inf = never infused.
    landmark
        Day at which the landmark analysis starts; who has had his event or left until then is not in it.
    level
        Confidence level.

    Returns
    -------
    Hazard ratios of infused over not infused: naive (ever against never, from enrolment: biased), landmark,
    time-dependent. None is randomised; the last two only avoid immortal time.
    """
    times, seen = np.asarray(time, np.float64), np.asarray(event, np.bool_)
    start = np.asarray(infusion_day, np.float64)
    naive = hazard_effect("naive", times, seen, start < times, level=level, note="ever against never; immortal time")
    later = times > landmark
    at = hazard_effect(
        "landmark", times[later] - landmark, seen[later], start[later] <= landmark, level=level,
        note=f"from day {landmark:g} on, by infusion until then",
    )  # fmt: skip
    end, happened, treated, entry, whose = pieces_of(times, seen, start)
    in_time = hazard_effect(
        "time-dependent", end, happened, treated, entry=entry, patient=whose, level=level,
        note="not infused until the infusion",
    )  # fmt: skip
    return naive, at, in_time


def demonstrate_immortal_time(
    *,
    median_survival: float,
    median_wait: float,
    follow_up: float,
    hazard_ratio: float = 1.0,
    landmark: float | None = None,
    patients: int = 200,
    trials: int = 200,
    seed: int = 0,
) -> Demonstration:
    """Show what the three analyses say when infusion multiplies the hazard by a known factor, by default 1: nothing.

    Deaths and infusions are exponential and independent until the infusion; everybody is followed to ``follow_up``.

    Parameters
    ----------
    median_survival, median_wait, follow_up
        Median time to death without infusion, median wait for the infusion, end of follow-up; one unit.
    hazard_ratio
        What infusion truly does to the hazard of death.
    landmark
        Day of the landmark analysis; default the median wait.
    patients, trials, seed
        Size of each simulated trial, how many, root seed of the draws.

    >>> shown = demonstrate_immortal_time(median_survival=9, median_wait=2, follow_up=24, trials=40)
    >>> bool(shown.naive.mean() < -0.5), bool(abs(shown.time_dependent.mean()) < 0.1), shown.naive_limit < 0.6
    (True, True, True)
    """
    given = {"median_survival": median_survival, "median_wait": median_wait, "follow_up": follow_up,
             "hazard_ratio": hazard_ratio}  # fmt: skip
    for name, value in given.items():
        if not 0 < value < np.inf:
            raise StudyError("must be above 0", where=f"demonstrate_immortal_time: {name}", value=value)
    death, wait = np.log(2.0) / median_survival, np.log(2.0) / median_wait
    day = median_wait if landmark is None else landmark
    streams, said = Streams(seed), np.zeros((trials, 3))
    usable = np.zeros((trials, 3), np.bool_)
    for trial in range(trials):
        keys = Keys.of(trial=trial, patient=np.arange(patients))
        clock = streams.exponential("verdict.immortal time, death", keys).ravel() / death
        infused = streams.exponential("verdict.immortal time, wait", keys).ravel() / wait
        lived = np.where(infused < clock, infused + (clock - infused) / hazard_ratio, clock)
        effects = infusion_effects(np.minimum(lived, follow_up), lived <= follow_up, infused, landmark=day)
        said[trial] = [np.log(effect.hazard_ratio) for effect in effects]
        usable[trial] = [effect.estimable for effect in effects]
    limit, rates = naive_limits(death, wait, follow_up, hazard_ratio=hazard_ratio)
    naive, later, in_time = (said[usable[:, k], k] for k in range(3))
    return Demonstration(
        truth=hazard_ratio,
        naive=naive,
        landmark=later,
        time_dependent=in_time,
        naive_limit=limit,
        naive_rate_ratio=rates,
        patients=patients,
    )


@functools.cache
def _quadrature() -> tuple[Floats, Floats]:
    """Give points and weights on -1 to 1 (Gauss-Legendre)."""
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    return np.asarray(nodes, np.float64), np.asarray(weights, np.float64)


def naive_limits(death: float, wait: float, follow_up: float, *, hazard_ratio: float = 1.0) -> tuple[float, float]:
    """Give what the naive analysis tends to in a very large trial: Cox' hazard ratio and the ratio of event rates.

    With death rate ``a``, infusion rate ``b``, no effect and endless follow-up the rates' ratio is
    ``a / (2 a + b)``: the infused die at ``a (a + b) / (2 a + b)`` per unit of time, those never infused at ``a + b``.
    Cox' estimate solves the expected score equation, by quadrature.

    >>> round(naive_limits(1.0, 3.0, 60.0)[1], 6)
    0.2
    """
    nodes, weights = _quadrature()
    at, width = 0.5 * follow_up * (nodes + 1.0), 0.5 * follow_up * weights
    both, after = death + wait, death * hazard_ratio
    gap = both - after
    infused = np.exp(-after * at) * (wait * at if abs(gap) < 1e-12 else -wait * np.expm1(-gap * at) / gap)
    still_to_be = wait / both * (np.exp(-both * at) - np.exp(-both * follow_up))
    never = np.exp(-both * at) - still_to_be
    ever = infused + still_to_be
    dead_ever, dead_never = after * infused, death * np.exp(-both * at)

    def score(log_ratio: float) -> float:
        share = ever * np.exp(log_ratio) / (ever * np.exp(log_ratio) + never)
        return float((width * (dead_ever - (dead_ever + dead_never) * share)).sum())

    rate_ever = (width * dead_ever).sum() / (width * ever).sum()
    rate_never = (width * dead_never).sum() / (width * never).sum()
    return float(np.exp(brentq(score, -30.0, 30.0, xtol=1e-12))), float(rate_ever / rate_never)

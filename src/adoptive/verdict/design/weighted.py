"""Power of weighted log-rank tests where hazards are not proportional, by the limits of the statistic's parts.

Under hazards of steps, with accrual, loss and a look at calendar time ``T``: a patient of arm ``a`` is at risk at age
``t`` with chance ``pi_a(t)``, the share of the arm in it. Per patient the numerator tends to
``U = int w pi_1 pi_0 / pi (h_0 - h_1) dt`` and its variance to
``V = int w^2 pi_1 pi_0 / pi^2 (pi_1 h_1 + pi_0 h_0) dt``; the mean of z is ``U sqrt(patients / V)``. Schoenfeld 1981,
10.1093/biomet/68.1.316; Yung and Liu 2020, 10.1111/biom.13196. Weights: Fleming and Harrington's
``S^rho (1 - S)^gamma`` and the modest ones of Magirr and Burman 2019, 10.1002/sim.8186.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.polynomial import legendre
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq

from adoptive.errors import StudyError
from adoptive.verdict.comparison.weights import FLEMING_HARRINGTON, MAGIRR_BURMAN, Weights
from adoptive.verdict.design.boundaries import sequential_plan
from adoptive.verdict.design.enrolment import Accrual, Arms, Hazard
from adoptive.verdict.design.recursion import Path
from adoptive.verdict.design.types import ErrorSpending, SequentialPlan

__all__ = ["WeightedDesign", "power_weighted", "sample_size_weighted"]

Floats = NDArray[np.float64]

LOG_RANK: Final = Weights.log_rank()

_NODE, _WEIGHT = legendre.leggauss(16)
_TO_COEFFICIENTS = np.linalg.inv(legendre.legvander(_NODE, 15))
_RUNNING = legendre.legvander(_NODE, 16) @ legendre.legint(_TO_COEFFICIENTS, lbnd=-1, axis=0)
"""Integrals from -1 to each node, from values at the nodes."""


@dataclass(frozen=True)
class WeightedDesign:
    """Hold a design with looks at calendar times, arrays ``(looks,)``.

    ``mean_z`` is the mean of the statistic; ``fractions`` its information over that of the last look; ``power`` the
    chance to cross for efficacy by the end and ``cross_efficacy`` at each look; ``average_hazard_ratio`` the geometric
    mean of the steps' hazard ratios, weighted by ``1 / (1 / events_1 + 1 / events_0)``.
    """

    patients: float
    time: Floats
    events: Floats
    fractions: Floats
    mean_z: Floats
    average_hazard_ratio: Floats
    plan: SequentialPlan
    cross_efficacy: Floats
    power: float


def power_weighted(
    arms: Arms,
    accrual: Accrual,
    *,
    times: ArrayLike,
    weights: Weights = LOG_RANK,
    alpha: float = 0.025,
    efficacy: str | ErrorSpending = "O'Brien-Fleming",
    futility: str | ErrorSpending | None = None,
    beta: float = 0.2,
) -> WeightedDesign:
    """Give the power of a design with looks at calendar times; the accrual's rates are numbers of patients.

    The information of a look is the variance of its numerator; bounds are one-sided, spent by these fractions; the
    futility bounds are those that a plan with proportional hazards would have. They are heeded.

    Raises
    ------
    StudyError
        Times that do not rise from above 0, or the arguments of :func:`sequential_plan`.

    Examples
    --------
    >>> from adoptive.verdict.design.enrolment import Arms, accrual_of, hazard_of
    >>> late = hazard_of([0.06, 0.036], [0.0, 4.0])
    >>> design = power_weighted(Arms(late, hazard_of(0.06)), accrual_of([0, 20], [20]), times=[36.0])
    >>> round(design.power, 3), round(float(design.average_hazard_ratio[0]), 3)
    (0.846, 0.702)
    """
    when = np.atleast_1d(np.asarray(times, np.float64))
    if not np.isfinite(when).all() or (np.diff(when, prepend=0.0) <= 0).any():
        raise StudyError("times of looks must rise", where="times", value=when.tolist(), allowed="rising, above 0")
    parts = np.array([_limits(arms, accrual, time, weights) for time in when])
    patients, fractions = accrual.total, parts[:, 1] / parts[-1, 1]
    plan = sequential_plan(fractions, alpha=alpha, beta=beta, efficacy=efficacy, futility=futility)
    return _scaled(plan, when, parts, arms, accrual, patients)


def sample_size_weighted(
    arms: Arms,
    accrual: Accrual,
    *,
    times: ArrayLike,
    weights: Weights = LOG_RANK,
    alpha: float = 0.025,
    beta: float = 0.2,
    efficacy: str | ErrorSpending = "O'Brien-Fleming",
    futility: str | ErrorSpending | None = None,
) -> WeightedDesign:
    """Find the patients with whom such a design has the power ``1 - beta``; the accrual is a shape.

    Raises
    ------
    StudyError
        If no number of patients is enough: the weighted difference does not favour the experimental arm.
    """
    given = power_weighted(
        arms, accrual, times=times, weights=weights, alpha=alpha, efficacy=efficacy, futility=futility, beta=beta
    )
    parts = np.array([_limits(arms, accrual, time, weights) for time in given.time])

    def lacking(log_patients: float) -> float:
        made = _scaled(given.plan, given.time, parts, arms, accrual, float(np.exp(log_patients)))
        return made.power - (1.0 - beta)

    ends = 0.0, float(np.log(1e7))
    if not lacking(ends[1]) > 0.0 > lacking(ends[0]):
        raise StudyError(
            "no number of patients up to 1e7 gives this power", where="sample size", value=1.0 - beta,
            next_step="later looks, other weights or other hazards",
        )  # fmt: skip
    patients = float(np.exp(brentq(lacking, *ends, xtol=1e-11)))
    return _scaled(given.plan, given.time, parts, arms, accrual, patients)


def _scaled(
    plan: SequentialPlan, when: Floats, parts: Floats, arms: Arms, accrual: Accrual, patients: float
) -> WeightedDesign:
    """Lay out the design with a number of patients; ``parts`` are the limits for one patient's share of the trial."""
    enrolled = accrual.scaled(patients)
    mean = np.sqrt(patients) * parts[:, 0] / np.sqrt(parts[:, 1])
    events = arms.events(enrolled, when).sum(axis=-1)
    crossed = _crossings(plan, mean)
    ratios = np.array([_average_ratio(arms, enrolled, time) for time in when])
    return WeightedDesign(patients, when, events, plan.fractions, mean, ratios, plan, crossed, float(crossed.sum()))


def _crossings(plan: SequentialPlan, mean: Floats) -> Floats:
    """Give the chance to cross for efficacy at each look if z has these means."""
    t = plan.fractions
    scores = mean * np.sqrt(t)
    drifts = np.diff(scores, prepend=0.0) / np.diff(t, prepend=0.0)
    path, crossed = Path(0.0), np.zeros(t.size)
    for k, time in enumerate(t):
        path = replace(path, drift=float(drifts[k]))
        crossed[k] = path.beyond(float(time), float(plan.efficacy[k]))
        low = min(max(plan.futility[k], plan.harm[k]), plan.efficacy[k])
        path = path.on(float(time), float(low), float(plan.efficacy[k]))
    return crossed


def _limits(arms: Arms, accrual: Accrual, time: float, weights: Weights) -> tuple[float, float]:
    """Give the numerator and its variance per patient at a calendar time."""
    half, age = _ages(arms, accrual, time, weights)
    entered = accrual.patients(np.maximum(time - age, 0.0)) / accrual.total
    risk, hazards = [], []
    for share, hazard, loss in _both(arms):
        risk.append(share * hazard.survival(age) * np.exp(-loss * age) * entered)
        hazards.append(hazard.rates_at(age))
    together = risk[0] + risk[1]
    mixed = (risk[0] * hazards[0] + risk[1] * hazards[1]) / together
    grown = half[:, None] * (mixed @ _RUNNING.T)
    before = np.append(0.0, np.cumsum(half * (mixed @ _WEIGHT))[:-1])
    pooled = np.exp(-(before[:, None] + grown))
    weight = _weight(weights, pooled, age)
    balance = risk[0] * risk[1] / together
    amount = half[:, None] * _WEIGHT
    numerator = float((amount * weight * balance * (hazards[1] - hazards[0])).sum())
    return numerator, float((amount * weight**2 * balance * mixed).sum())


def _weight(weights: Weights, pooled: Floats, age: Floats) -> Floats:
    """Give the weight at ages, from the pooled survival there."""
    delay = _delay(weights)
    if delay is None:
        rho, gamma = weights.parameters
        return np.asarray(pooled**rho * (1.0 - pooled) ** gamma)
    inside = age <= delay
    floor = float(pooled[inside].min()) if inside.any() else 1.0
    return np.asarray(1.0 / np.maximum(pooled, floor))


def _delay(weights: Weights) -> float | None:
    """Give when modest weights stop growing, None for Fleming-Harrington's; others have no limit here and are refused.

    Gehan's, Tarone-Ware's and Peto's depend on how many are at risk, a cap on where the curve meets it.
    """
    delay, cap = weights.parameters
    if weights.code == FLEMING_HARRINGTON:
        return None
    if weights.code == MAGIRR_BURMAN and np.isinf(cap):
        return delay
    raise StudyError(
        "no closed form for these weights", where="weights", value=weights.name,
        allowed="Weights.fleming_harrington(rho, gamma), Weights.magirr_burman(delay=...)",
        next_step="simulate them: simulate_trials",
    )  # fmt: skip


def _ages(arms: Arms, accrual: Accrual, time: float, weights: Weights) -> tuple[Floats, Floats]:
    """Give half-lengths of pieces on which all is smooth ``(pieces,)``, and the nodes' ages ``(pieces, 16)``."""
    breaks = {*arms.experimental.starts, *arms.control.starts, *(time - edge for edge in accrual.times)}
    delay = _delay(weights)
    breaks |= {time} if delay is None else {time, delay, delay * (1.0 - 1e-9)}
    edges = np.array(sorted({0.0, *(one for one in breaks if 0.0 < one <= time)}))
    fine = np.unique(np.concatenate([np.linspace(a, b, 5) for a, b in pairwise(edges)]))
    half = np.diff(fine) / 2.0
    return half, (fine[:-1] + half)[:, None] + half[:, None] * _NODE


def _both(arms: Arms) -> tuple[tuple[float, Hazard, float], ...]:
    return (
        (arms.share, arms.experimental, arms.loss_experimental),
        (1.0 - arms.share, arms.control, arms.loss_control),
    )


def _average_ratio(arms: Arms, accrual: Accrual, time: float) -> float:
    """Average the steps' hazard ratios on the log scale, by the harmonic sum of both arms' expected events."""
    starts = sorted({*arms.experimental.starts, *arms.control.starts})
    total = weighted = 0.0
    for k, start in enumerate(starts):
        end = starts[k + 1] if k + 1 < len(starts) else np.inf
        pair = _events_between(arms, accrual, time, start, min(end, time))
        rates = arms.experimental.at(start), arms.control.at(start)
        if min(pair) <= 0.0 or min(rates) <= 0.0:
            continue
        part = 1.0 / (1.0 / pair[0] + 1.0 / pair[1])
        total, weighted = total + part, weighted + part * float(np.log(rates[0] / rates[1]))
    return float(np.exp(weighted / total)) if total > 0.0 else 1.0


def _events_between(arms: Arms, accrual: Accrual, time: float, start: float, end: float) -> tuple[float, float]:
    """Give both arms' expected events at ages between two, by a calendar time."""
    if start >= end:
        return 0.0, 0.0
    found = []
    for share, hazard, loss in _both(arms):
        half, age = _ages(replace(arms, experimental=hazard, control=hazard), accrual, time, LOG_RANK)
        rate = hazard.rates_at(age)
        inside = (age > start) & (age < end)
        density = share * hazard.survival(age) * np.exp(-loss * age) * accrual.patients(np.maximum(time - age, 0.0))
        found.append(float((half[:, None] * _WEIGHT * density * rate * inside).sum()))
    return found[0], found[1]

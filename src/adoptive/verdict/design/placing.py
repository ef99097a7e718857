"""How bounds are placed, look by look, for one drift."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from adoptive.errors import StudyError
from adoptive.verdict.design.families import shape
from adoptive.verdict.design.recursion import Path, place_above, place_below
from adoptive.verdict.design.types import ErrorSpending

__all__ = ["Rules", "place"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Rules:
    """Hold what the bounds of a plan must satisfy; cumulative errors are ``(looks,)``.

    ``alpha_spent`` is None for a classical family, ``beta_spent`` without futility by spending, ``futility`` without
    fixed bounds (``(looks - 1,)``), ``harm_spent`` without harm; ``settled`` are efficacy bounds already known.
    """

    fractions: Floats
    sided: int
    binding: bool
    family: ErrorSpending
    alpha: float
    alpha_spent: Floats | None
    beta_spent: Floats | None
    futility: Floats | None
    harm_spent: Floats | None
    settled: Floats | None = None


def place(rules: Rules, drift: float) -> tuple[Floats, Floats, Floats]:
    """Place the bounds for efficacy, futility and harm, each ``(looks,)``.

    The drift matters only to futility by beta spending (and to what relies on it).
    """
    if rules.settled is None and rules.alpha_spent is None:
        return _walk(rules, drift, _classical(rules, drift))
    return _walk(rules, drift, rules.settled)


def _classical(rules: Rules, drift: float) -> Floats:
    """Place the efficacy bounds of a classical family, so that the whole level is spent at the end."""
    t = rules.fractions
    if rules.family.family == "Haybittle-Peto":
        early = np.full(t.size, rules.family.parameters[0])
        spent = _null_chance(rules, drift, np.where(np.arange(t.size) < t.size - 1, early, np.inf))
        if spent >= rules.alpha:
            raise StudyError(
                "the constant bounds spend the whole level before the last look", where="efficacy",
                value=rules.family.parameters[0], next_step="a larger constant or fewer looks",
            )  # fmt: skip

        def excess(last: float) -> float:
            return _null_chance(rules, drift, np.append(early[:-1], last)) - rules.alpha

        return np.append(early[:-1], brentq(excess, -10.0, 30.0, xtol=1e-12))
    form = shape(rules.family, t)
    largest = 30.0 / form.min()
    constant = brentq(lambda c: _null_chance(rules, drift, c * form) - rules.alpha, 0.0, largest, xtol=1e-12)
    return np.asarray(constant * form)


def _null_chance(rules: Rules, drift: float, efficacy: Floats) -> float:
    """Give the chance that a trial without an effect crosses efficacy bounds, with futility heeded if binding."""
    low = _walk(rules, drift, efficacy)[1] if rules.binding else np.full(efficacy.size, -np.inf)
    path, total = Path(0.0), 0.0
    for time, below, high in zip(rules.fractions, low, efficacy, strict=True):
        total += path.beyond(time, high) if rules.sided == 1 else path.outside(time, high)
        path = path.on(time, below if rules.sided == 1 else -high, high)
    return total


def _walk(rules: Rules, drift: float, given: Floats | None) -> tuple[Floats, Floats, Floats]:
    """Place bounds from look to look; efficacy as given, or by the error that is spent."""
    looks = rules.fractions.size
    found = np.full((3, looks), -np.inf)
    test, power, hurt = Path(0.0), Path(drift), Path(0.0)  # for efficacy, futility and harm
    spent = missed = harmed = 0.0
    for look, time in enumerate(rules.fractions):
        last = look == looks - 1
        if given is None:
            assert rules.alpha_spent is not None
            step = float(rules.alpha_spent[look]) - spent
            high = _above(test, time, step, rules.sided)
            spent += test.beyond(time, high) if rules.sided == 1 else test.outside(time, high)
        else:
            high = float(given[look])
        harm = -np.inf
        if rules.harm_spent is not None:
            harm = min(place_below(partial(hurt.below, time), float(rules.harm_spent[look]) - harmed), high)
            harmed += hurt.below(time, harm)
        low = _futility(rules, power, look, high, missed)
        floor = max(min(low, high), harm)
        missed += power.below(time, floor)
        found[:, look] = high, low, harm
        if not last:
            heeded = -high if rules.sided == 2 else (min(low, high) if rules.binding else -np.inf)
            test = test.on(time, heeded, high) if given is None else test
            power = power.on(time, floor, high) if rules.beta_spent is not None else power
            hurt = hurt.on(time, harm, high) if rules.harm_spent is not None else hurt
    return found[0], found[1], found[2]


def _above(path: Path, time: float, step: float, sided: int) -> float:
    if sided == 1:
        return place_above(partial(path.beyond, time), step)
    return place_above(partial(path.outside, time), step, least=0.0)


def _futility(rules: Rules, power: Path, look: int, high: float, missed: float) -> float:
    """Place a futility bound: by what may be missed so far, or as given; a fixed list ends at the efficacy bound."""
    if rules.beta_spent is not None:
        return place_below(partial(power.below, rules.fractions[look]), float(rules.beta_spent[look]) - missed)
    if rules.futility is None:
        return -np.inf
    return high if look == rules.fractions.size - 1 else float(rules.futility[look])

"""Trials whose truth is known: progression, fitness at progression, and fit controls who switch.

Without therapy survival is exponential. Progression is a marker of no meaning of its own; whoever lives until then has
a frailty, positive stable, with which the rest of life is Weibull given the frailty and exponential overall (Hougaard
1986, 10.1093/biomet/73.2.387). The therapy stretches all remaining time by one factor, in the experimental arm from the
start, in controls from the switch on; so the hazards of treated and never treated patients are proportional with log
ratio PSI, whatever the follow-up. Robust (less frail) controls switch more often: those who stay are worse than chance.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from adoptive.verdict.estimands import SwitchRows, switch_rows

PSI = -0.6
STABLE = 0.6
"""Index of the frailty: the smaller, the more it decides."""
DEATH, PROGRESSION = 0.10, 0.20
"""Rates per month."""


def _frailty(random: np.random.Generator, size: int) -> np.ndarray:
    """Draw positive stable numbers (Kanter's form): ``E exp(-s X) = exp(-s^STABLE)``."""
    angle, exponential = random.uniform(0, np.pi, size), random.exponential(1, size)
    first = np.sin(STABLE * angle) / np.sin(angle) ** (1 / STABLE)
    return first * (np.sin((1 - STABLE) * angle) / exponential) ** ((1 - STABLE) / STABLE)


def columns(seed: int, patients: int) -> dict[str, Any]:
    """Draw one trial, 2 to 1, with a data cut between 18 and 48 months after entry."""
    random = np.random.default_rng(seed)
    experimental = random.permutation(np.arange(patients) % 3 > 0)
    early, progression, unit, clock = random.exponential(1, (4, patients))
    early, progression = early / DEATH, progression / PROGRESSION
    frailty = _frailty(random, patients)
    untreated = np.where(early < progression, early, progression + (unit / frailty) ** STABLE / DEATH)
    progression = np.where(early < progression, np.inf, progression)
    robust = frailty < 1.4
    switch = np.minimum(progression + clock / np.where(robust, 0.25, 0.03), untreated)
    stretch = np.exp(-PSI)
    time = np.where(experimental, untreated * stretch, switch + (untreated - switch) * stretch)
    cut = random.uniform(18, 48, patients)
    seen = np.minimum(time, cut)
    progressed = np.where(experimental, progression * stretch, progression)
    known = progressed < seen
    return {
        "time": seen,
        "event": time <= cut,
        "experimental": experimental,
        "start": np.where(experimental, 0.0, np.where(switch < untreated, switch, np.inf)),
        "progression": progressed,
        "follow_up": cut,
        "covariates": {"robust": known & robust, "log frailty": np.where(known, np.log(frailty), 0.0)},
    }


def trial(seed: int, patients: int) -> SwitchRows:
    """Draw one trial as rows."""
    return switch_rows(**columns(seed, patients))

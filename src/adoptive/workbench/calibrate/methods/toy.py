"""A toy problem with the features of the real one and a likelihood in closed form: twelve small trials, eight unknowns.

Five population quantities and the effects of three product classes move twelve trials. Each trial differs from the
others, and reports what real ones do: nested counts of the same patients, a median with a follow-up, a hazard ratio.
Every number is made from single patients; :mod:`.exact` has the same trials as distributions.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np

from adoptive.streams import Keys, Streams
from adoptive.workbench.calibrate.methods.types import Drawn, Floats, Problem
from adoptive.workbench.calibrate.scales import back, onto
from adoptive.workbench.calibrate.types import FreeQuantity, Observation, Scale

__all__ = [
    "CLASSES", "FAMILY", "FREE", "SHAPE", "SPREADS", "TRIALS", "ToyTrial", "draw_prior", "levers", "one_hot", "rates",
    "simulate", "toy_problem",
]  # fmt: skip

SHAPE: Final = 1.3
"""Weibull shape of every time to progression."""

SPREADS: Final = {"family": 1.0, "trials": 0.5}
"""Scales of the half-normal priors: of the effects' common spread, and of the spread between trials."""

FAMILY, GROUP = "product class", "trials"
CLASSES: Final = ("car", "tcr", "til")


@dataclass(frozen=True)
class ToyTrial:
    """Hold one trial's plan: who gets what, how many per arm, how long, and what it reports.

    ``events`` is the number of progressions per arm at which a randomised trial closes.
    """

    name: str
    product: str
    n: int
    months: float
    reports: tuple[str, ...]
    events: int = 0


_SINGLE = ("infused", "controlled", "responded", "toxic", "median")
_RANDOMISED = ("infused", "responded", "toxic", "hazard_ratio")
TRIALS: Final = (
    ToyTrial("control-1", "control", 60, 9.0, ("median",)),
    ToyTrial("control-2", "control", 35, 6.0, ("median",)),
    ToyTrial("car-1", "car", 14, 12.0, _SINGLE),
    ToyTrial("car-2", "car", 37, 12.0, _SINGLE),
    ToyTrial("car-3", "car", 22, 9.0, ("responded", "median")),
    ToyTrial("car-4", "car", 60, 30.0, _RANDOMISED, events=40),
    ToyTrial("tcr-1", "tcr", 10, 12.0, ("infused", "responded", "toxic")),
    ToyTrial("tcr-2", "tcr", 44, 12.0, _SINGLE),
    ToyTrial("tcr-3", "tcr", 28, 9.0, ("infused", "controlled", "responded", "median")),
    ToyTrial("til-1", "til", 25, 12.0, _SINGLE),
    ToyTrial("til-2", "til", 70, 30.0, _RANDOMISED, events=50),
    ToyTrial("til-3", "til", 16, 12.0, ("infused", "toxic", "median")),
)
"""The twelve trials: two of control arms, eight of one arm, two randomised."""

_TOLD: Final = {
    "activity": "killing, in disease control, response, toxicity and time to progression",
    "toxicity": "severe toxicity of the infused",
    "growth": "median time to progression of the controls",
    "durability": "hazard ratio of progression",
    "attrition": "share infused",
    "class:car": "effect of the class on activity", "class:tcr": "effect of the class on activity",
    "class:til": "effect of the class on activity",
}  # fmt: skip
_VARIES = ("activity", "toxicity", "growth")
FREE: Final = tuple(
    FreeQuantity(
        name, "effect" if ":" in name else "population", FAMILY if ":" in name else "", {}, told, "made up",
        GROUP if name in _VARIES else "",
    )
    for name, told in _TOLD.items()
)  # fmt: skip
"""The eight free quantities; three of them differ between trials, by one common spread."""

_AT = {quantity.name: place for place, quantity in enumerate(FREE)}
_SCALES: Final[dict[str, Scale]] = {"median": "log", "hazard_ratio": "log"}


def draw_prior(draws: int, seed: int) -> Drawn:
    """Draw from the prior: standard normal quantities; effects are their common spread times a standard normal.

    >>> draw_prior(5, seed=1).phi.shape
    (5, 8)
    """
    streams, keys = Streams(seed), Keys.of(np.arange(draws), 0)
    family = SPREADS["family"] * np.abs(streams.normal("toy:family", keys))
    trials = SPREADS["trials"] * np.abs(streams.normal("toy:trials", keys))
    phi = streams.normal("toy:phi", keys, len(FREE))
    effects = np.array([quantity.kind == "effect" for quantity in FREE])
    phi[:, effects] *= family[:, None]
    return Drawn(phi, {FAMILY: family}, {GROUP: trials})


def rates(phi: Any, classes: Any) -> dict[str, Any]:
    """Give what happens to a trial's patients, from its own quantities ``(..., free)``; each ``(...)``.

    Logits of being infused, of disease control and of toxicity if infused, of response if controlled; logarithms of
    the median on control (months) and of the hazard ratio. ``classes`` ``(..., 3)`` is 1 for the trial's product class.
    Works on arrays of numpy and of jax alike.
    """
    activity = phi[..., _AT["activity"]] + (phi[..., -len(CLASSES) :] * classes).sum(axis=-1)
    return {
        "infused": 1.8 + 0.6 * phi[..., _AT["attrition"]],
        "controlled": 0.4 + 0.8 * activity,
        "responded": -0.2 + 0.6 * activity,
        "toxic": -1.8 + 0.7 * phi[..., _AT["toxicity"]] + 0.3 * activity,
        "log_median": float(np.log(2.5)) + 0.4 * phi[..., _AT["growth"]],
        "log_hazard_ratio": -0.5 - 0.35 * phi[..., _AT["durability"]] - 0.15 * activity,
    }


def levers(trial: ToyTrial) -> Floats:
    """Give the shifts that a trial can tell apart, ``(levers, free)``: activity is its own and its class's together."""
    by = np.eye(len(FREE) - len(CLASSES), len(FREE))
    if trial.product == "control":
        return by[[_AT["growth"]]]
    by[0, -len(CLASSES) :] = one_hot(trial)
    return by


def one_hot(trial: ToyTrial) -> Floats:
    """Give 1 for the trial's product class, ``(3,)``."""
    return np.array([float(trial.product == name) for name in CLASSES])


def simulate(drawn: Drawn, *, seed: int, between_trials: bool = True) -> Floats:
    """Simulate the twelve trials patient by patient, once for each draw: ``(draws, observations)``.

    Shares are given on the arcsine scale, medians (at most the follow-up) and hazard ratios as logarithms.
    """
    streams = Streams(seed)
    varies = np.array([quantity.trials == GROUP for quantity in FREE])
    columns = []
    for place, trial in enumerate(TRIALS):
        keys = Keys.of(np.arange(len(drawn.phi)), place)
        phi = drawn.phi
        if between_trials:
            moved = streams.normal("toy:between", keys, len(FREE)) * varies
            phi = phi + drawn.trials[GROUP][:, None] * moved
        columns += _reported(trial, rates(phi, one_hot(trial)), partial(_uniforms, streams, keys, trial.n))
    return np.stack(columns, axis=1)


def _uniforms(streams: Streams, keys: Keys, n: int, what: str) -> Floats:
    """Draw a uniform for each patient of a trial, ``(draws, patients)``."""
    return streams.uniform(f"toy:{what}", keys, n)


def _reported(trial: ToyTrial, rate: dict[str, Floats], uniforms: partial[Floats]) -> list[Floats]:
    """Give a trial's reported numbers on their scales, in order, ``(draws,)`` each."""
    chance = {name: 1.0 / (1.0 + np.exp(-rate[name])) for name in ("infused", "controlled", "responded", "toxic")}
    infused = uniforms("infused") < chance["infused"][:, None]
    controlled = infused & (uniforms("controlled") < chance["controlled"][:, None])
    happened = {
        "infused": infused,
        "controlled": controlled,
        "responded": controlled & (uniforms("responded") < chance["responded"][:, None]),
        "toxic": infused & (uniforms("toxic") < chance["toxic"][:, None]),
    }
    found = {
        name: onto(100.0 * happened[name].mean(axis=1), "arcsine", n=trial.n)
        for name in trial.reports if name in happened
    }  # fmt: skip
    control = _exponentials(uniforms("control")) * np.exp(SHAPE * rate["log_median"])[:, None]
    treated = (
        _exponentials(uniforms("treated")) * np.exp(SHAPE * rate["log_median"] - rate["log_hazard_ratio"])[:, None]
    )
    if "median" in trial.reports:
        found["median"] = _log_median(control if trial.product == "control" else treated, trial.months)
    if "hazard_ratio" in trial.reports:
        found["hazard_ratio"] = np.log(_on_test(control, trial.events) / _on_test(treated, trial.events))
    return [found[name] for name in trial.reports]


def _exponentials(uniforms: Floats) -> Floats:
    """Give exponential times with median 1; a Weibull time is their power ``1 / SHAPE``."""
    return -np.log(uniforms) / np.log(2.0)


def _log_median(powered: Floats, months: float) -> Floats:
    """Give the logarithm of Kaplan and Meier's median, the ``ceil(n / 2)``-th time, or of the follow-up if earlier."""
    middle = -(-powered.shape[1] // 2) - 1
    reached = np.partition(powered, middle, axis=1)[:, middle]
    return np.asarray(np.minimum(np.log(reached) / SHAPE, np.log(months)))


def _on_test(powered: Floats, events: int) -> Floats:
    """Give the total time on test until the ``events``-th event, ``(draws,)``."""
    times = np.sort(powered, axis=1)[:, :events]
    return np.asarray(times.sum(axis=1) + (powered.shape[1] - events) * times[:, -1])


def _observation(trial: ToyTrial, endpoint: str, y: float) -> Observation:
    scale = _SCALES.get(endpoint, "arcsine")
    value = back(y, scale, n=trial.n)
    cap = trial.months if endpoint == "median" else np.inf
    return Observation(trial.name, endpoint, trial.product, "", None, float(value), trial.n, 1.0, "D", scale, y, cap)


def toy_problem(seed: int = 1) -> Problem:
    """Give the toy problem, with data simulated at a draw from its prior.

    >>> problem = toy_problem()
    >>> len(problem.studies), len(problem.free), len(problem.observations)
    (12, 8, 42)
    """
    y = simulate(draw_prior(1, seed), seed=seed)[0]
    named = [(trial, endpoint) for trial in TRIALS for endpoint in trial.reports]
    seen = tuple(_observation(*pair, float(value)) for pair, value in zip(named, y, strict=True))
    return Problem(
        "twelve small trials", FREE, seen, simulate, draw_prior, {trial.name: levers(trial) for trial in TRIALS},
        {FAMILY: SPREADS["family"]}, {GROUP: SPREADS["trials"]},
    )  # fmt: skip

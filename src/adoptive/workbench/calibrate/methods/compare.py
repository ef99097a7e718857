"""Rival methods at one budget of simulated trials, against the exact posterior of the toy problem."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from adoptive.errors import AdoptiveError, RunError
from adoptive.workbench.calibrate.methods.exact import exact_posteriors
from adoptive.workbench.calibrate.methods.neural import by_neural_posterior
from adoptive.workbench.calibrate.methods.sampling import by_abc
from adoptive.workbench.calibrate.methods.shipped import by_emulator, by_emulator_and_nuts
from adoptive.workbench.calibrate.methods.smoother import by_local_smoother, by_smoother
from adoptive.workbench.calibrate.methods.toy import draw_prior, toy_problem
from adoptive.workbench.calibrate.methods.types import Floats, Infer, Inference

__all__ = ["METHODS", "Score", "compare_methods", "score_of"]

METHODS: Final[dict[str, Infer]] = {
    "emulator": by_emulator, "emulator-nuts": by_emulator_and_nuts, "smoother": by_smoother,
    "local-smoother": by_local_smoother, "abc": by_abc, "neural": by_neural_posterior,
}  # fmt: skip
"""Methods by short name; the first two are what is shipped, the others need an optional library each."""


@dataclass(frozen=True)
class Score:
    """Hold how a method did over data sets; ``refused`` says why it could not be run.

    ``mean_error`` is the root mean square of (its mean - exact mean) / exact sd, ``sd_ratio`` the geometric mean of its
    sd over the exact one, over quantities and data sets; ``coverage`` the share of true values inside its 90 %
    intervals, ``(inside, of)``; ``seconds`` of one processor for one data set, its simulations included.
    """

    method: str
    budget: int
    mean_error: float = np.nan
    sd_ratio: float = np.nan
    inside: int = 0
    of: int = 0
    seconds: float = np.nan
    refused: str = ""


def score_of(method: str, budget: int, found: Sequence[Inference], exact: Sequence[Inference], truths: Floats) -> Score:
    """Score a method's draws for some data sets against the exact ones and the truths ``(data sets, free)``."""
    mean = np.stack([one.draws.mean(axis=0) for one in found])
    sd = np.stack([one.draws.std(axis=0) for one in found])
    right_mean = np.stack([one.draws.mean(axis=0) for one in exact])
    right_sd = np.stack([one.draws.std(axis=0) for one in exact])
    low, high = (np.stack([np.quantile(one.draws, q, axis=0) for one in found]) for q in (0.05, 0.95))
    inside = (low <= truths) & (truths <= high)
    return Score(
        method, budget, float(np.sqrt((((mean - right_mean) / right_sd) ** 2).mean())),
        float(np.exp(np.log(np.maximum(sd, 1e-9) / right_sd).mean())), int(inside.sum()), inside.size,
        float(np.mean([one.seconds for one in found])),
    )  # fmt: skip


def compare_methods(
    methods: Sequence[str] = ("emulator",), *, budgets: Sequence[int] = (400, 1500), data_sets: int = 4, seed: int = 1,
    said: Callable[[str], None] = lambda _line: None,
) -> tuple[Score, ...]:  # fmt: skip
    """Run methods on the toy problem with data of some draws from its prior; the exact posterior is the first line.

    A method whose library is missing is a value in the result.

    Raises
    ------
    AdoptiveError
        A method that is not known.
    """
    chosen = _chosen(methods)
    seeds = [seed + number for number in range(data_sets)]
    problems = [toy_problem(each) for each in seeds]
    truths = np.concatenate([draw_prior(1, each).phi for each in seeds])
    exact = exact_posteriors(problems, seed=seed)
    scores = [score_of("exact", 0, exact, exact, truths)]
    said(f"exact: {scores[0].inside} of {scores[0].of} inside")
    for budget in budgets:
        for name, method in chosen.items():
            try:
                found = [method(one, seed=each, budget=budget) for one, each in zip(problems, seeds, strict=True)]
                scores.append(score_of(name, budget, found, exact, truths))
            except RunError as problem:
                scores.append(Score(name, budget, refused=str(problem)))
            said(f"{scores[-1]}")
    return tuple(scores)


def _chosen(methods: Sequence[str]) -> Mapping[str, Infer]:
    unknown = [name for name in methods if name not in METHODS]
    if unknown:
        raise AdoptiveError("no such method", value=", ".join(unknown), allowed=", ".join(METHODS))
    return {name: METHODS[name] for name in methods}

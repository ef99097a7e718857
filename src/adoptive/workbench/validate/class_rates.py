"""Pooled response rates of classes of therapies, and the log scores of a model against them."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable, Sequence
from functools import cache
from importlib import resources
from typing import Any, Final

import numpy as np
from scipy.stats import t

from adoptive.trial.types import Study
from adoptive.workbench.validate.scores import log_beta_binomial, log_score
from adoptive.workbench.validate.types import ClassRate, Contest, LeftOut, Part, Round

__all__ = ["JEFFREYS", "RIVALS", "class_for", "class_rates", "contests", "rounds", "rounds_without_class"]

JEFFREYS: Final = 0.5
"""Events and non-events that Jeffreys' prior adds to a class rate."""

RIVALS: Final = {
    "published_rate": "pooled rate, the trial's own patients in it",
    "without_own": "pooled rate of the class's other trials",
    "beta_binomial": "the same, with its uncertainty (Jeffreys)",
}
"""What the model is set against, and its name for people."""

RESPONSES: Final = ("orr", "response_any")


@cache
def class_rates() -> tuple[ClassRate, ...]:
    """Read the class rates of ``class_rates.toml``.

    >>> [(rate.name, rate.x, rate.n) for rate in class_rates()][0]
    ('HER2 CAR-T', 3, 38)
    """
    text = resources.files("adoptive.workbench.validate").joinpath("class_rates.toml").read_text("utf-8")
    return tuple(
        ClassRate(
            name=name, x=row["x"], n=row["n"], parts=tuple(map(_part, row["parts"])),
            predicts=tuple(map(_part, row.get("predicts", ()))), source=row["source"],
            holds_for={key: tuple(values) for key, values in row.get("holds_for", {}).items()},
        )
        for name, row in tomllib.loads(text).items()
    )  # fmt: skip


def _part(row: dict[str, Any]) -> Part:
    return Part(**{"arm": "", **row})


def class_for(study: Study) -> ClassRate | None:
    """Give the class of a study's cells by what the study file says of them, ``None`` where no class has a rate."""
    said: dict[str, set[str]] = {
        "modality": {study.construct.modality}, "target": {study.antigen.target}, "armour": {study.construct.armour},
        "tumour": {tumour for tumour, _ in study.cohort.tumours},
    }  # fmt: skip
    for rate in class_rates():
        if rate.holds_for and all(said[key] <= set(values) for key, values in rate.holds_for.items()):
            return rate
    return None


def rounds(left_out: Iterable[LeftOut]) -> tuple[Round, ...]:
    """Score each response that a class rate is about: the fit without its trial, the class rate, and its rivals."""
    found = {(row.study, row.endpoint, row.arm): row for row in left_out}
    told = []
    for rate in class_rates():
        for part in (*rate.parts, *rate.predicts):
            row = found.get((part.study, part.endpoint, part.arm))
            if row is not None:
                told.append(_round(rate, part, row))
    return tuple(told)


def _round(rate: ClassRate, part: Part, row: LeftOut) -> Round:
    others = [other for other in rate.parts if other.study != part.study]
    x, n = sum(other.x for other in others), sum(other.n for other in others)
    return Round(
        study=part.study, endpoint=part.endpoint, arm=part.arm, class_name=rate.name, x=part.x, n=part.n,
        model=float(log_score(part.x, part.n, np.clip(row.draws / 100.0, 0.0, 1.0))),
        published_rate=float(log_score(part.x, part.n, [rate.x / rate.n])),
        without_own=float(log_score(part.x, part.n, [x / n])) if others else None,
        beta_binomial=jeffreys(part.x, part.n, x, n) if others else None,
    )  # fmt: skip


def jeffreys(x: int, n: int, events: int, patients: int) -> float:
    """Give the log probability of ``x`` of ``n`` after other trials' ``events`` of ``patients``, by Jeffreys' prior."""
    return float(log_beta_binomial(x, n, events + JEFFREYS, patients - events + JEFFREYS))


def contests(played: Sequence[Round]) -> tuple[Contest, ...]:
    """Average the paired differences of log scores over trials; a trial's rows add up.

    The interval is Student's over trials; with one trial it is everything.
    """
    told = []
    for rival in RIVALS:
        pairs: dict[str, list[tuple[float, float]]] = {}
        for row in played:
            score = getattr(row, rival)
            if score is not None:
                pairs.setdefault(row.study, []).append((row.model, score))
        if pairs:
            told.append(_contest(rival, np.array([np.sum(rows, axis=0) for rows in pairs.values()])))
    return tuple(told)


def _contest(rival: Any, scores: np.ndarray[Any, np.dtype[np.float64]]) -> Contest:
    trials = len(scores)
    with np.errstate(invalid="ignore"):
        gains = scores[:, 0] - scores[:, 1]
        mean = float(gains.mean())
        half = math.inf
        if trials > 1 and np.isfinite(gains).all():
            half = float(t.ppf(0.975, trials - 1) * gains.std(ddof=1) / math.sqrt(trials))
    model, baseline = (float(value) for value in scores.mean(axis=0))
    return Contest(rival, trials, int(np.sum(gains > 0)), model, baseline, mean, mean - half, mean + half)


def rounds_without_class(left_out: Iterable[LeftOut], played: Iterable[Round]) -> tuple[str, ...]:
    """Name the studies whose responses were left out and that no class rate is about."""
    scored = {row.study for row in played}
    return tuple(dict.fromkeys(row.study for row in left_out if row.endpoint in RESPONSES and row.study not in scored))

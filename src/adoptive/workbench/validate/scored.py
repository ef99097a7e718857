"""Predictions against what was published later: inside which intervals, at which place, how likely."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from adoptive.errors import StudyError
from adoptive.verdict import ENDPOINTS
from adoptive.workbench.engine.asked import with_units
from adoptive.workbench.engine.compare import whole_count
from adoptive.workbench.published import Published, parse_published
from adoptive.workbench.validate.class_rates import class_rates, jeffreys
from adoptive.workbench.validate.coverage import cover
from adoptive.workbench.validate.judged import lot_for
from adoptive.workbench.validate.kinds import kind_of
from adoptive.workbench.validate.predict import OF_ALL_ASSIGNED
from adoptive.workbench.validate.prediction_file import read_prediction
from adoptive.workbench.validate.scores import crps_of_quantiles, log_beta_binomial, log_score, place
from adoptive.workbench.validate.types import LEVELS, Coverage

__all__ = ["ROUNDING", "Scored", "ScoredEndpoint", "ScoredTrial", "score_pairs", "score_published"]

ROUNDING: Final = 1e-6
CLASS_ENDPOINT: Final = "orr"
LARGEST_BYTES: Final = 5_000_000


@dataclass(frozen=True)
class ScoredEndpoint:
    """Hold one published number against its prediction.

    ``inside`` by level; ``pit`` the randomised place; ``log_score`` of a count; ``crps`` in the endpoint's unit, times
    up to the trial's end; ``class_score`` the log score of the pooled class rate without the trial's own patients
    (Jeffreys) and ``class_rate_score`` that of the rate as a plain number, ``None`` where there is none.
    """

    published: Published
    kind: str
    median: float | None
    low: float | None
    high: float | None
    inside: Mapping[int, bool]
    pit: float
    log_score: float | None
    crps: float | None
    class_score: float | None
    class_rate_score: float | None


@dataclass(frozen=True)
class ScoredTrial:
    """Hold one prediction's scores; ``lacking`` names published endpoints that it does not have."""

    study: str
    created_utc: str
    sha256: str
    class_name: str
    endpoints: tuple[ScoredEndpoint, ...]
    lacking: tuple[str, ...]


@dataclass(frozen=True)
class Scored:
    """Hold the scores of some predictions together."""

    trials: tuple[ScoredTrial, ...]
    coverage: tuple[Coverage, ...] = field(default=())


def score_pairs(pairs: Sequence[tuple[Path, Path]], *, seed: int = 1) -> Scored:
    """Score predictions against published files, each by itself and all together.

    Raises
    ------
    StudyError
        A prediction that was changed, a file that cannot be used, a trial given twice.
    """
    trials = []
    for prediction, published in pairs:
        document = read_prediction(prediction)
        trials.append(score_published(document, _read(published), seed=seed, where=published.name))
    twice = {trial.sha256 for trial in trials}
    if len(twice) < len(trials):
        raise StudyError("a prediction is given twice", where="PREDICTION.json", next_step="give each one once")
    return Scored(tuple(trials), tuple(_coverage(trials)))


def score_published(
    document: Mapping[str, Any], text: str, *, seed: int = 1, where: str = "published.csv"
) -> ScoredTrial:
    """Score one prediction against the text of a ``published.csv``.

    Raises
    ------
    StudyError
        Columns or values that cannot be used, an arm that the trial lacks, a number given twice, or nothing in common.
    """
    rows = with_units(parse_published(text, where=where))
    _refuse(rows, document, where)
    predicted = {_key(row): row for row in document["endpoints"]}
    scored, lacking = [], []
    for row in rows:
        found = _find(row, predicted)
        if found is None:
            lacking.append(" ".join(str(part) for part in _key_of(row) if part not in ("", None)))
        else:
            scored.append(_score(row, found, document, seed))
    if not scored:
        raise StudyError(
            "no number of this file was predicted", where=where, value=", ".join(lacking)[:120] or "no row",
            next_step="is this the file of another study?",
        )  # fmt: skip
    rate = document.get("class_rate") or {}
    return ScoredTrial(
        document["study"], document["created_utc"], document["sha256"], rate.get("class", ""), tuple(scored),
        tuple(lacking),
    )  # fmt: skip


Key = tuple[str, str, str, float | None]


def _key(row: Mapping[str, Any]) -> Key:
    return row["endpoint"], row["arm"], row["set"], row["at_months"]


def _key_of(row: Published) -> Key:
    """Name what a published number is about; some endpoints have one set, whatever the file calls it."""
    endpoint = ENDPOINTS[row.endpoint]
    assigned = endpoint.whole or row.set == "all" or row.endpoint in OF_ALL_ASSIGNED
    which = "infused" if endpoint.safety else "ITT" if assigned else row.set
    return row.endpoint, row.arm, which, row.at_months if endpoint.needs_time else None


def _find(row: Published, predicted: Mapping[Key, Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Find the prediction of a published number; without an arm it is about the only one that the endpoint has."""
    name, arm, which, at = _key_of(row)
    if (name, arm, which, at) in predicted:
        return predicted[name, arm, which, at]
    near = [told for key, told in predicted.items() if (key[0], key[2], key[3]) == (name, which, at)]
    return near[0] if len(near) == 1 and (not arm or ENDPOINTS[name].compares) else None


def _refuse(rows: Sequence[Published], document: Mapping[str, Any], where: str) -> None:
    arms = set(document["arms"])
    for row in rows:
        if row.endpoint not in ENDPOINTS:
            raise StudyError("unknown endpoint", where=where, value=row.endpoint, allowed=", ".join(ENDPOINTS))
        if row.unit != ENDPOINTS[row.endpoint].unit:
            raise StudyError(
                "another unit than the endpoint's", where=f"{where}: {row.endpoint}", value=row.unit,
                allowed=ENDPOINTS[row.endpoint].unit,
            )  # fmt: skip
        if row.arm and row.arm not in arms:
            raise StudyError(
                "an arm that the predicted trial does not have", where=f"{where}: {row.endpoint}", value=row.arm,
                allowed=", ".join(document["arms"]), next_step="is this the file of another study?",
            )  # fmt: skip
        if row.unit == "%" and not 0.0 <= (row.estimate or 0.0) <= 100.0:
            raise StudyError(
                "not a percentage", where=f"{where}: {row.endpoint}", value=row.estimate, allowed="0 to 100"
            )
        if row.n is not None and row.n < 1:
            raise StudyError(
                "no patients", where=f"{where}: {row.endpoint}: n", value=row.n, allowed="1 or more, or empty"
            )
        if row.set not in ("ITT", "infused", "all"):
            raise StudyError("unknown analysis set", where=f"{where}: {row.endpoint}", value=row.set)
    keys = [_key_of(row) for row in rows]
    for key in keys:
        if keys.count(key) > 1:
            said = " ".join(str(part) for part in key if part not in ("", None))
            raise StudyError("a number is given twice", where=where, value=said, next_step="keep one of the rows")


def _score(row: Published, told: Mapping[str, Any], document: Mapping[str, Any], seed: int) -> ScoredEndpoint:
    y = whole_count(row)
    quantiles = np.array([math.inf if value is None else float(value) for value in told["quantiles"]])
    quantiles = np.where(np.isclose(quantiles, y, rtol=0.0, atol=ROUNDING), y, quantiles)
    limit = float(document["horizon_months"]) if row.unit == "months" else math.inf
    ends = {level: _ends(told["intervals"][str(level)]) for level in LEVELS}
    short = np.minimum(quantiles, limit)
    finite = bool(np.isfinite(short).all()) and math.isfinite(min(y, limit))
    log, by_jeffreys, by_rate = _log_scores(row, y, told, document)
    return ScoredEndpoint(
        published=row, kind=kind_of(row.endpoint), median=told["median"],
        low=told["intervals"]["90"][0], high=told["intervals"]["90"][1],
        inside={level: low - ROUNDING <= y <= high + ROUNDING for level, (low, high) in ends.items()},
        pit=place(quantiles, y, lot_for(document["study"], row, seed)), log_score=log,
        crps=crps_of_quantiles(document["quantile_levels"], short, min(y, limit)) if finite else None,
        class_score=by_jeffreys, class_rate_score=by_rate,
    )  # fmt: skip


def _ends(pair: Sequence[float | None]) -> tuple[float, float]:
    low, high = (math.inf if end is None else float(end) for end in pair)
    return low, high


def _log_scores(
    row: Published, y: float, told: Mapping[str, Any], document: Mapping[str, Any]
) -> tuple[float | None, float | None, float | None]:
    """Give the log score of a count, and those of its class rate where it is a response that has one."""
    counts = told["counts"]
    if counts is None or not row.n:
        return None, None, None
    x = round(y * row.n / 100.0)
    log = float(log_beta_binomial(x, row.n, counts["alpha"], counts["beta"]))
    rate = document.get("class_rate")
    if row.endpoint != CLASS_ENDPOINT or rate is None:
        return log, None, None
    events, patients = _without_own(rate, document["study"])
    if not patients:
        return log, None, None
    return log, jeffreys(x, row.n, events, patients), float(log_score(x, row.n, [events / patients]))


def _without_own(rate: Mapping[str, Any], study: str) -> tuple[int, int]:
    """Take a trial's own patients out of the class rate that its prediction carries."""
    own = [
        part for known in class_rates() if known.name == rate["class"] for part in known.parts if part.study == study
    ]
    return rate["x"] - sum(part.x for part in own), rate["n"] - sum(part.n for part in own)


def _coverage(trials: Iterable[ScoredTrial]) -> Iterable[Coverage]:
    """Give the coverage over all confirmed numbers of all predictions at every level."""
    rows = [(trial.sha256, row) for trial in trials for row in trial.endpoints if row.published.confirmed]
    for level in LEVELS if rows else ():
        yield cover(
            "all predictions", level, [row.inside[level] for _, row in rows], [row.pit for _, row in rows],
            [who for who, _ in rows], weights=[row.published.weight for _, row in rows],
            expected=[level / 100.0] * len(rows),
        )  # fmt: skip


def _read(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise StudyError(
                "too large for published numbers", where=str(path), allowed=f"at most {LARGEST_BYTES:,} bytes"
            )
        return path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        said = getattr(problem, "strerror", None) or str(problem)
        raise StudyError("cannot be read", where=str(path), value=said, next_step="give a CSV file in UTF-8") from None

"""``adoptive predict`` and ``adoptive score``: write a prediction, and score it when the trial has reported."""

from __future__ import annotations

import dataclasses
import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rich.console import Console

from adoptive.errors import StudyError
from adoptive.workbench.cli.checking_studies import print_table
from adoptive.workbench.cli.pace import work_bar
from adoptive.workbench.cli.say import console
from adoptive.workbench.cli.written import check_place, whole_file
from adoptive.workbench.engine.document import as_json, rows_document
from adoptive.workbench.validate.document import number
from adoptive.workbench.validate.predict import predict_study
from adoptive.workbench.validate.prediction_file import prediction_text
from adoptive.workbench.validate.scored import Scored, ScoredEndpoint, ScoredTrial, score_pairs
from adoptive.workbench.wording import ALL_ARMS, LABEL, amount, endpoint_label, interval

__all__ = ["PredictRequest", "ScoreRequest", "predict_command", "score_command", "score_document"]

HEAD: Final = (
    "endpoint",
    "arm",
    "set",
    "published",
    "median",
    "90 %",
    "inside",
    "place",
    "log score",
    "class rate",
    "CRPS",
)


@dataclass(frozen=True)
class PredictRequest:
    """Hold what ``adoptive predict`` was asked."""

    study: str
    trials: int
    seed: int
    workers: int | None
    out: Path
    blind: bool
    quiet: bool


@dataclass(frozen=True)
class ScoreRequest:
    """Hold what ``adoptive score`` was asked."""

    files: tuple[Path, ...]
    seed: int
    out: Path | None
    as_json: bool


def predict_command(request: PredictRequest) -> int:
    """Write a prediction; a prediction that is there already is never written over."""
    check_place(request.out, where="--out", kinds=(".json",))
    if request.out.exists():
        raise StudyError("this file is there already", where="--out", value=request.out, next_step="name a new file")
    with work_bar("virtual patients", quiet=request.quiet) as progress:
        document = predict_study(
            request.study, trials=request.trials, seed=request.seed, workers=request.workers, blind=request.blind,
            progress=progress,
        )  # fmt: skip
    with whole_file(request.out, where="--out") as file:
        file.write(prediction_text(document).encode())
    to = console()
    to.print(f"{request.out}: {len(document['endpoints'])} endpoints of {document['study']}, {document['created_utc']}")
    to.print(f"SHA-256 {document['sha256']}", soft_wrap=True)
    to.print("Publish this hash now: it shows later that the prediction was not changed, not when it was made.")
    to.print(LABEL)
    return 0


def score_command(request: ScoreRequest) -> int:
    """Score predictions and print the tables, or one document."""
    if request.out is not None:
        check_place(request.out, where="--out", kinds=(".json",))
    scored = score_pairs(pairs_of(request.files), seed=request.seed)
    document = score_document(scored)
    if request.out is not None:
        with whole_file(request.out, where="--out") as file:
            file.write(as_json(document).encode())
    if request.as_json:
        sys.stdout.write(as_json(document))
    else:
        _say(scored, console())
    return 0


def pairs_of(files: Sequence[Path]) -> list[tuple[Path, Path]]:
    """Pair each prediction with the published file that follows it, or with that of the same name.

    >>> [str(pair[1]) for pair in pairs_of([Path("a.json"), Path("b.json"), Path("seen.csv")])]
    ['a.csv', 'seen.csv']

    Raises
    ------
    StudyError
        A file that is neither, or published numbers without a prediction before them.
    """
    pairs: list[tuple[Path, Path]] = []
    given = [path.suffix.lower() for path in files]
    for at, path in enumerate(files):
        if given[at] == ".json":
            follows = at + 1 < len(files) and given[at + 1] == ".csv"
            pairs.append((path, files[at + 1] if follows else path.with_suffix(".csv")))
        elif given[at] != ".csv" or at == 0 or given[at - 1] != ".json":
            raise StudyError(
                "not a prediction, nor published numbers after one", where="FILES", value=path,
                allowed="PREDICTION.json [PUBLISHED.csv] ...",
            )  # fmt: skip
    return pairs


def score_document(scored: Scored) -> dict[str, Any]:
    """Give the scores as one document."""
    return {
        "predictions": [_trial(trial) for trial in scored.trials],
        "coverage": rows_document(scored.coverage), "summary": _summary(scored), "simulated": True,
    }  # fmt: skip


def _trial(trial: ScoredTrial) -> dict[str, Any]:
    return {
        "study": trial.study, "created_utc": trial.created_utc, "sha256": trial.sha256,
        "class": trial.class_name or None, "endpoints": [_endpoint(row) for row in trial.endpoints],
        "lacking": list(trial.lacking),
    }  # fmt: skip


def _endpoint(row: ScoredEndpoint) -> dict[str, Any]:
    published = {key: number(value) if isinstance(value, float) else value
                 for key, value in dataclasses.asdict(row.published).items()}  # fmt: skip
    scores = {key: number(getattr(row, key)) for key in
              ("median", "low", "high", "pit", "log_score", "crps", "class_score", "class_rate_score")}  # fmt: skip
    return {**published, "published_not_reached": row.published.estimate == math.inf, "kind": row.kind, **scores,
            **{f"inside_{level}": inside for level, inside in row.inside.items()}}  # fmt: skip


def _summary(scored: Scored) -> dict[str, Any]:
    """Average the scores over confirmed numbers, and against class rates where both exist."""
    rows = [row for trial in scored.trials for row in trial.endpoints if row.published.confirmed]
    logs = [row.log_score for row in rows if row.log_score is not None]
    paired = [
        (row.log_score, row.class_score) for row in rows if row.log_score is not None and row.class_score is not None
    ]
    return {
        "predictions": len(scored.trials), "endpoints": len(rows),
        "mean_log_score": number(sum(logs) / len(logs)) if logs else None, "counts": len(logs),
        "mean_log_score_against_class": number(sum(a for a, _ in paired) / len(paired)) if paired else None,
        "mean_class_score": number(sum(b for _, b in paired) / len(paired)) if paired else None, "paired": len(paired),
        "lacking": sum(len(trial.lacking) for trial in scored.trials),
    }  # fmt: skip


def _say(scored: Scored, to: Console) -> None:
    for trial in scored.trials:
        title = f"{trial.study}, predicted {trial.created_utc}, SHA-256 {trial.sha256[:12]}"
        print_table(to, title, HEAD, [_cells(row) for row in trial.endpoints])
        if trial.lacking:
            to.print(f"Published but not predicted: {'; '.join(trial.lacking)}.")
    for row in scored.coverage:
        to.print(
            f"{row.nominal:g} % intervals: {row.inside} of {row.endpoints} confirmed numbers inside, {row.share:.0f} % "
            f"({row.lower:.0f} to {row.upper:.0f})"
        )
    told = _summary(scored)
    if told["paired"]:
        to.print(
            f"Mean log score of {told['paired']} responses: {told['mean_log_score_against_class']:.2f}, of their class "
            f"rates without the trial's own patients {told['mean_class_score']:.2f}; higher is better"
        )
    else:
        to.print("No response here has a class rate to be set against.")
    to.print(LABEL)


def _cells(row: ScoredEndpoint) -> tuple[str, ...]:
    published = row.published
    unit = published.unit
    inner = [str(level) for level, inside in row.inside.items() if inside]
    return (
        endpoint_label(published.endpoint, published.at_months), published.arm or ALL_ARMS, published.set,
        amount(published.estimate, unit) + ("" if published.confirmed else " (not confirmed)"),
        amount(_reached(row.median), unit), interval(_reached(row.low), _reached(row.high), unit),
        f"{inner[0]} %" if inner else "OUTSIDE", f"{row.pit:.2f}", _two(row.log_score), _two(row.class_score),
        _two(row.crps),
    )  # fmt: skip


def _reached(value: float | None) -> float:
    return math.inf if value is None else value


def _two(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"

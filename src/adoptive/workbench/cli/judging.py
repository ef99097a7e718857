"""``adoptive judge`` and ``adoptive reconstruct``: survival times judged, or rebuilt from a published curve."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer

__all__ = ["judge", "reconstruct"]


def judge(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV, Parquet or Dataset-JSON; ADTTE as it is.")],
    reference: Annotated[
        str | None, typer.Option(help="Arm that the others are compared with; default the first by name.")
    ] = None,
    level: Annotated[float, typer.Option(help="Confidence level of the intervals.")] = 0.95,
    interval: Annotated[
        Literal["log", "log-log", "plain", "arcsine", "logit"], typer.Option(help="Scale of the curves' intervals.")
    ] = "log",
    ties: Annotated[Literal["efron", "breslow", "exact"], typer.Option(help="Ties in the Cox model.")] = "efron",
    quantiles: Annotated[str, typer.Option(help="Shares with the event whose times are given.")] = "0.25,0.5,0.75",
    at: Annotated[str, typer.Option(help="Times of milestones, as in 6,12; in the file's unit.")] = "",
    horizon: Annotated[
        float | None, typer.Option(help="End of the restricted mean; default the shortest of the arms' last times.")
    ] = None,
    test: Annotated[
        list[str] | None,
        typer.Option(help="A weighted log-rank test: fh(0,1), mb(6), gehan, tarone-ware, peto; repeatable."),
    ] = None,
    covariates: Annotated[str, typer.Option(help="Columns of a further Cox model with the arms, as in age,sex.")] = "",
    robust: Annotated[bool, typer.Option("--robust", help="Sandwich errors in the Cox models.")] = False,
    interest: Annotated[int, typer.Option(min=1, help="The cause judged, where the file has a column cause.")] = 1,
    parameter: Annotated[str, typer.Option(help="ADTTE: the PARAMCD judged.")] = "",
    column: Annotated[
        list[str] | None,
        typer.Option(metavar="ROLE=NAME", help="Which column is time, event, arm ...; repeatable."),
    ] = None,
    exact_times: Annotated[
        bool, typer.Option("--exact-times", help="Keep times apart that differ by round-off only.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")] = False,
) -> None:
    """Judge a table of survival times: Kaplan-Meier, log-rank family, Cox, restricted means, competing causes.

    Columns: time, event (0 censored, 1 event), and if they are there arm, entry, strata, weight, id; or cause
    (0 censored) in the place of event; or AVAL and CNSR of an ADTTE file.
    """
    from adoptive.workbench.judge import Settings
    from adoptive.workbench.judge.command import Asked, judge_command

    settings = Settings(
        level=level, interval=interval, ties=ties, reference=reference, quantiles=_numbers(quantiles, "--quantiles"),
        at=_numbers(at, "--at"), horizon=horizon, tests=tuple(test or ()), robust=robust, interest=interest,
    )  # fmt: skip
    names = tuple(name.strip() for name in covariates.split(",") if name.strip())
    judge_command(Asked(file, settings, names, parameter, _named(column or ()), not exact_times, as_json))


def _numbers(text: str, option: str) -> tuple[float, ...]:
    """Read numbers with commas between them."""
    try:
        return tuple(float(word) for word in text.split(",") if word.strip())
    except ValueError:
        raise typer.BadParameter(f"{option}: {text!r} is no list of numbers, as in 6,12") from None


def _named(given: Sequence[str]) -> dict[str, str]:
    """Read ``ROLE=NAME``."""
    pairs = [text.partition("=") for text in given]
    if bad := next((text for text, (_, equals, name) in zip(given, pairs, strict=True) if not (equals and name)), None):
        raise typer.BadParameter(f"--column: {bad!r} is not ROLE=NAME, as in time=AVAL")
    named = {role.strip(): name.strip() for role, _, name in pairs}
    if len(named) < len(pairs):
        raise typer.BadParameter(f"--column: two columns for one role: {', '.join(given)}")
    return named


def reconstruct(
    points: Annotated[Path, typer.Argument(metavar="POINTS", help="Columns time, survival (0 to 1), arm if several.")],
    at_risk: Annotated[Path, typer.Option(help="A file with columns time, at_risk, arm if several.")],
    events: Annotated[
        list[str] | None, typer.Option(metavar="[ARM=]N", help="Events in total, where published; repeatable.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Write the rows to this .csv file and say how well they fit.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")] = False,
) -> None:
    """Rebuild patient rows from a published Kaplan-Meier curve, read off at points, and its numbers at risk.

    What comes out, time, event and arm, is what `adoptive judge` reads.
    """
    from adoptive.workbench.judge.rebuilding import Rebuild, rebuild_command

    rebuild_command(Rebuild(points, at_risk, _totals(events or ()), out, as_json))


def _totals(given: Sequence[str]) -> dict[str, int]:
    """Read ``N`` and ``ARM=N``."""
    totals = {}
    for text in given:
        arm, _, count = text.rpartition("=")
        if not count.strip().isdigit():
            raise typer.BadParameter(f"--events: {text!r} is not N or ARM=N, as in 87")
        totals[arm.strip()] = int(count)
    return totals

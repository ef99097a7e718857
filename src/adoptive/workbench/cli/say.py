"""What the command line prints: tables for people."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, Literal

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from adoptive.workbench.engine.types import Comparison, RunResult
from adoptive.workbench.engine.types import Progress as Report
from adoptive.workbench.rules import RULE_COLUMNS, RULE_TITLE, rule_cells, rule_note, rule_sentence
from adoptive.workbench.wording import (
    ALL_ARMS,
    CHANCE_NOTE,
    CHANCE_TITLE,
    COUNT_NOTE,
    LABEL,
    NOT_ESTIMABLE,
    PREDICTION,
    amount,
    chance,
    count_inside,
    endpoint_label,
    interval,
)

__all__ = ["console", "say_checks", "say_result", "trials_bar"]

_MARKS = {True: ("inside", "green"), False: ("OUTSIDE", "bold red"), None: ("–", "dim")}


_COLUMNS: Final = (
    "endpoint", "arm", "set", "published", "95 % interval", "simulated median", "90 % of trials", "±", CHANCE_TITLE, "",
)  # fmt: skip
_WIDE_ONLY: Final = ("95 % interval", "±")
_OF_PUBLISHED: Final = ("published", "95 % interval", "")
"""Columns that a prediction does not have."""

NARROW: Final = 110
"""Characters; a narrower terminal gets fewer columns."""

FEW_TRIALS: Final = 40
"""With fewer trials, less than two lie beyond each end of a 90 % interval."""


class Terminal(Console):
    """Print for people; a reader that goes away (``| head``) is no error."""

    def on_broken_pipe(self) -> None:
        """Leave quietly."""
        raise BrokenPipeError


def console(*, error: bool = False) -> Console:
    """Give a console; a pipe gets a fixed width, so that its text does not depend on where it runs."""
    stream = sys.stderr if error else sys.stdout
    width = None if stream.isatty() else 140
    return Terminal(file=stream, width=width, highlight=False, markup=False, soft_wrap=False)


def say_checks(checks: Sequence[Any], to: Console) -> None:
    """Print the ordering check: each lever's effect on response and on progression."""
    table = Table(title="Ordering check (E11): a better therapy must not look worse", title_justify="left")
    for name in ("lever", "expected", "ORR", "PFS at 6 months", "PFS median", "hazard ratio", "holds"):
        table.add_column(name, justify="left" if name in ("lever", "expected") else "right")
    for lever in checks:
        table.add_row(
            lever.lever, lever.expected,
            f"{_percent(lever.orr_base)} → {_percent(lever.orr_lever)}",
            f"{_percent(lever.pfs6_base)} → {_percent(lever.pfs6_lever)}",
            f"{amount(lever.median_base, '')} → {amount(lever.median_lever, '')}",
            amount(lever.hazard_ratio, "ratio"),
            Text("yes", "green") if lever.holds else Text("NO", "bold red"),
        )  # fmt: skip
    to.print(table)


def say_result(result: RunResult, folder: str, to: Console) -> None:
    """Print simulated against published, which endpoints miss, and where the report is."""
    study = result.study
    to.print(f"\n{study.title}\n{study.question}\n")
    if result.prediction:
        to.print(f"{PREDICTION}\n")
    narrow = to.width < NARROW
    to.print(_comparison(result, narrow=narrow))
    judged = [row for row in result.comparisons if row.inside is not None]
    counts = count_inside((bool(row.inside), float(row.published.confirmed)) for row in judged)
    if counts:
        to.print(f"{counts}. {COUNT_NOTE}")
    missed = [row for row in result.comparisons if row.inside is False]
    if missed:
        to.print("Outside: " + "; ".join(_named(row) for row in missed) + ".")
    if any(row.chance_of_at_least is not None for row in result.comparisons):
        to.print(CHANCE_NOTE)
    if not narrow:
        to.print("± is the Monte Carlo error of the simulated median (half its 95 % interval).")
    if result.trials < FEW_TRIALS:
        to.print(f"Only {result.trials} trials: the ends of a 90 % interval need at least {FEW_TRIALS}.")
    _say_rules(result, to)
    to.print(f"{LABEL}\n")
    to.print(f"report: {folder}/report.html", soft_wrap=True)


def _say_rules(result: RunResult, to: Console) -> None:
    """Print the same trials under other settings of the assessment rule."""
    if not result.rules:
        return
    table = Table(title=RULE_TITLE, title_justify="left")
    narrow = to.width < NARROW
    kept = [at for at, name in enumerate(RULE_COLUMNS) if not (narrow and name in ("90 % of trials", "infused"))]
    for name in (RULE_COLUMNS[at] for at in kept):
        first = name == RULE_COLUMNS[0]
        side: Literal["left", "right"] = "left" if first else "right"
        table.add_column(name, justify=side, overflow="fold", no_wrap=first and not narrow)
    for row in result.rules:
        cells = rule_cells(row)
        table.add_row(*(cells[at] for at in kept))
    to.print()
    to.print(table)
    to.print(rule_sentence(result.rules, result.study))
    to.print(rule_note(result.rules))


def _comparison(result: RunResult, *, narrow: bool) -> Table:
    """Make the table of simulated against published; a narrow one leaves out what can be missed."""
    title = f"{study_line(result)}: {'prediction' if result.prediction else 'simulated against published'}"
    table = Table(title=title, title_justify="left")
    left_out = set(_WIDE_ONLY if narrow else ()) | set(_OF_PUBLISHED if result.prediction else ())
    if all(row.chance_of_at_least is None for row in result.comparisons):
        left_out.add(CHANCE_TITLE)
    kept = [column for column in _COLUMNS if column not in left_out]
    for name in kept:
        last = name == ""
        side: Literal["left", "right"] = "left" if name in ("endpoint", "arm", "set", "") else "right"
        table.add_column(name, justify=side, overflow="fold", no_wrap=last, min_width=7 if last else None)
    for row in result.comparisons:
        cells = dict(zip(_COLUMNS, _cells(row, result.trials), strict=True))
        table.add_row(*(cells[name] for name in kept))
    return table


def _cells(row: Comparison, trials: int) -> tuple[str | Text, ...]:
    """Write a row, in the order of the columns."""
    published, unit = row.published, row.published.unit
    known = row.estimable_share > 0
    mark, style = _MARKS[row.inside]
    return (
        endpoint_label(published.endpoint, published.at_months), published.arm or ALL_ARMS, published.set,
        amount(published.estimate, unit), interval(published.lo, published.hi, unit),
        amount(row.simulated_median, unit) if known else NOT_ESTIMABLE,
        interval(row.simulated_p05, row.simulated_p95, unit) if known else "–",
        amount(row.monte_carlo_error, unit, with_unit=False) if row.monte_carlo_error < float("inf") else "?",
        chance(row.chance_of_at_least, trials),
        Text(mark, style),
    )  # fmt: skip


def study_line(result: RunResult) -> str:
    """Name a run in a few words."""
    randomised = result.study.trial.randomised
    return f"{result.study.name}, {result.trials:,} virtual trials of {randomised:,} patients, seed {result.seed}"


def _named(row: Comparison) -> str:
    published = row.published
    where = " ".join(word for word in (published.arm, published.set) if word)
    return f"{endpoint_label(published.endpoint, published.at_months)} ({where})"


def _percent(value: float) -> str:
    """Write a share (0 to 1) in per cent."""
    return amount(100.0 * value, "%")


@contextmanager
def trials_bar(trials: int, *, quiet: bool = False) -> Iterator[Report | None]:
    """Show a bar of virtual trials on stderr, if that is a terminal; give what moves it, None without a bar."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    columns = (TextColumn("virtual trials"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console(error=True), transient=True) as bar:
        task = bar.add_task("trials", total=trials)
        yield lambda done, total: bar.update(task, completed=done, total=total)

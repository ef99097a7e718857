"""``adoptive escalate``: a study's dose-finding trials; numbers on stdout, a folder if one is named."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rich.console import Console
from rich.table import Table

from adoptive.errors import StudyError
from adoptive.verdict.escalation import Estimate
from adoptive.workbench.cli.say import console, trials_bar
from adoptive.workbench.cli.surroundings import StoppedError
from adoptive.workbench.engine.document import as_json as to_json
from adoptive.workbench.escalate import Asked, EscalationResult, escalate_study, plan_with, words
from adoptive.workbench.escalate.document import escalation_document
from adoptive.workbench.escalate.writing import write_escalation
from adoptive.workbench.new_folder import check_folder
from adoptive.workbench.study import load_study
from adoptive.workbench.wording import LABEL

__all__ = ["Request", "escalate_command", "read_doses"]

SIMULATED = (
    "Simulated: patients, cells, course, toxicity and their grading; parameters are drawn anew for each trial. "
    "The designs' rules are exact."
)


@dataclass(frozen=True)
class Request:
    """Hold what ``adoptive escalate`` was asked."""

    study: str
    design: str | None
    compare: str | None
    doses: str | None
    trials: int
    seed: int
    workers: int | None
    out: Path | None
    as_json: bool
    fixed_parameters: bool


def escalate_command(request: Request) -> int:
    """Run the dose-finding trials as asked, write their folder and print; give the exit code."""
    study = load_study(request.study)
    doses = read_doses(request.doses)
    plan = plan_with(study, doses).trial.escalation
    if request.out is not None:
        check_folder(request.out)
    lead = request.design or (plan.design if plan is not None else "boin")
    others = [name.strip() for name in (request.compare or "").split(",") if name.strip()]
    asked = Asked((lead, *others), request.trials, request.seed, doses, request.fixed_parameters)
    try:
        with trials_bar(request.trials) as progress:
            result = escalate_study(study, asked, workers=request.workers, progress=progress)
        if request.out is not None:
            write_escalation(result, request.out)
    except KeyboardInterrupt:
        if request.out is None:
            raise
        raise StoppedError from None
    if request.as_json:
        sys.stdout.write(to_json(escalation_document(result)))
    else:
        _say(result, request.out, console())
    return 0


def read_doses(text: str | None) -> tuple[float, ...]:
    """Read doses as they are written on the command line, with commas between.

    Raises
    ------
    StudyError
        Something that is no number.
    """
    try:
        return tuple(float(word) for word in (text or "").split(",") if word.strip())
    except ValueError:
        raise StudyError(
            "not a list of numbers", where="--doses", value=text, next_step="write for instance --doses 1e8,3e8,1e9"
        ) from None


def _say(result: EscalationResult, out: Path | None, to: Console) -> None:
    """Print dose-finding trials for people."""
    to.print(f"\n{result.study.title}\n{words.answer(result)}\n")
    for each in result.designs:
        title, rows = words.decision_rows(result, each)
        decisions = Table(title=title, title_justify="left", show_header=False)
        for seen, said in rows:
            decisions.add_row(seen, said)
        to.print(decisions if rows else title)
    to.print(f"{words.LETTER_NOTE}\n")
    to.print(_levels(result))
    to.print(f"← nearest to the target. {words.loss_sentence(result)}\n")
    to.print(_recommended(result))
    to.print(_numbers(result))
    for each in result.designs:
        to.print(f"{each.name}, {words.path_text(result, each)} (N: no DLT, T: DLT)")
    to.print(f"\n± is half the 95 % Monte Carlo interval. {SIMULATED}\n{LABEL}\n")
    if out is None:
        to.print("--out DIR writes page, figures and tables; --compare 3+3,crm sets other designs beside it.")
    else:
        to.print(f"page: {out}/escalation.html", soft_wrap=True)


def _levels(result: EscalationResult) -> Table:
    target, window = 100 * result.plan.target, result.plan.window_days
    table = Table(
        title=f"Simulated DLTs within {window:g} days, target {target:g} %, {result.asked.trials:,} trials, seed "
        f"{result.asked.seed}",
        title_justify="left",
    )
    names = ("level", "cells", "lymphodepletion", "DLT, % (95 %)", "90 % of trials", "response, %", "replaced, %")
    for name in names:
        side: Literal["left", "right"] = "left" if name == "level" else "right"
        table.add_column(name, justify=side)
    for row in words.curve_rows(result):
        table.add_row(*row)
    return table


def _recommended(result: EscalationResult) -> Table:
    table = Table(title="Recommended, % of trials; patients treated (with a DLT)", title_justify="left")
    table.add_column("design")
    for name in ("none", *words.level_names(result)):
        table.add_column(name, justify="right")
    for each in result.designs:
        found = each.characteristics
        cells = [words.with_error(found.none_selected, share=True, trials=found.trials)]
        for at in range(len(result.plan.levels)):
            here = Estimate(found.selected.value[at], found.selected.error[at])
            share = words.with_error(here, share=True, trials=found.trials)
            cells.append(f"{share}\n{found.patients.value[at]:.1f} ({found.dlt.value[at]:.1f})")
        table.add_row(each.name, *cells)
    return table


def _numbers(result: EscalationResult) -> Table:
    table = Table(title="Operating characteristics", title_justify="left")
    table.add_column("")
    columns = []
    for each in result.designs:
        table.add_column(each.name, justify="right")
        columns.append(dict(words.characteristic_rows(each)))
    for name in columns[0]:
        table.add_row(name, *(column[name] for column in columns))
    return table

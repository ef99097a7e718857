"""``adoptive design --optimise``: search, write the folder, print."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from adoptive.errors import StudyError
from adoptive.trial.types import Study
from adoptive.workbench.cli.say import console
from adoptive.workbench.design.comparison import folder_of
from adoptive.workbench.design.finding import (
    best_words,
    finalist_rows,
    finalist_titles,
    finding_document,
    importance_rows,
    write_finding,
)
from adoptive.workbench.design.optimise import largest_of, optimise
from adoptive.workbench.design.run import check_asked
from adoptive.workbench.design.search import Finding, read_search
from adoptive.workbench.design.types import Asked, Factor
from adoptive.workbench.design.words import power_words
from adoptive.workbench.design.writing import open_folder
from adoptive.workbench.engine.document import as_json
from adoptive.workbench.wording import LABEL

if TYPE_CHECKING:
    from adoptive.workbench.cli.designing_run import Request

__all__ = ["search_command"]


def search_command(request: Request, study: Study, asked: Asked) -> int:
    """Search as asked; give the exit code."""
    from adoptive.workbench.cli.designing_run import command_of, interrupted, progress_of, table_of

    given = [name for name, value in (("--paired", request.paired), ("--base", request.base)) if value]
    if given:
        raise StudyError("only for a comparison, not for a search", where=", ".join(given), next_step="leave it out")
    search, asked = read_search(
        request.optimise or "", request.subject_to, request.vary, study, asked, minimise=request.minimise,
        proposals=request.proposals, time_limit=request.time_limit,
    )  # fmt: skip
    check_asked(largest_of(study, search), asked)
    rules = "\n".join(rule.text for rule in search.constraints)
    said = f"{search.objective.text}\n{search.minimise}\n{rules}\n{search.fields}\n{asked.most_trials}"
    factors: list[Factor] = [field.factor(()) for field in search.fields]
    name = folder_of(study, asked, factors, kind="search", said=said)
    more = {"objective": search.objective.text, "minimise": search.minimise, "proposals": search.proposals}
    folder = open_folder(
        request.out, name, study, factors, asked, said=request.study, searched=list(request.vary),
        subject_to=list(request.subject_to), **more,
    )  # fmt: skip
    try:
        with progress_of(request) as (progress, say):
            finding = optimise(study, search, asked, folder=folder, workers=request.workers, progress=progress, say=say)
        write_finding(finding, folder, command=command_of(request))
    except KeyboardInterrupt:
        return interrupted(folder)
    if request.as_json:
        sys.stdout.write(as_json(finding_document(finding)))
        return 0
    to = console()
    _say(finding, to)
    to.print(table_of(finding.varied))
    to.print(f"Numbers over all trials of the finalists. {LABEL}\n")
    to.print(f"report: {folder}/report.html", soft_wrap=True)
    return 0


def _say(finding: Finding, to: Console) -> None:
    to.print(f"\n{finding.varied.study.title}\n{best_words(finding)}\n{power_words(finding.varied)}\n")
    table = Table(title="The best proposals", title_justify="left", box=SIMPLE_HEAD)
    for name in finalist_titles(finding):
        table.add_column(name, justify="right")
    for row in finalist_rows(finding):
        table.add_row(*row)
    to.print(table)
    if finding.importance:
        to.print("Importance: " + ", ".join(f"{name} {share}" for name, share in importance_rows(finding)) + ".\n")

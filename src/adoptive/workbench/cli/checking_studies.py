"""``adoptive check``: set studies against what they published, and print how it went."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from rich.console import Console
from rich.table import Table
from rich.text import Text

from adoptive.errors import StudyError
from adoptive.trial.types import Study
from adoptive.workbench.cli import running
from adoptive.workbench.cli.pace import work_bar
from adoptive.workbench.cli.say import console, say_checks
from adoptive.workbench.cli.written import check_place
from adoptive.workbench.engine.document import as_json
from adoptive.workbench.validate.document import as_document
from adoptive.workbench.validate.judged import surprises
from adoptive.workbench.validate.page import write_page
from adoptive.workbench.validate.run import CHECK_TRIALS, check_studies
from adoptive.workbench.validate.types import CheckResult, StudyCheck
from adoptive.workbench.validate.words import (
    CONTEST_HEAD,
    COVERAGE_HEAD,
    MISS_HEAD,
    contest_cells,
    count_of,
    coverage_cells,
    mark,
    miss_cells,
    standing,
)
from adoptive.workbench.wording import LABEL

__all__ = ["Request", "check_studies_command"]

CHECK_FAILED: Final = 1
MOST_MISSED: Final = 30
STYLES: Final = {"holds": "green", "FAILS": "bold red", "not judged": "dim"}


@dataclass(frozen=True)
class Request:
    """Hold what ``adoptive check`` was asked."""

    studies: tuple[str, ...]
    trials: int | None
    seed: int
    workers: int | None
    out: Path | None
    as_json: bool
    write: Path | None
    quiet: bool
    despite_failed_checks: bool


def check_studies_command(request: Request) -> int:
    """Check as asked, print and write; 1 if a stated check fails.

    Whatever can be refused is refused before anything is computed.
    """
    _refuse(request)
    with work_bar("virtual patients", quiet=request.quiet) as progress:
        result = check_studies(
            request.studies, trials=request.trials or CHECK_TRIALS, seed=request.seed, workers=request.workers,
            progress=progress, ordering=_ordering(request.seed) if request.studies else None,
        )  # fmt: skip
    if request.write is not None:
        write_page(result, request.write)
    if request.out is not None:
        _write_folder(result, request.out)
    if request.as_json:
        sys.stdout.write(as_json(as_document(result)))
    else:
        _say(result, console())
    return 0 if result.holds or request.despite_failed_checks else CHECK_FAILED


def _refuse(request: Request) -> None:
    if len(set(request.studies)) < len(request.studies):
        raise StudyError("a study is named twice", where="STUDY", value=", ".join(request.studies))
    if request.write is not None and request.studies:
        raise StudyError("the page shows all studies", where="--write", next_step="name no study")
    if request.write is not None:
        check_place(request.write, where="--write", kinds=(".md",))
    if request.out is not None:
        check_folder(request.out)


def check_folder(out: Path) -> None:
    """Refuse a folder that is there already, or that cannot be made."""
    if out.exists():
        raise StudyError("this is there already", where="--out", value=out, next_step="name a new folder")
    if not out.parent.is_dir():
        raise StudyError("no such folder", where="--out", value=out.parent, next_step="make it first")


def _ordering(seed: int) -> Any:
    """Give the ordering check of a study that is named."""

    def levers(study: Study) -> Sequence[Any]:
        return running.check_levers(study, seed=seed)

    return levers


def _write_folder(result: CheckResult, out: Path) -> None:
    """Write the document, a row per endpoint, and the page with its pictures."""
    try:
        out.mkdir()
        (out / "check.json").write_text(as_json(as_document(result)), "utf-8")
        (out / "endpoints.csv").write_text(_as_csv(result), "utf-8")
    except OSError as problem:
        raise StudyError(
            "the folder cannot be written", where="--out", value=out,
            next_step=problem.strerror or "choose another place",
        ) from problem  # fmt: skip
    write_page(result, out / "validation.md")


def _as_csv(result: CheckResult) -> str:
    rows = [
        {"study": study["study"], "group": study["group"], **endpoint}
        for study in as_document(result)["studies"]
        for endpoint in study["endpoints"]
    ]
    text = io.StringIO()
    columns = list(dict.fromkeys(key for row in rows for key in row))
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _say(result: CheckResult, to: Console) -> None:
    """Print stated checks, coverage, what fails, scores of left-out trials."""
    to.print(standing(result))
    for study in result.studies:
        if study.ordering:
            say_checks(study.ordering, to)
    studies = ((study.name, _inside(study)) for study in result.studies)
    print_table(to, f"Inside the 90 % interval of {result.trials} virtual trials, seed {result.seed}",
                ("study", "inside"), studies)  # fmt: skip
    if result.coverage:
        print_table(to, "Coverage", COVERAGE_HEAD, coverage_cells(result.coverage))
    missed = surprises(result.judged)
    if missed:
        title = "Outside, the farthest first" + (
            f" ({MOST_MISSED} of {len(missed)})" if len(missed) > MOST_MISSED else ""
        )
        print_table(to, title, MISS_HEAD, map(miss_cells, missed[:MOST_MISSED]))
    if result.contests:
        print_table(
            to, "Mean log score of trials left out of the fit", CONTEST_HEAD, map(contest_cells, result.contests)
        )
    for row in result.stated:
        to.print(Text.assemble((mark(row), STYLES[mark(row)]), f": {row.what}: {row.found}"))
    to.print(LABEL)


def _inside(study: StudyCheck) -> str:
    if not study.endpoints:
        return "nothing was published"
    inside, counted = count_of(study)
    return f"{inside} of {counted}" if counted else "none confirmed"


def print_table(to: Console, title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table; columns after the first that hold numbers stand to the right."""
    told = list(rows)
    to.print(f"\n{title}")
    table = Table()
    for at, name in enumerate(head):
        numbers = at > 0 and all(row[at][:1] in "+-0123456789–" for row in told if row[at])
        side: Literal["left", "right"] = "right" if numbers else "left"
        table.add_column(name, justify=side, overflow="fold")
    for row in told:
        table.add_row(*row)
    to.print(table)

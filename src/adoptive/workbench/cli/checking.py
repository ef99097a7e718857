"""``adoptive check kinetics``: measure the checks of the kinetics and print the table."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rich.console import Console
from rich.table import Table
from rich.text import Text

from adoptive.errors import StudyError
from adoptive.workbench.check.page import write_page
from adoptive.workbench.check.rows import choose_codes
from adoptive.workbench.check.run import as_document, run_checks
from adoptive.workbench.check.types import CheckRun, Line
from adoptive.workbench.cli.say import NARROW, console
from adoptive.workbench.cli.surroundings import interrupts_kept
from adoptive.workbench.cli.written import check_place
from adoptive.workbench.engine.document import as_json as to_json
from adoptive.workbench.wording import LABEL

__all__ = ["Asked", "check_kinetics"]

CHECK_FAILED = 1
_COLUMNS = ("check", "what", "expected range", "found", "unit", "", "shorter regimen", "range is")
_WIDE_ONLY = ("shorter regimen", "range is")


@dataclass(frozen=True)
class Asked:
    """Hold what ``adoptive check kinetics`` was asked."""

    seed: int
    patients: int
    only: str | None
    as_json: bool
    write: Path | None


def check_kinetics(asked: Asked) -> int:
    """Measure the checks and print them; 1 if a line fails.

    Whatever can be refused is refused before anything is computed.
    """
    choose_codes(asked.only)
    if asked.write is not None and asked.only is not None:
        raise StudyError("the page shows the whole table", where="--write", next_step="leave out --only")
    if asked.write is not None:
        check_place(asked.write, where="--write", kinds=(".md",))
    with _progress() as said:
        run = run_checks(
            seed=asked.seed, patients=asked.patients, only=asked.only, progress=said, around=interrupts_kept
        )
    if asked.write is not None:
        write_page(run, asked.write)
    if asked.as_json:
        sys.stdout.write(to_json(as_document(run)))
    else:
        _say(run, console())
    return 0 if run.holds else CHECK_FAILED


def _say(run: CheckRun, to: Console) -> None:
    """Print the table, group by group."""
    narrow = to.width < NARROW
    title = f"Checks of the kinetics, {run.patients} patients, seed {run.seed}"
    table = Table(title=title, title_justify="left")
    kept = [at for at, name in enumerate(_COLUMNS) if not (narrow and name in _WIDE_ONLY)]
    for at in kept:
        side: Literal["left", "right"] = "right" if _COLUMNS[at] in ("found", "shorter regimen") else "left"
        table.add_column(_COLUMNS[at], justify=side, overflow="fold")
    before = ""
    for line in run.lines:
        if before and line.check.code[0] != before:
            table.add_section()
        before = line.check.code[0]
        cells = _cells(line)
        table.add_row(*(cells[at] for at in kept))
    to.print(table)
    fitted = sum(line.check.status == "fitted" and line.holds for line in run.lines)
    to.print(
        f"{len(run.lines) - run.failed} of {len(run.lines)} lines hold, {run.failed} fail. {fitted} of those that hold "
        "were targets of the fit and validate nothing; docs/kinetics_checks.md says what the others are worth."
    )
    to.print(LABEL)


def _cells(line: Line) -> tuple[str | Text, ...]:
    check = line.check
    shorter = "" if line.shorter is None else f"{line.shorter:.3g}"
    if line.shorter_holds is False:
        shorter += " FAIL"
    return (
        check.code, check.what, check.expected, f"{line.found:.3g}", check.unit,
        Text("pass", "green") if line.holds else Text("FAIL", "bold red"), shorter, check.status,
    )  # fmt: skip


@contextmanager
def _progress() -> Iterator[Callable[[int, int, str], None] | None]:
    """Say on stderr, if that is a terminal, what is being measured."""
    if not sys.stderr.isatty():
        yield None
        return
    with console(error=True).status("checks of the kinetics") as status:
        yield lambda done, total, name: status.update(f"checks of the kinetics: {name} ({done + 1} of {total})")

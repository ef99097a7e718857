"""What ``adoptive dossier`` and ``adoptive calibrate identify`` do and print."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.table import Table

from adoptive.workbench.calibrate.identify import document
from adoptive.workbench.calibrate.identify.report import identify_folder
from adoptive.workbench.calibrate.identify.types import Identifiability
from adoptive.workbench.cli.say import NARROW, console
from adoptive.workbench.cli.surroundings import interrupts_kept
from adoptive.workbench.cli.written import check_place, whole_file
from adoptive.workbench.dossier.build import as_document, build_dossier
from adoptive.workbench.dossier.page import as_html, as_markdown
from adoptive.workbench.dossier.types import Asked, Dossier
from adoptive.workbench.engine.document import as_json as to_json
from adoptive.workbench.figures.charts import DataTable
from adoptive.workbench.wording import LABEL

__all__ = ["say_identified", "write_dossier"]

DEFAULT = Path("dossier.html")


def write_dossier(asked: Asked, *, out: Path | None, as_json: bool) -> None:
    """Build the dossier, write it, and print what it says; JSON without ``out`` writes no file."""
    place = None if as_json and out is None else out or DEFAULT
    if place is not None:
        check_place(place, where="--out", kinds=(".html", ".md"))
    with _status("dossier") as said, interrupts_kept():
        made = build_dossier(asked, said=said)
    if place is not None:
        text = as_html(made) if place.suffix.lower() == ".html" else as_markdown(made)
        with whole_file(place, where="--out") as file:
            file.write(text.encode())
    if as_json:
        sys.stdout.write(to_json(as_document(made)))
    else:
        _say(made, place, console())


def say_identified(folder: Path, *, studies: tuple[str, ...], seed: int, as_json: bool) -> None:
    """Print what the fit in a folder learned."""
    with _status("calibrate identify") as said, interrupts_kept():
        told = None if said is None else lambda what, done, total: said(f"{what} ({done + 1} of {total})")
        report = identify_folder(folder, studies=studies, seed=seed, said=told)
    if as_json:
        sys.stdout.write(to_json(document.as_document(report)))
    else:
        _say_report(report, console())


def _say(made: Dossier, place: Path | None, to: Console) -> None:
    table = Table(title=made.title, title_justify="left")
    for name in ("part", "goal", "result", ""):
        table.add_column(name, overflow="fold")
    marks = {True: "met", False: "NOT MET", None: "not judged"}
    for item in made.items:
        if item.goal:
            table.add_row(item.title, item.goal, item.result or item.state, marks[item.holds])
    to.print(table)
    to.print(made.answer)
    missing = [item.title for item in made.items if item.state == "missing"]
    if missing:
        to.print(f"Missing: {', '.join(missing)}.")
    to.print(LABEL)
    if place is not None:
        to.print(f"dossier: {place}", soft_wrap=True)


def _say_report(report: Identifiability, to: Console) -> None:
    narrow = to.width < NARROW
    _print(document.learned_table(report), "What was learned", to, keep=(0, 1, 2, 6) if narrow else tuple(range(9)))
    _print(document.teachers_table(report), "Which study teaches what", to)
    _print(document.pair_table(report), "What stays entangled", to)
    if report.sensitivities:
        _print(document.sensitivity_table(report.sensitivities), "Whose doubt the predictions inherit", to)
        _print(document.variance_table(document.main_variances(report)), "Parts of the predictive variance", to)
    told = ", ".join(f"{count} {verdict}" for verdict, count in report.counted().items())
    to.print(f"By the evidence alone: {told}.")
    to.print(LABEL)


def _print(table: DataTable, title: str, to: Console, *, keep: tuple[int, ...] = ()) -> None:
    printed = Table(title=title, title_justify="left")
    places = keep or tuple(range(len(table.columns)))
    for at in places:
        printed.add_column(table.columns[at], justify="right" if at in table.of_numbers else "left", overflow="fold")
    for row in table.rows:
        printed.add_row(*(row[at] for at in places))
    to.print(printed)
    if table.note:
        to.print(table.note)


@contextmanager
def _status(name: str) -> Iterator[Callable[[str], None] | None]:
    """Say on stderr, if that is a terminal, what is being done."""
    if not sys.stderr.isatty():
        yield None
        return
    with console(error=True).status(name) as status:
        yield lambda what: status.update(f"{name}: {what}")

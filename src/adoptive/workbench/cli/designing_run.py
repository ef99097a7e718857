"""``adoptive design`` at work: read what is asked, simulate or search, write the folder, print."""

from __future__ import annotations

import shlex
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final, Literal

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from adoptive.errors import StudyError
from adoptive.trial.types import Study
from adoptive.verdict import ENDPOINTS
from adoptive.workbench.cli.say import console
from adoptive.workbench.cli.surroundings import say_error
from adoptive.workbench.design import base_of, combinations, designs_of, folder_of, read_factor, vary, words
from adoptive.workbench.design.characteristics import CONDUCT, characteristics_of, primary_test
from adoptive.workbench.design.document import document_with_parts
from adoptive.workbench.design.factors import field_rows
from adoptive.workbench.design.run import check_asked
from adoptive.workbench.design.types import Asked, Precision, Varied
from adoptive.workbench.design.types import Progress as Report
from adoptive.workbench.design.writing import open_folder, write_varied
from adoptive.workbench.engine.document import as_json as to_json
from adoptive.workbench.study import load_study
from adoptive.workbench.wording import LABEL

__all__ = ["Request", "design_command", "tell_fields"]

INTERRUPTED: Final = 130

USUAL_ERROR: Final = 0.03
"""Standard error of power that is enough unless another is asked: some 280 trials at a power of one half."""


@dataclass(frozen=True)
class Request:
    """Hold what ``adoptive design`` was asked, in the order of its options."""

    study: str
    vary: tuple[str, ...]
    paired: bool
    base: str | None
    endpoints: tuple[str, ...]
    trials: int
    precision: tuple[str, ...]
    alpha: float
    reference: float | None
    drop_dominated: bool
    fixed_parameters: bool
    cost: bool
    most_designs: int
    optimise: str | None
    minimise: bool
    subject_to: tuple[str, ...]
    proposals: int
    time_limit: float | None
    seed: int
    workers: int | None
    out: Path
    as_json: bool
    quiet: bool


def design_command(request: Request) -> int:
    """Compare designs as asked; give the exit code.

    Whatever can be refused is refused before anything is computed.
    """
    study = load_study(request.study)
    if not request.vary:
        raise StudyError(
            "nothing is varied", where="--vary", next_step="write for instance --vary trial.n=90:210:30; "
            "`adoptive design STUDY --fields` lists the fields",
        )  # fmt: skip
    asked = asked_of(request, study)
    if request.optimise is not None:
        from adoptive.workbench.cli.designing_search import search_command

        return search_command(request, study, asked)
    given = [
        name for name, value in (("--subject-to", request.subject_to), ("--time-limit", request.time_limit)) if value
    ]
    if given or request.minimise:
        raise StudyError("only for a search", where=", ".join(given) or "--minimise", next_step="give --optimise")
    factors = [read_factor(text, study) for text in request.vary]
    designs = designs_of(study, factors, combinations(factors, paired=request.paired, most=request.most_designs))
    base = base_of(designs, factors, request.base)
    check_asked([design.study for design in designs], asked)
    name = folder_of(study, asked, factors, said=f"{request.paired}{base}")
    folder = open_folder(request.out, name, study, factors, asked, said=request.study, paired=request.paired)
    try:
        with progress_of(request) as (progress, say):
            varied = vary(
                study, factors, designs, asked, folder=folder, base=base, workers=request.workers,
                progress=progress, say=say,
            )  # fmt: skip
        write_varied(varied, folder, command=command_of(request))
    except KeyboardInterrupt:
        return interrupted(folder)
    if request.as_json:
        sys.stdout.write(to_json(document_with_parts(varied)))
    else:
        _say(varied, folder, console())
    return 0


def interrupted(folder: Path) -> int:
    """Say what an interrupt leaves; give the exit code."""
    kept = len(list((folder / "parts").glob("*.parquet")))
    say_error(f"{kept:,} finished blocks are kept in {folder}; the same command goes on with them")
    return INTERRUPTED


def asked_of(request: Request, study: Study) -> Asked:
    """Read the options that every design shares.

    Raises
    ------
    StudyError
        A precision, endpoint or level that cannot be meant.
    """
    asked = Asked(
        tuple(dict.fromkeys(request.endpoints)), request.trials, request.seed, (), request.alpha, request.reference,
        request.drop_dominated, request.fixed_parameters, request.cost,
    )  # fmt: skip
    keys = [item.key for item in characteristics_of(study, asked)]
    if primary_test(study, asked).kind == "none" and asked.drop_dominated:
        raise StudyError("without power no design is dominated", where="--drop-dominated", next_step="give --reference")
    words_ = request.precision or (f"{USUAL_ERROR:g}" if keys[0] == "power" else "5%",)
    wanted = tuple(_precision(word, keys[0]) for word in words_ if word != "none")
    return Asked(**{each.name: getattr(asked, each.name) for each in fields(Asked)} | {"precision": wanted})


def _precision(word: str, first: str) -> Precision:
    """Read ``0.03``, ``5%``, ``NAME=0.5`` or ``NAME=2%``."""
    name, found, value = word.rpartition("=")
    text = value.strip().removesuffix("%")
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not (0.0 < number < float("inf")):
        raise StudyError(
            "not a precision", where="--precision", value=word, allowed="a number above 0, NAME=NUMBER, NAME=NUMBER%",
            next_step="write for instance --precision 0.02 --precision orr=1",
        )  # fmt: skip
    relative = value.strip().endswith("%")
    return Precision(name.strip() if found else first, number / 100.0 if relative else number, relative)


@contextmanager
def progress_of(request: Request) -> Iterator[tuple[Report | None, Callable[[str], None] | None]]:
    """Show how far it is on stderr, with the time left: a bar on a terminal, elsewhere a line per round."""
    if request.quiet:
        yield None, None
        return
    errors = console(error=True)
    if sys.stderr.isatty():
        columns = (TextColumn("virtual trials"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=errors, transient=True) as bar:
            task = bar.add_task("trials", total=None)
            yield lambda done, total: bar.update(task, completed=done, total=total), bar.console.print
        return
    clock = Clock(time.monotonic())
    yield clock.count, lambda said: errors.print(f"{said}{clock.left()}", soft_wrap=True)


@dataclass
class Clock:
    """Tell how long the rest takes, if it goes on as it did."""

    started: float
    done: int = 0
    total: int = 0

    def count(self, done: int, total: int) -> None:
        """Take note of the trials done and expected."""
        self.done, self.total = done, total

    def left(self) -> str:
        """Say the time left; nothing at the end."""
        rest, passed = self.total - self.done, time.monotonic() - self.started
        if rest <= 0 or not self.done:
            return ""
        seconds = rest * passed / self.done
        return f", about {seconds / 60:.0f} min" if seconds >= 90 else f", about {seconds:.0f} s"


def command_of(request: Request) -> str:
    """Give the command that makes the same numbers again."""
    parts = ["adoptive", "design", request.study, *(word for text in request.vary for word in ("--vary", text))]
    for name, value, usual in (
        ("--base", request.base, None), ("--optimise", request.optimise, None), ("--alpha", request.alpha, 0.025),
        ("--reference", request.reference, None), ("--trials", request.trials, 400), ("--seed", request.seed, None),
        ("--proposals", request.proposals, 40),
    ):  # fmt: skip
        parts += [name, f"{value}"] if value != usual else []
    for name, several in (
        ("--endpoint", request.endpoints), ("--precision", request.precision), ("--subject-to", request.subject_to),
    ):  # fmt: skip
        parts += [word for value in several for word in (name, value)]
    switches = ("paired", "minimise", "drop_dominated", "fixed_parameters", "cost")
    parts += [f"--{name.replace('_', '-')}" for name in switches if getattr(request, name)]
    return shlex.join(parts)


def _say(varied: Varied, folder: Path, to: Console) -> None:
    """Print designs for people."""
    to.print(f"\n{varied.study.title}\n{words.answer(varied)}\n{words.power_words(varied)}\n")
    to.print(table_of(varied))
    to.print("± is the Monte Carlo standard error; minus base: on the same virtual trials.")
    for said in (words.gain_sentence(varied), words.stopping_note(varied), words.parts_sentence(varied)):
        if said:
            to.print(said)
    if words.has_closed_form(varied):
        to.print("Closed form: log-rank power at the simulated mean log hazard ratio and events; approximate.")
    for name, why in words.refused_rows(varied.designs):
        to.print(f"cannot be simulated: {name}: {why}")
    to.print(f"{LABEL}\n")
    to.print(f"report: {folder}/report.html", soft_wrap=True)


def table_of(varied: Varied) -> Table:
    """Make the table of the designs."""
    title = f"{varied.study.name}, seed {varied.asked.seed}"
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False, padding=(0, 0, 0, 1))
    for name in words.column_titles(varied, short=True):
        table.add_column(name, justify="right", no_wrap=name in ("power", "minus base"), overflow="fold")
    for _, row in words.design_rows(varied):
        table.add_row(*row)
    return table


def tell_fields(study: str, *, as_document: bool) -> None:
    """Print what may be varied and what may be measured."""
    rows, names = field_rows(load_study(study)), [*ENDPOINTS, *CONDUCT]
    if as_document:
        keys = ("field", "short", "value", "meaning")
        sys.stdout.write(to_json({"fields": [dict(zip(keys, row, strict=True)) for row in rows], "endpoints": names}))
        return
    to = console()
    table = Table(title=f"What may be varied in {study}: --vary FIELD=VALUES", title_justify="left")
    for name in ("field", "short name", "now", "meaning"):
        side: Literal["left", "right"] = "right" if name == "now" else "left"
        table.add_column(name, justify=side, overflow="fold")
    for row in rows:
        table.add_row(*row)
    to.print(table)
    to.print("An arm's own: arms.NAME.FIELD, as in arms.NAME.infusion.doses.")
    to.print(f"\nWhat may be measured, --endpoint NAME[@MONTHS][:ARM]: {', '.join(names)}.")

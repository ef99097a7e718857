"""``adoptive run``: read, check, simulate, write, print."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adoptive.trial.types import Study
from adoptive.workbench.cli.say import console, say_checks, say_result, trials_bar
from adoptive.workbench.cli.surroundings import StoppedError, interrupts_kept
from adoptive.workbench.engine import check_size, run_study
from adoptive.workbench.engine.asked import specs_for
from adoptive.workbench.engine.document import as_document, as_json, rows_document
from adoptive.workbench.engine.store import folder_name, run_folder, write_run
from adoptive.workbench.engine.types import RunResult
from adoptive.workbench.published import Published, load_notes, load_published
from adoptive.workbench.shape import cells_arms
from adoptive.workbench.study import list_studies, load_study

__all__ = ["Request", "check_levers", "run_trials"]

CHECK_FAILED = 1


@dataclass(frozen=True)
class Request:
    """Hold what ``adoptive run`` was asked."""

    study: str
    trials: int
    seed: int
    workers: int | None
    out: Path
    as_json: bool
    quiet: bool
    despite_failed_checks: bool


class ChecksFailedError(Exception):
    """Leave a run whose ordering check failed."""


def run_trials(request: Request) -> int:
    """Run a study as asked; give the exit code.

    Whatever can be refused is refused before anything is computed: the study, the size, the place for the run folder.
    """
    started = time.perf_counter()
    study, published = load_study(request.study), load_published(request.study)
    check_size(request.trials, study.trial.randomised)
    specs_for(study, published)
    if not published and not request.quiet and request.study not in list_studies():
        console(error=True).print(f"no published.csv beside {Path(request.study).name}: simulated only")
    name = folder_name(study, trials=request.trials, seed=request.seed)
    checks: Sequence[Any] = ()
    written = False
    try:
        with run_folder(request.out, name) as folder:
            with _waiting(request):
                checks = check_levers(study, seed=request.seed)
            _report_checks(checks, request)
            result = _simulate(study, published, checks, request)
            write_run(folder, result, wall_s=time.perf_counter() - started)
            written = True
    except ChecksFailedError:
        return _withheld(study, checks, request, time.perf_counter() - started)
    except KeyboardInterrupt:
        if written:
            raise
        raise StoppedError from None
    if request.as_json:
        sys.stdout.write(as_json(as_document(result, wall_s=time.perf_counter() - started)))
    else:
        say_result(result, str(request.out / name), console())
    return 0


def check_levers(study: Study, *, seed: int) -> Sequence[Any]:
    """Run the ordering check, :func:`adoptive.trial.ordering.check_ordering`; on a new machine it compiles first.

    A study without cells has no lever to pull, and so no check.
    """
    if not cells_arms(study):
        return ()
    from adoptive.trial.ordering import check_ordering

    with interrupts_kept():
        return check_ordering(study, seed=seed)


def _report_checks(checks: Sequence[Any], request: Request) -> None:
    """Print the ordering check; leave the run if it fails, unless told to go on."""
    if checks and not request.as_json:
        say_checks(checks, console())
    if all(lever.holds for lever in checks):
        return
    if not request.despite_failed_checks:
        raise ChecksFailedError
    console(error=True).print("warning: the ordering check failed; the trial numbers below cannot be trusted")


def _simulate(study: Study, published: tuple[Published, ...], checks: Sequence[Any], request: Request) -> RunResult:
    with trials_bar(request.trials, quiet=request.quiet) as progress:
        return run_study(
            study, trials=request.trials, seed=request.seed, workers=request.workers, published=published,
            progress=progress, checks=checks, notes=load_notes(request.study),
        )  # fmt: skip


def _withheld(study: Study, checks: Sequence[Any], request: Request, wall_s: float) -> int:
    """Say that the numbers are withheld, and why."""
    why = "the ordering check failed, so the trial's numbers are withheld; next: --despite-failed-checks prints them"
    if request.as_json:
        document = {
            "study": study.name, "seed": request.seed, "trials": request.trials, "wall_s": round(wall_s, 3),
            "endpoints": [], "checks": rows_document(checks), "rules": [], "withheld": why, "simulated": True,
        }  # fmt: skip
        sys.stdout.write(as_json(document))
    console(error=True).print(f"adoptive: {why}")
    return CHECK_FAILED


@contextmanager
def _waiting(request: Request) -> Iterator[None]:
    """Say on stderr, if that is a terminal, that the ordering check is under way."""
    if request.quiet or not sys.stderr.isatty():
        yield
        return
    with console(error=True).status("ordering check"):
        yield

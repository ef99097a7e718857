"""``adoptive run``: read, check, simulate, write, print."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adoptive.errors import RunError
from adoptive.trial.types import Study
from adoptive.workbench.cli.pace import work_bar
from adoptive.workbench.cli.say import console, say_checks, say_result
from adoptive.workbench.cli.surroundings import StoppedError, interrupts_kept
from adoptive.workbench.engine import check_size, run_study
from adoptive.workbench.engine.document import as_document, as_json, rows_document
from adoptive.workbench.engine.layout import Layout, open_layout
from adoptive.workbench.engine.parts import digest_of
from adoptive.workbench.engine.run import run_identity
from adoptive.workbench.engine.store import folder_name, run_folder, write_run
from adoptive.workbench.engine.types import RunResult
from adoptive.workbench.engine.working import Working, working_folder
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
    scheduler: str | None = None
    resume: Path | None = None
    product: Path | None = None


class ChecksFailedError(Exception):
    """Leave a run whose ordering check failed."""


def run_trials(request: Request) -> int:
    """Run a study as asked; give the exit code.

    Whatever can be refused is refused before anything is computed: the study, the size, the place for the run folder.
    """
    started = time.perf_counter()
    study = load_study(request.study, product=request.product)
    published = load_published(request.study) if request.product is None else ()
    check_size(request.trials, study.trial.randomised)
    identity = run_identity(study, seed=request.seed, published=published)
    if request.product is not None and not request.quiet:
        console(error=True).print(f"with the product of {request.product.name}: simulated only")
    elif not published and not request.quiet and request.study not in list_studies():
        console(error=True).print(f"no published.csv beside {Path(request.study).name}: simulated only")
    checks: Sequence[Any] = ()
    try:
        with _home(request) as layout, _working(request, identity) as working:
            with _waiting(request):
                checks = check_levers(study, seed=request.seed)
            _report_checks(checks, request)
            result = _simulate(study, published, checks, request, layout, working)
            place = _write(result, request, working, started)
    except ChecksFailedError:
        return _withheld(study, checks, request, time.perf_counter() - started)
    if request.as_json:
        sys.stdout.write(as_json(as_document(result, wall_s=time.perf_counter() - started)))
    else:
        say_result(result, str(place), console())
    return 0


def _home(request: Request) -> AbstractContextManager[Layout]:
    """Open the home of the work; a cluster that cannot be used is refused before anything is computed."""
    return open_layout(workers=request.workers, scheduler=request.scheduler)


@contextmanager
def _working(request: Request, identity: Mapping[str, object]) -> Iterator[Working]:
    """Open the run's working folder; who is interrupted is told what is kept and how to go on."""
    name = f"{identity['study']}-{identity['seed']}-{digest_of(identity)[:10]}"
    folder: Path | None = None
    try:
        with working_folder(request.out, name, identity, resume=request.resume) as working:
            folder = working.folder
            yield working
    except (KeyboardInterrupt, RunError) as problem:
        kept = "" if folder is None or not folder.exists() else f"what is finished is kept in {folder}"
        if isinstance(problem, RunError):
            raise RunError(f"{problem}; {kept}") if kept else problem from None
        raise StoppedError(f"{kept}; next: the same command goes on from there" if kept else "") from None


def _write(result: RunResult, request: Request, working: Working, started: float) -> Path:
    """Write the run folder within the working folder and move it to its place; give that."""
    name = folder_name(result.study, trials=request.trials, seed=request.seed)
    with run_folder(request.out, name, inside=working.folder) as folder:
        write_run(folder, result, wall_s=time.perf_counter() - started)
    return request.out / name


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


def _simulate(
    study: Study, published: tuple[Published, ...], checks: Sequence[Any], request: Request, layout: Layout,
    working: Working,
) -> RunResult:  # fmt: skip
    with work_bar(quiet=request.quiet) as progress:
        return run_study(
            study, trials=request.trials, seed=request.seed, published=published, progress=progress, checks=checks,
            notes=load_notes(request.study), layout=layout, working=working,
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

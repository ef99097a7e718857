"""``adoptive calibrate``: the fit to published trials, from the evidence to the posterior that the package carries."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Annotated, Any

import typer

from adoptive.workbench.limits import MOST_WORKERS

__all__ = ["calibrate"]

calibrate = typer.Typer(
    name="calibrate", help="Fit the model to published trials, and ask what they taught.", no_args_is_help=True,
    rich_markup_mode=None,
)  # fmt: skip


@calibrate.command("run", short_help="Fit all free quantities to the bundled studies; resumable.")
def run(
    out: Annotated[Path, typer.Option(help="Folder of the calibration; what lies there is not done again.")] = Path(
        "calibration"
    ),
    quick: Annotated[
        bool, typer.Option("--quick", help="A rougher fit in about ten minutes; no study is left out.")
    ] = False,
    workers: Annotated[
        int | None, typer.Option(min=1, max=MOST_WORKERS, help="Processes; default one per core.", show_default=False)
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, max=2**31, help="Root seed.", show_default=False)] = None,
    install: Annotated[
        bool, typer.Option("--install", help="Write the posterior where the package reads its own.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")] = False,
) -> None:
    """Fit every free quantity to all bundled studies at once, and each study left out in turn.

    Two waves of simulation, emulators, the joint posterior stage by stage: docs/calibration.md.
    """
    from adoptive.workbench.calibrate.report import as_document, say
    from adoptive.workbench.calibrate.run import FULL, QUICK, SEED, calibrate
    from adoptive.workbench.cli.say import console
    from adoptive.workbench.engine.document import as_json as to_json
    from adoptive.workbench.engine.run import workers_for

    _needed()
    with _told(quiet=as_json) as (said, done):
        found = calibrate(
            out, effort=QUICK if quick else FULL, each=not quick, seed=SEED if seed is None else seed,
            workers=workers_for(workers), said=said, done=done,
        )  # fmt: skip
    _write(found, out, install=install)
    if as_json:
        typer.echo(to_json(as_document(found)), nl=False)
    else:
        say(found, console())


def _needed() -> None:
    """Refuse to begin without the libraries of the fit."""
    from adoptive.errors import StudyError

    try:
        import numpyro  # noqa: F401
        import sklearn  # noqa: F401
    except ImportError as problem:
        raise StudyError(
            "the fit needs a library that is not here", where="adoptive calibrate", value=problem.name,
            allowed="the extra `calibrate`", next_step='pip install "adoptive[calibrate]"',
        ) from None  # fmt: skip


def _write(found: Any, out: Path, *, install: bool) -> None:
    from adoptive.posterior import ARTEFACT
    from adoptive.workbench.calibrate.artefact import write_posterior
    from adoptive.workbench.validate import leave_one_out

    places = [out]
    if install:
        places.append(Path(str(resources.files("adoptive").joinpath(ARTEFACT[0]))))
    for place in places:
        write_posterior(place / ARTEFACT[1], found.fit, provenance=found.fit.provenance)
        if found.without:
            rows = leave_one_out.left_out_rows(found.emulators, found.without)
            leave_one_out.write_left_out(
                place / leave_one_out.ARTEFACT[1], rows, provenance={"key": found.fit.provenance["key"]}
            )


@contextmanager
def _told(*, quiet: bool) -> Iterator[tuple[Callable[[str], None], Callable[[int, int], None]]]:
    """Give what says a stage of the fit, and what says how far its simulation is."""
    from adoptive.workbench.cli.pace import work_bar
    from adoptive.workbench.cli.say import console

    def said(stage: str) -> None:
        if not quiet:
            console(error=True).print(stage, highlight=False, markup=False)

    with work_bar("virtual patients", quiet=quiet) as report:
        yield said, report or (lambda _now, _all: None)

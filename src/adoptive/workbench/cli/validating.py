"""``adoptive check``, ``predict`` and ``score``: against published trials, and before them. Light to import."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from adoptive.workbench.limits import MOST_TRIALS, MOST_WORKERS

__all__ = ["check", "predict", "score"]

Trials = Annotated[int | None, typer.Option(min=1, max=MOST_TRIALS, help="Virtual trials of each study; default 100.")]
Seed = Annotated[int, typer.Option(min=0, max=2**63 - 1, help="Root seed of all random draws.")]
Workers = Annotated[
    int | None, typer.Option(min=1, max=MOST_WORKERS, help="Processes; default one per core.", show_default=False)
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="No progress on stderr.")]
Despite = Annotated[bool, typer.Option("--despite-failed-checks", help="Exit code 0 even if a stated check fails.")]


def check(
    studies: Annotated[
        list[str] | None,
        typer.Argument(metavar="[STUDY ...|kinetics]", help="Studies, default all; or the word kinetics."),
    ] = None,
    trials: Trials = None,
    seed: Seed = 1,
    workers: Workers = None,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="New folder for document, table and page.")] = None,
    as_json: Json = False,
    write: Annotated[
        Path | None, typer.Option(help="Write the page to this .md file, too (not of some studies).")
    ] = None,
    quiet: Quiet = False,
    despite_failed_checks: Despite = False,
    patients: Annotated[
        int | None, typer.Option(min=20, max=20_000, help="kinetics: patients; default 300.", show_default=False)
    ] = None,
    only: Annotated[str | None, typer.Option(help="kinetics: some checks, as in K2,S5.")] = None,
) -> None:
    """Set the bundled studies against what they published, or check that the kinetics behave.

    Coverage, what fails, and trials left out of the fit; of named studies also that better therapy does not look worse
    (E11). Exit code 1 if a stated check fails.
    """
    if studies == ["kinetics"]:
        _refuse("not for `adoptive check kinetics`", trials=trials, workers=workers, out=out)
        from adoptive.workbench.cli.checking import Asked, check_kinetics

        raise typer.Exit(check_kinetics(Asked(seed, patients or 300, only, as_json, write)))
    _refuse("only for `adoptive check kinetics`", patients=patients, only=only)
    from adoptive.workbench.cli.checking_studies import Request, check_studies_command

    request = Request(tuple(studies or ()), trials, seed, workers, out, as_json, write, quiet, despite_failed_checks)
    raise typer.Exit(check_studies_command(request))


def predict(
    study: Annotated[str, typer.Argument(help="A study file's path, or a bundled study's name.")],
    trials: Annotated[int, typer.Option(min=1, max=MOST_TRIALS, help="Virtual trials.")] = 400,
    seed: Seed = 1,
    workers: Workers = None,
    out: Annotated[Path, typer.Option(help="The .json file to write.")] = Path("prediction.json"),
    blind: Annotated[bool, typer.Option("--blind", help="Go on beside a published.csv, which is not read.")] = False,
    quiet: Quiet = False,
) -> None:
    """Write a dated and hashed prediction of a trial that has not reported."""
    from adoptive.workbench.cli.predicting import PredictRequest, predict_command

    raise typer.Exit(predict_command(PredictRequest(study, trials, seed, workers, out, blind, quiet)))


def score(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="PREDICTION.json [PUBLISHED.csv] ...",
            help="Predictions, each followed by what was published; without it, the .csv file of the same name.",
        ),
    ],
    seed: Seed = 1,
    out: Annotated[Path | None, typer.Option(help="Write the document to this .json file, too.")] = None,
    as_json: Json = False,
) -> None:
    """Score predictions against what was published later; a prediction that was changed is refused."""
    from adoptive.workbench.cli.predicting import ScoreRequest, score_command

    raise typer.Exit(score_command(ScoreRequest(tuple(files), seed, out, as_json)))


def _refuse(why: str, **options: object) -> None:
    """Refuse options that were given where they have no meaning."""
    given = [f"--{name}" for name, value in options.items() if value is not None]
    if given:
        raise typer.BadParameter(f"{', '.join(given)}: {why}")

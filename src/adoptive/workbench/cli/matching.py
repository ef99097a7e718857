"""``adoptive match`` and ``adoptive criteria``: their options; :mod:`adoptive.workbench.cli.match_run` works."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["criteria", "match"]


def match(
    patient: Annotated[
        Path | None,
        typer.Argument(metavar="PATIENT", help="A FHIR R4 bundle (.json), a patient file (.toml), or 'example'."),
    ] = None,
    trials: Annotated[
        list[str] | None,
        typer.Option(
            metavar="DIR", help="Folder or file of trials, a study, or 'bundled'; repeatable.", show_default=False
        ),
    ] = None,
    trial: Annotated[
        str | None,
        typer.Option(metavar="STUDY", help="One trial, for a screening list of --patients.", show_default=False),
    ] = None,
    patients: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder of patients, or a .csv or .ndjson file.", show_default=False),
    ] = None,
    as_of: Annotated[
        str | None, typer.Option(metavar="DATE", help="Day of the question, YYYY-MM-DD.", show_default=False)
    ] = None,
    near: Annotated[
        str | None,
        typer.Option(metavar="LAT,LON", help="Where the patient lives, in degrees: 48.1,11.6.", show_default=False),
    ] = None,
    show: Annotated[int, typer.Option(min=1, max=1_000, help="Trials that are explained item by item.")] = 20,
    forecasts: Annotated[int, typer.Option(min=0, max=50, help="Trials that are simulated for this patient.")] = 3,
    open_only: Annotated[bool, typer.Option("--open-only", help="Leave out trials that take no patients.")] = False,
    cells_only: Annotated[bool, typer.Option("--cells-only", help="Leave out trials that give no cells.")] = False,
    seed: Annotated[int, typer.Option(min=0, max=2**63 - 1, help="Root seed of the simulations.")] = 1,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="New folder for the page and match.json, for your eyes only.")
    ] = None,
    example: Annotated[bool, typer.Option("--example", help="Print an invented patient file, to start from.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")] = False,
) -> None:
    """Find the trials that fit a patient, with reasons, or the patients who fit a trial. No medical advice.

    Nothing leaves this machine, and nothing is written unless --out is given.
    """
    from adoptive.workbench.cli.match_run import Request, example_text, match_command

    if example:
        typer.echo(example_text(), nl=False)
        return

    request = Request(
        patient, tuple(trials or ()), trial, patients, as_of, near, show, forecasts, open_only, cells_only, seed, out,
        as_json,
    )  # fmt: skip
    raise typer.Exit(match_command(request))


def criteria(
    trial: Annotated[str, typer.Argument(metavar="TRIAL", help="A trial's file, or a study's name.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")] = False,
) -> None:
    """Say what was understood of a trial's criteria, item by item, and how much was not."""
    from adoptive.workbench.cli.criteria_said import criteria_command

    raise typer.Exit(criteria_command(trial, as_document=as_json))

"""``adoptive design``: many designs on the same virtual patients, or a search for the best. Light to import."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from adoptive.workbench.limits import MOST_TRIALS, MOST_WORKERS

__all__ = ["design"]


def design(
    study: Annotated[str, typer.Argument(help="A bundled study's name, or a study file's path.")],
    vary: Annotated[
        list[str] | None,
        typer.Option(metavar="FIELD=VALUES", help="1,2,3 or LOW:HIGH:STEP (search: also LOW:HIGH); repeatable."),
    ] = None,
    fields: Annotated[bool, typer.Option("--fields", help="List what may be varied and measured.")] = False,
    paired: Annotated[bool, typer.Option("--paired", help="Walk the values together, not every combination.")] = False,
    base: Annotated[
        str | None, typer.Option(help="Design to compare with: number or FIELD=VALUE,...; default the first.")
    ] = None,
    endpoint: Annotated[
        list[str] | None, typer.Option(metavar="NAME[@MONTHS][:ARM]", help="Measure this, too; repeatable.")
    ] = None,
    trials: Annotated[int, typer.Option(min=1, max=MOST_TRIALS, help="Most virtual trials of a design.")] = 400,
    precision: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ERROR",
            help="Monte Carlo standard error that is enough: 0.03, NAME=0.5, NAME=2%, none.",
        ),
    ] = None,
    alpha: Annotated[float, typer.Option(help="One-sided level of the primary test.")] = 0.025,
    reference: Annotated[
        float | None, typer.Option(help="One arm: what the primary endpoint is tested against.", show_default=False)
    ] = None,
    drop_dominated: Annotated[
        bool, typer.Option("--drop-dominated", help="Stop designs early that another clearly beats.")
    ] = False,
    fixed_parameters: Annotated[
        bool, typer.Option("--fixed-parameters", help="The same published parameters in every trial.")
    ] = False,
    cost: Annotated[bool, typer.Option("--cost", help="Cost per treated patient, by the facility.")] = False,
    most_designs: Annotated[int, typer.Option(min=1, max=10_000, help="Refuse more designs than this.")] = 200,
    optimise: Annotated[
        str | None, typer.Option(metavar="EXPRESSION", help="Search for the best, as in power/n.")
    ] = None,
    minimise: Annotated[bool, typer.Option("--minimise/--maximise", help="Which way is better.")] = False,
    subject_to: Annotated[
        list[str] | None, typer.Option(metavar="COMPARISON", help='Search among these, as in "power>=0.8"; repeatable.')
    ] = None,
    proposals: Annotated[int, typer.Option(min=1, max=1_000, help="Designs that a search tries.")] = 40,
    time_limit: Annotated[
        float | None, typer.Option(min=0.01, help="Minutes after which a search proposes no more.", show_default=False)
    ] = None,
    seed: Annotated[int, typer.Option(min=0, max=2**63 - 1, help="Root seed of all random draws.")] = 1,
    workers: Annotated[
        int | None, typer.Option(min=1, max=MOST_WORKERS, help="Processes; default one per core.", show_default=False)
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder in which the folder of the designs is made, or found.")] = Path(
        "runs"
    ),
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress on stderr.")] = False,
) -> None:
    """Compare designs of a study on the same virtual patients; run it again to go on where it was interrupted."""
    from adoptive.workbench.cli.designing_run import Request, design_command, tell_fields

    if fields:
        tell_fields(study, as_document=as_json)
        return
    request = Request(
        study, tuple(vary or ()), paired, base, tuple(endpoint or ()), trials, tuple(precision or ()), alpha,
        reference, drop_dominated, fixed_parameters, cost, most_designs, optimise, minimise,
        tuple(subject_to or ()), proposals, time_limit, seed, workers, out, as_json, quiet,
    )  # fmt: skip
    raise typer.Exit(design_command(request))

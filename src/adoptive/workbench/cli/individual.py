"""``adoptive calibrate individual``: fit a population model to individual series. No science is imported at start."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

__all__ = ["register"]

ModelOption = Annotated[str, typer.Option("--model", help="A model of `adoptive zoo list`, or one-compartment-oral.")]


def register(app: typer.Typer) -> None:
    """Add the command to a group."""
    app.command("individual", short_help="Fit a population model to individual series (SAEM).")(individual)


def individual(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Series; several files are pooled.")],
    model: ModelOption,
    observation: Annotated[
        str | None,
        typer.Option(metavar="NAME[=MODEL]", help="Quantity of the files, and of the model (default: its first)."),
    ] = None,
    error: Annotated[
        Literal["additive", "proportional", "combined", "exponential"], typer.Option(help="Error of an observation.")
    ] = "exponential",
    layout: Annotated[str, typer.Option(help="Layout of the files: tidy, liu2022 or laleh2022.")] = "tidy",
    group: Annotated[str | None, typer.Option(help="laleh2022: one arm, as in Study_1_Arm_2.")] = None,
    fit: Annotated[str | None, typer.Option(metavar="A,B", help="Parameters; default the model's own.")] = None,
    still: Annotated[str | None, typer.Option(metavar="A,B", help="Parameters without a random effect.")] = None,
    hold: Annotated[str | None, typer.Option(metavar="A,B", help="Parameters whose typical value is held.")] = None,
    start: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="Typical value at the start; repeatable.")
    ] = None,
    slope: Annotated[
        list[str] | None,
        typer.Option(metavar="PARAMETER=COLUMN", help="Let a column of the files move a parameter; ln:COLUMN its ln."),
    ] = None,
    correlated: Annotated[bool, typer.Option("--correlated", help="Full omega.")] = False,
    corrected: Annotated[bool, typer.Option("--corrected", help="Prediction-corrected VPC.")] = False,
    engine: Annotated[bool, typer.Option("--engine", help="Integrate, even where there is a closed form.")] = False,
    seed: Annotated[int, typer.Option(min=0, max=2**63 - 1, help="Seed of all random draws.")] = 1,
    burn_in: Annotated[int, typer.Option(min=20, max=20_000, help="Iterations before averaging.")] = 300,
    averaging: Annotated[int, typer.Option(min=10, max=20_000, help="Iterations of averaging.")] = 200,
    chains: Annotated[int, typer.Option(min=0, max=100, help="Chains per subject; 0: about 50 rows in all.")] = 0,
    samples: Annotated[int, typer.Option(min=100, max=1_000_000, help="Samples of the likelihood.")] = 5_000,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="New folder for document, tables, pictures.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")] = False,
) -> None:
    """Fit a population model by SAEM: typical values, spreads, standard errors, individuals, VPC and NPDE."""
    from adoptive.workbench.cli.individual_fit import Asked, fit_individuals

    asked = Asked(
        tuple(files), model, observation, error, layout, group, fit, still, hold, tuple(start or ()),
        tuple(slope or ()), correlated, corrected, engine, seed, burn_in, averaging, chains, samples, out, as_json,
    )  # fmt: skip
    raise typer.Exit(fit_individuals(asked))

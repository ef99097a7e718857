"""``adoptive dossier`` and ``adoptive calibrate identify``. No science is imported here."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["register"]

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
SeedOption = Annotated[int, typer.Option(min=0, max=2**63 - 1, help="Seed of what is computed.")]


def register(app: typer.Typer, calibrate: typer.Typer) -> None:
    """Add both commands: one to the program, one to its ``calibrate`` commands."""
    app.command(short_help="One document on how far the simulations may be trusted.")(dossier)
    calibrate.command(short_help="What a fit learned, and what it leaves open.")(identify)


def dossier(
    calibration: Annotated[
        Path | None, typer.Option(metavar="DIR", help="What `adoptive calibrate run --out` wrote.", show_default=False)
    ] = None,
    checks: Annotated[
        Path | None, typer.Option(metavar="FILE.json", help="What `adoptive check --json` wrote.", show_default=False)
    ] = None,
    tests: Annotated[
        Path | None, typer.Option(metavar="FILE.xml", help="What `pytest --junitxml` wrote.", show_default=False)
    ] = None,
    run: Annotated[
        Path | None, typer.Option(metavar="RUN", help="A run folder: its study is in question.", show_default=False)
    ] = None,
    study: Annotated[str, typer.Option(help="The study in question.", show_default=False)] = "",
    seed: SeedOption = 1,
    given_only: Annotated[
        bool, typer.Option("--given-only", help="Compute nothing: what is not given is said to be missing.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A .html or .md file; default dossier.html.", show_default=False)
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Write the credibility dossier (ASME V&V 40, ICH M15) from results; what is missing is computed or said to be."""
    from adoptive.workbench.cli.dossier_run import write_dossier
    from adoptive.workbench.dossier.types import Asked

    asked = Asked(calibration, checks, tests, run, study, seed, not given_only)
    write_dossier(asked, out=out, as_json=as_json)


def identify(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="What `adoptive calibrate run --out` wrote.")],
    study: Annotated[
        list[str] | None,
        typer.Option(help="Study whose predictions are looked at; default all; repeatable.", show_default=False),
    ] = None,
    seed: SeedOption = 1,
    as_json: JsonOption = False,
) -> None:
    """Say what a fit learned: contraction, profiles, which study teaches what, whose doubt predictions inherit."""
    from adoptive.workbench.cli.dossier_run import say_identified

    say_identified(folder, studies=tuple(study or ()), seed=seed, as_json=as_json)

"""``adoptive calibrate toy`` and ``sbc``: rival methods on a toy problem, and ranks of known truths."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

__all__ = ["register"]

CHECK_FAILED = 1


def register(app: typer.Typer) -> None:
    """Add both commands to the group ``calibrate``."""
    app.command("toy", short_help="Rival methods of inference on a toy problem with a known answer.")(toy)
    app.command("sbc", short_help="Is the fit calibrated? Ranks of known truths, from the simulated trials.")(sbc)


def toy(
    methods: Annotated[
        str, typer.Option(help="emulator, emulator-nuts, smoother, local-smoother, abc, neural, with commas.")
    ] = "emulator",
    budget: Annotated[str, typer.Option(help="Simulated sets of twelve trials, with commas.")] = "400",
    data_sets: Annotated[int, typer.Option(min=1, max=100, help="Data sets, from draws of the prior.")] = 2,
    seed: Annotated[int, typer.Option(min=0, max=2**31, help="Root seed.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")] = False,
) -> None:
    """Compare methods at one budget of simulated trials with the exact posterior of twelve small trials."""
    from dataclasses import asdict

    from adoptive.workbench.calibrate.methods.compare import compare_methods
    from adoptive.workbench.cli.say import console
    from adoptive.workbench.engine.document import as_json as to_json

    budgets = _budgets(budget)
    chosen = tuple(name.strip() for name in methods.split(","))
    tell = console(error=True)
    scores = compare_methods(
        chosen, budgets=budgets, data_sets=data_sets, seed=seed, said=lambda line: None if as_json else tell.print(line)
    )
    if as_json:
        document = {"seed": seed, "data_sets": data_sets, "scores": [_finite(asdict(one)) for one in scores]}
        typer.echo(to_json(document), nl=False)
    else:
        console().print(_table(scores))


def _budgets(text: str) -> tuple[int, ...]:
    """Read the budgets; at least 100 sets, as a regression needs some."""
    try:
        budgets = tuple(int(word) for word in text.split(","))
    except ValueError:
        raise typer.BadParameter(f"{text}: whole numbers with commas, as in 400,1500") from None
    if not all(100 <= one <= 100_000 for one in budgets):
        raise typer.BadParameter(f"{text}: from 100 to 100000")
    return budgets


def _finite(row: dict[str, Any]) -> dict[str, Any]:
    return {name: None if isinstance(value, float) and value != value else value for name, value in row.items()}


def _table(scores: Any) -> Any:
    from rich.table import Table

    table = Table(title="Distance from the exact posterior")
    for title in ("method", "budget", "error of mean (sd)", "sd / exact sd", "inside 90 %", "seconds"):
        table.add_column(title, justify="left" if title == "method" else "right", overflow="fold")
    for one in scores:
        if one.refused:
            table.add_row(one.method, str(one.budget), one.refused, "", "", "")
            continue
        table.add_row(
            one.method, str(one.budget or "-"), f"{one.mean_error:.2f}", f"{one.sd_ratio:.2f}",
            f"{one.inside} of {one.of}", f"{one.seconds:.1f}",
        )  # fmt: skip
    return table


def sbc(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder of `adoptive calibrate run --out`.")],
    replicates: Annotated[int, typer.Option(min=20, max=1000, help="Rows of the banks that become data.")] = 64,
    quick: Annotated[bool, typer.Option("--quick", help="The folder was made with --quick.")] = False,
    seed: Annotated[int, typer.Option(min=0, max=2**31, help="Seed of what is drawn here.")] = 1,
    fit_seed: Annotated[
        int | None, typer.Option(min=0, max=2**31, help="The fit's own --seed, if it was given.", show_default=False)
    ] = None,
    figure: Annotated[Path | None, typer.Option(help="Draw ranks and contraction into this .svg file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")] = False,
) -> None:
    """Take rows of the first wave as data, infer without them, and test whether the truths' ranks are uniform.

    Exit code 1 if any free quantity is blamed; a right method is blamed in at most 5 % of all runs.
    """
    from adoptive.workbench.calibrate.free import load_free
    from adoptive.workbench.calibrate.methods.banks import sbc_of_banks
    from adoptive.workbench.calibrate.methods.uniformity import uniformity
    from adoptive.workbench.cli.say import console
    from adoptive.workbench.engine.document import as_json as to_json

    free = load_free()
    ranks = sbc_of_banks(_first_wave(folder, quick, fit_seed), free, replicates=replicates, seed=seed)
    found = uniformity(ranks)
    if figure is not None:
        from adoptive.workbench.calibrate.methods.figures import draw_ranks

        figure.write_text(draw_ranks(ranks), "utf-8")
    if as_json:
        typer.echo(to_json(_document(ranks, found, seed)), nl=False)
    else:
        console().print(_ranks_table(ranks, found))
        console().print(f"{len(found.blamed)} of {len(found.names)} quantities are blamed at {100 * found.error:.0f} %")
    raise typer.Exit(0 if found.holds else CHECK_FAILED)


def _first_wave(folder: Path, quick: bool, fit_seed: int | None) -> Any:
    """Read the first wave's banks as the fit left them; nothing is simulated here."""
    from adoptive.errors import StudyError
    from adoptive.workbench.calibrate.bank import Wave, draw_design, load_bank
    from adoptive.workbench.calibrate.evidence import fitted_studies
    from adoptive.workbench.calibrate.free import load_free
    from adoptive.workbench.calibrate.run import FULL, QUICK, SEED, shares_of

    effort, seed, free = (QUICK if quick else FULL), SEED if fit_seed is None else fit_seed, load_free()
    shares = shares_of(fitted_studies(), effort.first, effort)
    wave = Wave(free, draw_design(free, draws=effort.first, seed=seed), seed, shares)
    place = folder / "banks" / wave.key
    try:
        return {name: load_bank(name, wave, place) for name in shares}
    except OSError as problem:
        raise StudyError(
            "the first wave of a calibration by this version is not here, or not whole", where=str(place),
            value=problem, allowed="a folder that `adoptive calibrate run --out` finished",
            next_step="run it; add --quick if it was quick",
        ) from None  # fmt: skip


def _document(ranks: Any, found: Any, seed: int) -> dict[str, Any]:
    rows = [
        {"quantity": name, "p_envelope": float(found.envelope[at]), "p_chi_square": float(found.chi_square[at]),
         "mean_z": float(ranks.z[:, at].mean()), "sd_z": float(ranks.z[:, at].std()),
         "contraction": float(ranks.contraction[:, at].mean()), "blamed": name in found.blamed}
        for at, name in enumerate(ranks.names)
    ]  # fmt: skip
    return {
        "seed": seed, "replicates": len(ranks.ranks), "error": found.error, "holds": found.holds, "quantities": rows,
    }  # fmt: skip


def _ranks_table(ranks: Any, found: Any) -> Any:
    from rich.table import Table

    table = Table(title=f"Ranks of {len(ranks.ranks)} truths among {ranks.draws} posterior draws each")
    for title in ("quantity", "p envelope", "p bins", "mean z", "sd z", "contraction", ""):
        table.add_column(title, justify="left" if title == "quantity" else "right", overflow="fold")
    for row in _document(ranks, found, 0)["quantities"]:
        table.add_row(
            row["quantity"], f"{row['p_envelope']:.3f}", f"{row['p_chi_square']:.3f}", f"{row['mean_z']:.2f}",
            f"{row['sd_z']:.2f}", f"{row['contraction']:.2f}", "BLAMED" if row["blamed"] else "",
        )  # fmt: skip
    return table

"""``adoptive antigen minigenes`` and ``screen``: options, one call, a short table. No science is imported here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from adoptive.workbench.cli.tables_said import Json, Out, number, print_document, say_end

if TYPE_CHECKING:
    from adoptive.antigen.hits import Screened

__all__ = ["minigenes", "screen"]

SHOWN = 20
"""Rows that are printed; the files hold all."""


def minigenes(
    neoantigens: Annotated[Path, typer.Argument(help="Table of neoantigens, as `antigen neoantigens` writes it.")],
    hla: Annotated[Path, typer.Option(help="The patient's alleles: hla.tsv, or one allele a line.")],
    out: Out,
    tier: Annotated[
        list[str] | None, typer.Option(help="Only neoantigens of this tier, as Pass; may be given again.")
    ] = None,
    per_tandem: Annotated[int, typer.Option(min=1, max=16, help="Most minigenes of one tandem.")] = 12,
    threshold_nm: Annotated[
        float, typer.Option(min=1.0, max=50_000.0, help="A junction peptide must not bind better (IC50).")
    ] = 500.0,
    rank_percent: Annotated[
        float,
        typer.Option(min=0.001, max=100.0, help="... if it ranks so high among random peptides; 100: IC50 alone."),
    ] = 2.0,
    linker: Annotated[
        list[str] | None, typer.Option(help="Linker to try where no order is clean; may be given again.")
    ] = None,
    rows: Annotated[
        int | None, typer.Option(min=1, max=1000, help="Row pools; default as square as it can be.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, max=2**63 - 1, help="Of the choice of codons.")] = 0,
    as_json: Json = False,
) -> None:
    """Design tandem minigenes, peptides and two-dimensional pools for a screen.

    Order and linkers are chosen so that no junction makes a strong epitope. Exit code 1: it cannot be avoided, or no
    codons were found; the files are written and say so.
    """
    from adoptive.antigen.screen_types import TandemRules
    from adoptive.workbench.discover.minigenes import MinigeneRequest, write_minigenes

    plain = TandemRules()
    linkers = tuple(one.upper() for one in linker) if linker else plain.linkers
    rules = TandemRules(per_tandem, threshold_nm, rank_percent, linkers=linkers)
    request = MinigeneRequest(neoantigens, hla, out, rules, tuple(tier or ()), rows, seed)
    made, summary = write_minigenes(request)
    if as_json:
        print_document(summary, out)
    else:
        _say_minigenes(summary, out)
    raise typer.Exit(0 if made.passed else 1)


def screen(
    plate: Annotated[Path, typer.Argument(help="Plate, one line per well and readout (.csv, .tsv).")],
    out: Out,
    pools: Annotated[Path | None, typer.Option(help="Pools, as `antigen minigenes` writes them.")] = None,
    fdr: Annotated[float, typer.Option(min=0.0001, max=0.5, help="False discovery rate over the plate.")] = 0.05,
    fold: Annotated[float, typer.Option(min=1.0, max=1000.0, help="Least response over no antigen.")] = 2.0,
    least_wells: Annotated[int, typer.Option(min=1, max=24, help="Fewest replicates that are tested.")] = 2,
    least_background: Annotated[int, typer.Option(min=1, max=96, help="Fewest wells without antigen.")] = 2,
    probability: Annotated[
        float, typer.Option(min=0.5, max=1.0, help="Chance from which an antigen of a pool is taken for resolved.")
    ] = 0.9,
    sensitivity: Annotated[
        float, typer.Option(min=0.1, max=0.999, help="Chance that a pool responds to an antigen that is seen.")
    ] = 0.9,
    most_positive: Annotated[int, typer.Option(min=1, max=6, help="Most antigens that one effector sees.")] = 4,
    as_json: Json = False,
) -> None:
    """Read a plate: tests against no antigen, pools resolved, titrations with EC50 and interval.

    Exit code 1: a positive control did not respond; the files are written and say so.
    """
    from adoptive.antigen.deconvolution import DeconvolutionRules
    from adoptive.antigen.screen import ScreenRules
    from adoptive.workbench.discover.screen import ScreenRequest, write_screen

    supposed = DeconvolutionRules(sensitivity=sensitivity, most_positive=most_positive)
    rules = ScreenRules(fdr, fold, least_wells, least_background, probability=probability, deconvolution=supposed)
    found, summary = write_screen(ScreenRequest(plate, out, pools, rules))
    if as_json:
        print_document(summary, out)
    else:
        _say_screen(found, summary, out)
    raise typer.Exit(1 if summary["positive_controls_failed"] else 0)


def _say_minigenes(summary: dict[str, Any], out: Path) -> None:
    from rich.table import Table

    from adoptive.workbench.cli.say import console

    to = console()
    table = Table(title="Tandem minigenes", title_justify="left")
    for name in ("name", "minigenes", "linkers", "residues"):
        table.add_column(name, justify="left" if name in ("name", "minigenes") else "right", overflow="fold")
    for one in summary["tandems"]:
        linkers = sum(len(joint) > 1 for joint in one["joints"])
        table.add_row(one["name"], " ".join(one["minigenes"]), str(linkers), str(one["residues"]))
    to.print(table)
    pools = summary["pools"]
    to.print(f"{pools['row']} row and {pools['column']} column pools; {summary['peptides']} peptides")
    if summary["alleles_not_scored"]:
        to.print(f"Not looked at, no matrix: {', '.join(summary['alleles_not_scored'])}.")
    to.print(f"{summary['verdict'].upper()}: {summary['reason']}. {summary['note']}")
    say_end(to, out)


def _say_screen(found: Screened, summary: dict[str, Any], out: Path) -> None:
    from rich.table import Table

    from adoptive.workbench.cli.say import console

    to = console()
    table = Table(title="Hits", title_justify="left")
    names = ("effector", "antigen", "stimuli", "readout", "fold", "q", "probability", "EC50 mol/L", "95 % interval")
    for name in names:
        table.add_column(name, justify="left" if name in names[:4] else "right", overflow="fold")
    shown = [one for one in found.hits if one.hit]
    for one in shown[:SHOWN]:
        ends = f"{number(one.ec50_low_m)} to {number(one.ec50_high_m)}" if one.ec50_low_m or one.ec50_high_m else "–"
        table.add_row(
            one.effector, one.antigen or "not resolved", " ".join(one.stimuli), one.readout, number(one.fold),
            number(one.q_value), number(one.probability), number(one.ec50_m), ends,
        )  # fmt: skip
    to.print(table)
    if len(shown) > SHOWN:
        to.print(f"… and {len(shown) - SHOWN} more")
    to.print("Tests: " + "; ".join(f"{name} {count}" for name, count in summary["tests"].items()))
    for one in summary["positive_controls_failed"]:
        to.print(f"Positive control did not respond: {one}")
    for one in summary["notes"]:
        to.print(one)
    say_end(to, out)

"""``adoptive antigen clonotypes``: clones of T cells from single-cell tables, ranked by tumour reactivity."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer

from adoptive.workbench.cli.tables_said import Json, Out, print_document, say_end

if TYPE_CHECKING:
    from adoptive.antigen.discovered import Clonotype
    from adoptive.workbench.discover.clonotypes import Found

__all__ = ["clonotypes"]

_SHOWN: Final = 10
_COLUMNS: Final = ("clonotype", "cells", "lineage", "reactivity", "NeoTCR8", "CDR3 alpha", "CDR3 beta", "flags")


def clonotypes(
    out: Out,
    contigs: Annotated[Path | None, typer.Option(help="filtered_contig_annotations.csv of Cell Ranger.")] = None,
    airr: Annotated[Path | None, typer.Option(help="AIRR rearrangement table with cell_id.")] = None,
    matrix: Annotated[
        Path | None, typer.Option(help="Expression: Cell Ranger's .h5, its matrix folder, or .h5ad.")
    ] = None,
    values: Annotated[
        Literal["auto", "counts", "log"], typer.Option(help="What the matrix holds; auto tells by its values.")
    ] = "auto",
    blood: Annotated[
        Path | None, typer.Option(help="Contigs of blood or normal tissue, 10x or AIRR: clones there are flagged.")
    ] = None,
    known: Annotated[
        Path | None, typer.Option(help="Table of receptors against viruses: label, cdr3a, cdr3b; matches are flagged.")
    ] = None,
    keep_doublets: Annotated[
        bool, typer.Option("--keep-doublets", help="Count cells with two betas or three alphas too.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Find the clones of T cells in a tumour and rank them by what their cells express.

    Writes clonotypes.tsv, cells.tsv, qc.json and clonotypes.airr.tsv. The scores rank; none is a calibrated chance, and
    none says which antigen a receptor sees.
    """
    from adoptive.antigen.clonotypes import CloneRules
    from adoptive.workbench.discover.clonotypes import Asked, write_clonotypes

    asked = Asked(contigs, airr, matrix, values, blood, known, CloneRules(keep_doublets=keep_doublets))
    found = write_clonotypes(asked, out)
    if as_json:
        _print_json(found, out)
    else:
        _print_table(found, out)


def _print_json(found: Found, out: Path) -> None:
    from dataclasses import asdict

    rows = [asdict(row) for row in found.clonotypes[:_SHOWN]]
    print_document({"qc": found.qc, "first_clonotypes": rows}, out)


def _print_table(found: Found, out: Path) -> None:
    from rich.table import Table

    from adoptive.workbench.cli.say import console

    table = Table(*_COLUMNS, title="Clones, the most reactive first", title_justify="left")
    for row in found.clonotypes[:_SHOWN]:
        table.add_row(*_cells(row))
    said, clones = console(), found.qc["clones"]
    said.print(table)
    said.print(
        f"{found.qc['contigs']:,} contigs, {found.qc['chains']:,} chains used, {clones['all']:,} clones, "
        f"{clones['candidate_receptors']:,} candidate receptors"
    )
    said.print(found.qc["note"])
    say_end(said, out)


def _cells(row: Clonotype) -> tuple[str, ...]:
    scores = ("" if value is None else f"{value:.2f}" for value in (row.reactivity, row.neotcr8))
    return row.id, str(row.cells), row.lineage, *scores, row.cdr3a, row.cdr3b, ", ".join(row.flags)

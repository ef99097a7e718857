"""``adoptive construct tcr``: T-cell receptors from genes and CDR3s to checked sequences."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from adoptive.workbench.order.receptors import Sequences
    from adoptive.workbench.order.tcr import Ordered

__all__ = ["tcr"]


def tcr(
    out: Annotated[Path, typer.Option(help="New folder for the order's files.")],
    receptors: Annotated[Path | None, typer.Argument(help="receptors.tsv or clonotypes.tsv.")] = None,
    ids: Annotated[list[str] | None, typer.Option("--id", help="Receptor of the table; may be repeated.")] = None,
    chosen: Annotated[bool, typer.Option("--chosen", help="All receptors of rank 1 and more: one product.")] = False,
    va: Annotated[str, typer.Option(help="V gene or allele of alpha, as TRAV12-2.")] = "",
    ja: Annotated[str, typer.Option(help="J gene or allele of alpha.")] = "",
    cdr3a: Annotated[str, typer.Option(help="CDR3 of alpha, from C to F or W.")] = "",
    cdr3a_nt: Annotated[str, typer.Option(help="Its bases, if they were sequenced.")] = "",
    vb: Annotated[str, typer.Option(help="V gene or allele of beta.")] = "",
    jb: Annotated[str, typer.Option(help="J gene or allele of beta.")] = "",
    cdr3b: Annotated[str, typer.Option(help="CDR3 of beta.")] = "",
    cdr3b_nt: Annotated[str, typer.Option(help="Its bases, if they were sequenced.")] = "",
    name: Annotated[str, typer.Option(help="Name of a receptor given by its genes.")] = "receptor",
    constants: Annotated[
        Literal["murine cysteine", "murine cysteine LVL", "murine", "human", "human TRBC2", "human cysteine"],
        typer.Option(help="Constant regions; cysteine: alpha T48C and beta S57C."),
    ] = "murine cysteine",
    order: Annotated[Literal["beta alpha", "alpha beta"], typer.Option(help="Which chain comes first.")] = "beta alpha",
    linker: Annotated[
        Literal["furin SGSG P2A", "furin RRKR SGSG P2A", "GSG P2A", "P2A"], typer.Option(help="Between the chains.")
    ] = "furin SGSG P2A",
    species: Annotated[Literal["human", "mouse"], typer.Option(help="Whose V and J.")] = "human",
    vector: Annotated[Path | None, typer.Option(help="Vector to put it in: .gb, .dna or FASTA.")] = None,
    place: Annotated[str, typer.Option(help="Where: feature:NAME, sites:XhoI,EcoRI or position:1200.")] = "",
    avoid: Annotated[
        str, typer.Option(help="Restriction sites to avoid, by comma.")
    ] = "NcoI,NotI,EcoRI,XhoI,SalI,BamHI",
    packaged_nt: Annotated[int, typer.Option(min=1000, max=50_000, help="Bases that the vector packages.")] = 8000,
    seed: Annotated[int, typer.Option(min=0, help="Of the choice of codons; the same seed, the same bases.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")] = False,
) -> None:
    """Build T-cell receptors: chains from V, J and CDR3, constant regions, 2A, codons, eighteen checks, GenBank.

    Sequenced bases of a CDR3 must code for it and are compared with what is built; codons are chosen anew.
    Exit code 1: a check failed, and the files say so. For research only; no release document.
    """
    from adoptive.construct.checks import Limits
    from adoptive.construct.codons import Rules
    from adoptive.workbench.order.receptors import Layout, Sequences
    from adoptive.workbench.order.tcr import TcrAsked, order_tcrs

    genes = {"va": va, "ja": ja, "cdr3a": cdr3a, "vb": vb, "jb": jb, "cdr3b": cdr3b}
    given: Sequences | None = None
    if any((*genes.values(), cdr3a_nt, cdr3b_nt)):
        _check_given(genes)
        given = Sequences(name, va, ja, cdr3a, vb, jb, cdr3b, cdr3a_nt, cdr3b_nt)
    sites = tuple(one.strip() for one in avoid.split(",") if one.strip())
    asked = TcrAsked(
        receptors, tuple(ids or ()), chosen, given, Layout(constants, order, linker, species), vector, place, seed,
        Limits(rules=Rules(sites=sites), packaged_nt=packaged_nt),
    )  # fmt: skip
    ordered = order_tcrs(asked, out)
    (_print_json if as_json else _print_table)(ordered, out)
    if not all(one.ready for one in ordered):
        raise typer.Exit(1)


def _check_given(genes: dict[str, str]) -> None:
    from adoptive.errors import StudyError

    missing = [f"--{key}" for key, value in genes.items() if not value.strip()]
    if missing:
        raise StudyError(
            "both chains are needed", where="construct tcr", value=f"missing: {', '.join(missing)}",
            allowed=" ".join(f"--{key}" for key in genes), next_step="add them",
        )  # fmt: skip


def _print_json(ordered: tuple[Ordered, ...], out: Path) -> None:
    from adoptive.workbench.engine.document import as_json
    from adoptive.workbench.order.tcr import order_document

    typer.echo(as_json(order_document(ordered, out)), nl=False)


def _print_table(ordered: tuple[Ordered, ...], out: Path) -> None:
    from rich.table import Table

    from adoptive.workbench.cli.say import console

    table = Table("receptor", "bases", "residues", "ready to order", "failed or not judged", title_justify="left")
    table.title = "Receptors"
    for one in ordered:
        wrong = [row for row in one.checks if not row.reports and not (row.judged and row.passed)]
        said = "; ".join(f"{row.id} ({row.verdict}): {row.detail}" for row in wrong) or "none"
        length, protein = f"{len(one.built.nt):,}", str(len(one.built.insert.protein))
        table.add_row(one.built.insert.id, length, protein, "yes" if one.ready else "NO", said)
    to = console()
    to.print(table)
    for one in ordered:
        for note in one.built.insert.notes:
            to.print(f"{one.built.insert.id}: {note}", soft_wrap=True)
    to.print(f"files: {out}. For research only; no release document.", soft_wrap=True)

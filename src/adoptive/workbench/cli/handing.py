"""``adoptive construct handoff``: what manufacturing and a study read. No science is imported here."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from adoptive.workbench.cli.construct_options import JsonOption

__all__ = ["SHORT_HELP", "handoff"]

SHORT_HELP = "Write product_spec.json: receptors, tumour map, verdict of the checks."


def handoff(
    receptors: Annotated[
        Path | None,
        typer.Argument(metavar="[RECEPTORS]", help="receptors.tsv of adoptive antigen rank.", show_default=False),
    ] = None,
    out: Annotated[Path, typer.Option(metavar="DIR", help="New folder.")] = Path("handoff"),
    clones: Annotated[
        Path | None, typer.Option(metavar="FILE", help="clones.tsv: clones of the tumour.", show_default=False)
    ] = None,
    hla: Annotated[
        Path | None, typer.Option(metavar="FILE", help="hla.tsv: alleles, haplotypes, loss.", show_default=False)
    ] = None,
    construct: Annotated[
        list[Path] | None,
        typer.Option(metavar="DIR", help="Folder of adoptive construct tcr or car; repeat.", show_default=False),
    ] = None,
    share: Annotated[
        list[float] | None,
        typer.Option(min=1e-6, max=1.0, help="Share of the product, in order of choice; repeat.", show_default=False),
    ] = None,
    target: Annotated[str, typer.Option(help="Chimeric receptor: the antigen, as studies write it.")] = "",
    density: Annotated[
        float | None,
        typer.Option(min=1.0, max=1e8, help="Chimeric receptor: molecules per positive cell.", show_default=False),
    ] = None,
    density_gsd: Annotated[
        float | None, typer.Option(min=1.0, max=20.0, help="Geometric spread of it.", show_default=False)
    ] = None,
    days: Annotated[
        tuple[float, float, float] | None,
        typer.Option(help="Days of sequencing, screen and synthesis.", show_default=False),
    ] = None,
    tested: Annotated[
        int | None, typer.Option(min=0, max=100_000, help="Receptors built and tested.", show_default=False)
    ] = None,
    trac_knock_out: Annotated[bool, typer.Option("--trac-knock-out", help="The cells' own alpha is removed.")] = False,
    trbc_knock_out: Annotated[bool, typer.Option("--trbc-knock-out", help="The cells' own beta is removed.")] = False,
    vector: Annotated[str, typer.Option(help="Kind of vector.")] = "not stated",
    name: Annotated[str, typer.Option(help="Name of the product.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Hand a design over. Exit code 1 if a check of a sequence failed; the file is written and says so."""
    from adoptive.construct.product import Days, Density
    from adoptive.workbench.engine.document import as_json as to_json
    from adoptive.workbench.order.handoff import LABEL, Handover, write_handover
    from adoptive.workbench.order.product_file import product_document

    if density_gsd is not None and density is None:
        raise typer.BadParameter("--density-gsd: give --density as well")
    asked_edits: dict[Literal["TRAC-KO", "TRBC-KO"], bool] = {"TRAC-KO": trac_knock_out, "TRBC-KO": trbc_knock_out}
    edits = tuple(name for name, wanted in asked_edits.items() if wanted)
    asked = Handover(
        out, receptors, clones, hla, tuple(construct or ()), name, tuple(share or ()),
        None if days is None else Days(*days), tested, edits, vector, target,
        None if density is None else Density(density, density_gsd),
    )  # fmt: skip
    spec = write_handover(asked)
    made = spec.product
    if as_json:
        sys.stdout.write(to_json(product_document(spec)))
    else:
        verdict = {True: "every check passed", False: "NOT ready to order", None: "not every receptor was built"}
        typer.echo(
            f"{made.id}: {len(made.receptors) or 1} receptor(s), {made.modality}; {verdict[made.ready_to_order]}"
        )
        for one in made.failed_checks:
            typer.echo(f"  FAILED {one}")
        typer.echo(f"{LABEL}\n\nfile: {asked.out}/product_spec.json")
    raise typer.Exit(1 if made.failed_checks else 0)

"""``adoptive construct car``: a chimeric antigen receptor from named parts. No science is imported here."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

__all__ = ["car"]

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]


def _part(option: str, meaning: str) -> Any:
    return typer.Option(option, metavar="PART", help=meaning, show_default=False)


def _file(option: str, meaning: str) -> Any:
    return typer.Option(option, metavar="FASTA", help=meaning, show_default=False)


def car(
    design: Annotated[Path | None, typer.Argument(metavar="[DESIGN.toml]", help="The parts, one key each.")] = None,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="New folder for the order.")] = None,
    id: Annotated[str | None, typer.Option("--id", help="Name of the construct.", show_default=False)] = None,
    target: Annotated[str | None, typer.Option(help="Antigen, as studies write it.", show_default=False)] = None,
    leader: Annotated[str | None, _part("--leader", "Signal peptide; default CD8A.")] = None,
    binder: Annotated[str | None, _part("--binder", "Binder, as FMC63.")] = None,
    binder_fasta: Annotated[Path | None, _file("--binder-fasta", "Binder of your own: one protein, or VL and VH.")] = (
        None
    ),
    hinge: Annotated[str | None, _part("--hinge", "Hinge; default CD8A hinge.")] = None,
    transmembrane: Annotated[str | None, _part("--transmembrane", "Membrane segment; default CD8A TM.")] = None,
    costimulation: Annotated[list[str] | None, _part("--costimulation", "Domain; default 4-1BB; repeatable.")] = None,
    signal: Annotated[str | None, _part("--signal", "Signalling domain; default CD3z.")] = None,
    armour: Annotated[str | None, _part("--armour", "Armour, as IL-15.")] = None,
    armour_fasta: Annotated[Path | None, _file("--armour-fasta", "Its protein.")] = None,
    switch: Annotated[str | None, _part("--switch", "Safety switch, as iCasp9.")] = None,
    switch_fasta: Annotated[Path | None, _file("--switch-fasta", "Its protein.")] = None,
    tag: Annotated[str | None, _part("--tag", "Surface tag, as EGFRt.")] = None,
    vector: Annotated[Path | None, typer.Option(metavar="FILE", help="GenBank, FASTA or SnapGene vector.")] = None,
    place: Annotated[
        str, typer.Option(help="Where in it: feature:NAME, sites:XhoI,EcoRI or position:1200.", show_default=False)
    ] = "",
    avoid: Annotated[
        str, typer.Option(help="Restriction sites to avoid, by comma.")
    ] = "NcoI,NotI,EcoRI,XhoI,SalI,BamHI",
    packaged_nt: Annotated[int, typer.Option(min=1000, max=50_000, help="Bases that the vector packages.")] = 8000,
    seed: Annotated[int, typer.Option(min=0, max=2**31 - 1, help="Seed of the choice of codons.")] = 0,
    parts: Annotated[bool, typer.Option("--parts", help="List the catalogue of parts and stop.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Build a chimeric receptor from parts, choose its codons, check it. Exit code 1 if a check fails."""
    from adoptive.workbench.cli.car_run import Request, list_parts, run_car

    if parts:
        raise typer.Exit(list_parts(as_json=as_json))
    if out is None:
        raise typer.BadParameter("--out: name a new folder for the order")
    options = {
        "id": id, "target": target, "leader": leader, "binder": binder, "binder_fasta": binder_fasta, "hinge": hinge,
        "transmembrane": transmembrane, "costimulation": tuple(costimulation or ()), "signal": signal,
        "armour": armour, "armour_fasta": armour_fasta, "switch": switch, "switch_fasta": switch_fasta, "tag": tag,
    }  # fmt: skip
    chosen = {key: str(value) if isinstance(value, Path) else value for key, value in options.items() if value}
    sites = tuple(one.strip() for one in avoid.split(",") if one.strip())
    raise typer.Exit(run_car(Request(design, out, chosen, vector, place, seed, sites, packaged_nt, as_json)))

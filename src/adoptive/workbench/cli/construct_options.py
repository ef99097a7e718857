"""Options that the commands of ``adoptive construct`` share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["AvoidOption", "JsonOption", "PackagedOption", "PlaceOption", "SeedOption", "VectorOption", "names_in"]

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
VectorOption = Annotated[
    Path | None, typer.Option("--vector", metavar="FILE", help="Vector to put it in: .gb, .dna or FASTA.")
]
PlaceOption = Annotated[
    str, typer.Option(help="Where in it: feature:NAME, sites:XhoI,EcoRI or position:1200.", show_default=False)
]
AvoidOption = Annotated[str, typer.Option(help="Restriction sites to avoid, by comma.")]
PackagedOption = Annotated[int, typer.Option(min=1000, max=50_000, help="Bases that the vector packages.")]
SeedOption = Annotated[
    int, typer.Option(min=0, max=2**31 - 1, help="Of the choice of codons; the same seed, the same bases.")
]


def names_in(text: str) -> tuple[str, ...]:
    """Take names apart that stand in a row with commas.

    >>> names_in("NcoI, EcoRI,")
    ('NcoI', 'EcoRI')
    """
    return tuple(one.strip() for one in text.split(",") if one.strip())

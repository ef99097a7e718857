"""What to order for a screen: long peptides, minimal epitopes, their wild types, and where they stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from adoptive.antigen.discovered import Neoantigen
from adoptive.antigen.pools import well_name
from adoptive.units import In

__all__ = ["Peptide", "PoolPlace", "peptides_of"]

_LONG: Final = 27
"""A longer window (a frameshift's) is ordered as overlapping peptides."""
_PIECE, _STEP = 25, 13


@dataclass(frozen=True)
class Peptide:
    """Hold one peptide to order: a row of ``peptides.csv``. Mutant and wild type of one peptide share its name."""

    name: Annotated[str, In("name", "as the stimulus on a plate: the antigen, or antigen/PEPTIDE")]
    antigen: Annotated[str, In("name", "neoantigen")]
    kind: Annotated[str, In("name", "mutant or wild type")]
    form: Annotated[str, In("name", "long peptide or minimal epitope")]
    sequence: Annotated[str, In("amino acids", "peptide")]
    length: Annotated[int, In("residues", "its length")]
    hla: Annotated[str, In("allele", "allele that presents a minimal epitope, as predicted")]
    ic50_nm: Annotated[float | None, In("nM", "predicted binding")]
    well: Annotated[str, In("well", "place on the peptide plate")]


@dataclass(frozen=True)
class PoolPlace:
    """Hold one antigen of one pool: a row of ``pools.csv``."""

    pool: Annotated[str, In("name", "pool or tandem minigene, as the stimulus on a plate")]
    antigen: Annotated[str, In("name", "neoantigen")]
    axis: Annotated[str, In("name", "row, column or tandem")]
    well: Annotated[str, In("well", "place of the pool on the pool plate; empty: a tandem minigene")]
    peptide_wells: Annotated[tuple[str, ...], In("wells", "wells of the peptide plate that go into it")]


def peptides_of(neoantigens: Sequence[Neoantigen]) -> tuple[Peptide, ...]:
    """List the peptides of neoantigens: mutant long peptides first, then minimal epitopes, then the wild types.

    A window of more than 27 residues gives overlapping peptides of 25, twelve shared.
    """
    long = [row for one in neoantigens for row in _long(one.id, one.window, "mutant")]
    short = [row for one in neoantigens if one.peptide for row in [_minimal(one, one.peptide, one.ic50_nm, "mutant")]]
    self_long = [
        row for one in neoantigens if one.wild_type_window for row in _long(one.id, one.wild_type_window, "wild type")
    ]
    self_short = [
        _minimal(one, one.wild_type, one.wild_type_ic50_nm, "wild type")
        for one in neoantigens
        if one.peptide and one.wild_type
    ]
    rows = [*long, *short, *self_long, *self_short]
    return tuple(
        Peptide(name, antigen, kind, form, sequence, len(sequence), hla, ic50, well_name(place))
        for place, (name, antigen, kind, form, sequence, hla, ic50) in enumerate(rows)
    )


_Row = tuple[str, str, str, str, str, str, float | None]


def _long(antigen: str, window: str, kind: str) -> list[_Row]:
    if len(window) <= _LONG:
        return [(antigen, antigen, kind, "long peptide", window, "", None)]
    starts = [*range(0, len(window) - _PIECE, _STEP), len(window) - _PIECE]
    return [
        (f"{antigen}/{place}", antigen, kind, "long peptide", window[start : start + _PIECE], "", None)
        for place, start in enumerate(starts, start=1)
    ]


def _minimal(one: Neoantigen, sequence: str, ic50_nm: float | None, kind: str) -> _Row:
    return (f"{one.id}/{one.peptide}", one.id, kind, "minimal epitope", sequence, one.hla, ic50_nm)

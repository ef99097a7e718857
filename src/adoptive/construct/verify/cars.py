"""Chimeric receptors of known length, put together from the catalogue of parts (T8)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from adoptive.construct.car import car_insert, scfv
from adoptive.construct.types import Insert
from adoptive.construct.verify.case import Case, Outcome, read_json

__all__ = ["CARS"]


def _twenty_eight_z() -> Insert:
    """FMC63-28Z as in GenBank ADM64594.1."""
    return car_insert(
        id="FMC63-28Z", leader="CSF2RA", binder=scfv("FMC63", linker="218 linker"), joint="AAA", hinge="CD28 hinge",
        transmembrane="CD28 TM", costimulation=("CD28",),
    )  # fmt: skip


def _bbz() -> Insert:
    """FMC63 with the hinge and membrane part of CD8A, and 4-1BB."""
    return car_insert(id="FMC63-BBz", binder=scfv("FMC63", linker="(G4S)3"))


def _plain_28z() -> Insert:
    """FMC63 with the hinge, membrane part and signal of CD28."""
    return car_insert(
        id="FMC63-28z", binder=scfv("FMC63", linker="(G4S)3"), hinge="CD28 hinge", transmembrane="CD28 TM",
        costimulation=("CD28",),
    )  # fmt: skip


def _compared(row: str, residues: int, build: Callable[[], Insert]) -> Callable[[], Outcome]:
    def run() -> Outcome:
        public, ours = read_json("reference_cars.json")[row]["aa"], build().protein
        same = "equal to the public protein" if ours == public else "not the public protein"
        return ours == public and len(ours) == residues, f"{len(ours)} residues of {residues}, {same}"

    return run


CARS: Final = (
    Case("T8 FMC63-28Z", _compared("FMC63-28Z (GenBank ADM64594.1 length 489 aa)", 489, _twenty_eight_z)),
    Case("T8 FMC63-BBz", _compared("FMC63-BBz", 486, _bbz)),
    Case("T8 FMC63-28z", _compared("FMC63-28z (CD8 leader, G4S3)", 482, _plain_28z)),
)

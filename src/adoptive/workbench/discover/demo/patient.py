"""Read what is planted in the made-up patient: ``patient.toml``, with receptors from the data that the package ships.

Published sequences: KRAS (UniProt P01116-2), the receptors against KRAS G12D on HLA-C*08:02 (Tran 2016,
doi:10.1056/NEJMoa1609279; Sim 2020, doi:10.1073/pnas.1921964117), 1G4, DMF5, two receptors against viruses from
structures, and the chains of a healthy donor's blood cells. What the donor's chains see here is made up.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any, Final

from adoptive.antigen.discovered import Allele, TumourClone
from adoptive.construct.bases import translate
from adoptive.workbench.discover.demo.types import Patient, PlantedChain, PlantedReceptor, PlantedVariant

__all__ = ["Donor", "donor_cells", "planted_patient", "structures"]

_DONOR: Final = "vdj_nextgem_hs_pbmc3_t_filtered_contig_annotations.csv.gz"
_INVARIANT: Final = frozenset({"TRAV1-2", "TRAV10"})
_CODON: Final = dict(
    zip("ACDEFGHIKLMNPQRSTVWY",
        "GCC TGC GAC GAG TTC GGC CAC ATC AAG CTG ATG AAC CCC CAG AGA AGC ACC GTG TGG TAC".split(), strict=True)
)  # fmt: skip
"""One codon for each residue, for receptors whose bases are not published."""


@dataclass(frozen=True)
class Donor:
    """Hold one cell of the healthy donor: its rows of the contig table, and its productive chains."""

    barcode: str
    rows: tuple[Mapping[str, str], ...]

    def chains(self, locus: str) -> tuple[PlantedChain, ...]:
        """Give the productive chains of one locus, most molecules first."""
        rows = [row for row in self.rows if row["chain"] == locus and row["productive"] == "True"]
        rows.sort(key=lambda row: (-int(row["umis"]), row["cdr3"]))
        return tuple(PlantedChain(row["v_gene"], row["j_gene"], row["cdr3"], row["cdr3_nt"]) for row in rows)

    def paired(self, alphas: int) -> bool:
        """Say whether the cell has so many productive alphas, one productive beta, and is no invariant T cell."""
        found = self.chains("TRA")
        whole = all(one.v != "None" and one.j != "None" and one.cdr3_nt for one in (*found, *self.chains("TRB")))
        return whole and len(found) == alphas and len(self.chains("TRB")) == 1 and found[0].v not in _INVARIANT


@lru_cache(maxsize=1)
def donor_cells() -> tuple[Donor, ...]:
    """Read the shipped contig table of a healthy donor's blood, one cell after the other."""
    data = resources.files("adoptive.antigen").joinpath("data", "examples", _DONOR).read_bytes()
    cells: dict[str, list[Mapping[str, str]]] = {}
    for row in csv.DictReader(io.StringIO(gzip.decompress(data).decode())):
        cells.setdefault(row["barcode"], []).append(row)
    return tuple(Donor(barcode, tuple(rows)) for barcode, rows in cells.items())


@lru_cache(maxsize=1)
def structures() -> tuple[Mapping[str, str], ...]:
    """Read the shipped table of receptors in complex with peptide and HLA."""
    text = resources.files("adoptive.construct").joinpath("data", "cases", "pdb_ternary_tcrdock.tsv").read_text("utf-8")
    return tuple(csv.DictReader(io.StringIO(text), delimiter="\t"))


def planted_patient() -> Patient:
    """Give the made-up patient; the same at every call."""
    text = resources.files("adoptive.workbench.discover.demo").joinpath("patient.toml").read_text("utf-8")
    told = tomllib.loads(text)
    variants = tuple(
        PlantedVariant(**{key: value for key, value in one.items() if key != "protein"}) for one in told["variant"]
    )
    ids = {one.gene: one.id for one in variants}
    return Patient(
        name=told["name"],
        purity=told["purity"],
        alleles=tuple(Allele(**one) for one in told["allele"]),
        proteins={one["gene"]: one["protein"] for one in told["variant"]},
        variants=variants,
        receptors=tuple(_receptors(told["receptor"], ids)),
        clones=tuple(
            TumourClone(one["id"], one["share"], tuple(ids[gene] for gene in one["antigens"]), tuple(one["hla_lost"]))
            for one in told["clone"]
        ),
    )


def _receptors(rows: Sequence[Mapping[str, Any]], ids: Mapping[str, str]) -> Iterator[PlantedReceptor]:
    text = resources.files("adoptive.construct").joinpath("data", "cases", "reference_tcrs.json").read_text("utf-8")
    cases = json.loads(text)
    single, dual, mait = _donors()
    for row in rows:
        told, second = dict(row), None
        if "case" in told:
            case = cases[told.pop("case")]
            alpha, beta = (_of_case(case[locus]) for locus in ("TRA", "TRB"))
            source = f"published receptor: {case['antigen']} on {case['hla']}"
        elif "structure" in told:
            alpha, beta, source = _of_structure(told.pop("structure"))
        else:
            invariant, two, number = told.pop("mait", False), told.pop("dual", False), told.pop("donor", 0)
            donor = mait if invariant else (dual if two else single)[number]
            alpha, beta = donor.chains("TRA")[0], donor.chains("TRB")[0]
            second = donor.chains("TRA")[1] if two else None
            source = f"chains of a healthy donor's cell {donor.barcode}; what they see here is made up"
        told["antigen"] = ids.get(told.get("antigen", ""), "")
        told.setdefault("lineage", "CD8")
        yield PlantedReceptor(alpha=alpha, beta=beta, second_alpha=second, source=source, **told)


def _donors() -> tuple[list[Donor], list[Donor], Donor]:
    """Give cells of the donor whose chains no other cell has: with one alpha, with two; and one MAIT cell."""
    cells = donor_cells()
    often = Counter(chain.cdr3_nt for cell in cells for chain in (*cell.chains("TRA"), *cell.chains("TRB")))
    alone = [
        cell for cell in cells
        if all(often[chain.cdr3_nt] == 1 for chain in (*cell.chains("TRA"), *cell.chains("TRB")))
    ]  # fmt: skip
    mait = next(
        cell for cell in alone
        if [chain.v for chain in cell.chains("TRA")] == ["TRAV1-2"]
        and cell.chains("TRA")[0].j == "TRAJ33" and len(cell.chains("TRB")) == 1
    )  # fmt: skip
    return [cell for cell in alone if cell.paired(1)], [cell for cell in alone if cell.paired(2)], mait


def _of_case(case: Mapping[str, Any]) -> PlantedChain:
    """Take the bases of a CDR3 from the bases of its V-J."""
    nt, cdr3 = case["vj_nt"], case["cdr3"]
    at = 3 * translate(nt[: len(nt) // 3 * 3]).index(cdr3)
    return PlantedChain(case["v"].split("*")[0], case["j"].split("*")[0], cdr3, nt[at : at + 3 * len(cdr3)])


def _of_structure(name: str) -> tuple[PlantedChain, PlantedChain, str]:
    row = next(one for one in structures() if one["pdbid"] == name)
    alpha, beta = (
        PlantedChain(
            row[f"v{letter}"].split("*")[0], row[f"j{letter}"].split("*")[0], row[f"cdr3{letter}"],
            "".join(_CODON[residue] for residue in row[f"cdr3{letter}"]),
        )
        for letter in "ab"
    )  # fmt: skip
    return alpha, beta, f"structure {name}: {row['pep_seq']} on HLA-{row['mhc_allele']}; bases chosen, not measured"

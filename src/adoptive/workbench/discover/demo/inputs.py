"""Write the made-up patient's files, as a laboratory and a sequencing core would hand them over."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from adoptive.antigen.discovered import TumourClone
from adoptive.workbench.discover.demo.cells import blood_contigs, tumour_cells, tumour_contigs, write_matrix
from adoptive.workbench.discover.demo.patient import structures
from adoptive.workbench.discover.demo.types import INPUTS, SYNTHETIC, Patient, PlantedVariant
from adoptive.workbench.discover.tables import table_text
from adoptive.workbench.engine.document import as_json

__all__ = ["dna_vaf", "write_inputs"]

_LINE = 60


def write_inputs(folder: Path, patient: Patient, *, seed: int) -> dict[str, Path]:
    """Write all files of the patient but the plates in an existing folder; the same seed gives the same bytes."""
    cells = tumour_cells(patient, seed=seed)
    texts = {
        "variants": _variants(patient),
        "proteins": _proteins(patient),
        "hla": "".join(f"{one.hla}\t{one.haplotype}\t{one.lost_share:g}\n" for one in patient.alleles),
        "contigs": tumour_contigs(cells),
        "blood": blood_contigs(patient, seed=seed),
        "known": _known(patient),
        "clones": table_text(patient.clones, TumourClone),
        "planted": as_json(_planted(patient, seed)),
    }
    places = {what: folder / name for what, name in INPUTS.items()}
    for what, text in texts.items():
        places[what].write_text(text, "utf-8")
    write_matrix(places["matrix"], cells, seed=seed)
    (folder / f"{SYNTHETIC}.txt").write_text(_NOTE, "utf-8")
    return places


_NOTE = (
    f"{SYNTHETIC}. Every file in this folder is made by `adoptive antigen demo`: no patient, no measurement.\n"
    "KRAS and some receptors are published sequences; proteins MADEUP01 to MADEUP12 are drawn at random.\n"
    f"{INPUTS['planted']} says what was planted; no step of the way reads it.\n"
)


def dna_vaf(variant: PlantedVariant, purity: float) -> float:
    """Give the share of mutated reads of one mutated copy: ``purity x ccf / (purity x copies + 2 x (1 - purity))``."""
    return purity * variant.ccf / (purity * variant.copies + 2.0 * (1.0 - purity))


def _variants(patient: Patient) -> str:
    names = ("gene", "protein", "position", "ref", "alt", "dna_vaf", "rna_vaf", "tpm", "copies", "multiplicity", "note")
    rows = [
        (
            one.gene, one.gene, one.position, one.ref, f"fs{one.tail}" if one.tail else one.alt,
            f"{dna_vaf(one, patient.purity):.4f}", f"{one.rna_vaf:g}", f"{one.tpm:g}", one.copies, 1, SYNTHETIC,
        )
        for one in patient.variants
    ]  # fmt: skip
    return _table(names, rows)


def _proteins(patient: Patient) -> str:
    lines = []
    for name, sequence in patient.proteins.items():
        what = "UniProt P01116-2, in a SYNTHETIC patient" if name == "KRAS" else f"{SYNTHETIC}, drawn at random"
        lines += [f">{name} {what}", *(sequence[at : at + _LINE] for at in range(0, len(sequence), _LINE))]
    return "\n".join(lines) + "\n"


def _known(patient: Patient) -> str:
    """List known receptors: the shipped structures with peptides of viruses, and the planted ones against self."""
    viral = {"GILGFVFTL": "influenza A M1", "NLVPMVATV": "cytomegalovirus pp65", "GLCTLVAML": "Epstein-Barr BMLF1"}
    rows: dict[tuple[str, str], str] = {}
    for row in structures():
        if row["pep_seq"] in viral:
            rows.setdefault((row["cdr3a"], row["cdr3b"]), f"{viral[row['pep_seq']]} {row['pep_seq']}")
    for one in patient.receptors:
        if one.role == "self":
            rows.setdefault((one.alpha.cdr3, one.beta.cdr3), f"self, {one.name}")
    return _table(("label", "cdr3a", "cdr3b", "note"), [(label, *key, SYNTHETIC) for key, label in rows.items()])


def _planted(patient: Patient, seed: int) -> dict[str, Any]:
    return {
        "label": f"{SYNTHETIC}: what was planted in the made-up patient",
        "name": patient.name,
        "seed": seed,
        "purity": patient.purity,
        "alleles": [asdict(one) for one in patient.alleles],
        "variants": [{"id": one.id, **asdict(one)} for one in patient.variants],
        "receptors": [asdict(one) for one in patient.receptors],
        "clones": [asdict(one) for one in patient.clones],
    }


def _table(names: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter="\t", lineterminator="\n")
    writer.writerow(names)
    writer.writerows(rows)
    return out.getvalue()

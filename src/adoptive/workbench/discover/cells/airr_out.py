"""Write the chains of clones as an AIRR rearrangement table, one row for each chain of each cell."""

from __future__ import annotations

import csv
import io
from typing import Final

from adoptive.antigen.chains import Contig
from adoptive.antigen.clonotypes import Repertoire

__all__ = ["airr_text"]

_COLUMNS: Final = (
    "sequence_id", "sequence", "rev_comp", "productive", "v_call", "d_call", "j_call", "sequence_alignment",
    "germline_alignment", "junction", "junction_aa", "v_cigar", "d_cigar", "j_cigar", "locus", "junction_length",
    "junction_aa_length", "umi_count", "cell_id", "clone_id",
)  # fmt: skip
"""The columns that the AIRR schema wants in every table, empty where nothing is known, and those that carry cells."""


def airr_text(repertoire: Repertoire) -> str:
    """Give the table's text: the cells of clones with all their usable chains; it can be read back as ``--airr``."""
    owner, out = repertoire.clone_of, io.StringIO(newline="")
    writer = csv.DictWriter(out, _COLUMNS, restval="", delimiter="\t", lineterminator="\n")
    writer.writeheader()
    for cell in repertoire.cells:
        if cell.barcode in owner:
            for number, chain in enumerate((*cell.alphas, *cell.betas), 1):
                writer.writerow(_row(chain, number, owner[cell.barcode]))
    return out.getvalue()


def _row(chain: Contig, number: int, clone: str) -> dict[str, object]:
    return {
        "sequence_id": f"{chain.cell}_{number}", "rev_comp": "F", "productive": "T", "v_call": chain.v,
        "j_call": chain.j, "junction": chain.cdr3_nt, "junction_aa": chain.cdr3, "locus": chain.locus,
        "junction_length": len(chain.cdr3_nt) or "", "junction_aa_length": len(chain.cdr3),
        "umi_count": "" if chain.umis is None else chain.umis, "cell_id": chain.cell, "clone_id": clone,
    }  # fmt: skip

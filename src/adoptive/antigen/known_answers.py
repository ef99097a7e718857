"""Known answers of windows, binding and off-targets, run from the package's own data."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from importlib import resources
from typing import Final

import numpy as np

from adoptive.antigen.binding import Matrices
from adoptive.antigen.mutations import change_protein, cut_peptides, cut_window
from adoptive.antigen.offtarget import motif_from_pattern, scan

__all__ = ["RAS", "Case", "binding_cases", "offtarget_case", "report_binding"]

Case = tuple[str, bool, str]
"""Name, passed, detail."""

RAS: Final = "MTEYKLVVVGAGGVGKSALTIQLIQNHFVDEYDPTIEDSYRKQVVIDGETCLLDILDTAGQE"
"""First residues of KRAS (UniProt P01116), enough for every window around residue 12."""

_WINDOW: Final = "MTEYKLVVVGADGVGKSALTIQLI"
_IC50S: Final = (
    ("HLA-C*08:02", "GADGVGKSA", 71.5, 0.05),
    ("HLA-C*08:02", "GAGGVGKSA", 841.0, 0.5),
    ("HLA-C*05:01", "GADGVGKSA", 63.3, 0.05),
    ("HLA-C*05:01", "GAGGVGKSA", 1846.0, 0.5),
    ("HLA-A*02:01", "SLLMWITQV", 7.6, 0.05),
    ("HLA-A*02:01", "SLLMWITQC", 309.0, 0.5),
    ("HLA-A*02:01", "HMTEVVRHC", 4618.0, 0.5),
)  # fmt: skip
_ORDER: Final = (
    ("HLA-C*08:02", ("GADGVGKSA",), 9),
    ("HLA-A*11:01", ("VVVGADGVGK", "VVGADGVGK"), 38),
)  # fmt: skip
_LEAST_SPEARMAN: Final = 0.80
_REPORT: Final = "data/examples/pvacseq_HCC1395_MHC_I.aggregated.tsv"


def binding_cases() -> tuple[Case, ...]:
    """Run T9 (window), T10 (numbers and order) and T11 (agreement with an ensemble)."""
    return (_window_case(), _number_case(), _order_case(), _report_case())


def offtarget_case(peptides: Sequence[str]) -> Case:
    """Run T15: ``E.DPI...Y`` over peptides that stand for a proteome finds titin beside MAGE-A3, and nothing else."""
    proteins = [(peptide, peptide) for peptide in dict.fromkeys(peptides)]
    found = [match.peptide for match in scan(motif_from_pattern("E.DPI...Y"), proteins)]
    passed = sorted(found) == ["ESDPIVAQY", "EVDPIGHLY"]
    return "T15 off-target of MAGE-A3", passed, f"{len(proteins)} peptides; found {', '.join(found) or 'none'}"


def _window_case() -> Case:
    found = cut_window(change_protein(RAS, 12, "G", "D"))
    return "T9 KRAS G12D minigene", found.window == _WINDOW and found.mutated_at == 12, found.window


def _number_case() -> Case:
    matrices = Matrices.load("smmpmbec")
    found = [float(matrices.ic50_nm(hla, [peptide])[0]) for hla, peptide, _, _ in _IC50S]
    passed = all(abs(one - wanted) <= off for one, (_, _, wanted, off) in zip(found, _IC50S, strict=True))
    said = (f"{hla} {peptide} {one:.4g} nM" for one, (hla, peptide, _, _) in zip(found, _IC50S, strict=True))
    return "T10 binding, IC50", passed, "; ".join(said)


def _order_case() -> Case:
    matrices = Matrices.load("smmpmbec")
    peptides = [pair.peptide for pair in cut_peptides(change_protein(RAS, 12, "G", "D"))]
    passed, said = True, []
    for hla, wanted, scored in _ORDER:
        ic50s = matrices.ic50_nm(hla, peptides)
        known = np.flatnonzero(~np.ma.getmaskarray(ic50s))
        order = [peptides[at] for at in known[np.argsort(ic50s.data[known], kind="stable")]]
        passed = passed and tuple(order[: len(wanted)]) == wanted and len(order) == scored
        said.append(f"{hla}: {', '.join(order[: len(wanted)])} first of {len(order)}")
    return "T10 binding, order around KRAS G12D", passed, "; ".join(said)


def _report_case() -> Case:
    spearman, count = report_binding()
    passed = spearman >= _LEAST_SPEARMAN and count == 262
    return "T11 agreement with the report of HCC1395", passed, f"Spearman {spearman:.3f} over {count} peptides"


def report_binding() -> tuple[float, int]:
    """Compare SMMPMBEC with the ensemble IC50 of the shipped report: Spearman's rho and the number of peptides."""
    from scipy.stats import spearmanr

    matrices = Matrices.load("smmpmbec")
    text = (resources.files("adoptive.antigen") / _REPORT).read_text("utf-8")
    rows = [row for row in csv.DictReader(io.StringIO(text), delimiter="\t") if matrices.lengths(row["Allele"])]
    ours = np.array([matrices.ic50_nm(row["Allele"], [row["Best Peptide"]]).data[0] for row in rows])
    theirs = np.array([float(row["IC50 MT"]) for row in rows])
    known = np.isfinite(ours)
    return float(spearmanr(ours[known], theirs[known]).statistic), int(known.sum())

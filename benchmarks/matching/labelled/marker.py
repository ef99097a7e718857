"""Labelled criteria: antigens by assay, intensity and share; HLA alleles; gene changes."""

from __future__ import annotations

from adoptive.trial.eligibility.statements import All, AntigenLevel, AnyOf, Gene, HlaAllele, Not, Quantity, Statement
from benchmarks.matching.labelled.types import Labelled, exclusion, inclusion


def _ihc(target: str, intensity: float | None, share: float | None, *, above: bool = False) -> Statement:
    return AntigenLevel(target, "IHC", intensity_at_least=intensity, share_at_least=share, share_above=above)


A2 = "HLA-A*02:01"
MUTATED = "mutation"

MARKER: tuple[Labelled, ...] = (
    inclusion("antigen", "CLDN18.2 expression of ≥ 2+ in ≥ 40% of tumour cells by IHC", _ihc("CLDN18.2", 2, 0.4)),
    inclusion(
        "antigen",
        "Claudin 18.2 staining intensity ≥ 2+ in at least 40% of tumor cells by immunohistochemistry",
        _ihc("CLDN18.2", 2, 0.4),
    ),
    inclusion("antigen", "CLDN18.2-positive by IHC", AntigenLevel("CLDN18.2", "IHC")),
    inclusion("antigen", "CLDN18.2 positive tumour", AntigenLevel("CLDN18.2")),
    inclusion("antigen", "HER2-positive", AntigenLevel("HER2")),
    inclusion("antigen", "HER2-positive tumour", AntigenLevel("HER2")),
    inclusion(
        "antigen",
        "HER2 IHC 3+ or IHC 2+ and ISH positive",
        AnyOf((_ihc("HER2", 3, None), All((_ihc("HER2", 2, None), AntigenLevel("HER2", "ISH"))))),
    ),
    inclusion("antigen", "HER2 IHC 3+", _ihc("HER2", 3, None)),
    inclusion(
        "antigen",
        "MAGE-A4 expression of ≥ 2+ in ≥ 30% of tumor cells by immunohistochemistry",
        _ihc("MAGE-A4", 2, 0.3),
    ),
    inclusion(
        "antigen",
        "NY-ESO-1 expression ≥ 2+ in at least 30% of tumour cells by IHC",
        _ihc("NY-ESO-1", 2, 0.3),
    ),
    inclusion("antigen", "GPC3-positive by immunohistochemistry", AntigenLevel("GPC3", "IHC")),
    inclusion("antigen", "GPC3 expression in ≥ 25% of tumour cells by IHC", _ihc("GPC3", None, 0.25)),
    inclusion(
        "antigen", "Mesothelin expression ≥ 1+ in > 50% of tumour cells by IHC", _ihc("mesothelin", 1, 0.5, above=True)
    ),
    inclusion("antigen", "MSLN expression in ≥ 30% of tumor cells by IHC", _ihc("mesothelin", None, 0.3)),
    inclusion("antigen", "PRAME-positive tumour", AntigenLevel("PRAME")),
    inclusion("antigen", "CD19-positive disease", AntigenLevel("CD19")),
    inclusion("antigen", "Tumour must be BCMA positive", AntigenLevel("BCMA")),
    exclusion("antigen", "HER2-positive disease", AntigenLevel("HER2")),
    exclusion("antigen", "CD19-negative disease", Not(AntigenLevel("CD19"))),
    inclusion("antigen", "HER2-negative", Not(AntigenLevel("HER2"))),
    inclusion("antigen", "PD-L1 combined positive score ≥ 5", Quantity("pd_l1_cps", ">=", 5)),
    inclusion("antigen", "H-score ≥ 100 for CEA by IHC", AntigenLevel("CEA", "IHC", h_score_at_least=100)),
    inclusion("HLA", "HLA-A*02:01 positive", HlaAllele((A2,))),
    inclusion("HLA", "Positive for HLA-A*02:01", HlaAllele((A2,))),
    inclusion("HLA", "Carrier of HLA-A*02:01", HlaAllele((A2,))),
    inclusion("HLA", "HLA-A*11:01 positive", HlaAllele(("HLA-A*11:01",))),
    inclusion(
        "HLA",
        "Positive for HLA-A*02:01, HLA-A*02:03 or HLA-A*02:06",
        HlaAllele((A2, "HLA-A*02:03", "HLA-A*02:06")),
    ),
    inclusion("HLA", "HLA-A*02:01 or HLA-A*02:06 allele", HlaAllele((A2, "HLA-A*02:06"))),
    inclusion(
        "HLA",
        "HLA-A*02 positive, except HLA-A*02:07",
        All((HlaAllele(("HLA-A*02",)), Not(HlaAllele(("HLA-A*02:07",))))),
    ),
    inclusion("HLA", "HLA-C*08:02 positive", HlaAllele(("HLA-C*08:02",))),
    exclusion("HLA", "HLA-A*02:05 positive", HlaAllele(("HLA-A*02:05",))),
    exclusion("HLA", "Positive for HLA-A*02:05 allele", HlaAllele(("HLA-A*02:05",))),
    inclusion("gene", "KRAS G12D mutation", Gene("KRAS", ("G12D",))),
    inclusion("gene", "KRAS G12V mutated tumour", Gene("KRAS", ("G12V",))),
    inclusion("gene", "KRAS G12D or G12V mutation", Gene("KRAS", ("G12D", "G12V"))),
    inclusion("gene", "Tumour harbours a KRAS mutation", Gene("KRAS", (), MUTATED)),
    inclusion("gene", "KRAS wild type", Not(Gene("KRAS", (), MUTATED))),
    inclusion("gene", "EGFR wild-type", Not(Gene("EGFR", (), MUTATED))),
    exclusion(
        "gene", "EGFR mutation or ALK rearrangement", AnyOf((Gene("EGFR", (), MUTATED), Gene("ALK", (), "fusion")))
    ),
    inclusion("gene", "BRAF V600E mutation", Gene("BRAF", ("V600E",))),
    inclusion("gene", "MSI-H or dMMR", Gene("MSI-H", (), "signature")),
    exclusion("gene", "MSI-H", Gene("MSI-H", (), "signature")),
    inclusion("gene", "TP53 R175H mutation", Gene("TP53", ("R175H",))),
    inclusion(
        "gene",
        "KRAS G12D mutation and HLA-C*08:02 positive",
        All((Gene("KRAS", ("G12D",)), HlaAllele(("HLA-C*08:02",)))),
    ),
)

"""Phrases of antigens, HLA alleles and genes: forms that are wholly understood."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from adoptive.trial.eligibility.statements import All, AntigenLevel, AnyOf, Gene, HlaAllele, Not, Quantity, Statement

FORMS: tuple[tuple[str, Statement], ...] = (
    (
        "HER2 IHC 3+ or IHC 2+/FISH+",
        AnyOf((AntigenLevel("HER2", "IHC", 3.0), All((AntigenLevel("HER2", "IHC", 2.0), AntigenLevel("HER2", "ISH"))))),
    ),
    (
        "HER2-positive (IHC 3+ or IHC 2+ and ISH positive)",
        AnyOf((AntigenLevel("HER2", "IHC", 3.0), All((AntigenLevel("HER2", "IHC", 2.0), AntigenLevel("HER2", "ISH"))))),
    ),
    (
        "HER2 overexpression (IHC 3+ or IHC 2+ with FISH amplification)",
        AnyOf((AntigenLevel("HER2", "IHC", 3.0), All((AntigenLevel("HER2", "IHC", 2.0), AntigenLevel("HER2", "ISH"))))),
    ),
    ("HER2 IHC 3+ or FISH positive", AnyOf((AntigenLevel("HER2", "IHC", 3.0), AntigenLevel("HER2", "ISH")))),
    (
        "HER2-low (IHC 1+ or IHC 2+/ISH-)",
        All(
            (
                AntigenLevel("HER2", "IHC", 1.0),
                Not(AntigenLevel("HER2", "IHC", 3.0)),
                AnyOf((Not(AntigenLevel("HER2", "IHC", 2.0)), Not(AntigenLevel("HER2", "ISH")))),
            )
        ),
    ),
    ("HER2 FISH amplification", AntigenLevel("HER2", "ISH")),
    ("HER2-positive", AntigenLevel("HER2")),
    ("HER2-negative", Not(AntigenLevel("HER2"))),
    ("HER2 IHC 2+ or 3+", AntigenLevel("HER2", "IHC", 2.0)),
    ("CLDN18.2-positive", AntigenLevel("CLDN18.2")),
    ("CLDN18.2+", AntigenLevel("CLDN18.2")),
    ("claudin 18.2 expression by IHC", AntigenLevel("CLDN18.2", "IHC")),
    ("positive for CLDN18.2 expression by IHC", AntigenLevel("CLDN18.2", "IHC")),
    ("expression of PRAME", AntigenLevel("PRAME")),
    (
        "CLDN18.2 expression of 2+ or more in at least 40 % of tumour cells by IHC",
        AntigenLevel("CLDN18.2", "IHC", 2.0, 0.4),
    ),
    ("CLDN18.2 positive (IHC >= 2+ in >= 40% of tumor cells)", AntigenLevel("CLDN18.2", "IHC", 2.0, 0.4)),
    ("CLDN18.2 ≥ 2+ in ≥ 40%", AntigenLevel("CLDN18.2", intensity_at_least=2.0, share_at_least=0.4)),
    ("CLDN18.2 IHC 2+ or 3+ in at least 70 % of tumour cells", AntigenLevel("CLDN18.2", "IHC", 2.0, 0.7)),
    (
        ">= 75% of tumour cells showing moderate-to-strong membranous CLDN18.2 staining",
        AntigenLevel("CLDN18.2", intensity_at_least=2.0, share_at_least=0.75),
    ),
    (
        "at least 50% of tumour cells expressing mesothelin at 1+, 2+ or 3+",
        AntigenLevel("mesothelin", intensity_at_least=1.0, share_at_least=0.5),
    ),
    (
        "mesothelin expression in more than 50% of cells with moderate to strong intensity",
        AntigenLevel("mesothelin", intensity_at_least=2.0, share_at_least=0.5, share_above=True),
    ),
    ("MAGE-A4 expression >= 30% of tumor cells at >= 2+ intensity by IHC", AntigenLevel("MAGE-A4", "IHC", 2.0, 0.3)),
    ("GPC3 positivity by IHC (>= 1+ in >= 20% of tumour cells)", AntigenLevel("GPC3", "IHC", 1.0, 0.2)),
    ("GPC3-positive by IHC with H-score >= 30", AntigenLevel("GPC3", "IHC", h_score_at_least=30.0)),
    ("H-score of at least 100 for MAGE-A4", AntigenLevel("MAGE-A4", h_score_at_least=100.0)),
    ("IHC 3+ for CLDN18.2", AntigenLevel("CLDN18.2", "IHC", 3.0)),
    ("NY-ESO-1 positive by RT-PCR", AntigenLevel("NY-ESO-1", "PCR")),
    ("CD19 expression on tumour cells by flow cytometry", AntigenLevel("CD19", "flow cytometry")),
    ("EGFRvIII-positive", AntigenLevel("EGFRvIII")),
    ("PD-L1 CPS >= 5", Quantity("pd_l1_cps", ">=", 5.0)),
    ("PD-L1 TPS >= 50%", Quantity("pd_l1_tps_percent", ">=", 50.0)),
    ("PD-L1 combined positive score (CPS) of at least 1", Quantity("pd_l1_cps", ">=", 1.0)),
    ("HLA-A*02:01", HlaAllele(("HLA-A*02:01",))),
    ("HLA-A*02:01 positive", HlaAllele(("HLA-A*02:01",))),
    ("HLA-A*02:01, A*02:03 or A*02:06 positive", HlaAllele(("HLA-A*02:01", "HLA-A*02:03", "HLA-A*02:06"))),
    ("positive for HLA-A*02:01, HLA-A*02:02, or HLA-A*02:06", HlaAllele(("HLA-A*02:01", "HLA-A*02:02", "HLA-A*02:06"))),
    ("at least one HLA-A*02:01 allele", HlaAllele(("HLA-A*02:01",))),
    ("HLA-A*02:01/02:03/02:06", HlaAllele(("HLA-A*02:01", "HLA-A*02:03", "HLA-A*02:06"))),
    ("HLA-A*0201", HlaAllele(("HLA-A*02:01",))),
    ("HLA-A2 positive", HlaAllele(("HLA-A*02",))),
    ("HLA-A11:01", HlaAllele(("HLA-A*11:01",))),
    ("HLA-C*08:02 or HLA-DRB1*04:01", HlaAllele(("HLA-C*08:02", "HLA-DRB1*04:01"))),
    ("HLA-A*02:05P", HlaAllele(("HLA-A*02:05P",))),
    ("HLA-A*02 except HLA-A*02:07", All((HlaAllele(("HLA-A*02",)), Not(HlaAllele(("HLA-A*02:07",)))))),
    ("HLA-A*02 positive (excluding HLA-A*02:07)", All((HlaAllele(("HLA-A*02",)), Not(HlaAllele(("HLA-A*02:07",)))))),
    ("negative for HLA-A*02:07", Not(HlaAllele(("HLA-A*02:07",)))),
    ("HLA-A*02:05 and HLA-A*02:07 negative", Not(HlaAllele(("HLA-A*02:05", "HLA-A*02:07")))),
    ("positive for HLA-A*02:01 by high-resolution typing", HlaAllele(("HLA-A*02:01",))),
    ("KRAS G12D mutation", Gene("KRAS", ("G12D",))),
    ("KRAS p.G12V or G12C", Gene("KRAS", ("G12V", "G12C"))),
    ("BRAF V600E/K mutation", Gene("BRAF", ("V600E", "V600K"))),
    ("TP53 R175H", Gene("TP53", ("R175H",))),
    ("EGFR mutation", Gene("EGFR", category="mutation")),
    ("ALK rearrangement", Gene("ALK", category="fusion")),
    ("ALK-positive", Gene("ALK", category="fusion")),
    ("EGFR, ALK or ROS1 alterations", AnyOf((Gene("EGFR"), Gene("ALK"), Gene("ROS1")))),
    ("mutations in BRCA1 or BRCA2", AnyOf((Gene("BRCA1", category="mutation"), Gene("BRCA2", category="mutation")))),
    ("ERBB2 amplification", Gene("ERBB2", category="amplification")),
    (
        "NTRK gene fusion",
        AnyOf((Gene("NTRK1", category="fusion"), Gene("NTRK2", category="fusion"), Gene("NTRK3", category="fusion"))),
    ),
    ("KRAS wild-type", Not(Gene("KRAS", category="mutation"))),
    (
        "KRAS/NRAS/BRAF wild-type",
        All(
            (
                Not(Gene("KRAS", category="mutation")),
                Not(Gene("NRAS", category="mutation")),
                Not(Gene("BRAF", category="mutation")),
            )
        ),
    ),
    ("wild type RAS", All((Not(Gene("KRAS", category="mutation")), Not(Gene("NRAS", category="mutation"))))),
    ("MSI-H or dMMR", Gene("MSI-H", category="signature")),
    ("microsatellite instability-high (MSI-H)", Gene("MSI-H", category="signature")),
    ("mismatch repair deficient tumours", Gene("MSI-H", category="signature")),
    ("microsatellite-stable disease", Not(Gene("MSI-H", category="signature"))),
    ("TMB >= 10 mutations/Mb", Quantity("tmb_per_mb", ">=", 10.0)),
)


@pytest.mark.parametrize(("text", "statement"), FORMS)
def test_form_states(text: str, statement: Statement, stated: Callable[[str], set[Statement]]) -> None:
    assert stated(text) == {statement}

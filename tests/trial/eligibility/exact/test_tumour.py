"""Antigens, genes and HLA: what one test says of the level asked, and what it does not."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

import pytest

from adoptive.trial.eligibility.facts import Alteration, AntigenTest, Facts
from adoptive.trial.eligibility.judge import explain, truth
from adoptive.trial.eligibility.statements import All, AntigenLevel, AnyOf, Gene, HlaAllele, Not, Truth
from eligibility_samples import TODAY


def ago(days: int) -> datetime.date:
    return TODAY - datetime.timedelta(days=days)


def stained(*tests: AntigenTest, complete: bool = False) -> Facts:
    names: Iterable[Any] = ("antigens",) if complete else ()
    return Facts("synthetic", TODAY, antigens=tests, complete=frozenset(names))


def claudin(intensity: float | None = None, share: float | None = None, **more: Any) -> AntigenTest:
    return AntigenTest("CLDN18.2", "IHC", intensity=intensity, share=share, **more)


def level(intensity: float | None = None, share: float | None = None, **more: Any) -> AntigenLevel:
    return AntigenLevel("CLDN18.2", "IHC", intensity, share, **more)


@pytest.mark.parametrize(
    ("test", "asked", "expected"),
    [
        (claudin(2, 0.5), level(2, 0.4), True),
        (claudin(2, 0.5), level(2, 0.5), True),
        (claudin(2, 0.5), level(2, 0.5, share_above=True), False),
        (claudin(2, 0.5), level(2, 0.75), False),
        (claudin(2, 0.5), level(1, 0.5), True),
        (claudin(2, 0.5), level(1, 0.6), None),
        (claudin(2, 0.5), level(3, 0.6), False),
        (claudin(2, 0.5), level(3, 0.4), None),
        (claudin(2, 0.5), level(None, 0.4), True),
        (claudin(2, 0.5), level(None, 0.6), None),
        (claudin(None, 0.5), level(None, 0.6), False),
        (claudin(None, 0.5), level(2, 0.6), False),
        (claudin(None, 0.5), level(2, 0.4), None),
        (claudin(3), level(2), True),
        (claudin(3), level(2, 0.4), None),
        (claudin(1), level(2), False),
        (claudin(0), level(2, 0.4), False),
        (claudin(0), level(1), False),
        (claudin(2, 0.5), level(3), None),
        (claudin(positive=False), level(2, 0.4), False),
        (claudin(positive=True), level(2, 0.4), None),
        (claudin(positive=True), level(), True),
        (claudin(positive=False), level(), False),
        (claudin(2, 0.5), level(), None),
        (claudin(0), level(), False),
        (claudin(2, 0.5, positive=False), level(2, 0.4), None),
        (claudin(2, 0.5, positive=False), level(2, 0.75), False),
        (claudin(h_score=200), level(h_score_at_least=150), True),
        (claudin(h_score=100), level(h_score_at_least=150), False),
        (claudin(2, 0.8), level(h_score_at_least=150), True),
        (claudin(2, 0.1), level(h_score_at_least=150), False),
        (claudin(2, 0.5), level(h_score_at_least=150), None),
        (claudin(h_score=50), level(2, 0.3), False),
        (claudin(h_score=250), level(2, 0.7), True),
        (claudin(h_score=150), level(2, 0.5), None),
        (
            claudin(h_score=30),
            level(None, 0.1, share_above=True),
            None,
        ),  # 0.3 / 3 is a little more than 0.1 to a computer
        (claudin(2, 5.0), level(2, 0.4), None),
    ],
)
def test_levels(test: AntigenTest, asked: AntigenLevel, expected: Truth) -> None:
    assert truth(asked, stained(test)) is expected


@pytest.mark.parametrize(
    ("intensity", "ish", "expected"),
    [(3, None, True), (2, None, None), (1, None, False), (0, None, False), (2, True, True), (2, False, False)],
)
def test_her2(intensity: float, ish: bool | None, expected: Truth) -> None:
    tests = [AntigenTest("HER2", "IHC", intensity=intensity)]
    tests += [] if ish is None else [AntigenTest("HER2", "FISH", positive=ish)]
    facts = stained(*tests)
    assert truth(AntigenLevel("HER2"), facts) is expected
    score_2, copies = AntigenLevel("HER2", "IHC", 2), AntigenLevel("HER2", "ISH")
    spelt = AnyOf((AntigenLevel("HER2", "IHC", 3), All((score_2, copies))))
    assert truth(spelt, facts) is (None if intensity == 2 and ish is None else expected)
    assert truth(AntigenLevel("HER2", "IHC", 3), facts) is (intensity == 3)


def test_other_targets_and_other_assays_say_nothing() -> None:
    assert truth(level(2, 0.4), stained(AntigenTest("HER2", "IHC", intensity=3, share=1.0))) is None
    assert truth(level(2, 0.4), stained(AntigenTest("CLDN18.2", "PCR", positive=False))) is None
    assert truth(AntigenLevel("MAGE-A4", "IHC"), stained(AntigenTest("MAGE-A4", positive=True))) is None
    assert truth(AntigenLevel("MAGE-A4"), stained(AntigenTest("MAGE-A4", positive=True))) is True
    assert truth(level(2, 0.4), stained(AntigenTest("CLDN18.2", intensity=2, share=0.5))) is True  # a staining


def test_absence_of_tests() -> None:
    assert explain(level(2, 0.4), stained()).settle == ("a test of CLDN18.2 in the tumour (IHC)",)
    assert truth(level(2, 0.4), stained(complete=True)) is False
    assert truth(AntigenLevel("HER2", "ISH"), stained(AntigenTest("HER2", "IHC", intensity=2), complete=True)) is None


def test_the_newest_of_the_assay_decides_and_contradictions_are_told() -> None:
    old, new = claudin(3, 0.9, day=ago(300)), claudin(1, 0.1, day=ago(10))
    assert truth(level(2, 0.4), stained(old, new)) is False
    assert truth(level(2, 0.4), stained(new, old, claudin(3, 0.9, day=ago(-5)))) is False
    clash = explain(level(2, 0.4), stained(new, claudin(1, 0.9, day=ago(10)), claudin(3, 0.9, day=ago(10))))
    assert clash.truth is None
    assert "contradict" in clash.settle[0]
    assert len(clash.because) == 2
    assert truth(level(2, 0.4, within_days=180), stained(old)) is None
    assert truth(level(2, 0.4, within_days=180), stained(claudin(3, 0.9))) is None
    assert truth(level(2, 0.4, within_days=180), stained(new)) is False
    said = explain(level(2, 0.4), stained(claudin(2, 0.6, day=ago(3), source="pathology")))
    assert said.because == (f"CLDN18.2 IHC: intensity 2 in 60 % of cells on {ago(3)}, pathology",)


def test_rows_of_one_staining_belong_together() -> None:
    rows = stained(claudin(3, 0.2), claudin(2, 0.3), claudin(1, 0.1))
    assert truth(level(2, 0.3), rows) is True  # 50 % if rows are exact, 30 % if they add up
    assert truth(level(2, 0.4), rows) is None
    assert truth(level(2, 0.6), rows) is False


@pytest.mark.parametrize(
    ("alleles", "typed", "asked", "expected"),
    [
        (("HLA-A*02:01",), (), ("HLA-A*02:01",), True),
        (("HLA-A*02:01",), (), ("HLA-A*02",), True),
        (("HLA-A*02:01:01:02",), (), ("HLA-A*02:01",), True),
        (("HLA-A*02",), ("A",), ("HLA-A*02:01",), None),
        (("HLA-A*02:07",), (), ("HLA-A*02:01",), None),
        (("HLA-A*02:07",), ("A",), ("HLA-A*02:01",), False),
        (("HLA-A*02:07",), ("HLA-A",), ("HLA-A*02:01",), False),
        (("HLA-A*02:07",), ("B",), ("HLA-A*02:01",), None),
        (("HLA-A*01:01", "HLA-A*03:01"), (), ("HLA-A*02:01",), False),
        (("HLA-A*01:01", "HLA-A*01"), (), ("HLA-A*02:01",), None),
        (("HLA-A*01:01", "HLA-A*03:01", "HLA-A*02:01"), (), ("HLA-A*02:01",), None),
        (("HLA-A*02:01N",), (), ("HLA-A*02:01",), None),
        (("HLA-A*02:01P",), ("A",), ("HLA-A*02:01",), None),
        (("A2 by serology",), ("A",), ("HLA-A*02:01",), None),
        ((), (), ("HLA-A*02:01",), None),
        ((), ("A",), ("HLA-A*02:01", "HLA-B*07:02"), None),
        (("HLA-B*07:02",), ("A",), ("HLA-A*02:01", "HLA-B*07:02"), True),
    ],
)
def test_hla(alleles: tuple[str, ...], typed: tuple[str, ...], asked: tuple[str, ...], expected: Truth) -> None:
    facts = Facts("synthetic", TODAY, hla=alleles, hla_typed=frozenset(typed))
    assert truth(HlaAllele(asked), facts) is expected


def test_hla_with_exceptions() -> None:
    asked = All((HlaAllele(("HLA-A*02",)), Not(HlaAllele(("HLA-A*02:07",)))))
    for alleles, expected in {
        ("HLA-A*02:01", "HLA-A*24:02"): True,
        ("HLA-A*02:07",): False,
        ("HLA-A*02",): None,
    }.items():
        assert truth(asked, Facts("synthetic", TODAY, hla=alleles)) is expected


def altered(*found: Alteration, complete: bool = False) -> Facts:
    names: Iterable[Any] = ("alterations",) if complete else ()
    return Facts("synthetic", TODAY, alterations=found, complete=frozenset(names))


G12D = Gene("KRAS", ("G12D",))
ANY = Gene("KRAS", (), "mutation")


@pytest.mark.parametrize(
    ("found", "asked", "expected"),
    [
        (Alteration("KRAS", "G12D"), G12D, True),
        (Alteration("KRAS", "p.Gly12Asp"), G12D, True),
        (Alteration("KRAS", "G12D", "mutation"), ANY, True),
        (Alteration("KRAS", "G12D"), Gene("KRAS", ("G12",)), True),
        (Alteration("KRAS", "G12D"), Gene("KRAS", ("p.G12X",)), True),
        (Alteration("KRAS", "G12"), G12D, None),
        (Alteration("KRAS", "", "mutation"), G12D, None),
        (Alteration("KRAS"), ANY, None),
        (Alteration("KRAS", "", "amplification"), ANY, None),
        (Alteration("KRAS", "G12V"), G12D, False),
        (Alteration("KRAS", "Q61H"), G12D, None),
        (Alteration("KRAS", present=False), G12D, False),
        (Alteration("KRAS", present=False), ANY, False),
        (Alteration("KRAS", "", "mutation", present=False), ANY, False),
        (Alteration("KRAS", "", "mutation", present=False), Gene("KRAS"), None),
        (Alteration("KRAS", "", "amplification", present=False), ANY, None),
        (Alteration("KRAS", "G12D", present=False), G12D, False),
        (Alteration("KRAS", "G12D", present=False), ANY, None),
        (Alteration("KRAS", "G12D", present=False), Gene("KRAS", ("G12D", "G12V")), None),
        (Alteration("KRAS", "G12", present=False), Gene("KRAS", ("G12D", "G12V")), False),
        (Alteration("NRAS", "G12D"), G12D, None),
        (Alteration("KRAS", "G12D", day=ago(-4)), G12D, None),
        (Alteration("HER2", "", "amplification"), Gene("ERBB2", (), "amplification"), True),
        (Alteration("EGFR", "exon 19 deletion"), Gene("EGFR", ("L858R",)), None),
        (Alteration("MSI-H", "", "signature", present=False), Gene("MSI-H", (), "signature"), False),
    ],
)
def test_genes(found: Alteration, asked: Gene, expected: Truth) -> None:
    assert truth(asked, altered(found)) is expected


def test_gene_lists_that_are_complete_and_tests_that_contradict() -> None:
    assert truth(G12D, altered(complete=True)) is False
    assert truth(G12D, altered(Alteration("KRAS", "Q61H"), complete=True)) is False
    assert truth(G12D, altered(Alteration("KRAS", "G12V"), Alteration("KRAS", "G12D"), complete=True)) is True
    lacks, has = Alteration("KRAS", present=False, day=ago(90)), Alteration("KRAS", "G12D", day=ago(5))
    assert truth(G12D, altered(lacks, has)) is True
    found = explain(G12D, altered(Alteration("KRAS", present=False, day=ago(2)), has))
    assert found.truth is None
    assert "contradict" in found.settle[0]
    assert explain(G12D, altered()).settle == ("tumour sequencing (KRAS G12D)",)
    unclear = altered(Alteration("KRAS", "", "mutation"), Alteration("KRAS", "G12D", present=False))
    assert truth(G12D, unclear) is False

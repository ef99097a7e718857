"""Binding: published and hand-computed answers, what has no matrix, ranks."""

from __future__ import annotations

import csv
import gzip
import io
import json
from importlib import resources

import numpy as np
import pytest

from adoptive.antigen import known_answers
from adoptive.antigen.binding import AMINO_ACIDS, BindingError, Matrices
from adoptive.antigen.known_answers import binding_cases, offtarget_case, report_binding


@pytest.fixture(scope="module")
def smm() -> Matrices:
    return Matrices.load("smmpmbec")


def test_known_answers_hold() -> None:
    cases = binding_cases()
    assert [name.split()[0] for name, _, _ in cases] == ["T9", "T10", "T10", "T11"]
    assert [(name, detail) for name, passed, detail in cases if not passed] == []


def test_report_agrees_over_262_peptides() -> None:
    spearman, count = report_binding()
    assert count == 262
    assert spearman == pytest.approx(0.82, abs=0.005)


@pytest.mark.parametrize("wanted", ["MTEYKLVVVGAGGVGKSALTIQLI", "TEYKLVVVGADGVGKSALTIQLI"])
def test_a_wrong_window_fails_its_case(wanted: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_answers, "_WINDOW", wanted)
    assert [name for name, passed, _ in binding_cases() if not passed] == ["T9 KRAS G12D minigene"]


def test_wrong_matrices_fail_the_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_answers, "_IC50S", (("HLA-C*08:02", "GADGVGKSA", 71.6, 0.05),))
    monkeypatch.setattr(known_answers, "_ORDER", (("HLA-A*11:01", ("VVGADGVGK", "VVVGADGVGK"), 38),))
    assert [name.split(",")[0] for name, passed, _ in binding_cases() if not passed] == ["T10 binding", "T10 binding"]


def test_offtarget_case_needs_titin_and_nothing_else() -> None:
    both = ["EVDPIGHLY", "SLLMWITQC", "ESDPIVAQY", "EVDPIGHLY"]
    assert offtarget_case(both)[1]
    assert not offtarget_case(both[:2])[1]
    assert not offtarget_case([*both, "EADPIAAAY"])[1]


def test_offtarget_of_mage_a3_among_the_peptides_of_structures() -> None:
    place = resources.files("adoptive.construct") / "data/cases/pdb_ternary_tcrdock.tsv"
    rows = csv.DictReader(io.StringIO(place.read_text("utf-8")), delimiter="\t")
    name, passed, detail = offtarget_case([row["pep_seq"] for row in rows])
    assert passed, detail
    assert (name, detail) == ("T15 off-target of MAGE-A3", "132 peptides; found EVDPIGHLY, ESDPIVAQY")


def test_every_matrix_equals_a_sum_by_hand(smm: Matrices) -> None:
    place = resources.files("adoptive.antigen") / "data" / "pssm_smmpmbec_syfpeithi.json.gz"
    tables = json.loads(gzip.decompress(place.read_bytes()))
    random = np.random.default_rng(5)
    for predictor in ("smmpmbec", "syfpeithi"):
        matrices = Matrices.load(predictor)
        for name, table in list(tables[predictor].items())[::7]:
            allele, length = name.split("|")
            peptides = ["".join(random.choice(list(AMINO_ACIDS), int(length))) for _ in range(3)]
            constant = table.get("-1", {}).get("con", 0.0)
            by_hand = [constant + sum(table[str(at)][one] for at, one in enumerate(text)) for text in peptides]
            assert matrices.scores(allele, peptides).tolist() == pytest.approx(by_hand)


def test_syfpeithi_scores_the_matrix_peptide_of_influenza() -> None:
    matrices = Matrices.load("syfpeithi")
    assert matrices.scores("HLA-A*02:01", ["GILGFVFTL"]).tolist() == [30]  # as the SYFPEITHI server gives it
    with pytest.raises(BindingError, match="points"):
        matrices.ic50_nm("HLA-A*02:01", ["GILGFVFTL"])


def test_what_has_no_matrix_is_masked_and_never_binds(smm: Matrices) -> None:
    ic50s = smm.ic50_nm("HLA-C*08:02", ["GADGVGKSAL", "GADGVGKSA", "GADGVGKSX", "", "gadgvgksa", "GADGVGKSÄ"])
    assert np.ma.getmaskarray(ic50s).tolist() == [True, False, True, True, True, True]
    assert not np.isnan(ic50s.data).any()
    assert (ic50s.filled(np.inf) < 500).tolist() == [False, True, False, False, False, False]
    assert smm.lengths("HLA-C*08:02") == (9,)
    assert smm.ic50_nm("HLA-C*08:02", []).shape == (0,)


@pytest.mark.parametrize("allele", ["HLA-C*08:01", "C*08:02", "HLA-DRB1*15:01", ""])
def test_no_other_allele_stands_in(smm: Matrices, allele: str) -> None:
    assert smm.lengths(allele) == ()
    with pytest.raises(BindingError, match="no smmpmbec matrix for this allele"):
        smm.ic50_nm(allele, ["GADGVGKSA"])


def test_ic50_alone_does_not_compare_alleles(smm: Matrices) -> None:
    """Nearly every peptide lies below 500 nM on C*12:03, so the rank must hold as well."""
    random = np.random.default_rng(3)
    drawn = ["".join(row) for row in random.choice(list(AMINO_ACIDS), (2000, 9))]
    assert (smm.ic50_nm("HLA-C*12:03", drawn) < 500).mean() > 0.9
    for allele in ("HLA-C*12:03", "HLA-A*02:01", "HLA-C*08:02"):
        assert 0.0 < smm.binds(allele, drawn).mean() < 0.05
    assert smm.binds("HLA-C*08:02", ["GADGVGKSA", "GADGVGKSAL"]).tolist() == [True, False]


def test_what_there_is(smm: Matrices) -> None:
    assert len(smm.alleles) == 79
    assert len(Matrices.load("syfpeithi").alleles) == 55
    assert smm.lengths("HLA-A*11:01") == (8, 9, 10, 11)
    assert Matrices.load("smmpmbec") is smm
    with pytest.raises(BindingError, match="no such predictor"):
        Matrices.load("netmhcpan")

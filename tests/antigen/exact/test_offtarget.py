"""Motifs and what they find."""

from __future__ import annotations

import pytest

from adoptive.antigen.binding import AMINO_ACIDS
from adoptive.antigen.offtarget import MotifError, XScan, motif_from_pattern, motif_from_xscan, scan
from adoptive.antigen.proteome import peptides_in


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("E.DPI...Y", "E.DPI...Y"),
        ("E-x-D-P-I-x(3)-Y", "E.DPI...Y"),
        ("[ED]xDPI", "[DE].DPI"),
        ("{P}A(4)", "{P}AAAA"),
        ("[ACDEFGHIKLMNPQRSTVW]AAAA", "{Y}AAAA"),
    ],
)
def test_patterns_are_read(written: str, read: str) -> None:
    motif = motif_from_pattern(written)
    assert str(motif) == read
    assert motif_from_pattern(str(motif)) == motif


@pytest.mark.parametrize("pattern", ["", ".....", "EDP", "E.DPI...J", "E.DP[", "E.DPI?", "[B]AAAA", "A" * 41])
def test_patterns_that_make_no_sense_are_refused(pattern: str) -> None:
    with pytest.raises(MotifError):
        motif_from_pattern(pattern)


def test_a_scan_gives_the_place_in_its_protein() -> None:
    proteins = {"one": "AAESDPIVAQY", "X": "XXXXXESDPIVAQYESDPIVAQYX", "two": "ESDPIVAQ", "three": "YEVDPIGHLYA"}
    found = scan(motif_from_pattern("E.DPI...Y"), proteins, target="EVDPIGHLY")
    assert [(one.protein, one.position, one.peptide, one.differences) for one in found] == [
        ("one", 3, "ESDPIVAQY", 4), ("X", 6, "ESDPIVAQY", 4), ("X", 15, "ESDPIVAQY", 4), ("three", 2, "EVDPIGHLY", 0),
    ]  # fmt: skip


def test_nothing_is_found_across_proteins_or_unknown_letters() -> None:
    motif = motif_from_pattern("A....")
    assert scan(motif, {"a": "AAAA", "b": "AAAA"}) == ()
    assert scan(motif, {"a": "AAXAA"}) == ()
    assert scan(motif, {"a": ""}) == ()


def test_an_xscan_opens_and_closes_places() -> None:
    full = [XScan(1, residue, 100.0 if residue in "ED" else 1.0) for residue in AMINO_ACIDS]
    rows = [*full, XScan(3, "A", 3.0), XScan(4, "A", 50.0), XScan(5, "A", 4.0), XScan(5, "A", 40.0)]
    motif = motif_from_xscan("EVDPI", rows)
    assert str(motif) == "[DE].D.."  # 5: the mean of its repeats, 22, is above a tenth of 100
    assert str(motif_from_xscan("EVDPI", rows, least=0.3)) == "[DE].D.I"
    seen = [XScan(2, residue, 0.0) for residue in AMINO_ACIDS if residue not in "VA"] + [XScan(2, "A", 90.0)]
    assert str(motif_from_xscan("EVDPI", [*full, *seen])) == "[DE][AV]..."


@pytest.mark.parametrize(
    "rows",
    [
        [XScan(1, "A", 5.0)],
        [XScan(1, "E", 0.0)],
        [XScan(6, "A", 5.0), XScan(1, "E", 9.0)],
        [XScan(1, "B", 5.0), XScan(1, "E", 9.0)],
        [XScan(1, "A", -5.0), XScan(1, "E", 9.0)],
        [XScan(1, "A", float("nan")), XScan(1, "E", 9.0)],
        [XScan(1, "E", 9.0)],  # says nothing of any exchange, so every place is open but none is fixed
    ],
)
def test_xscans_that_make_no_sense_are_refused(rows: list[XScan]) -> None:
    with pytest.raises(MotifError):
        motif_from_xscan("EVDPI", rows)


def test_peptides_are_found_in_proteins_of_any_length() -> None:
    proteins = ["MTEYK", "", "MTEYKLVVVGAGGVGK", "XXMTEYKLVVX"]
    asked = ["MTEYKLVV", "TEYKMTEY", "GAGGVGKX", "VVVGAGGVGK", "MTEYKLVVX", "GGVGKX", ""]
    assert peptides_in(proteins, asked) == {"MTEYKLVV", "VVVGAGGVGK"}

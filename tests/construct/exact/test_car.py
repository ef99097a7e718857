"""Chimeric receptors against their published sequences, and the catalogue that they are put together from."""

from __future__ import annotations

import json
import tomllib
from importlib import resources

import pytest

from adoptive.construct.bases import ConstructError
from adoptive.construct.car import car_insert, product_class, scfv
from adoptive.construct.parts import load_catalogue, parts_from_fasta, parts_from_toml
from adoptive.construct.types import Insert, Part

HERE = resources.files("adoptive.construct")
PUBLISHED = json.loads(HERE.joinpath("data", "cases", "reference_cars.json").read_text("utf-8"))
CD28 = {"hinge": "CD28 hinge", "transmembrane": "CD28 TM", "costimulation": ["CD28"]}


def test_axicabtagene_receptor_is_residue_for_residue_the_published_one() -> None:
    built = car_insert(id="FMC63-28Z", leader="CSF2RA", binder="FMC63", joint="AAA", **CD28)
    case = next(value for name, value in PUBLISHED.items() if name.startswith("FMC63-28Z"))
    assert len(built.protein) == 489
    assert built.protein == case["aa"]
    joined = {part.name: part.protein for part in built.parts}
    listed = dict(case["parts"])
    assert joined["CD28 hinge"] + joined["CD28 TM"] + joined["CD28"] == listed["CD28 hinge+TM+cyto"]
    assert joined["CD3z"] == listed["CD3z"]


@pytest.mark.parametrize(
    ("name", "length", "parts"),
    [("FMC63-BBz", 486, {}), ("FMC63-28z (CD8 leader, G4S3)", 482, CD28)],
)
def test_receptors_of_published_length_are_residue_for_residue_those(
    name: str, length: int, parts: dict[str, object]
) -> None:
    built = car_insert(id=name, binder=scfv("FMC63", linker="(G4S)3"), **parts)  # type: ignore[arg-type]
    assert len(built.protein) == length
    assert built.protein == PUBLISHED[name]["aa"]


def test_lisocabtagene_receptor_has_its_registered_parts() -> None:
    # United States substance register E18VZQ3GB1: 22 + 107 + 18 + 120 residues of leader and binder, then the rest;
    # the register has M before the membrane segment and LEGGG before T2A, here CD28's own start and GSG.
    built = car_insert(
        id="JCAR017", leader="CSF2RA", binder="FMC63", hinge="IgG4 hinge S228P", transmembrane="CD28 TM",
        costimulation=["4-1BB"], tag="EGFRt", cleavage="T2A",
    )  # fmt: skip
    assert [part.name for part in built.parts][-5:] == ["4-1BB", "CD3z", "GSG", "T2A", "EGFRt"]
    assert len(built.protein) == 22 + 107 + 18 + 120 + 12 + 27 + 42 + 112 + 3 + 18 + 22 + 335
    assert product_class(built).costimulation == "4-1BB"


def test_every_part_says_what_it_is_and_where_it_was_read() -> None:
    rows = tomllib.loads(HERE.joinpath("parts.toml").read_text("utf-8"))["part"]
    assert len(rows) == len(load_catalogue().parts) >= 24
    for row in rows:
        assert row["unit"] == "amino acids", row["name"]
        assert row["status"] in ("measured", "unconfirmed"), row["name"]
        assert len(row["source"]) > 20, row["name"]
        assert any(one in row["source"] for one in ("GenBank", "UniProt", "RefSeq", "US9", "10.", "register", "public"))


@pytest.mark.parametrize("key", ["name", "kind", "unit", "protein", "status", "source"])
def test_a_row_that_lacks_a_key_is_refused(key: str) -> None:
    row = {"name": "x", "kind": "hinge", "unit": "amino acids", "protein": "MKT", "status": "measured", "source": "s"}
    lines = ["", "[[part]]", *(f'{name} = "{value}"' for name, value in row.items() if name != key)]
    with pytest.raises(ConstructError, match=rf"mine.toml: line 2: .*{key}"):
        parts_from_toml("\n".join(lines), where="mine.toml")


def test_no_part_stands_twice_and_its_letters_are_amino_acids() -> None:
    parts = load_catalogue().parts
    assert len({(one.name.lower(), one.kind) for one in parts}) == len(parts)
    assert {letter for one in parts for letter in one.protein} <= set("ACDEFGHIKLMNPQRSTVWY")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("MKT\n", "line 1: no FASTA"),
        (">a\nMKT\nMKBT\n", "line 3, residue 3: 'B' is no amino acid"),
        (">a\nMK-T\n", "line 2, residue 3: '-' is no amino acid"),
        (">a\nMK*T\n", "line 2, residue 3: '[*]' is no amino acid"),
        (">a\n>b\nMKT\n", "line 1: a part without residues"),
        (">\nMKT\n", "line 1: a part needs a name"),
        (">a\n" + "ACGT" * 10 + "\n", "line 1: these are bases"),
        ("\n", "no record"),
        (">a\n" + "M" * 2001 + "\n", "too long for a part"),
    ],
)
def test_a_wrong_fasta_file_says_its_line(text: str, said: str) -> None:
    with pytest.raises(ConstructError, match=f"my.fasta.*{said}"):
        parts_from_fasta(text, kind="binder", where="my.fasta")


def test_unknown_names_say_the_nearest() -> None:
    with pytest.raises(ConstructError, match="write 'CD28 TM'"):
        car_insert(id="x", binder="FMC63", transmembrane="CD28TM")
    with pytest.raises(ConstructError, match=r"no such binder.*FMC63, Hu19.*binder_fasta"):
        car_insert(id="x", binder="satri-cel")
    with pytest.raises(ConstructError, match=r"where|armour.*give its protein as FASTA"):
        car_insert(id="x", binder="FMC63", armour="IL-15")


def test_a_part_in_another_place_is_refused() -> None:
    with pytest.raises(ConstructError, match="another kind"):
        car_insert(id="x", binder="FMC63", hinge=Part("x", "linker", "GGS"))
    with pytest.raises(ConstructError, match="too many costimulatory domains"):
        car_insert(id="x", binder="FMC63", costimulation=["CD28", "4-1BB", "CD28"])


def test_the_product_is_named_in_the_words_of_a_study() -> None:
    armour = Part("il-15", "armour", "MRISKPHLRSISIQ")
    switch = Part("iCasp9", "switch", "MLEGVQVETISPG")
    built = car_insert(id="x", binder="FMC63", costimulation=["CD28", "4-1BB"], armour=armour, switch=switch)
    found = product_class(built)
    assert (found.costimulation, found.armour, found.safety_switch, found.notes) == (
        "CD28 and 4-1BB", "IL-15", "iCasp9", (),
    )  # fmt: skip
    assert [part.kind for part in built.parts[:4]] == ["switch", "linker", "2A", "leader"]
    assert [part.kind for part in built.parts[-3:]] == ["linker", "2A", "armour"]
    other = Insert("y", "CAR", (Part("ICOS", "costimulation", "KKKYSSSVHDPNGEYMFMRAVNTAKKSRLTDVTL"), armour))
    assert product_class(other).costimulation == "none"
    assert "ICOS" in product_class(other).notes[0]

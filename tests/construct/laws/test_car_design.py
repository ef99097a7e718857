"""Designs of chimeric receptors: what files and options may say, what is refused, and what is handed on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from adoptive.construct.car import car_insert, product_class, scfv
from adoptive.construct.parts import load_catalogue
from adoptive.construct.types import Built, Insert, Part
from adoptive.errors import AdoptiveError
from adoptive.workbench.cli.construct import construct
from adoptive.workbench.order import car as ordering
from adoptive.workbench.order.car import Asked, design_document, order_car
from adoptive.workbench.order.designs import read_design
from adoptive.workbench.order.files import checks_document

MINE = "MKTAYIAKQRQISFVKSHFSRQ"


def _design(folder: Path, text: str) -> Path:
    path = folder / "DESIGN.toml"
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize("order", ["VL VH", "VH VL"])
@pytest.mark.parametrize("binder", ["FMC63", "Hu19"])
def test_an_insert_is_its_parts_in_order(order: str, binder: str) -> None:
    parts = scfv(binder, order=order)  # type: ignore[arg-type]
    for domains in ((), ("CD28",), ("CD28", "4-1BB")):
        made = car_insert(id="x", binder=parts, costimulation=domains, tag="EGFRt")
        assert made.protein == "".join(part.protein for part in made.parts)
        assert [part.kind for part in made.parts if part.kind != "costimulation"] == [
            "leader", "variable", "linker", "variable", "hinge", "transmembrane", "signal", "linker", "2A", "tag",
        ]  # fmt: skip
        assert tuple(part.name for part in made.parts if part.kind == "costimulation") == domains
        assert made.protein.startswith("M")


def test_every_part_of_the_catalogue_can_stand_in_its_place() -> None:
    slots = {"leader": "leader", "hinge": "hinge", "transmembrane": "transmembrane", "signal": "signal", "tag": "tag",
             "2A": "cleavage"}  # fmt: skip
    tried = 0
    for one in load_catalogue().parts:
        if one.kind in slots:
            made = car_insert(id="x", binder="FMC63", **{slots[one.kind]: one.name, "tag": "EGFRt"})  # type: ignore[arg-type]
            assert one.protein in made.protein
            tried += 1
    assert tried >= 13


def test_a_design_file_and_the_same_options_make_the_same_insert(tmp_path: Path) -> None:
    path = _design(tmp_path, 'id = "a"\nbinder = "FMC63"\nhinge = "CD28 hinge"\ncostimulation = ["CD28"]\n')
    options = {"id": "a", "binder": "FMC63", "hinge": "CD28 hinge", "costimulation": ("CD28",)}
    assert read_design(path, {}).insert == read_design(None, options).insert


def test_proteins_of_one_s_own_stand_in_their_places(tmp_path: Path) -> None:
    (tmp_path / "binder.fasta").write_text(f">nanobody\n{MINE}\n", "utf-8")
    (tmp_path / "il15.fasta").write_text(">sp|P40933\nMRISKPHLRS\nISIQ*\n", "utf-8")
    text = 'id = "a"\nbinder_fasta = "binder.fasta"\narmour = "IL-15"\narmour_fasta = "il15.fasta"\n'
    made = read_design(_design(tmp_path, text), {})
    binder = next(part for part in made.insert.parts if part.kind == "binder")
    assert (binder.name, binder.protein, binder.source) == ("nanobody", MINE, "binder.fasta: line 1")
    assert made.insert.parts[-1] == Part("IL-15", "armour", "MRISKPHLRSISIQ", "il15.fasta: line 1")
    assert [text.path.name for text in made.texts] == ["DESIGN.toml", "binder.fasta", "il15.fasta"]


def test_two_proteins_are_variable_domains_in_reading_order(tmp_path: Path) -> None:
    (tmp_path / "two.fasta").write_text(f">VH\n{MINE}\n>VL\n{MINE[::-1]}\n", "utf-8")
    made = read_design(_design(tmp_path, 'id = "a"\nbinder_fasta = "two.fasta"\nscfv_linker = "(G4S)3"\n'), {})
    assert [part.name for part in made.insert.parts[1:4]] == ["VH", "(G4S)3", "VL"]


def test_an_own_protein_never_takes_the_name_of_a_catalogue_part(tmp_path: Path) -> None:
    (tmp_path / "mine.fasta").write_text(f">mine\n{MINE}\n", "utf-8")
    path = _design(tmp_path, 'id = "a"\nbinder = "FMC63"\nbinder_fasta = "mine.fasta"\n')
    assert read_design(path, {}).insert.parts[1].name == "mine"


def test_an_option_takes_the_place_of_what_the_file_says(tmp_path: Path) -> None:
    (tmp_path / "mine.fasta").write_text(f">mine\n{MINE}\n", "utf-8")
    path = _design(tmp_path, 'id = "a"\nbinder_fasta = "mine.fasta"\n')
    assert read_design(path, {"binder": "Hu19"}).insert.parts[1].name == "Hu19 VL"


def test_a_file_of_own_parts_adds_to_the_catalogue(tmp_path: Path) -> None:
    row = ['[[part]]', 'name = "OX40"', 'kind = "costimulation"', 'unit = "amino acids"', f'protein = "{MINE}"',
           'status = "user"', 'source = "mine"']  # fmt: skip
    (tmp_path / "own.toml").write_text("\n".join(row), "utf-8")
    text = 'id = "a"\nbinder = "FMC63"\nparts = "own.toml"\ncostimulation = ["CD28", "OX40"]\n'
    made = read_design(_design(tmp_path, text), {})
    assert [part.name for part in made.insert.parts if part.kind == "costimulation"] == ["CD28", "OX40"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('id = "a"\nbindr = "FMC63"\n', r"line 2, bindr: no such key.*write binder"),
        ('id = "a"\nbinder = "FMC63"\ncostimulation = "CD28"\n', r"line 3, costimulation: of another type"),
        ('id = "a"\nbinder = "FMC63"\nitams = true\n', r"line 3, itams: of another type"),
        ('id = "a"\nbinder = "FMC63"\nitams = 0\n', r"line 3, itams: out of range"),
        ('id = "a"\nbinder = "FMC63"\nhinge = "CD8 hinge"\n', r"line 3, hinge: no such part.*write 'CD8A hinge'"),
        ('id = "a"\nbinder = "satri"\n', r"line 2, binder: no such binder"),
        ('id = "a"\nbinder = "FMC63"\narmour = "IL-15"\n', r"line 3, armour: no such part.*armour_fasta"),
        ('id = "a"\nbinder = "FMC63"\nleader = "\\u0007"\n', r"line 3, leader: of another type"),
        ('binder = "FMC63"\n', r"needs an id"),
        ('id = "../a"\nbinder = "FMC63"\n', r"line 1, id: .*id that can name a file"),
        ('id = "a"\n', r"needs a binder"),
        ('id = "a"\nbinder = "FMC63"\nscfv_order = "LH"\n', r"line 3, scfv_order: no such order"),
        ('id = "a"\nbinder = "FMC63"\nstudy_costimulation = "ICOS"\n', r"not a word of study files"),
        ('id = "a"\nbinder_fasta = "none.fasta"\n', r"FASTA file of the binder cannot be read"),
        ("id = \n", r"no TOML"),
        ("[[part]]\n", r"no such key"),
    ],
)
def test_wrong_designs_say_where_and_what(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(AdoptiveError, match=said):
        read_design(_design(tmp_path, text), {})


def test_three_proteins_for_a_binder_are_refused(tmp_path: Path) -> None:
    (tmp_path / "x.fasta").write_text(f">a\n{MINE}\n>b\n{MINE}\n>c\n{MINE}\n", "utf-8")
    with pytest.raises(AdoptiveError, match="binder_fasta: one protein, or two"):
        read_design(_design(tmp_path, 'id = "a"\nbinder_fasta = "x.fasta"\n'), {})
    with pytest.raises(AdoptiveError, match="hinge_fasta: one protein"):
        read_design(_design(tmp_path, 'id = "a"\nbinder = "FMC63"\nhinge_fasta = "x.fasta"\n'), {})


@pytest.fixture
def _no_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ordering, "write_order", lambda folder, built, checks: None)


@pytest.mark.usefixtures("_no_page")
def test_an_order_says_its_product_in_the_words_of_a_study(tmp_path: Path) -> None:
    options = {"id": "a", "binder": "FMC63", "target": "CD19"}
    made = order_car(Asked(tmp_path / "out", options=options))
    assert made.ready
    document = json.loads((tmp_path / "out" / "design.json").read_text("utf-8"))
    assert document == json.loads(json.dumps(design_document(made)))
    assert document["chimeric"] == {
        "target": "CD19", "binder": "FMC63", "costimulation": "4-1BB", "armour": "none", "safety_switch": "none",
    }  # fmt: skip
    assert document["parts"][-1]["last_residue"] == len(made.designed.insert.protein) == 489
    assert (tmp_path / "out" / "provenance.json").is_file()


@pytest.mark.usefixtures("_no_page")
def test_a_failed_check_is_exit_code_1_and_still_writes(tmp_path: Path) -> None:
    asked = ["car", "--id", "a", "--binder", "FMC63", "--json", "--out"]
    path = _design(tmp_path, 'id = "a"\nbinder = "FMC63"\nstudy_costimulation = "CD28"\n')
    good = CliRunner().invoke(construct, [*asked, str(tmp_path / "good")])
    assert good.exit_code == 0
    assert json.loads(good.stdout)["ready_to_order"] is True
    bad = CliRunner().invoke(construct, ["car", str(path), "--json", "--out", str(tmp_path / "bad")])
    assert bad.exit_code == 1
    assert json.loads(bad.stdout)["failed_checks"] == ["car_costimulation"]
    assert (tmp_path / "bad" / "design.json").is_file()


def test_a_place_without_a_vector_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AdoptiveError, match="a place without a vector"):
        order_car(Asked(tmp_path / "out", options={"id": "a", "binder": "FMC63"}, place="feature:GFP"))


@pytest.mark.usefixtures("_no_page")
def test_sites_to_avoid_and_the_packaging_limit_are_asked(tmp_path: Path) -> None:
    asked = ["car", "--id", "a", "--binder", "FMC63", "--avoid", "HindIII", "--packaged-nt", "1200", "--json", "--out"]
    said = CliRunner().invoke(construct, [*asked, str(tmp_path / "out")])
    assert said.exit_code == 1
    document = json.loads(said.stdout)
    assert document["failed_checks"] == ["packaging"]
    assert next(one["asked"] for one in document["checks"] if one["id"] == "sites") == "none of HindIII"


def test_nothing_is_written_when_the_design_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(AdoptiveError):
        order_car(Asked(tmp_path / "out", options={"id": "a", "binder": "none"}))
    assert list(tmp_path.iterdir()) == []


def test_the_catalogue_is_listed() -> None:
    said = CliRunner().invoke(construct, ["car", "--parts", "--json"])
    assert said.exit_code == 0
    assert {part["name"] for part in json.loads(said.stdout)["parts"]} == set(load_catalogue().names())


def test_the_checks_of_an_order_hold_what_a_hand_over_needs() -> None:
    made = car_insert(id="a", binder="FMC63", costimulation=["CD28", "4-1BB"])
    document = checks_document(Built(made, "GCC" * len(made.protein)), ())
    parts = tuple(Part(one["name"], one["kind"], one["protein"], one["source"]) for one in document["parts"])
    assert parts == made.parts
    assert product_class(Insert("a", "CAR", parts)).costimulation == "CD28 and 4-1BB"

"""Handing over: from the tables of the ranking to a specification that a study takes."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from adoptive.antigen.discovered import Allele, Receptor, TumourClone
from adoptive.errors import StudyError
from adoptive.workbench.discover.tables import write_nouns
from adoptive.workbench.order.handoff import Handover, hand_off, write_handover
from adoptive.workbench.order.product_file import read_product
from adoptive.workbench.study import load_study

ALLELES = (
    Allele("HLA-C*08:02", 1, 0.1),
    Allele("HLA-C*05:01", 2, 0.0),
    Allele("HLA-A*11:01", 2, 0.0),
    Allele("HLA-B*44:02", 1, 0.0),
    Allele("HLA-B*44:02", 2, 0.0),
)
CLONES = (
    TumourClone("c1", 0.9, ("KRAS:G12D",)),
    TumourClone("c2", 0.1, ("KRAS:G12D",), ("HLA-C*08:02",)),
)


def receptor(name: str, rank: int, hla: str = "HLA-C*08:02", **more: Any) -> Receptor:
    usual: dict[str, Any] = {field.name: "" for field in dataclasses.fields(Receptor)} | {
        "id": name, "rank": rank, "tier": "A", "antigen": "KRAS:G12D", "hla": hla, "lineage": "CD8", "p_real": 0.9,
        "ec50_m": 1e-8, "ec50_log10_sd": 0.2, "wild_type_fold": 100.0, "ccf": 1.0,
    }  # fmt: skip
    return Receptor(**(usual | more))


@pytest.fixture
def asked(tmp_path: Path) -> Handover:
    rows = (
        receptor("second", 2, "HLA-A*11:01", ec50_m=None, ec50_log10_sd=None),
        receptor("first", 1),
        receptor("no", 0),
    )
    for name, table, noun in (("receptors", rows, Receptor), ("clones", CLONES, TumourClone), ("hla", ALLELES, Allele)):
        write_nouns(tmp_path / f"{name}.tsv", table, noun)
    return Handover(
        tmp_path / "out", tmp_path / "receptors.tsv", tmp_path / "clones.tsv", tmp_path / "hla.tsv", name="mine"
    )


def test_chosen_receptors_are_handed_over_in_order_with_what_is_known(asked: Handover) -> None:
    spec = write_handover(asked)
    first, second = spec.product.receptors
    assert (first.id, first.haplotype, first.share) == ("first", "1", 0.5)
    assert (second.id, second.haplotype, second.ec50_m) == ("second", "2", None)
    assert first.ec50_m is not None
    assert (first.ec50_m.median, first.ec50_m.log10_sd) == (1e-8, 0.2)
    assert spec.antigen_map.hla_loss_measured
    assert spec.antigen_map.clones[1].hla_lost == ("HLA-C*08:02",)
    assert spec.discovery.p_success == pytest.approx(0.99)
    assert spec.product.ready_to_order is None
    assert {one["file"] for one in spec.provenance["inputs"]} == {"receptors.tsv", "clones.tsv", "hla.tsv"}


def test_the_file_is_read_again_and_taken_by_a_study(asked: Handover) -> None:
    spec = write_handover(asked)
    place = asked.out / "product_spec.json"
    assert read_product(place) == spec
    study = load_study("neoantigen-tcr", product=place)
    assert [one.id for one in study.antigen.receptors] == ["first", "second"]


def test_an_allele_on_both_chromosomes_cannot_be_lost_by_one(asked: Handover) -> None:
    assert asked.receptors is not None
    write_nouns(asked.receptors, (receptor("one", 1, "HLA-B*44:02"),), Receptor)
    assert hand_off(asked).product.receptors[0].haplotype == "both"


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ((receptor("one", 0),), "number of chosen receptors"),
        (tuple(receptor(f"r{at}", at) for at in range(1, 15)), "number of chosen receptors"),
        ((receptor("one", 1, "HLA-A*24:02"),), "has not the allele"),
    ],
)
def test_what_cannot_be_handed_over_is_refused(asked: Handover, rows: tuple[Receptor, ...], says: str) -> None:
    assert asked.receptors is not None
    write_nouns(asked.receptors, rows, Receptor)
    with pytest.raises(StudyError, match=says):
        write_handover(asked)
    assert not asked.out.exists()


def test_shares_and_orders_must_fit_the_receptors(asked: Handover, tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="one share for each"):
        hand_off(dataclasses.replace(asked, shares=(1.0,)))
    with pytest.raises(StudyError, match="clones of the tumour are needed"):
        hand_off(dataclasses.replace(asked, clones=None))
    place = tmp_path / "order"
    place.mkdir()
    (place / "checks.json").write_text(json.dumps({"id": "stranger", "checks": [], "parts": []}), "utf-8")
    with pytest.raises(StudyError, match="none of the chosen"):
        hand_off(dataclasses.replace(asked, orders=(place,)))
    (place / "checks.json").write_text("[]", "utf-8")
    with pytest.raises(StudyError, match="not the checks of an order"):
        hand_off(dataclasses.replace(asked, orders=(place,)))


def test_clones_that_look_the_same_to_the_receptors_are_one(asked: Handover) -> None:
    assert asked.clones is not None
    rows = (
        TumourClone("a", 0.5, ("KRAS:G12D", "X:1")),
        TumourClone("b", 0.3, ("KRAS:G12D",), ("HLA-B*44:02",)),
        TumourClone("c", 0.2, ("X:1",), ("HLA-C*08:02",)),
    )
    write_nouns(asked.clones, rows, TumourClone)
    found = hand_off(asked).antigen_map.clones
    assert [(one.fraction, one.antigens, one.hla_lost) for one in found] == [
        (0.8, ("KRAS:G12D",), ()),
        (0.2, (), ("HLA-C*08:02",)),
    ]


def test_a_loss_that_no_clone_holds_was_not_measured(asked: Handover) -> None:
    assert asked.hla is not None
    write_nouns(asked.hla, (*ALLELES, Allele("HLA-A*02:01", 1, 0.4)), Allele)
    assert not hand_off(asked).antigen_map.hla_loss_measured

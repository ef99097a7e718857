"""An insert in a user's vector: the two share no 20 bases, both commands see to it, and say which file it was."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

from adoptive.construct.bases import reverse_complement
from adoptive.construct.checks import check
from adoptive.construct.codons import build
from adoptive.construct.rules import Rules
from adoptive.construct.types import Built, Insert
from adoptive.construct.vector import Place, Vector, put_into
from adoptive.errors import AdoptiveError
from adoptive.workbench.order import car, tcr
from adoptive.workbench.order.car import Asked, order_car
from adoptive.workbench.order.designs import read_design
from adoptive.workbench.order.receptors import Layout, Sequences, insert_of
from adoptive.workbench.order.tcr import TcrAsked, order_tcrs
from adoptive.workbench.order.vectors import Into, build_in, read_into, read_vector

DMF5 = Sequences("DMF5", "TRAV12-2", "TRAJ23", "CAVNFGGGKLIF", "TRBV6-4", "TRBJ1-1", "CASSLSFGTEAFF")
CAR = {"id": "FMC63-BBz", "binder": "FMC63"}
RULES = Rules()


@lru_cache
def _plain(kind: str) -> Built:
    """Build the insert that the commands make without a vector."""
    insert: Insert = insert_of(DMF5, Layout()) if kind == "tcr" else read_design(None, CAR).insert
    return build(insert)


def _backbone(stretch: str, *, turned: int = 0) -> str:
    """Make bases that hold a stretch; ``turned``: so many of its bases stand at the origin's other side."""
    bases = "".join(np.random.default_rng(8).choice(list("ACGT"), 300))
    return stretch[turned:] + bases + stretch[:turned]


def _failed(built: Built) -> list[str]:
    return [one.id for one in check(built) if not one.passed and not one.reports]


@pytest.mark.parametrize("way", ["as it is", "other strand", "round the origin"])
def test_an_insert_shares_no_20_bases_with_its_vector(way: str) -> None:
    plain = _plain("tcr")
    stretch = plain.nt[300:325]
    nt = {
        "as it is": _backbone(stretch), "other strand": _backbone(reverse_complement(stretch)),
        "round the origin": _backbone(stretch, turned=12),
    }[way]  # fmt: skip
    vector, place = Vector("backbone", nt, circular=True), Place(position=151)
    assert _failed(put_into(vector, plain, place)) == ["repeats"]
    built = build_in(plain.insert, Into(vector, place, Path("backbone.gb"), ""), rules=RULES, seed=0)
    assert _failed(built) == []


@pytest.mark.parametrize("kind", ["tcr", "car"])
def test_both_commands_keep_apart_from_the_vector_and_name_it(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (tcr, car):
        monkeypatch.setattr(module, "write_order", lambda folder, built, checks: None)
    plain, vector, out = _plain(kind), tmp_path / "backbone.fasta", tmp_path / "out"
    vector.write_text(f">backbone\n{_backbone(plain.nt[600:625])}\n", "utf-8")
    assert _failed(put_into(read_vector(vector), plain, Place(position=151))) == ["repeats"]
    if kind == "tcr":
        (made,) = order_tcrs(TcrAsked(given=DMF5, vector=vector, place="position:151"), out)
        assert made.ready
    else:
        assert order_car(Asked(out, options=CAR, vector=vector, place="position:151")).ready
    inputs = json.loads((out / "provenance.json").read_text("utf-8"))["inputs"]
    assert [one["file"] for one in inputs] == ["backbone.fasta"]
    assert inputs[0]["sha256"] == read_into(vector, "position:1").sha256  # type: ignore[union-attr]


def test_a_vector_and_a_place_go_together(tmp_path: Path) -> None:
    assert read_into(None, "") is None
    for path, place in ((tmp_path / "x.gb", ""), (None, "position:1")):
        with pytest.raises(AdoptiveError, match="a vector and a place in it go together"):
            read_into(path, place)


def test_a_genome_is_no_vector(tmp_path: Path) -> None:
    place = tmp_path / "chromosome.fasta"
    place.write_text(f">chr\n{'ACGT' * 250_000}A\n", "utf-8")
    with pytest.raises(AdoptiveError, match=r"too long for a vector.*1,000,001"):
        read_vector(place)

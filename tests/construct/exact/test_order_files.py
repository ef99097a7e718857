"""The files of an order: which there are, what they say, that hostile names stay names, that no labels overlap."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from adoptive.construct.bases import translate
from adoptive.construct.checks import check, counted
from adoptive.construct.codons import build
from adoptive.construct.record import features_of, read_record
from adoptive.construct.types import Built, Insert, Part
from adoptive.construct.vector import Place, Vector, put_into
from adoptive.workbench.figures.charts import NARROW, WIDE, Size
from adoptive.workbench.order.files import file_stem, order_files, write_order
from adoptive.workbench.order.picture import KINDS, LETTER, construct_chart
from order_samples import car_of, tcr_of

HOSTILE = '../<script>alert("x")</script>'


@pytest.fixture(scope="module")
def built() -> Built:
    return build(tcr_of())


def test_an_order_has_its_files_and_they_agree(built: Built, tmp_path: Path) -> None:
    checks = check(built)
    write_order(tmp_path, built, checks)
    names = {"DMF5.gb", "DMF5.fasta", "DMF5.protein.fasta", "checks.json", "construct.svg", "report.html"}
    assert {one.name for one in tmp_path.iterdir()} == names
    assert read_record((tmp_path / "DMF5.gb").read_text("utf-8")) == (built.nt, features_of(built))
    fasta = (tmp_path / "DMF5.fasta").read_text("utf-8").split("\n", 1)
    assert translate(fasta[1].replace("\n", "")) == f"{built.insert.protein}*"
    proteins = (tmp_path / "DMF5.protein.fasta").read_text("utf-8")
    sequences = [re.sub(r"\s", "", one.split("\n", 1)[1]) for one in proteins.split(">")[1:]]
    assert sequences[0] == built.insert.protein == "".join(sequences[1:])
    said = json.loads((tmp_path / "checks.json").read_text("utf-8"))
    assert said["ready_to_order"] is True
    assert [(one["id"], one["verdict"]) for one in said["checks"]] == [(one.id, one.verdict) for one in checks]
    ElementTree.parse(tmp_path / "construct.svg")
    page = (tmp_path / "report.html").read_text("utf-8")
    assert f"Ready to order: yes.</strong> {counted(checks)}." in page
    assert page.count("Designed in silico. For research only; no medical advice.") == 2
    assert "Simulated" not in page
    assert "not a release document" in page
    assert page.count('class="mark inside"') == len(checks)
    assert not re.search(r'(?:src|href)="(?!data:|#)', page)


def test_the_same_construct_gives_the_same_bytes(built: Built) -> None:
    assert order_files(built, check(built)) == order_files(build(tcr_of()), check(build(tcr_of())))


def test_a_construct_that_fails_is_written_with_its_verdict(built: Built) -> None:
    broken = replace(built, nt=built.nt[:600] + built.nt[601:])
    files = order_files(broken, check(broken))
    said = json.loads(files["checks.json"])
    assert said["ready_to_order"] is False
    assert {one["verdict"] for one in said["checks"]} == {"pass", "FAIL", "not judged"}
    assert "Ready to order: no." in files["report.html"]
    assert "Failed: The length is a multiple of three." in files["report.html"]


def test_hostile_names_stay_names(built: Built) -> None:
    insert = replace(built.insert, id=HOSTILE, notes=("<b>note</b>",))
    parts = tuple(replace(one, name=f"<i>{one.name}&", source="<u>s") for one in insert.parts)
    named = replace(built, insert=replace(insert, parts=parts))
    files = order_files(named, check(named))
    assert all(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*", name) for name in files)
    for text in (files["report.html"], files["construct.svg"]):
        assert not re.search(r"<script>|<i>|<b>note|<u>s", text)
    ElementTree.fromstring(files["construct.svg"])
    assert read_record(next(text for name, text in files.items() if name.endswith(".gb")))[0] == built.nt


@pytest.mark.parametrize("name", ["", "..", "a/b", "con", "x" * 300, "é", "a b", ".hidden", "-rf", "nul.txt", "a\nb"])
def test_stems_are_safe_and_differ(name: str) -> None:
    stem = file_stem(name)
    assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,80}", stem)
    assert stem not in ("con", "nul.txt", "nul")
    assert stem != file_stem(f"{name}?")


def _many() -> Insert:
    """Give a construct of many small parts with long names, one of every kind."""
    parts = [
        Part(f"{kind} with a rather long name", kind, "MGSTAVLPWRKDEQNH"[: 3 + at]) for at, kind in enumerate(KINDS)
    ]
    return Insert("many", "CAR", tuple(parts))


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=lambda size: size.name)
@pytest.mark.parametrize("insert", [tcr_of(), car_of(), _many()], ids=lambda insert: insert.id)
def test_labels_do_not_overlap_and_parts_are_to_scale(insert: Insert, size: Size) -> None:
    built = build(insert)
    vector = Vector("a vector", "ACGTTGCAAC" * 300, True)
    chart = construct_chart(put_into(vector, built, Place(position=1501)), size=size)
    texts = [row for layer in chart.layer if layer.mark["type"] == "text" for row in layer.data.values]
    boxes = []
    for row in texts:
        wide = LETTER * len(row["text"])
        left = {"left": 0.0, "right": wide, "center": wide / 2}[row["align"]]
        boxes.append((row["x"] - left, row["x"] - left + wide, row["y"] - 6, row["y"] + 6, row["text"]))
    for at, (left, right, top, bottom, said) in enumerate(boxes):
        assert left >= -12, said
        assert right <= size.width + 12, said
        for other in boxes[at + 1 :]:
            assert right <= other[0] or other[1] <= left or bottom <= other[2] or other[3] <= top, (said, other[4])
    parts = [one for one in chart.layer[0].data.values if one["y2"] - one["y"] == 16]
    shown = [one["x2"] - one["x"] for one in parts]
    wanted = [max(1.5, size.width * 3 * len(part.protein) / len(built.nt)) for part in insert.parts]
    assert shown == pytest.approx(wanted)

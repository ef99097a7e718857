"""``adoptive facility`` from outside: files, one document, same bytes, bad input, interruption."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from pyarrow import csv, parquet

from adoptive.facility.identity import Seal, read_log, verify
from adoptive.workbench.facility import writing

Command = Callable[..., Any]
FILES = {
    "study.toml", "summary.json", "patients.csv", "patients.parquet", "cost.csv", "cost.parquet", "identity.jsonl",
    "timeline.svg", "waiting.svg", "losses.svg", "facility.html",
}  # fmt: skip
FEW = ("--patients", "60", "--slots-per-month", "3", "--log-patients", "10")


def test_it_prints_what_a_facility_is_run_by(command: Command) -> None:
    said = command("facility", "satri-cel", *FEW)
    assert said.code == 0
    assert said.err == ""
    for words in (
        "lead time", "P50", "P90", "on time", "treated", "progressed", "manufacturing failure", "out of specification",
        "withdrew", "starts used", "per treated", "no medical advice", "seed 1",
    ):  # fmt: skip
        assert words in said.out, words


def test_the_folder_is_whole_and_its_parts_agree(command: Command, tmp_path: Path) -> None:
    out = tmp_path / "new" / "facility"
    said = command("facility", "satri-cel", *FEW, "--out", out, "--json")
    assert said.code == 0
    document = json.loads(said.out)
    assert {file.name for file in out.iterdir()} == FILES
    assert json.loads((out / "summary.json").read_text()) == document
    log = read_log(out / "identity.jsonl")
    assert verify(log, sealed=Seal(document["identity"]["events"], document["identity"]["seal"])) == ()
    patients = parquet.read_table(out / "patients.parquet")
    assert patients.num_rows == csv.read_csv(out / "patients.csv").num_rows == document["patients"] == 60
    assert patients["ending_words"].to_pylist().count("treated") == document["treated"]
    cost = csv.read_csv(out / "cost.csv")
    assert sum(cost["per_treated_usd"].to_pylist()) == pytest.approx(document["cost"]["per_treated_usd"])


def test_the_page_stands_alone_and_fits_a_phone(command: Command, tmp_path: Path) -> None:
    command("facility", "satri-cel", *FEW, "--out", tmp_path / "f")
    page = (tmp_path / "f" / "facility.html").read_text()
    assert not re.findall(r'(?:src|href)="(?!#|data:)', page)
    assert "<script" not in page
    assert "@import" not in page
    drawn = re.findall(r'<div class="narrow">.*?viewBox="0 0 ([\d.]+) ', page, flags=re.DOTALL)
    assert len(drawn) == 3
    assert max(map(float, drawn)) <= 390
    for name in ("timeline", "waiting", "losses"):
        drawing = ElementTree.parse(tmp_path / "f" / f"{name}.svg").getroot()
        assert drawing.tag.endswith("svg")
    bars = re.findall(r'aria-roledescription|<path d="M', page)
    assert len(bars) > 60


def test_same_seed_same_bytes(command: Command, tmp_path: Path) -> None:
    for name in ("a", "b"):
        assert command("facility", "satri-cel", *FEW, "--out", tmp_path / name).code == 0
    for file in FILES:
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes(), file
    command("facility", "satri-cel", *FEW, "--seed", "2", "--out", tmp_path / "c")
    assert (tmp_path / "c" / "patients.csv").read_bytes() != (tmp_path / "a" / "patients.csv").read_bytes()


def test_the_written_study_gives_the_same_facility(command: Command, tmp_path: Path) -> None:
    command("facility", "satri-cel", *FEW, "--out", tmp_path / "f")
    again = command("facility", tmp_path / "f" / "study.toml", *FEW, "--json")
    first = json.loads((tmp_path / "f" / "summary.json").read_text())
    assert json.loads(again.out) == first


def test_a_study_may_bring_its_own_slots(command: Command, tmp_path: Path) -> None:
    from adoptive.workbench.study import dump_study, load_study

    text = dump_study(load_study("satri-cel")).replace(
        "[infusion]", '[facility.slots]\nper_month = 3\nplaces = 4\npriority = "sickest first"\n\n[infusion]', 1
    )
    (tmp_path / "own.toml").write_text(text)
    document = json.loads(command("facility", tmp_path / "own.toml", "--patients", "50", "--json").out)
    assert document["slots"] == {"per_month": 3.0, "places": 4, "priority": "sickest first"}
    changed = json.loads(command("facility", tmp_path / "own.toml", "--patients", "50", "--places", "1", "--json").out)
    assert changed["slots"] == {"per_month": 3.0, "places": 1, "priority": "sickest first"}
    (tmp_path / "bad.toml").write_text(text.replace("per_month = 3", "per_month = -3"))
    said = command("facility", tmp_path / "bad.toml")
    assert said.code == 2
    assert "facility.slots.per_month" in said.err


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("no-such-study",), "no such study"),
        (("satri-cel", "--slots-per-month", "-1"), "--slots-per-month"),
        (("satri-cel", "--slots-per-month", "0"), "--slots-per-month"),
        (("satri-cel", "--slots-per-month", "nan"), "--slots-per-month"),
        (("satri-cel", "--slots-per-month", "inf"), "--slots-per-month"),
        (("satri-cel", "--slots-per-month", "many"), "--slots-per-month"),
        (("satri-cel", "--places", "-2"), "--places"),
        (("satri-cel", "--places", "0"), "limit nothing"),
        (("satri-cel", "--patients", "0"), "--patients"),
        (("satri-cel", "--patients", "1000000000"), "--patients"),
        (("satri-cel", "--priority", "mine"), "--priority"),
        (("satri-cel", "--target-days", "-3"), "--target-days"),
        (("satri-cel", "--seed", "-1"), "--seed"),
        (("satri-cel", "--log-patients", "-1"), "--log-patients"),
    ],
)
def test_bad_input_is_one_message_and_exit_code_2(command: Command, arguments: tuple[str, ...], named: str) -> None:
    said = command("facility", *arguments)
    assert said.code == 2
    assert said.out == ""
    assert named in said.err
    assert "Traceback" not in said.err


def test_a_folder_that_exists_is_never_touched(command: Command, tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "mine.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for name in ("kept", "file", "link"):
        said = command("facility", "satri-cel", *FEW, "--out", tmp_path / name)
        assert said.code == 2
        assert "exists already" in said.err
    assert [file.name for file in (tmp_path / "kept").iterdir()] == ["mine.txt"]
    assert sorted(file.name for file in tmp_path.iterdir()) == ["file", "kept", "link"]
    for place in (tmp_path / "file" / "below", Path(tmp_path / "kept" / "..")):
        said = command("facility", "satri-cel", *FEW, "--out", place)
        assert said.code == 2
        assert "Traceback" not in said.err


def test_an_interrupted_run_leaves_nothing(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(writing, "write_log", interrupted)  # half of the folder is written by then
    said = command("facility", "satri-cel", *FEW, "--out", tmp_path / "deep" / "f")
    assert said.code == 130
    assert "interrupted" in said.err
    assert list(tmp_path.iterdir()) == []
    assert "Traceback" not in said.err


def test_a_full_disk_fails_the_run(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(writing, "write_table", full)
    said = command("facility", "satri-cel", *FEW, "--out", tmp_path / "f")
    assert said.code == 3
    assert list(tmp_path.iterdir()) == []

"""``adoptive simulate``: closed forms, failures as values, and one clear sentence for every bad input."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import files
import numpy as np
import pytest
from pyarrow import parquet

from adoptive.workbench.cli import main
from adoptive.workbench.simulate.run import Simulated

Command = Callable[..., SimpleNamespace]


@pytest.fixture
def command(capfd: pytest.CaptureFixture[str]) -> Command:
    def run(*words: object) -> SimpleNamespace:
        with pytest.raises(SystemExit) as leaving:
            main([str(word) for word in words])
        said = capfd.readouterr()
        return SimpleNamespace(code=leaving.value.code, out=said.out, err=said.err)

    return run


@pytest.fixture
def pills(tmp_path: Path) -> Path:
    """Uptake and loss of first order; the plasma's volume is 4."""
    file = files.File().compartment("plasma", 4.0).parameter("ka", 1.5).parameter("kel", 0.4)
    file.species("gut", "plasma", amount=0.0, in_amount=True).species("drug", "plasma", concentration=0.0)
    file.parameter("total", constant=False).rule("assign", "total", "gut + drug * plasma")
    file.reaction("take", {"gut": 1.0}, {"drug": 1.0}, "ka * gut").reaction(
        "lose", {"drug": 1.0}, {}, "kel * drug * plasma"
    )
    path = tmp_path / "pills.xml"
    path.write_text(file.text(), "utf-8")
    return path


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "patients.csv"
    path.write_text("patient,ka,mg,plasma\nanna,1.5,100,4\nbert,0.9,50,6\n", "utf-8")
    return path


def bateman(t: np.ndarray, ka: float, kel: float, dose: float, volume: float) -> np.ndarray:
    t = np.maximum(t, 0.0)
    return np.asarray(dose * ka / (volume * (ka - kel)) * (np.exp(-kel * t) - np.exp(-ka * t)))


def test_a_formula_of_endless_length_is_refused_in_one_sentence(command: Command, tmp_path: Path) -> None:
    file = files.File().parameter("x", 1.0, constant=False).rule("rate", "x", " + ".join(["x"] * 20_000))
    path = tmp_path / "long.xml"
    path.write_text(file.text(), "utf-8")
    ran = command("simulate", path, "--until", 1)
    assert ran.code == 2
    assert "a formula is too long or nested too deeply" in ran.err


def test_doses_agree_with_the_closed_form(command: Command, pills: Path, table: Path) -> None:
    ran = command(
        "simulate", pills, "--patients", table, "--dose", "gut 0,2.5 mg", "--dose", "gut 4 10", "--set", "kel=0.3",
        "--until", 6, "--every", 0.5, "--show", "drug",
    )  # fmt: skip
    assert ran.code == 0
    assert ran.err == ""
    rows = list(csv.DictReader(io.StringIO(ran.out)))
    assert len(rows) == 2 * 13
    for name, ka, mg, volume in (("anna", 1.5, 100.0, 4.0), ("bert", 0.9, 50.0, 6.0)):
        mine = [row for row in rows if row["patient"] == name]
        t = np.array([float(row["time"]) for row in mine])
        doses = ((0.0, mg), (2.5, mg), (4.0, 10.0))
        exact = sum(bateman(t - day, ka, 0.3, amount, volume) for day, amount in doses)
        np.testing.assert_allclose([float(row["value"]) for row in mine], exact, rtol=1e-6, atol=1e-7)


def test_files_and_documents_hold_the_same_numbers(command: Command, pills: Path, table: Path, tmp_path: Path) -> None:
    words = ("simulate", pills, "--patients", table, "--dose", "gut 0 mg", "--until", 3)
    document = json.loads(command(*words, "--json").out)
    assert document["time"] == [0.0, 1.0, 2.0, 3.0]
    assert document["failures"] == {}
    for out in (tmp_path / "a.csv", tmp_path / "a.parquet"):
        ran = command(*words, "--wide", "--out", out)
        assert (ran.code, ran.err) == (0, "")
    wide = parquet.read_table(tmp_path / "a.parquet").to_pydict()
    written = list(csv.DictReader((tmp_path / "a.csv").open()))
    for at, result in enumerate(document["results"]):
        for name, values in result["values"].items():
            assert wide[name][4 * at : 4 * at + 4] == values
            assert [float(row[name]) for row in written[4 * at : 4 * at + 4]] == values
    assert [row["patient"] for row in written] == ["anna"] * 4 + ["bert"] * 4


def test_blocks_of_a_table_are_the_table() -> None:
    days, names = np.arange(40_000.0), tuple(str(k) for k in range(60))
    values = {"x": np.arange(60.0 * 40_000).reshape(60, -1)}
    result = Simulated("m", "day", names, days, values, {}, {})
    for wide, column in ((False, "value"), (True, "x")):
        blocks = list(result.tables(wide=wide))
        assert len(blocks) > 1
        assert np.array_equal(np.concatenate([block[column] for block in blocks]), values["x"].ravel())


def test_who_cannot_be_followed_is_told_and_left_out(command: Command, tmp_path: Path) -> None:
    path, table = tmp_path / "blow.xml", tmp_path / "p.csv"
    path.write_text(files.File().parameter("x", 1.0, constant=False).rule("rate", "x", "x * x").text(), "utf-8")
    table.write_text("patient,x\ncalm,0.1\nwild,3\n", "utf-8")
    ran = command("simulate", path, "--patients", table, "--until", 2, "--every", 1)
    assert ran.code == 0
    assert "patient wild could not be followed: " in ran.err
    assert "wild" not in ran.out
    values = [float(row["value"]) for row in csv.DictReader(io.StringIO(ran.out))]
    np.testing.assert_allclose(values, [0.1, 1.0 / 9.0, 0.125], rtol=1e-6)
    alone = command("simulate", path, "--set", "x=3", "--until", 2)
    assert alone.code == 3
    assert "no patient could be followed" in alone.err


def test_an_event_that_never_rests_is_a_failure(command: Command, tmp_path: Path) -> None:
    path = tmp_path / "saw.xml"
    file = files.File().parameter("x", 0.0, constant=False).rule("rate", "x", "1").event("e", "x >= 0.01", {"x": "0"})
    path.write_text(file.text(), "utf-8")
    assert command("simulate", path, "--until", 1.0, "--every", 0.5).code == 0
    ran = command("simulate", path, "--until", 3.0, "--every", 0.5)
    assert ran.code == 3
    assert "came true more than 199 times" in ran.err


def test_a_delayed_event_that_cannot_wait_more_is_a_failure(command: Command, tmp_path: Path) -> None:
    """A saw of period 1/4 sets off an event: with a delay of 0.7 three wait at once, with 0.9 a fourth would."""
    path = tmp_path / "queue.xml"
    file = files.File().parameter("x", 0.0, constant=False).parameter("n", 0.0, constant=False).parameter("wait", 0.7)
    file.rule("rate", "x", "4").event("saw", "x >= 1", {"x": "0"})
    path.write_text(file.event("late", "x >= 0.5", {"n": "n + 1"}, delay="wait").text(), "utf-8")
    ran = command("simulate", path, "--until", 2.0, "--every", 1.0, "--show", "n")
    values = [float(row["value"]) for row in csv.DictReader(io.StringIO(ran.out))]
    assert values == pytest.approx([0.0, 1.0, 5.0], abs=1e-12)
    ran = command("simulate", path, "--until", 2.0, "--every", 1.0, "--set", "wait=0.9")
    assert ran.code == 3
    assert "a delayed event came true more than 3 times while it waited" in ran.err


BAD: dict[str, tuple[tuple[str, ...], str]] = {
    "no until": ((), "--until"),
    "negative until": (("--until", "-1"), "--until: must be a number above zero"),
    "until nan": (("--until", "nan"), "--until: must be a number above zero"),
    "until words": (("--until", "soon"), "valid number"),
    "every zero": (("--until", "5", "--every", "0"), "--every: must be a number above zero"),
    "every tiny": (("--until", "5", "--every", "1e-9"), "too many days"),
    "dose words": (("--until", "5", "--dose", "gut 1"), "a dose needs three words"),
    "dose day": (("--until", "5", "--dose", "gut one 5"), "not a number"),
    "dose amount": (("--until", "5", "--dose", "gut 1 inf"), "not a number"),
    "dose late": (("--until", "5", "--dose", "gut 5 1"), "a dose lies outside the time"),
    "dose before": (("--until", "5", "--dose", "gut -1 1"), "a dose lies outside the time"),
    "dose state": (("--until", "5", "--dose", "vein 1 1"), "no such state to dose"),
    "dose rule": (("--until", "5", "--dose", "total 1 1"), "no such state to dose"),
    "dose column": (("--until", "5", "--dose", "gut 1 grams"), "no such column"),
    "set nothing": (("--until", "5", "--set", "ka"), "a setting needs a name and a value"),
    "set words": (("--until", "5", "--set", "ka=fast"), "not a number"),
    "set unknown": (("--until", "5", "--set", "kb=1"), "no such quantity"),
    "set rule": (("--until", "5", "--set", "total=1"), "a rule of the model computes"),
    "set twice": (("--until", "5", "--set", "ka=1", "--set", "ka=2"), "set twice"),
    "show": (("--until", "5", "--show", "mood"), "no such quantity to show"),
    "out kind": (("--until", "5", "--out", "a.xlsx"), "kind is not known"),
    "out folder": (("--until", "5", "--out", "nowhere/a.csv"), "no such folder"),
    "no table": (("--until", "5", "--patients", "none.csv"), "cannot be read"),
    "table is a folder": (("--until", "5", "--patients", "."), "cannot be read"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_words_give_one_sentence(name: str, command: Command, pills: Path) -> None:
    words, said = BAD[name]
    ran = command("simulate", pills, *words)
    assert ran.code == 2
    assert said in ran.err
    assert "Traceback" not in ran.err
    assert ran.out == ""


TABLES: dict[str, tuple[str | bytes, str]] = {
    "empty": ("", "empty"),
    "only a head": ("patient,ka\n", "there is no patient"),
    "unknown column": ("patient,speed\na,1\n", "no such quantity"),
    "computed column": ("total\n1\n", "a rule of the model computes"),
    "word": ("patient,ka\na,1\nb,fast\n", "line 3, ka: not a number"),
    "empty cell": ("patient,ka\na,\n", "not a number"),
    "infinite": ("ka\ninf\n", "not a number"),
    "ragged": ("patient,ka\na,1,2\n", "wrong number of cells"),
    "twice a column": ("ka,ka\n1,2\n", "two columns have the same name"),
    "twice a patient": ("patient,ka\na,1\na,2\n", "two patients have the same name"),
    "column without name": ("patient,,ka\na,1,2\n", "a column has no name"),
    "binary": (bytes(range(128, 256)), "no CSV text"),
    "null bytes": (b"ka\n\0\n", "not a number|no CSV text"),
}


@pytest.mark.parametrize("name", TABLES)
def test_a_bad_table_gives_one_sentence(name: str, command: Command, pills: Path, tmp_path: Path) -> None:
    text, said = TABLES[name]
    path = tmp_path / "patients.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    ran = command("simulate", pills, "--patients", path, "--until", 5)
    assert ran.code == 2
    assert any(words in ran.err for words in said.split("|"))
    assert "Traceback" not in ran.err
    assert ran.err.count("\n") == 1


def test_a_bad_model_gives_one_sentence(command: Command, tmp_path: Path) -> None:
    path = tmp_path / "m.xml"
    path.write_text("A -> B; k*A", "utf-8")
    for model in (path, tmp_path / "none.xml", tmp_path):
        ran = command("simulate", model, "--until", 5)
        assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)


def test_too_much_is_refused_before_it_is_computed(
    command: Command, pills: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "many.csv"
    path.write_text("ka\n" + "1\n" * 500, "utf-8")
    ran = command("simulate", pills, "--patients", path, "--until", 1000, "--every", 0.01)
    assert (ran.code, "too many numbers" in ran.err) == (2, True)
    monkeypatch.setattr("adoptive.workbench.simulate.patients.MOST_SIMULATED", 100)
    ran = command("simulate", pills, "--patients", path, "--until", 10)
    assert (ran.code, "too many patients" in ran.err) == (2, True)

"""``adoptive construct tcr`` and ``verify``: files, refusals with their line, exit codes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adoptive.construct.bases import translate
from adoptive.construct.record import read_record
from adoptive.construct.verify import table
from adoptive.construct.verify.case import Case
from adoptive.construct.verify.receptors import known_chains, reference
from adoptive.workbench.order.tcr import order_folders

Command = Callable[..., Any]
COLUMNS = ("id", "rank", "trav", "traj", "cdr3a", "cdr3a_nt", "trbv", "trbj", "cdr3b", "cdr3b_nt")
DMF5 = ("--va", "TRAV12-2", "--ja", "TRAJ23", "--cdr3a", "CAVNFGGGKLIF",
        "--vb", "TRBV6-4", "--jb", "TRBJ1-1", "--cdr3b", "CASSLSFGTEAFF", "--name", "DMF5")  # fmt: skip


def _row(name: str, rank: int = 1, **changes: str) -> dict[str, str]:
    alpha, beta = (reference()[name][chain] for chain in ("TRA", "TRB"))
    row = {
        "id": name, "rank": str(rank), "trav": alpha["v"], "traj": alpha["j"], "cdr3a": alpha["cdr3"], "cdr3a_nt": "",
        "trbv": beta["v"], "trbj": beta["j"], "cdr3b": beta["cdr3"], "cdr3b_nt": "",
    }  # fmt: skip
    return row | changes


def _table(folder: Path, *rows: dict[str, str]) -> Path:
    lines = ["\t".join(COLUMNS), *("\t".join(row[name] for name in COLUMNS) for row in rows)]
    place = folder / "receptors.tsv"
    place.write_text("\n".join(lines) + "\n", "utf-8")
    return place


def test_a_receptor_given_by_its_genes_is_written(command: Command, tmp_path: Path) -> None:
    out = tmp_path / "order"
    said = command("construct", "tcr", *DMF5, "--out", out, "--json")
    document = json.loads(said.out)
    assert (said.code, document["ready"], document["receptors"][0]["failed"]) == (0, True, [])
    nt, features = read_record((out / "DMF5.gb").read_text("utf-8"))
    alpha, beta = known_chains("DMF5")
    protein = translate(nt)
    assert protein.startswith(beta.protein)
    assert alpha.protein in protein
    assert protein.endswith("*")
    assert {"alpha variable", "beta constant", "P2A", "TRA CDR3"} <= {one.label for one in features}
    names = {file.name for file in out.iterdir()}
    assert {"checks.json", "construct.svg", "report.html", "provenance.json", "DMF5.fasta"} <= names


def test_the_chosen_receptors_make_one_product(command: Command, tmp_path: Path) -> None:
    rows = _row("KRAS_G12D_10", 2), _row("KRAS_G12D_9a", 0), _row("1G4", 1)
    out = tmp_path / "product"
    said = command("construct", "tcr", _table(tmp_path, *rows), "--chosen", "--out", out, "--json")
    assert said.code == 0
    assert [one["id"] for one in json.loads(said.out)["receptors"]] == ["1G4", "KRAS_G12D_10"]
    assert sorted(one.name for one in out.iterdir()) == ["1G4", "KRAS_G12D_10", "provenance.json"]
    assert [one.name for one in order_folders(out)] == ["1G4", "KRAS_G12D_10"]
    assert order_folders(out / "1G4") == (out / "1G4",)
    assert order_folders(tmp_path / "absent") == (tmp_path / "absent",)
    origin = json.loads((out / "provenance.json").read_text("utf-8"))
    assert origin["inputs"][0]["file"] == "receptors.tsv"


def test_one_receptor_twice_in_a_product_is_not_ready(command: Command, tmp_path: Path) -> None:
    """The check of identity looks at all receptors of the product; the files are written and say so."""
    place = _table(tmp_path, _row("1G4", 1, id="a"), _row("1G4", 2, id="b"))
    out = tmp_path / "twice"
    said = command("construct", "tcr", place, "--chosen", "--out", out, "--json")
    assert said.code == 1
    assert [one["failed"] for one in json.loads(said.out)["receptors"]] == [["identity"], ["identity"]]
    assert json.loads((out / "a" / "checks.json").read_text("utf-8"))["ready_to_order"] is False


def test_sequenced_bases_are_compared_as_a_contig(command: Command, tmp_path: Path) -> None:
    alpha, _ = known_chains("1G4")
    start = alpha.protein.index(alpha.cdr3)
    bases = alpha.nt[3 * start : 3 * (start + len(alpha.cdr3))]
    out = tmp_path / "contig"
    place = _table(tmp_path, _row("1G4", cdr3a_nt=bases))
    assert command("construct", "tcr", place, "--id", "1G4", "--out", out).code == 0
    checks = json.loads((out / "checks.json").read_text("utf-8"))["checks"]
    assert next(one for one in checks if one["id"] == "contig")["found"] == f"{len(alpha.cdr3)} residues compared"


def test_every_bad_row_is_said_with_its_line_and_nothing_is_written(command: Command, tmp_path: Path) -> None:
    rows = (
        _row("1G4", id="a", trav="TRAV99"),
        _row("1G4", id="b", cdr3a="AVRPTSGGSYIPT"),
        _row("1G4", id="c", cdr3b="CASSYV*NTGELFF"),
        _row("1G4", id="d", cdr3b_nt="TGTGCC"),
        _row("1G4", id="e", trav="TRBV6-5", traj="TRBJ2-2", cdr3a="CASSYVGNTGELFF"),
        _row("1G4", id="f", cdr3b=""),
    )
    out = tmp_path / "none"
    said = command("construct", "tcr", _table(tmp_path, *rows), "--chosen", "--out", out)
    assert said.code == 2
    assert "Traceback" not in said.err
    for line in (
        "line 2, trav: no such gene", "line 3, cdr3a: the CDR3 lacks a conserved end",
        "line 4, cdr3b: not the letter of an amino acid: *", "line 5, cdr3b_nt: the bases do not code for the CDR3",
        "line 6, trav: these are genes of the other chain", "line 7, cdr3b: this cell is empty",
    ):  # fmt: skip
        assert line in said.err
    assert not out.exists()


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        ([], "from a table or from its genes"),
        (["--va", "TRAV4"], "missing: --ja, --cdr3a, --vb, --jb, --cdr3b"),
        (["TABLE"], "which receptors of the table"),
        (["TABLE", "--id", "2G4"], "no such receptor.*is it 1G4"),
        (["TABLE", "--chosen"], "no receptor of the table was chosen"),
        (["TABLE", "--id", "1G4", "--vector", "x.gb"], "a vector and a place in it go together"),
        (["TABLE", "--id", "1G4", "--avoid", "EcoXX"], "no restriction enzyme of this name"),
        (["HUGE", "--chosen"], "too large"),
        (["HEADLESS", "--chosen"], "no line of column names"),
    ],
)
def test_bad_asking_is_one_message(command: Command, tmp_path: Path, arguments: list[str], what: str) -> None:
    import re

    with (tmp_path / "huge.tsv").open("wb") as file:
        file.truncate(2 * 1024**3)
    (tmp_path / "headless.tsv").write_text("1G4\t1\tTRAV21\n", "utf-8")
    places = {"TABLE": _table(tmp_path, _row("1G4", 0)), "HUGE": tmp_path / "huge.tsv",
              "HEADLESS": tmp_path / "headless.tsv"}  # fmt: skip
    out = tmp_path / "none"
    said = command("construct", "tcr", *(places.get(one, one) for one in arguments), "--out", out)
    assert said.code == 2
    assert re.search(what, said.err, re.DOTALL), said.err
    assert not out.exists()


def test_a_folder_is_never_overwritten(command: Command, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    said = command("construct", "tcr", *DMF5, "--out", tmp_path / "there")
    assert said.code == 2
    assert "this exists already" in said.err


def test_verify_prints_one_document_and_says_a_failure(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = (Case("good", lambda: (True, "as known")), Case("bad", lambda: (False, "6 of 5")))
    monkeypatch.setattr(table, "CASES", cases)
    said = command("construct", "verify", "--json")
    assert said.code == 1
    assert json.loads(said.out) == {
        "cases": [
            {"name": "good", "passed": True, "detail": "as known"},
            {"name": "bad", "passed": False, "detail": "6 of 5"},
        ]
    }
    monkeypatch.setattr(table, "CASES", cases[:1])
    shown = command("construct", "verify")
    assert shown.code == 0
    assert "1 of 1 cases pass" in shown.out


@pytest.mark.slow
def test_every_known_answer_holds(command: Command) -> None:
    said = command("construct", "verify", "--json")
    failed = [one for one in json.loads(said.out)["cases"] if not one["passed"]]
    assert (said.code, failed) == (0, [])

"""A hand-off that contradicts itself, or that names an order which was tampered with, is refused."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from adoptive.antigen.discovered import Receptor, TumourClone
from adoptive.workbench.cli import main
from adoptive.workbench.discover.tables import write_nouns

CHECK = {"id": "one", "title": "One", "verdict": "pass", "found": "", "asked": "", "detail": "", "only_reported": False}
ORDER: dict[str, Any] = {"id": "first", "kind": "TCR", "insert_nt": 1800, "checks": [CHECK], "notes": [], "parts": []}


@pytest.fixture
def asked(tmp_path: Path) -> list[str]:
    empty: dict[str, Any] = {field.name: "" for field in dataclasses.fields(Receptor)}
    more = {"tier": "A", "antigen": "KRAS:G12D", "lineage": "CD8", "p_real": 0.9, "ec50_m": None, "ec50_log10_sd": None}
    rows = [
        Receptor(**(empty | more | {"id": name, "rank": rank, "wild_type_fold": None, "ccf": None}))
        for rank, name in enumerate(("first", "second"), 1)
    ]
    write_nouns(tmp_path / "receptors.tsv", rows, Receptor)
    write_nouns(tmp_path / "clones.tsv", [TumourClone("c1", 1.0, ("KRAS:G12D",))], TumourClone)
    return ["construct", "handoff", str(tmp_path / "receptors.tsv"), "--clones", str(tmp_path / "clones.tsv")]


def outcome(arguments: list[str], folder: Path, capfd: pytest.CaptureFixture[str]) -> tuple[Any, str]:
    with pytest.raises(SystemExit) as left:
        main([*arguments, "--out", str(folder / "out")])
    said = capfd.readouterr()
    return left.value.code, said.err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--share", "0.9", "--share", "0.9"], "--share: the shares of the product's receptors sum to more than 1"),
        (["--days", "nan", "1", "1"], "--days: not a number of days"),
        (["--days", "inf", "1", "1"], "--days: not a number of days"),
        (["--days", "-1", "1", "1"], "--days: not a number of days"),
        (["--name", "a\nb"], "--name: not a name"),
        (["--name", "a\x1b[31m"], "--name: not a name"),
        (["--vector", "x" * 10_000], "--vector: not a name"),
    ],
)
def test_options_that_say_nothing_sensible_are_refused(
    asked: list[str], options: list[str], words: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    code, said = outcome([*asked, *options], tmp_path, capfd)
    assert code == 2
    assert words in said
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"insert_nt": "many"}, "insert_nt is many"),
        ({"insert_nt": [1]}, "insert_nt is [1]"),
        ({"insert_nt": 1e308}, "insert_nt is 1e+308"),
        ({"insert_nt": float("nan")}, "insert_nt is nan"),
        ({"insert_nt": -5}, "insert_nt is -5"),
        ({"kind": "CAR"}, "this order is no T-cell receptor"),
        ({}, ""),
    ],
)
def test_an_order_that_was_tampered_with_is_refused(
    asked: list[str], changed: dict[str, Any], words: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "order").mkdir()
    (tmp_path / "order/checks.json").write_text(json.dumps(ORDER | changed))
    code, said = outcome([*asked, "--construct", str(tmp_path / "order")], tmp_path, capfd)
    assert code == (2 if changed else 0), said
    assert words in said
    assert (tmp_path / "out").exists() is not bool(changed)

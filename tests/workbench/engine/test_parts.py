"""Parts on disk: what is read is what was written, or it is refused; nothing half-written is ever taken for a part."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from adoptive.errors import RunError
from adoptive.trial.types import Study
from adoptive.workbench.engine import parts
from adoptive.workbench.engine.parts import code_digest, digest_of, read_part, write_part

KINDS = st.sampled_from([np.dtype(np.float64), np.dtype(np.int64), np.dtype(np.bool_)])


@st.composite
def tables(draw: st.DrawFn) -> dict[str, NDArray[Any]]:
    rows, widths = draw(st.integers(0, 5)), st.one_of(st.none(), st.integers(1, 4))
    names = draw(st.lists(st.text(st.characters(codec="utf-8"), min_size=1, max_size=12), min_size=1, unique=True))
    shapes = [(rows,) if (width := draw(widths)) is None else (rows, width) for _ in names]
    return {name: draw(hnp.arrays(draw(KINDS), shape)) for name, shape in zip(names, shapes, strict=True)}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tables(), st.text(st.characters(codec="utf-8"), max_size=20))
def test_round_trip_keeps_every_bit(tmp_path: Path, table: dict[str, NDArray[Any]], note: str) -> None:
    write_part(tmp_path / "a.parquet", table, digest="d", notes={"said": note})
    found = read_part(tmp_path / "a.parquet", digest="d")
    assert found is not None
    columns, notes = found
    assert list(columns) == list(table)
    assert notes == {"said": note}
    for name, column in table.items():
        assert (columns[name].dtype, columns[name].shape) == (column.dtype, column.shape)
        assert columns[name].tobytes() == column.tobytes()
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.parquet"]


def test_same_columns_are_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_part(tmp_path / name, {"x": np.arange(4.0)}, digest="d")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_no_damage_goes_unseen(tmp_path: Path) -> None:
    """Every cut, and every byte turned over, is refused or changes no number."""
    place, table = tmp_path / "a.parquet", {"x": np.linspace(0, 1, 7), "y": np.arange(6).reshape(3, 2)[[0, 1, 2] * 2]}
    table = {"x": table["x"][:6], "y": table["y"]}
    write_part(place, table, digest="d")
    whole = place.read_bytes()
    refused = 0
    for at in range(0, len(whole), 3):
        for damaged in (whole[:at], whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :]):
            place.write_bytes(damaged)
            try:
                found = read_part(place, digest="d")
            except RunError:
                refused += 1
            else:
                assert found is not None
                assert digest_of(found[0]) == digest_of(table)
    assert refused > len(whole) / 3, "at least every cut"


def test_another_digest_is_refused_and_a_missing_part_is_none(tmp_path: Path) -> None:
    write_part(tmp_path / "a.parquet", {"x": np.zeros(1)}, digest="old")
    with pytest.raises(RunError, match="another version or question"):
        read_part(tmp_path / "a.parquet", digest="new")
    assert read_part(tmp_path / "b.parquet", digest="new") is None


def test_no_part_without_room(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="make room"):
        write_part(tmp_path / "gone" / "a.parquet", {"x": np.zeros(1)}, digest="d")


def test_interrupted_writing_leaves_the_earlier_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_part(tmp_path / "a.parquet", {"x": np.zeros(1)}, digest="d")
    before = (tmp_path / "a.parquet").read_bytes()

    def interrupted(number: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(parts.os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_part(tmp_path / "a.parquet", {"x": np.ones(1)}, digest="d")
    assert {entry.name: entry.read_bytes() for entry in tmp_path.iterdir()} == {"a.parquet": before}


def test_digest_is_the_same_in_another_process_and_tells_things_apart(small_study: Study) -> None:
    code = (
        "from synthetic_clinic import small_study; from adoptive.workbench.engine.parts import *\n"
        "print(digest_of(small_study(), {'b': 1, 'a': frozenset('xyz')}), code_digest())"
    )
    paths = [str(Path(__file__).parents[3] / "src"), str(Path(__file__).parents[1])]
    seen = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONHASHSEED": "7"},
    )  # fmt: skip
    assert seen.stdout.split() == [digest_of(small_study, {"a": frozenset("zyx"), "b": 1}), code_digest()]
    values = [
        0,
        0.0,
        "0",
        False,
        None,
        [0],
        [[0]],
        [0, 0],
        {"0": 0},
        np.zeros(1),
        np.zeros(1, int),
        (),
        "",
        small_study,
    ]
    assert len({digest_of(value) for value in values}) == len(values)
    assert digest_of("ab", "c") != digest_of("a", "bc")

"""Laws of tables: what is written is read, the same input gives the same bytes, and every fault is named."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from adoptive import tables
from adoptive.tables import Column, TableError, check_table, flatten, read_table, write_table

DICTIONARIES = {name: getattr(tables, f"{name}_COLUMNS") for name in ("PATIENT", "SCREENING", "VISIT", "DOSE", "DAILY")}
SHAPES = {"PATIENT": (2, 3), "SCREENING": (2,), "VISIT": (5,), "DOSE": (0,), "DAILY": (4,)}
DTYPES = {"int": np.int64, "float": np.float64, "bool": np.bool_}

Table = dict[str, NDArray[Any]]


def _table(name: str) -> Table:
    shape = SHAPES[name]
    return {column.name: np.zeros(shape, DTYPES[column.dtype]) for column in DICTIONARIES[name].values()}


@st.composite
def flat_tables(draw: st.DrawFn) -> Table:
    rows = draw(st.integers(1, 20))
    return {
        "number": draw(hnp.arrays(np.int64, rows)),
        "day": draw(hnp.arrays(np.float64, rows, elements=st.floats(allow_nan=False))),
        "treated": draw(hnp.arrays(np.bool_, rows)),
    }


@settings(max_examples=40, deadline=None)
@given(table=flat_tables())
def test_what_is_written_is_read_and_bytes_repeat(table: Table) -> None:
    with tempfile.TemporaryDirectory() as folder:
        paths = write_table(Path(folder, "seed-1.5"), table)
        assert [path.name for path in paths] == ["seed-1.5.parquet", "seed-1.5.csv"]
        bytes_before = [path.read_bytes() for path in paths]
        again = write_table(Path(folder, "seed-1.5"), {name: column.copy() for name, column in table.items()})
        assert [path.read_bytes() for path in again] == bytes_before
        for back in (read_table(paths[0]), read_table(paths[1]), read_table(Path(folder, "seed-1.5.parquet"))):
            assert list(back) == list(table)
            for name, column in table.items():
                assert back[name].dtype == column.dtype
                np.testing.assert_array_equal(back[name], column)


def test_units_and_meanings_travel_with_the_columns(tmp_path: Path) -> None:
    from pyarrow import parquet

    path, _ = write_table(tmp_path / "doses", _table("DOSE"))
    schema = parquet.read_schema(path)
    column = tables.DOSE_COLUMNS["cells"]
    assert schema.field("cells").metadata == {b"unit": column.unit.encode(), b"meaning": column.meaning.encode()}


def test_only_the_wanted_columns_are_read(tmp_path: Path) -> None:
    path, _ = write_table(tmp_path / "visits", _table("VISIT"))
    assert list(read_table(path, only=["day", "trial"])) == ["day", "trial"]
    with pytest.raises(TableError, match="cannot be read"):
        read_table(path, only=["colour"])


@pytest.mark.parametrize("suffix", ["", ".csv", ".parquet"])
def test_an_unreadable_table_is_named(tmp_path: Path, suffix: str) -> None:
    with pytest.raises(TableError, match=r"nowhere.*cannot be read"):
        read_table(tmp_path / f"nowhere{suffix}")


@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
def test_a_binary_file_is_no_table(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"noise{suffix}"
    file.write_bytes(bytes(range(256)) * 4)
    with pytest.raises(TableError, match="cannot be read"):
        read_table(file)


@pytest.mark.parametrize("table", [{"a": np.zeros((2, 2))}, {"a": np.zeros(2), "b": np.zeros(3)}])
def test_only_flat_columns_of_one_length_are_written(tmp_path: Path, table: Table) -> None:
    with pytest.raises(TableError):
        write_table(tmp_path / "bad", table)
    assert list(tmp_path.iterdir()) == []


@given(trials=st.integers(1, 5), patients=st.integers(1, 7), start=st.integers(0, 1000))
def test_flat_rows_keep_their_patient(trials: int, patients: int, start: int) -> None:
    ids = start + 2 * np.arange(trials)
    value = np.arange(trials * patients, dtype=np.float64).reshape(trials, patients)
    flat = flatten({"value": value}, trials=ids)
    for trial, patient, number in zip(flat["trial"], flat["patient"], flat["value"], strict=True):
        assert value[(trial - start) // 2, patient] == number
    np.testing.assert_array_equal(flatten({"value": value})["trial"], np.repeat(np.arange(trials), patients))


@pytest.mark.parametrize(
    ("table", "ids"),
    [
        ({}, None),
        ({"a": np.zeros(3)}, None),
        ({"a": np.zeros((2, 3)), "b": np.zeros((3, 2))}, None),
        ({"a": np.zeros((2, 3))}, [1, 2, 3]),
    ],
)
def test_flatten_refuses_uneven_tables(table: Table, ids: list[int] | None) -> None:
    with pytest.raises(TableError):
        flatten(table, trials=ids)


@pytest.mark.parametrize("name", DICTIONARIES)
def test_columns_say_what_they_are(name: str) -> None:
    for key, column in DICTIONARIES[name].items():
        assert isinstance(column, Column)
        assert key == column.name
        assert column.unit.strip()
        assert len(column.meaning) > 5
    check_table(_table(name), DICTIONARIES[name], where=name)


def test_a_name_means_the_same_kind_of_number_everywhere() -> None:
    kinds: dict[str, set[str]] = {}
    for columns in DICTIONARIES.values():
        for name, column in columns.items():
            kinds.setdefault(name, set()).add(column.dtype)
    assert {name: kind for name, kind in kinds.items() if len(kind) > 1} == {}


def _faults() -> list[tuple[str, dict[str, NDArray[Any] | None], str]]:
    return [
        ("missing", {"cells": None}, r"missing columns \['cells'\]"),
        ("unknown", {"colour": np.zeros(0)}, r"unknown columns \['colour'\]"),
        ("kind", {"number": np.zeros(0)}, "number: wrong kind.*float64.*allowed: int"),
        ("bool", {"number": np.zeros(0, np.bool_)}, "number: wrong kind"),
        ("shape", {"cells": np.zeros((0, 1))}, r"cells: shape unlike.*\(0, 1\)"),
    ]


@pytest.mark.parametrize(("change", "message"), [fault[1:] for fault in _faults()], ids=[f[0] for f in _faults()])
def test_every_fault_is_named(change: dict[str, NDArray[Any] | None], message: str) -> None:
    table = {name: column for name, column in (_table("DOSE") | change).items() if column is not None}
    with pytest.raises(TableError, match=f"doses.*{message}"):
        check_table(table, tables.DOSE_COLUMNS, where="doses")


def test_nan_is_no_message_but_infinity_may_be() -> None:
    table = _table("VISIT")
    table["day"][1] = np.inf
    check_table(table, tables.VISIT_COLUMNS, where="visits")
    table["day"][1] = np.nan
    with pytest.raises(TableError, match="visits: day: holds NaN"):
        check_table(table, tables.VISIT_COLUMNS, where="visits")

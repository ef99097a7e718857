"""Laws of grading files: the order of rows does not matter, a row stands alone, a bad row moves no other."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adoptive.workbench.grade import grade_file

HEAD = "patient,day,temp_c,hypotension,vasopressors,oxygen"
ROW = st.tuples(
    st.sampled_from("ABC"), st.integers(0, 9), st.sampled_from(["36.5", "38.0", "39.9", "", "x"]),
    st.sampled_from(["0", "1", ""]), st.sampled_from(["0", "1", "2", ""]),
    st.sampled_from(["none", "cpap", "nasal_cannula_2L", "balloon", ""]),
)  # fmt: skip
QUICK = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def grades(folder: Path, rows: list[tuple[object, ...]]) -> tuple[list[int | None], dict[str, int | None]]:
    file = folder / "rows.csv"
    file.write_text("\n".join([HEAD, *(",".join(map(str, row)) for row in rows)]) + "\n")
    result = grade_file(file, rule="astct-crs")
    patients = result.arrow["patients"]
    worst = dict(zip(patients["patient"].to_pylist(), patients["worst_grade"].to_pylist(), strict=True))
    return result.arrow["rows"]["grade"].to_pylist(), worst


@QUICK
@given(rows=st.lists(ROW, min_size=1, max_size=12), seed=st.integers(0, 99))
def test_the_order_of_rows_does_not_matter(tmp_path: Path, rows: list[tuple[object, ...]], seed: int) -> None:
    order = random.Random(seed).sample(range(len(rows)), len(rows))
    first, worst = grades(tmp_path, rows)
    second, again = grades(tmp_path, [rows[at] for at in order])
    assert second == [first[at] for at in order]
    assert again == worst


@QUICK
@given(rows=st.lists(ROW, min_size=2, max_size=8))
def test_a_row_is_graded_as_if_it_stood_alone(tmp_path: Path, rows: list[tuple[object, ...]]) -> None:
    together, _ = grades(tmp_path, rows)
    assert [grades(tmp_path, [row])[0][0] for row in rows] == together


@QUICK
@given(rows=st.lists(ROW, min_size=1, max_size=8))
def test_a_bad_row_takes_only_its_own_patient(tmp_path: Path, rows: list[tuple[object, ...]]) -> None:
    before, worst = grades(tmp_path, rows)
    after, changed = grades(tmp_path, [*rows, ("A", 3, "hot", "0", "0", "none")])
    assert after == [*before, None]
    assert changed["A"] is None
    assert {who: grade for who, grade in changed.items() if who != "A"} == {
        who: grade for who, grade in worst.items() if who != "A"
    }


@pytest.mark.parametrize("step", [0, 1, 2])
def test_worse_signs_never_lower_the_grade(tmp_path: Path, step: int) -> None:
    ladders = [["36.5", "38.0", "40"], ["none", "nasal_cannula_2L", "facemask", "cpap"], ["0", "1", "2"]]
    rows: list[tuple[object, ...]] = []
    for place, word in enumerate(ladders[step]):
        signs = ["38.5", "none", "0"]
        signs[step] = word
        rows.append(("A", place, signs[0], 1, signs[2], signs[1]))
    found, _ = grades(tmp_path, rows)
    assert None not in found
    assert found == sorted(found, key=lambda grade: grade or 0)

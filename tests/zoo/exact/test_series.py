"""Series of individuals: both layouts, and every mistake said with its place."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from adoptive.errors import ParameterError
from adoptive.kinetics.zoo.series import read_individuals

HEAD = "id,time,quantity,value,below_limit,B_0\n"


def _file(folder: Path, text: str) -> Path:
    path = folder / "data.csv"
    path.write_text(text, "utf-8")
    return path


def test_the_tidy_layout(tmp_path: Path) -> None:
    text = HEAD + "b,7,car_t,20,0,5\na,2,car_t,0.5,1,4\nb,1,car_t,3,,5\nb,7,blasts,9,no,5\n"
    data = read_individuals(_file(tmp_path, text))
    assert data.ids == ("b", "a")
    assert data.quantities == ("car_t", "blasts")
    np.testing.assert_array_equal(data.day[0], [1.0, 7.0, 7.0])
    np.testing.assert_array_equal(data.value[0], [3.0, 20.0, 9.0])
    np.testing.assert_array_equal(data.used, [[True, True, True], [True, False, False]])
    assert data.below_limit[1, 0]
    assert data.below_limit.sum() == 1
    np.testing.assert_array_equal(data.constants["B_0"], [5.0, 4.0])
    kept = data.only("blasts")
    assert kept.ids == ("b",)
    assert kept.quantities == ("blasts",)
    assert kept.used.sum() == 1
    assert kept.renamed({"blasts": "leukaemia"}).quantities == ("leukaemia",)
    assert kept.with_constants(()).constants == {}


def test_the_layout_beside_the_code_of_liu_2022(tmp_path: Path) -> None:
    text = (
        "ID,time,y,y_ID,Reg\n1,0,0,1,774\n1,3,0.05,1,774\n1,9,0.2,1,774\n1,0,774,2,774\n1,20,0.2,2,774\n"
        "1,0,19.9,3,774\n1,50,300,3,774\n"
    )
    data = read_individuals(_file(tmp_path, text), layout="liu2022")
    assert data.quantities == ("car_t", "cd19_positive", "cd19_negative")
    assert data.constants["B_0"].tolist() == [774.0]
    assert data.constants["Bn_0"].tolist() == [19.9]
    assert data.value[0].tolist() == [0.05, 0.2, 0.2, 300.0]
    assert data.below_limit[0].tolist() == [False, True, True, False]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the data are empty"),
        ("id,time,value\n1,2,3\n", "columns are missing; value: quantity"),
        (HEAD + "1,x,car_t,3,0,5\n", "line 2, column time: not a number; value: x"),
        (HEAD + "1,1,car_t,nan,0,5\n", "line 2, column value: not a number"),
        (HEAD + "1,1,car_t,0,0,5\n", "values must be above 0"),
        (HEAD + "1,-1,car_t,2,0,5\n", "times 0 or more"),
        (HEAD + "1,1,car_t,2,perhaps,5\n", "not yes or no; value: perhaps"),
        (HEAD + "1,1,car_t,2,0,5\n1,2,car_t,2,0,6\n", "line 3, column B_0: a constant changes"),
        (HEAD + "1,1,car_t,2,0,5,9\n", "too many fields"),
        (HEAD + "1,1,car_t,2,0\n", "column B_0: not a number"),
    ],
)
def test_mistakes_are_said_with_their_place(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match=said):
        read_individuals(_file(tmp_path, text))


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="cannot be read"):
        read_individuals(tmp_path / "none.csv")
    (tmp_path / "bytes.csv").write_bytes(b"\xff\xfe\x00\x81")
    with pytest.raises(ParameterError, match="cannot be read"):
        read_individuals(tmp_path / "bytes.csv")
    with pytest.raises(ParameterError, match="no such layout"):
        read_individuals(tmp_path / "none.csv", layout="wide")

"""Every vector file through the command: the grades of the published tables come out."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

DATA = Path(__file__).parents[3] / "data"

VECTORS = [
    ("astct-crs", "toxgrading/astct_crs_vectors.csv", 21, ("expected_grade",)),
    ("astct-icans", "toxgrading/astct_icans_vectors.csv", 22, ("expected_grade",)),
    ("tls", "toxgrading/cairo_bishop_lab_tls_vectors.csv", 4, ("expected_lab_tls",)),
    ("car-hematotox", "toxgrading/car_hematotox_vectors.csv", 5, ("expected_score", "expected_class")),
    (
        "easix",
        "toxgrading/easix_vectors.csv",
        4,
        ("EASIX", "log2_EASIX", "sEASIX", "mEASIX", "log2_mEASIX"),
    ),
    ("irecist", "recist/irecist_ibor_table3.csv", 8, ("iBOR",)),
]


@pytest.mark.parametrize(("rule", "file", "rows", "columns"), VECTORS)
def test_vectors_agree(graded: Callable[..., Any], rule: str, file: str, rows: int, columns: tuple[str, ...]) -> None:
    asked = [word for column in columns for word in ("--against", column)]
    code, document = graded(rule, DATA / file, *asked)
    assert code == 0
    assert document["bad_rows"] == []
    assert [(one["column"], one["rows"], one["disagreements"]) for one in document["against"]] == [
        (column, rows, []) for column in columns
    ]


def test_a_comparison_finds_a_wrong_grade(graded: Callable[..., Any], tmp_path: Path) -> None:
    text = (DATA / "toxgrading/astct_crs_vectors.csv").read_text()
    changed = tmp_path / "changed.csv"
    changed.write_text(text.replace("39.5,0,1,2,0,none,4", "39.5,0,1,2,0,none,3"))
    code, document = graded("astct-crs", changed, "--against", "expected_grade")
    assert code == 1
    assert document["against"][0]["disagreements"] == [{"line": 15, "expected": "3", "given": "4"}]


def overall_responses() -> dict[tuple[str, str, float], str]:
    with (DATA / "recist/rs_onco_recist.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    readers = [" ".join(part for part in (row["RSEVAL"], row["RSEVALID"]) if part != "NA") for row in rows]
    return {
        (row["USUBJID"], reader, float(row["VISITNUM"])): row["RSSTRESC"]
        for row, reader in zip(rows, readers, strict=True)
    }


@pytest.mark.parametrize("order", [("tu", "tr"), ("tr", "tu")])
def test_66_of_66_responses_follow_from_the_lesion_files(graded: Callable[..., Any], order: tuple[str, str]) -> None:
    code, document = graded("recist", *(DATA / f"recist/{name}_onco_recist.csv" for name in order))
    found = {(row["patient"], row["reader"], row["visit"]): row["response"] for row in document["visits"]}
    expected = overall_responses()
    assert (code, len(expected)) == (0, 66)
    assert found == expected


def test_best_response_from_the_overall_responses_alone(graded: Callable[..., Any], tmp_path: Path) -> None:
    """The public responses with a reference date give the same best responses as the lesions do."""
    text = (DATA / "recist/rs_onco_recist.csv").read_text().splitlines()
    with (DATA / "recist/tr_onco_recist.csv").open(newline="") as file:
        first = {row["USUBJID"]: row["TRDTC"] for row in csv.DictReader(file) if row["VISITNUM"] == "1"}
    lines = [text[0] + ",reference_date", *(f"{line},{first[line.split(',')[2].strip(chr(34))]}" for line in text[1:])]
    dated = tmp_path / "rs.csv"
    dated.write_text("\n".join(lines) + "\n")
    code, alone = graded("recist", dated)
    assert code == 0
    assert alone["layout"] == "visit responses"
    _, whole = graded("recist", *(DATA / f"recist/{name}_onco_recist.csv" for name in ("tu", "tr")))
    names = {
        "INDEPENDENT ASSESSOR RADIOLOGIST 1": "RADIOLOGIST 1",
        "INDEPENDENT ASSESSOR RADIOLOGIST 2": "RADIOLOGIST 2",
    }
    expected = {(row["patient"], names.get(row["reader"])): row["best_response"] for row in whole["patients"]}
    assert {(row["patient"], row["reader"]): row["best_response"] for row in alone["patients"]} == expected

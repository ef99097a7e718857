"""Every mistake in a study file is said: where, value, what is allowed, next step; all of them at once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from adoptive.errors import StudyError
from adoptive.workbench.published import COLUMNS, load_notes, load_published, parse_published
from adoptive.workbench.study import LARGEST_FILE_BYTES, load_study, parse_study

CASES = [
    ("dose_cells = 2.5e8", "dose_cell = 2.5e8", ["infusion.dose_cell", "no such key", "write dose_cells"]),
    ("dose_cells = 2.5e8", "dose_cells = -2.5e8", ["infusion.dose_cells", "-250000000.0", "at least 0", "cells"]),
    ("entry_fraction = 0.4", "entry_fraction = 1.4", ["antigen.entry_fraction", "1.4", "at most 1"]),
    ("entry_fraction = 0.4", "entry_fraction = 140", ["antigen.entry_fraction", "140", "at most 1"]),
    ("randomised = 30", "randomised = 0", ["trial.randomised", "at least 1 and at most 5000"]),
    ("randomised = 30", "randomised = 10_000_000", ["trial.randomised", "10000000", "at most 5000"]),
    ("accrual_months = 28", "accrual_months = 0", ["trial.accrual_months", "more than 0"]),
    ("accrual_months = 28", "accrual_months = nan", ["trial.accrual_months", "nan", "finite"]),
    ("accrual_months = 28", "accrual_months = 2022-03-22", ["trial.accrual_months", "date"]),
    ("lesions_mean = 2.0", 'lesions_mean = "2.0"', ["cohort.lesions_mean", "valid number"]),
    (
        'costimulation = "CD28"',
        'costimulation = "CD82"',
        ["costimulation", "'4-1BB'", "write 'CD28'"],
    ),
    ("[facility]", "[facilty]", ["facilty", "write facility"]),
    ("share=1.0", "share=0.4", ["shares must add up to 1", "0.4"]),
    ("name = \"small\"", "name = \"../small\"", ["name", "folder's name"]),
    ("dose_cells = 2.5e8", 'dose_cells = 2.5e8\nx = "a\\u001b[1m"', ["infusion.x", "control character", "\\x1b"]),
    ('name = "satri-cel"', 'name = "satri\\ncel"', ["trial.arms[1].name", "control character", "one line of text"]),
    ("[trial]", "[trial", ["not TOML", "line"]),
    ("primary = \"pfs_hazard_ratio\"", "primary = \"pfs_hazard\"", ["verdict.primary", "unknown", "pfs_hazard_ratio"]),
]  # fmt: skip


@pytest.mark.parametrize(("right", "wrong", "said"), CASES)
def test_each_mistake_is_said(study_text: str, right: str, wrong: str, said: list[str]) -> None:
    assert right in study_text
    with pytest.raises(StudyError) as caught:
        parse_study(study_text.replace(right, wrong, 1))
    message = str(caught.value)
    assert [word for word in said if word not in message] == []
    assert "pydantic" not in message
    assert "http" not in message


def test_ratio_nothing_to_nothing(study_text: str) -> None:
    text = study_text.replace("ratio = 2", "ratio = 0").replace("ratio = 1", "ratio = 0")
    with pytest.raises(StudyError, match=r"ratio 0:0"):
        parse_study(text)


def test_all_mistakes_at_once(study_text: str) -> None:
    text = study_text.replace("dose_cells = 2.5e8", "dose_cell = 1").replace("0.4", "1.4").replace("= 30", "= 0")
    with pytest.raises(StudyError) as caught:
        parse_study(text)
    message = str(caught.value)
    assert "infusion.dose_cell:" in message
    assert "antigen.entry_fraction" in message
    assert "trial.randomised" in message
    assert "dose_cells: this key is missing" not in message, "a misspelt key is one mistake, not two"


def test_unknown_study_names_those_there_are() -> None:
    with pytest.raises(StudyError, match=r"satri-cell.*satri-cel"):
        load_study("satri-cell")


@pytest.mark.parametrize("kind", ["missing", "folder", "binary", "huge", "device", "null byte"])
def test_files_that_cannot_be_read(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "study.toml"
    if kind == "folder":
        path.mkdir()
    elif kind == "binary":
        path.write_bytes(bytes(range(256)))
    elif kind == "huge":
        path.write_bytes(b"#" * (LARGEST_FILE_BYTES + 1))
    elif kind == "device":
        os.mkfifo(path)
    with pytest.raises(StudyError) as caught:
        load_study(f"{tmp_path}/a\0b.toml" if kind == "null byte" else path)
    assert caught.value.next_step


def test_published_rows_beside_a_study(tmp_path: Path, study_text: str) -> None:
    (tmp_path / "study.toml").write_text(study_text)
    assert load_published(tmp_path / "study.toml") == ()
    row = "orr,satri-cel,ITT,%,22,15,31,104,,Somebody 2025,0.5,L2"
    (tmp_path / "published.csv").write_text(f"{','.join(COLUMNS)}\n{row}\n")
    (tmp_path / "README.md").write_text("# x\n\n## Why it may miss\n\nBecause.\n\n## Other\nno\n")
    (only,) = load_published(tmp_path / "study.toml")
    assert (only.endpoint, only.estimate, only.lo, only.hi, only.n) == ("orr", 22.0, 15.0, 31.0, 104)
    assert only.at_months is None
    assert load_notes(tmp_path / "study.toml") == {"Why it may miss": "Because."}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a,b\n1,2\n", "other columns"),
        (",".join(COLUMNS) + "\norr,x,ITT,%,many,,,,,s,1,L\n", "line 2: estimate"),
        (",".join(COLUMNS) + "\norr,x,ITT,%,nan,,,,,s,1,L\n", "not a number"),
        (",".join(COLUMNS) + "\norr,x\n", "too few"),
    ],
)
def test_mistakes_in_published_rows(text: str, said: str) -> None:
    with pytest.raises(StudyError, match=said):
        parse_published(text)

"""Assays of antigens in a patient file."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from adoptive.trial.eligibility.judge import truth
from adoptive.trial.eligibility.statements import AntigenLevel
from adoptive.workbench.match.patients import read_patient


@pytest.mark.parametrize("assay", ["IHC", "ISH", "PCR", "RNA", "flow cytometry"])
def test_every_assay_that_criteria_name_can_be_written(tmp_path: Path, assay: str) -> None:
    file = tmp_path / "synthetic.toml"
    file.write_text(f'[[antigen]]\ntarget = "CD19"\nassay = "{assay}"\npositive = true\n', encoding="utf-8")
    facts = read_patient(file, as_of=datetime.date(2026, 11, 1))
    assert truth(AntigenLevel("CD19", assay), facts) is True

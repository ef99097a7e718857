"""Names of HLA alleles as people write them: read as meant, or refused; never the first of two."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from adoptive.errors import StudyError
from adoptive.workbench.discover.hla import NotAnAllele, read_hla, standard_allele


@pytest.mark.parametrize(
    "name",
    [
        "A*02:01 A*03:01", "A*02:01/A*02:06", "A*02:01 and B*07:02", "A*02:01-B*07:02", "A*02:01?", "A*02:01x",
        "(A*02:01)", "A*02:01\u2028B*07:02", "A*\uff12:01", "A*02:\u0660\u0661", "H-2-Kb", "<script>", "A" * 300,
        "HLA-A*99:99", "A2", "HLA-A*02", "DRB1*01:01", "E*01:01", "A*24:09N",
    ],
)  # fmt: skip
def test_what_is_no_allele_of_class_one_is_refused(name: str) -> None:
    with pytest.raises(NotAnAllele):
        standard_allele(name)


@pytest.mark.parametrize("name", ["A*02:01P", "A*02:01:01G", "A*02:01:01:01G", "hla-a*02:01", "HLA-A 02:01", "A0201"])
def test_groups_and_spellings_are_read(name: str) -> None:
    assert standard_allele(name) == "HLA-A*02:01"


def test_a_very_long_line_is_refused_at_once_with_its_number(tmp_path: Path) -> None:
    path = tmp_path / "hla.txt"
    path.write_text("A*02:01\n" + "A" * 100_000 + "\n")
    start = time.process_time()
    with pytest.raises(StudyError, match="line 2, hla: no such HLA allele") as caught:
        read_hla(path)
    assert time.process_time() - start < 2.0
    assert len(str(caught.value)) < 1_000

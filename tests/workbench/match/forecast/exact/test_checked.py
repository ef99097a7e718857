"""What is said of published results is what the page of the last check says."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

from adoptive.workbench.match.forecast.checked import check_sentence, checked_studies
from adoptive.workbench.study import load_study

PAGE = Path(__file__).parents[5] / "docs" / "validation.md"
ROW = re.compile(r"^\| `([^`]+)` \| .*? \| (\d+) of (\d+) \| (.*?) ?\|$", re.MULTILINE)


def test_the_table_is_that_of_the_validation_page() -> None:
    """If this fails after a new check, copy the page's section "Study by study" into ``checked.toml``."""
    told = {
        name: {"inside": int(inside), "of": int(of), "outside": [_start(part) for part in outside.split("; ") if part]}
        for name, inside, of, outside in ROW.findall(PAGE.read_text("utf-8").split("## Study by study")[1])
    }
    assert told == checked_studies()


def _start(part: str) -> str:
    return part.split(", simulated")[0].strip().replace('"', "")


def test_a_changed_study_was_checked_against_nothing() -> None:
    study = load_study("satri-cel")
    assert check_sentence(study).startswith("29 of 32 published results of satri-cel")
    changed = dataclasses.replace(study, title="another")
    assert check_sentence(changed).startswith("No published result was compared with this study file")

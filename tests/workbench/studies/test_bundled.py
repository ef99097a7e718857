"""Every bundled study: its file is read and written back, its published rows can be judged, no code knows its name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import adoptive
from adoptive.errors import StudyError
from adoptive.verdict import ENDPOINTS
from adoptive.workbench.engine.asked import specs_for
from adoptive.workbench.published import NOTES, load_notes, load_published
from adoptive.workbench.shelf import reference_study, study_groups
from adoptive.workbench.study import dump_study, list_studies, load_study, parse_study, study_folder

NAMED = (
    "satri-cel", "her2-gi", "neoantigen-tcr", "heros-2", "heros-3", "eliana", "zuma-1", "juliet", "karmma", "cartitude-1",
)  # fmt: skip
SOURCE = Path(adoptive.__file__).parent
STUDIES = list_studies()


def test_every_study_of_the_mission_is_here() -> None:
    assert set(NAMED) <= set(STUDIES)


def test_the_shelf_names_every_study_once() -> None:
    listed = [name for group in study_groups() for name in group.studies]
    assert sorted(listed) == sorted(STUDIES)
    assert reference_study() in STUDIES


@pytest.mark.parametrize("name", STUDIES)
def test_a_study_is_its_file(name: str) -> None:
    study = load_study(name)
    assert study.name == name
    assert parse_study(dump_study(study)) == study


@pytest.mark.parametrize("name", STUDIES)
def test_every_published_row_can_be_judged_and_says_where_it_comes_from(name: str) -> None:
    rows = load_published(name)
    assert rows or name == "heros-3", "a study without a result is a prediction, and only one is"
    specs_for(load_study(name), rows)
    for row in rows:
        assert row.endpoint in ENDPOINTS
        assert row.source
        assert row.confidence in ("L", "L2", "D", "M", "SEED")
        assert (
            (row.weight == 0.0) == (row.confidence in ("M", "SEED"))
            or "not published as such" in row.source
            or ("bleed" in row.source)
        )
        assert row.lo is None or row.lo <= row.estimate  # type: ignore[operator]
        assert row.hi is None or row.estimate <= row.hi  # type: ignore[operator]


@pytest.mark.parametrize("name", STUDIES)
def test_every_number_of_a_study_has_a_source(name: str) -> None:
    from adoptive.workbench.fields import fields_of

    study = load_study(name)
    written = {key.split("[")[0] for key in study.sources}
    for section in ("antigen", "cohort", "construct", "facility", "infusion", "outcome", "trial"):
        assert any(key.startswith(section) for key in written) or section not in _sections(name), f"{name}: {section}"
    assert list(fields_of(study))


def _sections(name: str) -> set[str]:
    return set(re.findall(r"^\[([a-z]+)\]", study_folder(name).joinpath("study.toml").read_text("utf-8"), re.M))


@pytest.mark.parametrize("name", STUDIES)
def test_the_notes_say_why_it_may_miss_and_what_is_left_out(name: str) -> None:
    notes = load_notes(name)
    assert set(notes) == set(NOTES)
    text = study_folder(name).joinpath("README.md").read_text("utf-8")
    for heading in ("## What was claimed", "## What was known before the trial, and what was not"):
        assert heading in text
    assert re.search(r"^## Where text and (paper|record) differ$", text, re.M)


def test_no_code_knows_a_study_by_name() -> None:
    name_of_one = re.compile("|".join(rf"(?<![\w-]){re.escape(name)}(?![\w-])" for name in STUDIES))
    files = [file for file in SOURCE.rglob("*.py") if "studies" not in file.relative_to(SOURCE).parts]
    assert len(files) > 100
    found = [
        f"{file.relative_to(SOURCE)}: {hit.group()}"
        for file in files
        if (hit := name_of_one.search(file.read_text("utf-8")))
    ]
    assert not found


def test_a_name_that_is_nearly_right_is_answered_with_the_right_one() -> None:
    with pytest.raises(StudyError, match="heros-2"):
        load_study("heros2")

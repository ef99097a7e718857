"""A study file and a study are the same thing: reading what was written gives the study back."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adoptive.infusion.types import DrugDays
from adoptive.trial.types import Study
from adoptive.workbench.study import dump_study, list_studies, load_study, parse_study

words = st.text(min_size=1, max_size=40).filter(
    lambda text: "\r" not in text and "\x00" not in text and text.isprintable()
)
days = st.lists(st.integers(-30, -1), min_size=1, max_size=5).map(tuple)
drugs = st.lists(
    st.builds(DrugDays, st.sampled_from(["fludarabine", "cyclophosphamide"]), st.floats(0, 5000), days), max_size=4
).map(tuple)


@settings(max_examples=60, deadline=None)
@given(
    title=words,
    dose=st.floats(0, 1e12),
    fraction=st.floats(0, 1),
    accrual=st.floats(0, 240, exclude_min=True),
    lymphodepletion=drugs,
    sources=st.dictionaries(words, words, max_size=4),
)
def test_reading_what_was_written_gives_the_study_back(
    small_study: Study,
    title: str,
    dose: float,
    fraction: float,
    accrual: float,
    lymphodepletion: tuple[DrugDays, ...],
    sources: dict[str, str],
) -> None:
    study = dataclasses.replace(
        small_study,
        title=title,
        antigen=dataclasses.replace(small_study.antigen, entry_fraction=fraction),
        infusion=dataclasses.replace(small_study.infusion, dose_cells=dose, lymphodepletion=lymphodepletion),
        trial=dataclasses.replace(small_study.trial, accrual_months=accrual),
        sources=sources,
    )
    text = dump_study(study)
    assert parse_study(text) == study
    assert dump_study(parse_study(text)) == text


def test_written_sections_keep_the_order_of_the_journey(small_study: Study) -> None:
    heads = [
        line.strip("[]") for line in dump_study(small_study).splitlines() if line.startswith("[") and "." not in line
    ]
    assert heads == ["antigen", "cohort", "construct", "facility", "infusion", "outcome", "trial", "verdict", "sources"]


@pytest.mark.parametrize("name", list_studies())
def test_bundled_studies_survive_the_round_trip(name: str) -> None:
    study = load_study(name)
    assert study.name == name
    assert parse_study(dump_study(study)) == study

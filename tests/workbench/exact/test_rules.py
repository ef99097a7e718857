"""The sentence on the assessment rule says what the numbers say, and endpoints are counted by their standing."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from adoptive.trial.sensitivity import RuleResult, vary_rules
from adoptive.trial.types import Study
from adoptive.workbench.rules import RULE_COLUMNS, rule_cells, rule_sentence
from adoptive.workbench.wording import count_inside

INF = np.inf
LATE, EARLY = "lymphodepletion", "randomisation"


def said(study: Study, baseline: str, *ratios: float, source: str = "assumed; not published") -> str:
    outcome = dataclasses.replace(study.outcome, recist_baseline=baseline)
    study = dataclasses.replace(study, outcome=outcome, sources={"outcome.recist_baseline": source})
    rows = [
        RuleResult(setting, 20, ratio, ratio, ratio, ratio, 3.0, 2.0, 10.0)
        for setting, ratio in zip(vary_rules(study), ratios, strict=True)
    ]
    return rule_sentence(rows, study)


def test_late_baseline_that_favours_the_cells(small_study: Study) -> None:
    text = said(small_study, LATE, 0.51, 1.03, 1.0, 2.41)
    for words in (
        "is assumed; it favours the cells (hazard ratio 0.510, 1.030 with RECIST baseline at randomisation)",
        "because growth while waiting is forgiven and the first scan comes later",
        "so the absolute hazard ratio depends on the rule; the ratio to inert cells",
        "hardly does (0.510 against 1.000 is 0.510, 1.030 against 2.410 is 0.427).",
    ):
        assert words in text


def test_early_baseline_is_told_what_the_late_one_would_do(small_study: Study) -> None:
    text = said(small_study, EARLY, 0.99, 0.5, 1.8, 1.0)
    assert "the other baseline would favour the cells" in text
    assert "growth while waiting is forgiven" in text


@pytest.mark.parametrize(("baseline", "ratios"), [(LATE, (0.9, 0.5, 1.2, 1.2)), (EARLY, (0.5, 0.9, 1.2, 1.2))])
def test_numbers_against_the_reason_are_told_without_it(
    small_study: Study, baseline: str, ratios: tuple[float, ...]
) -> None:
    text = said(small_study, baseline, *ratios)
    assert "moves the result" in text
    assert "depends on it too" in text
    assert "favour" not in text
    assert "forgiven" not in text


def test_no_difference_is_none(small_study: Study) -> None:
    text = said(small_study, LATE, 0.97, 0.99, 0.98, 0.98)
    assert "hardly moves the result" in text
    assert "hardly any" in text
    assert "depends" not in text
    assert "favour" not in text


def test_cells_worse_than_inert_ones(small_study: Study) -> None:
    assert "the inert ones do better" in said(small_study, LATE, 1.4, 1.6, 0.97, 0.97)


def test_rules_that_disagree(small_study: Study) -> None:
    assert "disagree on whether the cells help" in said(small_study, LATE, 0.5, 1.6, 1.0, 1.0)


def test_no_estimate_and_no_rows(small_study: Study) -> None:
    assert "could not be estimated" in said(small_study, LATE, 0.5, INF, 0.9, 0.9)
    assert rule_sentence((), small_study) == ""


def test_a_rule_with_a_source_is_not_called_assumed(small_study: Study) -> None:
    text = said(small_study, LATE, 0.5, 0.9, 0.9, 1.5, source="protocol, section 7")
    assert "declared, with a source" in text
    assert "assumed" not in text


def test_row_in_words() -> None:
    row = RuleResult("as declared", 20, 0.5, 0.3, 0.8, 0.4, INF, 1.77, 12.5)
    cells = ("as declared", "0.500", "0.300 to 0.800", "0.400", "not reached", "1.77", "12 %")
    assert rule_cells(row) == cells
    assert len(RULE_COLUMNS) == len(cells)
    assert rule_cells(RuleResult("x", 1, *[INF] * 7))[1:4] == ("–", "–", "–")


@pytest.mark.parametrize(
    ("judged", "said"),
    [
        ([], ""),
        ([(True, 1.0), (False, 0.3)], "1 of 2 published endpoints with a confirmed source lie inside their 90 %"),
        ([(False, 1.0), (True, 0.0), (True, 0.0)], "0 of 1 published endpoints with a confirmed source"),
        ([(False, 1.0), (True, 0.0), (False, 0.0)], "; 1 of 2 unconfirmed ones"),
        ([(True, 0.0)], "1 of 1 published endpoints without a confirmed source lie inside"),
    ],
)
def test_counts_stand_apart(judged: list[tuple[bool, float]], said: str) -> None:
    assert said in count_inside(judged)
    assert ("unconfirmed" in count_inside(judged)) == (len({weight > 0 for _, weight in judged}) == 2)

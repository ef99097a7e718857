"""What may be varied: names, values, whole designs, and what is refused."""

from __future__ import annotations

import pytest

from adoptive.errors import StudyError
from adoptive.trial.types import Study
from adoptive.workbench.design import base_of, combinations, designs_of, read_factor
from adoptive.workbench.design.designs import kept_by_arms, study_with
from adoptive.workbench.design.factors import ALIASES, field_rows, place_of
from adoptive.workbench.study import load_study


@pytest.mark.parametrize(
    ("text", "place", "values"),
    [
        ("infusion.doses=1,2,3", ("infusion", "max_infusions"), (1, 2, 3)),
        ("antigen.threshold=0.2:0.8:0.2", ("antigen", "entry_fraction"), (0.2, 0.4, 0.6, 0.8)),
        ("trial.n=90:210:50", ("trial", "randomised"), (90, 140, 190)),
        ("trial.n=30,60:80:10", ("trial", "randomised"), (30, 60, 70, 80)),
        ("infusion.dose_cells=1e8", ("infusion", "dose_cells"), (1e8,)),
        ("trial.crossover.allowed=true,no", ("trial", "crossover", "allowed"), (True, False)),
        ("infusion.lymphodepletion_before=each,2", ("infusion", "lymphodepletion_before"), ("each", 2)),
        ("infusion.lymphodepletion[1].dose_mg_m2=20", ("infusion", "lymphodepletion", 0, "dose_mg_m2"), (20.0,)),
        ("arms.satri-cel.ratio=1,2", ("trial", "arms", 0, "ratio"), (1, 2)),
        ("arms.satri-cel.infusion.doses=2", ("trial", "arms", 0, "infusion", "max_infusions"), (2,)),
        ("cohort.tumour_type=gastric", ("cohort", "tumour_type"), ("gastric",)),
    ],
)
def test_values_are_read_as_their_field_has_them(
    small_study: Study, text: str, place: tuple[str | int, ...], values: tuple[object, ...]
) -> None:
    factor = read_factor(text, small_study)
    assert factor.place == place
    assert factor.values == values
    assert [type(value) for value in factor.values] == [type(value) for value in values]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("infusion.dosess=1", "did you mean infusion.doses"),
        ("interval_dayz=1", "did you mean infusion.interval_days"),
        ("infusion.lymphodepletion[9].dose_mg_m2=1", "no such field"),
        ("trial.arms=1", "a table or a list"),
        ("arms.nobody.ratio=1", "no such field"),
        ("trial.n", "NAME=VALUES"),
        ("trial.n=", "NAME=VALUES"),
        ("trial.n=1.5", "whole number"),
        ("trial.n=90:30:10", "not a range"),
        ("trial.n=1:5:0", "not a range"),
        ("trial.n=30,30", "stands twice"),
        ("trial.n=1:100000:1", "too many values"),
        ("antigen.threshold=nan", "not a value"),
        ("outcome.crs_scale=ASTC", "write ASTCT"),
        ("trial.crossover.allowed=perhaps", "true or false"),
    ],
)
def test_mistakes_are_said(small_study: Study, text: str, said: str) -> None:
    with pytest.raises(StudyError, match=said):
        read_factor(text, small_study)


def test_every_short_name_is_a_field() -> None:
    study = load_study("satri-cel")
    assert all(place_of(alias, study) == tuple(field.split(".")) for alias, field in ALIASES.items())
    assert {"infusion.max_infusions", "trial.randomised"} <= {row[0] for row in field_rows(study)}


def test_grid_and_pairs(small_study: Study) -> None:
    factors = [read_factor(text, small_study) for text in ("infusion.doses=1,2", "trial.n=30,60")]
    rows = combinations(factors, paired=False, most=4)
    assert [tuple(row.values()) for row in rows] == [(1, 30), (1, 60), (2, 30), (2, 60)]
    assert [tuple(row.values()) for row in combinations(factors, paired=True, most=4)] == [(1, 30), (2, 60)]
    designs = designs_of(small_study, factors, rows)
    assert [design.study.infusion.max_infusions for design in designs] == [1, 1, 2, 2]
    assert designs[3].study.trial.randomised == 60
    assert designs[1].study == study_with(designs[0].study, {("trial", "randomised"): 60})
    assert base_of(designs, factors, None) == 0
    assert base_of(designs, factors, "3") == 2
    assert base_of(designs, factors, "infusion.doses=2,trial.n=60") == 3
    for wrong in ("9", "infusion.doses=2", "infusion.doses=7", "antigen.threshold=1"):
        with pytest.raises(StudyError, match="--base"):
            base_of(designs, factors, wrong)


def test_too_many_designs_are_refused_with_the_way_out(small_study: Study) -> None:
    factors = [read_factor(text, small_study) for text in ("infusion.doses=1,2,3", "trial.n=30:80:10")]
    with pytest.raises(StudyError, match=r"value: 18.*--most-designs 18"):
        combinations(factors, paired=False, most=17)
    with pytest.raises(StudyError, match="as many values"):
        combinations(factors, paired=True, most=17)
    with pytest.raises(StudyError, match="varied twice"):
        combinations([factors[0], read_factor("infusion.max_infusions=5", small_study)], paired=False, most=17)


def test_designs_that_cannot_be_are_named(small_study: Study) -> None:
    factors = [read_factor("trial.n=2,1,30", small_study)]
    with pytest.raises(StudyError, match=r"(?s)2 of 3 designs cannot be.*trial\.n=2.*trial\.n=1"):
        designs_of(small_study, factors, combinations(factors, paired=False, most=9))


def test_cohorts_keep_their_proportions() -> None:
    study = load_study("karmma")
    assert study.trial.allocation != "randomised"
    sizes = [arm.ratio for arm in study.trial.arms]
    twice = study_with(study, {("trial", "randomised"): 2 * study.trial.randomised})
    assert [arm.ratio for arm in twice.trial.arms] == [2 * size for size in sizes]


def test_arms_with_a_value_of_their_own_are_named(small_study: Study) -> None:
    study = load_study("karmma")
    (said,) = kept_by_arms(study, [read_factor("infusion.dose=1e8", study), read_factor("trial.n=60", study)])
    own = [
        arm.name for arm in study.trial.arms if arm.infusion and arm.infusion.dose_cells != study.infusion.dose_cells
    ]
    assert own
    assert all(name in said for name in own)
    assert kept_by_arms(small_study, [read_factor("infusion.dose=1e8", small_study)]) == ()

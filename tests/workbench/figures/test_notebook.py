"""What a notebook shows of a study, a record and what was judged; the plain forms fit one screen."""

from __future__ import annotations

import numpy as np
from synthetic_clinic import SyntheticClinic

import adoptive
from adoptive.trial.types import Study, TrialRecord
from adoptive.verdict.regression import cox_groups
from adoptive.workbench.figures.judged import record_rows


def record_of(study: Study, *, trials: tuple[int, ...] = (0,)) -> TrialRecord:
    return SyntheticClinic()(study, seed=4, trials=trials, detail=False)


def test_a_study_and_a_record_show_themselves(small_study: Study) -> None:
    assert adoptive.Study is Study, "the shop window is what lets a notebook show it"
    record = record_of(small_study)
    for shown, words in ((small_study, small_study.question), (record, "treated as assigned")):
        assert len(repr(shown).splitlines()) < 40
        assert words.split()[0] in repr(shown)
        assert shown._repr_html_().startswith("<div>")  # type: ignore[union-attr]
    assert "<script" not in small_study._repr_html_()  # type: ignore[attr-defined]


def test_judged_gives_its_estimates_and_shows_curves_ratio_response_and_safety(small_study: Study) -> None:
    record = record_of(small_study)
    judged = adoptive.judge(record)
    assert len(judged) == len(list(judged)) == len(judged.rows())
    assert judged[0] is judged.estimates[0]
    page = judged._repr_html_()
    assert page.count('<svg role="img"') >= 3
    assert all(f">{word}<" in page for word in ("at risk", "censored", "events"))
    rows = record_rows(record, "pfs")
    names = [arm.name for arm in small_study.trial.arms]
    fit = cox_groups(rows, reference=names[-1])
    place = fit.names.index(names[0])
    assert f"{float(fit.hazard_ratios[place]):.2f} (95 %" in page
    assert "Objective response" in page
    assert "grade 3 or more" in page.lower()
    assert "Simulated." in repr(judged)


def test_several_trials_are_told_by_their_median_and_where_most_lie(small_study: Study) -> None:
    judged = adoptive.judge(record_of(small_study, trials=(0, 1, 2)), [adoptive.EndpointSpec("orr", 0)])
    ((_, arm, _, said),) = judged.rows()
    assert arm == small_study.trial.arms[0].name
    middle = float(np.quantile(judged[0].values, 0.5, method="inverted_cdf"))
    assert said.startswith(f"{middle:.0f} %")
    assert "90 % of trials" in said

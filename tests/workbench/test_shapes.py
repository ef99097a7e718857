"""Studies of every shape: each is simulated, told in its own terms and written into a report that holds together."""

from __future__ import annotations

import dataclasses
import html
import io
import re
from collections.abc import Callable
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console
from shapes import FEW, SHAPES, study_of
from synthetic_clinic import SyntheticClinic

from adoptive.errors import StudyError
from adoptive.trial.types import Study
from adoptive.verdict import EndpointSpec, judge_record
from adoptive.workbench.cli.say import say_result
from adoptive.workbench.engine import run_study
from adoptive.workbench.engine.asked import median_spec, specs_for
from adoptive.workbench.engine.compare import chance_of_at_least
from adoptive.workbench.engine.document import as_document
from adoptive.workbench.engine.reduce import month_grid
from adoptive.workbench.engine.store import run_folder, write_run
from adoptive.workbench.engine.tables import tables_of
from adoptive.workbench.engine.types import RunResult
from adoptive.workbench.published import Published, parse_published
from adoptive.workbench.shape import cells_arms, compares, curves_of, drawn_set, has_rules
from adoptive.workbench.wording import PREDICTION

HEAD = "endpoint,arm,set,unit,estimate,lo,hi,n,at_months,source,weight,confidence\n"


@lru_cache(maxsize=len(SHAPES))
def run_of(shape: str) -> RunResult:
    return run_study(study_of(shape), trials=12, seed=2, simulate=SyntheticClinic())


def told(result: RunResult, *, width: int = 140) -> str:
    to = Console(file=io.StringIO(), width=width)
    say_result(result, "runs/x", to)
    return to.file.getvalue()  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def page_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    @cache
    def page(shape: str) -> str:
        out = tmp_path_factory.mktemp("runs")
        with run_folder(out, "x") as folder:
            write_run(folder, run_of(shape), wall_s=1.0)
        return (out / "x" / "report.html").read_text("utf-8")

    return page


@pytest.mark.parametrize("shape", FEW)
def test_every_shape_is_a_prediction_and_says_so_first(shape: str, page_of: Callable[[str], str]) -> None:
    result, page = run_of(shape), page_of(shape)
    assert result.prediction
    assert result.rules == ()
    assert as_document(result)["prediction"] is True
    assert PREDICTION in page
    assert page.index('id="prediction"') < page.index('id="answer"') < page.index("<nav")
    assert told(result).index(PREDICTION) < told(result).index("Screened")


@pytest.mark.parametrize("shape", FEW)
def test_every_arm_has_its_curve_its_box_and_its_bar(shape: str, page_of: Callable[[str], str]) -> None:
    study, page = run_of(shape).study, page_of(shape)
    tables = tables_of(run_of(shape))
    for arm, one in enumerate(study.trial.arms):
        for event in curves_of(study):
            steps = tables["steps"]
            mine = (steps["arm"] == arm) & (steps["event"] == event)
            assert steps["survival"][mine][0] == 1.0
        assert re.search(rf'<th scope="row">{html.escape(one.name)}</th><td>assigned</td>', page)
        shares = tables["responses"]["share"][tables["responses"]["arm"] == arm]
        assert shares.sum() == pytest.approx(1.0)
    assert len(page.encode()) < 3_000_000


@pytest.mark.parametrize("shape", FEW)
def test_figures_are_those_that_the_shape_has(shape: str, page_of: Callable[[str], str]) -> None:
    page, study = page_of(shape), run_of(shape).study
    there = set(re.findall(r'<figure id="([a-z]+)">', page))
    lesions = shape not in ("leukaemia", "myeloma")
    assert there >= {*curves_of(study), "bars", "swimmer"}
    assert ("waterfall" in there) is lesions
    assert ("spider" in there) is lesions
    assert ("toxicity" in there) is bool(cells_arms(study))
    assert ("kinetics" in there) is bool(cells_arms(study))


def test_risk_tables_add_up_to_the_drawn_set() -> None:
    for shape in SHAPES:
        result, patients = run_of(shape), run_of(shape).detail.patients
        risk = tables_of(result)["risk"]
        whole = risk["at_risk"] + risk["censored"] + risk["events"]
        column = {"infused": "treated", "responders": "responder"}
        for event in curves_of(result.study):
            name = drawn_set(result.study, event)
            for arm in range(len(result.study.trial.arms)):
                of_arm = patients["arm"][0] == arm
                wanted = of_arm if name == "ITT" else of_arm & patients[column[name]][0]
                assert set(whole[(risk["event"] == event) & (risk["arm"] == arm)].tolist()) == {int(wanted.sum())}


def test_median_trial_is_nearest_the_median_of_the_primary_endpoint() -> None:
    result = run_of("one arm")
    assert result.chosen_by.name == "orr"
    record = SyntheticClinic()(result.study, seed=2, trials=range(12))
    (orr,) = judge_record(record, [EndpointSpec("orr")])
    middle = np.quantile(orr.values, 0.5, method="inverted_cdf")
    assert abs(orr.values[result.median_trial] - middle) == np.abs(orr.values - middle).min()


def test_shapes_of_studies() -> None:
    assert [shape for shape in SHAPES if compares(study_of(shape))] == ["drugs alone", "eight arms"]
    assert [shape for shape in SHAPES if has_rules(study_of(shape))] == []
    assert cells_arms(study_of("drugs alone")) == ()
    assert curves_of(study_of("leukaemia")) == ("efs", "os", "dor")
    assert drawn_set(study_of("leukaemia"), "os") == "infused"
    assert drawn_set(study_of("cohorts"), "os") == "ITT"


def test_hazard_ratio_needs_randomised_arms() -> None:
    study = study_of("cohorts")
    other = dataclasses.replace(study, verdict=dataclasses.replace(study.verdict, primary="pfs_hazard_ratio"))
    with pytest.raises(StudyError, match="compares randomised arms"):
        median_spec(other)
    row = parse_published(HEAD + "pfs_hazard_ratio,,ITT,ratio,0.5,,,30,,made up,1,L")
    with pytest.raises(StudyError, match="needs two arms"):
        specs_for(study_of("one arm"), row)


def test_published_rows_may_name_any_arm_or_none() -> None:
    study = study_of("cohorts")
    rows = parse_published(HEAD + "orr,cohort B,ITT,%,30,,,10,,made up,1,L\norr,,ITT,%,20,,,30,,made up,1,L\n")
    assert [spec.arm for spec in specs_for(study, rows)[:2]] == [1, None]
    with pytest.raises(StudyError, match="whole trial"):
        specs_for(study, [dataclasses.replace(rows[0], endpoint="screened", unit="patients")])


def test_cohorts_are_taken_together_for_the_median_trial() -> None:
    study = study_of("cohorts")
    rows = parse_published(HEAD + "orr,cohort B,infused,%,30,,,10,,made up,1,L\n")
    assert median_spec(study, specs_for(study, rows)[:1]).arm == 1
    assert run_of("cohorts").chosen_by == EndpointSpec("orr", None, "ITT", "%")


def test_comparison_may_name_an_arm_but_not_the_last() -> None:
    study = study_of("eight arms")
    rows = parse_published(HEAD + "pfs_hazard_ratio,dose level 3,ITT,ratio,0.9,,,10,,made up,1,L\n")
    assert specs_for(study, rows)[0].arm == 2
    with pytest.raises(StudyError, match="compares the arms"):
        specs_for(study, [dataclasses.replace(rows[0], arm="dose level 8")])


def test_an_endpoint_that_is_not_modelled_is_refused_not_dropped() -> None:
    rows = parse_published(HEAD + "quality_of_life,,ITT,%,30,,,10,,made up,1,L\n")
    with pytest.raises(StudyError, match=r"unknown endpoint.*README"):
        specs_for(study_of("one arm"), rows)


@pytest.mark.parametrize("code", ["", "X", "l"])
def test_confidence_is_one_of_the_codes(code: str) -> None:
    with pytest.raises(StudyError, match=r"line 2: confidence.*L, L2, D, M, SEED"):
        parse_published(HEAD + f"orr,,ITT,%,30,,,10,,made up,1,{code}\n")


def test_what_has_no_source_weighs_nothing_unless_said() -> None:
    rows = parse_published(HEAD + "orr,,ITT,%,30,,,10,,a story,,SEED\norr,,ITT,%,30,,,10,,a paper,,L\n")
    assert [(row.weight, row.confirmed) for row in rows] == [(0.0, False), (1.0, True)]


def test_a_published_median_that_was_not_reached(tmp_path: Path) -> None:
    study = study_of("one arm")
    text = HEAD + "os_median,,ITT,months,not reached,9,not reached,30,,a paper,1,L\n"
    result = run_study(study, trials=12, seed=2, simulate=SyntheticClinic(), published=parse_published(text))
    (row,) = result.comparisons
    assert row.inside is bool(np.isinf(row.simulated_p95))
    assert not result.prediction
    document = as_document(result)["endpoints"][0]
    assert (document["published"], document["published_not_reached"]) == (None, True)
    assert "not reached" in told(result)
    with run_folder(tmp_path, "x") as folder:
        write_run(folder, result, wall_s=1.0)
    page = (tmp_path / "x" / "report.html").read_text("utf-8")
    assert '<td class="number">not reached' in page
    with pytest.raises(StudyError, match="only a time can be not reached"):
        specs_for(study, parse_published(HEAD + "orr,,ITT,%,not reached,,,30,,a paper,1,L\n"))


def seed_row(estimate: float, n: int | None, endpoint: str = "orr", confidence: str = "SEED") -> Published:
    return Published(endpoint, "", "ITT", "", estimate, None, None, n, None, "a story", 0.0, confidence)


def test_chance_is_the_share_of_trials_with_at_least_the_count() -> None:
    counts = np.array([8.0, 9.0, 10.0, 10.0, 11.0])
    for estimate in (66.7, 67.0, 66.66):
        assert chance_of_at_least(seed_row(estimate, 15), 100 * counts / 15) == 0.6
    assert chance_of_at_least(seed_row(100 * 10 / 15, None), 100 * counts / 15) == 0.6
    assert chance_of_at_least(seed_row(10.0, None, "screened"), counts) == 0.6
    assert chance_of_at_least(seed_row(66.7, 15, "pfs_median"), counts) is None
    assert chance_of_at_least(seed_row(66.7, 15, "pfs_rate"), counts) is None
    assert chance_of_at_least(seed_row(66.7, 15, confidence="M"), counts) is None


def test_chance_stands_in_terminal_document_and_report(tmp_path: Path) -> None:
    study = study_of("one arm")
    text = HEAD + "orr,,ITT,%,66.7,,,15,,a story,0,SEED\ncrs_any,,infused,%,50,,,15,,a paper,1,L\n"
    result = run_study(study, trials=12, seed=2, simulate=SyntheticClinic(), published=parse_published(text))
    record = SyntheticClinic()(study, seed=2, trials=range(12))
    share = float(np.mean(record.patients["responder"].mean(axis=1) >= 10 / 15 - 1e-9))
    assert result.comparisons[0].chance_of_at_least == share
    assert result.comparisons[1].chance_of_at_least is None
    assert as_document(result)["endpoints"][0]["chance_of_at_least"] == share
    assert "chance of at least" in told(result)
    assert "chance of at least" not in told(run_of("one arm"))
    with run_folder(tmp_path, "x") as folder:
        write_run(folder, result, wall_s=1.0)
    page = (tmp_path / "x" / "report.html").read_text("utf-8")
    assert page.index('id="chances"') < page.index("<nav")
    assert "Objective response: at least 67 % in" in page
    assert 'id="prediction"' not in page


def test_answer_names_a_primary_endpoint_that_was_not_published(tmp_path: Path) -> None:
    text = HEAD + "crs_any,,infused,%,50,,,15,,a paper,1,L\n"
    result = run_study(
        study_of("one arm"), trials=12, seed=2, simulate=SyntheticClinic(), published=parse_published(text)
    )
    with run_folder(tmp_path, "x") as folder:
        write_run(folder, result, wall_s=1.0)
    (answer,) = re.findall(r'id="answer">([^<]+)<', (tmp_path / "x" / "report.html").read_text("utf-8"))
    middle = np.quantile(result.all_trials.values[:, -1], 0.5, method="inverted_cdf")
    assert f"(Objective response) was {middle:.0f} % (90 % of trials" in answer


@pytest.mark.parametrize(
    ("accrual", "follow", "latest", "end", "step"),
    [(28, 3, 0, 24, 0.25), (10, 2, 0, 12, 0.25), (24, 60, 0, 72, 0.5), (20, 20, 36, 36, 0.25), (60, 180, 0, 120, 1.0)],
)
def test_curves_reach_as_far_as_patients_are_followed(
    small_study: Study, accrual: float, follow: float, latest: float, end: float, step: float
) -> None:
    trial = dataclasses.replace(small_study.trial, accrual_months=accrual, follow_up_months=follow)
    grid = month_grid(dataclasses.replace(small_study, trial=trial), latest=latest)
    assert (grid[0], grid[-1], grid[1]) == (0.0, end, step)

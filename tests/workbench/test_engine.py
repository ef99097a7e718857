"""Many trials: the same numbers whatever the workers, a clean end when something goes wrong, refusals."""

from __future__ import annotations

import dataclasses
import multiprocessing
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pytest
from synthetic_clinic import PUBLISHED_TEXT, Interrupted, SyntheticClinic

from adoptive.errors import RunError, StudyError
from adoptive.trial.sensitivity import vary_rules
from adoptive.trial.types import Study, TrialRecord
from adoptive.verdict import EndpointSpec, judge_record
from adoptive.workbench.engine import check_size, run_study
from adoptive.workbench.engine.columns import as_columns
from adoptive.workbench.engine.document import as_document, as_json
from adoptive.workbench.engine.parts import digest_of
from adoptive.workbench.engine.types import WHOLE_TRIAL, RunResult
from adoptive.workbench.limits import BLOCK_PATIENTS, BLOCK_PATIENTS_LONG, MOST_PATIENTS, RULE_TRIALS, block_trials
from adoptive.workbench.published import parse_published

PUBLISHED = parse_published(PUBLISHED_TEXT)


def test_workers_change_no_byte(small_study: Study, result: RunResult) -> None:
    seen: list[tuple[int, int]] = []
    again = run_study(
        small_study, trials=70, seed=3, workers=2, simulate=SyntheticClinic(), published=PUBLISHED,
        progress=lambda done, total: seen.append((done, total)), checks=result.checks,
    )  # fmt: skip
    assert digest_of(as_columns(again.all_trials)) == digest_of(as_columns(result.all_trials))
    assert as_json(as_document(again)) == as_json(as_document(result))
    assert again.median_trial == result.median_trial
    size = block_trials(small_study.trial.randomised)
    assert size < 70, "there must be more than one block"
    ends = [min(first + size, 70) for first in range(0, 70, size)]
    total = 70 + 3 * RULE_TRIALS
    assert seen[0] == (0, total), "nothing was there before"
    assert seen[-1] == (total, total)
    assert len(seen) == 1 + len(ends) + 3
    assert sorted(seen) == seen


def test_more_trials_leave_the_first_ones_alone(small_study: Study, result: RunResult) -> None:
    fewer = run_study(small_study, trials=20, seed=3, simulate=SyntheticClinic(), published=PUBLISHED)
    assert np.array_equal(fewer.all_trials.values, result.all_trials.values[:20])


@dataclass(frozen=True)
class Fussy:
    """A clinic that keeps a list of what it was asked."""

    asked: list[tuple[str, float, tuple[int, ...]]]

    def __call__(self, study: Study, *, seed: int, trials: Sequence[int], detail: bool = False) -> TrialRecord:
        if not detail:
            self.asked.append((study.outcome.recist_baseline, study.infusion.dose_cells, tuple(trials)))
        return SyntheticClinic()(study, seed=seed, trials=trials, detail=detail)


@pytest.mark.parametrize("trials", [5, 70])
def test_rules_are_judged_on_the_first_trials_of_each_setting(small_study: Study, trials: int) -> None:
    clinic, few = Fussy([]), min(trials, RULE_TRIALS)
    larger = dataclasses.replace(small_study, trial=dataclasses.replace(small_study.trial, randomised=156))
    run = run_study(larger, trials=trials, seed=3, simulate=clinic, published=PUBLISHED)
    told: dict[tuple[str, float], list[int]] = {}
    for baseline, dose, numbers in clinic.asked:
        told.setdefault((baseline, dose), []).extend(numbers)
    assert told == {
        ("lymphodepletion", 2.5e8): list(range(trials)),
        ("randomisation", 2.5e8): list(range(few)),
        ("lymphodepletion", 0.0): list(range(few)),
        ("randomisation", 0.0): list(range(few)),
    }
    assert [row.trials for row in run.rules] == [few] * 4
    for row, study in zip(run.rules, vary_rules(larger).values(), strict=True):
        record = SyntheticClinic()(study, seed=3, trials=range(few))
        (ratio,) = judge_record(record, [EndpointSpec("pfs_hazard_ratio")])
        assert row.hazard_ratio == np.quantile(ratio.values, 0.5, method="inverted_cdf")


def test_document_tells_the_rules(result: RunResult) -> None:
    rows = as_document(result)["rules"]
    assert [row["setting"] for row in rows] == list(vary_rules(result.study))
    assert rows[0]["hazard_ratio"] == pytest.approx(result.rules[0].hazard_ratio)


def test_block_size_depends_on_the_study_alone() -> None:
    assert block_trials(30) == -(-BLOCK_PATIENTS // 30)
    assert block_trials(5000) == 1
    assert block_trials(30, months=84.0) == -(-BLOCK_PATIENTS_LONG // 30)


def test_median_trial_is_nearest_the_median(result: RunResult) -> None:
    at = [spec.name for spec in result.specs].index("pfs_hazard_ratio")
    values = result.all_trials.values[:, at]
    middle = np.quantile(values, 0.5, method="inverted_cdf")
    assert abs(values[result.median_trial] - middle) == np.abs(values - middle).min()
    assert result.detail.trials.tolist() == [result.median_trial]
    assert len(result.detail.visits["day"]) > 0


def test_document_has_the_agreed_keys(result: RunResult) -> None:
    document = as_document(result, wall_s=1.5)
    agreed = {"name", "arm", "set", "unit", "published", "published_lo", "published_hi", "simulated_median",
              "simulated_p05", "simulated_p95", "inside", "source"}  # fmt: skip
    assert {"study", "seed", "trials", "wall_s", "endpoints"} <= set(document)
    assert all(agreed <= set(row) for row in document["endpoints"])
    assert len(document["endpoints"]) == len(PUBLISHED)
    assert "Infinity" not in as_json(document)


def test_flow_adds_up(result: RunResult) -> None:
    flow = result.all_trials.flow
    for arm in (0, 1):
        lost = sum(count for (place, box, _), count in flow.items() if (place, box) == (arm, "lost"))
        given = sum(count for (place, box, _), count in flow.items() if (place, box) == (arm, "infusions"))
        if arm == 0:
            assert np.array_equal(flow[arm, "treated", ""] + lost, flow[arm, "assigned", ""])
            assert np.array_equal(flow[arm, "treated", ""], given)
            assert np.any(lost > 0)
    assigned = flow[0, "assigned", ""] + flow[1, "assigned", ""]
    assert np.array_equal(assigned, flow[WHOLE_TRIAL, "entered", "randomised"])
    assert len({name for _, box, name in flow if box == "lost"}) >= 5


def test_curves_start_at_one_and_fall(result: RunResult) -> None:
    for curve in result.all_trials.curves.values():
        assert np.all(curve[:, 0] == 1.0)
        assert np.all(np.diff(curve, axis=1) <= 0)


def test_study_without_published_results_is_simulated_all_the_same(small_study: Study) -> None:
    alone = run_study(small_study, trials=7, simulate=SyntheticClinic())
    assert {row.inside for row in alone.comparisons} == {None}
    assert {"pfs_median", "orr", "crs_any"} <= {row.published.endpoint for row in alone.comparisons}


def test_unknown_arm_is_refused(small_study: Study) -> None:
    wrong = [dataclasses.replace(PUBLISHED[1], arm="placebo")]
    with pytest.raises(StudyError, match=r"placebo.*satri-cel"):
        run_study(small_study, trials=1, simulate=SyntheticClinic(), published=wrong)


@pytest.mark.parametrize(("trials", "randomised"), [(0, 30), (100_001, 2), (100_000, 100), (2, MOST_PATIENTS)])
def test_absurd_sizes_are_refused(trials: int, randomised: int) -> None:
    with pytest.raises(StudyError, match="next: "):
        check_size(trials, randomised)


@pytest.mark.parametrize("workers", [1, 2])
def test_interrupt_passes_through_and_leaves_no_process(small_study: Study, workers: int) -> None:
    before = set(multiprocessing.active_children())
    with pytest.raises(KeyboardInterrupt):
        run_study(small_study, trials=200, workers=workers, simulate=Interrupted())
    # the pool's own thread reaps its children too, so one look may come between its two steps
    end = time.monotonic() + 20.0
    while set(multiprocessing.active_children()) - before and time.monotonic() < end:
        time.sleep(0.05)
    assert set(multiprocessing.active_children()) <= before


def test_workers_lost_again_and_again_are_a_failed_run(small_study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adoptive.workbench.engine.pool.LOSSES", 1)  # each loss costs the start of a process
    with pytest.raises(RunError, match="--workers 1"):
        run_study(small_study, trials=200, workers=2, simulate=Interrupted("die"))

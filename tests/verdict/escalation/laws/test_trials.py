"""Laws of dose-finding trials: a lane is a trial, patients are people, careful data never lead upwards."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adoptive.streams import Streams
from adoptive.verdict.escalation import (
    Conduct,
    Curves,
    Design,
    DesignOptions,
    DoseFindingTrials,
    Ending,
    Table,
    boin_design,
    dose_pathways,
    isotonic,
    make_design,
    run_dose_finding,
    select_mtd,
)

NAMES = ("3+3", "boin", "mtpi-2", "mtpi", "crm", "tite-crm", "tite-boin", "boin12")
CURVES = Curves.of([0.05, 0.15, 0.30, 0.45, 0.60], [0.1, 0.25, 0.4, 0.45, 0.45])
CONDUCT = Conduct(most_patients=24, accrual_days=9.0, stagger_days=10.0)
OPTIONS = DesignOptions(target=0.3, levels=5, most_patients=24, stop_at=12)


def run(name: str, *, trials: object, conduct: Conduct = CONDUCT, seed: int = 5) -> DoseFindingTrials:
    return run_dose_finding(make_design(name, OPTIONS), conduct, CURVES, trials=trials, streams=Streams(seed))  # type: ignore[arg-type]


def same(one: DoseFindingTrials, other: DoseFindingTrials) -> None:
    for field in DoseFindingTrials.__dataclass_fields__:
        np.testing.assert_array_equal(getattr(one, field), getattr(other, field), err_msg=field)


def rows_of(whole: DoseFindingTrials, rows: list[int]) -> DoseFindingTrials:
    return DoseFindingTrials(**{name: getattr(whole, name)[rows] for name in DoseFindingTrials.__dataclass_fields__})


@pytest.mark.parametrize("name", NAMES)
def test_a_trial_is_the_same_alone_and_among_many(name: str) -> None:
    many = run(name, trials=2300)  # more than one group
    for number in (0, 7, 2111):
        same(run(name, trials=[number]), rows_of(many, [number]))


@pytest.mark.parametrize("name", NAMES)
def test_order_does_not_matter(name: str) -> None:
    order = [5, 0, 3, 1]
    same(run(name, trials=order), rows_of(run(name, trials=6), order))


@pytest.mark.parametrize("name", NAMES)
def test_counts_are_counts_of_the_patients(name: str) -> None:
    found = run(name, trials=300)
    treated = found.given_level >= 0
    np.testing.assert_array_equal(treated.sum(axis=1), found.patients.sum(axis=1))
    assert (found.patients.sum(axis=1) <= CONDUCT.most_patients).all()
    for level in range(5):
        at = found.given_level == level
        np.testing.assert_array_equal(at.sum(axis=1), found.patients[:, level])
        np.testing.assert_array_equal((at & found.toxic).sum(axis=1), found.dlt[:, level])
        np.testing.assert_array_equal((at & found.response).sum(axis=1), found.responses[:, level])
    np.testing.assert_array_equal(found.toxic, np.isfinite(found.dlt_day))
    chosen = found.selected >= 0
    assert (found.patients[np.flatnonzero(chosen), found.selected[chosen]] > 0).all(), "only a dose that was tried"
    assert (found.selected[found.ending == Ending.TOO_TOXIC] == -1).all()


@pytest.mark.parametrize("name", NAMES)
def test_no_level_is_skipped_on_the_way_up(name: str) -> None:
    level = run(name, trials=400).given_level
    highest = np.maximum.accumulate(level, axis=1)
    used = level >= 0
    before = np.concatenate([np.zeros((len(level), 1), int), highest[:, :-1]], axis=1)
    assert (level[used] <= before[used] + 1).all()


@pytest.mark.parametrize("name", [name for name in NAMES if not name.startswith("tite")])
def test_cohorts_wait_for_the_cohort_before(name: str) -> None:
    found = run(name, trials=200)
    done = found.entry_day + np.minimum(found.dlt_day, CONDUCT.window_days)
    for first in range(3, 24, 3):
        earlier = np.where(np.isnan(done[:, :first]), -np.inf, done[:, :first]).max(axis=1)
        here = found.given_level[:, first] >= 0
        assert (found.entry_day[here, first] >= earlier[here] - 1e-9).all()
    assert (found.entry_day[:, 1] - found.entry_day[:, 0] >= CONDUCT.stagger_days - 1e-9).all()


@pytest.mark.parametrize("name", ["tite-crm", "tite-boin"])
def test_time_to_event_designs_are_faster(name: str) -> None:
    late, patient = run(name, trials=300), run("boin", trials=300)
    assert late.duration_days.mean() < 0.95 * patient.duration_days.mean()


def test_time_to_event_designs_do_not_see_the_future() -> None:
    """DLTs on the last day, everybody infused on the first: the levels are those of patients without DLTs."""
    quick = Conduct(most_patients=12)
    design = make_design("tite-crm", DesignOptions(target=0.3, levels=5))
    never = np.zeros((50, 12, 5), bool)
    late, none = (
        run_dose_finding(design, quick, Table(np.full((50, 12, 5), day), never), trials=50, streams=Streams(1))
        for day in (27.9, np.inf)
    )
    np.testing.assert_array_equal(late.given_level, none.given_level)
    assert late.toxic.all()
    assert (late.selected == -1).all(), "at the end every patient's window has passed"
    assert (none.selected >= 0).all()


@pytest.mark.parametrize("name", NAMES)
def test_harmless_doses_go_up_and_deadly_ones_stop(name: str) -> None:
    design = make_design(name, OPTIONS)
    harmless = Curves.of(np.zeros(5), np.full(5, 0.5))
    up = run_dose_finding(design, CONDUCT, harmless, trials=20, streams=Streams(1))
    assert up.dlt.sum() == 0
    if name != "boin12":  # it may stay where the response is as good
        assert (up.selected == up.given_level.max(axis=1)).all()
        assert (up.given_level.max(axis=1) >= 3).all()
    deadly = Curves.of(np.ones(5), np.zeros(5))
    stop = run_dose_finding(design, CONDUCT, deadly, trials=20, streams=Streams(1))
    assert (stop.selected == -1).all()
    # While nothing is seen yet of the first cohort, TITE-CRM may go up once.
    assert (stop.given_level.max(axis=1) <= (name == "tite-crm")).all()


def test_a_steeper_curve_takes_nobodys_dlt_away() -> None:
    """The same patients: at a dose, whoever has a DLT under the milder curve has it under the steeper one."""
    rows, people, level = np.arange(50), np.tile(np.arange(24), (50, 1)), np.full(50, 2)
    mild, steep = (
        Curves.of(np.full(5, share)).drawn(np.arange(50), streams=Streams(3), patients=24).see(rows, people, level)
        for share in (0.2, 0.4)
    )
    assert (steep.dlt >= mild.dlt).all()
    assert (steep.dlt_day[mild.dlt] <= mild.dlt_day[mild.dlt]).all()
    assert (steep.dlt.sum(), mild.dlt.sum()) != (0, 0)


def test_fewer_patients_are_the_first_of_more() -> None:
    small = run_dose_finding(
        make_design("boin", OPTIONS), Conduct(most_patients=9), CURVES, trials=50, streams=Streams(1)
    )
    large = run_dose_finding(
        make_design("boin", OPTIONS), Conduct(most_patients=24), CURVES, trials=50, streams=Streams(1)
    )
    np.testing.assert_array_equal(small.given_level, large.given_level[:, :9])


def test_without_detail_the_counts_are_the_same() -> None:
    design = boin_design(0.3, 24)
    whole, quick = (
        run_dose_finding(design, Conduct(most_patients=24, detail=detail), CURVES, trials=500, streams=Streams(1))
        for detail in (True, False)
    )
    for name in ("selected", "ending", "dlt", "patients", "responses"):
        np.testing.assert_array_equal(getattr(whole, name), getattr(quick, name))
    assert np.isnan(quick.duration_days).all()


def test_titration_treats_single_patients_until_the_first_dlt() -> None:
    conduct = Conduct(most_patients=24, titration=True)
    found = run_dose_finding(make_design("boin", OPTIONS), conduct, CURVES, trials=400, streams=Streams(1))
    for level, toxic in zip(found.given_level, found.toxic, strict=True):
        hits = np.flatnonzero(toxic)
        first = min(int(hits[0]) if hits.size else 4, 4)
        assert level[: first + 1].tolist() == list(range(first + 1))
        if hits.size and hits[0] < 4:  # then cohorts, from one level below
            assert set(level[first + 1 : first + 4].tolist()) == {max(first - 1, 0)}


def _decision(name: str, dlt: int) -> tuple[int, int]:
    """Give the next level, and the ending, after a cohort of three at level 1 of 5 with clean data below."""
    design: Design = make_design(name, DesignOptions(target=0.3, levels=5))
    paths = dose_pathways(design, cohorts=1, start_level=1, dlt=[0] * 5, patients=[3, 0, 0, 0, 0])
    return int(paths.next_level[dlt]), int(paths.ending[dlt])


@pytest.mark.parametrize("name", ["3+3", "boin", "mtpi-2", "mtpi", "crm"])
def test_more_dlts_never_lead_to_a_higher_dose(name: str) -> None:
    levels = [_decision(name, dlt)[0] for dlt in range(4)]
    assert levels == sorted(levels, reverse=True)
    assert levels[0] == 2
    assert levels[3] == 0


@given(
    st.lists(st.tuples(st.integers(0, 12), st.floats(0, 1)), min_size=1, max_size=7),
    st.integers(0, 6),
    st.sampled_from([0.2, 0.25, 0.3]),
)
@settings(max_examples=150, deadline=None)
def test_another_dlt_never_raises_the_recommended_dose(
    rows: list[tuple[int, float]], place: int, target: float
) -> None:
    patients = np.array([n for n, _ in rows])
    dlt = np.array([round(n * share) for n, share in rows])
    worse = dlt.copy()
    worse[place % len(rows)] = min(worse[place % len(rows)] + 1, patients[place % len(rows)])
    before, after = (int(select_mtd(counts, patients, target=target)) for counts in (dlt, worse))
    assert after <= before


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0.01, 10)), min_size=1, max_size=9))
@settings(max_examples=150, deadline=None)
def test_isotonic_rises_keeps_the_mean_and_agrees_with_pooling(rows: list[tuple[float, float]]) -> None:
    values, weights = (np.array(column) for column in zip(*rows, strict=True))
    found = isotonic(values, weights)
    assert (np.diff(found) >= -1e-9).all()
    assert np.isclose((found * weights).sum(), (values * weights).sum())
    np.testing.assert_allclose(found, pooled(values, weights), atol=1e-9)


def pooled(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Pool adjacent violators, block by block."""
    blocks: list[list[float]] = []
    for value, weight in zip(values, weights, strict=True):
        blocks.append([value, weight, 1])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (a, wa, na), (b, wb, nb) = blocks[-2:]
            blocks[-2:] = [[(a * wa + b * wb) / (wa + wb), wa + wb, na + nb]]
    return np.concatenate([np.full(int(count), value) for value, _, count in blocks])


@pytest.mark.parametrize("cohorts", [1, 2, 3])
def test_pathways_count_every_outcome(cohorts: int) -> None:
    """BOIN with one level that never ends early: four ways per cohort."""
    design = make_design("boin", DesignOptions(target=0.3, levels=5))
    free = dose_pathways(design, cohorts=cohorts, start_level=4, dlt=[0] * 5, patients=[0] * 5)
    assert len(free.dlt) == 4**cohorts
    chances = [0.05, 0.1, 0.2, 0.3, 0.5]
    weighed = dose_pathways(design, cohorts=cohorts, dlt=[0] * 5, patients=[0] * 5, dlt_probability=chances)
    assert weighed.probability.sum() == pytest.approx(1.0)
    assert len(weighed.dlt) == _ways(0, (0,) * 5, (0,) * 5, cohorts)
    assert len(np.unique(weighed.dlt, axis=0)) == len(weighed.dlt)


def _ways(level: int, dlt: tuple[int, ...], patients: tuple[int, ...], left: int) -> int:
    """Count BOIN's ways one cohort at a time; 3 of 3 at the lowest level ends the trial and does not branch."""
    if left == 0:
        return 1
    design = make_design("boin", DesignOptions(target=0.3, levels=5))
    step = dose_pathways(design, cohorts=1, start_level=level, dlt=dlt, patients=patients)
    total = 0
    for toxic, following in zip(step.dlt[:, 0], step.next_level, strict=True):
        more, treated = list(dlt), list(patients)
        more[level] += int(toxic)
        treated[level] += 3
        total += 1 if following < 0 else _ways(int(following), tuple(more), tuple(treated), left - 1)
    return total


@pytest.mark.parametrize("refused", [lambda: make_design("boin12", OPTIONS), lambda: make_design("tite-crm", OPTIONS)])
def test_pathways_are_for_designs_that_wait_for_dlts(refused: Callable[[], Design]) -> None:
    with pytest.raises(ValueError, match="pathways"):
        dose_pathways(refused(), cohorts=1, dlt=[0] * 5, patients=[0] * 5)

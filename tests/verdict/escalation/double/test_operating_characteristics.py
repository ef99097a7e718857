"""Operating characteristics against published ones, against exact enumeration and against a slow second program.

Error rates: each comparison allows three Monte Carlo standard errors of both sides together (0.3 % false alarms per
number if errors are normal); seeds are fixed.
"""

from __future__ import annotations

import numpy as np
import pytest

from adoptive.streams import Streams
from adoptive.verdict.escalation import (
    Conduct,
    Curves,
    DesignOptions,
    Ending,
    IntervalDesign,
    boin_boundaries,
    boin_design,
    characteristics,
    dose_pathways,
    make_design,
    run_dose_finding,
    select_mtd,
    too_toxic,
)

TRIALS = 10_000


def allowed(percent: float, *trials: int) -> float:
    """Give three standard errors of the difference of two percentages from so many trials each."""
    share = percent / 100
    return 3 * 100 * float(np.sqrt(share * (1 - share) * sum(1 / number for number in trials)))


# R package BOIN 2.7, get.oc(target = 0.25, p.true = c(0.1, 0.5), ncohort = 10, cohortsize = 3, n.earlystop = 9,
# extrasafe = TRUE, offset = 0.1, ntrial = 10000, seed = 6), as printed in the article "Compare_to_original_BOIN" of
# R package bfboin (openpharma, version 0.1.1).
PUBLISHED_SELECTED = (77.75, 18.42)
PUBLISHED_NONE = 3.83
PUBLISHED_PATIENTS, PUBLISHED_DLT = (10.7160, 7.7784), (1.0536, 3.8988)
PUBLISHED_TRIALS = 10_000
SMALL = boin_design(0.25, 30, extra_safe=0.85, stop_at=9)


def test_ten_thousand_boin_trials_against_the_published_ones() -> None:
    run = run_dose_finding(SMALL, Conduct(), Curves.of([0.1, 0.5]), trials=TRIALS, streams=Streams(1))
    found = characteristics(run)
    for level, published in enumerate(PUBLISHED_SELECTED):
        assert abs(found.selected.value[level] - published) < allowed(published, TRIALS, PUBLISHED_TRIALS)
    assert abs(float(found.none_selected.value) - PUBLISHED_NONE) < allowed(PUBLISHED_NONE, TRIALS, PUBLISHED_TRIALS)
    # The published means come without a standard error; as many trials of the same design have the same one.
    assert (np.abs(found.patients.value - PUBLISHED_PATIENTS) < 3 * np.sqrt(2.0) * found.patients.error).all()


def test_ours_and_the_published_ones_against_the_exact_numbers() -> None:
    """Every pathway of the published design, weighed: each side is left with its own Monte Carlo error alone.

    (The published DLTs at the first dose are 1.8 standard errors below 0.1 times the published patients there.)
    """
    paths = dose_pathways(SMALL, cohorts=10, dlt=[0, 0], patients=[0, 0], dlt_probability=[0.1, 0.5])
    weight = paths.probability
    assert weight.sum() == pytest.approx(1.0)
    run = run_dose_finding(SMALL, Conduct(), Curves.of([0.1, 0.5]), trials=TRIALS, streams=Streams(1))
    published = {"patients": PUBLISHED_PATIENTS, "dlt": PUBLISHED_DLT}
    for name in ("patients", "dlt"):
        each = getattr(paths.seen, name).astype(float)
        exact = weight @ each
        error = np.sqrt((weight @ each**2 - exact**2) / TRIALS)
        assert (np.abs(getattr(run, name).mean(axis=0) - exact) < 3 * error).all()
        assert (np.abs(np.array(published[name]) - exact) < 3 * error).all()
    for level, number in zip((0, 1, -1), (*PUBLISHED_SELECTED, PUBLISHED_NONE), strict=True):
        exact = 100 * weight[paths.selected == level].sum()
        assert abs(number - exact) < allowed(exact, PUBLISHED_TRIALS)
        assert abs(100 * (run.selected == level).mean() - exact) < allowed(exact, TRIALS)


def test_another_interval_design_against_its_published_trials() -> None:
    """UMPBI, target 0.3, 12 cohorts of 3: table and operating characteristics as its authors print them.

    Lin and Yin, R codes for interval designs (README), 1000 trials by default; the published numbers have one decimal.
    """
    up, down = (0, 1, 2, 2, 3, 4, 5, 5, 6, 7, 8, 9), (2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13)
    gone = (3, 4, 5, 7, 8, 9, 10, 11, 12, 14, 15, 16)
    table = np.full((37, 37), -1)
    for place, patients in enumerate(range(3, 37, 3)):
        dlt = np.arange(patients + 1)
        codes = np.where(dlt <= up[place], 0, np.where(dlt >= down[place], 2, 1))
        table[patients, : patients + 1] = np.where(dlt >= gone[place], 3, codes)
    curves = Curves.of([0.08, 0.10, 0.20, 0.30, 0.45, 0.60])
    design, conduct = IntervalDesign("umpbi", 0.3, table), Conduct(most_patients=36)
    found = characteristics(run_dose_finding(design, conduct, curves, trials=TRIALS, streams=Streams(1)))
    for level, published in enumerate((0.2, 5.4, 27.1, 48.5, 17.4, 1.3)):
        assert abs(found.selected.value[level] - published) < allowed(max(published, 1.0), TRIALS, 1000) + 0.05
    spread = 3 * found.patients.error * np.sqrt(1 + TRIALS / 1000) + 0.05
    assert (np.abs(found.patients.value - [4.2, 6.1, 10.3, 10.2, 4.5, 0.8]) < spread).all()


@pytest.mark.parametrize("name", ["3+3", "boin", "mtpi-2", "mtpi", "crm"])
def test_simulated_trials_agree_with_every_pathway(name: str) -> None:
    """Three levels, at most 18 patients: the exact operating characteristics by enumeration."""
    truth, options = [0.1, 0.3, 0.5], DesignOptions(target=0.3, levels=3, most_patients=18)
    design = make_design(name, options)
    paths = dose_pathways(design, cohorts=6, dlt=[0] * 3, patients=[0] * 3, dlt_probability=truth)
    run = run_dose_finding(design, Conduct(most_patients=18), Curves.of(truth), trials=TRIALS, streams=Streams(2))
    for level in (-1, 0, 1, 2):
        exact = 100 * paths.probability[paths.selected == level].sum()
        assert abs(100 * (run.selected == level).mean() - exact) < max(allowed(exact, TRIALS), 0.1)
    for name_ in ("patients", "dlt"):
        exact_mean = (paths.probability[:, None] * getattr(paths.seen, name_)).sum(axis=0)
        error = getattr(characteristics(run), name_).error
        assert (np.abs(getattr(run, name_).mean(axis=0) - exact_mean) < 3.5 * error + 1e-3).all()


def test_three_plus_three_at_one_dose_by_hand() -> None:
    """One dose: recommended if at most 1 of 6 has a DLT, after three, or three more."""
    share = 0.2
    none, one = (1 - share) ** 3, 3 * share * (1 - share) ** 2
    passed = none * (none + one) + one * none
    paths = dose_pathways(
        make_design("3+3", DesignOptions(target=0.3, levels=1)), cohorts=2, dlt=[0], patients=[0],
        dlt_probability=[share],
    )  # fmt: skip
    assert paths.probability[paths.selected == 0].sum() == pytest.approx(passed)
    treated = (paths.probability * paths.seen.patients[:, 0]).sum()
    assert treated == pytest.approx(3 + 3 * (none + one))


def slow_boin(truth: list[float], uniform: np.ndarray, *, target: float) -> tuple[int, list[int], list[int]]:
    """Run one BOIN trial patient by patient, in plain words; a second program."""
    limits = boin_boundaries(target)
    dlt, treated, level, top = [0] * len(truth), [0] * len(truth), 0, len(truth) - 1
    for first in range(0, len(uniform), 3):
        for patient in range(first, first + 3):
            dlt[level] += int(uniform[patient] < truth[level])
            treated[level] += 1
        if first + 3 == len(uniform):
            break
        rate = dlt[level] / treated[level]
        if bool(too_toxic(dlt[level], treated[level], target=target)):
            top = level - 1
            if top < 0:
                return -1, dlt, treated
        if rate <= limits.escalate and level < top:
            level += 1
        elif rate >= limits.deescalate and level > 0:
            level -= 1
    return int(select_mtd(dlt, treated, target=target)), dlt, treated


def test_each_trial_agrees_with_a_slow_program() -> None:
    truth = [0.05, 0.15, 0.30, 0.45, 0.60]
    people = Curves.of(truth).drawn(np.arange(300), streams=Streams(9), patients=30)
    run = run_dose_finding(boin_design(0.3, 30), Conduct(), Curves.of(truth), trials=300, streams=Streams(9))
    for number in range(300):
        chosen, dlt, treated = slow_boin(truth, people.tolerance[number], target=0.3)
        assert run.patients[number].tolist() == treated
        assert run.dlt[number].tolist() == dlt
        assert run.selected[number] == (-1 if run.ending[number] == Ending.TOO_TOXIC else chosen)


def test_duration_of_uninterrupted_accrual_by_hand() -> None:
    """No DLTs, 24 patients in 8 cohorts, always somebody waiting: eight windows, each after one stagger."""
    run = run_dose_finding(
        boin_design(0.3, 24), Conduct(most_patients=24, window_days=28, stagger_days=14), Curves.of([0.0, 0.0]),
        trials=3, streams=Streams(1),
    )  # fmt: skip
    assert run.duration_days.tolist() == [8 * (28.0 + 14.0)] * 3

"""Populations by hand, immortal time in closed form, all estimates of a table side by side."""

from __future__ import annotations

import numpy as np
import pytest

from adoptive.errors import StudyError
from adoptive.tables import TableError
from adoptive.verdict import estimands
from adoptive.verdict.estimands.effects import pieces_of
from adoptive.verdict.estimands.immortal_time import naive_limits


def test_pieces_are_cut_at_the_start_of_treatment() -> None:
    time, event, treated, entry, whose = pieces_of([5.0, 6.0, 7.0, 8.0], [1, 1, 0, 1], [0.0, 2.0, 9.0, np.inf])
    assert whose.tolist() == [0, 1, 2, 3, 1]
    assert time.tolist() == [5, 2, 7, 8, 6]
    assert event.tolist() == [True, False, False, True, True]
    assert treated.tolist() == [True, False, False, False, True]
    assert entry.tolist() == [-np.inf] * 4 + [2]


def test_populations() -> None:
    who = estimands.populations(
        [1, 1, 0, 0], [1, 0, 1, 0], infusion_day=[30, 0, 0, 0], crossover_day=[np.inf] * 3 + [90]
    )
    assert who.infused.tolist() == [True, False, True, False]
    assert who.start.tolist() == [30, np.inf, np.inf, 90]
    with pytest.raises(TableError, match="crossover_day"):
        estimands.populations([1, 0], [1, 1], crossover_day=[1.0])


def test_naive_ratio_of_rates_in_closed_form() -> None:
    """Rates a of death, b of infusion, endless follow-up: a / (2 a + b)."""
    for death, wait in ((1.0, 1.0), (0.1, 0.5), (2.0, 0.3)):
        assert naive_limits(death, wait, 80 / min(death, wait))[1] == pytest.approx(
            death / (2 * death + wait), rel=1e-6
        )
    # short follow-up: the infused spend half of it waiting, and then die as everybody
    assert naive_limits(0.1, 1.0, 1e-4)[1] == pytest.approx(0.5, rel=1e-3)


def test_naive_ratio_with_an_end_of_follow_up() -> None:
    """Person-time by the integrals of the exponential waiting times."""
    a, b, end = 0.2, 0.5, 4.0
    both = a + b
    ever_time = (1 - np.exp(-a * end)) / a - (1 - np.exp(-both * end)) / both
    ever_time += b / both * ((1 - np.exp(-both * end)) / both - end * np.exp(-both * end))
    whole_time = (1 - np.exp(-a * end)) / a
    ever_dead = 1 - np.exp(-a * end) - a / both * (1 - np.exp(-both * end))
    never_dead = a / both * (1 - np.exp(-both * end))
    expected = (ever_dead / ever_time) / (never_dead / (whole_time - ever_time))
    assert naive_limits(a, b, end)[1] == pytest.approx(expected, rel=1e-10)


def test_demonstration() -> None:
    """100 null trials of 200 patients: limits are 4.5 errors of the mean (1e-5) and 0.02 for few patients."""
    shown = estimands.demonstrate_immortal_time(median_survival=9, median_wait=2, follow_up=24, trials=100, seed=5)
    for said, truth in ((shown.naive, np.log(shown.naive_limit)), (shown.landmark, 0.0), (shown.time_dependent, 0.0)):
        assert abs(said.mean() - truth) < 4.5 * said.std() / np.sqrt(said.size) + 0.02
    assert shown.naive_limit < 0.4
    assert (shown.naive < shown.time_dependent).mean() > 0.99
    again = estimands.demonstrate_immortal_time(median_survival=9, median_wait=2, follow_up=24, trials=3, seed=5)
    assert again.naive.tolist() == shown.naive[:3].tolist()
    with pytest.raises(StudyError, match="median_wait"):
        estimands.demonstrate_immortal_time(median_survival=9, median_wait=0, follow_up=24)


def test_a_real_effect_is_found_by_the_time_dependent_analysis() -> None:
    shown = estimands.demonstrate_immortal_time(
        median_survival=9, median_wait=4, follow_up=30, hazard_ratio=0.5, patients=2000, trials=12
    )
    assert shown.time_dependent.mean() == pytest.approx(np.log(0.5), abs=0.06)
    assert shown.naive.mean() == pytest.approx(np.log(shown.naive_limit), abs=0.06)


def _table() -> dict[str, np.ndarray]:
    random = np.random.default_rng(12)
    shape = (2, 120)
    cells = np.broadcast_to(np.arange(120) % 3 > 0, shape)
    os_days = random.exponential(400, shape) + 20
    progressed = random.uniform(size=shape) < 0.7
    pfs = np.where(progressed, os_days * random.uniform(0.2, 0.8, shape), os_days)
    entry, cut = random.uniform(0, 300, shape), 700.0
    event = os_days + entry < cut
    os_days = np.minimum(os_days, cut - entry)
    crossed = ~cells & progressed & (pfs + 30 < os_days) & (random.uniform(size=shape) < 0.6)
    return {
        "arm": np.where(cells, 0, 1), "assigned_cells": cells.copy(), "treated": random.uniform(size=shape) < 0.9,
        "infusion_day": np.where(cells, 35.0, 0.0), "crossed_over": crossed, "randomised_day": entry,
        "pfs_days": np.minimum(pfs, os_days), "pfs_event": np.where(pfs < os_days, progressed, event),
        "os_days": os_days, "os_event": event, "ecog": random.integers(0, 2, shape),
        "baseline_sld_mm": random.uniform(20, 150, shape),
    }  # fmt: skip


def test_side_by_side() -> None:
    table = _table()
    whole = estimands.of_patients(table, trial=1)
    names = [
        "ITT",
        "infused",
        "as treated, ever",
        "as treated, in time",
        "censored at switch",
        "RPSFT",
        "IPCW",
        "two-stage",
    ]
    assert [effect.name for effect in whole] == names
    assert all(effect.estimable and 0 < effect.hazard_ratio < np.inf for effect in whole)
    flat = {name: column.ravel() for name, column in table.items()} | {"trial": np.repeat([4, 9], 120)}
    assert estimands.of_patients(flat, trial=9) == whole
    assert [effect.name for effect in estimands.of_patients(table, endpoint="pfs")] == names[:4]
    trial, patient = np.nonzero(table["crossed_over"])
    doses = {
        "trial": trial,
        "patient": patient,
        "number": np.ones(trial.size, int),
        "day": table["pfs_days"][trial, patient],
    }
    assert estimands.of_patients(table, trial=1, doses=doses) == whole
    later = estimands.of_patients(table, trial=1, doses=doses | {"day": doses["day"] + 25.0})
    assert later[0] == whole[0]
    assert later[5] != whole[5]
    lower_level = estimands.of_patients(table, trial=1, level=0.8)
    for usual, narrow in zip(whole, lower_level, strict=True):
        assert usual.lower < narrow.lower < narrow.upper < usual.upper
    with pytest.raises(TableError, match="no such trial"):
        estimands.of_patients(table, trial=2)
    with pytest.raises(TableError, match="ecog"):
        estimands.of_patients({name: column for name, column in table.items() if name != "ecog"})


@pytest.mark.parametrize("level", [0.0, 1.0, 95.0])
def test_a_level_that_is_none_is_refused_and_not_called_inestimable(level: float) -> None:
    with pytest.raises(TableError, match="not a confidence level"):
        estimands.infusion_effects([5.0, 9.0], [1, 1], [np.inf, 2.0], landmark=3.0, level=level)

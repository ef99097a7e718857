"""Looks of a whole trial: taken at their events, on what was known then; a stop ends the trial."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from adoptive.tables import check_table
from adoptive.trial import screening_columns
from adoptive.trial.looks import bounds_of, planned_events
from adoptive.trial.types import Study, TrialRecord
from adoptive.verdict.comparison import log_rank

TRIALS = (0, 1, 2)
CUT = ("randomised = 30", 'randomised = 40\nevents = 30\ndata_cut = "events"')


def looks(fractions: str, more: str = "") -> tuple[str, str]:
    return 'primary = "pfs_hazard_ratio"', f'primary = "pfs_hazard_ratio"\nlooks = {{fractions = {fractions}{more}}}'


@pytest.fixture(scope="module")
def looked(ran: Callable[..., TrialRecord]) -> TrialRecord:
    return ran(CUT, looks("[0.5, 0.8, 1.0]"), trials=TRIALS)


@pytest.fixture(scope="module")
def never_stopped(ran: Callable[..., TrialRecord]) -> TrialRecord:
    return ran(CUT, trials=TRIALS)


def test_planned_events_round_up(small: Callable[..., Study]) -> None:
    study = small(CUT, looks("[0.5, 0.81, 1.0]"))
    assert planned_events(study).tolist() == [15, 25, 30]
    np.testing.assert_allclose(bounds_of(study).fractions, [0.5, 25 / 30, 1.0])


def test_z_of_a_look_is_that_of_the_data_cut_there(
    looked: TrialRecord, never_stopped: TrialRecord, ran: Callable[..., TrialRecord]
) -> None:
    first = ran(("randomised = 30", 'randomised = 40\nevents = 15\ndata_cut = "events"'), trials=TRIALS)
    table = first.patients
    test = log_rank(table["pfs_days"], table["pfs_event"], table["arm"] == 0, table["enrolled"])
    np.testing.assert_allclose(looked.screening["look1_z"], -test.z)
    np.testing.assert_allclose(looked.screening["look1_day"], first.screening["cut_day"])


def test_a_stop_ends_the_trial_at_its_look(looked: TrialRecord, never_stopped: TrialRecord) -> None:
    study, table = looked.study, looked.screening
    bounds, events = bounds_of(study), planned_events(study)
    stopped = table["stopped_look"]
    assert (stopped > 0).any(), "these trials are of cells that work"
    for row, look in enumerate(stopped):
        z = [float(table[f"look{k}_z"][row]) for k in (1, 2, 3)]
        day = [float(table[f"look{k}_day"][row]) for k in (1, 2, 3)]
        before = range(look - 1 if look else 3)
        assert all(z[k] < bounds.efficacy[k] for k in before)
        if look:
            assert z[look - 1] >= bounds.efficacy[look - 1]
            assert table["cut_day"][row] == day[look - 1]
            assert looked.patients["pfs_event"][row].sum() == events[look - 1]
            assert np.isinf(day[look:]).all()
        else:
            assert table["cut_day"][row] == never_stopped.screening["cut_day"][row]
    assert ((table["stopped_for"] == 1) == (stopped > 0)).all()


def test_bounds_that_nobody_reaches_change_nothing(
    ran: Callable[..., TrialRecord], never_stopped: TrialRecord, same_columns: Callable[..., None]
) -> None:
    strict = ran(CUT, looks("[0.5, 1.0]", ", alpha = 1e-12"), trials=TRIALS)
    assert (strict.screening["stopped_look"] == 0).all()
    same_columns(strict.patients, never_stopped.patients)
    check_table(strict.screening, screening_columns(strict.study), where="screening")


def test_a_look_at_nothing_stops_for_futility(ran: Callable[..., TrialRecord]) -> None:
    """Cells without a cell in the bag: futility at the first look, spent as Pocock does."""
    inert = (
        ("dose_cells = 2.5e8", "dose_cells = 0"),
        ("bridging_kill_ratio = 0.7", "bridging_kill_ratio = 0"),
        ('recist_baseline = "lymphodepletion"', 'recist_baseline = "randomisation"'),
    )
    record = ran(CUT, *inert, looks("[0.5, 1.0]", ', futility = "Pocock", beta = 0.3'), trials=tuple(range(6)))
    futile = record.screening["stopped_for"] == 2
    assert futile.sum() >= 2
    assert (record.screening["stopped_look"][futile] == 1).all()
    assert (record.screening["look1_z"][futile] < bounds_of(record.study).futility[0]).all()

"""Laws of slots in a trial: without them nothing moves, with few of them patients wait and are lost."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from adoptive.facility.slots import Slots
from adoptive.trial.run import run_trial
from adoptive.trial.types import Study, TrialRecord

TRIALS = (0, 1)


def _run(study: Study, slots: Slots | None) -> TrialRecord:
    small = dataclasses.replace(study.trial, randomised=60)
    return run_trial(
        dataclasses.replace(study, trial=small, facility=dataclasses.replace(study.facility, slots=slots)),
        seed=3,
        trials=TRIALS,
    )


@pytest.fixture(scope="module")
def free(study: Study) -> TrialRecord:
    return _run(study, None)


def test_a_slot_for_everybody_is_no_queue(study: Study, free: TrialRecord) -> None:
    """Ten thousand starts a month are three thousandths of a day apart."""
    many = _run(study, Slots(per_month=10_000))
    for name in ("arm", "treated", "infusions", "not_infused", "best_response", "crs_grade", "crossed_over"):
        np.testing.assert_array_equal(many.patients[name], free.patients[name])
    np.testing.assert_allclose(many.patients["os_days"], free.patients["os_days"], atol=1.0)


def test_a_room_for_everybody_changes_nothing_at_all(study: Study, free: TrialRecord) -> None:
    rooms = _run(study, Slots(places=500))
    for name, values in free.patients.items():
        np.testing.assert_array_equal(rooms.patients[name], values, err_msg=name)


def test_few_slots_treat_fewer_and_spare_the_controls(study: Study, free: TrialRecord) -> None:
    few = _run(study, Slots(per_month=0.7))
    cells, control = free.patients["arm"] == 0, free.patients["arm"] == 1
    before, after = free.patients["treated"][cells], few.patients["treated"][cells]
    assert after.sum() < 0.8 * before.sum()
    assert after.sum() > 0
    months = study.trial.accrual_months + study.trial.follow_up_months
    assert (few.patients["treated"] & cells).sum(axis=1).max() <= 1 + 0.7 * months
    assert (few.patients["treated"][control] == free.patients["treated"][control]).all()
    assert (few.patients["not_infused"][cells] >= 0).all()
    waiting = np.isin(few.patients["not_infused"][cells], (2, 3, 4)).sum()
    assert waiting > np.isin(free.patients["not_infused"][cells], (2, 3, 4)).sum()
    assert (few.patients["not_infused"] == 6).any()
    for name, values in few.patients.items():
        assert np.isfinite(values.astype(float)).all(), name


def test_a_batch_fails_only_if_its_cells_were_collected(study: Study) -> None:
    """A limit that no product meets: without slots nearly all fail, with few only those who got one."""
    strict = dataclasses.replace(study, facility=dataclasses.replace(study.facility, minimum_viability=0.999))
    free, few = (_run(strict, slots).patients["not_infused"] == 1 for slots in (None, Slots(per_month=0.7)))
    months = study.trial.accrual_months + study.trial.follow_up_months
    assert free.sum() > 60
    assert (0 < few.sum(axis=1)).all()
    assert (few.sum(axis=1) <= 1 + 0.7 * months).all()

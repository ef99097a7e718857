"""When patients come and when the data are cut: exactly k events, nothing after the cut, the same lives before it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from adoptive.trial.types import TrialRecord
from adoptive.units import days
from adoptive.verdict import EndpointSpec, judge_record

RECORD = Callable[..., TrialRecord]
TRIALS = (0, 1)


def with_lines(lines: str) -> tuple[str, str]:
    return "randomised = 30", f"randomised = 30\n{lines}"


@pytest.mark.parametrize(("event", "number"), [("pfs", 9), ("pfs", 17), ("os", 4), ("os", 8)])
def test_an_event_cut_holds_exactly_its_events(ran: RECORD, event: str, number: int) -> None:
    record = ran(with_lines(f'data_cut = "events"\nevents = {number}\nevent = "{event}"'), trials=TRIALS)
    assert record.patients[f"{event}_event"].sum(axis=1).tolist() == [number] * 2
    seen = record.patients["randomised_day"] + record.patients[f"{event}_days"]
    latest = np.where(record.patients[f"{event}_event"], seen, -np.inf).max(axis=1)
    np.testing.assert_allclose(latest, record.screening["cut_day"], atol=1e-5)


def test_events_that_never_come_leave_the_planned_end(ran: RECORD) -> None:
    record = ran(with_lines('data_cut = "events"\nevents = 30\nevent = "os"'), trials=TRIALS)
    assert (record.screening["cut_day"] == days(31.0)).all()
    assert record.patients["pfs_days"].tobytes() == ran(trials=TRIALS).patients["pfs_days"].tobytes()


def test_a_calendar_cut_is_that_day(ran: RECORD) -> None:
    record = ran(with_lines('data_cut = "calendar"\ncalendar_months = 20'), trials=TRIALS, detail=True)
    entered, whole = record.patients["randomised_day"], ran(trials=TRIALS)
    cut = days(20.0)
    assert (record.screening["cut_day"] == cut).all()
    assert (record.patients["enrolled"] == (entered <= cut)).all()
    for name in ("pfs", "os"):
        assert (entered + record.patients[f"{name}_days"] <= np.maximum(cut, entered) + 1e-9).all()
        kept = record.patients[f"{name}_event"]
        assert (whole.patients[f"{name}_event"] >= kept).all()
        assert (whole.patients[f"{name}_days"][kept] == record.patients[f"{name}_days"][kept]).all()
    assert (whole.patients["infusions"] >= record.patients["infusions"]).all()
    row = np.searchsorted(TRIALS, record.visits["trial"]), record.visits["patient"]
    assert (entered[row] + record.visits["day"] <= cut).all()


def test_who_comes_after_the_cut_is_in_no_endpoint(ran: RECORD) -> None:
    record = ran(with_lines('data_cut = "calendar"\ncalendar_months = 10'), trials=TRIALS)
    enrolled = record.patients["enrolled"]
    assert (enrolled.sum(axis=1) < 20).all()
    (estimate,) = judge_record(record, [EndpointSpec("orr", None)])
    by_hand = 100.0 * (record.patients["responder"] & enrolled).sum(axis=1) / enrolled.sum(axis=1)
    np.testing.assert_allclose(estimate.values, by_hand)


def test_poisson_accrual_begins_on_day_0_and_is_the_accrual_on_average(ran: RECORD) -> None:
    record = ran(with_lines('accrual = "poisson"'), trials=TRIALS)
    day = record.patients["randomised_day"]
    assert (day[:, 0] == 0).all()
    assert (np.diff(day, axis=1) > 0).all()
    np.testing.assert_allclose(record.screening["cut_day"], day[:, -1] + days(3.0))


def test_a_poisson_trial_is_the_same_alone(ran: RECORD, same_columns: Callable[..., None]) -> None:
    """Its last day comes by chance; the others' do not change it."""
    change = with_lines('accrual = "poisson"')
    same_columns(ran(change, trials=TRIALS).patients, ran(change, trials=(1,)).patients, pick=slice(1, 2))


def test_a_ramp_brings_patients_later(ran: RECORD) -> None:
    ramp, flat = ran(with_lines('accrual = "ramp"\nramp_months = 20')), ran()
    assert (ramp.patients["randomised_day"] > flat.patients["randomised_day"]).all()
    assert (ramp.patients["randomised_day"] < days(28.0)).all()


def test_dropout_ends_what_is_seen_and_changes_nothing_before(ran: RECORD) -> None:
    leaky, tight = ran(with_lines("dropout_per_year = 1.0"), trials=TRIALS), ran(trials=TRIALS)
    assert (leaky.patients["os_days"] <= tight.patients["os_days"]).all()
    assert (leaky.patients["os_days"] < tight.patients["os_days"]).mean() > 0.2
    event = leaky.patients["os_event"] & ~leaky.patients["crossed_over"] & ~tight.patients["crossed_over"]
    assert (leaky.patients["os_days"][event] == tight.patients["os_days"][event]).all()
    assert (leaky.patients["not_infused"] == 4).sum() > (tight.patients["not_infused"] == 4).sum()


def test_who_progresses_in_the_run_in_is_not_randomised(ran: RECORD) -> None:
    record, plain = ran(with_lines("run_in_days = 60"), trials=TRIALS), ran(trials=TRIALS)
    assert (record.screening["run_in_failures"] > 5).all()
    assert (plain.screening["run_in_failures"] == 0).all()
    names = ("antigen_failures", "hla_failures", "receptor_failures", "criteria_failures", "other_failures")
    out = sum(record.screening[name] for name in (*names, "run_in_failures"))
    assert (record.screening["screened"] == 30 + out).all()
    number, before = record.patients["screening_number"], plain.patients["screening_number"]
    assert (np.diff(number, axis=1) > 0).all()
    assert all(len(np.intersect1d(number[row], before[row])) > 5 for row in range(2)), "who does not progress stays in"


def test_a_run_in_of_no_days_is_none(
    ran: RECORD,
    same_columns: Callable[..., None],
) -> None:
    same_columns(ran(with_lines("run_in_days = 0.0")).patients, ran().patients)

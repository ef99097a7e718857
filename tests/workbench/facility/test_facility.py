"""What ``adoptive facility`` computes: every patient's way, conserved, ordered, reproducible, and the numbers of it."""

from __future__ import annotations

import dataclasses
import itertools
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from adoptive.cohort import draw_cohort
from adoptive.errors import StudyError
from adoptive.facility import make_products
from adoptive.facility.identity import verify
from adoptive.infusion import lead_days
from adoptive.parameters import draw_typical, load_book
from adoptive.streams import Keys, Streams
from adoptive.trial.types import Study
from adoptive.units import DAYS_PER_MONTH
from adoptive.workbench.facility import Asked, Ending, FacilityResult, run_facility
from adoptive.workbench.facility.document import cost_table, facility_document, patient_table
from adoptive.workbench.facility.run import demand_per_month

Run = Callable[..., FacilityResult]


@pytest.fixture(scope="module")
def run(study: Study) -> Run:
    known: dict[Any, FacilityResult] = {}

    def facility(*, of: Study = study, **asked: Any) -> FacilityResult:
        key = (id(of), *sorted(asked.items()))
        if key not in known:
            known[key] = run_facility(of, Asked(**({"patients": 1500, "logged": 30} | asked)))
        return known[key]

    return facility


CAPACITIES = [
    {},
    {"slots_per_month": 3.0},
    {"places": 1},
    {"slots_per_month": 4.0, "places": 2, "priority": "sickest first"},
]


@pytest.mark.parametrize("capacity", CAPACITIES)
def test_every_way_ends_once_and_days_are_in_order(run: Run, capacity: dict[str, Any]) -> None:
    result = run(**capacity)
    journeys, summary = result.journeys, result.summary
    assert sum(summary.endings.values()) == summary.patients == len(journeys) == 1500
    lost = sum(summary.endings[name] for name in ("died", "progressed", "deteriorated", "withdrew"))
    assert sum(summary.lost_where.values()) == lost
    assert sum(summary.batches.values()) == 1500
    days = (journeys.request_day, journeys.start_day[:, 0], journeys.collection_day, journeys.release_day,
            journeys.ready_day, journeys.infusion_day)  # fmt: skip
    for earlier, later in itertools.pairwise(days):
        assert (later[np.isfinite(later)] >= earlier[np.isfinite(later)] - 1e-9).all()
    treated = journeys.treated
    assert (np.isfinite(journeys.infusion_day) == treated).all()
    assert (journeys.infusion_day[treated] < journeys.death_day[treated]).all()
    assert (journeys.ready_day[treated] < journeys.lost_day[treated]).all()
    assert (journeys.end_day >= journeys.request_day).all()
    assert np.isfinite(journeys.end_day).all()
    ill = np.isin(journeys.ending, (Ending.DIED, Ending.PROGRESSED, Ending.DETERIORATED, Ending.WITHDREW))
    early = ill & ~np.isfinite(journeys.ready_day)
    np.testing.assert_array_equal(journeys.end_day[early], journeys.lost_day[early])


@pytest.mark.parametrize("capacity", CAPACITIES[1:])
def test_slots_and_places_are_never_exceeded(run: Run, capacity: dict[str, Any]) -> None:
    result = run(**capacity)
    starts = result.journeys.start_day[np.isfinite(result.journeys.start_day)]
    if (rate := capacity.get("slots_per_month")) is not None:
        number = starts * rate / DAYS_PER_MONTH
        np.testing.assert_allclose(number, np.round(number), atol=1e-6)
        assert len(np.unique(np.round(number))) == len(starts)
        assert 0.9 < (result.summary.starts_used_share or 0.0) <= 1.0
    if (places := capacity.get("places")) is not None:
        assert 0.5 < (result.summary.rooms_used_share or 0.0) <= 1.0 + 1e-9
        held = result.journeys.held_days / np.maximum(result.journeys.batches, 1)
        first = result.journeys.start_day[:, 0]
        made = np.isfinite(first) & (result.journeys.batches > 0)
        busy = [((first[made] <= day) & (first[made] + held[made] > day + 1e-6)).sum() for day in first[made]]
        assert max(busy) <= places


def test_without_slots_the_days_are_those_of_the_making(study: Study, run: Run) -> None:
    """Nothing is added to and nothing taken from what :func:`make_products` says, re-manufacture included."""
    result = run()
    streams, keys = Streams(1), Keys.of(0, np.arange(1500))
    typical = draw_typical(load_book(), streams, trials=[0], fixed=True)
    cohort = draw_cohort(study.cohort, study.antigen, keys=keys, typical=typical, streams=streams)
    product = make_products(
        study.facility, cohort, dose_cells=study.infusion.dose_cells, decided_day=np.zeros(1500), typical=typical,
        streams=streams,
    )  # fmt: skip
    lead = lead_days(study.infusion, cohort, typical=typical)
    treated = result.journeys.treated
    assert treated.sum() > 1200
    assert product.released[treated].all()
    assert (product.attempts[treated] > 1).any()
    np.testing.assert_allclose(result.journeys.lead_days[treated], (product.ready_day + lead)[treated], rtol=1e-9)
    assert (result.journeys.waited_days == 0).all()
    failed = np.isin(result.journeys.ending, (Ending.FAILED, Ending.OUT_OF_SPECIFICATION))
    np.testing.assert_array_equal(result.journeys.failure[failed], product.failure[failed])
    gone = (result.journeys.end_day - result.journeys.request_day)[failed]
    np.testing.assert_allclose(gone, product.ready_day[failed], rtol=1e-9)


def test_a_narrow_facility_treats_fewer_later(run: Run) -> None:
    free, narrow, narrower = run(), run(slots_per_month=3.0), run(slots_per_month=1.5)
    treated = [result.summary.treated for result in (free, narrow, narrower)]
    assert treated == sorted(treated, reverse=True)
    assert treated[0] > treated[1] + 100 > treated[2] + 200
    waits = [result.summary.lead_days.p50 or 0.0 for result in (free, narrow, narrower)]
    assert waits == sorted(waits)
    dead = [result.summary.dead_within_a_year_share for result in (free, narrow, narrower)]
    assert dead == sorted(dead)
    assert free.summary.on_time_share_of_all > 0.7 > 0.1 > narrow.summary.on_time_share_of_all


def test_failed_batches_ask_again_and_go_first(run: Run) -> None:
    """Under first come a patient keeps his rank: the second slot is the next one that is free."""
    journeys = run(slots_per_month=3.0).journeys
    again = np.isfinite(journeys.start_day[:, 1])
    assert again.sum() > 10
    assert (journeys.start_day[again, 1] >= journeys.result_day[again, 0] - 1e-6).all()
    waited = journeys.start_day[again, 1] - journeys.result_day[again, 0]
    assert np.median(waited) < DAYS_PER_MONTH / 3.0 + 1e-6
    assert np.median(journeys.waited_days) > 2 * np.median(waited)


def test_the_sickest_are_treated_more_often_where_they_go_first(run: Run) -> None:
    sickest, likely = (
        run(slots_per_month=2.5, priority=priority) for priority in ("sickest first", "most likely to complete")
    )
    assert likely.summary.treated > sickest.summary.treated
    start = np.isfinite(sickest.journeys.start_day[:, 0]).sum()
    assert abs(start - np.isfinite(likely.journeys.start_day[:, 0]).sum()) < 0.1 * start


def test_the_same_seed_gives_the_same_patients_whatever_the_capacity(run: Run) -> None:
    free, narrow = run().journeys, run(slots_per_month=3.0).journeys
    for name in ("request_day", "lost_day", "death_day", "decline_day"):
        np.testing.assert_array_equal(getattr(free, name), getattr(narrow, name))
    other = run(seed=2).journeys
    assert (other.request_day != free.request_day).all()


def test_demand_is_the_studys(study: Study, run: Run) -> None:
    assert demand_per_month(study) == pytest.approx(156 * 2 / 3 / 28.2)
    span = np.ptp(run().journeys.request_day) / DAYS_PER_MONTH
    assert 1500 / span == pytest.approx(demand_per_month(study), rel=0.01)
    assert len(run_facility(study, Asked(logged=0)).journeys) == 104


def test_the_log_holds_and_tells_the_way(run: Run) -> None:
    result = run(slots_per_month=3.0)
    assert verify(result.log) == ()
    told: dict[str, list[str]] = {}
    for event in result.log[1:]:
        told.setdefault(event.patient, []).append(event.step)
    assert len(told) == 30
    for number in range(30):
        steps = told[f"SYN-{number:07d}"]
        assert steps[0] == "cells ordered"
        treated = bool(result.journeys.treated[number])
        assert (steps[-1] == "infused") == treated
        if treated:
            order = [
                "slot given",
                "collected",
                "culture started",
                "harvested",
                "tested",
                "released",
                "received",
                "infused",
            ]
            assert [steps.index(step) for step in order] == sorted(steps.index(step) for step in order)
            assert steps.count("culture started") == result.journeys.batches[number]
        else:
            assert "order ended" in steps
            assert "infused" not in steps


def test_the_document_is_plain_and_says_what_is_not_known(run: Run) -> None:
    document = facility_document(run())
    assert document["starts_used_share"] is document["slots"] is document["cost"]["list_price_usd"] is None
    assert document["simulated"] is True
    nobody = facility_document(run(slots_per_month=0.0001, patients=3))
    assert nobody["treated"] == 0
    assert nobody["lead_days"] == {"p50": None, "p90": None, "patients": 0}
    assert nobody["on_time_share"] is nobody["cost"]["per_treated_usd"] is None


def test_tables_have_a_row_per_patient_and_per_step(run: Run) -> None:
    result = run()
    table = patient_table(result)
    assert {len(column) for column in table.values()} == {1500}
    assert (table["ending_words"][table["ending"] == 0] == "treated").all()
    cost = cost_table(result)
    assert cost["total_usd"].sum() == pytest.approx(result.bill.total_usd)


def test_on_time_is_what_is_asked(run: Run) -> None:
    lead = run().journeys.lead_days
    for target in (0.0, 30.0, 1000.0):
        summary = run(target_days=target).summary
        assert summary.on_time_share_of_all == pytest.approx((lead <= target).mean())
    # 7 to the collection, 10 culture, 12 tests, 2 transport, 5 conditioning, and a week
    assert run().summary.target_days == pytest.approx(43.0)


def test_a_process_that_never_works_treats_nobody(study: Study) -> None:
    hopeless = dataclasses.replace(study, facility=dataclasses.replace(study.facility, minimum_viability=1.0))
    result = run_facility(hopeless, Asked(patients=200, slots_per_month=6.0))
    assert result.summary.treated == 0
    assert result.summary.endings["out of specification"] > 100
    assert result.bill.per_treated_usd == float("inf")
    assert result.bill.total_usd > 0


def test_a_late_result_stops_the_infusion(study: Study) -> None:
    """Sterility is known 14 days after the harvest: after the cells arrive (day 10), before they are given (day 15)."""
    early = dataclasses.replace(study.facility, conditional_release=True, release_days=9.0, tests=())
    result = run_facility(dataclasses.replace(study, facility=early), Asked(patients=12_000, logged=0))
    journeys = result.journeys
    recalled = np.isfinite(journeys.ready_day) & (journeys.ending == Ending.OUT_OF_SPECIFICATION)
    assert recalled.sum() > 5
    assert (journeys.end_day[recalled] > journeys.ready_day[recalled]).all()
    assert np.isinf(journeys.infusion_day[recalled]).all()
    kept = dataclasses.replace(early, conditional_release=False)
    plain = run_facility(dataclasses.replace(study, facility=kept), Asked(patients=12_000, logged=0)).journeys
    assert not (np.isfinite(plain.ready_day) & (plain.ending == Ending.OUT_OF_SPECIFICATION)).any()


def test_places_cost_while_they_are_empty(run: Run) -> None:
    count = {}
    for places in (2, 8):
        result = run(places=places)
        starts = result.journeys.start_day[np.isfinite(result.journeys.start_day)]
        harvests = result.journeys.harvest_day[np.isfinite(result.journeys.harvest_day)]
        steps = {step.step: step.count for step in result.bill.steps}
        count[places] = steps["rooms and staff"]
        assert count[places] == pytest.approx(places * (harvests.max() - starts.min()))
    assert count[8] > 3 * count[2]
    free = run()
    steps = {step.step: step.count for step in free.bill.steps}
    assert steps["rooms and staff"] == pytest.approx(free.journeys.held_days.sum() / 0.75)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"patients": 0}, "--patients"),
        ({"patients": 10**7}, "--patients"),
        ({"slots_per_month": -1.0}, "--slots-per-month"),
        ({"slots_per_month": 0.0}, "--slots-per-month"),
        ({"slots_per_month": float("nan")}, "--slots-per-month"),
        ({"slots_per_month": float("inf")}, "--slots-per-month"),
        ({"places": -1}, "--places"),
        ({"places": 0}, "limit nothing"),
        ({"target_days": -1.0}, "--target-days"),
        ({"target_days": float("nan")}, "--target-days"),
    ],
)
def test_options_that_cannot_be_meant_are_refused(study: Study, asked: dict[str, Any], said: str) -> None:
    with pytest.raises(StudyError, match=said):
        run_facility(study, Asked(**asked))


def test_ten_thousand_patients_take_seconds(study: Study) -> None:
    """Asked for: less than 20 seconds; about one on a quiet machine."""
    began = time.perf_counter()
    result = run_facility(study, Asked(patients=10_000, slots_per_month=3.0))
    assert time.perf_counter() - began < 20.0
    assert result.summary.patients == 10_000

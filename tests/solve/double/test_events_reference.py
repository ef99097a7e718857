"""Histories of fifty random patients under random doses, triggers, regimens and scans against a slow reference."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
from event_clinic import CLINIC, clinic_patients
from reference import Reference

from adoptive.solve import Dose, Engine, Ensemble, Events, Gate, Regimen, Scans, Trigger, compile_model

PER_WARD, STOP = 10, 90.0
WARDS = range(5)


@pytest.fixture(scope="module")
def engine(_private_cache: Any) -> Engine:
    return compile_model(CLINIC)


def ward(number: int) -> dict[str, Any]:
    """Draw one ward's declarations; each of its patients has thresholds, days and amounts of his own."""
    rng = np.random.default_rng(100 + number)

    def each(low: float, high: float) -> np.ndarray:
        return rng.uniform(low, high, PER_WARD)

    triggers = (
        Trigger("cytokine", "rescue", each(2.0, 8.0), each(0.5, 3.0), each(0.0, 1.0), each(0.0, 4.0), 3),
        Trigger("cytokine", None, each(1.0, 6.0), maximum=4),
        Trigger("diameters", "transfusion", each(90.0, 250.0), 1.0, each(0.0, 2.0), stops=number % 2 == 0),
    )
    first = Regimen(
        (Dose(0.0, "dose", each(4.0, 9.0)), Dose(3.0, "dose", 2.0), Dose(1.5, "transfusion", 0.5)),
        first_day=each(0.0, 10.0),
        interval_days=each(9.0, 15.0),
        maximum=3,
        gates=(Gate("count", each(0.45, 0.8), above=True), Gate("cytokine", 1.5)),
        hold_days=each(1.0, 3.0),
        longest_hold_days=6.5 if number < 3 else 30.0,
        stop_gates=(Gate("count", each(0.1, 0.3)),),
        on_progression=("nothing", "next cycle", "stop", "nothing", "stop")[number],
    )
    second = Regimen(
        (Dose(0.5, "surgery", each(0.5, 0.95)), Dose(2.0, "dose", each(6.0, 30.0))),
        np.inf,
        maximum=2,
        on_progression="next cycle",
    )
    scans = Scans(
        "diameters",
        each(0.0, 5.0),
        each(9.0, 14.0),
        -0.2,
        0.1,
        1.0,
        "rescue",
        each(0.1, 0.5),
        1 + number % 3,
        number == 3,
    )
    return {"triggers": triggers, "regimens": (first, second), "scans": scans}


def doses(number: int) -> Events:
    rng = np.random.default_rng(215 + number)
    day = np.sort(rng.uniform(0.0, 70.0, (PER_WARD, 4)), axis=1)
    day[rng.random((PER_WARD, 4)).cumsum(axis=1) > 2.5] = np.inf
    kind = rng.choice([0, 2, 3], (PER_WARD, 4), p=[0.6, 0.25, 0.15])
    left = 10.0 ** rng.uniform(-9.0 + 5.0 * (number % 2), -1.0, (PER_WARD, 4))
    amount = np.where(kind == 0, rng.uniform(3.0, 12.0, (PER_WARD, 4)), 1.0 - left)
    return Events(day, kind, amount)


def begins(number: int) -> np.ndarray:
    """Start the last ward's patients late, some after the first days of their scans, doses and cycles."""
    return np.linspace(0.0, 12.0 * (number == 4), PER_WARD)


def history(number: int) -> tuple[dict[str, Any], tuple[Any, ...]]:
    declared, events = ward(number), doses(number)
    parameters, initial = clinic_patients(PER_WARD, 300 + number)
    initial[:4, 1] *= 1e-6 ** (number % 2)  # few enough cells that surgery may leave less than one
    draws = 1.0 - 0.1 ** (number % 2) * np.random.default_rng(400 + number).random((PER_WARD, 1))
    return {**declared, "events": events, "survival_draws": draws}, (parameters, initial)


def run(engine: Engine, number: int, **more: Any) -> Ensemble:
    declared, (parameters, initial) = history(number)
    options: dict[str, Any] = {"start": begins(number), "stop": STOP, "visits": [45.0], "rtol": 1e-9, "atol": 1e-11}
    return engine.run(parameters, initial, **(options | declared | more))


def slow(number: int, i: int) -> Any:
    declared, (parameters, initial) = history(number)
    events, draws = declared.pop("events"), declared.pop("survival_draws")
    real = np.isfinite(events.day[i])
    given = list(zip(events.day[i][real], events.kind[i][real], events.amount[i][real], strict=True))
    options = {"i": i, "start": float(begins(number)[i]), "stop": STOP, "doses": given, "draws": draws[i]}
    return Reference(CLINIC, parameters[i], initial[i], **options, **declared).follow()


def padded(days: list[float], like: Any) -> np.ndarray:
    return np.concatenate([days, np.full(len(like) - len(days), np.inf)])


def assert_same_history(ran: Ensemble, i: int, told: Any) -> None:
    def same(found: Any, expected: Any, name: str) -> None:
        np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-9, err_msg=f"{name} of patient {i}")

    for k, days in enumerate(told.fired):
        assert ran.fired[i, k] == len(days)
        same(ran.fired_day[i, k], padded(days, ran.fired_day[i, k]), f"trigger {k}")
    for r, course in enumerate(told.courses):
        assert (ran.cycles[i, r], ran.holds[i, r]) == (len(course.given), course.holds)
        assert ran.regimen_state[i, r] == course.state
        same(ran.cycle_day[i, r], padded(course.given, ran.cycle_day[i, r]), f"regimen {r}")
    read = told.reading
    assert ran.scans[i] == read.taken
    same(ran.progression_day[i], padded(read.progressions, ran.progression_day[i]), "progression")
    for name in ("baseline", "nadir", "response"):
        found = ran.response_day if name == "response" else getattr(ran, name)
        same(found[i], getattr(read, name), name)
    np.testing.assert_allclose(ran.best_change[i], read.best, atol=1e-6)
    same(ran.stopped_day[i], told.stopped, "stop")
    assert ran.extinct[i].tolist() == told.extinct


@pytest.mark.parametrize("number", WARDS)
def test_histories_agree_with_a_slow_reference(engine: Engine, number: int, record_property: Any) -> None:
    ran = run(engine, number)
    scale = np.array([1.0, 1e3, 1e3, 1.0, 1.0, 1.0])
    assert not ran.failure.any()
    worst, kinds = 0.0, Counter[str]()
    for i in range(PER_WARD):
        told = slow(number, i)
        assert_same_history(ran, i, told)
        worst = max(worst, float((np.abs(ran.final[i] - told.y) / (np.abs(told.y) + 1e-4 * scale)).max()))
        kinds.update(what for _, what in told.log)
    record_property("worst relative difference of final states", worst)
    print(f"ward {number}: worst relative difference of final states {worst:.1e}; {dict(kinds)}")
    assert worst < 1e-5
    if number == 3:
        assert kinds["clone 0 lives"] > 0
        assert kinds["clone 0 dies"] > 0


@pytest.mark.parametrize("solver", ["rodas4", "tsit5"])
def test_other_methods_tell_the_same_history(engine: Engine, solver: str) -> None:
    other = compile_model(CLINIC, solver=solver)
    for number in WARDS:
        one, two = run(engine, number), run(other, number, rtol=1e-10, atol=1e-12)
        for name in ("fired", "scans", "cycles", "holds", "regimen_state", "extinct", "failure"):
            np.testing.assert_array_equal(getattr(two, name), getattr(one, name), err_msg=name)
        for name in ("fired_day", "cycle_day", "progression_day", "response_day", "stopped_day"):
            np.testing.assert_allclose(getattr(two, name), getattr(one, name), rtol=1e-6, err_msg=name)
        np.testing.assert_allclose(two.final, one.final, rtol=1e-5, atol=1e-6)


def test_the_wards_hold_every_kind_of_happening(engine: Engine) -> None:
    runs = [run(engine, number) for number in WARDS]
    assert {int(state) for ran in runs for state in ran.regimen_state.flat} == {0, 1, 2, 3, 4}
    for name in ("stopped_day", "response_day"):
        some = np.concatenate([np.isfinite(getattr(ran, name)) for ran in runs])
        assert some.any(), name
        assert not some.all(), name
    for name, least in (("holds", 50), ("cycles", 100), ("scans", 300), ("fired", 200), ("extinct", 8)):
        assert sum(int(getattr(ran, name).sum()) for ran in runs) >= least, name
    assert sum(np.isfinite(ran.progression_day).sum() for ran in runs) >= 30

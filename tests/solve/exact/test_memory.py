"""The loop writes where it may and nowhere else: every array that it is handed lies between guards."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from event_clinic import CLINIC, clinic_patients

from adoptive.solve import Dose, Events, Gate, Regimen, Scans, Trigger, compile_model
from adoptive.solve import engine as front

GUARD, MARK = 64, 0x7FF7DEADBEEF7FF7  # the mark is a NaN where it is read as a floating number
WRITTEN = ("at_visits", "final", "failure", "steps", "fired_day", "fired", "last_fired", "diary")


def guarded(array: Any) -> tuple[Any, Any]:
    """Return a copy of an array, and the guarded memory it lies in."""
    whole = np.full(array.size + 2 * GUARD, MARK, np.int64)
    inside = whole[GUARD : GUARD + array.size].view(array.dtype).reshape(array.shape)
    inside[...] = array
    return inside, whole


@pytest.mark.parametrize("patients", [1, 3, 17])
@pytest.mark.parametrize("solver", ["rodas5p", "rodas4", "tsit5"])
def test_nothing_outside_its_arrays_is_written_or_used(
    monkeypatch: pytest.MonkeyPatch, solver: str, patients: int
) -> None:
    plain, memory, results = front._integrate, {}, {}

    def watched(sizes: dict[str, int], arrays: dict[str, Any], threads: int) -> None:
        inside = {}
        for name, array in arrays.items():
            inside[name], memory[name] = guarded(array)
        plain(sizes, inside, threads)
        for name in WRITTEN:
            results[name] = inside[name]
            arrays[name][...] = inside[name]
        for name in set(arrays) - set(WRITTEN):
            np.testing.assert_array_equal(inside[name], arrays[name], err_msg=name)

    parameters, initial = clinic_patients(patients, 5)
    days = np.tile([0.0, 3.0, 3.0, 40.0, np.inf], (patients, 1))
    options: dict[str, Any] = {
        "start": 0.0,
        "stop": 40.0,
        "visits": [0.0, 3.0, 39.0, 40.0],
        "record": ("count", "mass", "count"),
        "events": Events(days, np.tile([0, 2, 3, 0, 99], (patients, 1)), np.full(days.shape, 0.9)),
        "triggers": (
            Trigger("count", None, 0.9, maximum=0),
            Trigger("cytokine", "rescue", 0.5, maximum=2),
            Trigger("cytokine", "dose", 1.0, maximum=40),
        ),
        "regimens": (
            Regimen((), 0.0, 1.0, 7),
            Regimen(
                (Dose(0.0, "dose", 4.0), Dose(9.0, "surgery", 0.9)), 1.0, 2.0, 3, (Gate("count", 0.2, above=True),)
            ),
        ),
        "scans": Scans("diameters", 0.0, 1.0, 0.0, -0.5, -1e9, "rescue", maximum=5),
        "survival_draws": np.full((patients, 1), 0.5),
    }
    engine = compile_model(CLINIC, solver=solver)
    expected = engine.run(parameters, initial, **options)
    assert (expected.progression_day < np.inf).all()  # every row of the diary is full
    monkeypatch.setattr(front, "_integrate", watched)
    got = engine.run(parameters, initial, **options, threads=2)
    for name, whole in memory.items():
        assert (whole[:GUARD] == MARK).all(), name
        assert (whole[-GUARD:] == MARK).all(), name
    assert set(results) == set(WRITTEN)
    np.testing.assert_array_equal(got.carry, expected.carry)
    np.testing.assert_array_equal(got.states, expected.states)

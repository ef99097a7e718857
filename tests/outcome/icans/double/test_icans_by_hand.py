"""The consensus written a second time, as plain ifs for one patient, against all combinations of the signs."""

from __future__ import annotations

import itertools

import numpy as np

from adoptive.outcome.toxicity.icans import IcansSigns, grade_icans
from adoptive.outcome.toxicity.types import Consciousness, Motor, Pressure, Seizure


def by_hand(ice: int, consciousness: int, seizure: int, motor: int, pressure: int) -> int:
    if consciousness == Consciousness.UNAROUSABLE or motor == Motor.DEEP_FOCAL_WEAKNESS:
        return 4
    if seizure in (Seizure.PROLONGED, Seizure.REPETITIVE):
        return 4
    if pressure not in (Pressure.NONE, Pressure.HAEMORRHAGE, Pressure.FOCAL_OEDEMA):
        return 4
    if ice < 3 or consciousness == Consciousness.TACTILE or seizure != Seizure.NONE:
        return 3
    if pressure == Pressure.FOCAL_OEDEMA:
        return 3
    if ice < 7 or consciousness == Consciousness.VOICE:
        return 2
    return 1 if ice < 10 or consciousness == Consciousness.DROWSY else 0


def test_all_combinations() -> None:
    rows = list(itertools.product(range(11), Consciousness, Seizure, Motor, Pressure))
    assert len(rows) == 11 * 5 * 5 * 3 * 8
    ice, consciousness, seizure, motor, pressure = np.array(rows).T
    signs = IcansSigns(ice=ice, consciousness=consciousness, seizure=seizure, motor=motor, pressure=pressure)
    assert grade_icans(signs).grade.tolist() == [by_hand(*row) for row in rows]

"""Tocilizumab lowers the interleukin 6 that the signs follow, in those who answer to it and in nobody else."""

from __future__ import annotations

import numpy as np
import pytest

from adoptive.kinetics.observe import il6_effective_pg_ml
from adoptive.kinetics.types import Physiology, Trajectory

V1, KD, BASE = 3.5, 0.2, 4.0


def stand(il6: float, tocilizumab_mg: float, effect: float) -> float:
    """Give effective interleukin 6 of one patient on one day."""
    trajectory = Trajectory(
        day=np.zeros(1),
        names=("IL6", "Toc_c"),
        values=np.array([[[il6, tocilizumab_mg]]]),
        state=np.zeros((1, 0)),
        now=np.zeros(1),
        fired=np.zeros((1, 2), np.int64),
        fired_day=np.full((1, 2, 4), np.inf),
        failure=np.zeros(1, np.int64),
    )
    body = Physiology(("V1_toc", "KD_toc", "b6", "toc_effect"), np.array([[V1, KD, BASE, effect]]), *np.zeros((2, 1, 0)))
    return float(il6_effective_pg_ml(trajectory, body)[0, 0])


def test_without_tocilizumab_it_is_what_is_above_baseline() -> None:
    assert stand(504.0, 0.0, 1.0) == 500.0
    assert stand(3.0, 0.0, 1.0) == 0.0


def test_a_responder_feels_only_what_finds_its_receptor_free() -> None:
    """480 mg in 3.5 L is 137 mg/L, far above the half-occupancy of 0.2 mg/L."""
    level = 480.0 / V1
    assert stand(504.0, 480.0, 1.0) == pytest.approx(max(504.0 * KD / (level + KD) - BASE, 0.0))
    assert stand(504.0, 480.0, 1.0) < 5.0


def test_a_non_responder_feels_no_less_than_before() -> None:
    assert stand(504.0, 480.0, 0.0) == stand(504.0, 0.0, 0.0) == 500.0


def test_more_drug_never_leaves_more() -> None:
    left = [stand(1000.0, mg, 1.0) for mg in (0.0, 0.1, 1.0, 10.0, 800.0)]
    assert left == sorted(left, reverse=True)
    assert left[0] > left[-1]

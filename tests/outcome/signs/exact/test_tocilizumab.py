"""Tocilizumab lowers the interleukin 6 that the signs follow, in those who answer to it and in nobody else."""

from __future__ import annotations

from typing import cast

import numpy as np
import pytest

from adoptive.kinetics.observe import il6_effective_pg_ml
from adoptive.kinetics.types import Physiology, Trajectory

V1, KD, BASE = 3.5, 0.2, 4.0


class OneDay:
    """A patient on one day, as far as this reading asks for him: states of the trajectory, parameters of the body."""

    def __init__(self, values: dict[str, np.ndarray]) -> None:
        self.values = values

    def of(self, name: str) -> np.ndarray:
        return self.values[name]


def stand(il6: float, tocilizumab_mg: float, effect: float) -> float:
    """Give effective interleukin 6 of one patient on one day."""
    states = {"IL6": np.array([[il6]]), "Toc_c": np.array([[tocilizumab_mg]])}
    parameters = {"V1_toc": V1, "KD_toc": KD, "b6": BASE, "toc_effect": effect}
    body = OneDay({name: np.array([value]) for name, value in parameters.items()})
    return float(il6_effective_pg_ml(cast(Trajectory, OneDay(states)), cast(Physiology, body))[0, 0])


def test_without_tocilizumab_it_is_what_is_above_baseline() -> None:
    assert stand(504.0, 0.0, 1.0) == 500.0
    assert stand(3.0, 0.0, 1.0) == 0.0


@pytest.mark.parametrize(
    ("tocilizumab_mg", "felt"),
    [
        (0.7, 248.0),  # 0.7 mg in 3.5 L is the half-occupancy of 0.2 mg/L: half of 504, less the baseline of 4
        (6.3, 46.4),  # nine times the half-occupancy leaves a tenth
        (480.0, 0.0),  # 137 mg/L leaves 0.7 pg/mL, which is below the baseline
    ],
)
def test_a_responder_feels_only_what_finds_its_receptor_free(tocilizumab_mg: float, felt: float) -> None:
    assert stand(504.0, tocilizumab_mg, 1.0) == pytest.approx(felt)


def test_a_non_responder_feels_no_less_than_before() -> None:
    assert stand(504.0, 480.0, 0.0) == stand(504.0, 0.0, 0.0) == 500.0


def test_more_drug_never_leaves_more() -> None:
    left = [stand(1000.0, mg, 1.0) for mg in (0.0, 0.1, 1.0, 10.0, 800.0)]
    assert left == sorted(left, reverse=True)
    assert left[0] > left[-1]

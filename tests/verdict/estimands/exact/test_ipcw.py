"""Weights by hand where the model of switching is saturated; no switch, no weights."""

from __future__ import annotations

import numpy as np
import pytest

from adoptive.tables import TableError
from adoptive.verdict.estimands import Measurements, ipcw, switch_rows
from adoptive.verdict.estimands.ipcw import _cut, _measured
from adoptive.verdict.estimands.rpsft import rpsft
from adoptive.verdict.estimands.types import SwitchRows


def _trial(*, switching: bool = True, patients: int = 400) -> SwitchRows:
    random = np.random.default_rng(11)
    arm, sick = np.arange(patients) % 2 == 0, np.arange(patients) % 4 < 2
    time = random.exponential(8, patients) + 0.5
    switches = ~arm & (random.uniform(size=patients) < np.where(sick, 0.2, 0.6)) & switching
    start = np.where(arm, 0.0, np.where(switches, time * random.uniform(0.1, 0.9, patients), np.inf))
    return switch_rows(time, random.uniform(size=patients) < 0.8, arm, start=start, covariates={"sick": sick})


def test_without_a_switch_it_is_the_unweighted_comparison() -> None:
    rows = _trial(switching=False)
    found = ipcw(rows, after="randomisation", interval=1.0)
    assert (found.weight_least, found.weight_most, found.switches) == (1.0, 1.0, 0)
    assert found.effect.hazard_ratio == pytest.approx(rpsft(rows, recensor=False).itt.hazard_ratio)


def test_one_piece_and_one_group_variable_give_shares() -> None:
    """One piece per control: the chance of a switch is the share of its group, the weight in the middle its root."""
    rows = _trial()
    found = ipcw(rows, after="randomisation", interval=1e4, link="logit", stabilised=False)
    share = [rows.switched[~rows.experimental & (rows.covariates["sick"] == k)].mean() for k in (0, 1)]
    odds = np.log(np.array(share) / (1 - np.array(share)))
    assert found.coefficients == pytest.approx({"constant": odds[0], "sick": odds[1] - odds[0]}, abs=1e-6)
    assert found.weight_least == pytest.approx((1 - min(share)) ** -0.5)
    assert found.weight_most == pytest.approx((1 - max(share)) ** -0.5)
    cut = ipcw(rows, after="randomisation", interval=1e4, link="logit", stabilised=False, truncate=0.6)
    assert cut.weight_most <= found.weight_most


def test_pieces_fill_the_time_without_a_gap() -> None:
    rows = switch_rows([10.0, 9.0, 7.0, 0.0, 3.0], [1, 1, 1, 0, 0], [0, 0, 0, 0, 1], start=[np.inf, 5.5, 6, np.inf, 0],
                       progression=[4.2, 2.0, np.inf, np.inf, np.inf])  # fmt: skip
    pieces = _cut(rows, interval=2.0, after="progression")
    mine = [np.round(pieces.end[pieces.patient == k], 9).tolist() for k in range(4)]
    assert mine == [[2, 4, 4.2, 6.2, 8.2, 10], [2, 4, 5.5], [2, 4, 6], [0]]
    for k in range(3):
        assert pieces.begin[pieces.patient == k][1:].tolist() == pieces.end[pieces.patient == k][:-1].tolist()
    assert pieces.switch[pieces.patient == 1].tolist() == [False, False, True]
    assert pieces.event[pieces.patient == 1].tolist() == [False] * 3
    assert pieces.event[pieces.patient == 0].tolist() == [False] * 5 + [True]
    assert pieces.open[pieces.patient == 0].tolist() == [False] * 3 + [True] * 3
    assert pieces.open[pieces.patient == 2].tolist() == [False] * 3  # his switch came without progression


def test_switches_that_the_model_does_not_expect_are_said() -> None:
    found = ipcw(_trial(), interval=2.0)  # nobody progressed
    assert "without a weight" in found.notes[0]
    assert found.coefficients == {}


def test_all_switches_in_one_piece() -> None:
    """Cells come five weeks after progression or never: the chance is 0 in the other pieces, its share in that one."""
    random = np.random.default_rng(4)
    arm = np.arange(300) % 2 == 0
    progression, time = np.full(300, 70.0), random.uniform(200, 400, 300)
    switches = ~arm & (np.arange(300) % 3 == 0)
    start = np.where(arm, 0.0, np.where(switches, progression + 35, np.inf))
    found = ipcw(switch_rows(time, np.ones(300), arm, start=start, progression=progression), stabilised=False)
    assert found.converged
    assert found.notes == ()
    assert found.weight_least == pytest.approx(1.0, abs=1e-6)
    assert found.weight_most == pytest.approx(1.5, rel=1e-6)  # one of three switched


def test_weights_without_company_are_said() -> None:
    random = np.random.default_rng(4)
    arm, odd = np.arange(400) % 2 == 0, np.arange(400) % 4 == 1
    time = random.exponential(9, 400) + 1
    start = np.where(arm, 0.0, np.where(odd & (np.arange(400) % 200 != 1), 0.5, np.inf))
    found = ipcw(
        switch_rows(time, np.ones(400), arm, start=start, covariates={"odd": odd}),
        after="randomisation",
        interval=0.6,
        stabilised=False,
    )
    assert any("hardly anybody" in note for note in found.notes)


def test_the_last_measurement_counts() -> None:
    rows = switch_rows([6.0, 6.0, 6.0], [1, 1, 1], [0, 0, 1], start=[np.inf, np.inf, 0.0],
                       measurements=Measurements(np.array([1, 0, 0]), np.array([1.0, 4.0, 2.0]),
                                                 {"ecog": np.array([7.0, 2.0, 1.0])}))  # fmt: skip
    pieces = _cut(rows, interval=2.0, after="randomisation")
    found = _measured(rows, pieces)["ecog"]
    assert found[pieces.patient == 0].tolist() == [0, 1, 2]
    assert found[pieces.patient == 1].tolist() == [0, 7, 7]


def test_mistakes_are_said() -> None:
    with pytest.raises(TableError, match="interval"):
        ipcw(_trial(), interval=0.0)
    with pytest.raises(TableError, match="no such patient"):
        switch_rows([1.0, 2.0], [1, 1], [1, 0], start=[0, np.inf],
                    measurements=Measurements(np.array([5]), np.array([0.0]), {"x": np.array([1.0])}))  # fmt: skip

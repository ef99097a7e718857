"""The races' problems: the equations' values, the patients, the legs, and our engine against the tight reference."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from benchmarks.engine import full, problem28
from benchmarks.engine.peers import ours, scipy_lsoda
from benchmarks.engine.peers.text import ARRAY, compiled, function_of, source_of
from benchmarks.engine.problem import Problem, errors, gains
from benchmarks.engine.reference import fingerprint, reference

from adoptive.solve import Values

PATIENTS = 4
WRITTEN_BY_HAND = {
    **{"M": -3.7835416531257815, "E": -4.1790124624974645, "X": -6.721639118291856},
    **{"I0": -8.672124920964237, "I2": -12.144498253431879},
    **{"B00": -0.1991297747421162, "B11": -0.2811977567539827, "B22": -0.37731250000787253},
    **{"IL15": -108.89999999999998, "IL6": 100071.92926829269, "IFN": -158.12049971656117},
    **{"MAC": -3.625304784628562, "L": -36.368276666666674, "P": -6.337807837620541, "T1": -0.1923076923076923},
    **{"CY": -18.9, "FLU": -5.95, "TOC": -0.87},
}
"""Slopes at the state 0.5, 0.75, 1.0, ... and median parameters, from an independent text of the same equations."""


@pytest.fixture(scope="module")
def small() -> Problem:
    return problem28.problem(PATIENTS)


@pytest.fixture(scope="module")
def whole() -> Problem:
    return full.problem(2)


def test_slopes_are_those_of_an_independent_text() -> None:
    median = np.array([value for value, _ in problem28.MEDIAN_AND_SPREAD.values()])
    state = 0.5 + 0.25 * np.arange(28)
    slopes = problem28.derivatives(Values(problem28.STATES, state), Values(problem28.PARAMETERS, median))
    assert tuple(sorted(slopes)) == tuple(sorted(problem28.STATES))
    for name, value in WRITTEN_BY_HAND.items():
        assert slopes[name] == pytest.approx(value, rel=1e-12), name


def test_problem_has_the_stated_size(small: Problem) -> None:
    assert (len(small.model.states), small.parameters.shape, len(small.visits)) == (28, (PATIENTS, 44), 169)
    assert (small.visits[0], small.visits[-1], len(small.dose_day)) == (0.0, 737.0, 5)


def test_patients_do_not_depend_on_how_many_are_drawn(small: Problem) -> None:
    more = problem28.problem(PATIENTS + 3)
    np.testing.assert_array_equal(more.parameters[:PATIENTS], small.parameters)
    np.testing.assert_array_equal(more.initial[:PATIENTS], small.initial)
    np.testing.assert_array_equal(small.take(2, copies=3).initial, np.tile(small.initial[:2], (3, 1)))


@pytest.mark.parametrize("which", ["small", "whole"])
def test_legs_cover_every_visit_once_and_give_every_dose(which: str, request: pytest.FixtureRequest) -> None:
    problem: Problem = request.getfixturevalue(which)
    legs = list(problem.legs())
    assert [leg.begin for leg in legs[1:]] == [leg.end for leg in legs[:-1]]
    assert np.concatenate([leg.places for leg in legs]).tolist() == list(range(1, len(problem.visits)))
    for leg in legs:
        np.testing.assert_array_equal(problem.visits[leg.places], leg.days[: len(leg.places)])
    np.testing.assert_allclose(sum(gains(problem)), problem.jumps.sum(axis=1))
    assert (problem.jumps.sum(axis=2) > 0.0).all()


@pytest.mark.parametrize("which", ["small", pytest.param("whole", marks=pytest.mark.slow)])
def test_the_peers_text_is_the_models_text(which: str, request: pytest.FixtureRequest) -> None:
    problem: Problem = request.getfixturevalue(which)
    names = Values(problem.model.states, problem.initial[0]), Values(problem.model.parameters, problem.parameters[0])
    known = problem.model.rhs(*names)
    wanted = np.array([known[name] for name in problem.model.states])
    plain, scaled, arrays = (np.empty(len(wanted)) for _ in range(3))
    function_of(source_of(problem.model), exp=math.exp, log=math.log)(problem.initial[0], problem.parameters[0], plain)
    text = compiled(source_of(problem.model, scale=problem.scale.tolist()))
    text(problem.initial[0] / problem.scale, problem.parameters[0], scaled)
    by_numpy = function_of(source_of(problem.model, select=ARRAY), exp=np.exp, log=np.log, where=np.where)
    by_numpy(problem.initial[0], problem.parameters[0], arrays)
    for got in (plain, scaled * problem.scale, arrays):
        np.testing.assert_allclose(got, wanted, rtol=1e-9, atol=1e-12 * np.abs(wanted).max())


def test_engine_and_scipy_meet_the_tight_reference(small: Problem, tmp_path: Path) -> None:
    few = small.take(2)
    tight = reference(few, folder=tmp_path)
    np.testing.assert_array_equal(reference(few, folder=tmp_path), tight)
    loose, close = (errors(ours.prepare(few)(rtol), tight, few.scale).max() for rtol in (1e-4, 1e-7))
    by_scipy = errors(scipy_lsoda.prepare(few)(1e-7), tight, few.scale).max()
    print(f"error at rtol 1e-4 {loose:.1e}, at 1e-7 {close:.1e}, scipy at 1e-7 {by_scipy:.1e}")
    assert close < 2e-6 < 1e-5 < loose < 5e-3
    assert by_scipy < 2e-5


def test_reference_follows_the_problem(small: Problem) -> None:
    other = problem28.problem(PATIENTS)
    assert fingerprint(other) == fingerprint(small)
    other.parameters[0, 0] *= 1.001
    assert fingerprint(other) != fingerprint(small)


def test_error_is_the_stated_one() -> None:
    tight = np.array([[[2.0, 0.0], [4.0, 0.0]]])
    states = tight + np.array([[[0.2, 0.0], [0.0, 1e-12]]])
    assert errors(states, tight, np.ones(2))[0] == pytest.approx(max(0.2 / (2.0 + 4e-3), 1e-12 / 1e-9))
    assert np.isinf(errors(np.full_like(tight, np.nan), tight, np.ones(2))[0])

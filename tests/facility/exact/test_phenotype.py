"""Stages of differentiation by division: against the matrix exponential, and the cases that can be done by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm

from adoptive.facility.phenotype import STAGES, Phenotype, differentiate, starting_shares
from adoptive.parameters import Kinds, Typical
from adoptive.streams import Keys, Streams

ONE = Keys.of(0, [0])


def shares_after(start: list[float], divisions: float, rates: tuple[float, float, float]) -> np.ndarray:
    a, b, c = rates
    chain = np.array([[-a, 0, 0, 0], [a, -b, 0, 0], [0, b, -c, 0], [0, 0, c, 0]])
    return np.asarray(expm(chain * divisions) @ np.array(start))


@settings(deadline=None)
@given(
    weights=st.lists(st.floats(0.01, 1.0), min_size=4, max_size=4),
    divisions=st.floats(0.0, 30.0),
    rates=st.tuples(*[st.sampled_from([0.01, 0.06, 0.12, 0.2, 0.5, 1.0])] * 3),
)
def test_shares_are_those_of_the_matrix_exponential(
    published: Callable[..., Typical], weights: list[float], divisions: float, rates: tuple[float, float, float]
) -> None:
    """Equal rates too, where the closed form is a limit: right to a millionth."""
    names = ("naive", "central", "effector_memory")
    typical = published(**{f"facility__drift_{name}": rate for name, rate in zip(names, rates, strict=True)})
    start = [weight / sum(weights) for weight in weights]
    found = differentiate(Phenotype(np.array([start])), np.array([divisions]), keys=ONE, typical=typical)
    np.testing.assert_allclose(found.shares[0], shares_after(start, divisions, rates), atol=2e-6)
    assert found.shares.sum() == pytest.approx(1.0, abs=1e-12)


def test_no_division_changes_nothing(typical: Typical, streams: Streams, keys: Keys) -> None:
    start = starting_shares(Kinds.one(len(keys)), keys=keys, typical=typical, streams=streams)
    same = differentiate(start, np.zeros(len(keys)), keys=keys, typical=typical)
    np.testing.assert_allclose(same.shares, start.shares, atol=1e-15)


def test_after_very_many_divisions_all_are_effectors(typical: Typical) -> None:
    start = starting_shares(Kinds.one(1), keys=ONE, typical=typical)
    last = differentiate(start, np.array([1e3]), keys=ONE, typical=typical)
    np.testing.assert_allclose(last.shares[0], [0, 0, 0, 1], atol=1e-12)
    assert last.stage[0] == pytest.approx(1.0)


def test_the_reference_product_has_a_tenth_of_naive_like_cells(typical: Typical) -> None:
    """With which the kinetics was set: 10 % memory and about 5 % exhausted cells after 13 days."""
    start = starting_shares(Kinds.one(1), keys=ONE, typical=typical)
    made = differentiate(start, typical.at("facility.reference_divisions", ONE), keys=ONE, typical=typical)
    assert made.of("naive-like")[0] == pytest.approx(0.10, abs=0.005)
    exhausted = made.of("effector")[0] * typical.at("facility.exhausted_part", ONE)[0]
    assert exhausted == pytest.approx(0.05, abs=0.01)
    assert made.of("central memory")[0] + made.of("effector memory")[0] > 0.5, "mostly central and effector memory"


def test_the_mean_stage_runs_from_naive_to_effector() -> None:
    assert Phenotype(np.eye(4)).stage.tolist() == pytest.approx([0, 1 / 3, 2 / 3, 1])
    assert [Phenotype(np.eye(4)).of(stage).argmax() for stage in STAGES] == [0, 1, 2, 3]

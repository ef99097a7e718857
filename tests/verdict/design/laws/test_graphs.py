"""Laws of the graphical procedure: it is the closed test of its weighted Bonferroni tests."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtr

from adoptive.errors import StudyError
from adoptive.verdict.design.boundaries import sequential_plan
from adoptive.verdict.design.multiplicity import (
    GraphicalProcedure,
    adjusted_p_values,
    closed_test,
    fallback,
    fixed_sequence,
    graph,
    holm,
    parallel_gatekeeping,
    reject,
    reject_sequentially,
)


def random_graph(random: np.random.Generator) -> GraphicalProcedure:
    size = int(random.integers(2, 6))
    weights = random.dirichlet(np.ones(size)) * random.choice([1.0, 0.8])
    moves = random.dirichlet(np.ones(size), size) * (random.random((size, size)) < 0.7)
    np.fill_diagonal(moves, 0.0)
    if random.random() < 0.4:
        weights[random.integers(0, size)] = 0.0
    return graph(weights, moves)


def test_the_graph_is_the_closed_test() -> None:
    """Random graphs and p-values near the level; both answers agree every time, and so do adjusted p-values."""
    random, both = np.random.default_rng(5), [0, 0]
    for _ in range(120):
        procedure = random_graph(random)
        p = random.beta(0.5, 4.0, len(procedure.names)) * 0.2
        short = reject(procedure, p, alpha=0.05)
        assert short.rejected.tolist() == closed_test(procedure, p, alpha=0.05).tolist()
        assert short.rejected.tolist() == (short.adjusted_p <= 0.05).tolist()
        both[0] += int(short.rejected.sum())
        both[1] += int((~short.rejected).sum())
    assert min(both) > 50


def test_holm_by_hand() -> None:
    random = np.random.default_rng(2)
    for _ in range(50):
        p = random.uniform(0, 0.1, 4)
        order = np.argsort(p)
        by_hand = np.empty(4)
        by_hand[order] = np.minimum(np.maximum.accumulate(p[order] * (4 - np.arange(4))), 1.0)
        np.testing.assert_allclose(adjusted_p_values(holm(4), p), by_hand)


def test_fixed_order_and_fallback() -> None:
    assert reject(fixed_sequence(3), [0.01, 0.2, 0.001], alpha=0.05).rejected.tolist() == [True, False, False]
    assert adjusted_p_values(fixed_sequence(3), [0.01, 0.2, 0.001]).tolist() == [0.01, 0.2, 0.2]
    found = reject(fallback([0.5, 0.5]), [0.03, 0.02], alpha=0.05)
    assert found.rejected.tolist() == [False, True]
    gate = parallel_gatekeeping([0.5, 0.5], 2)
    assert reject(gate, [0.2, 0.2, 0.0, 0.0], alpha=0.05).rejected.tolist() == [False] * 4
    assert reject(gate, [0.02, 0.2, 0.01, 0.5], alpha=0.05).rejected.tolist() == [True, False, True, False]


def test_family_wise_error() -> None:
    """Three true nulls, correlated: never more than the level. Error rate: 4 standard errors of 4,000 trials."""
    random = np.random.default_rng(8)
    shared = random.standard_normal((4000, 1))
    z = 0.6 * shared + 0.8 * random.standard_normal((4000, 3))
    p = ndtr(-z)
    level = 0.1
    procedure = graph([0.5, 0.3, 0.2], [[0, 0.5, 0.5], [1, 0, 0], [0.5, 0.5, 0]])
    wrong = np.mean([(row <= procedure.weights * level).any() for row in p])  # the first step decides
    some = [reject(procedure, row, alpha=level).rejected.any() for row in p[:300]]
    assert some == [(row <= procedure.weights * level).any() for row in p[:300]]
    assert wrong <= level + 4 * np.sqrt(level * (1 - level) / 4000)


def test_looks_use_each_hypothesis_own_spending() -> None:
    """One hypothesis: its bounds. Two: the second's level grows once the first is rejected."""
    t = [0.5, 1.0]
    plan = sequential_plan(t)
    alone = graph([1.0], [[0.0]])
    for shift, look in ((-1e-6, 1), (1e-6, 0)):
        p = [[plan.stage_levels[0] + shift], [0.9]]
        assert reject_sequentially(alone, p, fractions=[t]).look.tolist() == [look]
    half = sequential_plan(t, alpha=0.0125)
    between = (half.stage_levels[1] + plan.stage_levels[1]) / 2.0
    p = [[0.4, 0.4], [1e-6, between]]
    assert reject_sequentially(holm(2), p, fractions=[t, t]).look.tolist() == [2, 2]
    p = [[0.4, 0.4], [0.5, between]]
    assert reject_sequentially(holm(2), p, fractions=[t, t]).look.tolist() == [0, 0]


@pytest.mark.parametrize(
    ("weights", "moves"),
    [([0.7, 0.7], np.zeros((2, 2))), ([0.5, 0.5], [[0.5, 0.5], [1, 0]]), ([0.5], np.zeros((2, 2))), ([-0.1], [[0]])],
)
def test_graphs_that_make_no_sense(weights: list[float], moves: list[list[float]]) -> None:
    with pytest.raises(StudyError):
        graph(weights, moves)

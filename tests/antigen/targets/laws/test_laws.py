"""Laws of targets and gates on made-up random tables: order-free, monotone in harm, rules that read as written."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from made_up import TISSUES, tables

from adoptive.antigen.targets import Expression, Tables, judge_gates, read_rule, score_targets
from adoptive.antigen.targets.rules import Antigen, Joined, Rule, level_of


def _drawn(seed: int) -> Tables:
    draw = np.random.default_rng(seed)
    genes = tuple(f"G{at}" for at in range(40))
    made = [
        Expression(genes, places, np.where(draw.random(size) < 0.05, np.nan, draw.lognormal(2, 2, size)))
        for places in (tuple(f"s{at}" for at in range(15)), TISSUES, ("Fibroblasts", "Club cells", "T-cells"))
        for size in [(40, len(places))]
    ]  # fmt: skip
    return Tables(made[0], made[1], made[2])


def _shuffled(table: Expression, draw: np.random.Generator) -> Expression:
    rows, columns = draw.permutation(len(table.genes)), draw.permutation(len(table.places))
    genes, places = (
        tuple(np.array(names)[order].tolist()) for names, order in ((table.genes, rows), (table.places, columns))
    )
    return Expression(genes, places, table.level[rows][:, columns])


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_genes_samples_tissues_and_cells_changes_nothing(seed: int) -> None:
    given, draw = _drawn(seed), np.random.default_rng(seed + 100)
    assert given.cells is not None
    mixed = replace(
        given,
        tumour=_shuffled(given.tumour, draw),
        normal=_shuffled(given.normal, draw),
        cells=_shuffled(given.cells, draw),
    )
    first, again = score_targets(given), score_targets(mixed)
    for one, other in zip(first, again, strict=True):
        assert replace(one, flags=(), score=None) == replace(other, flags=(), score=None)
        assert set(one.flags) == set(other.flags)
        assert one.score == pytest.approx(other.score)


@pytest.mark.parametrize("seed", range(5))
def test_more_expression_in_normal_tissue_never_raises_a_score(seed: int) -> None:
    """Unless the positive tumours become fewer and stronger, which coverage shows: so all are positive here."""
    given, draw = _drawn(seed), np.random.default_rng(seed)
    given = replace(given, tumour=Expression(given.tumour.genes, ("s",), np.full((40, 1), 1e6)))
    worse = replace(
        given, normal=replace(given.normal, level=given.normal.level + draw.random(given.normal.level.shape) * 9)
    )
    before = {one.name: one for one in score_targets(given)}
    for one in score_targets(worse):
        assert (one.score or 0.0) <= (before[one.name].score or 0.0) + 1e-12
        assert (one.safety_vital or 0.0) >= (before[one.name].safety_vital or 0.0)


@pytest.mark.parametrize("seed", range(5))
def test_gates_lie_between_their_parts(seed: int) -> None:
    given = _drawn(seed)
    targets = score_targets(given)
    names = ("G0", "G1", "G0 AND G1", "G0 OR G1", "G0 AND NOT G1")
    found = {one.gate: one for one in judge_gates([(read_rule(name), "asked") for name in names], given, targets)}
    vital = {name: found[name].safety_vital or 0.0 for name in names}
    cell = {name: found[name].safety_cell or 0.0 for name in names}
    for harm in (vital, cell):
        assert harm["G0 AND G1"] <= min(harm["G0"], harm["G1"])
        assert harm["G0 OR G1"] <= max(harm["G0"], harm["G1"])
        assert harm["G0 AND NOT G1"] <= harm["G0"]


def _any_rule(draw: np.random.Generator, depth: int) -> Rule:
    if depth == 0 or draw.random() < 0.2:
        return Antigen(f"G{draw.integers(5)}")
    how = str(draw.choice(["AND", "OR", "AND NOT"]))
    return Joined(how, _any_rule(draw, depth - 1), _any_rule(draw, depth - 1))


@pytest.mark.parametrize("seed", range(30))
def test_a_rule_that_is_written_reads_as_itself(seed: int) -> None:
    rule = _any_rule(np.random.default_rng(seed), 4)
    again = read_rule(str(rule))
    assert again == rule
    level = np.random.default_rng(seed).lognormal(2, 2, (5, 20))

    def of(name: str) -> np.ndarray:
        return level[int(name[1:])]

    np.testing.assert_array_equal(level_of(again, of, present=10.0), level_of(rule, of, present=10.0))


def test_an_antigen_nobody_expresses_adds_nothing_to_or_and_blocks_nothing() -> None:
    given = tables()
    targets = score_targets(given)
    found = {
        one.gate: one
        for one in judge_gates(
            [(read_rule(t), "asked") for t in ("GOOD", "GOOD OR RARE", "GOOD AND NOT RARE")], given, targets
        )
    }
    assert found["GOOD OR RARE"].coverage == found["GOOD"].coverage
    assert found["GOOD AND NOT RARE"].safety_vital == found["GOOD"].safety_vital

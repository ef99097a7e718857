"""Rules of antigens: reading, truth tables, and gates on made-up tables."""

from __future__ import annotations

import itertools
from math import log2

import numpy as np
import pytest
from made_up import tables

from adoptive.antigen.targets import TargetRules, judge_gates, read_rule, score_targets, search_gates
from adoptive.antigen.targets.rules import antigens_of, blockers_of, kind_of, level_of
from adoptive.errors import StudyError

HIGH, LOW = 50.0, 1.0


@pytest.mark.parametrize(
    ("text", "truth"),
    [
        ("A AND B", lambda a, b, c: a and b),
        ("A OR B", lambda a, b, c: a or b),
        ("A AND NOT B", lambda a, b, c: a and not b),
        ("A OR B AND C", lambda a, b, c: a or (b and c)),
        ("(A OR B) AND C", lambda a, b, c: (a or b) and c),
        ("A AND NOT (B OR C)", lambda a, b, c: a and not (b or c)),
        ("A AND NOT B AND C", lambda a, b, c: (a and not b) and c),
        ("A AND NOT B OR C", lambda a, b, c: (a and not b) or c),
        ("A and (b_x OR C)".replace("b_x", "B"), lambda a, b, c: a and (b or c)),
    ],
)
def test_truth_tables(text: str, truth: object) -> None:
    rule = read_rule(text)
    for a, b, c in itertools.product([False, True], repeat=3):
        levels = {"A": a, "B": b, "C": c}
        level = level_of(rule, lambda name, levels=levels: np.array([HIGH if levels[name] else LOW]), present=10.0)
        assert bool(level[0] >= 10.0) == bool(truth(a, b, c))  # type: ignore[operator]


def test_levels_are_the_lower_the_higher_and_the_first() -> None:
    levels = {"A": np.array([30.0, 5.0, 30.0, np.nan, 30.0]), "B": np.array([20.0, 50.0, 3.0, 1.0, np.nan])}
    given = {
        text: level_of(read_rule(text), levels.__getitem__, present=10.0)
        for text in ("A AND B", "A OR B", "A AND NOT B")
    }
    np.testing.assert_array_equal(given["A AND B"], [20.0, 5.0, 3.0, np.nan, np.nan])
    np.testing.assert_array_equal(given["A OR B"], [30.0, 50.0, 30.0, np.nan, np.nan])
    np.testing.assert_array_equal(given["A AND NOT B"], [0.0, 0.0, 30.0, np.nan, np.nan])


def test_a_rule_is_written_as_it_is_read() -> None:
    rule = read_rule("(MSLN or CLDN18.2) and not HLA-A")
    assert str(rule) == "(MSLN OR CLDN18.2) AND NOT HLA-A"
    assert read_rule(str(rule)) == rule
    assert (antigens_of(rule), blockers_of(rule), kind_of(rule)) == (
        ("MSLN", "CLDN18.2", "HLA-A"), frozenset({"HLA-A"}), "MIXED",
    )  # fmt: skip
    assert (kind_of(read_rule("A")), kind_of(read_rule("A AND B AND C"))) == ("SINGLE", "AND")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "its end at character 1"), ("A AND", "its end at character 6"), ("A B", "B at character 3"),
        ("NOT A", "NOT at character 1"), ("A OR NOT B", "NOT at character 6"), ("(A", "its end at character 3"),
        ("A)", ") at character 2"), ("A & B", "& at character 3"), ("A AND NOT NOT B", "NOT at character 11"),
        ("(" * 60 + "A" + ")" * 60, "( at character 51"),
    ],
)  # fmt: skip
def test_what_is_no_rule_is_refused_with_its_place(text: str, said: str) -> None:
    with pytest.raises(StudyError) as found:
        read_rule(text)
    assert said in str(found.value)


def _judged(text: str) -> dict[str, object]:
    given = tables()
    gate = judge_gates([(read_rule(text), "asked")], given, score_targets(given))[0]
    return {name: getattr(gate, name) for name in gate.__dataclass_fields__}


def test_and_is_worked_out_tumour_by_tumour() -> None:
    """HALF and OTHER are each on half of the tumours, on none together: a minimum of medians would not see it."""
    gate = _judged("HALF AND OTHER")
    assert (gate["coverage"], gate["efficacy"], gate["flags"]) == (0.0, 0.0, ("rare",))


def test_or_covers_what_either_covers() -> None:
    gate = _judged("HALF OR OTHER")
    assert (gate["coverage"], gate["efficacy"], gate["safety_cell"]) == (1.0, 90.0, 31.0)
    assert gate["flags"] == ()


def test_and_is_as_safe_as_its_worst_cell_type_of_the_lower_level() -> None:
    """HEARTY is on heart muscle cells, GOOD is not: together they spare the heart."""
    gate = _judged("HEARTY AND GOOD")
    assert (gate["safety_cell"], gate["worst_cell_type"]) == (1.0, "Proximal enterocytes")
    assert gate["score"] == pytest.approx(log2(101) - log2(2))
    assert gate["flags"] == ("HEARTY: stroma",)


def test_and_not_spares_cells_with_the_blocker() -> None:
    alone, gate = _judged("HEARTY"), _judged("HEARTY AND NOT GUARD")
    assert (alone["safety_vital"], alone["safety_cell"]) == (200.0, 200.0)
    assert (gate["safety_vital"], gate["safety_cell"], gate["coverage"]) == (0.1, 1.0, 1.0)
    assert gate["flags"] == ("HEARTY: stroma",)  # that the blocker is rare in tumours is what is wanted


def test_a_table_of_few_cell_types_does_not_hide_a_vital_tissue() -> None:
    """ERBB2 is in every made-up tissue at 25, on one cell type at 30; HALF is on that cell type."""
    gate = _judged("ERBB2 AND NOT HALF")
    assert (gate["safety_cell"], gate["safety_vital"]) == (0.1, 25.0)
    assert gate["score"] == pytest.approx(log2(901) - log2(26))


def test_the_search_finds_the_blocker_and_keeps_what_gains() -> None:
    given, rules = tables(), TargetRules(search_among=12)
    targets = score_targets(given, rules=rules)
    gates, tried = search_gates(targets, given, asked=[read_rule("GOOD AND HALF")], rules=rules)
    found = {one.gate: one for one in gates}
    assert tried >= 10 * 9 * 2
    assert found["GOOD AND HALF"].origin == "asked"
    assert "HEARTY AND NOT GUARD" in found
    assert "HALF OR OTHER" in found or "OTHER OR HALF" in found
    assert "GOOD OR HALF" not in found  # covers no more than GOOD alone
    assert "GOOD AND NOT HALF" not in found or (found["GOOD AND NOT HALF"].safety_cell or 0) < 7.0
    flagged = [bool(one.flags) for one in gates]
    assert flagged == sorted(flagged)
    assert [one.rank for one in gates] == list(range(1, len(gates) + 1))
    assert len({one.gate for one in gates}) == len(gates)


def test_a_blocker_is_found_outside_the_best_targets() -> None:
    """GUARD is on no tumour and on heart muscle cells: the NOT for HEARTY, though it is no target itself."""
    given, rules = tables(), TargetRules(search_among=3, lineage=("muscle",))
    targets = [one for one in score_targets(given, rules=rules) if one.name in ("HEARTY", "GOOD", "HALF", "GUARD")]
    best = [one.name for one in targets[:3]]
    gates, _ = search_gates(targets, given, rules=rules)
    assert "GUARD" not in best
    assert "HEARTY AND NOT GUARD" in {one.gate for one in gates}


def test_antigens_nobody_scored_are_flagged() -> None:
    given = tables()
    gate = judge_gates([(read_rule("GOOD"), "asked")], given, ())[0]
    assert gate.flags == ("GOOD: not scored",)

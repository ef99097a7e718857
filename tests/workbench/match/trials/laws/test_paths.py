"""Paths say the same as their statement, spare nothing and hold nothing twice."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adoptive.errors import StudyError
from adoptive.trial.eligibility.statements import All, AnyOf, Flag, Gene, Not, Quantity, Statement, normal
from adoptive.workbench.match.trials.paths import paths

ADULT, CHILD = Quantity("age_years", ">=", 18.0), Quantity("age_years", "<", 18.0)
FREE = (Flag("consents"), Flag("pregnant"), Gene("KRAS", ("G12D",), "mutation"), Quantity("ecog", "=", 1.0), ADULT)
LEAVES = st.sampled_from((*FREE, CHILD))
TREES = st.recursive(
    LEAVES,
    lambda part: st.one_of(
        st.lists(part, max_size=4).map(lambda parts: All(tuple(parts))),
        st.lists(part, max_size=4).map(lambda parts: AnyOf(tuple(parts))),
        part.map(Not),
    ),
    max_leaves=14,
)
WORLDS = [dict(zip(FREE, values, strict=True)) for values in product((False, True), repeat=len(FREE))]


def holds(statement: Statement, world: dict[Statement, bool]) -> bool:
    match statement:
        case All(parts):
            return all(holds(part, world) for part in parts)
        case AnyOf(parts):
            return any(holds(part, world) for part in parts)
        case Not(part):
            return not holds(part, world)
        case _ if statement == CHILD:
            return not world[ADULT]
        case _:
            return world[statement]


@given(TREES)
@settings(max_examples=150, deadline=None)
def test_some_path_holds_where_the_statement_does(tree: Statement) -> None:
    found = paths(tree)
    for world in WORLDS:
        assert any(all(holds(leaf, world) for leaf in path) for path in found) is holds(tree, world)


@given(TREES)
@settings(max_examples=100, deadline=None)
def test_no_path_holds_another_or_contradicts_itself(tree: Statement) -> None:
    found = paths(tree)
    assert not any(one < other for one in found for other in found)
    assert len(set(found)) == len(found)
    assert not any(normal(Not(leaf)) in path for path in found for leaf in path)


def test_what_is_always_or_never_true() -> None:
    assert paths(All(())) == (frozenset(),)
    assert paths(AnyOf(())) == ()
    assert paths(All((ADULT, CHILD))) == ()
    assert set(paths(AnyOf((ADULT, Not(ADULT))))) == {frozenset({ADULT}), frozenset({CHILD})}


def test_too_many_paths_are_refused() -> None:
    pairs = tuple(AnyOf((Flag(f"a{number}"), Flag(f"b{number}"))) for number in range(13))
    with pytest.raises(StudyError, match="too many ways"):
        paths(All(pairs))
    assert len(paths(All(pairs[:12]))) == 4096


def test_a_statement_without_end_is_refused() -> None:
    deep: Statement = Flag("consents")
    for _ in range(20_000):
        deep = Not(All((deep,)))
    with pytest.raises(StudyError, match="too deep"):
        paths(deep)

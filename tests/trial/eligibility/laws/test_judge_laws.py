"""Truth in three values: De Morgan, normal forms, what more knowledge may change, and that reasons fit the truth."""

from __future__ import annotations

import dataclasses
import datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from adoptive.trial.eligibility.facts import Facts
from adoptive.trial.eligibility.judge import explain, truth
from adoptive.trial.eligibility.statements import All, AnyOf, Disease, Not, Statement, Truth, Unread, normal
from eligibility_samples import LISTS, NUMBERS, TODAY, leaves, numbers, people, trees

few = settings(max_examples=20, deadline=None)


def denied(value: Truth) -> Truth:
    return None if value is None else not value


@few
@given(trees(), trees(), people())
def test_de_morgan_and_double_denial(one: Statement, two: Statement, facts: Facts) -> None:
    assert truth(Not(All((one, two))), facts) is truth(AnyOf((Not(one), Not(two))), facts)
    assert truth(Not(AnyOf((one, two))), facts) is truth(All((Not(one), Not(two))), facts)
    assert truth(Not(Not(one)), facts) is truth(one, facts)


@few
@given(trees(), people())
def test_normal_keeps_truth(statement: Statement, facts: Facts) -> None:
    assert truth(normal(statement), facts) is truth(statement, facts)
    assert truth(normal(statement, denied=True), facts) is denied(truth(statement, facts))


@few
@given(trees(), people())
def test_reasons_belong_to_the_same_truth(statement: Statement, facts: Facts) -> None:
    found = explain(statement, facts)
    assert found.truth is truth(statement, facts)
    assert len(set(found.because)) == len(found.because)
    assert len(set(found.settle)) == len(found.settle)
    if found.truth is None:
        assert found.settle
        assert found.from_day == ""
        assert not found.recoverable
    if found.from_day:
        assert datetime.date.fromisoformat(found.from_day) > facts.as_of
        assert found.recoverable


def test_nothing_is_true_of_everybody_and_anything_of_nobody() -> None:
    nobody = Facts("synthetic", TODAY)
    assert truth(All(()), nobody) is True
    assert truth(AnyOf(()), nobody) is False


@settings(max_examples=40, deadline=None)
@given(leaves, people(complete=False), st.data())
def test_more_records_never_turn_what_was_decided(leaf: Statement, facts: Facts, data: st.DataObject) -> None:
    """A record that is not newer may make a verdict doubtful, never the contrary.

    Two things are no exceptions but other questions: the current cancer, of which one record is taken for all; and
    rows of one staining, which belong together.
    """
    name = data.draw(st.sampled_from(sorted(LISTS)))
    more: Any = data.draw(LISTS[name])
    if isinstance(leaf, Disease) or (name == "antigens" and any(it.day == more.day for it in facts.antigens)):
        return
    before = truth(leaf, facts)
    after = truth(leaf, dataclasses.replace(facts, **{name: (*getattr(facts, name), more)}))
    newer = name in ("antigens", "alterations") and more.day is not None
    if newer:
        newer = all(it.day is None or more.day > it.day for it in getattr(facts, name) if it.day != more.day)
    assert before is None or after is None or after is before or newer


@few
@given(leaves, people(complete=False), numbers, st.sampled_from(NUMBERS))
def test_an_older_reading_changes_nothing_and_another_of_the_day_never_turns_it(
    leaf: Statement, facts: Facts, more: Any, name: str
) -> None:
    readings = facts.values.get(name, ())
    before = truth(leaf, facts)
    after = truth(leaf, dataclasses.replace(facts, values={**facts.values, name: (*readings, more)}))
    past = [it.day for it in readings if it.day is not None and it.day <= TODAY]
    if more.day is not None and past and more.day < max(past):
        assert after is before
    elif more.day is None or more.day in past:
        assert None in (before, after) or after is before


@few
@given(trees(), people(complete=False))
def test_a_part_that_nobody_read_never_decides_alone(statement: Statement, facts: Facts) -> None:
    before = truth(statement, facts)
    assert truth(All((statement, Unread("words"))), facts) in ((False,) if before is False else (None,))
    assert truth(AnyOf((statement, Unread("words"))), facts) in ((True,) if before is True else (None,))


def test_depth_beyond_bounds_is_not_known() -> None:
    deep: Statement = Unread("words")
    for _ in range(5_000):
        deep = Not(deep)
    assert truth(deep, Facts("synthetic", TODAY)) is None
    assert explain(deep, Facts("synthetic", TODAY)).truth is None

"""The repeat rule and a study's own rules for the next infusion: every condition alone blocks, holds or changes it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adoptive.errors import StudyError
from adoptive.infusion import Decision, Known, Regimen, RegimenRule, decide
from adoptive.parameters import Typical
from adoptive.streams import Keys
from adoptive.trial.types import Study

WELL: dict[str, Any] = {
    "alive": True,
    "fit": True,
    "progressed": False,
    "benefit": True,
    "responded": False,
    "neutrophils_e9_l": 2.0,
    "platelets_e9_l": 150.0,
    "crs_grade": 0,
    "icans_grade": 0,
    "dose_limiting": False,
    "cells_per_ul": 10.0,
    "b_cells": 0.5,
    "antigen_negative": 0.1,
}
SHOWN: dict[str, tuple[dict[str, Any], dict[str, Any], float]] = {
    "progression": ({"progressed": True}, {}, 0.0),
    "response": ({"responded": True}, {}, 0.0),
    "no response": ({}, {"responded": True}, 0.0),
    "CRS grade": ({"crs_grade": 3}, {"crs_grade": 2}, 3.0),
    "ICANS grade": ({"icans_grade": 2}, {"icans_grade": 1}, 2.0),
    "DLT": ({"dose_limiting": True}, {}, 0.0),
    "neutrophils below": ({"neutrophils_e9_l": 0.9}, {"neutrophils_e9_l": 1.0}, 1.0),
    "platelets below": ({"platelets_e9_l": 49.0}, {"platelets_e9_l": 50.0}, 50.0),
    "cells below": ({"cells_per_ul": 0.9}, {"cells_per_ul": 1.0}, 1.0),
    "cells above": ({"cells_per_ul": 1.1}, {"cells_per_ul": 1.0}, 1.0),
    "B cells above": ({"b_cells": 0.2}, {"b_cells": 0.1}, 0.1),
    "antigen-negative above": ({"antigen_negative": 0.6}, {"antigen_negative": 0.5}, 0.5),
}
"""For each signal what shows it, what does not, and the level of the rule."""


def known(patients: int = 1, **changes: Any) -> Known:
    """Know everything of some patients in order, but for the changes."""
    return Known(**{name: np.full(patients, value) for name, value in (WELL | changes).items()})


Ask = Callable[..., Decision]


@pytest.fixture
def ask(typical: Typical) -> Ask:
    """Ask about an infusion: 3 at most, the second unless said, cells left."""

    def decision(regimen: Regimen, number: int = 2, held: int = 0, left: bool = True, **changes: Any) -> Decision:
        holds = np.full((1, len(regimen.rules) + 1), held)
        seen = known(**changes)
        keys = Keys.of(0, [0])
        cells = np.array([left])
        return decide(regimen, seen, number=number, cells_left=cells, holds=holds, keys=keys, typical=typical)

    return decision


def under(study: Study, *rules: RegimenRule, **changes: Any) -> Regimen:
    return dataclasses.replace(study.infusion, rules=rules, **changes)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_patient_in_order_gets_the_next_infusion(study: Study, ask: Ask, number: int) -> None:
    answer = ask(study.infusion, number)
    assert answer.given.all()
    assert answer.depleted.all()
    assert (answer.dose_factor == 1.0).all()
    assert (answer.wait_days == 0.0).all()


@pytest.mark.parametrize(
    "blocked",
    [
        {"alive": False},
        {"fit": False},
        {"progressed": True},
        {"neutrophils_e9_l": 0.99},
        {"platelets_e9_l": 74.9},
        {"left": False},
        {"number": 4},
    ],
    ids=lambda blocked: ", ".join(blocked),
)
def test_each_condition_alone_blocks(study: Study, ask: Ask, blocked: dict[str, Any]) -> None:
    answer = ask(study.infusion, **blocked)
    assert not answer.given.any()
    assert (answer.wait_days == 0.0).all(), "it is over, not put off"


def test_counts_at_the_limit_suffice(study: Study, ask: Ask) -> None:
    assert ask(study.infusion, neutrophils_e9_l=1.0, platelets_e9_l=75.0).given.all()


def test_a_protocol_without_repeats_repeats_nothing(study: Study, ask: Ask) -> None:
    never = dataclasses.replace(study.infusion, repeat_rule="never")
    assert not ask(never, 2).given.any()
    assert ask(never, 1).given.all()


def test_benefit_asks_for_more_than_no_progression(study: Study, ask: Ask) -> None:
    regimen = under(study, repeat_rule="benefit")
    assert ask(regimen).given.all()
    assert not ask(regimen, benefit=False).given.any()
    assert ask(study.infusion, benefit=False).given.all()


def test_with_rules_only_neither_progression_nor_counts_bar(study: Study, ask: Ask) -> None:
    regimen = under(study, repeat_rule="rules only")
    assert ask(regimen, progressed=True, neutrophils_e9_l=0.1, platelets_e9_l=1.0).given.all()
    assert not ask(regimen, fit=False).given.any()
    stop = under(study, RegimenRule("progression", "stop"), repeat_rule="rules only")
    assert not ask(stop, progressed=True).given.any()


@pytest.mark.parametrize("signal", SHOWN)
def test_stop_stops_on_its_signal_and_only_then(study: Study, ask: Ask, signal: str) -> None:
    shown, not_shown, level = SHOWN[signal]
    regimen = under(study, RegimenRule(signal, "stop", level), repeat_rule="rules only")  # type: ignore[arg-type]
    assert not ask(regimen, **shown).given.any()
    assert ask(regimen, **not_shown).given.all()


@pytest.mark.parametrize("signal", SHOWN)
def test_hold_puts_off_and_then_gives_up(study: Study, ask: Ask, signal: str) -> None:
    shown, not_shown, level = SHOWN[signal]
    rule = RegimenRule(signal, "hold", level, hold_days=14.0, at_most=2)  # type: ignore[arg-type]
    regimen = under(study, rule, repeat_rule="rules only")
    first = ask(regimen, **shown)
    assert first.wait_days.tolist() == [14.0]
    assert not first.given.any()
    assert first.holds.tolist() == [[1, 0]]
    over = ask(regimen, held=2, **shown)
    assert over.wait_days.tolist() == [0.0]
    assert not over.given.any()
    assert ask(regimen, **not_shown).given.all()


@pytest.mark.parametrize("signal", SHOWN)
def test_infuse_waits_for_its_signal(study: Study, ask: Ask, signal: str) -> None:
    shown, not_shown, level = SHOWN[signal]
    rule = RegimenRule(signal, "infuse", level, hold_days=30.0, at_most=3)  # type: ignore[arg-type]
    regimen = under(study, rule, repeat_rule="rules only")
    assert ask(regimen, **shown).given.all()
    waits = ask(regimen, **not_shown)
    assert waits.wait_days.tolist() == [30.0]
    assert not waits.given.any()
    assert not ask(regimen, held=3, **not_shown).given.any()
    assert ask(regimen, held=3, **shown).given.all()


def test_one_of_several_signals_releases(study: Study, ask: Ask) -> None:
    rules = (RegimenRule("cells below", "infuse", 1.0), RegimenRule("B cells above", "infuse", 0.1))
    regimen = under(study, *rules, repeat_rule="rules only")
    assert ask(regimen, cells_per_ul=0.5, b_cells=0.0).given.all()
    assert ask(regimen, cells_per_ul=5.0, b_cells=0.2).given.all()
    assert not ask(regimen, cells_per_ul=5.0, b_cells=0.0).given.any()


def test_reduce_and_skip_change_the_infusion_and_do_not_stop_it(study: Study, ask: Ask) -> None:
    rules = (
        RegimenRule("CRS grade", "reduce", 2.0, dose_factor=0.5),
        RegimenRule("CRS grade", "reduce", 3.0, dose_factor=0.1),
        RegimenRule("CRS grade", "skip lymphodepletion", 3.0),
    )
    regimen = under(study, *rules)
    told = [ask(regimen, crs_grade=grade) for grade in (1, 2, 3)]
    assert [float(answer.dose_factor[0]) for answer in told] == [1.0, 0.5, 0.1]
    assert [bool(answer.depleted[0]) for answer in told] == [True, True, False]
    assert all(answer.given.all() for answer in told)


@given(first=st.integers(1, 4), last=st.integers(1, 4), number=st.integers(1, 4))
def test_a_rule_applies_to_the_infusions_that_it_names(
    study: Study, typical: Typical, first: int, last: int, number: int
) -> None:
    if last < first:
        with pytest.raises(StudyError, match="applies to no infusion"):
            RegimenRule("always", "stop", from_infusion=first, to_infusion=last)
        return
    rule = RegimenRule("always", "stop", from_infusion=first, to_infusion=last)
    regimen = under(study, rule, repeat_rule="rules only", max_infusions=4)
    holds, cells = np.zeros((1, 2), np.int64), np.array([True])
    common: dict[str, Any] = {"keys": Keys.of(0, [0]), "typical": typical, "cells_left": cells, "holds": holds}
    assert decide(regimen, known(), number=number, **common).given.all() == (not first <= number <= last)


def test_a_rule_on_a_count_stands_for_the_usual_need(study: Study, ask: Ask) -> None:
    regimen = under(study, RegimenRule("neutrophils below", "hold", 0.5))
    assert ask(regimen, neutrophils_e9_l=0.6).given.all()
    assert ask(regimen, neutrophils_e9_l=0.4).wait_days.tolist() == [7.0]
    assert not ask(regimen, neutrophils_e9_l=0.6, platelets_e9_l=60.0).given.any(), "the other count still counts"


def test_a_stop_outweighs_a_hold(study: Study, ask: Ask) -> None:
    rules = (RegimenRule("neutrophils below", "hold", 1.0), RegimenRule("ICANS grade", "stop", 3.0))
    answer = ask(under(study, *rules), neutrophils_e9_l=0.5, icans_grade=4)
    assert not answer.given.any()
    assert (answer.wait_days == 0.0).all()


@settings(deadline=None, max_examples=40)
@given(
    grades=st.lists(st.integers(0, 4), min_size=2, max_size=6),
    counts=st.lists(st.floats(0.0, 3.0), min_size=6, max_size=6),
)
def test_each_patient_is_asked_for_himself(
    study: Study, typical: Typical, grades: list[int], counts: list[float]
) -> None:
    rules = (RegimenRule("CRS grade", "stop", 3.0), RegimenRule("neutrophils below", "hold", 1.0))
    regimen, many = under(study, *rules), len(grades)
    together = dataclasses.replace(known(many), crs_grade=np.array(grades), neutrophils_e9_l=np.array(counts[:many]))
    common: dict[str, Any] = {"number": 2, "typical": typical}

    def answers(seen: Known) -> list[tuple[Any, ...]]:
        patients, rest = len(seen), {"holds": np.zeros((len(seen), 3), np.int64)}
        cells, keys = np.ones(patients, bool), Keys.of(0, np.arange(patients))
        told = decide(regimen, seen, cells_left=cells, keys=keys, **rest, **common)
        return list(zip(told.given.tolist(), told.wait_days.tolist(), told.holds.tolist(), strict=True))

    alone = [
        answers(Known(**{name: value[[row]] for name, value in together.__dict__.items()}))[0] for row in range(many)
    ]
    assert answers(together) == alone


def test_who_may_meet_a_criterion_later_is_asked_again_and_who_may_not_is_not(study: Study, typical: Typical) -> None:
    admitted = (np.array([True, False, False]), np.array([False, True, False]))
    common: dict[str, Any] = {"keys": Keys.of(0, [0, 1, 2]), "typical": typical, "admitted": admitted, "number": 1}
    cells = np.ones(3, bool)
    told = decide(study.infusion, known(3), cells_left=cells, holds=np.zeros((3, 1), np.int64), **common)
    assert told.given.tolist() == [True, False, False]
    assert told.wait_days.tolist() == [0.0, 7.0, 0.0]
    last = decide(study.infusion, known(3), cells_left=cells, holds=np.full((3, 1), 4), **common)
    assert last.wait_days.tolist() == [0.0, 0.0, 0.0]
    assert last.given.tolist() == [True, False, False]


@pytest.mark.parametrize("level", [0.0, 1.5, 5.0])
def test_a_grade_that_does_not_exist_is_refused(level: float) -> None:
    with pytest.raises(StudyError, match="no such grade"):
        RegimenRule("CRS grade", "stop", level)

"""The reader against the labelled set: at least 95 % of the structures, and no wrong verdict at all."""

from __future__ import annotations

from functools import cache

import pytest

pytest.importorskip("benchmarks.matching", reason="needs the repository beside the package")

from benchmarks.matching.labelled import LABELLED
from benchmarks.matching.patients import synthetic_patients
from benchmarks.matching.sameness import has_unread
from benchmarks.matching.scores import Reading, read_all, score

from adoptive.workbench.match.read.grammar import read_item


@cache
def _readings() -> tuple[Reading, ...]:
    return read_all(LABELLED, synthetic_patients([label.statement for label in LABELLED]), read_item)


def test_structures_are_read_as_labelled() -> None:
    other = [reading.label.text for reading in _readings() if not reading.same]
    assert len(other) <= 0.05 * len(LABELLED), other


def test_no_verdict_is_wrong() -> None:
    assert [(one.label.text, one.statement) for one in _readings() if one.wrong] == []


def test_nobody_is_falsely_eligible() -> None:
    assert score(_readings())[-1].falsely_met == 0


def test_what_is_hard_stays_unread() -> None:
    claimed = [one.label.text for one in _readings() if has_unread(one.label.statement) and one.understood == "whole"]
    assert claimed == []


def test_gates_are_read() -> None:
    other = [one.label.text for one in _readings() if one.gate != one.label.gate]
    assert len(other) <= 0.02 * len(LABELLED), other

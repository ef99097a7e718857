"""Thresholds without a name ("<= 5 x ULN", "90 g/L"): alternatives and repetitions of the one before."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass

from adoptive.trial.eligibility.statements import All, AnyOf, Compare, Not, Quantity, Statement
from adoptive.workbench.match.read.phrases.numbers import COMPARE, NUMBER, compare_of, number_of
from adoptive.workbench.match.read.phrases.units import ULN, UNIT, in_field_unit

__all__ = ["Naked", "find_naked", "named", "repeats"]

_NAKED = re.compile(rf"(?P<number>{NUMBER}) ?(?:(?P<uln>{ULN})|(?P<unit>{UNIT})(?![\w]))", re.IGNORECASE)
_COMPARED = re.compile(rf"(?<![\w])(?P<compare>{COMPARE}) ?\Z", re.IGNORECASE)
_LONGEST = 28
"""Characters of the longest comparison in words."""


@dataclass(frozen=True)
class Naked:
    """Hold a threshold whose field stands elsewhere; ``compare`` None where only a number and a unit are said."""

    compare: Compare | None
    number: float
    unit: str
    times_normal: bool


def find_naked(text: str) -> list[tuple[int, int, Naked]]:
    """Find thresholds with a unit or a multiple of normal in a tidied text."""
    found: list[tuple[int, int, Naked]] = []
    if not any(sign.isdigit() for sign in text):
        return found
    for match in _NAKED.finditer(text):
        number = number_of(match["number"])
        if number is None:
            continue
        before = max(0, match.start() - _LONGEST)
        said = _COMPARED.search(text, before, match.start())
        compare = compare_of(said["compare"]) if said else None
        start = said.start() if said and compare is not None else match.start()
        found.append((start, match.end(), Naked(compare, number, match["unit"] or "", bool(match["uln"]))))
    return found


def _leaves(statement: Statement) -> list[Quantity] | None:
    if isinstance(statement, Quantity):
        return [statement]
    if isinstance(statement, All | AnyOf):
        inner = [_leaves(part) for part in statement.parts]
        return (
            None
            if not inner or any(part is None for part in inner)
            else [leaf for part in inner for leaf in part or ()]
        )
    return None


def _value(naked: Naked, field: str) -> float | None:
    return naked.number if naked.times_normal else in_field_unit(field, naked.number, naked.unit)


def named(naked: Naked, model: Statement, *, any_way: bool = False) -> Statement | None:
    """Give a naked threshold the fields of ``model``, one quantity or several that share their threshold."""
    leaves = _leaves(model)
    if leaves is None or naked.compare is None or len({leaf.compare for leaf in leaves}) > 1:
        return None
    if isinstance(model, Quantity):
        value = _value(naked, model.field)
        if value is None or (naked.compare[0] != model.compare[0] and not any_way):
            return None
        return dataclasses.replace(model, compare=naked.compare, value=value, times_normal=naked.times_normal)
    assert not isinstance(model, Not)
    parts = [named(naked, part) for part in model.parts]  # type: ignore[union-attr]
    if any(part is None for part in parts):
        return None
    return dataclasses.replace(model, parts=tuple(part for part in parts if part is not None))  # type: ignore[arg-type]


def repeats(naked: Naked, model: Statement) -> bool:
    """Say whether a naked threshold only says the one before again in another unit (to 3 %)."""
    leaves = _leaves(model)
    if leaves is None or naked.times_normal or len({leaf.field for leaf in leaves}) != 1:
        return False
    for leaf in leaves:
        value = _value(naked, leaf.field)
        if value is None or leaf.times_normal or abs(value - leaf.value) > 0.03 * abs(leaf.value):
            continue
        if naked.compare is None or naked.compare == leaf.compare:
            return True
    return False

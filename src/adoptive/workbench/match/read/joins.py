"""Joining the things of a list by the words between them: commas, "and", "or"."""

from __future__ import annotations

from typing import Literal

from adoptive.trial.eligibility.statements import (
    All,
    AntigenLevel,
    AnyOf,
    Disease,
    Gene,
    Has,
    HlaAllele,
    Quantity,
    Statement,
    Treated,
)
from adoptive.workbench.match.read.apply import classes, unsure

__all__ = ["Kind", "Unclear", "joined"]

Kind = Literal["inclusion", "exclusion"]


class Unclear(Exception):
    """Say that a list cannot be read for certain."""


def joined(parts: list[Statement], joins: list[str], kind: Kind, text: str) -> Statement:
    """Join parts by the words between them; raises :class:`Unclear` where English leaves it open."""
    if len(parts) == 1:
        return parts[0]
    words = {join.removeprefix(", ") for join in joins}
    if words <= {"or", "comma"} and "or" in words:
        if kind == "inclusion" and "comma" in words and not _alike(parts):
            raise Unclear
        return AnyOf(tuple(parts))
    if words <= {"and", "comma"} and "and" in words:
        return _both_of(parts, kind, text)
    if words == {"comma"}:
        if kind == "inclusion" and not any(_is_open(part) for part in parts):
            return All(tuple(parts))
        if kind == "exclusion" and _alike(parts):
            return AnyOf(tuple(parts))
        raise Unclear
    return _mixed(parts, joins, kind, text)


def _is_open(part: Statement) -> bool:
    """Say whether a part, named alone in a list, does not tell how it is joined."""
    return isinstance(part, Has | Treated | Disease | AntigenLevel | Gene | HlaAllele)


def _alike(parts: list[Statement]) -> bool:
    sorts = {classes(part) for part in parts}
    return len(sorts) == 1 and sorts != {frozenset({Quantity})}


def _both_of(parts: list[Statement], kind: Kind, text: str) -> Statement:
    if kind == "inclusion":
        return All(tuple(parts))
    if len(parts) == 2 and not classes(parts[0]) & classes(parts[1]):
        return All(tuple(parts))
    return unsure(parts, text)


def _mixed(parts: list[Statement], joins: list[str], kind: Kind, text: str) -> Statement:
    """Join "A or B, and C" and "A and B, or C", where the comma tells which binds more weakly."""
    for weak, strong in ((", and", "or"), (", or", "and")):
        if set(joins) == {weak, strong}:
            groups: list[list[Statement]] = [[parts[0]]]
            for join, part in zip(joins, parts[1:], strict=True):
                if join == weak:
                    groups.append([part])
                else:
                    groups[-1].append(part)
            inner = [joined(group, [strong] * (len(group) - 1), kind, text) for group in groups]
            return joined(inner, [weak] * (len(inner) - 1), kind, text)
    raise Unclear

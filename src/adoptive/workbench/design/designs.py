"""From what is varied to whole designs: every combination, or the values walked together, each a checked study."""

from __future__ import annotations

import itertools
import math
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any, Final

import tomli_w

from adoptive.errors import StudyError
from adoptive.trial.types import ARM_SECTIONS, Study
from adoptive.workbench.design.factors import read_value, split_asked
from adoptive.workbench.design.types import Design, Factor, Place, Value, shown
from adoptive.workbench.fields import type_at
from adoptive.workbench.study import dump_study, parse_study

__all__ = ["DEFAULT_DESIGNS", "base_of", "combinations", "designs_of", "kept_by_arms", "study_with"]

DEFAULT_DESIGNS: Final = 200
"""Designs that are simulated without being asked twice."""

SAID: Final = 5
"""Designs that cannot be, of which the reason is told."""


def combinations(factors: Sequence[Factor], *, paired: bool, most: int) -> list[dict[str, Value]]:
    """Give the values of each design: all combinations, the last factor fastest, or the values walked together.

    Raises
    ------
    StudyError
        More designs than ``most``, a field that is varied twice, or lists of different lengths to walk together.
    """
    names = [factor.name for factor in factors]
    places = [factor.place for factor in factors]
    for number, place in enumerate(places):
        if place in places[:number]:
            raise StudyError("this field is varied twice", where="--vary", value=names[number])
    sizes = [len(factor.values) for factor in factors]
    if paired and len(set(sizes)) > 1:
        raise StudyError(
            "to walk together, all need as many values", where="--paired",
            value=", ".join(f"{name}: {size}" for name, size in zip(names, sizes, strict=True)),
        )  # fmt: skip
    count = sizes[0] if paired else math.prod(sizes)
    if count > most:
        raise StudyError(
            "too many designs", where="--vary", value=f"{count:,}", allowed=f"at most {most:,}",
            next_step=f"give fewer values, or --most-designs {count}",
        )  # fmt: skip
    values = [factor.values for factor in factors]
    rows = zip(*values, strict=True) if paired else itertools.product(*values)
    return [dict(zip(names, row, strict=True)) for row in rows]


def designs_of(study: Study, factors: Sequence[Factor], rows: Sequence[Mapping[str, Value]]) -> tuple[Design, ...]:
    """Give the designs as whole studies, each checked like a study file.

    Raises
    ------
    StudyError
        Designs that no study may have; the first few are named with the reason.
    """
    places = {factor.name: factor.place for factor in factors}
    made, mistakes = [], []
    for number, row in enumerate(rows, start=1):
        try:
            made.append(Design(number, dict(row), study_with(study, {places[name]: row[name] for name in row})))
        except StudyError as problem:
            words = ", ".join(f"{name}={shown(value)}" for name, value in row.items())
            mistakes.append((words, problem))
    if len(mistakes) == 1:
        words, only = mistakes[0]
        raise StudyError(
            only.what, where=f"design {words}: {only.where}", value=only.value, allowed=only.allowed,
            next_step=only.next_step,
        )  # fmt: skip
    if mistakes:
        said = "".join(f"\n  - {words}: {mistake}" for words, mistake in mistakes[:SAID])
        more = f"\n  and {len(mistakes) - SAID} more" if len(mistakes) > SAID else ""
        raise StudyError(f"{len(mistakes)} of {len(rows)} designs cannot be{said}{more}", where="--vary")
    return tuple(made)


def study_with(study: Study, values: Mapping[Place, Value]) -> Study:
    """Give the study with other values at some places of its file.

    What an arm has from the study's section changes with it; ``trial.randomised`` of cohorts that screen their own
    patients changes the sizes of the cohorts in proportion.

    Raises
    ------
    StudyError
        No study may be so.
    """
    content = tomllib.loads(dump_study(study))
    for place, value in values.items():
        if place == ("trial", "randomised") and study.trial.allocation != "randomised":
            _resize(content["trial"], int(value))
        _put(content, place, value)
    content["sources"] = dict(study.sources)
    return parse_study(tomli_w.dumps(content), where="study")


def kept_by_arms(study: Study, factors: Sequence[Factor]) -> tuple[str, ...]:
    """Say which arms have a varied field of their own, which the study's does not change."""
    said = []
    for factor in factors:
        if factor.place[0] not in ARM_SECTIONS:
            continue
        usual = _value_at(study, factor.place)
        own = [arm.name for arm in study.trial.arms if _own_value(arm, factor.place, usual) != usual]
        if own:
            said.append(f"{factor.name} changes nothing in {', '.join(own)}, with a value of their own")
    return tuple(said)


def _own_value(arm: Any, place: Place, usual: Any) -> Any:
    return usual if getattr(arm, str(place[0])) is None else _value_at(arm, place)


def _value_at(owner: Any, place: Place) -> Any:
    """Give what stands at a place; nothing where a table is left out or a list is shorter."""
    for step in place:
        if isinstance(step, int):
            owner = owner[step] if owner is not None and step < len(owner) else None
        else:
            owner = getattr(owner, step, None)
    return owner


def base_of(designs: Sequence[Design], factors: Sequence[Factor], asked: str | None) -> int:
    """Find the design to which the others are compared: the first, or the one of a number or of values.

    Raises
    ------
    StudyError
        No design, or more than one, is so.
    """
    if asked is None:
        return 0
    if asked.strip().isdigit():
        chosen = [design for design in designs if design.number == int(asked)]
    else:
        wanted = _values_of(asked, factors)
        chosen = [design for design in designs if all(design.values[name] == value for name, value in wanted.items())]
    if len(chosen) != 1:
        raise StudyError(
            "not one of the designs" if not chosen else f"{len(chosen)} designs are so", where="--base", value=asked,
            allowed=f"a number from 1 to {len(designs)}, or values such as {designs[0].name!r}",
        )  # fmt: skip
    return chosen[0].number - 1


def _values_of(asked: str, factors: Sequence[Factor]) -> dict[str, Value]:
    """Read ``NAME=VALUE,NAME=VALUE``."""
    known, wanted = {factor.name: factor for factor in factors}, dict[str, Value]()
    for part in asked.split(","):
        name, word = split_asked(part, "--base")
        if name not in known:
            raise StudyError("this field is not varied", where="--base", value=name, allowed=", ".join(known))
        place = known[name].place
        in_arm = place[:2] == ("trial", "arms") and len(place) > 4 and place[3] in ARM_SECTIONS
        wanted[name] = read_value(word, type_at(place[3:] if in_arm else place), name)
    return wanted


def _put(content: dict[str, Any], place: Place, value: Value) -> None:
    """Put a value into the tables of a study file; tables on the way are made."""
    inner: Any = content
    for step in place[:-1]:
        inner = inner[step] if isinstance(step, int) else inner.setdefault(step, {})
    inner[place[-1]] = value


def _resize(trial: dict[str, Any], patients: int) -> None:
    """Share patients out among cohorts in proportion to their sizes; the largest remainders round up."""
    sizes = [arm.get("ratio", 1) for arm in trial["arms"]]
    exact = [patients * size / sum(sizes) for size in sizes]
    whole = [math.floor(share) for share in exact]
    order = sorted(range(len(sizes)), key=lambda at: whole[at] - exact[at])
    for at in order[: patients - sum(whole)]:
        whole[at] += 1
    for arm, size in zip(trial["arms"], whole, strict=True):
        arm["ratio"] = size

"""The fields of a study: what keys its file may have, and what each one means."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin, get_type_hints

from adoptive.trial.types import ARM_SECTIONS, Arm, Study
from adoptive.units import In

__all__ = ["Field", "allowed_keys", "fields_of", "in_words", "type_at", "unit_and_limits", "whole_place"]

Place = tuple[str | int, ...]

BOUNDS: Final = {"gt": "more than", "ge": "at least", "lt": "less than", "le": "at most"}
"""The limits that a field may have, in words."""

NOT_GIVEN: Final = "-"
"""Shown for a field that a study leaves out and that has no number of its own then."""


@dataclass(frozen=True)
class Field:
    """Hold one field of a study: dotted name, value, unit, meaning and where the value comes from."""

    name: str
    value: object
    unit: str
    meaning: str
    source: str


@lru_cache(maxsize=64)
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind, include_extras=True)


def _bare(annotation: Any) -> Any:
    """Strip ``Annotated``, and ``None`` from a type that may be left out."""
    kind = get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation
    if _is_union(kind):
        members = [member for member in get_args(kind) if member is not NoneType]
        return _bare(members[0]) if len(members) == 1 else kind
    return kind


def _is_union(kind: Any) -> bool:
    return get_origin(kind) in (Union, UnionType)


def _element(kind: Any) -> Any:
    """Give the type of a tuple's elements, or nothing."""
    return _bare(get_args(kind)[0]) if get_origin(kind) is tuple else NoneType


def type_at(place: Place) -> Any:
    """Give the type that stands at a place of a study file, ``("trial", "arms", 0)``; ``NoneType`` if nothing does.

    A type that may be left out is the type itself; one of several types stays a union.
    """
    kind: Any = Study
    for step in place:
        if isinstance(step, int):
            kind = _element(kind)
        elif dataclasses.is_dataclass(kind) and isinstance(kind, type):
            kind = _bare(_hints(kind).get(step, NoneType))
        else:
            return NoneType
    return kind


def whole_place(place: Place) -> Place:
    """Cut a place where a choice between types begins: what follows names a type, not a key.

    >>> whole_place(("trial", "eligibility", 0, "value", "bool"))
    ('trial', 'eligibility', 0, 'value')
    """
    ends = (end for end in range(len(place)) if _is_union(type_at(place[:end])))
    return place[: next(ends, len(place))]


def in_words(kind: Any) -> str:
    """Say what values a type has.

    >>> in_words(bool | tuple[float, ...])
    'true or false, or a list (of a number)'
    """
    limits = _limits(getattr(kind, "__metadata__", ()))
    kind = _bare(kind)
    if _is_union(kind):
        return ", or ".join(in_words(member) for member in get_args(kind) if member is not NoneType)
    if get_origin(kind) is Literal:
        return ", ".join(repr(choice) for choice in get_args(kind))
    if get_origin(kind) is tuple:
        return f"a list (of {in_words(get_args(kind)[0])})"
    words = {bool: "true or false", int: "a whole number", float: "a number", str: "a text"}.get(kind, "a table")
    bounds = [f"{word} {limits[name]:g}" for name, word in BOUNDS.items() if name in limits]
    return f"{words} ({' and '.join(bounds)})" if bounds else words


def allowed_keys(place: Place) -> tuple[str, ...]:
    """Give the keys that a table of a study file may have.

    >>> allowed_keys(("verdict",))
    ('primary', 'at_months', 'looks')
    """
    kind = type_at(place)
    return tuple(field.name for field in dataclasses.fields(kind)) if dataclasses.is_dataclass(kind) else ()


def unit_and_limits(place: Place) -> tuple[str, dict[str, float]]:
    """Give a field's unit and its limits by kind (``gt ge lt le``).

    >>> unit_and_limits(("antigen", "entry_fraction"))
    ('fraction', {'ge': 0, 'le': 1})
    """
    marks = _marks(_annotation(place))
    unit = next((mark.unit for mark in marks if isinstance(mark, In)), "")
    return unit, _limits(marks)


def _annotation(place: Place) -> Any:
    """Give what is written behind a field's name; an element of a list has the list's element type."""
    if isinstance(place[-1], int):
        return get_args(_bare(_annotation(place[:-1])))[0]
    return _hints(type_at(place[:-1])).get(place[-1]) if allowed_keys(place[:-1]) else None


def _marks(annotation: Any) -> tuple[Any, ...]:
    """Give the marks of a type, also those of a type that may be left out."""
    marks = tuple(getattr(annotation, "__metadata__", ()))
    kind = get_args(annotation)[0] if marks else annotation
    inner = (member for member in get_args(kind) if member is not NoneType) if _is_union(kind) else ()
    return marks + tuple(mark for member in inner for mark in getattr(member, "__metadata__", ()))


def _limits(marks: Iterable[Any]) -> dict[str, float]:
    return {kind: getattr(mark, kind) for mark in marks for kind in BOUNDS if hasattr(mark, kind)}


def fields_of(study: Study) -> Iterator[Field]:
    """Walk all fields of a study in file order, with unit, meaning and source.

    Of an arm's own section only what differs from the study's is shown; tables that are left out are not.
    """
    for name in allowed_keys(()):
        if name != "sources":
            yield from _walk(getattr(study, name), name, _hints(Study)[name], study)


def _walk(value: Any, name: str, annotation: Any, study: Study) -> Iterator[Field]:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        hints = _hints(type(value))
        for inner in dataclasses.fields(value):
            there = f"{name}.{inner.name}"
            if isinstance(value, Arm) and inner.name in ARM_SECTIONS:
                yield from _own(getattr(value, inner.name), there, inner.name, study)
            else:
                yield from _walk(getattr(value, inner.name), there, hints[inner.name], study)
    elif isinstance(value, tuple) and value and dataclasses.is_dataclass(value[0]):
        for number, item in enumerate(value, start=1):
            yield from _walk(item, f"{name}[{number}]", type(item), study)
    elif not (value is None and dataclasses.is_dataclass(_bare(annotation))):
        label = next((extra for extra in getattr(annotation, "__metadata__", ()) if isinstance(extra, In)), In("", ""))
        shown = NOT_GIVEN if value is None else value
        yield Field(name, shown, label.unit, label.meaning, _source(name, study.sources))


def _own(section: Any, name: str, key: str, study: Study) -> Iterator[Field]:
    """Walk what an arm's own section changes."""
    if section is not None:
        usual = {field.name: field.value for field in _walk(getattr(study, key), key, type(section), study)}
        for field in _walk(section, name, type(section), study):
            place = key + field.name[len(name) :]
            if place not in usual or usual[place] != field.value:
                yield field


def _source(name: str, sources: Mapping[str, str]) -> str:
    """Find the source of a field, or of the nearest table above it."""
    candidate = name
    while candidate:
        for key in (candidate, candidate.split("[")[0]):
            if key in sources:
                return sources[key]
        candidate = candidate.rpartition(".")[0]
    return ""

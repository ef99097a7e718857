"""The fields of a study: what keys its file may have, and what each one means."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import NoneType
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from adoptive.trial.types import Study
from adoptive.units import In

__all__ = ["Field", "allowed_keys", "fields_of", "type_at", "unit_and_limits"]


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
    """Strip ``Annotated``."""
    return get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation


def _element(kind: Any) -> Any:
    """Give the type of a tuple's elements, or nothing."""
    return _bare(get_args(kind)[0]) if get_origin(kind) is tuple else NoneType


def type_at(place: tuple[str | int, ...]) -> Any:
    """Give the type that stands at a place of a study file, ``("trial", "arms", 0)``; ``NoneType`` if nothing does."""
    kind: Any = Study
    for step in place:
        if isinstance(step, int):
            kind = _element(kind)
        elif dataclasses.is_dataclass(kind) and isinstance(kind, type):
            kind = _bare(_hints(kind).get(step, NoneType))
        else:
            return NoneType
    return kind


def allowed_keys(place: tuple[str | int, ...]) -> tuple[str, ...]:
    """Give the keys that a table of a study file may have.

    >>> allowed_keys(("verdict",))
    ('primary',)
    """
    kind = type_at(place)
    return tuple(field.name for field in dataclasses.fields(kind)) if dataclasses.is_dataclass(kind) else ()


def unit_and_limits(place: tuple[str | int, ...]) -> tuple[str, dict[str, float]]:
    """Give a field's unit and its limits by kind (``gt ge lt le``).

    >>> unit_and_limits(("antigen", "entry_fraction"))
    ('fraction', {'ge': 0, 'le': 1})
    """
    annotation = _hints(type_at(place[:-1])).get(str(place[-1])) if allowed_keys(place[:-1]) else None
    marks = getattr(annotation, "__metadata__", ())
    unit = next((mark.unit for mark in marks if isinstance(mark, In)), "")
    kinds = ("gt", "ge", "lt", "le")
    return unit, {kind: getattr(mark, kind) for mark in marks for kind in kinds if hasattr(mark, kind)}


def fields_of(study: Study) -> Iterator[Field]:
    """Walk all fields of a study in file order, with unit, meaning and source."""
    for name in allowed_keys(()):
        if name != "sources":
            yield from _walk(getattr(study, name), name, _hints(Study)[name], study.sources)


def _walk(value: Any, name: str, annotation: Any, sources: Mapping[str, str]) -> Iterator[Field]:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        hints = _hints(type(value))
        for inner in dataclasses.fields(value):
            yield from _walk(getattr(value, inner.name), f"{name}.{inner.name}", hints[inner.name], sources)
    elif isinstance(value, tuple) and value and dataclasses.is_dataclass(value[0]):
        for number, item in enumerate(value, start=1):
            yield from _walk(item, f"{name}[{number}]", type(item), sources)
    else:
        label = next((extra for extra in getattr(annotation, "__metadata__", ()) if isinstance(extra, In)), In("", ""))
        yield Field(name, value, label.unit, label.meaning, _source(name, sources))


def _source(name: str, sources: Mapping[str, str]) -> str:
    """Find the source of a field, or of the nearest table above it."""
    candidate = name
    while candidate:
        for key in (candidate, candidate.split("[")[0]):
            if key in sources:
                return sources[key]
        candidate = candidate.rpartition(".")[0]
    return ""

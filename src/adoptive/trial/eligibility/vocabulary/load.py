"""Reads the tables of this folder into one vocabulary, once."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from adoptive.trial.eligibility.vocabulary.spelling import unit_key
from adoptive.trial.eligibility.vocabulary.terms import Field, Term
from adoptive.trial.eligibility.vocabulary.words import Vocabulary, acronym_index, spelt_index

__all__ = ["load_vocabulary"]

_PLAIN = ("in", "also", "acronyms")
_FIELD = (
    "unit",
    "sort",
    "meaning",
    "settled_by",
    "recovers",
    "also",
    "acronyms",
    "units",
    "family",
    "low",
    "high",
    "asked",
)


def _table(name: str) -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath(name).read_text("utf-8"))


@cache
def load_vocabulary() -> Vocabulary:
    """Load the words of eligibility; the same object at each call."""
    fields, families = _table("fields.toml"), _table("units.toml")
    known = {name: _field(name, row, families) for name, row in fields.items()}
    kinds = {kind: _terms(_table(f"{kind}.toml")) for kind in ("diseases", "treatments", "conditions", "antigens")}
    every: dict[str, Any] = {**kinds, "fields": known}
    return Vocabulary(
        fields=MappingProxyType(known),
        kinds=MappingProxyType(kinds),
        _spelt=MappingProxyType({kind: spelt_index(terms) for kind, terms in every.items()}),
        _acronyms=MappingProxyType({kind: acronym_index(terms) for kind, terms in every.items()}),
        _coded=MappingProxyType({kind: _codes(terms) for kind, terms in every.items()}),
        _narrower=MappingProxyType({kind: _closed(terms) for kind, terms in every.items()}),
    )


def _terms(table: Mapping[str, Any]) -> Mapping[str, Term]:
    return MappingProxyType({name: _term(name, row) for name, row in table.items()})


def _term(name: str, row: Mapping[str, Any]) -> Term:
    acronyms = tuple(row.get("acronyms", ()))
    spelt = tuple(row.get("also", ()))
    return Term(
        name=name,
        parents=tuple(row.get("in", ())),
        synonyms=spelt if name in acronyms else (name, *spelt),
        acronyms=acronyms,
        codes=MappingProxyType({system: tuple(codes) for system, codes in row.items() if system not in _PLAIN}),
    )


def _field(name: str, row: Mapping[str, Any], families: Mapping[str, Mapping[str, float]]) -> Field:
    units = {**families.get(row.get("family", ""), {}), **row.get("units", {}), row["unit"]: 1.0}
    return Field(
        name=name,
        unit=row["unit"],
        sort=row["sort"],
        meaning=row["meaning"],
        settled_by=row["settled_by"],
        recovers=row["recovers"],
        synonyms=tuple(row.get("also", ())),
        acronyms=tuple(row.get("acronyms", ())),
        codes=MappingProxyType({system: tuple(codes) for system, codes in row.items() if system not in _FIELD}),
        units=MappingProxyType({unit_key(unit): float(factor) for unit, factor in units.items()}),
        low=row.get("low"),
        high=row.get("high"),
        asked=tuple(row["asked"]) if "asked" in row else None,
    )


def _codes(terms: Mapping[str, Any]) -> Mapping[str, str]:
    return MappingProxyType(
        {
            f"{system}:{code.upper()}": name
            for name, term in terms.items()
            for system, codes in term.codes.items()
            for code in codes
        }
    )


def _closed(terms: Mapping[str, Any]) -> Mapping[str, frozenset[str]]:
    """Close the tree: each name with all names below it."""
    below: dict[str, set[str]] = {name: {name} for name in terms}
    for name in terms:
        waiting, seen = [name], {name}
        while waiting:
            for parent in terms[waiting.pop()].parents:
                below[parent].add(name)
                if parent not in seen:
                    seen.add(parent)
                    waiting.append(parent)
    return MappingProxyType({name: frozenset(names) for name, names in below.items()})

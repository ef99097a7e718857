"""The laboratory terms of CTCAE: found by name (either spelling) or by the code of a test, for a version.

The limits stand in ``terms.toml`` beside this file, in words that can be read aloud; this module only reads them.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final, Literal

from adoptive.errors import StudyError
from adoptive.outcome.laboratory.criteria import Clause, read_clauses
from adoptive.outcome.laboratory.units import Unit, unit_of

__all__ = ["VERSIONS", "Rule", "Term", "TermPair", "all_terms", "find_term", "terms_of"]

Direction = Literal["low", "high"]

VERSIONS: Final = ("4.03", "5.0", "6.0")
"""CTCAE versions that can be graded."""


@dataclass(frozen=True)
class Rule:
    """Hold the criteria of a term in one unit (empty: whatever unit value, limits and baseline share)."""

    unit: str
    kind: str
    size: float
    grades: tuple[tuple[int, tuple[Clause, ...]], ...]
    """Worst grade first."""
    needs: frozenset[str]
    ungraded: tuple[Clause, ...]


@dataclass(frozen=True)
class Term:
    """Hold a laboratory term of one CTCAE version."""

    name: str
    sign: str
    direction: Direction
    version: str
    tests: tuple[str, ...]
    measured: tuple[str, ...]
    valence: int
    note: str
    rules: tuple[Rule, ...]

    def is_of(self, test: str) -> bool:
        """Say whether a code or the name of a test is this term's."""
        return test.strip().upper() in self.tests or _plain(test) == _plain(self.sign)

    def rule_for(self, unit: str) -> tuple[Rule, float] | None:
        """Give the rule for a unit, and the factor that brings a value into it; ``None`` where the unit does not fit.

        Counts of cells are converted from any unit of counting, and mEq/L by the valence. Any other unit must be one
        in which the term has limits: a value in grams where milligrams are usual is refused, for it is likelier wrong.
        """
        text = unit.strip()
        if not self.rules[0].unit:
            fits = not text or any(unit_of(text, kind) is not None for kind in self.measured)
            return (self.rules[0], 1.0) if fits else None
        for rule in self.rules:
            read = unit_of(text, rule.kind)
            if read is not None and (rule.kind == "count" or _same(read.size, rule.size)):
                return rule, 1.0 if _same(read.size, rule.size) else read.size / rule.size
            charge = unit_of(text, "equivalent") if self.valence and rule.kind == "substance" else None
            if charge is not None and _same(charge.size, rule.size):
                return rule, 1.0 / self.valence
        return None


def _same(one: float, other: float) -> bool:
    return abs(one / other - 1.0) < 1e-9


@dataclass(frozen=True)
class TermPair:
    """Hold the terms of a test: for values that are too low and for values that are too high."""

    low: str | None
    high: str | None


@lru_cache(maxsize=1)
def _table() -> tuple[Mapping[str, Any], ...]:
    text = files("adoptive.outcome.laboratory").joinpath("terms.toml").read_text("utf-8")
    return tuple(tomllib.loads(text)["term"])


@lru_cache(maxsize=len(VERSIONS))
def all_terms(version: str = "5.0") -> tuple[Term, ...]:
    """Give every laboratory term of a version.

    Raises
    ------
    StudyError
        If the version is unknown.

    >>> len(all_terms("5.0"))
    40
    """
    if version not in VERSIONS:
        raise StudyError("unknown CTCAE version", value=version, allowed=", ".join(VERSIONS))
    terms = [_read_term(row, version) for row in _table()]
    return tuple(term for term in terms if term.rules)


def _read_term(row: Mapping[str, Any], version: str) -> Term:
    rules = tuple(_read_rule(rule) for rule in row["rules"] if version in rule.get("versions", VERSIONS))
    return Term(
        name=row.get("renamed", {}).get(version, row["name"]),
        sign=row["sign"],
        direction=row["direction"],
        version=version,
        tests=tuple(row["tests"]),
        measured=tuple(row.get("measured", ())),
        valence=row.get("valence", 0),
        note=row.get("note", ""),
        rules=rules,
    )


def _read_rule(row: Mapping[str, Any]) -> Rule:
    unit = row.get("unit", "")
    read = unit_of(unit) if unit else Unit("", 1.0)
    assert read is not None, unit  # the table is ours
    grades = sorted(((int(grade), read_clauses(text)) for grade, text in row["grades"].items()), reverse=True)
    needs = frozenset(row.get("needs", ()))
    return Rule(
        unit, read.kind, read.size, tuple(grades), needs, read_clauses(row["ungraded"]) if "ungraded" in row else ()
    )


_SPELLING: Final = re.compile(r"ae(?=m)|leuco|ionised|\s+")
_AMERICAN: Final = {"ae": "e", "leuco": "leuko", "ionised": "ionized"}


def _plain(name: str) -> str:
    """Bring a name to one spelling: case, spaces, American and British.

    >>> _plain(" Hypocalcaemia  (ionised) ") == _plain("Hypocalcemia (Ionized)")
    True
    """
    return _SPELLING.sub(lambda found: _AMERICAN.get(found[0], " "), name.strip().casefold())


@lru_cache(maxsize=len(VERSIONS))
def _by_name(version: str) -> Mapping[str, Term]:
    found = {_plain(term.name): term for term in all_terms(version)}
    for row in _table():
        term = found.get(_plain(row.get("renamed", {}).get(version, row["name"])))
        if term is not None:  # a term that a version renamed is found by both names
            found |= {_plain(name): term for name in (row["name"], *row.get("renamed", {}).values())}
    return found


def find_term(name: str, *, version: str = "5.0") -> Term | None:
    """Find a term by its CTCAE name, in American or British spelling and any case; ``None`` where there is none.

    >>> find_term("anaemia").name
    'Anemia'
    >>> find_term("Platelet count decreased", version="6.0").name
    'Thrombocytopenia'
    """
    all_terms(version)
    return _by_name(version).get(_plain(name))


_CODE: Final = 8  # codes of tests have up to eight characters; what is longer is a name of the test


def terms_of(test_code: str, *, version: str = "5.0") -> TermPair:
    """Give the terms of a laboratory test by its code (CDISC submission values: ALT, HGB, NEUT, PLAT, K, SODIUM ...).

    Raises
    ------
    StudyError
        If no term of the version is known for the code.

    >>> terms_of("K")
    TermPair(low='Hypokalemia', high='Hyperkalemia')
    >>> terms_of("PLAT", version="6.0")
    TermPair(low='Thrombocytopenia', high=None)
    """
    found = {term.direction: term.name for term in all_terms(version) if term.is_of(test_code)}
    if not found:
        known = sorted({test for term in all_terms(version) for test in term.tests if len(test) <= _CODE})
        raise StudyError(f"no CTCAE {version} term for this test", value=test_code, allowed=", ".join(known))
    return TermPair(found.get("low"), found.get("high"))

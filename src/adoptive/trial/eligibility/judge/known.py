"""What is known of one patient, put in order once: readings by field, records by the names that are asked."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, TypeVar

from adoptive.trial.eligibility.facts import Alteration, AntigenTest, Fact, Facts
from adoptive.trial.eligibility.judge.derived import derived
from adoptive.trial.eligibility.judge.kinship import Kind, broader_names, kin_of
from adoptive.trial.eligibility.judge.spans import Span, span_of_condition, span_of_diagnosis, span_of_therapy
from adoptive.trial.eligibility.statements import Leaf, Truth

__all__ = ["Known", "Reading", "Register", "gene_name"]

Asked = tuple[tuple[Any, Span, Truth], ...]
Row = TypeVar("Row")

_KEPT: Final = "_ordered_for_the_judge"
_NOTHING_SAID: Final = frozenset({"", "unknown", "not known", "undetermined", "other"})
_SEXES: Final = frozenset({"female", "male"})
_SAME_GENE: Final = {
    "HER2": "ERBB2",
    "HER-2": "ERBB2",
    "DMMR": "MSI-H",
    "B-RAF": "BRAF",
    "K-RAS": "KRAS",
    "N-RAS": "NRAS",
}
_GROW: Final = {"age_years": 365.25, "live_vaccine_weeks": 7.0}


class Reading(NamedTuple):
    """Hold a fact as a range of numbers (``low`` None: no number) and its age in days (None: without a day)."""

    fact: Fact
    low: float | None
    high: float
    low_open: bool = False
    high_open: bool = False
    age: int | None = None


class Register:
    """Hold the records of one list, each with its span of days, to be found by the names that are asked."""

    def __init__(self, kind: Kind, records: Iterable[tuple[Any, tuple[str, ...], Span]]) -> None:
        self._kind = kind
        self._records = tuple((record, span, kin_of(kind, names)) for record, names, span in records)
        self.records: tuple[Any, ...] = tuple(record for record, _, _ in self._records)
        self._asked: dict[tuple[str, ...], Asked] = {}

    def asked(self, names: tuple[str, ...]) -> Asked:
        """Give the records that are (True) or perhaps are (None) one of some names; no names: all records."""
        if names not in self._asked:
            self._asked[names] = tuple(self._found(names))
        return self._asked[names]

    def speaks_of(self, names: tuple[str, ...]) -> bool:
        """Say whether the vocabulary has all names, so that their absence from a complete list is an answer."""
        terms = broader_names(self._kind)
        return all(name in terms for name in names)

    def _found(self, names: tuple[str, ...]) -> Iterable[tuple[Any, Span, Truth]]:
        terms = broader_names(self._kind)
        for record, span, kin in self._records:
            each = [kin.is_one(name) if name in terms or name in kin.surely else None for name in names]
            if not names or True in each:
                yield record, span, True
            elif None in each:
                yield record, span, None


@dataclass(frozen=True)
class Known:
    """Hold what is known of one patient, ready for questions."""

    facts: Facts
    readings: Mapping[str, tuple[Reading, ...]]
    diagnoses: Register
    therapies: Register
    conditions: Register
    antigens: Mapping[str, tuple[AntigenTest, ...]]
    alterations: Mapping[str, tuple[Alteration, ...]]
    weighed: dict[Leaf, Truth] = field(default_factory=dict, compare=False, repr=False)
    """Truths of leaves that were asked before, as trials ask the same again and again."""

    @classmethod
    def of(cls, facts: Facts) -> Known:
        """Put a patient's facts in order: done once, and kept with the facts as long as they live."""
        kept: Known | None = vars(facts).get(_KEPT)
        if kept is None:
            kept = vars(facts)[_KEPT] = _ordered(facts)
        return kept

    def days_since(self, day: datetime.date | None) -> int | None:
        """Count the days from a day to the day of judgement, None without a day."""
        return None if day is None else (self.facts.as_of - day).days


def gene_name(name: str) -> str:
    """Give a gene's name as it is looked up: upper case, one of several names of the same."""
    plain = name.strip().upper()
    return _SAME_GENE.get(plain, plain)


def _ordered(facts: Facts) -> Known:
    day = facts.as_of
    therapies = Register("treatments", ((it, (it.name,), span_of_therapy(it, day)) for it in facts.therapies))
    by_field = {name: list(values) for name, values in facts.values.items()}
    for name, fact in derived(facts, systemic=therapies.asked(("systemic therapy",))):
        by_field.setdefault(name, []).append(fact)
    cancers = (
        (it, (it.name, it.histology) if it.histology else (it.name,), span_of_diagnosis(it, day))
        for it in facts.diagnoses
    )
    return Known(
        facts=facts,
        readings={name: found for name, values in by_field.items() if (found := _newest(name, values, day))},
        diagnoses=Register("diseases", cancers),
        therapies=therapies,
        conditions=Register("conditions", ((it, (it.name,), span_of_condition(it, day)) for it in facts.conditions)),
        antigens=_by(facts.antigens, lambda test: test.target),
        alterations=_by(facts.alterations, lambda test: gene_name(test.gene)),
    )


def _by(rows: Iterable[Row], key: Callable[[Row], str]) -> Mapping[str, tuple[Row, ...]]:
    found: dict[str, tuple[Row, ...]] = {}
    for row in rows:
        found[key(row)] = (*found.get(key(row), ()), row)
    return found


def _newest(name: str, values: Sequence[Fact], as_of: datetime.date) -> tuple[Reading, ...]:
    """Give the readings that may be the newest: those of the latest day, and those without a day."""
    readings = [reading for fact in values if (reading := _reading(name, fact, as_of)) is not None]
    latest = min((reading.age for reading in readings if reading.age is not None), default=None)
    return tuple(reading for reading in readings if reading.age is None or reading.age == latest)


def _reading(name: str, fact: Fact, as_of: datetime.date) -> Reading | None:
    """Read a fact; None where it says nothing: no number, "unknown", or a day that has not come."""
    age = None if fact.day is None else (as_of - fact.day).days
    if age is not None and age < 0:
        return None
    value = fact.value
    if isinstance(value, str):
        said = value.strip().lower()
        silent = said not in _SEXES if name == "sex" else said in _NOTHING_SAID
        return None if silent else Reading(fact, None, 0.0, age=age)
    if isinstance(value, bool):
        return Reading(fact, None, 0.0, age=age)
    try:
        ends = float(value), float(value if fact.until is None else fact.until)
    except OverflowError:
        return None
    if math.isnan(ends[0]) or math.isnan(ends[1]):
        return None
    low, high = min(ends), max(ends)
    if fact.censored:
        below = fact.censored == "<"
        return Reading(fact, -math.inf if below else low, high if below else math.inf, not below, below, age)
    if name in _GROW and age:
        low, high = _grown(name, low, high, age)
    return Reading(fact, low, high, age=age)


def _grown(name: str, low: float, high: float, age: int) -> tuple[float, float]:
    """Let an age, or weeks since a vaccine, grow from the day of the record; an age is in completed years."""
    more = age / _GROW[name]
    if name == "age_years":
        return low + math.floor(more), high + math.ceil(more)
    return low + more, high + more

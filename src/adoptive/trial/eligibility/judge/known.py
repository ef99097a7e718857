"""What is known of one patient, put in order once: readings by field, records by name, days by span."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from adoptive.trial.eligibility.facts import Alteration, AntigenTest, Condition, Diagnosis, Fact, Facts, Therapy
from adoptive.trial.eligibility.judge.derived import derived
from adoptive.trial.eligibility.judge.kinship import Kind, broader_names, kin_of
from adoptive.trial.eligibility.judge.spans import Span, span_of_condition, span_of_therapy
from adoptive.trial.eligibility.statements import Truth

__all__ = ["Known", "Reading", "Register"]

_KEPT: Final = "_known_to_the_judge"
_NOTHING_SAID: Final = frozenset({"", "unknown", "not known", "other", "undetermined"})


class Reading(NamedTuple):
    """Hold a fact as a range of numbers (``low`` None: not a number) and its age in days (None: without a day)."""

    fact: Fact
    low: float | None
    high: float
    low_open: bool
    high_open: bool
    age: int | None


class Register:
    """Hold the records of one list, to be found by names that are asked; each with its span of days."""

    def __init__(self, kind: Kind, records: Iterable[tuple[Any, tuple[str, ...], Span]]) -> None:
        self._kind = kind
        self._records = tuple((record, span, kin_of(kind, names)) for record, names, span in records)
        self._asked: dict[tuple[str, ...], tuple[tuple[Any, Span, Truth], ...]] = {}

    @property
    def records(self) -> tuple[Any, ...]:
        """Give all records."""
        return tuple(record for record, _, _ in self._records)

    def asked(self, names: tuple[str, ...]) -> tuple[tuple[Any, Span, Truth], ...]:
        """Give the records that are (True) or perhaps are (None) one of some names; no names: all records."""
        if names not in self._asked:
            self._asked[names] = tuple(self._found(names))
        return self._asked[names]

    def speaks_of(self, names: tuple[str, ...]) -> bool:
        """Say whether the vocabulary has all names, so that a complete list without them is an answer."""
        return all(name in broader_names(self._kind) for name in names)

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

    @classmethod
    def of(cls, facts: Facts) -> Known:
        """Put a patient's facts in order; done once, and kept with the facts as long as they live."""
        kept: Known | None = vars(facts).get(_KEPT)
        if kept is None:
            kept = vars(facts)[_KEPT] = _ordered(facts)
        return kept


def _ordered(facts: Facts) -> Known:
    day = facts.as_of
    therapies = Register("treatments", ((it, (it.name,), span_of_therapy(it, day)) for it in facts.therapies))
    of_field = {name: list(values) for name, values in facts.values.items()}
    for name, fact in derived(facts, systemic=therapies.asked(("systemic therapy",))):
        of_field.setdefault(name, []).append(fact)
    return Known(
        facts=facts,
        readings={name: found for name, values in of_field.items() if (found := _newest(name, values, day))},
        diagnoses=Register("diagnoses", ()),
        therapies=therapies,
        conditions=Register("conditions", ((it, (it.name,), span_of_condition(it, day)) for it in facts.conditions)),
        antigens=_by(facts.antigens, lambda test: test.target),
        alterations=_by(facts.alterations, lambda test: test.gene),
    )

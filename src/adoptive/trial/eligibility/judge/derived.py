"""What follows from other facts of the patient: lines from the treatments, body measures, what the sex rules out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from adoptive.trial.eligibility.facts import Fact, Facts, Therapy
from adoptive.trial.eligibility.judge.spans import Span
from adoptive.trial.eligibility.statements import Truth

__all__ = ["derived"]

_OF_WOMEN: Final = ("pregnant", "childbearing_potential", "breastfeeding")
_NOT_A_LINE: Final = ("neoadjuvant", "adjuvant", "bridging")

Given = tuple[Therapy, Span, Truth]


def derived(facts: Facts, *, systemic: Iterable[Given]) -> Iterator[tuple[str, Fact]]:
    """Yield facts that follow from others, by field, each with the day of what it follows from.

    Arguments: ``systemic`` the patient's treatments that are, or may be, systemic. A man is not pregnant; who cannot
    become pregnant is not; measurable lesions make disease measurable, and measurable disease can be assessed; body
    mass index and surface follow from weight and height (Mosteller, 10.1056/NEJM198710223171717); lines from the
    treatments.
    """
    values = facts.values
    for fact in values.get("sex", ()):
        if str(fact.value).strip().lower() == "male":
            yield from ((name, _follows(fact, False, "the sex on record")) for name in _OF_WOMEN)
    for fact in values.get("childbearing_potential", ()):
        if fact.value is False:
            yield "pregnant", _follows(fact, False, "no childbearing potential")
    yield from _of_disease(values)
    yield from _of_body(values)
    yield from _of_lines(facts, tuple(systemic))


def _follows(fact: Fact, value: bool | float, said: str, *, until: float | None = None) -> Fact:
    return Fact(value, day=fact.day, source=f"from {said}" + (f", {fact.source}" if fact.source else ""), until=until)


def _of_disease(values: Mapping[str, tuple[Fact, ...]]) -> Iterator[tuple[str, Fact]]:
    for fact in values.get("lesions", ()):
        if _exact(fact):
            yield "measurable_disease", _follows(fact, float(fact.value) >= 1, "the number of lesions")
            if float(fact.value) >= 1:
                yield "evaluable_disease", _follows(fact, True, "the number of lesions")
    for fact in values.get("measurable_disease", ()):
        if fact.value is True:
            yield "evaluable_disease", _follows(fact, True, "measurable disease")
            yield "lesions", _follows(fact, 1.0, "measurable disease", until=math.inf)
        elif fact.value is False:
            yield "lesions", _follows(fact, 0.0, "no measurable disease")


def _exact(fact: Fact) -> bool:
    if isinstance(fact.value, bool | str) or fact.censored or fact.until is not None:
        return False
    return 0 <= fact.value < 1e6


def _of_body(values: Mapping[str, tuple[Fact, ...]]) -> Iterator[tuple[str, Fact]]:
    heights = [fact for fact in values.get("height_cm", ()) if _exact(fact) and float(fact.value) > 0]
    if not heights:
        return
    height = float(heights[0].value)
    for fact in values.get("weight_kg", ()):
        if _exact(fact):
            weight = float(fact.value)
            yield "bmi_kg_m2", _follows(fact, weight / (height / 100) ** 2, "weight and height")
            yield "bsa_m2", _follows(fact, math.sqrt(height * weight / 3600), "weight and height")


def _of_lines(facts: Facts, systemic: tuple[Given, ...]) -> Iterator[tuple[str, Fact]]:
    """Yield the lines of treatment: at least the highest line on record; exactly that if the list is complete."""
    if any(span.begun is None for _, span, _ in systemic):
        return
    counted = [therapy for therapy, _, _ in systemic if therapy.setting not in _NOT_A_LINE]
    highest = max((therapy.line for therapy in counted if therapy.line is not None and therapy.line > 0), default=0)
    sure = "therapies" in facts.complete and all(_lined(therapy) for therapy in counted)
    if highest or sure:
        until = None if sure else math.inf
        yield "prior_lines", Fact(float(highest), source="from the treatments on record", until=until)


def _lined(therapy: Therapy) -> bool:
    return therapy.line is not None and therapy.line > 0

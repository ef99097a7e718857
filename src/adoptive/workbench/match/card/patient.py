"""What the tool read of the patient, so that people find its mistakes."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Final

from adoptive.trial.eligibility.facts import Alteration, AntigenTest, Condition, Diagnosis, Fact, Facts, Therapy
from adoptive.workbench.match.card.types import ReadRow
from adoptive.workbench.match.card.words import (
    clean,
    day_in_words,
    field_name,
    field_unit,
    is_field,
    number,
    upper_first,
)

__all__ = ["rows_of"]

MOST_OF_A_FIELD: Final = 3


def rows_of(facts: Facts) -> Iterator[ReadRow]:
    """Give every fact as a row: name, value, day and source."""
    for one in facts.diagnoses:
        yield _row("Diagnosis", _diagnosis(one), one.day, one.source)
    for field, known in facts.values.items():
        for fact in known[:MOST_OF_A_FIELD]:
            yield _row(upper_first(field_name(field)), _value(field, fact), fact.day, fact.source)
    for therapy in facts.therapies:
        yield _row("Treatment", _therapy(therapy), None, therapy.source)
    for test in facts.antigens:
        yield _row("Antigen test", _antigen(test), test.day, test.source)
    for found in facts.alterations:
        yield _row("Gene test", _alteration(found), found.day, found.source)
    if facts.hla:
        yield _row("Tissue type (HLA)", ", ".join(facts.hla), None, "")
    for condition in facts.conditions:
        yield _row("Other illness", _condition(condition), None, condition.source)
    if facts.country:
        yield _row("Country", facts.country, None, "")
    near = facts.latitude is not None and facts.longitude is not None
    yield _row("Place, to work out how far a trial is", "known" if near else "not known", None, "")


def _row(name: str, value: str, day: datetime.date | None, source: str) -> ReadRow:
    return ReadRow(clean(name, 80), clean(value, 200), "" if day is None else day_in_words(day), clean(source, 120))


def _value(field: str, fact: Fact) -> str:
    if isinstance(fact.value, bool):
        return "yes" if fact.value else "no"
    if isinstance(fact.value, str):
        return fact.value
    unit = field_unit(field) if is_field(field) else clean(fact.unit, 20)
    said = f"{fact.censored} {number(fact.value)}".strip()
    said += f" to {number(fact.until)}" if fact.until is not None else ""
    limit = f" (upper limit of normal {number(fact.upper_limit)})" if fact.upper_limit is not None else ""
    return f"{said} {unit}".strip() + limit


def _diagnosis(one: Diagnosis) -> str:
    parts = [one.name, f"stage {one.stage}" if one.stage else "", one.histology]
    parts += [_known("has spread", one.metastatic), _known("cannot be removed by surgery", one.unresectable)]
    parts += ["in the past"] if one.current is False else []
    return ", ".join(part for part in parts if part)


def _known(words: str, truth: bool | None) -> str:
    return "" if truth is None else f"{words}: {'yes' if truth else 'no'}"


def _therapy(one: Therapy) -> str:
    when = f"from {_day(one.start)} " if one.start else ""
    when += "until now" if one.ongoing else f"to {_day(one.end)}" if one.end else "end not known"
    parts = [one.name, when.strip(), f"line {one.line}" if one.line is not None else "", one.setting]
    parts += [f"best result: {one.response}" if one.response else ""]
    parts += [f"stopped for {one.stopped_for}" if one.stopped_for else ""]
    parts += [f"{number(one.dose)} {one.dose_unit}".strip() if one.dose is not None else ""]
    return ", ".join(part for part in parts if part)


def _day(day: datetime.date | None) -> str:
    return "" if day is None else day_in_words(day)


def _antigen(one: AntigenTest) -> str:
    parts = [f"{one.target} {one.assay}".strip(), {True: "positive", False: "negative", None: ""}[one.positive]]
    parts += [f"staining {number(one.intensity)}+" if one.intensity is not None else ""]
    parts += [f"{number(100 * one.share)} % of the cells" if one.share is not None else ""]
    parts += [f"H-score {number(one.h_score)}" if one.h_score is not None else ""]
    return ", ".join(part for part in parts if part)


def _alteration(one: Alteration) -> str:
    found = "found" if one.present else "looked for and not found"
    return f"{' '.join(part for part in (one.gene, one.change, one.category) if part)}: {found}"


def _condition(one: Condition) -> str:
    state = {"active": "now", "past": "in the past", "absent": "looked for and not there"}[one.state]
    until = f", until {_day(one.end)}" if one.end else ""
    return f"{one.name}: {state}{', since ' + _day(one.start) if one.start else ''}{until}"

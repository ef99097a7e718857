"""Measured numbers: value, unit, limits of normal, bounds; in the unit of the vocabulary."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, Literal, cast

from adoptive.trial.eligibility.facts import Fact
from adoptive.trial.eligibility.vocabulary import Vocabulary
from adoptive.workbench.match.patients.fhir.coded import codes_in, label
from adoptive.workbench.match.patients.fhir.element import Json, number, part, parts, word
from adoptive.workbench.match.patients.fhir.results import Result
from adoptive.workbench.match.patients.gathered import Note, Thing, Value
from adoptive.workbench.match.patients.plausible import possible

__all__ = ["measured", "quantity"]

_SCALES: Final[Mapping[str, Mapping[str, float]]] = {
    "ecog": {f"LOINC {code}": float(points) for points, code in enumerate(
        ("LA9622-7", "LA9623-5", "LA9624-3", "LA9625-0", "LA9626-8", "LA9627-6"))},
    "karnofsky": {f"LOINC {code}": 10.0 * tenth for tenth, code in enumerate(
        ("LA9627-6", "LA29184-1", "LA29183-3", "LA29182-5", "LA29181-7", "LA29180-9", "LA29179-1", "LA29178-3",
         "LA29177-5", "LA29176-7", "LA29175-9"))},
    "lansky": {f"NCIt {code}": 10.0 * tenth for tenth, code in enumerate(
        ("C70538", "C70539", "C70540", "C70541", "C70542", "C69421", "C69422", "C69423", "C69424", "C69425",
         "C69426"))},
}  # fmt: skip
"""Answers of the performance scales: LOINC's lists LL529-9 and LL4986-7, and NCIt's Lansky scores."""

_BARE: Final = frozenset(("points", "ratio", "count", "lines", "year"))
"""Units of numbers that records write without a unit, or with one in braces as ``{score}``."""
_BOUNDS: Final[Mapping[str, Literal["", "<", ">"]]] = {"": "", "<": "<", "<=": "<", ">": ">", ">=": ">"}


def measured(field: str, result: Result, vocabulary: Vocabulary) -> Iterator[Thing]:
    """Read a result as a fact of a field; what has no known unit or is impossible is named in a note."""
    element, code = result.value, label(result.code)
    if field in _SCALES:
        fact = _score(field, result)
    elif "valueQuantity" in element:
        fact = _of_quantity(field, result, vocabulary)
    elif "valueRange" in element:
        fact = _of_range(field, result, vocabulary)
    elif "valueInteger" in element and vocabulary.fields[field].unit in _BARE:
        value = number(element, "valueInteger")
        fact = None if value is None else _fact(field, value, result, vocabulary)
    else:
        fact = None
        if not element.keys() & {"dataAbsentReason", "component", "hasMember"}:
            yield Note("results without a number, left out", code)
        return
    if fact is None:
        yield Note("results with a unit or a value that is not understood, left out", code)
    elif not possible(field, fact):
        yield Note("results that cannot be, left out", code)
    else:
        yield Value(field, fact)


def quantity(field: str, table: Json, vocabulary: Vocabulary) -> float | None:
    """Give a quantity in the field's own unit; None if the unit is not known.

    UCUM's code is asked first, then the unit as printed. A number without a unit counts only where it needs none.
    """
    value = number(table, "value")
    if value is None:
        return None
    own = vocabulary.fields[field].unit
    units = [unit for unit in (word(table, "code"), word(table, "unit")) if unit]
    if own in _BARE and all(unit.startswith("{") or unit in ("1", own) for unit in units):
        return value
    converted = (vocabulary.in_unit(field, value, unit) for unit in units)
    return next((found for found in converted if found is not None), None)


def _fact(field: str, value: float, result: Result, vocabulary: Vocabulary) -> Fact:
    return Fact(value, vocabulary.fields[field].unit, result.day, result.source)


def _score(field: str, result: Result) -> Fact | None:
    """Read a performance score: the number, or the answer's code; both must agree."""
    element = result.value
    said = {_SCALES[field].get(code) for code in codes_in(part(element, "valueCodeableConcept"))}
    said |= {_SCALES[field].get(code) for item in parts(element, "interpretation") for code in codes_in(item)}
    said |= {number(element, "valueInteger"), number(part(element, "valueQuantity"), "value")}
    known = said - {None}
    if len(known) != 1:
        return None
    unit = "points" if field == "ecog" else "percent"
    return Fact(cast(float, known.pop()), unit, result.day, result.source)


def _of_quantity(field: str, result: Result, vocabulary: Vocabulary) -> Fact | None:
    table = part(result.value, "valueQuantity")
    value = quantity(field, table, vocabulary)
    bound = _BOUNDS.get(word(table, "comparator"))
    if value is None or bound is None:
        return None
    low, high = _limits(field, result.value, word(table, "unit"), word(table, "code"), vocabulary)
    unit = vocabulary.fields[field].unit
    return Fact(value, unit, result.day, result.source, upper_limit=high, lower_limit=low, censored=bound)


def _of_range(field: str, result: Result, vocabulary: Vocabulary) -> Fact | None:
    table = part(result.value, "valueRange")
    ends = [quantity(field, part(table, end), vocabulary) for end in ("low", "high")]
    low, high = ends
    if low is None or high is None or high < low:
        return None
    return Fact(low, vocabulary.fields[field].unit, result.day, result.source, until=high)


def _limits(
    field: str, element: Json, unit: str, code: str, vocabulary: Vocabulary
) -> tuple[float | None, float | None]:
    """Give the laboratory's limits of normal, if the result says which they are."""
    ranges = parts(element, "referenceRange")
    normal = [item for item in ranges if not item.keys() & {"appliesTo", "age", "type"} or _is_normal(item)]
    if len(normal) != 1:
        return None, None
    limits = []
    for end in ("low", "high"):
        table = part(normal[0], end)
        bare = table and not word(table, "unit") and not word(table, "code")
        limit = quantity(field, {**table, "unit": unit, "code": code} if bare else table, vocabulary)
        limits.append(limit if limit is not None and limit >= 0 else None)
    return limits[0], limits[1]


def _is_normal(item: Json) -> bool:
    concepts = (part(item, "type"), *parts(item, "appliesTo"))
    return "age" not in item and any(
        word(coding, "code") == "normal" for concept in concepts for coding in parts(concept, "coding")
    )

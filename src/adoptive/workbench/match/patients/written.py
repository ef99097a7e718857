"""A patient as people write it down: a TOML file, or a row of a table brought into the same shape."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final, cast, get_args

from adoptive.trial.eligibility.facts import Fact, Facts, Listed, Therapy
from adoptive.trial.eligibility.vocabulary import Field, Vocabulary, load_vocabulary
from adoptive.workbench.match.patients import lists
from adoptive.workbench.match.patients.countries import country_named
from adoptive.workbench.match.patients.dates import OLDEST, age_of, completed_years, span_of, span_written
from adoptive.workbench.match.patients.gathered import Note, Place, Thing, Value, facts_of
from adoptive.workbench.match.patients.keys import FIELD_SECTIONS, LISTS, SECTIONS, TOP, usual_section
from adoptive.workbench.match.patients.plausible import bounds, possible
from adoptive.workbench.match.patients.sheet import Sheet
from adoptive.workbench.match.patients.spelt import with_field_names
from adoptive.workbench.mistakes import Mistake, as_error

__all__ = ["facts_written", "mistakes_written"]

Table = Mapping[str, Any]

_MEASURED: Final = ("value", "unit", "date", "upper_limit", "lower_limit")
_LEFT_OUT: Final[Mapping[str, Listed]] = {
    "treatments": "therapies", "conditions": "conditions", "antigens": "antigens", "diseases": "diagnoses",
}  # fmt: skip


def facts_written(table: Table, *, file: str, as_of: date | None = None, name: str = "") -> Facts:
    """Read a written patient.

    Raises
    ------
    StudyError
        All mistakes of the file at once: place, value, what is allowed, the next step.
    """
    found = mistakes_written(table, file=file, as_of=as_of, name=name)
    if isinstance(found, Facts):
        return found
    raise as_error(found, file)


def mistakes_written(table: Table, *, file: str, as_of: date | None = None, name: str = "") -> Facts | list[Mistake]:
    """Read a written patient, or give all its mistakes."""
    first = Sheet(file, as_of or date.max, load_vocabulary())
    written_day = _day_of_file(first, table)
    day = as_of or written_day
    sheet = Sheet(file, day, first.vocabulary, mistakes=first.mistakes)
    table = with_field_names(sheet, table)
    person = sheet.table(table.get("person", {}), "person")
    born = span_written(person.get("birth_date"))
    if born and (born.first > day or completed_years(born.last, day) > OLDEST):
        sheet.wrong("person.birth_date", f"a birth date that cannot be on {day}", str(person["birth_date"]),
                    next_step="correct birth_date or as_of")  # fmt: skip
        born = None
    sheet = replace(sheet, born=born)
    things = list(_things(sheet, table))
    complete = _complete(sheet, table)
    if sheet.mistakes:
        return sheet.mistakes
    things += _lines(sheet.vocabulary, things, complete)
    return facts_of([*things, *sheet.notes], name=str(table.get("id") or name), as_of=day, complete=complete)


def _day_of_file(sheet: Sheet, table: Table) -> date:
    value = table.get("as_of")
    if value is None or value == "":
        return date.today()
    span = span_written(value)
    if span and span.day:
        return span.day
    sheet.wrong("as_of", "no such day", str(value), "a day as 2026-05-17", "correct the day")
    return date.today()


def _things(sheet: Sheet, table: Table) -> Iterator[Thing]:
    sheet.known_keys(table, (*TOP, *SECTIONS, *LISTS), "")
    if not isinstance(table.get("id", ""), str):
        sheet.wrong("id", "a text is needed here", table["id"], next_step='write it in quotes, as "..."')
    yield from _person(sheet, sheet.table(table.get("person", {}), "person"))
    disease = sheet.table(table.get("disease", {}), "disease")
    yield from lists.cancer(sheet, disease, "disease")
    yield from _fields(sheet, table)
    yield from lists.hla(sheet, table.get("hla", {}))
    yield from lists.therapies(sheet, table.get("therapy", []))
    yield from lists.antigens(sheet, table.get("antigen", []))
    yield from lists.genes(sheet, table.get("gene", []))
    yield from lists.conditions(sheet, table.get("condition", []))
    for place, other in sheet.tables(table.get("other_cancer", []), "other_cancer"):
        sheet.known_keys(other, tuple(LISTS["other_cancer"]), place)
        if "diagnosis" not in other:
            sheet.wrong(place, "this key is missing", "diagnosis", next_step="add diagnosis")
        yield from lists.cancer(sheet, other, place)


def _person(sheet: Sheet, person: Table) -> Iterator[Thing]:
    born = sheet.born
    if "birth_date" in person and span_written(person["birth_date"]) is None:
        sheet.date(person, "birth_date", "person")  # says why
    year = sheet.number(person, "birth_year", "person", sheet.as_of.year - OLDEST, sheet.as_of.year)
    given = [key for key in ("birth_date", "birth_year", "age_years") if key in person]
    if len(given) > 1:
        sheet.wrong("person", "the age is given twice", ", ".join(given), next_step="keep one of them")
    span = born or (span_of(f"{int(year):04d}") if year is not None else None)
    if span and "age_years" not in person:
        yield Value("age_years", age_of(span, sheet.as_of, source=f"person.{given[0]}"))
    latitude = sheet.number(person, "latitude", "person", -90.0, 90.0)
    longitude = sheet.number(person, "longitude", "person", -180.0, 180.0)
    if ("latitude" in person) != ("longitude" in person):
        sheet.wrong("person", "one of latitude and longitude is missing", next_step="give both, or none")
    yield Place(country_named(sheet.text(person, "country", "person")), latitude, longitude)


def _fields(sheet: Sheet, table: Table) -> Iterator[Thing]:
    """Read the fields of the vocabulary, in whichever of the sections they stand."""
    seen: dict[str, str] = {}
    names = sheet.vocabulary.fields
    for section in FIELD_SECTIONS:
        inner = sheet.table(table.get(section, {}), section)
        usual = tuple(name for name, field in names.items() if usual_section(name, field.sort) == section)
        sheet.known_keys(inner, (*SECTIONS[section], *names), section, (*SECTIONS[section], *usual))
        for key, value in inner.items():
            if key in SECTIONS[section] or key not in names:
                continue
            place = f"{section}.{key}"
            if key in seen:
                sheet.wrong(place, "this field is given twice", next_step=f"keep it here or at {seen[key]}")
                continue
            seen[key] = place
            for number, item in enumerate(value if isinstance(value, list) else [value], start=1):
                here = f"{place}[{number}]" if isinstance(value, list) else place
                yield from _field(sheet, names[key], item, here)


def _field(sheet: Sheet, field: Field, value: object, place: str) -> Iterator[Thing]:
    if field.sort == "name":
        sex = sheet.choice({"sex": value}, "sex", place.rpartition(".")[0], ("female", "male"))
        if field.name == "sex" and sex:
            yield Value("sex", Fact(sex, field.unit, None, place))
        return
    row = value if isinstance(value, dict) else {"value": value}
    sheet.known_keys(row, _MEASURED, place)
    if "value" not in row:
        sheet.wrong(place, "this key is missing", "value", next_step="add value")
        return
    span = sheet.date(row, "date", place)
    day = span.day if span else None
    if field.sort == "yes/no":
        answer = sheet.flag(row, "value", place)
        if answer is not None:
            yield Value(field.name, Fact(answer, field.unit, day, place))
        return
    yield from _measured(sheet, field, row, place, day)


def _measured(sheet: Sheet, field: Field, row: Table, place: str, day: date | None) -> Iterator[Thing]:
    value, bound = sheet.bounded(row["value"], place)
    unit = sheet.text(row, "unit", place)
    numbers = {"value": value}
    for key in ("upper_limit", "lower_limit"):
        numbers[key] = sheet.number(row, key, place, 0.0, 1e12)
    turned = {
        key: None if number is None else sheet.vocabulary.in_unit(field.name, number, unit)
        for key, number in numbers.items()
    }
    if value is None:
        return
    if turned["value"] is None:
        known = ", ".join(dict.fromkeys((field.unit, *field.units)))
        sheet.wrong(f"{place}.unit", "this unit is not known for the field", unit, known, f"give it in {field.unit}")
        return
    if field.name == "age_years":
        turned["value"] = float(int(turned["value"])) if turned["value"] >= 0 else turned["value"]
    fact = Fact(turned["value"], field.unit, day, place, turned["upper_limit"], turned["lower_limit"], cast(Any, bound))
    if not possible(field.name, fact):
        low, high = bounds(field.name)
        sheet.wrong(place, "a number that cannot be", str(row["value"]), f"{low:g} to {high:g} {field.unit}",
                    "look at the unit")  # fmt: skip
        return
    yield Value(field.name, fact)


def _complete(sheet: Sheet, table: Table) -> frozenset[Listed]:
    """Read which lists are complete; one from which something had to be left out is not."""
    value, allowed = table.get("complete", []), get_args(Listed)
    if not isinstance(value, list):
        sheet.wrong("complete", "a list of names is needed here", value, ", ".join(allowed), 'write ["therapies"]')
        return frozenset()
    found = {
        name for item in value
        if (name := sheet.choice({"complete": item}, "complete", "the file", allowed))
    }  # fmt: skip
    for kind, listed in _LEFT_OUT.items():
        if listed in found and any(note.about.startswith(f"names that the {kind} ") for note in sheet.notes):
            found.remove(listed)
            sheet.notes.append(Note("lists said to be complete, of which something was left out", listed))
    return frozenset(cast(Any, found))


def _lines(vocabulary: Vocabulary, things: list[Thing], complete: frozenset[Listed]) -> Iterator[Thing]:
    """Count prior lines, if the list of treatments is complete and every systemic one says its line.

    Treatments before or after surgery and bridging are no lines of the advanced setting.
    """
    if "therapies" not in complete or any(
        isinstance(thing, Value) and thing.field == "prior_lines" for thing in things
    ):
        return
    systemic = [
        thing
        for thing in things
        if isinstance(thing, Therapy)
        and vocabulary.is_a("treatments", thing.name, "systemic therapy")
        and thing.setting not in ("neoadjuvant", "adjuvant", "bridging")
    ]
    given = [thing.line for thing in systemic if thing.line is not None]
    if len(given) == len(systemic):
        yield Value("prior_lines", Fact(float(max(given, default=0)), "lines", None, "the list of treatments"))

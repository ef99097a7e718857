"""The patient: age, sex, country and place, and whether still alive. Names and addresses are not read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from adoptive.trial.eligibility.facts import Fact
from adoptive.workbench.match.patients.countries import country_named
from adoptive.workbench.match.patients.dates import OLDEST, age_of, completed_years, span_of
from adoptive.workbench.match.patients.fhir.element import Json, extension, number, part, parts, source_of, word
from adoptive.workbench.match.patients.gathered import Note, Place, Thing, Value

__all__ = ["has_died", "read_person"]

_SEXES = {"male": "male", "female": "female", "M": "male", "F": "female"}


def has_died(patient: Json) -> bool:
    """Say whether the record says that the patient has died."""
    return patient.get("deceasedBoolean") is True or bool(word(patient, "deceasedDateTime"))


def read_person(patient: Json, as_of: date) -> Iterator[Thing]:
    """Read the patient; a sex that is other, unknown or contradictory is missing, an impossible birth date too."""
    source = source_of(patient)
    born = span_of(word(patient, "birthDate"))
    if born and (born.first > as_of or completed_years(born.last, as_of) > OLDEST):
        yield Note(f"birth date that cannot be on {as_of}, left out")
    elif born:
        yield Value("age_years", age_of(born, as_of, source=source))
    said = {_SEXES.get(word(patient, "gender")), _SEXES.get(word(extension(patient, "us-core-birthsex"), "valueCode"))}
    known = said - {None}
    if len(known) == 1:
        yield Value("sex", Fact(str(known.pop()), "name", None, source))
    elif known or word(patient, "gender"):
        yield Note("sex that is neither female nor male, or both, left open")
    if has_died(patient):
        yield Note("the record says that the patient has died")
    yield from _home(patient)


def _home(patient: Json) -> Iterator[Place]:
    """Give country and coordinates of the current address, at home if there is one."""
    current = [
        item
        for item in parts(patient, "address")
        if word(item, "use") not in ("old", "billing") and not word(part(item, "period"), "end")
    ]
    ordered = sorted(current, key=lambda item: word(item, "use") != "home")
    for item in ordered[:1]:
        place = extension(item, "geolocation")
        latitude = number(extension(place, "latitude"), "valueDecimal")
        longitude = number(extension(place, "longitude"), "valueDecimal")
        known = latitude is not None and longitude is not None and -90 <= latitude <= 90 and -180 <= longitude <= 180
        yield Place(country_named(word(item, "country")), latitude if known else None, longitude if known else None)

"""Records of ClinicalTrials.gov (API version 2) as trials: what is missing is left out, never guessed."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from adoptive.errors import StudyError
from adoptive.trial.eligibility.statements import Named, Statement, Unread
from adoptive.workbench.match.trials.ages import age_limit
from adoptive.workbench.match.trials.criteria import LONGEST_CRITERIA, criteria_items
from adoptive.workbench.match.trials.texts import line, lines, prose, section
from adoptive.workbench.match.types import Item, Site, Status, Trial, Understood

__all__ = ["is_record", "trial_of_record"]

STATUS: Final[Mapping[str, Status]] = {
    "RECRUITING": "open",
    "AVAILABLE": "open",
    "ENROLLING_BY_INVITATION": "by invitation",
    "NOT_YET_RECRUITING": "not yet open",
    "ACTIVE_NOT_RECRUITING": "closed",
    "COMPLETED": "closed",
    "SUSPENDED": "closed",
    "TERMINATED": "closed",
    "WITHDRAWN": "closed",
    "WITHHELD": "closed",
    "NO_LONGER_AVAILABLE": "closed",
    "TEMPORARILY_NOT_AVAILABLE": "closed",
    "APPROVED_FOR_MARKETING": "closed",
}
"""The registry's words for recruitment; what is not here is unknown."""

PHASES: Final[Mapping[str, str]] = {
    "EARLY_PHASE1": "Early phase 1",
    "PHASE1": "Phase 1",
    "PHASE2": "Phase 2",
    "PHASE3": "Phase 3",
    "PHASE4": "Phase 4",
}

SEXES: Final[Mapping[str, tuple[str, ...]]] = {"FEMALE": ("female",), "MALE": ("male",), "ALL": ()}

MODULES: Final = (
    "identificationModule", "statusModule", "sponsorCollaboratorsModule", "descriptionModule", "conditionsModule",
    "designModule", "armsInterventionsModule", "eligibilityModule", "contactsLocationsModule",
)  # fmt: skip

LONGEST_SUMMARY: Final = 5000
MOST_SITES: Final = 2000
_NUMBER: Final = re.compile(r"NCT\d{8}")
_DAY: Final = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?")


def is_record(value: object) -> bool:
    """Say whether a JSON value looks like a study record of the registry."""
    return isinstance(value, Mapping) and "protocolSection" in value


def trial_of_record(record: Mapping[str, Any], *, source: str) -> Trial:
    """Read one study record.

    The criteria text becomes items by :func:`adoptive.workbench.match.read.items.read_criteria`; ages and sex, which
    the registry keeps in fields of their own, become items that name their field in ``origin``. A field and a sentence
    that disagree both stay. A record without criteria gets one item that is not understood, so that nobody fits it by
    silence.

    Arguments: ``record`` as the registry's API gives it; ``source`` the file, and the place in it.

    Raises
    ------
    StudyError
        No study number, or no protocol section.
    """
    protocol = section(record, "protocolSection")
    number = line(section(protocol, "identificationModule").get("nctId"))
    if not _NUMBER.fullmatch(number):
        raise StudyError(
            "this record has no study number",
            where=source,
            value=repr(number) if number else None,
            allowed="protocolSection.identificationModule.nctId such as NCT01234567",
            next_step="download the record again",
        )
    identity, status = section(protocol, "identificationModule"), section(protocol, "statusModule")
    text = prose(section(protocol, "eligibilityModule").get("eligibilityCriteria"), most=LONGEST_CRITERIA + 1)
    items = criteria_items(text)
    text = text[: items[-1].end] if len(text) > LONGEST_CRITERIA else text
    return Trial(
        id=number,
        title=line(identity.get("briefTitle")) or line(identity.get("officialTitle")) or number,
        source=source,
        format="clinicaltrials.gov",
        status=STATUS.get(line(status.get("overallStatus")), "unknown"),
        phase=_phase(section(protocol, "designModule").get("phases")),
        summary=prose(section(protocol, "descriptionModule").get("briefSummary"), most=LONGEST_SUMMARY).strip(),
        sponsor=line(section(protocol, "sponsorCollaboratorsModule", "leadSponsor").get("name")),
        conditions=lines(section(protocol, "conditionsModule").get("conditions")),
        interventions=_interventions(section(protocol, "armsInterventionsModule").get("interventions")),
        keywords=lines(section(protocol, "conditionsModule").get("keywords")),
        sites=tuple(_sites(section(protocol, "contactsLocationsModule").get("locations"))),
        criteria_text=text,
        items=(*items, *_own_fields(section(protocol, "eligibilityModule"), first=len(items) + 1)),
        updated=_day(section(status, "lastUpdatePostDateStruct").get("date")),
        notes=tuple(_notes(protocol)),
    )


def _phase(phases: object) -> str:
    return "/".join(PHASES[phase] for phase in lines(phases) if phase in PHASES)


def _day(value: object) -> str:
    return text if _DAY.fullmatch(text := line(value)) else ""


def _interventions(found: object) -> tuple[str, ...]:
    """Name each intervention, with its other names in brackets."""
    named = []
    for intervention in found[:200] if isinstance(found, list) else ():
        name, others = line(section(intervention).get("name")), lines(section(intervention).get("otherNames"), most=20)
        named.append(f"{name} ({', '.join(others)})" if name and others else name)
    return tuple(dict.fromkeys(name for name in named if name))


def _sites(found: object) -> Iterator[Site]:
    for location in found[:MOST_SITES] if isinstance(found, list) else ():
        place = section(location)
        point = section(place, "geoPoint")
        latitude, longitude = _degrees(point.get("lat"), 90.0), _degrees(point.get("lon"), 180.0)
        known = latitude is not None and longitude is not None
        yield Site(
            name=line(place.get("facility")),
            city=line(place.get("city")),
            country=line(place.get("country")),
            latitude=latitude if known else None,
            longitude=longitude if known else None,
            status=STATUS.get(line(place.get("status")), "unknown"),
        )


def _degrees(value: object, limit: float) -> float | None:
    """Read degrees; what is no number within the limits is unknown."""
    if isinstance(value, bool | str) or not hasattr(value, "__float__"):
        return None
    try:
        degrees = float(value)
    except (OverflowError, ValueError):
        return None
    return degrees if math.isfinite(degrees) and abs(degrees) <= limit else None


def _own_fields(module: Mapping[str, Any], *, first: int) -> list[Item]:
    """Make items of ages and sex."""
    stated: list[tuple[str, str, Statement]] = []
    if (least := line(module.get("minimumAge"))) and least != "N/A":
        stated.append(("minimumAge", f"Minimum age: {least}", age_limit(least, ">=")))
    if (most := line(module.get("maximumAge"))) and most != "N/A":
        stated.append(("maximumAge", f"Maximum age: {most}", age_limit(most, "<=")))
    if (sex := line(module.get("sex")).upper()) and sex != "ALL":
        statement: Statement = Named("sex", SEXES[sex]) if sex in SEXES else Unread(f"sex: {sex}")
        stated.append(("sex", f"Sex: {sex.lower()}", statement))
    if module.get("genderBased") is True:
        words = line(module.get("genderDescription"), most=3000) or "by gender"
        stated.append(("genderDescription", words, Unread(words)))
    return [
        Item(number, "inclusion", text, statement, _understood(statement), origin=field)
        for number, (field, text, statement) in enumerate(stated, first)
    ]


def _understood(statement: Statement) -> Understood:
    return "not" if isinstance(statement, Unread) else "part" if "Unread(" in repr(statement) else "whole"


def _notes(protocol: Mapping[str, Any]) -> Iterator[str]:
    """Say what of a record cannot be used, and what a reader of the criteria should know."""
    for name in MODULES:
        if name in protocol and not isinstance(protocol[name], Mapping):
            yield f"{name} is not a table and was left out"
    criteria = section(protocol, "eligibilityModule").get("eligibilityCriteria")
    if criteria is not None and not isinstance(criteria, str):
        yield "eligibilityCriteria is not a text and was left out"
    elif isinstance(criteria, str) and len(criteria) > LONGEST_CRITERIA:
        yield f"eligibilityCriteria has {len(criteria):,} characters: too long to be read"
    if reason := line(section(protocol, "statusModule").get("whyStopped")):
        yield f"Stopped: {reason}"
    if line(section(protocol, "designModule").get("studyType")) == "OBSERVATIONAL":
        yield "An observational study: it gives no treatment"
    if section(protocol, "eligibilityModule").get("healthyVolunteers") is True:
        yield "Takes healthy volunteers too"
    found = section(protocol, "contactsLocationsModule").get("locations")
    if isinstance(found, list) and len(found) > MOST_SITES:
        yield f"{len(found):,} sites, of which the first {MOST_SITES:,} are kept"

"""FHIR bundles: every patient with the resources that are about them; each resource is checked on its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from adoptive.errors import StudyError
from adoptive.workbench.match.patients.fhir.element import Json, part, parts, source_of, word
from adoptive.workbench.match.patients.gathered import Note, clean
from adoptive.workbench.match.patients.limits import MOST_DEPTH, MOST_RESOURCES, depth_of

__all__ = ["READ", "Chart", "charts_in", "resources_in"]

READ: Final = (
    "Condition", "Observation", "MedicationAdministration", "MedicationStatement", "MedicationRequest", "Procedure",
    "Immunization",
)  # fmt: skip
"""Sorts of resources that are read beside Patient and Medication."""
_SUPPORT: Final = frozenset(("Medication",))
_QUIET: Final = frozenset(
    ("Bundle", "Composition", "OperationOutcome", "Provenance", "Organization", "Practitioner", "PractitionerRole",
     "Location", "Encounter", "Claim", "ExplanationOfBenefit", "Coverage", "Group", "Specimen", "BodyStructure")
)  # fmt: skip
"""Sorts that say nothing of who may enter a trial, or only support others; no note is made of them."""
_REFUSED: Final = "resources that are not valid FHIR R4, left out"


@dataclass(frozen=True)
class Chart:
    """Hold a patient's resources by sort, medicines by id, and what was left out."""

    patient: Json
    resources: Mapping[str, Sequence[Json]]
    medicines: Mapping[str, Json] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class Entry:
    """Hold a resource with the address under which others may refer to it."""

    resource: Json
    address: str = ""


def resources_in(content: Any, *, where: str) -> list[Entry]:
    """Take the resources out of a bundle, or take a single resource.

    Raises
    ------
    StudyError
        Not a FHIR resource, or more than 100,000 resources.
    """
    if not isinstance(content, dict) or not word(content, "resourceType"):
        raise StudyError(
            "not a FHIR resource", where=where, allowed="a FHIR R4 Bundle with one Patient, or a patient in TOML",
            next_step="trials are given with --trials" if isinstance(content, dict) and "protocolSection" in content
            else "export the record as FHIR R4",
        )  # fmt: skip
    if content["resourceType"] != "Bundle":
        return [Entry(content)]
    entries = [
        Entry(part(entry, "resource"), word(entry, "fullUrl"))
        for entry in parts(content, "entry")
        if part(entry, "resource") and word(part(entry, "request"), "method") != "DELETE"
    ]
    if len(entries) > MOST_RESOURCES:
        raise StudyError(
            "too many resources", where=where, value=f"{len(entries):,}", allowed=f"at most {MOST_RESOURCES:,}",
            next_step="leave out claims, encounters and images",
        )  # fmt: skip
    return entries


def charts_in(entries: Iterable[Entry], *, where: str) -> Iterator[Chart]:
    """Give every patient with the resources that refer to them; newer versions replace older ones.

    With one patient, a resource that refers to nobody is theirs; one that refers to somebody else is left out.

    Raises
    ------
    StudyError
        There is no Patient.
    """
    newest = _newest(entries)
    patients = [entry for entry in newest if word(entry.resource, "resourceType") == "Patient"]
    if not patients:
        raise StudyError(
            "no Patient resource in the bundle", where=where, next_step="export the record with the patient"
        )
    owners = {key: number for number, entry in enumerate(patients) for key in _addresses(entry)}
    own: dict[int, list[Json]] = defaultdict(list)
    strangers = 0
    for entry in newest:
        number = _owner(entry.resource, owners, len(patients))
        if number is not None:
            own[number].append(entry.resource)
        elif word(entry.resource, "resourceType") in READ:
            strangers += 1
    medicines = _medicines(newest)
    for number, entry in enumerate(patients):
        lost = (Note("resources of nobody in the file, left out"),) if strangers else ()
        yield _chart(entry.resource, own[number], medicines, lost)


def _newest(entries: Iterable[Entry]) -> list[Entry]:
    """Keep the newest version of every resource with an id."""
    kept: dict[object, Entry] = {}
    for number, entry in enumerate(entries):
        name = word(entry.resource, "id")
        key: object = (word(entry.resource, "resourceType"), name) if name else number
        known = kept.get(key)
        if known is None or _updated(entry) >= _updated(known):
            kept[key] = entry
    return list(kept.values())


def _updated(entry: Entry) -> str:
    return word(part(entry.resource, "meta"), "lastUpdated")


def _addresses(entry: Entry) -> Iterator[str]:
    name = word(entry.resource, "id")
    if name:
        yield from (name, f"Patient/{name}", f"urn:uuid:{name}")
    if entry.address:
        yield entry.address


def _owner(resource: Json, owners: Mapping[str, int], patients: int) -> int | None:
    reference = part(resource, "subject") or part(resource, "patient")
    said = word(reference, "reference").split("/_history/")[0]
    if not said:
        return 0 if patients == 1 and not part(reference, "identifier") else None
    found = owners.get(said)
    return found if found is not None else owners.get("/".join(said.split("/")[-2:]) if "/" in said else said)


def _medicines(entries: Iterable[Entry]) -> dict[str, Json]:
    return {
        name: entry.resource
        for entry in entries
        if word(entry.resource, "resourceType") in _SUPPORT and _valid(entry.resource)
        for name in (word(entry.resource, "id"), entry.address.rsplit("/", 1)[-1])
        if name
    }


def _chart(patient: Json, resources: Iterable[Json], medicines: Mapping[str, Json], lost: tuple[Note, ...]) -> Chart:
    sorts: dict[str, list[Json]] = defaultdict(list)
    notes = list(lost)
    for resource in resources:
        sort = word(resource, "resourceType")
        if sort not in READ:
            if sort not in _SUPPORT | _QUIET | {"Patient"}:
                notes.append(Note("sorts of resources that are not read", clean(sort, longest=40)))
        elif _valid(resource):
            sorts[sort].append(resource)
        else:
            notes.append(Note(_REFUSED, clean(source_of(resource), longest=60)))
    if not _valid(patient):
        notes.append(Note(_REFUSED, clean(source_of(patient), longest=60)))
        patient = {"resourceType": "Patient", "id": patient.get("id")}
    return Chart(patient, sorts, medicines, tuple(notes))


@cache
def _model(sort: str) -> Any:
    from fhir.resources.R4B import get_fhir_model_class

    return get_fhir_model_class(sort)


def _valid(resource: Json) -> bool:
    """Say whether a resource is FHIR R4 by structure and types (R4B's models, the same for what is read here)."""
    if depth_of(resource) > MOST_DEPTH:
        return False
    try:
        _model(word(resource, "resourceType")).model_validate(resource)
    except (ValueError, RecursionError, ArithmeticError, TypeError):  # pydantic's error is a ValueError
        return False
    return True

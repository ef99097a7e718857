"""Writes small FHIR records of invented patients, as mCODE and Synthea write them."""

from __future__ import annotations

import copy
from typing import Any

Json = dict[str, Any]

SYSTEMS = {
    "SNOMED": "http://snomed.info/sct",
    "LOINC": "http://loinc.org",
    "RxNorm": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "ICD-10": "http://hl7.org/fhir/sid/icd-10-cm",
    "AJCC": "http://cancerstaging.org",
    "HGNC": "http://www.genenames.org/geneId",
    "HGVS": "http://varnomen.hgvs.org",
    "CVX": "http://hl7.org/fhir/sid/cvx",
}
MCODE = "http://hl7.org/fhir/us/mcode/StructureDefinition/"
CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"


def concept(*codes: str, text: str = "") -> Json:
    """Write a concept of codes as ``LOINC 718-7 Hemoglobin``."""
    coding = []
    for item in codes:
        system, _, rest = item.partition(" ")
        code, _, display = rest.partition(" ")
        coding.append({"system": SYSTEMS[system], "code": code, **({"display": display} if display else {})})
    return {**({"coding": coding} if coding else {}), **({"text": text} if text else {})}


def quantity(value: float, unit: str, code: str | None = None, **more: Any) -> Json:
    """Write a quantity with a UCUM code."""
    return {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": code or unit, **more}


def resource(sort: str, name: str, /, **content: Any) -> Json:
    """Write a resource about the patient p1."""
    about = {} if sort in ("Patient", "Medication") else {"subject": {"reference": "urn:uuid:p1"}}
    if sort == "Immunization":
        about = {"patient": {"reference": "urn:uuid:p1"}}
    return {"resourceType": sort, "id": name, **about, **content}


def patient(**content: Any) -> Json:
    """Write the patient p1."""
    return resource("Patient", "p1", **{"gender": "female", "birthDate": "1961-03-09", **content})


def observation(name: str, code: Json, day: str = "2026-05-04", /, **content: Any) -> Json:
    """Write an observation."""
    return resource("Observation", name, **{"status": "final", "code": code, "effectiveDateTime": day, **content})


def condition(name: str, code: Json, clinical: str = "active", verified: str = "confirmed", **content: Any) -> Json:
    """Write a condition; an empty clinical status is left out."""
    status = {"clinicalStatus": {"coding": [{"system": CLINICAL, "code": clinical}]}} if clinical else {}
    known = {"verificationStatus": {"coding": [{"system": VERIFICATION, "code": verified}]}} if verified else {}
    return resource("Condition", name, code=code, **status, **known, **content)


def component(code: Json, **value: Any) -> Json:
    """Write a component."""
    return {"code": code, **value}


def extension(name: str, **value: Any) -> Json:
    """Write an extension of mCODE."""
    return {"url": MCODE + name, **value}


def bundle(*resources: Json, **content: Any) -> Json:
    """Write a bundle; addresses as Synthea writes them."""
    entries = [{"fullUrl": f"urn:uuid:{item.get('id', number)}", "resource": copy.deepcopy(item)}
               for number, item in enumerate(resources)]  # fmt: skip
    return {"resourceType": "Bundle", "type": "collection", "entry": entries, **content}

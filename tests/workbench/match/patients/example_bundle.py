"""The invented patient of ``example.toml`` as an mCODE bundle, with other codes, units and resources."""

from __future__ import annotations

from typing import Any

from synthetic_records import (
    MCODE,
    bundle,
    component,
    concept,
    condition,
    extension,
    observation,
    patient,
    quantity,
    resource,
)

Json = dict[str, Any]
DAY = "2026-05-18"


def example_bundle() -> Json:
    """Write the example as FHIR."""
    return bundle(_person(), *_cancer(), *_labs(), *_tumour(), *_treatments(), *_beside(), _orders())


def _person() -> Json:
    place = [{"url": "latitude", "valueDecimal": 48.14}, {"url": "longitude", "valueDecimal": 11.58}]
    geolocation = {"url": "http://hl7.org/fhir/StructureDefinition/geolocation", "extension": place}
    home = {"use": "home", "city": "Nowhere", "country": "DE", "extension": [geolocation]}
    old = {"use": "old", "country": "US"}
    return patient(
        meta={"profile": [MCODE + "mcode-cancer-patient"]},
        name=[{"family": "Invented", "given": ["Nobody"]}],
        address=[old, home],
    )


def _cancer() -> list[Json]:
    histology = extension(
        "mcode-histology-morphology-behavior", valueCodeableConcept=concept("SNOMED 35917007 Adenocarcinoma")
    )
    primary = condition(
        "cancer",
        concept("ICD-10 C16.9 Malignant neoplasm of stomach, unspecified"),
        extension=[histology],
        onsetDateTime="2025-02-11",
        stage=[{"summary": concept("AJCC 4 IV"), "assessment": [{"reference": "Observation/stage"}]}],
    )
    liver = condition(
        "liver",
        concept("SNOMED 94381002 Secondary malignant neoplasm of liver (disorder)"),
        meta={"profile": [MCODE + "mcode-secondary-cancer-condition"]},
        onsetDateTime="2025-02-20",
        extension=[
            extension("mcode-related-primary-cancer-condition", valueReference={"reference": "Condition/cancer"})
        ],
    )
    stage = observation("stage", concept("LOINC 21908-9"), "2025-02-20", valueCodeableConcept=concept("AJCC 4 IV"))
    metastases = observation("m", concept("LOINC 21907-1"), "2025-02-20", valueCodeableConcept=concept("AJCC cM1"))
    worse = observation(
        "course", concept("LOINC 97509-4"), "2026-05-20", valueCodeableConcept=concept("SNOMED 271299001")
    )
    return [primary, liver, stage, metastases, worse]


def _number(name: str, loinc: str, value: Json, day: str = DAY, *, low: Any = None, high: Any = None) -> Json:
    unit, code = value["unit"], value["code"]
    limits = {end: quantity(limit, unit, code) for end, limit in (("low", low), ("high", high)) if limit is not None}
    extra = {"referenceRange": [limits]} if limits else {}
    return observation(name, concept(f"LOINC {loinc}"), day, valueQuantity=value, **extra)


def _labs() -> list[Json]:
    return [
        _number("hb", "718-7", quantity(10.2, "g/dL"), low=12.0, high=15.5),
        _number("anc", "751-8", quantity(3.1, "10*3/uL")),
        _number("plt", "777-3", quantity(182, "x10^9/L", "10*9/L")),
        _number("alc", "731-0", quantity(1.1, "10*3/uL")),
        _number("crea", "2160-0", quantity(71, "umol/L"), high=84),
        _number("bili", "1975-2", quantity(0.5, "mg/dL"), high=1.2),
        _number("alt", "1742-6", quantity(31, "U/L"), high=35),
        _number("alt-before", "1742-6", quantity(64, "U/L"), "2026-04-20T08:15:00+02:00", high=35),
        _number("ast", "1920-8", quantity(28, "U/L"), high=35),
        _number("alb", "1751-7", quantity(37, "g/L")),
        _number("crp", "1988-5", quantity(5, "mg/L", comparator="<")),
        _number("lvef", "10230-1", quantity(61, "%"), "2026-05-12"),
        _number("weight", "29463-7", quantity(58.5, "kg")),
        _number("height", "8302-2", quantity(164, "cm")),
        observation("ecog", concept("LOINC 89247-1"), DAY, valueInteger=1, interpretation=[concept("LOINC LA9623-5")]),
        observation("hcg", concept("LOINC 2118-8"), DAY, valueCodeableConcept=concept("LOINC LA6577-6 Negative")),
        observation("later", concept("LOINC 718-7"), "2026-07-01", valueQuantity=quantity(14.0, "g/dL")),
        observation("wrong", concept("LOINC 718-7"), DAY, status="entered-in-error", valueQuantity=quantity(2, "g/dL")),
    ]


def _tumour() -> list[Json]:
    stained = [component(concept(text="percentage of positive cells"), valueQuantity=quantity(75, "%"))]
    genes = [
        component(concept("LOINC 48018-6"), valueCodeableConcept=concept("HGNC HGNC:6407 KRAS")),
        component(concept("LOINC 48005-3"), valueCodeableConcept=concept("HGVS p.Gly12Asp")),
    ]
    return [
        observation(
            "cldn", concept(text="Claudin 18.2"), "2025-03-01", method=concept(text="immunohistochemistry"),
            valueCodeableConcept=concept("LOINC LA11842-4 2+"), component=stained,
        ),
        observation("her2", concept("LOINC 18474-7"), "2025-03-01", valueCodeableConcept=concept("LOINC LA6577-6")),
        observation("kras", concept("LOINC 69548-6"), "2025-03-15", valueCodeableConcept=concept("LOINC LA9633-4"),
                    component=genes),
        observation("msi", concept("LOINC 81695-9"), "2025-03-15", valueCodeableConcept=concept("LOINC LA14122-8")),
        observation("hla-a", concept("LOINC 84413-4", "LOINC 57290-9"), "2025-03-15",
                    valueCodeableConcept=concept(text="HLA-A*02:01:01+HLA-A*24:02:01G")),
        observation("hla-b", concept("LOINC 57291-7"), "2025-03-15", valueCodeableConcept=concept(text="B*07:02")),
    ]  # fmt: skip


def _treatments() -> list[Json]:
    ended = [extension("mcode-treatment-termination-reason", valueCodeableConcept=concept("SNOMED 182992009"))]
    return [
        resource("MedicationStatement", "first", status="completed", medicationCodeableConcept=concept(text="mFOLFOX6"),
                 effectivePeriod={"start": "2025-03-03", "end": "2025-08-20"}, extension=ended),
        resource("Medication", "vial", code=concept("RxNorm 583214 paclitaxel 6 MG/ML Injectable Solution")),
        resource("MedicationStatement", "second", status="stopped", medicationReference={"reference": "urn:uuid:vial"},
                 effectivePeriod={"start": "2025-10-06", "end": "2026-04-28"}),
        resource("MedicationStatement", "never", status="not-taken", medicationCodeableConcept=concept("RxNorm 2555")),
        resource("Procedure", "beam", status="completed",
                 code={"coding": [{"code": "mcode-radiotherapy-course-summary"}]},
                 performedPeriod={"start": "2025-09-01", "end": "2025-09-12"}),
    ]  # fmt: skip


def _beside() -> list[Json]:
    return [
        condition("pressure", concept("SNOMED 38341003 Hypertensive disorder"), onsetDateTime="2012"),
        condition("suspected", concept("SNOMED 233604007 Pneumonia"), verified="provisional"),
        observation("hbs", concept("LOINC 5196-1"), "2026-05-01", valueCodeableConcept=concept("SNOMED 260385009")),
    ]


def _orders() -> Json:
    return resource("MedicationRequest", "order", status="active", intent="order",
                    medicationCodeableConcept=concept("RxNorm 1601374 ramucirumab"))  # fmt: skip

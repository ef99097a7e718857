"""The keys of a patient's TOML file: name, unit, meaning. What is not in here, nobody reads."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

__all__ = ["FIELD_SECTIONS", "LISTS", "SECTIONS", "TOP", "csv_columns", "patient_keys", "usual_section"]

Keys = Mapping[str, tuple[str, str]]

TOP: Final[Keys] = MappingProxyType({
    "id": ("name", "what the patient is called here; no real name is needed"),
    "as_of": ("date", "the day for which everything is said; today if not given"),
    "complete": ("names", "lists that hold everything: therapies, conditions, antigens, alterations, diagnoses; what "
                 "is absent from those is taken as not there, what is absent from the others as unknown"),
})  # fmt: skip

SECTIONS: Final[Mapping[str, Keys]] = MappingProxyType({
    "person": {
        "birth_date": ("date", "day, month or year of birth"),
        "birth_year": ("year", "year of birth, where no more is known"),
        "country": ("name", "country, by its English name or ISO code"),
        "latitude": ("degree", "where the patient lives, north positive"),
        "longitude": ("degree", "where the patient lives, east positive"),
    },
    "disease": {
        "diagnosis": ("name", "the cancer"),
        "stage": ("name", "stage group of TNM, FIGO or Ann Arbor, as IV or IIIB"),
        "metastatic": ("yes/no", "it has spread to distant organs"),
        "unresectable": ("yes/no", "it cannot be removed by surgery"),
        "histology": ("name", "what it looks like under the microscope"),
        "date": ("date", "when it was diagnosed"),
        "current": ("yes/no", "it is there now"),
    },
    "performance": {},
    "labs": {},
    "hla": {
        "alleles": ("names", "HLA alleles, as A*02:01"),
        "typed": ("names", "genes of which both alleles are known, as A"),
    },
    "answers": {},
})  # fmt: skip

FIELD_SECTIONS: Final = ("person", "disease", "performance", "labs", "answers")
"""Sections in which any field of the vocabulary may stand."""

LISTS: Final[Mapping[str, Keys]] = MappingProxyType({
    "therapy": {
        "name": ("name", "drug, class or procedure that was given"),
        "start": ("date", "first day"),
        "end": ("date", "last day"),
        "ongoing": ("yes/no", "it is still given"),
        "line": ("number", "line of systemic treatment in the advanced setting"),
        "setting": ("name", "neoadjuvant, adjuvant, advanced, maintenance or bridging"),
        "response": ("name", "best response"),
        "stopped_for": ("name", "progression, toxicity, completed or other"),
        "dose": ("number", "dose a day"),
        "dose_unit": ("name", "unit of the dose, as mg/day"),
    },
    "antigen": {
        "target": ("name", "antigen of the tumour"),
        "assay": ("name", "IHC, ISH, PCR or RNA"),
        "positive": ("yes/no", "the result, as the laboratory said it"),
        "intensity": ("0 to 3", "staining intensity"),
        "share": ("0 to 1", "share of positive tumour cells"),
        "h_score": ("0 to 300", "H-score"),
        "date": ("date", "when it was tested"),
    },
    "gene": {
        "gene": ("name", "gene symbol, or MSI-H"),
        "change": ("name", "what is changed, as G12D; any if not given"),
        "category": ("name", "mutation, amplification, deletion, fusion or signature"),
        "present": ("yes/no", "found (yes if not given), or tested and not found"),
        "date": ("date", "when it was tested"),
    },
    "condition": {
        "name": ("name", "condition beside the cancer"),
        "state": ("name", "active, past, or absent (looked for, and not there)"),
        "start": ("date", "since when"),
        "end": ("date", "until when"),
        "date": ("date", "of what is absent: when somebody looked"),
    },
    "other_cancer": {
        "diagnosis": ("name", "another cancer, now or before"),
        "stage": ("name", "stage group"),
        "metastatic": ("yes/no", "it has spread to distant organs"),
        "date": ("date", "when it was diagnosed"),
        "current": ("yes/no", "it is there now; unknown if not given"),
    },
})  # fmt: skip

_COLUMNS: Final[Keys] = MappingProxyType({
    "therapies": ("names", "treatments, joined by semicolons; each may end with its days, as 2026-01-05..2026-04-20"),
    "conditions": ("names", "conditions, joined by semicolons; -NAME is one that was looked for and is not there"),
    "genes": ("names", "changes of genes, joined by semicolons, as KRAS G12D; -NAME is one that was not found"),
    "hla": ("names", "HLA alleles, joined by semicolons"),
    "hla_typed": ("names", "HLA genes of which both alleles are known, joined by semicolons"),
    "antigen.NAME.intensity": ("0 to 3", "staining intensity of an antigen (immunohistochemistry)"),
    "antigen.NAME.share": ("0 to 1", "share of positive tumour cells"),
    "antigen.NAME.h_score": ("0 to 300", "H-score"),
    "antigen.NAME.positive": ("yes/no", "the result, as the laboratory said it"),
    "FIELD_date": ("date", "when a field was measured"),
    "FIELD_upper_limit": ("the field's", "the laboratory's upper limit of normal"),
})  # fmt: skip


def patient_keys() -> tuple[tuple[str, str, str], ...]:
    """List every key of the patient's TOML file with its unit and meaning, in the order of the file."""
    from adoptive.trial.eligibility.vocabulary import load_vocabulary

    rows = [(key, unit, meaning) for key, (unit, meaning) in TOP.items()]
    for section, keys in SECTIONS.items():
        rows += [(f"{section}.{key}", unit, meaning) for key, (unit, meaning) in keys.items()]
    rows += [
        (f"{usual_section(name, field.sort)}.{name}", field.unit, field.meaning)
        for name, field in load_vocabulary().fields.items()
    ]
    for name, keys in LISTS.items():
        rows += [(f"{name}[].{key}", unit, meaning) for key, (unit, meaning) in keys.items()]
    return tuple(rows)


def csv_columns() -> tuple[tuple[str, str, str], ...]:
    """List the columns of a cohort table with unit and meaning; every field of the vocabulary is one as well."""
    plain = {**TOP, **SECTIONS["person"], **SECTIONS["disease"], **_COLUMNS}
    return tuple((name, unit, meaning) for name, (unit, meaning) in plain.items() if name != "date")


def usual_section(name: str, sort: str) -> str:
    """Say in which section of the file a field is usually written."""
    if name in ("age_years", "sex", "weight_kg", "height_cm", "bmi_kg_m2"):
        return "person"
    if name in ("ecog", "karnofsky", "lansky", "life_expectancy_weeks"):
        return "performance"
    if name in ("prior_lines", "lesions", "sum_of_diameters_mm", "largest_lesion_mm", "measurable_disease"):
        return "disease"
    return "answers" if sort == "yes/no" else "labs"

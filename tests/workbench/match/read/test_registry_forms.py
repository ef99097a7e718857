"""Forms that registries are full of, in our own words: what is claimed of them, and what must not be."""

from __future__ import annotations

from typing import Literal

import pytest

from adoptive.trial.eligibility.statements import (
    All,
    AntigenLevel,
    AnyOf,
    Flag,
    Gene,
    Has,
    HlaAllele,
    Quantity,
    Statement,
    Treated,
    Unread,
    normal,
)
from adoptive.workbench.match.read import read_criteria, read_item

Kind = Literal["inclusion", "exclusion"]


def uln(field: str, value: float) -> Quantity:
    return Quantity(field, "<=", value, times_normal=True)


READ: list[tuple[Kind, str, Statement]] = [
    ("inclusion", "Renal function: creatinine <= 2 x ULN", uln("creatinine_mg_dl", 2)),
    ("inclusion", "Aspartate transaminase (AST or SGOT) <= 3 x ULN", uln("ast_u_l", 3)),
    ("inclusion", "Platelets >= 75,000 / mcL", Quantity("platelets_e9_l", ">=", 75)),
    ("inclusion", "ANC >= 1,000/microliters(mcL)", Quantity("neutrophils_e9_l", ">=", 1)),
    ("inclusion", "Clinical performance status of ECOG 0 or 1", Quantity("ecog", "<=", 1)),
    ("inclusion", "Measurable lesions by RECIST1.1 criteria", Flag("measurable_disease")),
    (
        "inclusion",
        "Ability of the patient to understand and the willingness to sign a written consent document",
        Flag("consents"),
    ),
    ("inclusion", "Tumours with a KRAS G12V or G12D mutation", Gene("KRAS", ("G12V", "G12D"))),
    ("inclusion", "Tumour tissue samples were positive for GPC3 by IHC", AntigenLevel("GPC3", "IHC")),
    ("inclusion", "HLA-A*11:01 positive by local assay", HlaAllele(("HLA-A*11:01",))),
    ("inclusion", "Failed at least one line of chemotherapy", Treated(("chemotherapy",), failed=True)),
    (
        "inclusion",
        "Progressed after two or more prior lines of therapy including a taxane and a platinum",
        All(
            (
                Quantity("prior_lines", ">=", 2),
                Treated(failed=True),
                Treated(("taxane",)),
                Treated(("platinum",)),
            )
        ),
    ),
    ("inclusion", "Treated, stable brain metastases are eligible", All(())),
    (
        "inclusion",
        "ALT <= 2.5 x ULN; patients with liver metastases must have ALT <= 5 x ULN",
        AnyOf((uln("alt_u_l", 2.5), All((Has(("liver metastases",)), uln("alt_u_l", 5))))),
    ),
    (
        "exclusion",
        "HIV-positive, HBsAg positive or HCV RNA positive",
        AnyOf((Has(("HIV infection",)), Has(("HBsAg positive",)), Has(("hepatitis C",)))),
    ),
    (
        "exclusion",
        "Prior treatment with an anti-PD-1, anti-PD-L1 or anti-PD-L2 antibody",
        Treated(("PD-1/PD-L1 inhibitor",)),
    ),
    ("exclusion", "History of active autoimmune disease", Has(("autoimmune disease",), ever=True)),
    (
        "exclusion",
        "Systemic corticosteroids (> 10 mg prednisone daily) within 7 days before apheresis",
        Treated(("systemic corticosteroids",), within_days=7, dose_above=10),
    ),
]


@pytest.mark.parametrize(("kind", "text", "statement"), READ, ids=[text for _, text, _ in READ])
def test_form_is_read_whole(kind: Kind, text: str, statement: Statement) -> None:
    read, understood, _ = read_item(text, kind)
    assert (understood, normal(read)) == ("whole", normal(statement))


LEFT: list[tuple[Kind, str]] = [
    ("inclusion", "CD19-positive leukaemia and lymphoma"),
    ("inclusion", "HIV, HBV and HCV negative"),
    ("inclusion", "Bilirubin <= 1.5 x ULN; bilirubin of patients with Gilbert's syndrome must be below 3 mg/dL"),
    ("inclusion", "ALT <= 2.5 x ULN; patients with liver metastases must be <= 5 x ULN"),
    ("inclusion", "Patients with HLA-A*02:01-positive tumours are eligible"),
    ("inclusion", "Patients refractory to cisplatin are eligible"),
    ("inclusion", "Failed at least two lines of chemotherapy"),
    ("exclusion", "Systemic corticosteroids > 10 mg/day"),
]


@pytest.mark.parametrize(("kind", "text"), LEFT, ids=[text for _, text in LEFT])
def test_form_is_left_unread(kind: Kind, text: str) -> None:
    assert read_item(text, kind)[0] == Unread(text)


LEADS = [
    "Adequate bone marrow, renal, hepatic, and cardiac function defined as:",
    "Laboratory results should at least meet the following specified indicators:",
    "Chemistry",
    "Subjects must have the following hematologic function parameters:",
]


@pytest.mark.parametrize("lead", LEADS)
def test_lead_of_values_states_nothing(lead: str) -> None:
    items = read_criteria(f"Inclusion Criteria:\n* {lead}\n  * ANC >= 1,000/uL\n  * ALT <= 3 x ULN")
    assert [item.statement for item in items] == [Quantity("neutrophils_e9_l", ">=", 1), uln("alt_u_l", 3)]


def test_heading_amid_a_line_turns_the_kind() -> None:
    items = read_criteria(
        "Key Inclusion Criteria: 1. ECOG 0-1 2. Adults * No pleural effusion Key Exclusion Criteria: "
        "1. Plasma cell leukaemia 2. Prior CAR-T therapy"
    )
    assert [item.statement for item in items if item.kind == "exclusion"][1] == Treated(("CAR-T cells",))
    assert not any(Treated(("CAR-T cells",)) == item.statement for item in items if item.kind == "inclusion")


def test_sections_of_older_records_end_the_exclusions() -> None:
    items = read_criteria("Exclusion Criteria:\n* HIV\n\nPATIENT CHARACTERISTICS:\n\n* ECOG 0-1")
    assert [(item.kind, item.understood) for item in items] == [("exclusion", "whole"), ("inclusion", "not")]

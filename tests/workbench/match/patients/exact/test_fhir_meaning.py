"""What a FHIR record means: status, uncertainty and absence are kept, and nothing is made up."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
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

from adoptive.trial.eligibility.facts import Facts

Read = Callable[..., Facts]
Json = dict[str, Any]
Day = datetime.date


def hb(name: str, value: float | None, day: str = "2026-05-04", /, **more: Any) -> Json:
    """Write a haemoglobin."""
    value_of = {} if value is None else {"valueQuantity": quantity(value, "g/dL")}
    return observation(name, concept("LOINC 718-7"), day, **{**value_of, **more})


# --- conditions

STATES = [
    ("active", "confirmed", "active"),
    ("recurrence", "confirmed", "active"),
    ("relapse", "", "active"),
    ("inactive", "confirmed", "past"),
    ("remission", "confirmed", "past"),
    ("resolved", "confirmed", "past"),
    ("active", "refuted", "absent"),
    ("", "refuted", "absent"),
    ("active", "entered-in-error", None),
    ("active", "provisional", None),
    ("active", "differential", None),
    ("active", "unconfirmed", None),
    ("", "confirmed", None),
]


@pytest.mark.parametrize(("clinical", "verified", "state"), STATES)
def test_a_condition_has_its_state(read: Read, clinical: str, verified: str, state: str | None) -> None:
    facts = read(bundle(patient(), condition("c", concept("SNOMED 233604007"), clinical, verified)))
    assert [(item.name, item.state) for item in facts.conditions] == ([("pneumonia", state)] if state else [])


def test_an_abatement_makes_a_condition_past(read: Read) -> None:
    code = concept("SNOMED 233604007")
    past = condition("a", code, "", onsetDateTime="2026-01-02", abatementDateTime="2026-01-20")
    assert read(bundle(patient(), past)).conditions[0].end == Day(2026, 1, 20)
    assert read(bundle(patient(), past)).conditions[0].state == "past"
    to_come = condition("b", code, "active", onsetDateTime="2026-05-20", abatementDateTime="2026-08-01")
    assert read(bundle(patient(), to_come)).conditions[0].state == "active"
    turned = condition("c", code, "resolved", onsetDateTime="2026-05-20", abatementDateTime="2026-01-01")
    facts = read(bundle(patient(), turned))
    assert (facts.conditions[0].start, facts.conditions[0].end) == (None, None)
    assert facts.notes == ("conditions that end before they begin, days left out: SNOMED 233604007",)


def test_a_refuted_or_suspected_cancer_is_no_diagnosis(read: Read) -> None:
    for verified in ("refuted", "entered-in-error", "provisional"):
        assert read(bundle(patient(), condition("c", concept("ICD-10 C16.9"), "active", verified))).diagnoses == ()


def test_cancers_are_current_past_or_open(read: Read) -> None:
    for clinical, current in (("active", True), ("relapse", True), ("remission", None), ("resolved", False)):
        facts = read(bundle(patient(), condition("c", concept("ICD-10 C50.9"), clinical)))
        assert [(item.name, item.current) for item in facts.diagnoses] == [("breast cancer", current)]


def test_a_cancer_that_is_not_known_is_still_a_cancer(read: Read) -> None:
    facts = read(
        bundle(patient(), condition("c", concept("ICD-10 C74.0 Malignant neoplasm of cortex of adrenal gland")))
    )
    assert [item.name for item in facts.diagnoses][:1] != []
    odd = read(bundle(patient(), condition("c", concept("SNOMED 99999 Malignant neoplasm of the left antenna"))))
    assert [item.name for item in odd.diagnoses] == ["cancer"]
    in_situ = read(bundle(patient(), condition("c", concept("SNOMED 99998 Carcinoma in situ of antenna"))))
    assert in_situ.diagnoses == ()


@pytest.mark.parametrize(
    ("code", "metastatic"),
    [
        ("ICD-10 C78.7 Secondary malignant neoplasm of liver", True),
        ("SNOMED 94222008 Secondary malignant neoplasm of bone", True),
        ("ICD-10 C77.2 Secondary malignant neoplasm of intra-abdominal lymph nodes", None),
    ],
)
def test_metastases_make_the_cancer_metastatic_but_nodes_do_not(read: Read, code: str, metastatic: bool | None) -> None:
    facts = read(bundle(patient(), condition("c", concept("ICD-10 C16.9")), condition("m", concept(code))))
    assert [(item.name, item.metastatic) for item in facts.diagnoses] == [("gastric cancer", metastatic)]
    refuted = condition("m", concept(code), "active", "refuted")
    facts = read(bundle(patient(), condition("c", concept("ICD-10 C16.9")), refuted))
    assert facts.diagnoses[0].metastatic is None
    assert {item.state for item in facts.conditions} <= {"absent"}


def test_no_distant_metastases_then_says_nothing_of_today(read: Read) -> None:
    m0 = observation("m", concept("LOINC 21907-1"), "2021-01-01", valueCodeableConcept=concept("AJCC cM0"))
    assert read(bundle(patient(), condition("c", concept("ICD-10 C16.9")), m0)).diagnoses[0].metastatic is None


def test_stages_go_to_the_cancer_that_they_name(read: Read) -> None:
    stomach = condition("stomach", concept("ICD-10 C16.9"))
    breast = condition("breast", concept("ICD-10 C50.9"))
    named = observation(
        "s",
        concept("LOINC 21908-9"),
        valueCodeableConcept=concept("AJCC 3B"),
        focus=[{"reference": "Condition/breast"}],
    )
    facts = read(bundle(patient(), stomach, breast, named))
    assert {item.name: item.stage for item in facts.diagnoses} == {"gastric cancer": "", "breast cancer": "IIIB"}
    unnamed = observation("s", concept("LOINC 21908-9"), valueCodeableConcept=concept("AJCC 3B"))
    assert {item.stage for item in read(bundle(patient(), stomach, breast, unnamed)).diagnoses} == {""}


def test_the_newest_stage_counts_and_other_scales_do_not(read: Read) -> None:
    cancer = condition("c", concept("ICD-10 C90.0"), stage=[{"summary": concept(text="ISS Stage II Multiple Myeloma")}])
    assert read(bundle(patient(), cancer)).diagnoses[0].stage == ""
    old = observation("a", concept("LOINC 21908-9"), "2024-01-01", valueCodeableConcept=concept(text="Stage IIA"))
    new = observation("b", concept("LOINC 21902-2"), "2025-01-01", valueCodeableConcept=concept(text="IIIA"))
    assert read(bundle(patient(), condition("c", concept("ICD-10 C16.9")), new, old)).diagnoses[0].stage == "IIIA"


# --- observations


@pytest.mark.parametrize(
    ("status", "used"),
    [("final", True), ("amended", True), ("corrected", True), ("preliminary", True), ("registered", False),
     ("cancelled", False), ("entered-in-error", False), ("unknown", False)],
)  # fmt: skip
def test_only_results_count(read: Read, status: str, used: bool) -> None:
    facts = read(bundle(patient(), hb("h", 9.5, status=status)))
    assert ("haemoglobin_g_dl" in facts.values) is used
    assert any("preliminary" in note for note in facts.notes) is (status == "preliminary")


def test_what_is_absent_is_missing(read: Read) -> None:
    absent = {"dataAbsentReason": {"coding": [{"code": "not-performed"}]}}
    facts = read(bundle(patient(), hb("h", None, **absent)))
    assert "haemoglobin_g_dl" not in facts.values
    assert read(bundle(patient(gender="unknown"))).values.get("sex") is None
    assert read(bundle(patient(gender="other"))).values.get("sex") is None


def test_newest_first_and_bounds_and_limits(read: Read) -> None:
    limits = [{"low": quantity(120, "g/L"), "high": {"value": 155, "unit": "g/L"}}]
    older = hb("old", 8.0, "2026-01-01")
    newer = observation(
        "new", concept("LOINC 718-7"), "2026-05-30",
        valueQuantity=quantity(99, "g/L", comparator=">"), referenceRange=limits,
    )  # fmt: skip
    new, old = read(bundle(patient(), older, newer)).values["haemoglobin_g_dl"]
    assert (new.value, new.censored, new.day) == (pytest.approx(9.9), ">", Day(2026, 5, 30))
    assert (new.lower_limit, new.upper_limit) == (pytest.approx(12.0), pytest.approx(15.5))
    assert (old.value, old.upper_limit) == (8.0, None)


def test_limits_for_others_are_not_the_patients(read: Read) -> None:
    men = {"high": quantity(17.5, "g/dL"), "text": "men"}
    women = {"high": quantity(15.5, "g/dL"), "text": "women"}
    facts = read(bundle(patient(), hb("h", 9.5, referenceRange=[men, women])))
    assert facts.values["haemoglobin_g_dl"][0].upper_limit is None


@pytest.mark.parametrize(
    "value",
    [
        {"value": 9.5, "unit": "furlong", "code": "furlong"},
        {"value": 9.5},
        {"value": 950.0, "unit": "g/dL", "code": "g/dL"},
        {"value": 9.5, "unit": "g/dL", "comparator": "ad"},
    ],
)
def test_an_unknown_unit_or_an_impossible_number_is_left_out_and_named(read: Read, value: Json) -> None:
    facts = read(bundle(patient(), hb("h", None, valueQuantity=value)))
    assert "haemoglobin_g_dl" not in facts.values
    assert [note.rsplit(": ", 1)[1] for note in facts.notes if "left out" in note] in (
        ["LOINC 718-7"],
        ["Observation/h"],
    )


def test_scores_of_performance(read: Read) -> None:
    code = concept("LOINC 89247-1")
    by_answer = observation("e", code, valueCodeableConcept=concept("LOINC LA9624-3"))
    assert read(bundle(patient(), by_answer)).values["ecog"][0].value == 2.0
    by_quantity = observation("e", code, valueQuantity=quantity(1, "{score}"))
    assert read(bundle(patient(), by_quantity)).values["ecog"][0].value == 1.0
    contradictory = observation("e", code, valueInteger=0, interpretation=[concept("LOINC LA9624-3")])
    assert "ecog" not in read(bundle(patient(), contradictory)).values
    too_large = observation("e", code, valueInteger=60)
    assert "ecog" not in read(bundle(patient(), too_large)).values
    karnofsky = observation("k", concept("LOINC 89243-0"), valueInteger=90, interpretation=[concept("LOINC LA29176-7")])
    assert read(bundle(patient(), karnofsky)).values["karnofsky"][0].value == 90.0


def test_components_are_results_of_their_own(read: Read) -> None:
    pressure = observation(
        "bp", concept("LOINC 85354-9"),
        component=[
            component(concept("LOINC 8480-6"), valueQuantity=quantity(121, "mmHg", "mm[Hg]")),
            component(concept("LOINC 8462-4"), dataAbsentReason={"text": "not done"}),
        ],
    )  # fmt: skip
    facts = read(bundle(patient(), pressure))
    assert facts.values["systolic_mmhg"][0].value == 121.0
    assert "diastolic_mmhg" not in facts.values


def test_tests_of_conditions_follow_the_newest(read: Read) -> None:
    code, yes, no = concept("LOINC 5195-3"), concept("LOINC LA6576-8"), concept("LOINC LA6577-6")
    positive = observation("p", code, "2020-02-01", valueCodeableConcept=yes)
    negative = observation("n", code, "2026-02-01", valueCodeableConcept=no)
    only = read(bundle(patient(), negative)).conditions
    assert [(item.name, item.state) for item in only] == [("HBsAg positive", "absent")]
    both = read(bundle(patient(), positive, negative)).conditions
    assert [(item.state, item.end) for item in both] == [("past", Day(2026, 2, 1))]
    open_answer = observation("o", code, valueCodeableConcept=concept("LOINC LA11884-6 Indeterminate"))
    assert read(bundle(patient(), open_answer)).conditions == ()
    clash = observation("c", code, "2026-02-01", valueCodeableConcept=yes)
    assert read(bundle(patient(), negative, clash)).conditions == ()


def test_pregnancy(read: Read) -> None:
    code = concept("LOINC 82810-3")
    for answer, value in (("LA15173-0", True), ("LA26683-5", False)):
        one = observation("p", code, valueCodeableConcept=concept(f"LOINC {answer}"))
        assert read(bundle(patient(), one)).values["pregnant"][0].value is value
    unknown = observation("p", code, valueCodeableConcept=concept("LOINC LA4489-6"))
    assert "pregnant" not in read(bundle(patient(), unknown)).values


# --- the tumour


def test_variants_absent_uncertain_and_without_a_symbol(read: Read) -> None:
    def one(value: str, *more: Json, gene: str = "HGNC HGNC:6407 KRAS") -> Facts:
        inner = [component(concept("LOINC 48018-6"), valueCodeableConcept=concept(gene)), *more]
        return read(
            bundle(
                patient(),
                observation("v", concept("LOINC 69548-6"), valueCodeableConcept=concept(value), component=inner),
            )
        )

    change = component(concept("LOINC 48005-3"), valueCodeableConcept=concept("HGVS NP_004976.2:p.(Gly12Asp)"))
    vus = component(concept("LOINC 53037-8"), valueCodeableConcept=concept("LOINC LA26333-7"))
    gain = component(concept("LOINC 48019-4"), valueCodeableConcept=concept("LOINC LA14033-7"))
    found = one("LOINC LA9633-4", change).alterations
    assert [(item.gene, item.change, item.category, item.present) for item in found] == [
        ("KRAS", "G12D", "mutation", True)
    ]
    assert [item.present for item in one("LOINC LA9634-2").alterations] == [False]
    assert one("LOINC LA18198-4").alterations == ()
    assert one("LOINC LA9633-4", change, vus).alterations == ()
    assert one("LOINC LA9633-4", gain).alterations == ()
    assert one("LOINC LA9633-4", change, gene="HGNC HGNC:6407").alterations == ()
    copies = component(concept("LOINC 82155-3"), valueQuantity=quantity(9, "1"))
    assert one("LOINC LA9633-4", copies).alterations == ()
    wild = component(concept("LOINC 48019-4"), valueCodeableConcept=concept("LOINC LA9658-1"))
    assert one("LOINC LA9633-4", wild).alterations == ()
    assert [item.category for item in one("LOINC LA9633-4").alterations] == [""]
    other = component(concept("LOINC 48018-6"), valueCodeableConcept=concept("HGNC HGNC:76 ABL1"))
    joined = component(concept("LOINC 48006-1"), valueCodeableConcept=concept(text="gene_fusion"))
    assert one("LOINC LA9633-4", other).alterations == ()
    fusion = one("LOINC LA9633-4", other, joined, gene="HGNC HGNC:1014 BCR").alterations
    assert [(item.gene, item.change, item.category) for item in fusion] == [
        ("ABL1", "BCR::ABL1", "fusion"), ("BCR", "BCR::ABL1", "fusion"),
    ]  # fmt: skip


def test_antigens_by_assay(read: Read) -> None:
    stain = concept(text="IHC")

    def one(**content: Any) -> Facts:
        return read(bundle(patient(), observation("a", concept(text="CLDN18.2"), **content)))

    share = one(method=stain, valueQuantity=quantity(60, "%")).antigens[0]
    assert (share.target, share.assay, share.share, share.intensity) == ("CLDN18.2", "IHC", 0.6, None)
    assert one(method=stain, valueString="3+").antigens[0].intensity == 3.0
    assert one(method=stain, valueQuantity=quantity(60, "ng/mL")).antigens == ()
    assert one(valueString="3+").antigens == ()  # without an assay it may be a blood test
    amplified = observation("f", concept("LOINC 31150-6"), valueCodeableConcept=concept(text="Amplified"))
    assert [(item.assay, item.positive) for item in read(bundle(patient(), amplified)).antigens] == [("ISH", True)]


def test_hla(read: Read) -> None:
    def typed(*values: str, code: str = "LOINC 57290-9") -> Facts:
        return read(bundle(patient(), *(
            observation(f"h{number}", concept(code), valueCodeableConcept=concept(text=value))
            for number, value in enumerate(values))))  # fmt: skip

    assert (typed("A*02:01", "A*24:02").hla, typed("A*02:01", "A*24:02").hla_typed) == (
        ("HLA-A*02:01", "HLA-A*24:02"), {"A"})  # fmt: skip
    assert (typed("HLA-A*02:01:01").hla, typed("HLA-A*02:01:01").hla_typed) == (("HLA-A*02:01",), frozenset())
    assert typed("HLA-A*02:01/HLA-A*02:09+HLA-A*01:01").hla == ("HLA-A*01:01", "HLA-A*02")
    assert typed("A*01:01", "A*02:01", "A*03:01").hla == ()
    assert typed("B*07:02").hla == ()  # another gene than the test's
    one = component(concept("LOINC 57290-9"), valueCodeableConcept=concept(text="A*02:01"))
    homozygous = observation("h", concept("LOINC 96629-1"), component=[one, one])
    facts = read(bundle(patient(), homozygous))
    assert (facts.hla, facts.hla_typed) == (("HLA-A*02:01",), {"A"})


# --- treatments


@pytest.mark.parametrize(
    ("sort", "status", "given"),
    [
        ("MedicationAdministration", "completed", True),
        ("MedicationAdministration", "not-done", False),
        ("MedicationAdministration", "on-hold", False),
        ("MedicationAdministration", "entered-in-error", False),
        ("MedicationStatement", "active", True),
        ("MedicationStatement", "stopped", True),
        ("MedicationStatement", "intended", False),
        ("MedicationStatement", "not-taken", False),
        ("MedicationStatement", "on-hold", False),
        ("MedicationRequest", "active", False),
        ("MedicationRequest", "completed", False),
    ],
)
def test_only_what_was_given_is_a_treatment(read: Read, sort: str, status: str, given: bool) -> None:
    more: Json = {"intent": "order"} if sort == "MedicationRequest" else {"effectiveDateTime": "2026-03-01"}
    item = resource(sort, "m", status=status, medicationCodeableConcept=concept("RxNorm 2555 cisplatin"), **more)
    facts = read(bundle(patient(), item))
    assert [therapy.name for therapy in facts.therapies] == (["cisplatin"] if given else [])
    assert (facts.notes == ()) is (given or status == "entered-in-error")
    assert "prior_lines" not in facts.values
    assert facts.complete == frozenset()


def test_doses_become_courses(read: Read) -> None:
    days = ("2025-01-06", "2025-01-27", "2025-02-17", "2026-03-02", "2026-03-23")
    doses = [
        resource("MedicationAdministration", f"d{number}", status="completed", effectiveDateTime=day,
                 medicationCodeableConcept=concept("RxNorm 1790099 doxorubicin hydrochloride 2 MG/ML Injection"))
        for number, day in enumerate(days)
    ]  # fmt: skip
    found = read(bundle(patient(), *reversed(doses))).therapies
    assert [(item.name, item.start, item.end) for item in found] == [
        ("doxorubicin", Day(2025, 1, 6), Day(2025, 2, 17)), ("doxorubicin", Day(2026, 3, 2), Day(2026, 3, 23)),
    ]  # fmt: skip


def test_a_cream_is_no_systemic_steroid(read: Read) -> None:
    def one(text: str, **more: Any) -> Facts:
        item = resource(
            "MedicationStatement", "m", status="active", medicationCodeableConcept=concept(f"RxNorm 1 {text}"),
            effectiveDateTime="2026-05-01", **more,
        )  # fmt: skip
        return read(bundle(patient(), item))

    assert one("hydrocortisone 10 MG/ML Topical Cream").therapies == ()
    assert one("dexamethasone 1 MG/ML Ophthalmic Suspension").therapies == ()
    daily = {"timing": {"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}},
             "doseAndRate": [{"doseQuantity": quantity(10, "mg")}]}  # fmt: skip
    tablet = one("predniSONE 10 MG Oral Tablet", dosage=[daily]).therapies[0]
    assert (tablet.name, tablet.ongoing, tablet.dose, tablet.dose_unit) == ("prednisone", True, 20.0, "mg/day")


def test_an_end_known_to_a_month_is_kept_as_a_range(read: Read) -> None:
    item = resource("MedicationStatement", "m", status="completed", medicationCodeableConcept=concept("RxNorm 2555"),
                    effectivePeriod={"start": "2026-01", "end": "2026-04"})  # fmt: skip
    therapy = read(bundle(patient(), item)).therapies[0]
    assert (therapy.start, therapy.end_from, therapy.end) == (Day(2026, 1, 1), Day(2026, 4, 1), Day(2026, 4, 30))
    month = read(bundle(patient(), item), as_of=Day(2026, 4, 10)).therapies[0]
    assert (month.end_from, month.end) == (Day(2026, 4, 1), Day(2026, 4, 10))


def test_why_a_treatment_stopped(read: Read) -> None:
    for code, reason in (("407563006", "toxicity"), ("182992009", "completed"), ("105480006", "other")):
        why = [extension("mcode-treatment-termination-reason", valueCodeableConcept=concept(f"SNOMED {code}"))]
        item = resource("Procedure", "p", status="completed", code=concept("SNOMED 108290001"),
                        performedDateTime="2026-01-05", extension=why)  # fmt: skip
        assert read(bundle(patient(), item)).therapies[0].stopped_for == reason


def test_procedures_by_profile(read: Read) -> None:
    profile = {"profile": [MCODE + "mcode-cancer-related-surgical-procedure"]}
    item = resource("Procedure", "p", status="completed", code=concept("SNOMED 64368001 Partial mastectomy"),
                    meta=profile, performedDateTime="2018")  # fmt: skip
    found = read(bundle(patient(), item)).therapies[0]
    assert (found.name, found.start, found.end, found.end_from) == (
        "surgery", Day(2018, 1, 1), Day(2018, 12, 31), Day(2018, 1, 1))  # fmt: skip
    not_done = {**item, "status": "not-done"}
    assert read(bundle(patient(), not_done)).therapies == ()


def test_live_vaccines(read: Read) -> None:
    def shot(code: str, day: str, status: str = "completed") -> Json:
        return resource("Immunization", code, status=status, vaccineCode=concept(f"CVX {code}"), occurrenceDateTime=day)

    facts = read(bundle(patient(), shot("03", "2020-01-01"), shot("37", "2026-05-04"), shot("140", "2026-05-20")))
    assert [fact.value for fact in facts.values["live_vaccine_weeks"]] == [4.0]
    assert "live_vaccine_weeks" not in read(bundle(patient(), shot("37", "2026-05-04", "not-done"))).values


# --- the course and the person


def test_progression_is_only_the_newest_word_on_it(read: Read) -> None:
    def course(name: str, code: str, day: str) -> Json:
        return observation(name, concept("LOINC 97509-4"), day, valueCodeableConcept=concept(f"SNOMED {code}"))

    worse, better = course("w", "271299001", "2026-03-01"), course("b", "268910001", "2026-05-01")
    assert read(bundle(patient(), worse)).values["progressed"][0].value is True
    assert "progressed" not in read(bundle(patient(), worse, better)).values
    later = resource("MedicationStatement", "m", status="active", medicationCodeableConcept=concept("RxNorm 2555"),
                     effectivePeriod={"start": "2026-04-01"})  # fmt: skip
    assert "progressed" not in read(bundle(patient(), worse, later)).values


def test_age_with_what_is_known_of_the_birth(read: Read) -> None:
    def age(born: str) -> tuple[Any, Any]:
        fact = read(bundle(patient(birthDate=born))).values["age_years"][0]
        return fact.value, fact.until

    assert age("1961-06-01") == (65.0, None)
    assert age("1961-06-02") == (64.0, None)
    assert age("1961") == (64.0, 65.0)
    assert age("1961-06") == (64.0, 65.0)
    assert age("1961-05") == (65.0, None)


def test_births_that_cannot_be_are_missing(read: Read) -> None:
    for born in ("2027-01-01", "1850-01-01"):
        facts = read(bundle(patient(birthDate=born)))
        assert "age_years" not in facts.values
        assert any("birth date" in note for note in facts.notes)


def test_the_dead_are_said_to_be_dead(read: Read) -> None:
    for said in ({"deceasedBoolean": True}, {"deceasedDateTime": "2026-05-01"}):
        facts = read(bundle(patient(**said)))
        assert facts.deceased
        assert "the record says that the patient has died" in facts.notes
    assert not read(bundle(patient(deceasedBoolean=False))).deceased


def test_a_sex_that_contradicts_itself_is_missing(read: Read) -> None:
    birth_sex = {"url": "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex", "valueCode": "M"}
    assert "sex" not in read(bundle(patient(gender="female", extension=[birth_sex]))).values
    assert read(bundle(patient(gender="other", extension=[birth_sex]))).values["sex"][0].value == "male"


def test_names_and_addresses_are_not_kept(read: Read) -> None:
    home = {"line": ["1 Secret Street"], "city": "Hidden", "country": "US"}
    secret = patient(name=[{"family": "Topsecret"}], telecom=[{"value": "555-1234567"}], address=[home])
    shown = repr(read(bundle(secret, condition("c", concept(text="Something Topsecret")))))
    for word in ("Topsecret", "Secret Street", "Hidden", "555-1234567"):
        assert word not in shown
    assert "United States" in shown


def test_days_that_are_only_known_to_a_month_never_look_exact(read: Read) -> None:
    code = concept("SNOMED 233604007")
    ended = condition("c", code, "resolved", onsetDateTime="2026-01", abatementDateTime="2026-02")
    assert (read(bundle(patient(), ended)).conditions[0].start, read(bundle(patient(), ended)).conditions[0].end) == (
        Day(2026, 1, 1), None)  # fmt: skip
    result = read(bundle(patient(), hb("h", 9.5, "2026-05"))).values["haemoglobin_g_dl"][0]
    assert result.day is None
    begun = resource("MedicationStatement", "m", status="completed", medicationCodeableConcept=concept("RxNorm 2555"),
                     effectiveDateTime="2026-05")  # fmt: skip
    therapy = read(bundle(patient(), begun)).therapies[0]
    assert (therapy.start, therapy.end) == (None, None)


def test_a_medicine_may_stand_in_a_resource_of_its_own(read: Read) -> None:
    drug = {"resourceType": "Medication", "id": "in", "code": concept("RxNorm 2555")}
    inside = resource("MedicationStatement", "m", status="active", contained=[drug],
                      medicationReference={"reference": "#in"}, effectiveDateTime="2026-05-01")  # fmt: skip
    assert [item.name for item in read(bundle(patient(), inside)).therapies] == ["cisplatin"]


def test_what_was_resolved_of_one_date_is_judged_with_it(read: Read) -> None:
    """A record goes all the way to a verdict: a washout, a laboratory limit, a cancer, and what nobody knows."""
    from adoptive.trial.eligibility.judge import truth
    from adoptive.trial.eligibility.statements import AntigenLevel, Disease, Flag, Has, Quantity, Treated

    drug = resource("MedicationStatement", "m", status="completed", medicationCodeableConcept=concept("RxNorm 2555"),
                    effectivePeriod={"start": "2026-03-01", "end": "2026-05"})  # fmt: skip
    alt = observation("a", concept("LOINC 1742-6"), valueQuantity=quantity(80, "U/L"),
                      referenceRange=[{"high": quantity(40, "U/L")}])  # fmt: skip
    facts = read(bundle(patient(), condition("c", concept("ICD-10 C16.9")), drug, alt))
    assert truth(Treated(("cisplatin",)), facts) is True
    assert truth(Treated(("platinum",), within_days=60), facts) is True
    assert truth(Treated(("platinum",), within_days=14), facts) is None  # it ended on a day of May
    assert truth(Treated(("taxane",)), facts) is None
    assert truth(Quantity("alt_u_l", "<=", 2.5, times_normal=True), facts) is True
    assert truth(Quantity("alt_u_l", "<=", 1.5, times_normal=True), facts) is False
    assert truth(Disease(("gastrointestinal cancer",)), facts) is True
    assert truth(Disease(("gastric adenocarcinoma",)), facts) is None
    assert truth(Flag("pregnant"), facts) is None
    assert truth(Has(("hepatitis B",)), facts) is None
    assert truth(AntigenLevel("CLDN18.2"), facts) is None

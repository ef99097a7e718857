"""Labelled criteria: infections, nervous system, autoimmunity, heart, lungs, allergies, veins, caregivers."""

from __future__ import annotations

from adoptive.trial.eligibility.statements import All, AnyOf, Flag, Has, Not, Statement, Treated
from benchmarks.matching.labelled.types import Labelled, exclusion, inclusion


def _has(*names: str, qualifier: str = "", within: float | None = None, ever: bool = False) -> Statement:
    return Has(names, ever=ever, within_days=within, qualifier=qualifier)  # type: ignore[arg-type]


HIV, HBV, HCV = "HIV infection", "hepatitis B", "hepatitis C"
CNS = "CNS metastases"
AUTO = "autoimmune disease"
NYHA = "heart failure NYHA III or IV"

CONDITION: tuple[Labelled, ...] = (
    exclusion("infection", "HIV infection", _has(HIV)),
    exclusion("infection", "Known HIV infection", _has(HIV)),
    exclusion("infection", "Human immunodeficiency virus (HIV) infection", _has(HIV)),
    exclusion("infection", "HIV, hepatitis B or hepatitis C infection", _has(HIV, HBV, HCV)),
    exclusion("infection", "Active hepatitis B or hepatitis C", _has(HBV, HCV)),
    exclusion("infection", "Active hepatitis B, hepatitis C or HIV infection", _has(HBV, HCV, HIV)),
    exclusion("infection", "HBsAg positive", _has("HBsAg positive")),
    exclusion("infection", "Active infection", _has("infection")),
    exclusion("infection", "Uncontrolled infection", _has("infection", qualifier="uncontrolled")),
    exclusion("infection", "Uncontrolled active infection", _has("infection", qualifier="uncontrolled")),
    exclusion(
        "infection",
        "Active infection requiring systemic treatment",
        _has("infection", qualifier="needs systemic treatment"),
    ),
    exclusion(
        "infection",
        "Uncontrolled bacterial, viral or fungal infection",
        _has("bacterial infection", "viral infection", "fungal infection", qualifier="uncontrolled"),
    ),
    exclusion("infection", "Active tuberculosis", _has("tuberculosis")),
    exclusion("infection", "Active COVID-19", _has("COVID-19")),
    exclusion("infection", "Active CMV infection", _has("CMV infection")),
    exclusion("infection", "History of tuberculosis", _has("tuberculosis", ever=True)),
    inclusion("infection", "No active infection", Not(_has("infection"))),
    inclusion("infection", "Absence of HIV infection", Not(_has(HIV))),
    exclusion("CNS", "CNS metastases", _has(CNS)),
    exclusion("CNS", "Known brain metastases", _has("brain metastases")),
    exclusion("CNS", "Symptomatic brain metastases", _has("brain metastases", qualifier="symptomatic")),
    exclusion("CNS", "Untreated CNS metastases", _has(CNS, qualifier="untreated")),
    exclusion("CNS", "Leptomeningeal disease", _has("leptomeningeal disease")),
    exclusion("CNS", "Brain metastases or leptomeningeal disease", _has("brain metastases", "leptomeningeal disease")),
    inclusion("CNS", "No known central nervous system metastases", Not(_has(CNS))),
    inclusion("CNS", "Free of brain metastases", Not(_has("brain metastases"))),
    exclusion("CNS", "Seizure disorder", _has("seizure disorder")),
    exclusion("CNS", "History of seizures", _has("seizure disorder", ever=True)),
    exclusion("CNS", "History of stroke within 6 months", _has("stroke", within=183)),
    exclusion("autoimmunity", "Active autoimmune disease", _has(AUTO)),
    exclusion(
        "autoimmunity",
        "Active autoimmune disease requiring systemic treatment",
        _has(AUTO, qualifier="needs systemic treatment"),
    ),
    exclusion(
        "autoimmunity",
        "Autoimmune disease requiring systemic treatment within the past 2 years",
        _has(AUTO, within=731, qualifier="needs systemic treatment"),
    ),
    exclusion("autoimmunity", "History of autoimmune disease", _has(AUTO, ever=True)),
    exclusion("autoimmunity", "Crohn's disease or ulcerative colitis", _has("Crohn's disease", "ulcerative colitis")),
    exclusion("autoimmunity", "Primary immunodeficiency", _has("primary immunodeficiency")),
    exclusion("autoimmunity", "Active graft-versus-host disease", _has("graft-versus-host disease")),
    exclusion("heart", "NYHA class III or IV heart failure", _has(NYHA)),
    exclusion("heart", "New York Heart Association class III or IV congestive heart failure", _has(NYHA)),
    exclusion("heart", "Myocardial infarction within 6 months", _has("myocardial infarction", within=183)),
    exclusion("heart", "Unstable angina", _has("unstable angina")),
    exclusion(
        "heart",
        "Myocardial infarction or unstable angina within the past 12 months",
        _has("myocardial infarction", "unstable angina", within=365),
    ),
    exclusion("heart", "Uncontrolled hypertension", _has("hypertension", qualifier="uncontrolled")),
    exclusion("heart", "Uncontrolled arrhythmia", _has("arrhythmia", qualifier="uncontrolled")),
    exclusion("heart", "Deep vein thrombosis within 6 months", _has("deep vein thrombosis", within=183)),
    exclusion(
        "heart",
        "Deep vein thrombosis or pulmonary embolism within 3 months",
        _has("deep vein thrombosis", "pulmonary embolism", within=91),
    ),
    exclusion("lung", "Interstitial lung disease", _has("interstitial lung disease")),
    exclusion("lung", "History of interstitial lung disease", _has("interstitial lung disease", ever=True)),
    exclusion("lung", "Interstitial lung disease or pneumonitis", _has("interstitial lung disease", "pneumonitis")),
    exclusion(
        "other condition", "Gastrointestinal bleeding within 3 months", _has("gastrointestinal bleeding", within=91)
    ),
    exclusion("other condition", "Bowel obstruction", _has("gastrointestinal obstruction")),
    exclusion("other condition", "Cirrhosis", _has("cirrhosis")),
    exclusion("other condition", "Hepatic encephalopathy", _has("hepatic encephalopathy")),
    exclusion("other condition", "Prior solid organ transplant", _has("organ transplant", ever=True)),
    exclusion("other condition", "Symptomatic ascites", _has("ascites", qualifier="symptomatic")),
    exclusion("other condition", "Bleeding disorder", _has("bleeding disorder")),
    exclusion("other condition", "Allergy to cyclophosphamide", _has("allergy to cyclophosphamide")),
    exclusion("other condition", "Hypersensitivity to DMSO", _has("allergy to dimethyl sulfoxide")),
    exclusion(
        "other condition",
        "HIV infection; active autoimmune disease; cirrhosis",
        AnyOf((_has(HIV), _has(AUTO), _has("cirrhosis"))),
    ),
    inclusion("venous access", "Adequate venous access for apheresis", Flag("venous_access")),
    inclusion("venous access", "Adequate venous access", Flag("venous_access")),
    inclusion("venous access", "Sufficient venous access for leukapheresis", Flag("venous_access")),
    inclusion("caregiver", "Caregiver available", Flag("caregiver")),
    inclusion("caregiver", "Has a caregiver available around the clock after infusion", Flag("caregiver")),
    inclusion("other condition", "Able to swallow tablets", Flag("swallows_tablets")),
    exclusion(
        "infection", "Systemic antibiotics within 7 days before leukapheresis", Treated(("antibiotics",), within_days=7)
    ),
    inclusion(
        "autoimmunity",
        "No autoimmune disease and no immunodeficiency",
        All((Not(_has(AUTO)), Not(_has("immunodeficiency")))),
    ),
)

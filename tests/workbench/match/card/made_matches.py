"""Matches made by hand for the card's tests: a synthetic patient and synthetic trials, nobody's."""

from __future__ import annotations

import datetime
from types import MappingProxyType

from adoptive.trial.eligibility.facts import (
    Alteration,
    AntigenTest,
    Condition,
    Diagnosis,
    Fact,
    Facts,
    Therapy,
)
from adoptive.trial.eligibility.findings import Finding
from adoptive.trial.eligibility.statements import (
    All,
    AntigenLevel,
    Disease,
    Flag,
    Has,
    HlaAllele,
    Quantity,
    Statement,
    Treated,
    Unread,
)
from adoptive.workbench.match.types import (
    Fit,
    Forecast,
    Item,
    Judged,
    Level,
    LevelFit,
    Match,
    Range,
    Refused,
    Site,
    Trial,
    Understood,
    Verdict,
)

DAY = datetime.date(2026, 11, 20)

RULES: tuple[tuple[str, str, Statement, Understood], ...] = (
    (
        "inclusion",
        "Aged 18 to 75 years",
        All((Quantity("age_years", ">=", 18.0), Quantity("age_years", "<=", 75.0))),
        "whole",
    ),
    (
        "inclusion",
        "Advanced gastric adenocarcinoma",
        Disease(("gastric adenocarcinoma",), extent=("advanced",)),
        "whole",
    ),
    (
        "inclusion",
        "Claudin 18.2 staining of 2+ or more in at least 40% of tumour cells",
        AntigenLevel("CLDN18.2", "IHC", 2, 0.4),
        "whole",
    ),
    ("inclusion", "Haemoglobin of 9 g/dL or more", Quantity("haemoglobin_g_dl", ">=", 9.0), "whole"),
    ("inclusion", "ECOG 0 or 1", Quantity("ecog", "<=", 1.0), "whole"),
    (
        "inclusion",
        "Organs work well enough in the eyes of the investigator",
        Unread("in the eyes of the investigator"),
        "not",
    ),
    (
        "exclusion",
        "Chemotherapy less than 2 weeks before collection, or 5 half-lives",
        All((Treated(("chemotherapy",), within_days=14), Unread("or 5 half-lives"))),
        "part",
    ),
    (
        "exclusion",
        "Chemotherapy less than 4 weeks before conditioning",
        Treated(("chemotherapy",), within_days=28),
        "whole",
    ),
    ("exclusion", "Pregnant women", Flag("pregnant"), "whole"),
    ("exclusion", "Active infection that is not under control", Has(("infection",), qualifier="uncontrolled"), "whole"),
    ("inclusion", "HLA-A*02:01 carriers (Cohort B)", HlaAllele(("HLA-A*02:01",)), "whole"),
)

TEXT = "Inclusion Criteria:\n" + "".join(f"* {text}\n" for kind, text, *_ in RULES if kind == "inclusion")
TEXT += "Exclusion Criteria:\n" + "".join(f"* {text}\n" for kind, text, *_ in RULES if kind == "exclusion")

FINDINGS: dict[Verdict, tuple[Finding, ...]] = {
    "met": (
        Finding(True, ("age 61 years on 2026-11-20, patient.toml",)),
        Finding(True, ("gastric adenocarcinoma, stage IV, patient.toml",)),
        Finding(True, ("CLDN18.2 IHC 3+ in 70 %, 2026-10-02",)),
        Finding(True, ("haemoglobin 10.4 g/dL on 2026-11-10, labs row 3",), distance=1.4, unit="g/dL"),
        Finding(True, ("ECOG 1 on 2026-11-10",)),
    ),
}

FORECAST = Forecast(
    study="satri-cel",
    basis="The product is a CAR-T cell against CLDN18.2 in gastric cancer, which the model knows.",
    numbers={
        "infused": Range(81.6, 68.0, 92.0, "%"),
        "days_to_infusion": Range(41.2, 33.0, 55.0, "day"),
        "response": Range(22.0, 8.0, 35.0, "%"),
        "response_of_enrolled": Range(18.0, 6.0, 30.0, "%"),
        "crs_grade3": Range(4.2, 0.6, 11.0, "%"),
        "neurotoxicity_grade3": Range(0.2, 0.0, 2.0, "%"),
        "pfs_median": Range(3.3, 2.1, 5.2, "months"),
        "cost_per_treated": Range(310_000.0, 240_000.0, 400_000.0, "USD"),
    },
    trials=40,
    patients=200,
    seed=1,
    taken=("age 61 years", "ECOG 1"),
    assumed=("lesions", "weight"),
    cautions=("Two of nine published numbers of that study lie outside what the model gives.",),
    cost=("making the cells, United States: about 95,000 USD",),
)


def patient() -> Facts:
    """Make a synthetic patient."""
    values = {
        "age_years": (Fact(61.0, "year", source="patient.toml"),),
        "haemoglobin_g_dl": (Fact(8.1, "g/dL", datetime.date(2026, 11, 10), "labs row 3"),),
        "ecog": (Fact(1.0, "points", datetime.date(2026, 11, 10), "patient.toml"),),
        "alt_u_l": (Fact(30.0, "U/L", datetime.date(2026, 11, 10), "labs row 4", upper_limit=40.0),),
        "crp_mg_l": (Fact(5.0, "mg/L", censored="<"),),
        "sex": (Fact("female"),),
        "caregiver": (Fact(False),),
    }
    return Facts(
        id="synthetic-7",
        as_of=DAY,
        values=MappingProxyType(values),
        diagnoses=(Diagnosis("gastric adenocarcinoma", "IV", metastatic=True, source="patient.toml"),),
        therapies=(
            Therapy("oxaliplatin", datetime.date(2026, 1, 5), datetime.date(2026, 5, 20), line=1, response="PR"),
            Therapy(
                "paclitaxel", datetime.date(2026, 7, 1), datetime.date(2026, 11, 5), line=2, stopped_for="progression"
            ),
        ),
        antigens=(AntigenTest("CLDN18.2", "IHC", True, 3.0, 0.7, day=datetime.date(2026, 10, 2)),),
        alterations=(Alteration("KRAS", "G12D", "mutation", present=False),),
        conditions=(Condition("hepatitis B", "past"),),
        complete=frozenset({"therapies"}),
        country="United States",
        latitude=40.0,
        longitude=-75.0,
        notes=("labs row 9: the unit 'furlong' is not known; the value was not used",),
    )


def item(number: int, **changes: object) -> Item:
    """Make the rule of that number in the list, with its span in the text."""
    kind, text, statement, understood = RULES[number]
    start = TEXT.index(text)
    made: dict[str, object] = {
        "number": number + 1, "kind": kind, "text": text, "statement": statement, "understood": understood,
        "start": start, "end": start + len(text),
    }  # fmt: skip
    return Item(**(made | changes))  # type: ignore[arg-type]


def trial(number: int, **changes: object) -> Trial:
    """Make a synthetic trial."""
    made: dict[str, object] = {
        "id": f"NCT9{number:07d}",
        "title": f"Engineered cells for stomach cancer, study {number}",
        "source": "records/made-up.json",
        "format": "clinicaltrials.gov",
        "status": "open",
        "phase": "PHASE1",
        "sponsor": "Made-up Institute",
        "interventions": ("CLDN18.2 CAR-T cells",),
        "criteria_text": TEXT,
        "sites": (
            Site("Hospital One", "Philadelphia", "United States", 39.9, -75.1, "open"),
            Site("", "Lyon", "France"),
        ),
        "updated": "2026-08-01",
    }
    return Trial(**(made | changes))  # type: ignore[arg-type]


def judged(number: int, verdict: Verdict, finding: Finding | None = None, **changes: object) -> Judged:
    """Judge a rule by hand."""
    default = {"met": Finding(True, ("as your file says",)), "not met": Finding(False), "unknown": Finding(None)}
    return Judged(item(number, **changes), verdict, finding or default[verdict])


MET = tuple(judged(number, "met", FINDINGS["met"][number]) for number in range(5))
NO_STAIN = judged(2, "unknown", Finding(None, settle=("a staining test (IHC) for CLDN18.2",)))
LOW_HB = judged(
    3,
    "not met",
    Finding(False, ("haemoglobin 8.1 g/dL on 2026-11-10, labs row 3",), distance=-0.9, unit="g/dL", recoverable=True),
)
WASHOUT = judged(
    7,
    "not met",
    Finding(False, ("paclitaxel ended on 2026-11-05",), ("wait until 2026-12-03",), -13, "day", "2026-12-03", True),
    gate="treatment",
)
NO_TEST = judged(8, "unknown", Finding(None, settle=("a pregnancy test",)))
UNREAD = judged(5, "unknown")
PART = judged(6, "unknown", Finding(None, ("paclitaxel ended on 2026-11-05",)))
COHORT = judged(10, "unknown", Finding(None, settle=("HLA typing",)), conditional=True, heading="Cohort B")


def match(number: int, fit: Fit, rules: tuple[Judged, ...], **changes: object) -> Match:
    """Make a match of a synthetic trial."""
    made: dict[str, object] = {
        "trial": trial(number), "fit": fit, "judged": rules, "score": 10.0 - number, "distance_km": 12.3,
        "site": Site("Hospital One", "Philadelphia", "United States"), "why": ("it takes patients", "it is near"),
        "gates": {"procurement": "met" if fit == "fits" else "unknown", "treatment": "unknown", "infusion day": "met"},
    }  # fmt: skip
    return Match(**(made | changes))  # type: ignore[arg-type]


def matches() -> tuple[Match, ...]:
    """Make one match of every fit, and one with levels of its own."""
    level = Level("step 1", "arm A", "dose 2", Unread("x"), suspended=True)
    levels = (LevelFit(level, Finding(None, settle=("tumour sequencing",)), "unknown"),)
    misfit = judged(1, "not met", Finding(False, ("gastric adenocarcinoma, stage II",)))
    far = {"site": Site("Centre Two", "Lyon", "France"), "distance_km": 6_100.4}
    return (
        match(4, "does not fit", (*MET, misfit)),
        match(1, "fits", MET, forecast=FORECAST),
        match(
            2,
            "may fit",
            (*MET[:2], NO_STAIN, UNREAD, PART, COHORT),
            forecast=Refused("The model does not know this target."),
            **far,
        ),
        match(3, "not now", (*MET[:2], LOW_HB, WASHOUT), levels=levels),
        match(5, "may fit", (*MET[:2], NO_STAIN), trial=trial(5, status="closed"), site=None, distance_km=None),
    )

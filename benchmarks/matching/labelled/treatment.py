"""Labelled criteria: earlier treatment, washouts, steroids, cell therapy, transplants, vaccines, bridging."""

from __future__ import annotations

from adoptive.trial.eligibility.statements import All, AnyOf, Flag, Not, Quantity, Treated, Unread
from benchmarks.matching.labelled.types import Labelled, exclusion, inclusion

STEROIDS = ("systemic corticosteroids",)


def _lines(number: float) -> Quantity:
    return Quantity("prior_lines", ">=", number)


TREATMENT: tuple[Labelled, ...] = (
    inclusion("prior treatment", "At least two prior lines of systemic therapy", _lines(2)),
    inclusion("prior treatment", "Received at least 1 prior line of systemic therapy", _lines(1)),
    inclusion("prior treatment", "≥ 2 prior lines of therapy", _lines(2)),
    inclusion("prior treatment", "Two or more prior lines of treatment", _lines(2)),
    inclusion("prior treatment", "No more than 3 prior lines of systemic therapy", Quantity("prior_lines", "<=", 3)),
    exclusion("prior treatment", "More than 4 prior lines of systemic therapy", Quantity("prior_lines", ">", 4)),
    inclusion(
        "prior treatment",
        "At least 3 prior lines including a proteasome inhibitor, an immunomodulatory drug and an anti-CD38 antibody",
        All(
            (
                _lines(3),
                Treated(("proteasome inhibitor",)),
                Treated(("immunomodulatory drug",)),
                Treated(("CD38 antibody",)),
            )
        ),
    ),
    inclusion("prior treatment", "Previously treated with sorafenib", Treated(("sorafenib",))),
    inclusion("prior treatment", "Prior treatment with gemcitabine", Treated(("gemcitabine",))),
    inclusion("prior treatment", "Refractory to rituximab", Treated(("rituximab",), failed=True)),
    inclusion(
        "prior treatment",
        "Disease progression on or after a fluoropyrimidine and a platinum agent",
        All((Treated(("fluoropyrimidine",), failed=True), Treated(("platinum",), failed=True))),
    ),
    inclusion(
        "prior treatment",
        "Progressed on or intolerant to an anti-PD-1 or anti-PD-L1 therapy",
        Treated(("PD-1/PD-L1 inhibitor",), failed=True),
    ),
    exclusion("prior treatment", "Prior treatment with zolbetuximab", Treated(("zolbetuximab",))),
    exclusion(
        "prior treatment",
        "Previous treatment with a CLDN18.2-targeted therapy",
        Treated(("CLDN18.2-targeted therapy",)),
    ),
    inclusion("prior treatment", "No prior anti-HER2 therapy", Not(Treated(("HER2-targeted therapy",)))),
    exclusion(
        "washout", "Chemotherapy within 2 weeks before leukapheresis", Treated(("chemotherapy",), within_days=14)
    ),
    exclusion(
        "washout",
        "Chemotherapy within 14 days prior to lymphodepletion",
        Treated(("chemotherapy",), within_days=14),
        "treatment",
    ),
    exclusion(
        "washout",
        "Radiotherapy within 4 weeks prior to apheresis",
        Treated(("radiotherapy",), within_days=28),
    ),
    exclusion(
        "washout", "Systemic therapy within 3 weeks of enrollment", Treated(("systemic therapy",), within_days=21)
    ),
    exclusion(
        "washout",
        "Checkpoint inhibitor within 4 weeks prior to leukapheresis",
        Treated(("checkpoint inhibitor",), within_days=28),
    ),
    inclusion(
        "washout",
        "At least 4 weeks since the last dose of chemotherapy",
        Not(Treated(("chemotherapy",), within_days=28)),
    ),
    inclusion(
        "washout",
        "At least 2 weeks must have elapsed since prior radiotherapy before leukapheresis",
        Not(Treated(("radiotherapy",), within_days=14)),
    ),
    exclusion(
        "washout",
        "Tyrosine kinase inhibitor within 2 weeks or 5 half-lives, whichever is shorter, before leukapheresis",
        All((Treated(("tyrosine kinase inhibitor",), within_days=14), Unread("5 half-lives"))),
    ),
    exclusion(
        "washout",
        "Targeted therapy within 14 days or 5 half-lives, whichever is longer, before enrolment",
        AnyOf((Treated(("targeted therapy",), within_days=14), Unread("5 half-lives"))),
    ),
    exclusion(
        "washout",
        "Chemotherapy or radiotherapy within 2 weeks before infusion",
        Treated(("chemotherapy", "radiotherapy"), within_days=14),
        "treatment",
    ),
    exclusion(
        "washout",
        "Received an investigational drug within 30 days before screening",
        Treated(("investigational drug",), within_days=30),
    ),
    exclusion("washout", "Major surgery within 4 weeks before enrolment", Treated(("major surgery",), within_days=28)),
    exclusion(
        "washout", "Major surgery within 28 days prior to leukapheresis", Treated(("major surgery",), within_days=28)
    ),
    exclusion(
        "steroids",
        "Systemic corticosteroids > 10 mg/day prednisone or equivalent",
        Treated(STEROIDS, ongoing=True, dose_above=10),
    ),
    exclusion(
        "steroids",
        "Systemic steroids at a dose above 20 mg prednisone daily or equivalent within 7 days before leukapheresis",
        Treated(STEROIDS, within_days=7, dose_above=20),
    ),
    exclusion(
        "steroids",
        "Systemic corticosteroids within 7 days prior to leukapheresis",
        Treated(STEROIDS, within_days=7),
    ),
    exclusion(
        "steroids",
        "Currently receiving systemic immunosuppressive therapy",
        Treated(("immunosuppressive therapy",), ongoing=True),
    ),
    exclusion("steroids", "Ongoing treatment with systemic corticosteroids", Treated(STEROIDS, ongoing=True)),
    exclusion("prior cell therapy", "Prior CAR-T cell therapy", Treated(("CAR-T cells",))),
    exclusion("prior cell therapy", "Previous chimeric antigen receptor T-cell therapy", Treated(("CAR-T cells",))),
    exclusion(
        "prior cell therapy",
        "Prior treatment with any genetically modified T-cell therapy",
        Treated(("genetically engineered T cells",)),
    ),
    exclusion("prior cell therapy", "Prior gene-modified cell therapy", Treated(("genetically engineered cells",))),
    exclusion("prior cell therapy", "Prior adoptive cell therapy", Treated(("adoptive cell therapy",))),
    exclusion("prior cell therapy", "Prior TCR-T or CAR-T cell therapy", Treated(("TCR-T cells", "CAR-T cells"))),
    exclusion(
        "prior cell therapy",
        "History of allogeneic stem cell transplantation",
        Treated(("allogeneic stem cell transplant",)),
    ),
    exclusion(
        "prior cell therapy",
        "Allogeneic hematopoietic stem cell transplant within 6 months",
        Treated(("allogeneic stem cell transplant",), within_days=183),
    ),
    exclusion(
        "prior cell therapy",
        "Autologous stem cell transplant within 12 weeks before apheresis",
        Treated(("autologous stem cell transplant",), within_days=84),
    ),
    inclusion("prior cell therapy", "No prior CAR-T cell therapy", Not(Treated(("CAR-T cells",)))),
    inclusion("prior cell therapy", "Prior CAR-T cell therapy is allowed", All(())),
    exclusion("vaccine", "Live vaccine within 4 weeks prior to enrolment", Treated(("live vaccine",), within_days=28)),
    exclusion(
        "vaccine", "Received a live attenuated vaccine within 30 days", Treated(("live vaccine",), within_days=30)
    ),
    exclusion(
        "vaccine",
        "Live vaccine within 6 weeks prior to lymphodepleting chemotherapy",
        Treated(("live vaccine",), within_days=42),
        "treatment",
    ),
    inclusion("bridging", "Bridging therapy is allowed", All(())),
    inclusion("bridging", "Bridging chemotherapy is permitted", All(())),
    exclusion("prior treatment", "Anticoagulation therapy ongoing", Treated(("anticoagulant",), ongoing=True)),
    exclusion("other trial", "Participating in another interventional clinical trial", Flag("in_another_trial")),
    inclusion(
        "prior treatment", "No standard therapy of proven benefit is available", Flag("no_standard_treatment_left")
    ),
)

"""Phrases of conditions, pregnancy and what a trial asks around the treatment: forms that are wholly understood."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from adoptive.trial.eligibility.statements import AnyOf, Flag, Has, Named, Not, Statement, Treated

FORMS: tuple[tuple[str, Statement], ...] = (
    ("infection", Has(("infection",))),
    ("HIV infection", Has(("HIV infection",))),
    ("HIV positive", Has(("HIV infection",))),
    ("HIV negative", Not(Has(("HIV infection",)))),
    ("infection with HIV", Has(("HIV infection",))),
    ("seropositive for HIV or hepatitis C", Has(("HIV infection", "anti-HCV positive"))),
    ("positive for HIV, hepatitis B or hepatitis C", Has(("HIV infection", "hepatitis B", "hepatitis C"))),
    ("negative serology for HIV", Not(Has(("HIV infection",)))),
    ("hepatitis B or C", Has(("hepatitis B", "hepatitis C"))),
    ("hepatitis B or hepatitis C infection", Has(("hepatitis B", "hepatitis C"))),
    (
        "HIV, HTLV, hepatitis B virus or syphilis infection",
        Has(("HIV infection", "HTLV infection", "hepatitis B", "syphilis")),
    ),
    ("bacterial, viral or fungal infection", Has(("bacterial infection", "viral infection", "fungal infection"))),
    ("viral, bacterial or other infections", Has(("infection",))),
    ("CNS metastases", Has(("CNS metastases",))),
    ("brain metastases", Has(("brain metastases",))),
    ("leptomeningeal disease", Has(("leptomeningeal disease",))),
    ("autoimmune disease", Has(("autoimmune disease",))),
    ("Crohn's disease", Has(("Crohn's disease",))),
    ("myocardial infarction", Has(("myocardial infarction",))),
    ("NYHA class III or IV heart failure", Has(("heart failure NYHA III or IV",))),
    ("congestive heart failure (NYHA class > II)", Has(("heart failure NYHA III or IV",))),
    ("heart failure of New York Heart Association (NYHA) class III or higher", Has(("heart failure NYHA III or IV",))),
    ("heart failure, NYHA class II-IV", Has(("heart failure NYHA II or worse",))),
    ("interstitial lung disease", Has(("interstitial lung disease",))),
    ("pulmonary embolism", Has(("pulmonary embolism",))),
    ("graft-versus-host disease", Has(("graft-versus-host disease",))),
    ("GVHD", Has(("graft-versus-host disease",))),
    ("organ transplant", Has(("organ transplant",))),
    ("hypersensitivity to fludarabine", Has(("allergy to fludarabine",))),
    ("pregnant", Flag("pregnant")),
    ("pregnancy", Flag("pregnant")),
    ("breast-feeding women", Flag("breastfeeding")),
    ("lactation", Flag("breastfeeding")),
    ("negative serum or urine pregnancy test", Not(Flag("pregnant"))),
    ("women of childbearing potential", Flag("childbearing_potential")),
    ("WOCBP", Flag("childbearing_potential")),
    ("women of childbearing potential and men", AnyOf((Flag("childbearing_potential"), Named("sex", ("male",))))),
    ("adequate venous access for leukapheresis", Flag("venous_access")),
    ("inadequate venous access", Not(Flag("venous_access"))),
    ("able to undergo leukapheresis", Flag("apheresis_possible")),
    ("contraindication to apheresis", Not(Flag("apheresis_possible"))),
    ("a caregiver available 24 hours a day for 4 weeks after infusion", Flag("caregiver")),
    ("willing to stay within 2 hours of the treatment centre for 4 weeks", Flag("stays_near_centre")),
    ("requiring bridging therapy", Flag("bridging_needed")),
    ("willing and able to provide written informed consent", Flag("consents")),
    ("able to understand and willing to sign informed consent", Flag("consents")),
    ("inability to give informed consent", Not(Flag("consents"))),
    ("willing to comply with study visits and procedures", Flag("agrees_follow_up")),
    ("unable to comply with study procedures", Not(Flag("agrees_follow_up"))),
    (
        "agree to use effective contraception during the study and for 12 months after infusion",
        Flag("agrees_contraception"),
    ),
    ("participation in another clinical trial", Flag("in_another_trial")),
    ("participation in another trial with an investigational drug", Treated(("investigational drug",))),
    ("no standard therapy available", Flag("no_standard_treatment_left")),
    ("refuses standard treatment", Flag("refuses_standard_treatment")),
    ("archival tumour tissue available", Flag("biopsy_available")),
    ("willing to undergo a tumour biopsy", Flag("biopsy_available")),
    ("able to swallow tablets", Flag("swallows_tablets")),
)


@pytest.mark.parametrize(("text", "statement"), FORMS)
def test_form_states(text: str, statement: Statement, stated: Callable[[str], set[Statement]]) -> None:
    assert stated(text) == {statement}

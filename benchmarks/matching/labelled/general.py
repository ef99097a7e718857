"""Labelled criteria: age, sex, performance status, life expectancy, pregnancy, and what the patient agrees to."""

from __future__ import annotations

from adoptive.trial.eligibility.statements import All, AnyOf, Flag, Named, Not, Quantity
from adoptive.trial.eligibility.vocabulary import load_vocabulary
from benchmarks.matching.labelled.types import Labelled, exclusion, inclusion


def _weeks(number: float, unit: str) -> float:
    return load_vocabulary().in_unit("life_expectancy_weeks", number, unit) or 0.0


ADULT = Quantity("age_years", ">=", 18)
FEMALE, MALE = Named("sex", ("female",)), Named("sex", ("male",))
FERTILE, PREGNANT, NURSING = Flag("childbearing_potential"), Flag("pregnant"), Flag("breastfeeding")
PREVENTS = Flag("agrees_contraception")
THREE_MONTHS = Quantity("life_expectancy_weeks", ">", _weeks(3, "month"))

GENERAL: tuple[Labelled, ...] = (
    inclusion("age", "Age ≥ 18 years", ADULT),
    inclusion("age", "Aged 18 years or older", ADULT),
    inclusion("age", "At least 18 years of age at the time of consent", ADULT),
    inclusion("age", "Adults (18 years and older)", ADULT),
    inclusion("age", "18 to 75 years of age", All((ADULT, Quantity("age_years", "<=", 75)))),
    inclusion("age", "Age 18-70 years, inclusive", All((ADULT, Quantity("age_years", "<=", 70)))),
    inclusion(
        "age", "Age between 1 and 25 years", All((Quantity("age_years", ">=", 1), Quantity("age_years", "<=", 25)))
    ),
    inclusion("age", "Age \\>= 12 years", Quantity("age_years", ">=", 12)),
    inclusion("age", "Patients must be over 21 years old", Quantity("age_years", ">", 21)),
    inclusion(
        "age",
        "Male or female patients aged 18 to 80 years",
        All((ADULT, Quantity("age_years", "<=", 80))),
    ),
    exclusion("age", "Younger than 18 years", Quantity("age_years", "<", 18)),
    exclusion("age", "Age > 75 years", Quantity("age_years", ">", 75)),
    inclusion("sex", "Female patients", FEMALE),
    inclusion("sex", "Male or female", All(())),
    inclusion("sex", "Women aged 18 years or older", All((FEMALE, ADULT))),
    inclusion("performance", "ECOG performance status 0 or 1", Quantity("ecog", "<=", 1)),
    inclusion("performance", "ECOG 0-1", Quantity("ecog", "<=", 1)),
    inclusion("performance", "ECOG performance status of 0 to 2", Quantity("ecog", "<=", 2)),
    inclusion(
        "performance",
        "Eastern Cooperative Oncology Group (ECOG) performance status ≤ 1",
        Quantity("ecog", "<=", 1),
    ),
    inclusion("performance", "Karnofsky performance status of at least 70%", Quantity("karnofsky", ">=", 70)),
    inclusion("performance", "KPS > 60", Quantity("karnofsky", ">", 60)),
    inclusion(
        "performance",
        "Karnofsky score ≥ 50 or Lansky score ≥ 50",
        AnyOf((Quantity("karnofsky", ">=", 50), Quantity("lansky", ">=", 50))),
    ),
    inclusion("performance", "Lansky play-performance status ≥ 60", Quantity("lansky", ">=", 60)),
    exclusion("performance", "ECOG performance status ≥ 2", Quantity("ecog", ">=", 2)),
    inclusion("life expectancy", "Life expectancy of at least 12 weeks", Quantity("life_expectancy_weeks", ">=", 12)),
    inclusion("life expectancy", "Life expectancy > 3 months", THREE_MONTHS),
    inclusion(
        "life expectancy",
        "Estimated life expectancy ≥ 6 months",
        Quantity("life_expectancy_weeks", ">=", _weeks(6, "month")),
    ),
    inclusion("life expectancy", "Expected survival of more than 12 weeks", Quantity("life_expectancy_weeks", ">", 12)),
    exclusion(
        "life expectancy",
        "Life expectancy of less than 3 months",
        Quantity("life_expectancy_weeks", "<", _weeks(3, "month")),
    ),
    exclusion("pregnancy", "Pregnant or breastfeeding women", AnyOf((PREGNANT, NURSING))),
    exclusion("pregnancy", "Pregnancy or lactation", AnyOf((PREGNANT, NURSING))),
    exclusion("pregnancy", "Pregnant or lactating", AnyOf((PREGNANT, NURSING))),
    inclusion("pregnancy", "Not pregnant or breastfeeding", All((Not(PREGNANT), Not(NURSING)))),
    inclusion(
        "pregnancy",
        "Women of childbearing potential must have a negative pregnancy test",
        AnyOf((Not(FERTILE), Not(PREGNANT))),
    ),
    inclusion(
        "pregnancy",
        "Females of childbearing potential must have a negative serum pregnancy test at screening",
        AnyOf((Not(FERTILE), Not(PREGNANT))),
    ),
    inclusion(
        "pregnancy",
        "Women of childbearing potential must agree to use effective contraception",
        AnyOf((Not(FERTILE), PREVENTS)),
    ),
    inclusion("pregnancy", "Willing to use effective contraception", PREVENTS),
    inclusion("consent", "Able to understand and willing to sign a written informed consent form", Flag("consents")),
    inclusion("consent", "Signed informed consent", Flag("consents")),
    inclusion("consent", "Willing to take part in long-term follow-up", Flag("agrees_follow_up")),
)

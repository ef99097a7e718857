"""Numbers, answers and names: each way in which a value decides, or does not."""

from __future__ import annotations

import datetime
import math
from typing import Any

import pytest

from adoptive.trial.eligibility.facts import Fact, Facts, Therapy
from adoptive.trial.eligibility.judge import explain, truth
from adoptive.trial.eligibility.statements import All, AnyOf, Flag, Named, Not, Quantity, Treated, Truth
from eligibility_samples import TODAY

HB = "haemoglobin_g_dl"


def ago(days: int) -> datetime.date:
    return TODAY - datetime.timedelta(days=days)


def patient(**fields: Fact | tuple[Fact, ...]) -> Facts:
    values = {name: it if isinstance(it, tuple) else (it,) for name, it in fields.items()}
    return Facts("synthetic", TODAY, values)


@pytest.mark.parametrize(
    ("fact", "compare", "limit", "expected"),
    [
        (Fact(9.0), ">=", 9, True),
        (Fact(9.0), ">", 9, False),
        (Fact(9.0), "<=", 9, True),
        (Fact(9.0), "<", 9, False),
        (Fact(9.0), "=", 9, True),
        (Fact(9.0), "=", 8, False),
        (Fact(0.2, censored="<"), "<=", 0.2, True),
        (Fact(0.2, censored="<"), "<", 0.2, True),
        (Fact(0.2, censored="<"), "<", 0.1, None),
        (Fact(0.2, censored="<"), ">=", 0.2, False),
        (Fact(0.2, censored="<"), ">=", 0.1, None),
        (Fact(0.2, censored="<"), "=", 0.2, False),
        (Fact(0.2, censored="<"), "=", 0.1, None),
        (Fact(500.0, censored=">"), ">", 500, True),
        (Fact(500.0, censored=">"), "<=", 500, False),
        (Fact(500.0, censored=">"), "<=", 900, None),
        (Fact(17.0, until=18.0), ">=", 18, None),
        (Fact(17.0, until=18.0), ">=", 17, True),
        (Fact(17.0, until=18.0), ">", 18, False),
        (Fact(math.nan), ">=", 0, None),
        (Fact("high"), ">=", 0, None),
        (Fact(True), ">=", 0, None),
        (Fact(10**400), ">=", 0, None),
        (Fact(9.0), ">=", math.nan, None),
    ],
)
def test_comparisons(fact: Fact, compare: Any, limit: float, expected: Truth) -> None:
    assert truth(Quantity(HB, compare, limit), patient(haemoglobin_g_dl=fact)) is expected


def test_a_multiple_of_normal_needs_the_laboratory_s_limit() -> None:
    asked = Quantity("alt_u_l", "<=", 2.5, times_normal=True)
    assert truth(asked, patient(alt_u_l=Fact(100.0, upper_limit=40.0))) is True
    assert truth(asked, patient(alt_u_l=Fact(100.1, upper_limit=40.0))) is False
    for limit in (None, 0.0, -1.0, math.nan, math.inf):
        found = explain(asked, patient(alt_u_l=Fact(30.0, upper_limit=limit)))
        assert found.truth is None
        assert "upper limit of normal" in found.settle[0]
    assert explain(asked, patient(alt_u_l=Fact(120.0, upper_limit=40.0))).distance == -20.0
    rounded = Quantity("alt_u_l", ">=", 3, times_normal=True)  # 3 x 1.1 is 3.3000000000000003
    assert truth(rounded, patient(alt_u_l=Fact(3.3, upper_limit=1.1))) is True


def test_what_is_too_old_is_unknown_and_settled_by_repeating() -> None:
    asked = Quantity(HB, ">=", 9, within_days=14)
    assert truth(asked, patient(haemoglobin_g_dl=Fact(8.0, day=ago(14)))) is False
    found = explain(asked, patient(haemoglobin_g_dl=Fact(8.0, day=ago(15))))
    assert found.truth is None
    assert found.settle == (f"a blood count (haemoglobin): the last is of {ago(15)}, 15 days old; 14 days are allowed",)
    assert truth(asked, patient(haemoglobin_g_dl=Fact(8.0))) is None


def test_the_newest_decides_and_the_future_does_not() -> None:
    asked = Quantity(HB, ">=", 9)
    old, new, to_come = Fact(8.0, day=ago(9)), Fact(9.5, day=ago(2)), Fact(7.0, day=ago(-3))
    assert truth(asked, patient(haemoglobin_g_dl=(to_come, new, old))) is True
    assert truth(asked, patient(haemoglobin_g_dl=(old, new))) is True
    assert truth(asked, patient(haemoglobin_g_dl=to_come)) is None
    clash = explain(asked, patient(haemoglobin_g_dl=(new, Fact(8.9, day=ago(2)))))
    assert clash.truth is None
    assert "contradict" in clash.settle[0]
    assert len(clash.because) == 2
    assert truth(asked, patient(haemoglobin_g_dl=(new, Fact(8.0)))) is None  # without a day: may be the newest
    recent = Quantity(HB, ">=", 9, within_days=7)
    assert truth(recent, patient(haemoglobin_g_dl=(new, Fact(9.9)))) is True
    assert truth(recent, patient(haemoglobin_g_dl=(new, Fact(8.0)))) is None


def test_reasons_name_value_unit_day_and_source() -> None:
    found = explain(Quantity(HB, ">=", 9), patient(haemoglobin_g_dl=Fact(8.1, day=ago(0), source="labs row 3")))
    assert found.because == ("haemoglobin 8.1 g/dL on 2026-10-02, labs row 3",)
    assert (found.distance, found.unit, found.recoverable) == (-0.9, "g/dL", True)
    young = explain(Quantity("age_years", ">=", 18), patient(age_years=Fact(16)))
    assert (young.because, young.distance, young.recoverable) == (("age 16 years",), -2.0, False)
    assert explain(Not(Quantity(HB, ">=", 9)), patient(haemoglobin_g_dl=Fact(8.0))).distance == 1.0
    assert explain(Quantity(HB, ">=", 9), patient()).settle == ("a blood count (haemoglobin)",)


def test_an_age_on_record_grows_in_completed_years() -> None:
    known = patient(age_years=Fact(17, day=ago(400)))
    assert truth(Quantity("age_years", ">=", 18), known) is True
    assert truth(Quantity("age_years", ">=", 19), known) is None
    assert truth(Quantity("age_years", "<=", 19), known) is True


def test_scales_are_never_turned_into_one_another() -> None:
    assert truth(Quantity("ecog", "<=", 1), patient(karnofsky=Fact(100.0))) is None
    assert truth(Quantity("karnofsky", ">=", 70), patient(ecog=Fact(0.0))) is None


def test_answers_and_what_follows_from_them() -> None:
    assert truth(Flag("pregnant"), patient(sex=Fact("male"))) is False
    assert truth(Flag("pregnant"), patient(sex=Fact("female"))) is None
    assert truth(Flag("pregnant"), patient(childbearing_potential=Fact(False))) is False
    assert truth(Flag("pregnant"), patient(sex=Fact("male"), pregnant=Fact(True))) is None
    assert truth(Flag("measurable_disease"), patient(lesions=Fact(2))) is True
    assert truth(Flag("measurable_disease"), patient(lesions=Fact(0))) is False
    assert truth(Quantity("lesions", ">=", 1), patient(measurable_disease=Fact(True))) is True
    assert truth(Quantity("lesions", ">=", 2), patient(measurable_disease=Fact(True))) is None
    newer = patient(lesions=Fact(0, day=ago(3)), measurable_disease=Fact(True, day=ago(90)))
    assert truth(Flag("measurable_disease"), newer) is False
    assert truth(Quantity("bmi_kg_m2", ">=", 25), patient(weight_kg=Fact(81.0), height_cm=Fact(180.0))) is True
    assert truth(Flag("pregnant"), patient(pregnant=Fact("no"))) is None


def test_names() -> None:
    assert truth(Named("sex", ("female",)), patient(sex=Fact("Female"))) is True
    assert truth(Named("sex", ("female",)), patient(sex=Fact("male"))) is False
    assert truth(Named("sex", ("female",)), patient(sex=Fact("unknown"))) is None
    assert truth(Named("sex", ("female",)), patient()) is None


def test_lines_follow_from_the_treatments() -> None:
    given = (Therapy("FOLFOX", line=1, setting="advanced"), Therapy("paclitaxel", line=2), Therapy("FOLFOX", line=1))
    some = Facts("synthetic", TODAY, therapies=given)
    assert truth(Quantity("prior_lines", ">=", 2), some) is True
    assert truth(Quantity("prior_lines", ">=", 3), some) is None
    every = Facts("synthetic", TODAY, therapies=given, complete=frozenset({"therapies"}))
    assert truth(Quantity("prior_lines", ">=", 3), every) is False
    none = Facts("synthetic", TODAY, complete=frozenset({"therapies"}))
    assert truth(Quantity("prior_lines", "<=", 0), none) is True
    early = Facts("synthetic", TODAY, therapies=(Therapy("FOLFOX", line=1, setting="adjuvant"),))
    assert truth(Quantity("prior_lines", ">=", 1), early) is None


def test_only_the_parts_that_decide_are_told() -> None:
    facts = patient(haemoglobin_g_dl=Fact(8.0), age_years=Fact(60), ecog=Fact(2))
    low, old, fit = Quantity(HB, ">=", 9), Quantity("age_years", ">=", 18), Quantity("ecog", "<=", 1)
    unknown = Quantity("alt_u_l", "<=", 40)
    found = explain(All((low, old, unknown, low)), facts)
    assert found.because == ("haemoglobin 8 g/dL",)
    assert (found.distance, found.unit, found.settle) == (-1.0, "g/dL", ())
    assert explain(All((low, fit)), facts).distance is None
    assert explain(AnyOf((low, old, unknown)), facts).because == ("age 60 years",)
    assert explain(AnyOf((low, unknown)), facts).settle == ("a blood test (ALT (alanine aminotransferase))",)
    assert explain(All((old, unknown)), facts).because == ()


def test_whether_the_whole_may_recover() -> None:
    facts = patient(haemoglobin_g_dl=Fact(8.0), age_years=Fact(16))
    low, young = Quantity(HB, ">=", 9), Quantity("age_years", ">=", 18)
    assert not explain(All((low, young)), facts).recoverable
    assert explain(AnyOf((low, young)), facts).recoverable
    gone, gone_later = (Therapy(name, ago(90), ago(back)) for name, back in (("FOLFOX", 9), ("pembrolizumab", 2)))
    treated = Facts("synthetic", TODAY, therapies=(gone, gone_later))
    one, two = Treated(("chemotherapy",), within_days=14), Treated(("PD-1 inhibitor",), within_days=28)
    assert explain(All((Not(one), Not(two))), treated).from_day == str(ago(-26))
    assert explain(AnyOf((Not(one), Not(two))), treated).from_day == str(ago(-5))
    assert explain(AnyOf((one, two)), treated).from_day == str(ago(-26))
    assert explain(All((one, two)), treated).from_day == str(ago(-5))

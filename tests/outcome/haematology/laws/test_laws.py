"""Laws of the blood rules: worse signs never lower a grade, patients are independent; what is certain stays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from adoptive.outcome.haematology.b_cells import find_b_cell_aplasia, is_immunoglobulin_due
from adoptive.outcome.haematology.car_hematotox import score_car_hematotox
from adoptive.outcome.haematology.clinical_lysis import grade_clinical_tls, has_howard_clinical_tls
from adoptive.outcome.haematology.daily import daily_lowest
from adoptive.outcome.haematology.easix import compute_easix
from adoptive.outcome.haematology.hscore import score_hscore
from adoptive.outcome.haematology.icaht import grade_icaht_early, grade_icaht_late
from adoptive.outcome.haematology.iec_hs import find_iec_hs, grade_iec_hs
from adoptive.outcome.haematology.infection_risk import class_infection_risk
from adoptive.outcome.haematology.thrombocytopenia import (
    grade_t_icaht_early,
    grade_t_icaht_late,
    has_nccn_thrombocytopenia,
)
from adoptive.outcome.haematology.tumour_lysis import Chemistry, grade_laboratory_tls, grade_laboratory_tls_course

SEEDS = st.integers(0, 2**32 - 1)
PATIENTS = 24
LATE_DAY = 31 + 2 * np.arange(31)

Signs = dict[str, NDArray[np.float64]]
Rule = Callable[[Signs], NDArray[np.int64]]

COUNTS: dict[str, Rule] = {
    "early ICAHT": lambda s: grade_icaht_early(10 * s["count"]).grade,
    "late ICAHT": lambda s: grade_icaht_late(20 * s["count"], LATE_DAY).grade,
    "early T-ICAHT": lambda s: grade_t_icaht_early(s["count"]).grade,
    "late T-ICAHT": lambda s: grade_t_icaht_late(s["count"], LATE_DAY).grade,
    "NCCN": lambda s: has_nccn_thrombocytopenia(s["count"], transfusion_dependent=0).grade,
    "infection": lambda s: class_infection_risk(10 * s["count"]).grade,
}


BEFORE = Chemistry(uric_acid_mg_dl=6.5, potassium_mmol_l=4.0, phosphate_mg_dl=3.0, corrected_calcium_mg_dl=9.0)


def lysis(signs: Signs) -> Chemistry:
    return Chemistry(**{name: value for name, value in signs.items() if name in Chemistry.__dataclass_fields__})


ROWS: dict[str, tuple[Rule, dict[str, tuple[float, float, int]]]] = {
    "CAR-HEMATOTOX": (
        lambda s: score_car_hematotox(**s).score,
        {
            "platelets_e9_l": (20, 300, -1),
            "anc_per_ul": (100, 3000, -1),
            "haemoglobin_g_dl": (5, 14, -1),
            "crp_mg_dl": (0, 8, 1),
            "ferritin_ng_ml": (100, 4000, 1),
        },
    ),
    "HScore": (
        lambda s: score_hscore(**{**s, "organomegaly": np.floor(s["organomegaly"])}).score,
        {
            "temperature_c": (37, 41, 1),
            "organomegaly": (0, 2.9, 1),
            "haemoglobin_g_dl": (6, 13, -1),
            "leukocytes_e9_l": (1, 9, -1),
            "platelets_e9_l": (20, 200, -1),
            "ferritin_ng_ml": (100, 9000, 1),
            "triglycerides_mmol_l": (0.5, 6, 1),
            "fibrinogen_g_l": (1, 4, -1),
            "ast_u_l": (10, 60, 1),
            "immunosuppression": (0, 0, 1),
            "haemophagocytosis": (0, 0, 1),
        },
    ),
    "laboratory lysis": (
        lambda s: grade_laboratory_tls(lysis(s), baseline=BEFORE).grade,
        {
            "uric_acid_mg_dl": (6, 10, 1),
            "potassium_mmol_l": (4, 8, 1),
            "phosphate_mg_dl": (3, 6, 1),
            "corrected_calcium_mg_dl": (6, 8, -1),
        },
    ),
    "clinical lysis": (
        lambda s: (
            grade_clinical_tls(
                np.floor(s["laboratory"]),
                creatinine_x_uln=s["creatinine"],
                arrhythmia=np.floor(s["arrhythmia"]),
                seizure=np.array([0, 2, 3, 4])[np.floor(s["seizure"]).astype(int)],
            ).grade
        ),
        {"laboratory": (0, 1.9, 1), "creatinine": (0.5, 8, 1), "arrhythmia": (0, 4.9, 1), "seizure": (0, 3.9, 1)},
    ),
    "Howard": (
        lambda s: (
            has_howard_clinical_tls(
                1,
                creatinine_rise_mg_dl=s["rise"],
                creatinine_x_uln=1.0,
                oliguria=np.floor(s["oliguria"]),
                arrhythmia=0,
                seizure=np.floor(s["seizure"]),
                symptomatic_hypocalcaemia=0,
            ).grade
        ),
        {"rise": (-1, 1, 1), "oliguria": (0, 1.9, 1), "seizure": (0, 1.9, 1)},
    ),
    "IEC-HS": (
        lambda s: grade_iec_hs(1, **{name: np.floor(value) for name, value in s.items()}).grade,
        {"intervention": (0, 1.9, 1), "severe": (0, 1.9, 1), "life_threatening": (0, 1.9, 1), "death": (0, 1.9, 1)},
    ),
    "presence of IEC-HS": (
        lambda s: (
            find_iec_hs(
                **s,
                ferritin_uln_ng_ml=300,
                ferritin_at_infusion_ng_ml=800,
                transaminase_uln_u_l=40,
                transaminase_baseline_u_l=30,
                haemophagocytosis=0,
                cytopenia_grade_4=0,
                crs_resolving=1,
                explained_otherwise=0,
            ).present
        ),
        {"ferritin_ng_ml": (100, 2500, 1), "transaminase_u_l": (20, 400, 1), "fibrinogen_mg_dl": (80, 300, -1)},
    ),
    "immunoglobulin": (
        lambda s: (
            is_immunoglobulin_due(
                s["igg"], recurrent_infection=np.floor(s["infection"]), impaired_vaccine_response=0, day=200
            ).grade
        ),
        {"igg": (100, 900, -1), "infection": (0, 1.9, 1)},
    ),
}


def draw_counts(rng: np.random.Generator, *, missing: float = 0.0) -> NDArray[np.float64]:
    level = np.cumsum(rng.normal(0, 0.5, (PATIENTS, 31)), axis=1) + rng.normal(3.5, 1.2, (PATIENTS, 1))
    return np.where(rng.random(level.shape) < missing, np.nan, np.round(np.exp(level)))


def draw_rows(rng: np.random.Generator, ranges: dict[str, tuple[float, float, int]]) -> Signs:
    return {name: rng.uniform(low, high, PATIENTS) for name, (low, high, _) in ranges.items()}


@pytest.mark.parametrize("name", COUNTS)
@settings(max_examples=25, deadline=None)
@given(SEEDS)
def test_a_lower_count_never_lowers_a_grade_and_a_recovered_day_never_raises_it(name: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    count, rule = draw_counts(rng), COUNTS[name]
    touched = rng.random(count.shape) < 0.2
    lower = np.where(touched, np.round(count * rng.uniform(0, 1, count.shape)), count)
    assert (rule({"count": lower}) >= rule({"count": count})).all()
    recovered = np.where(touched, 3000.0, count)
    assert (rule({"count": recovered}) <= rule({"count": count})).all()


@pytest.mark.parametrize("name", COUNTS)
@settings(max_examples=12, deadline=None)
@given(SEEDS)
def test_lower_counts_never_lower_a_grade_with_days_missing(name: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    count = draw_counts(rng, missing=0.5)
    lower = np.where(rng.random(count.shape) < 0.3, np.round(count / 3), count)
    assert (COUNTS[name]({"count": lower}) >= COUNTS[name]({"count": count})).all()


@pytest.mark.parametrize("name", COUNTS)
@settings(max_examples=12, deadline=None)
@given(SEEDS)
def test_patients_with_counts_are_independent(name: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    count, rule = draw_counts(rng, missing=0.4), COUNTS[name]
    grade, order = rule({"count": count}), rng.permutation(PATIENTS)
    assert grade.shape == (PATIENTS,)
    np.testing.assert_array_equal(rule({"count": count[order]}), grade[order])
    alone = [int(rule({"count": row})) for row in count]
    assert alone == grade.tolist()


@pytest.mark.parametrize("name", ROWS)
@settings(max_examples=25, deadline=None)
@given(SEEDS)
def test_a_worse_sign_never_lowers_a_grade(name: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    rule, ranges = ROWS[name]
    signs = draw_rows(rng, ranges)
    worse = dict(signs)
    for sign, (low, high, direction) in ranges.items():
        bound = high if direction > 0 else low
        worse[sign] = signs[sign] + rng.choice([0, 0.5, 1], PATIENTS) * (bound - signs[sign])
    before, after = rule(signs), rule(worse)
    assert (before >= 0).all()
    assert (after >= before).all()


@pytest.mark.parametrize("name", ROWS)
@settings(max_examples=12, deadline=None)
@given(SEEDS)
def test_patients_with_one_row_are_independent(name: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    rule, ranges = ROWS[name]
    signs = draw_rows(rng, ranges)
    grade, order = rule(signs), rng.permutation(PATIENTS)
    np.testing.assert_array_equal(rule({sign: value[order] for sign, value in signs.items()}), grade[order])
    alone = [int(rule({sign: np.asarray(value[k]) for sign, value in signs.items()})) for k in range(PATIENTS)]
    assert alone == grade.tolist()


@pytest.mark.parametrize("name", ["CAR-HEMATOTOX", "HScore", "laboratory lysis", "presence of IEC-HS"])
@settings(max_examples=25, deadline=None)
@given(SEEDS)
def test_a_grade_given_with_a_value_missing_is_the_grade_with_any_value_there(name: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    rule, ranges = ROWS[name]
    full = draw_rows(rng, ranges)
    lost = {sign: np.where(rng.random(PATIENTS) < 0.25, np.nan, value) for sign, value in full.items()}
    partly = rule(lost)
    for _ in range(4):
        other = draw_rows(rng, ranges)
        guess = rule({sign: np.where(np.isnan(value), other[sign], value) for sign, value in lost.items()})
        assert (partly[partly >= 0] == guess[partly >= 0]).all()


@settings(max_examples=25, deadline=None)
@given(SEEDS)
def test_the_range_of_a_score_holds_the_score(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for name, score in (("CAR-HEMATOTOX", score_car_hematotox), ("HScore", score_hscore)):
        full: Any = draw_rows(rng, ROWS[name][1])
        full |= {key: np.floor(value) for key, value in full.items() if key in ("organomegaly",)}
        lost = {sign: np.where(rng.random(PATIENTS) < 0.25, np.nan, value) for sign, value in full.items()}
        known, part = score(**full), score(**lost)
        assert (part.lowest <= known.score).all()
        assert (known.score <= part.highest).all()


@settings(max_examples=20, deadline=None)
@given(SEEDS)
def test_rows_in_any_order_and_twice_give_the_same_grid(seed: int) -> None:
    rng = np.random.default_rng(seed)
    patient, day = rng.integers(0, 5, 60), rng.integers(-3, 40, 60)
    count = np.where(rng.random(60) < 0.1, np.nan, rng.integers(0, 3000, 60))
    first = daily_lowest(patient, day, count)
    order = np.concatenate([rng.permutation(60), rng.integers(0, 60, 10)])
    again = daily_lowest(patient[order], day[order], count[order])
    np.testing.assert_array_equal(first.value, again.value)
    for k, name in enumerate(first.patient):
        for column in range(31):
            values = count[(patient == name) & (day == column)]
            least = np.nan if np.isnan(values).all() else np.nanmin(values)
            assert np.array_equal(first.value[k, column], least, equal_nan=True)


@settings(max_examples=20, deadline=None)
@given(SEEDS)
def test_howard_over_days_is_the_worst_single_day(seed: int) -> None:
    rng = np.random.default_rng(seed)
    ranges = ROWS["laboratory lysis"][1]
    days = {name: rng.uniform(low, high, (PATIENTS, 6)) for name, (low, high, _) in ranges.items()}
    course = grade_laboratory_tls_course(np.arange(6), Chemistry(**days), definition="Howard").grade  # type: ignore[arg-type]
    single = grade_laboratory_tls(Chemistry(**days), definition="Howard").grade  # type: ignore[arg-type]
    np.testing.assert_array_equal(course, single.max(axis=1))
    loose = grade_laboratory_tls_course(np.arange(6), Chemistry(**days)).grade  # type: ignore[arg-type]
    assert (loose >= course).all()


@settings(max_examples=20, deadline=None)
@given(SEEDS)
def test_aplasia_begins_before_it_ends_and_a_day_below_is_aplastic(seed: int) -> None:
    rng = np.random.default_rng(seed)
    count = np.where(rng.random((PATIENTS, 20)) < 0.3, np.nan, rng.choice([5.0, 15, 20, 80], (PATIENTS, 20)))
    found = find_b_cell_aplasia(count, np.arange(20))
    ended = np.isfinite(found.ends_day)
    assert (found.begins_day[ended] < found.ends_day[ended]).all()
    assert (found.aplastic[count < 20] == 1).all()
    assert ((found.episodes > 0) == np.isfinite(found.begins_day)).all()
    begins = (np.diff(found.aplastic == 1, axis=1, prepend=False) & (found.aplastic == 1)).sum(axis=1)
    np.testing.assert_array_equal(begins, found.episodes)


@settings(max_examples=20, deadline=None)
@given(SEEDS)
def test_easix_scales_as_its_formula(seed: int) -> None:
    rng = np.random.default_rng(seed)
    ldh, creatinine, crp, platelets = rng.uniform(0.5, 300, (4, PATIENTS))
    one = compute_easix(ldh_u_l=ldh, creatinine_mg_dl=creatinine, crp_mg_dl=crp, platelets_e9_l=platelets)
    two = compute_easix(ldh_u_l=2 * ldh, creatinine_mg_dl=creatinine, crp_mg_dl=crp, platelets_e9_l=platelets / 2)
    for name in ("log2_easix", "log2_s_easix", "log2_m_easix"):
        np.testing.assert_allclose(getattr(two, name), getattr(one, name) + 2, atol=1e-12)

"""Tables of patients: what is read, what is refused and how it is said, whose row is whose."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from adoptive.antigen import AntigenPlan
from adoptive.cohort import COLUMNS, TUMOUR_TYPES, Cohort, Population, draw_cohort, read_patients, screen
from adoptive.errors import StudyError
from adoptive.parameters import Typical
from adoptive.streams import Keys, Streams

TABLE = """tumour_type,ancestry,age_years,male,weight_kg,ecog,albumin_g_l,lesion_1_mm,lesion_2_mm,doubling_time_days
gastric,East Asian,61,yes,55.5,1,31,22,0,30
colorectal,European,48,no,81,0,42,0,60,90

melanoma,African,70,1,66,2,35,15,14,45
"""


def drawn(text: str, typical: Typical, streams: Streams, patients: int = 6, **more: object) -> Cohort:
    population = Population("gastric", given=read_patients(text), **more)  # type: ignore[arg-type]
    keys = Keys.of(0, np.arange(patients))
    return draw_cohort(population, AntigenPlan("CLDN18.2"), keys=keys, typical=typical, streams=streams)


def test_words_become_places_and_numbers_stay() -> None:
    columns = read_patients(TABLE)
    assert columns["tumour_type"] == tuple(float(TUMOUR_TYPES.index(t)) for t in ("gastric", "colorectal", "melanoma"))
    assert columns["ancestry"] == (0.0, 1.0, 2.0)
    assert columns["male"] == (1.0, 0.0, 1.0)
    assert columns["weight_kg"] == (55.5, 81.0, 66.0)


def test_candidate_k_is_row_k_modulo_the_rows(typical: Typical, streams: Streams) -> None:
    cohort = drawn(TABLE, typical, streams)
    assert cohort.age_years.tolist() == [61, 48, 70, 61, 48, 70]
    assert cohort.ecog.tolist() == [1, 0, 2, 1, 0, 2]
    assert cohort.male.tolist() == [True, False, True, True, False, True]
    assert [cohort.tumour_names[t] for t in cohort.tumour_type[:3]] == ["gastric", "colorectal", "melanoma"]
    assert cohort.ancestry[:3].tolist() == [0, 1, 2]
    np.testing.assert_allclose(cohort.albumin_g_l[:3], [31, 42, 35])
    np.testing.assert_allclose(cohort.lesion_diameter_mm[:3, :2], [[22, 0], [60, 0], [15, 14]])
    assert (cohort.lesion_diameter_mm[:, 2:] == 0).all()
    np.testing.assert_allclose(np.log(2) / cohort.growth_per_day[:3, 0], [30, 90, 45])


def test_what_follows_from_a_given_value_follows_from_it(typical: Typical, streams: Streams) -> None:
    text = "age_years,male,weight_kg,height_cm,prior_lines\n40,yes,72,180,2\n40,no,72,180,5\n"
    cohort = drawn(text, typical, streams, patients=2)
    np.testing.assert_allclose(cohort.bsa_m2, np.sqrt(180 * 72 / 3600))
    assert cohort.third_line_or_later.tolist() == [False, True]
    free = drawn("ecog\n1\n", typical, streams, patients=2)
    creatinine = (140 - free.age_years) * free.weight_kg / (72 * free.creatinine_clearance_ml_min)
    creatinine *= np.where(free.male, 1.0, 0.85)
    np.testing.assert_allclose(cohort.creatinine_clearance_ml_min, 100.0 / creatinine * np.array([1.0, 0.85]))


def test_what_the_table_leaves_out_is_drawn_as_without_it(typical: Typical, streams: Streams) -> None:
    plain = Population("gastric", doubling_time_days=32.0)
    keys = Keys.of(0, np.arange(50))
    antigen = AntigenPlan("CLDN18.2")
    alone = draw_cohort(plain, antigen, keys=keys, typical=typical, streams=streams)
    given = dataclasses.replace(plain, given=read_patients("weight_kg,peritoneal\n60,no\n"))
    table = draw_cohort(given, antigen, keys=keys, typical=typical, streams=streams)
    assert (table.weight_kg == 60).all()
    assert not table.peritoneal.any()
    for name in ("age_years", "frailty", "lymphocytes_per_ul", "growth_per_day", "lesion_diameter_mm", "ecog"):
        assert getattr(table, name).tobytes() == getattr(alone, name).tobytes(), name


def test_what_the_table_leaves_out_fits_to_what_it_holds(typical: Typical, streams: Streams) -> None:
    """Frailty goes with performance status (0.5) and albumin (-0.6), so a poor patient is drawn frailer."""
    poor = drawn("ecog,albumin_g_l\n2,28\n", typical, streams, patients=3000)
    well = drawn("ecog,albumin_g_l\n0,44\n", typical, streams, patients=3000)
    assert np.median(poor.frailty) > 1.3
    assert np.median(well.frailty) < 0.75
    apart = np.log(poor.frailty).std()
    assert apart < 0.5 * np.sqrt(1 - 0.5**2) + 0.02, "what is known narrows the rest"


def test_a_given_read_decides_at_screening(typical: Typical, streams: Streams) -> None:
    population = Population("gastric", given=read_patients("read_share,has_hla\n0.8,yes\n0.2,no\n"))
    keys = Keys.of(0, np.arange(4))
    seen = screen(population, AntigenPlan("X", entry_fraction=0.4, hla="A*02"), keys, typical, streams)
    assert seen.antigen_fails.tolist() == [False, True, False, True]
    assert seen.hla_fails.tolist() == [False, True, False, True]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", ["no patients"]),
        ("age_years\n", ["no patients"]),
        ("age_yeers\n50\n", ["line 1", "unknown column", "'age_yeers'", "did you mean age_years?"]),
        ("male,male\nyes,yes\n", ["line 1", "twice", "male"]),
        ("age_years,male\n50\n", ["line 2", "1 cells", "2 cells"]),
        ("age_years\n50\nold\n", ["line 3", "column age_years", "'old'", "0 to 110"]),
        ("age_years\n-1\n", ["line 2", "'-1'", "0 to 110"]),
        ("age_years\nnan\n", ["line 2", "'nan'"]),
        ("ecog\n1.5\n", ["line 2", "column ecog", "whole number"]),
        ("male\nmaybe\n", ["line 2", "yes or no"]),
        (f"age_years\n{'5' * 140_000}\n", ["not a table in CSV", "save the table"]),
        ("age_years,male\n50,\n", ["line 2", "column male", "empty cell", "leave the whole column out"]),
        ("tumour_type\nleukaemia\n", ["line 2", "'leukaemia'", "B-ALL"]),
        ("lesion_1_mm,lesion_3_mm\n10,0\n0,0\n", ["line 3", "without a lesion"]),
    ],
)
def test_a_mistake_is_named_with_its_place(text: str, parts: list[str]) -> None:
    with pytest.raises(StudyError) as caught:
        read_patients(text, "mine.csv")
    for part in ["mine.csv", *parts]:
        assert part in str(caught.value)


def test_every_column_reaches_the_cohort(typical: Typical, streams: Streams) -> None:
    """A table with all columns at once: each of them is what the cohort holds."""
    values = {name: "1" for name in COLUMNS} | {"tumour_type": "gastric", "ancestry": "European"}
    values |= {"age_years": "33", "weight_kg": "50", "height_cm": "155", "albumin_g_l": "30", "platelets_e9_l": "99"}
    values |= {"lymphocytes_per_ul": "777", "creatinine_clearance_ml_min": "61", "doubling_time_days": "20"}
    values |= {"positive_share": "0.25", "read_share": "0.75"}
    cohort = drawn(f"{','.join(values)}\n{','.join(values.values())}\n", typical, streams, patients=1)
    special = {"tumour_type", "doubling_time_days", "positive_share", "read_share"}
    for name in set(COLUMNS) - special:
        if not name.startswith("lesion_"):
            assert float(getattr(cohort, name)[0]) == (1.0 if name == "ancestry" else float(values[name])), name
    assert cohort.antigen.positive_share[0] == 0.25
    assert cohort.antigen.read_share[0] == 0.75
    assert (cohort.lesion_diameter_mm == 1.0).all()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_may_end_in_any_way(end: str) -> None:
    assert read_patients(end.join(("age_years,male", "61,yes", "48,no", ""))) == {
        "age_years": (61.0, 48.0),
        "male": (1.0, 0.0),
    }


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"age": (50.0,)}, ("cohort.given", "unknown column", "age_years")),
        ({"age_years": (50.0, 60.0), "male": (1.0,)}, ("different lengths", "age_years: 2, male: 1")),
        ({"age_years": ()}, ("empty",)),
        ({"age_years": (50.0, 400.0)}, ("age_years, patient 2", "400", "0 to 110")),
        ({"male": (0.5,)}, ("male, patient 1", "yes or no")),
        ({"tumour_type": (40.0,)}, ("tumour_type, patient 1", "gastric")),
    ],
)
def test_columns_written_in_the_study_are_looked_at_too(
    given: dict[str, tuple[float, ...]], words: tuple[str, ...]
) -> None:
    with pytest.raises(StudyError) as caught:
        Population("gastric", given=given)
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize(
    "ages",
    [{"age_minimum_years": 60.0, "age_maximum_years": 50.0}, {"age_median_years": 17.0, "age_minimum_years": 18.0}],
)
def test_ages_out_of_order_are_refused(ages: dict[str, float]) -> None:
    with pytest.raises(StudyError, match="out of order"):
        Population("gastric", **ages)  # type: ignore[arg-type]

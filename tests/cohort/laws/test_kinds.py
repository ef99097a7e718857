"""Laws of kinds: a row moves its own patients and nobody else; a basket holds what it says."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from adoptive.antigen import AntigenPlan
from adoptive.cohort import SITES, TUMOUR_TYPES, Cohort, Population, TumourShare, draw_cohort, score_correlation
from adoptive.errors import ParameterError, StudyError
from adoptive.parameters import Typical, draw_typical, load_book
from adoptive.streams import Keys, Streams

KEYS = Keys.of(0, np.arange(600))
BASKET = Population(
    "ovarian", mix=(TumourShare("ovarian", 0.5), TumourShare("melanoma", 0.3), TumourShare("B-ALL", 0.2))
)


def cohort_of(population: Population, streams: Streams, keys: Keys = KEYS, **changes: float) -> Cohort:
    """Draw a cohort with some rows changed (``folder.name@kind`` by name)."""
    rows = dict(load_book().rows)
    for name, value in changes.items():
        rows[name] = dataclasses.replace(rows[name], value=value)
    book = dataclasses.replace(load_book(), rows=rows)
    typical = draw_typical(book, streams, trials=np.unique(keys.trial), fixed=True)
    return draw_cohort(population, AntigenPlan("mesothelin"), keys=keys, typical=typical, streams=streams)


def arrays(cohort: Cohort) -> dict[str, np.ndarray]:
    own: dict[str, Any] = {name: v for name, v in cohort.__dict__.items() if isinstance(v, np.ndarray)}
    return own | {f"antigen.{n}": v for n, v in cohort.antigen.__dict__.items() if isinstance(v, np.ndarray)}


@pytest.mark.parametrize(
    ("row", "value", "kind", "moved"),
    [
        ("cohort.doubling_time_days@melanoma", 20.0, "melanoma", {"growth_per_day"}),
        ("cohort.lesion_diameter_median_mm@ovarian", 50.0, "ovarian", {"lesion_diameter_mm"}),
        ("cohort.burden_cells@B-ALL", 4e10, "B-ALL", {"lesion_diameter_mm"}),
        ("cohort.peritoneal_share@ovarian", 0.3, "ovarian", {"peritoneal", "site", "growth_per_day"}),
        ("cohort.ecog0_share@melanoma", 0.1, "melanoma", {"ecog"}),
        ("cohort.platelets_e9_l@B-ALL", 30.0, "B-ALL", {"platelets_e9_l"}),
        ("antigen.positive_alpha@MESOTHELIN, ovarian", 2.0, "ovarian", None),
    ],
)
def test_a_row_moves_its_own_kind_and_nothing_else(
    streams: Streams, row: str, value: float, kind: str, moved: set[str] | None
) -> None:
    before, after = cohort_of(BASKET, streams), cohort_of(BASKET, streams, **{row: value})
    its = np.array([before.tumour_names[t] == kind for t in before.tumour_type])
    assert 0 < its.sum() < len(its)
    changed = set()
    for name, values in arrays(before).items():
        assert values[~its].tobytes() == arrays(after)[name][~its].tobytes(), name
        if values.tobytes() != arrays(after)[name].tobytes():
            changed.add(name)
    if moved is None:
        assert changed
        assert all(name.startswith("antigen.") for name in changed)
    else:
        assert changed
        assert changed <= moved


def test_a_basket_of_one_is_that_tumour(streams: Streams) -> None:
    single = cohort_of(Population("sarcoma"), streams)
    basket = cohort_of(Population("melanoma", mix=(TumourShare("sarcoma", 1.0),)), streams)
    for name, values in arrays(single).items():
        assert values.tobytes() == arrays(basket)[name].tobytes(), name
    assert (single.tumour_type == TUMOUR_TYPES.index("sarcoma")).all()


def test_neither_order_nor_number_of_patients_matters(streams: Streams) -> None:
    keys = Keys.of(np.repeat([0, 3], 60), np.tile(np.arange(60), 2))
    whole = cohort_of(BASKET, streams, keys)
    order = np.array([7, 100, 3, 61, 118])
    few = cohort_of(BASKET, streams, keys.take(order))
    for name, values in arrays(whole).items():
        assert values[order].tobytes() == arrays(few)[name].tobytes(), name
    assert whole.take(order).kinds.code.tolist() == few.kinds.code.tolist()


@pytest.mark.parametrize("tumour", TUMOUR_TYPES)
def test_every_tumour_type_gives_a_patient_who_can_be_simulated(streams: Streams, tumour: str) -> None:
    cohort = cohort_of(Population(tumour), streams)  # type: ignore[arg-type]
    for name, values in arrays(cohort).items():
        assert np.isfinite(values).all(), name
    assert (cohort.lesion_diameter_mm[:, 0] > 0).all()
    assert (cohort.lesion_diameter_mm < 125).all()
    assert (cohort.growth_per_day > 0).all()
    assert ((cohort.age_years >= 18) & (cohort.age_years <= 85)).all()
    assert ((cohort.bsa_m2 > 1.0) & (cohort.bsa_m2 < 3.2)).all()
    named = {
        row.split("@")[1].split(", ")[1] for row in load_book() if row.startswith(f"cohort.site_weight@{tumour}, ")
    }
    seen = {SITES[place] for place in np.unique(cohort.site)}
    assert named
    assert seen <= named | {"peritoneum"}
    assert ("peritoneum" in seen) == bool(cohort.peritoneal.any())


def test_deposits_are_the_lesions_in_the_peritoneum(streams: Streams) -> None:
    cohort = cohort_of(Population("ovarian"), streams)
    inside = cohort.site == SITES.index("peritoneum")
    assert not inside[~cohort.peritoneal].any()
    assert 0.6 < inside[cohort.peritoneal].mean() < 0.9


def test_a_study_s_doubling_time_holds_at_every_site(streams: Streams) -> None:
    free = cohort_of(Population("gastric"), streams)
    fixed = cohort_of(Population("gastric", doubling_time_days=32.0), streams)
    ratio = free.growth_per_day / fixed.growth_per_day
    for place, factor in (("liver", 0.69), ("node", 1.125), ("peritoneum", 1.19), ("lung", 1.0)):
        np.testing.assert_allclose(ratio[free.site == SITES.index(place)], 1 / factor, rtol=1e-12)


@pytest.mark.parametrize(
    ("ages", "low", "high", "median"),
    [
        ({}, 18, 85, 57),
        ({"age_median_years": 53.0}, 18, 85, 53),
        ({"age_group": "children"}, 1, 17.9, 10),
        ({"age_group": "children and adults", "age_median_years": 14.0, "age_maximum_years": 54.0}, 1, 54, 14),
        (
            {"age_group": "children", "age_minimum_years": 3.0, "age_maximum_years": 21.0, "age_median_years": 11.0},
            3,
            21,
            11,
        ),
        ({"age_minimum_years": 70.0, "age_maximum_years": 80.0}, 70, 80, 75),
    ],
)
def test_age_keeps_its_limits_and_its_median(
    streams: Streams, ages: dict[str, Any], low: float, high: float, median: float
) -> None:
    cohort = cohort_of(Population("gastric", **ages), streams, Keys.of(0, np.arange(4000)))
    assert cohort.age_years.min() >= low
    assert cohort.age_years.max() <= high
    assert np.median(cohort.age_years) == pytest.approx(median, abs=1.0)


def test_prior_lines_hold_the_share_of_three_or_more(streams: Streams) -> None:
    for share in (0.0, 0.3, 1.0):
        cohort = cohort_of(Population("melanoma", third_line_or_later_share=share), streams)
        assert ((cohort.prior_lines >= 3) == cohort.third_line_or_later).all()
        assert cohort.third_line_or_later.mean() == pytest.approx(share, abs=0.08)
        assert cohort.prior_lines.min() >= (3 if share == 1.0 else 1)


def test_correlations_that_contradict_each_other_are_refused(streams: Streams) -> None:
    with pytest.raises(ParameterError, match="contradict"):
        cohort_of(Population("gastric"), streams, **{"cohort.correlation@frailty, ECOG": 1.5})


def test_without_correlations_the_scores_are_the_draws(typical: Typical, streams: Streams) -> None:
    matrix = score_correlation(typical)
    np.testing.assert_allclose(matrix[0], matrix[0].T)
    assert (np.diag(matrix[0]) == 1).all()
    assert np.linalg.eigvalsh(matrix[0]).min() > 0.05


@pytest.mark.parametrize("shares", [(0.5, 0.4), (0.7, 0.7)])
def test_shares_of_a_basket_add_up(shares: tuple[float, float]) -> None:
    with pytest.raises(StudyError, match="add up to 1"):
        Population("gastric", mix=(TumourShare("gastric", shares[0]), TumourShare("melanoma", shares[1])))

"""Laws of death and progression elsewhere by tumour type: a type's row is its own; marrow has no elsewhere."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from adoptive.antigen import AntigenPlan
from adoptive.cohort import Cohort, Population, TumourShare, draw_cohort
from adoptive.outcome.clinic.hazard import Fate, draw_fate
from adoptive.parameters import Typical, draw_typical, load_book
from adoptive.streams import Keys, Streams
from adoptive.units import volume_cm3

TYPES = ("colorectal", "B-ALL", "multiple myeloma", "synovial sarcoma")
BASKET = Population("colorectal", mix=tuple(TumourShare(name, 0.25) for name in TYPES))  # type: ignore[arg-type]
DAYS = np.arange(0.0, 800.0, 10.0)


def typical_with(streams: Streams, **changes: float) -> Typical:
    rows = dict(load_book().rows)
    for name, value in changes.items():
        rows[name] = dataclasses.replace(rows[name], value=value)
    return draw_typical(dataclasses.replace(load_book(), rows=rows), streams, trials=[0], fixed=True)


def basket(streams: Streams) -> Cohort:
    plan, keys = AntigenPlan("X"), Keys.of(0, np.arange(2000))
    return draw_cohort(BASKET, plan, keys=keys, typical=typical_with(streams), streams=streams)


def fate_of(cohort: Cohort, streams: Streams, **changes: float) -> Fate:
    """Follow tumours that stay as large as they are."""
    volume = np.repeat(volume_cm3(cohort.lesion_diameter_mm).sum(axis=1)[:, None], len(DAYS), axis=1)
    return draw_fate(volume, DAYS, cohort, typical=typical_with(streams, **changes), streams=streams)


def of_type(cohort: Cohort, name: str) -> np.ndarray:
    return np.array([cohort.tumour_names[place] == name for place in cohort.tumour_type])


@pytest.mark.parametrize("name", TYPES)
def test_a_types_hazard_of_death_is_its_own(streams: Streams, name: str) -> None:
    cohort = basket(streams)
    its, row = of_type(cohort, name), f"outcome.death_hazard@{name}"
    before, after = fate_of(cohort, streams), fate_of(cohort, streams, **{row: 2 * load_book()[row].value})
    assert after.death_day[~its].tobytes() == before.death_day[~its].tobytes()
    died = np.isfinite(before.death_day) & its
    assert died.any()
    assert (after.death_day[died] < before.death_day[died]).all()
    assert after.new_lesion_day.tobytes() == before.new_lesion_day.tobytes()


def test_marrow_has_no_elsewhere(streams: Streams) -> None:
    cohort, marrow = basket(streams), ("B-ALL", "multiple myeloma")
    day = fate_of(cohort, streams).new_lesion_day
    for name in TYPES:
        found = np.isfinite(day[of_type(cohort, name)])
        assert not found.any() if name in marrow else found.mean() > 0.5


def test_a_type_without_a_row_has_the_general_one(streams: Streams) -> None:
    cohort = basket(streams)
    its = of_type(cohort, "synovial sarcoma")
    row = "outcome.withdrawal_hazard"
    before, after = fate_of(cohort, streams), fate_of(cohort, streams, **{row: 2 * load_book()[row].value})
    np.testing.assert_allclose(after.withdrawal_day, before.withdrawal_day / 2, rtol=1e-12)
    general = fate_of(cohort, streams, **{"outcome.new_lesion_hazard": 0.01}).new_lesion_day
    assert (general[its] <= before.new_lesion_day[its]).all()
    assert general[~its].tobytes() == before.new_lesion_day[~its].tobytes()


def test_the_same_patient_lives_as_long_whoever_else_is_in_the_basket(streams: Streams) -> None:
    cohort = basket(streams)
    rows = np.array([3, 50, 1999])
    few = fate_of(cohort.take(rows), streams)
    for name, values in fate_of(cohort, streams).__dict__.items():
        assert values[rows].tobytes() == getattr(few, name).tobytes(), name

"""Bedside signs: none improves when interleukin 6 rises; an antipyretic cools and treats; each patient has his own."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from adoptive.outcome.clinic.signs import (
    BedsideSigns,
    Tolerance,
    Vitals,
    bedside_signs,
    daily_crs_grade,
    draw_tolerance,
    draw_vitals,
)
from adoptive.outcome.toxicity.crs import grade_crs
from adoptive.parameters import Typical
from adoptive.streams import Keys, Streams

DAYS = np.arange(6.0)
NEVER = np.array([np.inf])
LEVELS = hnp.arrays(float, (1, 6), elements=st.floats(0, 1e5))
WORSE_UP = ("temperature_c", "hypotension", "vasopressors", "oxygen", "treated", "vasopressin")
WORSE_DOWN = ("systolic_mmhg", "saturation_percent")


def one(**changes: float) -> Tolerance:
    levels = {"fever": 10, "hypotension": 150, "oxygen": 300, "vasopressor": 1000, "high_flow": 2000}
    known = levels | {"life_threat": 8000, "tocilizumab_effect": 1, "fever_per_tenfold_c": 1.2} | changes
    return Tolerance(**{name: np.array([float(value)]) for name, value in known.items()})


def vitals() -> Vitals:
    return Vitals(*(np.array([value]) for value in (122.0, 90.0, 97.0, 90.0, 1.0)))


def signs(level: np.ndarray, *, drug_day: np.ndarray = NEVER, antipyretic: bool = False) -> BedsideSigns:
    return bedside_signs(
        level, DAYS[: level.shape[1]], one(), vitals(), first_drug_day=drug_day, antipyretic=antipyretic
    )


def test_every_sign_has_its_law() -> None:
    assert {field.name for field in fields(BedsideSigns)} == {*WORSE_UP, *WORSE_DOWN}


@given(level=LEVELS, more=LEVELS, antipyretic=st.booleans())
def test_no_sign_improves_when_interleukin_6_rises(level: np.ndarray, more: np.ndarray, antipyretic: bool) -> None:
    mild, grave = signs(level, antipyretic=antipyretic), signs(level + more, antipyretic=antipyretic)
    for name in WORSE_UP:
        assert (getattr(mild, name) <= getattr(grave, name)).all(), name
    for name in WORSE_DOWN:
        assert (getattr(mild, name) >= getattr(grave, name)).all(), name


@given(level=LEVELS, drug=st.one_of(st.just(np.inf), st.floats(0, 6)))
def test_the_daily_grade_is_the_grade_of_the_signs(level: np.ndarray, drug: float) -> None:
    day = np.array([drug])
    by_signs = grade_crs(signs(level, drug_day=day).crs()).grade
    np.testing.assert_array_equal(by_signs, daily_crs_grade(level, DAYS, one(), first_drug_day=day))


@given(level=LEVELS)
def test_an_antipyretic_cools_but_never_below_rest(level: np.ndarray) -> None:
    hot, cooled = signs(level).temperature_c, signs(level, antipyretic=True).temperature_c
    assert (cooled <= hot).all()
    assert (hot - cooled <= 1.0 + 1e-12).all()
    assert (cooled >= 36.8).all()


def test_an_antipyretic_hides_a_fever_and_the_drug_day_lets_the_rest_count() -> None:
    """38.0 under 1 degree less is no fever, yet hypotension of a treated patient is grade 2."""
    low = np.full((1, 6), 160.0)
    assert signs(np.full((1, 6), 20.0), antipyretic=True).temperature_c.max() < 38.0
    tolerance = one(fever=100.0)
    given_from = bedside_signs(low, DAYS, tolerance, vitals(), first_drug_day=np.array([2.0]), antipyretic=DAYS >= 2)
    assert given_from.temperature_c[0].tolist()[:2] == pytest.approx([38.24494] * 2, abs=1e-5)
    assert (given_from.temperature_c[0, 2:] < 38.0).all()
    assert grade_crs(given_from.crs()).grade.tolist() == [[2] * 6]


def test_nothing_shows_at_rest() -> None:
    rest = signs(np.zeros((1, 6)))
    assert grade_crs(rest.crs()).grade.tolist() == [[0] * 6]
    assert set(rest.systolic_mmhg.ravel()) == {122.0}
    assert set(rest.saturation_percent.ravel()) == {97.0}


@pytest.mark.parametrize(("level", "systolic"), [(14.9, 122.0), (15.0, 122.0), (150.0, 90.0), (1500.0, 58.0)])
def test_blood_pressure_begins_to_fall_at_a_tenth_of_the_threshold(level: float, systolic: float) -> None:
    assert signs(np.array([[level]])).systolic_mmhg.item() == pytest.approx(systolic, abs=1e-9)


@pytest.mark.parametrize(("level", "saturation"), [(30.0, 97.0), (300.0, 90.0), (3000.0, 83.0), (1e5, 83.0)])
def test_saturation_reaches_90_where_oxygen_is_given(level: float, saturation: float) -> None:
    assert signs(np.array([[level]])).saturation_percent.item() == pytest.approx(saturation)


def test_signs_belong_to_the_patient(typical: Typical, streams: Streams, keys: Keys) -> None:
    some = np.array([17_001, 4])
    draws = {"typical": typical, "streams": streams}
    for draw in (draw_vitals, draw_tolerance):
        together, alone = draw(keys, **draws), draw(keys.take(some), **draws)
        for name, values in vars(alone).items():
            np.testing.assert_array_equal(values, getattr(together, name)[some], err_msg=name)


def test_vital_signs_at_rest_are_above_their_thresholds(typical: Typical, streams: Streams, keys: Keys) -> None:
    rest = draw_vitals(keys, typical=typical, streams=streams)
    assert (rest.systolic_mmhg > rest.hypotension_mmhg).all()
    assert (rest.saturation_percent > rest.oxygen_percent).all()
    assert (rest.saturation_percent <= 100.0).all()

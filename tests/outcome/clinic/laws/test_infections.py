"""Infections: worse counts raise the rate by the published factors and never postpone; rates and shares come out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats

from adoptive.outcome.clinic.infections import (
    MOST_INFECTIONS,
    Infections,
    draw_infections,
    infection_hazard,
    longest_lack,
)
from adoptive.parameters import Typical, draw_patients
from adoptive.streams import Keys, Streams

DAY = np.array([*range(31), *range(37, 101, 7)], float)
FEW = Keys.of(0, np.arange(6))
COUNTS = hnp.arrays(float, (6, len(DAY)), elements=st.floats(0, 5))


def draw(
    anc: np.ndarray, lymphocytes: np.ndarray, igg: np.ndarray, keys: Keys, *, typical: Typical, streams: Streams
) -> Infections:
    return draw_infections(anc, lymphocytes, igg, DAY, keys=keys, typical=typical, streams=streams)


def constant(value: float, patients: int) -> np.ndarray:
    return np.full((patients, len(DAY)), value)


@pytest.mark.parametrize(
    ("anc", "lymphocytes", "igg", "factor"),
    [
        (0.5, 0.2, 4.0, 1.0),
        (0.499, 0.2, 4.0, 1.6),
        (0.1, 0.2, 4.0, 1.6),
        (0.099, 0.2, 4.0, 2.5),
        (0.5, 0.199, 4.0, 1.3),
        (0.5, 0.2, 3.99, 1.4),
        (0.099, 0.199, 3.99, 2.5 * 1.3 * 1.4),
    ],
)
def test_the_rate_has_the_published_factors(
    typical: Typical, anc: float, lymphocytes: float, igg: float, factor: float
) -> None:
    one, day = Keys.of(0, 0), np.arange(3.0)
    found = infection_hazard(*(np.full((1, 3), v) for v in (anc, lymphocytes, igg)), day, keys=one, typical=typical)
    np.testing.assert_allclose(found, 0.0045 * factor)


def test_a_lack_is_long_from_its_eighth_day(typical: Typical) -> None:
    anc, plenty = np.where(np.arange(12) < 10, 0.3, 2.0)[None], np.full((1, 12), 9.0)
    found = infection_hazard(anc, plenty, plenty, np.arange(12.0), keys=Keys.of(0, 0), typical=typical)
    np.testing.assert_allclose(found[0] / 0.0045, [1.6] * 7 + [2.4] * 3 + [1.0] * 2)


def test_an_interrupted_lack_begins_anew() -> None:
    short = np.array([[1, 1, 1, 0, 1, 1]], bool)
    assert longest_lack(short, np.array([0.0, 2, 4, 6, 8, 10])).tolist() == [[0, 2, 4, 0, 0, 2]]


@given(anc=COUNTS, less=hnp.arrays(float, (6, len(DAY)), elements=st.floats(0, 1)))
def test_worse_counts_never_postpone_an_infection(
    typical: Typical, streams: Streams, anc: np.ndarray, less: np.ndarray
) -> None:
    fine = constant(5.0, 6)
    better = draw(anc, fine, fine, FEW, typical=typical, streams=streams)
    worse = draw(anc * less, fine * less, fine * less, FEW, typical=typical, streams=streams)
    assert (worse.day <= better.day).all()
    assert (worse.number >= better.number).all()


def test_infections_come_in_order_and_within_the_follow_up(typical: Typical, streams: Streams, keys: Keys) -> None:
    some = keys.take(np.arange(3000))
    low = constant(0.05, 3000)
    low[:, DAY > 50] = np.nan
    found = draw(low, low, low, some, typical=typical, streams=streams)
    pairs = np.isfinite(found.day[:, 1:])
    assert (found.day[:, 1:][pairs] >= found.day[:, :-1][pairs]).all()
    assert found.day[np.isfinite(found.day)].max() <= 58.0
    assert found.day.shape == found.grade.shape == (3000, MOST_INFECTIONS)
    assert ((found.grade > 0) == np.isfinite(found.day)).all()


def test_who_is_not_followed_has_no_infection(typical: Typical, streams: Streams) -> None:
    gone = constant(np.nan, 6)
    found = draw(gone, gone, gone, FEW, typical=typical, streams=streams)
    assert found.number.tolist() == [0] * 6
    assert found.worst_grade.tolist() == [0] * 6
    assert np.isinf(found.first_day).all()


def test_as_many_are_infected_as_their_rates_say(typical: Typical, streams: Streams, keys: Keys) -> None:
    """At constant counts the first infection is exponential: share 1 - exp(-rate frailty days); 1 in 10,000."""
    fine = constant(5.0, len(keys))
    found = draw(fine, fine, fine, keys, typical=typical, streams=streams)
    frailty = draw_patients(typical, streams, name="outcome.infection_frailty", keys=keys)
    chance = 1.0 - np.exp(-0.0045 * frailty * 100.0)
    sd = np.sqrt((chance * (1.0 - chance)).sum())
    assert abs((found.number > 0).sum() - chance.sum()) < 3.9 * sd


@pytest.mark.parametrize(("anc", "severe"), [(5.0, 0.35), (0.3, 0.7 / 1.35)])
def test_lack_of_neutrophils_doubles_the_odds_of_a_severe_infection(
    typical: Typical, streams: Streams, keys: Keys, anc: float, severe: float
) -> None:
    found = draw(*(constant(v, len(keys)) for v in (anc, 5.0, 9.0)), keys, typical=typical, streams=streams)
    grade = found.grade[:, 0][np.isfinite(found.day[:, 0])]
    assert set(grade.tolist()) == {2, 3, 4}
    assert stats.binomtest(int((grade >= 3).sum()), len(grade), severe).pvalue > 1e-4
    assert stats.binomtest(int((grade == 4).sum()), len(grade), 0.12).pvalue > 1e-4


def test_infections_belong_to_the_patient(typical: Typical, streams: Streams) -> None:
    low, some = constant(0.2, 6), np.array([5, 1])
    whole = draw(low, low, low, FEW, typical=typical, streams=streams)
    part = draw(low[some], low[some], low[some], FEW.take(some), typical=typical, streams=streams)
    np.testing.assert_array_equal(part.day, whole.day[some])
    np.testing.assert_array_equal(part.grade, whole.grade[some])

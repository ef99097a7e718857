"""What happens to a patient: less tumour never hastens it, and rates are what the rows say."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats

from adoptive.cohort import Cohort
from adoptive.outcome import Fate, draw_fate
from adoptive.parameters import Typical
from adoptive.streams import Streams

DAY = np.arange(0.0, 401.0)
DAYS = ("death_day", "unfit_day", "new_lesion_day")


@pytest.fixture(scope="module")
def people(entrants: Cohort) -> Cohort:
    return entrants.take(np.arange(4000))


def fate_of(volume: np.ndarray, cohort: Cohort, typical: Typical, streams: Streams) -> Fate:
    return draw_fate(volume, DAY, cohort, typical=typical, streams=streams)


@settings(deadline=None, max_examples=30)
@given(
    start=hnp.arrays(float, 40, elements=st.floats(0.1, 400)),
    growth=hnp.arrays(float, 40, elements=st.floats(-0.05, 0.03)),
    shrink=hnp.arrays(float, 40, elements=st.floats(0, 0.05)),
)
def test_less_tumour_never_hastens_anything(
    people: Cohort, typical: Typical, streams: Streams, start: np.ndarray, growth: np.ndarray, shrink: np.ndarray
) -> None:
    """Two courses of the same patients from the same start; one is never larger."""
    forty = people.take(np.arange(40))
    course = start[:, None] * np.exp(growth[:, None] * DAY)
    better = course * np.exp(-shrink[:, None] * DAY)
    worse_fate, fate = (fate_of(volume, forty, typical, streams) for volume in (course, better))
    for name in DAYS:
        assert (getattr(fate, name) >= getattr(worse_fate, name) - 1e-9).all(), name
    assert fate.withdrawal_day.tobytes() == worse_fate.withdrawal_day.tobytes()


def test_more_tumour_does_hasten_death(people: Cohort, typical: Typical, streams: Streams) -> None:
    small, large = (fate_of(np.full((4000, 401), v), people, typical, streams) for v in (10.0, 160.0))
    assert (large.death_day < small.death_day)[np.isfinite(large.death_day)].all()
    assert np.isfinite(large.death_day).mean() > np.isfinite(small.death_day).mean() + 0.2


def test_frailty_and_peritoneal_disease_hasten_death(people: Cohort, typical: Typical, streams: Streams) -> None:
    volume = np.full((4000, 401), 30.0)
    base = fate_of(volume, dataclasses.replace(people, peritoneal=np.zeros(4000, bool)), typical, streams)
    spread = fate_of(volume, dataclasses.replace(people, peritoneal=np.ones(4000, bool)), typical, streams)
    frail = fate_of(
        volume,
        dataclasses.replace(people, peritoneal=np.zeros(4000, bool), frailty=2 * people.frailty),
        typical,
        streams,
    )
    died = np.isfinite(base.death_day)
    assert (spread.death_day[died] < base.death_day[died]).all()
    assert (frail.death_day[died] < spread.death_day[died]).all(), "twice as frail is worse than a ratio of 1.3"
    assert spread.new_lesion_day.tobytes() == base.new_lesion_day.tobytes()


def test_at_the_reference_burden_death_has_the_rows_rate(
    people: Cohort, published: Callable[..., Typical], streams: Streams
) -> None:
    """Without entry selection, frailty or peritoneal disease: exponential; Kolmogorov-Smirnov at 1 in 1,000."""
    typical = published(outcome__entry_selection=0.0)
    plain = dataclasses.replace(people, peritoneal=np.zeros(4000, bool), frailty=np.ones(4000))
    when = fate_of(np.full((4000, 401), 30.0), plain, typical, streams).death_day
    rate = typical.book["outcome.death_hazard@gastric"].value
    seen = when[when < 400.0]
    model = stats.expon(scale=1.0 / rate)
    assert len(seen) / 4000 == pytest.approx(model.cdf(400.0), abs=4 * np.sqrt(0.25 / 4000))
    assert stats.kstest(seen, lambda t: model.cdf(t) / model.cdf(400.0)).pvalue > 1e-3


def test_four_times_the_burden_doubles_the_hazard(
    people: Cohort, published: Callable[..., Typical], streams: Streams
) -> None:
    """Power 0.5 of the volume, up to 600 cm3; for one patient time to death is then inverse to the hazard."""
    typical = published(outcome__entry_selection=0.0, outcome__death_burden_exponent=0.5)
    one, four, beyond, limit = (
        fate_of(np.full((4000, 401), v), people, typical, streams).death_day for v in (30.0, 120.0, 5000.0, 600.0)
    )
    died = np.isfinite(one)
    np.testing.assert_allclose(four[died], one[died] / 2.0, rtol=1e-9)
    assert beyond.tobytes() == limit.tobytes()


def test_entry_selection_protects_at_first_and_wears_off(
    people: Cohort, typical: Typical, published: Callable[..., Typical], streams: Streams
) -> None:
    volume = np.full((4000, 401), 60.0)
    healthy = fate_of(volume, people, typical, streams).death_day
    unselected = fate_of(volume, people, published(outcome__entry_selection=0.0), streams).death_day
    died = np.isfinite(healthy)
    assert (healthy >= unselected).all()
    # In the first fortnight 42 % of the hazard is left: (14 - 0.81 x 20 (1 - exp(-0.7))) / 14.
    assert (healthy < 14).sum() < 0.5 * (unselected < 14).sum()
    # The hazard removed in all is s tau = 0.81 x 20 days, so nobody gains much more than 16 days.
    assert (healthy[died] - unselected[died]).max() < 16.3


def test_a_patient_is_unfit_before_he_dies(people: Cohort, published: Callable[..., Typical], streams: Streams) -> None:
    """At a constant hazard he is so once three quarters of his time have passed."""
    typical = published(outcome__entry_selection=0.0)
    fate = fate_of(np.full((4000, 401), 30.0), people, typical, streams)
    share = typical.book["outcome.unfit_share"].value
    died = np.isfinite(fate.death_day)
    np.testing.assert_allclose(fate.unfit_day[died], share * fate.death_day[died], rtol=1e-9)
    earlier = fate_of(
        np.full((4000, 401), 30.0),
        people,
        published(outcome__entry_selection=0.0, outcome__unfit_share=0.25),
        streams,
    )
    np.testing.assert_allclose(earlier.unfit_day[died], 0.25 * fate.death_day[died], rtol=1e-9)
    assert earlier.death_day.tobytes() == fate.death_day.tobytes()


def test_nobody_dies_before_he_is_unfit(people: Cohort, typical: Typical, streams: Streams) -> None:
    fate = fate_of(np.full((4000, 401), 30.0), people, typical, streams)
    assert (fate.unfit_day <= fate.death_day).all()


def test_the_first_of_what_ends_matters() -> None:
    """Dies first, leaves after he is unfit, leaves first, nothing happens."""
    fate = Fate(
        death_day=np.array([50.0, 90.0, 90.0, np.inf]),
        unfit_day=np.array([60.0, 30.0, 70.0, np.inf]),
        new_lesion_day=np.zeros(4),
        withdrawal_day=np.array([np.inf, 40.0, 20.0, np.inf]),
    )
    assert fate.lost_day.tolist() == [50.0, 30.0, 20.0, np.inf]
    assert fate.last_contact_day.tolist() == [50.0, 40.0, 20.0, np.inf]


def test_leaving_has_a_constant_rate_whatever_the_tumour_does(
    people: Cohort, typical: Typical, streams: Streams
) -> None:
    """Exponential; Kolmogorov-Smirnov at 1 in 1,000."""
    leaving = fate_of(np.full((4000, 401), 30.0), people, typical, streams).withdrawal_day
    rate = typical.book["outcome.withdrawal_hazard"].value
    assert stats.kstest(leaving, stats.expon(scale=1 / rate).cdf).pvalue > 1e-3


def test_a_patients_fate_does_not_depend_on_who_else_is_followed(
    people: Cohort, typical: Typical, streams: Streams
) -> None:
    volume = 20.0 * np.exp(0.01 * DAY) * people.frailty[:, None]
    some = np.array([1, 700, 3999])
    together = fate_of(volume, people, typical, streams).take(some)
    alone = fate_of(volume[some], people.take(some), typical, streams)
    for name in (*DAYS, "withdrawal_day"):
        np.testing.assert_allclose(getattr(alone, name), getattr(together, name), rtol=1e-12)


def test_what_the_baseline_scan_shows_is_not_new(people: Cohort, typical: Typical, streams: Streams) -> None:
    """With a constant tumour a later baseline shifts new lesions by as much, and moves nothing else."""
    volume, baseline = np.full((4000, 401), 30.0), np.where(np.arange(4000) % 2 == 0, 60.0, 0.0)
    early = fate_of(volume, people, typical, streams)
    late = draw_fate(volume, DAY, people, typical=typical, streams=streams, baseline_day=baseline)
    assert (late.new_lesion_day >= baseline).all()
    seen = np.isfinite(late.new_lesion_day)
    assert seen.mean() > 0.1
    # The hazard begins within the step that starts on the baseline's day.
    shift = late.new_lesion_day[seen] - early.new_lesion_day[seen]
    assert (np.abs(shift - baseline[seen]) <= 0.5 + 1e-9).all()
    for name in ("death_day", "unfit_day", "withdrawal_day"):
        assert getattr(late, name).tobytes() == getattr(early, name).tobytes()

"""Laws of waiting: frailty hastens, decline hastens death, waiting longer never helps, others do not matter."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np

from adoptive.facility.waiting import draw_death_after, draw_decline, present_until
from adoptive.parameters import Typical
from adoptive.streams import Keys, Streams


def test_the_frail_decline_and_die_earlier(keys: Keys, typical: Typical, streams: Streams) -> None:
    strong, frail = (draw_decline(keys, typical=typical, streams=streams, frailty=factor) for factor in (0.5, 2.0))
    assert (frail.decline_day < strong.decline_day).all()
    assert (frail.death_day < strong.death_day).all()
    assert (present_until(frail) <= present_until(strong)).all()
    assert (frail.leaves == strong.leaves).all()


def test_a_later_decline_never_brings_an_earlier_death(
    keys: Keys, published: Callable[..., Typical], streams: Streams
) -> None:
    soon, late = (
        draw_decline(keys, typical=published(facility__decline_scale_days=days), streams=streams) for days in (100, 300)
    )
    assert (late.decline_day > soon.decline_day).all()
    assert (late.death_day >= soon.death_day).all()


def test_nobody_is_present_after_death(keys: Keys, typical: Typical, streams: Streams) -> None:
    decline = draw_decline(keys, typical=typical, streams=streams)
    here = present_until(decline)
    assert (here <= decline.death_day).all()
    stays = decline.leaves == 0
    np.testing.assert_array_equal(here[stays], decline.death_day[stays])
    np.testing.assert_array_equal(here[~stays], np.minimum(decline.death_day, decline.decline_day)[~stays])


def test_who_is_dead_gets_no_cells(keys: Keys, typical: Typical, streams: Streams) -> None:
    decline = draw_decline(keys, typical=typical, streams=streams)
    late = decline.death_day + 1.0
    after = draw_death_after(late, decline, keys=keys, typical=typical, streams=streams)
    np.testing.assert_array_equal(after, decline.death_day)
    never = draw_death_after(np.full(len(keys), np.inf), decline, keys=keys, typical=typical, streams=streams)
    np.testing.assert_array_equal(never, decline.death_day)


def test_a_patient_does_not_depend_on_the_others(keys: Keys, typical: Typical, streams: Streams) -> None:
    rows = np.arange(0, 500, 7)
    whole = draw_decline(keys, typical=typical, streams=streams)
    part = draw_decline(keys.take(rows), typical=typical, streams=streams)
    for field in dataclasses.fields(part):
        np.testing.assert_array_equal(getattr(part, field.name), getattr(whole, field.name)[rows])

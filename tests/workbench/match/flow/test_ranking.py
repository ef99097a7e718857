"""The order of the list."""

from __future__ import annotations

import datetime
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adoptive.trial.eligibility.facts import Diagnosis, Facts
from adoptive.trial.eligibility.statements import Disease
from adoptive.workbench.match.judging import match_trial
from adoptive.workbench.match.ranking import EARTH_KM, kilometres, nearest_site, ranked, registered_for, with_points
from adoptive.workbench.match.types import Item, Match, Site, Status, Trial

DAY = datetime.date(2026, 11, 1)
PATIENT = Facts("synthetic", DAY, diagnoses=(Diagnosis("gastric cancer"),), latitude=48.14, longitude=11.58)
GASTRIC = Item(1, "inclusion", "gastric cancer", Disease(("gastric cancer",)), "whole")
latitudes, longitudes = st.floats(-90, 90), st.floats(-180, 180)


def match(name: str, *, status: Status = "open", sites: tuple[Site, ...] = (), **more: object) -> Match:
    trial = Trial(name, name, "here", "clinicaltrials.gov", status=status, items=(GASTRIC,), sites=sites, **more)  # type: ignore[arg-type]
    return with_points(match_trial(trial, PATIENT), PATIENT)


@given(latitudes, longitudes, latitudes, longitudes)
def test_distance_is_symmetric_and_at_most_half_the_globe(a: float, b: float, c: float, d: float) -> None:
    there = kilometres(a, b, c, d)
    assert 0.0 <= there <= math.pi * EARTH_KM + 1e-6
    assert there == pytest.approx(kilometres(c, d, a, b), abs=1e-6)


def test_a_quarter_of_the_globe() -> None:
    assert kilometres(0.0, 0.0, 90.0, 0.0) == pytest.approx(math.pi * EARTH_KM / 2)


def test_the_nearest_site_that_takes_patients() -> None:
    far, near = Site("far", latitude=52.5, longitude=13.4, status="open"), Site("near", latitude=48.2, longitude=11.6)
    closed = Site("closed", latitude=48.14, longitude=11.58, status="closed")
    site, distance = nearest_site(match("x", sites=(far, closed, near)).trial, PATIENT)
    assert site == near
    assert distance == pytest.approx(6.8, abs=0.2)
    assert nearest_site(match("x", sites=(far,)).trial, Facts("nowhere", DAY)) == (None, None)


def test_open_comes_before_closed_and_near_before_far() -> None:
    near, far = Site(latitude=48.2, longitude=11.6, status="open"), Site(latitude=1.3, longitude=103.8, status="open")
    made = [match("closed", status="closed"), match("far", sites=(far,)), match("near", sites=(near,))]
    assert [row.trial.id for row in ranked(made)] == ["near", "far", "closed"]


def test_a_trial_registered_for_another_disease_sinks_but_is_not_excluded() -> None:
    other = match("other", conditions=("Multiple Myeloma",))
    same = match("same", conditions=("Gastric Cancer",))
    odd = match("odd", conditions=("A disease that nobody knows",))
    assert [registered_for(row.trial, PATIENT) for row in (other, same, odd)] == [False, True, None]
    assert other.score < same.score
    assert other.fit == same.fit


def test_every_point_is_said() -> None:
    told = match("x", conditions=("Multiple Myeloma",))
    assert told.score == pytest.approx(sum(float(why.rsplit("(", 1)[1].rstrip(")")) for why in told.why), abs=1.0)

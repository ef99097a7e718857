"""Waterfall, spider, swimmer and time to response on cases small enough to read."""

from __future__ import annotations

import numpy as np

from adoptive.outcome.response.best import Best, best_response
from adoptive.outcome.response.depth import days_to_response, depth_of_response, spider, swimmer, waterfall
from adoptive.outcome.response.recist import Assessed, assess
from adoptive.outcome.types import NonTarget, Response, Scans

DAYS = [42.0, 84.0, 126.0]
SUMS = [
    [60, 50, 80],  # response, then progression: the smallest sum is 50
    [110, 130, 20],  # what shrinks after progression does not count
    [100, -1, -1],
    [-1, -1, -1],  # never measured
    [0, 0, 0],
]


def cohort() -> tuple[Scans, Assessed, Best]:
    size = np.array(SUMS, np.float64)[:, :, None]
    shape = size.shape[:2]
    scans = Scans(
        day=np.broadcast_to(DAYS, shape), done=np.ones(shape, np.bool_), diameter_mm=np.maximum(size, 0),
        measured=size >= 0, baseline_mm=np.full((5, 1), 100.0), nodal=np.zeros((5, 1), np.bool_),
        non_target=np.full(shape, NonTarget.NONE), new_lesion=np.zeros(shape, np.bool_),
    )  # fmt: skip
    judged = assess(scans)
    return scans, judged, best_response(judged.response, scans.day, confirm_days=28.0, minimum_stable_days=42.0)


def test_depth_of_response() -> None:
    scans, judged, _ = cohort()
    depth, evaluable = depth_of_response(judged)
    assert np.allclose(depth, [-50, 10, 0, 0, -100])
    assert evaluable.tolist() == [True, True, True, False, True]
    early, _ = depth_of_response(judged, day=scans.day, until_day=[42, 42, 42, 42, 42])
    assert np.allclose(early, [-40, 10, 0, 0, -100])


def test_waterfall() -> None:
    _, judged, best = cohort()
    table = waterfall(judged, best, patient=["a", "b", "c", "d", "e"])
    assert table["patient"].tolist() == ["b", "c", "a", "e"]
    assert np.allclose(table["best_change_percent"], [10, 0, -50, -100])
    assert table["rank"].tolist() == [1, 2, 3, 4]
    assert table["response"].tolist() == [Response.SD, Response.SD, Response.PR, Response.CR]
    assert table["confirmed"].tolist() == [False, False, True, True]


def test_spider() -> None:
    scans, judged, _ = cohort()
    table = spider(judged, scans.day, baseline_day=-10.0)
    mine = table["patient"] == 1
    assert table["day"][mine].tolist() == [0, 52, 94, 136]
    assert np.allclose(table["change_percent"][mine], [0, 10, 30, -80])
    assert table["response"][mine].tolist() == [Response.NOT_DONE, Response.SD, Response.PD, Response.PR]
    assert table["after_progression"][mine].tolist() == [False, False, False, True]
    assert table["day"][table["patient"] == 2].tolist() == [0, 52]
    assert 3 not in table["patient"]


def test_swimmer() -> None:
    scans, judged, best = cohort()
    table = swimmer(judged, best, scans.day, end_day=[200, 90, 300, 10, 250], ended=[False, True, False, True, False])
    assert table["patient"].tolist() == [2, 4, 0, 1, 3]
    order = table["patient"].argsort()
    columns = {name: column[order].tolist() for name, column in table.items()}
    inf = np.inf
    assert columns["response_start_day"] == [42, inf, inf, inf, 42]
    assert columns["progression_day"] == [126, 84, inf, inf, inf]
    assert columns["response_end_day"] == [126, inf, inf, inf, 250]
    assert columns["response_ongoing"] == [False, False, False, False, True]
    assert columns["ongoing"] == [True, False, True, False, True]
    assert columns["days"] == [200, 90, 300, 10, 250]


def test_days_to_response() -> None:
    _, _, best = cohort()
    assert days_to_response(best, from_day=2.0).tolist() == [40, np.inf, np.inf, np.inf, 40]
    lone = best_response(np.array([[2, 4]]), [[42.0, 84.0]], confirm_days=28.0, minimum_stable_days=42.0)
    assert days_to_response(lone).tolist() == [np.inf]
    assert days_to_response(lone, unconfirmed=True).tolist() == [42.0]

"""Curves of R's data sets read as a digitiser would, rebuilt, and compared with the patients they came from.

Reading noise: 0.1 % of the axis in survival, 0.05 % in time. With a risk table of six times the hazard ratio comes
back within a quarter of its standard error (kidney, 20 patients in an arm: 0.3), the restricted mean within 2 %.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pytest

from adoptive.verdict.reconstruction import Reconstruction, joined, reconstruct
from adoptive.verdict.regression import hazard_ratio
from adoptive.verdict.rows import SurvivalRows, survival_rows
from adoptive.verdict.survival import quantiles, restricted_means, risk_counts, survival_curves
from adoptive.verdict.survival.steps import value_at
from r_reference import run_r

NOISE = 0.001
TABLES = """
c2 <- colon[colon$etype == 2, ]; p <- pbc[1:312, ]
sets <- list(lung = list(lung$time, lung$status == 2, lung$sex),
  veteran = list(veteran$time, veteran$status, veteran$trt),
  ovarian = list(ovarian$futime, ovarian$fustat, ovarian$rx), colon = list(c2$time, c2$status, c2$rx == "Lev+5FU"),
  pbc = list(p$time, p$status == 2, p$trt), gbsg = list(gbsg$rfstime, gbsg$status, gbsg$hormon),
  retinopathy = list(retinopathy$futime, retinopathy$status, retinopathy$trt),
  leukemia = list(leukemia$time, leukemia$status, leukemia$x),
  stanford2 = list(stanford2$time, stanford2$status, stanford2$age > 45),
  mgus2 = list(mgus2$futime, mgus2$death, mgus2$sex))
put("sets", do.call(rbind, lapply(names(sets), function(n) data.frame(set = n, time = sets[[n]][[1]],
  status = as.integer(sets[[n]][[2]]), group = as.integer(factor(sets[[n]][[3]]))))))
"""
SETS = ("lung", "veteran", "ovarian", "colon", "pbc", "gbsg", "retinopathy", "leukemia", "stanford2", "mgus2")
Reader = Literal["steps", "grid"]


@pytest.fixture(scope="module")
def tables() -> dict[str, SurvivalRows]:
    sets: dict[str, Any] = run_r(TABLES)["sets"]
    marks = {name: sets["set"] == name for name in SETS}
    return {
        name: survival_rows(sets["time"][mark], sets["status"][mark], group=sets["group"][mark])
        for name, mark in marks.items()
    }


def _read(rows: SurvivalRows, reader: Reader, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Read one curve: both ends of each step, or 300 points along it."""
    (curve,) = survival_curves(rows)
    top = float(curve.time[-1])
    if reader == "steps":
        step = curve.events > 0
        before = np.concatenate([[1.0], curve.survival[step][:-1]])
        time = np.concatenate([curve.time[step], curve.time[step], [top]])
        share = np.concatenate([curve.survival[step], before, curve.survival[-1:]])
        time = time + random.normal(0.0, NOISE / 2 * top, time.size)
    else:
        time = np.linspace(0.0, top, 300)
        share = value_at(curve.time, curve.survival, time)
    share = np.round(share + random.normal(0.0, NOISE, share.size), 4)
    return np.maximum(time, 0.0), np.clip(share, 0.0, 1.0)


def _rebuilt(rows: SurvivalRows, reader: Reader, *, times: int, events: bool) -> list[Reconstruction]:
    random, found = np.random.default_rng(5), []
    for name, arm in rows.by_group():
        ticks = np.arange(times) * float(rows.time.max()) / times
        ticks = ticks[ticks <= arm.time.max()]
        (risk,) = risk_counts(arm, at=ticks)
        points = _read(arm, reader, random)
        known = int(arm.event.sum()) if events else None
        found.append(reconstruct(*points, at_risk_time=ticks, at_risk=risk.at_risk, events=known, name=name))
    return found


def _log_ratio(rows: SurvivalRows) -> tuple[float, float]:
    found = hazard_ratio(rows.time[None], rows.event[None], (rows.group == 1)[None])
    return float(found.log_ratio[0]), float(found.standard_error[0])


@pytest.mark.parametrize("events", [False, True])
@pytest.mark.parametrize("reader", ["steps", "grid"])
@pytest.mark.parametrize("name", SETS)
def test_with_a_risk_table(tables: dict[str, SurvivalRows], name: str, reader: Reader, events: bool) -> None:
    rows = tables[name]
    arms = _rebuilt(rows, reader, times=6, events=events)
    back = joined(*arms)
    (truth, error), (found, width) = _log_ratio(rows), _log_ratio(back)
    assert abs(found - truth) < 0.25 * error
    assert width == pytest.approx(error, rel=0.05)
    horizon = 0.9 * min(float(arm.time.max()) for _, arm in rows.by_group())
    for one, other in zip(
        restricted_means(rows, horizon=horizon), restricted_means(back, horizon=horizon), strict=True
    ):
        assert other.mean == pytest.approx(one.mean, rel=0.02)
    for arm, (_, original) in zip(arms, rows.by_group(), strict=True):
        assert len(arm.rows) == len(original)
        assert np.abs(arm.at_risk_difference).max() == 0
        assert arm.events == pytest.approx(original.event.sum(), abs=max(2.0, 0.03 * len(original)))
        assert arm.root_mean_square < max(0.01, 0.7 / len(original))


@pytest.mark.parametrize("name", SETS)
def test_medians(tables: dict[str, SurvivalRows], name: str) -> None:
    """The median comes back between the survival times a reader's error to either side."""
    rows = tables[name]
    for arm, (_, original) in zip(_rebuilt(rows, "grid", times=6, events=False), rows.by_group(), strict=True):
        (curve,) = survival_curves(original)
        early, late = quantiles(curve, [0.5 - 4 * NOISE - 1 / len(original), 0.5 + 4 * NOISE + 1 / len(original)]).times
        assert early - 0.005 * original.time.max() <= arm.median <= late + 0.005 * original.time.max()


@pytest.mark.parametrize("name", SETS)
def test_with_the_number_of_events_alone(tables: dict[str, SurvivalRows], name: str) -> None:
    """Without a risk table beyond the start the censorings are a guess: the curve and the events come back."""
    for arm, (_, original) in zip(
        _rebuilt(tables[name], "grid", times=1, events=True), tables[name].by_group(), strict=True
    ):
        assert arm.events_difference == 0
        assert arm.events == original.event.sum()
        assert arm.root_mean_square < max(0.007, 0.5 / len(original))


@pytest.mark.parametrize("name", SETS)
def test_with_the_number_of_patients_alone(tables: dict[str, SurvivalRows], name: str) -> None:
    """Nothing is known of censoring: nobody is censored before the end, and the events are too many."""
    for arm, (_, original) in zip(
        _rebuilt(tables[name], "grid", times=1, events=False), tables[name].by_group(), strict=True
    ):
        assert arm.root_mean_square < max(0.006, 0.4 / len(original))
        assert arm.events >= original.event.sum() - 1
        assert (arm.rows.time[~arm.rows.event] == arm.rows.time.max()).all()

"""What a fit without a study says of it, against sums by hand; what is kept reads back."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import norm

from adoptive.errors import ParameterError
from adoptive.workbench.calibrate.scales import back, onto
from adoptive.workbench.calibrate.types import Emulator, Fit, FreeQuantity, Observation
from adoptive.workbench.validate.leave_one_out import (
    left_out_coverage,
    left_out_of,
    left_out_rows,
    mean_crps_of_times,
    read_left_out,
    write_left_out,
)

DRAWS = 4000


def free(name: str, trials: str = "") -> FreeQuantity:
    return FreeQuantity(name, "population", name, {"x": 1.0}, "a toy", "by hand", trials)


def seen(endpoint: str, value: float, scale: str, n: int) -> Observation:
    y = float(onto(value, scale, n=n))  # type: ignore[arg-type]
    return Observation("toy", endpoint, "", "infused", None, value, n, 1.0, "L", scale, y)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def fit() -> Fit:
    rng = np.random.default_rng(1)
    return Fit(
        free=(free("b", "growth"), free("a")), studies=("other", "toy"), draws=rng.normal([0.3, -0.2], 0.1, (DRAWS, 2)),
        scales={
            "trials growth": np.full(DRAWS, 0.4), "missed progression, log": np.full(DRAWS, 0.2),
            "missed response, arcsine": np.zeros(DRAWS),
        },
        log_lik=np.zeros((DRAWS, 2)), without=("toy",),
    )  # fmt: skip


@pytest.fixture(scope="module")
def emulator() -> Emulator:
    """A straight line in a and b, whose columns stand in another order than the fit's."""
    observations = (seen("orr", 20.0, "arcsine", 10), seen("pfs_median", 4.0, "log", 10))
    return Emulator(
        study="toy", free=("a", "b"), observations=observations, levers=np.eye(2), centre=np.zeros(2),
        constant=np.array([0.5, 1.4]), linear=np.array([[0.3, 0.0], [0.0, 1.0]]), quadratic=np.zeros((2, 2, 2)),
        covariance=np.array([[0.025, 0.01], [0.01, 0.09]]), explained=np.ones(2),
    )  # fmt: skip


def test_means_and_spreads_are_those_by_hand(fit: Fit, emulator: Emulator) -> None:
    response, time = left_out_of(fit, emulator, draws=DRAWS)
    assert response.mean == pytest.approx(0.5 + 0.3 * -0.2, abs=0.003)
    assert response.sd == pytest.approx(np.sqrt((0.3 * 0.1) ** 2 + 0.025), rel=0.02)
    assert time.mean == pytest.approx(1.4 + 0.3, abs=0.03)
    assert time.sd == pytest.approx(np.sqrt(0.1**2 + 0.4**2 + 0.2**2 + 0.09), rel=0.03)
    assert np.median(response.draws) == pytest.approx(float(back(0.44, "arcsine", n=10)), abs=0.5)
    assert np.median(time.draws) == pytest.approx(np.exp(1.7), rel=0.04)
    assert np.std(response.draws) < 5.0, "the sampling of one trial is no part of the expected value"


def test_only_a_fit_without_the_study_may_speak(fit: Fit, emulator: Emulator) -> None:
    with pytest.raises(ParameterError, match="had a say"):
        left_out_of(Fit(fit.free, fit.studies, fit.draws, fit.scales, fit.log_lik), emulator)


def test_a_spread_that_the_fit_lacks_is_not_taken_for_none(fit: Fit, emulator: Emulator) -> None:
    with pytest.raises(ParameterError, match="lacks a spread"):
        left_out_of(dataclasses.replace(fit, scales={}), emulator)


def test_rows_read_back(fit: Fit, emulator: Emulator, tmp_path: Path) -> None:
    rows = left_out_rows({"toy": emulator}, {"toy": fit})
    write_left_out(tmp_path / "rows.parquet", rows, provenance={"seed": 3})
    again, said = read_left_out((tmp_path / "rows.parquet").read_bytes())
    assert said == {"seed": 3}
    assert [(row.study, row.endpoint, row.n, row.at_months) for row in again] == [
        ("toy", "orr", 10, None), ("toy", "pfs_median", 10, None),
    ]  # fmt: skip
    for new, old in zip(again, rows, strict=True):
        assert (new.mean, new.sd, new.y) == (old.mean, old.sd, old.y)
        assert new.draws == pytest.approx(old.draws, rel=1e-6)
    with pytest.raises(ParameterError, match="cannot be read"):
        read_left_out(b"no parquet")


def test_coverage_of_left_out_endpoints(fit: Fit, emulator: Emulator) -> None:
    rows = left_out_of(fit, emulator, draws=DRAWS)
    ninety, half = left_out_coverage(rows)
    away = [abs(row.y - row.mean) / row.sd for row in rows]
    assert (ninety.nominal, half.nominal) == (90, 50)
    assert ninety.inside == sum(z <= 1.6449 for z in away)
    assert half.inside == sum(z <= 0.6745 for z in away)
    assert left_out_coverage([]) == ()
    z = (np.log(4.0) - rows[1].mean) / rows[1].sd
    by_hand = rows[1].sd * (z * (2 * norm.cdf(z) - 1) + 2 * norm.pdf(z) - 1 / np.sqrt(np.pi))
    assert mean_crps_of_times(rows) == pytest.approx(by_hand)
    assert mean_crps_of_times(rows[:1]) is None

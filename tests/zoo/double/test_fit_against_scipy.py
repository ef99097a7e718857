"""The batched fit against scipy's simplex on the closed formula, from many starts."""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize
from scipy.stats import norm

from adoptive.kinetics.zoo import find_model
from adoptive.kinetics.zoo.fit import Settings, fit_individuals
from adoptive.kinetics.zoo.series import Individuals

DAYS = np.array([2.0, 4.0, 7.0, 10.0, 12.0, 15.0, 18.0, 21.0, 28.0, 44.0, 60.0, 90.0])
VALUES = np.array([
    [9.0, 100.0, 2100.0, 17000.0, 11000.0, 7000.0, 5200.0, 2500.0, 900.0, 240.0, 160.0, 100.0],
    [20.0, 55.0, 180.0, 640.0, 2900.0, 9000.0, 7900.0, 3100.0, 310.0, 60.0, 50.0, 50.0],
])  # fmt: skip
BELOW = VALUES <= 50.0
SIGMA = 0.4


def test_the_batched_fit_finds_the_same_optimum() -> None:
    zoo = find_model("stein-2019")
    rows = [zoo.rows_of_set()[name] for name in zoo.fitted]
    centre, sd = np.log([row.value for row in rows]), np.array([row.between for row in rows])
    data = Individuals(
        ("a", "b"), ("transgene",), np.tile(DAYS, (2, 1)), np.zeros((2, 12), np.int64), VALUES, BELOW,
        np.ones((2, 12), np.bool_), {},
    )  # fmt: skip
    fit = fit_individuals(zoo, data, Settings(noise=SIGMA))
    assert fit.converged.all()
    rng = np.random.default_rng(0)
    for at in range(2):

        def objective(theta: np.ndarray, at: int = at) -> float:
            foldx, tmax, cmax, alpha, fb, beta = np.exp(theta)
            late = DAYS - tmax
            with np.errstate(over="ignore"):
                fall = (1 - fb) * np.exp(-alpha * late) + fb * np.exp(-beta * late)
            log_level = np.log(cmax) + np.where(late < 0, np.log(foldx) * late / tmax, np.log(fall))
            z = (np.log(VALUES[at]) - log_level) / SIGMA
            return float(
                np.where(BELOW[at], -norm.logcdf(z), z**2 / 2).sum() + ((theta - centre) ** 2 / sd**2).sum() / 2
            )

        tried = [
            minimize(objective, centre + rng.normal(size=6) * np.minimum(sd, 1.0), method="Nelder-Mead",
                     options={"maxiter": 8000, "maxfev": 8000, "xatol": 1e-7, "fatol": 1e-9})
            for _ in range(12)
        ]  # fmt: skip
        best = min(tried, key=lambda one: one.fun)
        print(f"objective ours {fit.objective[at]:.6f}, scipy {best.fun:.6f}")
        assert fit.objective[at] < best.fun + 1e-4
        if fit.objective[at] > best.fun - 1e-4:
            np.testing.assert_allclose(fit.estimate[at], np.exp(best.x), rtol=5e-3)

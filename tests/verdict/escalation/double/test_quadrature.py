"""The posterior of the continual reassessment method against scipy's adaptive quadrature."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import expit, logit

from adoptive.verdict.escalation import crm

SKELETON = np.array([0.05, 0.12, 0.25, 0.40, 0.55])


@pytest.mark.parametrize("model", ["empiric", "logistic"])
@pytest.mark.parametrize(
    ("dlt", "patients"),
    [([0, 0, 0, 0, 0], [3, 0, 0, 0, 0]), ([1, 0, 2, 3, 0], [3, 3, 6, 3, 0]), ([0, 0, 0, 0, 9], [0, 0, 3, 30, 30])],
)
def test_posterior_mean_and_variance(model: str, dlt: list[int], patients: list[int]) -> None:
    seen, treated = np.array(dlt), np.array(patients)

    def log_density(beta: float) -> float:
        if model == "empiric":
            share = SKELETON ** np.exp(beta)
        else:
            share = expit(3 + np.exp(beta) * (logit(SKELETON) - 3))
        share = np.clip(share, 1e-300, 1 - 1e-16)
        return float((seen * np.log(share) + (treated - seen) * np.log1p(-share)).sum() - beta**2 / (2 * 1.34))

    top = max(log_density(beta) for beta in np.linspace(-4, 4, 801))
    mass, first, second = (
        quad(
            lambda b, k=k: b**k * np.exp(log_density(b) - top), -11.5, 11.5, limit=400, points=[-2, 0, 2], epsabs=1e-13
        )[0]
        for k in range(3)
    )
    fit = crm(dlt, patients, skeleton=SKELETON, target=0.25, model=model)  # type: ignore[arg-type]
    assert float(fit.mean) == pytest.approx(first / mass, abs=1e-8)
    assert float(fit.variance) == pytest.approx(second / mass - (first / mass) ** 2, abs=1e-8)

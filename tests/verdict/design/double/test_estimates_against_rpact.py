"""Conditional power, final and repeated estimates, and sizes for rates and means, against rpact."""

from __future__ import annotations

import numpy as np
import pytest

from adoptive.verdict.design.boundaries import sequential_plan
from adoptive.verdict.design.conditional import conditional_power
from adoptive.verdict.design.estimation import final_estimate, final_p_value, repeated_interval, repeated_p_value
from adoptive.verdict.design.events import drift_of
from adoptive.verdict.design.families import family
from adoptive.verdict.design.rates import sample_size_means, sample_size_rates
from r_reference import Answers, run_r

EVENTS = 250.0
FAMILIES = [("asOF", np.nan), ("asHSD", -2.0)]

SCRIPT = """
design <- function(i, rates) {
  given <- list(informationRates = rates, alpha = 0.025, typeOfDesign = families$type[i])
  if (!is.na(families$gamma[i])) given$gammaA <- families$gamma[i]
  do.call(getDesignGroupSequential, given)
}
found <- NULL
for (i in seq_len(nrow(families))) {
  d <- design(i, c(0.4, 0.7, 1))
  first <- getStageResults(d, getDataset(cumulativeEvents = 100, cumulativeLogRanks = -1.2), directionUpper = FALSE)
  power <- getConditionalPower(first, nPlanned = c(75, 75), thetaH1 = 0.7)$conditionalPower
  data <- getDataset(cumulativeEvents = c(100, 175), cumulativeLogRanks = c(-1.8, -2.6))
  ends <- getFinalConfidenceInterval(d, data, directionUpper = FALSE)
  found <- rbind(found, data.frame(power = max(power, na.rm = TRUE),
    lower = ends$finalConfidenceInterval[1], middle = ends$medianUnbiased,
    upper = ends$finalConfidenceInterval[2], stage = ends$finalStage))
}
put("estimates", found)
sizes <- NULL
for (i in seq_len(nrow(asked))) {
  a <- asked[i, ]
  common <- list(allocationRatioPlanned = a$allocation, sided = a$sided, alpha = a$alpha, beta = a$beta)
  rates <- do.call(getSampleSizeRates, c(common, pi1 = a$rate, pi2 = a$control))
  means <- do.call(getSampleSizeMeans, c(common, alternative = a$difference, normalApproximation = TRUE))
  sizes <- rbind(sizes, data.frame(rates1 = rates$nFixed1, rates2 = rates$nFixed2, means1 = means$nFixed1,
    means2 = means$nFixed2))
}
put("sizes", sizes)
"""


def random_sizes() -> dict[str, np.ndarray]:
    random = np.random.default_rng(12)
    return {
        "rate": random.uniform(0.5, 0.9, 5), "control": random.uniform(0.05, 0.45, 5),
        "difference": random.uniform(0.2, 1.0, 5), "allocation": random.choice([0.5, 1.0, 2.0], 5),
        "sided": random.choice([1, 2], 5), "alpha": random.uniform(0.01, 0.1, 5), "beta": random.uniform(0.05, 0.3, 5),
    }  # fmt: skip


@pytest.fixture(scope="module")
def answers() -> Answers:
    families = {"type": [name for name, _ in FAMILIES], "gamma": [gamma for _, gamma in FAMILIES]}
    return run_r(SCRIPT, tables={"families": families, "asked": random_sizes()}, packages=("rpact",))


@pytest.mark.slow
@pytest.mark.parametrize("i", range(len(FAMILIES)))
def test_estimates(answers: Answers, i: int) -> None:
    """The data: 100 and 175 of 250 events, z 1.8 and 2.6 (1.2 for the conditional power); rpact gives hazard ratios."""
    name, gamma = FAMILIES[i]
    plan = sequential_plan([0.4, 0.7, 1.0], efficacy=family(name, *([] if np.isnan(gamma) else [gamma])))
    seen = {key: float(str(values[i]).replace("NA", "nan")) for key, values in answers["estimates"].items()}
    scale = 2.0 / np.sqrt(EVENTS)
    power = conditional_power(plan, look=1, z=1.2, drift=float(drift_of(0.7, EVENTS)))
    assert power == pytest.approx(seen["power"], abs=1e-6)
    assert int(seen["stage"]) == 2
    final = final_estimate(plan, look=2, z=2.6)
    ours = np.exp(-scale * np.array([final.upper, final.drift, final.lower]))
    np.testing.assert_allclose(ours, [seen["lower"], seen["middle"], seen["upper"]], atol=2e-5)


def test_printed_estimates() -> None:
    """What rpact 3.3.4 printed for the first family, and for sizes with two patients to one."""
    plan = sequential_plan([0.4, 0.7, 1.0])
    power = conditional_power(plan, look=1, z=1.2, drift=float(drift_of(0.7, EVENTS)))
    assert power == pytest.approx(0.72395797, abs=1e-7)
    final = final_estimate(plan, look=2, z=2.6)
    ratios = np.exp(-2.0 / np.sqrt(EVENTS) * np.array([final.upper, final.drift, final.lower]))
    np.testing.assert_allclose(ratios, [0.5021, 0.6755, 0.9090], atol=5.1e-5)
    same = {"alpha": 0.05, "beta": 0.1, "sided": 2, "allocation": 2.0}
    assert sum(sample_size_rates(0.4, 0.2, **same)) == pytest.approx(245.63124, abs=1e-4)
    assert sum(sample_size_means(0.5, **same)) == pytest.approx(189.13362, abs=1e-4)
    assert final_p_value(plan, look=2, z=2.6) == pytest.approx(0.004828, abs=5e-7)
    for look, z, p, ends in ((1, 1.8, 0.18460, (0.3565, 1.3653)), (2, 2.6, 0.01809, (0.4664, 0.9768))):
        assert repeated_p_value(plan, look=look, z=z) == pytest.approx(p, abs=5.1e-6)
        ours = np.exp(-2.0 / np.sqrt(EVENTS) * np.array(repeated_interval(plan, look=look, z=z)))[::-1]
        np.testing.assert_allclose(ours, ends, atol=5.1e-5)


@pytest.mark.slow
def test_sizes(answers: Answers) -> None:
    asked = random_sizes()
    for i in range(5):
        one = {name: values[i].item() for name, values in asked.items()}
        same = {name: one[name] for name in ("alpha", "beta", "sided", "allocation")}
        rates = sample_size_rates(one["rate"], one["control"], **same)
        means = sample_size_means(one["difference"], **same)
        seen = [answers["sizes"][name][i] for name in ("rates1", "rates2", "means1", "means2")]
        np.testing.assert_allclose([*rates, *means], seen, rtol=1e-6)

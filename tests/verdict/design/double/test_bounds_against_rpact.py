"""Bounds and their operating characteristics against rpact, over a random family of plans.

rpact works to 1e-8 of error and integrates coarsely: its bounds at tiny levels (z above 5) and its last ones are good
to about 1e-5, its probabilities to 1.5e-5 where a bound is infinite. The tolerances below are far within 1e-4.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from adoptive.verdict.design.boundaries import characteristics, sequential_plan
from adoptive.verdict.design.families import family
from adoptive.verdict.design.types import SequentialPlan
from r_reference import Answers, run_r

SCRIPT = """
numbers <- function(text) if (is.na(text) || text == "") NA_real_ else as.numeric(strsplit(text, ";")[[1]])
one <- function(x, n = 1) if (length(x) == n) as.numeric(x) else rep(NA_real_, n)
found <- NULL; sums <- NULL
for (i in seq_len(nrow(plans))) {
  p <- plans[i, ]; rates <- numbers(p$rates); k <- length(rates)
  given <- list(informationRates = rates, alpha = p$alpha, beta = p$beta, sided = p$sided, typeOfDesign = p$type)
  if (!is.na(p$gammaA)) given$gammaA <- p$gammaA
  if (!is.na(p$deltaWT)) given$deltaWT <- p$deltaWT
  if (!is.na(p$constant)) given$constantBoundsHP <- p$constant
  if (p$type == "asUser") given$userAlphaSpending <- numbers(p$spent)
  if (k > 1 && p$futility != "none") {
    given$typeBetaSpending <- p$futility
    given$bindingFutility <- as.logical(p$binding)
    if (!is.na(p$gammaB)) given$gammaB <- p$gammaB
  }
  if (k > 1 && !is.na(p$fixed) && p$fixed != "") {
    given$futilityBounds <- numbers(p$fixed); given$bindingFutility <- as.logical(p$binding)
  }
  design <- tryCatch(suppressWarnings(do.call(getDesignGroupSequential, given)), error = function(e) NULL)
  if (is.null(design)) next
  ch <- suppressWarnings(getDesignCharacteristics(design))
  low <- if (k > 1) design$futilityBounds else NA_real_
  if (length(low) != k - 1) low <- rep(NA_real_, k - 1)
  asn <- suppressWarnings(getPowerAndAverageSampleNumber(design, theta = c(0, 0.7, 1.6, 3.1), nMax = 1))
  spent <- design$alphaSpent; if (length(spent) != k) spent <- rep(NA_real_, k)
  found <- rbind(found, data.frame(plan = i, look = seq_len(k), efficacy = design$criticalValues, spent = spent,
    level = design$stageLevels, futility = c(low, NA_real_)[seq_len(k)],
    reject = one(ch$rejectionProbabilities, k)))
  sums <- rbind(sums, data.frame(plan = i, shift = one(ch$shift), inflation = one(ch$inflationFactor),
    h1 = one(ch$averageSampleNumber1),
    h01 = one(ch$averageSampleNumber01), h0 = one(ch$averageSampleNumber0), t(as.numeric(asn$overallReject)),
    t(as.numeric(asn$averageSampleNumber))))
}
put("looks", found); put("sums", sums)
"""
DRIFTS = np.array([0.0, 0.7, 1.6, 3.1])


@dataclass(frozen=True)
class Asked:
    """Describe a plan in rpact's words."""

    rates: tuple[float, ...]
    alpha: float
    beta: float
    sided: int
    type: str
    parameter: float = np.nan
    spent: tuple[float, ...] = ()
    futility: str = "none"
    gamma_b: float = np.nan
    fixed: tuple[float, ...] = ()
    binding: bool = False

    def plan(self) -> SequentialPlan:
        own = () if np.isnan(self.parameter) else (self.parameter,)
        lower = () if np.isnan(self.gamma_b) else (self.gamma_b,)
        return sequential_plan(
            self.rates, alpha=self.alpha, beta=self.beta, sided=self.sided, binding=self.binding,
            efficacy=family(self.type, *own, spent=self.spent),
            futility=None if self.futility == "none" else family(self.futility, *lower),
            futility_bounds=self.fixed or None,
        )  # fmt: skip


def random_plans(number: int, seed: int, *, most_looks: int = 8) -> list[Asked]:
    random = np.random.default_rng(seed)
    types = ["asOF", "asP", "asHSD", "asKD", "asUser", "OF", "P", "WT", "HP", "noEarlyEfficacy"]
    made = []
    for i in range(number):
        looks = int(random.integers(1, most_looks + 1))
        gaps = random.uniform(0.3, 1.0, looks)
        rates = tuple(np.append(np.cumsum(gaps / gaps.sum())[:-1], 1.0).round(6))
        name = types[i % len(types)]
        sided = 2 if random.random() < 0.35 else 1
        alpha = float(np.round(np.exp(random.uniform(np.log(0.005), np.log(0.2))), 6))
        beta = float(np.round(random.uniform(0.05, 0.4), 4))
        own = {"asHSD": random.uniform(-6, 4), "asKD": random.uniform(0.5, 4), "WT": random.uniform(-0.2, 0.6),
               "HP": random.uniform(3.3, 4.5)}.get(name, np.nan)  # fmt: skip
        spent = tuple(alpha * np.append(np.sort(random.uniform(0.01, 0.9, looks - 1)), 1.0)) if name == "asUser" else ()
        extra: dict[str, object] = {}
        lower = random.integers(0, 4)
        if sided == 1 and looks > 1 and lower == 1:
            extra = {"fixed": tuple(np.sort(random.uniform(-1.0, 0.6, looks - 1)).round(3))}
        elif sided == 1 and looks > 1 and lower >= 2 and name.startswith("as"):
            kind = str(random.choice(["bsOF", "bsP", "bsHSD", "bsKD"]))
            gamma = {"bsHSD": random.uniform(-4, 2), "bsKD": random.uniform(1, 3)}.get(kind, np.nan)
            extra = {"futility": kind, "gamma_b": float(gamma)}
        if extra:
            extra["binding"] = bool(random.integers(0, 2))
        made.append(Asked(rates, alpha, beta, sided, name, float(own), spent, **extra))  # type: ignore[arg-type]
    return made


def ask_rpact(plans: list[Asked]) -> Answers:
    def listed(values: tuple[float, ...]) -> str:
        return ";".join(f"{value:.17g}" for value in values)

    def only(*names: str) -> list[float]:
        return [plan.parameter if plan.type in names else np.nan for plan in plans]

    table = {
        "rates": [listed(plan.rates) + ";" if len(plan.rates) == 1 else listed(plan.rates) for plan in plans],
        "alpha": [plan.alpha for plan in plans], "beta": [plan.beta for plan in plans],
        "sided": [plan.sided for plan in plans], "type": [plan.type for plan in plans],
        "gammaA": only("asHSD", "asKD"), "deltaWT": only("WT"), "constant": only("HP"),
        "spent": ["v" if not plan.spent else listed(plan.spent) + ";" for plan in plans],
        "futility": [plan.futility for plan in plans], "gammaB": [plan.gamma_b for plan in plans],
        "fixed": ["" if not plan.fixed else listed(plan.fixed) + ";" for plan in plans],
        "binding": [plan.binding for plan in plans],
    }  # fmt: skip
    answers = run_r(SCRIPT, tables={"plans": table}, packages=("rpact",))
    return {name: {column: as_numbers(each) for column, each in frame.items()} for name, frame in answers.items()}


def as_numbers(values: np.ndarray) -> np.ndarray:
    """Read what R wrote: its NA may stand beside numbers, with blanks."""
    return np.array([np.nan if str(value).strip() == "NA" else float(value) for value in values])


def compare(plans: list[Asked]) -> None:
    answers = ask_rpact(plans)
    looks, sums = answers["looks"], answers["sums"]
    answered = {int(i): row for row, i in enumerate(sums["plan"])}
    assert len(answered) > 0.95 * len(plans)  # rpact gives up on some lists of spent errors
    for i, asked in enumerate(plans):
        if i + 1 not in answered:
            continue
        plan = asked.plan()
        rows = looks["plan"] == i + 1
        seen = {name: values[rows] for name, values in looks.items()}
        told = f"plan {i}: {asked}"
        near = 3e-5 if asked.type == "noEarlyEfficacy" else 1e-5
        reached = np.isfinite(seen["efficacy"]) & (seen["efficacy"] < 5.0)
        np.testing.assert_allclose(plan.efficacy[reached], seen["efficacy"][reached], atol=2e-5, err_msg=told)
        np.testing.assert_allclose(plan.stage_levels, seen["level"], atol=2e-6, err_msg=told)
        placed = np.isfinite(seen["futility"]) & (seen["futility"] > -5.9)
        np.testing.assert_allclose(plan.futility[placed], seen["futility"][placed], atol=2e-5, err_msg=told)
        np.testing.assert_allclose(plan.alpha_spent, seen["spent"], atol=near, err_msg=told)
        row = {name: values[answered[i + 1]] for name, values in sums.items()}
        if len(asked.rates) == 1:
            continue
        np.testing.assert_allclose(plan.drift**2, row["shift"], rtol=2e-5, err_msg=told)
        np.testing.assert_allclose(plan.inflation_factor, row["inflation"], rtol=2e-5, err_msg=told)
        fixed = (plan.drift / plan.fixed_drift) ** 2
        at = characteristics(plan, [0.0, plan.drift / 2.0, plan.drift])
        np.testing.assert_allclose(
            at.expected_fraction * fixed, [row["h0"], row["h01"], row["h1"]], rtol=2e-5, err_msg=told
        )
        over = characteristics(plan, DRIFTS)
        reject = [row[f"X{j}"] for j in range(1, 5)]
        np.testing.assert_allclose(over.power, reject, atol=near, err_msg=told)
        expected = [row[f"X{j}.1"] for j in range(1, 5)]
        np.testing.assert_allclose(over.expected_fraction, expected, atol=near, err_msg=told)


def test_random_plans() -> None:
    compare(random_plans(10, seed=6, most_looks=3))


@pytest.mark.slow
@pytest.mark.parametrize("seed", [7, 8, 9, 10])
def test_many_random_plans(seed: int) -> None:
    compare(random_plans(50, seed=seed))

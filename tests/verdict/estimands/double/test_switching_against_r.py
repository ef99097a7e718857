"""The models inside the estimates against R: Weibull regression, binary regressions, time-dependent Cox."""

from __future__ import annotations

import numpy as np
import pytest

from adoptive.verdict.estimands import infusion_effects, switch_rows, two_stage
from adoptive.verdict.estimands.switching import fit_binary
from r_reference import Answers, run_r

RANDOM = np.random.default_rng(314)
SIZE = 240
ARM = np.arange(SIZE) % 2 == 0
PROGRESSION = RANDOM.exponential(5, SIZE) + 0.2
AGE = RANDOM.normal(size=SIZE)
SWITCHES = ~ARM & (RANDOM.uniform(size=SIZE) < 0.5)
AFTER = RANDOM.weibull(1.4, SIZE) * np.exp(1.5 + 0.3 * AGE + 0.5 * SWITCHES)
CUT = PROGRESSION + RANDOM.exponential(9, SIZE)
TIME, EVENT = np.minimum(PROGRESSION + AFTER, CUT), PROGRESSION + AFTER <= CUT
START = np.where(ARM, 0.0, np.where(SWITCHES, PROGRESSION, np.inf))
INFUSION = np.where(RANDOM.uniform(size=SIZE) < 0.6, TIME * RANDOM.uniform(0.05, 1.2, SIZE), np.inf)
BINARY = RANDOM.uniform(size=SIZE) < 0.3
LENGTH = RANDOM.uniform(0.2, 2, SIZE)

SCRIPT = """
fit <- survreg(Surv(time - progression, event) ~ age + log(progression) + switched, data = d[d$arm == 0, ])
put("weibull", data.frame(value = c(coef(fit), 1 / fit$scale), error = c(sqrt(diag(vcov(fit)))[1:4], 0)))
logit <- glm(binary ~ age + progression, binomial, d, control = list(epsilon = 1e-14, maxit = 100))
loglog <- glm(binary ~ age + offset(log(length)), binomial("cloglog"), d, control = list(epsilon = 1e-14, maxit = 100))
put("logit", data.frame(value = coef(logit))); put("loglog", data.frame(value = coef(loglog)))
cut <- d$infusion < d$time
pieces <- rbind(data.frame(from = -1, to = ifelse(cut, d$infusion, d$time), event = d$event & !cut, x = 0),
  data.frame(from = d$infusion, to = d$time, event = d$event, x = 1)[cut, ])
cox <- coxph(Surv(from, to, event) ~ x, pieces, control = coxph.control(eps = 1e-12, iter.max = 60))
put("cox", data.frame(value = coef(cox), error = sqrt(vcov(cox)[1, 1])))
"""


@pytest.fixture(scope="module")
def seen() -> Answers:
    table = {"time": TIME, "event": EVENT.astype(int), "arm": ARM.astype(int), "progression": PROGRESSION, "age": AGE,
             "switched": SWITCHES.astype(int), "infusion": np.minimum(INFUSION, 1e9), "binary": BINARY.astype(int),
             "length": LENGTH}  # fmt: skip
    return run_r(SCRIPT, tables={"d": table})


def test_weibull_after_progression(seen: Answers) -> None:
    rows = switch_rows(TIME, EVENT, ARM, start=START, progression=PROGRESSION, covariates={"age": AGE})
    found = two_stage(rows, recensor=False)
    constant, age, progression, switched, shape = seen["weibull"]["value"]
    ours = [found.coefficients[name] for name in ("constant", "age", "log time of progression")]
    assert [*ours, -found.psi, found.shape] == pytest.approx([constant, age, progression, switched, shape], rel=1e-5)
    assert found.psi_standard_error == pytest.approx(seen["weibull"]["error"][3], rel=1e-4)
    assert two_stage(rows, recensor=False, delay="ignored").psi == pytest.approx(found.psi, abs=1e-6)


def test_binary_regressions(seen: Answers) -> None:
    ones = np.ones(SIZE)
    logit, fine = fit_binary(np.column_stack([ones, AGE, PROGRESSION]), BINARY, np.zeros(SIZE), link="logit")
    assert fine
    assert logit == pytest.approx(seen["logit"]["value"], rel=1e-7)
    loglog, fine = fit_binary(np.column_stack([ones, AGE]), BINARY, np.log(LENGTH), link="cloglog")
    assert fine
    assert loglog == pytest.approx(seen["loglog"]["value"], rel=1e-6)


def test_time_dependent_effect(seen: Answers) -> None:
    found = infusion_effects(TIME, EVENT, INFUSION, landmark=3.0)[2]
    assert np.log(found.hazard_ratio) == pytest.approx(seen["cox"]["value"][0], rel=1e-8)
    assert np.log(found.upper / found.hazard_ratio) == pytest.approx(1.959963984540054 * seen["cox"]["error"][0])

"""The Fine-Gray model against R: ``cmprsk::crr`` with its variance, ``survival::finegray`` with ``coxph``, robust."""

from __future__ import annotations

import numpy as np
import pytest

from adoptive.verdict.regression import fine_gray
from r_reference import Answers, run_r

SCRIPT = """
asked <- split(random, random$case)
plain <- na.omit(mgus2[1:300, c("ptime", "pstat", "futime", "death", "age", "sex", "hgb")])
asked$mgus2 <- with(plain, data.frame(time = ifelse(pstat == 1, ptime, futime),
  cause = ifelse(pstat == 1, 1, 2 * death), x1 = age, x2 = sex == "M", x3 = hgb, group = 1))
kept <- subset(na.omit(transplant), futime > 0)[1:400, ]
asked$transplant <- with(kept, data.frame(time = futime, cause = c(censored = 0, death = 2, ltx = 1, withdraw = 3)[
  as.character(event)], x1 = age, x2 = sex == "m", x3 = abo == "O", group = year > 1996))
for (name in names(asked)) {
  d <- asked[[name]]
  d[c("x1", "x2", "x3", "group")] <- lapply(d[c("x1", "x2", "x3", "group")], as.numeric)
  put(paste0(name, "@data"), d[c("time", "cause", "x1", "x2", "x3", "group")])
  x <- as.matrix(d[c("x1", "x2", "x3")])
  for (apart in 0:1) {
    groups <- if (apart) d$group else rep(1, nrow(d))
    fit <- crr(d$time, d$cause, x, cengroup = groups, gtol = 1e-12, maxiter = 100)
    put(paste0(name, "@crr", apart), data.frame(b = fit$coef, se = sqrt(diag(fit$var)), full = fit$loglik,
      null = fit$loglik.null))
  }
  if (anyDuplicated(d$time)) next
  d$id <- seq_len(nrow(d))
  d$kind <- factor(pmin(d$cause, 2), 0:2)
  f <- finegray(Surv(time, kind) ~ ., data = d, etype = "1")
  for (ties in c("breslow", "efron")) {
    fit <- coxph(Surv(fgstart, fgstop, fgstatus) ~ x1 + x2 + x3, data = f, weights = fgwt, cluster = id, ties = ties,
      control = coxph.control(eps = 1e-12, toler.chol = 1e-13, iter.max = 100))
    put(paste0(name, "@", ties), data.frame(b = coef(fit), se = sqrt(diag(fit$var))))
  }
}
"""


def _random_case(seed: int) -> dict[str, np.ndarray]:
    """One simulated table of three causes; every second has ties."""
    random = np.random.default_rng(100 + seed)
    size = 120
    x = np.column_stack([random.normal(size=size), random.integers(0, 2, size), random.normal(size=size) * 10.0])
    speed = np.exp(np.column_stack([0.5 * x[:, 0], 0.4 * x[:, 1] - 0.5, 0.03 * x[:, 2], np.full(size, -0.5)]))
    times = random.exponential(1.0 / speed)
    time, cause = times.min(axis=1), np.array([1, 2, 3, 0])[times.argmin(axis=1)]
    if seed % 2:
        time = np.ceil(time * 15.0)
    return {"case": np.full(size, f"random{seed}"), "time": time, "cause": cause, "x1": x[:, 0], "x2": x[:, 1],
            "x3": x[:, 2], "group": random.integers(0, 2, size)}  # fmt: skip


@pytest.fixture(scope="module")
def answers() -> Answers:
    return _asked()


def _asked() -> Answers:
    cases = [_random_case(seed) for seed in range(6)]
    random = {name: np.concatenate([case[name] for case in cases]) for name in cases[0]}
    return run_r(SCRIPT, tables={"random": random}, packages=("survival", "cmprsk"))


def _cases(answers: Answers) -> list[str]:
    return sorted({name.split("@")[0] for name in answers})


def _columns(data: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name: data[name] for name in ("x1", "x2", "x3")}


def test_coefficients_and_errors_are_those_of_crr(answers: Answers) -> None:
    """``crr`` stops at a gradient of 1e-12, that is at 1e-7 of some coefficients; the likelihoods agree to 1e-12."""
    for name in _cases(answers):
        data, told = answers[f"{name}@data"], answers[f"{name}@crr0"]
        fit = fine_gray(data["time"], data["cause"], _columns(data))
        assert fit.converged
        np.testing.assert_allclose(fit.coefficients, told["b"], rtol=1e-6, err_msg=name)
        np.testing.assert_allclose(fit.standard_errors, told["se"], rtol=1e-7, err_msg=name)
        assert fit.log_likelihood == pytest.approx(told["full"][0], rel=1e-12)
        assert fit.log_likelihood_null == pytest.approx(told["null"][0], rel=1e-12)


def test_censoring_groups_are_those_of_crr(answers: Answers) -> None:
    """With groups crr's errors differ in the fourth digit: ours are the derivative (see ``laws``)."""
    for name in _cases(answers):
        data, told = answers[f"{name}@data"], answers[f"{name}@crr1"]
        fit = fine_gray(data["time"], data["cause"], _columns(data), censoring_group=data["group"])
        np.testing.assert_allclose(fit.coefficients, told["b"], rtol=1e-6, err_msg=name)
        assert fit.log_likelihood == pytest.approx(told["full"][0], rel=1e-12)
        np.testing.assert_allclose(fit.standard_errors, told["se"], rtol=2e-3, err_msg=name)


def test_the_weighted_cox_fit_of_split_rows_is_the_same(answers: Answers) -> None:
    """Without ties; with them ``finegray`` takes those with an event off the risk of being censored at that time."""
    for name in ("random0", "random2", "random4"):
        data = answers[f"{name}@data"]
        for ties in ("breslow", "efron"):
            told = answers[f"{name}@{ties}"]
            fit = fine_gray(data["time"], data["cause"], _columns(data), ties=ties, variance="robust")  # type: ignore[arg-type]
            np.testing.assert_allclose(fit.coefficients, told["b"], rtol=1e-8, err_msg=name)
            np.testing.assert_allclose(fit.standard_errors, told["se"], rtol=1e-8, err_msg=name)

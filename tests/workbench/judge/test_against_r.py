"""``adoptive judge FILE --json`` against R's survival, on data sets that come with R."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from r_reference import Answers, run_r

SETS = (
    "lung", "veteran", "ovarian", "colon", "kidney", "leukemia", "heart", "pbc", "rats", "retinopathy", "gbsg",
    "weighted",
)  # fmt: skip

SCRIPT = """
sets <- list(
  lung = with(lung, data.frame(time, event = status - 1, arm = sex)),
  veteran = with(veteran, data.frame(time, event = status, arm = trt, strata = celltype)),
  ovarian = with(ovarian, data.frame(time = futime, event = fustat, arm = rx)),
  colon = with(subset(colon, etype == 2), data.frame(time, event = status, arm = rx)),
  kidney = with(kidney, data.frame(time, event = status, arm = sex)),
  leukemia = with(leukemia, data.frame(time, event = status, arm = x)),
  heart = with(heart, data.frame(time = stop, event, arm = transplant, entry = start)),
  pbc = with(subset(pbc, !is.na(trt)), data.frame(time, event = as.integer(status == 2), arm = trt, strata = edema)),
  rats = with(subset(rats, sex == "f"), data.frame(time, event = status, arm = rx, strata = litter)),
  retinopathy = with(retinopathy, data.frame(time = futime, event = status, arm = trt, strata = type)),
  gbsg = with(gbsg, data.frame(time = rfstime, event = status, arm = hormon, strata = grade)),
  weighted = with(lung, data.frame(time, event = status - 1, arm = sex, weight = 1 + (seq_along(time) %% 3)))
)
control <- coxph.control(eps = 1e-12, toler.chol = 1e-14, iter.max = 100)
for (name in names(sets)) {
  d <- sets[[name]]
  put(paste0("data_", name), d)
  w <- if (is.null(d$weight)) rep(1, nrow(d)) else d$weight
  y <- if (is.null(d$entry)) Surv(d$time, d$event) else Surv(d$entry, d$time, d$event)
  for (kind in c("log", "log-log", "plain")) {
    fit <- survfit(y ~ arm, d, weights = w, conf.type = kind, robust = FALSE)
    s <- summary(fit, censored = TRUE)
    put(paste0("km_", name, "_", kind), list(time = s$time, n = s$n.risk, events = s$n.event, survival = s$surv,
        error = s$std.err, lower = s$lower, upper = s$upper))
    q <- quantile(fit, c(.25, .5, .75))
    put(paste0("quantile_", name, "_", kind), rbind(q$quantile, q$lower, q$upper))
  }
  for (ties in c("efron", "breslow", "exact")) {
    if (ties == "exact" && !is.null(d$weight)) next
    f <- if (is.null(d$strata)) y ~ factor(arm) else y ~ factor(arm) + strata(strata)
    fit <- if (is.null(d$weight)) coxph(f, d, ties = ties, control = control) else
      coxph(f, d, weights = w, ties = ties, control = control, robust = FALSE)
    put(paste0("cox_", name, "_", ties), list(coefficient = fit$coefficients, error = sqrt(diag(fit$var))))
    b <- fit$coefficients
    put(paste0("tests_", name, "_", ties), list(null = fit$loglik[1], last = fit$loglik[length(fit$loglik)],
        score = fit$score, wald = sum(b * solve(fit$var, b)), ratio = 2 * diff(fit$loglik)))
    if (ties == "efron") put(paste0("zph_", name), cox.zph(fit)$table)
  }
  if (is.null(d$entry) && is.null(d$weight)) {
    f <- if (is.null(d$strata)) y ~ arm else y ~ arm + strata(strata)
    put(paste0("logrank_", name), list(chi = survdiff(f, d)$chisq))
  }
}
"""


@pytest.fixture(scope="module")
def answers() -> Answers:
    return run_r(SCRIPT)


@pytest.fixture(scope="module")
def files(answers: Answers, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("judged")
    for name in SETS:
        pd.DataFrame(answers[f"data_{name}"]).to_csv(folder / f"{name}.csv", index=False)
    return folder


@pytest.fixture
def judged(command: Callable[..., Any], files: Path) -> Callable[..., Any]:
    def judge(name: str, *options: str) -> Any:
        said = command("judge", files / f"{name}.csv", "--json", *options)
        assert said.code == 0, said.err
        return json.loads(said.out)

    return judge


@pytest.mark.parametrize("kind", ["log", "log-log", "plain"])
@pytest.mark.parametrize("name", SETS)
def test_curves_and_quantiles(judged: Callable[..., Any], answers: Answers, name: str, kind: str) -> None:
    document, theirs = judged(name, "--interval", kind), answers[f"km_{name}_{kind}"]
    rows = [row for arm in document["arms"] for row in arm["curve"]]
    for key, column in (("time", "time"), ("at_risk", "n"), ("events", "events"), ("survival", "survival")):
        np.testing.assert_allclose([row[key] for row in rows], theirs[column], rtol=1e-8, atol=1e-12, err_msg=key)
    alive = theirs["survival"] > 0  # R gives NaN at 0, where nothing is left to be unsure of
    for key, column in (("standard_error", "error"), ("lower", "lower"), ("upper", "upper")):
        ours = np.array([row[key] for row in rows])
        np.testing.assert_allclose(ours[alive], theirs[column][alive], rtol=1e-8, atol=1e-12, err_msg=key)
    columns = np.array(
        list(answers[f"quantile_{name}_{kind}"].values())
    )  # (probabilities, time + lower + upper by arm)
    ours = [[row[key] for row in arm["quantiles"]] for key in ("time", "lower", "upper") for arm in document["arms"]]
    np.testing.assert_allclose(np.array(ours, float), columns.T, rtol=1e-12)


@pytest.mark.parametrize("ties", ["efron", "breslow", "exact"])
@pytest.mark.parametrize("name", SETS)
def test_hazard_ratios_and_their_tests(judged: Callable[..., Any], answers: Answers, name: str, ties: str) -> None:
    if (name, ties) == ("weighted", "exact"):
        pytest.skip("the discrete likelihood has no case weights in R")
    cox, theirs = judged(name, "--ties", ties)["cox"], answers[f"cox_{name}_{ties}"]
    np.testing.assert_allclose([row["coefficient"] for row in cox["coefficients"]], theirs["coefficient"], rtol=1e-8)
    np.testing.assert_allclose([row["standard_error"] for row in cox["coefficients"]], theirs["error"], rtol=1e-8)
    tests = answers[f"tests_{name}_{ties}"]
    ours = [cox["log_likelihood_null"], cox["log_likelihood"]]
    ours += [cox[test]["statistic"] for test in ("score", "wald", "likelihood_ratio")]
    wanted = [tests[key][0] for key in ("null", "last", "score", "wald", "ratio")]
    np.testing.assert_allclose(ours, wanted, rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("name", SETS)
def test_log_rank_and_proportionality(judged: Callable[..., Any], answers: Answers, name: str) -> None:
    document = judged(name)
    if f"logrank_{name}" in answers:
        np.testing.assert_allclose(document["log_rank"]["chi_squared"], answers[f"logrank_{name}"]["chi"], rtol=1e-8)
    zph = answers[f"zph_{name}"]
    overall = document["proportionality"]["global"]
    np.testing.assert_allclose(
        [overall["chi_squared"], overall["p_value"]], [zph["chisq"][-1], zph["p"][-1]], rtol=1e-6
    )

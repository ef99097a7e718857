"""``adoptive judge FILE --json`` against R's survival, on data sets that come with R."""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest

from adoptive.workbench.cli import main
from r_reference import Answers, run_r

SETS = (
    "lung", "veteran", "ovarian", "colon", "kidney", "leukemia", "heart", "pbc", "rats", "retinopathy", "gbsg",
    "weighted", "fractions",
)  # fmt: skip

ASKED = (("log", "efron"), ("log-log", "breslow"), ("plain", "exact"))


class Judged(NamedTuple):
    name: str
    interval: str
    ties: str
    document: Any


SCRIPT = """
sets <- list(
  lung = with(lung, data.frame(time, event = status - 1, arm = sex)),
  veteran = with(veteran, data.frame(time, event = status, arm = trt, strata = celltype)),
  ovarian = with(ovarian, data.frame(time = futime, event = fustat, arm = rx)),
  colon = with(subset(colon, etype == 2), data.frame(time, event = status, arm = as.character(rx))),
  kidney = with(kidney, data.frame(time, event = status, arm = sex)),
  leukemia = with(leukemia, data.frame(time, event = status, arm = x)),
  heart = with(heart, data.frame(time = stop, event, arm = transplant, entry = start)),
  pbc = with(subset(pbc, !is.na(trt)), data.frame(time, event = as.integer(status == 2), arm = trt, strata = edema)),
  rats = with(subset(rats, sex == "f"), data.frame(time, event = status, arm = rx, strata = litter)),
  retinopathy = with(retinopathy, data.frame(time = futime, event = status, arm = trt, strata = type)),
  gbsg = with(gbsg, data.frame(time = rfstime, event = status, arm = hormon, strata = grade)),
  weighted = with(lung, data.frame(time, event = status - 1, arm = sex, weight = 1 + (seq_along(time) %% 3))),
  fractions = with(lung, data.frame(time, event = status - 1, arm = sex, weight = 0.5 + (seq_along(time) %% 3) / 3))
)
control <- coxph.control(eps = 1e-12, toler.chol = 1e-14, iter.max = 100)
for (name in names(sets)) {
  d <- sets[[name]]
  put(paste0("data_", name), d)
  w <- if (is.null(d$weight)) rep(1, nrow(d)) else d$weight
  y <- if (is.null(d$entry)) Surv(d$time, d$event) else Surv(d$entry, d$time, d$event)
  for (kind in c("log", "log-log", "plain")) {
    fit <- if (name == "fractions") survfit(y ~ arm, d, weights = w, conf.type = kind) else  # robust by itself
      survfit(y ~ arm, d, weights = w, conf.type = kind, robust = FALSE)
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
      coxph(f, d, weights = w, ties = ties, control = control)
    model <- if (is.null(fit$naive.var)) fit$var else fit$naive.var  # fractional weights: robust by itself
    put(paste0("cox_", name, "_", ties), list(coefficient = fit$coefficients, error = sqrt(diag(model)),
        robust = sqrt(diag(fit$var))))
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


@pytest.fixture(scope="module", params=[(name, *asked) for name in SETS for asked in ASKED], ids=" ".join)
def judged(request: pytest.FixtureRequest, files: Path) -> Judged:
    name, interval, ties = request.param
    options = [
        "--interval",
        interval,
        "--ties",
        "efron" if name in ("weighted", "fractions") else ties,
    ]  # R: no weights with exact
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), pytest.raises(SystemExit) as leaving:
        main(["judge", str(files / f"{name}.csv"), "--json", *options])
    assert leaving.value.code == 0
    return Judged(name, interval, options[-1], json.loads(printed.getvalue()))


def test_curves(judged: Judged, answers: Answers) -> None:
    theirs = answers[f"km_{judged.name}_{judged.interval}"]
    rows = [row for arm in judged.document["arms"] for row in arm["curve"]]
    for key, column in (("time", "time"), ("at_risk", "n"), ("events", "events"), ("survival", "survival")):
        np.testing.assert_allclose([row[key] for row in rows], theirs[column], rtol=1e-8, atol=1e-12, err_msg=key)
    inside = (theirs["survival"] > 0) & (theirs["survival"] < 1)  # R gives NaN where nothing is left to be unsure of
    error = "robust_standard_error" if judged.name == "fractions" else "standard_error"
    for key, column in ((error, "error"), ("lower", "lower"), ("upper", "upper")):
        ours = np.array([row[key] for row in rows])
        np.testing.assert_allclose(ours[inside], theirs[column][inside], rtol=1e-8, atol=1e-12, err_msg=key)


def test_quantiles(judged: Judged, answers: Answers) -> None:
    """R's columns are probabilities; below each other stand times, lower and upper ends, by arm."""
    theirs = np.array(list(answers[f"quantile_{judged.name}_{judged.interval}"].values()))
    arms = judged.document["arms"]
    ours = [[row[key] for row in arm["quantiles"]] for key in ("time", "lower", "upper") for arm in arms]
    np.testing.assert_allclose(np.array(ours, float), theirs.T, rtol=1e-12)


def test_hazard_ratios_and_their_tests(judged: Judged, answers: Answers) -> None:
    cox, theirs = judged.document["cox"], answers[f"cox_{judged.name}_{judged.ties}"]
    for key, column in (("coefficient", "coefficient"), ("standard_error", "error")):
        np.testing.assert_allclose([row[key] for row in cox["coefficients"]], theirs[column], rtol=1e-8, err_msg=key)
    if judged.name == "fractions":
        robust = [row["robust_standard_error"] for row in cox["coefficients"]]
        np.testing.assert_allclose(robust, theirs["robust"], rtol=1e-8)
    tests = answers[f"tests_{judged.name}_{judged.ties}"]
    ours = [cox["log_likelihood_null"], cox["log_likelihood"]]
    ours += [cox[test]["statistic"] for test in ("score", "wald", "likelihood_ratio")]
    wanted = [tests[key][0] for key in ("null", "last", "score", "wald", "ratio")]
    np.testing.assert_allclose(ours, wanted, rtol=1e-8, atol=1e-9)


def test_log_rank(judged: Judged, answers: Answers) -> None:
    """R's survdiff takes neither entries nor weights."""
    if judged.name not in ("heart", "weighted", "fractions"):
        theirs = answers[f"logrank_{judged.name}"]["chi"][0]
        np.testing.assert_allclose(judged.document["log_rank"]["chi_squared"], theirs, rtol=1e-8)
    else:
        assert f"logrank_{judged.name}" not in answers
        score = judged.document["cox"]["score"]["statistic"]
        if judged.ties == "exact":  # whose score test is the log-rank test, ties or not
            np.testing.assert_allclose(judged.document["log_rank"]["chi_squared"], score, rtol=1e-9)


def test_proportionality(judged: Judged, answers: Answers) -> None:
    if judged.ties != "efron":
        assert (judged.document["proportionality"] is None) == (judged.ties == "exact")
        return
    zph, overall = answers[f"zph_{judged.name}"], judged.document["proportionality"]["global"]
    ours = [overall["chi_squared"], overall["p_value"]]
    np.testing.assert_allclose(ours, [zph["chisq"][-1], zph["p"][-1]], rtol=1e-6)

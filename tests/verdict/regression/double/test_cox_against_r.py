"""The Cox model against R's ``survival``: the data sets that come with it, and a random family, to 1e-8.

Coefficients, variances and tests with every rule for ties; residuals, hazards and proportionality with Efron's on the
data sets, with Efron's and Breslow's on the family.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from adoptive.verdict.regression import (
    concordance,
    cox,
    predicted_survival,
    proportionality,
    residuals,
)
from adoptive.verdict.regression.types import CoxFit
from adoptive.verdict.rows import SurvivalRows, survival_rows
from r_reference import Answers, run_r

CLOSE = 1e-8
TRANSFORMS = ("km", "rank", "identity", "log")

DATA = """
sets <- list(
  lung = with(na.omit(lung[c("time", "status", "age", "sex", "ph.ecog", "inst")]),
    data.frame(time, status = status - 1, st = inst, x1 = age, x2 = sex, x3 = ph.ecog)),
  veteran = with(veteran, data.frame(time, status, st = as.integer(celltype), x1 = karno, x2 = age, x3 = trt)),
  ovarian = with(ovarian, data.frame(time = futime, status = fustat, x1 = age, x2 = rx, x3 = resid.ds)),
  colon = with(na.omit(subset(colon, etype == 2)), data.frame(time, status, st = extent, x1 = rx == "Lev",
    x2 = rx == "Lev+5FU", x3 = age, x4 = node4)),
  kidney = with(kidney, data.frame(time, status, cl = id, x1 = age, x2 = sex)),
  leukemia = with(leukemia, data.frame(time, status, x1 = x == "Maintained")),
  heart = with(heart, data.frame(entry = start, time = stop, status = event, st = surgery, cl = id, x1 = age, x2 = year,
    x3 = as.integer(transplant) - 1)),
  stanford2 = with(na.omit(stanford2), data.frame(time, status, x1 = age, x2 = t5)),
  pbc = with(na.omit(pbc), data.frame(time, status = status == 2, wt = 1 + id %% 3, x1 = age, x2 = edema,
    x3 = log(bili), x4 = log(protime), x5 = log(albumin))),
  mgus2 = with(na.omit(mgus2), data.frame(time = futime, status = death, x1 = age, x2 = sex == "M",
    x3 = hgb, x4 = creat)),
  retinopathy = with(retinopathy, data.frame(time = futime, status, cl = id, x1 = trt, x2 = type == "adult",
    x3 = risk)),
  bladder = with(bladder2, data.frame(entry = start, time = stop, status = event, st = enum, cl = id, x1 = rx,
    x2 = number, x3 = size)),
  cgd = with(cgd, data.frame(entry = tstart, time = tstop, status, cl = id, st = as.integer(hos.cat),
    x1 = treat == "rIFN-g", x2 = age, x3 = steroids)),
  rats = with(rats, data.frame(time, status, cl = litter, x1 = rx, x2 = sex == "f")),
  gbsg = with(gbsg, data.frame(time = rfstime, status, st = grade, off = 0.01 * (age - 50), x1 = hormon, x2 = nodes,
    x3 = size, x4 = log(pgr + 1))),
  rotterdam = with(rotterdam, data.frame(entry = age, time = age + pmax(dtime, 1) / 365.25, status = death, x1 = chemo,
    x2 = hormon, x3 = log(nodes + 1), x4 = grade))
)
first <- pbcseq[!duplicated(pbcseq$id), c("id", "trt", "age", "sex")]
last <- aggregate(cbind(futime, dead = status == 2) ~ id, pbcseq, max)
pieces <- tmerge(merge(first, last), merge(first, last), id = id, death = event(futime, dead))
pieces <- tmerge(pieces, pbcseq, id = id, bili = tdc(day, bili), albumin = tdc(day, albumin))
sets$pbcseq <- with(pieces, data.frame(entry = tstart, time = tstop, status = death, cl = id, x1 = log(bili),
  x2 = log(albumin), x3 = age))
for (name in c("leukemia", "ovarian", "veteran", "stanford2", "heart")) {
  sets[[paste0(name, ".exact")]] <- cbind(sets[[name]][setdiff(names(sets[[name]]), "cl")], exact = 1)
}
family <- split(random[setdiff(names(random), "case")], random$case)
for (name in names(family)) {
  d <- family[[name]]
  sets[[name]] <- d[vapply(d, function(column) !anyNA(column), NA)]
}
"""
FITS = """
control <- coxph.control(eps = 1e-12, toler.chol = 1e-13, iter.max = 100)
kept <- list()
told_of <- function(name, value) {
  frame <- as.data.frame(value)
  for (k in seq_along(frame)) kept[[paste(name, names(frame)[k], sep = "@")]] <<- as.numeric(frame[[k]])
}
all_of <- function(name, d, ties) {
  x <- grep("^x", names(d), value = TRUE)
  right <- c(x, if ("st" %in% names(d)) "strata(st)", if ("off" %in% names(d)) "offset(off)")
  left <- if ("entry" %in% names(d)) "Surv(entry, time, status)" else "Surv(time, status)"
  asked <- as.formula(paste(left, "~", paste(right, collapse = " + ")))
  call <- list(asked, data = d, ties = ties, control = control, x = TRUE)
  if ("wt" %in% names(d)) call$weights <- d$wt
  if ("cl" %in% names(d)) call$cluster <- d$cl
  fit <- do.call(coxph, call)
  told <- function(what, value) told_of(paste(name, ties, what, sep = "@"), value)
  naive <- if (is.null(fit$naive.var)) fit$var else fit$naive.var
  told("coef", data.frame(b = coef(fit), se = sqrt(diag(naive)), robust = sqrt(diag(fit$var))))
  told("var", fit$var)
  told("stat", data.frame(null = fit$loglik[1], full = fit$loglik[2], score = fit$score, wald = fit$wald.test))
  if (ties == "exact" || (ties == "breslow" && !grepl("random", name))) return(invisible())
  told("row", data.frame(martingale = residuals(fit, "martingale", weighted = FALSE),
    deviance = residuals(fit, "deviance", weighted = FALSE)))
  told("score", as.matrix(residuals(fit, "score")))
  told("dfbeta", as.matrix(residuals(fit, "dfbeta")))
  told("schoenfeld", as.matrix(residuals(fit, "schoenfeld")))
  told("scaled", as.matrix(residuals(fit, "scaledsch")))
  for (g in c("km", "rank", "identity", "log"))
    told(paste0("zph.", g), as.data.frame(cox.zph(fit, transform = g, terms = FALSE)$table))
  s <- survfit(fit, newdata = cbind(d[1, , drop = FALSE]), se.fit = TRUE)
  told("curve", data.frame(time = s$time, events = s$n.event, hazard = as.vector(s$cumhaz),
    error = as.vector(s$std.err)))
  if (is.null(call$cluster)) {
    agreed <- concordance(fit)
    count <- if (is.matrix(agreed$count)) colSums(agreed$count) else agreed$count
    told("agreed", data.frame(c = agreed$concordance, se = sqrt(agreed$var), t(count)))
  }
}
for (name in names(sets)) {
  d <- sets[[name]]
  d[] <- lapply(d, as.numeric)
  told_of(paste(name, "data", sep = "@"), d)
  if ("exact" %in% names(d)) all_of(name, d, "exact")
  else for (ties in c("efron", "breslow")) all_of(name, d, ties)
}
put("all", data.frame(key = rep(names(kept), lengths(kept)), value = unlist(kept, use.names = FALSE)))
"""


def _random_case(seed: int) -> dict[str, np.ndarray]:
    """One simulated table: its seed says what it has of ties, entry, weights, strata, clusters, offset, exact."""
    random = np.random.default_rng(seed)
    size = int(random.integers(40, 160))
    x = random.normal(size=(size, 3)) * [1.0, 20.0, 0.01]
    x[:, 1] = np.round(x[:, 1])
    time = random.exponential(np.exp(-0.5 * x[:, 0] - 0.01 * x[:, 1])) * 30.0
    time = (time + 1.0, np.ceil(time), np.ceil(time / 10.0))[seed % 3]
    late, void = seed % 2 == 1, np.full(size, np.nan)
    entry = np.floor(time * random.uniform(0.0, 0.9, size)) if late else void
    case = {
        "case": np.full(size, f"random.{seed:02d}"),
        "entry": entry,
        "time": time,
        "status": (random.uniform(size=size) < 0.7).astype(int),
        "wt": random.choice([0.5, 1.0, 2.0, 3.5], size) if seed % 5 == 2 else void,
        "st": random.integers(0, 3, size) if seed % 3 == 0 else void,
        "cl": random.integers(0, size // 2, size) if seed % 4 == 3 else void,
        "off": random.normal(size=size) if seed % 7 == 1 else void,
        "exact": np.ones(size) if seed >= 20 else void,
    }
    if seed >= 20:
        case |= {"wt": void, "cl": void}
    return case | {f"x{k + 1}": x[:, k] for k in range(3)}


@pytest.fixture(scope="module")
def answers() -> Answers:
    return _asked()


def _asked() -> Answers:
    cases = [_random_case(seed) for seed in range(26)]
    random = {name: np.concatenate([case[name] for case in cases]) for name in cases[0]}
    table = run_r(DATA + FITS, tables={"random": random})["all"]
    starts = np.flatnonzero(np.append(True, table["key"][1:] != table["key"][:-1]))
    out: Answers = {}
    for key, column in zip(table["key"][starts], np.split(table["value"], starts[1:]), strict=True):
        name, column_name = key.rsplit("@", 1)
        out.setdefault(name, {})[column_name] = column
    return out


def _table(data: Mapping[str, np.ndarray]) -> tuple[SurvivalRows, dict[str, np.ndarray]]:
    rows = survival_rows(
        data["time"], data["status"], entry=data.get("entry"), weight=data.get("wt"), stratum=data.get("st")
    )
    return rows, {name: column for name, column in data.items() if name.startswith("x")}


def _cases(answers: Answers) -> list[tuple[str, str]]:
    return [(name.split("@")[0], name.split("@")[1]) for name in answers if name.endswith("@coef")]


def _fit(answers: Answers, name: str, ties: str) -> CoxFit:
    data = answers[f"{name}@data"]
    rows, x = _table(data)
    fractions = not (rows.weight == np.floor(rows.weight)).all()  # R is robust by itself then
    return cox(rows, x, ties=ties, offset=data.get("off"), cluster=data.get("cl"), robust=fractions)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def fits(answers: Answers) -> dict[tuple[str, str], CoxFit]:
    return {case: _fit(answers, *case) for case in _cases(answers)}


def _close(seen: np.ndarray, told: np.ndarray, what: str, *, scale: float | None = None) -> None:
    """Compare to 1e-8 of each column's largest number."""
    seen, told = np.asarray(seen, float), np.asarray(told, float)
    size = np.abs(told).max(axis=0) if scale is None else scale
    assert seen.shape == told.shape, what
    assert (np.abs(seen - told) <= CLOSE * np.maximum(size, 1e-300)).all(), (what, np.abs(seen - told).max(), size)


def _matrix(table: Mapping[str, np.ndarray]) -> np.ndarray:
    return np.column_stack(list(table.values()))


def test_there_are_enough_cases(answers: Answers) -> None:
    names = {name for name, _ in _cases(answers)}
    assert len([name for name in names if "random" not in name and "exact" not in name]) == 17
    assert len(names) == 17 + 5 + 26


def test_coefficients_variances_and_tests(answers: Answers, fits: dict[tuple[str, str], CoxFit]) -> None:
    for (name, ties), fit in fits.items():
        told, what = answers[f"{name}@{ties}@coef"], f"{name} {ties}"
        assert fit.converged
        np.testing.assert_allclose(fit.coefficients, told["b"], rtol=CLOSE, err_msg=what)
        np.testing.assert_allclose(fit.standard_errors, told["se"], rtol=CLOSE, err_msg=what)
        if fit.robust_standard_errors is not None:
            np.testing.assert_allclose(fit.robust_standard_errors, told["robust"], rtol=CLOSE, err_msg=what)
        np.testing.assert_allclose(np.sqrt(np.diag(fit.covariance)), told["robust"], rtol=CLOSE, err_msg=what)
        spread = np.outer(told["robust"], told["robust"])
        _close(fit.covariance / spread, _matrix(answers[f"{name}@{ties}@var"]) / spread, what, scale=1.0)
        stat = {key: float(value[0]) for key, value in answers[f"{name}@{ties}@stat"].items()}
        assert fit.log_likelihood_null == pytest.approx(stat["null"], rel=1e-10), what
        assert fit.log_likelihood == pytest.approx(stat["full"], rel=1e-10), what
        assert fit.score.statistic == pytest.approx(stat["score"], rel=CLOSE), what
        assert fit.wald.statistic == pytest.approx(stat["wald"], rel=CLOSE), what


def test_residuals(answers: Answers, fits: dict[tuple[str, str], CoxFit]) -> None:
    for (name, ties), fit in fits.items():
        if f"{name}@{ties}@row" not in answers:
            continue
        told = answers[f"{name}@{ties}@row"]
        for kind in ("martingale", "deviance"):
            _close(residuals(fit, kind=kind), told[kind], f"{name} {ties} {kind}")  # type: ignore[arg-type]
        for kind, short in (("score",) * 2, ("dfbeta",) * 2, ("schoenfeld",) * 2, ("scaled schoenfeld", "scaled")):
            seen = residuals(fit, kind=kind)  # type: ignore[arg-type]
            _close(seen, _matrix(answers[f"{name}@{ties}@{short}"]), f"{name} {ties} {kind}")


def test_proportionality(answers: Answers, fits: dict[tuple[str, str], CoxFit]) -> None:
    for (name, ties), fit in fits.items():
        for transform in TRANSFORMS if f"{name}@{ties}@zph.km" in answers else ():
            told, seen = answers[f"{name}@{ties}@zph.{transform}"], proportionality(fit, transform=transform)  # type: ignore[arg-type]
            what = f"{name} {ties} {transform}"
            np.testing.assert_allclose(seen.chi_squared, told["chisq"][:-1], rtol=CLOSE, err_msg=what)
            np.testing.assert_allclose(seen.overall.statistic, told["chisq"][-1], rtol=CLOSE, err_msg=what)
            np.testing.assert_allclose(seen.p_value, told["p"][:-1], rtol=1e-7, err_msg=what)


def test_predicted_curves(answers: Answers, fits: dict[tuple[str, str], CoxFit]) -> None:
    for (name, ties), fit in fits.items():
        if f"{name}@{ties}@curve" not in answers:
            continue
        told, data = answers[f"{name}@{ties}@curve"], answers[f"{name}@data"]
        curves = predicted_survival(fit, {x: float(data[x][0]) for x in fit.names})
        if "st" in data:
            curves = tuple(curve for curve in curves if curve.stratum == f"{data['st'][0]:g}")
        shift = np.exp(data["off"][0]) if "off" in data else 1.0
        curve, with_event = curves[0], told["events"] > 0
        np.testing.assert_allclose(curve.time, told["time"][with_event], rtol=1e-12, err_msg=name)
        np.testing.assert_allclose(
            shift * curve.cumulative_hazard, told["hazard"][with_event], rtol=CLOSE, err_msg=name
        )
        np.testing.assert_allclose(shift * curve.standard_error, told["error"][with_event], rtol=CLOSE, err_msg=name)


def test_concordance(answers: Answers, fits: dict[tuple[str, str], CoxFit]) -> None:
    for (name, ties), fit in fits.items():
        if f"{name}@{ties}@agreed" not in answers:
            continue
        told = {key: float(value[0]) for key, value in answers[f"{name}@{ties}@agreed"].items()}
        seen = concordance(fit)
        assert seen.concordance == pytest.approx(told["c"], rel=CLOSE), name
        assert seen.concordant == pytest.approx(told["concordant"], rel=CLOSE), name
        assert seen.discordant == pytest.approx(told["discordant"], rel=CLOSE), name
        assert seen.tied_time == pytest.approx(told["tied.y"], rel=CLOSE), name
        assert seen.standard_error == pytest.approx(told["se"], rel=CLOSE), name

"""The log-rank family against R's ``survdiff``, ``coxph``'s score test and sums made in R from ``survfit``."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adoptive.verdict.comparison import Weights, gray_test, log_rank_test
from adoptive.verdict.rows import SurvivalRows, survival_rows
from r_reference import run_r

_place = importlib.util.spec_from_file_location("data_sets", Path(__file__).parents[1] / "data_sets.py")
assert _place is not None
assert _place.loader is not None
data_sets = importlib.util.module_from_spec(_place)
_place.loader.exec_module(data_sets)

WEIGHTS = {
    "fh00": Weights.log_rank(),
    "fh01": Weights.fleming_harrington(0, 1),
    "fh10": Weights.fleming_harrington(1, 0),
    "fh11": Weights.fleming_harrington(1, 1),
    "fh33": Weights.fleming_harrington(3, 3),
    "gehan": Weights.gehan(),
    "tarone": Weights.tarone_ware(),
    "peto": Weights.peto(),
    "mb": Weights.magirr_burman(delay=1.0),
    "cap": Weights.magirr_burman(weight_cap=1.6),
    "zero": Weights.early_zero(1.0),
}
SCRIPT = (
    data_sets.FROM_R
    + """
extra <- split(simulated, simulated$set)
sets <- c(sets, unname(extra))
all <- do.call(rbind, sets)
put("data", all)
diffs <- do.call(rbind, lapply(sets, function(d) {
  strata_too <- length(unique(d$stratum)) > 1
  do.call(rbind, lapply(c(0, 0.5, 1), function(rho) {
    plain <- survdiff(Surv(time, status) ~ group, data = d, rho = rho)
    by <- if (strata_too) survdiff(Surv(time, status) ~ group + strata(stratum), data = d, rho = rho) else plain
    total <- function(x) if (is.matrix(x)) rowSums(x) else x
    data.frame(set = d$set[1], rho = rho, chisq = plain$chisq, obs1 = plain$obs[1], exp1 = plain$exp[1],
               var11 = plain$var[1, 1], by_chisq = by$chisq, by_obs1 = total(by$obs)[1], by_exp1 = total(by$exp)[1],
               by_var11 = by$var[1, 1])
  }))
}))
put("diffs", diffs)
# weighted sums of two groups from survfit's own numbers at risk, the classes' formulae written out
weigh <- function(d, star) {
  pool <- survfit(Surv(time, status) ~ 1, data = d)
  arm <- summary(survfit(Surv(time, status) ~ 1, data = d[d$group == 2, ]), times = pool$time, extend = TRUE)
  at <- sapply(pool$time, function(t) sum(d$time[d$group == 2] >= t))
  dead <- sapply(pool$time, function(t) sum(d$status[d$group == 2] == 1 & d$time[d$group == 2] == t))
  n <- pool$n.risk; e <- pool$n.event; before <- c(1, pool$surv[-length(pool$surv)])
  later <- if (any(pool$time <= star)) min(pool$surv[pool$time <= star]) else 1
  w <- list(fh00 = 1 + 0 * n, fh01 = 1 - before, fh10 = before, fh11 = before * (1 - before),
            fh33 = before^3 * (1 - before)^3, gehan = n, tarone = sqrt(n), peto = cumprod(1 - e / (n + 1)),
            mb = 1 / pmax(before, later), cap = pmin(1 / before, 1.6), zero = as.numeric(pool$time >= star))
  v <- ifelse(n > 1, e * (n - e) / (n - 1) * at / n * (1 - at / n), 0)
  ok <- e > 0
  sapply(w, function(x) sum((x * (dead - e * at / n))[ok]) / sqrt(sum((x^2 * v)[ok])))
}
two <- Filter(function(d) length(unique(d$group)) == 2, sets)
put("weighted", do.call(rbind, lapply(two, function(d) {
  star <- median(d$time); data.frame(set = d$set[1], star = star, t(weigh(d, star)))
})))
late$set <- "x"
score <- function(f, d, ties) coxph(f, data = d, ties = ties)$score
put("late", data.frame(
  exact = score(Surv(entry, time, status) ~ factor(group), late, "exact"),
  stratified = score(Surv(entry, time, status) ~ factor(group) + strata(stratum), late, "exact"),
  untied = score(Surv(entry, time + (1:nrow(late)) * 1e-5, status) ~ group, late, "breslow"),
  heart = score(Surv(start, stop, event) ~ transplant, heart, "exact")))
put("heart", data.frame(start = heart$start, stop = heart$stop, event = heart$event,
                        transplant = as.integer(heart$transplant)))
first <- cmprsk::cuminc
gray <- function(time, cause, group, stratum = rep(1, length(time)), rho = 0)
  as.data.frame(first(time, cause, group, strata = stratum, rho = rho)$Tests)[1, ]
made <- split(causes, causes$set)
m2 <- with(mgus2, data.frame(set = "mgus2", time = ifelse(pstat == 1, ptime, futime),
           cause = ifelse(pstat == 1, 1, 2 * death), group = as.integer(sex), stratum = as.integer(age > 70)))
tr <- with(transplant, data.frame(set = "transplant", time = futime,
           cause = ifelse(event == "ltx", 1, ifelse(event == "censored", 0, 2)), group = as.integer(abo),
           stratum = as.integer(sex)))
my <- with(myeloid, data.frame(set = "myeloid", time = ifelse(is.na(txtime), futime, txtime),
           cause = ifelse(is.na(txtime), 2 * death, 1), group = as.integer(factor(trt)),
           stratum = as.integer(factor(sex))))
columns <- c("set", "time", "cause", "group", "stratum")
made <- lapply(c(made, list(m2, tr, my)), function(d) { e <- d[columns]; e[complete.cases(e), ] })
put("causes", do.call(rbind, made))
put("gray", do.call(rbind, lapply(made, function(d) {
  a <- gray(d$time, d$cause, d$group); b <- gray(d$time, d$cause, d$group, d$stratum)
  c <- gray(d$time, d$cause, d$group, rho = 1.5)
  data.frame(set = d$set[1], plain = a$stat, df = a$df, by = b$stat, rho = c$stat)
})))
"""
)


def late(seed: int) -> dict[str, Any]:
    """Make 60 rows with few tied events (R's exact method counts subsets) and entries at others' event times."""
    random = np.random.default_rng(seed)
    time = np.ceil(random.exponential(1.0, 60) * 30) / 30 + 0.2
    entry = np.where(random.random(60) < 0.7, np.roll(time, 7) * (np.roll(time, 7) < time), 0.0)
    return {
        "time": time, "entry": entry, "status": (random.random(60) < 0.6).astype(int),
        "group": random.integers(1, 3, 60), "stratum": random.integers(1, 4, 60),
    }  # fmt: skip


def causes(seed: int) -> dict[str, Any]:
    table = data_sets.simulated(seed)
    random = np.random.default_rng(seed + 100)
    return table | {"cause": np.where(table["status"] > 0, random.integers(1, 3, table["time"].size), 0)}


def stacked(tables: list[dict[str, Any]]) -> dict[str, Any]:
    return {name: np.concatenate([table[name] for table in tables]) for name in tables[0]}


@pytest.fixture(scope="module")
def seen() -> dict[str, dict[str, np.ndarray]]:
    tables = {
        "simulated": stacked([data_sets.simulated(seed) for seed in range(10)]),
        "late": late(7),
        "causes": stacked([causes(seed) for seed in range(9)]),
    }
    return run_r(SCRIPT, tables=tables, packages=("survival", "cmprsk"))


def rows_of(data: dict[str, np.ndarray], name: str, *, stratified: bool = False) -> SurvivalRows:
    here = data["set"] == name
    stratum = data["stratum"][here] if stratified else None
    return survival_rows(data["time"][here], data["status"][here], group=data["group"][here], stratum=stratum)


def test_survdiff_on_fourteen_and_ten_data_sets(seen: dict[str, dict[str, np.ndarray]]) -> None:
    found = seen["diffs"]
    assert len(np.unique(found["set"])) == 24
    for k, (name, rho) in enumerate(zip(found["set"], found["rho"], strict=True)):
        for stratified, start in ((False, ""), (True, "by_")):
            data = rows_of(seen["data"], name, stratified=stratified)
            test = log_rank_test(data, weights=(float(rho), 0.0))
            ours = [test.chi_squared, test.observed[0], test.expected[0], test.variance[0, 0]]
            theirs = [found[start + column][k] for column in ("chisq", "obs1", "exp1", "var11")]
            np.testing.assert_allclose(ours, theirs, rtol=1e-8, err_msg=f"{name} {rho} {start}")


def test_every_weight_on_every_set_of_two_groups(seen: dict[str, dict[str, np.ndarray]]) -> None:
    found = seen["weighted"]
    assert found["set"].size >= 12
    for k, name in enumerate(found["set"]):
        data = rows_of(seen["data"], name)
        star = float(found["star"][k])
        ours = dict(WEIGHTS, mb=Weights.magirr_burman(delay=star), zero=Weights.early_zero(star))
        z = {short: log_rank_test(data, weights=weight).z for short, weight in ours.items()}
        for short in WEIGHTS:
            assert z[short] == pytest.approx(found[short][k], rel=1e-8, abs=1e-10), (name, short)


def test_delayed_entry_is_the_score_test_of_cox(seen: dict[str, dict[str, np.ndarray]]) -> None:
    """Who enters at an event's time is not at risk at it."""
    table, found = late(7), seen["late"]
    columns = {"entry": table["entry"], "group": table["group"]}
    plain = log_rank_test(survival_rows(table["time"], table["status"], **columns))
    by = log_rank_test(survival_rows(table["time"], table["status"], **columns, stratum=table["stratum"]))
    untied = table["time"] + np.arange(1, table["time"].size + 1) * 1e-5
    alone = log_rank_test(survival_rows(untied, table["status"], **columns))
    h = seen["heart"]
    heart = log_rank_test(survival_rows(h["stop"], h["event"], entry=h["start"], group=h["transplant"]))
    at_entry = np.isin(table["entry"], table["time"][table["status"] > 0])
    assert at_entry.sum() > 5
    ours = [test.chi_squared for test in (plain, by, alone, heart)]
    names = ("exact", "stratified", "untied", "heart")
    np.testing.assert_allclose(ours, [found[name][0] for name in names], rtol=1e-8)


def test_gray_on_twelve_data_sets(seen: dict[str, dict[str, np.ndarray]]) -> None:
    data, found = seen["causes"], seen["gray"]
    assert found["set"].size == 12
    for k, name in enumerate(found["set"]):
        here = data["set"] == name
        columns = [data[column][here] for column in ("time", "cause", "group")]
        plain = gray_test(*columns, merge_near_ties=False)
        by = gray_test(*columns, stratum=data["stratum"][here], merge_near_ties=False)
        early = gray_test(*columns, rho=1.5, merge_near_ties=False)
        ours = [plain.statistic, plain.degrees, by.statistic, early.statistic]
        theirs = [found[column][k] for column in ("plain", "df", "by", "rho")]
        np.testing.assert_allclose(ours, theirs, rtol=1e-8, err_msg=str(name))

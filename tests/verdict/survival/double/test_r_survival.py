"""Every estimate of one table of patients against R's ``survival`` and ``cmprsk``, to 1e-8.

Twenty data sets that come with R, some with made-up weights, and simulated ones: ties, heavy ties, censoring from none
to everybody, delayed entry, whole and fractional weights, tiny tables, events at time 0.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from adoptive.verdict.rows import SurvivalRows, survival_rows
from adoptive.verdict.survival import (
    cumulative_incidence,
    milestones,
    parametric_fit,
    quantiles,
    restricted_means,
    risk_counts,
    survival_curves,
)
from adoptive.verdict.survival.curves import HazardTies
from adoptive.verdict.survival.parametric import log_location
from adoptive.verdict.survival.types import Family, IntervalKind
from r_reference import run_r

CLOSE = {"rtol": 1e-8, "atol": 1e-12}
SHARES = (0.1, 0.25, 0.5, 0.75, 0.9)
KINDS: dict[str, IntervalKind] = {
    "log": "log", "log-log": "log-log", "plain": "plain", "arcsin": "arcsine", "logit": "logit"
}  # fmt: skip
FAMILIES: dict[str, Family] = {
    "exponential": "exponential", "weibull": "Weibull", "lognormal": "log-normal", "loglogistic": "log-logistic"
}  # fmt: skip

DATA_SETS = """
set <- function(name, time, status, group, entry = -1, weight = 1) {
  d <- data.frame(set = name, time = time, status = as.integer(status), group = as.integer(factor(group)),
                  entry = entry, weight = weight)
  all_sets <<- rbind(all_sets, d[complete.cases(d), ])
}
all_sets <- NULL
for (n in unique(simulated$set)) {
  s <- simulated[simulated$set == n, ]
  set(n, s$time, s$status, s$group, s$entry, s$weight)
}
set("lung", lung$time, lung$status == 2, lung$sex)
set("lung, whole weights", lung$time, lung$status == 2, lung$sex, -1, 1 + seq_len(nrow(lung)) %% 3)
set("lung, fractional weights", lung$time, lung$status == 2, lung$sex, -1, 0.5 + (seq_len(nrow(lung)) %% 7) / 5)
set("veteran", veteran$time, veteran$status, veteran$trt)
set("ovarian", ovarian$futime, ovarian$fustat, ovarian$rx)
c2 <- colon[colon$etype == 2, ]
set("colon", c2$time, c2$status, c2$rx)
set("kidney", kidney$time, kidney$status, kidney$sex)
set("leukemia", leukemia$time, leukemia$status, leukemia$x)
set("heart", heart$stop, heart$event, heart$transplant, heart$start)
set("heart, fractional weights", heart$stop, heart$event, heart$transplant, heart$start,
    0.4 + (seq_len(nrow(heart)) %% 5) / 4)
set("stanford2", stanford2$time, stanford2$status, stanford2$age > 45)
p <- pbc[1:312, ]
set("pbc", p$time, p$status == 2, p$trt)
set("mgus", mgus$futime, mgus$death, mgus$sex)
set("mgus2", mgus2$futime, mgus2$death, mgus2$sex)
set("rats", rats$time, rats$status, rats$rx)
set("retinopathy", retinopathy$futime, retinopathy$status, retinopathy$trt)
set("transplant", transplant$futime, transplant$event == "ltx", transplant$abo)
set("bladder2", bladder2$stop, bladder2$event, bladder2$rx, bladder2$start)
set("cgd", cgd$tstop, cgd$status, cgd$treat, cgd$tstart)
set("gbsg", gbsg$rfstime, gbsg$status, gbsg$hormon)
n <- nafld1[seq(1, nrow(nafld1), 20), ]
set("nafld1", n$futime, n$status, n$male)
f <- flchain[seq(1, nrow(flchain), 12), ]
set("flchain", f$futime, f$death, f$sex)
r <- rotterdam[seq(1, nrow(rotterdam), 8), ]
set("rotterdam", r$dtime, r$death, r$hormon)
put("sets", all_sets)
"""

ANALYSES = """
curves <- table <- shares <- fits <- list()
add <- function(to, ...) {
  columns <- list(set = n, group = g, ...)
  c(to, list(lapply(columns, function(x) unname(rep_len(x, max(lengths(columns)))))))
}
cases <- split(all_sets, list(all_sets$set, all_sets$group), drop = TRUE)
for (d in cases) {
  n <- d$set[1]; g <- d$group[1]; w <- d$weight; at <- max(d$time) * c(0.2, 0.5, 0.8)
  y <- if (any(d$entry >= 0)) Surv(d$entry, d$time, d$status) else Surv(d$time, d$status)
  error <- function(f) { e <- f$std.err; if (f$logse) e * f$surv else e }
  f2 <- survfit(y ~ 1, weights = w, ctype = 2)
  f3 <- survfit(y ~ 1, weights = w, robust = FALSE)
  f4 <- if (any(w != 1)) error(survfit(y ~ 1, weights = w, robust = TRUE, id = seq_along(w))) else 0
  for (k in c("log", "log-log", "plain", "arcsin", "logit")) {
    f <- if (k == "log") survfit(y ~ 1, weights = w) else survfit(y ~ 1, weights = w, conf.type = k)
    curves <- add(curves, kind = k, time = f$time, risk = f$n.risk, event = f$n.event,
      censor = f$n.censor, surv = f$surv, se = error(f), greenwood = error(f3),
      robust = f4, lower = f$lower, upper = f$upper, chaz = f$cumhaz, schaz = f$std.chaz,
      chaz2 = f2$cumhaz, schaz2 = f2$std.chaz)
    q <- quantile(f, c(0.1, 0.25, 0.5, 0.75, 0.9))
    shares <- add(shares, kind = k, p = c(0.1, 0.25, 0.5, 0.75, 0.9),
      time = q$quantile, lower = q$lower, upper = q$upper)
    if (k == "log") {
      tau <- median(d$time) * 1.3 + 0.1
      m <- summary(f, rmean = tau)$table
      a <- summary(f, times = at, extend = TRUE)
      table <- add(table, tau = tau, mean = m[["rmean"]], error = m[["se(rmean)"]],
        at = at, surv = a$surv, se = a$std.err, lower = a$lower, upper = a$upper, risk = a$n.risk)
    }
  }
  if (g == 1 && !any(d$entry >= 0) && min(d$time) > 0 && length(unique(d$time[d$status == 1])) > 3)
    for (k in c("exponential", "weibull", "lognormal", "loglogistic")) {
      r <- survreg(y ~ 1, weights = w, dist = k, control = list(rel.tolerance = 1e-13, maxiter = 200))
      e <- c(sqrt(diag(vcov(r))), 0)[1:2]
      fits <- add(fits, family = k, intercept = coef(r)[[1]], log_scale = log(r$scale),
        e1 = e[1], e2 = e[2], likelihood = r$loglik[2], aic = AIC(r), bic = BIC(r))
    }
}
together <- function(parts) as.data.frame(do.call(Map, c(c, parts)))
put("curves", together(curves)); put("table", together(table))
put("shares", together(shares)); put("fits", together(fits))
"""

COMPETING = """
one <- function(name, d, entry = FALSE, weight = FALSE) {
  cause <- factor(d$cause, 0:2)
  f <- if (entry) survfit(Surv(d$entry, d$time, cause) ~ 1, id = seq_along(d$time))
       else if (weight) survfit(Surv(d$time, cause) ~ 1, weights = d$weight) else survfit(Surv(d$time, cause) ~ 1)
  for (k in 1:2) causes <<- rbind(causes, data.frame(set = name, cause = k, time = f$time, value = f$pstate[, 1 + k],
    se = f$std.err[, 1 + k], lower = f$lower[, 1 + k], upper = f$upper[, 1 + k]))
}
causes <- gray <- NULL
m <- mgus2[seq(1, nrow(mgus2), 4), ]
m <- data.frame(time = ifelse(m$pstat == 1, m$ptime, m$futime), cause = ifelse(m$pstat == 1, 1, 2 * m$death),
                weight = 0.5 + (seq_len(nrow(m)) %% 7) / 5, entry = 0)
tr <- data.frame(time = transplant$futime, cause = c(0, 2, 1, 0)[as.integer(transplant$event)], weight = 1, entry = 0)
tr <- tr[tr$time > 0, ]
rivals$set <- NULL
tables <- list(mgus2 = m, transplant = tr, rivals = rivals)
long <- NULL
for (n in names(tables)) {
  d <- tables[[n]][, c("time", "cause", "weight", "entry")]
  long <- rbind(long, data.frame(set = n, d))
  one(paste0(n, "|plain"), d); one(paste0(n, "|weight"), d, weight = TRUE)
  if (n == "rivals") one(paste0(n, "|entry"), d, entry = TRUE)
  at <- unique(d$time[d$cause > 0])
  z <- timepoints(cuminc(d$time, d$cause), sort(at))
  for (k in 1:2) gray <- rbind(gray,
    data.frame(set = n, cause = k, time = sort(at), est = z$est[k, ], var = z$var[k, ]))
}
put("causes", causes); put("gray", gray); put("rows", long)
"""


def _simulated() -> dict[str, np.ndarray]:
    """Tables of two groups that a clinic would call odd."""
    random = np.random.default_rng(20)
    sets: list[dict[str, Any]] = []
    for size in (1, 2, 3, 7, 40, 150):
        for censoring in (0.0, 0.3, 0.9):
            for grid in (0.0, 1.0, 8.0):
                time = random.exponential(10.0, size) + 0.01
                time = np.ceil(time / grid) * grid if grid else time
                kind, one = len(sets) % 4, np.ones(size)
                weights = [one, one, random.integers(1, 5, size), random.uniform(0.2, 3, size)]
                sets.append(
                    {
                        "set": f"simulated {len(sets)}: {size} rows, {censoring:.0%} censored, grid {grid}",
                        "time": time,
                        "status": (random.random(size) >= censoring).astype(int),
                        "entry": time * random.random(size) * 0.7 if kind == 1 else np.full(size, -1.0),
                        "weight": weights[kind],
                    }
                )  # fmt: skip
    zero = np.array([0.0, 0.0, 0.0, 3.0, 4.0, 4.0, 9.0])
    sets += [
        {"set": "events at 0", "time": zero, "status": [1, 0, 1, 1, 0, 1, 0], "entry": [-1.0] * 7, "weight": [1.0] * 7},
        {"set": "all censored", "time": zero, "status": [0] * 7, "entry": [-1.0] * 7, "weight": [1.0] * 7},
    ]
    sets = [{**table, "set": [table["set"]] * len(table["time"])} for table in sets]
    columns = {name: np.concatenate([np.asarray(table[name]) for table in sets]) for name in sets[0]}
    return {**columns, "group": np.ones(columns["time"].size, int)}


def _rivals() -> dict[str, np.ndarray]:
    random = np.random.default_rng(21)
    time = random.integers(1, 30, 120).astype(float)
    return {
        "set": np.zeros(120), "time": time, "cause": random.choice(3, 120, p=[0.3, 0.4, 0.3]),
        "weight": random.uniform(0.3, 2.0, 120), "entry": np.floor(time * random.random(120) * 0.8),
    }  # fmt: skip


@pytest.fixture(scope="module")
def r() -> dict[str, Any]:
    seen = run_r(
        DATA_SETS + ANALYSES + COMPETING,
        tables={"simulated": _simulated(), "rivals": _rivals()},
        packages=("survival", "cmprsk"),
    )
    return {
        name: {column: _numbers(column, values) for column, values in table.items()} for name, table in seen.items()
    }


def _numbers(column: str, values: np.ndarray) -> np.ndarray:
    """Read R's NA, which makes a column one of words."""
    if column in ("set", "kind", "family"):
        return values
    return np.array([np.nan if str(value).strip() in ("NA", "NaN") else float(value) for value in values])


Cases = list[tuple[str, SurvivalRows]]


@pytest.fixture(scope="module")
def cases(r: dict[str, Any]) -> Cases:
    """Each set and group as rows, under its name."""
    found = []
    for name, table in _by_case(r["sets"], "set", "group").items():
        late = None if (table["entry"] < 0).all() else table["entry"]
        rows = survival_rows(table["time"], table["status"], entry=late, weight=table["weight"])
        found.append((name, rows))
    return found


def _by_case(table: dict[str, np.ndarray], *names: str) -> dict[str, dict[str, np.ndarray]]:
    """Split a long table by its keys, joined with a bar."""
    keys = [
        "|".join(f"{value:g}" if isinstance(value, float) else value for value in values)
        for values in zip(*(table[name].tolist() for name in names), strict=True)
    ]
    places: dict[str, list[int]] = {}
    for place, key in enumerate(keys):
        places.setdefault(key, []).append(place)
    return {key: {name: column[at] for name, column in table.items()} for key, at in places.items()}


def test_enough_data_sets(cases: Cases) -> None:
    real = {name.split("|")[0] for name, _ in cases if not name.startswith("simulated")}
    assert len(real) >= 20
    assert len(cases) >= 80


@pytest.mark.parametrize("kind", KINDS)
def test_curves(r: dict[str, Any], cases: Cases, kind: str) -> None:
    seen = _by_case(r["curves"], "set", "group", "kind")
    for name, rows in cases:
        theirs = seen[f"{name}|{kind}"]
        (ours,) = survival_curves(rows, interval=KINDS[kind])
        plain = {
            "time": ours.time, "risk": ours.at_risk, "event": ours.events, "censor": ours.censored,
            "surv": ours.survival, "chaz": ours.cumulative_hazard, "schaz": ours.hazard_standard_error,
        }  # fmt: skip
        for column, values in plain.items():
            np.testing.assert_allclose(values, theirs[column], err_msg=f"{name}: {column}", **CLOSE)
        alive = ours.survival > 0
        robust = ours.robust_standard_error
        errors = {"greenwood": ours.standard_error, "se": robust if ours.robust else ours.standard_error}
        for column, values in errors.items() if robust is None else (*errors.items(), ("robust", robust)):
            np.testing.assert_allclose(values[alive], theirs[column][alive], err_msg=f"{name}: {column}", **CLOSE)
        for column, edge in (("lower", ours.lower), ("upper", ours.upper)):
            known = np.isfinite(theirs[column]) & alive
            np.testing.assert_allclose(edge[known], theirs[column][known], err_msg=f"{name}: {column}", **CLOSE)
            assert (known | ~alive | (ours.survival == 1)).all(), name


def test_hazard_as_if_tied_events_came_one_after_the_other(r: dict[str, Any], cases: Cases) -> None:
    seen = _by_case(r["curves"], "set", "group", "kind")
    kind: HazardTies = "Fleming-Harrington"
    for name, rows in cases:
        (ours,) = survival_curves(rows, hazard=kind)
        np.testing.assert_allclose(ours.cumulative_hazard, seen[f"{name}|log"]["chaz2"], err_msg=name, **CLOSE)
        np.testing.assert_allclose(ours.hazard_standard_error, seen[f"{name}|log"]["schaz2"], err_msg=name, **CLOSE)


@pytest.mark.parametrize("kind", KINDS)
def test_quantiles(r: dict[str, Any], cases: Cases, kind: str) -> None:
    """Where R says NA we say inf, but for a lower end when the curve has come to 0: then the time it did.

    R's plain interval with the robust error shrinks to nothing when the curve comes to 0, and its upper end there with
    it; ours stays where it was.
    """
    seen = _by_case(r["shares"], "set", "group", "kind")
    for name, rows in cases:
        (curve,) = survival_curves(rows, interval=KINDS[kind])
        ours, theirs = quantiles(curve, SHARES), seen[f"{name}|{kind}"]
        for column, values in (("time", ours.times), ("lower", ours.lower), ("upper", ours.upper)):
            expected = np.where(np.isnan(theirs[column]), np.inf, theirs[column])
            if column == "lower" and curve.survival[-1] == 0:
                expected = np.minimum(expected, curve.time[curve.survival == 0][0])
            if column == "upper" and curve.robust and kind == "plain" and curve.survival[-1] == 0:
                expected = np.where(expected < curve.time[curve.survival == 0][0] * (1 - 1e-9), expected, np.inf)
            np.testing.assert_allclose(values, expected, err_msg=f"{name}: {column}", **CLOSE)


def test_restricted_means_and_milestones(r: dict[str, Any], cases: Cases) -> None:
    seen = _by_case(r["table"], "set", "group")
    for name, rows in cases:
        theirs = seen[name]
        (ours,) = restricted_means(rows, horizon=float(theirs["tau"][0]), robust=False)
        found = (ours.mean, ours.standard_error)
        np.testing.assert_allclose(found, (theirs["mean"][0], theirs["error"][0]), err_msg=name, **CLOSE)
        if not rows.delayed:  # R gives the number at the next time, where others may have entered
            (risk,) = risk_counts(rows, at=theirs["at"])
            np.testing.assert_allclose(risk.at_risk, theirs["risk"], err_msg=name, **CLOSE)
        for k, at in enumerate(theirs["at"].tolist()):
            (point,) = milestones(rows, at=at)
            if point.survival > 0:
                expected = [theirs[column][k] for column in ("surv", "se", "lower", "upper")]
                found = (point.survival, point.standard_error, point.lower, point.upper)
                np.testing.assert_allclose(found, expected, err_msg=name, **CLOSE)


def test_parametric_fits(r: dict[str, Any], cases: Cases) -> None:
    """R stops when the likelihood does not rise; its estimates are as good as the root of that, so 1e-6 for them."""
    seen = _by_case(r["fits"], "set", "group", "family")
    rows_of = dict(cases)
    assert len(seen) > 100
    for key, theirs in seen.items():
        case, family = key.rsplit("|", 1)
        ours = parametric_fit(rows_of[case], FAMILIES[family])
        values, errors = log_location(ours)
        for column, found in (("likelihood", ours.log_likelihood), ("aic", ours.aic), ("bic", ours.bic)):
            np.testing.assert_allclose(found, theirs[column][0], err_msg=f"{key}: {column}", rtol=1e-8)
        for place, parameter in enumerate(values, start=1):
            np.testing.assert_allclose(values[parameter], theirs[parameter][0], err_msg=key, rtol=1e-6, atol=1e-7)
            np.testing.assert_allclose(errors[parameter], theirs[f"e{place}"][0], err_msg=key, rtol=1e-6)


def test_cumulative_incidence(r: dict[str, Any]) -> None:
    rows, seen = _by_case(r["rows"], "set"), _by_case(r["causes"], "set", "cause")
    for key, theirs in seen.items():
        name, kind, cause = key.split("|")
        table = rows[name]
        given = {kind: table[kind]} if kind != "plain" else {}
        (ours,) = cumulative_incidence(table["time"], table["cause"], **given)
        row = ours.causes.index(int(cause))
        np.testing.assert_allclose(ours.time, theirs["time"], err_msg=key, **CLOSE)
        for column, values in (("value", ours.incidence), ("se", ours.standard_error)):
            np.testing.assert_allclose(values[row], theirs[column], err_msg=f"{key}: {column}", rtol=1e-8, atol=1e-10)
        for column, values in (("lower", ours.lower), ("upper", ours.upper)):
            known = np.isfinite(theirs[column])
            np.testing.assert_allclose(values[row][known], theirs[column][known], err_msg=f"{key}: {column}", **CLOSE)


def test_cumulative_incidence_with_aalens_variance(r: dict[str, Any]) -> None:
    rows = _by_case(r["rows"], "set")
    for key, theirs in _by_case(r["gray"], "set", "cause").items():
        name, cause = key.split("|")
        (ours,) = cumulative_incidence(rows[name]["time"], rows[name]["cause"], variance="Aalen")
        row, at = ours.causes.index(int(cause)), np.searchsorted(ours.time, theirs["time"])
        np.testing.assert_allclose(ours.incidence[row, at], theirs["est"], err_msg=key, **CLOSE)
        np.testing.assert_allclose(ours.standard_error[row, at] ** 2, theirs["var"], err_msg=key, **CLOSE)

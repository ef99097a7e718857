"""A judged table as one JSON document: full precision, ``null`` for what is not reached or not estimable."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from adoptive.verdict.comparison import GrayTest, MaxCombo, RankTest
from adoptive.verdict.regression import CoxFit, FineGrayFit, Proportionality
from adoptive.verdict.survival.types import (
    Incidence,
    MilestoneContrast,
    RestrictedMean,
    RestrictedMeanContrast,
    SurvivalCurve,
)
from adoptive.workbench.judge.analyses import Between, Competing, Judgement

__all__ = ["judge_document"]

Row = dict[str, Any]


def judge_document(judged: Judgement) -> Row:
    """Give a judged table as one document."""
    rows, settings = judged.table.rows, judged.settings
    document: Row = {
        "file": str(judged.table.path), "columns": dict(judged.table.found), "rows": len(rows),
        "n": _sum(rows.weight), "events": _sum(rows.weight[rows.event]), "censored": _sum(rows.weight[~rows.event]),
        "groups": list(rows.groups), "reference": judged.reference, "strata": list(rows.strata),
        "delayed_entry": rows.delayed, "weighted": bool((rows.weight != 1).any()), "level": settings.level,
        "interval": settings.interval, "ties": settings.ties,
        "arms": [_arm(judged, at) for at in range(len(rows.groups))],
    }  # fmt: skip
    if judged.between is not None:
        document |= _between(judged.between, judged)
    if judged.adjusted is not None:
        document["adjusted_cox"] = _cox(judged.adjusted, judged.reference)
    if judged.competing is not None:
        document["competing"] = _competing(judged.competing, settings.interest)
    return document


def _arm(judged: Judgement, at: int) -> Row:
    """Say one group: counts, median, quantiles, restricted mean, milestones, curve."""
    curve, found = judged.curves[at], judged.quantiles[at]
    rows = judged.table.rows.where(judged.table.rows.group == at)
    median = next((place for place, share in enumerate(found.probabilities) if share == 0.5), None)
    said: Row = {
        "arm": curve.name, "rows": curve.rows, "n": _sum(rows.weight), "events": _sum(curve.events),
        "censored": _sum(curve.censored),
    }  # fmt: skip
    if median is not None:
        ends = {"median": "times", "median_lower": "lower", "median_upper": "upper"}
        said |= {name: plain(getattr(found, end)[median]) for name, end in ends.items()}
    said["quantiles"] = [
        {"probability": plain(share), "time": plain(time), "lower": plain(low), "upper": plain(high)}
        for share, time, low, high in zip(found.probabilities, found.times, found.lower, found.upper, strict=True)
    ]
    said["rmst"] = _mean(judged.means[at]) if judged.means else None
    said["milestones"] = [
        {"at": plain(one.at), "survival": plain(one.survival), "standard_error": plain(one.standard_error),
         "lower": plain(one.lower), "upper": plain(one.upper), "at_risk": plain(one.at_risk)}
        for one in judged.milestones if one.name == curve.name
    ]  # fmt: skip
    said["curve"] = _curve(curve)
    return said


def _mean(mean: RestrictedMean) -> Row:
    names = ("horizon", "mean", "standard_error", "lower", "upper")
    return {name: plain(getattr(mean, name)) for name in names}


def _curve(curve: SurvivalCurve) -> list[Row]:
    columns = {
        "time": curve.time, "at_risk": curve.at_risk, "events": curve.events, "censored": curve.censored,
        "survival": curve.survival, "standard_error": curve.standard_error, "lower": curve.lower, "upper": curve.upper,
        "cumulative_hazard": curve.cumulative_hazard, "cumulative_hazard_standard_error": curve.hazard_standard_error,
    }  # fmt: skip
    if curve.robust_standard_error is not None:
        columns["robust_standard_error"] = curve.robust_standard_error
    return _table(columns)


def _between(between: Between, judged: Judgement) -> Row:
    said: Row = {"log_rank": _rank(between.log_rank, stratified=len(judged.table.rows.strata) > 1)}
    if between.unstratified is not None:
        said["log_rank_unstratified"] = _rank(between.unstratified, stratified=False)
    said["weighted_tests"] = [_rank(test, stratified=len(judged.table.rows.strata) > 1) for test in between.weighted]
    said["max_combo"] = None if between.max_combo is None else _max_combo(between.max_combo)
    said["cox"] = None if between.cox is None else _cox(between.cox, judged.reference)
    if between.no_cox:
        said["no_cox"] = between.no_cox
    said["proportionality"] = None if between.proportionality is None else _proportionality(between.proportionality)
    said["rmst_differences"] = [_mean_contrast(one, judged.reference) for one in between.means]
    said["milestone_differences"] = [_milestone_contrast(one, judged.reference) for one in between.milestones]
    return said


def _rank(test: RankTest, *, stratified: bool) -> Row:
    return {
        "name": test.name, "stratified": stratified, "chi_squared": plain(test.chi_squared), "z": plain(test.z),
        "degrees_of_freedom": int(test.degrees), "p_value": plain(test.p_value),
        "one_sided_p": plain(test.one_sided_p), "estimable": bool(test.estimable),
        "observed": dict(zip(test.groups, _plains(test.observed), strict=True)),
        "expected": dict(zip(test.groups, _plains(test.expected), strict=True)),
        "variance": [_plains(line) for line in test.variance],
    }  # fmt: skip


def _max_combo(test: MaxCombo) -> Row:
    return {
        "tests": list(test.tests), "z": _plains(test.z), "correlation": [_plains(line) for line in test.correlation],
        "statistic": plain(test.statistic), "p_value": plain(test.p_value), "one_sided_p": plain(test.one_sided_p),
    }  # fmt: skip


def _cox(fit: CoxFit, reference: str) -> Row:
    """Say a Cox model; what is separated has no finite estimate and is null."""
    robust = [None] * len(fit.names) if fit.robust_standard_errors is None else _plains(fit.robust_standard_errors)
    columns = {
        "name": list(fit.names), "hazard_ratio": _plains(fit.hazard_ratios), "lower": _plains(fit.lower),
        "upper": _plains(fit.upper), "coefficient": _plains(fit.coefficients),
        "standard_error": _plains(fit.standard_errors), "robust_standard_error": robust, "z": _plains(fit.z),
        "p_value": _plains(fit.p_values), "separated": list(fit.separated),
    }  # fmt: skip
    tests = {"likelihood_ratio": fit.likelihood_ratio, "wald": fit.wald, "score": fit.score}
    return {
        "reference": reference, "ties": fit.ties, "coefficients": _table(columns),
        "log_likelihood_null": plain(fit.log_likelihood_null), "log_likelihood": plain(fit.log_likelihood),
        "rows": fit.rows, "events": fit.events, "converged": fit.converged, "iterations": fit.iterations,
    } | {
        name: {"statistic": plain(test.statistic), "degrees_of_freedom": test.degrees, "p_value": plain(test.p_value)}
        for name, test in tests.items()
    }  # fmt: skip


def _proportionality(test: Proportionality) -> Row:
    columns = {
        "name": list(test.names), "chi_squared": _plains(test.chi_squared),
        "degrees_of_freedom": [int(one) for one in test.degrees], "p_value": _plains(test.p_value),
    }  # fmt: skip
    whole = test.overall
    return {
        "transform": test.transform, "terms": _table(columns),
        "global": {"chi_squared": plain(whole.statistic), "degrees_of_freedom": whole.degrees,
                   "p_value": plain(whole.p_value)},
    }  # fmt: skip


def _mean_contrast(one: RestrictedMeanContrast, reference: str) -> Row:
    return {
        "arm": next(name for name in one.names if name != reference), "reference": reference,
        "horizon": plain(one.horizon), "difference": plain(one.difference), "standard_error": plain(one.standard_error),
        "lower": plain(one.lower), "upper": plain(one.upper), "z": plain(one.z), "p_value": plain(one.p_value),
        "ratio": plain(one.ratio), "ratio_lower": plain(one.ratio_lower), "ratio_upper": plain(one.ratio_upper),
    }  # fmt: skip


def _milestone_contrast(one: MilestoneContrast, reference: str) -> Row:
    return {
        "arm": next(name for name in one.names if name != reference), "reference": reference, "at": plain(one.at),
        "difference": plain(one.difference), "standard_error": plain(one.standard_error), "lower": plain(one.lower),
        "upper": plain(one.upper), "z": plain(one.z), "p_value": plain(one.p_value), "estimable": bool(one.estimable),
        "scale": one.scale,
    }  # fmt: skip


def _competing(competing: Competing, interest: int) -> Row:
    return {
        "interest": interest,
        "incidence": [row for one in competing.incidence for row in _incidence(one)],
        "gray": None if competing.gray is None else _gray(competing.gray),
        "fine_gray": None if competing.fine_gray is None else _fine_gray(competing.fine_gray),
    }


def _incidence(one: Incidence) -> Iterable[Row]:
    for place, cause in enumerate(one.causes):
        columns = {
            "time": one.time, "incidence": one.incidence[place], "standard_error": one.standard_error[place],
            "lower": one.lower[place], "upper": one.upper[place], "at_risk": one.at_risk,
        }  # fmt: skip
        yield {"arm": one.name, "cause": int(cause), "curve": _table(columns)}


def _gray(test: GrayTest) -> Row:
    return {
        "chi_squared": plain(test.statistic),
        "degrees_of_freedom": int(test.degrees),
        "p_value": plain(test.p_value),
    }


def _fine_gray(fit: FineGrayFit) -> Row:
    columns = {
        "name": list(fit.names), "subdistribution_hazard_ratio": _plains(fit.hazard_ratios),
        "lower": _plains(fit.lower), "upper": _plains(fit.upper), "coefficient": _plains(fit.coefficients),
        "standard_error": _plains(fit.standard_errors), "z": _plains(fit.z), "p_value": _plains(fit.p_values),
    }  # fmt: skip
    return {"ties": fit.ties, "variance": fit.variance, "coefficients": _table(columns)}


def _table(columns: dict[str, Any]) -> list[Row]:
    """Give columns as rows."""
    listed = [values if isinstance(values, list) else _plains(values) for values in columns.values()]
    return [dict(zip(columns, values, strict=True)) for values in zip(*listed, strict=True)]


def _plains(values: Any) -> list[Any]:
    return [plain(value) for value in np.asarray(values).tolist()]


def _sum(values: Any) -> float | int:
    """Add weights up; whole numbers stay whole."""
    whole = float(np.sum(values))
    return int(whole) if whole == int(whole) else whole


def plain(value: Any) -> Any:
    """Give a number as Python's own, ``None`` where it is not finite."""
    number = value.item() if hasattr(value, "item") else value
    return None if isinstance(number, float) and not math.isfinite(number) else number

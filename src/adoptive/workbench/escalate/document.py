"""Dose-finding trials as one JSON document and as flat tables."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from adoptive.trial.escalation.run import DesignResult
from adoptive.verdict.escalation import Boin12Design, Ending, Estimate, desirability_table, dose_pathways
from adoptive.workbench.escalate.run import EscalationResult
from adoptive.workbench.escalate.words import decision_rows, level_names, path_text, reason_rows

__all__ = ["escalation_document", "escalation_tables"]

Table = dict[str, NDArray[Any]]
_NUMBERS = (
    "none_selected", "total_patients", "total_dlt", "duration_days", "stopped_toxic", "correct", "overdose_selected",
    "patients_overdosed", "patients_at_right", "overdosing_60", "overdosing_80",
)  # fmt: skip
_COHORTS = 3
"""Cohorts whose outcomes the table of pathways lists."""
_PER_LEVEL = ("selected", "patients", "dlt", "responses")


def escalation_document(result: EscalationResult) -> dict[str, Any]:
    """Give a run as one document; shares of levels are fractions, those of trials per cent; not known is null."""
    curve, lost = result.curve, result.outcomes
    levels = [
        {
            "name": level.name, "dose_cells": level.dose_cells, "lymphodepletion_share": level.lymphodepletion_share,
            "dlt": _number(curve.dlt[at]), "dlt_low": _number(curve.dlt_low[at]),
            "dlt_high": _number(curve.dlt_high[at]),
            "trial_p05": _number(curve.trial_low[at]), "trial_p95": _number(curve.trial_high[at]),
            "response": _number(curve.response[at]), "candidates": int(lost.candidates[at]),
            "not_infused": int(lost.not_infused[at]), "not_assessed": int(lost.not_assessed[at]),
        }
        for at, level in enumerate(result.plan.levels)
    ]  # fmt: skip
    return {
        "study": result.study.name, "seed": result.asked.seed, "trials": result.asked.trials,
        "target": result.plan.target, "window_days": result.plan.window_days,
        "right_level": level_names(result)[curve.right] if curve.right >= 0 else None, "levels": levels,
        "reasons": {words: list(shares) for words, shares in reason_rows(result)},
        "designs": [_design(result, each) for each in result.designs], "simulated": True,
    }  # fmt: skip


def _design(result: EscalationResult, each: DesignResult) -> dict[str, Any]:
    found = each.characteristics
    title, rows = decision_rows(result, each)
    document: dict[str, Any] = {
        "design": each.name,
        "decision_table": {"title": title, "rows": [list(r) for r in rows]},
    }
    for name in _PER_LEVEL:
        estimate: Estimate = getattr(found, name)
        document[name] = [_number(value) for value in estimate.value]
        document[f"{name}_error"] = [_number(value) for value in estimate.error]
    for name in _NUMBERS:
        estimate = getattr(found, name)
        document[name], document[f"{name}_error"] = _number(estimate.value), _number(estimate.error)
    return document | {"example": path_text(result, each)}


def escalation_tables(result: EscalationResult) -> dict[str, Table]:
    """Give every table by name: levels, characteristics, decisions, trials and patients of every design."""
    names = np.array(level_names(result))
    tables: dict[str, Table] = {"levels": _levels(result), "characteristics": _characteristics(result)}
    decisions = [(each.name, seen, said) for each in result.designs for seen, said in decision_rows(result, each)[1]]
    if decisions:
        columns = zip(*decisions, strict=True)
        tables["decisions"] = dict(zip(("design", "seen", "decision"), map(np.array, columns), strict=True))
    for each in result.designs:
        run = each.trials
        chosen = np.where(run.selected >= 0, names[np.maximum(run.selected, 0)], "")
        tables[f"trials-{_safe(each.name)}"] = {
            "trial": run.trials, "recommended": chosen, "ending": np.array([Ending(int(e)).name for e in run.ending]),
            "patients": run.patients.sum(axis=1), "dlt": run.dlt.sum(axis=1), "duration_days": run.duration_days,
        }  # fmt: skip
        tables[f"patients-{_safe(each.name)}"] = _patients(each, names)
        if each.design.most_pending == 0 and not isinstance(each.design, Boin12Design):
            tables[f"pathways-{_safe(each.name)}"] = _pathways(result, each)
        if isinstance(each.design, Boin12Design):
            sizes = np.arange(0, each.conduct.most_patients + 1, each.conduct.cohort_size)
            tables["desirability"] = dict(vars(desirability_table(sizes, rule=each.design.rule)))
    return tables


def _levels(result: EscalationResult) -> Table:
    curve, lost, plan = result.curve, result.outcomes, result.plan
    return {
        "level": np.array(level_names(result)),
        "dose_cells": np.array([level.dose_cells for level in plan.levels]),
        "lymphodepletion_share": np.array([level.lymphodepletion_share for level in plan.levels]),
        "dlt": curve.dlt, "dlt_low": curve.dlt_low, "dlt_high": curve.dlt_high, "trial_p05": curve.trial_low,
        "trial_p95": curve.trial_high, "response": curve.response, "candidates": lost.candidates,
        "not_infused": lost.not_infused, "not_assessed": lost.not_assessed,
    }  # fmt: skip


def _characteristics(result: EscalationResult) -> Table:
    rows = [
        (each.name, number, level, float(value), float(error))
        for each in result.designs
        for number in (*_PER_LEVEL, *_NUMBERS)
        for level, value, error in _cells(getattr(each.characteristics, number), level_names(result))
    ]
    columns = zip(*rows, strict=True)
    return dict(zip(("design", "number", "level", "value", "error"), map(np.array, columns), strict=True))


def _cells(estimate: Estimate, names: tuple[str, ...]) -> list[tuple[str, float, float]]:
    values, errors = np.atleast_1d(estimate.value).tolist(), np.atleast_1d(estimate.error).tolist()
    return list(zip(names if len(values) > 1 else ("",), values, errors, strict=True))


def _patients(each: DesignResult, names: NDArray[Any]) -> Table:
    run = each.trials
    row, place = np.nonzero(run.given_level >= 0)
    day = run.dlt_day[row, place]
    return {
        "trial": run.trials[row], "patient": place, "level": names[run.given_level[row, place]],
        "infusion_day": run.entry_day[row, place], "dlt": run.toxic[row, place],
        "dlt_day": np.where(np.isfinite(day), day, np.nan), "response": run.response[row, place],
    }  # fmt: skip


def _pathways(result: EscalationResult, each: DesignResult) -> Table:
    """Give every outcome of the first cohorts, the level that follows, and its chance under the simulated curve."""
    cohorts = min(_COHORTS, each.conduct.most_patients // each.conduct.cohort_size)
    none, names = [0] * len(result.plan.levels), np.array([*level_names(result), ""])
    paths = dose_pathways(
        each.design, cohorts=cohorts, cohort_size=each.conduct.cohort_size, start_level=each.conduct.start_level,
        dlt=none, patients=none, dlt_probability=result.curve.dlt,
    )  # fmt: skip
    table: Table = {}
    for at in range(cohorts):
        table |= {f"level_{at + 1}": names[paths.level[:, at]], f"dlt_{at + 1}": paths.dlt[:, at]}
    ending = np.array([Ending(int(e)).name for e in paths.ending])
    return table | {"next_level": names[paths.next_level], "ending": ending, "probability": paths.probability}


def _safe(name: str) -> str:
    """Write a design's name as a part of a file's name."""
    return name.replace("+", "plus")


def _number(value: Any) -> float | None:
    """Give a number that JSON can hold."""
    plain = float(value)
    return float(f"{plain:.10g}") if np.isfinite(plain) else None

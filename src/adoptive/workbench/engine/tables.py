"""The tables of a run folder: all that the report shows, and more, as flat columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from adoptive.outcome.types import Response
from adoptive.parameters import load_book
from adoptive.tables import flatten
from adoptive.units import days, months
from adoptive.verdict import ENDPOINTS, curve, risk_table
from adoptive.workbench.engine.compare import percentiles
from adoptive.workbench.engine.document import rows_document
from adoptive.workbench.engine.reduce import analysis_set
from adoptive.workbench.engine.types import Comparison, Floats, FlowKey, RunResult
from adoptive.workbench.fields import fields_of
from adoptive.workbench.shape import curves_of, drawn_set

__all__ = ["table_makers", "tables_of", "trial_values"]

Table = dict[str, NDArray[Any]]

MONTHS_AT_ONCE: Final = 16

RISK_STEPS: Final = ((24.0, 3.0), (72.0, 6.0))
"""Months between the columns of the table of patients at risk, by the length up to which they hold; else a year."""


def tables_of(result: RunResult) -> dict[str, Table]:
    """Give every table of a run by name."""
    return {name: make() for name, make in table_makers(result).items()}


def table_makers(result: RunResult) -> dict[str, Callable[[], Table]]:
    """Give what makes each table of a run, by name, so that no two need be in memory at once."""
    detail, whole = result.detail, result.all_trials
    return {
        "endpoints": lambda: _endpoints(result.comparisons),
        "trial_values": lambda: trial_values(result),
        "curves": lambda: _curves(result),
        "flow": lambda: _flow(whole.flow),
        "medians": lambda: _medians(whole.medians),
        "grades": lambda: _grades(whole.grades),
        "responses": lambda: _responses(whole.responses),
        "steps": lambda: _steps(result),
        "risk": lambda: _risk(result),
        "patients": lambda: flatten(detail.patients, trials=detail.trials),
        "visits": lambda: dict(detail.visits),
        "doses": lambda: dict(detail.doses),
        "care": lambda: dict(detail.care),
        "daily": lambda: dict(detail.daily),
        "checks": lambda: _from_rows(rows_document(result.checks)),
        "rules": lambda: _from_rows(rows_document(result.rules)),
        "parameters": _parameters,
        "fields": lambda: _fields(result),
    }


def _from_rows(rows: Sequence[Mapping[str, Any]]) -> Table:
    """Turn rows into columns; a missing number becomes ``inf``, a missing text empty."""
    if not rows:
        return {}
    return {name: _column([row[name] for row in rows]) for name in rows[0]}


def _column(values: Iterable[Any]) -> NDArray[Any]:
    listed = list(values)
    if any(isinstance(value, str) for value in listed):
        return np.array(["" if value is None else value for value in listed], dtype=object)
    if any(value is None or isinstance(value, float) for value in listed):
        return np.array([np.inf if value is None else float(value) for value in listed])
    return np.array(listed)


def _endpoints(rows: Sequence[Comparison]) -> Table:
    return _from_rows(
        [
            {
                "endpoint": row.published.endpoint, "meaning": ENDPOINTS[row.published.endpoint].meaning,
                "arm": row.published.arm, "set": row.published.set,
                "unit": row.published.unit, "at_months": row.published.at_months,
                "is_published": row.published.estimate is not None,
                "published": row.published.estimate, "published_lo": row.published.lo, "published_hi": row.published.hi,
                "simulated_median": row.simulated_median, "simulated_p05": row.simulated_p05,
                "simulated_p95": row.simulated_p95, "monte_carlo_error": row.monte_carlo_error,
                "estimable_share": row.estimable_share,
                "inside": {True: "inside", False: "outside", None: "not comparable"}[row.inside],
                "n": row.published.n, "chance_of_at_least": row.chance_of_at_least,
                "weight": row.published.weight, "confidence": row.published.confidence, "source": row.published.source,
            }
            for row in rows
        ]
    )  # fmt: skip


def trial_values(result: RunResult, *, first: int = 0, last: int | None = None) -> Table:
    """Give every endpoint of every trial, or of the trials at some places, ``first`` to ``last`` without the last."""
    whole, specs, part = result.all_trials, result.specs, slice(first, last)
    values, estimable = whole.values[part], whole.estimable[part]
    rows, count = values.shape
    return {
        "trial": np.repeat(whole.trials[part], count),
        "endpoint": np.array([spec.name for spec in specs] * rows, dtype=object),
        "arm": np.array([-1 if spec.arm is None else spec.arm for spec in specs] * rows),
        "set": np.array([spec.set for spec in specs] * rows, dtype=object),
        "at_months": np.array([np.inf if spec.at_months is None else spec.at_months for spec in specs] * rows),
        "value": np.where(estimable, values, np.inf).ravel(),
        "estimable": estimable.ravel(),
    }


def _curves(result: RunResult) -> Table:
    parts: list[Table] = []
    for (event, arm, name), survival in result.all_trials.curves.items():
        low, middle, high = _by_month(survival)
        parts.append(_labelled(event, arm, name, month=result.grid_months, p05=low, p50=middle, p95=high))
    return _stacked(parts)


def _by_month(survival: Floats) -> Floats:
    """Give the percentiles ``(3, months)``, some months at a time: a copy of all of them is large with many trials."""
    turns = range(0, survival.shape[1], MONTHS_AT_ONCE)
    return np.concatenate([percentiles(survival[:, at : at + MONTHS_AT_ONCE]) for at in turns], axis=1)


def _steps(result: RunResult) -> Table:
    """Give the median trial's Kaplan-Meier curves with their pointwise 95 % interval, from month 0."""
    patients = result.detail.patients
    parts: list[Table] = []
    for event, arm, name in _drawn(result):
        include = analysis_set(patients, arm, name)
        of = curve(patients[f"{event}_days"][0], patients[f"{event}_event"][0], include[0])
        columns = {"survival": of.survival, "lower": of.lower, "upper": of.upper}
        start = {name: np.concatenate([[1.0], values]) for name, values in columns.items()}
        counts = {"censored": np.concatenate([[0], of.censored]), "events": np.concatenate([[0], of.events])}
        parts.append(_labelled(event, arm, name, month=months(np.concatenate([[0.0], of.days])), **start, **counts))
    return _stacked(parts)


def _risk(result: RunResult) -> Table:
    """Count at risk, censored and with event before each time in the median trial; the three add up to the arm."""
    patients = result.detail.patients
    end = float(result.grid_months[-1])
    grid = np.arange(0.0, end + 1e-9, next((step for longest, step in RISK_STEPS if end <= longest), 12.0))
    parts: list[Table] = []
    for event, arm, name in _drawn(result):
        include = analysis_set(patients, arm, name)
        table = risk_table(patients[f"{event}_days"], patients[f"{event}_event"], include, at_days=days(grid))
        columns = {"at_risk": table.at_risk[0], "censored": table.censored[0], "events": table.events[0]}
        parts.append(_labelled(event, arm, name, month=grid, **columns))
    return _stacked(parts)


def _drawn(result: RunResult) -> list[tuple[str, int, str]]:
    """Name the curves that are drawn of the median trial: event, arm, analysis set."""
    arms = range(len(result.study.trial.arms))
    return [(event, arm, drawn_set(result.study, event)) for event in curves_of(result.study) for arm in arms]


def _labelled(event: str, arm: int, name: str, **columns: NDArray[Any]) -> Table:
    size = len(next(iter(columns.values())))
    return {
        "event": np.full(size, event, dtype=object), "arm": np.full(size, arm),
        "set": np.full(size, name, dtype=object), **columns,
    }  # fmt: skip


def _stacked(parts: Sequence[Table]) -> Table:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _flow(columns: Mapping[FlowKey, Floats]) -> Table:
    rows = [
        {"arm": arm, "box": box, "name": name, "mean": float(values.mean()), **_spread(values)}
        for (arm, box, name), values in columns.items()
    ]
    return _from_rows(rows)


def _medians(columns: Mapping[tuple[int, str], Floats]) -> Table:
    return _from_rows([{"arm": arm, "name": name, **_spread(values)} for (arm, name), values in columns.items()])


def _spread(values: Floats) -> dict[str, float]:
    low, middle, high = (float(value) for value in percentiles(values))
    return {"p05": low, "p50": middle, "p95": high}


def _grades(counts: Mapping[tuple[int, str], Floats]) -> Table:
    """Give the share of assessed patients by worst grade, arm by arm, pooled over all trials."""
    pooled = {key: table.sum(axis=0) for key, table in counts.items()}
    rows = [
        {"arm": arm, "toxicity": name, "grade": grade, "share": float(count / max(total.sum(), 1.0))}
        for (arm, name), total in pooled.items()
        for grade, count in enumerate(total)
    ]
    return _from_rows(rows)


def _responses(counts: Mapping[int, Floats]) -> Table:
    """Give the share of an arm's patients by best response: pooled over all trials, and in 90 % of them."""
    rows = []
    for arm, table in counts.items():
        total = np.maximum(table.sum(axis=1, keepdims=True), 1.0)
        for place, code in enumerate(Response):
            share = float(table[:, place].sum() / max(table.sum(), 1.0))
            rows.append({"arm": arm, "response": int(code), "share": share, **_spread((table / total)[:, place])})
    return _from_rows(rows)


def _parameters() -> Table:
    names = ("name", "value", "unit", "meaning", "between", "uncertainty", "scale", "status", "source")
    return _from_rows([{name: getattr(row, name) for name in names} for row in load_book().values()])


def _fields(result: RunResult) -> Table:
    rows = [
        {
            "name": field.name,
            "value": str(field.value),
            "unit": field.unit,
            "meaning": field.meaning,
            "source": field.source,
        }
        for field in fields_of(result.study)
    ]
    return _from_rows(rows)

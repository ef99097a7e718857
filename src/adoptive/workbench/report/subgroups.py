"""The forest of subgroups in the median trial, with tests of interaction."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

from adoptive.cohort.names import TUMOUR_TYPES
from adoptive.tables import TableError
from adoptive.units import months
from adoptive.verdict.regression import CoxFit, cox
from adoptive.verdict.rows import SurvivalRows, survival_rows
from adoptive.workbench.figures.charts import DataTable, Figure, Rows, draw
from adoptive.workbench.figures.forest import forest_chart
from adoptive.workbench.figures.words import p_in_words
from adoptive.workbench.report.data import Run
from adoptive.workbench.shape import compares, curves_of

__all__ = ["SUBGROUPS", "interaction_p", "subgroup_figure", "subgroup_rows"]

Bools = NDArray[np.bool_]
Levels = Mapping[str, Bools]

OLDER_YEARS: Final = 65.0
FEWEST_EVENTS: Final = 2
"""Events that a subgroup needs for an estimate."""


def _two(column: str, yes: str, no: str) -> Any:
    return lambda table: {yes: np.asarray(table[column], bool), no: ~np.asarray(table[column], bool)}


def _parted(column: str, at: float, below: str, above: str) -> Any:
    return lambda table: {below: np.asarray(table[column] < at), above: np.asarray(table[column] >= at)}


def _halves(table: Mapping[str, NDArray[Any]]) -> Levels:
    share = table["positive_share"]
    middle = float(np.median(share))
    return {f"below {100 * middle:.0f} %": share < middle, f"{100 * middle:.0f} % or more": share >= middle}


def _tumours(table: Mapping[str, NDArray[Any]]) -> Levels:
    types = table["tumour_type"]
    return {TUMOUR_TYPES[code]: types == code for code in np.unique(types).tolist()}


SUBGROUPS: Final = {
    "Antigen-positive tumour cells (true)": _halves,
    "Tumour type": _tumours,
    "Target lesions": _parted("lesions", 3, "one or two", "three or more"),
    "Peritoneal metastases": _two("peritoneal", "yes", "no"),
    "Earlier lines of therapy": _parted("prior_lines", 3, "up to two", "three or more"),
    "ECOG": _parted("ecog", 1, "0", "1 or more"),
    "Age": _parted("age_years", OLDER_YEARS, f"below {OLDER_YEARS:.0f}", f"{OLDER_YEARS:.0f} or more"),
}
"""How patients are parted: heading, and levels of the table's columns."""


def subgroup_figure(run: Run) -> Figure | None:
    """Draw the hazard ratio of the first arm over the last by subgroup; none where arms are not compared."""
    if not compares(run.study):
        return None
    event, one, other = curves_of(run.study)[0], run.arms[0], run.arms[-1]
    pair = np.isin(run.tables["patients"]["arm"], (0, len(run.arms) - 1))
    table = {name: column[pair] for name, column in run.tables["patients"].items()}
    rows = subgroup_rows(table, event)
    if not rows:
        return None
    caption = (
        f"Trial {run.summary['median_trial']}, {event.upper()} by intention to treat, {one} over {other}: Cox model "
        "within each subgroup, beside patients/events of each arm; interaction: likelihood ratio "
        "test. Not adjusted for the number of subgroups; the subgroups of one trial of this size show chance as much "
        "as effect."
    )
    columns = {"one": f"{_short(one)}\nn/events", "other": f"{_short(other)}\nn/events", "p": "interaction"}
    names = ("subgroup", f"{one}, n/events", f"{other}, n/events", "hazard ratio (95 %)", "interaction")
    told = [
        (row["label"], row["one"], row["other"], _said(row), row["p"]) for row in rows
    ]  # fmt: skip
    smallest = min((row["interaction"] for row in rows if row["interaction"] is not None), default=1.0)
    finding = f"All patients: hazard ratio {_said(rows[0])}. Smallest p of interaction: {p_in_words(smallest)}."
    return draw(
        "subgroups", f"{event.upper()} by subgroup", caption=caption, finding=finding,
        chart=lambda size: forest_chart(
            rows, size=size, columns=columns, favours=(f"favours {_short(one)}", f"favours {_short(other)}")
        ),
        table=DataTable(names, told),
    )  # fmt: skip


def subgroup_rows(table: Mapping[str, NDArray[Any]], event: str) -> Rows:
    """Give all patients, then each subgroup under its heading; a way of parting that leaves one level is left out.

    Arguments: columns ``(patients,)`` of the two arms that are compared; arm 0 over the other.
    """
    rows = survival_rows(months(table[f"{event}_days"]), table[f"{event}_event"])
    mine = np.asarray(table["arm"] == 0)
    if not rows.event.any() or mine.all() or not mine.any():
        return []
    everybody = np.ones(len(rows), bool)
    listed = [_row("All patients", rows, mine, everybody)]
    for heading, levels in _partings(table):
        p = interaction_p(rows, mine, list(levels.values()))
        words = "" if p is None else p_in_words(p)
        empty = {"one": "", "other": "", "estimate": None, "lower": None, "upper": None}
        listed.append({"label": heading, "heading": True, "p": words, "interaction": p, **empty})
        listed += [_row(name, rows, mine, level) for name, level in levels.items()]
    return listed


def _partings(table: Mapping[str, NDArray[Any]]) -> Iterator[tuple[str, Levels]]:
    for heading, part in SUBGROUPS.items():
        levels = {name: level for name, level in part(table).items() if level.any()}
        if len(levels) > 1:
            yield heading, levels


def _row(label: str, rows: SurvivalRows, mine: Bools, level: Bools) -> dict[str, Any]:
    counts = {
        name: f"{int((level & side).sum())}/{int((level & side & rows.event).sum())}"
        for name, side in (("one", mine), ("other", ~mine))
    }
    fit = _fitted(rows.where(level), {"arm": mine[level]})
    ends: dict[str, float | None] = {"estimate": None, "lower": None, "upper": None}
    if fit is not None and math.isfinite(float(fit.coefficients[0])):
        ends = {
            "estimate": float(fit.hazard_ratios[0]), "lower": float(fit.lower[0]), "upper": float(fit.upper[0])
        }  # fmt: skip
    return {"label": label, "heading": False, "p": "", "interaction": None, **counts, **ends}


def _fitted(rows: SurvivalRows, covariates: Mapping[str, NDArray[Any]]) -> CoxFit | None:
    """Fit a Cox model; None where the data do not hold one."""
    if rows.event.sum() < FEWEST_EVENTS:
        return None
    try:
        return cox(rows, {name: np.asarray(column, float) for name, column in covariates.items()})
    except TableError:
        return None


def interaction_p(rows: SurvivalRows, mine: Bools, levels: Sequence[Bools]) -> float | None:
    """Test whether the effect of the arm differs between levels: likelihood ratio of the models with and without."""
    main = {"arm": mine} | {f"level {at}": level for at, level in enumerate(levels[1:])}
    without = _fitted(rows, main)
    within = _fitted(rows, main | {f"both {at}": mine & level for at, level in enumerate(levels[1:])})
    if without is None or within is None:
        return None
    statistic = max(0.0, 2.0 * (within.log_likelihood - without.log_likelihood))
    return float(chi2.sf(statistic, len(levels) - 1))


def _short(name: str) -> str:
    return name if len(name) <= 12 else f"{name[:11]}…"


def _said(row: Mapping[str, Any]) -> str:
    if row["heading"]:
        return ""
    if row["estimate"] is None:
        return "not estimable"
    return f"{row['estimate']:.2f} ({row['lower']:.2f} to {row['upper']:.2f})"

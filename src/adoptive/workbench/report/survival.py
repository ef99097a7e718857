"""Survival figures of the median trial: curves over their table, the spread of all trials, what was published."""

from __future__ import annotations

import math
from typing import Final

from adoptive.verdict.rows import SurvivalRows
from adoptive.verdict.survival import SurvivalCurve, survival_curves
from adoptive.workbench.figures.charts import DataTable, Figure, Rows, draw
from adoptive.workbench.figures.survival import risk_table_rows, survival_chart, tick_places
from adoptive.workbench.figures.words import contrast_in_words, medians_in_words
from adoptive.workbench.report.data import Run, rows_of, starts_of, survival_of
from adoptive.workbench.report.words import chosen_in_words
from adoptive.workbench.shape import compares, drawn_set
from adoptive.workbench.wording import amount, endpoint_label

__all__ = ["EVENT_NAMES", "contrasts", "curves_by_arm", "survival_figure"]

EVENT_NAMES: Final = {
    "pfs": "Progression-free survival",
    "os": "Overall survival",
    "efs": "Event-free survival",
    "dor": "Duration of response",
}


def survival_figure(run: Run, event: str) -> Figure:
    """Draw a time to an event of each arm."""
    rows = survival_of(run, event)
    curves, published = curves_by_arm(run, rows), _published(run, event)
    end = float(run.tables["curves"]["month"].max())
    title, spread = f"months from {_origin(run, event)}", _spread(run, event)
    finding = " ".join([medians_in_words(curves), *contrasts(run, rows), _over_trials(run, event)])
    return draw(
        event, EVENT_NAMES[event], caption=_caption(run, bool(published)), finding=finding,
        table=_table(curves, end),
        chart=lambda size: survival_chart(
            curves, size=size, until=end, time_title=title, marks=published, spread=spread
        ),
    )  # fmt: skip


def curves_by_arm(run: Run, rows: SurvivalRows) -> tuple[SurvivalCurve, ...]:
    """Give the curve of each arm that has patients, in the order of the study file."""
    found = {of.name: of for of in survival_curves(rows, interval="log-log")}
    return tuple(found[name] for name in run.arms if name in found)


def contrasts(run: Run, rows: SurvivalRows) -> list[str]:
    """Say the hazard ratio of each arm over the last one; nothing where arms are not compared."""
    if not compares(run.study):
        return []
    arms = [name for name in run.arms if name in rows.groups]
    return [contrast_in_words(rows, one=name, reference=arms[-1]) for name in arms[:-1]]


def _caption(run: Run, published: bool) -> str:
    told = (
        f"Steps: {chosen_in_words(run)}; ticks are censored patients, bands pointwise 95 % intervals (log-log) of this "
        "trial. Dotted: 5th to 95th percentile of all trials."
    )
    marks = " Diamonds: published medians with their 95 % interval. Squares: published rates."
    return told + (marks if published else "")


def _origin(run: Run, event: str) -> str:
    return "response" if event == "dor" else starts_of(run)


def _table(curves: tuple[SurvivalCurve, ...], end: float) -> DataTable:
    """Give survival and counts at the axis's ticks, arm by arm."""
    ticks = tick_places(end, narrow=False)
    counts = risk_table_rows(curves, ticks)
    rows = []
    for row in counts:
        of = next(curve for curve in curves if curve.name == row["group"])
        survival, low, high = _at(of, row["time"])
        said = f"{100 * survival:.0f} % ({100 * low:.0f} to {100 * high:.0f})" if row["at_risk"] else "–"
        numbers = (f"{row[name]:.0f}" for name in ("at_risk", "censored", "events"))
        rows.append((f"{row['group']}, month {row['time']:g}", said, *numbers))
    columns = ("arm, month", "without event (95 %)", "at risk", "censored", "events")
    return DataTable(columns, rows, "Censored and events: before that month.")


def _at(of: SurvivalCurve, time: float) -> tuple[float, float, float]:
    place = int((of.time <= time).sum()) - 1
    if place < 0:
        return 1.0, 1.0, 1.0
    return float(of.survival[place]), float(of.lower[place]), float(of.upper[place])


def _spread(run: Run, event: str) -> Rows:
    drawn = drawn_set(run.study, event)
    return [
        {"group": name, "time": row["month"], "low": row["p05"], "high": row["p95"]}
        for arm, name in enumerate(run.arms)
        for row in rows_of(run.tables["curves"], event=event, arm=arm, set=drawn)
    ]


def _arm_of(run: Run, name: str) -> str:
    """Give the arm that a published row is about: a row that names none is the only arm's, if there is only one."""
    return run.arms[0] if not name and len(run.arms) == 1 else name


def _published(run: Run, event: str) -> Rows:
    """Give the published medians (at 50 %) and rates of the set that is drawn."""
    marks: Rows = []
    drawn = drawn_set(run.study, event)
    for row in rows_of(run.tables["endpoints"]):
        arm, kind = _arm_of(run, row["arm"]), row["endpoint"].removeprefix(f"{event}_")
        if arm not in run.arms or row["endpoint"] not in (f"{event}_median", f"{event}_rate"):
            continue
        if not math.isfinite(row["published"]) or drawn not in (row["set"], "responders"):
            continue
        if kind == "median":
            ends = [value if math.isfinite(value) else None for value in (row["published_lo"], row["published_hi"])]
            low, high = ends if None not in ends else (None, None)
            place = {"time": row["published"], "survival": 0.5, "low": low, "high": high}
        else:
            place = {"time": row["at_months"], "survival": row["published"] / 100.0, "low": None, "high": None}
        marks.append({"group": arm, "kind": kind, **place})
    return marks


def _over_trials(run: Run, event: str) -> str:
    """Say medians and rates over all trials, beside what was published."""
    words = []
    for row in rows_of(run.tables["endpoints"]):
        if row["endpoint"] not in (f"{event}_median", f"{event}_rate") or row["estimable_share"] == 0:
            continue
        if drawn_set(run.study, event) not in (row["set"], "responders"):
            continue
        said = amount(row["simulated_median"], row["unit"])
        if math.isfinite(row["published"]):
            said += f" simulated, {amount(row['published'], row['unit'])} published"
        words.append(f"{endpoint_label(row['endpoint'], row['at_months'])}, {row['arm'] or 'all patients'}: {said}")
    return f"Over all trials: {'; '.join(words)}." if words else ""

"""Survival figures: the median trial's Kaplan-Meier curves, the predictive band, and what was published."""

from __future__ import annotations

import math
from typing import Any

import altair as alt

from adoptive.workbench.report.charts import ARM_COLOURS, ARM_DASHES, Chart, Figure, Size, draw
from adoptive.workbench.report.data import Run, rows_of
from adoptive.workbench.wording import amount, endpoint_label

__all__ = ["risk_rows", "survival_figure"]

NAMES = {"pfs": "Progression-free survival", "os": "Overall survival"}


def survival_figure(run: Run, event: str) -> Figure:
    """Draw PFS or OS by intention to treat."""
    trials, chosen = run.summary["trials"], run.summary["median_trial"]
    published = _published(run, event)
    caption = (
        f"Steps: trial {chosen}, whose hazard ratio of progression is nearest the median of {trials:,} simulated "
        "trials; ticks are censored patients. Bands: 5th to 95th percentile of the trials at each quarter month."
    )
    if published:
        caption += " Diamonds: published medians with their 95 % interval. Squares: published rates."
    return draw(
        event, NAMES[event], caption=caption, finding=_finding(run, event), chart=lambda size: _chart(run, event, size)
    )


def risk_rows(run: Run, event: str) -> tuple[list[float], list[tuple[str, list[tuple[str, list[int]]]]]]:
    """Give the extended table's months and, by arm, its rows at risk, censored, events."""
    table = [list(rows_of(run.tables["risk"], event=event, arm=arm)) for arm in (0, 1)]
    kinds = (("at risk", "at_risk"), ("censored", "censored"), ("events", "events"))
    arms = [(run.arms[arm], [(name, [int(row[key]) for row in table[arm]]) for name, key in kinds]) for arm in (0, 1)]
    return [row["month"] for row in table[0]], arms


def _chart(run: Run, event: str, size: Size) -> Chart:
    end = float(run.tables["curves"]["month"].max())
    legend = alt.Legend(symbolType="stroke", symbolSize=500, symbolOpacity=1, columns=1 if size.narrow else 2)
    colour = alt.Color("arm:N", legend=legend, scale=alt.Scale(domain=list(run.arms), range=list(ARM_COLOURS)))
    dashes = [list(dash) for dash in ARM_DASHES]
    dash = alt.StrokeDash("arm:N", legend=legend, scale=alt.Scale(domain=list(run.arms), range=dashes))
    ticks = 6 if size.narrow else 3
    axis = alt.Axis(title="months from randomisation", values=list(range(0, int(end) + 1, ticks)), grid=False)
    x = alt.X("month:Q", axis=axis, scale=alt.Scale(domain=[0, end], nice=False))
    y = alt.Y("survival:Q", title="% of patients", scale=alt.Scale(domain=[0, 100]))
    curves = [row for arm in (0, 1) for row in _steps(run, event, arm, end)]
    bands = [row for arm in (0, 1) for row in _band(run, event, arm)]
    marks = _published(run, event)
    shapes = alt.Scale(domain=["median", "rate"], range=["diamond", "square"])
    layers = [
        _on(bands).mark_area(opacity=0.18, interpolate="step-after").encode(
            x=x, y=alt.Y("low:Q"), y2="high:Q", color=colour
        ),
        _on(curves).mark_line(interpolate="step-after", strokeWidth=2.2).encode(
            x=x, y=y, color=colour, strokeDash=dash
        ),
        _on([row for row in curves if row["censored"]]).mark_tick(
            orient="vertical", height=8, thickness=1.2
        ).encode(x=x, y=y, color=colour),
        _on([row for row in marks if row["low"] is not None]).mark_rule(strokeWidth=1.6).encode(
            x=alt.X("low:Q"), x2="high:Q", y=y, color=colour
        ),
        _on(marks).mark_point(size=130, filled=True, stroke="white", strokeWidth=1.2, opacity=1).encode(
            x=x, y=y, color=colour,
            shape=alt.Shape("kind:N", legend=None, scale=shapes),
        ),
    ]  # fmt: skip
    return alt.layer(*layers).properties(width=size.width, height=240 if size.narrow else 300)


def _on(rows: list[dict[str, Any]]) -> alt.Chart:
    return alt.Chart(alt.InlineData(values=rows))


def _steps(run: Run, event: str, arm: int, end: float) -> list[dict[str, Any]]:
    rows = [
        {
            "arm": run.arms[arm],
            "month": row["month"],
            "survival": 100 * row["survival"],
            "censored": bool(row["censored"]),
        }
        for row in rows_of(run.tables["steps"], event=event, arm=arm)
    ]
    return [row for row in rows if row["month"] <= end]


def _band(run: Run, event: str, arm: int) -> list[dict[str, Any]]:
    return [
        {"arm": run.arms[arm], "month": row["month"], "low": 100 * row["p05"], "high": 100 * row["p95"]}
        for row in rows_of(run.tables["curves"], event=event, arm=arm, set="ITT")
    ]


def _published(run: Run, event: str) -> list[dict[str, Any]]:
    """Give the published medians (at 50 %) and rates by intention to treat."""
    marks = []
    for row in rows_of(run.tables["endpoints"], set="ITT"):
        if not math.isfinite(row["published"]) or row["arm"] not in run.arms:
            continue
        if row["endpoint"] == f"{event}_median":
            ends = [value if math.isfinite(value) else None for value in (row["published_lo"], row["published_hi"])]
            low, high = ends if None not in ends else (None, None)
            marks.append(
                {
                    "arm": row["arm"],
                    "kind": "median",
                    "month": row["published"],
                    "survival": 50.0,
                    "low": low,
                    "high": high,
                }
            )
        elif row["endpoint"] == f"{event}_rate":
            place = {"month": row["at_months"], "survival": row["published"]}
            marks.append({"arm": row["arm"], "kind": "rate", **place, "low": None, "high": None})
    return marks


def _finding(run: Run, event: str) -> str:
    """Say the medians in words, for those who do not see the picture."""
    words = []
    for row in rows_of(run.tables["endpoints"], endpoint=f"{event}_median", set="ITT"):
        said = amount(row["simulated_median"], row["unit"])
        if math.isfinite(row["published"]):
            said += f" simulated, {amount(row['published'], row['unit'])} published"
        words.append(f"{endpoint_label(row['endpoint'])}, {row['arm']}: {said}")
    return ". ".join([*words, ""]).strip() or f"Survival curves of {' and '.join(run.arms)}."

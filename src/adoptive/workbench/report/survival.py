"""Survival figures: the median trial's Kaplan-Meier curves, the predictive band, and what was published."""

from __future__ import annotations

import math
from typing import Any, Final

import altair as alt

from adoptive.workbench.figures.charts import ARM_COLOURS, ARM_DASHES, Chart, Figure, Size, cut, draw, on
from adoptive.workbench.report.data import Run, rows_of
from adoptive.workbench.report.words import chosen_in_words
from adoptive.workbench.shape import drawn_set
from adoptive.workbench.wording import amount, endpoint_label

__all__ = ["EVENT_NAMES", "risk_rows", "survival_figure"]

Rows = list[dict[str, Any]]

EVENT_NAMES: Final = {
    "pfs": "Progression-free survival",
    "os": "Overall survival",
    "efs": "Event-free survival",
    "dor": "Duration of response",
}
LABEL_GAP: Final = 7.0
"""Distance of the labels beside the curves, in points of the axis of survival."""

MANY_ARMS: Final = 3
AXIS_STEPS: Final = ((24.0, 3, 6), (72.0, 6, 12), (math.inf, 12, 24))
"""Months between the ticks, wide and narrow, by the length of the axis up to which they hold."""


def survival_figure(run: Run, event: str) -> Figure:
    """Draw a time to an event of each arm."""
    published = _published(run, event)
    step = float(run.tables["curves"]["month"][1] - run.tables["curves"]["month"][0])
    often = {0.25: "quarter month", 0.5: "half month", 1.0: "month"}[step]
    caption = (
        f"Steps: {chosen_in_words(run)}; ticks are censored patients. Bands: 5th to 95th percentile of the trials at "
        f"each {often}."
    )
    if published:
        caption += " Diamonds: published medians with their 95 % interval. Squares: published rates."
    return draw(
        event, EVENT_NAMES[event], caption=caption, finding=_finding(run, event),
        chart=lambda size: _chart(run, event, size),
    )  # fmt: skip


def risk_rows(run: Run, event: str) -> tuple[list[float], list[tuple[str, list[tuple[str, list[int]]]]]]:
    """Give the extended table's months and, by arm, its rows at risk, censored, events."""
    table = [list(rows_of(run.tables["risk"], event=event, arm=arm)) for arm in range(len(run.arms))]
    kinds = (("at risk", "at_risk"), ("censored", "censored"), ("events", "events"))
    arms = [
        (name, [(words, [int(row[key]) for row in rows]) for words, key in kinds])
        for name, rows in zip(run.arms, table, strict=True)
    ]
    return [row["month"] for row in table[0]], arms


def _origin(run: Run, event: str) -> str:
    if event == "dor":
        return "response"
    origins = {run.origin(arm) for arm in range(len(run.arms))}
    return origins.pop() if len(origins) == 1 else "each arm's day 0"


def _chart(run: Run, event: str, size: Size) -> Chart:
    end = float(run.tables["curves"]["month"].max())
    curves = [row for arm in range(len(run.arms)) for row in _steps(run, event, arm, end)]
    bands = [row for arm in range(len(run.arms)) for row in _band(run, event, arm)]
    marks = [row for row in _published(run, event) if row["month"] <= end]
    labelled = not size.narrow or len(run.arms) == 1
    legend = None if labelled else alt.Legend(symbolType="stroke", symbolSize=500, symbolOpacity=1, columns=1)
    names, dashes = list(run.arms), [list(dash) for dash in ARM_DASHES[: len(run.arms)]]
    colour = alt.Color("arm:N", legend=legend, scale=alt.Scale(domain=names, range=list(ARM_COLOURS[: len(names)])))
    dash = alt.StrokeDash("arm:N", legend=legend, scale=alt.Scale(domain=names, range=dashes))
    x, y = _axes(f"months from {_origin(run, event)}", end, size)
    shapes = alt.Scale(domain=["median", "rate"], range=["diamond", "square"])
    layers = [
        on(bands).mark_area(opacity=0.18 if len(names) <= MANY_ARMS else 0.08, interpolate="step-after").encode(
            x=x, y=alt.Y("low:Q"), y2="high:Q", color=colour
        ),
        on(curves).mark_line(interpolate="step-after", strokeWidth=2.2).encode(x=x, y=y, color=colour, strokeDash=dash),
        on([row for row in curves if row["censored"]]).mark_tick(
            orient="vertical", height=8, thickness=1.2
        ).encode(x=x, y=y, color=colour),
        on([row for row in marks if row["low"] is not None]).mark_rule(strokeWidth=1.6).encode(
            x=alt.X("low:Q"), x2="high:Q", y=y, color=colour
        ),
        on(marks).mark_point(size=130, filled=True, stroke="white", strokeWidth=1.2, opacity=1).encode(
            x=x, y=y, color=colour, shape=alt.Shape("kind:N", legend=None, scale=shapes),
        ),
    ]  # fmt: skip
    if labelled and len(names) > 1:
        layers.append(_labels(curves, end, colour))
    return alt.layer(*layers).properties(width=size.width, height=240 if size.narrow else 300)


def _axes(title: str, end: float, size: Size) -> tuple[alt.X, alt.Y]:
    wide, narrow = next((wide, narrow) for longest, wide, narrow in AXIS_STEPS if end <= longest)
    ticks = list(range(0, int(end) + 1, narrow if size.narrow else wide))
    axis = alt.Axis(title=title, values=ticks, grid=False)
    x = alt.X("month:Q", axis=axis, scale=alt.Scale(domain=[0, end], nice=False))
    return x, alt.Y("survival:Q", title="% of patients", scale=alt.Scale(domain=[0, 100]))


def _labels(curves: Rows, end: float, colour: alt.Color) -> alt.Chart:
    """Write each arm's name beside the end of its curve, apart from each other."""
    last = {row["arm"]: row for row in curves}
    wanted = sorted(last.values(), key=lambda row: row["survival"])
    places = spread_out([row["survival"] for row in wanted])
    rows = [
        {"arm": row["arm"], "label": cut(row["arm"]), "month": end, "survival": place}
        for row, place in zip(wanted, places, strict=True)
    ]
    marks = on(rows).mark_text(align="left", dx=6, baseline="middle", fontSize=12, fontWeight="bold")
    labels: alt.Chart = marks.encode(x="month:Q", y="survival:Q", text="label:N", color=colour)
    return labels


def spread_out(wanted: list[float], *, gap: float = LABEL_GAP, top: float = 100.0) -> list[float]:
    """Move ascending places up until they lie a gap apart, then down again where they pass the top.

    >>> spread_out([0.0, 2.0, 99.0])
    [0.0, 7.0, 99.0]
    """
    places: list[float] = []
    for place in wanted:
        places.append(max(place, places[-1] + gap) if places else place)
    for at in range(len(places) - 1, -1, -1):
        places[at] = min(places[at], top - gap * (len(places) - 1 - at))
    return places


def _steps(run: Run, event: str, arm: int, end: float) -> Rows:
    rows = [
        {
            "arm": run.arms[arm], "month": row["month"], "survival": 100 * row["survival"],
            "censored": bool(row["censored"]),
        }
        for row in rows_of(run.tables["steps"], event=event, arm=arm)
    ]  # fmt: skip
    return [row for row in rows if row["month"] <= end]


def _band(run: Run, event: str, arm: int) -> Rows:
    drawn = drawn_set(run.study, event)
    return [
        {"arm": run.arms[arm], "month": row["month"], "low": 100 * row["p05"], "high": 100 * row["p95"]}
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
            place = {"month": row["published"], "survival": 50.0, "low": low, "high": high}
        else:
            place = {"month": row["at_months"], "survival": row["published"], "low": None, "high": None}
        marks.append({"arm": arm, "kind": kind, **place})
    return marks


def _finding(run: Run, event: str) -> str:
    """Say medians and rates in words, for those who do not see the picture."""
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
    return ". ".join([*words, ""]).strip() or f"{EVENT_NAMES[event]} of {' and '.join(run.arms)}."

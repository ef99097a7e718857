"""Kaplan-Meier curves over the extended table of patients at risk, on one axis of time."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, Final

import altair as alt
import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.verdict.rows import SurvivalRows
from adoptive.verdict.survival import risk_counts, survival_curves
from adoptive.workbench.figures.charts import (
    ARM_COLOURS,
    ARM_DASHES,
    WIDE,
    Chart,
    Panel,
    Part,
    Rows,
    Size,
    Table,
    cut,
    on,
    rows_in,
)
from adoptive.workbench.figures.types import DrawnCurve

__all__ = ["risk_table_rows", "spread_out", "steps_of", "survival_chart", "tick_places"]

Floats = NDArray[np.float64]

AXIS_STEPS: Final = ((8.0, 1, 2), (24.0, 3, 6), (72.0, 6, 12), (math.inf, 12, 24))
"""Time between the ticks, wide and narrow, by the length of the axis up to which they hold."""

MOST_TICKS: Final = 12
LABEL_GAP: Final = 7.0
"""Distance of the labels beside the curves, in points of the axis of survival."""

MANY: Final = 3
KINDS: Final = (("at risk", "at_risk"), ("censored", "censored"), ("events", "events"))
LINE: Final = 15
"""Height of a line of the table, pixels."""


def survival_chart(
    data: SurvivalRows | Sequence[DrawnCurve],
    *,
    size: Size = WIDE,
    time_title: str = "months",
    until: float | None = None,
    marks: Table = (),
    spread: Table = (),
) -> Chart:
    """Draw Kaplan-Meier curves with their pointwise intervals over the table at risk, censored, events.

    Curves differ by colour, dash and label; ticks are censored patients, on the curve; the table's columns stand under
    the axis's ticks. Times keep the unit that they have.

    Parameters
    ----------
    data
        Rows of patients (a curve per group, log-log intervals), or curves already estimated.
    time_title, until
        Words at the axis, and its end; default: the longest time.
    marks
        Points to compare with: ``group``, ``time``, ``survival`` (0 to 1), ``kind`` ("median", "rate"), optional
        ``low`` and ``high`` (times).
    spread
        Bands of many trials: ``group``, ``time``, ``low``, ``high`` (0 to 1), drawn as dotted lines.

    Raises
    ------
    TableError
        ``marks`` or ``spread`` lack a column.

    >>> from adoptive.verdict.rows import survival_rows
    >>> chart = survival_chart(survival_rows([2, 3, 5, 4], [1, 0, 1, 1], group=["a", "a", "b", "b"]))
    >>> [len(part.layer) > 1 for part in chart.vconcat]
    [True, True]
    """
    curves = steps_of(data)
    end = until if until is not None else max((float(of.time.max(initial=0.0)) for of in curves), default=1.0) or 1.0
    ticks = tick_places(end, narrow=size.narrow)
    extra = {
        "marks": rows_in(marks, needs=("group", "time", "survival", "kind"), low=None, high=None),
        "spread": rows_in(spread, needs=("group", "time", "low", "high")),
    }
    plot = _curves(curves, end, ticks, size, time_title, **extra)
    rows = data if isinstance(data, SurvivalRows) else curves
    return alt.vconcat(plot, _table(rows, [of.name for of in curves], end, ticks, size), spacing=6)


def steps_of(data: SurvivalRows | Sequence[DrawnCurve]) -> tuple[DrawnCurve, ...]:
    """Give the Kaplan-Meier curve of each group, with pointwise log-log 95 % intervals; curves stay as they are."""
    return survival_curves(data, interval="log-log") if isinstance(data, SurvivalRows) else tuple(data)


def tick_places(end: float, *, narrow: bool) -> list[float]:
    """Give the places of the axis's ticks, which are the table's columns.

    >>> tick_places(13.0, narrow=False)
    [0.0, 3.0, 6.0, 9.0, 12.0]
    """
    step = float(next((few if narrow else many) for longest, many, few in AXIS_STEPS if end <= longest))
    most = MOST_TICKS // 2 if narrow else MOST_TICKS
    while end / step > most:
        step *= 2.0 if end / step < 2.5 * most else 5.0
    return [float(at) for at in np.arange(0.0, end * (1 + 1e-9), step)]


def risk_table_rows(data: SurvivalRows | Sequence[DrawnCurve], at: ArrayLike) -> Rows:
    """Count at risk, censored and with event before each time, by group; without delayed entry they add up to all.

    At risk: entered before that time and followed to it or longer.
    """
    times = np.asarray(at, np.float64)
    if isinstance(data, SurvivalRows):
        return [
            {"group": of.name, "time": time, "at_risk": left, "censored": censored, "events": events}
            for of in risk_counts(data, at=times)
            for time, left, censored, events in zip(
                *(column.tolist() for column in (of.time, of.at_risk, of.censored, of.events)), strict=True
            )
        ]
    return [{"group": of.name, "time": time, **_counted(of, time)} for of in data for time in times.tolist()]


def _counted(of: DrawnCurve, time: float) -> dict[str, float]:
    place = int(np.searchsorted(of.time, time, side="left"))
    return {
        "at_risk": float(of.at_risk[place]) if place < len(of.time) else 0.0,
        "censored": float(of.censored[:place].sum()),
        "events": float(of.events[:place].sum()),
    }


def _curves(
    curves: Sequence[DrawnCurve], end: float, ticks: list[float], size: Size, title: str, *, marks: Rows, spread: Rows
) -> Panel:
    names = [of.name for of in curves]
    labelled = not size.narrow and len(names) > 1
    legend = None if labelled or len(names) == 1 else dict(
        symbolType="stroke", symbolSize=500, symbolOpacity=1, columns=1, labelLimit=250
    )  # fmt: skip
    colour = alt.Color("group:N", legend=legend, scale=_scale(names, ARM_COLOURS))
    dash = alt.StrokeDash("group:N", legend=legend, scale=_scale(names, [list(dash) for dash in ARM_DASHES]))
    axis = dict(title=title, values=ticks, grid=False, titlePadding=2, format="~g", labelFlush=False)
    x = alt.X("time:Q", axis=axis, scale=dict(domain=[0, end], nice=False))
    y = alt.Y("survival:Q", title="% of patients", scale=dict(domain=[0, 100]))
    rows = list(_step_rows(curves, end))
    opacity = 0.16 if len(names) <= MANY else 0.07
    step: dict[str, Any] = {"interpolate": "step-after"}
    layers = [
        on(rows).mark_area(opacity=opacity, **step).encode(x=x, y=alt.Y("lower:Q"), y2="upper:Q", color=colour),
        *_dotted([row for row in spread if row["time"] <= end], x, colour),
        on(rows).mark_line(strokeWidth=2.2, **step).encode(x=x, y=y, color=colour, strokeDash=dash),
        on([row for row in rows if row["censored"]]).mark_tick(
            orient="vertical", height=8, thickness=1.2
        ).encode(x=x, y=y, color=colour),
        *_mark_layers([row for row in marks if row["time"] <= end], x, y, colour),
    ]  # fmt: skip
    if labelled:
        layers += _labels(rows, end, colour)
    return alt.layer(*layers).properties(width=size.width, height=240 if size.narrow else 300)


def _scale(names: Sequence[str], values: Sequence[Any]) -> Part:
    return dict(domain=list(names), range=[values[at % len(values)] for at in range(len(names))])


def _step_rows(curves: Iterable[DrawnCurve], end: float) -> Iterable[dict[str, Any]]:
    """Give each curve's corners in per cent, from time 0 on."""
    for of in curves:
        yield {"group": of.name, "time": 0.0, "survival": 100.0, "lower": 100.0, "upper": 100.0, "censored": False}
        columns = (of.time, of.survival, of.lower, of.upper, of.censored)
        for time, survival, lower, upper, censored in zip(*(column.tolist() for column in columns), strict=True):
            if time <= end:
                at = {"survival": 100 * survival, "lower": 100 * lower, "upper": 100 * upper}
                yield {"group": of.name, "time": time, **at, "censored": censored > 0}


def _dotted(spread: Rows, x: alt.X, colour: alt.Color) -> list[alt.Chart]:
    """Give the two edges of the bands of many trials, if there are any."""
    rows = [row | {"low": 100 * row["low"], "high": 100 * row["high"]} for row in spread]
    line = on(rows).mark_line(strokeWidth=1.1, strokeDash=[1, 3])
    return [line.encode(x=x, y=alt.Y(f"{side}:Q"), color=colour) for side in ("low", "high")] if rows else []


def _mark_layers(marks: Rows, x: alt.X, y: alt.Y, colour: alt.Color) -> list[alt.Chart]:
    """Give the points to compare with, and the intervals of those that have one."""
    shapes = dict(domain=["median", "rate"], range=["diamond", "square"])
    marks = [row | {"survival": 100 * row["survival"]} for row in marks]
    whiskers = [row for row in marks if row["low"] is not None and row["high"] is not None]
    points = on(marks).mark_point(size=130, filled=True, stroke="white", strokeWidth=1.2, opacity=1)
    return [
        on(whiskers).mark_rule(strokeWidth=1.6).encode(x=alt.X("low:Q"), x2="high:Q", y=y, color=colour),
        points.encode(x=x, y=y, color=colour, shape=alt.Shape("kind:N", legend=None, scale=shapes)),
    ] if marks else []  # fmt: skip


def _labels(rows: Rows, end: float, colour: alt.Color) -> list[alt.Chart]:
    """Write each curve's name beside its end, apart from each other, after a stroke of its colour."""
    last = {row["group"]: row for row in rows}
    wanted = sorted(last.values(), key=lambda row: row["survival"])
    places = spread_out([row["survival"] for row in wanted])
    told = [
        {"group": row["group"], "label": cut(row["group"]), "stroke": "━", "time": end, "survival": place}
        for row, place in zip(wanted, places, strict=True)
    ]
    base = on(told).encode(x="time:Q", y="survival:Q")
    near: dict[str, Any] = {"align": "left", "baseline": "middle"}
    return [
        base.mark_text(dx=6, fontSize=14, **near).encode(text="stroke:N", color=colour),
        base.mark_text(dx=22, fontSize=12, fontWeight="bold", **near).encode(text="label:N"),
    ]


def spread_out(wanted: Sequence[float], *, gap: float = LABEL_GAP, top: float = 100.0) -> list[float]:
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


def _table(
    data: SurvivalRows | Sequence[DrawnCurve], names: Sequence[str], end: float, ticks: list[float], size: Size
) -> Panel:
    """Give the table of counts, its columns at the axis's ticks."""
    alone = len(names) == 1
    lines = [(name, words) for name in names for words in ((() if alone else ("",)) + tuple(k for k, _ in KINDS))]
    order = [f"{place}|{words}" for place, (_, words) in enumerate(lines)]
    at = {line: key for line, key in zip(lines, order, strict=True)}
    cells = [
        {"line": at[(row["group"], words)], "time": row["time"], "count": f"{row[key]:.0f}"}
        for row in risk_table_rows(data, ticks)
        for words, key in KINDS
    ]
    heads = [{"line": at[(name, "")], "group": name, "name": cut(name, 40)} for name in names if not alone]
    axis = dict(
        title=None, ticks=False, domain=False, grid=False, labelPadding=18, labelExpr="split(datum.label, '|')[1]"
    )
    y = alt.Y("line:N", sort=order, scale=dict(domain=order), axis=axis)
    x = alt.X("time:Q", axis=None, scale=dict(domain=[0, end], nice=False))
    layers = [on(cells).mark_text(fontSize=11).encode(x=x, y=y, text="count:N")]
    if heads:
        head = on(heads).mark_text(fontSize=11, fontWeight="bold", align="left")
        layers.append(head.encode(x=alt.value(0), y=y, text="name:N"))
    return alt.layer(*layers).properties(width=size.width, height=LINE * len(order))

"""The swimmer: a lane per patient, with segments and marks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import altair as alt

from adoptive.workbench.figures.charts import WIDE, Chart, Panel, Rows, Size, Table, on, rows_in, stacked

__all__ = ["MARKS", "PHASES", "lanes_panel", "swimmer_chart"]

PHASES: Final = {
    "waiting for the cells": "#CFCFCF", "bridging": "#F0E442", "progression-free": "#56B4E9",
    "after progression": "#F2C6A5",
}  # fmt: skip
MARKS: Final = {
    "infusion": ("#000000", "triangle-up"),
    "response begins": ("#009E73", "circle"),
    "response ends": ("#009E73", "square"),
    "death": ("#8C2D04", "cross"),
    "ongoing": ("#555555", "triangle-right"),
}
"""Colour and shape of every mark; a mark with ``text`` is written instead."""

LANE: Final = 9
TALLEST: Final = 880
"""All lanes together, pixels: no more than a printed page."""


def swimmer_chart(
    segments: Table, marks: Table = (), *, size: Size = WIDE, time_title: str | Mapping[str, str] = "months"
) -> Chart:
    """Draw a lane per patient: what he went through, and what happened when.

    Parameters
    ----------
    segments
        Columns ``lane`` (from 0, the uppermost), ``phase`` (a key of :data:`PHASES`, or any word), ``start``, ``end``;
        optional ``group`` (a picture each).
    marks
        Columns ``lane``, ``time``, ``event`` (a key of :data:`MARKS`); optional ``group`` and ``text`` (a letter or a
        grade that is written in the place of a symbol).
    time_title
        Words at the axis, for all groups or by group.

    Raises
    ------
    TableError
        A column is missing.

    >>> chart = swimmer_chart({"lane": [0, 1], "phase": ["progression-free"] * 2, "start": [0, 0], "end": [9, 4]})
    >>> len(chart.vconcat)
    1
    """
    rows = rows_in(segments, needs=("lane", "phase", "start", "end"), group="")
    events = rows_in(marks, needs=("lane", "time", "event"), group="", text="")
    groups = list(dict.fromkeys(row["group"] for row in rows))
    count = {group: 1 + max(int(row["lane"]) for row in rows if row["group"] == group) for group in groups}
    height = min(float(LANE), TALLEST / max(sum(count.values()), 1))
    ends = [float(row[end]) for row in rows for end in ("start", "end")]
    scale = dict(domain=[min(ends, default=0.0), max(ends, default=1.0)], nice=False)
    present = list(dict.fromkeys(row["phase"] for row in rows))
    phases = {name: PHASES.get(name, "#999999") for name in [*PHASES, *present] if name in present}
    panels = []
    for group in groups:
        title = time_title if isinstance(time_title, str) else time_title.get(group, "")
        x = alt.X("start:Q", title=title, axis=dict(grid=False), scale=scale)
        bars = [row for row in rows if row["group"] == group]
        here = [row for row in events if row["group"] == group]
        panel = lanes_panel(bars, here, lanes=count[group], x=x, phases=phases, marks=MARKS, size=size)
        tall = max(160 if len(groups) == 1 else 60, round(height * count[group]))
        named = {"title": f"{group} ({count[group]} patients)"} if group else {}
        panels.append(panel.properties(width=size.width, height=tall, **named))
    return stacked(panels)


def lanes_panel(
    bars: Rows, events: Rows, *, lanes: int, x: alt.X, phases: Mapping[str, str],
    marks: Mapping[str, tuple[str, str]], size: Size,
) -> Panel:  # fmt: skip
    """Draw lanes: segments in the colours of ``phases``, marks in the shapes of ``marks``, texts as they are."""
    y = alt.Y("lane:O", axis=None, scale=dict(domain=list(range(lanes)), paddingInner=0.2))
    legend = dict(columns=1 if size.narrow else 4, symbolType="square", labelLimit=250)
    colour = alt.Color("phase:N", scale=dict(domain=list(phases), range=list(phases.values())), legend=legend)
    layers: list[alt.Chart] = [on(bars).mark_bar().encode(x=x, x2="end:Q", y=y, color=colour)]
    written = [row for row in events if row.get("text")]
    for name, (fill, shape) in marks.items():
        rows = [row for row in events if row["event"] == name and not row.get("text")]
        if rows:
            look: dict[str, Any] = {"angle": 45} if shape == "cross" else {}
            # lanes are pale and pages may be dark: a dark mark with a pale rim is seen on both
            point = on(rows).mark_point(
                shape=shape, size=32, filled=True, opacity=1, fill=fill, stroke="#FFFFFF", strokeWidth=0.6, **look
            )
            layers.append(point.encode(x="time:Q", y=y))
    if written:
        text = on(written).mark_text(
            fontSize=8, fontWeight="bold", color="#000000", baseline="middle", align="left", dx=4
        )
        layers.append(text.encode(x="time:Q", y=y, text="text:N"))
    return alt.layer(*layers)

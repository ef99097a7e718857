"""The spider: the change of each patient over time, at most so many, and the median."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Final

import altair as alt
import numpy as np

from adoptive.workbench.figures.charts import WIDE, Chart, Panel, Part, Rows, Size, Table, on, rows_in, stacked, titled
from adoptive.workbench.figures.colours import responses_of
from adoptive.workbench.figures.waterfall import TOP_CHANGE, change_axis, limits

__all__ = ["median_line", "spider_chart"]

FEWEST: Final = 5
"""Patients of whom a median is still drawn."""

DASHES: Final = ([1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [10, 4], [4, 2, 1, 2])


def spider_chart(table: Table, *, size: Size = WIDE, most: int = 40, time_title: str = "months") -> Chart:
    """Draw the change of each patient over time from 0, at most so many in all, and the median of all (thick).

    Parameters
    ----------
    table
        Columns ``patient``, ``time``, ``change`` (per cent) and ``response`` (colour and dash); optional ``group`` (a
        picture each).
    most
        Lines in all pictures together, evenly taken.

    Raises
    ------
    TableError
        A column is missing.

    >>> chart = spider_chart({"patient": [1, 1], "time": [1.0, 2.0], "change": [-10.0, 5.0], "response": ["SD", "SD"]})
    >>> len(chart.vconcat)
    1
    """
    rows = rows_in(table, needs=("patient", "time", "change", "response"), group="")
    groups = list(dict.fromkeys(row["group"] for row in rows))
    colours = responses_of([row["response"] for row in rows])
    scale = dict(domain=[0.0, max((float(row["time"]) for row in rows), default=1.0)], nice=False)
    panels = []
    for group in groups:
        mine = [row for row in rows if row["group"] == group]
        patients = sorted({row["patient"] for row in mine})
        few = max(1, most // len(groups))
        picked = {patients[round(at)] for at in np.linspace(0, len(patients) - 1, min(few, len(patients)))}
        lines = [row for row in _from_zero(mine) if row["patient"] in picked]
        panels.append(_panel(lines, median_line(mine), colours, scale, size, group, time_title, alone=len(groups) == 1))
    return stacked(panels)


def _from_zero(rows: Rows) -> Rows:
    """Give each patient's line from 0 on, cut off at the top."""
    first = {row["patient"]: row for row in reversed(rows)}
    start = [row | {"time": 0.0, "change": 0.0} for _, row in sorted(first.items(), key=lambda item: item[0])]
    return start + [row | {"change": min(float(row["change"]), TOP_CHANGE)} for row in rows]


def median_line(rows: Rows) -> Rows:
    """Give the median of time and change at each patient's first, second, ... scan, while five or more have one."""
    scans: dict[int, list[tuple[float, float]]] = defaultdict(list)
    by_patient: dict[Any, list[tuple[float, float]]] = defaultdict(list)
    for row in rows:
        by_patient[row["patient"]].append((float(row["time"]), float(row["change"])))
    for points in by_patient.values():
        for place, point in enumerate(sorted(points)):
            scans[place].append(point)
    line = [{"time": 0.0, "change": 0.0}]
    for place in sorted(scans):
        if len(scans[place]) < FEWEST:
            break
        time, change = np.median(np.array(scans[place]), axis=0).tolist()
        line.append({"time": time, "change": min(change, TOP_CHANGE)})
    return line if len(line) > 1 else []


def _panel(
    lines: Rows, median: Rows, colours: dict[str, str], scale: Part, size: Size, group: str, title: str, *,
    alone: bool,
) -> Panel:  # fmt: skip
    x = alt.X("time:Q", title=title, axis=dict(grid=False, tickCount=6), scale=scale)
    legend = dict(columns=1 if size.narrow else 3, symbolType="stroke", symbolSize=400, labelLimit=260)
    colour = alt.Color("response:N", legend=legend, scale=dict(domain=list(colours), range=list(colours.values())))
    dashes = [DASHES[at % len(DASHES)] for at in range(len(colours))]
    dash = alt.StrokeDash("response:N", legend=legend, scale=dict(domain=list(colours), range=dashes))
    threads = on(lines).mark_line(strokeWidth=1.2, opacity=0.85).encode(
        x=x, y=change_axis("change"), color=colour, strokeDash=dash, detail="patient:N"
    )  # fmt: skip
    thick = on(median).mark_line(strokeWidth=3.6, stroke="currentColor", point=False).encode(x=x, y="change:Q")
    layers = [threads, limits(), *([thick] if median else [])]
    return alt.layer(*layers).properties(width=size.width, height=280 if alone else 190, **titled(group))

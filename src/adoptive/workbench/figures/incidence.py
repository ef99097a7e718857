"""Cumulative incidence of competing causes, as steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

from adoptive.workbench.figures.charts import (
    ARM_COLOURS,
    ARM_DASHES,
    WIDE,
    Chart,
    Panel,
    Rows,
    Size,
    Table,
    on,
    rows_in,
    titled,
)
from adoptive.workbench.figures.survival import tick_places

__all__ = ["incidence_chart"]


def incidence_chart(
    table: Table, *, size: Size = WIDE, time_title: str = "months", until: float | None = None
) -> Chart:
    """Draw cumulative incidences of competing causes: a panel per group, a line per cause, with its interval.

    Parameters
    ----------
    table
        Columns ``cause``, ``time``, ``incidence`` (0 to 1, from its time on); optional ``group``, ``lower``, ``upper``.
    time_title, until
        Words at the axis, and its end; default: the longest time.

    Raises
    ------
    TableError
        A column is missing.

    >>> chart = incidence_chart({"cause": ["relapse", "death"], "time": [1.0, 2.0], "incidence": [0.2, 0.1]})
    >>> len(chart.hconcat)
    1
    """
    rows = rows_in(table, needs=("cause", "time", "incidence"), group="")
    end = until if until is not None else max((float(row["time"]) for row in rows), default=1.0)
    groups = list(dict.fromkeys(str(row["group"]) for row in rows)) or [""]
    causes = list(dict.fromkeys(str(row["cause"]) for row in rows))
    side_by_side = not size.narrow and len(groups) > 1
    width = (size.width - 60) // 2 if side_by_side else size.width
    panels = []
    for group in groups:
        mine = [row for row in rows if str(row["group"]) == group]
        corners = [corner for cause in causes for corner in _corners([r for r in mine if r["cause"] == cause], end)]
        panels.append(_panel(corners, causes, end, width, time_title, group, size))
    columns = 2 if side_by_side else 1
    lines = [alt.hconcat(*panels[at : at + columns]) for at in range(0, len(panels), columns)]
    return lines[0] if len(lines) == 1 else alt.vconcat(*lines)


def _corners(rows: Rows, end: float) -> Rows:
    """Give one cause's corners in per cent, from (0, 0) to the end of the axis."""
    if not rows:
        return []
    ordered = sorted((row for row in rows if row["time"] <= end), key=lambda row: float(row["time"]))
    start = {"cause": rows[0]["cause"], "time": 0.0, "incidence": 0.0, "lower": 0.0, "upper": 0.0}
    corners = [start]
    for row in ordered:
        share = 100.0 * row["incidence"]
        ends = {side: 100.0 * row[side] if side in row else share for side in ("lower", "upper")}
        corners.append({"cause": row["cause"], "time": float(row["time"]), "incidence": share, **ends})
    return [*corners, corners[-1] | {"time": end}]


def _panel(rows: Rows, causes: Sequence[str], end: float, width: int, title: str, group: str, size: Size) -> Panel:
    ticks = tick_places(end, narrow=width < 500)
    x = alt.X("time:Q", title=title, axis=dict(values=ticks, grid=False), scale=dict(domain=[0, end], nice=False))
    y = alt.Y("incidence:Q", title="% of patients", scale=dict(domain=[0, 100]))
    legend = dict(columns=1 if size.narrow else 3, symbolType="stroke", symbolSize=500, symbolOpacity=1, labelLimit=260)
    dashes = [list(dash) for dash in ARM_DASHES[: len(causes)]]
    colour = alt.Color(
        "cause:N", legend=legend, scale=dict(domain=list(causes), range=list(ARM_COLOURS[: len(causes)]))
    )
    dash = alt.StrokeDash("cause:N", legend=legend, scale=dict(domain=list(causes), range=dashes))
    step: dict[str, Any] = {"interpolate": "step-after"}
    band = on(rows).mark_area(opacity=0.14, **step).encode(x=x, y=alt.Y("lower:Q"), y2="upper:Q", color=colour)
    line = on(rows).mark_line(strokeWidth=2.2, **step).encode(x=x, y=y, color=colour, strokeDash=dash)
    return alt.layer(band, line).properties(width=width, height=220, **titled(group))

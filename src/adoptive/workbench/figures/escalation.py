"""The path of a dose-finding trial: dose against patient."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import altair as alt

from adoptive.workbench.figures.charts import WIDE, Chart, Size, Table, on, rows_in

__all__ = ["escalation_chart"]

MARKS: Final = {"no DLT": ("circle", "#0072B2"), "DLT": ("cross", "#D55E00")}


def escalation_chart(table: Table, *, levels: Sequence[str], size: Size = WIDE) -> Chart:
    """Draw the path of a dose-finding trial: each patient's level in the order of infusion, with the DLTs.

    Parameters
    ----------
    table
        Columns ``patient`` (from 1), ``level`` (a name of ``levels``), ``toxic`` (had a dose-limiting toxicity).
    levels
        The levels' names, the lowest first.

    Raises
    ------
    TableError
        A column is missing.

    >>> chart = escalation_chart({"patient": [1, 2], "level": ["low", "high"], "toxic": [0, 1]}, levels=["low", "high"])
    >>> [row["seen"] for row in chart.data.values]
    ['no DLT', 'DLT']
    """
    rows = [
        row | {"seen": "DLT" if row["toxic"] else "no DLT"}
        for row in rows_in(table, needs=("patient", "level", "toxic"))
    ]
    names = list(levels)[::-1]
    base = on(rows).encode(
        x=alt.X(
            "patient:Q",
            title="patient",
            axis=dict(tickMinStep=1, grid=False),
            scale=dict(zero=False, nice=False, padding=8),
        ),
        y=alt.Y(
            "level:N",
            sort=names,
            scale=dict(domain=names),
            title="dose level",
            axis=dict(labelLimit=160, titlePadding=26),
        ),
    )
    line = base.mark_line(strokeWidth=1, color="#888888", interpolate="step-after").encode(order="patient:Q")
    shapes, colours = ([mark[at] for mark in MARKS.values()] for at in (0, 1))
    points = base.mark_point(filled=True, size=70, opacity=1).encode(
        shape=alt.Shape("seen:N", scale=dict(domain=list(MARKS), range=shapes)),
        color=alt.Color("seen:N", scale=dict(domain=list(MARKS), range=colours)),
    )
    return alt.layer(line, points).properties(width=size.width, height=40 * len(names) + 40)

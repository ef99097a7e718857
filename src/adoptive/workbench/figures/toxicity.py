"""Toxicity: shares by worst grade, stacked; when it begins and how long it lasts."""

from __future__ import annotations

from typing import Final

import altair as alt

from adoptive.workbench.figures.charts import (
    GRADE_COLOURS,
    WIDE,
    Chart,
    Panel,
    Rows,
    Size,
    Table,
    on,
    rows_in,
    stacked,
    titled,
)

__all__ = ["onset_chart", "toxicity_chart"]

NAMED_FROM: Final = 9.0
"""Share, in per cent, from which a piece of the bar carries its grade."""

LABELLED_FROM: Final = 5.0
"""Share, in per cent, from which a piece carries its number."""


def toxicity_chart(table: Table, *, size: Size = WIDE, title: str = "% of patients") -> Chart:
    """Draw the share of patients by worst grade, stacked, the worst first; what is missing to 100 % had grade 0.

    Parameters
    ----------
    table
        Columns ``term``, ``grade`` (1 to 5; 0 is not drawn), ``share`` (0 to 1); optional ``group`` (a picture each)
        and ``cycle`` (a bar each).

    Raises
    ------
    TableError
        A column is missing.

    >>> chart = toxicity_chart({"term": ["CRS", "CRS"], "grade": [1, 3], "share": [0.4, 0.1]})
    >>> [(row["grade"], row["start"], row["end"]) for row in chart.data.values]
    [('grade 3', 0.0, 10.0), ('grade 1', 10.0, 50.0)]
    """
    rows = rows_in(table, needs=("term", "grade", "share"), group="")
    for row in rows:
        row["line"] = f"{row['term']}, cycle {row['cycle']}" if row.get("cycle") not in (None, "") else row["term"]
    groups = dict.fromkeys(row["group"] for row in rows)
    return stacked([_bars([row for row in rows if row["group"] == name], size, name, title) for name in groups])


def _pieces(rows: Rows, *, room: float) -> Rows:
    """Give each line's pieces, the worst grade first, with their ends in per cent; ``room``: times narrower."""
    pieces: Rows = []
    for line in dict.fromkeys(row["line"] for row in rows):
        edge = 0.0
        listed = [row for row in rows if row["line"] == line and row["grade"] and row["share"]]
        for row in sorted(listed, key=lambda row: -int(row["grade"])):
            share, grade = 100 * float(row["share"]), int(row["grade"])
            word = f"G{grade}: {share:.0f}" if share >= NAMED_FROM * room else f"{share:.0f}"
            word = word if share >= LABELLED_FROM * room else ""
            pieces.append({
                "line": line, "grade": f"grade {grade}", "start": edge, "end": edge + share,
                "middle": edge + share / 2, "label": word, "dark": grade >= 4,
            })  # fmt: skip
            edge += share
    return pieces


def _bars(rows: Rows, size: Size, group: str, title: str) -> Panel:
    order = list(dict.fromkeys(row["line"] for row in rows))
    scale = dict(domain=[f"grade {grade}" for grade in GRADE_COLOURS], range=list(GRADE_COLOURS.values()))
    axis = dict(labelLimit=200, minExtent=130, ticks=False, domain=False)
    y = alt.Y("line:N", sort=order, scale=dict(domain=order), title=None, axis=axis)
    data = on(_pieces(rows, room=2.6 if size.narrow else 1.0))
    percent, ticks = dict(domain=[0, 100]), dict(values=[0, 20, 40, 60, 80, 100])
    legend = dict(columns=2 if size.narrow else 5, symbolType="square")
    bars = data.mark_bar(stroke="white", strokeWidth=0.6).encode(
        x=alt.X("start:Q", title=title, scale=percent, axis=ticks), x2="end:Q", y=y,
        color=alt.Color("grade:N", scale=scale, legend=legend),
    )  # fmt: skip
    labels = data.mark_text(fontSize=11).encode(
        x="middle:Q", y=y, text="label:N", color=alt.condition("datum.dark", alt.value("white"), alt.value("black"))
    )
    return alt.layer(bars, labels).properties(width=size.width - 100, height=30 * max(1, len(order)), **titled(group))


def onset_chart(table: Table, *, size: Size = WIDE, time_title: str = "days from infusion") -> Chart:
    """Draw when toxicities begin (dot: median; thin line: middle half) and how long they last (thick line).

    Parameters
    ----------
    table
        Columns ``term``, ``onset``, ``onset_lower``, ``onset_upper``, ``end``: median onset, its quartiles, and the
        median onset plus the median length; optional ``group`` (a picture each).

    Raises
    ------
    TableError
        A column is missing.

    >>> chart = onset_chart({"term": ["CRS"], "onset": [1.0], "onset_lower": [1], "onset_upper": [3], "end": [6.0]})
    >>> len(chart.vconcat)
    1
    """
    rows = rows_in(table, needs=("term", "onset", "onset_lower", "onset_upper", "end"), group="")
    top = max((float(row[name]) for row in rows for name in ("onset_upper", "end")), default=1.0)
    groups = dict.fromkeys(row["group"] for row in rows)
    panels = []
    for group in groups:
        mine = [row for row in rows if row["group"] == group]
        order = list(dict.fromkeys(row["term"] for row in mine))
        axis = dict(labelLimit=200, minExtent=130, ticks=False, domain=False)
        y = alt.Y("term:N", sort=order, scale=dict(domain=order), title=None, axis=axis)
        scale = dict(domain=[0, top], nice=True)
        x = alt.X("onset:Q", title=time_title, scale=scale, axis=dict(grid=False))
        base = on(mine)
        layers = [
            base.mark_rule(strokeWidth=5, opacity=0.45, color="#E69F00").encode(x=x, x2="end:Q", y=y),
            base.mark_rule(strokeWidth=1.4, color="#0072B2").encode(
                x=alt.X("onset_lower:Q", scale=scale, title=time_title), x2="onset_upper:Q", y=y
            ),
            base.mark_point(filled=True, size=70, opacity=1, color="#0072B2").encode(x=x, y=y),
        ]
        panel = alt.layer(*layers).properties(width=size.width - 100, height=30 * len(order), **titled(group))
        panels.append(panel)
    return stacked(panels)

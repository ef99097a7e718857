"""The waterfall: each patient's best change, the worst first, over a strip that says the response without colour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import altair as alt

from adoptive.workbench.figures.charts import WIDE, Chart, Panel, Rows, Size, Table, on, rows_in, stacked
from adoptive.workbench.figures.colours import responses_of

__all__ = ["change_axis", "limits", "waterfall_chart"]

TOP_CHANGE: Final = 100.0
"""Bars and lines end at so many per cent of growth."""

BOTTOM: Final = -100.0
SIGNED: Final = "(datum.value > 0 ? '+' : datum.value < 0 ? '−' : '') + abs(datum.value)"
STRIP: Final = 13
"""Height of a line of the strip, pixels."""


def waterfall_chart(table: Table, *, size: Size = WIDE, responses: Mapping[str, str] | None = None) -> Chart:
    """Draw each patient's best change, the worst first, with a strip below that says the response by place.

    Parameters
    ----------
    table
        Columns ``change`` (per cent) and ``response``; optional ``star`` (progressed elsewhere than in the target
        lesions: an asterisk) and ``group`` (a picture each).
    responses
        Words and colours of the responses, in order; default: :data:`~adoptive.workbench.figures.colours.RESPONSES`.

    Raises
    ------
    TableError
        A column is missing.

    >>> chart = waterfall_chart({"change": [-40.0, 25.0], "response": ["partial response", "progressive disease"]})
    >>> [row["change"] for row in chart.vconcat[0].layer[0].data.values]
    [25.0, -40.0]
    """
    rows = rows_in(table, needs=("change", "response"), star=False, group="")
    colours = responses_of([row["response"] for row in rows], responses)
    panels: list[Any] = []
    for group in dict.fromkeys(row["group"] for row in rows):
        ordered = sorted((row for row in rows if row["group"] == group), key=lambda row: -float(row["change"]))
        bars = [
            {
                "rank": rank, "change": min(float(row["change"]), TOP_CHANGE), "response": row["response"],
                "star": bool(row["star"]),
            }
            for rank, row in enumerate(ordered, start=1)
        ]  # fmt: skip
        panels.append(stacked([_bars(bars, colours, size, group), _strip(bars, colours, size)], spacing=4))
    return panels[0] if len(panels) == 1 else stacked(panels, spacing=18)


def limits() -> alt.Chart:
    """Draw the lines at +20 % (progression) and -30 % (response) of RECIST 1.1."""
    rules: alt.Chart = on([{"at": 20}, {"at": -30}]).mark_rule(strokeDash=[4, 3], color="#888888").encode(y="at:Q")
    return rules


def change_axis(field: str) -> alt.Y:
    """Give the axis of the change in per cent."""
    scale = dict(domain=[BOTTOM, TOP_CHANGE])
    return alt.Y(
        f"{field}:Q", title="change, %", scale=scale, axis=dict(values=[-100, -30, 0, 20, 100], labelExpr=SIGNED)
    )


def _place(bars: Rows) -> alt.X:
    domain = [row["rank"] for row in bars]
    return alt.X("rank:O", axis=None, scale=dict(domain=domain, paddingInner=0.15, paddingOuter=0.1))


def _colour(colours: Mapping[str, str]) -> alt.Color:
    return alt.Color("response:N", legend=None, scale=dict(domain=list(colours), range=list(colours.values())))


def _bars(bars: Rows, colours: Mapping[str, str], size: Size, group: str) -> Panel:
    x = _place(bars)
    columns = on(bars).mark_bar().encode(x=x, y=change_axis("change"), color=_colour(colours))
    starred = [row | {"at": max(row["change"], 0.0)} for row in bars if row["star"]]
    stars = on(starred).mark_text(text="*", fontSize=13, dy=-3).encode(x=x, y=alt.Y("at:Q"))
    layers = [columns, limits(), *([stars] if starred else [])]
    title = {"title": f"{group} ({len(bars)} patients)"} if group else {}
    return alt.layer(*layers).properties(width=size.width, height=170, **title)


def _strip(bars: Rows, colours: Mapping[str, str], size: Size) -> Panel:
    """Give a line per response, with a mark under each bar that has it."""
    order: Sequence[str] = list(colours)
    axis = dict(title=None, ticks=False, domain=False, labelLimit=115 if size.narrow else 190, labelFontSize=11)
    y = alt.Y("response:N", sort=order, scale=dict(domain=order), axis=axis)
    marks = on(bars).mark_rect().encode(x=_place(bars), y=y, color=_colour(colours))
    return alt.layer(marks).properties(width=size.width, height=STRIP * len(order))

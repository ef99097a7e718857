"""Operating characteristics: a dot per value with its Monte Carlo error, as small multiples."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import altair as alt

from adoptive.workbench.figures.charts import ARM_COLOURS, WIDE, Chart, Panel, Rows, Size, Table, on, rows_in, titled

__all__ = ["characteristics_chart"]

MOST_TICKS: Final = 8
"""Labels that are all written at the axis if they are numbers."""

SHAPES: Final = (
    "circle",
    "square",
    "triangle-up",
    "diamond",
    "cross",
    "triangle-down",
    "triangle-right",
    "triangle-left",
)


def characteristics_chart(
    table: Table,
    *,
    size: Size = WIDE,
    value_title: str = "",
    label_title: str = "",
    domain: tuple[float, float] | None = None,
    target: float | None = None,
) -> Chart:
    """Draw operating characteristics: a dot per value with its Monte Carlo interval, panel by panel.

    Labels that are numbers become a horizontal axis, with a line through the dots; words become rows.

    Parameters
    ----------
    table
        Columns ``label`` and ``value``; optional ``lower`` and ``upper`` (default: no interval), ``series`` (colour and
        shape) and ``panel`` (a picture each, in order).
    value_title, label_title
        Words at the axes; a panel's name stands for the first if there are several.
    domain, target
        Ends of the axis of values, and a value to mark on it (dashed).

    Raises
    ------
    TableError
        A column is missing.

    >>> chart = characteristics_chart({"label": [90, 150], "value": [0.71, 0.86], "lower": [0.69, 0.84],
    ...                                "upper": [0.73, 0.88]}, value_title="power")
    >>> len(chart.hconcat)
    1
    """
    rows = rows_in(table, needs=("label", "value"), series="", panel="")
    for row in rows:
        row["lower"], row["upper"] = row.get("lower", row["value"]), row.get("upper", row["value"])
    panels = list(dict.fromkeys(str(row["panel"]) for row in rows)) or [""]
    wanted: dict[str, Any] = {"domain": domain, "target": target, "label_title": label_title}
    series = list(dict.fromkeys(str(row["series"]) for row in rows))
    charts = []
    for panel in panels:
        of_panel = [row for row in rows if str(row["panel"]) == panel]
        width = size.width if size.narrow or len(panels) == 1 else (size.width - 70) // 2
        charts.append(
            _panel(of_panel, series, size, width, title=panel, value_title="" if panel else value_title, **wanted)
        )
    columns = 1 if size.narrow else 2
    lines = [alt.hconcat(*charts[at : at + columns]) for at in range(0, len(charts), columns)]
    return lines[0] if len(lines) == 1 else alt.vconcat(*lines)


def _panel(
    rows: Rows, series: Sequence[str], size: Size, width: int, *, title: str, value_title: str, label_title: str,
    domain: tuple[float, float] | None, target: float | None,
) -> Panel:  # fmt: skip
    numbers = all(isinstance(row["label"], int | float) and not isinstance(row["label"], bool) for row in rows)
    scale = dict(domain=list(domain)) if domain else dict(zero=False, nice=True)
    value, low, high = ("y", "y", "y2") if numbers else ("x", "x", "x2")
    value_axis = (alt.Y if numbers else alt.X)("value:Q", title=value_title, scale=scale)
    low_axis = (alt.Y if numbers else alt.X)("lower:Q", title=value_title, scale=scale)
    many = len(series) > 1
    legend = dict(columns=1 if size.narrow else 3, symbolType="circle", labelLimit=250) if many else None
    colour = alt.Color("series:N", legend=legend, scale=dict(domain=list(series), range=_cycled(ARM_COLOURS, series)))
    shape = alt.Shape("series:N", legend=legend, scale=dict(domain=list(series), range=_cycled(SHAPES, series)))
    labels = _label_axis(rows, series, label_title, numbers=numbers)
    base = on(rows)
    layers: list[alt.Chart] = []
    if target is not None:
        mark = on([{"at": target}]).mark_rule(strokeDash=[5, 4], color="#888888")
        layers.append(mark.encode(**{value: (alt.Y if numbers else alt.X)("at:Q", scale=scale)}))
    if numbers:
        layers.append(base.mark_line(strokeWidth=1.2, opacity=0.7).encode(color=colour, y=value_axis, **labels))
    layers.append(base.mark_rule(strokeWidth=1.6).encode(color=colour, **{low: low_axis, high: "upper:Q"}, **labels))
    layers.append(
        base.mark_point(filled=True, size=60, opacity=1).encode(
            color=colour, shape=shape, **{value: value_axis}, **labels
        )
    )
    kinds = len({str(row["label"]) for row in rows})
    height = 190 if numbers else max(40, kinds * (14 + 12 * len(series)))
    return alt.layer(*layers).properties(width=width, height=height, **titled(title))


def _label_axis(rows: Rows, series: Sequence[str], title: str, *, numbers: bool) -> dict[str, Any]:
    """Give the encoding of the labels: an axis of numbers, or rows with a place per series."""
    if numbers:
        ticks = sorted({float(row["label"]) for row in rows})
        axis = dict[str, Any](grid=False, values=ticks if len(ticks) <= MOST_TICKS else alt.Undefined)
        return {"x": alt.X("label:Q", title=title, axis=axis, scale=dict(zero=False, padding=12))}
    order = list(dict.fromkeys(str(row["label"]) for row in rows))
    axis = dict[str, Any](labelLimit=220, ticks=False, domain=False)
    y = {"y": alt.Y("label:N", sort=order, scale=dict(domain=order), title=title or None, axis=axis)}
    return y | ({"yOffset": alt.YOffset("series:N", sort=list(series))} if len(series) > 1 else {})


def _cycled(values: Sequence[str], series: Sequence[str]) -> list[str]:
    return [values[at % len(values)] for at in range(len(series))]

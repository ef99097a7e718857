"""The forest: an estimate with its interval per row, beside columns of text that nothing overlaps."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

import altair as alt

from adoptive.workbench.figures.charts import WIDE, Chart, Part, Rows, Size, Table, cut, on, rows_in

__all__ = ["forest_chart"]

BLUE: Final = "#0072B2"
ROW, TALL_ROW = 21, 50
LABELS, COLUMN, WORDS = 178, 92, 112
"""Pixels of the labels, of a column of text, and of the estimate in words."""
NBSP: Final = "\u00a0"
NARROW_LETTERS: Final = 38
"""Letters of a heading that fit on a narrow page."""
TICKS: Final = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
PIECE: Final = 0.14
"""Half the length of a piece of the line of no effect on narrow pages, rows."""
WIDEST: Final = 20.0
"""An interval's end is drawn at most so many times away from the value of no effect (log axis)."""


def forest_chart(
    table: Table,
    *,
    size: Size = WIDE,
    columns: Mapping[str, str] | None = None,
    measure: str = "hazard ratio",
    null: float = 1.0,
    log: bool = True,
    favours: tuple[str, str] = ("", ""),
) -> Chart:
    """Draw estimates with intervals, a row each, beside columns of text.

    Parameters
    ----------
    table
        Columns ``label``, ``estimate``, ``lower``, ``upper`` (not finite: no estimate); optional ``heading`` (bold row
        of words) and those named in ``columns``.
    columns
        Further columns of text, and their titles; a title of two lines gives its first alone on narrow pages.
    measure, null, log
        What is estimated, its value without an effect, and whether the axis is logarithmic.
    favours
        Words under the axis, left and right of ``null``.

    Raises
    ------
    TableError
        A column is missing.

    >>> chart = forest_chart({"label": ["all"], "estimate": [0.5], "lower": [0.4], "upper": [0.7]})
    >>> sorted(row["label"] for row in chart.layer[1].data.values)
    ['all']
    """
    titles = dict(columns or {})
    rows = rows_in(table, needs=("label", "estimate", "lower", "upper"), heading=False, **dict.fromkeys(titles, ""))
    low, high = _ends(rows, null, log=log)
    for place, row in enumerate(rows):
        row["place"] = place
        row["words"] = _in_words(row)
    drawn = [_clipped(row, low, high) for row in rows if _known(row)]
    width = size.width if size.narrow else max(180, size.width - LABELS - COLUMN * len(titles) - WORDS + 190)
    shown = size.narrow
    scale = dict(type="log" if log else "linear", domain=[low, high], nice=False, clamp=True)
    axis: Part = dict(title=_axis_title(measure, favours), grid=False, format="~g", labelOverlap="greedy")
    if log:
        axis["values"] = [tick for tick in TICKS if low <= tick <= high]
    last = len(rows) - 0.5
    y_scale = dict(domain=[last, -0.5 if shown else -2.0], nice=False)
    offset = 0.28 if shown else 0.0
    spots = [row | {"spot": row["place"] + offset} for row in drawn]
    marks = _marks(spots, axis, scale, y_scale, null, beside=not shown)
    words = _narrow_words(rows, titles, width, y_scale) if shown else _wide_words(rows, titles, measure, width, y_scale)
    height = (TALL_ROW if shown else ROW) * (len(rows) + (0.0 if shown else 1.5))
    return alt.layer(*marks, *words).properties(width=width, height=height)


def _known(row: Mapping[str, Any]) -> bool:
    return not row["heading"] and row["estimate"] is not None and math.isfinite(row["estimate"])


def _in_words(row: Mapping[str, Any]) -> str:
    if row["heading"]:
        return ""
    if not _known(row):
        return "not estimable"
    ends = (f"{end:.2f}" if math.isfinite(end) else "∞" for end in (row["lower"], row["upper"]))
    return f"{row['estimate']:.2f} ({' to '.join(ends)})"


def _ends(rows: Rows, null: float, *, log: bool) -> tuple[float, float]:
    """Give the ends of the axis: those of the intervals, as far as they are finite and not absurd."""
    values = [float(row[name]) for row in rows if _known(row) for name in ("estimate", "lower", "upper")]
    finite = [value for value in values if math.isfinite(value) and (value > 0 or not log)]
    if log:
        low, high = min([*finite, null / 2]), max([*finite, null * 2])
        return max(low * 0.9, null / WIDEST), min(high * 1.1, null * WIDEST)
    low, high = min([*finite, null]), max([*finite, null])
    room = 0.05 * (high - low) or 1.0
    return low - room, high + room


def _clipped(row: dict[str, Any], low: float, high: float) -> dict[str, Any]:
    """End an interval at the ends of the axis; an arrow says so."""
    return row | {
        "from": min(max(row["lower"], low), high), "to": min(max(row["upper"], low), high),
        "cut_low": row["lower"] < low, "cut_high": row["upper"] > high,
    }  # fmt: skip


def _axis_title(measure: str, favours: tuple[str, str]) -> str | list[str]:
    left, right = favours
    return [measure, f"← {left}{NBSP * 6}{right} →"] if left or right else measure


def _marks(rows: Rows, axis: Part, scale: Part, y_scale: Part, null: float, *, beside: bool) -> list[alt.Chart]:
    """Give the line of no effect (in pieces below words), the intervals, the squares, and arrows where they go on."""
    x, y = alt.X("from:Q", axis=axis, scale=scale), alt.Y("spot:Q", axis=None, scale=y_scale)
    at = alt.X("at:Q", scale=scale, axis=axis)
    line = on([{"at": null}]).mark_rule(color="#888888").encode(x=at)
    if not beside:
        pieces = [{"at": null, "spot": row["spot"] - PIECE, "end": row["spot"] + PIECE} for row in rows]
        line = (
            on(pieces or [{"at": null}])
            .mark_rule(color="#888888")
            .encode(x=at, **({"y": y, "y2": "end:Q"} if pieces else {}))
        )
    whiskers = on(rows).mark_rule(strokeWidth=1.6, color=BLUE).encode(x=x, x2="to:Q", y=y)
    squares = on(rows).mark_point(shape="square", filled=True, size=55, opacity=1, color=BLUE)
    layers = [line, whiskers, squares.encode(x=alt.X("estimate:Q", scale=scale), y=y)]
    for side, end, shape in (("cut_low", "from", "triangle-left"), ("cut_high", "to", "triangle-right")):
        open_ended = [row for row in rows if row[side]]
        if open_ended:
            arrow = on(open_ended).mark_point(shape=shape, filled=True, size=50, opacity=1, color=BLUE)
            layers.append(arrow.encode(x=alt.X(f"{end}:Q", scale=scale), y=y))
    return layers


def _text(rows: Rows, field: str, at: float, y_scale: Part, **look: Any) -> alt.Chart:
    y = alt.Y("line:Q", axis=None, scale=y_scale)
    text: alt.Chart = on(rows).mark_text(baseline="middle", **look).encode(x=alt.value(at), y=y, text=f"{field}:N")
    return text


def _wide_words(rows: Rows, titles: Mapping[str, str], measure: str, width: int, y_scale: Part) -> list[alt.Chart]:
    """Write the columns: labels and texts left of the picture, the estimate right of it, titles on top."""
    placed = [
        row | {"line": row["place"], "shown": row["label"] if row["heading"] else f"  {row['label']}"} for row in rows
    ]
    left = -(LABELS + COLUMN * len(titles)) + 10
    bold, plain = ([row for row in placed if bool(row["heading"]) is wanted] for wanted in (True, False))
    layers = [_text(plain, "shown", left + 10, y_scale, align="left", fontSize=12)]
    if bold:
        layers.append(_text(bold, "shown", left, y_scale, align="left", fontSize=12, fontWeight="bold"))
    heads = [{"line": -1.5, "words": f"{measure}\n(95 %)", "at": width + 12}]
    for place, name in enumerate(titles):
        at = left + LABELS + COLUMN * place
        layers.append(_text(placed, name, at, y_scale, align="left", fontSize=12))
        heads.append({"line": -1.5, "words": titles[name], "at": at})
    layers.append(_text(placed, "words", width + 12, y_scale, align="left", fontSize=12))
    return layers + [
        _text(
            [head],
            "words",
            float(str(head["at"])),
            y_scale,
            align="left",
            fontSize=11,
            fontWeight="bold",
            lineBreak="\n",
        )
        for head in heads
    ]


def _narrow_words(rows: Rows, titles: Mapping[str, str], width: int, y_scale: Part) -> list[alt.Chart]:
    """Write two lines above each interval: label and estimate, then the other columns."""
    first = [
        row
        | {
            "line": row["place"] - 0.3,
            "label": cut(str(row["label"]), NARROW_LETTERS) if row["heading"] else row["label"],
        }
        for row in rows
    ]
    second = [
        row | {"line": row["place"] - 0.02, "more": "; ".join(
            f"{title.splitlines()[0]}: {row[name]}" for name, title in titles.items() if str(row[name]))}
        for row in rows
    ]  # fmt: skip
    bold, plain = ([row for row in first if bool(row["heading"]) is wanted] for wanted in (True, False))
    layers = [
        _text(plain, "label", 0, y_scale, align="left", fontSize=12),
        _text(first, "words", width, y_scale, align="right", fontSize=12),
        _text([row for row in second if row["more"]], "more", 0, y_scale, align="left", fontSize=10),
    ]
    return [*layers, _text(bold, "label", 0, y_scale, align="left", fontSize=12, fontWeight="bold")] if bold else layers

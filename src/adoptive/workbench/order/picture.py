"""The picture of a construct: every part to scale, in its own row with its name, coloured by what it does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import altair as alt

from adoptive.construct.record import Feature, features_of
from adoptive.construct.types import Built, Part, PartKind
from adoptive.workbench.figures.charts import Chart, DataTable, Figure, Rows, Size, cut, draw, on

__all__ = ["KINDS", "construct_chart", "construct_figure"]

KINDS: Final[dict[PartKind, tuple[str, str]]] = {
    "leader": ("leader", "#E69F00"), "variable": ("V domain", "#0072B2"), "binder": ("binder", "#0072B2"),
    "constant": ("constant region", "#56B4E9"), "hinge": ("hinge", "#009E73"),
    "transmembrane": ("transmembrane", "#5E3C99"), "costimulation": ("costimulation", "#CC79A7"),
    "signal": ("signalling", "#D55E00"), "linker": ("linker, 2A, cleavage", "#8C8C8C"),
    "2A": ("linker, 2A, cleavage", "#8C8C8C"), "cleavage": ("linker, 2A, cleavage", "#8C8C8C"),
    "armour": ("armour", "#8C2D04"), "switch": ("safety switch", "#B22222"), "tag": ("tag", "#B8A200"),
    "promoter": ("other", "#666666"), "stop": ("other", "#666666"), "vector": ("other", "#666666"),
}  # fmt: skip
"""What each kind of part is called in the legend, and its colour."""

LETTER, WIDE_LETTER = 6.2, 7.2
"""Width of a letter, pixels: on average (12 px type), and of short words at most."""

ROW, BAR, TOP, GAP, LEAST = 21.0, 20.0, 26.0, 5.0, 1.5
"""Pixels: a row, the whole construct's bar, from its upper end to the first row, beside a name, the narrowest part."""

LINE: Final = 19.0
_YELLOW: Final = "#F0E442"
_WHITE_ON: Final = ("#0072B2", "#5E3C99", "#8C2D04", "#B22222", "#666666", "#009E73", "#D55E00")


@dataclass(frozen=True)
class _Row:
    """Hold a part in the picture: pixels from the left, its row, its name and where that stands."""

    left: float
    right: float
    y: float
    kind: str
    colour: str
    words: str
    at: float
    align: str
    ink: str


def construct_figure(built: Built) -> Figure:
    """Draw a construct at both widths, with a table of its parts."""
    insert, count = built.insert, len(built.insert.parts)
    finding = f"{insert.id}: {count} parts, {len(insert.protein):,} amino acids, {len(built.nt):,} bases."
    caption = "Parts to scale, in reading direction" + ("; yellow: CDR3." if _cdr3s(built) else ".")
    if built.vector_nt:
        caption += f" Above: {built.vector_name}; the insert (black) begins at its base {built.insert_at + 1:,}."
    return draw(
        "construct", f"The construct {insert.id}", caption=caption, finding=finding,
        chart=lambda size: construct_chart(built, size=size), table=_table(built),
    )  # fmt: skip


def construct_chart(built: Built, *, size: Size) -> Chart:
    """Draw a construct: the whole above, each part in a row of its own below, names where there is room for them."""
    width, total = float(size.width), len(built.nt)
    legend, above = _legend(built, width)
    vector, top = _vector(built, width, above)
    rows = _rows(built, width, top)
    bottom = top + TOP + ROW * len(rows) + 4
    across = alt.X("x:Q", axis=None, scale={"domain": [0, width], "nice": False, "zero": False})
    down = alt.Y("y:Q", axis=None, scale={"domain": [bottom + 20, 0], "nice": False, "zero": False})
    ends = {"x2": "x2:Q", "y2": "y2:Q"}
    paint = alt.Color("colour:N", scale=None, legend=None)
    layers = [
        on([*legend[0], *vector[0], *_boxes(rows, top)]).mark_rect(stroke="#888888", strokeWidth=0.4).encode(
            x=across, y=down, **ends, color=paint
        ),
        on(_cdr3_boxes(built, rows, width, top)).mark_rect(color=_YELLOW, stroke="#111111", strokeWidth=0.6).encode(
            x=across, y=down, **ends
        ),
        *_names([*legend[1], *vector[1], *_row_names(rows), *_scale_names(total, width, bottom)], across, down),
        on([*vector[2], *_scale_ticks(total, width, bottom)]).mark_rule(color="#888888").encode(
            x=across, y=down, **ends
        ),
    ]  # fmt: skip
    return alt.layer(*layers, width=width, height=bottom + 20)


def _rows(built: Built, width: float, top: float) -> list[_Row]:
    rows, at = [], 0
    for place, part in enumerate(built.insert.parts):
        end = at + 3 * len(part.protein)
        left, right = (width * one / len(built.nt) for one in (at, end))
        kind, colour = KINDS[part.kind]
        y = top + TOP + ROW * (place + 0.5)
        rows.append(_Row(left, max(right, left + LEAST), y, kind, colour, *_beside(part, left, right, width)))
        at = end
    return rows


def _beside(part: Part, left: float, right: float, width: float) -> tuple[str, float, str, str]:
    """Choose where a name stands: right of its part if it fits, else left, else in it; shortened to the widest room."""
    size = f", {len(part.protein)} aa"
    needed = LETTER * len(part.name + size)
    rooms = {"right": width - right - GAP, "left": left - GAP, "inside": right - left - 2 * GAP}
    side = next((one for one in rooms if rooms[one] >= needed), max(rooms, key=lambda one: rooms[one]))
    said = cut(part.name, max(3, int(rooms[side] / LETTER) - len(size))) + size
    if side == "inside":
        return said, left + GAP, "left", "#FFFFFF" if KINDS[part.kind][1] in _WHITE_ON else "#111111"
    return (said, right + GAP, "left", "") if side == "right" else (said, left - GAP, "right", "")


def _boxes(rows: Sequence[_Row], top: float) -> Rows:
    """Give the bar of the whole construct, and each part again in its row."""
    bar = [_box(one.left, one.right, top, top + BAR, one.colour) for one in rows]
    return bar + [_box(one.left, one.right, one.y - 8, one.y + 8, one.colour) for one in rows]


def _box(x: float, x2: float, y: float, y2: float, colour: str) -> dict[str, Any]:
    return {"x": x, "x2": x2, "y": y, "y2": y2, "colour": colour}


def _cdr3_boxes(built: Built, rows: Sequence[_Row], width: float, top: float) -> Rows:
    base = built.insert_at if built.vector_nt else 0
    boxes = []
    for one in _cdr3s(built):
        left, right = (width * (at - base) / len(built.nt) for at in (one.start, one.end))
        y = next(row.y for row in rows if row.left - 0.5 <= left < row.right)
        boxes += [_box(left, right, top, top + BAR, ""), _box(left, right, y - 8, y + 8, "")]
    return boxes


def _cdr3s(built: Built) -> list[Feature]:
    return [one for one in features_of(built) if one.label.endswith(" CDR3")]


def _legend(built: Built, width: float) -> tuple[tuple[Rows, Rows], float]:
    """Set the kinds of parts in lines that fit, each once; give squares, words and where the picture begins."""
    said = dict(KINDS[part.kind] for part in built.insert.parts)
    squares, words, x, y = [], [], 0.0, 7.0
    for name, colour in said.items():
        wide = 16 + WIDE_LETTER * len(name) + 10
        if x and x + wide - 10 > width:
            x, y = 0.0, y + LINE
        squares.append(_box(x, x + 11, y - 5.5, y + 5.5, colour))
        words.append({"x": x + 16, "y": y, "text": name, "align": "left", "ink": ""})
        x += wide
    return (squares, words), y + LINE


def _vector(built: Built, width: float, y: float) -> tuple[tuple[Rows, Rows, Rows], float]:
    """Set the whole vector above the insert: its features grey, the insert black, with lines to its ends."""
    if not built.vector_nt:
        return ([], [], []), y
    y += 4.0
    size, bar = len(built.vector_nt), (y + 9, y + 19)
    left, right = (width * at / size for at in (built.insert_at, built.insert_at + len(built.nt)))
    marks = [
        _box(width * start / size, width * end / size, *bar, "#B0B0B0")
        for one in built.marks
        for start, end in ([(one.start, one.end)] if one.start < one.end else [(one.start, size), (0, one.end)])
    ]
    boxes = [_box(0.0, width, *bar, "#E4E4E4"), *marks, _box(left, right, *bar, "#333333")]
    name = cut(f"{built.vector_name}, {size:,} bases", int(width / LETTER))
    lines = [{"x": a, "x2": b, "y": bar[1], "y2": y + 38} for a, b in ((left, 0.0), (right, width))]
    return (boxes, [{"x": 0.0, "y": y, "text": name, "align": "left", "ink": ""}], lines), y + 38


def _row_names(rows: Sequence[_Row]) -> Rows:
    return [{"x": one.at, "y": one.y, "text": one.words, "align": one.align, "ink": one.ink} for one in rows]


def _steps(total: int, width: float) -> list[int]:
    """Give round places along the bases, at most one in 70 pixels."""
    step = next(one for one in (50, 100, 200, 250, 500, 1000, 2000, 5000, 10**9) if width * one / total >= 70)
    return [*range(0, total + 1, step)] if step < 10**9 else [0, total]


def _scale_ticks(total: int, width: float, bottom: float) -> Rows:
    line = [{"x": 0.0, "x2": width, "y": bottom, "y2": bottom}]
    places = [width * one / total for one in _steps(total, width)]
    return line + [{"x": x, "x2": x, "y": bottom, "y2": bottom + 4} for x in places]


def _scale_names(total: int, width: float, bottom: float) -> Rows:
    return [
        {"x": width * one / total, "y": bottom + 13, "text": f"{one:,}" + (" bases" if not one else ""),
         "align": "center" if one else "left", "ink": ""}
        for one in _steps(total, width)
        if width * one / total <= width - 12
    ]  # fmt: skip


def _names(names: Rows, across: alt.X, down: alt.Y) -> list[alt.Chart]:
    """Set words: by alignment, and in the page's own colour or in one that can be read on a part."""
    charts = []
    for align, ink in sorted({(one["align"], one["ink"]) for one in names}):
        rows = [one for one in names if (one["align"], one["ink"]) == (align, ink)]
        painted: dict[str, Any] = {"color": ink} if ink else {}
        words = on(rows).mark_text(align=align, baseline="middle", fontSize=12, **painted)
        charts.append(words.encode(x=across, y=down, text="text:N"))
    return charts


def _table(built: Built) -> DataTable:
    rows, at = [], 0
    for part in built.insert.parts:
        end = at + 3 * len(part.protein)
        rows.append((part.name, KINDS[part.kind][0], f"{at + 1}-{end}", str(len(part.protein)), part.source or "–"))
        at = end
    return DataTable(("part", "kind", "bases", "amino acids", "source"), rows, "Bases count from the insert's ATG.")

"""The flow of patients, as CONSORT draws it: boxes and arrows."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import altair as alt

from adoptive.workbench.figures.charts import ARM_COLOURS, WIDE, Chart, Panel, Rows, Size, on
from adoptive.workbench.figures.types import Box

__all__ = ["flow_chart"]

LETTER: Final = 6.1
"""Width of a letter, pixels, on average (12 px type)."""

LINE, PADDING, GAP, BETWEEN, MARGIN = 16, 8, 22, 16.0, 10.0
"""Pixels: a line of words, the room around them, between boxes above each other and beside, of the joining line."""

MOST_COLUMNS: Final = 4


@dataclass(frozen=True)
class _Placed:
    """Hold a box in its place: pixels from the upper left corner, its lines wrapped."""

    x: float
    y: float
    width: float
    height: float
    lines: tuple[tuple[str, bool], ...]
    colour: str = "#888888"

    @property
    def middle(self) -> float:
        return self.x + self.width / 2

    @property
    def bottom(self) -> float:
        return self.y + self.height


def flow_chart(above: Sequence[Box], arms: Sequence[Sequence[Box]] = (), *, size: Size = WIDE) -> Chart:
    """Draw the flow of patients: boxes before allocation from top to bottom, each arm's boxes below.

    Arms stand side by side where there is room, else under each other. A box that stands aside hangs on the line to
    the next one.

    >>> chart = flow_chart([Box("Screened: 9"), Box("Excluded: 3", aside=True), Box("Randomised: 6")],
    ...                    [[Box("cells: 4")], [Box("control: 2")]])
    >>> [row["text"] for row in chart.layer[-1].data.values][0]
    'Screened: 9'
    """
    beside = not size.narrow and 1 < len(arms) <= MOST_COLUMNS
    boxes, arrows, start, bottom = _spine(above, float(size.width), narrow=size.narrow)
    if beside:
        more, lines, bottom = _columns(arms, bottom, size.width, start)
    else:
        more, lines, bottom = _rows(arms, bottom, size.width, start)
    return _drawn([*boxes, *more], [*arrows, *lines], size.width, bottom)


def _place(box: Box, x: float, y: float, width: float, colour: str = "#888888") -> _Placed:
    letters = max(8, int((width - 2 * PADDING) / LETTER))
    lines = [(line, True) for line in textwrap.wrap(box.heading, letters - 1)]
    for line in box.lines:
        lines += [(part, False) for part in textwrap.wrap(line, letters, subsequent_indent="   ")]
    return _Placed(x, y, width, LINE * len(lines) + 2 * PADDING, tuple(lines), colour)


def _spine(above: Sequence[Box], width: float, *, narrow: bool) -> tuple[list[_Placed], Rows, _Placed | None, float]:
    """Place the boxes before allocation under each other, those aside between two of them, off the line that joins."""
    beside = any(box.aside for box in above) and not narrow
    main = width if narrow else (width - BETWEEN) / 2 if beside else width * 0.6
    left = 0.0 if beside or narrow else (width - main) / 2
    line = MARGIN if narrow else left + main / 2
    aside_left = 2 * MARGIN if narrow else main + BETWEEN
    placed: list[_Placed] = []
    arrows: Rows = []
    last: _Placed | None = None
    y = 0.0
    for box in above:
        if box.aside and last is not None:
            aside = _place(box, aside_left, y, width - aside_left)
            level = aside.y + aside.height / 2
            arrows.append(_line(line, level, aside.x, level, head="right"))
            placed.append(aside)
            y = aside.bottom + GAP
            continue
        here = _place(box, left, y, main)
        if last is not None:
            arrows.append(_line(line, last.bottom, line, here.y, head="down"))
        placed.append(here)
        last, y = here, here.bottom + GAP
    return placed, arrows, last, y


def _line(x: float, y: float, x2: float, y2: float, *, head: str = "") -> dict[str, Any]:
    return {"x": x, "y": y, "x2": x2, "y2": y2, "head": head}


def _columns(
    arms: Sequence[Sequence[Box]], top: float, width: float, start: _Placed | None
) -> tuple[list[_Placed], Rows, float]:
    """Place the arms side by side, boxes of one row at one height."""
    each = (width - BETWEEN * (len(arms) - 1)) / len(arms)
    placed: list[_Placed] = []
    arrows: Rows = []
    lefts = [(each + BETWEEN) * at for at in range(len(arms))]
    y, before = top, [start] * len(arms)
    colours = [ARM_COLOURS[at % len(ARM_COLOURS)] for at in range(len(arms))]
    for row in range(max(map(len, arms))):
        line = [
            _place(boxes[row], left, y, each, colour) if row < len(boxes) else None
            for boxes, left, colour in zip(arms, lefts, colours, strict=True)
        ]
        for at, box in enumerate(line):
            if box is None:
                continue
            last = before[at]
            if row == 0 and last is not None:
                arrows += [_line(last.middle, y - GAP / 2, box.middle, y - GAP / 2)]
                arrows += [_line(box.middle, y - GAP / 2, box.middle, y, head="down")]
            elif last is not None:
                arrows.append(_line(box.middle, last.bottom, box.middle, y, head="down"))
            placed.append(box)
            before[at] = box
        y = max(box.bottom for box in line if box is not None) + GAP
    if start is not None:
        arrows.append(_line(start.middle, start.bottom, start.middle, top - GAP / 2))
    return placed, arrows, y


def _rows(
    arms: Sequence[Sequence[Box]], top: float, width: float, start: _Placed | None
) -> tuple[list[_Placed], Rows, float]:
    """Place the arms under each other, beside a line that leads to each."""
    placed: list[_Placed] = []
    arrows: Rows = []
    margin = 2 * MARGIN if start is not None and len(arms) > 1 else 0.0
    y, level = top, top
    for at, boxes in enumerate(arms):
        last: _Placed | None = None
        for box in boxes:
            here = _place(box, margin, y, width - margin, ARM_COLOURS[at % len(ARM_COLOURS)])
            if last is not None:
                arrows.append(_line(last.middle, last.bottom, last.middle, here.y, head="down"))
            elif margin:
                level = here.y + min(here.height / 2, 20.0)
                arrows.append(_line(MARGIN, level, margin, level, head="right"))
            elif start is not None:
                arrows.append(_line(start.middle, start.bottom, start.middle, here.y, head="down"))
            placed.append(here)
            last, y = here, here.bottom + GAP
    if margin and start is not None and placed:
        turn = start.bottom + (0.0 if start.x <= MARGIN else GAP / 2)
        if start.x > MARGIN:
            arrows += [_line(start.middle, start.bottom, start.middle, turn), _line(MARGIN, turn, start.middle, turn)]
        arrows.append(_line(MARGIN, turn, MARGIN, level))
    return placed, arrows, y


def _drawn(boxes: Sequence[_Placed], arrows: Rows, width: float, bottom: float) -> Panel:
    height = bottom - GAP + 2
    x_scale, y_scale = dict(domain=[0, width], nice=False), dict(domain=[height, 0], nice=False)
    x, y = alt.X("x:Q", axis=None, scale=x_scale), alt.Y("y:Q", axis=None, scale=y_scale)
    frames = [
        {"x": box.x, "y": box.y, "x2": box.x + box.width, "y2": box.bottom, "colour": box.colour} for box in boxes
    ]
    texts = [
        {"x": box.x + PADDING, "y": box.y + PADDING + LINE * (at + 0.5), "text": text.replace("   ", "\u00a0\u00a0"),
         "bold": bold}
        for box in boxes
        for at, (text, bold) in enumerate(box.lines)
    ]  # fmt: skip
    heads = {"down": (180, 0, -3), "right": (90, -3, 0)}
    layers: list[alt.Chart] = [
        on(arrows).mark_rule(color="#888888", strokeWidth=1.2).encode(x=x, y=y, x2="x2:Q", y2="y2:Q"),
        on(frames).mark_rect(fillOpacity=0, strokeWidth=1.5, cornerRadius=3).encode(
            x=x, y=y, x2="x2:Q", y2="y2:Q", stroke=alt.Stroke("colour:N", scale=None)
        ),
    ]  # fmt: skip
    for head, (angle, dx, dy) in heads.items():
        rows = [row | {"x": row["x2"] + dx, "y": row["y2"] + dy} for row in arrows if row["head"] == head]
        if rows:
            tip = on(rows).mark_point(
                shape="triangle-up", angle=angle, filled=True, size=36, color="#888888", opacity=1
            )
            layers.append(tip.encode(x=x, y=y))
    for bold in (False, True):
        rows = [row for row in texts if row["bold"] is bold]
        if rows:
            weight: dict[str, Any] = {"fontWeight": "bold"} if bold else {}
            layers.append(
                on(rows)
                .mark_text(align="left", baseline="middle", fontSize=12, **weight)
                .encode(x=x, y=y, text="text:N")
            )
    return alt.layer(*layers).properties(width=width, height=height)

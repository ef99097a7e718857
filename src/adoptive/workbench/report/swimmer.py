"""The swimmer figure: a lane per patient of the median trial, arm by arm."""

from __future__ import annotations

from typing import Any, Final

import altair as alt
import numpy as np

from adoptive.units import months
from adoptive.workbench.figures.charts import Chart, Figure, Panel, Size, draw, on, stacked
from adoptive.workbench.report.data import Run, rows_of
from adoptive.workbench.report.response import day_zero

__all__ = ["swimmer_figure"]

Rows = list[dict[str, Any]]

PHASES: Final = {"waiting for the cells": "#CFCFCF", "progression-free": "#56B4E9", "after progression": "#F2C6A5"}
EVENTS: Final = {
    "infusion": ("#000000", "triangle-up"),
    "first response": ("#009E73", "circle"),
    "death": ("#8C2D04", "cross"),
}
MOST_LANES: Final = 240
LANE: Final = 7
TALLEST: Final = 1400


def swimmer_figure(run: Run) -> Figure:
    """Draw a lane per patient, from entry (or infusion) to death or data cut."""
    every = {arm: _lanes(run, arm) for arm in run.followed}
    most = max(10, MOST_LANES // len(every))
    shown = {arm: _some(lanes, most) for arm, lanes in every.items()}
    whole, few = (sum(map(len, part.values())) for part in (every, shown))
    of_arms = ", ".join(run.arms[arm] for arm in every)
    number = f"all {whole} patients" if few == whole else f"{few} of {whole} patients, evenly taken"
    caption = (
        f"Trial {run.summary['median_trial']}, {of_arms}, {number}. Lanes end at death or at last contact; triangles: "
        "infusions, circles: first response, crosses: death."
    )
    alive = sum(lane["alive"] for lanes in every.values() for lane in lanes)
    finding = f"{alive} of {whole} patients were alive when last seen."
    return draw(
        "swimmer", "Every patient's course", caption=caption, finding=finding,
        chart=lambda size: _swimmer(run, shown, size),
    )  # fmt: skip


def _some(lanes: Rows, most: int) -> Rows:
    """Take at most so many lanes, evenly, and number them anew."""
    picked = sorted({round(at) for at in np.linspace(0, len(lanes) - 1, min(most, len(lanes)))})
    return [lanes[place] | {"lane": lane} for lane, place in enumerate(picked)]


def _lanes(run: Run, arm: int) -> Rows:
    """Give an arm's patients, who was followed longest first; months from the day on which times begin."""
    zero = day_zero(run)
    rows = sorted(rows_of(run.tables["patients"], arm=arm), key=lambda row: (-row["os_days"], row["patient"]))
    return [
        {
            "patient": row["patient"], "start": -months(zero.get(row["patient"], 0.0)),
            "turn": months(_first_event(row)), "end": months(row["os_days"]), "alive": not row["os_event"],
            "response": months(row["response_day"]) if row["responder"] else None,
        }
        for row in rows
    ]  # fmt: skip


def _first_event(row: dict[str, Any]) -> float:
    """Give the day on which a patient was no longer free of progression or relapse."""
    return float(row["pfs_days"])


def _marks_and_bars(run: Run, lanes: Rows) -> tuple[Rows, Rows]:
    first: dict[int, float] = {}
    lane_of = {lane["patient"]: lane for lane in lanes}
    marks: Rows = []
    for dose in rows_of(run.tables["doses"]):
        if (lane := lane_of.get(dose["patient"])) is not None:
            month = months(dose["day"]) + lane["start"]
            first.setdefault(dose["patient"], month)
            marks.append({"lane": lane["lane"], "month": month, "event": "infusion"})
    bars: Rows = []
    cells = bool(run.cells)
    for lane in lanes:
        wait = min(first.get(lane["patient"], lane["end"]), lane["turn"], lane["end"]) if cells else lane["start"]
        turn = min(max(lane["turn"], wait), lane["end"])
        for phase, start, end in zip(PHASES, (lane["start"], wait, turn), (wait, turn, lane["end"]), strict=True):
            if end > start:
                bars.append({"lane": lane["lane"], "phase": phase, "start": start, "end": end})
        if lane["response"] is not None:
            marks.append({"lane": lane["lane"], "month": lane["response"], "event": "first response"})
        if not lane["alive"]:
            marks.append({"lane": lane["lane"], "month": lane["end"], "event": "death"})
    return marks, bars


def _swimmer(run: Run, shown: dict[int, Rows], size: Size) -> Chart:
    lanes = sum(map(len, shown.values()))
    height = min(float(LANE), TALLEST / max(lanes, 1))
    ends = [lane[end] for rows in shown.values() for lane in rows for end in ("start", "end")]
    scale = alt.Scale(domain=[min(ends, default=0.0), max(ends, default=1.0)], nice=False)
    return stacked([_panel(run, arm, rows, height, size, scale) for arm, rows in shown.items()])


def _panel(run: Run, arm: int, lanes: Rows, height: float, size: Size, scale: alt.Scale) -> Panel:
    titled = len(run.followed) > 1
    marks, bars = _marks_and_bars(run, lanes)
    y = alt.Y("lane:O", axis=None, scale=alt.Scale(domain=list(range(len(lanes))), paddingInner=0.2))
    phases = {name: colour for name, colour in PHASES.items() if run.cells or name != "waiting for the cells"}
    colours = alt.Scale(domain=list(phases), range=list(phases.values()))
    legend = alt.Legend(columns=1 if size.narrow else 3, symbolType="square", labelLimit=250)
    x = alt.X("start:Q", title=f"months from {run.origin(arm)}", axis=alt.Axis(grid=False), scale=scale)
    colour = alt.Color("phase:N", scale=colours, legend=legend)
    layers: list[alt.Chart] = [on(bars).mark_bar().encode(x=x, x2="end:Q", y=y, color=colour)]
    for name, (fill, shape) in EVENTS.items():
        rows = [mark for mark in marks if mark["event"] == name]
        turned = 45 if shape == "cross" else 0
        point = on(rows).mark_point(shape=shape, size=28, filled=True, opacity=1, angle=turned, color=fill)
        layers.append(point.encode(x="month:Q", y=y))
    title = {"title": f"{run.arms[arm]} ({len(lanes)} patients)"} if titled else {}
    tall = max(160 if not titled else 60, round(height * len(lanes)))
    return alt.layer(*layers).properties(width=size.width, height=tall, **title)

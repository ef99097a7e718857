"""Response figures of the median trial: waterfall, swimmer, spider."""

from __future__ import annotations

from typing import Any, Final

import altair as alt
import numpy as np

from adoptive.units import months
from adoptive.workbench.report.charts import RESPONSE_COLOURS, Chart, Figure, Size, draw
from adoptive.workbench.report.data import Run, rows_of

__all__ = ["spider_figure", "swimmer_figure", "waterfall_figure"]

RESPONSES: Final = {1: "complete response", 2: "partial response", 3: "stable disease", 6: "stable disease",
                    4: "progressive disease"}  # fmt: skip
SPIDER_LINES: Final = 40
TOP_CHANGE: Final = 100.0
PHASES: Final = {"waiting for the cells": "#CFCFCF", "progression-free": "#56B4E9", "after progression": "#F2C6A5"}
EVENTS: Final = {
    "infusion": ("#000000", "triangle-up"),
    "first response": ("#009E73", "circle"),
    "death": ("#8C2D04", "cross"),
}


def waterfall_figure(run: Run) -> Figure:
    """Draw each evaluable patient's best change of the target lesions, by arm."""
    counts = [_evaluable(run, arm) for arm in (0, 1)]
    missing = "; ".join(f"{name}: {lost} of {whole}" for name, (lost, whole) in zip(run.arms, counts, strict=True))
    caption = (
        f"Trial {run.summary['median_trial']}. One bar per patient with a scan after baseline; colour: best confirmed "
        f"response. Lines at +20 % and −30 %; bars end at +{TOP_CHANGE:.0f} %. Without such a scan: {missing}."
    )
    shrunk = [sum(row["change"] <= -30.0 for row in _bars(run, arm)) for arm in (0, 1)]
    told = ", ".join(f"{few} in {name}" for name, few in zip(run.arms, shrunk, strict=True))
    finding = f"Target lesions shrank by 30 % or more in so many patients: {told}."
    return draw(
        "waterfall", "Best change of the target lesions", caption=caption, finding=finding,
        chart=lambda size: _waterfall(run, size),
    )  # fmt: skip


def swimmer_figure(run: Run) -> Figure:
    """Draw a lane per patient of the experimental arm, from randomisation to death or data cut."""
    lanes = _lanes(run)
    alive = sum(lane["alive"] for lane in lanes)
    caption = (
        f"Trial {run.summary['median_trial']}, {run.arms[0]}, all {len(lanes)} patients. Lanes end at death or at last "
        "contact; triangles: infusions, circles: first response, crosses: death."
    )
    finding = f"{alive} of {len(lanes)} patients were alive when last seen."
    return draw(
        "swimmer", "Every patient's course", caption=caption, finding=finding, chart=lambda size: _swimmer(run, size)
    )


def spider_figure(run: Run) -> Figure:
    """Draw the change of the target lesions over time."""
    lines, patients = _spider_rows(run)
    shown = len({row["patient"] for row in lines})
    caption = (
        f"Trial {run.summary['median_trial']}, {run.arms[0]}: {shown} of {patients} patients with scans. Colour: best "
        f"confirmed response. Lines at +20 % and −30 %; the axis ends at +{TOP_CHANGE:.0f} %."
    )
    finding = f"Change of the sum of diameters over time in {shown} patients."
    return draw("spider", "Change over time", caption=caption, finding=finding, chart=lambda size: _spider(lines, size))


def _evaluable(run: Run, arm: int) -> tuple[int, int]:
    patients = run.tables["patients"]
    of_arm = patients["arm"] == arm
    return int((of_arm & ~patients["evaluable"]).sum()), int(of_arm.sum())


def _bars(run: Run, arm: int) -> list[dict[str, Any]]:
    rows = sorted(rows_of(run.tables["patients"], arm=arm, evaluable=True), key=lambda row: -row["best_change"])
    return [
        {
            "rank": rank, "change": min(100 * row["best_change"], TOP_CHANGE),
            "response": RESPONSES.get(row["best_response"], "not evaluable"),
        }
        for rank, row in enumerate(rows, start=1)
    ]  # fmt: skip


def _colour(**options: Any) -> alt.Color:
    scale = alt.Scale(domain=list(RESPONSE_COLOURS), range=list(RESPONSE_COLOURS.values()))
    return alt.Color("response:N", scale=scale, **options)


def _legend(size: Size) -> alt.Legend:
    return alt.Legend(columns=2 if size.narrow else 5, title=None, labelLimit=200, symbolType="square")


def _limits() -> alt.Chart:
    lines = alt.InlineData(values=[{"at": 20}, {"at": -30}])
    rules: alt.Chart = alt.Chart(lines).mark_rule(strokeDash=[4, 3], color="#888888").encode(y="at:Q")
    return rules


def _change_axis(field: str) -> alt.Y:
    scale = alt.Scale(domain=[-100, TOP_CHANGE])
    return alt.Y(f"{field}:Q", title="change, %", scale=scale, axis=alt.Axis(values=[-100, -30, 0, 20, 100]))


def _waterfall(run: Run, size: Size) -> Chart:
    panels = []
    for arm, name in enumerate(run.arms):
        rows = _bars(run, arm)
        x = alt.X("rank:O", axis=None, scale=alt.Scale(paddingInner=0.15))
        bars = alt.Chart(alt.InlineData(values=rows)).mark_bar().encode(
            x=x, y=_change_axis("change"), color=_colour(legend=_legend(size))
        )  # fmt: skip
        panels.append(
            (bars + _limits()).properties(width=size.width, height=170, title=f"{name} ({len(rows)} patients)")
        )
    return alt.vconcat(*panels)


def _lanes(run: Run) -> list[dict[str, Any]]:
    rows = sorted(rows_of(run.tables["patients"], arm=0), key=lambda row: (-row["os_days"], row["patient"]))
    return [
        {
            "lane": lane, "patient": row["patient"], "pfs": months(row["pfs_days"]), "end": months(row["os_days"]),
            "alive": not row["os_event"], "response": months(row["response_day"]) if row["responder"] else None,
        }
        for lane, row in enumerate(rows)
    ]  # fmt: skip


def _swimmer(run: Run, size: Size) -> Chart:
    first: dict[int, float] = {}
    marks = []
    lanes = _lanes(run)
    lane_of = {lane["patient"]: lane["lane"] for lane in lanes}
    for dose in rows_of(run.tables["doses"]):
        if dose["patient"] in lane_of:
            month = months(dose["day"])
            first.setdefault(dose["patient"], month)
            marks.append({"lane": lane_of[dose["patient"]], "month": month, "event": "infusion"})
    bars = []
    for lane in lanes:
        wait = min(first.get(lane["patient"], lane["end"]), lane["pfs"], lane["end"])
        turn = min(max(lane["pfs"], wait), lane["end"])
        for phase, start, end in zip(PHASES, (0.0, wait, turn), (wait, turn, lane["end"]), strict=True):
            if end > start:
                bars.append({"lane": lane["lane"], "phase": phase, "start": start, "end": end})
        if lane["response"] is not None:
            marks.append({"lane": lane["lane"], "month": lane["response"], "event": "first response"})
        if not lane["alive"]:
            marks.append({"lane": lane["lane"], "month": lane["end"], "event": "death"})
    return _swimmer_layers(bars, marks, len(lanes), size)


def _swimmer_layers(bars: list[dict[str, Any]], marks: list[dict[str, Any]], lanes: int, size: Size) -> Chart:
    y = alt.Y("lane:O", axis=None, scale=alt.Scale(domain=list(range(lanes)), paddingInner=0.2))
    phases = alt.Scale(domain=list(PHASES), range=list(PHASES.values()))
    legend = alt.Legend(columns=1 if size.narrow else 3, symbolType="square", labelLimit=250)
    lane_bars = alt.Chart(alt.InlineData(values=bars)).mark_bar().encode(
        x=alt.X("start:Q", title="months from randomisation", axis=alt.Axis(grid=False)), x2="end:Q", y=y,
        color=alt.Color("phase:N", scale=phases, legend=legend),
    )  # fmt: skip
    layers: list[alt.Chart] = [lane_bars]
    for name, (colour, shape) in EVENTS.items():
        rows = [mark for mark in marks if mark["event"] == name]
        turned = 45 if shape == "cross" else 0
        point = alt.Chart(alt.InlineData(values=rows)).mark_point(
            shape=shape, size=28, filled=True, opacity=1, angle=turned, color=colour
        )  # fmt: skip
        layers.append(point.encode(x="month:Q", y=y))
    return alt.layer(*layers).properties(width=size.width, height=max(160, 7 * lanes))


def _spider_rows(run: Run) -> tuple[list[dict[str, Any]], int]:
    """Give the points of at most 40 patients, evenly taken, each line beginning at 0, and the number with scans."""
    best = {row["patient"]: RESPONSES.get(row["best_response"], "not evaluable")
            for row in rows_of(run.tables["patients"], arm=0)}  # fmt: skip
    visits = [row for row in rows_of(run.tables["visits"]) if row["patient"] in best and np.isfinite(row["change"])]
    patients = sorted({row["patient"] for row in visits})
    picked = {patients[round(at)] for at in np.linspace(0, len(patients) - 1, min(SPIDER_LINES, len(patients)))}
    lines = [{"patient": patient, "month": 0.0, "change": 0.0, "response": best[patient]} for patient in sorted(picked)]
    lines += [
        {
            "patient": row["patient"], "month": months(row["day"]), "change": min(100 * row["change"], TOP_CHANGE),
            "response": best[row["patient"]],
        }
        for row in visits
        if row["patient"] in picked
    ]  # fmt: skip
    return lines, len(patients)


def _spider(lines: list[dict[str, Any]], size: Size) -> Chart:
    threads = alt.Chart(alt.InlineData(values=lines)).mark_line(strokeWidth=1.2, opacity=0.85).encode(
        x=alt.X("month:Q", title="months from randomisation", axis=alt.Axis(grid=False)), y=_change_axis("change"),
        color=_colour(legend=_legend(size)), detail="patient:N",
    )  # fmt: skip
    return alt.layer(threads, _limits()).properties(width=size.width, height=280)

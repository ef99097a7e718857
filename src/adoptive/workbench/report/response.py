"""Response figures: best response by arm over all trials; waterfall and spider of the median trial's lesions."""

from __future__ import annotations

from typing import Any, Final

import altair as alt
import numpy as np

from adoptive.outcome.types import Response
from adoptive.units import months
from adoptive.workbench.figures.charts import Chart, Figure, Size, draw, on, stacked
from adoptive.workbench.report.data import Run, rows_of
from adoptive.workbench.shape import CRITERIA_WITH_LESIONS, assessed

__all__ = ["bars_figure", "day_zero", "has_lesions", "spider_figure", "waterfall_figure"]

Rows = list[dict[str, Any]]

RESPONSES: Final = {
    Response.SCR: ("stringent complete response", "#00523B"),
    Response.CR: ("complete response", "#009E73"),
    Response.CRI: ("complete response, counts not recovered", "#66C5A8"),
    Response.VGPR: ("very good partial response", "#0072B2"),
    Response.PR: ("partial response", "#56B4E9"),
    Response.MR: ("minimal response", "#F0D9A0"),
    Response.SD: ("stable disease", "#E69F00"),
    Response.NON_CR_NON_PD: ("stable disease", "#E69F00"),
    Response.NR: ("no remission", "#E69F00"),
    Response.PD: ("progressive disease", "#D55E00"),
    Response.NE: ("not evaluable", "#999999"),
    Response.NOT_DONE: ("not evaluable", "#999999"),
}
"""Words and colour of every best response, the best first."""

DARK: Final = tuple(RESPONSES[code][0] for code in (Response.SCR, Response.VGPR))
"""Responses whose colour asks for white letters."""

NOT_EVALUABLE: Final = RESPONSES[Response.NE][0]
SPIDER_LINES: Final = 40
TOP_CHANGE: Final = 100.0


def has_lesions(run: Run) -> bool:
    """Say whether any arm is judged by measured lesions."""
    return bool(_lesion_arms(run))


def bars_figure(run: Run) -> Figure:
    """Draw the share of each arm's patients by best response, over all trials."""
    rules = " and ".join(dict.fromkeys(assessed(run.study, arm).response_criteria for arm in range(len(run.arms))))
    caption = (
        f"{_best_of(run).capitalize()} response of all patients of an arm by {rules}, pooled over "
        f"{run.summary['trials']:,} simulated trials; whoever was never assessed is not evaluable."
    )
    rows = _shares(run)
    told = [
        f"{name}: " + ", ".join(f"{row['response']} {row['share']:.0f} %" for row in rows if row["arm"] == name)
        for name in run.arms
    ]
    return draw(
        "bars", "Best response by arm", caption=caption, finding=". ".join(told) + ".",
        chart=lambda size: _bar_chart(run, rows, size),
    )  # fmt: skip


def waterfall_figure(run: Run) -> Figure:
    """Draw each evaluable patient's best change of the target lesions, by arm."""
    arms = _lesion_arms(run)
    counts = {arm: _evaluable(run, arm) for arm in arms}
    missing = "; ".join(f"{run.arms[arm]}: {lost} of {whole}" for arm, (lost, whole) in counts.items())
    caption = (
        f"Trial {run.summary['median_trial']}. One bar per patient with a scan after baseline; colour: "
        f"{_best_of(run)} response. Lines at +20 % and −30 %; bars end at +{TOP_CHANGE:.0f} %. "
        f"Without such a scan: {missing}."
    )
    shrunk = {arm: sum(row["change"] <= -30.0 for row in _bars(run, arm)) for arm in arms}
    told = ", ".join(f"{few} in {run.arms[arm]}" for arm, few in shrunk.items())
    finding = f"Target lesions shrank by 30 % or more in so many patients: {told}."
    return draw(
        "waterfall", "Best change of the target lesions", caption=caption, finding=finding,
        chart=lambda size: _waterfall(run, arms, size),
    )  # fmt: skip


def spider_figure(run: Run) -> Figure:
    """Draw the change of the target lesions over time."""
    arms = [arm for arm in run.followed if arm in _lesion_arms(run)]
    lines = {arm: _spider_rows(run, arm, SPIDER_LINES // len(arms)) for arm in arms}
    shown = {arm: len({row["patient"] for row in rows}) for arm, (rows, _) in lines.items()}
    told = "; ".join(f"{run.arms[arm]}: {shown[arm]} of {lines[arm][1]} patients with scans" for arm in arms)
    caption = (
        f"Trial {run.summary['median_trial']}, {told}. Colour: {_best_of(run)} response. Lines at +20 % and −30 %; the "
        f"axis ends at +{TOP_CHANGE:.0f} %."
    )
    finding = f"Change of the sum of diameters over time in {sum(shown.values())} patients."
    return draw(
        "spider", "Change over time", caption=caption, finding=finding,
        chart=lambda size: _spider(run, {arm: rows for arm, (rows, _) in lines.items()}, size),
    )  # fmt: skip


def _best_of(run: Run) -> str:
    return "best confirmed" if assessed(run.study, 0).confirmed_responses else "best"


def day_zero(run: Run) -> dict[int, float]:
    """Give the day, counted from entry, on which times begin, of those for whom it is the first infusion's day.

    Controls who crossed over count from entry all the same.
    """
    first: dict[int, float] = {}
    for dose in rows_of(run.tables["doses"]):
        first[dose["patient"]] = min(dose["day"], first.get(dose["patient"], np.inf))
    rows = rows_of(run.tables["patients"])
    late = {row["patient"] for row in rows if row["arm"] in run.cells and run.origin(row["arm"]) == "infusion"}
    return {patient: day for patient, day in first.items() if patient in late}


def _lesion_arms(run: Run) -> list[int]:
    arms = range(len(run.arms))
    return [arm for arm in arms if assessed(run.study, arm).response_criteria in CRITERIA_WITH_LESIONS]


def _evaluable(run: Run, arm: int) -> tuple[int, int]:
    patients = run.tables["patients"]
    of_arm = patients["arm"] == arm
    return int((of_arm & ~patients["evaluable"]).sum()), int(of_arm.sum())


def _in_words(code: int) -> str:
    return RESPONSES[Response(code)][0]


def _bars(run: Run, arm: int) -> Rows:
    rows = sorted(rows_of(run.tables["patients"], arm=arm, evaluable=True), key=lambda row: -row["best_change"])
    return [
        {
            "rank": rank, "change": min(100 * row["best_change"], TOP_CHANGE),
            "response": _in_words(row["best_response"]),
        }
        for rank, row in enumerate(rows, start=1)
    ]  # fmt: skip


def _shares(run: Run) -> Rows:
    """Give each arm's shares in per cent, the best response first, with the ends of its piece of the bar."""
    rows: Rows = []
    for arm, name in enumerate(run.arms):
        share = dict.fromkeys((words for words, _ in RESPONSES.values()), 0.0)
        for row in rows_of(run.tables["responses"], arm=arm):
            share[_in_words(row["response"])] += 100 * row["share"]
        edge = 0.0
        for words, size in share.items():
            if size > 0:
                rows.append({"arm": name, "response": words, "share": size, "start": edge, "end": edge + size})
                edge += size
    return rows


def _bar_chart(run: Run, rows: Rows, size: Size) -> Chart:
    names = list(run.arms)
    room = alt.Axis(labelLimit=90 if size.narrow else 220, ticks=False, domain=False)
    y = alt.Y("arm:N", sort=names, scale=alt.Scale(domain=names), title=None, axis=room)
    x = alt.X(
        "start:Q", title="% of patients", scale=alt.Scale(domain=[0, 100]), axis=alt.Axis(values=[0, 25, 50, 75, 100])
    )
    bars = on(rows).mark_bar().encode(x=x, x2="end:Q", y=y, color=_colour(rows, legend=_legend(size)))
    told = [row | {"middle": (row["start"] + row["end"]) / 2, "label": f"{row['share']:.0f}"} for row in rows]
    marks = on([row | {"dark": row["response"] in DARK} for row in told if row["share"] >= 5]).mark_text(fontSize=11)
    ink = alt.condition("datum.dark", alt.value("white"), alt.value("black"))
    labels = marks.encode(x="middle:Q", y=y, text="label:N", color=ink)
    return alt.layer(bars, labels).properties(width=size.width - (80 if size.narrow else 140), height=40 * len(names))


def _colour(rows: Rows, **options: Any) -> alt.Color:
    """Colour by response, with those that occur in the legend."""
    present = {row["response"] for row in rows}
    colours = {words: colour for words, colour in RESPONSES.values() if words in present}
    return alt.Color("response:N", scale=alt.Scale(domain=list(colours), range=list(colours.values())), **options)


def _legend(size: Size) -> alt.Legend:
    return alt.Legend(columns=1 if size.narrow else 3, title=None, labelLimit=260, symbolType="square")


def _limits() -> alt.Chart:
    rules: alt.Chart = on([{"at": 20}, {"at": -30}]).mark_rule(strokeDash=[4, 3], color="#888888").encode(y="at:Q")
    return rules


def _change_axis(field: str) -> alt.Y:
    scale = alt.Scale(domain=[-100, TOP_CHANGE])
    return alt.Y(f"{field}:Q", title="change, %", scale=scale, axis=alt.Axis(values=[-100, -30, 0, 20, 100]))


def _waterfall(run: Run, arms: list[int], size: Size) -> Chart:
    rows_of_arm = {arm: _bars(run, arm) for arm in arms}
    every = [row for rows in rows_of_arm.values() for row in rows]
    panels = []
    for arm, rows in rows_of_arm.items():
        x = alt.X("rank:O", axis=None, scale=alt.Scale(paddingInner=0.15))
        colour = _colour(every, legend=_legend(size))
        bars = on(rows).mark_bar().encode(x=x, y=_change_axis("change"), color=colour)
        title = f"{run.arms[arm]} ({len(rows)} patients)"
        panels.append((bars + _limits()).properties(width=size.width, height=170, title=title))
    return stacked(panels)


def _spider_rows(run: Run, arm: int, most: int) -> tuple[Rows, int]:
    """Give the points of at most so many patients, evenly taken, each line from 0, and the number with scans."""
    best = {row["patient"]: _in_words(row["best_response"]) for row in rows_of(run.tables["patients"], arm=arm)}
    visits = [row for row in rows_of(run.tables["visits"]) if row["patient"] in best and np.isfinite(row["change"])]
    patients, zero = sorted({row["patient"] for row in visits}), day_zero(run)
    picked = {patients[round(at)] for at in np.linspace(0, len(patients) - 1, min(most, len(patients)))}
    lines = [{"patient": patient, "month": 0.0, "change": 0.0, "response": best[patient]} for patient in sorted(picked)]
    lines += [
        {
            "patient": row["patient"], "month": months(row["day"] - zero.get(row["patient"], 0.0)),
            "change": min(100 * row["change"], TOP_CHANGE), "response": best[row["patient"]],
        }
        for row in visits
        if row["patient"] in picked
    ]  # fmt: skip
    return lines, len(patients)


def _spider(run: Run, lines: dict[int, Rows], size: Size) -> Chart:
    every = [row for rows in lines.values() for row in rows]
    scale = alt.Scale(domain=[0.0, max((row["month"] for row in every), default=1.0)], nice=False)
    panels = []
    for arm, rows in lines.items():
        axis = alt.Axis(grid=False, tickCount=6)
        threads = on(rows).mark_line(strokeWidth=1.2, opacity=0.85).encode(
            x=alt.X("month:Q", title=f"months from {run.origin(arm)}", axis=axis, scale=scale),
            y=_change_axis("change"),
            color=_colour(every, legend=_legend(size)), detail="patient:N",
        )  # fmt: skip
        title = {"title": run.arms[arm]} if len(lines) > 1 else {}
        height = 280 if len(lines) == 1 else 190
        panels.append(alt.layer(threads, _limits()).properties(width=size.width, height=height, **title))
    return stacked(panels)

"""Three figures of a facility: each patient's way as a lane, how the ways ended, and how long the treated waited."""

from __future__ import annotations

from typing import Any, Final

import altair as alt
import numpy as np

from adoptive.workbench.facility.types import ENDING_WORDS, Ending, FacilityResult
from adoptive.workbench.figures.charts import Chart, DataTable, Figure, Rows, Size, draw
from adoptive.workbench.figures.facility import FACILITY_PHASES, facility_chart, losses_chart

__all__ = ["LANES", "losses_figure", "timeline_figure", "waiting_figure"]

LANES: Final = 40
BINS: Final = 24

_NO_PRODUCT: Final = (Ending.FAILED, Ending.OUT_OF_SPECIFICATION)


def timeline_figure(result: FacilityResult) -> Figure:
    """Draw a lane per patient, in the order of asking, from the order to the infusion or to the loss."""
    lanes = _lanes(result)
    asked = result.summary.patients
    caption = (
        f"{'All' if len(lanes) == asked else 'The first'} {len(lanes)} of {asked:,} patients in the order of asking; "
        "days since each one's order. Triangle: infusion; cross: died, declined or left; square: no usable product."
    )
    treated = sum(lane["ending"] == "treated" for lane in lanes)
    finding = f"{treated} of these {len(lanes)} patients received the cells."
    return draw("timeline", "From the order to the infusion", caption=caption, finding=finding,
                chart=lambda size: _timeline(lanes, size), table=_timeline_table(lanes))  # fmt: skip


def waiting_figure(result: FacilityResult) -> Figure:
    """Draw how many days the treated waited, with the median, the 90th percentile and the target."""
    summary = result.summary
    days = result.journeys.lead_days[result.journeys.treated]
    finding = "Nobody was treated."
    if summary.lead_days.p50 is not None:
        finding = (
            f"Half of the treated had their cells within {summary.lead_days.p50:.0f} days of the order, 90 % within "
            f"{summary.lead_days.p90:.0f}."
        )
    caption = (
        f"Days from order to infusion of the {summary.treated:,} treated patients. Lines: median (P50), 90th "
        f"percentile (P90) and target ({summary.target_days:.0f} days)."
    )
    return draw("waiting", "Days from order to infusion", caption=caption, finding=finding,
                chart=lambda size: _histogram(days, result, size))  # fmt: skip


def _lanes(result: FacilityResult) -> Rows:
    """Give the days of the first lanes, each since the patient's own order."""
    journeys = result.journeys
    order = np.argsort(journeys.request_day, kind="stable")[:LANES]
    lanes = []
    for lane, row in enumerate(order.tolist()):
        asked, ending = journeys.request_day[row], Ending(int(journeys.ending[row]))
        turns = (journeys.start_day[row, 0], journeys.collection_day[row], journeys.release_day[row])
        end = float(journeys.end_day[row] - asked)
        name = "treated" if ending == Ending.TREATED else "no product" if ending in _NO_PRODUCT else "lost"
        lanes.append({"lane": lane, "ending": name, "end": end, "words": ENDING_WORDS[ending],
                      "turns": [min(float(turn - asked), end) for turn in turns]})  # fmt: skip
    return lanes


def _timeline_table(lanes: Rows) -> DataTable:
    rows = [
        (str(lane["lane"] + 1), *(f"{turn:.0f}" for turn in lane["turns"]), f"{lane['end']:.0f}", lane["words"])
        for lane in lanes
    ]
    names = ("patient", "slot, day", "collection, day", "release, day", "end, day", "how it ended")
    return DataTable(names, rows, "Days since the order; a step that was not reached stands on the last day.")


def _timeline(lanes: Rows, size: Size) -> Chart:
    bars = []
    for lane in lanes:
        edges = [0.0, *lane["turns"], lane["end"]]
        for phase, start, end in zip(FACILITY_PHASES, edges[:-1], edges[1:], strict=True):
            if end > start:
                bars.append({"lane": lane["lane"], "phase": phase, "start": start, "end": end})
    marks = [{"lane": lane["lane"], "time": lane["end"], "event": lane["ending"]} for lane in lanes]
    return facility_chart(bars, marks, size=size)


def losses_figure(result: FacilityResult) -> Figure:
    """Draw how the patients' ways ended, the treated first."""
    rows: Rows = [{"ending": words, "patients": count} for words, count in result.summary.endings.items()]
    whole = max(result.summary.patients, 1)
    table = DataTable(
        ("ending", "patients", "% of all"),
        [(str(row["ending"]), f"{row['patients']:,}", f"{100 * int(row['patients']) / whole:.1f}") for row in rows],
    )
    finding = f"{result.summary.treated:,} of {result.summary.patients:,} patients were treated."
    return draw(
        "losses", "Who was treated, and who was lost", caption="Patients by how their way ended.", finding=finding,
        chart=lambda size: losses_chart(rows, size=size), table=table,
    )  # fmt: skip


def _histogram(days: Any, result: FacilityResult, size: Size) -> Chart:
    summary = result.summary
    high = max(float(days.max(initial=0.0)), summary.target_days) * 1.02
    counts, edges = np.histogram(days, bins=BINS, range=(0.0, high))
    bars = [
        {"start": float(low), "end": float(up), "patients": int(count), "floor": 0}
        for low, up, count in zip(edges[:-1], edges[1:], counts, strict=True)
    ]
    lines = [{"at": summary.target_days, "name": "target"}]
    for name, at in (("P50", summary.lead_days.p50), ("P90", summary.lead_days.p90)):
        if at is not None:
            lines.append({"at": at, "name": name})
    x = alt.X("start:Q", title="days from order to infusion", axis=alt.Axis(grid=False),
              scale=alt.Scale(domain=[0, high], nice=False))  # fmt: skip
    columns = alt.Chart(alt.InlineData(values=bars)).mark_bar(color="#56B4E9", stroke="#888888", strokeWidth=0.5)
    histogram = columns.encode(x=x, x2="end:Q", y=alt.Y("patients:Q", title="patients"), y2="floor:Q")
    names = ["P50", "P90", "target"]
    rules = alt.Chart(alt.InlineData(values=lines)).mark_rule(strokeWidth=2).encode(
        x="at:Q",
        color=alt.Color("name:N", scale=alt.Scale(domain=names, range=["#0072B2", "#D55E00", "#888888"]),
                        legend=alt.Legend(columns=3, symbolType="stroke")),
        strokeDash=alt.StrokeDash("name:N", scale=alt.Scale(domain=names, range=[[1, 0], [6, 3], [2, 2]]), legend=None),
    )  # fmt: skip
    return alt.layer(histogram, rules).properties(width=size.width, height=200)

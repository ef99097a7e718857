"""The swimmer figure: a lane per patient of the median trial, arm by arm."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from adoptive.units import months
from adoptive.workbench.figures.charts import DataTable, Figure, Rows, draw
from adoptive.workbench.figures.swimmer import swimmer_chart
from adoptive.workbench.report.data import Run, rows_of
from adoptive.workbench.report.response import day_zero

__all__ = ["swimmer_figure"]

PHASES: Final = ("waiting for the cells", "progression-free", "after progression")
MOST_LANES: Final = 120


def swimmer_figure(run: Run) -> Figure:
    """Draw a lane per patient, from entry (or infusion) to death or data cut."""
    every = {arm: _lanes(run, arm) for arm in run.followed}
    most = max(10, MOST_LANES // len(every))
    shown = {arm: _some(lanes, most) for arm, lanes in every.items()}
    whole, few = (sum(map(len, part.values())) for part in (every, shown))
    of_arms = ", ".join(run.arms[arm] for arm in every)
    number = f"all {whole} patients" if few == whole else f"{few} of {whole} patients, evenly taken"
    caption = (
        f"Trial {run.summary['median_trial']}, {of_arms}, {number}. Lanes end at death or at last contact; upright "
        "triangles: infusions, circles: response begins, squares: it ends, crosses: death, triangles to the right: "
        "still followed; numbers: worst CRS grade, where it begins. Bridging therapy is not in the tables of a run."
    )
    alive = sum(lane["alive"] for lanes in every.values() for lane in lanes)
    finding = f"{alive} of {whole} patients were alive when last seen."
    segments, marks = _segments_and_marks(run, shown)
    titles = {_name(run, arm): f"months from {run.origin(arm)}" for arm in shown}
    return draw(
        "swimmer", "Every patient's course", caption=caption, finding=finding, table=_table(run, every),
        chart=lambda size: swimmer_chart(segments, marks, size=size, time_title=titles),
    )  # fmt: skip


def _name(run: Run, arm: int) -> str:
    return run.arms[arm] if len(run.followed) > 1 else ""


def _some(lanes: Rows, most: int) -> Rows:
    """Take at most so many lanes, evenly, and number them anew."""
    picked = sorted({round(at) for at in np.linspace(0, len(lanes) - 1, min(most, len(lanes)))})
    return [lanes[place] | {"lane": lane} for lane, place in enumerate(picked)]


def _lanes(run: Run, arm: int) -> Rows:
    """Give an arm's patients, who was followed longest first; months from the day on which times begin."""
    zero, first, given = day_zero(run), dict[int, float](), dict[int, list[float]]()
    for dose in rows_of(run.tables["doses"]):
        given.setdefault(dose["patient"], []).append(float(dose["day"]))
    first = {patient: min(days) for patient, days in given.items()}
    rows = sorted(rows_of(run.tables["patients"], arm=arm), key=lambda row: (-row["os_days"], row["patient"]))
    return [
        {
            "patient": row["patient"], "start": -months(zero.get(row["patient"], 0.0)),
            "turn": months(float(row["pfs_days"])), "end": months(row["os_days"]), "alive": not row["os_event"],
            "infusions": [months(day - zero.get(row["patient"], 0.0)) for day in given.get(row["patient"], ())],
            "response": months(row["response_day"]) if row["responder"] else None,
            "response_end": months(row["response_day"] + row["dor_days"])
            if row["responder"] and row["dor_event"] else None,
            "crs": (row["crs_grade"], _crs_month(row, first, zero)) if row["crs_grade"] > 0 else None,
        }
        for row in rows
    ]  # fmt: skip


def _crs_month(row: dict[str, Any], first: dict[int, float], zero: dict[int, float]) -> float:
    patient = row["patient"]
    return float(months(first.get(patient, 0.0) - zero.get(patient, 0.0) + row["crs_onset_day"]))


def _segments_and_marks(run: Run, shown: dict[int, Rows]) -> tuple[Rows, Rows]:
    segments: Rows = []
    marks: Rows = []
    for arm, lanes in shown.items():
        cells = arm in run.cells
        for lane in lanes:
            who = {"group": _name(run, arm), "lane": lane["lane"]}
            given = min(lane["infusions"], default=lane["end"]) if cells else lane["start"]
            wait = min(given, lane["turn"], lane["end"])
            turn = min(max(lane["turn"], wait), lane["end"])
            for phase, start, end in zip(PHASES, (lane["start"], wait, turn), (wait, turn, lane["end"]), strict=True):
                if end > start:
                    segments.append(who | {"phase": phase, "start": start, "end": end})
            if lane["end"] <= lane["start"]:  # gone on the first day: the lane is there, and empty
                segments.append(who | {"phase": "progression-free", "start": lane["start"], "end": lane["start"]})
            marks += [who | {"time": time, "event": event, "text": text} for time, event, text in _marks(lane)]
    return segments, marks


def _marks(lane: dict[str, Any]) -> list[tuple[float, str, str]]:
    marks = [(month, "infusion", "") for month in lane["infusions"]]
    if lane["crs"] is not None:
        grade, month = lane["crs"]
        marks.append((month, "CRS", str(grade)))
    for name, event in (("response", "response begins"), ("response_end", "response ends")):
        if lane[name] is not None:
            marks.append((lane[name], event, ""))
    marks.append((lane["end"], "ongoing" if lane["alive"] else "death", ""))
    return marks


def _table(run: Run, every: dict[int, Rows]) -> DataTable:
    rows = [
        (
            run.arms[arm], str(lane["patient"]), ", ".join(f"{month:.1f}" for month in lane["infusions"]) or "–",
            str(lane["crs"][0]) if lane["crs"] else "–",
            "–" if lane["response"] is None else f"{lane['response']:.1f}",
            f"{lane['turn']:.1f}", f"{lane['end']:.1f}", "alive" if lane["alive"] else "dead",
        )
        for arm, lanes in every.items()
        for lane in lanes
    ]  # fmt: skip
    names = ("arm", "patient", "infusions", "CRS grade", "response", "free of progression until", "followed until", "")
    return DataTable((*names[:-1], "then"), rows, "Months.")

"""Cumulative incidence in the median trial where causes compete: what ends freedom from progression, who is infused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from adoptive.units import months
from adoptive.verdict.survival import Incidence, cumulative_incidence
from adoptive.workbench.figures.charts import DataTable, Figure, Rows, draw
from adoptive.workbench.figures.incidence import incidence_chart
from adoptive.workbench.figures.survival import tick_places
from adoptive.workbench.report.data import Run
from adoptive.workbench.shape import curves_of, drawn_set

__all__ = ["incidence_figure", "infusion_figure"]

FIRST: Final = {"pfs": "progression", "efs": "relapse, progression or no remission"}
SAME_DAY: Final = 0.5
"""Days within which the event and the death are one."""


def incidence_figure(run: Run) -> Figure:
    """Draw progression against death without it, arm by arm."""
    event = curves_of(run.study)[0]
    patients = run.tables["patients"]
    keep = np.asarray(patients["treated"], bool) if drawn_set(run.study, event) == "infused" else _everybody(run)
    died = patients["os_event"] & (np.abs(patients["os_days"] - patients[f"{event}_days"]) < SAME_DAY)
    cause = np.where(patients[f"{event}_event"], np.where(died, 2, 1), 0)
    names = (FIRST[event], f"death without {'progression' if event == 'pfs' else 'that'}")
    found = _found(run, patients[f"{event}_days"][keep], cause[keep], patients["arm"][keep])
    return _figure(
        run, "incidence", f"What comes first: {names[0]} or death", found, names,
        caption=f"Trial {run.summary['median_trial']}. Cumulative incidence of competing causes (Aalen and Johansen), "
        "with pointwise 95 % intervals.",
    )  # fmt: skip


def infusion_figure(run: Run) -> Figure | None:
    """Draw who is infused, by time since entry, against death without an infusion; arms of cells only.

    Whoever is never infused for another reason stays at risk until he dies or is last seen: the day on which the reason
    arose is not recorded.
    """
    arms = [arm for arm in run.cells if run.origin(arm) != "infusion"]
    patients = run.tables["patients"]
    keep = np.isin(patients["arm"], arms)
    if not keep.any():
        return None
    treated = patients["treated"]
    time = np.where(treated, patients["infusion_day"], patients["os_days"])
    cause = np.where(treated, 1, np.where(patients["os_event"], 2, 0))
    found = _found(run, time[keep], cause[keep], patients["arm"][keep])
    return _figure(
        run, "infused", "From entry to the infusion", found, ("infused", "died without an infusion"),
        caption=f"Trial {run.summary['median_trial']}, by intention to treat. Cumulative incidence of competing causes "
        "(Aalen and Johansen), with pointwise 95 % intervals; who was lost for another reason stays at risk until he "
        "dies or is last seen.",
    )  # fmt: skip


def _everybody(run: Run) -> NDArray[np.bool_]:
    return np.ones(len(run.tables["patients"]["arm"]), bool)


def _found(run: Run, days: Any, cause: Any, arm: Any) -> list[Incidence]:
    """Give the incidences of the arms in order; events on the day of entry count from half a day on."""
    if not len(days):
        return []
    groups = cumulative_incidence(months(np.maximum(days, 0.0)), cause, group=np.array(run.arms)[arm])
    by_name = {of.name: of for of in groups}
    return [by_name[name] for name in run.arms if name in by_name]


def _figure(
    run: Run, name: str, title: str, found: Sequence[Incidence], causes: tuple[str, str], *, caption: str
) -> Figure:
    end = float(run.tables["curves"]["month"].max())
    rows = [row for of in found for row in _steps(of, causes, alone=len(run.arms) == 1)]
    at = tick_places(end, narrow=False)[1:]
    told = [
        (f"{of.name}, month {month:g}", *(_said(of, place, month) for place in (1, 2))) for of in found for month in at
    ]
    last = {of.name: (float(of.incidence[_place(of, 1), -1]) if _place(of, 1) >= 0 else 0.0) for of in found}
    finding = "; ".join(f"{arm}: {causes[0]} in {100 * share:.0f} % at the end" for arm, share in last.items()) + "."
    return draw(
        name, title, caption=caption, finding=finding, table=DataTable(("arm, month", *causes), told),
        chart=lambda size: incidence_chart(rows, size=size, until=end),
    )  # fmt: skip


def _place(of: Incidence, cause: int) -> int:
    return of.causes.index(cause) if cause in of.causes else -1


def _steps(of: Incidence, causes: tuple[str, str], *, alone: bool) -> Rows:
    rows: Rows = []
    for cause, words in enumerate(causes, start=1):
        place = _place(of, cause)
        group = "" if alone else of.name
        if place < 0:
            rows.append({"group": group, "cause": words, "time": 0.0, "incidence": 0.0})
            continue
        columns = (of.time, of.incidence[place], of.lower[place], of.upper[place])
        for time, share, low, high in zip(*(column.tolist() for column in columns), strict=True):
            rows.append({"group": group, "cause": words, "time": time, "incidence": share, "lower": low, "upper": high})
    return rows


def _said(of: Incidence, cause: int, month: float) -> str:
    place, at = _place(of, cause), int((of.time <= month).sum()) - 1
    if place < 0 or at < 0:
        return "0 %"
    share, low, high = (float(column[place, at]) for column in (of.incidence, of.lower, of.upper))
    return f"{100 * share:.0f} % ({100 * low:.0f} to {100 * high:.0f})"

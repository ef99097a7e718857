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
from adoptive.workbench.report.data import Run, starts_of
from adoptive.workbench.shape import curves_of, drawn_set

__all__ = ["incidence_figure", "infusion_figure"]

FIRST: Final = {"pfs": "progression", "efs": "relapse, progression or no remission"}
STILL_WAITING: Final = 6
"""Code of the column ``not_infused``: not infused by the data cut, which censors."""

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
        run, "incidence", f"What comes first: {names[0]} or death", found, names, since=starts_of(run),
        caption=f"Trial {run.summary['median_trial']}. Cumulative incidence of competing causes (Aalen and Johansen), "
        "with pointwise 95 % intervals.",
    )  # fmt: skip


def infusion_figure(run: Run) -> Figure | None:
    """Draw who is infused, by time since entry, against death without an infusion; arms of cells only.

    Whoever is known never to be infused for another reason stays in the denominator to the end of the picture, so that
    the curve ends at the share that was infused; only who still waited at the data cut is censored.
    """
    arms = [arm for arm in run.cells if run.origin(arm) != "infusion"]
    patients = run.tables["patients"]
    keep = np.isin(patients["arm"], arms)
    if not keep.any():
        return None
    treated = patients["treated"]
    cause = np.where(treated, 1, np.where(patients["os_event"], 2, 0))
    time = np.where(treated, patients["infusion_day"], patients["os_days"])
    lost = (cause == 0) & (patients["not_infused"] != STILL_WAITING)
    time = np.where(lost, np.maximum(time, np.max(time, initial=0.0, where=keep)), time)
    found = _found(run, time[keep], cause[keep], patients["arm"][keep])
    return _figure(
        run, "infused", "From entry to the infusion", found, ("infused", "died without an infusion"),
        since=run.origin(arms[0]),
        caption=f"Trial {run.summary['median_trial']}, by intention to treat. Cumulative incidence of competing causes "
        "(Aalen and Johansen), with pointwise 95 % intervals; who was lost for another reason counts as not infused to "
        "the end.",
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
    run: Run, name: str, title: str, found: Sequence[Incidence], causes: tuple[str, str], *, since: str, caption: str
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
        chart=lambda size: incidence_chart(rows, size=size, until=end, time_title=f"months from {since}"),
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

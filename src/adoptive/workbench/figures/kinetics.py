"""Levels over time on a log axis: single patients thin, median and 90 % band, the limit of quantification."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import altair as alt
import numpy as np

from adoptive.workbench.figures.charts import ARM_COLOURS, ARM_DASHES, WIDE, Chart, Part, Rows, Size, Table, on, rows_in

__all__ = ["band_rows", "kinetics_chart"]

THREAD_POINTS: Final = 60
"""Points of a thin line, about."""


def kinetics_chart(
    table: Table, *, size: Size = WIDE, lloq: float | None = None, floor: float = 1.0, threads: int = 25,
    time_title: str = "days from first infusion", level_title: str = "copies per µg DNA",
) -> Chart:  # fmt: skip
    """Draw levels over time on a log axis: median and 90 % band of patients, single patients, the limit of the assay.

    Parameters
    ----------
    table
        Columns ``patient``, ``day``, ``level``; optional ``group`` (colour and dash).
    lloq
        Lower limit of quantification, dashed.
    floor
        Levels below it are drawn at it.
    threads
        Single patients drawn, evenly taken; none if there are several groups.

    Raises
    ------
    TableError
        A column is missing.

    >>> chart = kinetics_chart({"patient": [1, 1], "day": [0, 1], "level": [10.0, 100.0]}, lloq=50)
    >>> [row["middle"] for row in chart.layer[0].data.values]
    [10.0, 100.0]
    """
    rows = [row | {"level": max(float(row["level"]), floor)} for row in
            rows_in(table, needs=("patient", "day", "level"), group="")]  # fmt: skip
    groups = list(dict.fromkeys(str(row["group"]) for row in rows))
    bands = [row for group in groups for row in band_rows([r for r in rows if r["group"] == group], group)]
    x = alt.X("day:Q", title=time_title, axis=dict(grid=False), scale=dict(nice=False))
    decades = [10.0**power for power in range(-3, 13)]
    axis = dict(format="~s", values=[at for at in decades if at >= floor], title=level_title)
    y = alt.Y("middle:Q", scale=dict(type="log", domainMin=floor), axis=axis)
    many = len(groups) > 1
    legend = _legend(size) if many else None
    colour = alt.Color("group:N", legend=legend, scale=dict(domain=groups, range=_cycled(ARM_COLOURS, groups)))
    dash = alt.StrokeDash(
        "group:N", legend=legend, scale=dict(domain=groups, range=_cycled([list(d) for d in ARM_DASHES], groups))
    )
    band = (
        on(bands)
        .mark_area(opacity=0.1 if many else 0.18)
        .encode(x=x, y=alt.Y("low:Q", axis=axis), y2="high:Q", color=colour)
    )
    line = on(bands).mark_line(strokeWidth=2.4).encode(x=x, y=y, color=colour, strokeDash=dash)
    thin = on(_threads(rows, 0 if many else threads)).mark_line(strokeWidth=0.6, opacity=0.45, color="#888888")
    layers = [band, thin.encode(x=x, y=alt.Y("level:Q"), detail="patient:N"), line, *_limit(lloq, rows)]
    return alt.layer(*layers).properties(width=size.width, height=280)


def band_rows(rows: Rows, group: str) -> Rows:
    """Give the 5th, 50th and 95th percentile of the patients at each day."""
    day, level = (np.array([float(row[name]) for row in rows]) for name in ("day", "level"))
    band: Rows = []
    for value in np.unique(day):
        low, middle, high = np.quantile(level[day == value], [0.05, 0.5, 0.95], method="inverted_cdf").tolist()
        band.append({"group": group, "day": float(value), "low": low, "middle": middle, "high": high})
    return band


def _threads(rows: Rows, most: int) -> Rows:
    """Give the lines of some patients, thinned to about sixty points each."""
    patients = sorted({row["patient"] for row in rows})
    if not most or not patients:
        return []
    picked = {patients[round(at)] for at in np.linspace(0, len(patients) - 1, min(most, len(patients)))}
    days = sorted({float(row["day"]) for row in rows})
    every = max(1, len(days) // THREAD_POINTS)
    kept = set(days[::every])
    return [
        {"patient": row["patient"], "day": float(row["day"]), "level": float(f"{row['level']:.3g}")}
        for row in rows
        if row["patient"] in picked and float(row["day"]) in kept
    ]


def _limit(lloq: float | None, rows: Rows) -> list[alt.Chart]:
    """Give the line of the limit of quantification, and its name at the right end."""
    if lloq is None or not rows:
        return []
    last = max(float(row["day"]) for row in rows)
    at = on([{"level": lloq, "day": last, "name": f"LLOQ {lloq:g}"}])
    return [
        at.mark_rule(strokeDash=[5, 4], color="#888888").encode(y="level:Q"),
        at.mark_text(align="right", dy=-7, fontSize=11).encode(x="day:Q", y="level:Q", text="name:N"),
    ]


def _legend(size: Size) -> Part:
    columns = 1 if size.narrow else 3
    return dict(columns=columns, symbolType="stroke", symbolSize=500, symbolOpacity=1, labelLimit=250)


def _cycled(values: Sequence[Any], groups: Sequence[str]) -> list[Any]:
    return [values[at % len(values)] for at in range(len(groups))]

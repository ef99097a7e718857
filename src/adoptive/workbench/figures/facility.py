"""A facility's patients as lanes, from the order to the infusion or to the loss."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import altair as alt

from adoptive.workbench.figures.charts import WIDE, Chart, Size, Table, on, rows_in
from adoptive.workbench.figures.swimmer import lanes_panel

__all__ = ["FACILITY_MARKS", "FACILITY_PHASES", "facility_chart", "losses_chart"]

FACILITY_PHASES: Final = {
    "waiting for a slot": "#CFCFCF",
    "to the collection": "#F0E442",
    "making and tests": "#56B4E9",
    "transport, conditioning": "#009E73",
}
FACILITY_MARKS: Final = {
    "treated": ("#000000", "triangle-up"),
    "lost": ("#D55E00", "cross"),
    "no product": ("#CC79A7", "square"),
}


def facility_chart(
    segments: Table, marks: Table = (), *, size: Size = WIDE, phases: Mapping[str, str] | None = None,
    time_title: str = "days since the order",
) -> Chart:  # fmt: skip
    """Draw a lane per patient from vein to vein, with how it ended.

    Parameters
    ----------
    segments
        Columns ``lane`` (from 0), ``phase``, ``start``, ``end``.
    marks
        Columns ``lane``, ``time``, ``event``: "treated", "lost" or "no product".
    phases
        Words and colours of the phases; default :data:`FACILITY_PHASES`.

    Raises
    ------
    TableError
        A column is missing.

    >>> chart = facility_chart({"lane": [0], "phase": ["making and tests"], "start": [0], "end": [21]})
    >>> len(chart.layer)
    1
    """
    rows = rows_in(segments, needs=("lane", "phase", "start", "end"))
    events = rows_in(marks, needs=("lane", "time", "event"))
    lanes = 1 + max((int(row["lane"]) for row in [*rows, *events]), default=-1)
    x = alt.X("start:Q", title=time_title, axis=dict(grid=False))
    panel = lanes_panel(
        rows, events, lanes=lanes, x=x, phases=phases or FACILITY_PHASES, marks=FACILITY_MARKS, size=size
    )
    return panel.properties(width=size.width, height=max(120, 9 * lanes))


def losses_chart(table: Table, *, size: Size = WIDE) -> Chart:
    """Draw how the ways ended: a bar per ending with its number.

    Parameters
    ----------
    table
        Columns ``ending`` (words, in order), ``patients``.

    >>> len(losses_chart({"ending": ["treated", "died waiting"], "patients": [90, 4]}).layer)
    2
    """
    rows = rows_in(table, needs=("ending", "patients"))
    order = [row["ending"] for row in rows]
    axis = dict(labelLimit=130 if size.narrow else 260, ticks=False, domain=False)
    y = alt.Y("ending:N", sort=order, scale=dict(domain=order), title=None, axis=axis)
    x = alt.X("patients:Q", title="patients", axis=dict(tickMinStep=1))
    base = on([row | {"floor": 0} for row in rows])
    bars = base.mark_bar(color="#0072B2").encode(x=x, y=y)
    numbers = base.mark_text(align="left", dx=4, fontSize=11).encode(x=x, y=y, text=alt.Text("patients:Q", format=","))
    width = size.width - (90 if size.narrow else 180)
    return alt.layer(bars, numbers).properties(width=width, height=24 * max(1, len(rows)))

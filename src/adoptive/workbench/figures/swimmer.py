"""Figure of the house: swimmer."""

from __future__ import annotations

from adoptive.workbench.figures.charts import WIDE, Chart, Size, Table

__all__ = ["swimmer_chart"]


def swimmer_chart(segments: Table, marks: Table = (), *, size: Size = WIDE, time_title: str = "months") -> Chart:
    """Draw a lane per patient: segments (``group``, ``lane``, ``phase``, ``start``, ``end``) and marks (``group``, ``lane``, ``time``, ``event``, ``text``)."""
    raise NotImplementedError

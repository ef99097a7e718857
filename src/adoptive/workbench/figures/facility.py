"""Figure of the house: facility."""

from __future__ import annotations

from collections.abc import Mapping

from adoptive.workbench.figures.charts import WIDE, Chart, Size, Table

__all__ = ["facility_chart"]


def facility_chart(
    segments: Table,
    marks: Table = (),
    *,
    size: Size = WIDE,
    phases: Mapping[str, str] | None = None,
    time_title: str = "days",
) -> Chart:
    """Draw lanes over time: segments (``lane``, ``phase``, ``start``, ``end``) and marks (``lane``, ``time``, ``event``)."""
    raise NotImplementedError

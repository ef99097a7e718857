"""Figure of the house: incidence."""

from __future__ import annotations

from adoptive.workbench.figures.charts import WIDE, Chart, Size, Table

__all__ = ["incidence_chart"]


def incidence_chart(
    table: Table, *, size: Size = WIDE, time_title: str = "months", until: float | None = None
) -> Chart:
    """Draw cumulative incidences of competing causes.

    Columns: ``group``, ``cause``, ``time``, ``incidence``; optional ``lower``, ``upper``.
    """
    raise NotImplementedError

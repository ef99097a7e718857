"""Figure of the house: spider."""

from __future__ import annotations

from adoptive.workbench.figures.charts import WIDE, Chart, Size, Table

__all__ = ["spider_chart"]


def spider_chart(table: Table, *, size: Size = WIDE, most: int = 40, time_title: str = "months") -> Chart:
    """Draw the change of each patient over time, at most so many, and the median.

    Columns: ``patient``, ``time``, ``change`` (per cent), ``response``; optional ``group``.
    """
    raise NotImplementedError

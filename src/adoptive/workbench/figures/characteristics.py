"""Figure of the house: characteristics."""

from __future__ import annotations

from adoptive.workbench.figures.charts import WIDE, Chart, Size, Table

__all__ = ["characteristics_chart"]


def characteristics_chart(
    table: Table,
    *,
    size: Size = WIDE,
    value_title: str = "",
    label_title: str = "",
    domain: tuple[float, float] | None = None,
    target: float | None = None,
) -> Chart:
    """Draw operating characteristics: a dot per value with its Monte Carlo interval, panel by panel.

    Columns: ``label``, ``value``; optional ``lower``, ``upper``, ``series``, ``panel``.
    """
    raise NotImplementedError

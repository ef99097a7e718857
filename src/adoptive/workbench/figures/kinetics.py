"""Figure of the house: kinetics."""

from __future__ import annotations

from adoptive.workbench.figures.charts import WIDE, Chart, Size, Table

__all__ = ["kinetics_chart"]


def kinetics_chart(
    table: Table,
    *,
    size: Size = WIDE,
    lloq: float | None = None,
    floor: float = 1.0,
    threads: int = 25,
    level_title: str = "copies per µg DNA",
) -> Chart:
    """Draw levels over time: single patients thin, median and 90 % band, the limit of quantification.

    Columns: ``patient``, ``day``, ``level``; optional ``group``.
    """
    raise NotImplementedError

"""Figure of the house: waterfall."""

from __future__ import annotations

from adoptive.workbench.figures.charts import WIDE, Chart, Size, Table

__all__ = ["waterfall_chart"]


def waterfall_chart(table: Table, *, size: Size = WIDE) -> Chart:
    """Draw each patient's best change, the worst first, with a strip that says the response.

    Columns: ``change`` (per cent), ``response``; optional ``star`` (progressed elsewhere), ``group``.
    """
    raise NotImplementedError

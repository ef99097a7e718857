"""Figure of the house: forest."""

from __future__ import annotations

from collections.abc import Sequence

from adoptive.workbench.figures.charts import WIDE, Chart, Size, Table

__all__ = ["forest_chart"]


def forest_chart(
    table: Table,
    *,
    size: Size = WIDE,
    columns: Sequence[str] = (),
    measure: str = "hazard ratio",
    null: float = 1.0,
    log: bool = True,
    favours: tuple[str, str] = ("", ""),
) -> Chart:
    """Draw estimates with intervals, a row each, beside columns of text.

    Columns: ``label``, ``estimate``, ``lower``, ``upper``; optional ``heading`` (bold, no estimate), and those named in
    ``columns`` as text.
    """
    raise NotImplementedError

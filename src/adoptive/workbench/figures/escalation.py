"""Figure of the house: escalation."""

from __future__ import annotations

from collections.abc import Sequence

from adoptive.workbench.figures.charts import WIDE, Chart, Size, Table

__all__ = ["escalation_chart"]


def escalation_chart(table: Table, *, levels: Sequence[str], size: Size = WIDE) -> Chart:
    """Draw the path of a dose-finding trial.

    Columns: ``patient`` (from 1), ``level`` (name), ``toxic``.
    """
    raise NotImplementedError

"""Figure of the house: toxicity."""

from __future__ import annotations

from adoptive.workbench.figures.charts import WIDE, Chart, Size, Table

__all__ = ["onset_chart", "toxicity_chart"]


def toxicity_chart(
    table: Table, *, size: Size = WIDE, title: str = "% of infused patients, worst grade first"
) -> Chart:
    """Draw the share of patients by worst grade, stacked, the worst first.

    Columns: ``term``, ``grade``, ``share`` (0 to 1); optional ``group``.
    """
    raise NotImplementedError


def onset_chart(table: Table, *, size: Size = WIDE, time_title: str = "days from infusion") -> Chart:
    """Draw when toxicities begin and how long they last.

    Columns: ``term``, ``onset``, ``end`` (median days), ``onset_lower``, ``onset_upper``; optional ``group``.
    """
    raise NotImplementedError

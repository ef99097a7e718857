"""Figure of the house: flow."""

from __future__ import annotations

from collections.abc import Sequence

from adoptive.workbench.figures.charts import WIDE, Chart, Size

__all__ = ["flow_chart"]


def flow_chart(entered: Sequence[str], arms: Sequence[Sequence[Sequence[str]]], *, size: Size = WIDE) -> Chart:
    """Draw the flow of patients: boxes of lines, those before allocation above, each arm a column below."""
    raise NotImplementedError

"""Figure of the house: survival."""

from __future__ import annotations

from collections.abc import Sequence

from adoptive.verdict.rows import SurvivalRows
from adoptive.workbench.figures.charts import WIDE, Chart, Size, Table
from adoptive.workbench.figures.types import Steps

__all__ = ["survival_chart"]


def survival_chart(
    data: SurvivalRows | Sequence[Steps],
    *,
    size: Size = WIDE,
    time_title: str = "months",
    until: float | None = None,
    marks: Table = (),
    spread: Table = (),
) -> Chart:
    """Draw Kaplan-Meier curves over their table of patients at risk, censored and with event."""
    raise NotImplementedError

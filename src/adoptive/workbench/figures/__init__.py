"""Figures: one function each, from plain tables to an Altair chart, for notebook, report and web alike.

Enters: columns by name (or rows), :class:`~adoptive.verdict.rows.SurvivalRows`, results of the verdict. Leaves: a chart
that shows itself in a notebook; :func:`~adoptive.workbench.figures.charts.draw` turns it into pictures for a page.
"""

from adoptive.workbench.figures.characteristics import characteristics_chart
from adoptive.workbench.figures.charts import NARROW, WIDE, Chart, Figure, Size, draw
from adoptive.workbench.figures.escalation import escalation_chart
from adoptive.workbench.figures.facility import facility_chart, losses_chart
from adoptive.workbench.figures.flow import flow_chart
from adoptive.workbench.figures.forest import forest_chart
from adoptive.workbench.figures.incidence import incidence_chart
from adoptive.workbench.figures.kinetics import kinetics_chart
from adoptive.workbench.figures.spider import spider_chart
from adoptive.workbench.figures.survival import survival_chart
from adoptive.workbench.figures.swimmer import swimmer_chart
from adoptive.workbench.figures.toxicity import onset_chart, toxicity_chart
from adoptive.workbench.figures.types import Box
from adoptive.workbench.figures.waterfall import waterfall_chart

__all__ = [
    "NARROW",
    "WIDE",
    "Box",
    "Chart",
    "Figure",
    "Size",
    "characteristics_chart",
    "draw",
    "escalation_chart",
    "facility_chart",
    "flow_chart",
    "forest_chart",
    "incidence_chart",
    "kinetics_chart",
    "losses_chart",
    "onset_chart",
    "spider_chart",
    "survival_chart",
    "swimmer_chart",
    "toxicity_chart",
    "waterfall_chart",
]

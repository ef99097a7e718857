"""The charts' common parts, under the name that they had before: see :mod:`adoptive.workbench.figures.charts`."""

from adoptive.workbench.figures.charts import (
    ARM_COLOURS,
    ARM_DASHES,
    GRADE_COLOURS,
    Chart,
    Draw,
    Figure,
    Panel,
    Size,
    cut,
    draw,
    inline,
    on,
    stacked,
)

__all__ = [
    "ARM_COLOURS",
    "ARM_DASHES",
    "GRADE_COLOURS",
    "Chart",
    "Draw",
    "Figure",
    "Panel",
    "Size",
    "cut",
    "draw",
    "inline",
    "on",
    "stacked",
]

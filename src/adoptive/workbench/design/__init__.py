"""Many designs of one study on the same virtual patients: operating characteristics with their Monte Carlo error.

Enters: a study and what is varied. Leaves: a :class:`Varied` in a folder that can be continued after a crash. Where to
start: :func:`vary`; :func:`adoptive.workbench.design.optimise.optimise` searches instead of walking a grid.
"""

from adoptive.workbench.design.comparison import folder_of, vary
from adoptive.workbench.design.designs import DEFAULT_DESIGNS, base_of, combinations, designs_of
from adoptive.workbench.design.factors import read_factor
from adoptive.workbench.design.types import Asked, Design, DesignResult, Factor, Precision, Varied

__all__ = [
    "DEFAULT_DESIGNS",
    "Asked",
    "Design",
    "DesignResult",
    "Factor",
    "Precision",
    "Varied",
    "base_of",
    "combinations",
    "designs_of",
    "folder_of",
    "read_factor",
    "vary",
]

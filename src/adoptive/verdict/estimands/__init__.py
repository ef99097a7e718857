"""Who against whom? Analysis populations, immortal time, treatment switching.

Enter: columns of one trial (:func:`switch_rows`). Leave: an :class:`Effect` per analysis. To know:
:func:`population_effects`, :func:`infusion_effects`, :func:`rpsft`, :func:`ipcw`, :func:`two_stage`.
"""

from __future__ import annotations

from adoptive.verdict.estimands.columns import switch_rows
from adoptive.verdict.estimands.immortal_time import demonstrate_immortal_time, infusion_effects
from adoptive.verdict.estimands.ipcw import ipcw
from adoptive.verdict.estimands.populations import population_effects, populations
from adoptive.verdict.estimands.rpsft import rpsft
from adoptive.verdict.estimands.side_by_side import of_patients
from adoptive.verdict.estimands.two_stage import two_stage
from adoptive.verdict.estimands.types import (
    Demonstration,
    Effect,
    Ipcw,
    Measurements,
    Populations,
    Rpsft,
    SwitchRows,
    TwoStage,
)

__all__ = [
    "Demonstration",
    "Effect",
    "Ipcw",
    "Measurements",
    "Populations",
    "Rpsft",
    "SwitchRows",
    "TwoStage",
    "demonstrate_immortal_time",
    "infusion_effects",
    "ipcw",
    "of_patients",
    "population_effects",
    "populations",
    "rpsft",
    "switch_rows",
    "two_stage",
]

"""Published models of CAR-T cells in the same form as our own: they show that the engine is general.

Enters: a name from `MODELS`, a parameter set, changed rows, days. Leaves: measured quantities by patient and day, the
values that the publication implies against ours, or a fit to individuals. Know `find_model`, `run_zoo`,
`check_regressions` and `fit_individuals`. Nothing here is part of the clinic's own model.
"""

from __future__ import annotations

from adoptive.kinetics.zoo.shelf import MODELS, find_model
from adoptive.kinetics.zoo.simulate import Checked, check_regressions, run_zoo
from adoptive.kinetics.zoo.types import Happening, Quantity, Regression, ZooModel, ZooRun

__all__ = [
    "MODELS",
    "Checked",
    "Happening",
    "Quantity",
    "Regression",
    "ZooModel",
    "ZooRun",
    "check_regressions",
    "find_model",
    "run_zoo",
]

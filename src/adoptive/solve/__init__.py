"""Integrate many patients of one stiff model at once. It knows nothing of cells.

Enters: a `Model` (plain Python equations), parameters, initial values, and what happens: `Events`, `Trigger`,
`Regimen`, `Scans`. Leaves: an `Ensemble`. Know `compile_model`, `Engine.run` and, for populations that do not fit into
memory, `Engine.run_reduced`; `exp`, `log`, `maximum`, `minimum`, `positive` and `where_positive` are for model text.
`solve.methods` holds the solvers as data, `solve.solo` the other backends, `solve.exchange` reads and writes SBML.
"""

from __future__ import annotations

from adoptive.solve.engine import Engine, compile_model
from adoptive.solve.graph import exp, log, maximum, minimum, positive, where_positive
from adoptive.solve.regimens import REGIMEN_STATES, Dose, Gate, Regimen
from adoptive.solve.scans import Scans
from adoptive.solve.types import FAILURES, Ensemble, Events, Jump, Model, Trigger, Values

__all__ = [
    "FAILURES",
    "REGIMEN_STATES",
    "Dose",
    "Engine",
    "Ensemble",
    "Events",
    "Gate",
    "Jump",
    "Model",
    "Regimen",
    "Scans",
    "Trigger",
    "Values",
    "compile_model",
    "exp",
    "log",
    "maximum",
    "minimum",
    "positive",
    "where_positive",
]

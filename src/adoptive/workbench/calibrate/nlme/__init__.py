"""Population fits to individual series (nonlinear mixed effects), by SAEM.

Enters: series as :class:`PopulationData` and a :class:`PopulationModel` (a closed form, or a model of the zoo on the
engine). Leaves: a :class:`PopulationFit`. Know `read_population`, `population_model` and `fit_population`; `check_fit`
adds the visual predictive check and the prediction errors.
"""

from adoptive.workbench.calibrate.nlme.data import joined, read_population
from adoptive.workbench.calibrate.nlme.fit import PopulationFit, fit_population
from adoptive.workbench.calibrate.nlme.models import Wanted, population_model
from adoptive.workbench.calibrate.nlme.npde import Npde, prediction_errors
from adoptive.workbench.calibrate.nlme.problem import Problem
from adoptive.workbench.calibrate.nlme.simulated import simulate_data
from adoptive.workbench.calibrate.nlme.structures import closed, on_engine
from adoptive.workbench.calibrate.nlme.types import (
    Estimate,
    Population,
    PopulationData,
    PopulationModel,
    PopulationParameter,
    Residual,
    Settings,
    Slope,
)
from adoptive.workbench.calibrate.nlme.vpc import Vpc, predictive_check
from adoptive.workbench.calibrate.nlme.written import Checked, check_fit, fit_document, write_fit

__all__ = [
    "Checked",
    "Estimate",
    "Npde",
    "Population",
    "PopulationData",
    "PopulationFit",
    "PopulationModel",
    "PopulationParameter",
    "Problem",
    "Residual",
    "Settings",
    "Slope",
    "Vpc",
    "Wanted",
    "check_fit",
    "closed",
    "fit_document",
    "fit_population",
    "joined",
    "on_engine",
    "population_model",
    "prediction_errors",
    "predictive_check",
    "read_population",
    "simulate_data",
    "write_fit",
]

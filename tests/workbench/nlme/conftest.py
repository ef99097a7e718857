"""What the tests of population fits share: the theophylline data, a linear model whose likelihood is known, fits."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

sys.path.append(str(Path(__file__).parent))  # for what the folders share

from series import rectangle

from adoptive.workbench.calibrate.nlme import (
    PopulationData,
    PopulationFit,
    PopulationModel,
    PopulationParameter,
    Residual,
    Settings,
    closed,
    fit_population,
)
from adoptive.workbench.calibrate.nlme.structures import oral_curve

HERE = Path(__file__).parent / "data"
ORAL = ("ka", "V", "Cl")


@pytest.fixture(scope="session")
def theophylline() -> Callable[..., PopulationData]:
    """Give the data, with or without the samples at time 0; the dose in mg, or in mg/kg."""
    with (HERE / "theophylline.csv").open() as file:
        rows = list(csv.DictReader(file))

    def give(*, at_zero: bool, per_kg: bool = False) -> PopulationData:
        kept = [row for row in rows if at_zero or float(row["time"]) > 0]
        who = sorted({int(row["id"]) for row in kept})
        own = [[row for row in kept if int(row["id"]) == name] for name in who]
        time, value = (
            np.array([[float(row[name]) for row in series] for series in own])
            for name in ("time", "concentration_mg_l")
        )
        weight, dose = (np.array([float(s[0][name]) for s in own]) for name in ("weight_kg", "dose_mg_kg"))
        return rectangle(time, value, dose=dose if per_kg else dose * weight, weight=weight)

    return give


@pytest.fixture(scope="session")
def oral() -> Callable[..., PopulationModel]:
    """Give one compartment with absorption."""

    def give(kind: str, *, correlated: bool = False) -> PopulationModel:
        starts = zip(ORAL, (1.0, 20.0, 2.0), strict=True)
        parameters = tuple(PopulationParameter(name, start, spread=1.0) for name, start in starts)
        return PopulationModel("oral", closed(oral_curve, ORAL), parameters, Residual(kind), correlated)

    return give


@pytest.fixture(scope="session")
def additive_fit(theophylline: Callable[..., PopulationData], oral: Callable[..., PopulationModel]) -> PopulationFit:
    """Fit all 132 samples with an additive error."""
    return fit_population(oral("additive"), theophylline(at_zero=True), Settings(samples=3_000))


def straight(known: dict[str, np.ndarray], time: np.ndarray) -> np.ndarray:
    """Give a line: level + slope t."""
    return known["level"] + known["slope"] * time


@pytest.fixture(scope="session")
def line() -> PopulationModel:
    """Give lines with a random level and one slope for all: its likelihood is a normal's."""
    parameters = (
        PopulationParameter("level", 5.0, "identity", spread=2.0),
        PopulationParameter("slope", 0.0, "identity", spread=0.0),
    )
    return PopulationModel("line", closed(straight, ("level", "slope")), parameters, Residual("additive"))


@pytest.fixture(scope="session")
def line_data() -> PopulationData:
    """Draw 20 subjects with 5 values each."""
    lot = np.random.default_rng(5)
    time = np.arange(5.0)
    level = 10.0 + 1.5 * lot.standard_normal((20, 1))
    return rectangle(time, level + 0.4 * time + 0.8 * lot.standard_normal((20, 5)))


@pytest.fixture(scope="session")
def line_fit(line: PopulationModel, line_data: PopulationData) -> PopulationFit:
    return fit_population(line, line_data, Settings(samples=3_000, posterior_draws=3_000))

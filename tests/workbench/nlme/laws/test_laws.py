"""What holds for any fit: same seed same bytes, empty cells say nothing, bad input is one clear sentence."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from adoptive.errors import ParameterError
from adoptive.workbench.calibrate.nlme import (
    PopulationData,
    PopulationModel,
    PopulationParameter,
    Problem,
    Residual,
    Settings,
    Slope,
    fit_population,
    population_model,
)
from adoptive.workbench.calibrate.nlme.saem import estimate_population

SHORT = Settings(burn_in=30, averaging=15, samples=100, posterior_draws=40)


def level_of(model: PopulationModel, **changes: object) -> PopulationModel:
    """Change the line's first parameter."""
    first, second = model.parameters
    return replace(model, parameters=(replace(first, **changes), second))


def padded(data: PopulationData) -> PopulationData:
    wide = ((0, 0), (0, 2))
    return replace(
        data, time=np.pad(data.time, wide), value=np.pad(data.value, wide, constant_values=np.nan),
        below=np.pad(data.below, wide), used=np.pad(data.used, wide),
    )  # fmt: skip


def test_same_seed_same_numbers_and_another_seed_others(line: PopulationModel, line_data: PopulationData) -> None:
    one, again = (fit_population(line, line_data, SHORT) for _ in range(2))
    assert one.path.tobytes() == again.path.tobytes()
    assert one.minus2 == again.minus2
    assert fit_population(line, line_data, replace(SHORT, seed=2)).minus2 != one.minus2


def test_cells_that_are_not_used_change_nothing(line: PopulationModel, line_data: PopulationData) -> None:
    plain = estimate_population(Problem.of(line, line_data), SHORT).population
    wider = estimate_population(Problem.of(line, padded(line_data)), SHORT).population
    np.testing.assert_allclose(wider.beta, plain.beta, rtol=1e-12)
    np.testing.assert_allclose(wider.error, plain.error, rtol=1e-12)


def test_held_values_stay(line: PopulationModel, line_data: PopulationData) -> None:
    level, slope = line.parameters
    held = replace(line, parameters=(replace(level, fixed_spread=True), replace(slope, start=0.25, fixed=True)))
    fit = fit_population(held, line_data, SHORT)
    assert (fit.of("slope").value, fit.of("slope").held) == (0.25, True)
    assert abs(fit.of("omega level").value - 2.0) < 1e-9
    assert fit.estimated == 2


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda m, d: (m, replace(d, value=np.where(d.value > 0, np.nan, 0.0))), "not finite"),
        (lambda m, d: (m, replace(d, ids=d.ids[:-1])), "different shapes"),
        (lambda m, d: (replace(m, residual=Residual("exponential")), replace(d, value=-d.value)), "not above 0"),
        (
            lambda m, d: (level_of(m, slopes=(Slope("age"),)), d),
            "lack a covariate",
        ),
        (lambda m, d: (replace(m, parameters=tuple(replace(p, spread=0.0) for p in m.parameters)), d), "must vary"),
        (lambda m, d: (replace(m, residual=Residual("count", assay="flow")), d), "needs a column"),
        (
            lambda m, d: (replace(level_of(m, start=-5.0), residual=Residual("proportional")), d),
            "cannot hold",
        ),
    ],
)  # fmt: skip
def test_what_does_not_fit_together_is_refused(
    line: PopulationModel, line_data: PopulationData, change: object, said: str
) -> None:
    model, data = change(line, line_data)
    with pytest.raises(ParameterError, match=said):
        fit_population(model, data, SHORT)


@pytest.mark.parametrize(
    "make",
    [
        lambda: PopulationParameter("ka", 0.0),
        lambda: PopulationParameter("FB", 1.2, "logit"),
        lambda: PopulationParameter("ka", 1.0, spread=-1.0),
        lambda: Residual("additive", additive=0.0),
        lambda: Residual("count"),
        lambda: Settings(burn_in=1),
        lambda: population_model("no-such-model", Residual()),
    ],
)
def test_words_that_cannot_be_are_refused(make: object) -> None:
    with pytest.raises(ParameterError):
        make()

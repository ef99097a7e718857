"""A population model met by data: designs, scales, predictions and likelihoods of many rows at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import expit, logit

from adoptive.errors import ParameterError
from adoptive.workbench.calibrate.nlme.residual import Observed, log_likelihood
from adoptive.workbench.calibrate.nlme.types import (
    IMPOSSIBLE,
    Floats,
    Marks,
    Population,
    PopulationData,
    PopulationModel,
    PopulationParameter,
    Slope,
    Structure,
    Whole,
)

__all__ = ["Problem"]

_EDGE = 300.0


@dataclass(frozen=True)
class Problem:
    """Hold the model's structure at the data's times and the design ``(subjects, parameters, coefficients)``.

    A subject's mean on the parameters' scales is ``design @ beta``; `varying` are the places of the parameters with a
    random effect, `owner` (coefficients,) the parameter that each coefficient belongs to.
    """

    model: PopulationModel
    data: PopulationData
    structure: Structure
    design: Floats
    owner: Whole
    labels: tuple[str, ...]
    free: Marks
    varying: Whole

    @classmethod
    def of(cls, model: PopulationModel, data: PopulationData) -> Problem:
        """Join them; raise ParameterError for a covariate that is not there and a prediction that cannot be."""
        _check_data(model, data)
        columns: list[Floats] = []
        owner: list[int] = []
        labels: list[str] = []
        free: list[bool] = []
        for place, parameter in enumerate(model.parameters):
            for column, label, moves in _columns(parameter, data):
                full = np.zeros((data.subjects, len(model.parameters)))
                full[:, place] = column
                columns.append(full)
                owner.append(place)
                labels.append(label)
                free.append(moves)
        spread = np.array([parameter.spread for parameter in model.parameters])
        problem = cls(
            model, data, model.structure(data), np.stack(columns, axis=-1), np.array(owner, np.int64), tuple(labels),
            np.array(free), np.flatnonzero(spread > 0),
        )  # fmt: skip
        problem.check_start()
        return problem

    @cached_property
    def everyone(self) -> Whole:
        """Return each subject once."""
        return np.arange(self.data.subjects)

    @cached_property
    def varies(self) -> Marks:
        """Mark the coefficients of parameters that vary between subjects."""
        return np.isin(self.owner, self.varying)

    @property
    def held_omega(self) -> Marks:
        """Mark the varying parameters whose omega is held."""
        return np.array([self.model.parameters[place].fixed_spread for place in self.varying], bool)

    def start(self) -> Population:
        """Return the population that the model's starts describe."""
        beta: list[float] = []
        for parameter in self.model.parameters:
            beta += [_forward(parameter.scale, parameter.start), *(slope.start for slope in parameter.slopes)]
        omega = np.diag([self.model.parameters[place].spread ** 2 for place in self.varying])
        error = np.array([self.model.residual.additive, self.model.residual.proportional])
        return Population(np.array(beta), omega.reshape(len(self.varying), len(self.varying)), error)

    def means(self, beta: Floats) -> Floats:
        """Return every subject's mean on the parameters' scales, ``(subjects, parameters)``."""
        mean: Floats = self.design @ beta
        return mean

    def natural(self, phi: Floats) -> Floats:
        """Return parameters on their natural scales; same shape, parameters last."""
        out = np.clip(phi, -_EDGE, _EDGE)
        for place, parameter in enumerate(self.model.parameters):
            if parameter.scale == "log":
                out[..., place] = np.exp(out[..., place])
            elif parameter.scale == "logit":
                out[..., place] = expit(out[..., place])
        return out

    def predict(self, phi: Floats, who: Whole) -> Floats:
        """Return the structure's predictions, ``(rows, observations)``."""
        return self.structure(self.natural(phi), who)

    def each_likelihood(self, phi: Floats, who: Whole, error: Floats) -> Floats:
        """Return every observation's log-likelihood, ``(rows, observations)``."""
        seen = Observed.of(self.data, who)
        return log_likelihood(self.model.residual, seen, self.predict(phi, who), error)

    def likelihood(self, phi: Floats, who: Whole, error: Floats) -> Floats:
        """Return each row's log-likelihood given its parameters, ``(rows,)``."""
        total: Floats = self.each_likelihood(phi, who, error).sum(axis=1)
        return np.maximum(total, IMPOSSIBLE)

    def check_start(self) -> None:
        """Refuse starts at which the structure has no finite value, or none that its error can hold."""
        start = self.start()
        prediction = self.predict(self.means(start.beta), self.everyone)
        if prediction.shape != self.data.value.shape:
            raise ParameterError("a structure gives another shape than the data", value=prediction.shape)
        wrong = self.data.used & ~np.isfinite(prediction)
        needs = {"proportional": "in proportion", "exponential": "exponential"}
        if not wrong.any() and self.model.residual.kind in needs:
            wrong = self.data.used & (prediction <= 0)
        if wrong.any():
            who, at = (int(places[0]) for places in np.nonzero(wrong))
            raise ParameterError(
                "the model's start predicts a value that the error cannot hold",
                where=f"{self.model.name}, subject {self.data.ids[who]}, time {self.data.time[who, at]:g}",
                value=float(prediction[who, at]),
                allowed="above 0 where the error is proportional or exponential, finite in all",
                next_step="leave such observations out, or change starts or error",
            )


def _columns(parameter: PopulationParameter, data: PopulationData) -> list[tuple[Floats, str, bool]]:
    """Give the columns of one parameter: a one, and each covariate about its centre."""
    found = [(np.ones(data.subjects), parameter.name, not parameter.fixed)]
    for slope in parameter.slopes:
        found.append((_covariate(slope, data, parameter.name), f"{slope.covariate} on {parameter.name}", True))
    return found


def _covariate(slope: Slope, data: PopulationData, name: str) -> Floats:
    if slope.covariate not in data.covariates:
        raise ParameterError(
            "the data lack a covariate", where=name, value=slope.covariate, allowed=", ".join(data.covariates) or "none"
        )
    values = data.covariates[slope.covariate]
    if slope.log and not (values > 0).all():
        raise ParameterError("a covariate is not above 0 and has no logarithm", where=name, value=slope.covariate)
    return np.asarray((np.log(values) if slope.log else values) - slope.centre)


def _forward(scale: str, value: float) -> float:
    if scale == "log":
        return float(np.log(value))
    return float(logit(value)) if scale == "logit" else float(value)


def _check_data(model: PopulationModel, data: PopulationData) -> None:
    shape = data.value.shape
    if not (len(data.ids) == shape[0] and data.time.shape == data.below.shape == data.used.shape == shape):
        raise ParameterError("the data's rectangles have different shapes", where=model.name, value=shape)
    if data.subjects < 2 or not data.used.any(axis=1).all():
        raise ParameterError("a population needs 2 subjects or more, each with an observation", where=model.name)
    if not (np.isfinite(data.value[data.used]).all() and np.isfinite(data.time[data.used]).all()):
        raise ParameterError("a time or a value is not finite", where=model.name)
    if model.residual.kind == "exponential" and not (data.value[data.used] > 0).all():
        raise ParameterError(
            "a value is not above 0, which an exponential error needs", where=model.name,
            next_step="mark it as below a limit, leave it out or choose another error",
        )  # fmt: skip
    names = [parameter.name for parameter in model.parameters]
    if len(set(names)) < len(names) or not any(parameter.spread > 0 for parameter in model.parameters):
        raise ParameterError("parameters need names of their own, and one must vary", where=model.name)

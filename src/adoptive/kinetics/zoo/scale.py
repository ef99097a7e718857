"""The scale on which rows are fitted, and their priors: a row's own spread between patients, or one that is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from adoptive.errors import ParameterError
from adoptive.kinetics.zoo.types import Floats, Rows

__all__ = ["Scale"]


@dataclass(frozen=True)
class Scale:
    """Hold names, kinds of scale, prior centres and standard deviations on that scale (inf: flat)."""

    names: tuple[str, ...]
    kinds: tuple[str, ...]
    centre: Floats
    sd: Floats

    @classmethod
    def of(cls, rows: Rows, names: Sequence[str], priors: Mapping[str, tuple[float, float]]) -> Scale:
        """Take each row's value and spread, or the prior that is given for it; a row without spread gets a flat one."""
        if unknown := sorted((set(names) | set(priors)) - set(rows)):
            raise ParameterError("no such parameter", value=", ".join(unknown), allowed=", ".join(rows))
        if idle := sorted(set(priors) - set(names)):
            raise ParameterError("a prior is given for a parameter that is not fitted", value=", ".join(idle))
        kinds = tuple(rows[name].scale for name in names)
        middle, spread = [], []
        for name, kind in zip(names, kinds, strict=True):
            row = rows[name]
            value, sd = priors.get(name, (row.value, row.between or np.inf))
            _check(name, kind, value, sd)
            middle.append(_transformed(value, kind))
            spread.append(sd)
        return cls(tuple(names), kinds, np.array(middle), np.array(spread))

    @property
    def precision(self) -> Floats:
        """Return one over the variance of each prior, 0 for a flat one."""
        return 1.0 / self.sd**2

    def natural(self, theta: Floats) -> Floats:
        """Return the rows' own values, ``(any, parameters)``.

        >>> Scale(("x",), ("log",), np.zeros(1), np.ones(1)).natural(np.zeros((1, 1))).tolist()
        [[1.0]]
        """
        back: dict[str, Callable[[Floats], Floats]] = {"log": np.exp, "logit": expit, "identity": np.asarray}
        held = np.clip(theta, -300.0, 300.0)
        return np.column_stack([back[kind](held[:, at]) for at, kind in enumerate(self.kinds)])

    def penalty(self, theta: Floats) -> Floats:
        """Return minus the log prior, constants left out."""
        total: Floats = 0.5 * (((theta - self.centre) / self.sd) ** 2).sum(axis=1)
        return total

    def penalty_slope(self, theta: Floats) -> Floats:
        """Return the penalty's gradient."""
        slope: Floats = (theta - self.centre) * self.precision
        return slope


def _transformed(value: float, kind: str) -> float:
    forward: dict[str, Callable[[float], Any]] = {"log": np.log, "logit": logit, "identity": float}
    return float(forward[kind](value))


def _check(name: str, kind: str, value: float, sd: float) -> None:
    inside: Mapping[str, NDArray[np.bool_] | bool] = {"log": value > 0, "logit": 0 < value < 1, "identity": True}
    if not (np.isfinite(value) and inside[kind]):
        raise ParameterError(f"a fit on the {kind} scale cannot start here", where=name, value=value)
    if not sd > 0:
        raise ParameterError("the standard deviation of a prior must be above 0", where=name, value=sd)

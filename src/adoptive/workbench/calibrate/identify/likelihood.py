"""The emulated likelihood: published values against expected ones, a study's endpoints correlated as one trial's are.

A study's published values ``y`` on their scales are normal around the emulator's mean with covariance ``C``: one
trial's residuals, an observation's weight dividing its variance; what differs between trials, through the slopes; and
what the model misses. The spreads are held at their posterior medians.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cholesky, solve_triangular

from adoptive.errors import StudyError
from adoptive.workbench.calibrate.identify.types import Floats
from adoptive.workbench.calibrate.types import Emulator, Fit, Observation

__all__ = ["Evidence", "between_trials", "evidence_of", "fitted_emulators", "missed"]


@dataclass(frozen=True)
class Evidence:
    """Hold the evidence of all studies of a fit, whitened: residuals are a quadratic in the free quantities.

    ``r(phi) = gap - linear phi - phi' quadratic phi``, ``gap`` ``(used,)``, ``linear`` ``(used, free)``, ``quadratic``
    ``(used, free, free)``; ``of_study`` ``(used,)`` is each residual's place in ``studies``.
    """

    free: tuple[str, ...]
    studies: tuple[str, ...]
    of_study: NDArray[np.int64]
    gap: Floats
    linear: Floats
    quadratic: Floats

    def residuals(self, phi: Floats) -> Floats:
        """Give all whitened residuals ``(used,)``; minus half their sum of squares is the log-likelihood."""
        return np.asarray(self.gap - (self.linear + self._bent(phi)) @ phi)

    def slopes(self, phi: Floats) -> Floats:
        """Give the slopes of all whitened expected values ``(used, free)``."""
        return np.asarray(self.linear + 2.0 * self._bent(phi))

    def fisher(self, phi: Floats) -> Floats:
        """Give each study's Fisher information at a point: ``(studies, free, free)``, ``J' C^-1 J``."""
        slopes = self.slopes(phi)
        each = [slopes[self.of_study == place] for place in range(len(self.studies))]
        return np.stack([rows.T @ rows for rows in each])

    def _bent(self, phi: Floats) -> Floats:
        used, free = self.linear.shape
        return np.asarray((self.quadratic.reshape(used * free, free) @ phi).reshape(used, free))


@dataclass(frozen=True)
class _Part:
    """Hold one study's whitened quadratic."""

    study: str
    gap: Floats
    linear: Floats
    quadratic: Floats


def fitted_emulators(emulators: Mapping[str, Emulator], fit: Fit) -> tuple[Emulator, ...]:
    """Give the emulators of the studies that had a say in a fit, in the fit's order.

    Raises
    ------
    StudyError
        A study of the fit has no emulator.
    """
    lacking = [study for study in fit.studies if study not in emulators]
    if lacking:
        raise StudyError(
            "the fit names studies without an emulator", where="calibration", value=", ".join(lacking),
            allowed=", ".join(emulators), next_step="write the calibration again: `adoptive calibrate run`",
        )  # fmt: skip
    return tuple(emulators[study] for study in fit.studies if study not in fit.without)


def between_trials(fit: Fit) -> Floats:
    """Give the spread between trials of each free quantity ``(free,)``: the posterior median of its group's."""
    return np.array([_median(fit, f"trials {quantity.trials}") if quantity.trials else 0.0 for quantity in fit.free])


def missed(fit: Fit, observations: Sequence[Observation]) -> Floats:
    """Give what the model misses of each observation ``(observations,)``: the posterior median of its scale's."""
    return np.array([_median(fit, f"missed {one.scale}") for one in observations])


def evidence_of(emulators: Sequence[Emulator], fit: Fit, *, at: Floats) -> Evidence:
    """Put published values and emulators together.

    ``C = W^-1/2 S W^-1/2 + J diag(spread^2) J' + diag(missed^2)``: ``S`` an emulator's covariance, ``W`` the weights,
    ``J`` its slopes at the point ``at`` ``(free,)``, ``spread`` between trials, ``missed`` by the model.

    Raises
    ------
    StudyError
        No study has an endpoint with weight, or a covariance cannot be factorised.
    """
    parts = [part for part in (_part(emulator, fit, at) for emulator in emulators) if len(part.gap)]
    if not parts:
        raise StudyError(
            "no study has an endpoint with weight", where="calibration", next_step="fit again: `adoptive calibrate run`"
        )
    places = [np.full(len(part.gap), at, np.int64) for at, part in enumerate(parts)]
    return Evidence(
        tuple(one.name for one in fit.free), tuple(part.study for part in parts), np.concatenate(places),
        *(np.concatenate([getattr(part, name) for part in parts]) for name in ("gap", "linear", "quadratic")),
    )  # fmt: skip


def _median(fit: Fit, name: str) -> float:
    return float(np.median(fit.scales[name])) if name in fit.scales else 0.0


def _part(emulator: Emulator, fit: Fit, at: Floats) -> _Part:
    """Whiten one study's quadratic, which is read off its mean and slopes: they are exact."""
    free = [one.name for one in fit.free]
    columns = np.array([free.index(name) for name in emulator.free], np.int64)
    weights = np.array([one.weight for one in emulator.observations])
    y = np.array([one.y for one in emulator.observations])
    kept = np.flatnonzero((weights > 0) & np.isfinite(y))
    root = _root(emulator, fit, kept, emulator.jacobian(at[columns])[kept] * between_trials(fit)[columns])
    nothing = np.zeros(len(columns))
    flat = emulator.jacobian(nothing)
    bent = np.stack([emulator.jacobian(unit) - flat for unit in np.eye(len(columns))], axis=2)[kept] / 2.0
    linear, quadratic = np.zeros((len(kept), len(free))), np.zeros((len(kept), len(free), len(free)))
    linear[:, columns] = flat[kept]
    quadratic[np.ix_(np.arange(len(kept)), columns, columns)] = bent
    gap = y[kept] - emulator.mean(nothing[None])[0, kept]
    whiten = np.asarray(solve_triangular(root, np.eye(len(kept)), lower=True)) if len(kept) else root
    return _Part(emulator.study, whiten @ gap, whiten @ linear, np.einsum("ef,fij->eij", whiten, quadratic))


def _root(emulator: Emulator, fit: Fit, kept: NDArray[np.int64], apart: Floats) -> Floats:
    """Give the lower Cholesky factor of ``C`` over the observations that are used."""
    if not len(kept):
        return np.zeros((0, 0))
    root_weight = np.sqrt([emulator.observations[at].weight for at in kept])
    noise = emulator.covariance[np.ix_(kept, kept)] / np.outer(root_weight, root_weight)
    noise = noise + np.diag(missed(fit, emulator.observations)[kept] ** 2) + apart @ apart.T
    try:
        return np.asarray(cholesky(noise, lower=True))
    except (np.linalg.LinAlgError, ValueError) as problem:
        raise StudyError(
            "the covariance of the endpoints has no Cholesky factor", where=f"calibration: {emulator.study}",
            value=str(problem), next_step="write the calibration again: `adoptive calibrate run`",
        ) from None  # fmt: skip

"""The emulated likelihood: published values against expected ones, a study's endpoints correlated as one trial's are.

A study's published values ``y`` on their scales are normal around the emulator's mean with covariance ``C``: one
trial's residuals, an observation's weight dividing its variance; what differs between trials, through the slopes; and
what the model misses. The spreads are held at their posterior medians.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg import cholesky, solve_triangular

from adoptive.errors import StudyError
from adoptive.workbench.calibrate.identify.types import Floats
from adoptive.workbench.calibrate.types import Emulator, Fit, Observation

__all__ = ["Evidence", "Part", "between_trials", "evidence_of", "fitted_emulators", "missed"]


@dataclass(frozen=True)
class Part:
    """Hold one study's evidence: where its free quantities stand, what was published, and what whitens a residual.

    ``columns`` ``(free of the study,)``; ``kept`` ``(used,)`` are the observations with weight; ``y`` ``(used,)``;
    ``root`` ``(used, used)`` is the lower Cholesky factor of ``C``.
    """

    emulator: Emulator
    columns: np.ndarray[tuple[int], np.dtype[np.int64]]
    kept: np.ndarray[tuple[int], np.dtype[np.int64]]
    y: Floats
    root: Floats

    def residuals(self, phi: Floats) -> Floats:
        """Give the whitened residuals at one point ``(free,)``: ``(used,)``."""
        expected = self.emulator.mean(phi[None, self.columns])[0, self.kept]
        return np.asarray(solve_triangular(self.root, self.y - expected, lower=True))

    def slopes(self, phi: Floats) -> Floats:
        """Give the slopes of the whitened expected values at one point: ``(used, free)``, all free quantities."""
        wide = np.zeros((len(self.kept), len(phi)))
        wide[:, self.columns] = self.emulator.jacobian(phi[self.columns])[self.kept]
        return np.asarray(solve_triangular(self.root, wide, lower=True))


@dataclass(frozen=True)
class Evidence:
    """Hold the evidence of all studies of a fit; ``free`` names the quantities in order."""

    free: tuple[str, ...]
    parts: tuple[Part, ...]

    @property
    def studies(self) -> tuple[str, ...]:
        """Name the studies."""
        return tuple(part.emulator.study for part in self.parts)

    def residuals(self, phi: Floats) -> Floats:
        """Give all whitened residuals ``(all used,)``; minus half their sum of squares is the log-likelihood."""
        return np.concatenate([part.residuals(phi) for part in self.parts])

    def slopes(self, phi: Floats) -> Floats:
        """Give the slopes of all whitened expected values ``(all used, free)``."""
        return np.concatenate([part.slopes(phi) for part in self.parts])

    def fisher(self, phi: Floats) -> Floats:
        """Give each study's Fisher information at a point: ``(studies, free, free)``, ``J' C^-1 J``."""
        each = [part.slopes(phi) for part in self.parts]
        return np.stack([slopes.T @ slopes for slopes in each])


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
        A study moves a quantity that is not free, or its covariance cannot be factorised.
    """
    parts = [_part(emulator, fit, at) for emulator in emulators]
    return Evidence(tuple(one.name for one in fit.free), tuple(part for part in parts if len(part.y)))


def _median(fit: Fit, name: str) -> float:
    return float(np.median(fit.scales[name])) if name in fit.scales else 0.0


def _part(emulator: Emulator, fit: Fit, at: Floats) -> Part:
    free = [one.name for one in fit.free]
    unknown = [name for name in emulator.free if name not in free]
    if unknown:
        raise StudyError(
            "an emulator knows quantities that the fit does not", where=f"calibration: {emulator.study}",
            value=", ".join(unknown), next_step="write the calibration again: `adoptive calibrate run`",
        )  # fmt: skip
    columns = np.array([free.index(name) for name in emulator.free], np.int64)
    weights = np.array([one.weight for one in emulator.observations])
    y = np.array([one.y for one in emulator.observations])
    kept = np.flatnonzero((weights > 0) & np.isfinite(y)).astype(np.int64)
    slopes = emulator.jacobian(at[columns])[kept] * between_trials(fit)[columns]
    root_weight = np.sqrt(weights[kept])
    noise = emulator.covariance[np.ix_(kept, kept)] / np.outer(root_weight, root_weight)
    noise += np.diag(missed(fit, emulator.observations)[kept] ** 2) + slopes @ slopes.T
    try:
        root = np.asarray(cholesky(noise, lower=True)) if len(kept) else np.zeros((0, 0))
    except (np.linalg.LinAlgError, ValueError) as problem:
        raise StudyError(
            "the covariance of the endpoints has no Cholesky factor", where=f"calibration: {emulator.study}",
            value=str(problem), next_step="write the calibration again: `adoptive calibrate run`",
        ) from None  # fmt: skip
    return Part(emulator, columns, kept, y[kept], root)

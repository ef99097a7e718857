"""Posteriors of many data sets at once: one Hamiltonian chain for each, all in step, whitened at each mode.

Neal 2011 (10.48550/arXiv.1206.1901): leapfrog steps with an acceptance step leave the density as it is, whatever the
whitening. One compiled gradient serves all data sets, so that hundreds of posteriors cost little more than one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from adoptive.workbench.calibrate.methods.nuts import need
from adoptive.workbench.calibrate.methods.types import Floats

__all__ = ["Lockstep", "Walked", "lockstep"]

LEAPS: Final = 6
"""Leapfrog steps of a move; with steps of about a quarter that is a quarter turn of a standard normal."""

_FIRST_STEP, _ACCEPTED = 0.3, 0.8
_ASIDE: Final = 1e-4
_FLATTEST: Final = 0.1
"""Smallest curvature by which a coordinate is whitened; a standard normal's is 1."""


@dataclass(frozen=True)
class Walked:
    """Hold draws ``(data sets, draws, size)`` and the share of accepted moves, ``(data sets,)``."""

    theta: Floats
    accepted: Floats


@dataclass(frozen=True)
class Lockstep:
    """Hold a compiled log density of ``theta`` ``(size,)`` given data, over data sets: its value and slope."""

    start: Floats
    value_and_slope: Callable[..., Any]

    def __call__(self, *data: Floats, seed: int, warmup: int = 60, draws: int = 200, leaps: int = LEAPS) -> Walked:
        """Draw from the posterior of each data set; each array of ``data`` has a row for each."""
        random = np.random.default_rng(seed)
        mode, whitening = self.modes(*data)
        theta = mode + np.einsum("rij,rj->ri", whitening, random.normal(size=mode.shape))
        state = (theta, *self._at(theta, data))
        step, kept, taken = np.full(len(theta), _FIRST_STEP), [], np.zeros(len(theta))
        for move in range(warmup + draws):
            state, accepted = self._moved(state, data, whitening, step, leaps, random)
            if move < warmup:
                step = np.clip(step * np.exp((accepted - _ACCEPTED) / np.sqrt(1.0 + move / 5.0)), 0.02, 1.0)
            else:
                kept.append(state[0])
                taken += accepted
        return Walked(np.stack(kept, axis=1), taken / draws)

    def _at(self, theta: Floats, data: tuple[Floats, ...]) -> tuple[Floats, Floats]:
        value, slope = self.value_and_slope(theta, *data)
        return np.asarray(value), np.asarray(slope)

    def _curvature(self, theta: Floats, data: tuple[Floats, ...]) -> Floats:
        """Give minus the second derivatives, from slopes on both sides, ``(data sets, size, size)``.

        A compiled second derivative would take longer to compile than these take to compute.
        """
        bend = np.empty((*theta.shape, theta.shape[1]))
        for at in range(theta.shape[1]):
            aside = np.zeros(theta.shape[1])
            aside[at] = _ASIDE
            bend[:, :, at] = (self._at(theta - aside, data)[1] - self._at(theta + aside, data)[1]) / (2.0 * _ASIDE)
        return 0.5 * (bend + bend.transpose(0, 2, 1))

    def _moved(
        self, state: tuple[Floats, Floats, Floats], data: tuple[Floats, ...], whitening: Floats, step: Floats,
        leaps: int, random: np.random.Generator,
    ) -> tuple[tuple[Floats, Floats, Floats], Floats]:  # fmt: skip
        """Move every chain once; give the new state and the chance with which each proposal was accepted."""
        theta, value, slope = state
        size = (step * random.uniform(0.8, 1.2, len(step)))[:, None]
        push = random.normal(size=theta.shape)
        energy = value - 0.5 * (push**2).sum(axis=1)
        new_theta, new_value, new_slope = theta, value, slope
        for _ in range(leaps):
            push = push + 0.5 * size * np.einsum("rij,ri->rj", whitening, new_slope)
            new_theta = new_theta + size * np.einsum("rij,rj->ri", whitening, push)
            new_value, new_slope = self._at(new_theta, data)
            push = push + 0.5 * size * np.einsum("rij,ri->rj", whitening, new_slope)
        with np.errstate(over="ignore", invalid="ignore"):
            chance = np.minimum(np.exp(new_value - 0.5 * (push**2).sum(axis=1) - energy), 1.0)
        chance = np.where(np.isfinite(chance), chance, 0.0)
        takes = random.uniform(size=len(step)) < chance
        both = zip((theta, value, slope), (new_theta, new_value, new_slope), strict=True)
        kept = tuple(np.where(takes.reshape(-1, *[1] * (old.ndim - 1)), new, old) for old, new in both)
        return (kept[0], kept[1], kept[2]), chance

    def modes(self, *data: Floats, steps: int = 12) -> tuple[Floats, Floats]:
        """Find where each posterior is highest by damped Newton steps, and whiten there by its curvature."""
        theta = np.repeat(self.start[None, :], len(data[0]), axis=0)
        value, slope = self._at(theta, data)
        for number in range(steps):
            if number % 4 == 0:
                weight, axes = np.linalg.eigh(self._curvature(theta, data))
                inverse = np.einsum("rij,rj,rkj->rik", axes, 1.0 / np.maximum(np.abs(weight), 0.5), axes)
            going = np.einsum("rij,rj->ri", inverse, slope)
            length = np.minimum(1.0, 4.0 / np.maximum(np.linalg.norm(going, axis=1), 1e-12))
            for _ in range(5):
                nearer = theta + length[:, None] * going
                new_value, new_slope = self._at(nearer, data)
                better = new_value > value
                theta, value = np.where(better[:, None], nearer, theta), np.where(better, new_value, value)
                slope = np.where(better[:, None], new_slope, slope)
                length, going = np.where(better, 0.0, 0.4 * length), np.where(better[:, None], 0.0, going)
                if better.all():
                    break
        weight, axes = np.linalg.eigh(self._curvature(theta, data))
        return theta, axes / np.sqrt(np.maximum(weight, _FLATTEST))[:, None, :]


def lockstep(log_density: Callable[..., Any], start: Floats) -> Lockstep:
    """Prepare chains in step for a log density ``(theta, *data)`` written for jax; ``start`` ``(size,)``.

    Raises
    ------
    RunError
        jax is not installed.
    """
    jax = need("jax", extra="'adoptive[calibrate]'")
    jax.config.update("jax_enable_x64", True)
    return Lockstep(start, jax.jit(jax.vmap(jax.value_and_grad(log_density))))

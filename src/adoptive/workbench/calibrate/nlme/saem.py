"""SAEM: draw the individuals, average their sufficient statistics, maximise; variances first fall slowly."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from adoptive.streams import Keys
from adoptive.workbench.calibrate.nlme.chains import Chains
from adoptive.workbench.calibrate.nlme.coordinates import Coordinates
from adoptive.workbench.calibrate.nlme.problem import Problem
from adoptive.workbench.calibrate.nlme.residual import Observed, deviation, impute, scaled
from adoptive.workbench.calibrate.nlme.types import Floats, Population, Settings

__all__ = ["Estimated", "estimate_population"]

_QUIET = 5
"""First iterations, in which the chains only leave their start."""
_ROWS = 50
_STRIDE = 0.3
"""Most that one Newton step moves a coordinate."""
_NUDGE = 1e-4


@dataclass(frozen=True)
class Estimated:
    """Hold the estimate, the chains at its end and the path ``(iterations, coordinates)``."""

    population: Population
    chains: Chains
    path: Floats


@dataclass(frozen=True)
class _Statistics:
    """Hold averaged statistics: sums over subjects of phi, phi phi' and squared residuals; the Newton step's matrix."""

    first: Floats
    second: Floats
    squares: float
    curvature: Floats

    def towards(self, other: _Statistics, pace: float) -> _Statistics:
        """Move a part of the way to another."""
        return _Statistics(
            self.first + pace * (other.first - self.first), self.second + pace * (other.second - self.second),
            self.squares + pace * (other.squares - self.squares),
            self.curvature + pace * (other.curvature - self.curvature),
        )  # fmt: skip


def estimate_population(problem: Problem, settings: Settings) -> Estimated:
    """Find the maximum of the likelihood by stochastic approximation (Kuhn and Lavielle 2005, 10.1016/j.csda.2004.07.002).

    Means, omega and a single residual error come from sufficient statistics in closed form. Coefficients of parameters
    that do not vary, and the two numbers of a combined error, have none: each iteration takes one Newton step with
    their score over the drawn individuals and the averaged outer product of the observations' scores; the step's
    length falls with the averaging, so that the score's mean is brought to 0 (Robbins and Monro).
    """  # noqa: E501
    count = settings.chains or max(1, -(-_ROWS // problem.data.subjects))
    population = problem.start()
    chains = Chains.begin(problem, population, seed=settings.seed, count=count)
    newton = _Newton.of(problem, chains)
    coordinates = Coordinates.of(problem)
    kept: _Statistics | None = None
    path = []
    for k in range(settings.burn_in + settings.averaging):
        chains.advance(population, learn=k < settings.burn_in)
        pace = 1.0 if k < settings.burn_in else 1.0 / (k - settings.burn_in + 1)
        score, fresh = newton.statistics(population)
        kept = fresh if kept is None else kept.towards(fresh, pace)
        curvature = replace(kept, curvature=fresh.curvature) if k < _QUIET else kept
        if k >= _QUIET:
            before = population
            population = _maximise(problem, curvature, population)
            population = newton.step(population, score, curvature, pace)
            if 2 * k < settings.burn_in:
                population = _anneal(problem, before, population, settings.annealing)
        path.append(coordinates.pack(population))
    return Estimated(population, chains, np.array(path))


@dataclass(frozen=True)
class _Newton:
    """Take the statistics of drawn individuals, and step where there is no closed form."""

    problem: Problem
    chains: Chains
    steps: tuple[int, ...]
    combined: bool

    @classmethod
    def of(cls, problem: Problem, chains: Chains) -> _Newton:
        steps = tuple(int(at) for at in np.flatnonzero(problem.free & ~problem.varies))
        return cls(problem, chains, steps, problem.model.residual.kind == "combined")

    @property
    def size(self) -> int:
        """Return how many coordinates need it."""
        return len(self.steps) + 2 * self.combined

    def statistics(self, population: Population) -> tuple[Floats, _Statistics]:
        """Return the score of the stepped coordinates and the statistics of the chains' state."""
        places = self.chains.varying
        first = places.mean(axis=0)
        second = np.einsum("cni,cnj->ij", places, places) / self.chains.count
        slopes = self._slopes(population)
        score = slopes.sum(axis=(1, 2)) / self.chains.count
        curvature = np.einsum("kro,lro->kl", slopes, slopes) / self.chains.count
        return score, _Statistics(first, second, self._squares(population), curvature)

    def _squares(self, population: Population) -> float:
        """Return the mean square of the residuals over what the error multiplies, summed; 0 where there is no one."""
        residual = self.problem.model.residual
        if residual.kind not in ("additive", "proportional", "exponential"):
            return 0.0
        chains, seen = self.chains, Observed.of(self.problem.data, self.chains.who)
        prediction = self.problem.predict(chains.phi, chains.who)
        lot: Floats = np.empty(0)
        if seen.below.any():
            keys = Keys.of(chains.iteration, np.arange(len(chains.who)))
            lot = chains.streams.uniform("nlme.below", keys, prediction.shape[1]).reshape(prediction.shape)
        drawn = impute(residual, seen, prediction, population.error, lot)
        unit = deviation(residual, prediction, np.ones(2))
        z = (drawn - scaled(residual, prediction)) / unit
        return float(np.where(seen.used & np.isfinite(z), z * z, 0.0).sum()) / chains.count

    def _slopes(self, population: Population) -> Floats:
        """Return each observation's score in the stepped coordinates, ``(coordinates, rows, observations)``."""
        who = self.chains.who
        slopes = np.zeros((self.size, len(who), self.problem.data.value.shape[1]))
        for k in range(self.size):
            ahead, behind = (self._moved(population, k, sign * _NUDGE) for sign in (1.0, -1.0))
            up = self.problem.each_likelihood(self._placed(ahead), who, ahead.error)
            down = self.problem.each_likelihood(self._placed(behind), who, behind.error)
            slopes[k] = (up - down) / (2.0 * _NUDGE)
        return slopes

    def _placed(self, population: Population) -> Floats:
        phi = self.chains.phi.copy()
        still = np.setdiff1d(np.arange(phi.shape[1]), self.problem.varying)
        phi[:, still] = self.problem.means(population.beta)[self.chains.who][:, still]
        return phi

    def _moved(self, population: Population, k: int, by: float) -> Population:
        if k < len(self.steps):
            beta = population.beta.copy()
            beta[self.steps[k]] += by
            return replace(population, beta=beta)
        error = population.error.copy()
        error[k - len(self.steps)] *= np.exp(by)
        return replace(population, error=error)

    def step(self, population: Population, score: Floats, kept: _Statistics, pace: float) -> Population:
        """Take one Newton step."""
        if not self.size:
            return population
        ridge = 1e-8 * np.eye(self.size) * max(float(np.trace(kept.curvature)), 1e-300)
        move = np.clip(pace * np.linalg.solve(kept.curvature + ridge, score), -_STRIDE, _STRIDE)
        for k in range(self.size):
            population = self._moved(population, k, float(move[k]))
        return population


def _maximise(problem: Problem, kept: _Statistics, population: Population) -> Population:
    """Maximise the complete likelihood given averaged statistics."""
    beta = _means(problem, kept, population)
    mean = problem.means(beta)[:, problem.varying]
    cross = kept.first.T @ mean
    omega = (kept.second - cross - cross.T + mean.T @ mean) / problem.data.subjects
    if not problem.model.correlated:
        omega = np.diag(np.diag(omega))
    held = problem.held_omega
    if held.any():
        own = np.where(held, np.diag(problem.start().omega), np.diag(omega))
        ratio = np.sqrt(own / np.diag(omega))
        omega = omega * np.outer(ratio, ratio)
    omega = omega + 1e-10 * np.eye(len(omega))
    error = population.error.copy()
    names = problem.model.residual.names
    if len(names) == 1:
        place = 0 if names[0] == "a" else 1
        error[place] = max(np.sqrt(kept.squares / problem.data.observations), 1e-8)
    return Population(beta, omega, error)


def _means(problem: Problem, kept: _Statistics, population: Population) -> Floats:
    """Solve the generalised least squares of the varying parameters' free coefficients."""
    moving = np.flatnonzero(problem.free & problem.varies)
    beta = population.beta.copy()
    if not len(moving):
        return beta
    design = problem.design[:, problem.varying]
    rest = np.where(np.isin(np.arange(len(beta)), moving), 0.0, beta)
    away = kept.first - design @ rest
    weight = np.linalg.inv(population.omega)
    columns = design[:, :, moving]
    left = np.einsum("nik,ij,njl->kl", columns, weight, columns)
    right = np.einsum("nik,ij,nj->k", columns, weight, away)
    beta[moving] = np.linalg.lstsq(left, right, rcond=None)[0]
    return beta


def _anneal(problem: Problem, before: Population, after: Population, rate: float) -> Population:
    """Let no variance fall by more than a factor."""
    least = rate * np.diag(before.omega)
    now = np.diag(after.omega)
    ratio = np.sqrt(np.maximum(now, np.where(problem.held_omega, now, least)) / now)
    error = np.maximum(after.error, np.sqrt(rate) * before.error)
    return Population(after.beta, after.omega * np.outer(ratio, ratio), error)

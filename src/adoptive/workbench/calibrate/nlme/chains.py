"""Markov chains over the individual parameters of all subjects at once: Metropolis with three kinds of proposals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from adoptive.streams import Keys, Streams
from adoptive.workbench.calibrate.nlme.problem import Problem
from adoptive.workbench.calibrate.nlme.types import Floats, Population, Whole

__all__ = ["Chains"]

_WANTED = 0.4
_SWEEPS = 2
_RENEW = 10
"""Iterations between new proposal shapes."""


@dataclass
class Chains:
    """Hold the chains' state: ``phi`` (chains x subjects, parameters), chain after chain, and what proposals learn.

    An iteration proposes from the prior, then one component after the other (its step is each subject's own), then
    all together with the subject's own covariance as learnt so far. Proposals learn only while told to.
    """

    problem: Problem
    streams: Streams
    count: int
    phi: Floats
    who: Whole
    level: Floats
    step: Floats
    mean: Floats
    square: Floats
    root: Floats
    iteration: int = 0

    @classmethod
    def begin(cls, problem: Problem, population: Population, *, seed: int, count: int) -> Chains:
        """Start every chain at its subject's mean."""
        who = np.tile(problem.everyone, count)
        phi = problem.means(population.beta)[who]
        subjects, varying = problem.data.subjects, len(problem.varying)
        first = problem.means(population.beta)[:, problem.varying]
        return cls(
            problem, Streams(seed), count, phi, who, problem.likelihood(phi, who, population.error),
            np.full((subjects, varying), 0.5), first, _outer(first) + population.omega[None],
            np.linalg.cholesky(np.tile(population.omega, (subjects, 1, 1))),
        )  # fmt: skip

    @property
    def varying(self) -> Floats:
        """Return the components that vary, ``(chains, subjects, varying)``."""
        return self.phi[:, self.problem.varying].reshape(self.count, -1, len(self.problem.varying))

    def advance(self, population: Population, *, learn: bool) -> None:
        """Move every chain by one iteration under a population; `learn` from acceptance and places."""
        problem, wide = self.problem, len(self.problem.varying)
        columns = (wide + 1) + _SWEEPS * 2 * wide + _SWEEPS * (wide + 1)
        lot = self.streams.uniform("nlme.walk", Keys.of(self.iteration, np.arange(len(self.who))), columns)
        self.iteration += 1
        mean = problem.means(population.beta)
        still = np.setdiff1d(np.arange(mean.shape[1]), problem.varying)
        self.phi[:, still] = mean[self.who][:, still]
        self.level = problem.likelihood(self.phi, self.who, population.error)
        walk = _Walk(self, population, mean[self.who][:, problem.varying])
        root = np.linalg.cholesky(population.omega)
        walk.propose(walk.mean + ndtri(lot[:, :wide]) @ root.T, lot[:, wide], with_prior=False)
        at = wide + 1
        scale = np.sqrt(np.diag(population.omega))
        for _ in range(_SWEEPS):
            for place in range(wide):
                moved = self.phi[:, problem.varying]
                moved[:, place] += (self.step[self.who, place] * scale[place]) * ndtri(lot[:, at])
                taken = walk.propose(moved, lot[:, at + 1])
                at += 2
                if learn:
                    self._adapt(place, taken)
        for _ in range(_SWEEPS):
            shift = np.einsum("rij,rj->ri", self.root[self.who], ndtri(lot[:, at : at + wide]))
            walk.propose(self.phi[:, problem.varying] + 2.0 / np.sqrt(wide) * shift, lot[:, at + wide])
            at += wide + 1
        if learn:
            self._learn(population)

    def _adapt(self, place: int, taken: Floats) -> None:
        """Widen a step that is taken too often, narrow one that is not."""
        rate = taken.reshape(self.count, -1).mean(axis=0)
        pace = 0.5 / np.sqrt(1.0 + 0.1 * self.iteration)
        self.step[:, place] = np.clip(self.step[:, place] * np.exp(pace * (rate - _WANTED)), 1e-3, 10.0)

    def _learn(self, population: Population) -> None:
        """Follow each subject's mean and covariance; take a new root of it now and then."""
        pace = max(1.0 / (1.0 + self.iteration), 0.02)
        places = self.varying
        self.mean += pace * (places.mean(axis=0) - self.mean)
        self.square += pace * (np.einsum("cni,cnj->nij", places, places) / self.count - self.square)
        if self.iteration % _RENEW == 0:
            learnt = _positive(self.square - _outer(self.mean))
            self.root = np.asarray(np.linalg.cholesky(learnt + 1e-4 * population.omega), np.float64)


@dataclass
class _Walk:
    """Propose and accept under one population."""

    chains: Chains
    population: Population
    mean: Floats

    def __post_init__(self) -> None:
        self.precision = np.linalg.inv(self.population.omega)
        self.prior = self._prior(self.chains.phi[:, self.chains.problem.varying])

    def _prior(self, varying: Floats) -> Floats:
        away = varying - self.mean
        value: Floats = -0.5 * ((away @ self.precision) * away).sum(axis=1)
        return value

    def propose(self, varying: Floats, lot: Floats, *, with_prior: bool = True) -> Floats:
        """Take or leave a proposal in every row; return 1 where it was taken. A draw from the prior needs no prior."""
        chains = self.chains
        phi = chains.phi.copy()
        phi[:, chains.problem.varying] = varying
        level = chains.problem.likelihood(phi, chains.who, self.population.error)
        prior = self._prior(varying)
        gain = level - chains.level + (prior - self.prior if with_prior else 0.0)
        taken = np.log(lot) < gain
        chains.phi = np.where(taken[:, None], phi, chains.phi)
        chains.level = np.where(taken, level, chains.level)
        self.prior = np.where(taken, prior, self.prior)
        return taken.astype(np.float64)


def _outer(places: Floats) -> Floats:
    return places[:, :, None] * places[:, None, :]


def _positive(matrices: Floats) -> Floats:
    """Give the nearest matrices without negative eigenvalues."""
    values, vectors = np.linalg.eigh(0.5 * (matrices + np.swapaxes(matrices, 1, 2)))
    return np.asarray(np.einsum("nij,nj,nkj->nik", vectors, np.maximum(values, 0.0), vectors), np.float64)

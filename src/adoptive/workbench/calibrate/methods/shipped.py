"""The method that is shipped, on any problem: bank of virtual trials, emulators, synthetic likelihood, NUTS."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from scipy.stats import norm, qmc

from adoptive.workbench.calibrate.bank import WIDEST
from adoptive.workbench.calibrate.emulate import emulate
from adoptive.workbench.calibrate.infer import infer, pack
from adoptive.workbench.calibrate.methods.refit import Refit, refit
from adoptive.workbench.calibrate.methods.types import Drawn, Floats, Inference, Problem
from adoptive.workbench.calibrate.types import Bank, Emulator

__all__ = ["Emulated", "banks_of", "by_emulator", "by_emulator_and_nuts", "emulated"]

WARMUP: Final = 300
DRAWS: Final = 500


def design_of(problem: Problem, *, draws: int, seed: int) -> Floats:
    """Give a design ``(draws, free)``: standard normal in every quantity, scrambled Sobol, as for the model itself."""
    power = int(np.ceil(np.log2(draws)))
    sobol = qmc.Sobol(len(problem.free), rng=np.random.default_rng(seed)).random(2**power)[:draws]
    return np.asarray(np.clip(norm.ppf(np.clip(sobol, 1e-4, 1.0 - 1e-4)), -WIDEST, WIDEST))


def banks_of(problem: Problem, *, draws: int, seed: int) -> dict[str, Bank]:
    """Simulate a bank of each study: what differs between trials is left out, as the posterior adds it."""
    design = design_of(problem, draws=draws, seed=seed)
    values = problem.simulate(Drawn(design, {}, {}), seed=seed, between_trials=False)
    banks = {}
    for study in problem.studies:
        places = [at for at, seen in enumerate(problem.observations) if seen.study == study]
        seen, own = tuple(problem.observations[at] for at in places), values[:, places]
        banks[study] = Bank(study, problem.names, design, seen, own, np.isfinite(own))
    return banks


@dataclass(frozen=True)
class Emulated:
    """Hold the emulators of a problem's studies; they do not depend on its data."""

    emulators: Mapping[str, Emulator]
    simulated: int
    seconds: float

    def of(self, problem: Problem) -> dict[str, Emulator]:
        """Give the emulators with the data of a problem."""
        by = {(seen.study, seen.endpoint, seen.arm): seen for seen in problem.observations}
        return {
            name: replace(one, observations=tuple(by[seen.study, seen.endpoint, seen.arm] for seen in one.observations))
            for name, one in self.emulators.items()
        }  # fmt: skip

    def packed(self, values: Floats) -> Floats:
        """Lay ``(data sets, observations)`` out as the posterior has them, ``(data sets, studies, endpoints)``."""
        sizes = [len(one.observations) for one in self.emulators.values()]
        laid, at = np.zeros((len(values), len(sizes), max(sizes))), 0
        for number, size in enumerate(sizes):
            laid[:, number, :size] = values[:, at : at + size]
            at += size
        return laid

    def refit(self, problem: Problem) -> Refit:
        """Prepare the posterior for many data sets."""
        return refit(pack(self.of(problem), problem.free))


def emulated(problem: Problem, *, seed: int, budget: int) -> Emulated:
    """Simulate the banks and learn the emulators, once for any data."""
    start = time.process_time()
    banks = banks_of(problem, draws=budget, seed=seed)
    learned = {name: emulate(bank, problem.levers[name]) for name, bank in banks.items()}
    return Emulated(learned, budget, time.process_time() - start)


def by_emulator(problem: Problem, *, seed: int, budget: int) -> Inference:
    """Infer by the shipped emulators and the shipped density, sampled as for many data sets (:mod:`.refit`)."""
    start = time.process_time()
    ready = emulated(problem, seed=seed, budget=budget)
    used = np.ones((1, len(problem.studies)))
    found = ready.refit(problem)(ready.packed(problem.y[None, :]), used, seed=seed, draws=2 * DRAWS)
    return Inference("emulator", found[0], budget, time.process_time() - start)


def by_emulator_and_nuts(problem: Problem, *, seed: int, budget: int) -> Inference:
    """Infer by the code itself that fits the model, with fewer draws."""
    start = time.process_time()
    ready = emulated(problem, seed=seed, budget=budget)
    fit = infer(ready.of(problem), problem.free, seed=seed, warmup=WARMUP, draws=DRAWS)
    return Inference("emulator and NUTS", fit.draws, budget, time.process_time() - start, dict(fit.diagnostics))

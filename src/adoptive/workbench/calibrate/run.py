"""The fit from the evidence to the artefact: two waves of simulation, emulators, the stages, the posterior.

The first wave covers what is plausible before any evidence; the second lies around what the first taught, so that the
quadratic emulators are learned where the posterior is. Everything that was simulated or fitted is kept in the folder,
and a run that is started again goes on from there.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from adoptive.parameters import load_book
from adoptive.workbench.calibrate.bank import Wave, around, draw_design, simulate_banks
from adoptive.workbench.calibrate.emulate import FEWEST_DRAWS, emulate_all, joined
from adoptive.workbench.calibrate.evidence import fitted_studies, plan, stage_of
from adoptive.workbench.calibrate.free import levers, load_free
from adoptive.workbench.calibrate.infer import Sampler, infer, pack, sampler
from adoptive.workbench.calibrate.leave_out import leave_out
from adoptive.workbench.calibrate.store import FIT, WITHOUT, load_fit, save_emulators, save_fit
from adoptive.workbench.calibrate.types import Emulator, Fit, Floats
from adoptive.workbench.study import load_study

__all__ = ["FULL", "QUICK", "Calibration", "Effort", "calibrate", "shares_of", "stages"]

Said = Callable[[str], None]
Done = Callable[[int, int], None]

SEED: Final = 20261121


@dataclass(frozen=True)
class Effort:
    """Say how much is simulated: draws of each wave, given whole to trials of up to ``patients``.

    Larger trials, which tell more each, get fewer, but in the first wave at least ``by_lever`` for each lever.
    """

    first: int
    second: int
    patients: int
    by_lever: int
    draws: int


FULL: Final = Effort(first=512, second=288, patients=60, by_lever=12, draws=1000)
QUICK: Final = Effort(first=128, second=0, patients=60, by_lever=4, draws=400)

_ROUGH_WARMUP: Final = 250
_ROUGH_DRAWS: Final = 250
"""Sampling of the first wave's posterior, which only says where the second wave lies."""

_WIDER: Final = 1.5
"""The second wave is this much wider than the first wave's posterior."""


@dataclass(frozen=True)
class Calibration:
    """Hold a whole fit: emulators, posterior, and the posterior after each stage."""

    emulators: Mapping[str, Emulator]
    fit: Fit
    stages: Mapping[str, Fit]
    without: Mapping[str, Fit]


def calibrate(
    folder: Path, *, effort: Effort = FULL, seed: int = SEED, workers: int = 1, each: bool = True,
    said: Said = lambda _: None, done: Done = lambda _now, _all: None,
) -> Calibration:  # fmt: skip
    """Fit the free quantities to the published trials; what lies in the folder already is not done again."""
    started = time.monotonic()
    free, names = load_free(), fitted_studies()
    said(f"first wave: {len(names)} studies, {len(free)} free quantities")
    first = Wave(free, draw_design(free, draws=effort.first, seed=seed), seed, shares_of(names, effort.first, effort))
    banks = simulate_banks(first, folder / "banks", workers=workers, done=done)
    emulators = emulate_all(banks, free)
    if effort.second:
        said("posterior of the first wave")
        found = _kept(
            folder / f"first-{first.key}.parquet", lambda: infer(emulators, free, seed=seed, run=_rough(emulators))
        )
        second = Wave(free, _second_design(found, effort, seed), seed + 1, shares_of(names, effort.second, effort))
        said("second wave, around that posterior")
        banks = joined(banks, simulate_banks(second, folder / "banks", workers=workers, done=done))
        emulators = emulate_all(banks, free, near=second.draws)
    save_emulators(folder, emulators)
    said("the joint posterior")
    run = sampler(pack(emulators, free), draws=effort.draws)
    whole = infer(emulators, free, seed=seed, run=run)
    fit = dataclasses.replace(whole, provenance={"seed": seed, "effort": dataclasses.asdict(effort)})
    save_fit(folder / FIT, fit)
    after = {stage: _stage(emulators, names, stage, seed, run, said) for stage in stages()[:-1]} | {stages()[-1]: fit}
    without = _leave_out(folder, emulators, fit, seed, run, said) if each else {}
    said(f"done in {(time.monotonic() - started) / 60.0:.0f} minutes")
    return Calibration(emulators, fit, after, without)


def stages() -> tuple[str, ...]:
    """Name the stages in order."""
    return tuple(stage["name"] for stage in plan()["stages"])


def shares_of(names: Sequence[str], draws: int, effort: Effort) -> dict[str, int]:
    """Give each study its number of draws."""
    book, free, shares = load_book(calibrated=False), load_free(), {}
    for name in names:
        study = load_study(name)
        fewest = max(effort.by_lever * len(levers(study, free, book)) * draws // effort.first, FEWEST_DRAWS)
        shares[name] = int(min(draws, max(fewest, round(draws * effort.patients / study.trial.randomised))))
    return shares


def _rough(emulators: Mapping[str, Emulator]) -> Sampler:
    return sampler(pack(emulators, load_free()), warmup=_ROUGH_WARMUP, draws=_ROUGH_DRAWS)


def _second_design(found: Fit, effort: Effort, seed: int) -> Floats:
    covariance = np.cov(found.draws.T) * _WIDER**2 + 1e-6 * np.eye(found.draws.shape[1])
    return around(found.draws.mean(axis=0), covariance, draws=effort.second, seed=seed + 1)


def _stage(emulators: Mapping[str, Emulator], names: Sequence[str], stage: str, seed: int, run: Any, said: Said) -> Fit:
    """Fit all stages up to one."""
    said(f"what is known after the {stage}")
    order = stages()
    later = [name for name in names if order.index(stage_of(load_study(name))) > order.index(stage)]
    return infer(emulators, load_free(), seed=seed, without=later, run=run, again=True)


def _leave_out(
    folder: Path, emulators: Mapping[str, Emulator], fit: Fit, seed: int, run: Any, said: Said
) -> dict[str, Fit]:
    """Leave out each study in turn."""

    def again(name: str) -> Fit:
        said(f"without {name}: sampled again")
        return infer(emulators, load_free(), seed=seed, without=(name,), run=run, again=True)

    found = {}
    for name in fit.studies:
        found[name] = leave_out(fit, name, again=again, seed=seed)
        save_fit(folder / WITHOUT / f"{name}.parquet", found[name])
    return found


def _kept(file: Path, make: Callable[[], Fit]) -> Fit:
    if not file.is_file():
        save_fit(file, make())
    return load_fit(file)

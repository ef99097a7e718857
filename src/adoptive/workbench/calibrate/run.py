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
from adoptive.workbench.calibrate.store import FIT, STAGES, WITHOUT, load_fit, save_emulators, save_fit
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
    """Fit the free quantities to the published trials; what lies in the folder already is not done again.

    ``each`` also fits stage by stage and leaves out each study in turn; ``said`` is told the stages, ``done`` how far
    the simulation is.
    """
    started = time.monotonic()
    emulators, key = _simulated(folder, effort, seed, workers, said, done)
    save_emulators(folder, emulators)
    refit = _Refit(folder, emulators, seed, key, sampler(pack(emulators, load_free()), draws=effort.draws), said)
    fit = refit.kept(FIT, "the joint posterior", (), effort=dataclasses.asdict(effort))
    *earlier, last = stages()
    before = earlier if each else []
    after = {
        stage: refit.kept(f"{STAGES}/{stage}.parquet", f"after the {stage}", _later(fit, stage)) for stage in before
    }
    without = {name: refit.leave_out(fit, name) for name in fit.studies} if each else {}
    said(f"done in {(time.monotonic() - started) / 60.0:.0f} minutes")
    return Calibration(emulators, fit, after | {last: fit}, without)


def _simulated(
    folder: Path, effort: Effort, seed: int, workers: int, said: Said, done: Done
) -> tuple[dict[str, Emulator], str]:
    """Simulate both waves and learn the emulators; give them with the name of what they rest on."""
    free, names = load_free(), fitted_studies()
    said(f"first wave: {len(names)} studies, {len(free)} free quantities")
    first = Wave(free, draw_design(free, draws=effort.first, seed=seed), seed, shares_of(names, effort.first, effort))
    banks = simulate_banks(first, folder / "banks", workers=workers, done=done)
    emulators = emulate_all(banks, free)
    if not effort.second:
        return emulators, first.key
    said("posterior of the first wave")
    kept = folder / f"first-{first.key}.parquet"
    if not kept.is_file():
        rough = sampler(pack(emulators, free), warmup=_ROUGH_WARMUP, draws=_ROUGH_DRAWS)
        save_fit(kept, infer(emulators, free, seed=seed, run=rough))
    second_design = _second_design(load_fit(kept), effort, seed)
    second = Wave(free, second_design, seed + 1, shares_of(names, effort.second, effort))
    said("second wave, around that posterior")
    banks = joined(banks, simulate_banks(second, folder / "banks", workers=workers, done=done))
    return emulate_all(banks, free, near=second.draws), second.key


@dataclass
class _Refit:
    """Fit again and again on the same emulators; a fit that is in the folder and rests on the same is read."""

    folder: Path
    emulators: Mapping[str, Emulator]
    seed: int
    key: str
    run: Sampler
    said: Said

    def kept(self, file: str, what: str, without: Sequence[str], **more: Any) -> Fit:
        """Give a fit without some studies, the whole one if there are none."""
        found = self._found(file)
        if found is not None:
            return found
        self.said(what)
        again = bool(without)
        fit = infer(self.emulators, load_free(), seed=self.seed, without=without, run=self.run, again=again)
        return self._save(file, fit, **more)

    def leave_out(self, fit: Fit, name: str) -> Fit:
        """Give the posterior without one study."""
        file = f"{WITHOUT}/{name}.parquet"

        def again(_: str) -> Fit:
            self.said(f"without {name}: sampled again")
            return infer(self.emulators, load_free(), seed=self.seed, without=(name,), run=self.run, again=True)

        return self._found(file) or self._save(file, leave_out(fit, name, again=again, seed=self.seed))

    def _found(self, file: str) -> Fit | None:
        path = self.folder / file
        found = load_fit(path) if path.is_file() else None
        return found if found is not None and found.provenance.get("key") == self.key else None

    def _save(self, file: str, fit: Fit, **more: Any) -> Fit:
        fit = dataclasses.replace(fit, provenance={"seed": self.seed, "key": self.key, **more})
        save_fit(self.folder / file, fit)
        return fit


def _later(fit: Fit, stage: str) -> tuple[str, ...]:
    """Name the studies of the stages after one."""
    order = stages()
    return tuple(name for name in fit.studies if order.index(stage_of(load_study(name))) > order.index(stage))


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


def _second_design(found: Fit, effort: Effort, seed: int) -> Floats:
    covariance = np.cov(found.draws.T) * _WIDER**2 + 1e-6 * np.eye(found.draws.shape[1])
    return around(found.draws.mean(axis=0), covariance, draws=effort.second, seed=seed + 1)

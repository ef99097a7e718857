"""What the engine gives at other tolerances, and whether its rule for the last cell is met: computed then and there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from adoptive.errors import RunError
from adoptive.workbench.calibrate.identify.types import Floats

__all__ = ["DOSE", "REFERENCE", "SWEPT", "Extinction", "Sweep", "extinction_rule", "same_alone", "tolerance_sweep"]

SWEPT: Final = (1e-3, 1e-4, 1e-5, 1e-6, 1e-7)
REFERENCE: Final = 1e-9
PATIENTS: Final = 40
UNTIL_DAY: Final = 365.0
DOSE: Final = 5e9


@dataclass(frozen=True)
class Sweep:
    """Hold a tolerance sweep over some patients, each error the largest over them.

    ``rtol`` ``(swept,)``, ``atol`` a fixed part of it; ``peak`` and ``diameters`` ``(swept,)`` are relative errors of
    the peak of cells in blood and of the sum of diameters after a year; ``fates`` ``(swept,)`` counts clones whose
    extinction differs from the tightest run's. ``in_use`` is the tolerance of every simulation.
    """

    patients: int
    clones: int
    died: int
    rtol: Floats
    peak: Floats
    diameters: Floats
    fates: tuple[int, ...]
    in_use: float

    @property
    def error_in_use(self) -> float:
        """Give the larger error at the tolerance in use."""
        at = int(np.argmin(np.abs(np.log(self.rtol / self.in_use))))
        return float(max(self.peak[at], self.diameters[at]))

    @property
    def same_fates(self) -> bool:
        """Say whether clones died and, at the tolerance in use and at finer ones, always the same."""
        fine = [fates for rtol, fates in zip(self.rtol, self.fates, strict=True) if rtol <= 1.001 * self.in_use]
        return self.died > 0 and not any(fine)

    @property
    def order(self) -> float:
        """Give the slope of log error over log tolerance, 1 where error follows tolerance."""
        worst = np.maximum(np.maximum(self.peak, self.diameters), 1e-14)
        return float(np.polyfit(np.log10(self.rtol), np.log10(worst), 1)[0])


@dataclass(frozen=True)
class Extinction:
    """Hold the rule's test: clones that shrink to one cell die with chance death over birth (at most 1)."""

    ratio: Floats
    expected: Floats
    found: Floats
    draws: int

    @property
    def holds(self) -> bool:
        """Say whether each share is the closed form's to within one draw."""
        return bool((np.abs(self.found - self.expected) <= 1.0 / self.draws + 1e-12).all())


def tolerance_sweep(*, seed: int = 1, patients: int = PATIENTS) -> Sweep:
    """Follow the same patients for a year at tolerances from coarse to fine, against a much finer run.

    They get three infusions of a dose so high that some clones of the tumour and some products die out.
    """
    from adoptive.kinetics.simulate import ATOL, RTOL
    from adoptive.workbench.check.population import enrolled
    from adoptive.workbench.check.setting import Setting

    by = Setting(seed=seed, patients=patients)
    crowd = enrolled(by)
    plan = by.repeated(patients, dose=DOSE)
    runs = [_at(crowd.body, plan, rtol, rtol * ATOL / RTOL) for rtol in (*SWEPT, REFERENCE)]
    *swept, best = runs
    return Sweep(
        patients, int(best["extinct"].size), int(best["extinct"].sum()), np.array(SWEPT),
        np.array([_apart(one["peak"], best["peak"]) for one in swept]),
        np.array([_apart(one["diameters"], best["diameters"]) for one in swept]),
        tuple(int((one["extinct"] != best["extinct"]).sum()) for one in swept), RTOL,
    )  # fmt: skip


def extinction_rule(*, draws: int = 100) -> Extinction:
    """Let clones shrink past one cell for several ratios of death over birth, with evenly spread survival draws."""
    from adoptive.solve import Model, compile_model

    model = Model(
        "one clone", ("n",), ("birth", "death", "out"),
        lambda y, p: {"n": (p.birth - p.death - p.out) * y.n},
        clones={"n": ("birth", "death")}, clone_rates=lambda y, p: {"birth": p.birth, "death": p.death},
    )  # fmt: skip
    ratio = np.array([0.1, 0.4, 0.7, 1.0, 1.5])
    even = (np.arange(draws) + 0.5) / draws
    engine = compile_model(model)
    rates = np.stack([np.full(len(ratio), 0.5), 0.5 * ratio, np.full(len(ratio), 1.0)], axis=1)
    run = engine.run(
        np.repeat(rates, draws, axis=0), np.full((len(ratio) * draws, 1), 50.0), start=0.0, stop=60.0, visits=[60.0],
        survival_draws=np.tile(even, len(ratio))[:, None],
    )  # fmt: skip
    found = run.extinct[:, 0].reshape(len(ratio), draws).mean(axis=1)
    return Extinction(ratio, np.minimum(ratio, 1.0), np.asarray(found), draws)


def same_alone(name: str, *, seed: int = 1) -> bool:
    """Say whether a virtual trial has the same bytes alone and beside another one."""
    from adoptive.trial.run import run_trial
    from adoptive.workbench.study import load_study

    study = load_study(name)
    both, alone = (run_trial(study, seed=seed, trials=trials) for trials in ((0, 1), (1,)))
    return all(
        np.ascontiguousarray(both.patients[column][1]).tobytes() == np.ascontiguousarray(values[0]).tobytes()
        for column, values in alone.patients.items()
    )


def _at(body: Any, plan: Any, rtol: float, atol: float) -> dict[str, Any]:
    """Follow patients at one tolerance: peak, sum of diameters, and which clones died."""
    from adoptive.kinetics.simulate import engine
    from adoptive.solve import Events
    from adoptive.workbench.check.followed import Followed, peak

    compiled, days = engine(body.lesions), np.arange(0.0, UNTIL_DAY + 0.5)
    ran = compiled.run(
        body.values, body.initial, start=0.0, stop=UNTIL_DAY, visits=days, rtol=rtol, atol=atol,
        events=Events(plan.day, plan.kind, plan.amount), survival_draws=body.survival_draws,
    )  # fmt: skip
    if ran.failure.any():
        raise RunError("a patient could not be integrated", where="dossier", value=f"relative tolerance {rtol:g}")
    seen = Followed(days, compiled.model.states, ran.states, ran.final, body)
    return {"peak": peak(seen)[0], "diameters": seen.sld_mm[:, -1], "extinct": ran.extinct}


def _apart(values: Floats, reference: Floats) -> float:
    """Give the largest difference over the largest reference value."""
    return float(np.abs(values - reference).max() / max(np.abs(reference).max(), 1e-30))

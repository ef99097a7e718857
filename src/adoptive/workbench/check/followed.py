"""Follow the patients of the checks with the package's compiled model, every state kept, and read their courses."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

from adoptive.errors import RunError
from adoptive.infusion import Infusions
from adoptive.kinetics import Physiology
from adoptive.kinetics.simulate import ATOL, RTOL, engine
from adoptive.kinetics.states import CLASSES, IN_BLOOD, IN_TISSUE, lesion_state
from adoptive.solve import Events, Trigger
from adoptive.units import diameter_mm
from adoptive.workbench.check.patient import INFUSION_DAY

__all__ = ["Followed", "at", "best_change", "crest", "decline", "follow", "peak", "rank_correlation"]

Floats = NDArray[np.float64]

SCAN_DAYS = np.arange(42.0, 253.0, 42.0)


@dataclass(frozen=True)
class Followed:
    """Hold every state of some patients on every day asked for; infusion is on day 5."""

    day: Floats
    names: tuple[str, ...]
    values: Floats
    final: Floats
    body: Physiology
    fired_day: Floats = field(default_factory=lambda: np.empty(0))

    def of(self, name: str) -> Floats:
        """Give one state of everybody, ``(patients, days)``."""
        return np.asarray(self.values[:, :, self.names.index(name)])

    def each_lesion(self, *names: str) -> Floats:
        """Give the sum of some states of each lesion, ``(patients, days, lesions)``."""
        places = range(self.body.lesions)
        return np.stack([sum(self.of(lesion_state(name, j)) for name in names) for j in places], axis=-1)

    @property
    def cells_per_ul(self) -> Floats:
        """Give engineered cells in blood per uL, ``(patients, days)``."""
        return np.asarray(sum(self.of(name) for name in IN_BLOOD)) / self.body.of("Vb")[:, None]

    @property
    def engineered(self) -> Floats:
        """Give all engineered cells, ``(patients, days)``."""
        outside = np.asarray(sum(self.of(name) for name in (*IN_BLOOD, *IN_TISSUE)))
        return np.asarray(outside + self.each_lesion("m", "e", "x").sum(axis=-1))

    @property
    def volume_ml(self) -> Floats:
        """Give the volume of every lesion, ``(patients, days, lesions)``, without the floor of an empty one."""
        return self.each_lesion("T_H", "T_L", "T_N", "D") / self.body.of("rho")[:, None, None]

    @property
    def lesion_mm(self) -> Floats:
        """Give the diameter of every lesion, ``(patients, days, lesions)``."""
        return np.asarray(diameter_mm(np.maximum(self.volume_ml, 0.0)))

    @property
    def sld_mm(self) -> Floats:
        """Give the sum of diameters, ``(patients, days)``."""
        return np.asarray(self.lesion_mm.sum(axis=-1))

    @property
    def tumour_cells(self) -> Floats:
        """Give living tumour cells, ``(patients, days)``."""
        return np.asarray(self.each_lesion(*(f"T_{c}" for c in CLASSES)).sum(axis=-1))

    @property
    def negative_share(self) -> Floats:
        """Give the antigen-negative share of living tumour cells, ``(patients, days)``."""
        return np.asarray(self.each_lesion("T_N").sum(axis=-1) / np.maximum(self.tumour_cells, 1.0))

    @property
    def il6_effective(self) -> Floats:
        """Give interleukin 6 above baseline that finds its receptor free, ``(patients, days)``."""
        level = self.of("Toc_c") / self.body.of("V1_toc")[:, None]
        blocked = self.body.of("toc_effect")[:, None] * level / (level + self.body.of("KD_toc")[:, None])
        return np.asarray(np.maximum(self.of("IL6") * (1.0 - blocked) - self.body.of("b6")[:, None], 0.0))


def follow(
    body: Physiology,
    plan: Infusions | None = None,
    *,
    until: float = 120.0,
    step: float = 0.25,
    initial: Floats | None = None,
    start: float = 0.0,
    rtol: float = RTOL,
    atol: float = ATOL,
    triggers: tuple[Trigger, ...] = (),
) -> Followed:
    """Follow patients and keep every state; a patient who cannot be integrated stops the checks.

    Raises
    ------
    RunError
        The engine gave up on a patient.
    """
    given = plan or Infusions.none(len(body.values))
    days = np.arange(start, until + 1e-9, step)
    compiled = engine(body.lesions)
    ran = compiled.run(
        body.values,
        body.initial if initial is None else initial,
        start=start,
        stop=until,
        visits=days,
        events=Events(given.day, given.kind, given.amount),
        triggers=triggers,
        survival_draws=body.survival_draws,
        rtol=rtol,
        atol=atol,
    )
    if ran.failure.any():
        raise RunError("a patient of the checks could not be integrated", value=int(np.count_nonzero(ran.failure)))
    return Followed(days, compiled.model.states, ran.states, ran.final, body, ran.fired_day)


def peak(ran: Followed) -> tuple[Floats, Floats]:
    """Give the largest number of cells per uL from a day after the first infusion on, and its day after infusion."""
    cells = np.where(ran.day >= INFUSION_DAY + 1.0, ran.cells_per_ul, 0.0)
    return cells.max(axis=1), ran.day[cells.argmax(axis=1)] - INFUSION_DAY


def at(ran: Followed, values: Floats, day: float | Floats) -> Floats:
    """Read daily or finer values on a day after infusion."""
    days = np.broadcast_to(INFUSION_DAY + np.asarray(day, float), len(values))
    return np.array([np.interp(d, ran.day, row) for d, row in zip(days, values, strict=True)])


def best_change(ran: Followed) -> Floats:
    """Give the best change of the sum of diameters from the infusion's, at scans every six weeks."""
    scans = np.stack([at(ran, ran.sld_mm, day) for day in SCAN_DAYS if INFUSION_DAY + day <= ran.day[-1]], axis=1)
    return np.asarray(scans.min(axis=1) / at(ran, ran.sld_mm, 0.0) - 1.0)


def crest(ran: Followed, name: str) -> tuple[Floats, Floats]:
    """Give a state's largest value and its day after infusion."""
    return ran.of(name).max(axis=1), ran.day[ran.of(name).argmax(axis=1)] - INFUSION_DAY


def decline(ran: Followed, since: Floats | float, until: Floats | float) -> Floats:
    """Give the mean rate per day at which cells in blood decline between two days after infusion."""
    first, last = at(ran, ran.cells_per_ul, since), at(ran, ran.cells_per_ul, until)
    return np.asarray(np.log(first / last) / (np.asarray(until) - np.asarray(since)))


def rank_correlation(a: Floats, b: Floats) -> float:
    """Give Spearman's correlation; inf if one of them never varies."""
    if min(np.ptp(a), np.ptp(b)) == 0.0:
        return float("inf")
    return float(spearmanr(a, b).statistic)

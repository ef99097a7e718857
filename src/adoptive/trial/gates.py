"""The later gates: criteria checked again before lymphodepletion and on the day of infusion, on the virtual patient.

What is looked at are the patient's own blood counts, lesions and condition on the day; progression is that of a scan
on the day against the one at enrolment.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adoptive.cohort import Cohort
from adoptive.course import Plan
from adoptive.infusion import Infusions
from adoptive.kinetics import Physiology, Trajectory, advance
from adoptive.kinetics.observe import lesion_diameters_mm
from adoptive.outcome import read_course
from adoptive.trial.eligibility import entry_values, passes
from adoptive.trial.types import Criterion, Study

__all__ = ["Gatekeeper", "gates_of"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

A_MOMENT = 1e-3
"""Days before the infusion at which its gate is checked."""


def gates_of(study: Study) -> Gatekeeper | None:
    """Give the gates that a study checks after screening, None if it has none."""
    later = tuple(item for item in study.trial.eligibility if item.gate != "procurement")
    return Gatekeeper(later) if later else None


@dataclass(frozen=True)
class Gatekeeper:
    """Hold the criteria of the later gates and check them.

    Who fails only recoverable criteria before lymphodepletion is looked at again every ``wait_days``, ``most_waits``
    times; who fails another one, or fails on the day of infusion, gets no more cells.
    """

    criteria: tuple[Criterion, ...]
    wait_days: float = 7.0
    most_waits: int = 4

    def before_treatment(
        self, trajectory: Trajectory, body: Physiology, cohort: Cohort, plan: Plan,
        *, fit: Flags, standing: Infusions, end_day: Floats,
    ) -> tuple[Trajectory, Flags]:  # fmt: skip
        """Let through who meets the criteria of the gate "treatment", perhaps after a wait; follow those who wait."""
        fit = fit.copy()
        through = np.zeros(len(fit), bool)
        for _ in range(self.most_waits + 1):
            waiting = fit & ~through
            if not waiting.any():
                break
            passed, again, well = self._look("treatment", trajectory, body, cohort, plan)
            through |= waiting & passed & well
            fit &= through | (again & well & (trajectory.now + self.wait_days < end_day))
            until = np.where(fit & ~through, trajectory.now + self.wait_days, trajectory.now)
            trajectory = advance(trajectory, body, until=until, infusions=standing)
        return trajectory, through

    def on_the_day(
        self, trajectory: Trajectory, body: Physiology, cohort: Cohort, plan: Plan,
        *, day: Floats, planned: Infusions, follow: Any,
    ) -> tuple[Trajectory, Infusions, Floats]:  # fmt: skip
        """Check the gate "infusion day" and take the infusion away from who fails it.

        ``planned`` is everything planned, ``day`` that of the infusion (inf: none), ``follow(trajectory, infusions,
        until=)`` follows everybody. Returns what is still planned, and the day, inf for who is refused.
        """
        if not any(item.gate == "infusion day" for item in self.criteria):
            return trajectory, planned, day
        due = np.isfinite(day)
        eve = np.where(due, day - A_MOMENT, trajectory.now)
        trajectory = follow(trajectory, _until(planned, np.where(due, eve, np.inf)), until=eve)
        passed, _, well = self._look("infusion day", trajectory, body, cohort, plan)
        refused = due & well & ~passed
        return trajectory, _until(planned, np.where(refused, eve, np.inf)), np.where(refused, np.inf, day)

    def _look(
        self, gate: str, trajectory: Trajectory, body: Physiology, cohort: Cohort, plan: Plan
    ) -> tuple[Flags, Flags, Flags]:
        """Say who passes a gate, who may be looked at again, and who is alive, well and in the trial."""
        values, well = _seen(trajectory, body, cohort, plan)
        passed, again = np.ones(len(cohort), bool), np.ones(len(cohort), bool)
        for item in (item for item in self.criteria if item.gate == gate):
            meets = passes(item, values)
            passed &= meets
            again &= meets | item.recoverable
        return passed, again, well


def _seen(
    trajectory: Trajectory, body: Physiology, cohort: Cohort, plan: Plan
) -> tuple[Mapping[str, NDArray[Any]], Flags]:
    """Give what is known of everybody on his day, by field of the criteria, and who is well."""
    row = np.arange(len(cohort))
    here = np.searchsorted(trajectory.day, trajectory.now, side="right") - 1
    scan = trajectory.day[here][:, None]
    zero = np.zeros(len(cohort))
    reading = read_course(trajectory, body, cohort, baseline_day=zero, scan_days=scan, **plan.draws)
    well = reading.fate.lost_day > trajectory.now
    values = entry_values(cohort) | {
        "lymphocytes_per_ul": trajectory.of("L")[row, here],
        "neutrophils_e9_l": trajectory.of("ANC")[row, here],
        "platelets_e9_l": trajectory.of("PLT")[row, here],
        "sum_of_diameters_mm": lesion_diameters_mm(trajectory, body)[row, here].sum(axis=1),
        "progressed": reading.progression_day <= trajectory.now,
        "fit": well,
    }
    return values, well


def _until(planned: Infusions, last: Floats) -> Infusions:
    """Give a plan without what comes after each patient's last day."""
    return dataclasses.replace(planned, day=np.where(planned.day <= last[:, None], planned.day, np.inf))

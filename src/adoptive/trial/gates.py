"""The later gates: criteria checked again before lymphodepletion and on the day of infusion, on the virtual patient.

Blood counts, progression and condition are those that the clinic knows on the day; what does not change is as at
screening.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from adoptive.cohort import Cohort
from adoptive.infusion import Known
from adoptive.trial.eligibility import entry_values, passes
from adoptive.trial.types import Criterion, Study

__all__ = ["Gatekeeper", "gate_of"]

Flags = NDArray[np.bool_]


def gate_of(study: Study) -> Gatekeeper | None:
    """Give what a study checks after screening, None if it checks nothing."""
    later = tuple(item for item in study.trial.eligibility if item.gate != "procurement")
    return Gatekeeper(later) if later else None


@dataclass(frozen=True)
class Gatekeeper:
    """Hold the criteria of the gates "treatment" and "infusion day" and check them."""

    criteria: tuple[Criterion, ...]

    def asks(self, at: str) -> bool:
        """Say whether anything is asked at a gate."""
        return any(item.gate == at for item in self.criteria)

    def passes(self, at: str, cohort: Cohort, known: Known) -> tuple[Flags, Flags]:
        """Say who meets all criteria of a gate, and who of the others fails only recoverable ones, ``(patients,)``."""
        values = entry_values(cohort) | {
            "neutrophils_e9_l": known.neutrophils_e9_l,
            "platelets_e9_l": known.platelets_e9_l,
            "progressed": known.progressed,
            "fit": known.alive & known.fit,
        }
        through, again = np.ones(len(cohort), bool), np.ones(len(cohort), bool)
        for item in (item for item in self.criteria if item.gate == at):
            meets = passes(item, values)
            through &= meets
            again &= meets | item.recoverable
        return through, again & ~through

"""Read a trajectory as the clinic does: what happened to the patient, what the scans showed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from adoptive.cohort.types import Cohort
from adoptive.kinetics.observe import lesion_diameters_mm, tumour_volume_cm3
from adoptive.kinetics.types import Physiology, Trajectory
from adoptive.outcome.clinic.hazard import Fate, draw_fate
from adoptive.outcome.clinic.scans import read_scans
from adoptive.outcome.response.recist import Assessed, assess
from adoptive.outcome.types import Response, Scans
from adoptive.parameters import Typical
from adoptive.streams import Streams

__all__ = ["Reading", "read_course", "read_fate"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Reading:
    """Hold what the clinic knows of some patients; days count from randomisation, inf = never."""

    baseline_day: Floats
    scans: Scans
    assessed: Assessed
    fate: Fate

    @property
    def progression_day(self) -> Floats:
        """Give the day of the first scan that shows progression, ``(patients,)``."""
        progressed = self.assessed.response == Response.PD
        return np.asarray(np.where(progressed, self.scans.day, np.inf).min(axis=1, initial=np.inf))


def read_fate(trajectory: Trajectory, body: Physiology, cohort: Cohort, *, typical: Typical, streams: Streams) -> Fate:
    """Draw what happens to everybody on the tumour's course so far."""
    volume = tumour_volume_cm3(trajectory, body)
    return draw_fate(volume, trajectory.day, cohort, typical=typical, streams=streams)


def read_course(
    trajectory: Trajectory,
    body: Physiology,
    cohort: Cohort,
    *,
    baseline_day: Floats,
    scan_days: Floats,
    typical: Typical,
    streams: Streams,
) -> Reading:
    """Read fate and scans from what has been recorded; a scan needs a patient who lives and still takes part."""
    fate = read_fate(trajectory, body, cohort, typical=typical, streams=streams)
    last = np.minimum(np.minimum(fate.death_day, fate.withdrawal_day), trajectory.now)
    scans = read_scans(
        lesion_diameters_mm(trajectory, body),
        trajectory.day,
        day=np.where(scan_days <= last[:, None], scan_days, np.inf),
        baseline_day=baseline_day,
        new_lesion_day=fate.new_lesion_day,
        cohort=cohort,
        typical=typical,
        streams=streams,
    )
    return Reading(baseline_day, scans, assess(scans), fate)

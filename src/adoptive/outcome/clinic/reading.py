"""Read a trajectory as the clinic does: what happened to the patient, what scans or examinations showed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adoptive.cohort.types import Cohort
from adoptive.kinetics.observe import lesion_diameters_mm, tumour_volume_cm3
from adoptive.kinetics.types import Physiology, Trajectory
from adoptive.outcome.clinic.blood_cancer import Found, read_leukaemia, read_myeloma
from adoptive.outcome.clinic.early_scans import early_scan_days
from adoptive.outcome.clinic.hazard import Fate, draw_fate
from adoptive.outcome.clinic.lymphoma import read_lymphoma
from adoptive.outcome.clinic.scans import read_scans, visits_done, without_lesions
from adoptive.outcome.response.lugano import assess_lymphoma
from adoptive.outcome.response.recist import Assessed, assess
from adoptive.outcome.response.types import Judged
from adoptive.outcome.types import UNGRADED, Assessment, Response, Scans
from adoptive.parameters import Typical
from adoptive.streams import Streams

__all__ = ["Reading", "read_course", "read_fate"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

_MARROW = {"B-ALL remission": read_leukaemia, "IMWG 2016": read_myeloma}


@dataclass(frozen=True)
class Reading:
    """Hold what the clinic knows of some patients; days count from randomisation, inf = never.

    ``assessed`` holds the visits judged by the study's criteria; where these are not RECIST 1.1 only its responses,
    reasons and ``change`` (of the disease's own measure) speak. ``mrd_negative`` ``(patients, visits)``: residual
    disease was looked for and not found 1, found 0, not looked for -1.
    """

    baseline_day: Floats
    scans: Scans
    assessed: Assessed
    fate: Fate
    mrd_negative: Codes
    assessment: Assessment = field(default_factory=Assessment)

    @property
    def progression_day(self) -> Floats:
        """Give the day of the first visit that shows progression or relapse, ``(patients,)``."""
        progressed = self.assessed.response == Response.PD
        return np.asarray(np.where(progressed, self.scans.day, np.inf).min(axis=1, initial=np.inf))


def read_fate(
    trajectory: Trajectory,
    body: Physiology,
    cohort: Cohort,
    *,
    typical: Typical,
    streams: Streams,
    baseline_day: Floats | None = None,
) -> Fate:
    """Draw what happens to everybody on the tumour's course so far; lesions are new from the baseline scan on."""
    volume = tumour_volume_cm3(trajectory, body)
    return draw_fate(volume, trajectory.day, cohort, typical=typical, streams=streams, baseline_day=baseline_day)


def read_course(
    trajectory: Trajectory,
    body: Physiology,
    cohort: Cohort,
    *,
    baseline_day: Floats,
    scan_days: Floats,
    typical: Typical,
    streams: Streams,
    assessment: Assessment | None = None,
    until: Floats | None = None,
) -> Reading:
    """Read fate and visits from what has been recorded; a visit needs a patient who lives and still takes part.

    Disease that is measured by lesions is also scanned early, for symptoms, ``until`` ``(patients,)`` if it is given.
    """
    rules = Assessment() if assessment is None else assessment
    draws: dict[str, Any] = {"typical": typical, "streams": streams}
    volume = tumour_volume_cm3(trajectory, body)
    fate = draw_fate(volume, trajectory.day, cohort, baseline_day=baseline_day, **draws)
    last = np.minimum(np.minimum(fate.death_day, fate.withdrawal_day), trajectory.now)
    day = np.where(scan_days <= last[:, None], scan_days, np.inf)
    read_marrow = _MARROW.get(rules.response_criteria)
    if read_marrow is not None:
        done = visits_done(day, cohort.keys, **draws)
        found = read_marrow(trajectory, cohort, day=day, done=done, baseline_day=baseline_day, **draws)
        scans = without_lesions(day, done)
        return Reading(baseline_day, scans, _of_marrow(found, done), fate, found.mrd_negative, rules)
    starts: dict[str, Any] = {"baseline_day": baseline_day, "new_lesion_day": fate.new_lesion_day}
    early = early_scan_days(volume, trajectory.day, cohort, **starts, **draws)
    last = last if until is None else np.minimum(last, until)
    scans = read_scans(
        lesion_diameters_mm(trajectory, body),
        trajectory.day,
        day=day,
        early_day=np.where(early <= last[:, None], early, np.inf),
        cohort=cohort,
        **starts,
        **draws,
    )
    assessed = assess(scans)
    if rules.response_criteria == "Lugano 2014":
        visits = read_lymphoma(scans, trajectory, body, cohort, baseline_day=baseline_day, **draws)
        assessed = _with(assessed, assess_lymphoma(visits))
    return Reading(baseline_day, scans, assessed, fate, np.full(scans.day.shape, UNGRADED), rules)


def _with(measured: Assessed, judged: Judged) -> Assessed:
    """Put a response by other criteria in the place of RECIST's; sums and changes stay."""
    return Assessed(
        response=judged.response,
        target=judged.response,
        sum_mm=measured.sum_mm,
        nadir_mm=measured.nadir_mm,
        change=measured.change,
        complete=measured.complete,
        progression_visit=judged.progression_visit,
        reason=judged.reason,
        reasons=judged.reasons,
    )


def _of_marrow(found: Found, done: NDArray[np.bool_]) -> Assessed:
    """Give the visits of a disease that is not measured by lesions; every visit that took place is complete."""
    none = np.zeros(done.shape)
    return Assessed(
        response=found.judged.response,
        target=found.judged.response,
        sum_mm=none,
        nadir_mm=none,
        change=np.where(done, found.change, 0.0),
        complete=done,
        progression_visit=found.judged.progression_visit,
        reason=found.judged.reason,
        reasons=found.judged.reasons,
    )

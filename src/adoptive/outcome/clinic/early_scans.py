"""Scans between the planned ones: a patient whose disease grows feels it, comes in and is scanned early."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from adoptive.cohort.types import Cohort
from adoptive.outcome.clinic.hazard import passages
from adoptive.outcome.clinic.scans import at_days
from adoptive.parameters import Typical
from adoptive.streams import Streams

__all__ = ["MOST_EARLY_SCANS", "early_scan_days"]

Floats = NDArray[np.float64]

MOST_EARLY_SCANS: Final = 2
"""Early scans of one patient: a second one counts only where the first did not show progression."""

SMALLEST_CM3: Final = 0.05
"""Tumour below which growth is not felt."""


def early_scan_days(
    volume_cm3: Floats,
    day: Floats,
    cohort: Cohort,
    *,
    baseline_day: Floats,
    new_lesion_day: Floats,
    typical: Typical,
    streams: Streams,
) -> Floats:
    """Draw the days of everybody's scans for symptoms, ``(patients, MOST_EARLY_SCANS)``; inf = none.

    ``h = h_early ([log2(V / V_baseline)]+ + 1 once disease has progressed elsewhere)`` from the baseline scan on: who
    has no more tumour than at baseline is not scanned early. The scan is read like any other, so it shows progression
    only where the criteria are met, and the planned scans stay. When one looks moves progression-free survival
    (Panageas 2007, 10.1093/jnci/djk091); how often patients are scanned early is hardly published: assumed.

    Parameters
    ----------
    volume_cm3, day
        Volume of the measured lesions ``(patients, days)`` and its days.
    baseline_day, new_lesion_day
        Days of the baseline scan and of progression elsewhere ``(patients,)``.
    """
    keys = cohort.keys
    start = np.maximum(at_days(volume_cm3, day, baseline_day[:, None]), SMALLEST_CM3)
    felt = np.maximum(np.log2(np.maximum(volume_cm3, SMALLEST_CM3) / start), 0.0)
    felt = np.where(day > baseline_day[:, None], felt + (day >= new_lesion_day[:, None]), 0.0)
    rate = typical.at("outcome.early_scan_hazard", keys, kinds=cohort.kinds)
    waits = streams.exponential("outcome.early scan", keys, MOST_EARLY_SCANS).reshape(len(keys), MOST_EARLY_SCANS)
    return passages(rate[:, None] * felt, day, np.cumsum(waits, axis=1))

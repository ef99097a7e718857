"""What an examination of the marrow shows: the share of malignant cells, by counting and by flow cytometry.

The model's lesion of a leukaemia or myeloma stands for the marrow: ``share = cells / (cells + normal cells)``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom, poisson

from adoptive.cohort.types import Cohort
from adoptive.kinetics.types import Trajectory
from adoptive.outcome.clinic.scans import at_days
from adoptive.parameters import Typical
from adoptive.streams import Streams

__all__ = ["counted_percent", "living_cells", "malignant_share", "residual_fraction"]

Floats = NDArray[np.float64]


def living_cells(trajectory: Trajectory) -> Floats:
    """Give all living tumour cells of every patient, ``(patients, days)``."""
    return np.asarray(np.maximum(trajectory.lesion_states()[..., :3].sum(axis=(-1, -2)), 0.0))


def malignant_share(trajectory: Trajectory, cohort: Cohort, *, day: Floats, typical: Typical) -> Floats:
    """Give the true share of malignant cells in the marrow at each patient's days ``(patients, visits)``.

    ``T / (T + n w)`` with ``n`` normal nucleated cells per kg and weight ``w``; below one cell there is none.
    """
    cells = at_days(living_cells(trajectory), trajectory.day, day)
    cells = np.where(cells < 1.0, 0.0, cells)
    normal = typical.at("outcome.marrow_cells_per_kg", cohort.keys) * cohort.weight_kg
    return np.asarray(cells / (cells + normal[:, None]))


def counted_percent(share: Floats, cohort: Cohort, *, typical: Typical, streams: Streams) -> Floats:
    """Count malignant cells under the microscope, per cent ``(patients, visits)``: binomial in some hundred cells."""
    lot = _lots("outcome.marrow count", share, cohort, streams)
    cells = np.rint(typical.at("outcome.marrow_cells_counted", cohort.keys))[:, None]
    return np.asarray(100.0 * binom.ppf(lot, cells, share) / cells)


def residual_fraction(share: Floats, cohort: Cohort, *, typical: Typical, streams: Streams) -> Floats:
    """Count malignant cells by flow cytometry, fraction ``(patients, visits)``: Poisson in the events acquired."""
    lot = _lots("outcome.marrow flow", share, cohort, streams)
    events = typical.at("outcome.marrow_flow_events", cohort.keys)[:, None]
    return np.asarray(poisson.ppf(lot, events * share) / events)


def _lots(purpose: str, like: Floats, cohort: Cohort, streams: Streams) -> Floats:
    """Draw a uniform for each patient and visit."""
    return streams.uniform(purpose, cohort.keys, like.shape[1]).reshape(like.shape)

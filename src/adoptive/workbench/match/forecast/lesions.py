"""The lesions of virtual patients, brought to what the scan of the real one shows."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from adoptive.cohort import Cohort
from adoptive.cohort.lesions import LARGEST_TARGET_MM, SMALLEST_TARGET_MM
from adoptive.parameters import Typical
from adoptive.streams import Streams

__all__ = ["fit_lesions"]

Floats = NDArray[np.float64]


def fit_lesions(cohort: Cohort, known: Mapping[str, float], *, typical: Typical, streams: Streams) -> Cohort:
    """Give the patients the number of target lesions, and the sum or the largest of their diameters, that is known.

    Lesions that are added scatter about the patient's own size by the row ``cohort.lesion_diameter_sd``; all are then
    scaled to the sum, or to the largest. A tumour that is counted in cells and not measured stays as it was drawn.
    """
    counted = typical.at("cohort.burden_cells", cohort.keys, kinds=cohort.kinds) > 0
    if not known or counted.any():
        return cohort
    size = cohort.lesion_diameter_mm
    if "lesions" in known:
        size = _so_many(cohort, int(min(known["lesions"], size.shape[1])), typical, streams)
    if "sum_of_diameters_mm" in known:
        size = _scaled(size, known["sum_of_diameters_mm"] / size.sum(axis=1))
    elif "largest_lesion_mm" in known:
        size = _scaled(size, known["largest_lesion_mm"] / size.max(axis=1))
    return dataclasses.replace(cohort, lesion_diameter_mm=size)


def _so_many(cohort: Cohort, number: int, typical: Typical, streams: Streams) -> Floats:
    """Give everybody so many lesions: his own as far as they go, others about their size beside them."""
    drawn = cohort.lesion_diameter_mm
    there = drawn > 0
    middle = np.exp(np.where(there, np.log(np.where(there, drawn, 1.0)), 0.0).sum(axis=1) / there.sum(axis=1))
    spread = typical.at("cohort.lesion_diameter_sd", cohort.keys, kinds=cohort.kinds)
    scatter = np.clip(streams.normal("match.forecast lesion", cohort.keys, drawn.shape[1]), -3.0, 3.0)
    other = np.clip(middle[:, None] * np.exp(spread[:, None] * scatter), SMALLEST_TARGET_MM, LARGEST_TARGET_MM)
    return np.where(np.arange(drawn.shape[1]) < number, np.where(there, drawn, other), 0.0)


def _scaled(size: Floats, factor: Floats) -> Floats:
    """Scale diameters; none grows beyond what a table of patients may hold."""
    return np.asarray(np.clip(size * factor[:, None], 0.0, 300.0))

"""How the clinic reads lymphoma from the model: two diameters of each lesion by CT, and a PET of what lives."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from adoptive.cohort.types import Cohort
from adoptive.kinetics.types import Physiology, Trajectory
from adoptive.outcome.clinic.scans import at_days
from adoptive.outcome.response.lugano import LymphomaVisits
from adoptive.outcome.types import Scans
from adoptive.parameters import Typical
from adoptive.streams import Streams
from adoptive.units import volume_cm3

__all__ = ["read_lymphoma"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]


def read_lymphoma(
    scans: Scans,
    trajectory: Trajectory,
    body: Physiology,
    cohort: Cohort,
    *,
    baseline_day: Floats,
    typical: Typical,
    streams: Streams,
) -> LymphomaVisits:
    """Read the scans of lymphoma: the shorter diameter is a share of the longer one, read with its own error.

    The PET shows a lesion whose living cells would fill a sphere of ``pet_visible_mm``: score 4, else 2. Uptake is
    called less if the living volume, as it is read, is at most ``pet_less`` of the baseline, and more from
    ``pet_more`` of its smallest value on.

    Parameters
    ----------
    scans
        What the radiologist recorded of the longest diameters.
    trajectory, body, cohort
        What happened to the patients.
    baseline_day
        Day of the scan before treatment ``(patients,)``.
    """
    keys, (patients, visits, lesions) = cohort.keys, scans.diameter_mm.shape

    def row(name: str) -> Floats:
        return typical.at(f"outcome.{name}", keys)

    noise = streams.normal("outcome.reader, short axis", keys, (visits + 1) * lesions)
    error = np.exp(row("reader_sd")[:, None, None] * noise.reshape(patients, visits + 1, lesions))
    longest = np.concatenate([scans.baseline_mm[:, None, :], scans.diameter_mm], axis=1)
    small = row("too_small_mm")[:, None, None]
    across = np.clip(longest * row("lymph_node_shape")[:, None, None] * error, np.minimum(small, longest), longest)
    noise = streams.normal("outcome.pet", keys, visits + 1).reshape(patients, visits + 1)
    pet_error = np.exp(row("pet_noise")[:, None] * noise)
    score, uptake = _pet(scans, trajectory, body, cohort, baseline_day=baseline_day, error=pet_error, typical=typical)
    return LymphomaVisits(
        done=scans.done,
        longest_mm=scans.diameter_mm,
        shortest_mm=across[:, 1:],
        baseline_longest_mm=scans.baseline_mm,
        baseline_shortest_mm=across[:, 0],
        nodal=scans.nodal,
        non_target=scans.non_target,
        new_lesion=scans.new_lesion,
        deauville=score,
        uptake=uptake,
    )


def _pet(
    scans: Scans,
    trajectory: Trajectory,
    body: Physiology,
    cohort: Cohort,
    *,
    baseline_day: Floats,
    error: Floats,
    typical: Typical,
) -> tuple[Codes, Codes]:
    """Give the score and the comparison of uptake, ``(patients, visits)``; ``error`` is that of each living volume."""
    keys = cohort.keys
    every = np.concatenate([baseline_day[:, None], scans.day], axis=1)
    living = np.maximum(trajectory.lesion_states()[..., :3].sum(axis=-1), 0.0) / body.of("rho")[:, None, None]
    volume = at_days(living, trajectory.day, every)
    visible = volume_cm3(typical.at("outcome.pet_visible_mm", keys))[:, None, None]
    lit = (volume[:, 1:] >= visible).any(axis=2)
    total = volume.sum(axis=2) * error
    held = np.where(np.concatenate([np.ones((len(keys), 1), np.bool_), scans.done], axis=1), total, np.inf)
    smallest = np.minimum.accumulate(held, axis=1)[:, :-1]
    less = total[:, 1:] <= typical.at("outcome.pet_less", keys)[:, None] * total[:, :1]
    more = total[:, 1:] >= typical.at("outcome.pet_more", keys)[:, None] * smallest
    return np.where(lit, 4, 2), np.where(more, 3, np.where(less, 1, 2))

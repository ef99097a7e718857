"""What the clinic knows of a patient on the day on which it must decide about the next infusion."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from adoptive.infusion.care import SignLevels
from adoptive.infusion.rules import Known
from adoptive.infusion.types import Ward
from adoptive.kinetics.observe import blood_cells_per_ul, il6_effective_pg_ml
from adoptive.kinetics.types import Physiology, Trajectory
from adoptive.outcome.clinic.hazard import Fate
from adoptive.outcome.clinic.reading import Reading
from adoptive.outcome.types import Response

__all__ = ["known_today"]

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

_NOT_WORSE: Final = (Response.CR, Response.PR, Response.SD, Response.NON_CR_NON_PD)
_RESPONSE: Final = (Response.CR, Response.PR)


def known_today(
    trajectory: Trajectory,
    body: Physiology,
    *,
    fate: Fate,
    seen: Reading | None,
    infusion_day: Floats,
    levels: SignLevels,
    wards: Sequence[Ward],
) -> Known:
    """Say what is known of everybody on the day on which he stands.

    Arguments: ``seen`` what scans showed up to now, None if nobody asks (then nobody has progressed or responded);
    ``infusion_day`` ``(patients, infusions)``; ``levels`` at which each patient shows signs of each grade.
    """
    now, row = trajectory.now, np.arange(len(trajectory))
    here = np.searchsorted(trajectory.day, now, side="right") - 1
    response = np.full(len(row), int(Response.SD)) if seen is None else _last_response(seen)
    progressed = np.zeros(len(row), bool) if seen is None else seen.progression_day <= now
    latest = np.where(infusion_day <= now[:, None], infusion_day, -np.inf).max(axis=1)
    since = np.where(np.isfinite(latest), latest, np.inf)
    inside = (trajectory.day >= since[:, None]) & (trajectory.day <= now[:, None])
    il6 = _worst(trajectory, il6_effective_pg_ml(trajectory, body), inside, since, wards, signal="il6_effective")
    leak = _worst(trajectory, trajectory.of("BBB"), inside, since, wards, signal="leak")
    living = trajectory.lesion_states()[row, here, :, :3].sum(axis=1)
    return Known(
        alive=fate.death_day > now,
        fit=fate.lost_day > now,
        progressed=progressed,
        benefit=~progressed & np.isin(response, _NOT_WORSE),
        responded=np.isin(response, _RESPONSE),
        neutrophils_e9_l=trajectory.of("ANC")[row, here],
        platelets_e9_l=trajectory.of("PLT")[row, here],
        crs_grade=_grade(il6, levels.crs_il6_pg_ml),
        icans_grade=_grade(leak, levels.icans_leak),
        cells_per_ul=blood_cells_per_ul(trajectory, body)[row, here],
        b_cells=trajectory.of("B")[row, here],
        antigen_negative=living[:, 2] / np.maximum(living.sum(axis=1), 1.0),
    )


def _last_response(seen: Reading) -> Counts:
    """Give the response at the last scan that could be judged; stable disease if there was none yet."""
    response = np.asarray(seen.assessed.response, np.int64)
    judged = np.isfinite(seen.scans.day) & ~np.isin(response, (Response.NOT_DONE, Response.NE))
    last = response.shape[1] - 1 - np.argmax(judged[:, ::-1], axis=1)
    return np.where(judged.any(axis=1), response[np.arange(len(response)), last], int(Response.SD))


def _worst(
    trajectory: Trajectory,
    level: Floats,
    inside: NDArray[np.bool_],
    since: Floats,
    wards: Sequence[Ward],
    *,
    signal: str,
) -> Floats:
    """Give a signal's highest value on the days inside, at least the level at which the ward acted."""
    worst: Floats = np.where(inside, level, 0.0).max(axis=1)
    for place, ward in enumerate(wards):
        if ward.signal == signal:
            day = trajectory.fired_day[:, place]
            acted = (np.isfinite(day) & (day >= since[:, None])).any(axis=1)
            worst = np.where(acted, np.maximum(worst, ward.threshold), worst)
    return worst


def _grade(worst: Floats, thresholds: Floats) -> Counts:
    """Give the highest grade whose signs a level shows, 0 to 4; the signs of a higher grade show the lower ones too."""
    lowest = np.minimum.accumulate(thresholds[:, ::-1], axis=1)[:, ::-1]
    return np.asarray((worst[:, None] >= lowest).sum(axis=1), np.int64)

"""What the clinic knows of a patient on the day on which it must decide about the next infusion."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from adoptive.cohort.types import Cohort
from adoptive.infusion.care import SignLevels
from adoptive.infusion.rules import Known
from adoptive.infusion.types import Ward
from adoptive.kinetics.observe import blood_cells_per_ul, il6_effective_pg_ml
from adoptive.kinetics.types import Physiology, Trajectory
from adoptive.outcome.clinic.brain import draw_brain_tolerance
from adoptive.outcome.clinic.hazard import Fate
from adoptive.outcome.clinic.reading import Reading
from adoptive.outcome.clinic.signs import Tolerance
from adoptive.outcome.toxicity.dlt import ToxicityDays, find_dlt
from adoptive.outcome.types import Response
from adoptive.parameters import Typical, draw_patients
from adoptive.streams import Streams

__all__ = ["known_today", "sign_levels"]

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

_TOXICITY: Final = ("CRS grade", "ICANS grade", "DLT")
_RESPONSE: Final = (Response.CR, Response.CRI, Response.SCR, Response.VGPR, Response.PR)
_NOT_WORSE: Final = (*_RESPONSE, Response.MR, Response.SD, Response.NON_CR_NON_PD)


def sign_levels(cohort: Cohort, tolerance: Tolerance, *, typical: Typical, streams: Streams) -> SignLevels:
    """Give the levels of the model's signals at which each patient shows the signs of each grade of toxicity."""
    draws: dict[str, Any] = {"typical": typical, "streams": streams}
    brain = draw_brain_tolerance(cohort.keys, target=cohort.antigen.target, **draws)
    return SignLevels(
        crs_il6_pg_ml=np.column_stack([tolerance.fever, tolerance.serious, tolerance.severe, tolerance.life_threat]),
        icans_leak=np.column_stack([brain.first, brain.serious, brain.severe, brain.critical]),
        igg_mg_dl=100.0 * draw_patients(typical, streams, name="outcome.igg_g_l", keys=cohort.keys, kinds=cohort.kinds),
    )


def known_today(
    trajectory: Trajectory,
    body: Physiology,
    *,
    fate: Fate,
    seen: Reading | None,
    infusion_day: Floats,
    levels: SignLevels,
    wards: Sequence[Ward],
    asked: Collection[str] = _TOXICITY,
) -> Known:
    """Say what is known of everybody on the day on which he stands.

    Arguments: ``seen`` what scans showed up to now, None if nobody asks (then nobody has progressed or responded);
    ``infusion_day`` ``(patients, infusions)``; ``levels`` at which each patient shows signs of each grade;
    ``asked`` names the signals that somebody asks for: toxicity is worked out only then, and is 0 otherwise.
    """
    now, row = trajectory.now, np.arange(len(trajectory))
    here = np.searchsorted(trajectory.day, now, side="right") - 1
    response = np.full(len(row), int(Response.SD)) if seen is None else _last_response(seen)
    progressed = np.zeros(len(row), bool) if seen is None else seen.progression_day <= now
    toxicity = {name: np.zeros(len(row), np.int64) for name in _TOXICITY}
    if set(asked) & set(_TOXICITY):
        toxicity = _toxicity(trajectory, body, infusion_day=infusion_day, levels=levels, wards=wards)
    living = trajectory.lesion_states()[row, here, :, :3].sum(axis=1)
    return Known(
        alive=fate.death_day > now,
        fit=fate.lost_day > now,
        progressed=progressed,
        benefit=~progressed & np.isin(response, _NOT_WORSE),
        responded=np.isin(response, _RESPONSE),
        neutrophils_e9_l=trajectory.of("ANC")[row, here],
        platelets_e9_l=trajectory.of("PLT")[row, here],
        crs_grade=toxicity["CRS grade"],
        icans_grade=toxicity["ICANS grade"],
        dose_limiting=toxicity["DLT"] > 0,
        cells_per_ul=blood_cells_per_ul(trajectory, body)[row, here],
        b_cells=trajectory.of("B")[row, here],
        antigen_negative=living[:, 2] / np.maximum(living.sum(axis=1), 1.0),
    )


def _toxicity(
    trajectory: Trajectory, body: Physiology, *, infusion_day: Floats, levels: SignLevels, wards: Sequence[Ward]
) -> dict[str, Counts]:
    """Give the worst grades since the latest infusion, and whether toxicity limited the dose, by signal."""
    now = trajectory.now
    latest = np.where(infusion_day <= now[:, None], infusion_day, -np.inf).max(axis=1)
    since = np.where(np.isfinite(latest), latest, np.inf)
    inside = (trajectory.day >= since[:, None]) & (trajectory.day <= now[:, None])
    il6, leak = il6_effective_pg_ml(trajectory, body), trajectory.of("BBB")
    highest: dict[str, Any] = {"wards": wards, "inside": inside, "since": since}
    crs = _grade(_worst(trajectory, il6, signal="il6_effective", **highest), levels.crs_il6_pg_ml)
    icans = _grade(_worst(trajectory, leak, signal="leak", **highest), levels.icans_leak)
    daily = [np.where(inside, _grade(*each), 0) for each in ((il6, levels.crs_il6_pg_ml), (leak, levels.icans_leak))]
    limited = _limited(trajectory, daily[0], daily[1], since)
    return {"CRS grade": crs, "ICANS grade": icans, "DLT": limited.astype(np.int64)}


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
    return np.asarray(
        sum(worst >= lowest[:, grade].reshape(-1, *(1,) * (worst.ndim - 1)) for grade in range(4)), np.int64
    )


def _limited(trajectory: Trajectory, crs: Counts, icans: Counts, since: Floats) -> NDArray[np.bool_]:
    """Say who met dose-limiting cytokine release or neurotoxicity since his latest infusion."""
    infused = np.isfinite(since)
    day = trajectory.day - np.where(infused, since, 0.0)[:, None]
    followed = np.where(infused, trajectory.now - np.where(infused, since, 0.0), 0.0)
    found = find_dlt(ToxicityDays(day=day, crs=crs, icans=icans, followed_day=followed))
    return np.asarray(infused & (found.limiting == 1))

"""Freezing, shipping and thawing: what reaches the patient of what left the culture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from adoptive.facility.types import Process
from adoptive.parameters import Typical, draw_patients
from adoptive.streams import Keys, Streams

__all__ = ["Arrived", "ship"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Arrived:
    """Hold what arrives, ``(patients,)``: viable cells over those harvested, and viability."""

    share: Floats
    viability: Floats


def ship(process: Process, viability: Floats, *, keys: Keys, typical: Typical, streams: Streams) -> Arrived:
    """Ship the cells frozen or fresh.

    Freezing costs a share of the viable cells once, and viability; fresh cells die on the way, day by day.
    """
    if not process.cryopreserved:
        kept = np.exp(-typical.at("facility.fresh_loss_per_day", keys) * process.shipping_days / 2.0)
        return Arrived(kept, viability * kept)
    recovery = draw_patients(typical, streams, name="facility.thaw_recovery", keys=keys)
    safe = np.clip(viability, 1e-9, 1.0 - 1e-9)
    return Arrived(recovery, np.asarray(expit(logit(safe) - typical.at("facility.thaw_viability_loss", keys))))

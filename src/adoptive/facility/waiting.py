"""Health while waiting: a patient is stable until he declines, and dies faster once he has declined.

The hazard of decline rises with time; constant hazards do not give the published curve of mortality against waiting.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from adoptive.parameters import Typical
from adoptive.streams import Keys, Streams

__all__ = ["Decline", "draw_death_after", "draw_decline", "present_until"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

NO_CAUSE: Final = 0
PROGRESSED: Final = 1
DETERIORATED: Final = 2


@dataclass(frozen=True)
class Decline:
    """Hold what happens to each patient without the cells, in days since the decision, ``(patients,)``.

    ``leaves`` says who can no longer be helped once he has declined, and why: 0 he stays, 1 progression, 2 poor health.
    """

    decline_day: Floats
    death_day: Floats
    leaves: NDArray[np.int64]


def draw_decline(keys: Keys, *, typical: Typical, streams: Streams, frailty: Floats | float = 1.0) -> Decline:
    """Draw when each patient declines and dies if nothing is given but what bridges the wait.

    Decline: ``H(t) = f (t / tau)^k`` with k > 1; death: rate ``f mu_0`` before the decline and ``f mu_1`` after it,
    from one exponential threshold of the patient's own, so that a later decline never brings an earlier death.

    Arguments: ``frailty`` ``(patients,)`` f, a patient's hazard over another's. Source of the shape: calibrated to
    Tully 2019 (JCO Clin Cancer Inform).
    """

    def row(name: str) -> Floats:
        return typical.at(f"facility.{name}", keys)

    hazard = streams.exponential("facility.decline", keys) / frailty
    decline = row("decline_scale_days") * hazard ** (1.0 / row("decline_shape"))
    death = _death(
        streams.exponential("facility.death", keys) / frailty,
        decline,
        stable=row("waiting_death_stable"),
        declined=row("waiting_death_declined"),
    )
    lot = streams.uniform("facility.leaving", keys)
    gone = lot < row("decline_leaves_share")
    progressed = lot < row("decline_leaves_share") * row("leaves_progressed_share")
    leaves = np.where(gone, np.where(progressed, PROGRESSED, DETERIORATED), NO_CAUSE)
    return Decline(decline, death, leaves.astype(np.int64))


def present_until(decline: Decline) -> Floats:
    """Give the day from which a patient can no longer receive the cells: death, or the decline of who leaves then."""
    return np.minimum(decline.death_day, np.where(decline.leaves > 0, decline.decline_day, np.inf))


def draw_death_after(
    infusion_day: Floats, decline: Decline, *, keys: Keys, typical: Typical, streams: Streams
) -> Floats:
    """Draw the day of death of who gets the cells on a day, and give the untreated day of death to who does not.

    After the cells a patient dies at a rate that his health on the day of the infusion sets.
    """
    well = decline.decline_day > infusion_day
    rate = np.where(
        well,
        typical.at("facility.treated_death_stable", keys),
        typical.at("facility.treated_death_declined", keys),
    )
    treated = infusion_day < decline.death_day
    after = streams.exponential("facility.death after the cells", keys) / rate
    return np.where(treated, infusion_day + after, decline.death_day)


def _death(threshold: Floats, decline_day: Floats, *, stable: Floats, declined: Floats) -> Floats:
    """Give the day on which a cumulative hazard of two rates, the second from the decline on, passes a threshold."""
    before = stable * decline_day
    return np.where(threshold <= before, threshold / stable, decline_day + (threshold - before) / declined)

"""What a time to an event is: the nouns of this folder."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["REASONS", "Endpoint", "Reason", "TimeToEvent"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Bools = NDArray[np.bool_]


class Reason(IntEnum):
    """Say why a time ends; up to RESPONSE an event, after it a censoring."""

    PROGRESSION = 0
    DEATH = 1
    CLINICAL_PROGRESSION = 2
    NEW_THERAPY = 3
    RESPONSE = 4
    NO_EVENT = 5
    LAST_CONTACT = 6
    MISSED_VISITS = 7
    THERAPY_STARTED = 8
    CLINICAL_STOP = 9
    TREATMENT_STOP = 10
    NO_ASSESSMENT = 11
    NOT_STARTED = 12
    NO_RESPONSE = 13


_TEXTS: Final = {
    Reason.PROGRESSION: "documented progression",
    Reason.DEATH: "death",
    Reason.CLINICAL_PROGRESSION: "clinical progression",
    Reason.NEW_THERAPY: "new anticancer therapy",
    Reason.RESPONSE: "response",
    Reason.NO_EVENT: "no event by the data cut",
    Reason.LAST_CONTACT: "no event by last contact",
    Reason.MISSED_VISITS: "event after missed visits",
    Reason.THERAPY_STARTED: "new anticancer therapy before an event",
    Reason.CLINICAL_STOP: "undocumented progression before an event",
    Reason.TREATMENT_STOP: "treatment stopped before an event",
    Reason.NO_ASSESSMENT: "no adequate assessment",
    Reason.NOT_STARTED: "time zero never reached",
    Reason.NO_RESPONSE: "no response",
}
REASONS: Final = tuple(_TEXTS[reason] for reason in Reason)
"""The text of every :class:`Reason`, in its order."""


@dataclass(frozen=True)
class TimeToEvent:
    """Hold days ``(patients,)`` to the event, or to censoring where ``event`` is false."""

    days: Floats
    event: Bools


@dataclass(frozen=True)
class Endpoint(TimeToEvent):
    """Hold a time to an event with its reason; all arrays ``(patients,)``, days from time zero.

    ``reason`` is a place in ``reasons``. ``assessed_day``: last adequate assessment before the end, 0 = none;
    ``observed_day``: the day on which the event was seen (``days`` may be a planned visit), the same as ``days`` where
    there is none. ``counted`` is false for who is left out: time zero never reached, or no response.
    """

    parameter: str
    reason: Codes
    reasons: tuple[str, ...]
    assessed_day: Floats
    observed_day: Floats
    counted: Bools

    @property
    def because(self) -> NDArray[np.str_]:
        """Give every reason as text."""
        return np.asarray(self.reasons, np.str_)[self.reason]

    @property
    def left_day(self) -> Floats:
        """Give the last day on which the patient was known to be free of the event.

        The last adequate assessment, but for what has an exact date (all but progression) the day itself.
        """
        scanned = (self.reason == Reason.PROGRESSION) | (self.reason == Reason.RESPONSE) | ~self.event
        return np.where(scanned, np.minimum(self.assessed_day, self.observed_day), self.observed_day)

    @property
    def right_day(self) -> Floats:
        """Give the first day on which the event was seen, inf = not seen: the event lies in ``(left, right]``."""
        return np.where(self.event, self.observed_day, np.inf)

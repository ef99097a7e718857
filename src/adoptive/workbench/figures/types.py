"""What figures are drawn from where columns do not do: curves that somebody else estimated, boxes of a flow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["Box", "DrawnCurve"]

Floats = NDArray[np.float64]


class DrawnCurve(Protocol):
    """Ask of a curve what a picture of it needs; :class:`adoptive.verdict.survival.SurvivalCurve` has it.

    All are ``(times,)``: survival from each time on, its interval, patients at risk just before a time, and events and
    censorings at it.
    """

    @property
    def name(self) -> str:
        """Whose curve it is."""

    @property
    def time(self) -> Floats:
        """Times, ascending."""

    @property
    def survival(self) -> Floats:
        """Share without the event from each time on."""

    @property
    def lower(self) -> Floats:
        """Lower end of the pointwise interval."""

    @property
    def upper(self) -> Floats:
        """Upper end of the pointwise interval."""

    @property
    def at_risk(self) -> Floats:
        """Patients at risk just before each time."""

    @property
    def events(self) -> Floats:
        """Events at each time."""

    @property
    def censored(self) -> Floats:
        """Censorings at each time."""


@dataclass(frozen=True)
class Box:
    """Hold a box of the flow of patients: its heading, lines below it, and whether it stands aside (who left)."""

    heading: str
    lines: tuple[str, ...] = ()
    aside: bool = False

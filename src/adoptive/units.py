"""Constants and conversions between the units that cross a boundary.

Units stand in the name of every float that crosses a boundary (``dose_cells``, ``delay_days``, ``il6_pg_ml``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

__all__ = ["DAYS_PER_MONTH", "MM3_PER_CM3", "In", "days", "diameter_mm", "months", "volume_cm3"]

DAYS_PER_MONTH = 365.25 / 12.0
"""Mean length of a month in days (30.4375), the convention of published survival medians."""

MM3_PER_CM3 = 1000.0


@dataclass(frozen=True)
class In:
    """Say a study field's unit and meaning: ``Annotated[float, Gt(0), In("cells", "cells per infusion")]``."""

    unit: str
    meaning: str


Number = TypeVar("Number", float, NDArray[np.float64])


def months(days_: Number) -> Number:
    """Convert days to months.

    >>> round(months(99.0), 2)
    3.25
    """
    return days_ / DAYS_PER_MONTH


def days(months_: Number) -> Number:
    """Convert months to days.

    >>> days(12.0)
    365.25
    """
    return months_ * DAYS_PER_MONTH


def diameter_mm(volume_cm3_: Number) -> Number:
    """Give the diameter (mm) of a sphere of a volume (cm3): ``d = 10 (6 V / pi)^(1/3)``.

    >>> round(diameter_mm(1.0), 2)
    12.41
    """
    diameter: Number = 10.0 * (6.0 * volume_cm3_ / np.pi) ** (1.0 / 3.0)
    return diameter


def volume_cm3(diameter_mm_: Number) -> Number:
    """Give the volume (cm3) of a sphere of a diameter (mm): ``V = pi d^3 / 6000``.

    >>> round(volume_cm3(10.0), 4)
    0.5236
    """
    return np.pi * diameter_mm_**3 / (6.0 * MM3_PER_CM3)

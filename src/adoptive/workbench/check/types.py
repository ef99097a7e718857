"""The checks of the kinetics: the nouns of this folder."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

__all__ = ["STATUSES", "Check", "CheckRun", "Line"]

STATUSES: Final = ("law", "published", "fitted", "prototype", "chosen")
"""What a range is worth; ``fitted``: typical values were fitted to a target in it, so that a pass validates nothing."""


@dataclass(frozen=True)
class Check:
    """Hold one line of the table as asked: what is measured, within which range, and where the range comes from."""

    key: str
    code: str
    what: str
    low: float
    high: float
    unit: str
    source: str
    status: str

    def holds(self, found: float) -> bool:
        """Say whether a value lies in the range; an infinite value never does."""
        return math.isfinite(found) and self.low <= found <= self.high

    @property
    def expected(self) -> str:
        """Write the range.

        >>> Check("K1.fall", "K1", "fall", 5.0, math.inf, "", "by hand", "chosen").expected
        'at least 5'
        """
        low, high = (f"{end:.3g}" if math.isfinite(end) else "" for end in (self.low, self.high))
        if low == high:
            return low
        return f"{low} to {high}" if low and high else f"at least {low}" if low else f"at most {high}"


@dataclass(frozen=True)
class Line:
    """Hold one line as found: with the reference regimen and, where it matters, with the trial's shorter one."""

    check: Check
    found: float
    shorter: float | None = None

    @property
    def holds(self) -> bool:
        """Say whether the value under the reference regimen lies in its range."""
        return self.check.holds(self.found)

    @property
    def shorter_holds(self) -> bool | None:
        """Say whether the value under the shorter regimen does; None if it was not measured."""
        return None if self.shorter is None else self.check.holds(self.shorter)


@dataclass(frozen=True)
class CheckRun:
    """Hold a whole table and what it was made with."""

    seed: int
    patients: int
    lines: tuple[Line, ...]

    @property
    def holds(self) -> bool:
        """Say whether every line holds."""
        return all(line.holds for line in self.lines)

    @property
    def failed(self) -> int:
        """Count the lines that fail."""
        return sum(not line.holds for line in self.lines)

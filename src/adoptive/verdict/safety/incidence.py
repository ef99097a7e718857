"""Who had what, by arm and grade."""

from __future__ import annotations

from numpy.typing import ArrayLike

from adoptive.verdict.safety.types import Incidences, WorstGrades

__all__ = ["incidences"]


def incidences(
    worst: WorstGrades, arm: ArrayLike, *, at_least: int = 1, reference: str | None = None, level: float = 0.95
) -> Incidences:
    raise NotImplementedError

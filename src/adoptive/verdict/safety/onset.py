"""When it begins and how long it lasts."""

from __future__ import annotations

from numpy.typing import ArrayLike

from adoptive.verdict.safety.types import Onset

__all__ = ["onset_summary"]


def onset_summary(days: ArrayLike, had: ArrayLike) -> Onset:
    raise NotImplementedError

"""What a plate says: each stimulus against the same effector's wells without antigen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from adoptive.antigen.discovered import Hit
from adoptive.antigen.screen_types import Explanation, Pool, Tested, Titrated, Well
from adoptive.units import In

__all__ = ["Screened", "ScreenRules", "screen_plate"]


@dataclass(frozen=True)
class ScreenRules:
    """Hold the rules by which a plate is read; every value is a setting."""

    false_discovery_rate: Annotated[float, In("fraction", "held over the plate by Benjamini-Hochberg")] = 0.05
    fold: Annotated[float, In("ratio", "least response over the wells without antigen")] = 2.0


@dataclass(frozen=True)
class Screened:
    """Hold what a plate says: hits, tests, explanations of the pools, titration curves, warnings."""

    hits: tuple[Hit, ...]
    tested: tuple[Tested, ...]
    explanations: tuple[Explanation, ...]
    titrated: tuple[Titrated, ...]
    notes: tuple[str, ...]


def screen_plate(wells: Sequence[Well], pools: Sequence[Pool], *, rules: ScreenRules | None = None) -> Screened:
    """Test every stimulus, resolve the pools, fit the titrations."""
    raise NotImplementedError

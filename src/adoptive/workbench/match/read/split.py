"""Splitting an eligibility text into items, each with the exact span of its own words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from adoptive.workbench.match.types import Gate

__all__ = ["RawItem", "split_criteria"]


@dataclass(frozen=True)
class RawItem:
    """Hold an item before reading: ``criteria_text[start:end]`` is ``text``.

    ``kind`` "" means that no heading tells whether it includes or excludes. ``heading`` is the group it stands in,
    ``conditional`` that the group is not everybody's, ``gate`` what the heading says of the time, None if nothing.
    """

    kind: Literal["inclusion", "exclusion", ""]
    text: str
    start: int
    end: int
    heading: str = ""
    conditional: bool = False
    gate: Gate | None = None


def split_criteria(text: str) -> tuple[RawItem, ...]:
    """Split an eligibility text into its items."""
    raise NotImplementedError

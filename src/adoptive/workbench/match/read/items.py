"""Reading a whole eligibility text into items."""

from __future__ import annotations

from adoptive.workbench.match.types import Item

__all__ = ["read_criteria"]


def read_criteria(text: str) -> tuple[Item, ...]:
    """Read an eligibility text: its items in order, each with what was understood of it."""
    raise NotImplementedError

"""A record's criteria text as items, within limits."""

from __future__ import annotations

from typing import Final

from adoptive.trial.eligibility.statements import Unread
from adoptive.workbench.match.types import Item

__all__ = ["LONGEST_CRITERIA", "LONGEST_KEPT", "criteria_items"]

LONGEST_CRITERIA: Final = 200_000
"""Characters of a criteria text that are read; a longer text is not."""

LONGEST_KEPT: Final = 20_000
"""Characters that are kept of a text too long to be read."""

SILENT: Final = "The record holds no criteria."


def criteria_items(text: str) -> tuple[Item, ...]:
    """Read a criteria text into items; a text that is empty, or too long, is one item that is not understood.

    Of a text of more than 200,000 characters the beginning is kept, unread.
    """
    from adoptive.workbench.match.read.items import read_criteria

    if not text.strip():
        return (Item(1, "inclusion", SILENT, Unread(SILENT), "not"),)
    if len(text) > LONGEST_CRITERIA:
        words = f"Criteria of more than {LONGEST_CRITERIA:,} characters, which are not read."
        return (Item(1, "inclusion", text[:LONGEST_KEPT], Unread(words), "not", end=LONGEST_KEPT),)
    return read_criteria(text)

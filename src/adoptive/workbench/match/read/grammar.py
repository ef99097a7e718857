"""Reading one item: phrases, joined by what stands between them."""

from __future__ import annotations

from typing import Literal

from adoptive.trial.eligibility.statements import Statement
from adoptive.workbench.match.types import Gate, Understood

__all__ = ["read_item"]


def read_item(text: str, kind: Literal["inclusion", "exclusion"]) -> tuple[Statement, Understood, Gate | None]:
    """Read an item: its statement, how much of it was understood, and the gate that it names itself, if any."""
    raise NotImplementedError

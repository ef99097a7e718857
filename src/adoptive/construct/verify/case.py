"""A known answer and what came out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Case", "Outcome", "Verdict"]

Outcome = tuple[bool, str]
"""Whether the case holds, and what was found."""


@dataclass(frozen=True)
class Case:
    """Hold one case: its name and the function that runs it and says (passed, detail)."""

    name: str
    run: Callable[[], Outcome]


@dataclass(frozen=True)
class Verdict:
    """Hold what one case found."""

    name: str
    passed: bool
    detail: str

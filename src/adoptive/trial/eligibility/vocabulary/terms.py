"""Terms and fields of the vocabulary: the nouns of this folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

__all__ = ["KINDS", "Field", "Kind", "Sort", "Term"]

Kind = Literal["diseases", "treatments", "conditions", "antigens", "fields"]
KINDS: Final[tuple[Kind, ...]] = ("diseases", "treatments", "conditions", "antigens", "fields")
Sort = Literal["number", "yes/no", "name"]


@dataclass(frozen=True)
class Term:
    """Hold a name with its broader names, its spellings and its codes by system.

    ``synonyms`` are met in any case, ``acronyms`` only as written. The name itself is among one of the two.
    """

    name: str
    parents: tuple[str, ...]
    synonyms: tuple[str, ...]
    acronyms: tuple[str, ...]
    codes: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Field:
    """Hold a field that criteria may ask for: unit, sort of value, meaning, what settles it, whether it may change.

    ``units`` gives, by a unit's normal spelling, the factor into the field's own unit; ``low`` and ``high`` are the
    bounds beyond which a value is a slip of the pen, ``asked`` those of what criteria ask for; None: no such bound.
    """

    name: str
    unit: str
    sort: Sort
    meaning: str
    settled_by: str
    recovers: bool
    synonyms: tuple[str, ...]
    acronyms: tuple[str, ...]
    codes: Mapping[str, tuple[str, ...]]
    units: Mapping[str, float]
    low: float | None = None
    high: float | None = None
    asked: tuple[float, float] | None = None

    @property
    def parents(self) -> tuple[str, ...]:
        """Say that a field has no broader field."""
        return ()

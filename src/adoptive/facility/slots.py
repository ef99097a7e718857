"""Places in the facility: how many batches may start and run at once, and who goes first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from annotated_types import Ge, Gt, Le

from adoptive.units import In

__all__ = ["Slots"]


@dataclass(frozen=True)
class Slots:
    """Describe the facility's capacity for this study: table ``[facility.slots]``."""

    per_month: Annotated[float, Gt(0), Le(10_000), In("1/month", "batches that may start")]
    places: Annotated[int, Ge(0), Le(10_000), In("count", "batches that may run at once; 0 = no limit")] = 0
    priority: Annotated[
        Literal["first come", "sickest first", "most likely to complete"], In("name", "who gets a free slot")
    ] = "first come"

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

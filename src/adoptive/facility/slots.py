"""Places in the facility: how many batches may start and run at once, and who goes first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from annotated_types import Ge, Gt, Le

from adoptive.errors import StudyError
from adoptive.units import In

__all__ = ["Slots"]


@dataclass(frozen=True)
class Slots:
    """Describe the facility's capacity for this study: table ``[facility.slots]``.

    A calendar of starts (``per_month``, evenly spaced; a start that nobody takes is lost), a number of rooms
    (``places``, each held for as long as a batch lasts), or both.
    """

    per_month: Annotated[
        float | None, Gt(0), Le(10_000), In("1/month", "batches that may start; left out: any number")
    ] = None
    places: Annotated[int, Ge(0), Le(10_000), In("count", "batches that may run at once; 0 = no limit")] = 0
    priority: Annotated[
        Literal["first come", "sickest first", "most likely to complete"], In("name", "who gets a free slot")
    ] = "first come"

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    def __post_init__(self) -> None:
        if self.per_month is None and self.places == 0:
            raise StudyError(
                "these slots limit nothing",
                where="facility.slots",
                allowed="per_month, or places above 0, or both",
                next_step="write one of them, or leave the table out",
            )

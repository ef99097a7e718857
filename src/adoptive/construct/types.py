"""Which receptor is built: the nouns of this folder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from annotated_types import MinLen

from adoptive.units import In

__all__ = ["ConstructPlan"]


@dataclass(frozen=True)
class ConstructPlan:
    """Describe the receptor: section ``[construct]`` of a study."""

    product: Annotated[str, MinLen(1), In("name", "product")]
    modality: Annotated[Literal["CAR-T"], In("name", "kind of engineered cell")]
    binder: Annotated[str, MinLen(1), In("name", "binding domain")]
    costimulation: Annotated[Literal["CD28", "4-1BB"], In("name", "costimulatory domain")]

    __pydantic_config__ = {"extra": "forbid"}

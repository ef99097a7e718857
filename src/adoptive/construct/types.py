"""Which receptor is built: the nouns of this folder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from annotated_types import MinLen

from adoptive.errors import StudyError
from adoptive.units import In

__all__ = ["ConstructPlan"]


@dataclass(frozen=True)
class ConstructPlan:
    """Describe the receptor: section ``[construct]`` of a study."""

    product: Annotated[str, MinLen(1), In("name", "product")]
    modality: Annotated[Literal["CAR-T", "TCR-T"], In("name", "kind of engineered cell")]
    binder: Annotated[str, MinLen(1), In("name", "binding domain")]
    costimulation: Annotated[
        Literal["CD28", "4-1BB", "none"], In("name", "costimulatory domain; none in a T-cell receptor")
    ]

    __pydantic_config__ = {"extra": "forbid"}

    def __post_init__(self) -> None:
        if (self.modality == "TCR-T") != (self.costimulation == "none"):
            raise StudyError(
                "a T-cell receptor has no costimulatory domain, a chimeric antigen receptor has one",
                where="construct.costimulation",
                value=self.costimulation,
                allowed="none for TCR-T; CD28 or 4-1BB for CAR-T",
                next_step="correct modality or costimulation",
            )

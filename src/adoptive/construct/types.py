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
    modality: Annotated[Literal["CAR-T", "TCR-T", "TRuC-T", "TIL"], In("name", "kind of T cell")]
    binder: Annotated[str, In("name", "binding domain")] = ""
    costimulation: Annotated[
        Literal["CD28", "4-1BB", "CD28 and 4-1BB", "none"],
        In("name", "costimulatory domain; none but in a chimeric antigen receptor"),
    ] = "none"
    armour: Annotated[
        Literal["none", "IL-15", "IL-18", "RUNX3", "PD-1 blockade"],
        In("name", "what the cell makes beside its receptor"),
    ] = "none"
    safety_switch: Annotated[Literal["none", "iCasp9"], In("name", "switch by which a drug kills the cells")] = "none"

    __pydantic_config__ = {"extra": "forbid"}

    def __post_init__(self) -> None:
        if (self.modality == "CAR-T") == (self.costimulation == "none"):
            raise StudyError(
                "a chimeric antigen receptor has a costimulatory domain, no other receptor has one",
                where="construct.costimulation",
                value=self.costimulation,
                allowed="CD28, 4-1BB, or both for CAR-T; none for TCR-T, TRuC-T and TIL",
                next_step="correct modality or costimulation",
            )
        if self.modality == "TIL" and (self.armour != "none" or self.safety_switch != "none"):
            raise StudyError(
                "tumour-infiltrating lymphocytes are not engineered",
                where="construct.armour, construct.safety_switch",
                value=f"{self.armour}, {self.safety_switch}",
                allowed="none",
                next_step="remove both, or correct modality",
            )

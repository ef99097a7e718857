"""What the cell is to see: the nouns of this folder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from annotated_types import Ge, Gt, Le, MinLen
from numpy.typing import NDArray

from adoptive.antigen.hla import known_alleles
from adoptive.errors import StudyError
from adoptive.units import In

__all__ = ["Antigen", "AntigenPlan"]

Floats = NDArray[np.float64]
Shape = Annotated[float, Gt(0)]


@dataclass(frozen=True)
class AntigenPlan:
    """Describe the target's expression in the population and the entry rule: section ``[antigen]`` of a study."""

    target: Annotated[str, MinLen(1), In("name", "antigen that the receptor sees")]
    private: Annotated[
        bool, In("yes/no", "each patient's own neoantigens: receptors are found for him, or none is")
    ] = False
    entry_intensity: Annotated[
        int, Ge(1), Le(3), In("IHC score", "lowest staining intensity that counts; the shares below are those at 2")
    ] = 2
    entry_fraction: Annotated[
        float, Ge(0), Le(1), In("fraction", "smallest read share of positive cells for entry")
    ] = 0.0
    primary_alpha: Annotated[
        Shape | None, In("-", "Beta alpha of the positive share, disease outside the peritoneum; left out: the rows")
    ] = None
    primary_beta: Annotated[
        Shape | None, In("-", "Beta beta of the positive share, disease outside the peritoneum; left out: the rows")
    ] = None
    peritoneal_alpha: Annotated[
        Shape | None, In("-", "Beta alpha of the positive share, peritoneal disease; left out: the rows")
    ] = None
    peritoneal_beta: Annotated[
        Shape | None, In("-", "Beta beta of the positive share, peritoneal disease; left out: the rows")
    ] = None
    hla: Annotated[str, In("allele", "HLA allele that must present the antigen, as A*02; empty: none")] = ""

    __pydantic_config__ = {"extra": "forbid"}

    def __post_init__(self) -> None:
        for place in ("primary", "peritoneal"):
            given = [getattr(self, f"{place}_{shape}") for shape in ("alpha", "beta")]
            if (given[0] is None) != (given[1] is None):
                raise StudyError(
                    "alpha and beta belong together",
                    where=f"antigen.{place}_{'alpha' if given[0] is None else 'beta'}",
                    value="left out",
                    allowed="both or none",
                    next_step="write both, or leave both out and take the rows of the target",
                )
        if self.private and self.entry_fraction > 0:
            raise StudyError(
                "private neoantigens are not stained, so no share can be asked for",
                where="antigen.entry_fraction",
                value=self.entry_fraction,
                allowed="0",
                next_step="leave entry_fraction out; who has no receptor fails screening",
            )
        if self.hla and self.hla not in known_alleles():
            raise StudyError(
                "no frequency of this HLA allele is known",
                where="antigen.hla",
                value=repr(self.hla),
                allowed=", ".join(known_alleles()),
                next_step="choose one of these, or leave hla out",
            )


@dataclass(frozen=True)
class Antigen:
    """Hold the antigen of some patients' tumours: shares of cells by class and molecules per cell.

    Shares are ``(patients, lesions)`` and sum to 1; densities are ``(patients,)`` in molecules per cell.
    ``target`` names the antigen. ``receptors`` ``(patients,)`` counts receptors against private neoantigens (1 for a
    shared target); ``potency`` ``(patients,)`` is what they are worth over a shared target's receptor (1 for it).
    """

    positive_share: Floats
    read_share: Floats
    high_share: Floats
    low_share: Floats
    negative_share: Floats
    founder_clone: NDArray[np.bool_]
    high_density: Floats
    low_density: Floats
    negative_density: Floats
    receptors: Floats
    potency: Floats
    target: str = ""

    def take(self, rows: NDArray[Any]) -> Antigen:
        """Keep some patients."""
        kept = {name: value[rows] for name, value in self.__dict__.items() if name != "target"}
        return Antigen(**kept, target=self.target)

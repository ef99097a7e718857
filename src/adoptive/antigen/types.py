"""What the cell is to see: the nouns of this folder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

import numpy as np
from annotated_types import Ge, Gt, Le, MaxLen, MinLen
from numpy.typing import NDArray

from adoptive.antigen.hla import known_alleles
from adoptive.errors import StudyError
from adoptive.units import In

__all__ = ["MOST_RECEPTORS", "Antigen", "AntigenPlan", "PlannedClone", "PlannedReceptor"]

Floats = NDArray[np.float64]
Shape = Annotated[float, Gt(0)]
Share = Annotated[float, Ge(0), Le(1)]

MOST_RECEPTORS: Final = 12
"""More receptors than this are never in one product."""

_ROUNDING: Final = 2e-3


@dataclass(frozen=True)
class PlannedReceptor:
    """Describe one receptor of a patient's own product: an entry of ``[[antigen.receptors]]``."""

    id: Annotated[str, MinLen(1), In("name", "receptor")]
    antigen: Annotated[str, In("name", "neoantigen that it sees; empty: not known, its share of cells is drawn")] = ""
    hla: Annotated[str, In("allele", "allele that presents it; empty: not known")] = ""
    haplotype: Annotated[
        Literal["1", "2", "both", "unknown"], In("name", "chromosome that carries the allele; unknown: drawn")
    ] = "unknown"
    share: Annotated[float, Gt(0), Le(1), In("fraction", "of the product's cells that carry it")] = 1.0
    p_real: Annotated[Share, In("fraction", "chance that it sees the tumour at all")] = 1.0
    ec50_m: Annotated[
        Annotated[float, Gt(0), Le(1)] | None, In("mol/L", "half-maximal concentration of peptide; left out: drawn")
    ] = None
    ec50_log10_sd: Annotated[float, Ge(0), Le(3), In("log10", "standard error of its measurement")] = 0.0
    surface: Annotated[
        float, Gt(0), Le(10), In("ratio", "receptors that pair rightly on the cell over those of a murine-constant one")
    ] = 1.0

    __pydantic_config__ = {"extra": "forbid"}


@dataclass(frozen=True)
class PlannedClone:
    """Describe one clone of a patient's tumour cells: an entry of ``[[antigen.clones]]``; shares sum to 1."""

    share: Annotated[float, Gt(0), Le(1), In("fraction", "of the tumour's cells")]
    antigens: Annotated[tuple[str, ...], MaxLen(200), In("list", "neoantigens that its cells carry")] = ()
    hla_lost: Annotated[tuple[str, ...], MaxLen(6), In("list", "HLA alleles that its cells lost")] = ()

    __pydantic_config__ = {"extra": "forbid"}


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
    receptors: Annotated[
        tuple[PlannedReceptor, ...],
        MaxLen(MOST_RECEPTORS),
        In("list", "receptors of one patient's product; none: drawn"),
    ] = ()
    clones: Annotated[
        tuple[PlannedClone, ...], MaxLen(200), In("list", "clones of that patient's tumour; none: shares are drawn")
    ] = ()
    hla_loss_measured: Annotated[
        bool, In("yes/no", "the clones say which HLA alleles are lost, so that no loss at the start is drawn")
    ] = False
    high_density_per_cell: Annotated[
        Annotated[float, Gt(0), Le(1e8)] | None,
        In("molecules/cell", "median antigen on a high cell, as measured; left out: the rows"),
    ] = None
    high_density_gsd: Annotated[
        Annotated[float, Ge(1), Le(20)] | None,
        In("ratio", "geometric spread of it between patients; left out: the rows"),
    ] = None

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
        _check_product(self)
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


def _check_product(plan: AntigenPlan) -> None:
    """Refuse receptors without private neoantigens, clones without receptors, and what does not fit together."""
    if not plan.private and (plan.receptors or plan.clones or plan.hla_loss_measured):
        raise StudyError(
            "a patient's own receptors and clones belong to private neoantigens",
            where="antigen.receptors, antigen.clones, antigen.hla_loss_measured",
            value=f"private = {str(plan.private).lower()}",
            allowed="private = true",
            next_step="set private = true, or leave these out",
        )
    if bool(plan.receptors) != bool(plan.clones) or (plan.hla_loss_measured and not plan.clones):
        raise StudyError(
            "receptors and clones belong together",
            where="antigen.receptors, antigen.clones",
            value=f"{len(plan.receptors)} and {len(plan.clones)}",
            allowed="both or none",
            next_step="write both, or leave both out",
        )
    if plan.high_density_gsd is not None and plan.high_density_per_cell is None:
        raise StudyError(
            "a spread without its median",
            where="antigen.high_density_gsd",
            value=plan.high_density_gsd,
            next_step="give high_density_per_cell as well",
        )
    if plan.clones:
        _check_shares(plan)


def _check_shares(plan: AntigenPlan) -> None:
    """Refuse shares that do not sum to 1, and receptors whose antigen no clone carries."""
    for name, total in (
        ("clones", sum(clone.share for clone in plan.clones)),
        ("receptors", sum(receptor.share for receptor in plan.receptors)),
    ):
        if abs(total - 1.0) > _ROUNDING:
            raise StudyError(
                f"the shares of the {name} do not sum to 1",
                where=f"antigen.{name}",
                value=f"{total:.6g}",
                allowed="1",
                next_step="correct the shares",
            )
    carried = {one for clone in plan.clones for one in clone.antigens}
    strange = [one.id for one in plan.receptors if one.antigen and one.antigen not in carried]
    if strange:
        raise StudyError(
            "no clone carries the antigen of this receptor",
            where="antigen.receptors",
            value=", ".join(strange),
            allowed=", ".join(sorted(carried)) or "the clones carry none",
            next_step="correct the antigen, or add it to a clone",
        )


@dataclass(frozen=True)
class Antigen:
    """Hold the antigen of some patients' tumours: shares of cells by class and molecules per cell.

    Shares are ``(patients, lesions)`` and sum to 1; densities are ``(patients,)`` in molecules per cell.
    ``target`` names the antigen. ``receptors`` ``(patients,)`` counts receptors against private neoantigens (1 for a
    shared target); ``potency`` ``(patients,)`` is what they are worth over a shared target's receptor (1 for it);
    ``seen_by`` the share of the product's cells that see a covered tumour cell. ``hla_escape`` is the share of covered
    cells that losing one HLA haplotype hides, summed over both (1 if all receptors depend on one), and ``hla_start``
    the same for cells that lost it before treatment, 0 if that was measured.
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
    seen_by: Floats | float = 1.0
    hla_escape: Floats | float = 1.0
    hla_start: Floats | float = 1.0

    def take(self, rows: NDArray[Any]) -> Antigen:
        """Keep some patients."""
        return Antigen(**{n: v[rows] if isinstance(v, np.ndarray) else v for n, v in self.__dict__.items()})

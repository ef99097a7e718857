"""What the checks ask of a chimeric antigen receptor."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["CarLimits"]


@dataclass(frozen=True)
class CarLimits:
    """State what the checks ask of a chimeric receptor.

    ``costimulation`` is what the study says, as ``CD28 and 4-1BB``; empty: no study was named. ``itams`` is 3, unless
    motifs were taken away on purpose. ``membrane_window`` and ``membrane_hydropathy`` are Kyte and Doolittle's
    (1982, doi:10.1016/0022-2836(82)90515-0): a mean above 1.6 over 19 residues. The core of the signal peptide, the
    lengths of hinge and linker and the linker's composition are assumed, such that the receptors in use pass.
    """

    costimulation: str = ""
    itams: int = 3
    core_aa: int = 7
    core_hydropathy: float = 1.6
    hinge_aa: tuple[int, int] = (10, 250)
    membrane_window: int = 19
    membrane_hydropathy: float = 1.6
    linker_aa: tuple[int, int] = (10, 30)
    linker_gs: float = 0.6
    linker_never: str = "CFILMVWY"

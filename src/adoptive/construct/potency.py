"""What a receptor makes of an antigen density: how well a cell is killed, how strongly it drives growth."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from adoptive.antigen.types import Antigen
from adoptive.construct.types import ConstructPlan
from adoptive.parameters import Typical, draw_patients
from adoptive.streams import Keys, Streams

__all__ = ["costimulation_factor", "hill", "predict_visibility", "tonic_factor"]

Floats = NDArray[np.float64]

_TONIC: Final = {"CD28": "cd28", "4-1BB": "41bb", "CD28 and 4-1BB": "cd28_41bb", "none": "tcr"}


def hill(density: Floats, half: Floats, steepness: Floats) -> Floats:
    """Give ``A^h / (A^h + A50^h)``.

    >>> float(hill(np.array([1200.0]), np.array([1200.0]), np.array([1.3]))[0])
    0.5
    """
    raised = density**steepness
    return raised / (raised + half**steepness)


def predict_visibility(
    antigen: Antigen, *, keys: Keys, typical: Typical, streams: Streams, plan: ConstructPlan | None = None
) -> dict[str, Floats]:
    """Give each antigen class's visibility for killing (wH, wL, wN) and for growth (qH, qL, qN).

    A chimeric receptor sees the antigen's molecules; a T-cell receptor sees the small share of them that HLA presents
    as peptide, and needs far fewer. A private receptor's potency divides what it needs; cells of the product whose
    receptor does not see the tumour cell neither kill it nor grow by it.
    """
    steep = typical.at("construct.density_steepness", keys)
    better = antigen.potency
    by = "tcr_" if plan is not None and plan.modality in ("TCR-T", "TIL") else ""
    kill = draw_patients(typical, streams, name=f"construct.{by}kill_half_density", keys=keys)
    grow = draw_patients(typical, streams, name=f"construct.{by}grow_half_density", keys=keys)
    shown = draw_patients(typical, streams, name="construct.tcr_presented", keys=keys) if by else np.ones(len(keys))
    molecules = {"H": antigen.high_density, "L": antigen.low_density, "N": antigen.negative_density}
    density = {c: shown * values for c, values in molecules.items()}
    killing = {f"w{c}": antigen.seen_by * hill(values, kill / better, steep) for c, values in density.items()}
    growth = {f"q{c}": antigen.seen_by * hill(values, grow / better, steep) for c, values in density.items()}
    return killing | growth


def tonic_factor(plan: ConstructPlan, *, keys: Keys, typical: Typical) -> Floats:
    """Give the construct's tonic exhaustion over the reference construct's, ``(patients,)``."""
    row = "truc" if plan.modality == "TRuC-T" else _TONIC[plan.costimulation]
    return typical.at(f"construct.tonic_{row}", keys)


def costimulation_factor(plan: ConstructPlan, name: str, *, keys: Keys, typical: Typical) -> Floats:
    """Give what the construct's costimulation makes of ``growth`` or ``cytokines`` over CD28's, ``(patients,)``."""
    if plan.modality != "CAR-T" or plan.costimulation != "4-1BB":
        return np.ones(len(keys))
    return typical.at(f"construct.{name}_41bb", keys)

"""On-target, off-tumour: what the loss of normal tissue that carries the antigen does, by target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from adoptive.outcome.types import UNGRADED
from adoptive.parameters import Typical, draw_patients
from adoptive.streams import Keys, Streams

__all__ = ["TISSUES", "OffTumour", "off_tumour"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

TISSUES: Final = {"CLDN18.2": "stomach", "HER2": "heart and lung", "CD19": "B cells", "BCMA": "plasma cells"}
"""The normal tissue that carries each target; for B and plasma cells see the B-cell counts and immunoglobulin G."""


@dataclass(frozen=True)
class OffTumour:
    """Hold each patient's worst grades by organ, ``(patients,)``: 0 none, -1 not known.

    ``nausea_grade`` 0 to 3, ``vomiting_grade`` 0 to 4, ``gastritis_grade`` (mucosal injury) 0 to 4, ``lung_grade``
    (breathing impaired) 0 to 4; ``ejection_fraction_percent`` and its value before treatment for the rule that grades
    its fall; ``loss`` the largest loss of the tissue, 0 to 1.
    """

    tissue: str
    loss: Floats
    nausea_grade: Codes
    vomiting_grade: Codes
    gastritis_grade: Codes
    lung_grade: Codes
    ejection_fraction_percent: Floats
    baseline_ejection_fraction_percent: Floats


def off_tumour(normal_tissue: Floats, target: str, *, keys: Keys, typical: Typical, streams: Streams) -> OffTumour:
    """Give the worst grades from what is left of the normal tissue, ``(patients, days)`` as fractions of baseline.

    ``loss = 1 - min H``; grade k of a sign from ``first tolerance step^(k-1)`` up, with a tolerance of the patient. The
    ejection fraction falls by ``share loss``. Tissue that a target does not touch has grade 0. A target whose normal
    tissue is not known has grade 0 where nothing was lost (a private neoantigen) and -1 where something was.

    Parameters
    ----------
    normal_tissue
        State ``H``; days that do not count may hold 1.
    target
        The antigen, as the study names it.
    """
    tissue = TISSUES.get(target.upper(), "unknown")
    loss = np.clip(1.0 - normal_tissue.min(axis=1, initial=1.0), 0.0, 1.0)
    # a body at rest stays at 1 but for the solver's rounding
    loss = np.where(loss < 1e-6, 0.0, loss)

    def row(name: str) -> Floats:
        return draw_patients(typical, streams, name=f"outcome.{name}", keys=keys)

    tolerance, step = row("tissue_tolerance"), row("tissue_grade_step")

    def sign(name: str, organ: str, grades: int) -> Codes:
        first = tolerance * row(f"{name}_loss")
        reached = np.sum([loss >= first * step**k for k in range(grades)], axis=0)
        unknown = np.where(loss > 0, UNGRADED, 0) if tissue == "unknown" else 0
        return np.asarray(np.where(tissue == organ, reached, unknown), np.int64) + np.zeros(len(loss), np.int64)

    needed = typical.at("outcome.entry_ejection_fraction_percent", keys)
    fraction, heart = np.maximum(row("ejection_fraction"), needed), tissue == "heart and lung"
    return OffTumour(
        tissue=tissue,
        loss=loss,
        nausea_grade=sign("nausea", "stomach", 3),
        vomiting_grade=sign("vomiting", "stomach", 4),
        gastritis_grade=sign("gastritis", "stomach", 4),
        lung_grade=sign("lung", "heart and lung", 4),
        ejection_fraction_percent=fraction * (1.0 - heart * row("heart_share") * loss),
        baseline_ejection_fraction_percent=fraction,
    )

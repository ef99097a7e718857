"""On-target, off-tumour: what the loss of normal tissue that carries the antigen does, by target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from adoptive.outcome.types import UNGRADED
from adoptive.parameters import Typical, draw_patients
from adoptive.streams import Keys, Streams

__all__ = ["TISSUES", "OffTumour", "daily_off_tumour", "off_tumour"]

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
    loss = _loss(normal_tissue.min(axis=1, initial=1.0))
    grades = _grades(loss, target, keys=keys, typical=typical, streams=streams)
    fraction, baseline = _ejection(loss, target, keys=keys, typical=typical, streams=streams)
    return OffTumour(
        tissue=_tissue(target),
        loss=loss,
        **grades,
        ejection_fraction_percent=fraction,
        baseline_ejection_fraction_percent=baseline,
    )


def daily_off_tumour(
    normal_tissue: Floats, target: str, *, keys: Keys, typical: Typical, streams: Streams
) -> tuple[dict[str, Codes], Floats, Floats]:
    """Give daily grades ``(patients, days)`` by name, the ejection fraction on every day and before treatment.

    Parameters
    ----------
    normal_tissue, target
        As for :func:`off_tumour`.
    """
    loss = _loss(normal_tissue)
    grades = _grades(loss, target, keys=keys, typical=typical, streams=streams)
    return grades, *_ejection(loss, target, keys=keys, typical=typical, streams=streams)


def _tissue(target: str) -> str:
    """Name the tissue that a target touches."""
    return TISSUES.get(target.upper(), "unknown")


def _loss(left: Floats) -> Floats:
    """Give what was lost of a tissue; a body at rest stays at 1 but for the solver's rounding."""
    loss = np.clip(1.0 - left, 0.0, 1.0)
    return np.where(loss < 1e-6, 0.0, loss)


def _grades(loss: Floats, target: str, *, keys: Keys, typical: Typical, streams: Streams) -> dict[str, Codes]:
    """Grade each sign at a loss ``(patients,)`` or ``(patients, days)``."""
    tissue, shape = _tissue(target), (-1,) + (1,) * (loss.ndim - 1)

    def row(name: str) -> Floats:
        return draw_patients(typical, streams, name=f"outcome.{name}", keys=keys).reshape(shape)

    tolerance, step = row("tissue_tolerance"), row("tissue_grade_step")

    def sign(name: str, organ: str, grades: int) -> Codes:
        first = tolerance * row(f"{name}_loss")
        reached = np.sum([loss >= first * step**k for k in range(grades)], axis=0)
        unknown = np.where(loss > 0, UNGRADED, 0) if tissue == "unknown" else 0
        return np.asarray(np.where(tissue == organ, reached, unknown), np.int64) + np.zeros(loss.shape, np.int64)

    return {
        "nausea_grade": sign("nausea", "stomach", 3),
        "vomiting_grade": sign("vomiting", "stomach", 4),
        "gastritis_grade": sign("gastritis", "stomach", 4),
        "lung_grade": sign("lung", "heart and lung", 4),
    }


def _ejection(loss: Floats, target: str, *, keys: Keys, typical: Typical, streams: Streams) -> tuple[Floats, Floats]:
    """Give the ejection fraction at a loss, and before treatment ``(patients,)``."""
    needed = typical.at("outcome.entry_ejection_fraction_percent", keys)
    before = draw_patients(typical, streams, name="outcome.ejection_fraction", keys=keys)
    before, share = np.maximum(before, needed), draw_patients(typical, streams, name="outcome.heart_share", keys=keys)
    heart, shape = _tissue(target) == "heart and lung", (-1,) + (1,) * (loss.ndim - 1)
    return before.reshape(shape) * (1.0 - heart * share.reshape(shape) * loss), before

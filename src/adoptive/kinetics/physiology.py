"""Who a patient is inside: the parameters and the starting state of the model for every patient."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from adoptive.cohort.types import Cohort
from adoptive.construct import ConstructPlan, predict_visibility, tonic_factor
from adoptive.facility.types import Product
from adoptive.kinetics.equations import PER_LESION
from adoptive.kinetics.states import BODY, CLASSES, LESIONS, lesion_state, state_names
from adoptive.kinetics.types import Physiology
from adoptive.parameters import Typical, draw_patients, load_book
from adoptive.streams import Streams
from adoptive.units import volume_cm3

__all__ = ["describe_patients", "draw_physiology", "parameter_names"]

Floats = NDArray[np.float64]

DERIVED: Final = (
    "toc_effect",
    "L0",
    "ANC_0",
    "PLT_0",
    "kChemo",
    "share_M",
    "share_E",
    "share_X",
    "wH",
    "wL",
    "wN",
    "qH",
    "qL",
    "qN",
)
_NOT_IN_EQUATIONS: Final = {"acc", "supp", "muN_clean"}


@lru_cache(maxsize=1)
def parameter_names() -> tuple[str, ...]:
    """List the model's parameters: the rows of this folder, the derived ones, and those of each lesion."""
    rows = [name.split(".")[1] for name in load_book() if name.startswith("kinetics.")]
    shared = [name for name in rows if name not in _NOT_IN_EQUATIONS]
    return (*shared, *DERIVED, *(lesion_state(name, j) for j in range(LESIONS) for name in PER_LESION))


def describe_patients(
    cohort: Cohort, construct: ConstructPlan, *, typical: Typical, streams: Streams, product: Product | None = None
) -> Physiology:
    """Describe the patients as the construct sees their tumours, with their products' fitness and composition."""
    visibility = predict_visibility(cohort.antigen, keys=cohort.keys, typical=typical, streams=streams)
    tonic = tonic_factor(construct, keys=cohort.keys, typical=typical)
    body = draw_physiology(cohort, typical, streams, visibility=visibility, tonic=tonic)
    if product is None:
        return body
    engrafting = 1.0 - body.of("fclr")
    return body.replace(
        pE=body.of("pE") * product.fitness,
        kX=body.of("kX") / product.fitness,
        share_M=engrafting * product.memory_share,
        share_E=engrafting * product.effector_share,
        share_X=engrafting * product.exhausted_share,
    )


def draw_physiology(
    cohort: Cohort, typical: Typical, streams: Streams, *, visibility: Mapping[str, Floats], tonic: Floats
) -> Physiology:
    """Draw every patient's parameters and starting state.

    ``visibility`` maps wH, wL, wN, qH, qL, qN to ``(patients,)`` (what the receptor makes of each antigen class);
    ``tonic`` ``(patients,)`` is the construct's tonic exhaustion over the reference construct's.
    """
    keys, places = cohort.keys, range(cohort.lesions)
    columns: dict[str, Floats] = dict(visibility)
    for name in parameter_names():
        if f"kinetics.{name}" in typical.book:
            columns[name] = draw_patients(typical, streams, name=f"kinetics.{name}", keys=keys)
    columns["kT"] = columns["kT"] * tonic
    clean = typical.at("kinetics.muN_clean", keys)
    columns["muN"] = np.where(cohort.antigen.founder_clone, columns["muN"], clean)
    columns |= {"L0": cohort.lymphocytes_per_ul, "ANC_0": cohort.neutrophils_e9_l, "PLT_0": cohort.platelets_e9_l}
    columns["toc_effect"] = np.ones(len(keys))
    columns |= {name: np.zeros(len(keys)) for name in ("kChemo", "share_M", "share_E", "share_X")}
    tumour = _tumour_cells(cohort, rho=columns["rho"], ceiling=columns["Kmax"], clearance=columns["kD"])
    for j in places:
        columns[lesion_state("r", j)] = tumour["r"][:, j]
    for name in ("supp", "acc"):
        each = _per_lesion(typical, streams, name, cohort)
        columns |= {lesion_state(name, j): each[:, j] for j in places}
    names = parameter_names()
    values = np.column_stack([columns[name] for name in names])
    draws = streams.uniform("kinetics.last cell", keys, len(CLASSES) * LESIONS)
    return Physiology(names, values, _starting_state(cohort, columns, tumour), draws)


def _per_lesion(typical: Typical, streams: Streams, name: str, cohort: Cohort) -> Floats:
    """Draw a share that differs between patients and, with 0.4 of the patients' spread, between lesions of one."""
    row = typical.book[f"kinetics.{name}"]
    base = draw_patients(typical, streams, name=row.name, keys=cohort.keys)
    own = streams.normal(f"lesion:{row.name}", cohort.keys, cohort.lesions)
    return row.shift(base[:, None], 0.4 * row.between * np.clip(own, -3.0, 3.0))


def _tumour_cells(cohort: Cohort, *, rho: Floats, ceiling: Floats, clearance: Floats) -> dict[str, Floats]:
    """Give living cells, dead cells and the Gompertz rate of each lesion from its diameter and growth.

    ``r = g / ln(Kmax / N0)``, so that the measured doubling time holds at baseline.
    """
    volume = volume_cm3(cohort.lesion_diameter_mm)
    total = rho[:, None] * volume
    rate = cohort.growth_per_day / np.log(ceiling[:, None] / np.maximum(total, 1.0))
    dead = 0.3 * rate / (clearance[:, None] + cohort.growth_per_day)
    return {"living": total / (1.0 + dead), "dead": total * dead / (1.0 + dead), "r": rate}


def _starting_state(cohort: Cohort, columns: Mapping[str, Floats], tumour: Mapping[str, Floats]) -> Floats:
    """Give the state on the day of randomisation: baseline everywhere, tumour by lesion and class."""
    names = state_names(cohort.lesions)
    start = {name: np.zeros(len(cohort)) for name in names}
    at_baseline = {"I": "I0", "L": "L0", "IFN": "bIFN", "IL6": "b6", "CRP": "CRP0", "FER": "Fer0"}
    at_baseline |= {name: f"{name}_0" for name in ("UA", "LDH", "K", "PO4")}
    for name, parameter in at_baseline.items():
        start[name] = columns[parameter]
    for name in BODY:
        line = name.split("_")[0]
        if line in ("ANC", "PLT"):
            start[name] = columns[f"{line}_0"]
        if name in ("H", "B", "PC", "IgG"):
            start[name] = np.ones(len(cohort))
    shares = {"H": cohort.antigen.high_share, "L": cohort.antigen.low_share, "N": cohort.antigen.negative_share}
    for j in range(cohort.lesions):
        start[lesion_state("D", j)] = tumour["dead"][:, j]
        for c in CLASSES:
            start[lesion_state(f"T_{c}", j)] = tumour["living"][:, j] * shares[c][:, j]
    return np.column_stack([start[name] for name in names])

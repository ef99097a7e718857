"""The model: one plain text over states and parameters, from which everything else is derived.

Fifty-two states of the body and seven per lesion, of which there may be up to eight. Read
:mod:`~adoptive.kinetics.cells`, then :mod:`~adoptive.kinetics.tumour`, then :mod:`~adoptive.kinetics.body`.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from adoptive.errors import SolveError
from adoptive.infusion.types import DRUGS
from adoptive.kinetics import body as rest
from adoptive.kinetics.algebra import body, lesion
from adoptive.kinetics.cells import blood_cells, engineered, lesion_cells, population_rates, tissue_cells
from adoptive.kinetics.states import CLASSES, LESIONS, MOST_LESIONS, lesion_state, state_names, state_scales
from adoptive.kinetics.tumour import clone_rates, dead_cells_gained, mutants, tumour_cells
from adoptive.solve import Jump, Model, Values

__all__ = ["JUMPS", "PER_LESION", "build_model", "derivatives"]

PER_LESION: Final = ("r", "supp", "acc", "first")
"""Parameters that each lesion has of its own."""

_EFFECT: Final[dict[str, dict[str, float | str]]] = {
    "infusion": {"M_b": "share_M", "F_b": "share_E", "X_b": "share_X"},
    "fludarabine": {"Flu": 1.0},
    "cyclophosphamide": {"Cy": 1.0},
    "pembrolizumab": {"PD1_c": 1.0},
    "tocilizumab": {"Toc_c": 1.0},
    "dexamethasone": {"Dex": 1.0},
    "interleukin 2": {"IL2": 1.0},
    "chemotherapy": {"Chemo": 1.0},
    "immunoglobulin": {"IgG": 1.0},
    "filgrastim": {"GCSF": 1.0},
    "rasburicase": {"Ras": 1.0},
    "anakinra": {"Ank": 1.0},
    "rimiducid": {"Swi": 1.0},
    "oncolytic virus": {"Onc": 1.0},
    "vaccine boost": {"Vac": 1.0},
}
JUMPS: Final = tuple(Jump(drug, _EFFECT[drug]) for drug in DRUGS)


def derivatives(y: Values, p: Values, *, lesions: int) -> dict[str, Any]:
    """Give every state's rate of change per day."""
    whole = body(y, p, lesions)
    each = [lesion(y, p, whole, j) for j in range(lesions)]
    equations = tissue_cells(y, p, whole) | blood_cells(y, p, whole, each)
    killed: Any = 0.0
    for j, les in enumerate(each):
        equations |= lesion_cells(y, p, whole, les, j) | tumour_cells(y, p, les, j)
        killed = killed + dead_cells_gained(y, p, les, j)
    equations |= mutants(y, p, lesions=lesions)
    equations |= rest.niche(y, p, whole) | rest.cytokines(y, p, whole, each) | rest.b_cells(y, p)
    return equations | rest.counts(y, p, whole) | rest.lysis(y, p, killed) | rest.drugs(y, p)


def watched(y: Values, p: Values, *, lesions: int) -> dict[str, Any]:
    """Give the signals that the ward reacts to; what alarms when it falls is given with a minus, so that it rises.

    Effective interleukin 6 above baseline (pg/mL), leak of the blood-brain barrier, ferritin (ug/L), uric acid (mg/dL),
    neutrophils (1e9/L) and immunoglobulin G (fraction of baseline).
    """
    rising = {"il6_effective": body(y, p, lesions).s6, "leak": y.BBB, "ferritin": y.FER, "uric_acid": y.UA}
    return rising | {"lack_of_neutrophils": -y.ANC, "lack_of_igg": -y.IgG}


def rates_of_clones(y: Values, p: Values, *, lesions: int) -> dict[str, Any]:
    """Give birth and death rates of every clone of the tumour and of the engineered cells as one population."""
    whole = body(y, p, lesions)
    each = [lesion(y, p, whole, j) for j in range(lesions)]
    rates = population_rates(y, p, whole, each)
    for j, les in enumerate(each):
        rates |= clone_rates(y, p, les, j)
    return rates


def build_model(parameters: tuple[str, ...], lesions: int = LESIONS) -> Model:
    """Build the model with a number of lesion places, 1 to 8, for the engine."""
    if not 1 <= lesions <= MOST_LESIONS:
        raise SolveError("number of lesion places", where="build_model", value=lesions, allowed=f"1 to {MOST_LESIONS}")
    clones = [lesion_state(f"T_{c}", j) for j in range(lesions) for c in CLASSES]
    return Model(
        name=f"engineered T cells, {lesions} lesions",
        states=state_names(lesions),
        parameters=parameters,
        rhs=partial(derivatives, lesions=lesions),
        scale=state_scales(lesions),
        watch=partial(watched, lesions=lesions),
        jumps=JUMPS,
        clones={clone: (f"birth_{clone}", f"death_{clone}") for clone in (*clones, "cells")},
        populations={"cells": engineered(lesions)},
        clone_rates=partial(rates_of_clones, lesions=lesions),
    )

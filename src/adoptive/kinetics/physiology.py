"""Who a patient is inside: the parameters and the starting state of the model for every patient."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from adoptive.cohort.types import Cohort
from adoptive.construct import ConstructPlan, costimulation_factor, predict_visibility, tonic_factor
from adoptive.facility.types import Product
from adoptive.kinetics.equations import PER_LESION
from adoptive.kinetics.states import BODY, CLASSES, LESIONS, MOST_LESIONS, lesion_state, state_names
from adoptive.kinetics.types import Physiology
from adoptive.parameters import Kinds, Typical, draw_patients, load_book
from adoptive.streams import Streams
from adoptive.units import volume_cm3

__all__ = ["describe_patients", "draw_physiology", "parameter_names", "product_class"]

Floats = NDArray[np.float64]

DERIVED: Final = (
    "luck",
    "toc_effect",
    "L0",
    "ANC_0",
    "PLT_0",
    "kChemo",
    "switch",
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
_NOT_IN_EQUATIONS: Final = {
    "acc",
    "supp",
    "muN_clean",
    "lesion_share",
    "Kmax_least",
    "hla_founder",
    "hla_share",
    "reactive",
}
_BLOOD_TARGETS: Final = ("CD19", "BCMA")
_BY_HLA: Final = ("TCR-T", "TIL")
"""Product classes whose receptors see peptides on HLA."""


@lru_cache(maxsize=MOST_LESIONS)
def parameter_names(lesions: int = LESIONS) -> tuple[str, ...]:
    """List the model's parameters: the rows of this folder, the derived ones, and those of each lesion.

    A row ``name@class`` is a product class's own value of ``name``, not a parameter of its own.
    """
    rows = [name.split(".")[1] for name in load_book() if name.startswith("kinetics.")]
    shared = [name for name in rows if name not in _NOT_IN_EQUATIONS and not {"@", "~"} & set(name)]
    return (*shared, *DERIVED, *(lesion_state(name, j) for j in range(lesions) for name in PER_LESION))


def product_class(construct: ConstructPlan, target: str) -> str:
    """Name the product class whose rows apply: ``CD19``, ``BCMA``, ``TCR-T``, ``TRuC-T``, ``TIL`` or ``solid``.

    >>> plan = ConstructPlan(product="a", modality="CAR-T", binder="b", costimulation="4-1BB")
    >>> product_class(plan, "CD19"), product_class(plan, "CLDN18.2")
    ('CD19', 'solid')
    """
    if construct.modality != "CAR-T":
        return construct.modality
    return target.upper() if target.upper() in _BLOOD_TARGETS else "solid"


def describe_patients(
    cohort: Cohort, construct: ConstructPlan, *, typical: Typical, streams: Streams, product: Product | None = None
) -> Physiology:
    """Describe the patients as the construct sees their tumours, with their products' own rates and composition.

    Products act on the cells' own rates: growth of effectors and of memory cells (``fitness x proliferation``),
    exhaustion (``exhaustion / fitness``), and on the shares of memory, effector and exhausted cells at the infusion.
    Construct and target name the product class; where this folder has a row ``name@class``, it stands for ``name``, and
    before it the row ``name@armour`` of what the cell makes beside its receptor.
    """
    common: dict[str, Any] = {"typical": typical, "streams": streams}
    visibility = predict_visibility(cohort.antigen, keys=cohort.keys, plan=construct, **common)
    tonic = tonic_factor(construct, keys=cohort.keys, typical=typical)
    kind = product_class(construct, cohort.antigen.target)
    own: dict[str, Any] = {"kind": kind, "armour": construct.armour}
    body = draw_physiology(cohort, typical, streams, visibility=visibility, tonic=tonic, **own)
    body = _costimulated(body, cohort, construct, typical)
    body = body.replace(switch=np.full(len(cohort), float(construct.safety_switch != "none")))
    if product is None:
        return body
    reactive = typical.at("kinetics.reactive", cohort.keys, kinds=Kinds.one(len(cohort), kind))
    engrafting = (1.0 - body.of("fclr")) * reactive
    growing = product.fitness * product.proliferation
    return body.replace(
        pE=body.of("pE") * growing,
        pM=body.of("pM") * growing,
        kX=body.of("kX") * product.exhaustion / product.fitness,
        share_M=engrafting * product.memory_share,
        share_E=engrafting * product.effector_share,
        share_X=engrafting * product.exhausted_share,
    )


def _costimulated(body: Physiology, cohort: Cohort, construct: ConstructPlan, typical: Typical) -> Physiology:
    """Give the cells the growth and the cytokines of their costimulation."""
    growth, cytokines = (
        costimulation_factor(construct, name, keys=cohort.keys, typical=typical) for name in ("growth", "cytokines")
    )
    return body.replace(
        pE=body.of("pE") * growth, k6=body.of("k6") * cytokines, kIFN=body.of("kIFN") * cytokines
    )  # fmt: skip


def draw_physiology(
    cohort: Cohort,
    typical: Typical,
    streams: Streams,
    *,
    visibility: Mapping[str, Floats],
    tonic: Floats,
    kind: str = "solid",
    armour: str = "none",
) -> Physiology:
    """Draw every patient's parameters and starting state.

    ``visibility`` maps wH, wL, wN, qH, qL, qN to ``(patients,)`` (what the receptor makes of each antigen class);
    ``tonic`` ``(patients,)`` is the construct's tonic exhaustion over the reference construct's; ``kind`` the product
    class of :func:`product_class`; ``armour`` what the cell makes beside its receptor, whose rows come first.
    A tumour type's own rows come after both.
    """
    kinds = Kinds(cohort.kinds.code, tuple((armour, kind, *own) for own in cohort.kinds.names))
    keys, places, names = cohort.keys, range(cohort.lesions), parameter_names(cohort.lesions)
    columns: dict[str, Floats] = dict(visibility)
    for name in names:
        if f"kinetics.{name}" in typical.book:
            columns[name] = draw_patients(typical, streams, name=f"kinetics.{name}", keys=keys, kinds=kinds)
    columns["kT"] = columns["kT"] * tonic
    clean = typical.at("kinetics.muN_clean", keys, kinds=kinds)
    columns["muN"] = np.where(cohort.antigen.founder_clone, columns["muN"], clean)
    columns["muHLA"] = columns["muHLA"] * cohort.antigen.hla_escape
    columns |= {"L0": cohort.lymphocytes_per_ul, "ANC_0": cohort.neutrophils_e9_l, "PLT_0": cohort.platelets_e9_l}
    columns |= {"toc_effect": np.ones(len(keys)), "luck": streams.exponential("kinetics.first mutant", keys)}
    columns |= {name: np.zeros(len(keys)) for name in ("kChemo", "switch", "share_M", "share_E", "share_X")}
    columns["Kmax"] = _ceiling(cohort, columns, typical)
    tumour = _tumour_cells(cohort, columns)
    each = {name: _per_lesion(typical, streams, name, kinds, cohort) for name in ("supp", "acc")}
    each |= {
        "r": tumour["r"],
        "first": _first_mutant(tumour["living"], streams.uniform("kinetics.mutant lesion", keys)),
    }
    columns |= {lesion_state(name, j): each[name][:, j] for name in PER_LESION for j in places}
    values = np.column_stack([columns[name] for name in names])
    draws = streams.uniform("kinetics.last cell", keys, len(CLASSES) * cohort.lesions + 1)
    shares = _class_shares(cohort, typical, streams, kind=kind)
    return Physiology(names, values, _starting_state(cohort, columns, tumour, shares), draws)


def _per_lesion(typical: Typical, streams: Streams, name: str, kinds: Kinds, cohort: Cohort) -> Floats:
    """Draw a share that differs between patients and, with a part of the patients' spread, between lesions of one."""
    row = typical.book[f"kinetics.{name}"]
    base = draw_patients(typical, streams, name=row.name, keys=cohort.keys, kinds=kinds)
    part = typical.at("kinetics.lesion_share", cohort.keys)[:, None]
    own = streams.normal(f"lesion:{row.name}", cohort.keys, cohort.lesions).reshape(len(cohort), cohort.lesions)
    return row.shift(base[:, None], part * row.between * np.clip(own, -3.0, 3.0))


def _ceiling(cohort: Cohort, columns: Mapping[str, Floats], typical: Typical) -> Floats:
    """Give the size at which growth stops: above each patient's largest lesion, or that lesion would not grow."""
    largest = columns["rho"] * volume_cm3(cohort.lesion_diameter_mm).max(axis=1, initial=0.0)
    return np.asarray(np.maximum(columns["Kmax"], typical.at("kinetics.Kmax_least", cohort.keys) * largest))


def _tumour_cells(cohort: Cohort, columns: Mapping[str, Floats]) -> dict[str, Floats]:
    """Give living cells, dead cells and the Gompertz rate of each lesion from its diameter and growth.

    ``r = g / ln(Kmax / N0)``, so that the measured doubling time holds at baseline.
    """
    rho, ceiling, clearance, shed = (columns[name] for name in ("rho", "Kmax", "kD", "shed"))
    total = rho[:, None] * volume_cm3(cohort.lesion_diameter_mm)
    rate = cohort.growth_per_day / np.log(ceiling[:, None] / np.maximum(total, 1.0))
    dead = shed[:, None] * rate / (clearance[:, None] + cohort.growth_per_day)
    return {"living": total / (1.0 + dead), "dead": total * dead / (1.0 + dead), "r": rate}


def _first_mutant(living: Floats, lot: Floats) -> Floats:
    """Say in which lesion the first surviving mutant is born: 1 / its share of cells there, 0 elsewhere."""
    share = living / np.maximum(living.sum(axis=1, keepdims=True), 1.0)
    upper = np.cumsum(share, axis=1)
    here = (upper - share <= lot[:, None]) & (lot[:, None] < upper)
    return np.where(here, 1.0 / np.maximum(share, 1e-12), 0.0)


def _class_shares(cohort: Cohort, typical: Typical, streams: Streams, *, kind: str) -> dict[str, Floats]:
    """Give the starting share of each antigen class in each lesion, ``(patients, lesions)``.

    For a T-cell receptor some tumours have cells that lost the HLA molecule which shows the peptide: they are
    negative, whatever antigen they hold.
    """
    antigen = cohort.antigen
    shares = {"H": antigen.high_share, "L": antigen.low_share, "N": antigen.negative_share}
    if kind not in _BY_HLA:
        return shares
    share = typical.at("kinetics.hla_founder", cohort.keys, kinds=Kinds.one(len(cohort), kind))
    founder = streams.uniform("kinetics.HLA founder", cohort.keys) < share
    lost = (np.where(founder, typical.at("kinetics.hla_share", cohort.keys), 0.0) * antigen.hla_start)[:, None]
    kept = {c: (1.0 - lost) * share for c, share in shares.items()}
    return kept | {"N": kept["N"] + lost}


def _starting_state(
    cohort: Cohort, columns: Mapping[str, Floats], tumour: Mapping[str, Floats], shares: Mapping[str, Floats]
) -> Floats:
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
        if name in ("H", "My", "B", "PC", "IgG"):
            start[name] = np.ones(len(cohort))
    for j in range(cohort.lesions):
        start[lesion_state("D", j)] = tumour["dead"][:, j]
        for c in CLASSES:
            start[lesion_state(f"T_{c}", j)] = tumour["living"][:, j] * shares[c][:, j]
    return np.column_stack([start[name] for name in names])

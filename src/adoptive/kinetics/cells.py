"""Equations of the engineered cells: in tissue, in blood and in each lesion.

Activation of a memory cell makes two daughters, of which ``2 f`` stay memory and ``2 (1 - f)`` become effectors.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from adoptive.kinetics.algebra import Body, Lesion
from adoptive.kinetics.states import IN_BLOOD, IN_TISSUE, lesion_state
from adoptive.solve import Values, positive

__all__ = ["blood_cells", "engineered", "lesion_cells", "population_rates", "tissue_cells"]

_NO_CELL = 1e-9
"""Added to the number of cells where it divides."""

_IN_LESION = {"F": "", "M": "m", "E": "e", "X": "x"}
"""Where each kind of cell in blood stays in a lesion; freshly thawed cells wake on the way in, as effectors."""


def tissue_cells(y: Values, p: Values, a: Body) -> dict[str, Any]:
    """Give the equations of memory, effector and exhausted cells outside blood and lesions."""
    act, prol = _tissue_growth(y, p, a)
    ex = p.kX * a.s + p.kT
    death_e = _effector_death(p, a)
    back = p.kRe * a.ro_pd1 * y.X_p
    calm = p.rEM * (1.0 - a.s)
    wake = p.kWake * y.F_p
    return {
        "F_p": p.kbp * y.F_b - (p.kpb + p.kWake + death_e + a.loss_extra) * y.F_p,
        "M_p": p.kbp * y.M_b
        - p.kpb * y.M_p
        + (p.pM * a.gn - p.dM - a.loss_extra) * y.M_p
        + act * (2.0 * a.f - 1.0)
        + calm * y.E_p,
        "E_p": p.kbp * y.E_b
        - p.kpb * y.E_p
        + 2.0 * act * (1.0 - a.f)
        + (prol - death_e - a.loss_extra - ex - calm) * y.E_p
        + wake
        + back,
        "X_p": p.kbp * y.X_b - p.kpb * y.X_p + ex * y.E_p - (p.dX + a.loss_extra) * y.X_p - back,
    }


def blood_cells(y: Values, p: Values, a: Body, lesions: Sequence[Lesion]) -> dict[str, Any]:
    """Give the equations of cells in blood: exchange with tissue and lesions, and loss."""
    death_e = _effector_death(p, a)
    loss = {"F": death_e + p.kWake, "M": p.dM, "E": death_e, "X": p.dX}
    equations: dict[str, Any] = {}
    for kind, small in _IN_LESION.items():
        here, tissue = y[f"{kind}_b"], y[f"{kind}_p"]
        change = p.kpb * tissue - (p.kbp + loss[kind] + a.loss_extra) * here
        for j, les in enumerate(lesions):
            change = change - les.influx * here + (p.kout * y[lesion_state(small, j)] if small else 0.0)
        equations[f"{kind}_b"] = change + (p.kWake * y.F_b if kind == "E" else 0.0)
    return equations


def lesion_cells(y: Values, p: Values, a: Body, les: Lesion, j: int) -> dict[str, Any]:
    """Give the equations of memory, effector and exhausted cells in a lesion; crowding stops growth near 2e8 per mL."""
    m, e, x = (y[lesion_state(name, j)] for name in ("m", "e", "x"))
    act, prol = _lesion_growth(y, p, a, les, j)
    ex = p.kX * les.s * (1.0 + p.xLes * (1.0 - p.xPD * a.ro_pd1)) + p.kT
    calm = p.rEM * (1.0 - les.s)
    back = p.kRe * a.ro_pd1 * x
    return {
        lesion_state("m", j): les.influx * y.M_b
        - p.kout * m
        - (p.dM + a.loss_extra) * m
        + act * (2.0 * les.f - 1.0)
        + calm * e,
        lesion_state("e", j): les.influx * (y.E_b + y.F_b)
        - p.kout * e
        + 2.0 * act * (1.0 - les.f)
        + (prol - _effector_death(p, a) - a.loss_extra - ex - calm) * e
        + back,
        lesion_state("x", j): les.influx * y.X_b - p.kout * x + ex * e - (p.dX + a.loss_extra) * x - back,
    }


def engineered(lesions: int) -> tuple[str, ...]:
    """Name every state of engineered cells: they change places and kinds, and live or die out as one population."""
    return (*IN_BLOOD, *IN_TISSUE, *(lesion_state(name, j) for j in range(lesions) for name in "mex"))


def population_rates(y: Values, p: Values, a: Body, lesions: Sequence[Lesion]) -> dict[str, Any]:
    """Give birth and death per engineered cell and day: births are activation and division, deaths what is lost net.

    ``death = birth - (change of all cells) / (all cells)``, so that the equations of the cells are the only text.
    """
    act, prol = _tissue_growth(y, p, a)
    born = act + prol * y.E_p + p.pM * positive(a.gn) * y.M_p
    slopes = tissue_cells(y, p, a) | blood_cells(y, p, a, lesions)
    for j, les in enumerate(lesions):
        act, prol = _lesion_growth(y, p, a, les, j)
        born = born + act + prol * y[lesion_state("e", j)]
        slopes |= lesion_cells(y, p, a, les, j)
    names = engineered(len(lesions))
    total = sum((y[name] for name in names[1:]), y[names[0]]) + _NO_CELL
    change = sum((slopes[name] for name in names[1:]), slopes[names[0]])
    return {"birth_cells": born / total, "death_cells": (born - change) / total}


def _tissue_growth(y: Values, p: Values, a: Body) -> tuple[Any, Any]:
    """Give activations of memory cells per day, and divisions per effector and day, outside the lesions."""
    return p.aM * a.s * a.dexi * y.M_p, p.pE * a.s * a.drive * a.dexi


def _lesion_growth(y: Values, p: Values, a: Body, les: Lesion, j: int) -> tuple[Any, Any]:
    """Give activations of memory cells per day, and divisions per effector and day, in a lesion."""
    m, e, x = (y[lesion_state(name, j)] for name in ("m", "e", "x"))
    room = 1.0 + (e + x) / (p.Kcrowd * les.volume)
    free = 1.0 - p.supp_growth * les.suppressed
    drive = p.gLes + (1.0 - p.gLes) * a.drive
    return p.aM * les.s * m * a.dexi, p.pE * p.pLes * les.s * drive * les.pdi * free * a.dexi / room


def _effector_death(p: Values, a: Body) -> Any:
    """Give the effector's death rate: interleukin 15 spares it, dexamethasone adds to it."""
    return p.dE * (1.0 - p.wE * a.gn) + p.dDex * a.q_dex

"""Equations of the engineered cells: in tissue, in blood and in each lesion.

Activation of a memory cell makes two daughters, of which ``2 f`` stay memory and ``2 (1 - f)`` become effectors.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from adoptive.kinetics.algebra import Body, Lesion, alive
from adoptive.kinetics.states import lesion_state
from adoptive.solve import Values, positive

__all__ = ["blood_cells", "lesion_cells", "tissue_cells"]

_IN_LESION = {"F": "", "M": "m", "E": "e", "X": "x"}
"""Where each kind of cell in blood stays in a lesion; freshly thawed cells wake on the way in, as effectors."""


def tissue_cells(y: Values, p: Values, a: Body) -> dict[str, Any]:
    """Give the equations of memory, effector and exhausted cells outside blood and lesions."""
    divides_m, divides_e = alive(positive(y.M_p)), alive(positive(y.E_p))
    act = p.aM * a.s * a.dexi * divides_m * y.M_p
    prol = p.pE * a.s * a.drive * a.dexi * divides_e
    ex = p.kX * a.s + p.kT
    death_e = _effector_death(p, a)
    back = p.kRe * a.ro_pd1 * y.X_p
    calm = p.rEM * (1.0 - a.s)
    wake = p.kWake * y.F_p
    return {
        "F_p": p.kbp * y.F_b - (p.kpb + p.kWake + death_e + a.loss_extra) * y.F_p,
        "M_p": p.kbp * y.M_b
        - p.kpb * y.M_p
        + (p.pM * (positive(a.gn) * divides_m - positive(-a.gn)) - p.dM - a.loss_extra) * y.M_p
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
    act = p.aM * les.s * m * a.dexi * alive(positive(m))
    room = 1.0 + (e + x) / (p.Kcrowd * les.volume)
    suppression = p[lesion_state("supp", j)]
    prol = p.pE * p.pLes * les.s * (p.gLes + (1.0 - p.gLes) * a.drive) * les.pdi * (1.0 - p.supp_growth * suppression)
    prol = prol * a.dexi / room * alive(positive(e))
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


def _effector_death(p: Values, a: Body) -> Any:
    """Give the effector's death rate: interleukin 15 spares it, dexamethasone adds to it."""
    return p.dE * (1.0 - p.wE * a.gn) + p.dDex * a.q_dex

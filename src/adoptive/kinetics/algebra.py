"""Quantities that follow from the states at once: drives, signals, occupancies, killing.

The text runs on traced symbols (for compiling) and on numpy arrays (for looking) alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from adoptive.kinetics.states import CLASSES, IN_BLOOD, IN_TISSUE, lesion_state
from adoptive.solve import Values, log, maximum, minimum, positive

__all__ = ["LESION_FLOOR_ML", "Body", "Lesion", "alive", "body", "lesion", "lesion_volume_ml"]


LESION_FLOOR_ML = 1e-3
"""Volume that even an empty lesion has, so that ratios to it stay finite."""


@dataclass(frozen=True)
class Body:
    """Hold what the whole body shares."""

    gn: Any
    drive: Any
    ro_pd1: Any
    ro_6: Any
    ro_1: Any
    q_dex: Any
    dexi: Any
    c_total: Any
    s: Any
    f: Any
    virus: Any
    loss_extra: Any
    s6: Any
    ifn_excess: Any


@dataclass(frozen=True)
class Lesion:
    """Hold what one lesion's equations share."""

    tumour: Any
    volume: Any
    s: Any
    f: Any
    killers: Any
    suppressed: Any
    eff: Any
    pdi: Any
    influx: Any
    kill: dict[str, Any]
    growth: Any
    total_kill: Any


def alive(cells: Any) -> Any:
    """Give the share of full growth that a number of cells can have: ``n^3 / (n^3 + 27)``.

    A fraction of a cell cannot divide: growth of a tumour clone stops below about three cells, so that what a solver
    leaves of a clone that has gone cannot grow again. Engineered cells need none of it: they move between places, and
    all of them together die out where fewer than one is left.
    """
    cube = cells * cells * cells
    return cube / (cube + 27.0)


def lesion_volume_ml(living: Any, dead: Any, rho: Any) -> Any:
    """Give a lesion's volume: ``V = (T + D) / rho + 1e-3`` mL; the floor keeps ratios finite in an empty lesion."""
    return (living + dead) / rho + LESION_FLOOR_ML


def body(y: Values, p: Values, lesions: int) -> Body:
    """Compute the body's algebra.

    ``g = I/(I+KI)``, ``gn = (g-g0)/(1-g0)``: 0 at homeostasis, towards 1 after lymphodepletion, negative when the niche
    is over-occupied. ``s`` is the antigen signal outside the lesions, ``f`` the self-renewal toggle of memory cells.
    ``s6`` is interleukin 6 as the body's signs feel it: tocilizumab blocks it where they answer (``toc_effect``), while
    the loss of interleukin 6 through the receptor is blocked in everybody; at ``toc_effect = o6`` both cancel out.
    ``ro_1`` is the blockade of interleukin 1 by anakinra, ``virus`` the effect of an oncolytic virus (0 to 1). A
    vaccine shows antigen outside the lesions (``N_V`` visible cells per dose); the switch's drug kills cells with it.
    """
    g, g0 = y.I / (y.I + p.KI), p.I0 / (p.I0 + p.KI)
    gn = (g - g0) / (1.0 - g0)
    drive = minimum(p.drive_max, p.gI0 + (1.0 - p.gI0) * positive(gn) + p.e2 * y.IL2 / (y.IL2 + p.EC2))
    pd1, toc = y.PD1_c / p.V1_pd1, y.Toc_c / p.V1_toc
    q_dex = y.Dex / (y.Dex + p.EC50_dex)
    c_total = sum((y[name] for name in (*IN_BLOOD, *IN_TISSUE)[1:]), y[IN_BLOOD[0]])
    antigen = p.Hn * y.H + p.cd19 * p.N_B * y.B + p.bcma * p.N_PC * y.PC + p.N_V * y.Vac
    for j in range(lesions):
        antigen = antigen + p.psi * _visible(y, p, j, "q")
    s = antigen / (antigen + p.Ksys + p.hide_body * c_total)
    ro_6 = toc / (toc + p.KD_toc)
    kill_ld = p.eFluC * y.Flu + p.eCyC * y.Cy
    return Body(
        gn=gn,
        drive=drive,
        ro_pd1=pd1 / (pd1 + p.KD_pd1),
        ro_6=ro_6,
        ro_1=y.Ank / (y.Ank + p.EC50_ank),
        q_dex=q_dex,
        dexi=1.0 - p.iDex * q_dex,
        c_total=c_total,
        s=s,
        f=p.f0 * (1.0 - s) + p.f1 * s,
        virus=y.Onc / (y.Onc + p.EC50_onc),
        loss_extra=p.kRej * y.R + kill_ld + p.switch * p.eSwi * y.Swi,
        s6=positive(y.IL6 * (1.0 - p.toc_effect * ro_6) - p.b6),
        ifn_excess=positive(y.IFN - p.bIFN),
    )


def lesion(y: Values, p: Values, whole: Body, j: int) -> Lesion:
    """Compute a lesion's algebra.

    Killing saturates in targets and in killers: ``kill = kmax eff C / (Kk V + sum w T + kap C)`` per fully visible
    target per day, times the class's visibility ``w``. An oncolytic virus opens the lesion to the cells and takes
    away a part of its suppression: ``suppressed`` is the function that the rest takes.
    """
    cells = {c: y[lesion_state(f"T_{c}", j)] for c in CLASSES}
    tumour = cells["H"] + cells["L"] + cells["N"]
    volume = lesion_volume_ml(tumour, y[lesion_state("D", j)], p.rho)
    m, e, x = (y[lesion_state(name, j)] for name in ("m", "e", "x"))
    seen = _visible(y, p, j, "q")
    working = e + p.fX * x + p.fM * m
    s = seen / (seen + p.Ks * volume + p.hide_lesion * working)
    killers = maximum(working, 0.0)
    pdl1 = p.pdl1_0 + (1.0 - p.pdl1_0) * y.IFN / (y.IFN + p.K_pdl1)
    pdi = 1.0 - p.iPD * (1.0 - whole.ro_pd1) * pdl1
    suppressed = p[lesion_state("supp", j)] * (1.0 - p.eOnc_supp * whole.virus)
    eff = (1.0 - suppressed) * pdi
    acc = p[lesion_state("acc", j)]
    reached = acc + (1.0 - acc) * p.eOnc_acc * whole.virus
    weighted = _visible(y, p, j, "w")
    kill = p.kmax * eff * whole.dexi * killers / (p.Kk * volume + weighted + p.kap * killers)
    return Lesion(
        tumour=tumour,
        volume=volume,
        s=s,
        f=p.f0 * (1.0 - s) + p.f1 * s,
        killers=killers,
        suppressed=suppressed,
        eff=eff,
        pdi=pdi,
        influx=p.kin * reached * volume * 1e3 / p.Vb,
        kill={c: kill * p[f"w{c}"] for c in CLASSES},
        growth=_growth(p, tumour, j),
        total_kill=kill * weighted,
    )


def _visible(y: Values, p: Values, j: int, weight: str) -> Any:
    """Sum a lesion's cells weighted by visibility for killing (``w``) or for proliferation (``q``)."""
    return sum(
        (p[f"{weight}{c}"] * y[lesion_state(f"T_{c}", j)] for c in CLASSES[1:]),
        p[f"{weight}H"] * y[lesion_state("T_H", j)],
    )


def _growth(p: Values, tumour: Any, j: int) -> Any:
    """Give the Gompertz growth rate of a lesion at its size: ``r ln(Kmax / (T + 1))`` per day."""
    return p[lesion_state("r", j)] * log(p.Kmax / (positive(tumour) + 1.0))

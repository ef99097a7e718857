"""Equations of the rest of the body: niche, immunity, normal tissue, cytokines, B cells, blood counts, lysis, drugs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from adoptive.kinetics.algebra import Body, Lesion
from adoptive.solve import Values, minimum, positive

__all__ = ["b_cells", "counts", "cytokines", "drugs", "lysis", "niche"]


def niche(y: Values, p: Values, a: Body) -> dict[str, Any]:
    """Give interleukin 15, the patient's lymphocytes, immunity against the receptor and the normal tissue.

    Interleukin 15 is used up by the lymphocytes that it feeds: fewer lymphocytes, more of it. Immunity against the
    receptor is primed for about a week before it rejects (``Rp``, then ``R``).
    """
    depletion = p.eFluL * y.Flu + p.eCyL * y.Cy
    lost = p.eLD_R * depletion
    return {
        "I": p.I0 * (p.kn + p.kc) - (p.kn + p.kc * (y.L + p.phiC * a.c_total / p.Vb) / p.L0) * y.I,
        "L": p.kL * (p.L0 - y.L)
        + p.rL * positive(a.gn) * y.L * (1.0 - y.L / p.L0)
        - depletion * y.L
        - p.dDexL * a.q_dex * y.L,
        "Rp": p.kR * a.c_total / (a.c_total + p.KR) * y.L / (y.L + p.L0) - (p.kPrime + lost) * y.Rp,
        "R": p.kPrime * y.Rp - (p.dR + lost) * y.R,
        "H": p.kH * (1.0 - y.H) - p.kKH * y.E_p / (y.E_p + p.KKH) * y.H,
    }


def cytokines(y: Values, p: Values, a: Body, lesions: Sequence[Lesion]) -> dict[str, Any]:
    """Give interferon gamma, interleukin 6, CRP, ferritin and the leak of the blood-brain barrier.

    Stimuli count from baseline, so that an untreated patient stays exactly where he is. Anakinra (``ro_1``) takes away
    what runs over interleukin 1: a share of the production of interleukin 6 and of the push on the barrier.

    Interleukin 6 comes from myeloid cells that the engineered cells set off. They answer with all they have and are
    then refractory (``My``): used up in proportion to interferon gamma, back only as it falls. So release ends while
    the cells that caused it still persist. Dexamethasone lowers interferon gamma but spares none of them.
    """
    source = p.q_body * a.s * y.E_p * a.dexi
    for les in lesions:
        source = source + les.s * les.killers * les.eff * a.dexi
    to_6 = p.six_0 + (1.0 - p.six_0) * y.IFN / (y.IFN + p.KIFN)
    six = a.s6 / (a.s6 + p.K6c)
    il6_excess = positive(y.IL6 - p.b6)
    ferritin = a.ifn_excess / (a.ifn_excess + p.KFi) * (p.fer_0 + (1.0 - p.fer_0) * six)
    spent = a.ifn_excess / (a.ifn_excess + p.KMy * a.dexi)
    push = il6_excess / (il6_excess + p.K6b) * y.IFN / (y.IFN + p.KIFN_bbb)
    return {
        "IFN": p.dIFN * (p.bIFN - y.IFN) + p.kIFN * source,
        "IL6": p.d6 * p.b6
        + p.k6 * (source - p.il1_six * a.ro_1 * source) * to_6 * a.dexi * y.My
        - p.d6 * y.IL6 * (1.0 - p.o6 * a.ro_6),
        "My": p.rMy * (1.0 - spent) * (1.0 - y.My) - p.uMy * spent * y.My,
        "CRP": p.kCRP * (p.CRP0 + p.eCRP * six - y.CRP),
        "FER": p.kFer * (p.Fer0 * (1.0 + p.eFer * ferritin) - y.FER),
        "BBB": p.kBBB * (push - p.il1_leak * a.ro_1 * push - y.BBB),
    }


def b_cells(y: Values, p: Values) -> dict[str, Any]:
    """Give B cells, plasma cells and immunoglobulin G as fractions of baseline."""
    attack = p.kKB * y.E_p / (y.E_p + p.KKB)
    depletion = p.eFluL * y.Flu + p.eCyL * y.Cy
    return {
        "B": p.kB * (1.0 - y.B) - p.cd19 * attack * y.B - p.eLD_B * depletion * y.B,
        "PC": p.dP * (y.B - y.PC) - p.bcma * attack * y.PC,
        "IgG": p.kG * (y.PC - y.IgG),
    }


def counts(y: Values, p: Values, a: Body) -> dict[str, Any]:
    """Give neutrophils and platelets by the chain of Friberg 2002 (10.1200/JCO.2002.02.140).

    Filgrastim makes neutrophil precursors divide more and pass faster.
    """
    inflamed = a.s6 / (a.s6 + p.K6m)
    helped = y.GCSF / (y.GCSF + p.EC50_GCSF)
    equations: dict[str, Any] = {}
    for line in ("ANC", "PLT"):
        drug = p[f"eFlu_{line}"] * y.Flu + p[f"eCy_{line}"] * y.Cy + p[f"eInf_{line}"] * inflamed
        base, rate, more = p[f"{line}_0"], 4.0 / p[f"MTT_{line}"], 1.0
        if line == "ANC":
            rate, more = rate * (1.0 + p.gTransit * helped), 1.0 + p.gDivide * helped
        feedback = (base / (positive(y[line]) + 1e-3 * base)) ** p[f"gam_{line}"]
        prol, first, second, third = (y[f"{line}_{stage}"] for stage in ("prol", "1", "2", "3"))
        equations[f"{line}_prol"] = (
            rate * prol * ((1.0 - minimum(drug, p.ED_max)) * more * feedback / _rest(p, line) - 1.0)
        )
        equations[f"{line}_1"] = rate * (prol - first)
        equations[f"{line}_2"] = rate * (first - second)
        equations[f"{line}_3"] = rate * (second - third)
        equations[line] = rate * (third - y[line])
    return equations


def _rest(p: Values, line: str) -> Any:
    """Give the feedback's value at baseline, so that the baseline is exactly stationary."""
    return (1.0 / 1.001) ** p[f"gam_{line}"]


def lysis(y: Values, p: Values, killed_per_day: Any) -> dict[str, Any]:
    """Give uric acid, LDH, potassium and phosphate; ``killed_per_day`` in cells, 1e9 cells weigh 1 g.

    Rasburicase breaks uric acid down.
    """
    grams = killed_per_day / 1e9
    equations = {
        name: p[f"k_{name}"] * (p[f"{name}_0"] - y[name]) + p[f"y_{name}"] * grams for name in ("UA", "LDH", "K", "PO4")
    }
    return equations | {"UA": equations["UA"] - p.eRas * y.Ras / (y.Ras + p.EC50_Ras) * y.UA}


def drugs(y: Values, p: Values) -> dict[str, Any]:
    """Give the drugs: two compartments for antibodies (tocilizumab with a saturable loss), first order for the rest."""
    pd1 = p.Q_pd1 * (y.PD1_c / p.V1_pd1 - y.PD1_p / p.V2_pd1)
    toc_level = y.Toc_c / p.V1_toc
    toc = p.Q_toc * (toc_level - y.Toc_p / p.V2_toc)
    return {
        "Flu": -p.kFlu * y.Flu,
        "Cy": -p.kCy * y.Cy,
        "PD1_c": -p.CL_pd1 * y.PD1_c / p.V1_pd1 - pd1,
        "PD1_p": pd1,
        "Toc_c": -(p.CL_toc + p.Vm_toc / (p.Km_toc + toc_level)) * toc_level - toc,
        "Toc_p": toc,
        "Dex": -p.kDex * y.Dex,
        "IL2": -p.kIL2 * y.IL2,
        "GCSF": -p.kGCSF * y.GCSF,
        "Ras": -p.kRas * y.Ras,
        "Ank": -p.kAnk * y.Ank,
        "Chemo": -p.kChemo * y.Chemo,
        "Swi": -p.kSwi * y.Swi,
        "Onc": -p.kOnc * y.Onc,
        "Vac": -p.kVac * y.Vac,
    }

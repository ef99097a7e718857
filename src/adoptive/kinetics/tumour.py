"""Equations of a lesion's tumour cells: growth, killing, antigen loss, bystander killing, clearance of the dead."""

from __future__ import annotations

from typing import Any

from adoptive.kinetics.algebra import Lesion, alive
from adoptive.kinetics.states import lesion_state
from adoptive.solve import Values, minimum, positive

__all__ = ["clone_rates", "dead_cells_gained", "mutants", "tumour_cells"]

_HALF_WINDOW = 0.2
"""Within this part of a patient's luck the first surviving mutant appears: an event, drawn out to stay smooth."""


def tumour_cells(y: Values, p: Values, les: Lesion, j: int) -> dict[str, Any]:
    """Give the equations of the three antigen classes and of dead cells.

    Immune pressure moves high to low (``u``), interferon brings low back; mutation feeds the negative class; killing
    next door takes some negative cells with it (``eta``). For a T-cell receptor (``mhc`` = 1) low means little HLA
    class I as well: it falls under pressure (``muMHC``) and comes back within days under interferon (``kMHC``), while
    a lost HLA haplotype or B2M (``muHLA``) never comes back and counts as negative.
    """
    high, low, negative = (y[lesion_state(f"T_{c}", j)] for c in "HLN")
    drug = _by_drugs(y, p)
    effectors = y[lesion_state("e", j)]
    u = (p.muHL + p.mhc * p.muMHC) * les.s * effectors / (effectors + p.KHL * les.volume)
    back = p.muLH * (1.0 + p.eIFN_low * y.IFN / (y.IFN + p.KIFN_low)) + p.mhc * p.kMHC * y.IFN / (y.IFN + p.KIFN_mhc)
    bystander = p.eta * les.total_kill / (les.tumour + 1.0)
    lost = _lost_for_good(y, p, j)
    return {
        lesion_state("T_H", j): (les.growth * alive(positive(high)) - les.kill["H"] - drug - lost - u) * high
        + back * low,
        lesion_state("T_L", j): (les.growth * alive(positive(low)) - les.kill["L"] - drug - lost - back) * low
        + u * high,
        lesion_state("T_N", j): (les.growth * alive(positive(negative)) - les.kill["N"] - bystander - drug) * negative
        + lost * (high + low),
        lesion_state("D", j): dead_cells_gained(y, p, les, j)
        + p.shed * p[lesion_state("r", j)] * les.tumour
        - p.kD * y[lesion_state("D", j)],
    }


def mutants(y: Values, p: Values, *, lesions: int) -> dict[str, Any]:
    """Give the growth of the expected number of surviving mutants: mutations times the chance ``1 - death / birth``.

    Mutants are discrete. The first one whose line survives is born when this number passes the patient's own draw
    (``luck``, exponential with mean 1), so that nobody relapses from a fraction of a cell.
    """
    seen: Any = 0.0
    for j in range(lesions):
        seen = seen + y[lesion_state("T_H", j)] + y[lesion_state("T_L", j)]
    return {"Mut": _mutation(p) * seen / p.turnover}


def _mutation(p: Values) -> Any:
    """Give the rate per day at which a cell's line loses the antigen, or the HLA molecule that shows it, for good."""
    return p.muN + p.mhc * p.muHLA


def _lost_for_good(y: Values, p: Values, j: int) -> Any:
    """Give the rate per day at which seen cells of a lesion become negative.

    None before the patient's first surviving mutant. That one is ``turnover`` cells (the mean size, soon, of a line
    known to survive) in the lesion where it is born (``first``: 1 / the lesion's share of cells there, 0 elsewhere).
    """
    away = (y.Mut / p.luck - 1.0) / _HALF_WINDOW
    inside = positive(1.0 - away * away)
    birth = 15.0 / 16.0 * inside * inside / (_HALF_WINDOW * p.luck)
    later = minimum(positive(0.5 + 0.5 * away), 1.0)
    return _mutation(p) * (later * later * (3.0 - 2.0 * later) + p[lesion_state("first", j)] * birth)


def dead_cells_gained(y: Values, p: Values, les: Lesion, j: int) -> Any:
    """Give the cells killed per day in a lesion by engineered cells and drugs."""
    negative = y[lesion_state("T_N", j)]
    by_cells = les.total_kill + p.eta * les.total_kill * negative / (les.tumour + 1.0)
    return by_cells + _by_drugs(y, p) * les.tumour


def _by_drugs(y: Values, p: Values) -> Any:
    """Give the kill rate of lymphodepletion, of a tumour drug and of an oncolytic virus."""
    return p.eT * (y.Flu + y.Cy) + y.Chemo + p.eOnc * y.Onc / (y.Onc + p.EC50_onc)


def clone_rates(y: Values, p: Values, les: Lesion, j: int) -> dict[str, Any]:
    """Give birth and death rates per day of each class, for the fate of a clone's last cell.

    A change of class is neither: the cell lives on.
    """
    drug = _by_drugs(y, p)
    bystander = p.eta * les.total_kill / (les.tumour + 1.0)
    rates: dict[str, Any] = {}
    for c in "HLN":
        extra = bystander if c == "N" else _lost_for_good(y, p, j)
        # A tumour cell divides more often than the tumour grows; the division rate in excess dies.
        rates[f"birth_{lesion_state(f'T_{c}', j)}"] = p.turnover * les.growth
        death = (p.turnover - 1.0) * les.growth + les.kill[c] + drug + extra
        rates[f"death_{lesion_state(f'T_{c}', j)}"] = death
    return rates

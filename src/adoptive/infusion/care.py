"""The ward at work: from the rules of its protocol to each patient's reactions, and from those to the doses given."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from adoptive.cohort.types import Cohort
from adoptive.infusion.protocol import DOSE_UNITS, ON_SIGNS_ALONE, TRIGGERS, CareRule
from adoptive.infusion.types import Ward
from adoptive.parameters import Typical

__all__ = ["AGAINST_FEVER", "Given", "SignLevels", "days_under", "doses_given", "first_dose_day", "wards"]

Floats = NDArray[np.float64]

AGAINST_FEVER: Final = ("antipyretic", "tocilizumab", "dexamethasone", "methylprednisolone", "anakinra")
"""Drugs after which cytokine release may be without fever."""

_AS: Final = {"methylprednisolone": "dexamethasone"}


@dataclass(frozen=True)
class SignLevels:
    """Hold the level of each signal at which each patient shows each sign.

    ``crs_il6_pg_ml`` and ``icans_leak`` are ``(patients, 4)``, the levels of the signs of grades 1, 2, 3 and 4, so that
    the grade is at least 2 from the lowest of the last three; ``igg_mg_dl`` ``(patients,)`` is before treatment.
    """

    crs_il6_pg_ml: Floats
    icans_leak: Floats
    igg_mg_dl: Floats


@dataclass(frozen=True)
class Given:
    """Hold the doses that some patients got, one per row in order of patient and day.

    ``row`` the patient, ``ward`` the place of the rule, ``day`` since randomisation, ``dose`` in ``unit``.
    """

    row: NDArray[np.int64]
    ward: NDArray[np.int64]
    drug: NDArray[np.str_]
    day: Floats
    dose: Floats
    unit: NDArray[np.str_]


def wards(rules: Sequence[CareRule], cohort: Cohort, levels: SignLevels, *, typical: Typical) -> tuple[Ward, ...]:
    """Turn rules into the ward's reactions: each patient's own threshold and amount.

    Arguments: ``rules`` as :meth:`Care.in_force` gives them; ``levels`` of the same patients as ``cohort``.
    """
    return tuple(_ward(rule, cohort, levels, typical) for rule in rules)


def _ward(rule: CareRule, cohort: Cohort, levels: SignLevels, typical: Typical) -> Ward:
    amount = _AMOUNT.get(rule.drug, _plain)(rule.dose, cohort, levels, typical.book)
    return Ward(
        drug=rule.drug,
        unit=DOSE_UNITS[rule.drug] if rule.drug != "tocilizumab" else "mg",
        dose=amount if rule.drug == "tocilizumab" else np.full(len(cohort), rule.dose),
        signal=TRIGGERS[rule.trigger][0],
        threshold=_threshold(rule, levels),
        jump=None if rule.drug in ON_SIGNS_ALONE else _AS.get(rule.drug, rule.drug),
        amount=amount,
        delay_days=rule.delay_days,
        lockout_days=rule.interval_days,
        maximum=rule.maximum,
        again_days=rule.interval_days,
        lasting_days=rule.lasting_days,
        stock_doses=0 if rule.stock_doses >= rule.maximum else rule.stock_doses,
        restock_days=rule.restock_days,
        from_day=rule.from_day,
    )


def _threshold(rule: CareRule, levels: SignLevels) -> Floats:
    """Give the level of the signal at which the rule holds; signals of a lack are negative."""
    patients = len(levels.igg_mg_dl)
    if rule.trigger == "CRS grade":
        return np.asarray(levels.crs_il6_pg_ml[:, int(rule.level) - 1 :].min(axis=1))
    if rule.trigger == "ICANS grade":
        return np.asarray(levels.icans_leak[:, int(rule.level) - 1 :].min(axis=1))
    if rule.trigger == "IgG below":
        return np.asarray(-rule.level / levels.igg_mg_dl)
    return np.full(patients, -rule.level if rule.trigger == "neutrophils below" else rule.level)


Rows = Mapping[str, Any]


def _plain(dose: float, cohort: Cohort, levels: SignLevels, book: Rows) -> Floats:
    return np.full(len(cohort), dose)


def _tocilizumab(dose: float, cohort: Cohort, levels: SignLevels, book: Rows) -> Floats:
    return np.asarray(np.minimum(cohort.weight_kg * dose, book["infusion.tocilizumab_limit_mg"].value))


def _methylprednisolone(dose: float, cohort: Cohort, levels: SignLevels, book: Rows) -> Floats:
    return np.full(len(cohort), dose / book["infusion.methylprednisolone_equivalent"].value)


def _immunoglobulin(dose: float, cohort: Cohort, levels: SignLevels, book: Rows) -> Floats:
    """Give the rise as a fraction of the patient's own baseline: grams per kg are 1000 mg per kg."""
    return np.asarray(1000.0 * dose * book["infusion.immunoglobulin_rise_mg_dl"].value / levels.igg_mg_dl)


def _rimiducid(dose: float, cohort: Cohort, levels: SignLevels, book: Rows) -> Floats:
    return np.full(len(cohort), dose / book["infusion.rimiducid_unit_mg_kg"].value)


_AMOUNT: Final[dict[str, Callable[[float, Cohort, SignLevels, Rows], Floats]]] = {
    "tocilizumab": _tocilizumab,
    "methylprednisolone": _methylprednisolone,
    "immunoglobulin": _immunoglobulin,
    "rimiducid": _rimiducid,
}


def doses_given(reactions: Sequence[Ward], fired_day: Floats, *, until: Floats) -> Given:
    """List the doses that the ward gave up to each patient's last day, with day, drug and dose.

    Arguments: ``fired_day`` ``(patients, wards, times)`` of the trajectory, the days on which the signs appeared;
    ``until`` ``(patients,)``. A dose is given ``delay_days`` after its sign.
    """
    count = min(len(reactions), fired_day.shape[1])
    delay = np.array([ward.delay_days for ward in reactions[:count]])
    day = fired_day[:, :count] + delay[None, :, None]
    row, ward, time = np.nonzero(np.isfinite(day) & (day <= until[:, None, None]))
    when = day[row, ward, time]
    order = np.lexsort((ward, when, row))
    row, ward, when = row[order], ward[order], when[order]
    names = np.array([reaction.drug for reaction in reactions], dtype=np.str_)
    units = np.array([reaction.unit for reaction in reactions], dtype=np.str_)
    dose = np.array([np.broadcast_to(reaction.dose, len(fired_day)) for reaction in reactions]).reshape(
        -1, len(fired_day)
    )
    return Given(row, ward, names[ward], when, dose[ward, row], units[ward])


def first_dose_day(reactions: Sequence[Ward], fired_day: Floats, *, drugs: Sequence[str]) -> Floats:
    """Give the day of the first dose of any of some drugs, ``(patients,)``; inf = none. An order hides no fever."""
    first = np.full(len(fired_day), np.inf)
    for place, ward in enumerate(reactions):
        if ward.drug in drugs:
            first = np.minimum(first, fired_day[:, place].min(axis=1, initial=np.inf) + ward.delay_days)
    return first


def days_under(reactions: Sequence[Ward], fired_day: Floats, day: Floats, *, drug: str) -> NDArray[np.bool_]:
    """Mark the recorded days ``(patients, days)`` on which a drug was given; a dose counts for the day of its hour.

    Arguments: ``day`` ``(days,)`` the ascending grid of days; ``drug`` as the protocol names it.
    """
    marked = np.zeros((len(fired_day), len(day)), np.bool_)
    for place, ward in enumerate(reactions):
        if ward.drug == drug:
            given = fired_day[:, place] + ward.delay_days
            row, time = np.nonzero(np.isfinite(given) & (given >= day[0]))
            marked[row, np.searchsorted(day, given[row, time], side="right") - 1] = True
    return marked

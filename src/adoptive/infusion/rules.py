"""Decide on the next infusion: the study's repeat rule, and its own rules that stop, hold, reduce or release it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from adoptive.cohort.types import Cohort
from adoptive.infusion.types import Regimen, RegimenRule
from adoptive.parameters import Typical
from adoptive.streams import Keys

__all__ = ["NEED_SCANS", "Decision", "Gate", "Known", "decide", "may_repeat"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Counts = NDArray[np.int64]

NEED_SCANS: Final = ("progression", "response", "no response")
"""Signals that only scans show."""


@dataclass(frozen=True)
class Known:
    """Hold what the clinic knows of each patient on the day of a decision, all ``(patients,)``.

    ``benefit`` is stable disease or better at the last scan (also before there was one), ``responded`` a partial
    response or better. Grades are the worst since the latest infusion, 0 before the first; so is dose-limiting
    toxicity, by cytokine release and neurotoxicity. ``b_cells`` is a fraction of baseline, ``antigen_negative`` the
    share of the tumour's cells that the receptor no longer sees.
    """

    alive: Flags
    fit: Flags
    progressed: Flags
    benefit: Flags
    responded: Flags
    neutrophils_e9_l: Floats
    platelets_e9_l: Floats
    crs_grade: Counts
    icans_grade: Counts
    dose_limiting: Flags
    cells_per_ul: Floats
    b_cells: Floats
    antigen_negative: Floats

    def __len__(self) -> int:
        return len(self.alive)


@dataclass(frozen=True)
class Decision:
    """Hold the answer for each patient, ``(patients,)``: given now, held (``wait_days`` > 0), or neither: given up.

    ``dose_factor`` is the reduced dose over the planned one; ``depleted`` says who gets lymphodepletion, if the regimen
    has it before this infusion. ``holds`` ``(patients, rules + 1)`` counts how often each rule, and last the trial's
    criteria, have held this infusion.
    """

    given: Flags
    wait_days: Floats
    dose_factor: Floats
    depleted: Flags
    holds: Counts


class Gate(Protocol):
    """Say who may be conditioned ("treatment") or infused ("infusion day") by the trial's own criteria."""

    def asks(self, at: str) -> bool:
        """Say whether anything is asked at a gate."""

    def passes(self, at: str, cohort: Cohort, known: Known) -> tuple[Flags, Flags]:
        """Say who passes a gate by what is known on the day, and who of the others may pass later, ``(patients,)``."""


_SIGNALS: Final[dict[str, Callable[[Known, float], Any]]] = {
    "always": lambda known, level: np.ones(len(known), bool),
    "progression": lambda known, level: known.progressed,
    "response": lambda known, level: known.responded,
    "no response": lambda known, level: ~known.responded,
    "CRS grade": lambda known, level: known.crs_grade >= level,
    "ICANS grade": lambda known, level: known.icans_grade >= level,
    "DLT": lambda known, level: known.dose_limiting,
    "neutrophils below": lambda known, level: known.neutrophils_e9_l < level,
    "platelets below": lambda known, level: known.platelets_e9_l < level,
    "cells below": lambda known, level: known.cells_per_ul < level,
    "cells above": lambda known, level: known.cells_per_ul > level,
    "B cells above": lambda known, level: known.b_cells > level,
    "antigen-negative above": lambda known, level: known.antigen_negative > level,
}


def decide(
    regimen: Regimen,
    known: Known,
    *,
    number: int,
    cells_left: Flags,
    holds: Counts,
    keys: Keys,
    typical: Typical,
    admitted: tuple[Flags, Flags] | None = None,
) -> Decision:
    """Decide on an infusion (the first is number 1) by what is known on the day.

    Who is dead, unfit, without cells or barred by the repeat rule gets none. Then the study's rules: one that stops
    ends it; one that holds, or waits for a signal, puts the question off, and gives up after ``at_most`` times.

    Arguments: ``cells_left`` says for whom a dose is left; ``holds`` ``(patients, rules + 1)`` of this infusion so far,
    the trial's own criteria last; ``admitted`` who meets these, and who of the others may meet them later.
    """
    allowed = may_repeat(regimen, known, number=number, cells_left=cells_left, keys=keys, typical=typical)
    wait, counted, over = np.zeros(len(known)), holds.copy(), np.zeros(len(known), bool)
    if admitted is not None:
        passed, later = admitted
        over |= ~passed & (~later | (holds[:, -1] >= typical.at("infusion.gate_tries", keys)))
        wait = np.where(passed, 0.0, typical.at("infusion.gate_wait_days", keys))
        counted[:, -1] += ~passed
    factor, depleted = np.ones(len(known)), np.ones(len(known), bool)
    released = _released(regimen, known, number)
    for place, rule in enumerate(regimen.rules):
        if not _applies(rule, number):
            continue
        on = np.asarray(_SIGNALS[rule.when](known, rule.level))
        if rule.then == "stop":
            over |= on
        elif rule.then == "reduce":
            factor = np.where(on, np.minimum(factor, rule.dose_factor), factor)
        elif rule.then == "skip lymphodepletion":
            depleted &= ~on
        else:
            asks = ~released if rule.then == "infuse" else on
            over |= asks & (holds[:, place] >= rule.at_most)
            wait = np.where(asks, np.maximum(wait, rule.hold_days), wait)
            counted[:, place] += asks
    held = allowed & ~over & (wait > 0)
    counted = np.where(held[:, None], counted, holds)
    return Decision(allowed & ~over & ~held, np.where(held, wait, 0.0), factor, depleted, counted)


def _released(regimen: Regimen, known: Known, number: int) -> Flags:
    """Say who shows one of the signals for which the infusion waits; everybody if it waits for none."""
    waits = [rule for rule in regimen.rules if rule.then == "infuse" and _applies(rule, number)]
    if not waits:
        return np.ones(len(known), bool)
    return np.asarray(np.any([_SIGNALS[rule.when](known, rule.level) for rule in waits], axis=0))


def _applies(rule: RegimenRule, number: int) -> bool:
    return rule.from_infusion <= number <= rule.to_infusion


def may_repeat(
    regimen: Regimen, known: Known, *, number: int, cells_left: Flags, keys: Keys, typical: Typical
) -> Flags:
    """Say who may get an infusion by the repeat rule.

    Alive, fit, cells left, number allowed; from the second infusion on not progressed (or stable or better) and with
    recovered counts. With "rules only" the study's rules alone decide on these two; a rule on a count stands in the
    place of the usual need for that count.
    """
    usual = cells_left & known.alive & known.fit & (number <= regimen.max_infusions)
    if number == 1 or regimen.repeat_rule == "rules only":
        return np.asarray(usual)
    if regimen.repeat_rule == "never":
        return np.zeros(len(known), bool)
    own = {rule.when for rule in regimen.rules if _applies(rule, number)}
    for name, count in (("neutrophils", known.neutrophils_e9_l), ("platelets", known.platelets_e9_l)):
        if f"{name} below" not in own:
            usual = usual & (count >= typical.at(f"infusion.{name}_needed_e9_l", keys))
    well = known.benefit if regimen.repeat_rule == "benefit" else ~known.progressed
    return np.asarray(usual & well)

"""The lowest counts are those from the infusion on: what lymphodepletion did before it does not count."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from adoptive.outcome.clinic.laboratory_record import grade_blood
from adoptive.outcome.clinic.laboratory_values import ANALYTES, CALENDAR, LaboratoryPanel
from adoptive.parameters import load_book

WHEN = np.array([np.nan, *CALENDAR])
NEVER = np.array([np.inf])


def flat(level: float) -> LaboratoryPanel:
    """Give one patient with the same value of everything on every day."""
    values = {name: np.full((1, len(WHEN)), level) for name in ANALYTES}
    return LaboratoryPanel(WHEN, WHEN[None, :] + 10.0, **values)


def nadirs(panel: LaboratoryPanel) -> tuple[float, float]:
    found = grade_blood(panel, load_book(), last_day=NEVER, progression_day=NEVER, next_therapy_day=NEVER)
    return float(found.neutrophil_nadir_e9_l[0]), float(found.igg_nadir_g_l[0])


def test_a_low_value_counts_from_the_day_of_the_infusion() -> None:
    panel = flat(5.0)
    for day, counts in ((np.nan, False), (-3.0, False), (-1.0, False), (0.0, True), (30.0, True), (100.0, True)):
        at = 0 if np.isnan(day) else int(np.flatnonzero(day == WHEN)[0])
        low = panel.neutrophils_e9_l.copy()
        low[0, at] = 2.0
        assert nadirs(replace(panel, neutrophils_e9_l=low, igg_g_l=low)) == ((2.0, 2.0) if counts else (5.0, 5.0)), day


def test_without_a_value_after_the_infusion_there_is_none() -> None:
    panel = flat(5.0)
    gone = np.where(WHEN >= 0, np.nan, panel.neutrophils_e9_l)
    assert nadirs(replace(panel, neutrophils_e9_l=gone, igg_g_l=gone)) == (0.0, 0.0)

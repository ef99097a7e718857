"""Infections: a rate that lack of neutrophils, lymphocytes and immunoglobulin G raises, and days and grades drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from adoptive.outcome.clinic.hazard import first_passage
from adoptive.parameters import Typical, draw_patients
from adoptive.streams import Keys, Streams

__all__ = ["MOST_INFECTIONS", "Infections", "draw_infections", "infection_hazard", "longest_lack"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

MOST_INFECTIONS: Final = 5
"""Most infections that are drawn for a patient."""

SEVERE_E9_L: Final = 0.5
PROFOUND_E9_L: Final = 0.1
"""Neutrophils below which ICAHT calls their lack severe and profound (10.1182/blood.2023020578)."""
LYMPHOPENIA_E9_L: Final = 0.2
"""Lymphocytes below which CTCAE 5.0 calls their lack grade 4."""
LOW_IGG_G_L: Final = 4.0
"""Immunoglobulin G below which replacement is usually given."""
LONG_DAYS: Final = 7.0
"""Days after which neutropenia is long; the first day counts as 0."""


@dataclass(frozen=True)
class Infections:
    """Hold each patient's infections in order, ``(patients, infections)``: onset day (inf = none) and CTCAE-like grade.

    Grade 2 is treated by mouth, 3 needs a drug into the vein or a procedure, 4 threatens life; 0 = no such infection.
    """

    day: Floats
    grade: Codes

    @property
    def number(self) -> Codes:
        """Count each patient's infections, ``(patients,)``."""
        return np.asarray(np.isfinite(self.day).sum(axis=1), np.int64)

    @property
    def worst_grade(self) -> Codes:
        """Give each patient's worst grade, 0 without infection, ``(patients,)``."""
        return np.asarray(self.grade.max(axis=1, initial=0))

    @property
    def first_day(self) -> Floats:
        """Give the day of the first infection, inf without one, ``(patients,)``."""
        return np.asarray(self.day.min(axis=1, initial=np.inf))


def longest_lack(short: NDArray[np.bool_], day: Floats) -> Floats:
    """Give for how many days in a row a lack has lasted by each day, ``(patients, days)``; its first day counts as 0.

    >>> longest_lack(np.array([[True, True, False, True]]), np.array([0.0, 1.0, 2.0, 3.0])).tolist()
    [[0.0, 1.0, 0.0, 0.0]]
    """
    when = np.broadcast_to(day, short.shape)
    before = np.concatenate([np.zeros((len(short), 1), np.bool_), short[:, :-1]], axis=1)
    began = np.maximum.accumulate(np.where(short & ~before, when, -np.inf), axis=1)
    return np.where(short, when - np.where(short, began, 0.0), 0.0)


def infection_hazard(
    neutrophils_e9_l: Floats, lymphocytes_e9_l: Floats, igg_g_l: Floats, day: Floats, *, keys: Keys, typical: Typical
) -> Floats:
    """Give the daily rate of infections ``(patients, days)`` of a typical patient with these counts.

    ``h = h0 f_neutrophils f_long f_lymphocytes f_IgG``: neutrophils below 0.5 or below 0.1e9/L, from the eighth day in
    a row below 0.5, lymphocytes below 0.2e9/L, immunoglobulin G below 4 g/L.
    """

    def row(name: str) -> Floats:
        return typical.at(f"outcome.infection_{name}", keys)[:, None]

    severe = neutrophils_e9_l < SEVERE_E9_L
    depth = np.where(neutrophils_e9_l < PROFOUND_E9_L, row("profound"), np.where(severe, row("neutropenia"), 1.0))
    length = np.where(longest_lack(severe, day) >= LONG_DAYS, row("long"), 1.0)
    cells = np.where(lymphocytes_e9_l < LYMPHOPENIA_E9_L, row("lymphopenia"), 1.0)
    antibodies = np.where(igg_g_l < LOW_IGG_G_L, row("low_igg"), 1.0)
    return np.asarray(row("rate") * depth * length * cells * antibodies)


def draw_infections(
    neutrophils_e9_l: Floats,
    lymphocytes_e9_l: Floats,
    igg_g_l: Floats,
    day: Floats,
    *,
    keys: Keys,
    typical: Typical,
    streams: Streams,
) -> Infections:
    """Draw every patient's infections from true counts ``(patients, days)`` on days ``(days,)``, NaN = not followed.

    The cumulative hazard passes one more standard exponential for each infection; the exponentials belong to the
    patient, so better counts of the same patient can only postpone what happens to him. Infections do not act back on
    the model: no death, no fever, no effect on the cells.
    """
    hazard = infection_hazard(neutrophils_e9_l, lymphocytes_e9_l, igg_g_l, day, keys=keys, typical=typical)
    hazard = hazard * draw_patients(typical, streams, name="outcome.infection_frailty", keys=keys)[:, None]
    hazard = np.where(np.isnan(neutrophils_e9_l + lymphocytes_e9_l + igg_g_l), 0.0, hazard)
    due = np.cumsum(streams.exponential("outcome.infection", keys, MOST_INFECTIONS), axis=1)
    onset = np.column_stack([first_passage(hazard, day, threshold) for threshold in due.T])
    at = np.clip(np.searchsorted(day, onset, side="right") - 1, 0, len(day) - 1)
    low = np.take_along_axis(neutrophils_e9_l, at, axis=1) < SEVERE_E9_L
    return Infections(onset, _grade(onset, low, keys=keys, typical=typical, streams=streams))


def _grade(onset: Floats, low: NDArray[np.bool_], *, keys: Keys, typical: Typical, streams: Streams) -> Codes:
    """Draw the grade of each infection; lack of neutrophils raises the odds of a severe one."""

    def row(name: str) -> Floats:
        return typical.at(f"outcome.infection_{name}", keys)[:, None]

    odds = row("severe") / (1.0 - row("severe")) * np.where(low, row("severe_neutropenia"), 1.0)
    lot = streams.uniform("outcome.infection grade", keys, MOST_INFECTIONS)
    grade = np.where(lot < row("life_threat"), 4, np.where(lot < odds / (1.0 + odds), 3, 2))
    return np.where(np.isfinite(onset), grade, 0).astype(np.int64)

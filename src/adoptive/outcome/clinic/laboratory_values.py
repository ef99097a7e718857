"""What the patients' laboratory prints: the model's states, and a simple documented link for what it does not hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from adoptive.kinetics.states import IN_BLOOD
from adoptive.kinetics.types import Physiology, Trajectory
from adoptive.parameters import Book, Kinds, Typical, draw_patients
from adoptive.streams import Keys, Streams

__all__ = [
    "ANALYTES",
    "CALENDAR",
    "LaboratoryPanel",
    "calendar_days",
    "limits_of_normal",
    "printed_values",
    "true_values",
]

Floats = NDArray[np.float64]
States = dict[str, Floats]
Row = Callable[[str], Floats]

CALENDAR: Final = (*range(-3, 31), *range(37, 101, 7))
"""Days after the infusion on which blood is taken: daily from day -3 to 30, then weekly to 100."""

ANALYTES: Final = {
    "neutrophils_e9_l": "neutrophils",
    "lymphocytes_e9_l": "lymphocytes",
    "white_cells_e9_l": "",
    "platelets_e9_l": "platelets",
    "haemoglobin_g_l": "haemoglobin",
    "crp_mg_l": "crp",
    "ferritin_ug_l": "ferritin",
    "ldh_u_l": "ldh",
    "uric_acid_mg_dl": "uric_acid",
    "potassium_mmol_l": "potassium",
    "phosphate_mg_dl": "phosphate",
    "calcium_mg_dl": "calcium",
    "creatinine_mg_dl": "creatinine",
    "alt_u_l": "alt",
    "ast_u_l": "ast",
    "bilirubin_mg_dl": "bilirubin",
    "fibrinogen_g_l": "fibrinogen",
    "albumin_g_l": "albumin",
    "sodium_mmol_l": "sodium",
    "triglycerides_mmol_l": "triglycerides",
    "igg_g_l": "igg",
    "b_cells_per_ul": "b_cells",
}
"""Every analyte with its unit in the name, and the name of its scatter; white cells are the sum of their kinds."""

LOWEST_CALCIUM_MG_DL: Final = 4.0
"""Calcium is never drawn lower: nobody lives with less."""
LOWEST: Final = {"platelets_e9_l": 1.0, "ldh_u_l": 1.0}
"""The lowest that the laboratory prints, where it never prints 0; of all else it is 0."""
HIGH_URATE_MG_DL: Final = 8.0
"""Uric acid above which the kidney suffers, the limit of Cairo and Bishop (10.1111/j.1365-2141.2004.05094.x)."""

_READ: Final = ("ANC", "L", "PLT", "CRP", "FER", "LDH", "UA", "K", "PO4", "IgG", "B", *IN_BLOOD)


@dataclass(frozen=True)
class LaboratoryPanel:
    """Hold laboratory values ``(patients, days)`` with the unit in the name; NaN = no blood was taken.

    The first column is the baseline, on the day before lymphodepletion (or the infusion); the others are the days of
    ``after_infusion`` ``(days,)``, whose first entry stands for the baseline and is NaN. ``day`` is the day of the
    trajectory. Calcium is corrected for albumin.
    """

    after_infusion: Floats
    day: Floats
    neutrophils_e9_l: Floats
    lymphocytes_e9_l: Floats
    white_cells_e9_l: Floats
    platelets_e9_l: Floats
    haemoglobin_g_l: Floats
    crp_mg_l: Floats
    ferritin_ug_l: Floats
    ldh_u_l: Floats
    uric_acid_mg_dl: Floats
    potassium_mmol_l: Floats
    phosphate_mg_dl: Floats
    calcium_mg_dl: Floats
    creatinine_mg_dl: Floats
    alt_u_l: Floats
    ast_u_l: Floats
    bilirubin_mg_dl: Floats
    fibrinogen_g_l: Floats
    albumin_g_l: Floats
    sodium_mmol_l: Floats
    triglycerides_mmol_l: Floats
    igg_g_l: Floats
    b_cells_per_ul: Floats

    def of(self, analyte: str) -> Floats:
        """Give one analyte, ``(patients, days)``."""
        values: Floats = getattr(self, analyte)
        return values

    def baseline(self, analyte: str) -> Floats:
        """Give one analyte before treatment, ``(patients,)``."""
        return self.of(analyte)[:, 0]


def limits_of_normal(analyte: str, book: Book) -> tuple[float, float]:
    """Give the lower and upper limit of normal of an analyte in its own unit.

    >>> from adoptive.parameters import load_book
    >>> limits_of_normal("alt_u_l", load_book())
    (5.0, 40.0)
    """
    return book[f"outcome.{analyte}_lower"].value, book[f"outcome.{analyte}_upper"].value


def calendar_days(infusion_day: Floats, lead_days: Floats) -> Floats:
    """Give the days of blood samples ``(patients, days)``: before lymphodepletion, then those of :data:`CALENDAR`."""
    before = np.maximum(infusion_day - np.maximum(lead_days, 3.0) - 1.0, 0.0)
    return np.column_stack([before, infusion_day[:, None] + np.asarray(CALENDAR, np.float64)])


def true_values(
    trajectory: Trajectory,
    body: Physiology,
    keys: Keys,
    *,
    infusion_day: Floats,
    lead_days: Floats,
    known_until: Floats,
    typical: Typical,
    streams: Streams,
    rows: NDArray[np.int64] | None = None,
    albumin_g_l: Floats | None = None,
    kinds: Kinds | None = None,
) -> LaboratoryPanel:
    """Give every patient's laboratory values at the days of the calendar, free of scatter.

    docs/rules/signs.md gives the formula of each. After ``known_until`` there are none (NaN).

    Parameters
    ----------
    trajectory, body
        What happened to some patients.
    keys, infusion_day, lead_days, known_until
        Of those patients who had an infusion, ``(patients,)``: their keys, its day, the days by which lymphodepletion
        precedes it, the last day on which anything is known.
    rows
        Which patients of the trajectory these are; None = all.
    albumin_g_l
        Albumin before treatment, ``(patients,)``, where it is known; None = as the row has it.
    kinds
        Of what tumour type they are, whose own rows then stand for the general ones.
    """
    day = calendar_days(infusion_day, lead_days)
    who = np.arange(len(trajectory)) if rows is None else rows
    states, body = _states_at(trajectory, who, day), body.take(who)

    def row(name: str) -> Floats:
        return draw_patients(typical, streams, name=f"outcome.{name}", keys=keys, kinds=kinds)[:, None]

    drive = _drives(states, body)
    true = _counts(states, body, row) | _red_cells(day, drive, row) | _chemistry(states, drive, row)
    true |= _enzymes(drive, row)
    if albumin_g_l is not None:
        true["albumin_g_l"] = true["albumin_g_l"] * albumin_g_l[:, None] / row("albumin_g_l")
    other = typical.at("outcome.leukocytes_other_e9_l", keys)[:, None]
    true["white_cells_e9_l"] = true["neutrophils_e9_l"] + true["lymphocytes_e9_l"] + other
    seen = day <= known_until[:, None]
    values = {name: np.where(seen, np.maximum(true[name], LOWEST.get(name, 0.0)), np.nan) for name in ANALYTES}
    return LaboratoryPanel(np.array([np.nan, *CALENDAR]), day, **values)


def printed_values(true: LaboratoryPanel, keys: Keys, *, typical: Typical, streams: Streams) -> LaboratoryPanel:
    """Give the values as the laboratory prints them: ``true exp(sd z)``, a z of each analyte's own for every sample.

    White cells are printed as the sum of their printed kinds.
    """
    samples, printed = true.day.shape[1], {}
    for analyte, name in ANALYTES.items():
        if name:
            noise = streams.normal(f"outcome.laboratory.{name}", keys, samples).reshape(-1, samples)
            printed[analyte] = true.of(analyte) * np.exp(typical.at(f"outcome.{name}_noise", keys)[:, None] * noise)
    other = typical.at("outcome.leukocytes_other_e9_l", keys)[:, None]
    printed["white_cells_e9_l"] = printed["neutrophils_e9_l"] + printed["lymphocytes_e9_l"] + other
    return replace(true, **printed)


def _states_at(trajectory: Trajectory, who: NDArray[np.int64], day: Floats) -> States:
    """Give the states at each patient's days, linear between recorded days; only those days are read."""
    grid = trajectory.day
    inside = np.clip(day, grid[0], grid[-1])
    after = np.clip(np.searchsorted(grid, inside, side="left"), 1, len(grid) - 1)
    place = np.array([trajectory.names.index(name) for name in _READ])
    values = trajectory.values[who[:, None, None], after[..., None], place]
    # most samples fall on a recorded day and need no other one
    patient, sample = np.nonzero(inside < grid[after])
    right = after[patient, sample]
    weight = ((grid[right] - inside[patient, sample]) / (grid[right] - grid[right - 1]))[:, None]
    before = trajectory.values[who[patient, None], (right - 1)[:, None], place]
    values[patient, sample] += weight * (before - values[patient, sample])
    return {name: values[..., at] for at, name in enumerate(_READ)}


def _drives(states: States, body: Physiology) -> States:
    """Give what moves the linked values: inflammation A and ferritin M, both 0 to 1, lysis and lack of platelets."""

    def of(name: str) -> Floats:
        return body.of(name)[:, None]

    return {
        "A": np.clip((states["CRP"] - of("CRP0")) / of("eCRP"), 0.0, 1.0),
        "M": np.clip((states["FER"] / of("Fer0") - 1.0) / of("eFer"), 0.0, 1.0),
        "lysis": np.maximum(states["LDH"] / of("LDH_0") - 1.0, 0.0),
        "phosphate": np.maximum(states["PO4"] - of("PO4_0"), 0.0),
        "marrow": np.clip(1.0 - states["PLT"] / of("PLT_0"), 0.0, 1.0),
    }


def _counts(states: States, body: Physiology, row: Row) -> States:
    """Give the counts that the model holds; engineered cells are lymphocytes to the laboratory."""
    engineered = np.maximum(np.sum([states[name] for name in IN_BLOOD], axis=0), 0.0) / body.of("Vb")[:, None]
    return {
        "neutrophils_e9_l": states["ANC"],
        "lymphocytes_e9_l": (states["L"] + engineered) / 1e3,
        "platelets_e9_l": states["PLT"],
        "igg_g_l": row("igg_g_l") * states["IgG"],
        "b_cells_per_ul": row("b_cells_per_ul") * states["B"],
    }


def _red_cells(day: Floats, drive: States, row: Row) -> States:
    """Give haemoglobin: it follows ``Hb0 (1 - share (1 - PLT / PLT0))`` at a rate, from its baseline on."""
    target = row("haemoglobin_g_l") * (1.0 - row("marrow_red_share") * drive["marrow"])
    kept = np.exp(-row("red_cell_rate") * np.diff(day, axis=1))
    level = np.empty(day.shape)
    level[:, 0] = row("haemoglobin_g_l")[:, 0]
    for at in range(1, day.shape[1]):
        weight = kept[:, at - 1]
        level[:, at] = weight * level[:, at - 1] + (1.0 - weight) * target[:, at]
    return {"haemoglobin_g_l": level}


def _chemistry(states: States, drive: States, row: Row) -> States:
    """Give proteins, salts and what lysis sets free."""
    inflamed, consumed = drive["A"], drive["M"]
    rise, fall = 1.0 + row("fibrinogen_rise") * inflamed, 1.0 - row("fibrinogen_fall") * consumed
    urate = np.maximum(states["UA"] - HIGH_URATE_MG_DL, 0.0)
    calcium = row("calcium_mg_dl") - row("calcium_phosphate") * drive["phosphate"]
    return {
        "crp_mg_l": states["CRP"],
        "ferritin_ug_l": states["FER"],
        "ldh_u_l": states["LDH"],
        "uric_acid_mg_dl": states["UA"],
        "potassium_mmol_l": states["K"],
        "phosphate_mg_dl": states["PO4"],
        "calcium_mg_dl": np.maximum(calcium, LOWEST_CALCIUM_MG_DL),
        "fibrinogen_g_l": row("fibrinogen_g_l") * rise * fall,
        "albumin_g_l": row("albumin_g_l") * (1.0 - row("albumin_fall") * inflamed),
        "sodium_mmol_l": row("sodium_mmol_l") - row("sodium_fall_mmol_l") * inflamed,
        "triglycerides_mmol_l": row("triglycerides_mmol_l") * (1.0 + row("triglycerides_rise") * consumed),
        "creatinine_mg_dl": row("creatinine_mg_dl")
        * (1.0 + row("creatinine_rise") * inflamed + row("creatinine_urate") * urate),
    }


def _enzymes(drive: States, row: Row) -> States:
    """Give what the liver shows: enzymes and bilirubin follow the macrophages' activation, AST lysis too."""
    consumed = drive["M"]
    return {
        "alt_u_l": row("alt_u_l") * (1.0 + row("alt_rise") * consumed),
        "ast_u_l": row("ast_u_l") * (1.0 + row("ast_rise") * consumed + row("ast_lysis") * drive["lysis"]),
        "bilirubin_mg_dl": row("bilirubin_mg_dl") * (1.0 + row("bilirubin_rise") * consumed),
    }

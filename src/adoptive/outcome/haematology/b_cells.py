"""B-cell aplasia, low immunoglobulin G and its replacement after cells against CD19 or BCMA.

CTCAE grades neither B cells nor immunoglobulin G, so nothing here is a CTCAE grade. Aplasia below 20 B cells per uL is
a convention of clinical reports, not a consensus. The rules of replacement differ; they are options (see the table of
Wonnaparhown et al. 2024, 10.1038/s41408-024-01107-6).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.errors import StudyError
from adoptive.outcome.haematology.known import NO, NOT_KNOWN, YES, all_of, any_of, below, coded, measured, one_of
from adoptive.outcome.types import Graded

__all__ = [
    "Aplasia",
    "ReplacementRule",
    "find_b_cell_aplasia",
    "is_immunoglobulin_due",
    "is_immunoglobulin_low",
    "replacement_dose_g",
]

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
ReplacementRule = Literal["Hill 2019", "AAAAI 2022", "HCT", "ASBMT"]

APLASIA_PER_UL: Final = 20.0
CONFIRMING_VALUES: Final = 2
LOW_IGG_MG_DL: Final = 400.0
MODERATE_IGG_MG_DL: Final = 600.0
VERY_LOW_IGG_MG_DL: Final = 150.0
IMPAIRED_IGG_MG_DL: Final = 700.0
FIRST_MONTHS_DAYS: Final = 91.0
DOSE_G_PER_KG: Final = (0.4, 0.6)

RULES: Final = ("Hill 2019", "AAAAI 2022", "HCT", "ASBMT")

IGG_REASONS: Final = (
    "no immunoglobulin G value: not known",
    "immunoglobulin G not low",
    "immunoglobulin G low",
)
DUE_REASONS: Final = (
    "values or signs are missing that decide: not known",
    "replacement is not due",
    "immunoglobulin G at or below 400 mg/dL in the first three months",
    "immunoglobulin G at or below 400 mg/dL with serious or recurrent infection",
    "immunoglobulin G 400 to 600 mg/dL with serious or recurrent infection",
    "immunoglobulin G above 600 mg/dL with recurrent infection and impaired response to vaccines",
    "immunoglobulin G below 150 mg/dL",
    "immunoglobulin G below 400 mg/dL with recurrent infection",
    "immunoglobulin G below 700 mg/dL with recurrent infection, low IgA or IgM and impaired response to vaccines",
    "immunoglobulin G below 400 mg/dL",
    "recurrent infection with low immunoglobulin G",
)


@dataclass(frozen=True)
class Aplasia:
    """Hold B-cell aplasia in the shape of the patients; days are inf where it never begins or does not end.

    ``aplastic`` is 1 in aplasia, 0 outside and -1 before the first count, ``(..., days)``.
    """

    begins_day: Floats
    ends_day: Floats
    episodes: Codes
    aplastic: Codes


def find_b_cell_aplasia(b_cells_per_ul: ArrayLike, day: ArrayLike, *, limit_per_ul: float = APLASIA_PER_UL) -> Aplasia:
    """Find aplasia: it begins with the first count below 20 per uL and ends with two counts in a row at or above.

    Days without a count change nothing. It ends on the day of the first of the two counts.

    Parameters
    ----------
    b_cells_per_ul
        B cells (CD19+) per uL, ``(..., days)``, NaN = not drawn.
    day
        Days ``(days,)`` or ``(..., days)``, ascending.
    limit_per_ul
        Aplasia below this count.

    Returns
    -------
    Begin of the first episode, end of the last (inf while it lasts), number of episodes and the state of every day.

    Raises
    ------
    StudyError
        If there is no axis of days, or a count is negative or infinite.

    >>> found = find_b_cell_aplasia([200.0, 5.0, 30.0, 10.0, 40.0, 60.0], [0, 7, 14, 21, 28, 35])
    >>> float(found.begins_day), float(found.ends_day), int(found.episodes)
    (7.0, 28.0, 1)
    """
    count = measured(b_cells_per_ul, "B-cell count")
    if count.ndim == 0:
        raise StudyError("B-cell aplasia needs an axis of days", value=count.shape, allowed="(..., days)")
    shape, days = count.shape[:-1], count.shape[-1]
    rows = count.reshape(math.prod(shape), days)
    when = np.broadcast_to(np.asarray(day, np.float64), count.shape).reshape(rows.shape)
    state = np.full(rows.shape, NOT_KNOWN, np.int64)
    now, above = np.full(len(rows), NOT_KNOWN), np.zeros(len(rows), np.int64)
    begins, ends, first_above = (np.full(len(rows), np.inf) for _ in range(3))
    first_column, episodes = np.zeros(len(rows), np.int64), np.zeros(len(rows), np.int64)
    for column in range(days):
        value, date = rows[:, column], when[:, column]
        low, high = value < limit_per_ul, value >= limit_per_ul
        starts = low & (now != YES)
        begins, ends = np.where(starts, np.minimum(begins, date), begins), np.where(starts, np.inf, ends)
        episodes += starts
        first_above, first_column = (
            np.where(high & (above == 0), date, first_above),
            np.where(high & (above == 0), column, first_column),
        )
        above = np.where(high, above + 1, np.where(low, 0, above))
        over = (now == YES) & (above >= CONFIRMING_VALUES)
        ends = np.where(over, first_above, ends)
        now = np.where(low, YES, np.where(over | (high & (now == NOT_KNOWN)), NO, now))
        state[:, column] = now
        # the first of the two counts already stood outside
        recovered = np.flatnonzero(over)
        outside = (np.arange(days) >= first_column[recovered, None]) & (np.arange(days) <= column)
        state[recovered] = np.where(outside, NO, state[recovered])
    return Aplasia(
        begins_day=begins.reshape(shape),
        ends_day=ends.reshape(shape),
        episodes=episodes.reshape(shape),
        aplastic=state.reshape(count.shape),
    )


def is_immunoglobulin_low(igg_mg_dl: ArrayLike, *, below_mg_dl: float = LOW_IGG_MG_DL) -> Graded:
    """Tell whether immunoglobulin G is below a limit: 1 yes, 0 no, -1 not known; no grades are published.

    Parameters
    ----------
    igg_mg_dl
        Immunoglobulin G in mg/dL, any shape, NaN = missing. 1 g/L is 100 mg/dL.
    below_mg_dl
        400 severe (default), 600 or 700 in other definitions.

    >>> is_immunoglobulin_low([350.0, 400.0, float("nan")]).grade.tolist()
    [1, 0, -1]
    """
    low = below(measured(igg_mg_dl, "immunoglobulin G"), below_mg_dl)
    return Graded(grade=low, reason=low + 1, reasons=IGG_REASONS)


def is_immunoglobulin_due(
    igg_mg_dl: ArrayLike,
    *,
    recurrent_infection: ArrayLike = NOT_KNOWN,
    impaired_vaccine_response: ArrayLike = NOT_KNOWN,
    low_iga_or_igm: ArrayLike = NOT_KNOWN,
    day: ArrayLike = np.nan,
    rule: ReplacementRule = "Hill 2019",
) -> Graded:
    """Tell whether replacement of immunoglobulin G is due: 1 yes, 0 no, -1 not known.

    Hill 2019: at or below 400 mg/dL in the first three months, later with serious or recurrent infection; 400 to 600
    with infection; above 600 with infection and impaired response to vaccines. AAAAI 2022: below 150; below 400 with
    recurrent infection; below 700 with infection, low IgA or IgM and impaired response. HCT: below 400 (to be
    considered). ASBMT: not without recurrent infection; it names no limit, 400 is taken from HCT.

    Parameters
    ----------
    igg_mg_dl
        Immunoglobulin G in mg/dL, any shape, for instance ``(patients, days)``, NaN = missing.
    recurrent_infection
        Serious or recurrent infection: 1, 0 or -1.
    impaired_vaccine_response, low_iga_or_igm
        1, 0 or -1.
    day
        Days after the infusion; NaN = not known. Only ``"Hill 2019"`` uses it.
    rule
        Which rule.

    Raises
    ------
    StudyError
        If the rule or a code is unknown, or a value is negative or infinite.

    Source: the table of 10.1038/s41408-024-01107-6.

    >>> is_immunoglobulin_due([350.0, 350.0, 500.0], recurrent_infection=0, day=[30, 200, 30]).grade.tolist()
    [1, 0, 0]
    """
    name = one_of(rule, "rule of immunoglobulin replacement", RULES)
    igg = measured(igg_mg_dl, "immunoglobulin G")
    infection = coded(recurrent_infection, "recurrent infection")
    impaired = coded(impaired_vaccine_response, "impaired vaccine response")
    grounds: dict[int, Codes]
    if name == "Hill 2019":
        low, moderate = below(igg, LOW_IGG_MG_DL, at_limit=True), below(igg, MODERATE_IGG_MG_DL, at_limit=True)
        early = below(np.asarray(day, np.float64), FIRST_MONTHS_DAYS, at_limit=True)
        grounds = {2: all_of(low, early), 3: all_of(low, infection), 4: all_of(moderate, infection)}
        grounds[5] = all_of(below(-igg, -MODERATE_IGG_MG_DL), infection, impaired)
    elif name == "AAAAI 2022":
        others = all_of(infection, impaired, coded(low_iga_or_igm, "low IgA or IgM"))
        grounds = {6: below(igg, VERY_LOW_IGG_MG_DL), 7: all_of(below(igg, LOW_IGG_MG_DL), infection)}
        grounds[8] = all_of(below(igg, IMPAIRED_IGG_MG_DL), others)
    elif name == "HCT":
        grounds = {9: below(igg, LOW_IGG_MG_DL)}
    else:
        grounds = {10: all_of(below(igg, LOW_IGG_MG_DL), infection)}
    return _first_ground(grounds)


def replacement_dose_g(weight_kg: ArrayLike, *, dose_g_per_kg: float = DOSE_G_PER_KG[0]) -> Floats:
    """Give the dose of immunoglobulin G in g for one infusion, 0.4 to 0.6 g/kg every three to four weeks.

    >>> float(replacement_dose_g(70.0))
    28.0
    """
    least, most = DOSE_G_PER_KG
    if not least <= dose_g_per_kg <= most:
        raise StudyError(
            "dose of immunoglobulin is out of range", value=dose_g_per_kg, allowed=f"{least} to {most} g/kg"
        )
    return measured(weight_kg, "weight") * dose_g_per_kg


def _first_ground(grounds: dict[int, Codes]) -> Graded:
    """Judge grounds of which one is enough; the first that holds is the reason."""
    signs = np.broadcast_arrays(*grounds.values())
    due = any_of(*signs)
    shown = np.select([sign == YES for sign in signs], list(grounds), 1)
    reason = np.where(due == NOT_KNOWN, 0, shown).astype(np.int64)
    return Graded(grade=due, reason=reason, reasons=DUE_REASONS)

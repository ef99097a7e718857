"""Dose-limiting toxicity of engineered cells: whether it was met, on which day and why, from daily grades.

Protocols differ in wording and numbers, so every number is an option. The defaults follow what phase 1 protocols of
CAR-T cells commonly say (window of 28 days from the first infusion; no single published standard exists).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.errors import StudyError
from adoptive.outcome.types import UNGRADED, as_codes, as_numbers

__all__ = ["DLT_KINDS", "Dlt", "DltRule", "ToxicityDays", "find_dlt"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Bools = NDArray[np.bool_]

DLT_KINDS: Final = ("CRS", "ICANS", "non-haematological", "cytopenia", "death")
"""What a protocol may exempt as a whole; single toxicities are exempted by their own names."""

_SEVERE, _LIFE_THREAT = 3, 4


@dataclass(frozen=True)
class DltRule:
    """Describe what limits the dose; lengths and days in days, counted from the first infusion.

    ``window_days``: a toxicity counts if it begins in it, last day included. ``crs_days``, ``icans_days`` and
    ``other_days``: grade 3 limits the dose if it is still there so long after its first day (72 hours).
    ``cytopenia_day``: grade 4 limits the dose if it began by this day and is still there then or later. ``exempt``:
    names of toxicities, or of :data:`DLT_KINDS`, that never count.
    """

    window_days: float = 28.0
    crs_days: float = 3.0
    icans_days: float = 3.0
    other_days: float = 3.0
    cytopenia_day: float = 28.0
    exempt: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("window_days", "crs_days", "icans_days", "other_days", "cytopenia_day"):
            value = getattr(self, name)
            if not 0 <= value < np.inf:
                raise StudyError(
                    "must be a number of days", where=f"DLT rule: {name}", value=value, allowed="0 or more"
                )

    @property
    def assessed_days(self) -> float:
        """Give the day to which a patient must be followed to be without dose-limiting toxicity."""
        return self.window_days if "cytopenia" in self.exempt else max(self.window_days, self.cytopenia_day)


@dataclass(frozen=True)
class ToxicityDays:
    """Hold daily grades of some patients, each ``(patients, days)``, -1 where a day has no grade.

    ``day`` counts from the first infusion, ``(days,)`` or ``(patients, days)``, ascending. ``crs`` and ``icans`` are
    ASTCT grades; ``other`` holds non-haematological toxicities attributed to the cells by name, without fever, which
    belongs to CRS; ``cytopenias`` holds counts by name, without what lymphodepletion alone explains. ``death_day``:
    death that is not due to the disease, inf = none; ``followed_day``: the last day on which anything is known.
    """

    day: ArrayLike
    crs: ArrayLike
    icans: ArrayLike
    other: Mapping[str, ArrayLike] = field(default_factory=dict)
    cytopenias: Mapping[str, ArrayLike] = field(default_factory=dict)
    death_day: ArrayLike = np.inf
    followed_day: ArrayLike = np.inf


@dataclass(frozen=True)
class Dlt:
    """Hold dose-limiting toxicities, all ``(patients,)``.

    ``limiting``: 1 yes, 0 no, -1 not assessed: followed too short to say no. ``day``: the day on which it became one
    (for a toxicity that must last, the first record that shows it did), inf = none. ``reason``: place in ``reasons``.
    """

    limiting: Codes
    day: Floats
    reason: Codes
    reasons: tuple[str, ...]

    @property
    def because(self) -> NDArray[np.str_]:
        """Give every reason as text, ``(patients,)``."""
        return np.asarray(self.reasons, np.str_)[self.reason]


def find_dlt(toxicity: ToxicityDays, rule: DltRule | None = None) -> Dlt:
    """Find each patient's first dose-limiting toxicity.

    It is the first of: CRS of grade 4 or more; CRS of grade 3 that has not come down to grade 2 within 72 hours; ICANS
    of grade 4 or more; ICANS of grade 3 for 72 hours; any other toxicity of grade 3 or more for 72 hours; a cytopenia
    of grade 4 that lasts to day 28; death not due to the disease. Days without a grade neither end nor lengthen a
    toxicity. Of several on one day the first named is the reason.

    Parameters
    ----------
    toxicity
        Daily grades from the first infusion on.
    rule
        Window, lengths and exemptions; default: :class:`DltRule` as it is.

    Raises
    ------
    StudyError
        Shapes that do not fit, days that do not ascend, an exemption of something that is not there.

    >>> crs = [[0, 3, 3, 3, 3, 2], [0, 3, 3, 3, 2, 1]]
    >>> rule = DltRule(window_days=5, cytopenia_day=5)
    >>> found = find_dlt(ToxicityDays(day=np.arange(6), crs=crs, icans=np.zeros((2, 6))), rule)
    >>> found.limiting.tolist(), found.day.tolist(), str(found.because[0])
    ([1, 0], [4.0, inf], 'CRS of grade 3 not down to grade 2 within 72 hours')
    """
    chosen = DltRule() if rule is None else rule
    crs, day = _laid_out(toxicity.crs, toxicity.day, "crs")
    _refuse_unknown(chosen, toxicity)
    reasons, days = ["no dose-limiting toxicity", "not followed long enough"], []
    for words, on in _each(toxicity, crs, day, chosen):
        reasons.append(words)
        days.append(on)
    table = np.stack(days) if days else np.full((1, len(crs)), np.inf)
    first = table.min(axis=0)
    limiting = np.isfinite(first)
    followed = np.broadcast_to(as_numbers(toxicity.followed_day, "followed_day"), first.shape)
    followed = np.minimum(followed, np.where((crs != UNGRADED).any(axis=1), _last_record(crs, day), -np.inf))
    short = ~limiting & (followed < chosen.assessed_days)
    return Dlt(
        limiting=np.select([limiting, short], [1, UNGRADED], 0).astype(np.int64),
        day=first,
        reason=np.select([limiting, short], [2 + table.argmin(axis=0), 1], 0).astype(np.int64),
        reasons=tuple(reasons),
    )


def _each(toxicity: ToxicityDays, crs: Codes, day: Floats, rule: DltRule) -> list[tuple[str, Floats]]:
    """List every kind of dose-limiting toxicity with the day on which each patient met it."""
    found: list[tuple[str, Floats]] = []
    for name, grades, days in (("CRS", crs, rule.crs_days), ("ICANS", toxicity.icans, rule.icans_days)):
        if name in rule.exempt:
            continue
        grade, _ = _laid_out(grades, toxicity.day, name, like=crs)
        found.append((f"{name} of grade 4 or more", _at_once(grade, day, rule)))
        lasts = "not down to grade 2 within" if name == "CRS" else "for"
        words = f"{name} of grade 3 {lasts} {24 * days:g} hours"
        found.append((words, _lasting(grade >= _SEVERE, grade != UNGRADED, day, days, rule)))
    for name, grades in toxicity.other.items():
        if {name, "non-haematological"} & set(rule.exempt):
            continue
        grade, _ = _laid_out(grades, toxicity.day, name, like=crs)
        words = f"{name} of grade 3 or more for {24 * rule.other_days:g} hours"
        found.append((words, _lasting(grade >= _SEVERE, grade != UNGRADED, day, rule.other_days, rule)))
    for name, grades in toxicity.cytopenias.items():
        if {name, "cytopenia"} & set(rule.exempt):
            continue
        grade, _ = _laid_out(grades, toxicity.day, name, like=crs)
        words = f"{name} of grade 4 to day {rule.cytopenia_day:g} or beyond"
        found.append((words, _to_day(grade >= _LIFE_THREAT, grade != UNGRADED, day, rule.cytopenia_day)))
    if "death" not in rule.exempt:
        death = np.broadcast_to(as_numbers(toxicity.death_day, "death_day"), (len(crs),))
        found.append(("death not due to the disease", np.where(death <= rule.window_days, death, np.inf)))
    return found


def _at_once(grade: Codes, day: Floats, rule: DltRule) -> Floats:
    """Give the first day of grade 4 or more in the window, inf if there is none."""
    mark = (grade >= _LIFE_THREAT) & (day >= 0) & (day <= rule.window_days)
    return np.asarray(np.where(mark, day, np.inf).min(axis=1, initial=np.inf))


def _lasting(there: Bools, known: Bools, day: Floats, days: float, rule: DltRule) -> Floats:
    """Give the first day on which something that began in the window has been there for so long, inf if none."""
    began = _began(there, known, day)
    mark = there & (began >= 0) & (began <= rule.window_days) & (day - began >= days)
    return np.asarray(np.where(mark, day, np.inf).min(axis=1, initial=np.inf))


def _to_day(there: Bools, known: Bools, day: Floats, until: float) -> Floats:
    """Give the first day from a day on, on which something is there that began by then, inf if none."""
    mark = there & (day >= until) & (_began(there, known, day) <= until)
    return np.asarray(np.where(mark, day, np.inf).min(axis=1, initial=np.inf))


def _began(there: Bools, known: Bools, day: Floats) -> Floats:
    """Give the day on which what is there on a day began, ``(patients, days)``; inf where nothing is."""
    began, start = np.full(there.shape, np.inf), np.full(len(there), np.inf)
    for at in range(there.shape[1]):
        start = np.where(there[:, at], np.minimum(start, day[:, at]), np.where(known[:, at], np.inf, start))
        began[:, at] = np.where(there[:, at], start, np.inf)
    return began


def _last_record(grade: Codes, day: Floats) -> Floats:
    """Give the last day that has a grade, ``(patients,)``."""
    return np.asarray(np.where(grade != UNGRADED, day, -np.inf).max(axis=1, initial=-np.inf))


def _laid_out(grade: ArrayLike, day: ArrayLike, name: str, *, like: Codes | None = None) -> tuple[Codes, Floats]:
    """Read grades ``(patients, days)`` and their days in the same shape."""
    codes = np.atleast_2d(as_codes(grade, name))
    when = as_numbers(day, "day")
    if like is not None and codes.shape != like.shape:
        raise StudyError("does not fit the grades of CRS", where=name, value=codes.shape, allowed=str(like.shape))
    if when.shape[-1:] != codes.shape[-1:] or (when.ndim > 1 and when.shape != codes.shape):
        raise StudyError("days do not fit the grades", where=name, value=when.shape, allowed=f"({codes.shape[1]},)")
    if (np.diff(when, axis=-1) <= 0).any():
        raise StudyError("the days must ascend, one record a day", where="day", value=when.ravel()[:8].tolist())
    return codes, np.broadcast_to(when, codes.shape)


def _refuse_unknown(rule: DltRule, toxicity: ToxicityDays) -> None:
    """Refuse an exemption that exempts nothing."""
    names = (*DLT_KINDS, *toxicity.other, *toxicity.cytopenias)
    wrong = [name for name in rule.exempt if name not in names]
    if wrong:
        raise StudyError("unknown toxicity", where="DLT rule: exempt", value=wrong[0], allowed=", ".join(names))

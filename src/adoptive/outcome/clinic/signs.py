"""The bedside signs of cytokine release, from effective interleukin 6 and each patient's tolerance of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.outcome.toxicity.crs import grade_crs
from adoptive.outcome.toxicity.scales import FEVER_C
from adoptive.outcome.toxicity.types import CrsSigns, Oxygen
from adoptive.parameters import Typical, draw_patients
from adoptive.streams import Keys, Streams

__all__ = [
    "BedsideSigns",
    "Tolerance",
    "Vitals",
    "bedside_signs",
    "cooled_c",
    "daily_crs_grade",
    "draw_tolerance",
    "draw_vitals",
    "temperature_c",
]

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Bools = NDArray[np.bool_]

REST_C: Final = 36.8
"""Body temperature without fever."""
HOTTEST_C: Final = 41.5
"""How high a fever is written."""

_FRACTION: Final = np.array([0.21, 0.28, 0.60, 0.80])
"""Inspired oxygen by :class:`Oxygen` code: only the low flow stays below the 40 % of the older scales."""

LOWEST_SYSTOLIC_MMHG: Final = 50.0
LOWEST_SATURATION_PERCENT: Final = 65.0
"""How low an unsupported sign is written."""


@dataclass(frozen=True)
class Tolerance:
    """Hold the effective interleukin 6 (pg/mL) at which each patient shows each sign, ``(patients,)``.

    ``tocilizumab_effect`` is 1 where the signs follow interleukin 6 and so answer to tocilizumab, else 0;
    ``fever_per_tenfold_c`` is the rise of a fever (degrees C) when interleukin 6 rises ten-fold.
    """

    fever: Floats
    hypotension: Floats
    oxygen: Floats
    vasopressor: Floats
    high_flow: Floats
    life_threat: Floats
    tocilizumab_effect: Floats
    fever_per_tenfold_c: Floats

    @property
    def serious(self) -> Floats:
        """Give the level of the first sign beyond fever: CRS of grade 2."""
        return np.minimum(self.hypotension, self.oxygen)

    @property
    def severe(self) -> Floats:
        """Give the level of a vasopressor or high-flow oxygen: CRS of grade 3."""
        return np.minimum(self.vasopressor, self.high_flow)

    @property
    def first(self) -> Floats:
        """Give the level of the first sign of any kind; below it nothing can be graded."""
        return np.asarray(np.min([self.fever, self.serious, self.severe, self.life_threat], axis=0))

    def take(self, rows: NDArray[np.int64]) -> Tolerance:
        """Keep some patients; a row may come more than once."""
        return Tolerance(**{name: values[rows] for name, values in self.__dict__.items()})


@dataclass(frozen=True)
class Vitals:
    """Hold each patient's vital signs at rest and how far they go, ``(patients,)``.

    ``systolic_mmhg`` and ``saturation_percent`` (room air) at rest; ``hypotension_mmhg`` and ``oxygen_percent`` where
    the level of interleukin 6 reaches the patient's threshold; ``antipyretic_c`` the fall of temperature by a drug.
    """

    systolic_mmhg: Floats
    hypotension_mmhg: Floats
    saturation_percent: Floats
    oxygen_percent: Floats
    antipyretic_c: Floats


@dataclass(frozen=True)
class BedsideSigns:
    """Hold what the ward writes down of cytokine release, all ``(patients, days)``.

    ``temperature_c`` is the measured one, after any antipyretic; ``systolic_mmhg`` is before vasopressors and
    ``saturation_percent`` is in room air, before oxygen; ``vasopressors`` counts those other than vasopressin;
    ``oxygen`` holds :class:`~adoptive.outcome.toxicity.types.Oxygen` codes; ``treated`` says that a drug against fever
    or cytokines was given by then.
    """

    temperature_c: Floats
    systolic_mmhg: Floats
    hypotension: Bools
    vasopressors: Codes
    vasopressin: Bools
    saturation_percent: Floats
    oxygen: Codes
    treated: Bools

    def crs(self) -> CrsSigns:
        """Give the signs in the words of the grading rule."""
        return CrsSigns(
            temperature_c=self.temperature_c,
            hypotension=self.hypotension,
            vasopressors=self.vasopressors,
            vasopressin=self.vasopressin,
            oxygen=self.oxygen,
            treated=self.treated,
        )


def draw_tolerance(keys: Keys, *, typical: Typical, streams: Streams) -> Tolerance:
    """Draw each patient's thresholds: one tolerance for all signs, and a spread of each sign's own."""
    common = draw_patients(typical, streams, name="outcome.sign_tolerance", keys=keys)

    def sign(name: str) -> Floats:
        return common * draw_patients(typical, streams, name=f"outcome.{name}_pg_ml", keys=keys)

    answers = streams.uniform("outcome.tocilizumab", keys)
    return Tolerance(
        fever=sign("fever"),
        hypotension=sign("hypotension"),
        oxygen=sign("oxygen"),
        vasopressor=sign("vasopressor"),
        high_flow=sign("high_flow"),
        life_threat=sign("life_threat"),
        tocilizumab_effect=(answers < typical.at("outcome.tocilizumab_responders", keys)).astype(np.float64),
        fever_per_tenfold_c=typical.at("outcome.fever_per_tenfold_c", keys),
    )


def draw_vitals(keys: Keys, *, typical: Typical, streams: Streams) -> Vitals:
    """Draw each patient's vital signs at rest."""

    def row(name: str) -> Floats:
        return draw_patients(typical, streams, name=f"outcome.{name}", keys=keys)

    return Vitals(
        systolic_mmhg=np.maximum(row("systolic_mmhg"), row("hypotension_mmhg") + 5.0),
        hypotension_mmhg=row("hypotension_mmhg"),
        saturation_percent=np.clip(row("saturation_percent"), row("oxygen_percent") + 2.0, 100.0),
        oxygen_percent=row("oxygen_percent"),
        antipyretic_c=row("antipyretic_c"),
    )


def temperature_c(il6_effective: Floats, fever: Floats, per_tenfold_c: Floats) -> Floats:
    """Give body temperature: 36.8; from a tenth of the fever level ``38 + slope log10(x / fever)``, at most 41.5."""
    ratio = np.maximum(il6_effective, 1e-9) / fever
    return np.where(ratio >= 0.1, np.minimum(FEVER_C + per_tenfold_c * np.log10(ratio), HOTTEST_C), REST_C)


def cooled_c(heat_c: Floats, fall_c: Floats) -> Floats:
    """Give the temperature under an antipyretic that takes away ``fall_c``; nobody is cooled below 36.8 degrees C."""
    return np.asarray(np.maximum(heat_c - fall_c, np.minimum(heat_c, REST_C)))


def bedside_signs(
    il6_effective: Floats,
    day: Floats,
    tolerance: Tolerance,
    vitals: Vitals,
    *,
    first_drug_day: Floats,
    antipyretic: ArrayLike = False,
) -> BedsideSigns:
    """Give the daily signs of cytokine release at effective interleukin 6 ``(patients, days)`` in pg/mL.

    A sign is there from the patient's threshold up. Blood pressure and saturation fall from rest by
    ``d clip(1 + log10(level / threshold), 0, 2)``, so that they begin to move at a tenth of the threshold and reach
    90 mmHg (90 %) at it; ``d`` is the distance from rest to there. No sign ever improves when the level rises.

    Parameters
    ----------
    il6_effective
        Effective interleukin 6 above baseline, ``(patients, days)`` in pg/mL.
    day
        Days ``(days,)`` or ``(patients, days)``.
    tolerance, vitals
        The patients' thresholds and signs at rest.
    first_drug_day
        Day of the first drug against fever or cytokines ``(patients,)``, inf = none: from then on fever may be hidden.
    antipyretic
        Whether an antipyretic works on a day; it lowers the measured temperature, never below 36.8.
    """
    level = il6_effective
    heat = temperature_c(level, tolerance.fever[:, None], tolerance.fever_per_tenfold_c[:, None])
    fall_c = np.where(np.asarray(antipyretic, np.bool_), vitals.antipyretic_c[:, None], 0.0)
    fall = _fall(level, tolerance.hypotension) * (vitals.systolic_mmhg - vitals.hypotension_mmhg)[:, None]
    loss = _fall(level, tolerance.oxygen) * (vitals.saturation_percent - vitals.oxygen_percent)[:, None]
    return BedsideSigns(
        temperature_c=cooled_c(heat, fall_c),
        systolic_mmhg=np.maximum(vitals.systolic_mmhg[:, None] - fall, LOWEST_SYSTOLIC_MMHG),
        hypotension=level >= tolerance.hypotension[:, None],
        vasopressors=(level >= tolerance.vasopressor[:, None]).astype(np.int64),
        vasopressin=np.zeros(level.shape, np.bool_),
        saturation_percent=np.maximum(vitals.saturation_percent[:, None] - loss, LOWEST_SATURATION_PERCENT),
        oxygen=_oxygen(level, tolerance),
        treated=np.broadcast_to(day >= first_drug_day[:, None], level.shape),
    )


def daily_crs_grade(
    il6_effective: Floats,
    day: Floats,
    tolerance: Tolerance,
    *,
    first_drug_day: Floats,
    antipyretic_c: ArrayLike = 0.0,
    scale: str = "ASTCT",
) -> Codes:
    """Grade CRS on every day by a scale, ``(patients, days)``; drugs against it hide the fever from their first day.

    ``antipyretic_c`` is what an antipyretic takes from the temperature on a day (0: none works), ``(patients, days)``.
    Only days on which any sign shows are looked at: the others are grade 0. What only the older scales ask for follows
    from the same signs: who needs positive pressure is ventilated, oxygen at low flow is below 40 % and above it is
    more, hypotension gets fluids, a vasopressor runs at a high dose from the level of ventilation on, and all happens
    in hospital. Toxicity of organs is not counted.
    """
    grade = np.zeros(il6_effective.shape, np.int64)
    row, at = np.nonzero(il6_effective >= tolerance.first[:, None])
    own, level = tolerance.take(row), il6_effective[row, at]
    heat = cooled_c(
        temperature_c(level, own.fever, own.fever_per_tenfold_c),
        np.broadcast_to(antipyretic_c, il6_effective.shape)[row, at],
    )
    low, oxygen = level >= own.hypotension, _oxygen(level[:, None], own)[:, 0]
    signs = CrsSigns(
        temperature_c=heat,
        hypotension=low,
        vasopressors=(level >= own.vasopressor).astype(np.int64),
        oxygen=oxygen,
        treated=np.broadcast_to(day, il6_effective.shape)[row, at] >= first_drug_day[row],
        oxygen_fraction=_FRACTION[oxygen],
        high_dose_vasopressor=level >= own.life_threat,
        fluids=low,
        ventilated=oxygen == Oxygen.POSITIVE_PRESSURE,
        organ_grade=0,
        transaminase_grade=0,
        creatinine_grade=0,
        coagulopathy_products=False,
        hospital=(heat >= FEVER_C) | low | (oxygen > Oxygen.NONE),
    )
    grade[row, at] = grade_crs(signs, scale=scale).grade
    return grade


def _oxygen(level: Floats, tolerance: Tolerance) -> Codes:
    """Give the oxygen support that the patient needs."""
    needs = [
        level >= threshold[:, None] for threshold in (tolerance.life_threat, tolerance.high_flow, tolerance.oxygen)
    ]
    support = np.select(needs, [Oxygen.POSITIVE_PRESSURE, Oxygen.HIGH_FLOW_OR_MASK, Oxygen.LOW_FLOW], Oxygen.NONE)
    return support.astype(np.int64)


def _fall(level: Floats, threshold: Floats) -> Floats:
    """Give how far a sign has fallen: 0 below a tenth of the threshold, 1 at it, at most 2."""
    ratio = np.maximum(level, 1e-9) / threshold[:, None]
    return np.asarray(np.clip(1.0 + np.log10(ratio), 0.0, 2.0))

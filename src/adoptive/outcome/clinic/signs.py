"""The bedside signs of cytokine release, from effective interleukin 6 and each patient's tolerance of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from adoptive.outcome.toxicity.crs import CrsSigns, Oxygen, grade_crs
from adoptive.parameters import Typical, draw_patients
from adoptive.streams import Keys, Streams

__all__ = ["Tolerance", "daily_crs_grade", "draw_tolerance"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Tolerance:
    """Hold the effective interleukin 6 (pg/mL) at which each patient shows each sign, ``(patients,)``.

    ``tocilizumab_effect`` is 1 where the signs follow interleukin 6 and so answer to tocilizumab, else 0.
    """

    fever: Floats
    hypotension: Floats
    oxygen: Floats
    vasopressor: Floats
    high_flow: Floats
    life_threat: Floats
    tocilizumab_effect: Floats

    @property
    def serious(self) -> Floats:
        """Give the level of the first sign beyond fever: CRS of grade 2."""
        return np.minimum(self.hypotension, self.oxygen)

    @property
    def severe(self) -> Floats:
        """Give the level of a vasopressor or high-flow oxygen: CRS of grade 3."""
        return np.minimum(self.vasopressor, self.high_flow)


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
    )


def temperature_c(il6_effective: Floats, fever: Floats) -> Floats:
    """Give body temperature: 36.8, and 38 at the fever level plus 1.2 per ten-fold, at most 41.5 degrees C."""
    ratio = np.maximum(il6_effective, 1e-9) / fever
    return np.where(ratio >= 0.1, np.minimum(38.0 + 1.2 * np.log10(ratio), 41.5), 36.8)


def daily_crs_grade(
    il6_effective: Floats, day: Floats, tolerance: Tolerance, *, first_drug_day: Floats
) -> NDArray[np.int64]:
    """Grade CRS on every day by ASTCT, ``(patients, days)``; drugs against it hide the fever from their first day."""
    level = il6_effective

    def shows(threshold: Floats) -> NDArray[np.bool_]:
        return np.asarray(level >= threshold[:, None])

    oxygen = np.select(
        [shows(tolerance.life_threat), shows(tolerance.high_flow), shows(tolerance.oxygen)],
        [Oxygen.POSITIVE_PRESSURE, Oxygen.HIGH_FLOW_OR_MASK, Oxygen.LOW_FLOW],
        Oxygen.NONE,
    )
    signs = CrsSigns(
        temperature_c(level, tolerance.fever[:, None]),
        hypotension=shows(tolerance.hypotension),
        vasopressors=shows(tolerance.vasopressor),
        oxygen=oxygen,
        treated=day >= first_drug_day[:, None],
    )
    return grade_crs(signs).grade

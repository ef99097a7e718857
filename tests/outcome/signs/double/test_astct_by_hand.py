"""The grades of a run are those of the ASTCT table written out once more, sign by sign, without the rule's code."""

from __future__ import annotations

import numpy as np

from adoptive.outcome.clinic.signs import Tolerance, daily_crs_grade, draw_tolerance
from adoptive.parameters import Typical
from adoptive.streams import Keys, Streams


def by_hand(level: np.ndarray, day: np.ndarray, own: Tolerance, drug_day: np.ndarray) -> np.ndarray:
    """Fever from 38 C at the fever level; pressure part 2, 3; oxygen part 2, 3, 4; drugs make fever needless."""

    def at(threshold: np.ndarray) -> np.ndarray:
        return level >= threshold[:, None]

    pressure = np.where(at(own.vasopressor), 3, np.where(at(own.hypotension), 2, 0))
    oxygen = np.where(at(own.life_threat), 4, np.where(at(own.high_flow), 3, np.where(at(own.oxygen), 2, 0)))
    fever = at(own.fever)
    worst = np.maximum(np.maximum(pressure, oxygen), fever)
    return np.where(fever | (day >= drug_day[:, None]), worst, 0)


def test_half_a_million_patient_days(typical: Typical, streams: Streams, keys: Keys) -> None:
    own = draw_tolerance(keys, typical=typical, streams=streams)
    day = np.arange(25.0)
    level = 10.0 ** (5.0 * streams.uniform("test.level", keys, 25)) - 1.0
    drug_day = np.where(streams.uniform("test.drug", keys) < 0.5, 30.0 * streams.uniform("test.day", keys), np.inf)
    grade = daily_crs_grade(level, day, own, first_drug_day=drug_day)
    assert set(np.unique(grade)) == {0, 1, 2, 3, 4}
    np.testing.assert_array_equal(grade, by_hand(level, day, own, drug_day))

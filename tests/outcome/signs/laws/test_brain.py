"""Neurotoxicity: the grade rises where the patient's levels say, and nowhere else; the target sets how easily."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from adoptive.outcome.clinic.brain import (
    BrainTolerance,
    brain_signs,
    daily_icans_grade,
    draw_brain_tolerance,
)
from adoptive.outcome.clinic.signs import draw_tolerance
from adoptive.outcome.toxicity.icans import grade_icans
from adoptive.parameters import Typical
from adoptive.streams import Keys, Streams

TYPICAL = {
    "ice": 0.35,
    "ice_slope": 8.0,
    "voice": 0.50,
    "touch": 0.65,
    "coma": 0.85,
    "seizure": 0.80,
    "status": 1.30,
    "focal_oedema": 1.00,
    "oedema": 1.60,
    "weakness": 1.40,
}
LEAKS = hnp.arrays(float, (4, 5), elements=st.floats(0, 2))


def one() -> BrainTolerance:
    return BrainTolerance(**{name: np.array([value]) for name, value in TYPICAL.items()})


@st.composite
def tolerances(draw: st.DrawFn) -> BrainTolerance:
    """Thresholds in any order: a patient's own spread may turn them round."""
    return BrainTolerance(**{name: draw(hnp.arrays(float, 4, elements=st.floats(0.1, 2))) for name in TYPICAL})


@given(leak=LEAKS, tolerance=tolerances())
def test_the_levels_of_the_grades_are_those_of_the_signs(leak: np.ndarray, tolerance: BrainTolerance) -> None:
    grade = grade_icans(brain_signs(leak, tolerance).icans()).grade
    levels = (tolerance.first, tolerance.serious, tolerance.severe, tolerance.critical)
    np.testing.assert_array_equal(grade, np.sum([leak >= level[:, None] for level in levels], axis=0))


@given(leak=LEAKS, tolerance=tolerances())
def test_the_daily_grade_is_the_grade_of_the_signs(leak: np.ndarray, tolerance: BrainTolerance) -> None:
    dense = grade_icans(brain_signs(leak, tolerance).icans()).grade
    np.testing.assert_array_equal(daily_icans_grade(leak, tolerance), dense)


@given(leak=LEAKS, more=LEAKS, tolerance=tolerances())
def test_more_leak_is_never_a_better_score(leak: np.ndarray, more: np.ndarray, tolerance: BrainTolerance) -> None:
    mild, grave = brain_signs(leak, tolerance), brain_signs(leak + more, tolerance)
    assert (mild.ice >= grave.ice).all()
    for name in ("consciousness", "seizure", "motor", "pressure"):
        assert (getattr(mild, name) <= getattr(grave, name)).all(), name
    assert (daily_icans_grade(leak, tolerance) <= daily_icans_grade(leak + more, tolerance)).all()


@given(tolerance=tolerances())
def test_no_leak_no_neurotoxicity(tolerance: BrainTolerance) -> None:
    assert daily_icans_grade(np.zeros((4, 3)), tolerance).max() == 0
    assert (brain_signs(np.zeros((4, 3)), tolerance).ice == 10).all()


@pytest.mark.parametrize(
    ("leak", "ice", "grade"),
    [
        (0.349, 10, 0),
        (0.350, 9, 1),
        (0.393, 9, 1),
        (0.394, 8, 1),
        (0.4812, 7, 1),
        (0.4813, 6, 2),
        (0.499, 6, 2),
        (0.500, 6, 2),
        (0.649, 3, 2),
        (0.650, 3, 3),
        (0.656, 3, 3),
        (0.657, 2, 3),
        (0.849, 0, 3),
        (0.850, 0, 4),
        (1.000, 0, 4),
    ],
)
def test_the_typical_patient_passes_from_grade_to_grade(leak: float, ice: int, grade: int) -> None:
    shown = brain_signs(np.array([leak]), one())
    assert (shown.ice.item(), grade_icans(shown.icans()).grade.item()) == (ice, grade)


def test_cd19_is_the_target_that_the_brain_carries(typical: Typical, streams: Streams, keys: Keys) -> None:
    """Every other target's thresholds are higher by one factor, that of its row."""
    draws = {"typical": typical, "streams": streams}
    factor = typical.book["outcome.brain_without_cd19"].value
    assert factor > 1.5
    cd19, other = (draw_brain_tolerance(keys, target=target, **draws) for target in ("CD19", "CLDN18.2"))
    for name in TYPICAL:
        ratio = 1.0 if name == "ice_slope" else factor
        np.testing.assert_allclose(getattr(other, name) / getattr(cd19, name), ratio, rtol=1e-12, err_msg=name)


def test_the_brain_shares_half_of_the_tolerance_of_interleukin_6(
    typical: Typical, streams: Streams, keys: Keys
) -> None:
    """Log spread 0.5 x 0.5 shared and 0.35 of its own: correlation 0.25 / sqrt(0.25^2 + 0.35^2) with fever's."""
    draws = {"typical": typical, "streams": streams}
    brain = np.log(draw_brain_tolerance(keys, target="CD19", **draws).ice)
    fever = np.log(draw_tolerance(keys, **draws).fever)
    assert np.corrcoef(brain, fever)[0, 1] == pytest.approx(0.25 / np.hypot(0.25, 0.35), abs=0.02)
    assert brain.std() == pytest.approx(np.hypot(0.25, 0.35), rel=0.03)


def test_tolerance_belongs_to_the_patient(typical: Typical, streams: Streams, keys: Keys) -> None:
    some = np.array([9, 12_000])
    draws = {"target": "BCMA", "typical": typical, "streams": streams}
    together, alone = draw_brain_tolerance(keys, **draws), draw_brain_tolerance(keys.take(some), **draws)
    for name in TYPICAL:
        np.testing.assert_array_equal(getattr(alone, name), getattr(together, name)[some], err_msg=name)

"""Damage to normal tissue: by target, never less with more loss, none where nothing is lost, unknown stays unknown."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from adoptive.outcome.clinic.off_tumour import TISSUES, OffTumour, off_tumour
from adoptive.outcome.laboratory.clinical_terms import grade_ejection_fraction
from adoptive.parameters import Typical, draw_patients
from adoptive.streams import Keys, Streams

KEYS = Keys.of(0, np.arange(5))
GRADES = ("nausea_grade", "vomiting_grade", "gastritis_grade", "lung_grade")
ORGANS = {"stomach": set(GRADES[:3]), "heart and lung": {"lung_grade"}, "B cells": set(), "plasma cells": set()}
TARGETS = [*TISSUES, "KRAS G12D"]


def damage(tissue: np.ndarray, target: str, typical: Typical, streams: Streams) -> OffTumour:
    return off_tumour(tissue, target, keys=KEYS, typical=typical, streams=streams)


@pytest.mark.parametrize("target", TARGETS)
def test_where_nothing_is_lost_nothing_shows(typical: Typical, streams: Streams, target: str) -> None:
    whole = damage(np.full((5, 7), 1.0), target, typical, streams)
    for name in GRADES:
        assert getattr(whole, name).tolist() == [0] * 5
    np.testing.assert_array_equal(whole.ejection_fraction_percent, whole.baseline_ejection_fraction_percent)
    assert (
        grade_ejection_fraction(
            whole.ejection_fraction_percent, baseline_percent=whole.baseline_ejection_fraction_percent
        ).grade.tolist()
        == [0] * 5
    )


@pytest.mark.parametrize("target", TISSUES)
def test_only_the_organ_that_carries_the_target_suffers(typical: Typical, streams: Streams, target: str) -> None:
    lost = damage(np.full((5, 7), 0.01), target, typical, streams)
    for name in GRADES:
        assert (getattr(lost, name) > 0).tolist() == [name in ORGANS[TISSUES[target]]] * 5, name
    fell = lost.ejection_fraction_percent < lost.baseline_ejection_fraction_percent
    assert fell.tolist() == [target == "HER2"] * 5


def test_a_tissue_that_nobody_knows_is_not_graded(typical: Typical, streams: Streams) -> None:
    tissue = np.array([1.0, 1.0, 0.9, 0.5, 1.0])[:, None] * np.ones((5, 3))
    found = damage(tissue, "MSLN", typical, streams)
    for name in GRADES:
        assert getattr(found, name).tolist() == [0, 0, -1, -1, 0]


@given(tissue=hnp.arrays(float, (5, 4), elements=st.floats(0, 1)), more=st.floats(0, 1))
@pytest.mark.parametrize("target", ["CLDN18.2", "HER2"])
def test_more_loss_is_never_a_lower_grade(
    typical: Typical, streams: Streams, target: str, tissue: np.ndarray, more: float
) -> None:
    mild, grave = (damage(tissue * share, target, typical, streams) for share in (1.0, more))
    for name in GRADES:
        assert (getattr(mild, name) <= getattr(grave, name)).all()
    assert (mild.ejection_fraction_percent >= grave.ejection_fraction_percent).all()


@pytest.mark.parametrize(
    ("name", "first", "grades"), [("nausea", 0.15, 3), ("vomiting", 0.22, 4), ("gastritis", 0.25, 4)]
)
def test_each_grade_begins_at_its_loss(
    typical: Typical, streams: Streams, name: str, first: float, grades: int
) -> None:
    own = draw_patients(typical, streams, name="outcome.tissue_tolerance", keys=KEYS)
    for grade in range(1, grades + 1):
        level = own * first * 1.7 ** (grade - 1)
        for shift, expected in ((1 - 1e-9, grade - 1), (1 + 1e-9, grade)):
            loss = level * shift
            found = getattr(damage(1.0 - loss[:, None], "CLDN18.2", typical, streams), f"{name}_grade")
            assert (found[loss < 1] == expected).all()


def test_the_ejection_fraction_falls_by_six_tenths_of_the_loss(typical: Typical, streams: Streams) -> None:
    found = damage(np.full((5, 1), 0.5), "HER2", typical, streams)
    np.testing.assert_allclose(found.ejection_fraction_percent / found.baseline_ejection_fraction_percent, 0.7)
    assert (found.baseline_ejection_fraction_percent >= 55.0).all()

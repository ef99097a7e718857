"""What is measured of a trajectory, against the definitions."""

from __future__ import annotations

import numpy as np
import pytest
from typical_patient import DIAMETERS_MM, body_of, cohort_of, follow, join, once, treatment, typical

from adoptive.kinetics import Physiology, Trajectory, advance, begin
from adoptive.kinetics.observe import (
    blood_cells_per_ul,
    car_copies_per_ug,
    il6_effective_pg_ml,
    lesion_diameters_mm,
    tumour_volume_cm3,
)
from adoptive.kinetics.simulate import engine
from adoptive.solve import Values

MONTH = np.full(2, 30.0)
GIVEN = join(treatment(2), once("tocilizumab", 2, day=12.0, amount=464.0))


@pytest.fixture(scope="module")
def pair() -> tuple[Physiology, Trajectory]:
    """Two patients, the second one with other lesions and half of tocilizumab's effect, for a month."""
    diameters = [[*DIAMETERS_MM, 0.0, 0.0], [60.0, 0.0, 12.0, 0.0, 0.0]]
    body = body_of(cohort_of(2, diameters_mm=diameters), toc_effect=[1.0, 0.5])
    return body, advance(begin(body, horizon_days=60.0), body, until=MONTH, infusions=GIVEN)


def test_day_0_shows_the_cohorts_lesions(pair: tuple[Physiology, Trajectory]) -> None:
    body, seen = pair
    first = lesion_diameters_mm(seen, body)[:, 0]
    expected = [[*DIAMETERS_MM, 0.0, 0.0], [60.0, 0.0, 12.0, 0.0, 0.0]]
    np.testing.assert_allclose(first, expected, atol=1e-9)
    np.testing.assert_allclose(tumour_volume_cm3(seen, body)[:, 0], np.pi / 6000 * (np.array(expected) ** 3).sum(1))


def test_a_cell_in_five_litres_of_blood_is_counted_once(pair: tuple[Physiology, Trajectory]) -> None:
    body, seen = pair
    total = seen.of("F_b") + seen.of("M_b") + seen.of("E_b") + seen.of("X_b")
    np.testing.assert_allclose(blood_cells_per_ul(seen, body), total / 5e6)
    assert not blood_cells_per_ul(seen, body)[:, :6].any()
    assert 5.0 < blood_cells_per_ul(seen, body)[0].max() < 100.0


def test_copies_fill_the_dna_when_there_are_no_other_cells(pair: tuple[Physiology, Trajectory]) -> None:
    body, seen = pair
    cells = blood_cells_per_ul(seen, body)
    others, copies = np.array([0.0, 900.0]), np.array([1.0, 3.0])
    found = car_copies_per_ug(seen, body, vector_copies=copies, other_leukocytes_per_ul=others)
    leukocytes = cells + seen.of("L") + 1e3 * seen.of("ANC") + others[:, None]
    seen_until = seen.day <= 30.0
    expected = 1e6 / 6.6 * copies[:, None] * cells[:, seen_until] / leukocytes[:, seen_until]
    np.testing.assert_allclose(found[:, seen_until], expected, rtol=2e-4)
    assert not found[:, 0].any()


def test_effective_interleukin_6_is_the_signal_that_the_ward_watches(pair: tuple[Physiology, Trajectory]) -> None:
    body, seen = pair
    model, at = engine().model, int(seen.now[0])
    assert model.watch is not None
    signal = model.watch(Values(model.states, seen.state), Values(body.names, body.values))["il6_effective"]
    np.testing.assert_allclose(il6_effective_pg_ml(seen, body)[:, at], signal, rtol=1e-6, atol=1e-9)
    without = advance(begin(body, horizon_days=60.0), body, until=MONTH, infusions=treatment(2))
    np.testing.assert_allclose(
        il6_effective_pg_ml(without, body), np.maximum(without.of("IL6") - 4.0, 0.0) * (without.day <= 30.0)
    )


def test_the_leg_records_what_the_engine_integrates(pair: tuple[Physiology, Trajectory]) -> None:
    body, seen = pair
    direct = follow(body, GIVEN, until=30.0, step=1.0)
    for name in seen.names:
        np.testing.assert_array_equal(seen.of(name)[:, :31], direct.of(name), err_msg=name)
    assert not seen.values[:, 31:].any()


def test_infused_cells_arrive_less_those_lost_at_once() -> None:
    ran = follow(typical(), once("infusion", 1, day=0.0, amount=2.5e8), until=1.0, step=1e-4)
    assert ran.cells_per_ul[0, 1] == pytest.approx(0.42 * 2.5e8 / 5e6, rel=2e-3)
    kinds = [ran.of(name)[0, 1] for name in ("M_b", "F_b", "X_b")]
    np.testing.assert_allclose(kinds / np.sum(kinds), [0.10, 0.85, 0.05], rtol=1e-3)

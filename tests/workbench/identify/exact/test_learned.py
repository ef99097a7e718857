"""Contraction, entanglement, information by study and sensitivity against closed forms."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

sys.path.append(str(Path(__file__).parents[1]))
from toys import emulator, fit_of, quantities

from adoptive.workbench.calibrate.identify.contraction import contractions, directions, strongest_pairs
from adoptive.workbench.calibrate.identify.information import information_by_study
from adoptive.workbench.calibrate.identify.likelihood import evidence_of
from adoptive.workbench.calibrate.identify.sensitivity import main_predictions, sensitivities, sobol_indices, variances

AB = ("a", "b")


def test_contraction_is_that_of_the_exact_posterior() -> None:
    one = emulator("one", AB, [[1.0, 0.0]], [2.0], sd=0.5)
    fit = fit_of([one], quantities(*AB), draws=20_000)
    a, b = contractions(fit)
    assert a.contraction == pytest.approx(1.0 - 0.2, abs=0.01)  # 1 / (1 + 1 / 0.25) = 0.2
    assert a.shift == pytest.approx(1.6, abs=0.02)
    assert b.contraction == pytest.approx(0.0, abs=0.04)
    assert b.shift == pytest.approx(0.0, abs=0.04)


def test_sum_that_is_known_makes_its_parts_opposite_and_their_difference_sloppy() -> None:
    one = emulator("one", AB, [[1.0, 1.0]], [0.0], sd=0.05)
    fit = fit_of([one], quantities(*AB))
    (pair,) = strongest_pairs(fit)
    assert pair.correlation == pytest.approx(-1.0, abs=0.01)
    sloppy, stiff = directions(fit)
    assert sloppy.sd == pytest.approx(1.0, abs=0.04)
    assert stiff.sd == pytest.approx(0.05 / np.sqrt(2.0), rel=0.1)
    assert {name for name, _ in sloppy.loadings} == {"a", "b"}
    assert sloppy.loadings[0][1] * sloppy.loadings[1][1] == pytest.approx(-0.5, abs=0.02)


def test_information_is_shared_by_precision_and_the_only_teacher_is_dear() -> None:
    emulators = [
        emulator("large", AB, [[1.0, 0.0]], [0.0], sd=0.1),
        emulator("small", AB, [[1.0, 0.0]], [0.0], sd=0.2),
        emulator("other", AB, [[0.0, 1.0]], [0.0], sd=0.1),
    ]
    fit = fit_of(emulators, quantities(*AB))
    found = information_by_study(evidence_of(emulators, fit, at=np.zeros(2)), at=np.zeros(2), prior_sd=np.ones(2))
    np.testing.assert_allclose(found.shares[:, 0], [0.8, 0.2, 0.0])
    np.testing.assert_allclose(found.shares[:, 1], [0.0, 0.0, 1.0])
    assert found.loss[2, 1] == pytest.approx(np.sqrt(101.0) - 1.0)  # without it only the prior is left
    assert found.loss[0, 0] == pytest.approx(np.sqrt(126.0 / 26.0) - 1.0)


def test_sobol_of_an_additive_function() -> None:
    pytest.importorskip("SALib")
    one = emulator("one", ("a", "b", "c"), [[3.0, 4.0, 0.0]], [0.0])
    (found,) = sobol_indices(one, [0], mean=np.zeros(3), sd=np.ones(3), points=256)
    np.testing.assert_allclose(found["S1"], [0.36, 0.64, 0.0], atol=0.02)
    np.testing.assert_allclose(found["ST"], [0.36, 0.64, 0.0], atol=0.02)
    (halved,) = sobol_indices(one, [0], mean=np.zeros(3), sd=np.array([1.0, 0.0, 1.0]), points=64)
    np.testing.assert_allclose(halved["ST"], [1.0, 0.0, 0.0], atol=0.05)


def test_sobol_of_a_product_is_all_interaction() -> None:
    pytest.importorskip("SALib")
    one = emulator("one", AB, [[0.0, 0.0]], [0.0])
    one = replace(one, quadratic=np.array([[[0.0, 0.5], [0.5, 0.0]]]))  # a b
    (found,) = sobol_indices(one, [0], mean=np.zeros(2), sd=np.ones(2), points=512)
    np.testing.assert_allclose(found["S1"], [0.0, 0.0], atol=0.1)
    np.testing.assert_allclose(found["ST"], [1.0, 1.0], atol=0.15)


def test_correlation_in_the_posterior_is_told_beside_the_indices() -> None:
    pytest.importorskip("SALib")
    one = emulator("one", AB, [[1.0, 1.0]], [0.0], sd=0.05)
    (found,) = sensitivities(one, fit_of([one], quantities(*AB)), points=64)
    assert found.joint_sd < 0.1 * found.independent_sd  # the sum is known, its parts are not


def test_variance_is_parted_into_parameters_trials_misses_and_sampling() -> None:
    one = emulator("one", AB, [[1.0, 2.0]], [0.0], sd=0.3)
    fit = fit_of([one], quantities(*AB, trials="disease"), draws=20_000)
    fit = replace(fit, scales={"trials disease": np.full(5, 0.5), "missed identity": np.full(5, 0.1)})
    (found,) = variances(one, fit)
    assert found.trials == pytest.approx(0.5**2 * 5.0)
    assert found.missed == pytest.approx(0.01)
    assert found.sampling == pytest.approx(0.09)
    assert found.parameters == pytest.approx(5.0 * 0.09 / (5.0 + 0.09), rel=0.05)  # u' V u of the exact posterior
    assert found.whole == pytest.approx(found.parameters + found.trials + found.missed + found.sampling)


def test_main_endpoints_come_first_and_in_their_order() -> None:
    one = emulator("one", AB, np.ones((3, 2)), np.zeros(3), endpoints=("screened", "orr", "pfs_hazard_ratio"))
    assert main_predictions(one) == (2, 1)
    assert main_predictions(emulator("one", AB, np.ones((2, 2)), np.zeros(2))) == (0, 1)

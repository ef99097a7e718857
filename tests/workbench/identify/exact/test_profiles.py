"""Profiles with known answers: parabolas of a Gaussian, flat ones of a pair that only its sum is seen of."""

from __future__ import annotations

import math
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.append(str(Path(__file__).parents[1]))
from toys import emulator, fit_of, quantities

from adoptive.workbench.calibrate.identify.likelihood import evidence_of
from adoptive.workbench.calibrate.identify.profile import best_point, profile_of, profiles
from adoptive.workbench.calibrate.types import Emulator, Fit

ABC = ("a", "b", "c")


def profiled(emulators: list[Emulator], fit: Fit, *, held: bool = False):  # type: ignore[no-untyped-def]  # noqa: ANN201
    evidence = evidence_of(emulators, fit, at=fit.draws.mean(axis=0))
    ones = np.ones(len(fit.free))
    _, start = best_point(evidence, start=np.zeros(len(ones)), prior_sd=ones, held=held)
    return {row.name: row for row in profiles(evidence, start=start, prior_sd=ones, held=held)}


def test_profile_of_a_gaussian_is_a_parabola() -> None:
    rng = np.random.default_rng(5)
    rows = rng.normal(size=(8, 3))
    truth = np.array([0.4, -0.7, 1.1])
    one = emulator("one", ABC, rows, rows @ truth, sd=0.3)
    found = profiled([one], fit_of([one], quantities(*ABC)))
    covariance = 0.3**2 * np.linalg.inv(rows.T @ rows)
    for at, name in enumerate(ABC):
        sd = math.sqrt(covariance[at, at])
        np.testing.assert_allclose(found[name].drop, ((found[name].grid - truth[at]) / sd) ** 2, rtol=1e-5, atol=1e-5)
        half = math.sqrt(3.84) * sd
        assert (found[name].lower, found[name].upper) == pytest.approx((truth[at] - half, truth[at] + half), abs=1e-4)
        assert found[name].verdict == "learned"
        assert found[name].failures == 0


def test_pair_of_which_only_the_sum_is_seen_is_not_identifiable() -> None:
    emulators = [emulator("sum", ABC, [[1, 1, 0]], [0.3]), emulator("third", ABC, [[0, 0, 1]], [0.5])]
    fit = fit_of(emulators, quantities(*ABC))
    found = profiled(emulators, fit)
    for name in ("a", "b"):
        assert found[name].verdict == "not identifiable"
        inside = np.abs(found[name].grid) <= 3.5  # beyond, the other would have to leave its range
        np.testing.assert_allclose(found[name].drop[inside], 0.0, atol=1e-6)
    assert found["c"].verdict == "learned"
    held = profiled(emulators, fit, held=True)["a"]  # given that b stays near its prior, a is known
    half = math.sqrt(3.84 * (0.1**2 + 1.0))
    assert (held.lower, held.upper) == pytest.approx((0.3 - half, 0.3 + half), abs=1e-3)


def test_quantity_seen_through_its_saturation_is_closed_at_one_end() -> None:
    # mean = a - a^2 / 8 rises to its top, 2, at a = 4: 1.95 is reached near there, and nothing bounds a from above
    one = emulator("one", ("a",), [[1.0]], [1.95], sd=0.15, bend=-0.125)
    found = profiled([one], fit_of([emulator("one", ("a",), [[1.0]], [1.95])], quantities("a")))["a"]
    assert found.verdict == "weakly learned"
    assert 1.5 < found.lower < 3.0
    assert math.isinf(found.upper)


def test_weight_and_what_the_model_misses_widen_the_profile() -> None:
    from dataclasses import replace

    def width(weight: float, missed: float, apart: float) -> float:
        one = emulator("one", ("a",), [[1.0]], [0.5], sd=0.2, weight=weight)
        fit = fit_of([one], quantities("a", trials="disease"))
        scales = {"missed identity": np.full(9, missed), "trials disease": np.full(9, apart)}
        fit = replace(fit, scales=scales)
        found = profile_of(evidence_of([one], fit, at=np.zeros(1)), "a", start=np.array([0.5]), prior_sd=np.ones(1))
        return found.upper - found.lower

    for weight, missed, apart in ((1.0, 0.0, 0.0), (0.25, 0.0, 0.0), (1.0, 0.3, 0.0), (0.5, 0.1, 0.4)):
        sd = math.sqrt(0.2**2 / weight + missed**2 + apart**2)
        assert width(weight, missed, apart) == pytest.approx(2.0 * math.sqrt(3.84) * sd, rel=1e-4)

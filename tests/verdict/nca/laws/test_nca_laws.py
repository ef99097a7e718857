"""What holds for any levels: units, masks, subjects apart; the slope against numpy's own least squares."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from adoptive.verdict.nca import Nca, noncompartmental

NUMBERS = ("peak", "peak_time", "area", "last", "last_time", "slope", "half_life", "points")


def _levels(seed: int, subjects: int = 4, samples: int = 12) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(seed)
    return np.cumsum(draw.uniform(0.2, 3.0, (subjects, samples)), axis=1), draw.lognormal(2.0, 1.0, (subjects, samples))


def _same(one: Nca, other: Nca, factors: dict[str, float]) -> None:
    for name in NUMBERS:
        np.testing.assert_allclose(getattr(one, name), getattr(other, name) * factors.get(name, 1.0), rtol=1e-7)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.1, 50.0), st.floats(0.1, 24.0))
def test_units_scale_as_they_should(seed: int, dose: float, hours: float) -> None:
    time, level = _levels(seed)
    plain = noncompartmental(time, level, until=9.0)
    scaled = noncompartmental(time * hours, level * dose, until=9.0 * hours)
    _same(scaled, plain, {
        "peak": dose, "last": dose, "area": dose * hours, "peak_time": hours, "last_time": hours, "half_life": hours,
        "slope": 1.0 / hours,
    })  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_masked_samples_are_as_if_never_taken(seed: int) -> None:
    time, level = _levels(seed)
    here = np.random.default_rng(seed + 1).random(level.shape) < 0.7
    here[:, 0] = True
    together = noncompartmental(time, np.where(here, level, 1e9), here, until=12.0, limit=3.0)
    for row in range(len(level)):
        alone = noncompartmental(time[row, here[row]], level[row, here[row]][None], until=12.0, limit=3.0)
        for name in NUMBERS:
            np.testing.assert_allclose(getattr(together, name)[row], getattr(alone, name)[0], rtol=1e-7, atol=1e-12)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_the_slope_is_the_best_of_all_least_squares(seed: int) -> None:
    time, level = _levels(seed, subjects=1, samples=9)
    found = noncompartmental(time, level)
    fits = {}
    for start in range(int(level[0].argmax()) + 1, 9 - 2):
        x, y = time[0, start:], np.log(level[0, start:])
        rate = np.polyfit(x, y, 1)[0]
        r2 = np.corrcoef(x, y)[0, 1] ** 2
        fits[9 - start] = (1.0 - (1.0 - r2) * (len(x) - 1) / (len(x) - 2), -rate)
    if found.terminal[0]:
        adjusted, rate = fits[int(found.points[0])]
        assert adjusted >= max(one for one, _ in fits.values()) - 2e-4
        np.testing.assert_allclose(found.slope[0], rate, rtol=1e-6)
    elif fits:
        best = max(one for one, _ in fits.values())
        longest = max(size for size, (one, _) in fits.items() if one >= best - 1e-4)
        assert fits[longest][1] <= 0

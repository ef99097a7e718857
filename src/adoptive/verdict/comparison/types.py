"""What comes out of a comparison of groups: one test, the best of several, and many virtual trials of either.

Signs: ``z < 0`` means that the second group (the experimental arm) had fewer events than expected. Nothing here is ever
NaN: what cannot be estimated says so in ``estimable`` and has z 0, chi-squared 0 and p 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["GrayTest", "GrayTrials", "MaxCombo", "MaxComboTrials", "RankTest"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class RankTest:
    """Hold a weighted log-rank test of ``k`` groups, summed over strata.

    ``observed`` and ``expected`` ``(k,)`` are weighted sums over event times, ``variance`` ``(k, k)`` is the covariance
    of their difference. ``z`` is that of the second of two groups, 0 with more. ``p_value`` is two-sided.
    ``one_sided_p`` is ``Phi(z)``: small p says that the second of two groups has the lower hazard; ``None`` with more.
    """

    name: str
    groups: tuple[str, ...]
    observed: Floats
    expected: Floats
    variance: Floats
    z: float
    chi_squared: float
    degrees: int
    p_value: float
    one_sided_p: float | None
    estimable: bool


@dataclass(frozen=True)
class MaxCombo:
    """Hold the largest of several weighted log-rank tests of two groups, with the p-value that allows for the choice.

    ``tests`` names them; ``z`` ``(tests,)`` and their null ``correlation`` ``(tests, tests)``; ``statistic`` is the
    largest ``|z|``, ``p_value`` its two-sided p. ``one_sided_p`` belongs to the smallest ``z``: small p says that the
    second group has the lower hazard, early, late or throughout.
    """

    tests: tuple[str, ...]
    z: Floats
    correlation: Floats
    statistic: float
    p_value: float
    one_sided_p: float
    estimable: bool


@dataclass(frozen=True)
class GrayTest:
    """Hold Gray's test that ``k`` groups have one cumulative incidence of a cause, summed over strata.

    ``score`` ``(k,)`` and its covariance ``variance`` ``(k, k)``. ``z`` is that of the second of two groups (below 0:
    fewer events of the cause than expected), 0 with more; ``one_sided_p`` is ``Phi(z)`` or ``None``.
    """

    groups: tuple[str, ...]
    score: Floats
    variance: Floats
    z: float
    statistic: float
    degrees: int
    p_value: float
    one_sided_p: float | None
    estimable: bool


@dataclass(frozen=True)
class MaxComboTrials:
    """Hold MaxCombo tests of many trials: ``z (trials, tests)``, ``correlation (trials, tests, tests)``, rest by trial.

    ``statistic`` and ``p_value`` are those of the largest ``|z|``, or, if ``one_sided``, of the largest ``-z``: small p
    then says that the experimental arm has the lower hazard.
    """

    tests: tuple[str, ...]
    z: Floats
    correlation: Floats
    statistic: Floats
    p_value: Floats
    one_sided: bool
    estimable: Bools


@dataclass(frozen=True)
class GrayTrials:
    """Hold Gray's test of two arms in many trials ``(trials,)``; ``z < 0``: fewer events of the cause in the second."""

    score: Floats
    variance: Floats
    z: Floats
    p_value: Floats
    estimable: Bools

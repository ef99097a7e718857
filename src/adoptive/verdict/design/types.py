"""What planning leaves: bounds, operating characteristics, sample sizes, times of the looks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

__all__ = ["Characteristics", "ErrorSpending", "SampleSize", "SequentialPlan"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ErrorSpending:
    """Name a family of bounds or of error spending, with its parameters.

    ``family`` is one of the names of :data:`adoptive.verdict.design.families.FAMILIES`; ``parameters`` are the
    family's (gamma, exponent, delta, constants); ``spent`` are the cumulative errors of the family "user".
    """

    family: str
    parameters: tuple[float, ...] = ()
    spent: tuple[float, ...] = ()


@dataclass(frozen=True)
class SequentialPlan:
    """Hold a group-sequential plan; arrays are ``(looks,)``.

    Large ``z`` favours the experimental arm. One-sided: stop for efficacy at ``z >= efficacy``, for harm at
    ``z < harm``, else for futility at ``z < futility``. Two-sided: stop at ``|z| >= efficacy``. Where nothing stops, a
    bound is inf (efficacy) or -inf. Spent errors are cumulative; ``stage_levels`` are the one-sided nominal levels.
    ``drift`` is the mean of z at information fraction 1 at which the plan has the power ``1 - beta``, ``fixed_drift``
    that of the one-look design, ``inflation_factor`` the ratio of the maximal informations.
    """

    fractions: Floats
    sided: int
    alpha: float
    beta: float
    efficacy: Floats
    futility: Floats
    harm: Floats
    alpha_spent: Floats
    beta_spent: Floats
    harm_spent: Floats
    stage_levels: Floats
    binding: bool
    drift: float
    fixed_drift: float
    inflation_factor: float
    efficacy_family: ErrorSpending
    futility_family: ErrorSpending | None = None
    harm_family: ErrorSpending | None = None


@dataclass(frozen=True)
class Characteristics:
    """Hold what a plan does at drifts: arrays ``(drifts, looks)``, sums ``(drifts,)``.

    ``efficacy``, ``futility`` and ``harm`` are the chances to stop at a look for that reason (of a two-sided plan,
    ``efficacy`` counts both sides, ``opposite`` the lower one alone); ``expected_fraction`` is the expected information
    at the stop over the maximal one.
    """

    drift: Floats
    efficacy: Floats
    futility: Floats
    harm: Floats
    power: Floats
    expected_fraction: Floats
    opposite: Floats


@dataclass(frozen=True)
class SampleSize:
    """Hold the size of a two-arm trial with a time-to-event endpoint; arrays are ``(looks,)``.

    Numbers are not rounded: ``events`` and ``patients`` are those at which the power is exactly ``power``. Arm 1 is the
    experimental one. ``look_time`` counts from the first patient; ``expected_*`` map "h0", "h01" (half-way on the
    drift's scale) and "h1" to the expectation at the stop.
    """

    method: str
    power: float
    hazard_ratio: float
    events: float
    patients: float
    patients_experimental: float
    patients_control: float
    accrual_time: float
    follow_up_time: float
    duration: float
    look_events: Floats
    look_patients: Floats
    look_time: Floats
    hazard_ratio_efficacy: Floats
    hazard_ratio_futility: Floats
    hazard_ratio_harm: Floats
    expected_events: Mapping[str, float] = field(default_factory=dict)
    expected_patients: Mapping[str, float] = field(default_factory=dict)
    expected_duration: Mapping[str, float] = field(default_factory=dict)
    drift: float = 0.0

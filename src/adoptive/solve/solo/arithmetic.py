"""Compute what a model's routines call beside + - * and /; read as text like `driver`."""

from __future__ import annotations

import math

from adoptive.solve.solo.blank import LARGEST_EXPONENT, REAL, SMALLEST_LOG_ARGUMENT, compiled

__all__ = ["choose", "safe_exp", "safe_log"]


@compiled
def safe_exp(value: float) -> float:
    """Return e^value, the exponent held within what the number type can hold."""
    held = REAL(value)
    if held > REAL(LARGEST_EXPONENT):
        held = REAL(LARGEST_EXPONENT)
    if held < REAL(-LARGEST_EXPONENT):
        held = REAL(-LARGEST_EXPONENT)
    power: float = REAL(math.exp(held))
    return power


@compiled
def safe_log(value: float) -> float:
    """Return ln value, arguments near and below zero held at a tiny one."""
    held = REAL(value)
    if held < REAL(SMALLEST_LOG_ARGUMENT):
        held = REAL(SMALLEST_LOG_ARGUMENT)
    logarithm: float = REAL(math.log(held))
    return logarithm


@compiled
def choose(condition: float, then: float, otherwise: float) -> float:
    """Return `then` where the condition is above zero, else `otherwise`."""
    return then if condition > REAL(0.0) else otherwise

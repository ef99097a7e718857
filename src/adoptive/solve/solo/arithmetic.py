"""Compute what a model's routines and the loop call beside + - * and /.

Read as text by `module`, which puts it below the real meaning of the names that come from `blank`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from adoptive.solve.solo.blank import LARGEST_EXPONENT, REAL, SMALLEST_LOG_ARGUMENT, Lanes, compiled

__all__ = ["choose", "fresh_draw", "open_lanes", "safe_exp", "safe_log", "take", "whole"]


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


@compiled
def whole(number: float) -> int:
    """Return a whole number that is kept as a floating one."""
    return int(number)


@compiled
def take(counter: Any) -> int:
    """Return a count and raise it by one; here no two threads share it."""
    count: int = counter[0]
    counter[0] = count + 1
    return count


@compiled
def open_lanes(lanes: Lanes) -> Lanes:
    """Return the lanes, which are an argument here."""
    return lanes


@compiled
def fresh_draw(draw: float, number: int) -> float:
    """Return the draw of a population's fall, as `solve.draws` says it, in words of 64 bits."""
    if number == 0 or draw <= 0.0 or draw >= 1.0:
        return draw
    z = np.uint64(draw * 9007199254740992.0) + np.uint64(number) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = (z ^ (z >> np.uint64(31))) >> np.uint64(11)
    return np.float64(z) / 9007199254740992.0

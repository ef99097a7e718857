"""Signs that may be missing: yes, no or not known, and what is certain all the same (Kleene's three values)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.errors import StudyError
from adoptive.outcome.types import as_numbers, unmasked

__all__ = [
    "DECIMALS",
    "NO",
    "NOT_KNOWN",
    "YES",
    "all_of",
    "any_of",
    "at_least",
    "at_least_of",
    "below",
    "coded",
    "measured",
    "one_of",
]

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

NO: Final = 0
YES: Final = 1
NOT_KNOWN: Final = -1
DECIMALS: Final = 9
"""Digits after the point to which a value is compared with a limit."""


def measured(value: ArrayLike, name: str, *, negative: bool = False) -> Floats:
    """Read measured values: NaN is missing; infinite values and, unless allowed, negative ones are refused.

    >>> measured([1.5, float("nan")], "uric acid").tolist()
    [1.5, nan]
    """
    found = as_numbers(value, name)
    wrong = np.isinf(found) if negative else np.isinf(found) | (found < 0)
    if wrong.any():
        allowed = "finite numbers" if negative else "finite numbers from 0 up"
        raise StudyError(
            f"{name} is out of range", value=found[wrong].flat[0], allowed=f"{allowed}; NaN where it is missing"
        )
    return found


def coded(sign: ArrayLike, name: str, *, codes: Sequence[int] = (NO, YES)) -> Codes:
    """Read a coded sign: one of its codes, or -1 (or NaN) where it is not known.

    >>> coded([True, False, -1], "oliguria").tolist()
    [1, 0, -1]
    """
    found = np.asarray(unmasked(sign))
    if found.dtype.kind == "f":
        found = np.where(np.isnan(found), NOT_KNOWN, found)
    if found.dtype.kind not in "biuf":
        raise StudyError(f"{name} is not coded", value=found.flat[0] if found.size else None, allowed=_codes(codes))
    wrong = ~np.isin(found, (NOT_KNOWN, *codes))
    if wrong.any():
        raise StudyError(f"{name} has an unknown code", value=found[wrong].flat[0], allowed=_codes(codes))
    return found.astype(np.int64)


def one_of(option: str, name: str, allowed: Iterable[str]) -> str:
    """Give the option back, or say what is allowed."""
    names = tuple(allowed)
    if option not in names:
        raise StudyError(f"unknown {name}", value=option, allowed=", ".join(names))
    return option


def at_least(value: Floats, limit: ArrayLike, *, at_limit: bool = True) -> Codes:
    """Ask whether a value reaches a limit (or, without ``at_limit``, exceeds it); not known where either is missing.

    >>> at_least(np.array([1.2 - 0.9, 0.29, np.nan]), 0.3).tolist()
    [1, 0, -1]
    """
    # differences, ratios and changes of unit leave dust (1.2 - 0.9 < 0.3), which must not decide at a limit
    found, line = np.round(value, DECIMALS), np.round(np.asarray(limit, np.float64), DECIMALS)
    reached = found >= line if at_limit else found > line
    return np.where(np.isnan(found) | np.isnan(line), NOT_KNOWN, reached).astype(np.int64)


def below(value: Floats, limit: ArrayLike, *, at_limit: bool = False) -> Codes:
    """Ask whether a value is below a limit (with ``at_limit``, or at it); not known where either is missing."""
    return at_least(-value, -np.asarray(limit, np.float64), at_limit=at_limit)


def at_least_of(count: int, signs: Sequence[Codes]) -> Codes:
    """Ask whether at least so many of the signs are present: known as soon as the missing ones cannot change it.

    >>> at_least_of(2, [np.array([1, 1, 0]), np.array([1, -1, -1]), np.array([-1, 0, 0])]).tolist()
    [1, -1, 0]
    """
    stacked = np.broadcast_arrays(*signs)
    present, possible = np.zeros(stacked[0].shape, np.int64), np.zeros(stacked[0].shape, np.int64)
    for sign in stacked:
        present += sign == YES
        possible += sign != NO
    return np.where(present >= count, YES, np.where(possible < count, NO, NOT_KNOWN)).astype(np.int64)


def any_of(*signs: Codes) -> Codes:
    """Ask whether any sign is present."""
    return at_least_of(1, signs)


def all_of(*signs: Codes) -> Codes:
    """Ask whether every sign is present."""
    return at_least_of(len(signs), signs)


def _codes(codes: Sequence[int]) -> str:
    return ", ".join(str(code) for code in codes) + f"; {NOT_KNOWN} where it is not known"

"""How a rule of response reads its visits, and judges them one after the other by a table of reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.errors import StudyError
from adoptive.outcome.response.types import Judged
from adoptive.outcome.types import as_codes, as_numbers

__all__ = ["ABSENT", "PRESENT", "UNKNOWN", "Visits", "lowest_before"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Bools = NDArray[np.bool_]

ABSENT, PRESENT, UNKNOWN = 0, 1, -1


@dataclass(frozen=True)
class Visits:
    """Read the values of some visits as arrays ``(patients, visits)``, with one clear error where they do not fit."""

    shape: tuple[int, ...]

    @classmethod
    def like(cls, value: ArrayLike, name: str) -> Visits:
        """Take the number of patients and visits from one of the values."""
        shape = np.atleast_2d(as_numbers(value, name)).shape
        if len(shape) != 2:
            raise StudyError("needs two axes", where=name, value=shape, allowed="(patients, visits)")
        return cls(shape)

    def numbers(self, value: ArrayLike, name: str, *, lowest: float = 0.0) -> Floats:
        """Read numbers, NaN where missing; one for all or one for each visit."""
        given = self._fit(as_numbers(value, name), name)
        if (given < lowest).any():
            raise StudyError("is too low", where=name, value=float(given[given < lowest][0]), allowed=f">= {lowest:g}")
        return given

    def codes(self, value: ArrayLike, name: str, *, highest: int = 1) -> Codes:
        """Read codes, -1 where not known."""
        given = self._fit(as_codes(value, name), name)
        wrong = (given < UNKNOWN) | (given > highest)
        if wrong.any():
            raise StudyError(
                "unknown code", where=name, value=int(given[wrong][0]), allowed=f"0 to {highest}, -1 not known"
            )
        return given

    def baseline(self, value: ArrayLike, name: str) -> Floats:
        """Read one number for each patient ``(patients, 1)``, NaN where missing."""
        given = as_numbers(value, name).reshape(-1)
        if given.size not in (1, self.shape[0]):
            raise StudyError("does not fit the visits", where=name, value=given.shape, allowed=f"({self.shape[0]},)")
        return np.broadcast_to(given, (self.shape[0],))[:, None]

    def judge(self, told: Sequence[tuple[Bools, int]], otherwise: int, table: Mapping[Any, tuple[int, str]]) -> Judged:
        """Give each visit the first reason that holds; ``table`` names the response and the words of every reason."""
        marks = [np.broadcast_to(mark, self.shape) for mark, _ in told]
        reason = np.select(marks, [int(why) for _, why in told], int(otherwise)).astype(np.int64)
        responses = np.array([table[why][0] for why in sorted(table)], np.int64)
        return Judged(responses[reason], reason, tuple(table[why][1] for why in sorted(table)))

    def _fit(self, given: NDArray[Any], name: str) -> NDArray[Any]:
        """Lay what is given out over patients and visits."""
        try:
            return np.broadcast_to(given, self.shape)
        except ValueError:
            raise StudyError(
                "does not fit the visits", where=name, value=given.shape, allowed=str(self.shape)
            ) from None


def lowest_before(values: Floats, baseline: Floats) -> Floats:
    """Give the lowest value before each visit, baseline ``(patients, 1)`` included; missing ones do not count.

    inf where nothing was measured before.

    >>> lowest_before(np.array([[3.0, 1.0, 2.0]]), np.array([[5.0]])).tolist()
    [[5.0, 3.0, 1.0]]
    """
    every = np.concatenate([np.broadcast_to(baseline, (len(values), 1)), values], axis=1)[:, : values.shape[1]]
    return np.asarray(np.minimum.accumulate(np.where(np.isnan(every), np.inf, every), axis=1))

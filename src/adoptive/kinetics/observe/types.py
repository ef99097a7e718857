"""What a laboratory or a reader hands over: the noun of this folder, and how it is put together."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.errors import AdoptiveError
from adoptive.streams import Keys, Streams

__all__ = ["Code", "Reading"]

Floats = NDArray[np.float64]
Marks = NDArray[np.bool_]


class Code(IntEnum):
    """Say what a value means: it was measured, it is the limit that was not reached or passed, or there is none."""

    MEASURED = 0
    BELOW_LIMIT = 1
    ABOVE_LIMIT = 2
    MISSING = 3


@dataclass(frozen=True)
class Reading:
    """Hold readings ``(patients, ...)``: value and :class:`Code`.

    Beyond a limit the value is that limit; where nothing was measured it is 0. It is never NaN.
    """

    value: Floats
    code: NDArray[np.int64]

    def is_(self, code: Code) -> Marks:
        """Mark the readings with a code."""
        return np.asarray(self.code == int(code))

    @classmethod
    def of(
        cls, value: Floats, *, below: Marks, above: Marks, low: Floats, high: Floats, taken: Marks | None
    ) -> Reading:
        """Put a reading together from measured values and the marks of those beyond a limit or not taken."""
        code = np.where(below, int(Code.BELOW_LIMIT), np.where(above, int(Code.ABOVE_LIMIT), int(Code.MEASURED)))
        known = np.where(below, low, np.where(above, high, value))
        if taken is not None:
            code, known = np.where(taken, code, int(Code.MISSING)), np.where(taken, known, 0.0)
        return cls(np.asarray(known, float), np.asarray(code, np.int64))


def uniforms(streams: Streams, purpose: str, keys: Keys, like: Floats) -> Floats:
    """Draw one uniform for each entry of a truth ``(patients, ...)``; a patient's draws depend on his key alone."""
    if like.shape[:1] != (len(keys),):
        raise AdoptiveError(
            "the truth's first axis is not the patients",
            where=purpose,
            value=like.shape,
            allowed=f"({len(keys)}, ...)",
            next_step="give one key per patient",
        )
    count = int(np.prod(like.shape[1:]))
    return streams.uniform(purpose, keys, max(count, 1)).reshape(like.shape) if count else np.zeros(like.shape)


def truth_of(values: ArrayLike, where: str) -> Floats:
    """Give true values as an array; a negative or missing one is refused."""
    truth = np.asarray(values, float)
    if not np.all(truth >= 0.0):
        raise AdoptiveError("a true value is negative or NaN", where=where, allowed="0 or more")
    return truth


def refuse_unless(holds: bool, what: str, *, where: str, value: object, allowed: str) -> None:
    """Refuse an assay that cannot exist."""
    if not holds:
        raise AdoptiveError(what, where=where, value=value, allowed=allowed, next_step="correct the assay")

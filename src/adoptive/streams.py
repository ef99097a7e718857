"""Keyed randomness: a draw is a function of (root seed, trial, patient, purpose, index), and of nothing else.

Counter based (Philox4x32-10, Salmon et al. 2011, 10.1145/2063384.2063405): there is no state, so adding an arm, a
patient or a draw moves no other number, and neither order, chunk nor worker changes a byte.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from adoptive.errors import AdoptiveError

__all__ = ["Keys", "Streams", "philox4x32"]

Words = NDArray[np.uint64]
Floats = NDArray[np.float64]

_LOW = np.uint64(0xFFFFFFFF)
_SHIFT = np.uint64(32)
_MULTIPLY = (np.uint64(0xD2511F53), np.uint64(0xCD9E8D57))
_WEYL = (0x9E3779B9, 0xBB67AE85)
_ROUNDS = 10


def philox4x32(counter: tuple[Words, Words, Words, Words], key: int) -> tuple[Words, Words, Words, Words]:
    """Give four 32-bit words (held in uint64) for a 128-bit counter and a 64-bit key.

    >>> zero = np.zeros(1, dtype=np.uint64)
    >>> [f"{int(word[0]):08x}" for word in philox4x32((zero, zero, zero, zero), 0)]
    ['6627e8d5', 'e169c58d', 'bc57ac4c', '9b00dbd8']
    """
    c0, c1, c2, c3 = counter
    k0, k1 = key & 0xFFFFFFFF, (key >> 32) & 0xFFFFFFFF
    for _ in range(_ROUNDS):
        a, b = _MULTIPLY[0] * c0, _MULTIPLY[1] * c2
        c0, c1 = (b >> _SHIFT) ^ c1 ^ np.uint64(k0), b & _LOW
        c2, c3 = (a >> _SHIFT) ^ c3 ^ np.uint64(k1), a & _LOW
        k0, k1 = (k0 + _WEYL[0]) & 0xFFFFFFFF, (k1 + _WEYL[1]) & 0xFFFFFFFF
    return c0, c1, c2, c3


@cache
def purpose_word(purpose: str) -> int:
    """Give the fixed 32-bit word of a purpose's name (the first bytes of its BLAKE2 digest)."""
    return int.from_bytes(hashlib.blake2s(purpose.encode(), digest_size=4).digest(), "little")


@dataclass(frozen=True)
class Keys:
    """Name whose draws are wanted: trial and patient numbers, both ``(patients,)``, 0 to 2**32 - 1."""

    trial: NDArray[np.int64]
    patient: NDArray[np.int64]

    @classmethod
    def of(cls, trial: ArrayLike, patient: ArrayLike) -> Keys:
        """Broadcast trial and patient numbers to one flat set of keys."""
        pair = np.broadcast_arrays(np.asarray(trial, np.int64), np.asarray(patient, np.int64))
        for name, numbers in zip(("trial", "patient"), pair, strict=True):
            if numbers.size and not 0 <= int(numbers.min()) <= int(numbers.max()) < 2**32:
                raise AdoptiveError(f"{name} number out of range", where="keys", allowed="0 to 2**32 - 1")
        return cls(pair[0].ravel(), pair[1].ravel())

    def __len__(self) -> int:
        return len(self.patient)

    def take(self, rows: NDArray[np.bool_] | NDArray[np.int64]) -> Keys:
        """Keep some rows."""
        return Keys(self.trial[rows], self.patient[rows])


@dataclass(frozen=True)
class Streams:
    """Draw numbers by name from one root seed (0 to 2**64 - 1).

    >>> keys = Keys.of(trial=0, patient=[3, 4])
    >>> both = Streams(seed=1).uniform("cohort.age", keys)
    >>> alone = Streams(seed=1).uniform("cohort.age", keys.take(np.array([1])))
    >>> bool(both[1] == alone[0])
    True
    """

    seed: int

    def __post_init__(self) -> None:
        if not 0 <= self.seed < 2**64:
            raise AdoptiveError(
                "seed out of range", where="seed", value=self.seed, allowed="0 to 2**64 - 1", next_step="choose another"
            )

    def uniform(self, purpose: str, keys: Keys, draws: int = 1) -> Floats:
        """Draw uniforms in (0, 1): ``(patients,)`` for one draw, ``(patients, draws)`` for more."""
        blocks = np.arange((draws + 1) // 2, dtype=np.uint64)
        shape = (len(keys), len(blocks))
        counter = (
            np.broadcast_to(blocks, shape),
            np.full(shape, purpose_word(purpose), dtype=np.uint64),
            np.broadcast_to(keys.patient.astype(np.uint64)[:, None], shape),
            np.broadcast_to(keys.trial.astype(np.uint64)[:, None], shape),
        )
        a, b, c, d = philox4x32(counter, self.seed)
        pair = np.stack([_unit(a, b), _unit(c, d)], axis=-1).reshape(len(keys), 2 * len(blocks))
        return pair[:, 0] if draws == 1 else pair[:, :draws]

    def normal(self, purpose: str, keys: Keys, draws: int = 1) -> Floats:
        """Draw standard normals by the inverse of the distribution function; shapes as :meth:`uniform`."""
        drawn: Floats = ndtri(self.uniform(purpose, keys, draws))
        return drawn

    def exponential(self, purpose: str, keys: Keys, draws: int = 1) -> Floats:
        """Draw standard exponentials (mean 1); shapes as :meth:`uniform`."""
        return -np.log(self.uniform(purpose, keys, draws))


def _unit(high: Words, low: Words) -> Floats:
    """Make a 53-bit uniform, never 0 or 1, from two 32-bit words."""
    bits = ((high << _SHIFT) | low) >> np.uint64(11)
    return np.minimum((bits.astype(np.float64) + 0.5) * 2.0**-53, 1.0 - 2.0**-53)

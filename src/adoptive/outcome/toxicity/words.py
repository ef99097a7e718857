"""From the words of a chart to the codes of the four domains of neurotoxicity that are not scores.

Case, spaces, hyphens and underscores do not matter. A word that is not in ``words.toml`` gives -1,
never a guess.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.outcome.toxicity.types import Consciousness, Motor, Pressure, Seizure

__all__ = [
    "consciousness_code",
    "first_words",
    "key_of",
    "motor_code",
    "pressure_code",
    "seizure_code",
    "spread",
    "words_of",
]

Codes = NDArray[np.int64]

UNKNOWN: Final = -1

_WORDS: Final[dict[str, dict[str, list[str]]]] = tomllib.loads(
    (Path(__file__).parent / "words.toml").read_text("utf-8")
)

_SPELLINGS: Final = ((">", "gt"), ("oedema", "edema"), ("haem", "hem"), ("generalised", "generalized"))


def key_of(words: str) -> str:
    """Keep letters and digits only, in one spelling; "> 5 min" reads "gt5min"."""
    plain = words.lower()
    for spelling, usual in _SPELLINGS:
        plain = plain.replace(spelling, usual)
    return re.sub(r"[^a-z0-9]", "", plain)


def words_of(sign: str, codes: Mapping[str, int]) -> dict[str, int]:
    """Give the code of every known word of a sign, from the names of its codes."""
    return {key_of(word): int(codes[name]) for name, listed in _WORDS[sign].items() for word in listed}


def first_words(sign: str) -> tuple[str, ...]:
    """Give the plainest word of each code of a sign.

    >>> first_words("motor")
    ('none', 'tremor myoclonus', 'deep focal weakness')
    """
    return tuple(listed[0] for listed in _WORDS[sign].values())


def spread(texts: list[str], codes: Mapping[str, int], shape: tuple[int, ...]) -> Codes:
    """Give every row the code of its word; each different word was read once."""
    return np.fromiter(map(codes.__getitem__, texts), np.int64, len(texts)).reshape(shape)


_CONSCIOUSNESS_OF: Final = words_of("consciousness", Consciousness.__members__)
_SEIZURE_OF: Final = words_of("seizure", Seizure.__members__)
_MOTOR_OF: Final = words_of("motor", Motor.__members__)
_PRESSURE_OF: Final = words_of("pressure", Pressure.__members__)


def _read(words: ArrayLike, table: Mapping[str, int]) -> Codes:
    array = np.asarray(words)
    texts = [str(word) for word in array.ravel().tolist()]
    return spread(texts, {text: table.get(key_of(text), UNKNOWN) for text in set(texts)}, array.shape)


def consciousness_code(words: ArrayLike) -> Codes:
    """Turn words into :class:`.types.Consciousness` codes, any shape; -1 for an empty or unknown word.

    >>> consciousness_code(["awake", "voice", "asleep"])
    array([ 0,  2, -1])
    """
    return _read(words, _CONSCIOUSNESS_OF)


def seizure_code(words: ArrayLike) -> Codes:
    """Turn words into :class:`.types.Seizure` codes, any shape; -1 for an empty or unknown word.

    >>> seizure_code(["none", "rapid_resolving", "> 5 min"])
    array([0, 1, 3])
    """
    return _read(words, _SEIZURE_OF)


def motor_code(words: ArrayLike) -> Codes:
    """Turn words into :class:`.types.Motor` codes, any shape; -1 for an empty or unknown word.

    >>> motor_code(["none", "tremor", "hemiparesis"])
    array([0, 1, 2])
    """
    return _read(words, _MOTOR_OF)


def pressure_code(words: ArrayLike) -> Codes:
    """Turn words into :class:`.types.Pressure` codes, any shape; -1 for an empty or unknown word.

    >>> pressure_code(["none", "papilledema", "CN VI palsy"])
    array([0, 6, 5])
    """
    return _read(words, _PRESSURE_OF)

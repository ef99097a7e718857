"""From the words of a chart to the codes of the four domains of neurotoxicity that are not scores.

Case, spaces, hyphens and underscores do not matter. A word that is not in the tables gives -1, never a guess.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.outcome.toxicity.types import Consciousness, Motor, Pressure, Seizure

__all__ = ["consciousness_code", "key_of", "motor_code", "pressure_code", "seizure_code", "spread", "table_of"]

Codes = NDArray[np.int64]

UNKNOWN: Final = -1

_NONE: Final = "none, no, normal, absent, nil, 0"
_CONSCIOUSNESS: Final[dict[int, str]] = {
    Consciousness.AWAKE: "awake, alert, normal, none, not depressed, fully awake, awake and alert, awake alert",
    Consciousness.DROWSY: "spontaneous, spontaneously, awakens spontaneously, wakes spontaneously, "
    "awakes spontaneously, drowsy awakens spontaneously",
    Consciousness.VOICE: "voice, awakens to voice, wakes to voice, awakes to voice, to voice, arousable to voice, "
    "responds to voice",
    Consciousness.TACTILE: "tactile, touch, tactile only, tactile stimulus, tactile stimuli, awakens to touch, "
    "awakens only to touch, awakens only to tactile stimulus, awakens only to tactile stimuli, awakens to tactile, "
    "awakens to tactile stimulus, awakens to tactile stimuli, awakens only to tactile, arousable to touch",
    Consciousness.UNAROUSABLE: "unarousable, unrousable, stupor, coma, stupor or coma, comatose, stuporous, vigorous, "
    "vigorous tactile, vigorous stimulus, vigorous stimuli, vigorous tactile stimuli, repetitive tactile stimuli, "
    "vigorous or repetitive, vigorous or repetitive stimuli, vigorous or repetitive tactile stimuli, unresponsive",
}
_SEIZURES: Final[dict[int, str]] = {
    Seizure.NONE: _NONE + ", no seizure, no seizures",
    Seizure.RESOLVING: "resolving, rapid resolving, rapidly resolving, resolves rapidly, rapid resolution, "
    "clinical resolving, clinical rapid resolving, clinical rapidly resolving, clinical resolves rapidly, "
    "focal resolving, focal rapid resolving, focal rapidly resolving, generalized resolving, "
    "generalized rapid resolving, generalized rapidly resolving, clinical seizure that resolves rapidly",
    Seizure.NONCONVULSIVE_RESOLVING: "nonconvulsive resolving, eeg resolving, electrographic resolving, "
    "nonconvulsive eeg resolving, nonconvulsive resolves with intervention, nonconvulsive resolved, "
    "nonconvulsive resolving with intervention, nonconvulsive on eeg that resolves with intervention",
    Seizure.PROLONGED: "prolonged, gt 5 min, over 5 min, more than 5 min, prolonged gt 5 min, prolonged over 5 min, "
    "prolonged more than 5 min, gt 5 minutes, prolonged gt 5 minutes, prolonged over 5 minutes, "
    "life threatening prolonged, status epilepticus",
    Seizure.REPETITIVE: "repetitive, repetitive no return, repetitive without return, no return to baseline, "
    "repetitive no return to baseline, repetitive without return to baseline",
}
_MOTOR: Final[dict[int, str]] = {
    Motor.NONE: _NONE + ", no weakness",
    Motor.TREMOR_OR_MYOCLONUS: "tremor myoclonus, tremor, myoclonus, tremor or myoclonus, tremor and myoclonus",
    Motor.DEEP_FOCAL_WEAKNESS: "deep focal weakness, deep focal motor weakness, deep weakness, hemiparesis, "
    "hemiplegia, paraparesis, paraplegia, hemiparesis or paraparesis",
}
_PRESSURE: Final[dict[int, str]] = {
    Pressure.NONE: _NONE + ", no edema",
    Pressure.HAEMORRHAGE: "hemorrhage, intracranial hemorrhage, ich, intracranial bleeding, "
    "intracranial hemorrhage with edema, hemorrhage with edema",
    Pressure.FOCAL_OEDEMA: "focal edema, local edema, focal local edema, focal or local edema, focal cerebral edema, "
    "focal edema on imaging, focal local edema on imaging",
    Pressure.DIFFUSE_OEDEMA: "diffuse edema, diffuse cerebral edema, cerebral edema diffuse, diffuse edema on imaging, "
    "diffuse cerebral edema on imaging",
    Pressure.POSTURING: "posturing, decerebrate, decorticate, decerebrate posturing, decorticate posturing, "
    "decerebrate posture, decorticate posture, decerebrate or decorticate, decerebrate or decorticate posturing",
    Pressure.SIXTH_NERVE_PALSY: "cn 6 palsy, cn vi palsy, sixth nerve palsy, 6th nerve palsy, cranial nerve vi palsy, "
    "cranial nerve 6 palsy, sixth cranial nerve palsy, abducens palsy, abducens nerve palsy",
    Pressure.PAPILLOEDEMA: "papilledema, papilloedema",
    Pressure.CUSHING_TRIAD: "cushing triad, cushings triad, cushing",
}
_SPELLINGS: Final = ((">", "gt"), ("oedema", "edema"), ("haem", "hem"), ("generalised", "generalized"))


def key_of(words: str) -> str:
    """Keep letters and digits only, in one spelling; "> 5 min" reads "gt5min"."""
    plain = words.lower()
    for spelling, usual in _SPELLINGS:
        plain = plain.replace(spelling, usual)
    return re.sub(r"[^a-z0-9]", "", plain)


def table_of(words: Mapping[int, str]) -> dict[str, int]:
    """Turn comma-separated words by code into codes by word."""
    return {key_of(word): int(code) for code, listed in words.items() for word in listed.split(",")}


def spread(texts: list[str], codes: Mapping[str, int], shape: tuple[int, ...]) -> Codes:
    """Give every row the code of its word; each different word was read once."""
    return np.fromiter(map(codes.__getitem__, texts), np.int64, len(texts)).reshape(shape)


_CONSCIOUSNESS_OF: Final = table_of(_CONSCIOUSNESS)
_SEIZURE_OF: Final = table_of(_SEIZURES)
_MOTOR_OF: Final = table_of(_MOTOR)
_PRESSURE_OF: Final = table_of(_PRESSURE)


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

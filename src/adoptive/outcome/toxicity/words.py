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

_NONE: Final = "none, no, normal, absent, 0"
_CONSCIOUSNESS: Final[dict[int, str]] = {
    Consciousness.AWAKE: "awake, alert, normal, none, not depressed, fully awake, awake and alert",
    Consciousness.DROWSY: "drowsy, somnolent, spontaneous, spontaneously, awakens spontaneously, wakes spontaneously, "
    "awakes spontaneously",
    Consciousness.VOICE: "voice, awakens to voice, wakes to voice, to voice, arousable to voice, verbal",
    Consciousness.TACTILE: "tactile, awakens to touch, tactile stimulus, tactile stimuli, touch, "
    "awakens only to tactile stimulus, awakens only to tactile stimuli, awakens to tactile stimulus, "
    "awakens to tactile stimuli, tactile only, arousable to touch",
    Consciousness.UNAROUSABLE: "unarousable, unrousable, stupor, coma, stupor or coma, comatose, stuporous, vigorous, "
    "vigorous tactile, vigorous stimuli, vigorous tactile stimuli, vigorous or repetitive tactile stimuli, "
    "repetitive tactile stimuli, vigorous or repetitive, unresponsive",
}
_SEIZURES: Final[dict[int, str]] = {
    Seizure.NONE: _NONE + ", no seizure, no seizures",
    Seizure.RESOLVING: "rapid resolving, resolving, rapidly resolving, resolves rapidly, brief, clinical resolving, "
    "clinical rapid resolving, clinical rapidly resolving, clinical seizure resolving, clinical seizure that resolves "
    "rapidly, focal resolving, generalised resolving, generalized resolving",
    Seizure.NONCONVULSIVE_RESOLVING: "nonconvulsive resolving, non convulsive resolving, eeg resolving, "
    "nonconvulsive eeg resolving, nonconvulsive resolves with intervention, eeg resolves with intervention",
    Seizure.PROLONGED: "prolonged, prolonged gt 5 min, prolonged over 5 min, over 5 min, gt 5 min, life threatening "
    "prolonged, prolonged more than 5 min, more than 5 min, prolonged 5 min, status epilepticus, life threatening",
    Seizure.REPETITIVE: "repetitive, repetitive no return, repetitive without return, repetitive no return to "
    "baseline, repetitive without return to baseline, no return to baseline",
}
_MOTOR: Final[dict[int, str]] = {
    Motor.NONE: _NONE + ", no weakness",
    Motor.TREMOR_OR_MYOCLONUS: "tremor myoclonus, tremor, myoclonus, tremor or myoclonus, tremor and myoclonus",
    Motor.DEEP_FOCAL_WEAKNESS: "deep focal weakness, deep focal motor weakness, deep weakness, hemiparesis, "
    "hemiplegia, paraparesis, paraplegia, focal motor weakness, hemiparesis or paraparesis",
}
_PRESSURE: Final[dict[int, str]] = {
    Pressure.NONE: _NONE + ", no oedema, no edema",
    Pressure.HAEMORRHAGE: "intracranial haemorrhage, intracranial hemorrhage, haemorrhage, hemorrhage, ich, "
    "intracranial bleeding",
    Pressure.FOCAL_OEDEMA: "focal edema, focal oedema, local edema, local oedema, focal local edema, "
    "focal local oedema, focal or local edema, focal or local oedema",
    Pressure.DIFFUSE_OEDEMA: "diffuse edema, diffuse oedema, diffuse cerebral edema, diffuse cerebral oedema, "
    "cerebral edema diffuse, cerebral oedema diffuse",
    Pressure.POSTURING: "posturing, decerebrate, decorticate, decerebrate posturing, decorticate posturing, "
    "decerebrate or decorticate posturing, decerebrate or decorticate, decerebrate posture, decorticate posture",
    Pressure.SIXTH_NERVE_PALSY: "cn6 palsy, cn 6 palsy, cnvi palsy, cn vi palsy, sixth nerve palsy, 6th nerve palsy, "
    "cranial nerve vi palsy, cranial nerve 6 palsy, abducens palsy, abducens nerve palsy",
    Pressure.PAPILLOEDEMA: "papilloedema, papilledema",
    Pressure.CUSHING_TRIAD: "cushing triad, cushings triad, cushing, cushing s triad",
}


def key_of(words: str) -> str:
    """Keep letters and digits only; "> 5 min" reads "gt5min"."""
    return re.sub(r"[^a-z0-9]", "", words.lower().replace(">", "gt"))


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

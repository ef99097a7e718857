"""The signs of neurotoxicity, from the leak of the blood-brain barrier and each patient's tolerance of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from adoptive.outcome.toxicity.icans import grade_icans
from adoptive.outcome.toxicity.types import Consciousness, IcansSigns, Motor, Pressure, Seizure
from adoptive.parameters import Typical, draw_patients
from adoptive.streams import Keys, Streams

__all__ = ["BrainSigns", "BrainTolerance", "brain_signs", "daily_icans_grade", "draw_brain_tolerance"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

FULL_ICE: Final = 10
"""Points of the ICE score of a healthy patient."""


@dataclass(frozen=True)
class BrainTolerance:
    """Hold the leak of the blood-brain barrier (0 to 1) at which each patient shows each sign, ``(patients,)``.

    ``ice`` is where the first point of the ICE score is lost and ``ice_slope`` the points lost for each further
    multiple of it; ``voice``, ``touch`` and ``coma`` are steps of consciousness; ``seizure`` is one that resolves,
    ``status`` one that lasts or repeats; ``focal_oedema`` shows on imaging, ``oedema`` is diffuse; ``weakness`` is
    deep and focal. A threshold above 1 is never reached.
    """

    ice: Floats
    ice_slope: Floats
    voice: Floats
    touch: Floats
    coma: Floats
    seizure: Floats
    status: Floats
    focal_oedema: Floats
    oedema: Floats
    weakness: Floats

    @property
    def critical(self) -> Floats:
        """Give the leak from which ICANS is of grade 4."""
        return np.asarray(np.min([self.coma, self.status, self.oedema, self.weakness], axis=0))

    @property
    def severe(self) -> Floats:
        """Give the leak from which ICANS is of grade 3 or more."""
        lost = self._leak_at(7)
        return np.asarray(np.min([lost, self.touch, self.seizure, self.focal_oedema, self.critical], axis=0))

    @property
    def serious(self) -> Floats:
        """Give the leak from which ICANS is of grade 2 or more."""
        return np.asarray(np.min([self._leak_at(3), self.voice, self.severe], axis=0))

    @property
    def first(self) -> Floats:
        """Give the leak from which ICANS is of grade 1 or more."""
        return np.minimum(self.ice, self.serious)

    def take(self, rows: NDArray[np.int64]) -> BrainTolerance:
        """Keep some patients; a row may come more than once."""
        return BrainTolerance(**{name: values[rows] for name, values in self.__dict__.items()})

    def _leak_at(self, further: int) -> Floats:
        """Give the leak at which so many points are lost beyond the first."""
        return np.asarray(self.ice * (1.0 + further / self.ice_slope))


@dataclass(frozen=True)
class BrainSigns:
    """Hold the daily signs of neurotoxicity in the shape of the leak, in the codes of the grading rule.

    ``ice`` is the ICE score, 0 to 10; ``consciousness``, ``seizure``, ``motor`` and ``pressure`` are codes of
    :mod:`adoptive.outcome.toxicity.types`.
    """

    ice: Codes
    consciousness: Codes
    seizure: Codes
    motor: Codes
    pressure: Codes

    def icans(self) -> IcansSigns:
        """Give the signs in the words of the grading rule."""
        return IcansSigns(**self.__dict__)


def draw_brain_tolerance(keys: Keys, *, target: str, typical: Typical, streams: Streams) -> BrainTolerance:
    """Draw each patient's thresholds of neurotoxicity.

    ``threshold = typical tolerance^shared own sign r``: ``tolerance`` is the patient's tolerance of interleukin 6
    (the one of :func:`~adoptive.outcome.clinic.signs.draw_tolerance`), ``own`` that of his brain, ``sign`` each sign's
    own spread, and ``r`` is 1 for CD19, which the brain's vessels carry (Parker 2020, 10.1016/j.cell.2020.08.022),
    and ``brain_without_cd19`` for every other target.
    """

    def row(name: str) -> Floats:
        return draw_patients(typical, streams, name=f"outcome.{name}", keys=keys)

    other = 1.0 if target.upper() == "CD19" else typical.at("outcome.brain_without_cd19", keys)
    common = row("sign_tolerance") ** row("brain_shared") * row("brain_tolerance") * other
    return BrainTolerance(
        ice=common * row("ice_leak"),
        ice_slope=row("ice_slope"),
        voice=common * row("voice_leak"),
        touch=common * row("touch_leak"),
        coma=common * row("coma_leak"),
        seizure=common * row("seizure_leak"),
        status=common * row("status_leak"),
        focal_oedema=common * row("focal_oedema_leak"),
        oedema=common * row("oedema_leak"),
        weakness=common * row("weakness_leak"),
    )


def brain_signs(leak: Floats, tolerance: BrainTolerance) -> BrainSigns:
    """Give the signs at a leak ``(patients,)`` or ``(patients, days)``.

    ``ICE = 10 - floor(1 + slope (leak / first - 1))`` from the first leak up, 10 below it; every other sign is there
    from its threshold up, the graver in place of the lighter. Who cannot be woken has ICE 0. No sign ever improves when
    the leak rises.
    """
    shape = (-1,) + (1,) * (np.ndim(leak) - 1)

    def steps(*signs: tuple[Floats, int]) -> Codes:
        # a patient who shows the graver sign shows the lighter one too, whatever his own spread of the lighter
        code = np.zeros(np.shape(leak), np.int64)
        for threshold, step in signs:
            code = np.where(leak >= threshold.reshape(shape), step, code)
        return code

    first, slope = tolerance.ice.reshape(shape), tolerance.ice_slope.reshape(shape)
    # the same expression as in BrainTolerance, so that a threshold and its sign agree to the last bit
    lost = np.sum([leak >= first * (1.0 + further / slope) for further in range(FULL_ICE)], axis=0)
    consciousness = steps(
        (tolerance.voice, Consciousness.VOICE),
        (tolerance.touch, Consciousness.TACTILE),
        (tolerance.coma, Consciousness.UNAROUSABLE),
    )
    return BrainSigns(
        ice=np.where(consciousness == Consciousness.UNAROUSABLE, 0, FULL_ICE - lost).astype(np.int64),
        consciousness=consciousness,
        seizure=steps((tolerance.seizure, Seizure.RESOLVING), (tolerance.status, Seizure.PROLONGED)),
        motor=steps((tolerance.weakness, Motor.DEEP_FOCAL_WEAKNESS)),
        pressure=steps((tolerance.focal_oedema, Pressure.FOCAL_OEDEMA), (tolerance.oedema, Pressure.DIFFUSE_OEDEMA)),
    )


def daily_icans_grade(leak: Floats, tolerance: BrainTolerance) -> Codes:
    """Grade ICANS on every day by ASTCT, ``(patients, days)``; days on which no sign can show are grade 0."""
    grade = np.zeros(leak.shape, np.int64)
    row, at = np.nonzero(leak >= tolerance.first[:, None])
    grade[row, at] = grade_icans(brain_signs(leak[row, at], tolerance.take(row)).icans()).grade
    return grade

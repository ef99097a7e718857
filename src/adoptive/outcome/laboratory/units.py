"""Units as laboratories write them: read into a kind and a size, or not read at all.

Harmless spellings are one unit (``10^9/L``, ``x10E9/L``, ``10*9/L``, ``G/L``, ``K/uL``); letters' case does not matter
(but for ``G/L``, 10^9 per litre where cells are counted, and ``g/L``, which never is).
A text that is not understood is no unit: nothing is assumed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.errors import StudyError

__all__ = ["MOLAR_MASS_G", "Unit", "convert", "unit_of"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Unit:
    """Hold what a unit measures and its size in the kind's own unit (1/L, g/L, mol/L, Eq/L, U/L, s, 1, mL/min)."""

    kind: str
    size: float


MOLAR_MASS_G: Final[Mapping[str, float]] = {
    "bilirubin": 584.66,
    "calcium": 40.078,
    "cholesterol": 386.65,
    "creatinine": 113.12,
    "glucose": 180.156,
    "magnesium": 24.305,
    "phosphate": 30.974,  # laboratories state phosphate as phosphorus
    "potassium": 39.098,
    "sodium": 22.990,
    "uric acid": 168.11,
}
"""Molar masses (g/mol) from the standard atomic weights (IUPAC), for :func:`convert`."""

_PREFIX: Final[Mapping[str, float]] = {
    "": 1.0, "m": 1e-3, "u": 1e-6, "mc": 1e-6, "n": 1e-9, "p": 1e-12,
}  # fmt: skip
_VOLUME_L: Final[Mapping[str, float]] = {
    "l": 1.0, "dl": 1e-1, "100ml": 1e-1, "ml": 1e-3, "ul": 1e-6, "mcl": 1e-6, "nl": 1e-9,
    "mm3": 1e-6, "mm^3": 1e-6, "cmm": 1e-6, "cumm": 1e-6,
}  # fmt: skip
_PER: Final = r"/(?P<volume>l|dl|100ml|ml|ul|mcl|nl|mm\^?3|cu?mm)"
_COUNT: Final = re.compile(
    r"x?(?:(?:10(?:\^|e\+?|\*\*?)(?P<power>[369]|12)|1e\+?(?P<plain>[369]|12)|(?P<letter>k|gi?|gpt|ti?|thou)|1)x?)?"
    r"(?:cells?|count)?" + _PER
)
_MASS: Final = re.compile(r"(?P<prefix>|m|u|mc|n|p)g" + _PER)
_SUBSTANCE: Final = re.compile(r"(?P<prefix>|m|u|mc|n|p)mol" + _PER)
_EQUIVALENT: Final = re.compile(r"(?P<prefix>|m|u|mc)eq" + _PER)
_ACTIVITY: Final = re.compile(r"(?P<prefix>|m|u|mc|k)(?:iu|u|units?)" + _PER)
_KATAL: Final = re.compile(r"(?P<prefix>|m|u|mc|n)kat" + _PER)
_LETTERS: Final[Mapping[str, float]] = {
    "k": 1e3, "thou": 1e3, "g": 1e9, "gi": 1e9, "gpt": 1e9, "t": 1e12, "ti": 1e12,
}  # fmt: skip
_WORDS: Final[Mapping[str, Unit]] = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), Unit("time", 1.0)),
    **dict.fromkeys(("1", "ratio", "inr", "{inr}", "{ratio}"), Unit("ratio", 1.0)),
    **dict.fromkeys(("ph", "[ph]", "phunits"), Unit("pH", 1.0)),
    **dict.fromkeys(("ml/min", "ml/minute"), Unit("clearance", 1.0)),
    "ml/s": Unit("clearance", 60.0),
    "mg%": Unit("mass", 1e-2),
    "g%": Unit("mass", 10.0),
}
_SAME: Final = str.maketrans({"µ": "u", "μ": "u", "×": "x", "⁰": "0", "³": "3", "⁶": "6", "⁹": "9", "¹": "1", " ": ""})
_SUPERSCRIPT: Final = re.compile(r"10([³⁶⁹])")


@lru_cache(maxsize=4096)
def unit_of(text: str, kind: str | None = None) -> Unit | None:
    """Read a unit; ``None`` where it is not understood, or is not of the kind asked for.

    ``G/L`` is grams per litre where a mass is meant and 10^9 per litre where cells are counted, so the kind decides.

    >>> unit_of("x10E3/uL", "count") == unit_of("10^9/L", "count") == unit_of("G/L", "count")
    True
    >>> unit_of("G/L", "mass")
    Unit(kind='mass', size=1.0)
    >>> unit_of("g/cL") is None
    True
    """
    plain = _SUPERSCRIPT.sub(r"10^\1", text.strip()).translate(_SAME).casefold()
    if plain in _WORDS:
        found = _WORDS[plain]
        return found if kind in (None, found.kind) else None
    giga = text.strip().startswith("G") or not plain.startswith("g/")  # g/L is never 10^9/L
    for unit in (_read_scaled(plain), _read_count(plain) if giga else None):
        if unit is not None and kind in (None, unit.kind):
            return unit
    return None


def _read_scaled(plain: str) -> Unit | None:
    for kind, pattern, scale in (
        ("mass", _MASS, 1.0),
        ("substance", _SUBSTANCE, 1.0),
        ("equivalent", _EQUIVALENT, 1.0),
        ("activity", _ACTIVITY, 1.0),
        ("activity", _KATAL, 6e7),  # 1 kat = 60e6 U
    ):
        found = pattern.fullmatch(plain)
        if found is not None:
            prefix = 1e3 if found["prefix"] == "k" else _PREFIX[found["prefix"]]
            return Unit(kind, scale * prefix / _VOLUME_L[found["volume"]])
    return None


def _read_count(plain: str) -> Unit | None:
    found = _COUNT.fullmatch(plain)
    if found is None:
        return None
    power = found["power"] or found["plain"]
    factor = 10.0 ** int(power) if power else _LETTERS.get(found["letter"] or "", 1.0)
    return Unit("count", factor / _VOLUME_L[found["volume"]])


def convert(value: ArrayLike, *, unit: str, to: str, analyte: str | None = None) -> Floats:
    """Convert values to another unit; between mass and substance by the analyte's molar mass (:data:`MOLAR_MASS_G`).

    Parameters
    ----------
    value
        Values, any shape.
    unit, to
        Units as laboratories write them.
    analyte
        Needed between mass and substance.

    Raises
    ------
    StudyError
        If a unit is not understood, the kinds differ, or the molar mass is not known.

    >>> convert([8.0, 10.0], unit="g/dL", to="g/L").tolist()
    [80.0, 100.0]
    >>> convert(1.0, unit="mg/dL", to="umol/L", analyte="creatinine").round(1).tolist()
    88.4
    """
    old, new = (_known(text) for text in (unit, to))
    factor = old.size / new.size
    if old.kind != new.kind:
        if {old.kind, new.kind} != {"mass", "substance"}:
            raise StudyError("these units do not measure the same", value=f"{unit} and {to}")
        if analyte is None or analyte not in MOLAR_MASS_G:
            raise StudyError("molar mass not known", value=analyte, allowed=", ".join(MOLAR_MASS_G))
        factor *= MOLAR_MASS_G[analyte] if new.kind == "mass" else 1.0 / MOLAR_MASS_G[analyte]
    converted: Floats = np.asarray(value, np.float64) * factor
    return converted


def _known(text: str) -> Unit:
    unit = unit_of(text)
    if unit is None:
        raise StudyError("unit not understood", value=text, allowed="for example 10^9/L, g/dL, mmol/L, U/L")
    return unit

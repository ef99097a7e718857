"""Units that laboratory and bedside values come in, as they are spelled in column names and in unit columns.

Each conversion is ``value * scale + offset`` into the first unit of its tuple. Molar masses (g/mol): uric acid 168.11,
phosphorus 30.974, calcium 40.078, creatinine 113.12, haemoglobin (per haem) 16,114, triglycerides as triolein 885.4.
"""

from __future__ import annotations

from typing import Final

from adoptive.workbench.grade.types import Unit

__all__ = [
    "ALBUMIN", "CALCIUM", "CELSIUS", "COUNT_E9_L", "COUNT_PER_UL", "CREATININE", "CRP", "DAY", "ENZYME", "FERRITIN",
    "FIBRINOGEN", "FLOW", "HAEMOGLOBIN", "IGG", "MILLIMETRE", "PHOSPHATE", "POTASSIUM", "SHARE", "TRIGLYCERIDES",
    "URIC_ACID", "spell",
]  # fmt: skip

_E9: Final = (
    "1e9/L", "1e9L", "10^9/L", "x10^9/L", "x10e9/L", "x1e9/L", "10*9/L", "10e9/L", "e9/L", "G/L", "GI/L",
    "Gpt/L", "10^3/uL", "x10^3/uL", "1e3/uL", "10*3/uL", "10e3/uL", "10^3/mm3", "x10^3/mm3", "10*3/mm3",
    "K/uL", "K/mm3", "thou/uL", "thousand/uL",
)  # fmt: skip
_PER_UL: Final = (
    "per uL", "/uL", "1/uL", "cells/uL", "cells per uL", "/mm3", "per mm3", "1/mm3", "cells/mm3", "cells per mm3",
    "/mcL", "per mcL", "cells/mcL", "/cmm",
)  # fmt: skip


def _per_dl(scale: float) -> tuple[Unit, ...]:
    """Give mg/dL with mmol/L and umol/L, ``scale`` mg/dL in 1 mmol/L."""
    return (
        Unit("mg/dL", 1.0, ("mg/dL", "mg per dL", "mg%")),
        Unit("mmol/L", scale, ("mmol/L", "mM")),
        Unit("umol/L", scale / 1000.0, ("umol/L", "micromol/L", "uM", "mcmol/L")),
    )


COUNT_E9_L: Final = (Unit("1e9/L", 1.0, _E9), Unit("per uL", 1e-3, _PER_UL))
COUNT_PER_UL: Final = (Unit("per uL", 1.0, _PER_UL), Unit("1e9/L", 1e3, _E9))
CELSIUS: Final = (
    Unit("degC", 1.0, ("C", "degC", "celsius", "deg C", "degrees C")),
    Unit("degF", 5.0 / 9.0, ("F", "degF", "fahrenheit", "deg F", "degrees F"), -160.0 / 9.0),
)
URIC_ACID: Final = _per_dl(16.811)
PHOSPHATE: Final = _per_dl(3.0974)
CALCIUM: Final = _per_dl(4.0078)
CREATININE: Final = _per_dl(11.312)
POTASSIUM: Final = (Unit("mmol/L", 1.0, ("mmol/L", "mM", "mEq/L")),)
ALBUMIN: Final = (Unit("g/dL", 1.0, ("g/dL", "g%")), Unit("g/L", 0.1, ("g/L",)))
HAEMOGLOBIN: Final = (*ALBUMIN, Unit("mmol/L", 1.6114, ("mmol/L",)))
CRP: Final = (Unit("mg/dL", 1.0, ("mg/dL",)), Unit("mg/L", 0.1, ("mg/L", "ug/mL")))
FERRITIN: Final = (Unit("ng/mL", 1.0, ("ng/mL", "ug/L", "mcg/L")), Unit("mg/L", 1e3, ("mg/L",)))
ENZYME: Final = (Unit("U/L", 1.0, ("U/L", "IU/L", "units/L")), Unit("ukat/L", 60.0, ("ukat/L", "microkat/L")))
FIBRINOGEN: Final = (
    Unit("g/L", 1.0, ("g/L", "mg/mL")), Unit("mg/dL", 0.01, ("mg/dL",)), Unit("umol/L", 0.34, ("umol/L",)),
)  # fmt: skip
TRIGLYCERIDES: Final = (Unit("mmol/L", 1.0, ("mmol/L", "mM")), Unit("mg/dL", 1.0 / 88.54, ("mg/dL",)))
IGG: Final = (Unit("mg/dL", 1.0, ("mg/dL",)), Unit("g/L", 100.0, ("g/L", "mg/mL")))
MILLIMETRE: Final = (Unit("mm", 1.0, ("mm", "millimetre", "millimeter")), Unit("cm", 10.0, ("cm",)))
FLOW: Final = (Unit("L/min", 1.0, ("L/min", "lpm", "L per min")),)
SHARE: Final = (Unit("fraction", 1.0, ("fraction", "share")), Unit("%", 0.01, ("percent", "%", "pct")))
DAY: Final = (Unit("day", 1.0, ("day", "days", "d")),)


def spell(text: str) -> str:
    """Give a name or unit without case, spaces and signs, so that harmless spellings are equal.

    >>> spell("ANC (10^9/L)"), spell("anc_per_µL"), spell("Temp. °C")
    ('anc109l', 'ancperul', 'tempc')
    """
    plain = text.strip().replace("µ", "u").replace("μ", "u").replace("³", "3").replace("⁹", "9").replace("%", "percent")
    return "".join(sign for sign in plain.lower() if sign.isascii() and sign.isalnum())

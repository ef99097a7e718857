"""Stages of cancers in the form of criteria: ``3C`` and ``Stage IIIC`` are ``IIIC``."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["metastasis_of", "stage_of"]

_ROMAN: Final = {"0": "0", "1": "I", "2": "II", "3": "III", "4": "IV"}
_STAGE: Final = re.compile(
    r"(?:(?:clinical|pathological|pathologic|anatomic|prognostic|ajcc|uicc|tnm|figo|lymphoma|ann|arbor|stage|group)\s{1,3})*"
    r"(?P<prefix>[cpy]{0,2})(?P<number>IV|III|II|I|0|1|2|3|4)(?P<letter>[A-E]?)(?P<digit>[1-4]?)"
    r"(?:\s\((?:finding|qualifier value)\))?",
    re.IGNORECASE | re.ASCII,
)
_METASTASIS: Final = re.compile(r"(?:ajcc\s)?[cpy]{0,2}M(?P<value>[01])[a-e]?(?:\([0-9a-z+]{1,4}\))?", re.IGNORECASE)


def stage_of(text: str) -> str | None:
    """Read a stage group of TNM, FIGO or Ann Arbor; None for other scales, which do not mean the same.

    >>> stage_of("3C"), stage_of("Stage IVA"), stage_of("IIB"), stage_of("ISS Stage II Multiple Myeloma")
    ('IIIC', 'IVA', 'IIB', None)
    """
    found = _STAGE.fullmatch(re.sub(r"\s+", " ", text.strip())) if len(text) <= 80 else None
    if found is None:
        return None
    number = found["number"].upper()
    return _ROMAN.get(number, number) + found["letter"].upper() + found["digit"]


def metastasis_of(text: str) -> bool | None:
    """Read the M category: M1 is True, M0 False, anything else None.

    >>> metastasis_of("pM1b"), metastasis_of("cM0"), metastasis_of("MX")
    (True, False, None)
    """
    found = _METASTASIS.fullmatch(text.strip()) if len(text) <= 40 else None
    return found["value"] == "1" if found else None

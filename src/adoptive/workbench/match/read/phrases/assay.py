"""Tests of antigens: immunohistochemistry, in-situ hybridisation, PCR, flow cytometry, RNA."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["ASSAY", "ASSAYS", "assay_of"]

ASSAYS: Final = {
    "IHC": r"(?:immunohistochemi(?:stry|cal)|immunohistological)(?: staining)?(?: \(IHC\))?|IHC",
    "ISH": (
        r"(?:FISH|CISH|DISH|ISH)(?: ?/ ?(?:FISH|ISH|CISH))?|(?:fluorescence "
        r"|chromogenic )?in[- ]situ hybridi[sz]ation(?: \((?:FISH|ISH)\))?"
    ),
    "PCR": r"(?:RT-?q?|q|real-time )?PCR",
    "flow cytometry": r"flow cytometry",
    "RNA": r"RNA(?:-?seq| sequencing)",
}
"""Names of tests and the forms in which texts write them."""

ASSAY: Final = "|".join(ASSAYS.values())


def assay_of(text: str | None) -> str:
    """Name the only test that a text mentions, "" where there is none or several.

    >>> assay_of("as determined by immunohistochemistry (IHC)"), assay_of("IHC or FISH")
    ('IHC', '')
    """
    found = [name for name, form in ASSAYS.items() if text and re.search(rf"\b(?:{form})\b", text, re.IGNORECASE)]
    return found[0] if len(found) == 1 else ""

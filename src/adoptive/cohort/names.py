"""The names that this folder uses: tumour types, ancestries, sites of a lesion."""

from __future__ import annotations

from typing import Final, Literal, get_args

__all__ = ["ANCESTRIES", "SITES", "TUMOUR_TYPES", "TumourType"]

TumourType = Literal[
    "gastric",
    "pancreatic",
    "biliary",
    "colorectal",
    "hepatocellular",
    "ovarian",
    "mesothelioma",
    "melanoma",
    "osteosarcoma",
    "synovial sarcoma",
    "myxoid liposarcoma",
    "sarcoma",
    "neuroblastoma",
    "germ cell",
    "glioma",
    "B-ALL",
    "large B-cell lymphoma",
    "multiple myeloma",
    "solid tumour",
]
TUMOUR_TYPES: Final[tuple[TumourType, ...]] = get_args(TumourType)
ANCESTRIES: Final = ("East Asian", "European", "African")
SITES: Final = ("liver", "lung", "node", "peritoneum", "bone", "brain", "pleura", "soft tissue", "primary", "marrow")

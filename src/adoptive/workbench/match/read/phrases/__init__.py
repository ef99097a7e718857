"""All phrases that the reader knows, by domain; at one place of a text the longest match wins, then the earlier row."""

from __future__ import annotations

from importlib import import_module
from typing import Final

from adoptive.workbench.match.read.phrases.phrase import Phrase

__all__ = ["DOMAINS", "PHRASES", "Phrase"]

DOMAINS: Final = (
    "performance",
    "labs",
    "organ",
    "general",
    "her2",
    "antigen",
    "hla",
    "gene",
    "history",
    "treatment",
    "disease",
    "condition",
    "pregnancy",
    "agreement",
    "logistics",
)
"""Modules of this folder with a tuple ``PHRASES``, the more telling first."""

PHRASES: Final[tuple[Phrase, ...]] = tuple(
    phrase for domain in DOMAINS for phrase in import_module(f"{__name__}.{domain}").PHRASES
)

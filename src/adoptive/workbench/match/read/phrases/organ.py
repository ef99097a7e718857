"""Phrases of organ function."""

from __future__ import annotations

from adoptive.workbench.match.read.phrases.phrase import Phrase

__all__ = ["PHRASES"]

PHRASES: tuple[Phrase, ...] = ()

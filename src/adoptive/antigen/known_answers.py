"""Known answers of binding, windows and off-targets, run from the package."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["binding_cases", "offtarget_case"]

Case = tuple[str, bool, str]


def binding_cases() -> tuple[Case, ...]:
    """Run T9, T10 and T11: (name, passed, detail)."""
    raise NotImplementedError


def offtarget_case(peptides: Sequence[str]) -> Case:
    """Run T15 over the peptides of known complexes, which stand for a proteome."""
    raise NotImplementedError

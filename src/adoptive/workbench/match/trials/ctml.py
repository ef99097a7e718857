"""Trials in CTML, MatchMiner's markup, as trials with levels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adoptive.workbench.match.types import Trial

__all__ = ["trial_of_ctml"]


def trial_of_ctml(document: Mapping[str, Any], *, source: str) -> Trial:
    """Read one CTML document; a structural error raises StudyError that names its place."""
    raise NotImplementedError

"""Records of ClinicalTrials.gov (API version 2) as trials."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adoptive.workbench.match.types import Trial

__all__ = ["trial_of_record"]


def trial_of_record(record: Mapping[str, Any], *, source: str) -> Trial:
    """Read one study record; a record without a number raises StudyError."""
    raise NotImplementedError

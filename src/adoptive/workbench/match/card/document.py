"""A match as one document that other programs read."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from adoptive.trial.eligibility.facts import Facts
from adoptive.workbench.match.types import Match
from adoptive.workbench.mistakes import Mistake

__all__ = ["match_document"]


def match_document(
    facts: Facts,
    matches: Sequence[Match],
    *,
    left_out: Sequence[Mistake] = (),
    made_on: datetime.date | None = None,
) -> dict[str, Any]:
    """Give everything that is known of the matches of a patient, ready for JSON."""
    raise NotImplementedError

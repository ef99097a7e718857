"""The card as a page of its own."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path

from adoptive.trial.eligibility.facts import Facts
from adoptive.workbench.match.types import Match
from adoptive.workbench.mistakes import Mistake

__all__ = ["write_card"]


def write_card(
    out: Path, facts: Facts, matches: Sequence[Match], *, left_out: Sequence[Mistake] = (), made_on: datetime.date
) -> Path:
    """Write the card into a new folder that only its owner can open: ``report.html`` and ``match.json``.

    Arguments: ``left_out`` trials or files that could not be read; ``made_on`` the day of writing.

    Returns the folder.

    Raises
    ------
    StudyError
        The folder exists, or cannot be made.
    """
    raise NotImplementedError

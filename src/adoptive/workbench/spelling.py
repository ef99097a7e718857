"""The word that was probably meant; apart from the study's mistakes, so that a grader of files loads no simulator."""

from __future__ import annotations

import difflib

__all__ = ["nearest"]


def nearest(word: str, among: tuple[str, ...]) -> str:
    """Give the most similar word, or nothing.

    >>> nearest("dose_cell", ("dose_cells", "interval_days"))
    'dose_cells'
    """
    close = difflib.get_close_matches(word, among, n=1, cutoff=0.6)
    return close[0] if close else ""

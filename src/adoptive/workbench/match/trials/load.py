"""Trials from files and folders, one by one; what is broken is a mistake in the stream and ends nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from adoptive.workbench.match.types import Trial
from adoptive.workbench.mistakes import Mistake

__all__ = ["load_trials"]


def load_trials(paths: str | Path | Iterable[str | Path], *, workers: int = 1) -> Iterator[Trial | Mistake]:
    """Yield the trials of files and folders in order, and a mistake for each file or record that cannot be used."""
    raise NotImplementedError
    yield

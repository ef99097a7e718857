"""Reads patients from files, by what is in them: FHIR, our TOML, CSV."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path

from adoptive.trial.eligibility.facts import Facts
from adoptive.workbench.mistakes import Mistake

__all__ = ["read_patient", "read_patients"]


def read_patient(path: Path, *, as_of: datetime.date | None = None) -> Facts:
    """Read one patient from a file: a FHIR R4 bundle or our TOML, told apart by what is in it."""
    raise NotImplementedError


def read_patients(path: Path, *, as_of: datetime.date | None = None) -> Iterator[Facts | Mistake]:
    """Read the patients of a folder, a CSV table, or a file of several bundles; what is broken is a mistake."""
    raise NotImplementedError

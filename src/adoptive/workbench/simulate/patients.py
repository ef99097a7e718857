"""Read the patients' table: one row per patient, one column per quantity of the model."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from adoptive.errors import StudyError
from adoptive.workbench.limits import MOST_SIMULATED
from adoptive.workbench.simulate.request import number

__all__ = ["Patients", "read_patients"]

LABEL = "patient"
"""Column that names the patients; without it they are numbered from 1."""

_LARGEST_BYTES = 500_000_000


@dataclass(frozen=True)
class Patients:
    """Hold the patients' names and the columns of numbers, each ``(patients,)``."""

    names: tuple[str, ...]
    columns: dict[str, NDArray[np.float64]]


def read_patients(path: Path | None) -> Patients:
    """Read a CSV file; without one there is a single patient. Raises StudyError for the first thing that is wrong."""
    if path is None:
        return Patients(("1",), {})
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise StudyError("the file is too large", where=str(path), allowed=f"{_LARGEST_BYTES:,} bytes")
        with path.open(encoding="utf-8-sig", newline="") as file:
            return _read(csv.reader(file, strict=True), path)
    except OSError as problem:
        raise StudyError("the patients' file cannot be read", where=str(path), value=problem.strerror) from None
    except (UnicodeDecodeError, csv.Error) as problem:
        raise StudyError(
            "the patients' file is no CSV text", where=str(path), value=problem, next_step="save it as CSV in UTF-8"
        ) from None


def _read(rows: Iterable[list[str]], path: Path) -> Patients:
    lines = iter(rows)
    head = [name.strip() for name in next(lines, [])]
    _check_head(head, path)
    names: list[str] = []
    values: list[list[float]] = []
    label = head.index(LABEL) if LABEL in head else -1
    for place, row in enumerate(lines, start=2):
        if not any(cell.strip() for cell in row):
            continue
        where = f"{path}, line {place}"
        if len(row) != len(head):
            raise StudyError("a row has the wrong number of cells", where=where, value=len(row), allowed=str(len(head)))
        if len(names) == MOST_SIMULATED:
            raise StudyError("too many patients", where=str(path), allowed=f"at most {MOST_SIMULATED:,}")
        names.append(row[label].strip() if label >= 0 else str(len(names) + 1))
        values.append(
            [number(cell.strip(), where=f"{where}, {head[at]}") for at, cell in enumerate(row) if at != label]
        )
    if not names:
        raise StudyError("there is no patient", where=str(path), next_step="add a row per patient")
    if len(set(names)) < len(names):
        twice, _ = Counter(names).most_common(1)[0]
        raise StudyError("two patients have the same name", where=str(path), value=twice)
    table = np.array(values).reshape(len(names), -1)
    return Patients(tuple(names), {n: table[:, at] for at, n in enumerate(n for n in head if n != LABEL)})


def _check_head(head: list[str], path: Path) -> None:
    where = f"{path}, line 1"
    if not head or not any(head):
        raise StudyError("the patients' file is empty", where=str(path), next_step="give it a line of column names")
    if "" in head:
        raise StudyError("a column has no name", where=where, value=f"column {head.index('') + 1}")
    if len(set(head)) < len(head):
        raise StudyError(
            "two columns have the same name", where=where, value=next(n for n in head if head.count(n) > 1)
        )

"""What was published about a study: its endpoints with intervals and sources, and the study's own notes.

``published.csv`` and ``README.md`` stand beside ``study.toml``; both may be absent for a trial that has not reported.
"""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from adoptive.errors import StudyError
from adoptive.workbench.mistakes import UNSHOWABLE
from adoptive.workbench.study import study_folder
from adoptive.workbench.wording import NOT_REACHED

__all__ = [
    "COLUMNS",
    "CONFIDENCE",
    "CONFIRMED",
    "NOTES",
    "Published",
    "load_notes",
    "load_published",
    "parse_published",
]

COLUMNS: Final = (
    "endpoint", "arm", "set", "unit", "estimate", "lo", "hi", "n", "at_months", "source", "weight", "confidence",
)  # fmt: skip

CONFIRMED: Final = ("L", "L2", "D")
"""Codes of confidence that stand for a source: read in it, read in a secondary report, computed from it."""

CONFIDENCE: Final = (*CONFIRMED, "M", "SEED")
"""All codes: ``M`` was read in no source, ``SEED`` stands only in a story told about the trial."""

NOTES: Final = ("Why it may miss", "What is not modelled")
"""The headings of a README.md that a report shows; another's README.md may say anything else."""


@dataclass(frozen=True)
class Published:
    """Hold one published number: endpoint, arm by name (empty: the comparison or the whole trial), set, unit, interval.

    ``estimate`` is ``None`` for an endpoint that is simulated only, ``inf`` for a median that was not reached; ``lo``
    and ``hi`` are the ends of the published interval, ``None`` where none was given; ``weight`` 0 means that the number
    is shown but counts in no fit.
    """

    endpoint: str
    arm: str
    set: str
    unit: str
    estimate: float | None
    lo: float | None
    hi: float | None
    n: int | None
    at_months: float | None
    source: str
    weight: float
    confidence: str

    @property
    def confirmed(self) -> bool:
        """Say whether the number has a source and counts."""
        return self.weight > 0 and self.confidence in CONFIRMED


def load_published(name_or_path: str | Path) -> tuple[Published, ...]:
    """Read the published endpoints of a study, in file order; none if the study has no ``published.csv``."""
    text = _beside(name_or_path, "published.csv")
    return parse_published(text) if text is not None else ()


def load_notes(name_or_path: str | Path) -> dict[str, str]:
    """Read the study's notes: the text of the ``## sections`` of its ``README.md`` that are :data:`NOTES`, by title."""
    sections: dict[str, list[str]] = {}
    title = ""
    for line in (_beside(name_or_path, "README.md") or "").splitlines():
        if line.startswith("## "):
            title = line[3:].strip()
        elif title:
            sections.setdefault(title, []).append(line)
    return {heading: "\n".join(sections[heading]).strip() for heading in NOTES if heading in sections}


def parse_published(text: str, *, where: str = "published.csv") -> tuple[Published, ...]:
    """Read published endpoints from the text of a CSV file.

    >>> head = ",".join(COLUMNS)
    >>> parse_published(head + chr(10) + "orr,cells,ITT,%,22,15,31,104,,Qi 2025,1,L")[0].estimate
    22.0

    Raises
    ------
    StudyError
        Columns or values that cannot be used, with the line.
    """
    rows = csv.DictReader(io.StringIO(text), strict=True)
    try:
        if set(rows.fieldnames or ()) != set(COLUMNS):
            raise StudyError(
                "other columns than expected",
                where=where,
                value=", ".join(rows.fieldnames or ()),
                allowed=", ".join(COLUMNS),
                next_step="correct the first line",
            )
        return tuple(_row(row, f"{where}: line {number}") for number, row in enumerate(rows, start=2))
    except csv.Error as problem:
        raise StudyError(f"not CSV: {problem}", where=where, next_step="correct the file") from None


def _row(row: dict[str, str], where: str) -> Published:
    if None in row or None in row.values():
        raise StudyError("too few or too many values", where=where, next_step=f"write {len(COLUMNS)} values")
    text = {key: value.strip() for key, value in row.items()}
    if odd := next((key for key, value in text.items() if UNSHOWABLE.search(value)), ""):
        raise StudyError(
            "a control character or a line end has no place here", where=f"{where}: {odd}", value=ascii(text[odd]),
            next_step="remove it",
        )  # fmt: skip
    estimate = _reached(text["estimate"], f"{where}: estimate")
    if estimate is None or not text["endpoint"]:
        raise StudyError("the endpoint or its estimate is missing", where=where, next_step="fill it in")
    if text["confidence"] not in CONFIDENCE:
        raise StudyError(
            "unknown code of confidence", where=f"{where}: confidence", value=text["confidence"] or "nothing",
            allowed=", ".join(CONFIDENCE), next_step="L: read in its source; M: not confirmed; SEED: only told",
        )  # fmt: skip
    count = _number(text["n"], f"{where}: n")
    weight = _number(text["weight"], f"{where}: weight")
    return Published(
        endpoint=text["endpoint"], arm=text["arm"], set=text["set"] or "ITT", unit=text["unit"], estimate=estimate,
        lo=_reached(text["lo"], f"{where}: lo"), hi=_reached(text["hi"], f"{where}: hi"),
        n=None if count is None else int(count), at_months=_number(text["at_months"], f"{where}: at_months"),
        source=text["source"], weight=_usual_weight(text["confidence"]) if weight is None else weight,
        confidence=text["confidence"],
    )  # fmt: skip


def _usual_weight(confidence: str) -> float:
    """Give the weight of a row that names none: what has no source counts in no fit."""
    return 1.0 if confidence in CONFIRMED else 0.0


def _reached(text: str, where: str) -> float | None:
    """Read a number that may not have been reached."""
    return math.inf if text == NOT_REACHED else _number(text, where)


def _number(text: str, where: str) -> float | None:
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise StudyError("not a number", where=where, value=text, next_step="write a number, or leave it empty")
    return value


def _beside(name_or_path: str | Path, file: str) -> str | None:
    found: Traversable = study_folder(name_or_path).joinpath(file)
    if not found.is_file():
        return None
    try:
        return found.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        raise StudyError("cannot be read", where=file, value=str(problem), next_step="give UTF-8 text") from None

"""The columns of a cohort's table, in the spellings that people give them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from adoptive.errors import StudyError
from adoptive.trial.eligibility.vocabulary import load_vocabulary
from adoptive.workbench.match.patients.gathered import clean
from adoptive.workbench.match.patients.keys import SECTIONS, csv_columns
from adoptive.workbench.match.patients.spelt import field_spelt
from adoptive.workbench.spelling import nearest

__all__ = ["ANTIGEN", "Column", "columns_of", "delimiter_of"]

ANTIGEN: Final = re.compile(r"antigen\.(?P<target>.{1,60})\.(?P<what>intensity|share|h_score|positive)")
_OWN: Final = (
    "id", "as_of", "therapies", "conditions", "genes", "hla", "hla_typed", "complete", *SECTIONS["person"],
    *(key for key in SECTIONS["disease"] if key != "date"),
)  # fmt: skip
_OTHER_NAMES: Final[Mapping[str, str]] = MappingProxyType({
    "patient": "id", "patient id": "id", "subject": "id", "subject id": "id", "date of birth": "birth_date",
    "dob": "birth_date", "year of birth": "birth_year", "lat": "latitude", "lon": "longitude", "cancer": "diagnosis",
    "tumour": "diagnosis", "tumor": "diagnosis", "tumour type": "diagnosis", "tumor type": "diagnosis",
    "treatments": "therapies", "prior therapies": "therapies", "comorbidities": "conditions", "mutations": "genes",
    "hla alleles": "hla",
})  # fmt: skip
_MOST_COLUMNS: Final = 1_000


@dataclass(frozen=True)
class Column:
    """Hold a column's name as this reader knows it, and the spelling of its field, which may say a unit."""

    name: str
    field: str = ""
    spelt: str = ""


def delimiter_of(header: str) -> str:
    """Find what separates columns; spreadsheets write semicolons where the comma is for decimals."""
    return "\t" if "\t" in header else ";" if ";" in header and "," not in header else ","


def columns_of(header: Sequence[str], file: str) -> tuple[Column, ...]:
    """Read a header.

    Raises
    ------
    StudyError
        No columns or too many, a column that nobody knows, one that stands twice.
    """
    if not header or len(header) > _MOST_COLUMNS:
        raise StudyError(
            "no header", where=file, allowed=f"1 to {_MOST_COLUMNS:,} columns", next_step="name the columns"
        )
    found: dict[str, Column] = {}
    for number, text in enumerate(header, start=1):
        column = _column(text)
        if column is None:
            guess = nearest(text[:80].lower(), (*_OWN, *load_vocabulary().fields))
            raise StudyError(
                "no such column", where=f"{file}: column {number}", value=clean(text) or "a column without a name",
                allowed=", ".join(row[0] for row in csv_columns()[:12]) + ", any field, ...",
                next_step=f"write {guess}" if guess else "remove it",
            )  # fmt: skip
        if column.name in found:
            raise StudyError("a column stands twice", where=f"{file}: column {number}", value=clean(text))
        found[column.name] = column
    return tuple(found.values())


def _column(text: str) -> Column | None:
    plain = " ".join(text.lower().replace("_", " ").split())[:200]
    own = {name.replace("_", " "): name for name in _OWN}
    if name := own.get(plain) or _OTHER_NAMES.get(plain):
        return Column(name)
    if ANTIGEN.fullmatch(text):
        return Column(text)
    for end in ("", "_date", "_upper_limit"):
        stem = text[: len(text) - len(end)].rstrip()
        spelt = field_spelt(stem) if plain.endswith(end.replace("_", " ")) else None
        if spelt:
            return Column(spelt.field + end, spelt.field, "" if end else stem)
    return None

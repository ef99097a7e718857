"""Compare grades with a column of the file: which rows disagree."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa

from adoptive.errors import StudyError
from adoptive.workbench.grade.cells import plain_word
from adoptive.workbench.grade.reading import EMPTY
from adoptive.workbench.grade.types import Result
from adoptive.workbench.grade.units import spell
from adoptive.workbench.spelling import nearest

__all__ = ["Compared", "Disagreement", "compare"]

_GRADE: Final = re.compile(r"(?:grade|gr\.?|g)\s*(?=\d$)", re.IGNORECASE)
_EXPECTED: Final = ("expected", "exp", "ref", "true")


@dataclass(frozen=True)
class Disagreement:
    """Hold one row that disagrees: its line, what was expected and what was given (empty: no grade)."""

    line: int
    expected: str
    given: str


@dataclass(frozen=True)
class Compared:
    """Hold a comparison: the column, the answer it was compared with, rows compared, and rows that disagree."""

    column: str
    answer: str
    rows: int
    disagreements: tuple[Disagreement, ...]


def compare(result: Result, against: str) -> Compared:
    """Compare an answer with a column of the file, row by row; an empty expected cell expects no grade.

    The answer is the rule's own, or the one that the column's name names (``expected_class`` the column ``class``,
    ``log2_EASIX`` the column ``log2_easix``); ``COLUMN=ANSWER`` says it outright. Numbers agree when they are equal to
    the digits that the expected cell shows; words without regard to case; yes and no as 1
    and 0; ``G2`` and ``Grade 2`` are 2.

    Raises
    ------
    StudyError
        If the file has no such column, or the rule gives no such answer.
    """
    column, _, named = against.partition("=")
    table = result.arrow["rows"]
    names = [name for name in table.column_names if name not in result.added]
    if column not in names:
        guess = nearest(column, tuple(names))
        raise StudyError(
            "the file has no such column", where="--against", value=column, allowed=", ".join(names)[:200],
            next_step=f"is {guess} meant?" if guess else "name a column of the file",
        )  # fmt: skip
    answer = _answer(result, column, named)
    expected, given = _texts(table.column(column)), _texts(table.column(answer))
    wrong = [
        Disagreement(int(line), one or "", other or "")
        for line, one, other in zip(result.line.tolist(), expected, given, strict=True)
        if not _agree(one, other)
    ]
    return Compared(column, answer, len(expected), tuple(wrong))


def _answer(result: Result, column: str, named: str) -> str:
    """Give the added column that is meant."""
    by_name = {spell(name.removeprefix("adoptive_")): name for name in result.added}
    if named:
        if spell(named) not in by_name:
            raise StudyError(
                "the rule gives no such answer", where="--against", value=named, allowed=", ".join(result.added)
            )
        return by_name[spell(named)]
    wanted = spell(column)
    for word in _EXPECTED:
        wanted = wanted.removeprefix(word).removesuffix(word)
    return by_name.get(wanted, by_name[spell(result.answer)])


def _texts(column: Any) -> list[str | None]:
    empty = set(EMPTY.to_pylist())
    plain = column.cast(pa.string()).to_pylist()
    return [None if cell is None or cell.strip() in empty else cell.strip() for cell in plain]


def _agree(expected: str | None, given: str | None) -> bool:
    if expected is None or given is None:
        return expected == given or (given is None and expected in ("-1", "ungraded"))
    expected = _GRADE.sub("", expected)
    if plain_word(expected) == plain_word(given):
        return True
    flags = {"true": "1", "false": "0", "yes": "1", "no": "0", "y": "1", "n": "0"}
    one, other = (flags.get(cell.lower(), cell) for cell in (expected, given))
    try:
        wanted, found = float(one), float(other)
    except ValueError:
        return False
    if not math.isfinite(wanted):
        return False
    digits = one.lower().partition("e")[0].partition(".")[2]
    exponent = float(one.lower().partition("e")[2] or 0) if wanted else 0.0
    slack = 0.5 * 10.0 ** (exponent - len(digits)) if digits else 0.0
    return bool(np.isclose(found, wanted, rtol=1e-9, atol=slack * (1.0 + 1e-6)))

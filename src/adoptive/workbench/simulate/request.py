"""What is asked for: the words of the command line, checked and made numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from adoptive.errors import StudyError
from adoptive.workbench.limits import MOST_DOSES, MOST_VISITS

__all__ = ["Dose", "Request", "number", "read_dose", "read_setting", "visit_days"]


@dataclass(frozen=True)
class Request:
    """Hold a request as it was written."""

    model: Path
    until: float
    every: float
    patients: Path | None = None
    doses: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    show: tuple[str, ...] = ()


@dataclass(frozen=True)
class Dose:
    """Hold one dose: what gains, on which days, how much (a number, or a column of the patients' table)."""

    kind: str
    days: tuple[float, ...]
    amount: float | str


def number(text: str, *, where: str) -> float:
    """Read a finite number.

    >>> number("2.5e8", where="--set dose")
    250000000.0
    """
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or "_" in text:
        raise StudyError("not a number", where=where, value=repr(text), allowed="a finite number such as 2.5e8")
    return value


def read_dose(text: str, *, until: float) -> Dose:
    """Read ``KIND DAY AMOUNT``; DAY may be several days joined by commas, AMOUNT a number or a column's name.

    >>> read_dose("drug 0,21 100", until=50.0)
    Dose(kind='drug', days=(0.0, 21.0), amount=100.0)
    """
    words = text.split()
    where = f"--dose {text!r}"
    if len(words) != 3:
        raise StudyError(
            "a dose needs three words", where=where, allowed='"KIND DAY AMOUNT", for instance "drug 0,21 100"'
        )
    kind, when, much = words
    days = tuple(number(day, where=f"{where}, day") for day in when.split(","))
    if late := [day for day in days if not 0.0 <= day < until]:
        raise StudyError("a dose lies outside the time", where=where, value=late[0], allowed=f"0 to below {until:g}")
    if len(days) > MOST_DOSES:
        raise StudyError("too many doses", where=where[:100], value=len(days), allowed=f"at most {MOST_DOSES:,}")
    named = much.isidentifier() and much.lower() not in ("nan", "inf", "infinity")
    return Dose(kind, days, much if named else number(much, where=f"{where}, amount"))


def read_setting(text: str) -> tuple[str, float]:
    """Read ``name=value``.

    >>> read_setting("k = 0.5")
    ('k', 0.5)
    """
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise StudyError("a setting needs a name and a value", where=f"--set {text!r}", allowed="name=value")
    return name.strip(), number(value.strip(), where=f"--set {name.strip()}")


def visit_days(until: float, every: float) -> NDArray[np.float64]:
    """Give the days that are reported: 0, every, 2 every, ... and the last day.

    >>> visit_days(1.0, 0.4).tolist()
    [0.0, 0.4, 0.8, 1.0]
    """
    for name, value in (("--until", until), ("--every", every)):
        if not math.isfinite(value) or value <= 0.0:
            raise StudyError("must be a number above zero", where=name, value=value)
    if until / every > MOST_VISITS:
        raise StudyError(
            "too many days to report", where="--every", value=every, allowed=f"at most {MOST_VISITS:,} days",
            next_step=f"ask for --every {until / MOST_VISITS:.3g} or more",
        )  # fmt: skip
    count = math.floor(until / every * (1.0 + 1e-12))
    days: NDArray[np.float64] = np.arange(count + 1, dtype=np.float64) * float(every)
    return days if until - days[-1] < 1e-9 * until else np.append(days, until)

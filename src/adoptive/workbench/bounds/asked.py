"""What was asked of ``adoptive bounds``, in the words of its options, and how lists are read."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from adoptive.errors import StudyError

__all__ = ["Asked", "numbers"]

_LONGEST = 1000
"""Characters of a list."""


@dataclass(frozen=True)
class Asked:
    """Hold the options as they were written; lists are text with commas."""

    fractions: str | None = None
    looks: int | None = None
    alpha: float = 0.025
    beta: float | None = None
    power: float | None = None
    sided: int = 1
    spending: str = "O'Brien-Fleming"
    parameter: str | None = None
    spent: str | None = None
    futility: str | None = None
    futility_parameter: str | None = None
    futility_spent: str | None = None
    futility_bounds: str | None = None
    binding: bool = False
    harm: str | None = None
    harm_parameter: str | None = None
    harm_alpha: float | None = None
    spending_times: str | None = None
    hazard_ratio: float | None = None
    method: str = "Schoenfeld"
    allocation: float = 1.0
    median_control: float | None = None
    hazard_control: str | None = None
    hazard_times: str | None = None
    accrual: str | None = None
    accrual_rate: str | None = None
    follow_up: float | None = None
    patients: float | None = None
    events: str | None = None
    dropout: str | None = None
    dropout_time: float = 12.0
    seen_look: int | None = None
    seen_z: float | None = None


def numbers(text: str | None, *, where: str) -> tuple[float, ...]:
    """Read numbers with commas between; a quotient such as 1/3 is a number, and so are inf and -inf.

    Raises
    ------
    StudyError
        Something that is no number, or nothing at all.

    Examples
    --------
    >>> numbers("1/2, 1", where="--fractions")
    (0.5, 1.0)
    """
    if text is None:
        return ()
    words = [word.strip() for word in text.split(",")] if len(text) <= _LONGEST else [""]
    try:
        read = tuple(float(Fraction(word)) if "/" in word else float(word) for word in words)
    except (ValueError, ZeroDivisionError, OverflowError):
        read = (float("nan"),)
    if any(number != number for number in read):
        raise StudyError(
            "not a list of numbers", where=where, value=text, allowed="numbers with commas between",
            next_step=f"write for instance {where} 1/3,2/3,1",
        )  # fmt: skip
    return read

"""How many receptors must be built so that one of them is real: expected yield, never certainty."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, localcontext
from typing import Final

import numpy as np

from adoptive.errors import StudyError

__all__ = ["MOST_TO_BUILD", "at_least_one", "expected_real", "number_to_build"]

MOST_TO_BUILD: Final = 10**9
_DIGITS: Final = 60


def expected_real(p: Sequence[float]) -> float:
    """Give the expected number of real receptors among those built: the sum of their chances.

    >>> expected_real([0.5, 0.5, 0.9])
    1.9
    """
    return float(np.sum(np.asarray(p, float)))


def at_least_one(p: Sequence[float]) -> float:
    """Give the chance that at least one receptor is real, receptors independent: ``1 - prod(1 - p)``.

    >>> round(at_least_one([0.5] * 5), 3)
    0.969
    """
    return float(1.0 - np.prod(1.0 - np.asarray(p, float)))


def number_to_build(p: float, chance: float = 0.95) -> int:
    """Give the smallest number of receptors of which at least one is real: least n with ``1 - (1 - p)^n >= chance``.

    Exact in the decimal numbers as they are written. Half of the clonotypes that a signature picks are real (Lowery
    2022, doi:10.1126/science.abl5447): then five give 97 %; were it one in five, fourteen.

    Arguments: ``p`` chance that one is real, above 0; ``chance`` wanted, from 0 to below 1 (1 only if ``p`` is 1).

    Raises
    ------
    StudyError
        No number is enough: ``p`` is 0 or so small that more than a thousand million would be needed, or a chance that
        is none.

    >>> number_to_build(0.5), number_to_build(0.2), number_to_build(1.0)
    (5, 14, 1)
    """
    if not (0.0 < p <= 1.0 and 0.0 <= chance <= 1.0 and (chance < 1.0 or p == 1.0)):
        raise StudyError(
            "no number of receptors is enough", where="number_to_build", value=f"p {p:g}, chance {chance:g}",
            allowed="p above 0 to 1, chance 0 to below 1", next_step="give another chance",
        )  # fmt: skip
    if chance == 0.0 or p == 1.0:
        return int(chance > 0.0)
    with localcontext() as context:
        context.prec = _DIGITS
        none, wanted = 1 - Decimal(repr(float(p))), 1 - Decimal(repr(float(chance)))
        guess = int(min(wanted.ln() / none.ln(), Decimal(MOST_TO_BUILD)))
        for number in range(max(guess - 1, 1), guess + 3):
            if none**number <= wanted:
                return number
    raise StudyError("more receptors than can be built", where="number_to_build", value=f"p {p:g}", next_step="stop")

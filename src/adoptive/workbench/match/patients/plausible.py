"""What numbers of a patient can be: within the bounds of the vocabulary's fields."""

from __future__ import annotations

import math

from adoptive.trial.eligibility.facts import Fact
from adoptive.trial.eligibility.vocabulary import load_vocabulary

__all__ = ["bounds", "possible"]


def bounds(field: str) -> tuple[float, float]:
    """Give the least and the largest number that a field can have, in its own unit."""
    known = load_vocabulary().fields.get(field)
    low, high = (known.low, known.high) if known else (None, None)
    return -math.inf if low is None else low, math.inf if high is None else high


def possible(field: str, fact: Fact) -> bool:
    """Say whether a fact's numbers can be; yes/no and names always can.

    >>> possible("haemoglobin_g_dl", Fact(8.1)), possible("haemoglobin_g_dl", Fact(81.0))
    (True, False)
    """
    if isinstance(fact.value, bool | str):
        return True
    low, high = bounds(field)
    return all(math.isfinite(number) and low <= number <= high for number in (fact.value, fact.until or fact.value))

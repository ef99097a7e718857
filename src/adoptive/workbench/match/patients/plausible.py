"""What numbers of a patient can be: ranges by field, read from ``plausible.toml``."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from adoptive.trial.eligibility.facts import Fact
from adoptive.trial.eligibility.vocabulary import load_vocabulary

__all__ = ["plausible", "possible"]


@cache
def plausible() -> Mapping[str, tuple[float, float]]:
    """Give the range of every field that holds a number."""
    table = tomllib.loads((files(__package__) / "plausible.toml").read_text("utf-8"))
    return MappingProxyType({name: (float(low), float(high)) for name, (low, high) in table.items()})


def possible(field: str, fact: Fact) -> bool:
    """Say whether a fact's numbers can be; yes/no and names always can.

    >>> possible("haemoglobin_g_dl", Fact(8.1)), possible("haemoglobin_g_dl", Fact(81.0))
    (True, False)
    """
    if isinstance(fact.value, bool | str):
        return True
    known = load_vocabulary().fields.get(field)
    low, high = plausible().get(field, (-math.inf, math.inf))
    if known is not None:
        low, high = low if known.low is None else known.low, high if known.high is None else known.high
    return all(math.isfinite(number) and low <= number <= high for number in (fact.value, fact.until or fact.value))

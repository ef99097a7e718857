"""Read the rows of the checks and choose among them."""

from __future__ import annotations

import math
import tomllib
from functools import lru_cache
from importlib import resources
from typing import Any

from adoptive.errors import StudyError
from adoptive.workbench.check.types import STATUSES, Check

__all__ = ["choose_codes", "load_checks", "read_checks"]

_FIELDS = {"what", "low", "high", "unit", "source", "status"}


@lru_cache(maxsize=1)
def load_checks() -> tuple[Check, ...]:
    """Read every check, in the order of the table."""
    return read_checks(resources.files("adoptive.workbench.check").joinpath("checks.toml").read_text("utf-8"))


def read_checks(text: str) -> tuple[Check, ...]:
    """Read checks from the text of a table of rows; a row with a mistake is named."""
    groups: dict[str, dict[str, dict[str, Any]]] = tomllib.loads(text)
    return tuple(_check(code, name, row) for code, rows in groups.items() for name, row in rows.items())


def _check(code: str, name: str, row: dict[str, Any]) -> Check:
    key = f"{code}.{name}"
    if set(row) - _FIELDS or not {"what", "source", "status"} <= set(row) or row["status"] not in STATUSES:
        raise StudyError("a row with missing or unknown fields", where=f"checks: {key}", allowed=", ".join(_FIELDS))
    low, high = float(row.get("low", -math.inf)), float(row.get("high", math.inf))
    if not low <= high or (math.isinf(low) and math.isinf(high)):
        raise StudyError("the range is empty or without an end", where=f"checks: {key}", value=(low, high))
    return Check(key, code, row["what"], low, high, row.get("unit", ""), row["source"], row["status"])


def choose_codes(only: str | None) -> frozenset[str]:
    """Give the codes of a list such as ``K2,S5``, or all; an unknown one is refused.

    >>> sorted(choose_codes("k2, S5"))
    ['K2', 'S5']
    """
    known = dict.fromkeys(check.code for check in load_checks())
    if only is None:
        return frozenset(known)
    asked = [code.strip().upper() for code in only.split(",") if code.strip()]
    unknown = [code for code in asked if code not in known]
    if unknown or not asked:
        value = ", ".join(unknown) or "nothing"
        raise StudyError(
            "no such check", where="--only", value=value, allowed=", ".join(known), next_step="name some, as in K2,S5"
        )
    return frozenset(asked)

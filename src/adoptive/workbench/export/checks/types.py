"""What a check is and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adoptive.workbench.export.types import Columns, StandardSpec

__all__ = ["Checked", "Rule", "Tables", "by_subject", "close", "per_parameter"]

Tables = Mapping[str, Columns]
Rule = Callable[[Tables, str, StandardSpec], NDArray[np.bool_]]
"""From all tables and one data set's name: which of its rows break the rule."""

RELATIVE = 1e-9


@dataclass(frozen=True)
class Checked:
    """Hold one check of one data set: rows looked at, rows that fail, and the first of them in words."""

    rule: str
    dataset: str
    rows: int
    failed: int
    example: str

    @property
    def passed(self) -> bool:
        """Say whether no row fails."""
        return self.failed == 0


def close(one: NDArray[Any], other: NDArray[Any]) -> NDArray[np.bool_]:
    """Say where two columns of numbers agree; missing agrees with missing only."""
    scale = np.maximum(1.0, np.maximum(np.abs(np.nan_to_num(one)), np.abs(np.nan_to_num(other))))
    near = np.abs(np.nan_to_num(one) - np.nan_to_num(other)) <= RELATIVE * scale
    return np.asarray(near & (np.isnan(one) == np.isnan(other)))


def by_subject(tables: Tables, name: str, column: str) -> NDArray[Any]:
    """Give ADSL's value of a column for each row of a data set; nothing (or NaN) for who is not in ADSL."""
    adsl = tables["ADSL"]
    place = {subject: at for at, subject in enumerate(adsl["USUBJID"].tolist())}
    rows = np.array([place.get(subject, -1) for subject in tables[name]["USUBJID"].tolist()], np.int64)
    values = adsl[column][rows] if len(adsl["USUBJID"]) else np.full(len(rows), np.nan)
    missing: Any = "" if adsl[column].dtype == object else np.nan
    return np.where(rows >= 0, values, missing)


def per_parameter(table: Columns) -> NDArray[np.int64]:
    """Give each row the number of its pair of subject and parameter."""
    numbers: dict[tuple[str, str], int] = {}
    pairs = zip(table["USUBJID"].tolist(), table["PARAMCD"].tolist(), strict=True)
    return np.array([numbers.setdefault(pair, len(numbers)) for pair in pairs], np.int64)

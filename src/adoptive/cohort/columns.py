"""The columns that a table of patients may have."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from adoptive.cohort.names import ANCESTRIES, TUMOUR_TYPES
from adoptive.errors import StudyError

__all__ = ["COLUMNS", "Column", "check_columns"]


@dataclass(frozen=True)
class Column:
    """Describe a column that a table of patients may have; ``names`` are the words of a column of words."""

    unit: str
    meaning: str
    low: float = 0.0
    high: float = 1.0
    names: tuple[str, ...] = ()
    whole: bool = False

    def holds(self, value: float) -> bool:
        """Say whether a number can stand in the column; a column of words or of yes and no holds their places."""
        high = len(self.names) - 1.0 if self.names else self.high
        whole = self.whole or bool(self.names) or self.unit == "yes/no"
        return self.low <= value <= high and (not whole or value == math.floor(value))

    @property
    def allowed(self) -> str:
        """Say what a cell may hold."""
        if self.unit == "yes/no":
            return "yes or no"
        if self.names:
            return ", ".join(self.names)
        return f"{'a whole number' if self.whole else 'a number'} from {self.low:g} to {self.high:g} {self.unit}"


COLUMNS: Final[Mapping[str, Column]] = {
    "tumour_type": Column("name", "tumour type", names=TUMOUR_TYPES),
    "ancestry": Column("name", "ancestry", names=ANCESTRIES),
    "age_years": Column("years", "age", 0.0, 110.0),
    "male": Column("yes/no", "male sex"),
    "weight_kg": Column("kg", "body weight", 2.0, 300.0),
    "height_cm": Column("cm", "height", 40.0, 250.0),
    "ecog": Column("grade", "ECOG performance status", 0.0, 4.0, whole=True),
    "prior_lines": Column("lines", "earlier lines of therapy", 0.0, 30.0, whole=True),
    "albumin_g_l": Column("g/L", "albumin before treatment", 5.0, 80.0),
    "ldh_ratio": Column("", "LDH over its upper limit of normal", 0.05, 100.0),
    "creatinine_clearance_ml_min": Column("mL/min", "creatinine clearance", 1.0, 400.0),
    "lymphocytes_per_ul": Column("cells/uL", "lymphocytes before lymphodepletion", 1.0, 100_000.0),
    "neutrophils_e9_l": Column("1e9/L", "neutrophils before lymphodepletion", 0.01, 100.0),
    "platelets_e9_l": Column("1e9/L", "platelets before lymphodepletion", 1.0, 2000.0),
    "frailty": Column("", "hazard of death over another's with the same burden", 0.01, 100.0),
    "donor_fitness": Column("", "T-cell fitness over the typical donor's", 0.05, 20.0),
    "peritoneal": Column("yes/no", "peritoneal metastases"),
    "non_target": Column("yes/no", "disease beside the target lesions"),
    "has_hla": Column("yes/no", "carries the HLA allele that the study asks for"),
    "doubling_time_days": Column("days", "volume doubling time of every lesion", 1.0, 5000.0),
    "positive_share": Column("", "true share of tumour cells with the antigen", 1e-6, 1.0 - 1e-6),
    "read_share": Column("", "share of positive cells as the pathologist read it", 0.0, 1.0),
    **{f"lesion_{place}_mm": Column("mm", f"diameter of lesion {place}; 0: none", 0.0, 300.0) for place in range(1, 6)},
}
"""Every column that a table of patients may have."""


def check_columns(given: Mapping[str, tuple[float, ...]], where: str) -> None:
    """Refuse columns that are unknown, of different lengths, or hold what they cannot.

    Raises
    ------
    StudyError
        Names the column and the patient.
    """
    lengths = {len(values) for values in given.values()}
    if len(lengths) > 1 or 0 in lengths:
        raise StudyError(
            "columns of different lengths, or empty ones",
            where=where,
            value=", ".join(f"{name}: {len(values)}" for name, values in given.items()),
            allowed="one value for each patient in every column",
            next_step="correct the table",
        )
    for name, values in given.items():
        if name not in COLUMNS:
            raise StudyError("unknown column", where=where, value=name, allowed=", ".join(COLUMNS))
        wrong = next((k for k, value in enumerate(values) if not COLUMNS[name].holds(value)), None)
        if wrong is not None:
            raise StudyError(
                "cannot be used",
                where=f"{where}: {name}, patient {wrong + 1}",
                value=values[wrong],
                allowed=COLUMNS[name].allowed,
                next_step="correct the value",
            )

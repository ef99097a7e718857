"""Who may enter, be collected from, be conditioned and be infused: structured criteria on what is known on the day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from adoptive.cohort.types import Cohort

if TYPE_CHECKING:
    from adoptive.trial.types import Criterion

__all__ = ["CRITERION_FIELDS", "CriterionField", "entry_values", "meets", "passes"]

Flags = NDArray[np.bool_]
Sort = Literal["number", "yes/no", "name"]
Known = Literal["always", "at screening", "after screening"]


@dataclass(frozen=True)
class CriterionField:
    """Describe what a criterion may ask for: unit, sort of value, meaning, and when it is known."""

    unit: str
    sort: Sort
    meaning: str
    known: Known

    @property
    def at_screening(self) -> bool:
        """Say whether it is known at screening."""
        return self.known != "after screening"


def _fields(*rows: tuple[str, str, Sort, str, Known]) -> Mapping[str, CriterionField]:
    return MappingProxyType({name: CriterionField(*rest) for name, *rest in rows})  # type: ignore[arg-type]


CRITERION_FIELDS: Final = _fields(
    ("age_years", "year", "number", "age", "always"),
    ("male", "yes/no", "yes/no", "sex", "always"),
    ("ecog", "points", "number", "ECOG performance status", "always"),
    ("weight_kg", "kg", "number", "body weight", "always"),
    ("bsa_m2", "m2", "number", "body surface", "always"),
    ("prior_lines", "lines", "number", "lines of therapy before", "always"),
    ("third_line_or_later", "yes/no", "yes/no", "three or more lines before", "always"),
    ("tumour_type", "name", "name", "tumour type", "always"),
    ("peritoneal", "yes/no", "yes/no", "peritoneal metastases", "always"),
    ("lesions", "count", "number", "target lesions", "at screening"),
    ("sum_of_diameters_mm", "mm", "number", "sum of the target lesions' diameters", "at screening"),
    ("read_share", "fraction", "number", "antigen-positive share that the pathologist read", "at screening"),
    ("albumin_g_l", "g/L", "number", "albumin in serum", "always"),
    ("creatinine_clearance_ml_min", "mL/min", "number", "creatinine clearance", "always"),
    ("lymphocytes_per_ul", "1/uL", "number", "lymphocytes in blood", "at screening"),
    ("neutrophils_e9_l", "1e9/L", "number", "neutrophils in blood", "always"),
    ("platelets_e9_l", "1e9/L", "number", "platelets in blood", "always"),
    ("progressed", "yes/no", "yes/no", "progression was seen on a scan since enrolment", "after screening"),
    ("fit", "yes/no", "yes/no", "alive, well enough and in the trial", "after screening"),
)  # fmt: skip
"""Fields that criteria may name."""


def meets(criterion: Criterion, values: Mapping[str, NDArray[Any]]) -> Flags:
    """Say for whom a criterion's statement is true, ``(patients,)``: ``field operator value``.

    Arguments: ``values`` what is known on the day by field, each ``(patients,)``. ``>=`` and ``<=`` hold at equality,
    ``between`` at both ends.
    """
    known, value = np.asarray(values[criterion.field]), criterion.value
    if criterion.operator == "in":
        return np.isin(known, np.asarray(value))
    if criterion.operator == "between":
        low, high = np.asarray(value, float)
        return np.asarray((known >= low) & (known <= high))
    compare = {"=": np.equal, ">=": np.greater_equal, "<=": np.less_equal}[criterion.operator]
    return np.asarray(compare(known, value), np.bool_)


def passes(criterion: Criterion, values: Mapping[str, NDArray[Any]]) -> Flags:
    """Say who passes a criterion: an inclusion criterion must be true, an exclusion criterion must not.

    >>> from adoptive.trial.types import Criterion
    >>> adult = Criterion("adult", "inclusion", "procurement", "age_years", ">=", 18.0, "year")
    >>> passes(adult, {"age_years": np.array([17.9, 18.0])}).tolist()
    [False, True]
    """
    true = meets(criterion, values)
    return true if criterion.kind == "inclusion" else ~true


def entry_values(cohort: Cohort) -> dict[str, NDArray[Any]]:
    """Give what is known of each patient at screening, by field of :data:`CRITERION_FIELDS`, each ``(patients,)``."""
    names = ("age_years", "male", "ecog", "weight_kg", "bsa_m2", "prior_lines", "third_line_or_later", "peritoneal")
    blood = ("albumin_g_l", "creatinine_clearance_ml_min", "lymphocytes_per_ul", "neutrophils_e9_l", "platelets_e9_l")
    return {name: np.asarray(getattr(cohort, name)) for name in names + blood} | {
        "tumour_type": np.asarray(cohort.tumour_names)[cohort.tumour_type],
        "lesions": (cohort.lesion_diameter_mm > 0).sum(axis=1),
        "sum_of_diameters_mm": cohort.lesion_diameter_mm.sum(axis=1),
        "read_share": cohort.antigen.read_share,
    }

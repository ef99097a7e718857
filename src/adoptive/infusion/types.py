"""What is given, when: the nouns of this folder."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Final, Literal

import numpy as np
from annotated_types import Ge, Gt, Le, MinLen
from numpy.typing import NDArray

from adoptive.errors import StudyError
from adoptive.infusion.protocol import Care
from adoptive.units import In

__all__ = ["DRUGS", "ChoiceDrug", "DrugDays", "Infusions", "Regimen", "Ward"]

Floats = NDArray[np.float64]

DRUGS: Final = (
    "infusion",
    "fludarabine",
    "cyclophosphamide",
    "pembrolizumab",
    "tocilizumab",
    "dexamethasone",
    "interleukin 2",
    "chemotherapy",
    "immunoglobulin",
    "filgrastim",
    "rasburicase",
    "anakinra",
)
"""Everything that can be given, in the order of the kinetic model's jumps; ``infusion`` is the cells."""


@dataclass(frozen=True)
class DrugDays:
    """Describe one lymphodepleting drug and its days before the infusion."""

    drug: Annotated[Literal["fludarabine", "cyclophosphamide"], In("name", "drug")]
    dose_mg_m2: Annotated[float, Ge(0), Le(5000), In("mg/m2", "dose per day")]
    days: Annotated[
        tuple[Annotated[int, Ge(-30), Le(-1)], ...], MinLen(1), In("day", "days relative to the infusion (negative)")
    ]

    __pydantic_config__ = {"extra": "forbid"}


@dataclass(frozen=True)
class ChoiceDrug:
    """Describe one drug of a physician's-choice arm and its own scan calendar."""

    drug: Annotated[Literal["nivolumab", "paclitaxel", "docetaxel", "irinotecan", "apatinib"], In("name", "drug")]
    share: Annotated[float, Ge(0), Le(1), In("fraction", "patients of the arm who get it")]
    scan_interval_days: Annotated[float, Ge(7), Le(365), In("day", "first scan and every one after it")]

    __pydantic_config__ = {"extra": "forbid"}


@dataclass(frozen=True)
class Regimen:
    """Describe what is given: section ``[infusion]`` of a study."""

    dose_cells: Annotated[float, Ge(0), Le(1e12), In("cells", "CAR-positive cells per infusion")]
    max_infusions: Annotated[int, Ge(0), Le(8), In("count", "most infusions per patient")]
    interval_days: Annotated[float, Gt(0), Le(365), In("day", "between infusions")]
    repeat_rule: Annotated[Literal["no progression", "never"], In("name", "when the next infusion is given")]
    lymphodepletion: Annotated[tuple[DrugDays, ...], In("list", "drugs before an infusion")]
    lymphodepletion_before: Annotated[Literal["each", "first"], In("name", "which infusions it precedes")]
    bridging_kill_ratio: Annotated[
        float, Ge(0), Le(5), In("growth rates", "median kill of bridging chemotherapy over the tumour's growth rate")
    ]
    bridging_days: Annotated[float, Ge(0), Le(120), In("day", "length of the one bridging cycle's effect")]
    tocilizumab_mg_kg: Annotated[float, Ge(0), Le(20), In("mg/kg", "dose for CRS with hypotension or hypoxia")]
    tocilizumab_maximum: Annotated[int, Ge(0), Le(4), In("count", "most doses per patient")]
    dexamethasone_mg: Annotated[float, Ge(0), Le(100), In("mg", "dose for CRS that needs a vasopressor")]
    pembrolizumab_mg: Annotated[
        float, Ge(0), Le(1000), In("mg", "dose every three weeks from the infusion; 0 = none")
    ] = 0.0
    care: Care = field(default_factory=Care)

    __pydantic_config__ = {"extra": "forbid"}

    def __post_init__(self) -> None:
        earliest = max((-min(drug.days) for drug in self.lymphodepletion), default=0)
        if self.max_infusions > 1 and self.interval_days < max(earliest, 7):
            raise StudyError(
                "the next infusion would come before its lymphodepletion",
                where="infusion.interval_days",
                value=self.interval_days,
                allowed=f"at least {max(earliest, 7)} days",
                next_step="lengthen the interval or set max_infusions = 1",
            )


@dataclass(frozen=True)
class Infusions:
    """Hold a cohort's planned events in time order: ``(patients, events)`` day, kind and amount; day inf = none.

    ``kind`` is the position of the jump in :data:`DRUGS`.
    """

    day: Floats
    kind: NDArray[np.int64]
    amount: Floats

    @classmethod
    def none(cls, patients: int) -> Infusions:
        """Give nobody anything."""
        return cls(np.empty((patients, 0)), np.empty((patients, 0), np.int64), np.empty((patients, 0)))


@dataclass(frozen=True)
class Ward:
    """Describe one reaction of the ward: a drug given when a signal of the model rises to a patient's threshold.

    ``dose`` ``(patients,)`` in ``unit`` is what the ward writes down; ``amount`` ``(patients,)`` what the model's
    ``jump`` takes (None: the drug acts on the signs alone). A dose is ordered once the sign lasted ``lasting_days``,
    not within ``lockout_days`` of the last order, and again every ``again_days`` while the sign lasts; it comes
    ``delay_days`` after the order. ``stock_doses`` empty the store (0: it never empties), which is filled after
    ``restock_days``. ``from_day`` counts from the latest infusion.
    """

    drug: str
    threshold: Floats
    amount: Floats
    delay_days: float
    lockout_days: float
    maximum: int
    signal: str = "il6_effective"
    jump: str | None = None
    dose: Floats | float = 0.0
    unit: str = "mg"
    again_days: float = np.inf
    lasting_days: float = 0.0
    stock_doses: int = 0
    restock_days: float = np.inf
    from_day: float = -np.inf

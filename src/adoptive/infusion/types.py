"""What is given, when: the nouns of this folder."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Annotated, Final, Literal

import numpy as np
from annotated_types import Ge, Gt, Le, MaxLen, MinLen
from numpy.typing import NDArray

from adoptive.errors import StudyError
from adoptive.infusion.protocol import Care
from adoptive.parameters import load_book
from adoptive.units import In

__all__ = [
    "DRUGS",
    "ChoiceDrug",
    "DrugCourse",
    "DrugDays",
    "Infusions",
    "Regimen",
    "RegimenRule",
    "SplitDose",
    "Ward",
]

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
    "rimiducid",
    "oncolytic virus",
    "vaccine boost",
)
"""Everything that can be given, in the order of the kinetic model's jumps; ``infusion`` is the cells."""


@dataclass(frozen=True)
class DrugDays:
    """Describe one lymphodepleting drug and its days before the infusion; the dose is per m2 or per kg of body."""

    drug: Annotated[
        Literal["fludarabine", "cyclophosphamide", "bendamustine", "pentostatin", "melphalan", "nab-paclitaxel"],
        In("name", "drug"),
    ]
    dose_mg_m2: Annotated[float, Ge(0), Le(5000), In("mg/m2", "dose per day")] = 0.0
    days: Annotated[
        tuple[Annotated[int, Ge(-30), Le(-1)], ...], MinLen(1), In("day", "days relative to the infusion (negative)")
    ] = ()
    dose_mg_kg: Annotated[float, Ge(0), Le(200), In("mg/kg", "dose per day, in the place of mg/m2")] = 0.0

    __pydantic_config__ = {"extra": "forbid"}

    def __post_init__(self) -> None:
        if not self.days:
            raise StudyError(
                "no day is named",
                where=f"infusion.lymphodepletion, {self.drug}",
                allowed="days before the infusion, -30 to -1",
                next_step="write for instance days = [-5, -4, -3]",
            )
        if self.dose_mg_m2 > 0 and self.dose_mg_kg > 0:
            raise StudyError(
                "a dose per m2 and a dose per kg",
                where=f"infusion.lymphodepletion, {self.drug}",
                value=f"{self.dose_mg_m2:g} mg/m2 and {self.dose_mg_kg:g} mg/kg",
                allowed="one of the two",
                next_step="remove one",
            )


@dataclass(frozen=True)
class ChoiceDrug:
    """Describe one drug of a physician's-choice arm and its own scan calendar.

    A drug has rows ``kill_NAME`` (and ``resistance_NAME``) or its effect in the study file. Placebo and best supportive
    care kill nothing.
    """

    drug: Annotated[str, MinLen(1), MaxLen(60), In("name", "drug, or placebo, or best supportive care")]
    share: Annotated[float, Ge(0), Le(1), In("fraction", "patients of the arm who get it")]
    scan_interval_days: Annotated[float, Ge(7), Le(365), In("day", "first scan and every one after it")]
    kill_per_day: Annotated[
        float | None, Ge(0), Le(0.15), In("1/day", "median tumour kill at the start, in the place of the drug's row")
    ] = None
    resistance_per_day: Annotated[
        float | None, Ge(0), Le(1), In("1/day", "loss of the effect by resistance, in the place of the drug's row")
    ] = None

    __pydantic_config__ = {"extra": "forbid"}

    def __post_init__(self) -> None:
        known = [name.removeprefix(_KILL) for name in _drug_rows()]
        if self.kill_per_day is None and self.drug not in known:
            raise StudyError(
                "no such drug",
                where="trial.arms, drugs",
                value=self.drug,
                allowed=", ".join(sorted(known)),
                next_step="take one of these, or write kill_per_day and resistance_per_day",
            )


@dataclass(frozen=True)
class SplitDose:
    """Describe one part of a dose that is given on several days."""

    day: Annotated[float, Ge(0), Le(30), In("day", "after the first part")]
    share: Annotated[float, Gt(0), Le(1), In("fraction", "of the dose")]

    __pydantic_config__ = {"extra": "forbid"}


@dataclass(frozen=True)
class DrugCourse:
    """Describe a drug beside the cells: its doses from a day on, at an interval, at most so many."""

    drug: Annotated[
        Literal[
            "pembrolizumab",
            "nivolumab",
            "interleukin 2",
            "oncolytic virus",
            "vaccine boost",
            "chemotherapy",
            "rimiducid",
        ],
        In("name", "drug"),
    ]
    dose: Annotated[float, Gt(0), Le(5e6), In("mg, IU/kg, dose, 1/day or mg/kg", "dose in the drug's unit")]
    counted_from: Annotated[
        Literal["enrolment", "leukapheresis", "first infusion", "each infusion"], In("name", "day 0 of the course")
    ] = "first infusion"
    first_day: Annotated[float, Ge(-30), Le(3650), In("day", "of the first dose")] = 0.0
    interval_days: Annotated[float, Ge(0.04), Le(365), In("day", "between two doses")] = 21.0
    doses: Annotated[int, Ge(1), Le(200), In("count", "most doses in a course")] = 1
    stop_at_infusion: Annotated[
        bool, In("yes/no", "nothing of a course before the infusion is given from the day on which the cells are ready")
    ] = False

    __pydantic_config__ = {"extra": "forbid"}

    def __post_init__(self) -> None:
        if self.first_day < 0 and not self.counted_from.endswith("infusion"):
            raise StudyError(
                "a dose before the course's day 0",
                where=f"infusion.drugs, {self.drug}",
                value=f"day {self.first_day:g} from {self.counted_from}",
                allowed="0 or later",
                next_step='write a later day, or counted_from = "first infusion"',
            )
        if self.stop_at_infusion and self.counted_from.endswith("infusion"):
            raise StudyError(
                "a course that starts with the infusion cannot stop at it",
                where=f"infusion.drugs, {self.drug}",
                value=f"stop_at_infusion with {self.counted_from}",
                allowed="enrolment or leukapheresis",
                next_step="let the course end by its doses",
            )


@dataclass(frozen=True)
class RegimenRule:
    """Describe one rule for the next infusion: on a signal it is stopped, held, reduced, or given at last.

    ``level`` is what the signal is compared with: a grade, 1e9/L, cells/uL, or a fraction. "hold" asks again after
    ``hold_days``; "infuse" holds until the signal is there; either waits ``at_most`` times before one infusion, then
    "hold" gives it up and so does "infuse".
    """

    when: Annotated[
        Literal[
            "always",
            "progression",
            "response",
            "no response",
            "CRS grade",
            "ICANS grade",
            "DLT",
            "neutrophils below",
            "platelets below",
            "cells below",
            "cells above",
            "B cells above",
            "antigen-negative above",
        ],
        In("name", "signal, as the clinic knows it on the day of the decision"),
    ]
    then: Annotated[
        Literal["stop", "hold", "reduce", "infuse", "skip lymphodepletion"], In("name", "what follows from it")
    ]
    level: Annotated[
        float, Ge(0), Le(1e6), In("grade, 1e9/L, cells/uL or fraction", "level of the signal at which the rule holds")
    ] = 0.0
    hold_days: Annotated[float, Ge(1), Le(365), In("day", "until the question is asked again")] = 7.0
    at_most: Annotated[int, Ge(0), Le(60), In("count", "most holds before one infusion")] = 4
    dose_factor: Annotated[float, Gt(0), Le(1), In("ratio", "reduced dose over the planned one")] = 0.5
    from_infusion: Annotated[int, Ge(1), Le(12), In("count", "first infusion to which the rule applies")] = 1
    to_infusion: Annotated[int, Ge(1), Le(12), In("count", "last infusion to which the rule applies")] = 12

    __pydantic_config__ = {"extra": "forbid"}

    def __post_init__(self) -> None:
        if self.when.endswith("grade") and self.level not in (1.0, 2.0, 3.0, 4.0):
            raise StudyError(
                "no such grade",
                where=f"infusion.rules, {self.then} on {self.when}",
                value=f"{self.level:g}",
                allowed="1, 2, 3 or 4",
                next_step="write the lowest grade at which the rule holds",
            )
        if self.to_infusion < self.from_infusion:
            raise StudyError(
                "the rule applies to no infusion",
                where=f"infusion.rules, {self.then} on {self.when}",
                value=f"{self.from_infusion} to {self.to_infusion}",
                next_step="let from_infusion be at most to_infusion",
            )


_KILL: Final = "infusion.kill_"
_NO_DRUG: Final = ("infusion.kill_limit",)


def _drug_rows() -> list[str]:
    """Name the rows that hold a drug's effect."""
    return [name for name in load_book() if name.startswith(_KILL) and name not in _NO_DRUG and "~" not in name]


@dataclass(frozen=True)
class Regimen:
    """Describe what is given: section ``[infusion]`` of a study."""

    dose_cells: Annotated[float, Ge(0), Le(1e12), In("cells", "cells per infusion: in all, per kg or per m2")]
    max_infusions: Annotated[int, Ge(0), Le(12), In("count", "most infusions per patient")] = 1
    interval_days: Annotated[float, Gt(0), Le(365), In("day", "between infusions")] = 56.0
    repeat_rule: Annotated[
        Literal["no progression", "never", "benefit", "rules only"],
        In("name", "when the next infusion is given; benefit = stable disease or better at the last scan"),
    ] = "never"
    lymphodepletion: Annotated[tuple[DrugDays, ...], In("list", "drugs before an infusion")] = ()
    lymphodepletion_before: Annotated[
        Literal["each", "first", "none"] | Annotated[int, Ge(0), Le(12)],
        In("name or count", "which infusions it precedes; a number: that many, the first ones"),
    ] = "first"
    bridging_kill_ratio: Annotated[
        float, Ge(0), Le(5), In("growth rates", "median kill of bridging chemotherapy over the tumour's growth rate")
    ] = 0.0
    bridging_days: Annotated[float, Ge(0), Le(120), In("day", "length of the one bridging cycle's effect")] = 0.0
    tocilizumab_mg_kg: Annotated[float, Ge(0), Le(20), In("mg/kg", "dose for CRS with hypotension or hypoxia")] = 8.0
    tocilizumab_maximum: Annotated[int, Ge(0), Le(4), In("count", "most doses per patient")] = 4
    dexamethasone_mg: Annotated[float, Ge(0), Le(100), In("mg", "dose for CRS that needs a vasopressor")] = 10.0
    pembrolizumab_mg: Annotated[
        float, Ge(0), Le(1000), In("mg", "dose every three weeks from the infusion; 0 = none")
    ] = 0.0
    care: Care = field(default_factory=Care)
    dose_basis: Annotated[Literal["flat", "per kg", "per m2"], In("name", "what dose_cells is counted for")] = "flat"
    dose_counts: Annotated[
        Literal["CAR-positive cells", "all T cells"], In("name", "which cells of the product the dose counts")
    ] = "CAR-positive cells"
    dose_limit_cells: Annotated[float, Ge(0), Le(1e12), In("cells", "largest dose of a patient; 0 = no limit")] = 0.0
    minimum_dose_share: Annotated[
        float, Gt(0), Le(1), In("fraction", "smallest part of the dose that is still given; below it the product fails")
    ] = 1.0
    split: Annotated[tuple[SplitDose, ...], MaxLen(10), In("list", "parts of a dose; none = all at once")] = ()
    bridging_share: Annotated[float, Ge(0), Le(1), In("fraction", "patients who get bridging chemotherapy")] = 1.0
    drugs: Annotated[tuple[DrugCourse, ...], MaxLen(20), In("list", "drugs beside the cells")] = ()
    rules: Annotated[tuple[RegimenRule, ...], MaxLen(20), In("list", "rules for the next infusion")] = ()

    __pydantic_config__ = {"extra": "forbid"}

    def __post_init__(self) -> None:
        early = [-float(min(drug.days)) for drug in self.lymphodepletion]
        early += [-course.first_day for course in self.drugs if course.counted_from.endswith("infusion")]
        earliest = max(early, default=0.0)
        if self.max_infusions > 1 and self.interval_days < max(earliest, 7):
            raise StudyError(
                "the next infusion would come before its lymphodepletion or another drug before it",
                where="infusion.interval_days",
                value=self.interval_days,
                allowed=f"at least {max(earliest, 7):g} days",
                next_step="lengthen the interval or set max_infusions = 1",
            )
        shares = sum(part.share for part in self.split)
        if self.split and (abs(shares - 1.0) > 1e-6 or self.split[0].day != 0 or not _rising(self.split)):
            raise StudyError(
                "the parts of a dose must begin on day 0, follow each other and add up to 1",
                where="infusion.split",
                value=", ".join(f"{part.share:g} on day {part.day:g}" for part in self.split),
                next_step="correct days and shares",
            )
        if self.split and self.max_infusions > 1 and self.split[-1].day >= self.interval_days:
            raise StudyError(
                "the last part of a dose would come after the next infusion",
                where="infusion.split",
                value=f"day {self.split[-1].day:g}",
                allowed=f"before day {self.interval_days:g}",
                next_step="lengthen interval_days or shorten the split",
            )


def _rising(parts: tuple[SplitDose, ...]) -> bool:
    return all(one.day < other.day for one, other in pairwise(parts))


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

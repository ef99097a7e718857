"""How a dose is found: the dose levels and the rules of a dose-finding trial, section ``[trial.escalation]``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final, Literal

from annotated_types import Ge, Gt, Le, Lt, MaxLen, MinLen

from adoptive.errors import StudyError
from adoptive.units import In

__all__ = ["DESIGN_NAMES", "DoseLevel", "EscalationPlan"]

DESIGN_NAMES: Final = ("3+3", "boin", "mtpi-2", "mtpi", "crm", "tite-crm", "tite-boin", "boin12")
"""The designs that a study file and ``--design`` may name; ``keyboard`` is another name of ``mtpi-2``."""

DesignName = Literal["3+3", "boin", "mtpi-2", "keyboard", "mtpi", "crm", "tite-crm", "tite-boin", "boin12"]


@dataclass(frozen=True)
class DoseLevel:
    """Describe one dose level: how many cells, after how much lymphodepletion."""

    name: Annotated[str, MinLen(1), MaxLen(40), In("name", "dose level")]
    dose_cells: Annotated[float, Gt(0), Le(1e12), In("cells", "dose per infusion, in the basis of the regimen")]
    lymphodepletion_share: Annotated[
        float, Ge(0), Le(1), In("fraction", "share of the regimen's lymphodepletion doses; 0 = none")
    ] = 1.0

    __pydantic_config__ = {"extra": "forbid"}


@dataclass(frozen=True)
class EscalationPlan:
    """Describe a dose-finding trial: section ``[trial.escalation]`` of a study."""

    levels: Annotated[tuple[DoseLevel, ...], MinLen(2), MaxLen(12), In("list", "dose levels, the mildest first")]
    design: Annotated[DesignName, In("name", "design that decides")] = "boin"
    start_level: Annotated[int, Ge(1), Le(12), In("level", "first dose level, counted from 1")] = 1
    target: Annotated[float, Ge(0.05), Le(0.6), In("fraction", "wanted probability of a DLT")] = 0.30
    cohort_size: Annotated[int, Ge(1), Le(12), In("patients", "patients per cohort")] = 3
    most_patients: Annotated[int, Ge(3), Le(200), In("patients", "most patients of a trial")] = 30
    window_days: Annotated[float, Ge(7), Le(365), In("day", "DLT window from the first infusion")] = 28.0
    stagger_days: Annotated[
        float, Ge(0), Le(365), In("day", "how long a cohort's first patient is watched before the next is infused")
    ] = 14.0
    accrual_days: Annotated[
        float, Ge(0), Le(365), In("day", "mean days between patients who are ready; 0 = always one")
    ] = 14.0
    elimination: Annotated[
        float, Ge(0.5), Lt(1), In("probability", "how sure one must be to give a dose up as too toxic")
    ] = 0.95
    extra_safe: Annotated[bool, In("yes/no", "give the trial up earlier at the lowest dose")] = False
    stop_at_dose: Annotated[
        int, Ge(0), Le(200), In("patients", "end once so many were treated at the dose to stay at; 0 = never")
    ] = 0
    titration: Annotated[bool, In("yes/no", "one patient per level until the first DLT")] = False
    skeleton: Annotated[
        tuple[Annotated[float, Gt(0), Lt(1)], ...], In("fraction", "CRM: prior DLT probabilities; empty = computed")
    ] = ()
    half_width: Annotated[
        float,
        Gt(0),
        Lt(0.3),
        In("fraction", "CRM: half width of the indifference interval; mTPI, keyboard: of the key"),
    ] = 0.05
    prior_level: Annotated[
        int, Ge(0), Le(12), In("level", "CRM: level guessed to be the right one; 0 = the middle")
    ] = 0
    lowest_response: Annotated[
        float, Gt(0), Lt(1), In("fraction", "BOIN12: lowest share of responses worth having")
    ] = 0.25
    utility_neither: Annotated[
        float, Ge(0), Le(100), In("points", "BOIN12: worth of no DLT without response (response without DLT: 100)")
    ] = 40.0
    utility_both: Annotated[
        float, Ge(0), Le(100), In("points", "BOIN12: worth of a response with a DLT (DLT alone: 0)")
    ] = 60.0
    exempt: Annotated[
        tuple[Annotated[str, MinLen(1), MaxLen(60)], ...], In("list", "events that are no DLT by the protocol")
    ] = ()

    __pydantic_config__ = {"extra": "forbid"}

    def __post_init__(self) -> None:
        where = "trial.escalation"
        self._check_levels(where)
        if self.stagger_days > self.window_days:
            raise StudyError(
                "the first patient is watched longer than the DLT window",
                where=f"{where}.stagger_days",
                value=self.stagger_days,
                allowed=f"at most {self.window_days:g}",
                next_step="shorten stagger_days or lengthen window_days",
            )
        if self.most_patients < self.cohort_size:
            raise StudyError(
                "fewer patients than one cohort",
                where=f"{where}.most_patients",
                value=self.most_patients,
                allowed=f"at least {self.cohort_size}",
                next_step="treat more patients, or smaller cohorts",
            )
        rising = all(low < high for low, high in zip(self.skeleton, self.skeleton[1:], strict=False))
        if self.skeleton and (len(self.skeleton) != len(self.levels) or not rising):
            raise StudyError(
                "a skeleton holds one rising guess per dose level",
                where=f"{where}.skeleton",
                value=", ".join(f"{guess:g}" for guess in self.skeleton),
                allowed=f"{len(self.levels)} rising probabilities",
                next_step="correct it, or leave it out",
            )
        if not self.half_width < min(self.target, 1 - self.target):
            raise StudyError(
                "the interval around the target leaves 0 to 1",
                where=f"{where}.half_width",
                value=self.half_width,
                allowed=f"below {min(self.target, 1 - self.target):g}",
                next_step="narrow it",
            )

    def _check_levels(self, where: str) -> None:
        names = [level.name for level in self.levels]
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise StudyError(
                "two dose levels share a name", where=f"{where}.levels", value=twice, next_step="name them apart"
            )
        for field, number in (("start_level", self.start_level), ("prior_level", self.prior_level)):
            if number > len(names):
                raise StudyError(
                    "no such dose level",
                    where=f"{where}.{field}",
                    value=number,
                    allowed=f"1 to {len(names)}",
                    next_step="count the levels from 1",
                )
        for place, (mild, strong) in enumerate(zip(self.levels, self.levels[1:], strict=False), start=2):
            falls = strong.dose_cells <= mild.dose_cells and strong.lymphodepletion_share <= mild.lymphodepletion_share
            if falls:
                raise StudyError(
                    "the mildest dose level comes first",
                    where=f"{where}.levels[{place}]",
                    value=f"{strong.name}: {strong.dose_cells:g} cells, share {strong.lymphodepletion_share:g}",
                    allowed=f"more cells or more lymphodepletion than {mild.name}",
                    next_step="order the levels",
                )

"""What the trial records: the nouns of this folder, and the whole study."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import numpy as np
from annotated_types import Ge, Gt, Le, MaxLen, MinLen
from numpy.typing import NDArray

from adoptive.antigen.types import AntigenPlan
from adoptive.cohort.types import Cohort, Population
from adoptive.construct.types import ConstructPlan
from adoptive.course import Course
from adoptive.errors import StudyError
from adoptive.facility.types import Process
from adoptive.infusion.types import ChoiceDrug, Regimen
from adoptive.outcome.types import Assessment
from adoptive.streams import Keys
from adoptive.units import In

__all__ = ["Arm", "Crossover", "Enrolment", "Followed", "Protocol", "Study", "TrialRecord", "VerdictPlan"]


Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Arm:
    """Describe one arm."""

    name: Annotated[str, MinLen(1), MaxLen(60), In("name", "arm")]
    treatment: Annotated[Literal["cells", "physician's choice"], In("name", "what the arm receives")]
    ratio: Annotated[int, Ge(0), Le(20), In("parts", "randomisation ratio")]
    drugs: Annotated[tuple[ChoiceDrug, ...], In("list", "drugs of a physician's-choice arm")] = ()

    __pydantic_config__ = {"extra": "forbid"}

    def __post_init__(self) -> None:
        total = sum(drug.share for drug in self.drugs)
        if self.treatment == "physician's choice" and abs(total - 1.0) > 1e-6:
            raise StudyError(
                "the drugs' shares must add up to 1",
                where=f"arm {self.name}: drugs",
                value=f"{total:g}",
                allowed="1",
                next_step="correct the shares",
            )


@dataclass(frozen=True)
class Crossover:
    """Describe whether and when controls may receive the cells."""

    allowed: Annotated[bool, In("yes/no", "controls may receive the cells")]
    after: Annotated[Literal["progression"], In("name", "what opens it")] = "progression"

    __pydantic_config__ = {"extra": "forbid"}


@dataclass(frozen=True)
class Protocol:
    """Describe the trial: section ``[trial]`` of a study."""

    randomised: Annotated[int, Ge(2), Le(5000), In("patients", "patients to randomise")]
    accrual_months: Annotated[float, Gt(0), Le(240), In("month", "first to last patient randomised")]
    follow_up_months: Annotated[float, Gt(0), Le(240), In("month", "last patient randomised to the data cut")]
    arms: Annotated[tuple[Arm, ...], MinLen(2), In("list", "arms, the experimental one first")]
    crossover: Crossover

    __pydantic_config__ = {"extra": "forbid"}

    def __post_init__(self) -> None:
        ratio = ":".join(str(arm.ratio) for arm in self.arms)
        treatments = [arm.treatment for arm in self.arms]
        if len(self.arms) != 2 or treatments != ["cells", "physician's choice"]:
            raise StudyError(
                "this version compares the cells with a physician's choice",
                where="trial.arms",
                value=", ".join(treatments),
                allowed="two arms, the one with the cells first",
                next_step='write treatment = "cells" and treatment = "physician\'s choice"',
            )
        if min(arm.ratio for arm in self.arms) == 0:
            raise StudyError(
                "nobody would be randomised to an arm",
                where="trial.arms",
                value=f"ratio {ratio}",
                allowed="at least 1 part for each arm",
                next_step="write for instance 2 and 1",
            )
        if self.arms[0].name == self.arms[1].name:
            raise StudyError(
                "two arms share a name", where="trial.arms", value=self.arms[0].name, next_step="name them apart"
            )
        if self.randomised < sum(arm.ratio for arm in self.arms):
            raise StudyError(
                "fewer patients than one block of the ratio",
                where="trial.randomised",
                value=self.randomised,
                allowed=f"at least {sum(arm.ratio for arm in self.arms)} for {ratio}",
                next_step="randomise more patients",
            )


@dataclass(frozen=True)
class VerdictPlan:
    """Describe what is judged: section ``[verdict]`` of a study."""

    primary: Annotated[Literal["pfs_hazard_ratio"], In("name", "primary endpoint")]

    __pydantic_config__ = {"extra": "forbid"}


@dataclass(frozen=True)
class Study:
    """Hold a whole study; its sections are the folders, in the order in which the cell travels."""

    name: Annotated[str, MinLen(1), In("name", "short name, also the run folder's")]
    title: Annotated[str, MinLen(1), MaxLen(300), In("text", "one line")]
    question: Annotated[str, MinLen(1), MaxLen(600), In("text", "what the trial asks")]
    antigen: AntigenPlan
    cohort: Population
    construct: ConstructPlan
    facility: Process
    infusion: Regimen
    outcome: Assessment
    trial: Protocol
    verdict: VerdictPlan
    sources: Annotated[Mapping[str, str], In("text", "where a field's value comes from, by dotted name")]

    __pydantic_config__ = {"extra": "forbid"}


@dataclass(frozen=True)
class Enrolment:
    """Hold the randomised patients of some trials in trial order; screening counts are ``(trials,)``."""

    keys: Keys
    arm: NDArray[np.int64]
    randomised_day: Floats
    screened: NDArray[np.int64]
    antigen_failures: NDArray[np.int64]
    other_failures: NDArray[np.int64]


@dataclass(frozen=True)
class Followed:
    """Hold the courses of all arms of some trials; ``rows`` say which randomised patients each course follows."""

    enrolment: Enrolment
    cohort: Cohort
    end_day: Floats
    cells: Course
    cells_rows: NDArray[np.int64]
    choice: Course
    choice_rows: NDArray[np.int64]
    crossed: Course | None
    crossed_rows: NDArray[np.int64]


@dataclass(frozen=True)
class TrialRecord:
    """Hold what some virtual trials recorded: tidy columns, all ``(trials, patients)``, and smaller tables.

    ``patients`` maps a column of :data:`adoptive.tables.PATIENT_COLUMNS` to its array; every trial randomises the same
    number of patients. ``screening`` has ``(trials,)`` columns. ``visits``, ``doses`` and ``daily`` are long tables
    (flat columns with ``trial`` and ``patient``) and may be empty when a run keeps only what it needs; so is ``care``,
    the ward's doses against toxicity.
    """

    study: Study
    trials: NDArray[np.int64]
    patients: Mapping[str, NDArray[Any]]
    screening: Mapping[str, NDArray[Any]]
    visits: Mapping[str, NDArray[Any]]
    doses: Mapping[str, NDArray[Any]]
    daily: Mapping[str, NDArray[Any]]
    care: Mapping[str, NDArray[Any]] = field(default_factory=dict)

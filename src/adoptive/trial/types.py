"""What the trial records: the nouns of this folder, and the whole study."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, Literal

import numpy as np
from annotated_types import Ge, Gt, Le, Lt, MaxLen, MinLen
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
from adoptive.trial.coherence import check_criterion, check_looks, check_primary, check_protocol, check_study
from adoptive.trial.escalation.types import EscalationPlan
from adoptive.units import In

__all__ = [
    "ARM_SECTIONS",
    "Arm",
    "ArmCourse",
    "Criterion",
    "Crossover",
    "Enrolment",
    "Followed",
    "Looks",
    "Protocol",
    "Sequential",
    "Study",
    "TrialRecord",
    "VerdictPlan",
]

ARM_SECTIONS: Final = ("antigen", "cohort", "construct", "facility", "infusion", "outcome")
"""Sections of a study that an arm may have of its own."""


Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Arm:
    """Describe one arm; its own sections, if it has any, stand in the study's place for its patients."""

    name: Annotated[str, MinLen(1), MaxLen(60), In("name", "arm")]
    treatment: Annotated[Literal["cells", "physician's choice"], In("name", "what the arm receives")]
    ratio: Annotated[
        int, Ge(0), Le(5000), In("parts", "randomisation ratio; of a cohort that screens its own, its patients")
    ] = 1
    drugs: Annotated[tuple[ChoiceDrug, ...], In("list", "drugs of a physician's-choice arm")] = ()
    antigen: Annotated[AntigenPlan | None, In("table", "what differs from the study's section")] = None
    cohort: Annotated[Population | None, In("table", "what differs from the study's section")] = None
    construct: Annotated[ConstructPlan | None, In("table", "what differs from the study's section")] = None
    facility: Annotated[Process | None, In("table", "what differs from the study's section")] = None
    infusion: Annotated[Regimen | None, In("table", "what differs from the study's section")] = None
    outcome: Annotated[Assessment | None, In("table", "what differs from the study's section")] = None

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
        if self.treatment == "cells" and self.drugs:
            raise StudyError(
                "drugs of a physician's choice in an arm that gets the cells",
                where=f"arm {self.name}: drugs",
                value=", ".join(drug.drug for drug in self.drugs),
                allowed="none",
                next_step="remove them; drugs beside the cells stand in [infusion]",
            )


@dataclass(frozen=True)
class Crossover:
    """Describe whether and when controls may receive the cells."""

    allowed: Annotated[bool, In("yes/no", "controls may receive the cells")]
    after: Annotated[Literal["progression", "never"], In("name", "what opens it")] = "progression"
    to: Annotated[str, In("name", "arm whose cells they get; the first arm with cells if left out")] = ""

    __pydantic_config__ = {"extra": "forbid"}


@dataclass(frozen=True)
class Criterion:
    """Describe one entry criterion: a statement about a patient, and the gates at which it is checked."""

    id: Annotated[str, MinLen(1), MaxLen(40), In("name", "short name, a-z 0-9 _")]
    kind: Annotated[Literal["inclusion", "exclusion"], In("name", "must be true, or must not")]
    gate: Annotated[
        Literal["procurement", "treatment", "infusion day"],
        In("name", "checked at screening, before lymphodepletion, or on the day of infusion"),
    ]
    field: Annotated[str, MinLen(1), In("name", "what is looked at")]
    operator: Annotated[Literal["=", "in", ">=", "<=", "between"], In("name", "comparison")]
    value: Annotated[
        bool | float | str | tuple[float, ...] | tuple[str, ...], In("by field", "value, list, or the two ends")
    ]
    unit: Annotated[str, In("unit", "the field's unit, to be said again")] = ""
    recoverable: Annotated[bool, In("yes/no", "who fails later may pass on another day")] = False
    text: Annotated[str, MaxLen(400), In("text", "the protocol's own words")] = ""

    __pydantic_config__ = {"extra": "forbid"}

    def __post_init__(self) -> None:
        check_criterion(self)


@dataclass(frozen=True)
class Protocol:
    """Describe the trial: section ``[trial]`` of a study."""

    randomised: Annotated[int, Ge(1), Le(5000), In("patients", "patients to randomise, or to enrol where nobody draws")]
    accrual_months: Annotated[float, Gt(0), Le(240), In("month", "first to last patient randomised")]
    follow_up_months: Annotated[float, Gt(0), Le(240), In("month", "last patient randomised to the data cut")]
    arms: Annotated[tuple[Arm, ...], MinLen(1), MaxLen(8), In("list", "arms, the experimental one first")]
    crossover: Crossover = Crossover(allowed=False)
    accrual: Annotated[
        Literal["uniform", "ramp", "poisson"], In("name", "how patients come in over the accrual months")
    ] = "uniform"
    ramp_months: Annotated[float, Ge(0), Le(240), In("month", "until accrual runs at its full rate")] = 0.0
    allocation: Annotated[
        Literal["randomised", "parallel cohorts", "one after the other"], In("name", "how patients come to an arm")
    ] = "randomised"
    stratify: Annotated[
        tuple[Literal["peritoneal", "third line", "tumour type", "ECOG"], ...],
        In("list", "what the blocks are balanced within"),
    ] = ()
    run_in_days: Annotated[float, Ge(0), Le(365), In("day", "wait before randomisation; who progresses leaves")] = 0.0
    dropout_per_year: Annotated[
        float, Ge(0), Le(3), In("1/year", "hazard of leaving the trial beside what the model has")
    ] = 0.0
    data_cut: Annotated[
        Literal["follow-up", "events", "calendar"], In("name", "what sets the day on which the data are cut")
    ] = "follow-up"
    events: Annotated[int, Ge(0), Le(5000), In("events", "events over all patients at the data cut")] = 0
    event: Annotated[Literal["pfs", "os"], In("name", "which events are counted")] = "pfs"
    calendar_months: Annotated[float, Ge(0), Le(480), In("month", "start of the trial to the data cut")] = 0.0
    eligibility: Annotated[tuple[Criterion, ...], MaxLen(60), In("list", "entry criteria")] = ()
    escalation: Annotated[EscalationPlan | None, In("table", "dose finding")] = None

    __pydantic_config__ = {"extra": "forbid"}

    def __post_init__(self) -> None:
        check_protocol(self)

    @property
    def cell_arms(self) -> tuple[int, ...]:
        """Give the places of the arms that get the cells."""
        return tuple(place for place, arm in enumerate(self.arms) if arm.treatment == "cells")


@dataclass(frozen=True)
class Sequential:
    """Describe group-sequential looks: table ``[verdict.looks]`` of a study; the first arm against the last."""

    fractions: Annotated[
        tuple[Annotated[float, Gt(0), Le(1)], ...],
        MinLen(1), MaxLen(20), In("fraction", "share of the planned events at each look, rising; the last is 1"),
    ]  # fmt: skip
    endpoint: Annotated[Literal["pfs", "os"], In("name", "whose events and log-rank test")] = "pfs"
    spending: Annotated[
        Literal["O'Brien-Fleming", "Pocock", "Hwang-Shih-DeCani", "power"], In("name", "how alpha is spent")
    ] = "O'Brien-Fleming"
    parameter: Annotated[float, Ge(-20), Le(20), In("-", "gamma of Hwang-Shih-DeCani, exponent of power")] = 1.0
    alpha: Annotated[float, Ge(1e-12), Lt(0.5), In("fraction", "one-sided level")] = 0.025
    futility: Annotated[
        Literal["none", "O'Brien-Fleming", "Pocock", "Hwang-Shih-DeCani", "power"],
        In("name", "how beta is spent; non-binding"),
    ] = "none"
    futility_parameter: Annotated[float, Ge(-20), Le(20), In("-", "gamma or exponent of the beta spending")] = 1.0
    beta: Annotated[float, Ge(0.001), Lt(0.5), In("fraction", "type II error that futility may spend")] = 0.1

    __pydantic_config__ = {"extra": "forbid"}

    def __post_init__(self) -> None:
        check_looks(self)


@dataclass(frozen=True)
class VerdictPlan:
    """Describe what is judged: section ``[verdict]`` of a study."""

    primary: Annotated[str, MinLen(1), In("name", "primary endpoint")] = "orr"
    at_months: Annotated[float | None, Ge(0), Le(240), In("month", "time of a primary endpoint that is a rate")] = None
    looks: Annotated[Sequential | None, In("table", "group-sequential looks")] = None

    __pydantic_config__ = {"extra": "forbid"}

    def __post_init__(self) -> None:
        check_primary(self)


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
    verdict: VerdictPlan = VerdictPlan()
    sources: Annotated[Mapping[str, str], In("text", "where a field's value comes from, by dotted name")] = field(
        default_factory=dict
    )

    __pydantic_config__ = {"extra": "forbid"}

    def __post_init__(self) -> None:
        check_study(self)

    def of_arm(self, number: int) -> Study:
        """Give the study as one arm's patients meet it: the arm's own sections in the place of the study's."""
        arm = self.trial.arms[number]
        own = {name: getattr(arm, name) for name in ARM_SECTIONS if getattr(arm, name) is not None}
        return dataclasses.replace(self, **own) if own else self


@dataclass(frozen=True)
class Enrolment:
    """Hold the randomised patients of some trials in trial order, and how many were screened for them.

    ``keys``, ``arm`` and ``randomised_day`` are ``(patients,)``. ``funnel`` counts candidates by what became of them,
    each ``(trials, pools)``: "screened", and one entry per reason for not entering; each candidate has one reason, the
    first of them. Randomised arms share one pool, cohorts have one each. ``diameter_mm`` are the lesions after a
    run-in, None without one.
    """

    keys: Keys
    arm: NDArray[np.int64]
    randomised_day: Floats
    funnel: Mapping[str, NDArray[np.int64]]
    diameter_mm: Floats | None = None

    @property
    def screened(self) -> NDArray[np.int64]:
        """Count the screened candidates of each trial."""
        return np.asarray(self.funnel["screened"].sum(axis=1))


@dataclass(frozen=True)
class ArmCourse:
    """Hold the course of one arm's patients: ``rows`` are their places among all randomised patients.

    Of controls who crossed over, ``arm`` is the arm that they were in.
    """

    arm: int
    rows: NDArray[np.int64]
    course: Course


@dataclass(frozen=True)
class Looks:
    """Hold what the looks of some trials showed: ``z`` and calendar ``day`` ``(trials, looks)``, inf = did not happen.

    ``stopped_look`` ``(trials,)`` is the look that stopped a trial (0: none), ``stopped_for`` 1 efficacy, 2 futility;
    ``stop_day`` is inf where nothing stopped it.
    """

    z: Floats
    day: Floats
    stopped_look: NDArray[np.int64]
    stopped_for: NDArray[np.int64]
    stop_day: Floats


@dataclass(frozen=True)
class Followed:
    """Hold the courses of all arms of some trials, and those of controls who crossed over, by the arm that they left.

    ``cohort`` are all patients as the study's own sections draw them (an arm with sections of its own: see its
    course). ``end_day`` ``(patients,)`` is each one's last day, ``dropout_day`` the one on which he leaves for reasons
    of his own (inf: never), ``cut_day`` ``(trials,)`` the calendar day of the data cut; who had not entered by then is
    not ``enrolled``. Arms without patients are left out.
    """

    enrolment: Enrolment
    cohort: Cohort
    end_day: Floats
    cut_day: Floats
    dropout_day: Floats
    enrolled: NDArray[np.bool_]
    arms: tuple[ArmCourse, ...]
    crossovers: tuple[ArmCourse, ...] = ()
    looks: Looks | None = None

    @property
    def trials(self) -> int:
        """Give the number of trials."""
        return len(self.cut_day)

    def part(self, *, cells: bool) -> ArmCourse:
        """Give the first arm with cells, or the first one without."""
        return next(part for part in self.arms if (part.course.product is not None) == cells)

    def course_of(self, patient: int) -> tuple[ArmCourse, int]:
        """Find a patient's arm and his row in its course."""
        part = next(part for part in self.arms if patient in part.rows)
        return part, int(np.searchsorted(part.rows, patient))

    cells = property(lambda self: self.part(cells=True).course)
    cells_rows = property(lambda self: self.part(cells=True).rows)
    choice = property(lambda self: self.part(cells=False).course)
    choice_rows = property(lambda self: self.part(cells=False).rows)
    crossed = property(lambda self: self.crossovers[0].course if self.crossovers else None)
    crossed_rows = property(lambda self: self.crossovers[0].rows if self.crossovers else np.empty(0, np.int64))


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

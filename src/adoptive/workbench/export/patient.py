"""One patient's model: the kinetics with his numbers and everything that was given to him, as one system."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from adoptive.course import Course
from adoptive.errors import StudyError
from adoptive.infusion.chemotherapy import plan_waiting
from adoptive.infusion.cycle import plan_cycle
from adoptive.infusion.plan import give, join
from adoptive.infusion.types import DRUGS, Infusions
from adoptive.kinetics.equations import build_model
from adoptive.kinetics.physiology import parameter_names
from adoptive.kinetics.quantities import named_quantities
from adoptive.kinetics.simulate import ATOL, RTOL, engine
from adoptive.kinetics.types import Physiology
from adoptive.solve import Events, Model
from adoptive.solve.types import Text
from adoptive.trial.run import follow_trials
from adoptive.trial.types import ArmCourse, Study
from adoptive.trial.ward import copies_of
from adoptive.workbench.export.source import Source

__all__ = ["PatientModel", "patient_model"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class PatientModel:
    """Hold one patient: the model, his parameters and start, what was given, and the transgene level of the run.

    ``vector_copies`` per cell and ``other_per_ul`` leukocytes turn cells in blood into copies per ug of DNA. ``day``
    and ``copies`` are the run's, from the first infusion to the last contact.
    """

    number: int
    model: Model
    names: Text
    body: Physiology
    events: Events
    vector_copies: float
    other_per_ul: float
    day: Floats
    copies: Floats

    def again(self) -> Floats:
        """Follow the patient by these events alone and give the level on the same days."""
        from adoptive.kinetics.observe import GENOMES_PER_UG
        from adoptive.kinetics.states import IN_BLOOD

        read = (*IN_BLOOD, "L", "ANC")
        ran = engine(self.body.lesions).run(
            self.body.values, self.body.initial, start=0.0, stop=float(self.day[-1]) if len(self.day) else 0.0,
            visits=self.day, record=read, events=self.events, survival_draws=self.body.survival_draws, rtol=RTOL,
            atol=ATOL,
        )  # fmt: skip
        cells = np.maximum(ran.states[0, :, :4].sum(axis=1), 0.0) / float(self.body.of("Vb")[0])
        white = ran.states[0, :, 4] + 1e3 * ran.states[0, :, 5] + self.other_per_ul
        return np.asarray(GENOMES_PER_UG * self.vector_copies * cells / np.maximum(cells + white, 1.0))


def patient_model(source: Source, *, patient: int | None = None) -> PatientModel:
    """Simulate the trial again and take one patient out of it; by default the first infused one.

    Raises
    ------
    StudyError
        A patient who was not infused, or nobody was.
    """
    infused = source.patients["patient"][source.infused].tolist()
    if not infused:
        raise StudyError("nobody of this trial was infused", where="--format", next_step="export another trial")
    number = int(infused[0]) if patient is None else patient
    if number not in infused:
        some = ", ".join(str(one) for one in infused[:8])
        raise StudyError(
            "this patient was not infused in an arm with cells", where="--patient", value=number,
            allowed=some + (", ..." if len(infused) > 8 else ""), next_step="choose an infused patient",
        )  # fmt: skip
    followed = follow_trials(source.study, seed=int(source.run.summary["seed"]), trials=np.array([source.trial]))
    part = next(one for one in followed.arms if number in one.rows)
    return _of(part, int(np.searchsorted(part.rows, number)), source.study, number)


def _of(part: ArmCourse, row: int, study: Study, number: int) -> PatientModel:
    course, lesions = part.course, part.course.body.lesions
    given = _given(course, study.of_arm(part.arm))
    days, kinds, amounts = given.day[row], given.kind[row], given.amount[row]
    kept = np.isfinite(days) & (days <= course.trajectory.now[row])
    known = float(np.minimum(course.reading.fate.last_contact_day, course.end_day)[row])
    day, first = course.trajectory.day, float(course.infusion_day[row, 0])
    seen = (day >= first) & (day <= known)
    return PatientModel(
        number=number, model=build_model(parameter_names(lesions), lesions),
        names=partial(named_quantities, lesions=lesions), body=course.body.take(np.array([row])),
        events=Events(days[kept][None], kinds[kept][None], amounts[kept][None]),
        vector_copies=float(course.product.vector_copies[row]) if course.product is not None else 0.0,
        other_per_ul=1e3 * float(course.typical.at("outcome.leukocytes_other_e9_l", course.cohort.keys)[row]),
        day=day[seen], copies=copies_of(course)[row, seen],
    )  # fmt: skip


def _given(course: Course, study: Study) -> Infusions:
    """Plan again what was given: drugs of the wait, every infusion with its preparation, doses of the ward."""
    regimen, cohort, typical = study.infusion, course.cohort, course.typical
    parts: list[Infusions] = []
    if course.product is not None:
        ready = np.minimum(np.where(course.product.released, np.ceil(course.product.ready_day), np.inf), course.end_day)
        parts.append(
            plan_waiting(
                regimen, cohort, course.product, None, ordered_day=np.zeros(len(cohort)), ready_day=ready,
                typical=typical, streams=course.streams,
            )
        )  # fmt: skip
    for at in range(course.infusion_day.shape[1]):
        parts.append(
            plan_cycle(
                regimen, cohort, infusion_day=course.infusion_day[:, at], number=at + 1, typical=typical,
                cells=course.dose_cells[:, at], fading_per_day=course.body.of("kChemo"),
            )
        )  # fmt: skip
    for at, ward in enumerate(course.care):
        if ward.jump in DRUGS:
            for day in course.trajectory.fired_day[:, at].T:
                parts.append(give(str(ward.jump), day=day + ward.delay_days, amount=ward.amount))
    return join(*parts)

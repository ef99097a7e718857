"""One patient's journey, told day by day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adoptive.cohort import TUMOUR_TYPES
from adoptive.course import Course
from adoptive.errors import StudyError
from adoptive.facility import Failure
from adoptive.infusion.chemotherapy import who_is_bridged
from adoptive.infusion.lymphodepletion import precedes
from adoptive.kinetics.observe import blood_cells_per_ul, lesion_diameters_mm
from adoptive.outcome import Response, TimeToEvent, overall_survival
from adoptive.outcome.clinic.marrow import living_cells
from adoptive.trial.run import follow_trials
from adoptive.trial.types import ArmCourse, Study
from adoptive.trial.ward import crs_of, safety_of_course, seen_until, window_of

__all__ = ["Story", "tell"]

Floats = NDArray[np.float64]
Line = tuple[float, str]

_TOLD = {
    "anaemia": "anaemia",
    "icaht_early": "early ICAHT",
    "icaht_late": "late ICAHT",
    "alt": "raised ALT",
    "creatinine": "raised creatinine",
    "tls": "tumour lysis",
    "gastritis": "gastric mucosal injury",
    "vomiting": "vomiting",
    "lung": "lung damage",
    "ejection_fraction": "fall of the ejection fraction",
}
_IN_THE_MARROW = {"B-ALL remission": "marrow blasts", "IMWG 2016": "M-protein or light chains"}
"""What is followed where nothing is measured in mm, by the criteria."""

_EXPLAINED = (Response.PD, Response.NE)
"""Responses that are told with their reason."""

_CELLS = {"CAR-T": "CAR+", "TCR-T": "receptor-positive", "TRuC-T": "receptor-positive", "TIL": "T"}

_WATCHED_DAYS = 100.0
"""Days after the first infusion to which laboratory values are graded."""


@dataclass(frozen=True)
class Story:
    """Hold a patient's journey: lines (day since randomisation, what happened), small curves, and a summary."""

    lines: tuple[Line, ...]
    series: Mapping[str, tuple[Floats, Floats]]
    summary: Mapping[str, str]


def tell(study: Study, *, seed: int = 1, patient: int = 0, trial: int = 0) -> Story:
    """Tell the journey of the ``patient``-th randomised patient (0 first) of a virtual trial.

    Raises :class:`StudyError` if the trial randomises fewer patients.
    """
    if not 0 <= patient < study.trial.randomised:
        raise StudyError(
            "no such patient",
            where="--patient",
            value=patient,
            allowed=f"0 to {study.trial.randomised - 1}",
            next_step="choose a randomised patient",
        )
    followed = follow_trials(study, seed=seed, trials=np.array([trial]))
    if not followed.enrolled[patient]:
        raise StudyError(
            "this patient had not entered when the data were cut",
            where="--patient",
            value=patient,
            allowed=", ".join(str(number) for number in np.flatnonzero(followed.enrolled)),
            next_step="choose one of these",
        )
    part, row = followed.course_of(patient)
    course, own, end = part.course, study.of_arm(part.arm), float(followed.end_day[patient])
    lines = list(_entry(part, own, row)) + list(_events(part, own, row, end))
    last, at = course, row
    for late in followed.crossovers:
        if patient in late.rows:
            last, at = late.course, int(np.searchsorted(late.rows, patient))
            ordered = course.reading.progression_day[row]
            lines += [line for line in _cells(last, study.of_arm(late.arm), at, end) if line[0] > ordered]
    survival = overall_survival(
        last.reading.fate.death_day, last_contact_day=last.reading.fate.withdrawal_day, cut_day=end
    )
    stayed = end >= float(followed.cut_day[0] - followed.enrolment.randomised_day[patient]) - 1e-6
    lines.append(_ending(survival, at, end if stayed else np.inf))
    told = sorted((line for line in lines if line[0] <= survival.days[at]), key=lambda line: line[0])
    return Story(tuple(told), _series(last, at, float(survival.days[at])), _summary(part, study, row))


def _entry(part: ArmCourse, study: Study, row: int) -> Iterator[Line]:
    """Tell screening and randomisation."""
    antigen, target = part.course.cohort.antigen, study.antigen.target
    read, true, needed = antigen.read_share[row], antigen.positive_share[row], study.antigen.entry_fraction
    if needed > 0:
        yield 0.0, f"screened: {target} read on {read:.0%} of tumour cells (true {true:.0%}), {needed:.0%} needed"
    elif study.trial.cell_arms:
        yield 0.0, f"screened: {target} on {true:.0%} of tumour cells; no threshold for entry"
    else:
        yield 0.0, "screened"
    entered = "randomised to" if study.trial.allocation == "randomised" and len(study.trial.arms) > 1 else "enrolled in"
    yield 0.0, f"{entered} {study.trial.arms[part.arm].name}"


def _events(part: ArmCourse, study: Study, row: int, end: float) -> Iterator[Line]:
    """Tell everything that happened on a course."""
    yield from _drugs(part, study, row)
    yield from _cells(part.course, study, row, end)
    yield from _scans(part.course, row)


def _drugs(part: ArmCourse, study: Study, row: int) -> Iterator[Line]:
    """Tell the physician's choice."""
    course = part.course
    if course.choice is None or course.product is not None:
        return
    if np.isfinite(course.choice.start_day[row]):
        drug = study.trial.arms[part.arm].drugs[int(course.choice.drug[row])].drug
        yield float(course.choice.start_day[row]), f"{drug} started"
    else:
        yield 0.0, "declined the physician's choice; followed without treatment"


def _cells(course: Course, study: Study, row: int, end: float) -> Iterator[Line]:
    """Tell manufacture, infusions, cytokine release and counts."""
    product = course.product
    if product is None or product.apheresis_day[row] >= end:
        return
    yield float(product.apheresis_day[row]), _collected(course, study, row)
    failure, known = Failure(int(product.failure[row])), float(product.ready_day[row])
    if failure != Failure.NONE:
        if known < end:
            made = "one attempt" if product.attempts[row] == 1 else f"{product.attempts[row]} attempts"
            yield known, f"no product after {made}: {failure.words}"
        return
    kind = _CELLS[study.construct.modality]
    viable, positive = product.viability[row], product.car_positive_share[row]
    share = "" if kind == "T" else f", {positive:.0%} of them {kind}"
    yield known, f"product released: {product.car_positive_cells[row]:.1e} {kind} cells, {viable:.0%} viable{share}"
    lead, drugs = float(course.lead_days[row]), bool(study.infusion.lymphodepletion)
    for number, day in enumerate(course.infusion_day[row], start=1):
        if np.isfinite(day):
            if drugs and precedes(study.infusion, number):
                yield float(day) - lead, f"lymphodepletion before infusion {number}"
            yield float(day), f"infusion {number}: {course.dose_cells[row, number - 1]:.2g} {kind} cells"
    if not course.treated[row]:
        yield float(course.reading.fate.unfit_day[row]), "too unwell for the cells"
        return
    yield from _ward(course, row)


def _collected(course: Course, study: Study, row: int) -> str:
    """Tell from what the cells are grown, and whether the wait is bridged."""
    assert course.product is not None
    cells = f"{course.product.collected_cells[row]:.1e}"
    tumour = study.facility.starting_cells == "tumour"
    words = f"tumour resected: {cells} T cells grow out" if tumour else f"leukapheresis: {cells} CD3 cells"
    bridging = course.choice is None and study.infusion.bridging_kill_ratio > 0
    bridged = bridging and who_is_bridged(study.infusion, course.cohort.keys, streams=course.streams)[row]
    return f"{words}; bridging" if bridged else words


def _ward(course: Course, row: int) -> Iterator[Line]:
    """Tell the peak of the cells, cytokine release, drugs against it, and the counts' lowest point."""
    trajectory, day = course.trajectory, course.trajectory.day
    window = window_of(course)[row]
    cells = np.where(window, blood_cells_per_ul(trajectory, course.body)[row], 0.0)
    yield float(day[cells.argmax()]), f"engineered cells peak in blood: {cells.max():.1f} per uL"
    crs, scale = crs_of(course), course.reading.assessment.crs_scale
    if crs.maximum_grade[row] > 0:
        yield float(crs.onset_day[row]), "cytokine release syndrome begins"
        yield (
            float(crs.maximum_day[row]),
            f"cytokine release syndrome at its worst: grade {crs.maximum_grade[row]} ({scale})",
        )
    seen = seen_until(course)[row]
    for ward, days in zip(course.care, trajectory.fired_day[row], strict=False):
        ordered = days[days + ward.delay_days <= seen]
        if np.isfinite(ward.again_days) and len(ordered) > 1:
            yield float(ordered[0]), f"{ward.drug} ordered: {len(ordered)} doses until day {ordered[-1]:.0f}"
        else:
            yield from ((float(day), f"{ward.drug} ordered") for day in ordered)
    counts = np.where(window, trajectory.of("ANC")[row], np.inf)
    yield float(day[counts.argmin()]), f"neutrophils lowest: {counts.min():.2f} x 1e9/L"
    yield from _safety(course, row)


def _safety(course: Course, row: int) -> Iterator[Line]:
    """Tell neurotoxicity and infections on their days, the other toxicity when the laboratory's watch ends."""
    safety, first = safety_of_course(course), float(course.infusion_day[row, 0])
    if safety.icans_grade[row] > 0:
        yield (
            first + float(safety.icans_onset_day[row]),
            f"neurotoxicity (ICANS) begins; at its worst grade {safety.icans_grade[row]}, ICE {safety.lowest_ice[row]}",
        )
    if safety.infections[row] > 0:
        yield (
            first + float(safety.infection_onset_day[row]),
            f"infection, the first of {safety.infections[row]}; the worst of grade {safety.infection_grade[row]}",
        )
    columns = safety.columns()
    worst = [(words, int(columns[f"{name}_grade"][row])) for name, words in _TOLD.items()]
    told = ", ".join(f"{words} {grade}" for words, grade in worst if grade > 0)
    last = min(first + _WATCHED_DAYS, float(seen_until(course)[row]))
    yield last, f"worst grades since the first infusion: {told or 'none above 0'}"


def _scans(course: Course, row: int) -> Iterator[Line]:
    """Tell every visit up to the one that shows progression."""
    reading = course.reading
    assessed, marrow = reading.assessed, _IN_THE_MARROW.get(reading.assessment.response_criteria)
    for visit in np.flatnonzero(reading.scans.done[row] & np.isfinite(reading.scans.day[row])):
        response = Response(int(assessed.response[row, visit]))
        total, change = assessed.sum_mm[row, visit], assessed.change[row, visit]
        if marrow is None:
            found = f"scan: sum of diameters {total:.0f} mm ({change:+.0%}), {response.name}"
        else:
            clean = ", no residual disease found" if reading.mrd_negative[row, visit] == 1 else ""
            found = f"visit: {marrow} {change:+.0%} from baseline{clean}, {response.name}"
        why = assessed.reasons[int(assessed.reason[row, visit])] if response in _EXPLAINED else ""
        said = f"{found} ({why.removesuffix(f': {response.name}')})" if why else found
        yield float(reading.scans.day[row, visit]), said
        if response == Response.PD:
            return


def _ending(survival: TimeToEvent, row: int, end: float) -> Line:
    """Tell how follow-up ended."""
    day = float(survival.days[row])
    if survival.event[row]:
        return day, "died"
    return day, "alive at the data cut" if day >= end - 1e-6 else "left the trial"


def _series(course: Course, row: int, last: float) -> dict[str, tuple[Floats, Floats]]:
    """Give small curves of the tumour, the cells and interleukin 6 while the patient was followed."""
    trajectory = course.trajectory
    seen = trajectory.day <= min(last, float(trajectory.now[row]))
    day = trajectory.day[seen]
    if course.reading.assessment.response_criteria in _IN_THE_MARROW:
        tumour = "tumour cells, 1e9", living_cells(trajectory)[row] / 1e9
    else:
        tumour = "sum of diameters, mm", lesion_diameters_mm(trajectory, course.body)[row].sum(axis=1)
    curves: dict[str, Any] = {
        tumour[0]: tumour[1],
        "engineered cells, per uL": blood_cells_per_ul(trajectory, course.body)[row],
        "interleukin 6, pg/mL": trajectory.of("IL6")[row],
    }
    shown = {name: np.asarray(values)[seen] for name, values in curves.items()}
    return {name: (day, values) for name, values in shown.items() if values.max(initial=0.0) > 0}


def _summary(part: ArmCourse, study: Study, row: int) -> dict[str, str]:
    """Say who the patient is."""
    cohort = part.course.cohort
    diameters, solid = cohort.lesion_diameter_mm[row], study.outcome.response_criteria == "RECIST 1.1"
    kind = TUMOUR_TYPES[int(cohort.tumour_type[row])]
    told = {
        "arm": study.trial.arms[part.arm].name,
        "patient": f"{kind}, {cohort.age_years[row]:.0f} years, ECOG {cohort.ecog[row]:.0f}",
        "doubling time": f"{np.log(2.0) / cohort.growth_per_day[row, 0]:.0f} days{' (first lesion)' if solid else ''}",
        "antigen-negative clone at the start": "yes" if cohort.antigen.founder_clone[row] else "no",
    }
    if study.outcome.response_criteria not in _IN_THE_MARROW:
        told["target lesions"] = ", ".join(f"{d:.0f} mm" for d in diameters[diameters > 0])
    if solid:
        told["peritoneal metastases"] = "yes" if cohort.peritoneal[row] else "no"
    return told

"""Run virtual trials: screen, allocate, follow each arm, cross over, cut the data, write the record."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adoptive.cohort import Cohort, draw_cohort
from adoptive.course import Course, follow_cells, follow_choice
from adoptive.infusion import choose_drugs
from adoptive.parameters import Book, draw_typical, load_book
from adoptive.streams import Streams
from adoptive.trial.accrual import last_days
from adoptive.trial.crossover import who_crosses
from adoptive.trial.cut import cut_at, cut_days, dropout_days
from adoptive.trial.enrol import enrol
from adoptive.trial.looks import look_at
from adoptive.trial.plans import plan_of
from adoptive.trial.record import record_trials
from adoptive.trial.slots import slot_days
from adoptive.trial.types import ArmCourse, Enrolment, Followed, Study, TrialRecord

__all__ = ["follow_trials", "plan_of", "run_trial"]

Floats = NDArray[np.float64]


def run_trial(
    study: Study,
    *,
    seed: int = 1,
    trials: Sequence[int] = (0,),
    detail: bool = False,
    fixed_parameters: bool = False,
    book: Book | None = None,
) -> TrialRecord:
    """Run some virtual trials of a study and record them.

    Each trial draws its own typical parameters from their uncertainty (``fixed_parameters`` keeps the published
    values), its own patients and its own chances; all are functions of the seed and the trial's number alone.
    ``detail`` adds visits, doses and daily values; ``book`` stands in the place of the package's own rows.
    """
    numbers = np.unique(np.asarray(trials, np.int64))
    followed = follow_trials(study, seed=seed, trials=numbers, fixed_parameters=fixed_parameters, book=book)
    return record_trials(study, followed, trials=numbers, detail=detail)


def follow_trials(
    study: Study, *, seed: int, trials: NDArray[np.int64], fixed_parameters: bool = False, book: Book | None = None
) -> Followed:
    """Follow every randomised patient of some trials, arm by arm, to the data cut."""
    followed = follow_to_the_end(study, seed=seed, trials=trials, fixed_parameters=fixed_parameters, book=book)
    cut = cut_days(study, followed)
    if study.verdict.looks is not None:
        looks = look_at(study, followed)
        return dataclasses.replace(cut_at(followed, np.minimum(cut, looks.stop_day)), looks=looks)
    return followed if (cut == followed.cut_day).all() else cut_at(followed, cut)


def follow_to_the_end(
    study: Study, *, seed: int, trials: NDArray[np.int64], fixed_parameters: bool = False, book: Book | None = None
) -> Followed:
    """Follow everybody to the last day to which the trial may run, whatever ends it before."""
    streams = Streams(seed)
    common: dict[str, Any] = {
        "typical": draw_typical(load_book() if book is None else book, streams, trials=trials, fixed=fixed_parameters),
        "streams": streams,
    }
    enrolment = enrol(study, trials=trials, **common)
    keys, entered = enrolment.keys, enrolment.randomised_day
    last = last_days(study.trial, entered.reshape(len(trials), -1))
    stays = np.repeat(last, len(keys) // len(trials)) - entered
    leaves = dropout_days(study.trial, keys, streams)
    cohort = _with_lesions(draw_cohort(study.cohort, study.antigen, keys=keys, **common), enrolment)
    followed = Followed(
        enrolment,
        cohort,
        np.minimum(stays, leaves),
        last,
        dropout_day=leaves,
        enrolled=np.ones(len(keys), bool),
        arms=(),
        crossovers=(),
    )
    arms = tuple(_follow_arms(study, followed, common))
    crossed = tuple(_follow_crossed(study, followed, arms, common))
    return dataclasses.replace(followed, arms=arms, crossovers=crossed)


def _with_lesions(cohort: Cohort, enrolment: Enrolment) -> Cohort:
    """Give the patients as they are after the run-in."""
    grown = enrolment.diameter_mm
    return cohort if grown is None else dataclasses.replace(cohort, lesion_diameter_mm=grown)


def _people(study: Study, number: int, followed: Followed, rows: NDArray[np.int64], common: dict[str, Any]) -> Cohort:
    """Give an arm's patients, drawn by its own sections if it has any."""
    arm = study.trial.arms[number]
    if arm.antigen is None and arm.cohort is None:
        return followed.cohort.take(rows)
    own = study.of_arm(number)
    drawn = draw_cohort(own.cohort, own.antigen, keys=followed.enrolment.keys.take(rows), **common)
    grown = followed.enrolment.diameter_mm
    return drawn if grown is None else dataclasses.replace(drawn, lesion_diameter_mm=grown[rows])


def _follow_arms(study: Study, followed: Followed, common: dict[str, Any]) -> Iterator[ArmCourse]:
    """Follow each arm that has patients under its own plan."""
    for number in range(len(study.trial.arms)):
        rows = np.flatnonzero(followed.enrolment.arm == number)
        if len(rows):
            people = _people(study, number, followed, rows, common)
            yield ArmCourse(number, rows, _follow_arm(study, number, people, followed, rows, common))


def _follow_arm(
    study: Study, number: int, people: Cohort, followed: Followed, rows: NDArray[np.int64], common: dict[str, Any]
) -> Course:
    """Follow one arm: the cells, or the physician's choice, which a few refuse."""
    arm, plan = study.trial.arms[number], plan_of(study.of_arm(number), **common)
    if arm.treatment == "cells":
        end, entered = followed.end_day[rows], followed.enrolment.randomised_day[rows]
        ordered = slot_days(people, plan, asked_day=np.zeros(len(rows)), entered_day=entered, end_day=end)
        return follow_cells(people, plan, end_day=end, ordered_day=ordered)
    typical, streams = common["typical"], common["streams"]
    refused = streams.uniform("trial.refuse", people.keys) < typical.at("trial.refuse_control", people.keys)
    drugs = choose_drugs(arm.drugs, people, **common).withhold(refused)
    return follow_choice(people, plan, end_day=followed.end_day[rows], choice=drugs)


def _follow_crossed(
    study: Study, followed: Followed, arms: Sequence[ArmCourse], common: dict[str, Any]
) -> Iterator[ArmCourse]:
    """Follow the controls who ask for the cells at progression, from each arm without cells."""
    rule = study.trial.crossover
    if not rule.allowed or rule.after == "never":
        return
    names = [arm.name for arm in study.trial.arms]
    to = names.index(rule.to) if rule.to else study.trial.cell_arms[0]
    plan = plan_of(study.of_arm(to), **common)
    for part in arms:
        course = part.course
        if course.choice is None or part.arm in study.trial.cell_arms:
            continue
        end = followed.end_day[part.rows]
        crossing = who_crosses(rule, course, end_day=end, **common)
        if crossing.any():
            rows, choice = part.rows[crossing], course.choice.take(crossing)
            people = _people(study, to, followed, rows, common)
            ordered = slot_days(
                people, plan, asked_day=course.reading.progression_day[crossing], end_day=end[crossing],
                entered_day=followed.enrolment.randomised_day[rows], choice=choice,
            )  # fmt: skip
            late = follow_cells(people, plan, end_day=end[crossing], ordered_day=ordered, choice=choice)
            yield ArmCourse(part.arm, rows, late)

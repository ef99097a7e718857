"""The forecast, step by step: choose the study, take the facts, refuse or draw copies, follow them, count."""

from __future__ import annotations

import numpy as np

from adoptive.errors import StudyError
from adoptive.parameters import draw_typical, load_book
from adoptive.streams import Streams
from adoptive.trial.eligibility.facts import Facts
from adoptive.trial.types import Study
from adoptive.workbench.match.forecast.checked import check_sentence
from adoptive.workbench.match.forecast.copies import draw_copies
from adoptive.workbench.match.forecast.costs import costs_of
from adoptive.workbench.match.forecast.eligible import arm_for, refusal, with_tumour
from adoptive.workbench.match.forecast.follow import FOLLOW_MONTHS, alone, follow_copies
from adoptive.workbench.match.forecast.known import Known, known_of
from adoptive.workbench.match.forecast.ranges import numbers_of
from adoptive.workbench.match.forecast.stand_in import choose_study
from adoptive.workbench.match.types import Forecast, Range, Refused, Trial

__all__ = ["expect"]

MOST, MOST_COPIES = 400, 40_000
"""Virtual trials, and copies in each, at the most; and copies in all."""

NORMAL_90 = 3.29
"""Standard deviations between the ends of a normal 90 % interval."""

_SIMULATED = "Simulated: computed by a model, seen in nobody; for research, no promise and no medical advice."
_INTERVALS = (
    "The 90 % intervals of chances and of the median hold what the model's fit leaves open and what is not known of "
    "the patient; not what the model lacks, nor differences between centres. Those of days hold 90 of 100 patients."
)
_LACKS = "The model has no deaths by the treatment, no other illnesses and no treatment after this one."


def expect(trial: Trial, facts: Facts, *, patients: int, trials: int, seed: int) -> Forecast | Refused:
    """Forecast for a patient; see :func:`adoptive.workbench.match.forecast.forecast`."""
    for name, value in (("patients", patients), ("trials", trials), ("patients in all", patients * trials)):
        most = MOST_COPIES if name == "patients in all" else MOST
        if not 2 <= value <= most:
            raise StudyError(f"{name} out of range", where="forecast", value=value, allowed=f"2 to {most}")
    chosen = choose_study(trial, facts)
    if isinstance(chosen, Refused):
        return chosen
    known = known_of(facts, chosen.study)
    arm = arm_for(chosen.study, known)
    if isinstance(arm, Refused):
        return arm
    number, tumour = arm
    study = alone(chosen.study, number, copies=patients)
    known = with_tumour(known, tumour)
    refused = refusal(study, known)
    if refused is not None:
        return refused
    numbers = _simulate(study, known, patients=patients, trials=trials, seed=seed)
    if isinstance(numbers, Refused):
        return numbers
    return Forecast(
        study=chosen.study.name,
        basis=chosen.basis + _arm_said(chosen.study, number),
        numbers=numbers,
        trials=trials,
        patients=patients,
        seed=seed,
        taken=known.taken,
        assumed=known.assumed,
        cautions=(_SIMULATED, check_sentence(chosen.study), *chosen.cautions, *_said(study, numbers, trials, patients)),
        cost=costs_of(study, chosen.region, tumour=tumour),
    )


def _simulate(study: Study, known: Known, *, patients: int, trials: int, seed: int) -> dict[str, Range] | Refused:
    """Draw the copies in each virtual trial, follow them, and give the numbers."""
    streams, ids = Streams(seed), np.arange(trials)
    typical = draw_typical(load_book(), streams, trials=ids)
    cohort = draw_copies(study, known, trials=ids, copies=patients, typical=typical, streams=streams)
    if isinstance(cohort, Refused):
        return cohort
    return numbers_of(follow_copies(study, cohort, trials=ids, typical=typical, streams=streams))


def _arm_said(study: Study, number: int) -> str:
    """Name the arm where the study has several with cells."""
    return (
        f" Of its groups that of {study.trial.arms[number].name!r} is simulated."
        if len(study.trial.cell_arms) > 1
        else ""
    )


def _said(study: Study, numbers: dict[str, Range], trials: int, copies: int) -> tuple[str, ...]:
    """Say what holds for the numbers at hand."""
    counted = "from the infusion (of who has none, from enrolment)"
    origin = counted if study.outcome.time_origin == "infusion" else "from enrolment"
    median = (
        f"Time without progression counts {origin}, of all who are enrolled."
        if "pfs_median" in numbers
        else f"The median time without progression is not reached within {FOLLOW_MONTHS:g} months, or not surely."
    )
    errors = [_errors(one, trials, copies) for one in numbers.values() if one.unit == "%"]
    middle, end = (max(each) for each in zip(*errors, strict=True))
    chance = (
        f"By the chance of the simulation alone a percentage may be off by {middle:.1f} points, and the ends of its "
        f"interval by {end:.1f} (one standard error of the least sure one)."
    )
    return (_INTERVALS, _LACKS, median, chance)


def _errors(found: Range, trials: int, copies: int) -> tuple[float, float]:
    """Give the standard errors of a percentage and of the ends of its interval, by normal approximations.

    ``V`` the variance between trials, ``c`` that of counting one trial's copies: the mean has ``(V + c) / trials``; the
    estimate of ``V`` has the standard error ``(V + c) sqrt(2 / (trials - 1))``, an end 1.645 of that of its root.
    """
    between, share = ((found.high - found.low) / NORMAL_90) ** 2, found.value / 100.0
    whole = between + 1e4 * share * (1.0 - share) / copies
    of_variance = whole * np.sqrt(2.0 / max(trials - 1, 1))
    of_root = of_variance / (2.0 * np.sqrt(max(between, 0.25 * of_variance))) if whole > 0 else 0.0
    return float(np.sqrt(whole / trials)), float(0.5 * NORMAL_90 * of_root)

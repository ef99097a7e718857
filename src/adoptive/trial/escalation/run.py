"""Dose-finding trials on virtual patients: the plan's designs decide on what the course shows of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from adoptive.streams import Streams
from adoptive.trial.escalation.types import EscalationPlan
from adoptive.trial.escalation.virtual import LevelOutcomes
from adoptive.verdict.escalation import (
    Characteristics,
    Conduct,
    Design,
    DesignOptions,
    DoseFindingTrials,
    Estimate,
    Table,
    characteristics,
    make_design,
    right_level,
    run_dose_finding,
)

__all__ = ["Curve", "DesignResult", "conduct_of", "curve_of", "design_of", "patients_needed", "run_designs"]

Floats = NDArray[np.float64]
_THREE: Final = 3
_Z: Final = 1.959963984540054


@dataclass(frozen=True)
class Curve:
    """Hold the simulated truth of each level ``(levels,)``: DLTs and responses, in shares of the patients.

    ``dlt_low`` and ``dlt_high`` are a 95 % interval of the mean, from the spread between trials, which draw their own
    parameters; ``trial_low`` and ``trial_high`` hold the middle 90 % of the trials' own shares. ``right`` is the level
    whose share of DLTs is nearest to the target, from 0; -1 if even the lowest is too toxic.
    """

    dlt: Floats
    dlt_low: Floats
    dlt_high: Floats
    trial_low: Floats
    trial_high: Floats
    response: Floats
    right: int


@dataclass(frozen=True)
class DesignResult:
    """Hold what one design did: its trials and their operating characteristics."""

    name: str
    design: Design
    conduct: Conduct
    trials: DoseFindingTrials
    characteristics: Characteristics


def design_of(plan: EscalationPlan, name: str) -> Design:
    """Make a design from the plan's options.

    Parameters
    ----------
    plan, name
        The plan; one of the designs' names.

    Raises
    ------
    StudyError
        An unknown name.
    """
    conduct = conduct_of(plan, name)
    options = DesignOptions(
        target=plan.target,
        levels=len(plan.levels),
        most_patients=conduct.most_patients,
        window_days=plan.window_days,
        cutoff=plan.elimination,
        extra_safe=plan.extra_safe,
        stop_at=plan.stop_at_dose,
        half_width=plan.half_width,
        skeleton=plan.skeleton,
        prior_level=plan.prior_level - 1 if plan.prior_level else None,
        lowest_response=plan.lowest_response,
        utility_neither=plan.utility_neither,
        utility_both=plan.utility_both,
    )
    return make_design(name, options)


def conduct_of(plan: EscalationPlan, name: str) -> Conduct:
    """Say how a design's trials are run: as the plan says; 3+3 has cohorts of three and six patients per level.

    Parameters
    ----------
    plan, name
        As for :func:`design_of`.
    """
    three = name == "3+3"
    return Conduct(
        cohort_size=_THREE if three else plan.cohort_size,
        most_patients=2 * _THREE * len(plan.levels) if three else plan.most_patients,
        start_level=plan.start_level - 1,
        titration=plan.titration and not three,
        window_days=plan.window_days,
        stagger_days=plan.stagger_days,
        accrual_days=plan.accrual_days,
    )


def patients_needed(plan: EscalationPlan, names: Sequence[str]) -> int:
    """Give how many patients a trial of any of these designs may need."""
    return max(conduct_of(plan, name).most_patients for name in names)


def curve_of(outcomes: LevelOutcomes, *, target: float) -> Curve:
    """Give the simulated dose-toxicity curve with its error.

    Parameters
    ----------
    outcomes
        What happens to the patients at each level.
    target
        Wanted probability of a DLT.
    """
    each = outcomes.dlt.mean(axis=1)
    mean = each.mean(axis=0)
    error = each.std(axis=0, ddof=1) / np.sqrt(len(each)) if len(each) > 1 else np.full(mean.shape, np.nan)
    low, high = np.quantile(each, [0.05, 0.95], axis=0)
    return Curve(
        dlt=mean,
        dlt_low=np.maximum(mean - _Z * error, 0.0),
        dlt_high=np.minimum(mean + _Z * error, 1.0),
        trial_low=low,
        trial_high=high,
        response=outcomes.response.mean(axis=(0, 1)),
        right=int(right_level(mean, target=target)),
    )


def run_designs(
    plan: EscalationPlan, outcomes: LevelOutcomes, names: Sequence[str], *, seed: int
) -> tuple[DesignResult, ...]:
    """Run each design on the same virtual patients, a trial on its own.

    Parameters
    ----------
    plan
        Cohorts, target and options.
    outcomes
        What happens to the patients at each level.
    names
        The designs.
    seed
        Root seed; it decides on the days on which patients are ready.

    Raises
    ------
    StudyError
        An unknown design, or too few patients followed for one of them.
    """
    right, streams = curve_of(outcomes, target=plan.target).right, Streams(seed)
    table = Table(outcomes.dlt_day, outcomes.response, outcomes.trials)
    results = []
    for name in names:
        design, conduct = design_of(plan, name), conduct_of(plan, name)
        run = run_dose_finding(design, conduct, table, trials=outcomes.trials, streams=streams)
        found: Characteristics = characteristics(run, right=right, most_patients=conduct.most_patients)
        results.append(DesignResult(name, design, conduct, run, found))
    return tuple(results)


def difference(one: DesignResult, other: DesignResult, *, right: int) -> Estimate:
    """Give the paired difference in correct selection (points), one design minus another on the same patients.

    Parameters
    ----------
    one, other
        Results on the same trials.
    right
        The right level, from 0.
    """
    gap = 100.0 * ((one.trials.selected == right).astype(float) - (other.trials.selected == right))
    return Estimate(np.asarray(gap.mean()), np.asarray(gap.std(ddof=1) / np.sqrt(len(gap))))

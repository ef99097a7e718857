"""What is said of dose-finding trials: the answer, the decision table, the curve, the characteristics, one path."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from adoptive.trial.escalation.run import DesignResult
from adoptive.verdict.escalation import (
    LETTERS,
    CrmDesign,
    Ending,
    Estimate,
    IntervalDesign,
    ThreePlusThree,
    TiteBoinDesign,
    TiteCrmDesign,
    boin_design,
    decision_grid,
    dose_pathways,
)
from adoptive.workbench.escalate.run import EscalationResult

__all__ = [
    "LETTER_NOTE",
    "answer",
    "characteristic_rows",
    "curve_rows",
    "decision_rows",
    "example_trial",
    "level_names",
    "loss_sentence",
    "path_text",
    "reason_rows",
    "with_error",
]

LETTER_NOTE = "E: escalate, S: stay, D: de-escalate, DU: de-escalate and never give this dose again."
_ENDINGS = {
    Ending.MOST_PATIENTS: "all patients treated",
    Ending.TOO_TOXIC: "lowest dose too toxic",
    Ending.ENOUGH_AT_DOSE: "enough patients at one dose",
    Ending.FOUND: "dose found",
    Ending.NO_DOSE: "no admissible dose",
}


def level_names(result: EscalationResult) -> tuple[str, ...]:
    """Give the levels' names."""
    return tuple(level.name for level in result.plan.levels)


def answer(result: EscalationResult) -> str:
    """Give the answer in one or two sentences."""
    names, curve, plan = level_names(result), result.curve, result.plan
    if curve.right < 0:
        truth = "In the model even the lowest dose has too many DLTs."
    elif curve.dlt.max() < plan.target:
        truth = f"In the model no level reaches {100 * plan.target:.0f} % DLTs; the highest share is "
        truth += f"{100 * curve.dlt.max():.1f} %, so the right dose is {names[curve.right]}."
    else:
        share = 100 * curve.dlt[curve.right]
        truth = (
            f"In the model the dose nearest to {100 * plan.target:.0f} % DLTs is {names[curve.right]} ({share:.1f} %)."
        )
    lead = result.designs[0]
    chosen = lead.characteristics.selected.value
    often = int(chosen.argmax())
    said = (
        f"{lead.name} recommends {names[often]} most often ({chosen[often]:.0f} % of {result.asked.trials:,} trials), "
        f"with {float(lead.characteristics.total_patients.value):.1f} patients and "
        f"{float(lead.characteristics.total_dlt.value):.1f} DLTs on average."
    )
    return f"{truth} {said}"


def decision_rows(result: EscalationResult, of: DesignResult) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Give a design's decision table: a title, and rows of what was seen and what follows."""
    design, size = of.design, of.conduct.cohort_size
    if isinstance(design, TiteBoinDesign):
        design = boin_design(result.plan.target, of.conduct.most_patients, cutoff=result.plan.elimination)
    if isinstance(design, IntervalDesign):
        sizes = tuple(range(size, of.conduct.most_patients + 1, size))
        rows = tuple((f"{count} patients", _letters(codes)) for count, codes in decision_grid(design, sizes).items())
        return f"{of.name}: decision by the number of DLTs at the dose", rows
    if isinstance(design, ThreePlusThree):
        return f"{of.name}: decision by the number of DLTs at the dose", (
            ("3 patients", "0 E, 1 three more, 2-3 DU"),
            ("6 patients", "0-1 E, 2-6 DU; the recommended dose has 0-1 of 6"),
        )
    if isinstance(design, CrmDesign | TiteCrmDesign):
        return f"{of.name}: next level after the first cohorts, everybody watched", tuple(_transitions(result, of))
    return f"{of.name}: the tables hold the rank of every outcome", ()


def _letters(codes: tuple[int, ...]) -> str:
    """Write the decisions for 0, 1, 2, ... DLTs, equal ones together."""
    said, first = [], 0
    for at in range(1, len(codes) + 1):
        if at == len(codes) or codes[at] != codes[first]:
            span = f"{first}" if at - 1 == first else f"{first}-{at - 1}"
            said.append(f"{span} {LETTERS[codes[first]]}")
            first = at
    return ", ".join(said)


def _transitions(result: EscalationResult, of: DesignResult) -> Iterator[tuple[str, str]]:
    """List the first two cohorts' outcomes and the level after them."""
    plan, design = result.plan, of.design
    whole = CrmDesign(design.skeleton, plan.target, cutoff=design.cutoff)  # type: ignore[attr-defined]
    zero = [0] * len(plan.levels)
    for cohorts in (1, 2):
        paths = dose_pathways(
            whole, cohorts=cohorts, cohort_size=plan.cohort_size, start_level=plan.start_level - 1, dlt=zero,
            patients=zero,
        )  # fmt: skip
        for level, dlt, after in zip(paths.level, paths.dlt, paths.next_level.tolist(), strict=True):
            if (level < 0).any():
                continue
            seen = ", then ".join(
                f"{toxic} of {plan.cohort_size} at {plan.levels[place].name}"
                for place, toxic in zip(level.tolist(), dlt.tolist(), strict=True)
            )
            yield seen, "stop" if after < 0 else plan.levels[after].name


def curve_rows(result: EscalationResult) -> Iterator[tuple[str, str, str, str, str, str, str]]:
    """Give each level: cells, lymphodepletion, DLTs with interval, spread of the trials, responses, not evaluable."""
    curve, lost = result.curve, result.outcomes
    for at, level in enumerate(result.plan.levels):
        away = 100 * (lost.not_infused[at] + lost.not_assessed[at]) / lost.candidates[at]
        yield (
            level.name + (" ←" if at == curve.right else ""),
            f"{level.dose_cells:.3g}",
            f"{100 * level.lymphodepletion_share:.0f} %",
            f"{100 * curve.dlt[at]:.1f} ({100 * curve.dlt_low[at]:.1f} to {100 * curve.dlt_high[at]:.1f})",
            f"{100 * curve.trial_low[at]:.0f} to {100 * curve.trial_high[at]:.0f}",
            f"{100 * curve.response[at]:.0f}",
            f"{away:.0f}",
        )


def characteristic_rows(of: DesignResult) -> Iterator[tuple[str, str]]:
    """Give a design's summary: a name, and a number with its Monte Carlo error."""
    found = of.characteristics
    named: tuple[tuple[str, Estimate, str], ...] = (
        ("right dose recommended", found.correct, "%"),
        ("too high a dose recommended", found.overdose_selected, "%"),
        ("no dose recommended", found.none_selected, "%"),
        ("patients", found.total_patients, ""),
        ("patients with a DLT", found.total_dlt, ""),
        ("patients above the right dose", found.patients_overdosed, "%"),
        ("more than 60 % of patients above it", found.overdosing_60, "% of trials"),
        ("duration", found.duration_days, "days"),
    )
    for name, number, unit in named:
        yield name, f"{with_error(number, share='%' in unit, trials=found.trials)} {unit}".strip()
    endings, counts = np.unique(of.trials.ending, return_counts=True)
    said = (
        f"{_ENDINGS[Ending(int(e))]} {100 * n / len(of.trials.ending):.0f} %"
        for e, n in zip(endings, counts, strict=True)
    )
    yield "how the trials ended", ", ".join(said)


def with_error(number: Estimate, *, share: bool, trials: int) -> str:
    """Write a number with half its 95 % Monte Carlo interval.

    A share that no trial, or every trial, showed has a limit in the place of an error: what a chance of 5 % would hide.

    >>> with_error(Estimate(np.asarray(0.0), np.asarray(0.0)), share=True, trials=100)
    '0.0 (< 3.0)'
    """
    value, limit = float(number.value), 100.0 * (1.0 - 0.05 ** (1.0 / trials))
    if share and value in (0.0, 100.0):
        return f"{value:.1f} (< {limit:.1f})" if value == 0.0 else f"{value:.1f} (> {100.0 - limit:.1f})"
    return f"{value:.1f} ± {1.96 * float(number.error):.1f}"


def reason_rows(result: EscalationResult) -> Iterator[tuple[str, tuple[float, ...]]]:
    """Give every reason of a DLT with its share of the patients at each level (per cent)."""
    outcomes = result.outcomes
    for code, words in enumerate(outcomes.reasons):
        share = 100 * ((outcomes.reason == code) & outcomes.dlt).mean(axis=(0, 1))
        if share.any():
            yield words, tuple(share.tolist())


def example_trial(of: DesignResult) -> int:
    """Give the place of a trial to show: the first that recommends what is recommended most often."""
    values, counts = np.unique(of.trials.selected, return_counts=True)
    return int(np.flatnonzero(of.trials.selected == values[counts.argmax()])[0])


def path_text(result: EscalationResult, of: DesignResult) -> str:
    """Write the example trial: a level's number, then each patient, N without and T with a DLT."""
    at = example_trial(of)
    levels, toxic = of.trials.given_level[at], of.trials.toxic[at]
    words, before = [], -1
    for place, (level, hit) in enumerate(zip(levels.tolist(), toxic.tolist(), strict=True)):
        if level < 0:
            break
        if level != before or place % of.conduct.cohort_size == 0:
            words.append(str(level + 1))
        words[-1] += "T" if hit else "N"
        before = level
    chosen = int(of.trials.selected[at])
    said = "no dose" if chosen < 0 else level_names(result)[chosen]
    return f"trial {int(of.trials.trials[at])}: {' '.join(words)}, recommends {said}"


def loss_sentence(result: EscalationResult) -> str:
    """Say who is not among the patients."""
    lost = result.outcomes
    return (
        f"At the highest level {100 * lost.not_infused[-1] / lost.candidates[-1]:.0f} % of the candidates got no cells "
        f"and {100 * lost.not_assessed[-1] / lost.candidates[-1]:.0f} % could not be assessed over the window; "
        "they are replaced, and their waiting is not in the duration."
    )

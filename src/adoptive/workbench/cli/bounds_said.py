"""What ``adoptive bounds`` prints: a row per look, and what the plan costs."""

from __future__ import annotations

import math
import sys
from typing import Any

from rich.console import Console
from rich.table import Table

from adoptive.verdict.design.families import FAMILIES
from adoptive.verdict.design.types import ErrorSpending
from adoptive.workbench.bounds import Answer, Asked, answer, bounds_document
from adoptive.workbench.cli.say import console
from adoptive.workbench.engine.document import as_json as to_json

__all__ = ["bounds_command"]

_COLUMNS = (
    ("fraction", "information_fraction", 4), ("events", "events", 1), ("patients", "patients", 1), ("time", "time", 2),
    ("z efficacy", "efficacy_z", 4), ("p, one-sided", "efficacy_p", 6), ("HR", "hazard_ratio_efficacy", 3),
    ("alpha spent", "alpha_spent", 6), ("z futility", "futility_z", 4), ("HR futility", "hazard_ratio_futility", 3),
    ("beta spent", "beta_spent", 5), ("z harm", "harm_z", 4), ("HR harm", "hazard_ratio_harm", 3),
    ("P efficacy H0", "cross_efficacy_h0", 5), ("P efficacy H1", "cross_efficacy_h1", 5),
    ("P futility H0", "cross_futility_h0", 5), ("P futility H1", "cross_futility_h1", 5),
    ("P harm H0", "cross_harm_h0", 5),
)  # fmt: skip
_LOWER = {"futility": ("futility", "beta"), "harm": ("harm",)}


def bounds_command(asked: Asked, *, as_json: bool) -> int:
    """Answer what was asked and print it; give the exit code."""
    found = answer(asked)
    document = bounds_document(found)
    if as_json:
        sys.stdout.write(to_json(document))
    else:
        _say(found, document, console())
    return 0


def _say(found: Answer, document: dict[str, Any], to: Console) -> None:
    plan = found.plan
    sides = "one-sided" if plan.sided == 1 else "two-sided, symmetric"
    to.print(f"\nEfficacy, {sides} {plan.alpha:g}: {_named(plan.efficacy_family)}", soft_wrap=True)
    if plan.futility_family is not None or math.isfinite(plan.futility[0]):
        kind = "binding" if plan.binding else "non-binding"
        rule = "fixed z" if plan.futility_family is None else f"beta {plan.beta:g}, {_named(plan.futility_family)}"
        to.print(f"Futility, {kind}: {rule}", soft_wrap=True)
    if plan.harm_family is not None:
        to.print(f"Harm, level {plan.harm_spent[-1]:g} under the null: {_named(plan.harm_family)}", soft_wrap=True)
    to.print(_table(document["looks"]))
    for sentence in _sentences(found, document):
        to.print(sentence, soft_wrap=True)
    to.print("")


def _named(rule: ErrorSpending) -> str:
    described = FAMILIES[rule.family]
    pairs = zip(described.parameters, rule.parameters, strict=True)
    values = "".join(f", {name} {value:g}" for name, value in pairs)
    return f"{rule.family}{values} ({described.meaning})"


def _table(looks: list[dict[str, Any]]) -> Table:
    """Give a row per number and a column per look, as statisticians' summaries do."""
    table = Table(title_justify="left")
    table.add_column("look")
    for row in looks:
        table.add_column(str(row["look"]), justify="right")
    for label, key, digits in _COLUMNS:
        values = [row.get(key) for row in looks]
        empty = all(value is None for value in values) or (key.split("_")[0] in ("beta",) and not any(values))
        lower = "futility" in key or "harm" in key
        if empty or (lower and not any(values)):
            continue
        table.add_row(label, *("–" if value is None else f"{value:.{digits}f}" for value in values))
    return table


def _sentences(found: Answer, document: dict[str, Any]) -> list[str]:
    plan = found.plan
    said = [
        f"Power {document['power']:.4f} at drift {found.drift:.4f} (mean of z at fraction 1); inflation factor "
        f"{plan.inflation_factor:.4f} over one look.",
        "Expected share of the maximal information: "
        + ", ".join(f"{document[f'expected_fraction_{world}']:.4f} {words}" for world, words in _WORLDS.items())
        + ".",
    ]
    if found.effect is not None:
        said.append(
            f"Hazard ratio {found.effect.hazard_ratio:g}, allocation {found.asked.allocation:g}, {document['method']}: "
            f"{document['events']:.2f} events ({document['events_rounded_up']}). "
            "HR at a bound: exp(-z (1 + r) / sqrt(r events))."
        )
    if found.trial is not None:
        said.append(
            f"{document['patients']:.2f} patients ({document['patients_rounded_up']}): accrual "
            f"{document['accrual_time']:.2f}, follow-up {document['follow_up_time']:.2f}, duration "
            f"{document['duration']:.2f}."
        )
        expected = "; ".join(
            f"{words}: {_amount(document[f'expected_events_{world}'], 'events')}, "
            f"{_amount(document[f'expected_patients_{world}'], 'patients')}, "
            f"{_amount(document[f'expected_duration_{world}'], 'time')}"
            for world, words in _WORLDS.items()
        )
        said.append(f"Expected at the stop: {expected}.")
    return said + _seen(found)


def _seen(found: Answer) -> list[str]:
    seen = found.seen
    if seen is None:
        return []
    end = {None: "the trial goes on", "end": "the trial ends"}.get(seen.stops, f"stop for {seen.stops}")
    said = [f"Seen at look {seen.look}: z {seen.z:g}; {end}."]
    if seen.powers is not None:
        said.append(
            f"Conditional power {seen.powers['trend']:.4f} by the trend, {seen.powers['design']:.4f} as planned, "
            f"{seen.powers['null']:.4f} without effect; predictive power {seen.powers['predictive']:.4f}."
        )
    said.append(f"Repeated interval of the drift: {seen.repeated[0]:.4f} to {seen.repeated[1]:.4f}.")
    if seen.final is not None:
        said.append(
            f"Final (stage-wise): drift {seen.final.drift:.4f}, {seen.final.lower:.4f} to {seen.final.upper:.4f} "
            f"({seen.final.level:.0%}), one-sided p {seen.final.p_value:.6f}."
        )
    if seen.hazard_ratios:
        named = (f"{name.replace('_', ' ')} {value:.4f}" for name, value in seen.hazard_ratios.items())
        said.append(f"As hazard ratios: {', '.join(named)}.")
    return said


_WORLDS = {"h0": "without effect", "h01": "half-way", "h1": "as planned"}


def _amount(value: float | None, unit: str) -> str:
    return f"never ends ({unit})" if value is None else f"{value:.1f} {unit}"

"""Hits of a screen: tests of single antigens and of pools, the pools resolved, titrations, presenting alleles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from adoptive.antigen.deconvolution import Resolved, log_odds, resolve
from adoptive.antigen.discovered import Hit
from adoptive.antigen.screen import Arm, Plate, ScreenRules, judge_stimuli, numbers_of, read_plate, sources_of
from adoptive.antigen.screen_types import Explanation, Pool, Tested, Titrated, Well
from adoptive.antigen.titration import Dose, Fitted, Interval, fit_titration

__all__ = ["Screened", "antigen_of", "screen_plate"]

_SHOWN = 0.05
"""Chance from which an antigen of a pool gets a row though it is not resolved."""


@dataclass(frozen=True)
class Screened:
    """Hold what a plate says: hits, tests, explanations of the pools, titration curves, what was doubtful."""

    hits: tuple[Hit, ...]
    tested: tuple[Tested, ...]
    explanations: tuple[Explanation, ...]
    titrated: tuple[Titrated, ...]
    notes: tuple[str, ...]


def antigen_of(stimulus: str) -> str:
    """Give the antigen of a stimulus that is no pool: a minimal epitope is written ``antigen/PEPTIDE``.

    >>> antigen_of("KRAS:G12D/GADGVGKSA"), antigen_of("KRAS:G12D")
    ('KRAS:G12D', 'KRAS:G12D')
    """
    return stimulus.split("/", 1)[0]


def screen_plate(wells: Sequence[Well], pools: Sequence[Pool] = (), *, rules: ScreenRules | None = None) -> Screened:
    """Test every stimulus, resolve the pools, fit the titrations and put together the hits.

    An antigen is a hit when it was given alone and that test is positive, or when it lies in a positive pool and its
    chance among all that explains the pools reaches the rule's. Positive pools that no such antigen explains give one
    hit without an antigen. p and q of an antigen that was in pools only are the largest of its positive pools'.
    """
    rules = rules or ScreenRules()
    plate = read_plate(wells, rules=rules)
    tested = judge_stimuli(plate, rules=rules)
    inside = {pool.name: pool.antigens for pool in pools}
    titrated = tuple(row for arm in sorted(plate.titrations) for row in _titrated(plate, arm))
    hits: list[Hit] = []
    explanations: list[Explanation] = []
    notes: list[str] = []
    for effector, readout in sorted({(one.effector, one.readout) for one in wells}):
        rows = [row for row in tested if (row.effector, row.readout) == (effector, readout) and row.kind == "mutant"]
        resolved = _resolved(plate, Arm(effector, readout, ""), rows, inside, rules)
        explanations += [Explanation(effector, readout, names, chance) for names, chance in resolved.sets]
        notes += [f"{effector}, {readout}: {note}" for note in resolved.notes]
        curves = [row for row in titrated if (row.effector, row.readout) == (effector, readout)]
        hits += _hits(rows, inside, resolved, curves, rules)
    return Screened(tuple(hits), tested, tuple(explanations), titrated, tuple(notes))


def _resolved(
    plate: Plate, arm: Arm, rows: Sequence[Tested], inside: Mapping[str, Sequence[str]], rules: ScreenRules
) -> Resolved:
    """Weigh which antigens explain the stimuli that autologous cells showed and that could be tested."""
    shown = {row.stimulus for row in rows if not row.hla and row.p_value is not None}
    odds: dict[str, float] = {}
    groups = plate.groups.get(arm, {})
    for key, group in groups.items():
        if key.kind == "mutant" and key.name in shown and key.peptide_m is None | (key.name not in odds):
            background = numbers_of(plate.background[arm])
            found = log_odds(numbers_of(group), background, plate.weights[arm], rules.deconvolution)
            odds[key.name] = max(found, odds.get(key.name, -np.inf))
    antigens = {name: inside.get(name, (antigen_of(name),)) for name in odds}
    return resolve(antigens, odds, rules=rules.deconvolution)

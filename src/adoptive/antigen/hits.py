"""Hits of a screen: tests of single antigens and of pools, the pools resolved, titrations, presenting alleles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from adoptive.antigen.deconvolution import Resolved, log_odds, resolve
from adoptive.antigen.discovered import Hit
from adoptive.antigen.screen import (
    Arm,
    Plate,
    ScreenRules,
    highest,
    joined,
    judge_stimuli,
    numbers_of,
    read_plate,
    sources_of,
)
from adoptive.antigen.screen_types import Explanation, Judged, Pool, Titrated, Well
from adoptive.antigen.titration import Dose, Fitted, Interval, fit_titration

__all__ = ["Screened", "antigen_of", "screen_plate"]

_SHOWN = 0.05
"""Chance from which an antigen of a pool gets a row though it is not resolved."""
_LIKELY = 0.5


@dataclass(frozen=True)
class Screened:
    """Hold what a plate says: hits, tests, explanations of the pools, titration curves, what was doubtful."""

    hits: tuple[Hit, ...]
    tested: tuple[Judged, ...]
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
    row without an antigen, with the chance that they hold one; it is a hit if that is likelier than not. p and q of an
    antigen that was in pools only are the largest of its positive pools'. An effector that responded to none of its
    pools has one row without an antigen that is no hit. Where the positive control did not respond, p and q are empty.
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
    plate: Plate, arm: Arm, rows: Sequence[Judged], inside: Mapping[str, Sequence[str]], rules: ScreenRules
) -> Resolved:
    """Weigh which antigens explain the stimuli that autologous cells showed and that could be tested."""
    shown = {row.stimulus for row in rows if not row.hla and row.p_value is not None}
    odds: dict[str, float] = {}
    given = [(key.name, group) for key, group in plate.groups.get(arm, {}).items() if key.kind == "mutant"]
    curves = plate.titrations.get(arm, {})
    given += [(name, highest(wells, rules.least_wells)) for (name, kind), wells in curves.items() if kind == "mutant"]
    for name, group in given:
        if name in shown:
            background = numbers_of(plate.background[arm])
            found = log_odds(numbers_of(group), background, plate.weights[arm], rules.deconvolution)
            odds[name] = max(found, odds.get(name, -np.inf))
    antigens = {name: inside.get(name, (antigen_of(name),)) for name in odds}
    return resolve(antigens, odds, rules=rules.deconvolution)


def _hits(
    rows: Sequence[Judged],
    inside: Mapping[str, Sequence[str]],
    resolved: Resolved,
    curves: Sequence[Titrated],
    rules: ScreenRules,
) -> list[Hit]:
    """Put together the hits of one effector and readout."""
    pools = [row for row in rows if len(inside.get(row.stimulus, ())) > 1 and not row.hla]
    alone: dict[str, list[Judged]] = {}
    for row in rows:
        held = inside.get(row.stimulus, (antigen_of(row.stimulus),))
        if len(held) == 1:
            alone.setdefault(held[0], []).append(row)
    likely = {
        name for name, chance in resolved.probability.items()
        if chance >= _SHOWN and any(row.positive and name in inside[row.stimulus] for row in pools)
    }  # fmt: skip
    found = []
    for antigen in sorted(likely | alone.keys()):
        holding = [row for row in pools if antigen in inside[row.stimulus]]
        chance = resolved.probability.get(antigen)
        found.append(_hit(antigen, alone.get(antigen, []), holding, chance, curves, rules))
    seen = {one.antigen for one in found if one.hit}
    loose = [row for row in pools if row.positive and not seen & set(inside[row.stimulus])]
    if not found and pools and all(_told(row) and not row.positive and row.p_value is not None for row in pools):
        return [_silent(pools)]
    return found + ([_unresolved(loose, resolved)] if loose else [])


def _hit(
    antigen: str,
    alone: Sequence[Judged],
    pools: Sequence[Judged],
    chance: float | None,
    curves: Sequence[Titrated],
    rules: ScreenRules,
) -> Hit:
    """Say what the screen says of one antigen."""
    tested = [row for row in alone if row.p_value is not None]
    positive = [row for row in pools if row.positive]
    best = min(tested, key=lambda row: (not row.positive, row.p_value), default=None)
    rests = [best] if best is not None else positive
    hit = best.positive if best is not None else bool(positive) and (chance or 0.0) >= rules.probability
    curve = _best_curve([one for one in curves if one.antigen == antigen and one.kind == "mutant"])
    every = [*alone, *pools]
    return Hit(
        effector=every[0].effector,
        antigen=antigen,
        stimuli=tuple(dict.fromkeys(row.stimulus for row in every if row.positive)),
        readout=every[0].readout,
        fold=min((row.fold for row in rests if row.fold is not None), default=None),
        p_value=max((row.p_value for row in rests if row.p_value is not None and _told(row)), default=None),
        q_value=max((row.q_value for row in rests if row.q_value is not None and _told(row)), default=None),
        probability=chance,
        ec50_m=curve.ec50_m if curve else None,
        ec50_low_m=curve.ec50_low_m if curve else None,
        ec50_high_m=curve.ec50_high_m if curve else None,
        wild_type_fold=curve.wild_type_fold if curve else None,
        hla=_presenting(alone),
        hit=hit,
        source=joined([row.source for row in (rests or every)]),
        wild_type_fold_is_bound=bool(curve and curve.wild_type_fold_is_bound),
    )


def _told(row: Judged) -> bool:
    """Say whether a test tells anything: without a positive control that responded, no response means nothing."""
    return not row.verdict.startswith("cannot be told")


def _silent(pools: Sequence[Judged]) -> Hit:
    """Say that an effector was tested with pools and responded to none of them."""
    return Hit(
        effector=pools[0].effector,
        antigen="",
        stimuli=(),
        readout=pools[0].readout,
        fold=max((row.fold for row in pools if row.fold is not None), default=None),
        p_value=min((row.p_value for row in pools if row.p_value is not None), default=None),
        q_value=min((row.q_value for row in pools if row.q_value is not None), default=None),
        probability=None,
        ec50_m=None,
        ec50_low_m=None,
        ec50_high_m=None,
        wild_type_fold=None,
        hla="",
        hit=False,
        source=joined([row.source for row in pools]),
    )


def _best_curve(curves: Sequence[Titrated]) -> Titrated | None:
    """Take the most sensitive curve of an antigen; one without an EC50 only if there is no other."""
    return min(curves, key=lambda one: one.ec50_m if one.ec50_m is not None else np.inf, default=None)


def _presenting(alone: Sequence[Judged]) -> str:
    """Give the allele whose transfected cells showed the antigen most strongly."""
    shown = [row for row in alone if row.hla and row.positive]
    return max(shown, key=lambda row: row.fold or 0.0).hla if shown else ""


def _unresolved(pools: Sequence[Judged], resolved: Resolved) -> Hit:
    """Say that pools are positive and that no antigen is resolved.

    No hit where all are likelier false than not: a row whose columns are all silent is rather a bad well.
    """
    chance = max(resolved.of_pools[row.stimulus] for row in pools)
    return Hit(
        effector=pools[0].effector,
        antigen="",
        stimuli=tuple(row.stimulus for row in pools),
        readout=pools[0].readout,
        fold=min((row.fold for row in pools if row.fold is not None), default=None),
        p_value=max(row.p_value or 0.0 for row in pools),
        q_value=max(row.q_value or 0.0 for row in pools),
        probability=chance,
        ec50_m=None,
        ec50_low_m=None,
        ec50_high_m=None,
        wild_type_fold=None,
        hla="",
        hit=chance >= _LIKELY,
        source=joined([row.source for row in pools]),
    )


def _titrated(plate: Plate, arm: Arm) -> list[Titrated]:
    """Fit each titration of an arm; mutant and wild type of one name together."""
    sets = plate.titrations[arm]
    found = []
    for name, kind in sorted(sets):
        if kind == "wild type" and (name, "mutant") in sets:
            continue
        ours, theirs = sets[name, kind], sets.get((name, "wild type")) if kind == "mutant" else None
        background = plate.background[arm]
        fitted = fit_titration(
            _dose(ours), _dose(theirs) if theirs else None,
            dispersion=plate.weights[arm].median, background=numbers_of(background) if background else None,
        )  # fmt: skip
        found.append(_curve_row(arm, name, kind, ours, fitted, fitted.mutant, background))
        if theirs and fitted.wild_type is not None:
            found.append(_curve_row(arm, name, "wild type", theirs, fitted, fitted.wild_type, background))
    return found


def _dose(wells: Sequence[Well]) -> Dose:
    return Dose(np.array([one.peptide_m or 0.0 for one in wells]), numbers_of(wells))


def _curve_row(
    arm: Arm, name: str, kind: str, wells: Sequence[Well], fitted: Fitted, ends: Interval, background: Sequence[Well]
) -> Titrated:
    """Write one curve; what was not reached is said and left empty."""
    doses = [one.peptide_m or 0.0 for one in wells]
    fold = fitted.fold if kind == "mutant" else None
    bound = fold is not None and fold.estimate is None and fold.low is not None
    return Titrated(
        effector=arm.effector,
        antigen=antigen_of(name),
        stimulus=name,
        readout=arm.readout,
        kind=kind,
        hla=arm.hla,
        wells=len(wells),
        lowest_m=min(doses),
        highest_m=max(doses),
        reached=ends.estimate is not None,
        ec50_m=ends.estimate,
        ec50_low_m=ends.low,
        ec50_high_m=ends.high,
        hill=fitted.curve.hill if fitted.rises else None,
        bottom=fitted.curve.bottom if fitted.rises else None,
        top=fitted.curve.top if fitted.rises else None,
        wild_type_fold=None if fold is None else fold.low if bound else fold.estimate,
        wild_type_fold_is_bound=bound,
        wild_type_fold_low=fold.low if fold is not None else None,
        wild_type_fold_high=fold.high if fold is not None else None,
        note=_note(fitted, ends, max(doses)),
        source=sources_of([*wells, *background]),
    )


def _note(fitted: Fitted, ends: Interval, highest: float) -> str:
    """Say what was fitted together and what was not reached."""
    told = ["mutant and wild type share bottom, top and steepness"] if fitted.wild_type is not None else []
    if not fitted.rises:
        told.append(f"no response up to {highest:.3g} mol/L")
    elif ends.estimate is None and ends.high is None:
        told.append("half-maximal concentration not reached: a lower bound only")
    elif ends.estimate is None and ends.low is None:
        told.append("half-maximal below the concentrations tested: an upper bound only")
    elif ends.estimate is None:
        told.append("half-maximal concentration outside those tested: bounds only")
    return "; ".join(told)

"""Gates: rules of several antigens against tumours and normal cells; asked by the user, or searched over pairs.

A gate is worked out tumour by tumour and cell type by cell type, never on medians: two antigens that are each on half
of the tumours may never be together. Where no table of cell types is given tissues stand for them; a tissue mixes cell
types, so that AND looks less safe, and AND NOT safer, than it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, permutations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from adoptive.antigen.targets.expression import Expression, highest
from adoptive.antigen.targets.rules import Antigen, Joined, Rule, antigens_of, blockers_of, kind_of, level_of
from adoptive.antigen.targets.score import Tables, positives_of, safety_of, score_of
from adoptive.antigen.targets.types import Gate, Target, TargetRules

__all__ = ["ASKED", "SEARCHED", "judge_gates", "search_gates"]

FloatArray = NDArray[np.float64]

ASKED: Final = "asked"
SEARCHED: Final = "searched"

HARM_WITHIN: Final = 1e-9
"""Less is no gain."""

OF_COVERAGE: Final = frozenset({"rare", "coverage not known"})
"""Flags of an antigen that a gate has of its own."""

OF_ABSENCE: Final = frozenset({"rare", "coverage not known", "stroma"})
"""Flags that do not matter for an antigen that is to be absent."""


@dataclass(frozen=True)
class _Levels:
    """Hold the levels of gates at all tumours, tissues and cell types, ``(gates, places)`` each."""

    tumour: FloatArray
    normal: FloatArray
    cells: FloatArray


def judge_gates(
    gates: Sequence[tuple[Rule, str]], tables: Tables, targets: Sequence[Target], *, rules: TargetRules | None = None
) -> tuple[Gate, ...]:
    """Score gates, each with where it comes from (asked, searched), and order them: unflagged first, by score.

    The score is that of a target with the gate's level in the place of the gene's. If cell types are given it is
    ``log2(efficacy+1) - log2(harm+1)`` with the worst cell type as harm; no less than the worst vital tissue, whose
    cells the table may lack, unless an AND is in the gate, which a tissue of mixed cell types overstates.
    """
    rules = rules or TargetRules()
    if not gates:
        return ()
    tables = tables.with_isoforms()
    levels = _levels([rule for rule, _ in gates], tables, rules)
    safety = safety_of(levels.normal, tables.normal.places, tables.anatomy)
    coverage, efficacy = positives_of(levels.tumour, safety.vital, rules)
    coverage = np.full(len(gates), np.nan) if tables.cohort else coverage
    worst = highest(levels.cells, tables.cells.places if tables.cells is not None else ())
    score = score_of(efficacy, safety.vital, safety.barrier)
    if tables.cells is not None:
        overstated = np.array([kind_of(rule) in ("AND", "MIXED") for rule, _ in gates])
        harm = np.where(overstated, worst[0], np.fmax(worst[0], safety.vital))
        score = score_of(efficacy, harm, np.zeros(len(gates)))
    flags_of = {one.name: one.flags for one in targets}
    found = [
        Gate(
            str(rule), kind_of(rule), 0, _known(score[at]), _known(efficacy[at]), _known(coverage[at]),
            _known(safety.vital[at]), safety.vital_tissue[at], _known(safety.barrier[at]), safety.barrier_tissue[at],
            _known(worst[0][at]), worst[1][at], _flags(rule, coverage[at], flags_of, rules), origin,
        )
        for at, (rule, origin) in enumerate(gates)
    ]  # fmt: skip
    found.sort(key=lambda one: (bool(one.flags), one.score is None, -(one.score or 0.0), one.gate))
    return tuple(replace(one, rank=place) for place, one in enumerate(found, 1))


def _levels(gates: Sequence[Rule], tables: Tables, rules: TargetRules) -> _Levels:
    def at(table: Expression) -> FloatArray:
        rows: dict[str, FloatArray] = {}

        def row(name: str) -> FloatArray:
            if name not in rows:
                rows[name] = table.row(name)
            return rows[name]

        return np.stack([level_of(gate, row, present=rules.present_tpm) for gate in gates])

    cells = np.zeros((len(gates), 0)) if tables.cells is None else at(tables.cells)
    return _Levels(at(tables.tumour), at(tables.normal), cells)


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _flags(rule: Rule, coverage: float, flags_of: Mapping[str, tuple[str, ...]], rules: TargetRules) -> tuple[str, ...]:
    """List what speaks against a gate: its own coverage, and the guards that its antigens fail."""
    absent = blockers_of(rule)
    found = ["coverage not known"] if np.isnan(coverage) else ["rare"] if coverage < rules.least_coverage else []
    for name in antigens_of(rule):
        spared = OF_ABSENCE if name in absent else OF_COVERAGE
        found += [f"{name}: {flag}" for flag in flags_of.get(name, ("not scored",)) if flag not in spared]
    return tuple(found)


def search_gates(
    targets: Sequence[Target], tables: Tables, *, asked: Sequence[Rule] = (), rules: TargetRules | None = None
) -> tuple[tuple[Gate, ...], int]:
    """Try all pairs of the best targets as gates, and for each target the antigens that could block its worst harm.

    AND and OR of each pair, AND NOT both ways; and A AND NOT B where B is absent from the tumour and present where A
    does most harm. A gate is dropped that gains nothing on its parts: AND and AND NOT must be safer than the safest,
    OR must cover more than either. The best of each kind are kept, single targets to compare with, and all asked.

    Returns the gates, ordered, and how many were tried. A best of many tried looks better than it is.
    """
    rules = rules or TargetRules()
    best = [one.name for one in targets if one.score is not None][: rules.search_among]
    tried: list[Rule] = [Antigen(name) for name in best]
    tried += [Joined(how, Antigen(a), Antigen(b)) for how in ("AND", "OR") for a, b in combinations(best, 2)]
    pairs = {*permutations(best, 2), *_blocking(best, targets, tables.with_isoforms(), rules)}
    tried += [Joined("AND NOT", Antigen(a), Antigen(b)) for a, b in sorted(pairs)]
    named = {str(rule) for rule in asked}
    gates = [(rule, ASKED) for rule in asked] + [(rule, SEARCHED) for rule in tried if str(rule) not in named]
    judged = judge_gates(gates, tables, targets, rules=rules)
    alone = {one.gate: one for one in judged if one.kind == "SINGLE"}
    judged = tuple(one for one in judged if one.origin == ASKED or _gains(one, alone))
    kept = [one for one in judged if one.origin == ASKED]
    for kind in ("SINGLE", "AND", "OR", "AND NOT"):
        kept += [one for one in judged if one.kind == kind and one.origin == SEARCHED][: rules.most_gates]
    kept.sort(key=lambda one: one.rank)
    return tuple(replace(one, rank=place) for place, one in enumerate(kept, 1)), len(gates)


def _gains(gate: Gate, alone: Mapping[str, Gate]) -> bool:
    """Say whether a gate of two antigens gains on what its parts do alone."""
    if gate.kind == "SINGLE":
        return True
    a, _, b = gate.gate.partition(f" {gate.kind} ")
    parts = [alone[name] for name in ((a,) if gate.kind == "AND NOT" else (a, b)) if name in alone]
    if gate.kind == "OR":
        return gate.coverage is None or all((gate.coverage or 0.0) > (one.coverage or 0.0) for one in parts)
    return all(_harm(gate) < _harm(one) - HARM_WITHIN for one in parts)


def _harm(gate: Gate) -> float:
    """Give what normal cells take from a gate's score."""
    if gate.score is None or gate.efficacy is None:
        return np.inf
    return float(np.log2(gate.efficacy + 1.0)) - gate.score


def _blocking(
    best: Sequence[str], targets: Sequence[Target], tables: Tables, rules: TargetRules
) -> list[tuple[str, str]]:
    """Pair each target with antigens that are absent from the tumour and present where the target does most harm."""
    names = [one.name for one in targets]
    normal = tables.cells if tables.cells is not None else tables.normal
    tumour, body_levels = tables.tumour.rows(names), normal.rows(names)
    with np.errstate(invalid="ignore"):
        seen = np.sum(tumour >= rules.present_tpm, axis=1)
    absent = (seen <= rules.least_coverage * np.sum(~np.isnan(tumour), axis=1)) & ~np.isnan(tumour).all(axis=1)
    _, worst = highest(normal.rows(best), normal.places)
    places = {place: at for at, place in enumerate(normal.places)}
    found = []
    for name, place in zip(best, worst, strict=True):
        if not place:
            continue
        there = np.where(absent, np.nan_to_num(body_levels[:, places[place]]), 0.0)
        order = np.argsort(-there, kind="stable")[: rules.blockers]
        found += [(name, names[int(at)]) for at in order if there[at] >= rules.present_tpm and names[int(at)] != name]
    return found

"""What a plate says: each stimulus against the same effector's wells without antigen, with what cannot be told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Final, NamedTuple

import numpy as np
from scipy.stats import false_discovery_control

from adoptive.antigen.deconvolution import DeconvolutionRules
from adoptive.antigen.replicates import DISPERSIONS, Floats, Prior, Weights, Wells, degrees, evidence_of, p_of, weigh
from adoptive.antigen.screen_types import Judged, Well
from adoptive.units import In

__all__ = [
    "Arm",
    "Plate",
    "ScreenRules",
    "highest",
    "joined",
    "judge_stimuli",
    "numbers_of",
    "read_plate",
    "sources_of",
]

_SOURCE: Final = re.compile(r"^(.*):([\d,]+)( #\w+)?$")


@dataclass(frozen=True)
class ScreenRules:
    """Hold the rules by which a plate is read; every value is a setting."""

    false_discovery_rate: Annotated[float, In("fraction", "held over the plate by Benjamini and Hochberg")] = 0.05
    fold: Annotated[float, In("ratio", "least response over the wells without antigen")] = 2.0
    least_wells: Annotated[int, In("wells", "fewest replicates of a stimulus that are tested")] = 2
    least_background: Annotated[int, In("wells", "fewest wells without antigen that a test may rest on")] = 2
    control_p: Annotated[float, In("-", "p that the positive control must reach")] = 0.05
    probability: Annotated[float, In("fraction", "chance from which an antigen of a pool is taken for resolved")] = 0.9
    curve_points: Annotated[int, In("concentrations", "fewest that make a titration")] = 4
    prior: Prior = field(default_factory=Prior)
    deconvolution: DeconvolutionRules = field(default_factory=DeconvolutionRules)


class Arm(NamedTuple):
    """Name what shares wells without antigen: effector, readout, allele of the presenting cells."""

    effector: str
    readout: str
    hla: str


class Stimulus(NamedTuple):
    """Name what was given: stimulus, kind, concentration."""

    name: str
    kind: str
    peptide_m: float | None


@dataclass(frozen=True)
class Plate:
    """Hold a plate sorted: wells of each arm by stimulus, titrations apart, and each arm's weighed dispersion."""

    groups: Mapping[Arm, Mapping[Stimulus, tuple[Well, ...]]]
    titrations: Mapping[Arm, Mapping[tuple[str, str], tuple[Well, ...]]]
    background: Mapping[Arm, tuple[Well, ...]]
    weights: Mapping[Arm, Weights]


def numbers_of(wells: Sequence[Well]) -> Wells:
    """Give the numbers of wells of one readout: spots, or positive and total cells."""
    if wells and wells[0].positive is not None:
        return Wells(np.array([one.positive for one in wells], float), np.array([one.total for one in wells], float))
    return Wells(np.array([one.count for one in wells], float))


def sources_of(wells: Iterable[Well]) -> str:
    """Join the sources of wells: ``plate.csv:2,3,7 #9f86d081``."""
    return joined([one.source for one in wells])


def joined(sources: Iterable[str]) -> str:
    """Join sources; lines of one file are said together.

    >>> joined(["plate.csv:3 #9f86d081", "plate.csv:2,7 #9f86d081"])
    'plate.csv:2,3,7 #9f86d081'
    """
    places: dict[tuple[str, str], set[int]] = {}
    other: set[str] = set()
    for one in (part for source in sources for part in source.split("; ")):
        match = _SOURCE.match(one)
        if match:
            places.setdefault((match[1], match[3] or ""), set()).update(int(line) for line in match[2].split(","))
        elif one:
            other.add(one)
    told = [f"{name}:{','.join(map(str, sorted(at)))}{mark}" for (name, mark), at in sorted(places.items())]
    return "; ".join([*told, *sorted(other)])


def read_plate(wells: Sequence[Well], *, rules: ScreenRules) -> Plate:
    """Sort wells by arm and stimulus and weigh each arm's dispersion; the order of the wells has no meaning."""
    sets: dict[Arm, dict[Stimulus, list[Well]]] = {}
    for one in sorted(wells, key=lambda well: (well.effector, well.readout, well.hla, well.stimulus, well.well)):
        kind = Stimulus(
            "" if one.kind == "none" else one.stimulus, one.kind, None if one.kind == "none" else one.peptide_m
        )
        sets.setdefault(Arm(one.effector, one.readout, one.hla), {}).setdefault(kind, []).append(one)
    curves = {arm: _curves(groups, rules) for arm, groups in sets.items()}
    plain = {
        arm: {key: tuple(group) for key, group in groups.items()
              if key.kind != "none" and (key.name, key.kind) not in curves[arm]}
        for arm, groups in sets.items()
    }  # fmt: skip
    background = {arm: tuple(groups.get(Stimulus("", "none", None), ())) for arm, groups in sets.items()}
    return Plate(plain, curves, background, _weights(sets, rules))


def _curves(groups: Mapping[Stimulus, Sequence[Well]], rules: ScreenRules) -> dict[tuple[str, str], tuple[Well, ...]]:
    """Find the stimuli that were given in enough concentrations to make a curve."""
    found: dict[tuple[str, str], list[Well]] = {}
    doses: dict[tuple[str, str], set[float]] = {}
    for (name, kind, peptide_m), wells in groups.items():
        if peptide_m is not None and kind in ("mutant", "wild type"):
            found.setdefault((name, kind), []).extend(wells)
            doses.setdefault((name, kind), set()).add(peptide_m)
    return {key: tuple(found[key]) for key, seen in doses.items() if len(seen) >= rules.curve_points}


def _weights(sets: Mapping[Arm, Mapping[Stimulus, Sequence[Well]]], rules: ScreenRules) -> dict[Arm, Weights]:
    """Weigh the dispersion of each arm by its replicates, and by those of the plate's other arms of that readout."""
    replicates = {
        arm: [numbers_of(group) for key, group in groups.items() if key.kind != "positive control" and len(group) > 1]
        for arm, groups in sets.items()
    }
    nothing: Floats = np.zeros(DISPERSIONS.size)
    own = {arm: sum((evidence_of(one) for one in groups), nothing) for arm, groups in replicates.items()}
    count = {arm: degrees(groups) for arm, groups in replicates.items()}
    found = {}
    for arm in sets:
        others = [one for one in sets if one.readout == arm.readout and one != arm]
        rest = sum((own[one] for one in others), nothing)
        found[arm] = weigh(own[arm], count[arm], rest, sum(count[one] for one in others), rules.prior)
    return found


def judge_stimuli(plate: Plate, *, rules: ScreenRules) -> tuple[Judged, ...]:
    """Test every stimulus one-sided against the arm's wells without antigen, the false discovery rate held.

    Spots by the negative binomial (Poisson where many replicates show no variation beyond chance), shares of cells by
    the beta-binomial. Positive: Benjamini-Hochberg q over the plate (10.1111/j.2517-6161.1995.tb02031.x) at most the
    rate, and the fold reached. Of a titration the wells of its highest concentrations are tested. A negative is only
    told where the arm's positive control responded; too few wells are told, never tested.
    """
    rows = [row for arm in sorted(plate.groups) for row in _tested(plate, arm, rules)]
    family = [at for at, row in enumerate(rows) if row.kind != "positive control" and row.p_value is not None]
    if family:
        q = false_discovery_control([rows[at].p_value for at in family])
        for at, value in zip(family, q, strict=True):
            rows[at] = _judged(rows[at], float(value), rules)
    controls = {(row.effector, row.readout, row.hla): row.positive for row in rows if row.kind == "positive control"}
    return tuple(_controlled(row, controls.get((row.effector, row.readout, row.hla))) for row in rows)


def _tested(plate: Plate, arm: Arm, rules: ScreenRules) -> list[Judged]:
    """Test each stimulus of an arm, and the highest concentrations of each of its titrations."""
    found = [_row(plate, arm, key, group, rules) for key, group in sorted(plate.groups[arm].items(), key=_in_order)]
    for (name, kind), wells in sorted(plate.titrations[arm].items()):
        top = highest(wells, rules.least_wells)
        key = Stimulus(name, kind, max(one.peptide_m or 0.0 for one in top))
        found.append(_row(plate, arm, key, top, rules))
    return found


def _in_order(item: tuple[Stimulus, object]) -> tuple[str, str, float]:
    return item[0].name, item[0].kind, item[0].peptide_m or 0.0


def highest(wells: Sequence[Well], least: int) -> tuple[Well, ...]:
    """Take the wells of the highest concentrations of a titration, as many concentrations as a test needs."""
    kept: list[Well] = []
    for dose in sorted({one.peptide_m or 0.0 for one in wells}, reverse=True):
        if len(kept) < least:
            kept += [one for one in wells if one.peptide_m == dose]
    return tuple(kept)


def _row(plate: Plate, arm: Arm, key: Stimulus, group: Sequence[Well], rules: ScreenRules) -> Judged:
    """Test one stimulus; without enough wells say so."""
    background, weights = plate.background[arm], plate.weights[arm]
    lacking = _lacking(group, background, rules)
    ours, theirs = numbers_of(group), numbers_of(background) if background else None
    fold = _fold(ours, theirs) if theirs is not None else None
    p = p_of(ours, theirs, weights) if theirs is not None and not lacking else None
    shares = ours.total is not None
    named = "beta-binomial" if shares else "Poisson" if weights.chance_alone else "negative binomial"
    return Judged(
        effector=arm.effector,
        readout=arm.readout,
        stimulus=key.name,
        kind=key.kind,
        hla=arm.hla,
        peptide_m=key.peptide_m,
        wells=len(group),
        background_wells=len(background),
        mean=ours.mean,
        background=theirs.mean if theirs is not None else 0.0,
        fold=fold,
        dispersion=weights.median if p is not None else None,
        test=named if p is not None else "",
        p_value=p,
        q_value=None,
        positive=_control_responded(key, group, p, fold, rules),
        verdict=lacking,
        source=sources_of([*group, *background]),
    )


def _lacking(group: Sequence[Well], background: Sequence[Well], rules: ScreenRules) -> str:
    if any(one.too_many for one in group):
        return "too many spots to count"
    if len(background) < rules.least_background:
        return f"cannot be tested: {_wells(background)} without antigen, {rules.least_background} needed"
    if len(group) < rules.least_wells:
        return f"cannot be tested: {_wells(group)} with the stimulus, {rules.least_wells} needed"
    return ""


def _wells(wells: Sequence[Well]) -> str:
    return f"{len(wells)} well" + ("" if len(wells) == 1 else "s")


def _control_responded(
    key: Stimulus, group: Sequence[Well], p: float | None, fold: float | None, rules: ScreenRules
) -> bool:
    """Say whether a positive control responded, alone, without the plate's other tests."""
    if key.kind != "positive control":
        return False
    if any(one.too_many for one in group):
        return True
    return p is not None and fold is not None and p <= rules.control_p and fold >= rules.fold


def _fold(stimulus: Wells, background: Wells) -> float:
    """Give the ratio of means; a background without a spot or cell counts as one in all its wells together."""
    size = background.positive.size if background.total is None else float(background.total.sum())
    return stimulus.mean / max(background.mean, 1.0 / size)


def _judged(row: Judged, q: float, rules: ScreenRules) -> Judged:
    positive = q <= rules.false_discovery_rate and (row.fold or 0.0) >= rules.fold
    if positive:
        return replace(row, q_value=q, positive=True, verdict="positive")
    below = q <= rules.false_discovery_rate
    return replace(row, q_value=q, verdict=f"negative: below {rules.fold:g}-fold" if below else "negative")


def _controlled(row: Judged, control: bool | None) -> Judged:
    """Take back a negative that the positive control does not support."""
    if row.kind == "positive control":
        told = "responded" if row.positive else (row.verdict or "did not respond")
        return replace(row, verdict=told)
    if not row.verdict.startswith("negative") or control:
        return row
    if control is None:
        return replace(row, verdict=row.verdict + "; no positive control")
    return replace(row, verdict="cannot be told: the positive control did not respond")

"""Synthetic patients, made so that every labelled criterion is true of one and false of another. Nobody is real."""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterator, Sequence

from adoptive.trial.eligibility.facts import Alteration, AntigenTest, Condition, Diagnosis, Fact, Facts, Therapy
from adoptive.trial.eligibility.statements import (
    All,
    AntigenLevel,
    AnyOf,
    Disease,
    Flag,
    Gene,
    Has,
    HlaAllele,
    Named,
    Not,
    Quantity,
    Statement,
    Treated,
)
from adoptive.trial.eligibility.vocabulary import load_vocabulary

__all__ = ["leaves", "synthetic_patients"]

DAY = datetime.date(2026, 11, 2)
EVERYTHING = frozenset(("therapies", "conditions", "antigens", "alterations", "diagnoses"))


def leaves(statement: Statement) -> Iterator[Statement]:
    """Yield the leaves of a statement."""
    match statement:
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from leaves(part)
        case Not(part):
            yield from leaves(part)
        case _:
            yield statement


class _Words:
    """What the labelled statements speak of, in order of first mention."""

    def __init__(self, statements: Sequence[Statement]) -> None:
        every = [leaf for statement in statements for leaf in leaves(statement)]
        self.conditions = _once(name for leaf in every if isinstance(leaf, Has) for name in leaf.names)
        self.therapies = _once(name for leaf in every if isinstance(leaf, Treated) for name in leaf.names)
        self.diseases = _once(name for leaf in every if isinstance(leaf, Disease) for name in leaf.names)
        self.flags = _once(leaf.field for leaf in every if isinstance(leaf, Flag))
        self.targets = _once(leaf.target for leaf in every if isinstance(leaf, AntigenLevel))
        self.alleles = _once(name for leaf in every if isinstance(leaf, HlaAllele) for name in leaf.alleles)
        genes = (leaf for leaf in every if isinstance(leaf, Gene))
        self.genes = _once((leaf.gene, change) for leaf in genes for change in (leaf.changes or ("",)))
        self.thresholds: dict[str, list[float]] = {}
        for leaf in every:
            if isinstance(leaf, Quantity) and not leaf.times_normal:
                self.thresholds.setdefault(leaf.field, []).append(float(leaf.value))
            elif isinstance(leaf, Quantity):
                self.thresholds.setdefault(leaf.field, [])
        assert not any(isinstance(leaf, Named) and leaf.field != "sex" for leaf in every)


def _once(names: Iterator[str] | Iterator[tuple[str, str]]) -> list[str]:
    return list(dict.fromkeys(names))  # type: ignore[arg-type]


def synthetic_patients(statements: Sequence[Statement], *, seed: int = 9, drawn: int = 70) -> tuple[Facts, ...]:
    """Make patients for some statements: one unknown, one with nothing, one with everything, and some drawn.

    Arguments: ``statements`` what is to be told apart; ``seed`` and ``drawn`` of the patients between the extremes.
    """
    words = _Words(statements)
    blank = Facts("synthetic-unknown", DAY)
    nothing = Facts("synthetic-nothing", DAY, _values(words, "low"), complete=EVERYTHING, hla_typed=_typed())
    full = Facts(
        "synthetic-everything",
        DAY,
        _values(words, "high"),
        diagnoses=tuple(Diagnosis(name, "IV", metastatic=True, unresectable=True, day=DAY) for name in words.diseases),
        therapies=tuple(_now(name) for name in words.therapies),
        antigens=tuple(AntigenTest(target, "IHC", True, 3.0, 0.95, 285.0, DAY) for target in words.targets),
        alterations=tuple(Alteration(gene, change, _category(gene)) for gene, change in words.genes),
        conditions=tuple(Condition(name, "active", DAY - datetime.timedelta(days=30)) for name in words.conditions),
        hla=tuple(words.alleles),
        complete=EVERYTHING,
        hla_typed=_typed(),
    )
    dice = random.Random(seed)
    return (blank, nothing, full, *(_drawn(words, dice, number) for number in range(drawn)))


def _typed() -> frozenset[str]:
    return frozenset(("A", "B", "C"))


def _category(gene: str) -> str:
    return {"ALK": "fusion", "MSI-H": "signature"}.get(gene, "mutation")


def _now(name: str) -> Therapy:
    start = DAY - datetime.timedelta(days=40)
    return Therapy(
        name,
        start,
        None,
        ongoing=True,
        response="progression",
        stopped_for="progression",
        dose=30,
        dose_unit="mg prednisone/day",
    )


def _values(words: _Words, where: str) -> dict[str, tuple[Fact, ...]]:
    """Give every number a value below ("low") or above ("high") all thresholds, every flag its answer."""
    known = load_vocabulary().fields
    values: dict[str, tuple[Fact, ...]] = {}
    for name, thresholds in words.thresholds.items():
        steps = thresholds or [10.0]
        value = min(steps) * 0.5 if where == "low" else max(steps) * 1.2
        low, high = known[name].low, known[name].high
        value = max(value, low or 0.0) if where == "low" else min(value, high or value)
        values[name] = (Fact(value, known[name].unit, DAY, "synthetic", value * 2 if where == "low" else value / 10),)
    values |= {name: (Fact(where == "high", day=DAY),) for name in words.flags}
    values["sex"] = (Fact("male" if where == "low" else "female", day=DAY),)
    return values


def _drawn(words: _Words, dice: random.Random, number: int) -> Facts:
    """Draw a patient between the extremes: thresholds met exactly or missed by a hair, lists in part or in whole."""
    known = load_vocabulary().fields
    values: dict[str, tuple[Fact, ...]] = {}
    for name, thresholds in words.thresholds.items():
        value = round(dice.choice(thresholds or [10.0]) * dice.choice((1.0, 1.0, 0.98, 1.02)), 6)
        if dice.random() < 0.85:
            limit = value / dice.choice((0.9, 1.0, 1.5, 2.5, 3.5, 5.5)) if dice.random() < 0.8 else None
            values[name] = (Fact(value, known[name].unit, DAY, "synthetic", limit),)
    values |= {name: (Fact(dice.random() < 0.5, day=DAY),) for name in words.flags if dice.random() < 0.8}
    values["sex"] = (Fact(dice.choice(("female", "male")), day=DAY),)
    some = [name for name in words.conditions if dice.random() < 0.5]
    given = [name for name in words.therapies if dice.random() < 0.5]
    return Facts(
        f"synthetic-{number}",
        DAY,
        values,
        diagnoses=tuple(_diagnosis(name, dice) for name in words.diseases if dice.random() < 0.3),
        therapies=tuple(_therapy(name, dice) for name in given),
        antigens=tuple(_test(target, dice) for target in words.targets if dice.random() < 0.7),
        alterations=tuple(_alteration(gene, change, dice) for gene, change in words.genes if dice.random() < 0.7),
        conditions=tuple(_condition(name, dice) for name in some),
        hla=_genotype(words.alleles, dice),
        hla_typed=_typed() if number % 2 else frozenset(),
        complete=EVERYTHING if number % 3 else frozenset(),
    )


def _genotype(alleles: Sequence[str], dice: random.Random) -> tuple[str, ...]:
    """Draw at most two alleles of a gene, in two fields; HLA-A*24:02 stands for all that nobody asks for."""
    full = ["HLA-A*24:02", *(name for name in alleles if ":" in name)]
    return tuple(name for gene in "AC" for name in _pair([one for one in full if one[4] == gene], dice))


def _pair(alleles: Sequence[str], dice: random.Random) -> list[str]:
    return dice.sample(list(alleles), min(2, len(alleles)))


def _ago(dice: random.Random) -> datetime.date:
    return DAY - datetime.timedelta(days=dice.choice((3, 10, 20, 27, 29, 60, 120, 300, 500, 1000, 1500, 2500)))


def _diagnosis(name: str, dice: random.Random) -> Diagnosis:
    spread, fixed = dice.choice((True, False, None)), dice.choice((True, False, None))
    stage = dice.choice(("", "II", "IIIB", "IV"))
    return Diagnosis(name, stage, spread, fixed, day=_ago(dice), current=dice.random() < 0.7)


def _therapy(name: str, dice: random.Random) -> Therapy:
    end = _ago(dice)
    reason = dice.choice(("progression", "toxicity", "completed", ""))
    start = end - datetime.timedelta(days=60)
    going = dice.random() < 0.3
    dose = dice.choice((None, 5.0, 15.0, 40.0))
    return Therapy(
        name, start, None if going else end, going, stopped_for=reason, dose=dose, dose_unit="mg prednisone/day"
    )  # type: ignore[arg-type]


def _test(target: str, dice: random.Random) -> AntigenTest:
    intensity, share = dice.choice((0.0, 1.0, 2.0, 3.0)), dice.choice((0.0, 0.2, 0.25, 0.3, 0.4, 0.5, 0.8))
    assay = dice.choice(("IHC", "IHC", "IHC", "ISH"))
    return AntigenTest(
        target, assay, intensity > 0 and share > 0, intensity, share, intensity * share * 100, _ago(dice)
    )


def _alteration(gene: str, change: str, dice: random.Random) -> Alteration:
    return Alteration(gene, change, _category(gene), dice.random() < 0.6, _ago(dice))  # type: ignore[arg-type]


def _condition(name: str, dice: random.Random) -> Condition:
    start = _ago(dice)
    state = dice.choice(("active", "past", "absent"))
    return Condition(name, state, start - datetime.timedelta(days=30), start if state == "past" else None)  # type: ignore[arg-type]

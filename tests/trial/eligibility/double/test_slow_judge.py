"""A slow judge that knows nothing of bounds: it tries every world that the record allows, and asks each plainly.

What the judge decides must hold in all worlds; where all worlds agree, it must decide.
"""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterable, Iterator

from hypothesis import given, settings
from hypothesis import strategies as st

from adoptive.trial.eligibility.facts import AntigenTest, Fact, Facts, Therapy
from adoptive.trial.eligibility.judge import truth
from adoptive.trial.eligibility.statements import (
    All,
    AntigenLevel,
    AnyOf,
    HlaAllele,
    Not,
    Quantity,
    Statement,
    Treated,
    Truth,
)
from eligibility_samples import TODAY, antigens, flags, has, hla, levels, people, quantities, sex, treated, trees

STEP = 10
MIXES = [mix for mix in itertools.product(range(STEP + 1), repeat=4) if sum(mix) == STEP]
"""Shares of cells of intensity 0 to 3, in tenths."""


def unanimous(answers: Iterable[bool]) -> Truth:
    found = set(answers)
    return found.pop() if len(found) == 1 else None


def worlds_of_number(fact: Fact) -> Iterator[float]:
    grid = [number / 4 for number in range(-40, 81)]
    low, high = sorted((fact.value, fact.value if fact.until is None else fact.until))  # type: ignore[type-var]
    for number in grid:
        if fact.censored == "<" and number < high:  # type: ignore[operator]
            yield number
        elif fact.censored == ">" and number > low:  # type: ignore[operator]
            yield number
        elif not fact.censored and low <= number <= high:  # type: ignore[operator]
            yield number


@settings(max_examples=60, deadline=None)
@given(
    quantities,
    st.builds(
        Fact, value=st.integers(0, 8), until=st.none() | st.integers(0, 8), censored=st.sampled_from(("", "<", ">"))
    ),
)
def test_numbers(asked: Quantity, fact: Fact) -> None:
    plain = Quantity("ecog", asked.compare, asked.value)
    compare = {">=": float.__ge__, ">": float.__gt__, "<=": float.__le__, "<": float.__lt__, "=": float.__eq__}
    expected = unanimous(compare[plain.compare](float(it), plain.value) for it in worlds_of_number(fact))
    assert truth(plain, Facts("synthetic", TODAY, {"ecog": (fact,)})) is expected


def worlds_of_therapy(it: Therapy) -> Iterator[tuple[bool, int]]:
    """Yield whether it goes on, and how many days ago it ended (0 while it goes on)."""
    for going_on, back in itertools.product((True, False), range(0, 400)):
        day = TODAY - datetime.timedelta(days=back)
        fits = (
            (not going_on or back == 0)
            and it.ongoing in (None, going_on)
            and (it.start is None or day >= it.start)
            and (it.end is None or (day == it.end and not going_on) or (it.end > TODAY and going_on))
        )
        if fits:
            yield going_on, back


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 200) | st.none(),
    st.integers(-20, 200) | st.none(),
    st.sampled_from((None, True, False)),
    st.sampled_from((14.0, 28.0)),
)
def test_washouts(start: int | None, end: int | None, ongoing: Truth, days: float) -> None:
    first, last = (None if back is None else TODAY - datetime.timedelta(days=back) for back in (start, end))
    therapy = Therapy("cisplatin", first, last, ongoing)
    facts = Facts("synthetic", TODAY, therapies=(therapy,), complete=frozenset({"therapies"}))
    worlds = list(worlds_of_therapy(therapy))
    found = truth(Treated(("platinum",), within_days=days), facts)
    if last is not None and ongoing is True and last <= TODAY:
        return  # the record contradicts itself
    if not worlds or (last is not None and last > TODAY and (first is None or ongoing is False)):
        assert found is None  # the record contradicts itself, or is all of the future
        return
    assert found is unanimous(back < days for _, back in worlds)
    assert truth(Treated(("platinum",), ongoing=True), facts) is unanimous(going_on for going_on, _ in worlds)


def fits(mix: tuple[int, ...], test: AntigenTest) -> bool:
    """Say whether a tumour of a mix of cells would give a report."""
    if test.h_score is not None and sum(level * 10 * part for level, part in enumerate(mix)) != test.h_score:
        return False
    if test.share is None:
        return test.intensity is None or max(level for level, part in enumerate(mix) if part) == test.intensity
    level = 1 if test.intensity is None else int(test.intensity)
    if level == 0:
        return mix[0] == (round(test.share * STEP) or STEP)  # none of them at intensity 0: a negative staining
    return sum(mix[level:]) == round(test.share * STEP)


def reached(mix: tuple[int, ...], asked: AntigenLevel) -> bool:
    cells = sum(mix[int(asked.intensity_at_least or 1) :])
    share = None if asked.share_at_least is None else round(asked.share_at_least * 100)
    enough = cells > 0 if share is None else cells * 10 > share if asked.share_above else cells * 10 >= share
    if asked.h_score_at_least is not None:
        h_score = sum(level * 10 * part for level, part in enumerate(mix))
        levelled = asked.intensity_at_least is not None or share is not None
        return h_score >= asked.h_score_at_least and (enough or not levelled)
    return enough


@settings(max_examples=70, deadline=None)
@given(levels, antigens)
def test_stainings_are_never_decided_against_a_possible_tumour(asked: AntigenLevel, test: AntigenTest) -> None:
    if asked.intensity_at_least is None and asked.share_at_least is None and asked.h_score_at_least is None:
        return
    level = AntigenLevel("CLDN18.2", "IHC", asked.intensity_at_least, asked.share_at_least, asked.share_above)
    report = AntigenTest("CLDN18.2", "IHC", None, test.intensity, test.share, test.h_score)
    found = truth(level, Facts("synthetic", TODAY, antigens=(report,)))
    worlds = {reached(mix, level) for mix in MIXES if fits(mix, report)}
    if level.intensity_at_least is None and level.share_at_least is None:
        return
    assert found is None or worlds <= {found}


@settings(max_examples=60, deadline=None)
@given(hla, st.lists(st.sampled_from(("02:01", "02", "02:07", "24:02", "02:01:01")), max_size=2), st.booleans())
def test_hla(asked: HlaAllele, mine: list[str], typed: bool) -> None:
    exact = ("02:01:01", "02:01:02", "02:07:01", "24:02:01", "01:01:01")
    if not typed and len(mine) == 2:
        return
    known = [[name for name in exact if name.startswith(own)] for own in mine]
    open_still = [] if typed or len(mine) == 2 else [exact] * (2 - len(mine))
    wanted = [name.removeprefix("HLA-A*") for name in asked.alleles]
    found = truth(
        asked, Facts("synthetic", TODAY, hla=tuple(f"HLA-A*{it}" for it in mine), hla_typed=frozenset("A" * typed))
    )
    worlds = itertools.product(*known, *open_still)
    assert found is unanimous(any(it.startswith(name) for it in both for name in wanted) for both in worlds)


def slow(statement: Statement, facts: Facts) -> Truth:
    """Join truths by the smallest and the largest of no 0, unknown 1, yes 2."""
    ranks: dict[Truth, int] = {False: 0, None: 1, True: 2}
    back: dict[int, Truth] = {rank: it for it, rank in ranks.items()}
    match statement:
        case Not(part):
            return back[2 - ranks[slow(part, facts)]]
        case All(parts):
            return back[min((ranks[slow(part, facts)] for part in parts), default=2)]
        case AnyOf(parts):
            return back[max((ranks[slow(part, facts)] for part in parts), default=0)]
    return truth(statement, facts)


@settings(max_examples=20, deadline=None)
@given(trees(st.one_of(quantities, flags, sex, has, treated)), people())
def test_joins(statement: Statement, facts: Facts) -> None:
    assert truth(statement, facts) is slow(statement, facts)

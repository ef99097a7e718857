"""The tests and answers that would settle open rules, and how many trials each helps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from adoptive.workbench.match.card.types import Check
from adoptive.workbench.match.card.words import clean
from adoptive.workbench.match.judging import best_level
from adoptive.workbench.match.ranking import for_other_diseases
from adoptive.workbench.match.types import Judged, Match

__all__ = ["checks_of", "steps_of"]

MOST: Final = 6
MOST_NAMED: Final = 4
_FOR_PEOPLE: Final = (("asking the patient", "an answer from you"), ("the patient's", "your"))
_BY_READING: Final = "a person who reads"


@dataclass
class _Found:
    """Gathers what is known of a check: what it is to show, and the trials by number."""

    shows: dict[str, None] = field(default_factory=dict)
    touched: set[int] = field(default_factory=set)
    settled: set[int] = field(default_factory=set)


def steps_of(settle: Iterable[str]) -> tuple[str, ...]:
    """Give what would settle a rule, in words for the patient; that somebody has to read it is left out.

    >>> steps_of(("a blood count (platelets)", "asking the patient (pregnant)", 'a person who reads this: "x"'))
    ('a blood count (platelets)', 'an answer from you (pregnant)')
    """
    said = [clean(step, 200).rstrip(".") for step in settle]
    said = [step for step in said if step and not step.casefold().startswith(_BY_READING)]
    for theirs, yours in _FOR_PEOPLE:
        said = [step.replace(theirs, yours) for step in said]
    return tuple(dict.fromkeys(said))


def checks_of(matches: Sequence[Match]) -> tuple[Check, ...]:
    """Find the checks that would settle open rules, those that settle most trials first.

    Arguments: ``matches`` in the order of the page. The same test for several values is one check. It settles a trial
    wholly if it is all that the open rules for everybody wait for. Days to wait for are no checks.
    """
    found: dict[str, _Found] = {}
    for place, match in enumerate(matches, start=1):
        if match.fit not in ("fits", "may fit") or for_other_diseases(match):
            continue
        waits = [_tests(one) for one in match.judged if one.verdict == "unknown" and not one.item.conditional]
        if (level := best_level(match.levels)) is not None and level.verdict == "unknown":
            waits.append(_parted_steps(level.finding.settle))
        for test, shown in {pair for wait in waits for pair in wait if pair[0]}:
            check = found.setdefault(test, _Found())
            check.shows |= dict.fromkeys([shown] if shown else [])
            check.touched.add(place)
            if all(known == test for wait in waits for known, _ in wait):
                check.settled.add(place)
    checks = [
        Check(_named(test, one.shows), tuple(sorted(one.touched)), tuple(sorted(one.settled)))
        for test, one in found.items()
    ]
    return tuple(sorted(checks, key=lambda check: (-len(check.settled), -len(check.touched), check.name))[:MOST])


def _tests(judged: Judged) -> tuple[tuple[str, str], ...]:
    """Give the tests of an open rule with what they are to show; ("", "") stands for what no test settles."""
    if judged.item.understood == "not":
        return (("", ""),)
    found = _parted_steps(judged.finding.settle)
    return (*found, ("", "")) if judged.item.understood == "part" else found


def _parted_steps(settle: Sequence[str]) -> tuple[tuple[str, str], ...]:
    found = tuple(_parted(step) for step in steps_of(settle) if not step.casefold().startswith("wait"))
    return found if found and len(found) == len(settle) else (*found, ("", ""))


def _parted(step: str) -> tuple[str, str]:
    """Part a step into the test and what it is to show.

    >>> _parted("a blood count (platelets)"), _parted("the treatment history: was it a taxane")
    (('a blood count', 'platelets'), ('the treatment history', 'was it a taxane'))
    >>> _parted("a blood count (platelets): the last is too old"), _parted("a stain (IHC) for GPC3")
    (('a blood count', 'platelets'), ('a stain (IHC) for GPC3', ''))
    """
    test, bracket, rest = step.partition(" (")
    inside, _, tail = rest.rpartition(")")
    if bracket and inside and (not tail or tail.startswith(":")):
        return test, inside
    if ")" in step:
        return step, ""
    test, _, more = step.partition(": ")
    return test, more


def _named(test: str, shows: Iterable[str]) -> str:
    named = sorted(shows)
    more = [f"{len(named) - MOST_NAMED} more"] if len(named) > MOST_NAMED else []
    return f"{test} ({'; '.join([*named[:MOST_NAMED], *more])})" if named else test

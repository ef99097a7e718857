"""The short answer: how many trials fit, and which check would settle most."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from adoptive.workbench.match.card.types import Check
from adoptive.workbench.match.card.words import clean, count_of, plural, upper_first
from adoptive.workbench.match.types import Fit, Judged, Match

__all__ = ["FITS", "answer_of", "best_first", "checks_of", "in_full"]

FITS: Final[tuple[Fit, ...]] = ("fits", "may fit", "not now", "does not fit")
MOST: Final = 6
MOST_IN_FULL: Final = 8


def best_first(matches: Sequence[Match]) -> tuple[Match, ...]:
    """Sort matches: by fit, then by score, the larger first; equals keep their order."""
    return tuple(
        sorted(matches, key=lambda match: (FITS.index(match.fit), -match.score if match.score == match.score else 0))
    )


def in_full(matches: Sequence[Match]) -> tuple[Match, ...]:
    """Give the matches that a card sets out in full: the first that fit or may, now or later."""
    return tuple(match for match in matches if match.fit != "does not fit")[:MOST_IN_FULL]


def checks_of(matches: Sequence[Match]) -> tuple[Check, ...]:
    """Find the tests and answers that would settle open rules, those that settle most trials first.

    Arguments: ``matches`` in the order of the page. A check settles a trial wholly if it is all that the open rules
    for everybody wait for. Days to wait for are no checks.
    """
    names: dict[str, str] = {}
    touched: dict[str, set[int]] = {}
    settled: dict[str, set[int]] = {}
    for place, match in enumerate(matches, start=1):
        if match.fit not in ("fits", "may fit"):
            continue
        waits = [_checks(one) for one in match.judged if one.verdict == "unknown" and not one.item.conditional]
        for name in {name for wait in waits for name in wait}:
            key = name.casefold()
            names.setdefault(key, name)
            touched.setdefault(key, set()).add(place)
            if all(wait == (name,) for wait in waits):
                settled.setdefault(key, set()).add(place)
    found = [
        Check(name, tuple(sorted(touched[key])), tuple(sorted(settled.get(key, ())))) for key, name in names.items()
    ]
    return tuple(sorted(found, key=lambda check: (-len(check.settled), -len(check.touched), check.name))[:MOST])


def _checks(judged: Judged) -> tuple[str, ...]:
    if judged.item.understood == "not":
        return ()
    steps = tuple(clean(step, 120).rstrip(".") for step in judged.finding.settle)
    return tuple(step for step in steps if step and not step.casefold().startswith("wait"))


def answer_of(matches: Sequence[Match], checks: Sequence[Check], *, left_out: int) -> tuple[str, ...]:
    """Say in a few sentences how many trials fit and what would settle the open ones."""
    if not matches:
        return ("There was no trial to compare you with.", *_unread(left_out))
    count = Counter(match.fit for match in matches)
    said = [f"The tool compared you with {plural(len(matches), 'trial')}.", *_fits(count)]
    said += [_best_check(checks[0])] if checks else []
    closed = sum(match.trial.status == "closed" and match.fit in ("fits", "may fit") for match in matches)
    if closed:
        said.append(f"Of the trials that fit or may fit, {count_of(closed)} {_be(closed)} closed to new patients.")
    if count["fits"] + count["may fit"]:
        said.append("Only the trial team can say if you can join.")
    return (*said, *_unread(left_out))


def _fits(count: Counter[Fit]) -> list[str]:
    """Say how many fit; what there is none of is not said, unless nothing fits at all."""
    words: dict[Fit, str] = {"fits": "fit by every rule in the record", "may fit": "may fit, as some rules are open"}
    said = [f"{_so_many(count[fit])} {words[fit]}." for fit in words if count[fit]]
    if count["fits"] == 1:
        said[0] = "One trial fits by every rule in the record."
    if not said:
        said.append("None of them fits today.")
    others = []
    if count["not now"]:
        others.append(f"{count_of(count['not now'])} {_do(count['not now'])} not fit now but may fit later")
    if count["does not fit"]:
        others.append(f"{count_of(count['does not fit'])} {_do(count['does not fit'])} not fit")
    return [*said, *([upper_first(f"{'; '.join(others)}.")] if others else [])]


def _so_many(count: int) -> str:
    return upper_first(f"{count_of(count)} {'trial' if count == 1 else 'trials'}")


def _be(count: int) -> str:
    return "is" if count == 1 else "are"


def _do(count: int) -> str:
    return "does" if count == 1 else "do"


def _best_check(check: Check) -> str:
    places = check.settled or check.touched
    which = "one of these trials" if len(places) == 1 else f"{count_of(len(places))} of these trials"
    if check.settled:
        return f"One check would settle {which}: {check.name}."
    return f"The check that helps most would answer an open rule in {which}: {check.name}."


def _unread(left_out: int) -> tuple[str, ...]:
    if not left_out:
        return ()
    what = "file or record" if left_out == 1 else "files or records"
    return (f"{left_out:,} {what} of trials could not be read. A trial may be missing here.",)

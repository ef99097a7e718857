"""The short answer: the trials in order, how many fit, and the check that helps most."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from adoptive.workbench.match.card.types import Check
from adoptive.workbench.match.card.words import count_of, plural, upper_first
from adoptive.workbench.match.judging import status_of
from adoptive.workbench.match.ranking import for_other_diseases
from adoptive.workbench.match.types import Fit, Match

__all__ = ["FITS", "answer_of", "best_first", "in_full"]

FITS: Final[tuple[Fit, ...]] = ("fits", "may fit", "not now", "does not fit")
MOST_IN_FULL: Final = 8


def best_first(matches: Sequence[Match]) -> tuple[Match, ...]:
    """Sort matches: by fit, then by score, the larger first; equals keep their order."""
    return tuple(
        sorted(matches, key=lambda match: (FITS.index(match.fit), -match.score if match.score == match.score else 0))
    )


def in_full(matches: Sequence[Match]) -> tuple[Match, ...]:
    """Give the matches that a card sets out in full: the first that fit or may, now or later."""
    return tuple(match for match in matches if match.fit != "does not fit")[:MOST_IN_FULL]


def answer_of(
    matches: Sequence[Match],
    checks: Sequence[Check],
    *,
    left_out: int,
    passed_over: int = 0,
    deceased: bool = False,
) -> tuple[str, ...]:
    """Say in a few sentences how many trials fit and what would settle the open ones."""
    if deceased:
        return (
            "The record says that this patient has died. So no trial fits.",
            "If that is wrong, correct the record.",
        )
    if not matches:
        return ("There was no trial to compare you with.", *_not_compared(left_out, passed_over))
    count = Counter(match.fit for match in matches)
    said = [f"The tool compared you with {plural(len(matches), 'trial')}.", *_fits(count)]
    said += [_best_check(checks[0])] if checks else []
    good = [match for match in matches if match.fit in ("fits", "may fit")]
    if elsewhere := sum(map(for_other_diseases, good)):
        said.append(
            f"Of the trials that fit or may fit, {count_of(elsewhere)} {_be(elsewhere)} meant for other diseases."
        )
    closed = sum(status_of(match.trial) == "closed" for match in good)
    if closed:
        said.append(f"Of the trials that fit or may fit, {count_of(closed)} {_be(closed)} closed to new patients.")
    if count["fits"] + count["may fit"]:
        said.append("Only the trial team can say if you can join.")
    return (*said, *_not_compared(left_out, passed_over))


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


def _not_compared(left_out: int, passed_over: int) -> tuple[str, ...]:
    said = []
    if passed_over:
        said.append(f"{plural(passed_over, 'trial was', 'trials were')} left aside, as was asked for.")
    if left_out:
        what = "file or record" if left_out == 1 else "files or records"
        said.append(f"{left_out:,} {what} of trials could not be read. A trial may be missing here.")
    return tuple(said)

"""Questions for the doctor, from the gaps of this patient and the facts of these trials; the most important first."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from adoptive.trial.eligibility.facts import Facts
from adoptive.workbench.match.card.picture import of_hundred
from adoptive.workbench.match.card.trial import target_effects
from adoptive.workbench.match.card.types import Check, Question
from adoptive.workbench.match.card.words import clean, count_of, day_in_words, joined, question_rows, upper_first
from adoptive.workbench.match.types import Forecast, Match

__all__ = ["MOST", "questions_of"]

MOST: Final = 15
"""Questions on a card: one printed page."""

MOST_CHECKS: Final = 3
FAR_KM: Final = 100.0


def questions_of(facts: Facts, matches: Sequence[Match], checks: Sequence[Check]) -> tuple[Question, ...]:
    """Choose the questions of a card, at most :data:`MOST`: one of every theme, then more by weight.

    Arguments: ``matches`` those that stand in full on the page, in its order, so that "trial 2" is the second.
    """
    known = _known(facts, matches)
    asked: list[tuple[int, Question]] = []
    for row in question_rows():
        words: list[dict[str, Any]] = []
        if row["when"] == "checks":
            words = [{"check": check.name, "touched": _trials(check.touched)} for check in checks[:MOST_CHECKS]]
        elif _holds(row["when"], known):
            words = [known]
        asked += [(row["rank"], Question(row["theme"], _filled(row["text"], one))) for one in words]
    asked.sort(key=lambda pair: pair[0])
    themes = {question.theme: (rank, question) for rank, question in reversed(asked)}
    firsts = [pair for pair in asked if pair in themes.values()]
    chosen = [*firsts, *(pair for pair in asked if pair not in firsts)][:MOST]
    return tuple(question for rank, question in asked if (rank, question) in chosen)


def _filled(text: str, words: Mapping[str, Any]) -> str:
    return upper_first(text.format_map(words))


def _holds(when: str, known: Mapping[str, Any]) -> bool:
    if when == "always":
        return True
    return not known.get(when[4:]) if when.startswith("not ") else bool(known.get(when))


def _known(facts: Facts, matches: Sequence[Match]) -> dict[str, Any]:
    """Say what is so of this patient and of these trials; an entry that is empty does not hold."""
    caregiver = facts.values.get("caregiver", ())
    alone = bool(caregiver) and caregiver[0].value is False
    near = next((match for match in matches if match.site is not None), None)
    far = near.distance_km if near is not None else None
    country = near.site.country if near is not None and near.site is not None else ""
    abroad = bool(country and facts.country) and country.casefold() != facts.country.casefold()
    return {
        "unread": _unread(matches), "phase1": _first(matches, _is_phase1),
        "no caregiver": alone, "caregiver": not alone,
        "far": f"{far:,.0f}" if far is not None and far >= FAR_KM else "",
        "abroad": clean(country, 40) if abroad else "",
        "target": joined(dict.fromkeys(name.lower() for match in matches[:3] for name in _healthy_parts(match))),
    } | _later(matches) | _infused(matches)  # fmt: skip


def _healthy_parts(match: Match) -> list[str]:
    return [name for name, _, _ in target_effects(match.trial)]


def _trials(places: Sequence[int]) -> str:
    shown = [str(place) for place in places[:5]]
    more = [f"{len(places) - 5} more"] if len(places) > 5 else []
    return f"trial{'s' if len(places) > 1 else ''} {joined([*shown, *more])}"


def _unread(matches: Sequence[Match]) -> str:
    if not matches:
        return ""
    open_rules = [
        sum(one.verdict == "unknown" and one.item.understood != "whole" for one in match.judged) for match in matches
    ]
    count, place = max((count, -place) for place, count in enumerate(open_rules, start=1))
    return f"{count_of(count)} rule{'s' if count > 1 else ''} of trial {-place}" if count else ""


def _is_phase1(match: Match) -> bool:
    return re.search(r"phase[_ ]?(?:1|i)(?![0-9iv])", match.trial.phase[:60].lower()) is not None


def _first(matches: Sequence[Match], so: Any) -> str:
    return next((f"trial {place}" for place, match in enumerate(matches, start=1) if so(match)), "")


def _later(matches: Sequence[Match]) -> dict[str, str]:
    for place, match in enumerate(matches, start=1):
        days = [one.finding.from_day for one in match.judged if one.finding.from_day and one.verdict == "not met"]
        if days and match.fit == "not now":
            return {"later": "yes", "later_trial": f"trial {place}", "later_day": day_in_words(max(days))}
    return {}


def _infused(matches: Sequence[Match]) -> dict[str, str]:
    for match in matches:
        if isinstance(match.forecast, Forecast) and "infused" in match.forecast.numbers:
            count = of_hundred(match.forecast.numbers["infused"].value)
            if count is not None and count < 100:
                return {"infused": "yes", "not_infused": str(100 - count)}
    return {}

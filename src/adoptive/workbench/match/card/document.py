"""A match as one document that other programs read."""

from __future__ import annotations

import dataclasses
import datetime
import math
from collections.abc import Mapping, Sequence
from typing import Any

from adoptive import __version__
from adoptive.trial.eligibility.facts import Facts
from adoptive.workbench.match.card.answer import answer_of, best_first, in_full
from adoptive.workbench.match.card.checks import checks_of
from adoptive.workbench.match.card.questions import questions_of
from adoptive.workbench.match.card.quote import quote_of, unread_words
from adoptive.workbench.match.card.statement import in_words
from adoptive.workbench.match.card.trial import counts_of, link_of
from adoptive.workbench.match.card.words import clean
from adoptive.workbench.match.judging import status_of
from adoptive.workbench.match.types import Forecast, Judged, LevelFit, Match, Refused, Trial
from adoptive.workbench.mistakes import Mistake
from adoptive.workbench.wording import LABEL

__all__ = ["match_document"]


def match_document(
    facts: Facts,
    matches: Sequence[Match],
    *,
    left_out: Sequence[Mistake] = (),
    made_on: datetime.date | None = None,
    whole: int | None = None,
    passed_over: int = 0,
) -> dict[str, Any]:
    """Give everything that is known of the matches of a patient, ready for JSON.

    Arguments: ``whole`` how many trials, the best first, have every rule; of the others only the rules that are not
    met are written out, and ``rules_left_out`` counts the rest (not given: all have every rule).

    Of each trial: fit, gates, score and why, every rule with verdict, quote, span, the facts used, what would settle
    it, distance, first day and whether it can recover, the levels and the forecast. What is not finite becomes
    ``null``; text is free of control characters.
    """
    ordered = best_first(matches)
    checks = checks_of(ordered)
    return {
        "label": LABEL,
        "version": __version__,
        "made_on": None if made_on is None else made_on.isoformat(),
        "patient": {"id": clean(facts.id, 120), "as_of": facts.as_of.isoformat(), "deceased": facts.deceased,
                    "not_understood": [clean(note, 500) for note in facts.notes]},
        "answer": list(
            answer_of(ordered, checks, left_out=len(left_out), passed_over=passed_over, deceased=facts.deceased)
        ),
        "checks": [
            {"check": check.name, "touches": _ids(ordered, check.touched), "settles": _ids(ordered, check.settled)}
            for check in checks
        ],
        "questions": [dataclasses.asdict(question) for question in questions_of(facts, in_full(ordered), checks)],
        "trials": [
            _match(match, place, whole=whole is None or place <= whole) for place, match in enumerate(ordered, start=1)
        ],
        "left_out": [clean(mistake, 600) for mistake in left_out],
    }  # fmt: skip


def _ids(matches: Sequence[Match], places: Sequence[int]) -> list[str]:
    return [clean(matches[place - 1].trial.id, 80) for place in places]


def _match(match: Match, place: int, *, whole: bool) -> dict[str, Any]:
    trial = match.trial
    rules = match.judged if whole else tuple(judged for judged in match.judged if judged.verdict == "not met")
    return {
        "place": place, "id": clean(trial.id, 80), "title": clean(trial.title, 500), "link": link_of(trial.id) or None,
        "source": clean(trial.source, 300), "format": trial.format, "status": status_of(trial),
        "phase": clean(trial.phase, 80), "sponsor": clean(trial.sponsor, 200), "updated": clean(trial.updated, 40),
        "fit": match.fit, "gates": dict(match.gates), "counts": counts_of(match),
        "score": _plain(match.score), "why": [clean(reason, 300) for reason in match.why],
        "site": None if match.site is None else _plain(dataclasses.asdict(match.site)),
        "distance_km": _plain(match.distance_km),
        "rules": [_rule(judged, trial) for judged in rules],
        "rules_left_out": len(match.judged) - len(rules),
        "levels": [_level(level) for level in match.levels],
        "forecast": _forecast(match.forecast),
        "notes": [clean(note, 500) for note in trial.notes],
    }  # fmt: skip


def _rule(judged: Judged, trial: Trial) -> dict[str, Any]:
    item, finding = judged.item, judged.finding
    return {
        "number": item.number, "kind": item.kind, "gate": item.gate, "verdict": judged.verdict,
        "quote": quote_of(item, trial).marked, "span": [item.start, item.end], "origin": clean(item.origin, 80),
        "heading": clean(item.heading, 200), "conditional": item.conditional, "understood": item.understood,
        "read_as": in_words(item.statement), "unread": list(unread_words(item.statement)),
        "because": [clean(fact, 400) for fact in finding.because],
        "settle": [clean(step, 300) for step in finding.settle],
        "distance": _plain(finding.distance), "unit": clean(finding.unit, 40),
        "from_day": clean(finding.from_day, 40) or None, "recoverable": finding.recoverable or item.recoverable,
    }  # fmt: skip


def _level(fit: LevelFit) -> dict[str, Any]:
    level = fit.level
    return {
        "step": clean(level.step, 120), "arm": clean(level.arm, 120), "dose": clean(level.dose, 120),
        "suspended": level.suspended, "verdict": fit.verdict, "read_as": in_words(level.statement),
        "because": [clean(fact, 400) for fact in fit.finding.because],
        "settle": [clean(step, 300) for step in fit.finding.settle],
    }  # fmt: skip


def _forecast(forecast: Forecast | Refused | None) -> dict[str, Any] | None:
    if forecast is None:
        return None
    plain: dict[str, Any] = _plain(dataclasses.asdict(forecast))
    return {"given": isinstance(forecast, Forecast)} | plain


def _plain(value: Any) -> Any:
    """Give a value as JSON holds it: no number that is not finite, no unsafe text, tuples as lists."""
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, str):
        return clean(value, 1_000)
    if isinstance(value, Mapping):
        return {clean(key, 120): _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list | tuple) else value

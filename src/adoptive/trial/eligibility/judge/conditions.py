"""Conditions beside the cancer: now, ever, or within some days; "absent" is a finding too."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from adoptive.trial.eligibility.facts import Condition
from adoptive.trial.eligibility.findings import Finding
from adoptive.trial.eligibility.judge import phrasing
from adoptive.trial.eligibility.judge.kinship import kin_of, tables
from adoptive.trial.eligibility.judge.known import Known
from adoptive.trial.eligibility.judge.seen import Seen, both, either, within
from adoptive.trial.eligibility.judge.spans import Span
from adoptive.trial.eligibility.statements import Has, Truth

__all__ = ["say_condition", "see_condition"]


def see_condition(asked: Has, known: Known) -> Seen:
    """See whether the patient has, or had, one of some conditions.

    A record "absent" of all names asked (or of broader ones) says that none is there now; it says nothing of the past.
    Against a record "active" it leaves the matter open. Each name is looked at alone: one that is contradicted leaves
    only itself open.
    """
    if len(asked.names) > 1:
        return _any_of([see_condition(dataclasses.replace(asked, names=(name,)), known) for name in asked.names])
    found = known.conditions.asked(asked.names)
    records = [(it, both(_parts(asked, it, span, named))) for it, span, named in found if it.state != "absent"]
    denied = () if asked.ever or asked.within_days is not None else _denied(asked, known)
    seen = either(records, Seen(*_absent(asked, known)))
    if not denied:
        return seen
    if seen.truth is True:
        return Seen(None, "conflict", (*seen.used, *((it, "conflict") for it in denied)))
    certain = all(other.why != "future" for _, other in records)
    return Seen(False, "absent", tuple((it, "absent") for it in denied)) if certain else seen


def _any_of(seen: list[Seen]) -> Seen:
    """Join what was seen of several names, one of which is enough."""
    truths = {one.truth for one in seen}
    truth = True if True in truths else None if None in truths else False
    deciding = [one for one in seen if one.truth is truth]
    return Seen(truth, deciding[0].why, tuple(dict.fromkeys(use for one in deciding for use in one.used)))


def _absent(asked: Has, known: Known) -> tuple[Truth, str]:
    complete = "conditions" in known.facts.complete and known.conditions.speaks_of(asked.names)
    return (False, "complete") if complete else (None, "missing")


def _denied(asked: Has, known: Known) -> tuple[Condition, ...]:
    """Give the records that say of every name asked that it is not there, () if one name is left open."""
    absent = [it for it, span, _ in known.conditions.asked(()) if it.state == "absent" and span.begun]
    found: list[Condition] = []
    for name in asked.names:
        denying = [it for it in absent if it.name in kin_of("conditions", (name,)).surely]
        if not denying:
            return ()
        found += denying
    return tuple(dict.fromkeys(found))


def _parts(asked: Has, it: Condition, span: Span, named: Truth) -> Iterator[Seen]:
    yield Seen(named, "broader")
    yield Seen(span.begun, "future")
    if asked.within_days is not None:
        yield Seen(within(span.least, span.most, asked.within_days), "end")
    elif not asked.ever:
        yield Seen(span.ongoing, "end")
    if asked.qualifier:
        yield Seen(None, "qualifier")


def say_condition(asked: Has, known: Known, seen: Seen) -> Finding:
    """Say what was found of a condition; for a time that must pass also the first day on which it has."""
    named = phrasing.listed(asked.names)
    because = tuple(dict.fromkeys(_said(it) for it, _ in seen.used))
    if seen.truth is False:
        if seen.why == "complete":
            because = (*because, f"the list of conditions is said to be complete and names no {named}")
        return Finding(False, because)
    if seen.truth is None:
        settle = tuple(dict.fromkeys(_settle(asked, it, reason, named, known) for it, reason in seen.used))
        return Finding(None, because, settle if seen.why != "missing" else (f"the medical history ({named})",))
    if asked.within_days is not None:
        ends = [phrasing.after(it.end, asked.within_days) if it.state == "past" else "" for it, _ in seen.used]
        from_day = max(ends) if all(ends) else ""
        wait = f"wait until {from_day}" if from_day else f"{phrasing.days(asked.within_days)} after the end of it"
        return Finding(True, because, (wait,), from_day=from_day, recoverable=bool(from_day) or _passes(seen))
    return Finding(True, because, recoverable=not asked.ever and _passes(seen))


def _passes(seen: Seen) -> bool:
    """Say whether all conditions found are such as may pass."""
    passing, alone = tables()["passing"], tables()["passing_by_name"]
    return all(
        it.name in alone or not kin_of("conditions", (it.name,)).surely.isdisjoint(passing) for it, _ in seen.used
    )


def _settle(asked: Has, it: Condition, reason: str, named: str, known: Known) -> str:
    return {
        "broader": f"the medical history: is the {it.name} {named}",
        "end": f"the day on which {it.name} ended",
        "qualifier": f"an examination: is the {it.name} {asked.qualifier}",
        "future": f"the day of {it.name}: it lies after {known.facts.as_of}, the day of judgement",
        "conflict": f"an examination: {it.name} is on record as {it.state}, and the contrary as well",
    }.get(reason, f"the medical history ({named})")


def _said(it: Condition) -> str:
    state = {"active": "now", "past": "in the past", "absent": "looked for and not found"}[it.state]
    spell = (f" from {it.start}" if it.start else "") + (f" to {it.end}" if it.end else "")
    return f"{it.name}: {state}{spell}" + (f", {it.source}" if it.source else "")

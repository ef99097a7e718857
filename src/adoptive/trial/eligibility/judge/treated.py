"""Treatments: whether one was given, how long ago it ended, whether it failed, and when a washout is over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from adoptive.trial.eligibility.facts import Therapy
from adoptive.trial.eligibility.findings import Finding
from adoptive.trial.eligibility.judge import phrasing
from adoptive.trial.eligibility.judge.kinship import kin_of
from adoptive.trial.eligibility.judge.known import Known
from adoptive.trial.eligibility.judge.seen import Seen, both, either, within
from adoptive.trial.eligibility.judge.spans import Span, span_of_therapy
from adoptive.trial.eligibility.statements import Treated, Truth

__all__ = ["say_treated", "see_treated"]

_ANY: Final = ("systemic therapy",)
_SETTINGS: Final = frozenset({"neoadjuvant", "adjuvant", "advanced", "maintenance", "bridging"})
_OF_ADVANCED: Final = frozenset({"maintenance", "bridging"})
_PROGRESSED: Final = frozenset({"progression", "progressive disease", "pd", "progressed", "disease progression"})
_AS_PREDNISONE: Final = {
    "prednisone": 1.0,
    "prednisolone": 1.0,
    "methylprednisolone": 5 / 4,
    "dexamethasone": 5 / 0.75,
    "hydrocortisone": 5 / 20,
}
"""Milligrams of prednisone that one milligram is worth: 5 mg is 4, 0.75 and 20 mg of the others."""


def see_treated(asked: Treated, known: Known) -> Seen:
    """See whether one of some treatments was given as asked; only a complete list says that none was."""
    names = asked.names or _ANY
    found = known.therapies.asked(names)
    if not found and known.therapies.speaks_of(names):
        return _NONE_GIVEN if "therapies" in known.facts.complete else _NOT_LISTED
    records = [(it, both(_parts(asked, it, span, named))) for it, span, named in found]
    complete = "therapies" in known.facts.complete and known.therapies.speaks_of(names)
    return either(records, _NONE_GIVEN if complete else _NOT_LISTED)


_NONE_GIVEN: Final = Seen(False, "complete")
_NOT_LISTED: Final = Seen(None, "missing")


def _parts(asked: Treated, it: Therapy, span: Span, named: Truth) -> Iterator[Seen]:
    yield Seen(named, "broader")
    yield Seen(span.begun, "future")
    if asked.within_days is not None:
        yield Seen(within(span.least, span.most, asked.within_days), "end")
    if asked.ongoing:
        yield Seen(span.ongoing, "end")
    if asked.setting:
        yield Seen(_in_setting(asked.setting, it.setting), "setting")
    if asked.dose_above is not None:
        yield Seen(_dosed(asked.dose_above, it), "dose")
    if asked.failed:
        yield Seen(_failed(it), "failed")


def _in_setting(asked: str, given: str) -> Truth:
    if given == asked:
        return True
    open_still = not given or asked not in _SETTINGS or (asked == "advanced" and given in _OF_ADVANCED)
    return None if open_still else False


def _failed(it: Therapy) -> Truth:
    """Say whether a treatment failed; that it was completed does not rule out that the disease grew later."""
    grew = it.stopped_for in ("progression", "toxicity") or it.response.strip().lower() in _PROGRESSED
    return True if grew else None


def _dosed(above: float, it: Therapy) -> Truth:
    """Say whether a daily dose is above one; steroids count as prednisone, and a dose without its unit says nothing."""
    dose = _daily(it)
    if dose is None or dose != dose:
        return None
    return dose > above


def _daily(it: Therapy) -> float | None:
    unit = " ".join(it.dose_unit.lower().replace("/", " ").replace("per", " ").split())
    if it.dose is None or unit not in _DAILY:
        return None
    if "prednisone" in unit:
        return it.dose
    if kin_of("treatments", (it.name,)).is_one("corticosteroids") is False:
        return it.dose
    factor = _AS_PREDNISONE.get(it.name)
    return None if factor is None else it.dose * factor


_DAILY: Final = frozenset(
    {"mg day", "mg d", "mg daily", "mg prednisone day", "mg day prednisone", "mg prednisone", "mg prednisone daily"}
)


def say_treated(asked: Treated, known: Known, seen: Seen) -> Finding:
    """Say what was found of a treatment; for a washout that is not over also the first day on which it is."""
    named = phrasing.listed(asked.names) or "systemic treatment"
    because = tuple(_said(it) for it, _ in seen.used)
    if seen.truth is False and seen.why == "complete":
        because = (*because, f"the list of treatments is said to be complete and names no {_narrowed(asked, named)}")
    if seen.truth is None:
        settle = tuple(dict.fromkeys(_settle(it, reason, named, known) for it, reason in seen.used))
        missing = f"the treatment history ({_narrowed(asked, named)})"
        return Finding(None, because, settle if seen.why != "missing" else (missing,))
    if seen.truth is False or (asked.within_days is None and not asked.ongoing):
        return Finding(seen.truth, because, recoverable=False)
    from_day = "" if asked.within_days is None else _over(asked.within_days, seen, known)
    wait = f"wait until {from_day}" if from_day else _waiting(asked)
    return Finding(True, because, (wait,), from_day=from_day, recoverable=True)


def _narrowed(asked: Treated, named: str) -> str:
    words = [f"within {phrasing.days(asked.within_days)}"] if asked.within_days is not None else []
    words += [word for word, so in (("failed", asked.failed), ("ongoing", asked.ongoing)) if so]
    words += [f"{asked.setting} setting"] if asked.setting else []
    words += [f"more than {phrasing.number(asked.dose_above)} mg a day"] if asked.dose_above is not None else []
    return ", ".join([named, *words])


def _waiting(asked: Treated) -> str:
    if asked.within_days is None:
        return "the end of that treatment"
    return f"{phrasing.days(asked.within_days)} after the end of that treatment"


def _over(within_days: float, seen: Seen, known: Known) -> str:
    """Give the first day on which all treatments that stand in the way lie far enough back, "" if one still goes on."""
    ends = []
    for it, _ in seen.used:
        if span_of_therapy(it, known.facts.as_of).ongoing is not False:
            return ""
        ends.append(phrasing.after(it.end or it.start, within_days))
    return max(ends) if ends and all(ends) else ""


def _settle(it: Therapy, reason: str, named: str, known: Known) -> str:
    return {
        "broader": f"the treatment history: was the {it.name} a {named}",
        "end": f"the day on which {it.name} ended",
        "setting": f"the setting in which {it.name} was given",
        "dose": f"the daily dose of {it.name}",
        "failed": f"the treatment history: did the disease grow on or after {it.name}, or was it not tolerated",
        "future": f"the days of {it.name}: they lie after {known.facts.as_of}, the day of judgement",
    }.get(reason, f"the treatment history ({named})")


def _said(it: Therapy) -> str:
    words = [it.name]
    if it.dose is not None:
        words[0] += f" {phrasing.number(it.dose)} {it.dose_unit}".rstrip()
    if it.start:
        words[0] += f" from {it.start}"
    if it.end:
        words[0] += f" to {it.end}"
    words += ["ongoing"] if it.ongoing else []
    words += [f"line {it.line}"] if it.line is not None else []
    words += [it.setting] if it.setting else []
    words += [f"response: {it.response}"] if it.response else []
    words += [f"stopped for {it.stopped_for}"] if it.stopped_for not in ("", "completed") else []
    words += ["completed"] if it.stopped_for == "completed" else []
    return ", ".join([*words, it.source] if it.source else words)

"""One trial as a person reads it: fit, rules for and against, open rules, place, path and outlook."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from adoptive.trial.eligibility.statements import All
from adoptive.workbench.match.card.checks import steps_of
from adoptive.workbench.match.card.outlook import outlook_of
from adoptive.workbench.match.card.quote import quote_of, unread_words
from adoptive.workbench.match.card.statement import in_words
from adoptive.workbench.match.card.types import LevelLine, Line, Row, TrialCard
from adoptive.workbench.match.card.words import UNITS, clean, day_in_words, fixed_words, number, plural
from adoptive.workbench.match.judging import best_level, status_of
from adoptive.workbench.match.ranking import for_other_diseases
from adoptive.workbench.match.types import GATES, Judged, LevelFit, Match, Site, Trial

__all__ = ["link_of", "row_of", "target_effects", "trial_card"]

MOST_FOR, MOST_AGAINST, MOST_OPEN, MOST_LEVELS = 40, 20, 30, 15
OTHER_DISEASES: Final = "The record says that this trial is for other diseases than yours."
_REGISTERED: Final = re.compile(r"NCT[0-9]{8}")


def link_of(trial_id: str) -> str:
    """Give the address of a registered trial's page; "" for anything that is no registry number.

    >>> link_of("NCT01234567"), link_of("NCT0123456'><script>"), link_of("my-study")
    ('https://clinicaltrials.gov/study/NCT01234567', '', '')
    """
    return f"https://clinicaltrials.gov/study/{trial_id}" if _REGISTERED.fullmatch(trial_id) else ""


def trial_card(match: Match, place: int) -> TrialCard:
    """Set out a match for a person; ``place`` is its number on the page, from 1."""
    trial, fit = match.trial, fixed_words()["fits"][match.fit]
    groups = {
        verdict: [_line(judged, trial) for judged in _in_order(match.judged, verdict)]
        for verdict in ("met", "not met", "unknown")
    }
    most = {"met": MOST_FOR, "not met": MOST_AGAINST, "unknown": MOST_OPEN}
    shown = {verdict: tuple(lines[: most[verdict]]) for verdict, lines in groups.items()}
    beyond = tuple(len(groups[verdict]) - len(shown[verdict]) for verdict in ("met", "not met", "unknown"))
    return TrialCard(
        number=place, id=clean(trial.id, 60), link=link_of(trial.id), title=clean(trial.title or trial.id, 250),
        fit=fit["words"], style=fit["style"], mark=fit["mark"], sentence=_sentence(match), counts=counts_of(match),
        status=fixed_words()["statuses"][status_of(trial)], closed=status_of(trial) == "closed",
        phase=_phase(trial.phase),
        sponsor=clean(trial.sponsor, 120), place=_place(match.site, match.distance_km), places=_places(trial.sites),
        fits=shown["met"], against=shown["not met"], unknown=shown["unknown"],
        not_shown=(beyond[0], beyond[1], beyond[2]), later=_later(match.judged), gates=_gates(match),
        levels=_parts(match.levels), path=_path(trial),
        outlook=outlook_of(match.forecast), targets=target_effects(trial),
        why=tuple(re.sub(r" \([+-]\d{1,6}\)$", "", clean(reason, 200)) for reason in match.why[:8]),
        notes=tuple(clean(note, 300) for note in trial.notes[:8]), source=clean(trial.source, 200),
        updated=day_in_words(trial.updated) if trial.updated else "",
    )  # fmt: skip


def _sentence(match: Match) -> str:
    """Say the fit in a sentence; a rule that is not for everybody may fail in a trial that fits."""
    if match.fit in ("fits", "may fit") and any(one.verdict == "not met" for one in match.judged):
        return "No rule for everybody speaks against it. A rule for some people only is not met."
    sentence: str = fixed_words()["fits"][match.fit]["sentence"]
    return f"{OTHER_DISEASES} {sentence}" if for_other_diseases(match) and match.fit != "does not fit" else sentence


def counts_of(match: Match) -> str:
    """Say how many rules are met, not met and open."""
    count = {verdict: sum(one.verdict == verdict for one in match.judged) for verdict in ("met", "not met", "unknown")}
    if not match.judged:
        return _parts_counted(match.levels) or "The record states no rules."
    met, failed, still_open = count["met"], count["not met"], count["unknown"]
    said = f"Of {plural(len(match.judged), 'rule')}, {met} met, {failed} not met, {still_open} open."
    return f"{said} {_parts_counted(match.levels)}".strip()


def _parts_counted(levels: Sequence[LevelFit]) -> str:
    """Say how many parts of a trial suit; nothing for a trial without parts."""
    if not levels:
        return ""
    count = Counter("on hold" if one.level.suspended else fixed_words()["verdicts"][one.verdict] for one in levels)
    said = ", ".join(f"{count[state]} {state}" for state in ("met", "open", "not met", "on hold") if count[state])
    return f"Of {plural(len(levels), 'part')} of the trial: {said}."


def row_of(match: Match) -> Row:
    """Set out a match for a short table, with the main reason."""
    fit, trial = fixed_words()["fits"][match.fit], match.trial
    failing = next(iter(_in_order(match.judged, "not met")), None)
    reason, quoted = counts_of(match), ""
    if failing is not None and match.fit in ("does not fit", "not now"):
        line = _line(failing, trial)
        plain = line.rule and failing.item.statement != All(())
        reason = f"{line.must}: {line.rule}." if plain else "This rule is not met:"
        quoted = "; ".join(line.found) or line.quote.marked
    elif (level := best_level(match.levels)) is not None and level.verdict == "not met":
        reason, quoted = "No part of the trial suits.", "; ".join(level.finding.because)
    return Row(
        clean(trial.id, 60), link_of(trial.id), clean(trial.title or trial.id, 140), fit["words"], fit["mark"],
        fit["style"], clean(reason, 260), clean(quoted, 200),
    )  # fmt: skip


def target_effects(trial: Trial) -> tuple[tuple[str, str, str], ...]:
    """Give what the target of a trial's cells may do to healthy parts: name, text, source."""
    named = clean(" ".join([trial.title, *trial.interventions[:20], *trial.keywords[:40]]), 4_000).lower()
    rows = fixed_words()["targets"]
    return tuple((row["name"], row["text"], row["source"]) for row in rows if re.search(row["pattern"], named))


def _in_order(judged: Sequence[Judged], verdict: str) -> list[Judged]:
    """Give the rules of a verdict: what weighs most first, else as the record has them."""
    return sorted(
        (one for one in judged if one.verdict == verdict),
        key=lambda one: (one.item.conditional, _recovers(one), one.item.understood == "not", not one.finding.settle),
    )


def _recovers(judged: Judged) -> bool:
    return judged.finding.recoverable or judged.item.recoverable


def _line(judged: Judged, trial: Trial) -> Line:
    item, finding = judged.item, judged.finding
    heading = f" (“{clean(item.heading, 80)}”)" if item.heading else ""
    return Line(
        rule=in_words(item.statement) if item.understood == "whole" else "",
        must="You need" if item.kind == "inclusion" else "Not allowed",
        found=tuple(clean(fact, 240) for fact in finding.because[:6]),
        settle=steps_of(finding.settle[:6]),
        gap=_gap(judged),
        later=day_in_words(finding.from_day) if finding.from_day else "",
        may_change=_recovers(judged),
        gate=fixed_words()["gates"][item.gate],
        unread=unread_words(item.statement) if item.understood == "part" else (),
        only_some=f"This rule is not for everybody{heading}." if item.conditional else "",
        silent=item.understood == "not",
        quote=quote_of(item, trial, plain=True),
    )


def _gap(judged: Judged) -> str:
    distance = judged.finding.distance
    if judged.verdict != "not met" or distance is None or distance != distance:
        return ""
    unit = clean(judged.finding.unit, 30)
    said = number(abs(distance))
    one = {"points": "point", "year": "year", "week": "week", "day": "day"} if said == "1" else {}
    return f"{said} {one.get(unit) or UNITS.get(unit, unit)}".strip() + " from the limit"


def _later(judged: Sequence[Judged]) -> tuple[str, ...]:
    """Say what may change, and when: rest times that end, and rules that may be met on another day."""
    waits = {one.finding.from_day: one for one in judged if one.finding.from_day and one.verdict != "met"}
    said = []
    for day, one in sorted(waits.items())[:6]:
        names = f" ({in_words(one.item.statement)})" if one.item.understood == "whole" else ""
        said.append(f"A rest time is over on {day_in_words(day)}{names}.")
    others = sum(_recovers(one) and not one.finding.from_day and one.verdict == "not met" for one in judged)
    if others:
        said.append(f"{plural(others, 'rule')} not met today may be met later, as a value can get better.")
    return tuple(said)


def _gates(match: Match) -> tuple[tuple[str, str], ...]:
    words = fixed_words()
    return tuple((words["gates"][gate], words["verdicts"][match.gates[gate]]) for gate in GATES if gate in match.gates)


def _parts(levels: Sequence[LevelFit]) -> tuple[LevelLine, ...]:
    """Set out the parts of a trial, the one that suits best first."""
    best = best_level(tuple(levels))
    ordered = sorted(levels, key=lambda level: (level is not best, level.level.suspended))
    return tuple(_level(level) for level in ordered[:MOST_LEVELS])


def _level(level: LevelFit) -> LevelLine:
    parts = [clean(part, 60) for part in (level.level.step, level.level.arm, level.level.dose) if part]
    steps = (f"what would settle it: {step}" for step in steps_of(level.finding.settle[:2]))
    notes = tuple(clean(note, 200) for note in (*level.finding.because[:2], *steps))
    return LevelLine(
        ", ".join(parts) or "no name",
        in_words(level.level.statement),
        fixed_words()["verdicts"][level.verdict],
        level.level.suspended,
        notes,
    )


def _phase(phase: str) -> str:
    """Write a phase as people do.

    >>> _phase("PHASE1, PHASE2"), _phase("EARLY_PHASE1"), _phase("")
    ('Phase 1, Phase 2', 'Early phase 1', '')
    """
    said = re.sub(r"phase[_ ]?([0-9])", r"phase \1", clean(phase, 60).replace("EARLY_", "early ").lower())
    return "" if said in ("na", "n/a", "not applicable") else re.sub(
        r"^[a-z]|(?<=, )p|(?<=/)p", lambda found: found[0].upper(), said
    )  # fmt: skip


def _place(site: Site | None, distance: float | None) -> str:
    if site is None:
        return ""
    name = (
        clean(", ".join(part for part in (site.name, site.city, site.country) if part), 160) or "a place with no name"
    )
    far = (
        ""
        if distance is None or distance != distance
        else f", about {max(distance, 1):,.0f} km away in a straight line"
    )
    return f"{name}{far}"


def _places(sites: tuple[Site, ...]) -> str:
    countries = list(dict.fromkeys(clean(site.country, 40) for site in sites if site.country))
    if not sites:
        return "the record names no place."
    where = f" in {', '.join(countries[:6])}" if countries else ""
    return f"{plural(len(sites), 'place')}{where}{' and elsewhere' if len(countries) > 6 else ''}."


def _path(trial: Trial) -> tuple[str, ...]:
    """Say what our own study file knows of the path; nothing for a record of a registry."""
    if trial.study is None:
        return ()
    facility, infusion = trial.study.facility, trial.study.infusion
    tests = facility.release_days or 0.0
    said = [
        f"The cells grow for up to {number(facility.culture_days)} days. Tests take about {number(tests)} days. "
        f"The trips take about {number(facility.shipping_days)} days."
    ]
    if infusion.lymphodepletion:
        drugs = ", ".join(clean(one.drug, 40) for one in infusion.lymphodepletion)
        days = {day for one in infusion.lymphodepletion for day in one.days}
        said.append(f"Conditioning takes {plural(len(days), 'day')} of drugs ({drugs}).")
    if infusion.max_infusions > 1:
        said.append(f"There can be up to {number(infusion.max_infusions)} infusions.")
    return tuple(said)

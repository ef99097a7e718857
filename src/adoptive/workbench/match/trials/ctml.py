"""Trials in CTML, MatchMiner's markup, as trials with levels: each step, arm and dose level with all that it asks for.

A level asks for what its trial, its step, its arm and itself ask for, and takes nobody while any of them is suspended.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from typing import Any, Final

from adoptive.errors import StudyError
from adoptive.trial.eligibility.statements import All, Quantity, Statement
from adoptive.workbench.match.trials.criteria import criteria_items
from adoptive.workbench.match.trials.match_tree import Tree
from adoptive.workbench.match.trials.texts import line, lines, prose, section
from adoptive.workbench.match.types import Item, Level, Site, Status, Trial

__all__ = ["is_ctml", "trial_of_ctml"]

STATUS: Final[Mapping[str, Status]] = {
    "open to accrual": "open",
    "open": "open",
    "recruiting": "open",
    "not yet recruiting": "not yet open",
    "not yet open": "not yet open",
    "enrolling by invitation": "by invitation",
    "closed to accrual": "closed",
    "closed": "closed",
    "active not recruiting": "closed",
    "on hold": "closed",
    "suspended": "closed",
    "temporarily closed": "closed",
    "temporarily closed to accrual": "closed",
    "terminated": "closed",
    "withdrawn": "closed",
    "complete": "closed",
    "completed": "closed",
    "irb study closure": "closed",
}
"""Words of recruitment in use; what is not here is unknown."""

PHASES: Final[Mapping[str, str]] = {
    "0": "Early phase 1",
    **dict.fromkeys(("1", "I"), "Phase 1"),
    **dict.fromkeys(("2", "II"), "Phase 2"),
    **dict.fromkeys(("3", "III"), "Phase 3"),
    **dict.fromkeys(("4", "IV"), "Phase 4"),
}

MOST_LEVELS: Final = 2000
_LEVELS: Final = (("step", "step_code", "step_description", "step_suspended"),
                  ("arm", "arm_code", "arm_description", "arm_suspended"),
                  ("dose_level", "level_code", "level_description", "level_suspended"))  # fmt: skip
"""Each kind of level: its key, and the keys of its code, its words and its suspension."""

_YES: Final = ("y", "yes", "true")


def is_ctml(value: object) -> bool:
    """Say whether a table looks like CTML."""
    return isinstance(value, Mapping) and ("treatment_list" in value or "match" in value)


def trial_of_ctml(document: Mapping[str, Any], *, source: str) -> Trial:
    """Read one CTML document.

    Its match trees become the levels' statements (:mod:`adoptive.workbench.match.trials.match_tree`); sentences under
    ``prior_treatment_requirements`` become items, and so does the age group "Adult".

    Raises
    ------
    StudyError
        A mistake in the structure of a match tree; it names the place.
    """
    levels = tuple(_levels(document))
    text = _requirements(document.get("prior_treatment_requirements"))
    items = criteria_items(text) if text else ()
    number = line(document.get("nct_id")) or line(document.get("protocol_no")) or line(document.get("protocol_id"))
    sponsors = _entries(section(document, "sponsor_list").get("sponsor"))
    return Trial(
        id=number or source,
        title=line(document.get("long_title")) or line(document.get("short_title")) or number or source,
        source=source,
        format="ctml",
        status=_status(document),
        phase=_phase(line(document.get("phase"))),
        summary=prose(document.get("nct_purpose") or document.get("summary"), most=5000).strip(),
        sponsor=next((line(who.get("sponsor_name")) for who in sponsors), "") or line(document.get("sponsor")),
        interventions=_drugs(section(document, "drug_list").get("drug")),
        keywords=tuple(key for name in ("nct_id", "protocol_no", "short_title") if (key := line(document.get(name)))),
        sites=tuple(_sites(section(document, "site_list").get("site"))),
        criteria_text=text,
        items=(*items, *_age_group(document.get("age"), first=len(items) + 1)),
        levels=levels,
        updated=_day(line(document.get("last_updated"))),
        notes=() if number else ("The document has no number; it is called by its file",),
    )


def _levels(document: Mapping[str, Any]) -> Iterator[Level]:
    """Go down step by arm by dose level; the deepest that there is counts."""
    tree = Tree()
    top = tree.statement(document.get("match"), "match")
    treatments = document.get("treatment_list")
    if treatments is not None and not isinstance(treatments, Mapping):
        raise StudyError("treatment_list is no table", allowed="step: a list of steps", next_step="correct it")
    found = list(_below(section(treatments), "treatment_list", 0, (), (top,), False, tree))
    yield from found or ([Level("", "", "", top, False)] if document.get("match") else [])


def _below(
    owner: Mapping[str, Any], place: str, depth: int, names: tuple[str, ...], asked: tuple[Statement, ...],
    suspended: bool, tree: Tree,
) -> Iterator[Level]:  # fmt: skip
    key, code, words, stop = _LEVELS[depth]
    for number, level in enumerate(_listed(owner.get(key), f"{place}.{key}"), 1):
        here = f"{place}.{key}[{number}]"
        if not isinstance(level, Mapping):
            raise StudyError("this is no table", where=here, next_step=f"write a {key} with its match")
        called = (*names, ": ".join(text for name in (code, words) if (text := line(level.get(name)))) or str(number))
        wanted = (*asked, tree.statement(level.get("match"), f"{here}.match"))
        stopped = suspended or line(level.get(stop)).lower() in _YES or level.get(stop) is True
        deeper = depth < 2 and level.get(_LEVELS[depth + 1][0])
        if deeper:
            yield from _below(level, here, depth + 1, called, wanted, stopped, tree)
        else:
            step, arm, dose = (*called, "", "")[:3]
            yield Level(step, arm, dose, joined(wanted), stopped)


def joined(parts: tuple[Statement, ...]) -> Statement:
    """Join what several levels ask for; what asks for nothing is left out."""
    asked = tuple(dict.fromkeys(part for part in parts if part != All(())))
    return asked[0] if len(asked) == 1 else All(asked)


def _listed(value: object, place: str) -> list[Any]:
    if value is None or value == "":
        return []
    if isinstance(value, Mapping):
        return [value]
    if not isinstance(value, list):
        raise StudyError("a list is needed here", where=place, value=line(value) or None)
    if len(value) > MOST_LEVELS:
        raise StudyError("too many entries", where=place, value=len(value), allowed=f"at most {MOST_LEVELS}")
    return value


def _entries(value: object) -> list[Mapping[str, Any]]:
    found = value if isinstance(value, list) else [value]
    return [entry for entry in found[:MOST_LEVELS] if isinstance(entry, Mapping)]


def _status(document: Mapping[str, Any]) -> Status:
    """Read the recruitment status: of the summary, or of the document."""
    for name in ("_summary", "summary"):
        stated = section(document, name).get("status")
        for entry in _entries(stated):
            return _word(entry.get("value"))
        if isinstance(stated, str):
            return _word(stated)
    return _word(document.get("status"))


def _word(value: object) -> Status:
    return STATUS.get(" ".join(line(value).lower().replace("_", " ").replace(",", " ").split()), "unknown")


def _phase(text: str) -> str:
    parts = text.upper().replace("PHASE", " ").replace("/", " ").split()
    return "/".join(PHASES[part] for part in parts) if parts and all(part in PHASES for part in parts) else text


def _day(text: str) -> str:
    for form in ("%Y-%m-%d", "%B %d, %Y", "%b %d, %Y"):
        try:
            return datetime.datetime.strptime(text, form).date().isoformat()
        except ValueError:
            continue
    return ""


def _drugs(found: object) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for entry in _entries(found) if (name := line(entry.get("drug_name")))))


def _sites(found: object) -> Iterator[Site]:
    for site in _entries(found):
        yield Site(
            name=line(site.get("site_name")),
            city=line(site.get("city")),
            country=line(site.get("country")),
            status=_word(site.get("site_status")),
        )


def _requirements(found: object) -> str:
    """Write the sentences of a list as a criteria text."""
    said = lines(found, most=500)
    return "Inclusion Criteria:\n\n" + "\n".join(f"* {sentence}" for sentence in said) if said else ""


def _age_group(value: object, *, first: int) -> tuple[Item, ...]:
    if line(value).lower() not in ("adult", "adults"):
        return ()
    return (Item(first, "inclusion", f"Age: {line(value)}", Quantity("age_years", ">=", 18.0), "whole", origin="age"),)

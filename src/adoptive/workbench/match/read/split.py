"""Splitting an eligibility text into items, each with the exact span of its own words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, Literal

from adoptive.workbench.match.read.blocks import BULLET, lead_of
from adoptive.workbench.match.read.tidy import tidy
from adoptive.workbench.match.types import Gate

__all__ = ["RawItem", "split_criteria"]

Sort = Literal["inclusion", "exclusion", ""]


@dataclass(frozen=True)
class RawItem:
    """Hold an item before reading: ``criteria_text[start:end]`` is ``text``.

    ``kind`` "" means that no heading tells whether it includes or excludes. ``heading`` is the group it stands in,
    ``conditional`` that the group is not everybody's, ``gate`` what the heading says of the time, None if nothing.
    """

    kind: Sort
    text: str
    start: int
    end: int
    heading: str = ""
    conditional: bool = False
    gate: Gate | None = None
    time: str = ""
    """The span of time that the lead-in of its list states."""


@dataclass(frozen=True)
class _Line:
    """Hold a line: where its words stand, how deep its bullet is indented, and the bullet."""

    start: int
    end: int
    indent: int
    bullet: str
    blank_before: bool


@dataclass(frozen=True)
class _Place:
    """Hold what the headings so far say."""

    kind: Sort = ""
    heading: str = ""
    conditional: bool = False
    gate: Gate | None = None
    time: str = ""


_LINE: Final = re.compile(r"[^\n\r\x0b\x0c\x85\u2028\u2029]+")
_BULLET: Final = re.compile(rf"[ \t\u00a0]*(?P<bullet>{BULLET})?[ \t\u00a0]*")
_INCLUSION: Final = re.compile(
    (
        r"\binclusion|\beligible\b(?! for exclusion)|\binclude[sd]?\b|\beligibility criteria\b|\bmust (?:meet|fulfil|"
        r"satisfy)\b"
    ),
    re.IGNORECASE,
)
_EXCLUSION: Final = re.compile(
    r"\bexclusions?\b|\bexclude[sd]?\b|\bineligible\b|\bnot (?:be )?eligible\b|\bnon-?inclusion\b", re.IGNORECASE
)
_HEADING: Final = re.compile(
    r"(?:\W{0,6})(?:(?:\d{1,2}|[A-Z])[.)]\s*)?(?:(?:key|main|major|general|additional|other|specific|"
    r"disease[- ]specific|common|principal|full|patient|subject|participant|study|trial|donor|recipient|selected|"
    r"abbreviated|protocol|core|primary|secondary|overall|procurement|treatment|pre-?screening|screening|"
    r"enrolment|"
    r"enrollment|leukapheresis|apheresis|infusion|lymphodepletion|clinical|disease|eligibility)[ ,:/-]+){0,4}"
    r"(?:(?:criteria for )?(?:inclusion|exclusion|non-inclusion|eligibility)(?:[ /](?:inclusion|"
    r"exclusion))?(?:\s+(?:criteria|criterion|requirements|conditions|factors))?|criteria for (?:inclusion|"
    r"exclusion)|(?:inclusion|exclusion)s)"
    r"(?P<more>\s*(?:[-,(/\[]|(?:for|at|to|of|before|prior|in|during|on|as|and|include|includes|are|is|specific|"
    r"related)\b)[^:;.]{0,120})?\s*(?P<end>[:.]?)\W{0,6}",
    re.IGNORECASE,
)
_SENTENCE_HEADING: Final = re.compile(
    r"\W{0,4}(?:(?:all |the |potential |prospective )?(?:patients?|subjects?|participants?|individuals?|"
    r"a patient|a subject)(?: (?:are|is|will be|may be|must be|should be|who|meeting|with|must|cannot|with any|"
    r"shall|can))[^:]{0,160}|to be (?:eligible|included|enrolled|considered)[^:]{0,120}|"
    r"(?:the )?(?:presence of )?any of the following[^:]{0,100}|(?:patients|subjects|participants) (?:meeting|"
    r"with|who (?:meet|have)) any of the following[^:]{0,100}):\W{0,4}",
    re.IGNORECASE,
)
_GROUP: Final = re.compile(
    r"\W{0,4}(?P<name>(?:(?i:(?:for |in )?(?:the )?(?:dose[- ]?(?:escalation|expansion)|expansion|"
    r"phase [0-9iI]{1,3}[ab]?|cohorts?|arms?|parts?|groups?|strat(?:um|a)|substudy|sub-study)\b)[^:;.]{0,80}|"
    r"(?i:(?:for |in )(?:patients|subjects|participants|those|adults|children|women|men|donors?)\b)[^:;.]{0,100}|"
    r"(?:[Ff]or )?[A-Z][\w /,()'-]{1,70} (?:cohort|arm|group|patients|subjects|participants|only|"
    r"disease cohort)s?(?: only)?|"
    r"(?i:(?:additional |disease[- ]specific )(?:criteria|requirements))[^:;.]{0,80})):?\W{0,4}",
)
_EVERYBODY: Final = re.compile(
    r"\b(?:all (?:cohorts|arms|patients|subjects|participants|groups|parts)|general|common)\b", re.IGNORECASE
)
_GATES: Final[tuple[tuple[Gate, re.Pattern[str]], ...]] = (
    ("infusion day", re.compile(r"\b(?:day of|time of|at) (?:the )?(?:[\w-]+ ){0,3}infusion", re.IGNORECASE)),
    (
        "procurement",
        re.compile(
            r"\bprocurement|leuk?apheresis|\bapheresis|screening|enrol|consent|registration|collection", re.IGNORECASE
        ),
    ),
    ("treatment", re.compile(r"\btreatment|infusion|lymphodeplet|conditioning|preparative", re.IGNORECASE)),
)


def split_criteria(text: str) -> tuple[RawItem, ...]:
    r"""Split an eligibility text into its items, in order; an item's span holds its own words only.

    Headings ("Inclusion Criteria:", "Key exclusion", "Cohort A:") are no items; they tell what the items under them
    are. A nested list stays with its lead-in, unless the lead-in says that all of it counts.

    >>> [(item.kind, item.text) for item in split_criteria("Inclusion Criteria:\n* Age >= 18\n\nExclusion:\n- HIV")]
    [('inclusion', 'Age >= 18'), ('exclusion', 'HIV')]
    """
    items: list[RawItem] = []
    place = _Place()
    lines = list(_inline(text, list(_lines(text))))
    at = 0
    while at < len(lines):
        line = lines[at]
        words = text[line.start : line.end]
        new = _heading(words, place, line, lines, at)
        if new is not None:
            place, at = new, at + 1
            continue
        stop = _reach(text, lines, at)
        items += _items(text, lines[at:stop], place)
        at = stop
    return tuple(items)


def _lines(text: str) -> Iterator[_Line]:
    """Give the lines that hold words, each without its bullet."""
    last = 0
    for found in _LINE.finditer(text):
        bullet = _BULLET.match(text, found.start(), found.end())
        assert bullet is not None
        start, end = bullet.end(), found.end()
        while end > start and text[end - 1].isspace():
            end -= 1
        while start < end and text[start].isspace():
            start += 1
        if start >= end:
            continue
        mark = bullet["bullet"] or ""
        indent = len(text[found.start() : bullet.start("bullet") if mark else start].expandtabs(4))
        blank = bool(re.search(r"\n[ \t\r]*\n", text[last : found.start()].replace("\r\n", "\n"))) if last else True
        yield _Line(start, end, indent, mark, blank)
        last = found.end()


_INLINE_HEAD: Final = re.compile(
    (
        r"(?:(?:(?<=[.;:])|(?<=\A))\s*(?:(?:key|main|major)\s+)?(?:inclusion|exclusion)\s+criteria\s*"
        r"(?::|-|(?=\d[.)]))|(?<=\s)(?-i:(?:(?:Key|Main|Major)\s+)?(?:Inclusion|Exclusion)\s+Criteria|"
        r"(?:KEY\s+)?(?:INCLUSION|EXCLUSION)\s+CRITERIA)\s*:(?=\s))\s*"
    ),
    re.IGNORECASE,
)
_INLINE_NUMBER: Final = re.compile(r"(?:(?<=[\s;.:])|\A)(?:\((?P<a>\d{1,2})\)|(?P<b>\d{1,2})[.)])(?=\s+\D)")


def _inline(text: str, lines: list[_Line]) -> Iterator[_Line]:
    """Cut lines that hold a heading with items behind it, or a whole numbered list."""
    for line in lines:
        for head in _at_headings(text, line):
            yield from _at_numbers(text, head)


def _at_headings(text: str, line: _Line) -> Iterator[_Line]:
    start, bullet = line.start, line.bullet
    for found in _INLINE_HEAD.finditer(text, line.start, line.end):
        if found.start() > start and text[start : found.start()].strip():
            yield _tight(text, replace(line, start=start, end=found.start(), bullet=bullet))
        if found.end() >= line.end:
            break
        yield _tight(text, replace(line, start=found.start(), end=found.end(), bullet=""))
        start, bullet = found.end(), ""
    if text[start : line.end].strip():
        yield _tight(text, replace(line, start=start, bullet=bullet))


def _at_numbers(text: str, line: _Line) -> Iterator[_Line]:
    """Cut "1. ... 2. ... 3. ..." on one line, if the numbers really count up from one."""
    marks: list[re.Match[str]] = []
    for found in _INLINE_NUMBER.finditer(text, line.start, line.end):
        if int(found["a"] or found["b"]) == len(marks) + (2 if line.bullet.strip("().\\") == "1" else 1):
            marks.append(found)
    first = line.bullet.strip("().\\") == "1"
    if len(marks) < (1 if first else 2) or (
        not first
        and text[line.start : marks[0].start()].strip(" :;.-")
        and not text[line.start : marks[0].start()].rstrip().endswith(":")
    ):
        yield line
        return
    starts = [line.start, *(mark.end() for mark in marks)]
    ends = [*(mark.start() for mark in marks), line.end]
    for number, (start, end) in enumerate(zip(starts, ends, strict=True)):
        if text[start:end].strip(" \t;,"):
            yield _tight(text, replace(line, start=start, end=end, bullet=line.bullet if number == 0 else f"{number}."))


def _tight(text: str, line: _Line) -> _Line:
    start, end = line.start, line.end
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return replace(line, start=start, end=end)


def _heading(words: str, place: _Place, line: _Line, lines: list[_Line], at: int) -> _Place | None:
    """Read a line as a heading; None where it is an item."""
    if len(words) > 240:
        return None
    plain = tidy(words)
    if not line.bullet and _CHARACTERISTICS.fullmatch(plain):
        return replace(place, kind="inclusion" if place.kind == "inclusion" else "", heading="", conditional=False)
    kind = _kind_of(plain)
    lead = lead_of(plain)
    chooses = lead is not None and (lead.denied or (lead.join == "any" and kind == "inclusion"))
    headed = _HEADING.fullmatch(plain)
    if headed is None and kind and not (line.bullet or chooses):
        headed = _SENTENCE_HEADING.fullmatch(plain)
    if headed is not None and (kind or "eligibility" in plain.lower()):
        cohort = _is_group(plain, headed.groupdict().get("more") or "")
        return _Place(kind, plain.rstrip(":. ") if cohort else "", cohort, _gate(plain))
    if at + 1 == len(lines):
        return None
    lists = bool(lines[at + 1].bullet) and not line.bullet
    if lead is None and (plain.endswith(":") or lists) and _GROUP.fullmatch(plain):
        everybody = bool(_EVERYBODY.search(plain))
        return replace(place, heading="" if everybody else plain.rstrip(":. "), conditional=not everybody)
    topic = plain.endswith(":") and len(plain) < 60 and lists and place.kind
    return place if topic and _TOPIC.fullmatch(plain) else None


_OF_GROUP: Final = re.compile(
    r"\b(?:cohort|arm|part|group|phase|donor|patients with|subjects with|participants with)\b", re.IGNORECASE
)


def _is_group(plain: str, more: str) -> bool:
    """Say whether a heading is of some patients only."""
    return bool(_GROUP.fullmatch(plain) or _OF_GROUP.search(more)) and not _EVERYBODY.search(plain)


_CHARACTERISTICS: Final = re.compile(
    r"(?:(?:disease|patient) characteristics|(?:prior|concurrent)[ /,-]*(?:and |or )?(?:concurrent )?therapy):",
    re.IGNORECASE,
)
"""Headings of older records, whose sections say what patients must be: they end a list of exclusions."""
_TOPIC: Final = re.compile(
    (
        r"(?:adequate )?(?:disease|tumou?r|patient|general|organ|renal|hepatic|haematological|hematologic(?:al)?|"
        r"laboratory|medical|infectious|infection|cardiac|pulmonary|prior|previous|concomitant|concurrent|other|"
        r"demographics?|age|and|or|characteristics?|function|history|therapy|treatments?|medications?|criteria|"
        r"status|conditions?|diseases?|requirements?|values?|exclusions?|,| |/|&)+:?"
    ),
    re.IGNORECASE,
)


def _kind_of(plain: str) -> Sort:
    if _EXCLUSION.search(plain):
        return (
            ""
            if re.search(r"\binclusion\b", plain, re.IGNORECASE)
            and not re.search(r"\bnon-?inclusion", plain, re.IGNORECASE)
            else "exclusion"
        )
    return "inclusion" if _INCLUSION.search(plain) else ""


def _gate(plain: str) -> Gate | None:
    return next((gate for gate, pattern in _GATES if pattern.search(plain)), None)


def _reach(text: str, lines: list[_Line], at: int) -> int:
    """Say where an item ends: hanging lines and a nested list belong to it."""
    first, stop = lines[at], at + 1
    open_lead = text[first.start : first.end].endswith(":")
    while stop < len(lines):
        line = lines[stop]
        deeper = line.indent > first.indent
        if line.bullet:
            nested = deeper or (
                open_lead
                and _other_bullet(first.bullet, line.bullet)
                and bool(first.bullet or not line.blank_before or open_lead)
            )
        else:
            nested = (
                (deeper or bool(first.bullet)) and not line.blank_before and not _is_heading(text, line, lines, stop)
            )
            nested = nested or (not first.bullet and not line.blank_before and _hangs(text, lines[stop - 1], line))
            nested = nested and not _is_heading(text, line, lines, stop)
        if not nested:
            break
        open_lead = open_lead or text[line.start : line.end].endswith(":")
        stop += 1
    return stop


def _is_heading(text: str, line: _Line, lines: list[_Line], at: int) -> bool:
    return _heading(text[line.start : line.end], _Place("inclusion"), line, lines, at) is not None


def _hangs(text: str, before: _Line, line: _Line) -> bool:
    """Say whether a line without bullet goes on with the sentence before it."""
    return text[before.end - 1] not in ".;:" and (text[line.start].islower() or text[before.end - 1] == ",")


def _other_bullet(first: str, second: str) -> bool:
    return _sort(first) != _sort(second)


def _sort(bullet: str) -> str:
    bare = bullet.strip("\\")
    if re.search(r"\d", bare):
        return "1"
    return "a" if re.search(r"[A-Za-z]", bare) else bare


_DEEPEST: Final = 30
"""Lists within lists that are opened; what lies deeper stays one item."""


def _items(text: str, lines: list[_Line], place: _Place, *, depth: int = 0) -> list[RawItem]:
    """Make items of an item's lines: one, or one of each line below a lead-in that says that all count."""
    first = lines[0]
    whole = RawItem(
        place.kind,
        text[first.start : lines[-1].end],
        first.start,
        lines[-1].end,
        place.heading,
        place.conditional,
        place.gate,
        place.time,
    )
    bullets = [number for number, line in enumerate(lines) if number and line.bullet]
    if not bullets or bullets[0] < 1 or depth == _DEEPEST:
        return [whole]
    lead = lead_of(tidy(text[first.start : lines[bullets[0] - 1].end]))
    ways = {"all": ("inclusion",), "any": ("exclusion",), "plain": ("inclusion", "exclusion")}
    ends = any(_OR.search(tidy(text[line.start : line.end])) for line in lines[bullets[0] :])
    timed = (
        lead is not None
        and lead.join == "plain"
        and bool(lead.after)
        and not (lead.before or lead.denied or place.time)
    )
    if (
        lead is None
        or not (lead.bare or timed)
        or place.kind not in ways.get(lead.join, ())
        or (ends and place.kind == "inclusion")
    ):
        return [whole]
    return _below(text, lines[bullets[0] :], replace(place, time=lead.after or place.time), depth + 1)


_OR: Final = re.compile(r"(?:^|[\s,;])(?:and/)?or[:;,.]?$|^or\b", re.IGNORECASE)


def _below(text: str, lines: list[_Line], place: _Place, depth: int) -> list[RawItem]:
    items: list[RawItem] = []
    at = 0
    while at < len(lines):
        stop = at + 1
        while stop < len(lines) and (
            not lines[stop].bullet
            or lines[stop].indent > lines[at].indent
            or (
                lines[stop].indent == lines[at].indent
                and _sort(lines[stop].bullet) != _sort(lines[at].bullet)
                and text[lines[at].end - 1] == ":"
            )
        ):
            stop += 1
        items += _items(text, lines[at:stop], place, depth=depth)
        at = stop
    return items

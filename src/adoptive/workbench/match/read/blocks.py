"""Nested lists inside an item: a lead-in ("at least one of the following:") and the lines below it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from adoptive.workbench.match.read.nodes import nodes_of, stripped
from adoptive.workbench.match.read.tidy import tidy

__all__ = ["BULLET", "Block", "Lead", "blocks_of", "lead_of"]

BULLET: Final = (
    r"(?:\\?[*•●▪◦○‣·–—](?=\s|\w)|\\?-(?=\s|[A-Za-z])|\\?[+](?=\s)|o(?=[ \t])|"
    r"\d{1,2}(?:\.\d{1,2}){1,3}\.?(?=[ \t])|\(?(?:\d{1,2}|[ivxIVX]{1,4}|[a-zA-Z])(?:\\?[.)]|\.\))(?=[ \t]))"
)
"""A bullet or number at the start of a line."""

_LINE: Final = re.compile(rf"(?P<indent>[ \t\u00a0]*)(?P<bullet>{BULLET})?[ \t\u00a0]*(?P<rest>[^\n]*)")
Join = Literal["all", "any", "plain", ""]

_KINDS = (
    r"(?: (?:criteria|criterion|conditions?|requirements?|disorders?|diseases?|features|characteristics|events?|"
    r"treatments?|therapies|categories|situations|laboratory (?:values|criteria|parameters)|values|parameters|"
    r"infections?|medications?|factors|abnormalities|groups|definitions|options|agents|drugs|lab values|"
    r"organ function criteria))?"
)
_MET = (
    r"(?: (?:listed )?below)?(?:,? (?:are|is|must be|must have been|has been|should be|be)? ?(?:met|apply|applies|"
    r"present|fulfilled|satisfied|true))?"
)
_FOLLOWING = rf"(?: of)?(?: the)? following{_KINDS}{_MET}"
_MARKS: Final[tuple[tuple[Join, bool, re.Pattern[str]], ...]] = (
    ("any", True, re.compile(rf"\bnone{_FOLLOWING}|\bnone of\b(?=$)", re.IGNORECASE)),
    ("any", False, re.compile((
        rf"\b(?:at least |a minimum of )?(?:one|1|any|either)(?: \(1\)| one)?(?: or more)?{_FOLLOWING}|"
        rf"\b(?:at least one|one|any|either) of(?: these)?$|\beither$"
    ), re.IGNORECASE)),
    ("all", False, re.compile(rf"\b(?:all|each|both){_FOLLOWING}|\b(?:all|both|each) of(?: these)?$", re.IGNORECASE)),
    ("plain", False, re.compile((
        rf"\b(?:the )?following{_KINDS}{_MET}|\bas (?:listed |defined |outlined |specified )?(?:below|follows)|"
        rf"\bdefined as$"
    ), re.IGNORECASE)),
)  # fmt: skip
_VERBS: Final = re.compile(
    r"\b(?:meet|meets|meeting|fulfil|fulfill|fulfils|fulfills|fulfilling|satisfy|satisfies|satisfying|have|has|"
    r"having|with|including|include|includes|as defined by|as defined|defined by|defined as|as evidenced by|"
    r"evidenced by|as demonstrated by|demonstrated by|as documented by|documented by|as indicated by|as shown by|"
    r"as|by|if|meets the criteria for|"
    r"according to|based on|which includes?|consisting of|who|must|be|is|are)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Lead:
    """Hold a lead-in: how the lines below are joined, and the words that belong to each, before and after.

    ``join`` "plain": as in the list above it; ``denied``: none of the lines may hold.
    """

    join: Join
    denied: bool = False
    before: str = ""
    after: str = ""

    @property
    def bare(self) -> bool:
        """Say whether the lead-in only joins."""
        return not (self.denied or self.before or self.after)


@dataclass(frozen=True)
class Block:
    """Hold a text and the lines below it; ``lead`` None where the lead-in does not tell how they are joined."""

    text: str
    parts: tuple[Block, ...] = ()
    lead: Lead | None = None


@lru_cache(maxsize=1024)
def lead_of(text: str) -> Lead | None:
    """Read a tidied lead-in; None where it is none.

    >>> lead_of("At least one of the following:")
    Lead(join='any', denied=False, before='', after='')
    >>> lead_of("History of any of the following within 6 months:")
    Lead(join='any', denied=False, before='History of', after='within 6 months')
    """
    plain = text.rstrip(" .")
    colon = plain.endswith(":")
    plain = plain.rstrip(" :;-")
    if len(plain) > 400:
        return None
    for join, denied, mark in _MARKS:
        found = mark.search(plain)
        if found is not None:
            return Lead(join, denied, _needed(plain[: found.start()]), _needed(plain[found.end() :]))
    if not colon:
        return None
    if _states_nothing(plain):
        return Lead("plain")
    time = _only_time(plain)
    return None if time is None else Lead("plain", after=time)


def _only_time(plain: str) -> str | None:
    """Give the span of time of a lead-in such as "Adequate organ function within 7 days", if it states nothing else."""
    nodes = nodes_of(plain)
    said = [
        node
        for node in stripped(nodes or (), extra=frozenset({"ie"}))
        if node.role not in ("fill", "who", "gate", "must", "with")
    ]
    return said[0].text if len(said) == 1 and said[0].role == "tail" else None


def _needed(words: str) -> str:
    """Give words that the lines below need; empty where they state nothing."""
    words = words.strip(" ,:;-()")
    return "" if not words or _states_nothing(_VERBS.sub(" ", words)) else words


def _states_nothing(words: str) -> bool:
    plain = tidy(words)
    if not plain.strip(" ,:;"):
        return True
    nodes = nodes_of(plain)
    return nodes is not None and not stripped(nodes, extra=frozenset({"ie"}))


def blocks_of(text: str) -> Block:
    """Cut an item into its lead-in and the lines below it."""
    rows = [_LINE.match(line) for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    found = [
        (len(row["indent"].expandtabs(4)), row["bullet"] or "", row["rest"].strip())
        for row in rows
        if row is not None and row["rest"].strip()
    ]
    if not any(bullet for _, bullet, _ in found[1:]):
        return _inline(" ".join(rest for *_, rest in found))
    return _block([(0, "", found[0][2]), *found[1:]])


def _block(rows: list[tuple[int, str, str]]) -> Block:
    first = next((number for number, row in enumerate(rows) if number and row[1]), len(rows))
    lead = " ".join(rest for *_, rest in rows[:first])
    if first == len(rows):
        return _inline(lead)
    depth = min(row[0] for row in rows[first:] if row[1])
    kinds = {_sort(row[1]) for row in rows[first:] if row[1] and row[0] == depth}
    outer = _sort(rows[first][1])
    parts: list[list[tuple[int, str, str]]] = []
    for row in rows[first:]:
        starts = bool(row[1]) and row[0] <= depth and (len(kinds) < 2 or _sort(row[1]) == outer)
        if starts or not parts:
            parts.append([])
        parts[-1].append(row)
    return _joined(lead, [_block(part) for part in parts])


def _sort(bullet: str) -> str:
    bare = bullet.strip("\\")
    if re.search(r"\d", bare):
        return "1"
    return "a" if re.search(r"[A-Za-z]", bare) and bare != "o" else bare


_TRAILING: Final = re.compile(r"[\s,;.]*\b(?P<join>and/or|and|or)\W*\Z|[\s,;]+\Z", re.IGNORECASE)


def _joined(text: str, parts: list[Block]) -> Block:
    lead = lead_of(tidy(text))
    ends = {
        found["join"].lower()
        for part in parts[:-1]
        for found in [_TRAILING.search(part.text)]
        if found and found["join"]
    }
    starts = {
        found[1].lower() for part in parts[1:] for found in [re.match(r"(and|or)\b", part.text, re.IGNORECASE)] if found
    }
    said = ends | starts
    if lead is None or len(said) > 1 or ("or" in said and lead.join == "all") or ("and" in said and lead.join == "any"):
        return Block(_whole(text, parts), tuple(parts), None)
    if said and lead.join == "plain":
        lead = Lead("any" if said == {"or"} else "all", lead.denied, lead.before, lead.after)
    if said & {"and/or"}:
        lead = Lead("any", lead.denied, lead.before, lead.after)
    return Block(_whole(text, parts), tuple(_clean(part, lead) for part in parts), lead)


def _whole(text: str, parts: list[Block]) -> str:
    return " ".join([text, *(part.text for part in parts)])


def _clean(part: Block, lead: Lead) -> Block:
    if part.parts:
        return part if not (lead.before or lead.after) else Block(part.text, part.parts, None)
    plain = re.sub(r"^(?:and|or)\b\s*", "", _TRAILING.sub("", part.text), flags=re.IGNORECASE)
    return Block(" ".join(word for word in (lead.before, plain.rstrip(" ."), lead.after) if word))


_NUMBERED: Final = re.compile(r"(?:(?<=[\s;,:.])|\A)\(?(?P<mark>\d|[a-h]|i{1,3}|iv|v)\)(?=\s)")


def _inline(text: str) -> Block:
    """Cut "one of the following: (a) X, (b) Y" on one line."""
    marks = [found for found in _NUMBERED.finditer(text)]
    names = [found["mark"] for found in marks]
    counted = any(
        names == row[: len(names)] for row in (list("123456789"), list("abcdefgh"), ["i", "ii", "iii", "iv", "v"])
    )
    if len(marks) < 2 or not counted or text[: marks[0].start()].rstrip()[-1:] not in (":", ""):
        return _inline_plain(text)
    ends = [*(found.start() for found in marks[1:]), len(text)]
    parts = [Block(text[found.end() : end].strip()) for found, end in zip(marks, ends, strict=True)]
    return _joined(text[: marks[0].start()].strip(), parts)


def _inline_plain(text: str) -> Block:
    """Cut "Received the following before enrolment: X within 3 weeks; Y within 1 week" on one line."""
    at = text.find(": ")
    if not 0 < at < 200 or ";" not in text[at:] or re.search(r"\. [A-Z]", text):
        return Block(text)
    lead = lead_of(tidy(text[: at + 1]))
    parts = [part.strip() for part in text[at + 1 :].split(";") if part.strip()]
    if lead is None or lead.bare or len(parts) < 2:
        return Block(text)
    return _joined(text[: at + 1], [Block(part) for part in parts])

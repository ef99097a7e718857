"""Spans of time and gates in criteria: "within 4 weeks before enrolment", "at least 28 days since", "at screening"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from adoptive.workbench.match.read.phrases.numbers import DURATION, NUMBER, days_in
from adoptive.workbench.match.types import Gate

__all__ = ["EVENT", "Tail", "find_tails", "gate_of"]


@dataclass(frozen=True)
class Tail:
    """Hold what a span of time says: within so many days, or (``over``) not within them.

    ``half_lives`` is an alternative span, ``whichever`` which of the two counts; ``leads`` where it stands before its
    thing; ``denied_only`` where only a denial makes sense of it.
    """

    days: float | None
    gate: Gate | None = None
    over: bool = False
    leads: bool = False
    half_lives: str = ""
    whichever: str = ""
    denied_only: bool = False


_SMALL = (
    r"(?:(?:the|a|any|of|their|his/her|planned|scheduled|anticipated|expected|first|start|starting|beginning|"
    r"initiation|initiating|commencement|date|day|time|study|trial|signing|signature|administration|receipt|"
    r"receiving|receives|receive|undergoing|protocol|informed|investigational|product|cell|cells|t-cell|t-cells|"
    r"t|car|car-t|tcr-t|tcr|til|car-t-cell|gene-modified|lymphodepleting|lymphodepletion|lymphodepletive|"
    r"non-myeloablative|preparative|"
    r"conditioning|chemotherapy|initial|collection|planned|giving|entering|entry|into|to|in|and|on|for|providing|"
    r"screening|the|patient|subject|main|written|autologous|dose|treatment|drug|medication|study-specific) ){0,7}"
)
_HEAD = (
    r"(?:leukapheresis|leukaphereses|leucapheresis|apheresis|enrolment|enrollment|registration|randomi[sz]ation|"
    r"(?:assent|consent)(?: ?(?:/|and/or|or|and) ?(?:assent|consent))?|consenting|screening|study entry|"
    r"trial entry|entry|study start|inclusion|recruitment|study|trial|pbmc collection|cell collection|"
    r"blood collection|collection|harvest|tumou?r (?:harvest|resection)|lymphodepletion|"
    r"lymphodepleting chemotherapy|lymphodepleting conditioning|lymphodepleting therapy|lymphodepleting regimen|"
    r"conditioning|preparative regimen|"
    r"preparative chemotherapy|conditioning chemotherapy|conditioning regimen|infusion|infusions|reinfusion|"
    r"treatment|therapy|study drug|drug|dose|dosing|administration|cells|baseline|protocol therapy|"
    r"cycle 1[,]? day 1|c1d1|day 0|"
    r"lymphodepleting|signature|preparation|chemotherapy|intervention|t-cells|vaccination|injection|transfusion)"
)
EVENT: Final = (
    rf"{_SMALL}{_HEAD}(?: (?:visit|period|procedure|date|assessment|in(?:to)? (?:this|the) (?:study|trial)|"
    rf"on (?:this|the) (?:study|trial)|"
    r"of (?:the )?(?:study|study drug|study treatment|study therapy|car-?t(?: cells?)?|car-t-cells?|t[- ]cells?|"
    r"investigational product|the product|product|investigational therapy|cells|treatment|lymphodepletion|"
    r"lymphodepleting chemotherapy)|infusion|treatment))?"
)
"""A moment of a trial, as in "before leukapheresis"."""

_BEFORE = r"(?:before|prior to|of|from|preceding|to|until)"
_SPAN = rf"(?:{DURATION})"
_HALF = (
    rf"{NUMBER}(?: ?\({NUMBER}\))? (?:drug |elimination |plasma |known )?half[- ]?(?:life|lives)(?: of (?:the|"
    rf"that) (?:drug|agent|treatment|therapy))?"
)
_WHICHEVER = (
    r"(?:,? ?\(?(?:whichever|which ever) (?:(?:period )?(?:is|of the two is|comes|"
    r"occurs) )?(?:the )?(?P<which{n}>shorter|longer|less|greater|first|later|earlier)\)?,?)?"
)
_ALTERNATIVE = rf"(?:,? or (?:at least |within )?(?P<half>{_HALF})" + _WHICHEVER.format(n="1") + ")?"
_TO_EVENT = rf"(?:,? {_BEFORE} (?P<event>{EVENT}))?"
_NOT_WORD = r"(?![\w/-])"

_WITHIN = re.compile(
    r"\b(?:at any time |any time )?(?:(?:with)?in (?:the )?(?:last |past |previous |prior |preceding |first )?|"
    r"(?:during|over|for|in) the (?:last |past |previous |prior |preceding )|within (?:the )?)"
    rf"(?P<span>{_SPAN}){_ALTERNATIVE}{_TO_EVENT}" + _WHICHEVER.format(n="2") + _NOT_WORD,
    re.IGNORECASE,
)
_LESS_THAN = re.compile(
    (
        rf"(?:\bless than|\bfewer than|\bunder|<=?|<) ?(?P<span>{_SPAN}){_ALTERNATIVE},? (?:before|prior to|"
        rf"preceding) (?P<event>{EVENT})"
    )
    + _WHICHEVER.format(n="2")
    + _NOT_WORD,
    re.IGNORECASE,
)
_HALF_FIRST = re.compile(
    rf"\bwithin (?:the )?(?P<half>{_HALF}),? or (?:within )?(?P<span>{_SPAN})"
    + _WHICHEVER.format(n="1")
    + _TO_EVENT
    + _WHICHEVER.format(n="2")
    + _NOT_WORD,
    re.IGNORECASE,
)
_DENIED = re.compile(
    rf"\b(?:for|in) (?:at least |a minimum of |>= ?)?(?P<span>{_SPAN}){_TO_EVENT}" + _NOT_WORD, re.IGNORECASE
)
_LONG = (
    r"(?:at least|a minimum of|minimum of|>=|>|more than|greater than or equal to|greater than|no less than|"
    r"not less than)"
)
_ELAPSED = r"(?:must have |should have |have |has |must |having )?(?:been |elapsed |passed |be |past )?"
_SINCE = re.compile(
    rf"(?:(?P<long>{_LONG}) ?|\b(?P<exact>a |an )?)(?P<span>{_SPAN}){_ALTERNATIVE} {_ELAPSED}(?:since|from|after|"
    rf"between|following|post) (?:the )?(?:(?:time|date|day|completion|end|last|any|most|recent|prior|previous|"
    rf"final|the|of|"
    r"receipt|administration|dose|doses|receiving|treatment with|therapy with|cycle|course) ){0,8}(?=\S)",
    re.IGNORECASE,
)
_SHORT_SINCE = re.compile(
    (
        rf"(?:\bless than|\bfewer than|<) ?(?P<span>{_SPAN}) (?:have |has )?(?:elapsed |passed )?(?:since|from|after|"
        rf"following) (?:the )?(?:(?:time|date|completion|end|last|any|most|recent|prior|previous|final|the|of|"
        rf"receipt|administration|dose) ){{0,8}}(?=\S)"
    ),
    re.IGNORECASE,
)
_STOPPED = re.compile(
    rf"\b(?:(?:must|should) (?:have been|be|have) |(?:was|were|has been|have been|been) )?(?:completed|stopped|"
    rf"discontinued|finished|ended|washed out|terminated|"
    rf"ceased) (?:{_LONG}) ?(?P<span>{_SPAN}){_ALTERNATIVE},? (?:before|prior to|preceding|from) "
    rf"(?P<event>{EVENT})" + _WHICHEVER.format(n="2") + _NOT_WORD,
    re.IGNORECASE,
)
_AT = re.compile(
    (
        rf"\b(?P<how>on the day of|at the time of|at time of|at the|at|prior to|before|on day of|"
        rf"immediately (?:before|prior to)|until) (?P<event>{EVENT}){_NOT_WORD}"
    ),
    re.IGNORECASE,
)
_ELAPSED_TAIL = re.compile(
    (
        rf"\b(?:must have|should have|have|has) (?:elapsed|passed)(?: (?:before|"
        rf"prior to) (?P<event>{EVENT}))?{_NOT_WORD}"
    ),
    re.IGNORECASE,
)
_TREATED = re.compile(
    (
        r"infusion|lymphodeplet|conditioning|preparative|treatment|\bdos(?:e|ing)\b|drug|therapy|cycle 1|c1d1|day 0|"
        r"administration|\bcells$|injection|chemotherapy|intervention"
    ),
    re.IGNORECASE,
)
_OTHER = re.compile(
    (
        r"(?:the |a |any |first |start of |starting |of )*(?:chemotherapy|vaccination|transfusion|injection|drug|"
        r"collection)"
    ),
    re.IGNORECASE,
)
_PROCURED = re.compile(
    r"apheresis|collection|harvest|resection|consent|assent|enrol|screening|registration|randomi|entry", re.IGNORECASE
)


def gate_of(event: str, *, how: str = "") -> Gate:
    """Say which gate a moment belongs to: what comes after the cells are made is "treatment".

    >>> gate_of("start of leukapheresis"), gate_of("the CAR-T infusion"), gate_of("infusion", how="on the day of")
    ('procurement', 'treatment', 'infusion day')
    """
    if _PROCURED.search(event) or not _TREATED.search(event):
        return "procurement"
    same_day = "day of" in how.lower() or "time of" in how.lower() or re.search(r"\bday of\b", event, re.IGNORECASE)
    return "infusion day" if same_day and "infusion" in event.lower() and "within" not in how.lower() else "treatment"


def _tail(found: re.Match[str], *, over: bool = False, leads: bool = False, denied_only: bool = False) -> Tail | None:
    said = found.groupdict()
    days = days_in(said["span"])
    if days is None:
        return None
    if said.get("event") and _OTHER.fullmatch(said["event"]):
        return None
    event, half = said.get("event"), said.get("half") or ""
    which = (said.get("which1") or said.get("which2") or "").lower()
    which = {"less": "shorter", "first": "shorter", "greater": "longer", "later": "longer", "earlier": "shorter"}.get(
        which, which
    )
    if which and not half:
        return None
    gate = None if event is None else gate_of(event, how="within")
    return Tail(days, gate, over, leads, half, which, denied_only)


def find_tails(text: str) -> list[tuple[int, int, Tail | Gate]]:
    """Find the spans of time and the moments that a tidied text names, each with its place.

    >>> [tail for *_, tail in find_tails("chemotherapy within 4 weeks before leukapheresis")]
    [Tail(days=28.0, gate='procurement', ...), 'procurement']
    """
    found: list[tuple[int, int, Tail | Gate]] = []
    rows = (
        (_WITHIN, False, False, False), (_LESS_THAN, False, False, False), (_HALF_FIRST, False, False, False),
        (_DENIED, False, False, True),
        (_SINCE, True, True, False), (_SHORT_SINCE, False, True, False), (_STOPPED, True, False, False),
    )  # fmt: skip
    if re.search(r"day|week|month|year|hour|wk|yr|hr", text, re.IGNORECASE):
        for pattern, over, leads, denied_only in rows:
            for match in pattern.finditer(text):
                tail = _tail(match, over=over, leads=leads, denied_only=denied_only)
                if tail is not None:
                    found.append((match.start(), match.end() - (match[0][-1] in " ,"), tail))
    for match in _AT.finditer(text):
        if not _OTHER.fullmatch(match["event"]):
            found.append((*match.span(), gate_of(match["event"], how=match["how"])))
    for match in _ELAPSED_TAIL.finditer(text):
        found.append((*match.span(), gate_of(match["event"]) if match["event"] else "procurement"))
    return found

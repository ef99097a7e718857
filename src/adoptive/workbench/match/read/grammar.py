"""Reading one item: phrases, joined by what stands between them. Understood is only what was wholly consumed."""

from __future__ import annotations

import dataclasses
import re
from typing import Literal

from adoptive.trial.eligibility.statements import (
    All,
    AnyOf,
    Disease,
    Has,
    Named,
    Not,
    Quantity,
    Statement,
    Treated,
    Unread,
)
from adoptive.workbench.match.read.apply import MODIFIERS, classes, leaves, timed_values, unsure
from adoptive.workbench.match.read.blocks import Block, blocks_of
from adoptive.workbench.match.read.compose import read_clause
from adoptive.workbench.match.read.later import loosened_later
from adoptive.workbench.match.read.lists import Kind
from adoptive.workbench.match.read.nodes import Node, Nodes, cut, gates_in, holds, nodes_of, stripped, text_of
from adoptive.workbench.match.read.tails import Tail, find_tails
from adoptive.workbench.match.read.tidy import tidy
from adoptive.workbench.match.types import Gate, Understood

__all__ = ["read_item", "understood_of"]

_LOOSENS = re.compile(
    r"\b(?:unless|except\w*|excluding|other than|if|when|where|however|allowed|permitted|eligible|acceptable|may|"
    r"waived?|exempt|not required|not apply|only|those|these|this|provided|cohorts?|arms?|in case|in cases|"
    r"in patients|for patients|"
    r"in subjects|for subjects|in participants|for participants|in those|either|following|above|below|otherwise|"
    r"alternatively|optional|preferred|should not)\b",
    re.IGNORECASE,
)


_ENDING = re.compile(r"[\s,;]*\b(?:and/or|and|or)[\s.;,:]*$", re.IGNORECASE)


def read_item(
    text: str, kind: Literal["inclusion", "exclusion"], *, time: str = ""
) -> tuple[Statement, Understood, Gate | None]:
    """Read an item: its statement, how much of it was understood, and the gate that it names itself, if any.

    The statement is what the text says; an exclusion is not turned round. What was not understood is
    :class:`~adoptive.trial.eligibility.statements.Unread`.

    ``time`` is a span of time that the list's lead-in states of its values ("within 7 days before leukapheresis").

    >>> read_item("ECOG 0-1 and age at least 18 years", "inclusion")[1]
    'whole'
    """
    block = blocks_of(text)
    gates: set[Gate] = set()
    statement = _read_block(block, kind, gates)
    for *_, tail in find_tails(tidy(time)) if time else ():
        if isinstance(tail, Tail):
            statement = timed_values(statement, tail)
            gates |= {tail.gate} if tail.gate else set()
    gate = next(iter(gates)) if len(gates) == 1 else None
    return statement, understood_of(statement), gate


def understood_of(statement: Statement) -> Understood:
    """Say how much of a text its statement holds.

    >>> understood_of(All((Unread("x"),))), understood_of(All(()))
    ('not', 'whole')
    """
    found = leaves(statement)
    unread = sum(isinstance(leaf, Unread) for leaf in found)
    if unread == 0:
        return "whole"
    return "not" if unread == len(found) else "part"


def _read_block(block: Block, kind: Kind, gates: set[Gate]) -> Statement:
    if not block.parts:
        return _read_text(tidy(block.text), kind, gates)
    lead = block.lead
    if lead is None:
        return Unread(tidy(block.text))
    every = lead.join == "all" or (lead.join == "plain" and kind == "inclusion")
    inner: Kind = "inclusion" if every and not lead.denied else "exclusion"
    parts = tuple(_read_block(part, inner if lead.join == "plain" else kind, gates) for part in block.parts)
    if lead.denied:
        return Not(AnyOf(parts))
    return All(parts) if every else AnyOf(parts)


_TURNS = frozenset(("no", "except", "unless", "if", "permit", "forbid", "eg", "ie", "either way", "must"))
_MOST_TURNS = 25
"""Words within whose reach the rest is read again: nobody writes more of them into an item."""


def _read_text(text: str, kind: Kind, gates: set[Gate]) -> Statement:
    nodes = nodes_of(_ENDING.sub("", text))
    if nodes is None or sum(node.role in _TURNS for node in nodes) > _MOST_TURNS:
        return Unread(text)
    gates |= gates_in(nodes)
    sentences = cut(nodes, "dot")
    clauses = [(clause, number) for number, sentence in enumerate(sentences) for clause in cut(sentence, "semi")]
    clauses = [(clause, number) for clause, number in clauses if stripped(clause)]
    if not clauses:
        return Unread(text)
    if len(clauses) == 1:
        return _read_one(clauses[0][0], kind, text)
    return _read_several(clauses, kind, text)


def _read_one(clause: Nodes, kind: Kind, text: str) -> Statement:
    whole = read_clause(clause, kind)
    if whole is not None:
        return whole
    return _in_part(clause, kind) or _narrowed(clause, kind) or Unread(text)


_NARROWS = re.compile(
    (
        r"(?:requiring|requires?|that|which|who|whom|with|not|no|without|needing|despite|resulting|considered|"
        r"causing|leading|occurring|persisting|lasting|or requiring)\b"
    ),
    re.IGNORECASE,
)


_FAR = 60
"""Pieces before the words that narrow; a clause of more is not one thing."""


def _narrowed(clause: Nodes, kind: Kind) -> Statement | None:
    """Read what unread words behind it narrow: "platelets >= 75 without transfusion", "infection that needs a drip"."""
    if _LOOSENS.search(text_of(clause)) or holds(
        clause, "or", "semi", "permit", "forbid", "except", "unless", "if", "eg", "ie", "either"
    ):
        return None
    for at in range(1, min(len(clause), _FAR)):
        if _NARROWS.match(clause[at].text) and not holds(clause[:at], "left over"):
            head = read_clause(clause[:at], kind)
            if head is None:
                continue
            rest = read_clause(clause[at:], kind) if clause[at].role == "no" and classes(head) == {Quantity} else None
            if rest is not None:
                return All((head, rest))
            return _narrower(head, Unread(text_of(clause[at:])), plain=not holds(clause[at:], "and", "comma"))
    return None


def _narrower(head: Statement, rest: Unread, *, plain: bool) -> Statement | None:
    if classes(head) == {Quantity}:
        return All((head, rest))
    thing = head.part if isinstance(head, Not) else head
    if not plain or not isinstance(thing, Has | Treated | Disease):
        return None
    narrow = All((thing, rest))
    return Not(narrow) if isinstance(head, Not) else narrow


def _in_part(clause: Nodes, kind: Kind) -> Statement | None:
    """Read what can be read of a list in which some things were not understood; None if that is not safe."""
    join = "and" if kind == "inclusion" else "or"
    other = "or" if kind == "inclusion" else "and"
    if holds(clause, other, "if", "unless", "except", "permit", "forbid", "eg", "ie", "either", "either way", "no"):
        return None
    if not any(node.role == join for node in clause) or _LOOSENS.search(text_of(clause)):
        return None
    parts: list[Statement] = []
    for segment in cut(tuple(node if node.role != "comma" else _comma_as(node, join) for node in clause), join):
        whole = read_clause(segment, kind)
        parts.append(Unread(text_of(segment)) if whole is None else whole)
    if not all(_self_contained(part) for part in parts) or all(isinstance(part, Unread) for part in parts):
        return None
    return All(tuple(parts)) if kind == "inclusion" else AnyOf(tuple(parts))


def _comma_as(node: Node, join: str) -> Node:
    return dataclasses.replace(node, role=join)


def _self_contained(part: Statement) -> bool:
    return classes(part) <= {Quantity, Named, Unread}


def _hangs(clause: Nodes, part: Statement, before: Statement) -> bool:
    """Say whether a treatment named alone may belong to the clause before, as in "allergy to A; B"."""
    return Treated in classes(part) and classes(before) != {Treated} and not holds(clause, "tail", "no", *MODIFIERS)


_OF_SOME = re.compile(
    (
        r"\b(?:patients?|subjects?|participants?|individuals?|people|those|cases?) (?:with|who|having)\b|\bgilbert|"
        r"\bmetasta"
    ),
    re.IGNORECASE,
)
"""Words of a later clause that may loosen the one before for some."""


def _read_several(clauses: list[tuple[Nodes, int]], kind: Kind, text: str) -> Statement:
    """Read sentences and clauses between semicolons: an inclusion asks for all of them, an exclusion for any."""
    joins = {node.role for clause, _ in clauses[1:] for node in stripped(clause)[:1] if node.role in ("and", "or")}
    parts: list[Statement] = []
    for clause, _ in clauses:
        bits = stripped(clause)
        bits = bits[1:] if bits[0].role in ("and", "or") else bits
        whole = read_clause(bits, kind)
        if whole is None and (_LOOSENS.search(text_of(bits)) or bits is clauses[0][0]):
            return Unread(text)
        if parts and _OF_SOME.search(text_of(clause)):
            eased = loosened_later(parts[-1], whole) if whole is not None and kind == "inclusion" else whole
            if eased is None:
                return Unread(text)
            if eased is not whole:
                parts[-1], whole = eased, All(())
        parts.append(Unread(text_of(bits)) if whole is None else whole)
    some_unread = any(isinstance(part, Unread) for part in parts)
    if some_unread and not all(_self_contained(part) or isinstance(part, Not) for part in parts):
        return Unread(text)
    if any(
        _hangs(clause, part, parts[number - 1])
        for number, ((clause, _), part) in enumerate(zip(clauses, parts, strict=True))
        if number
    ):
        return Unread(text)
    if any(isinstance(part, All) and not part.parts for part in parts) and kind == "exclusion":
        return Unread(text)
    if joins == {"and", "or"} or (joins and len({number for _, number in clauses}) > 1):
        return Unread(text)
    if kind == "inclusion":
        return AnyOf(tuple(parts)) if joins == {"or"} else All(tuple(parts))
    return unsure(parts, text) if joins == {"and"} else AnyOf(tuple(parts))

"""The pieces of an item as a tree: what stands in brackets is one node."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from adoptive.trial.eligibility.statements import Flag, Named, Statement
from adoptive.workbench.match.read.apply import leaves
from adoptive.workbench.match.read.scan import Piece, scan
from adoptive.workbench.match.read.tails import Tail
from adoptive.workbench.match.types import Gate

__all__ = [
    "Node",
    "Nodes",
    "cut",
    "gates_in",
    "holds",
    "is_abbreviation",
    "nodes_of",
    "stated",
    "stripped",
    "text_of",
    "without_women",
]


@dataclass(frozen=True)
class Node:
    """Hold a piece, or with the role "brackets" what stands in them."""

    role: str
    text: str
    value: object = None
    inner: tuple[Node, ...] = ()
    start: int = 0
    end: int = 0


Nodes = tuple[Node, ...]
_SILENT = frozenset({"fill", "who", "gate", "with", "must", "comma", "dot", "semi"})


def nodes_of(text: str) -> Nodes | None:
    """Cut a tidied text into nodes; None where brackets do not close or stand deeper than three."""
    stack: list[list[Node]] = [[]]
    opened: list[int] = []
    for piece in scan(text):
        if piece.role == "open":
            stack.append([])
            opened.append(piece.start)
            if len(stack) > 4:
                return None
        elif piece.role == "close":
            if len(stack) == 1:
                return None
            inner, start = tuple(stack.pop()), opened.pop()
            stack[-1].append(Node("brackets", text[start : piece.end], None, inner, start, piece.end))
        else:
            stack[-1].append(_node(piece))
    return tuple(stack[0]) if len(stack) == 1 else None


def _node(piece: Piece) -> Node:
    return Node(piece.role, piece.text, piece.value, (), piece.start, piece.end)


def stated(statement: Statement, model: Sequence[Node]) -> Node:
    """Make one node of several that were read together."""
    return Node("states", text_of(model), statement, (), model[0].start, model[-1].end)


def text_of(nodes: Sequence[Node]) -> str:
    """Give the words of some nodes."""
    return " ".join(node.text for node in nodes)


def holds(nodes: Iterable[Node], *roles: str) -> bool:
    """Say whether one of some nodes, brackets looked into, has one of some roles."""
    return any(node.role in roles or holds(node.inner, *roles) for node in nodes)


def stripped(nodes: Nodes, *, extra: frozenset[str] = frozenset()) -> Nodes:
    """Take words that state nothing off both ends."""
    silent = _SILENT | extra
    first, last = 0, len(nodes)
    while first < last and nodes[first].role in silent:
        first += 1
    while last > first and nodes[last - 1].role in silent:
        last -= 1
    return nodes[first:last]


def cut(nodes: Nodes, role: str) -> list[Nodes]:
    """Cut nodes at a role; empty parts are left out."""
    parts: list[list[Node]] = [[]]
    for node in nodes:
        if node.role == role:
            parts.append([])
        else:
            parts[-1].append(node)
    return [tuple(part) for part in parts if part]


def gates_in(nodes: Nodes) -> frozenset[Gate]:
    """Collect the gates that nodes name."""
    found: set[Gate] = set()
    for node in nodes:
        if node.role == "gate":
            found.add(node.value)  # type: ignore[arg-type]
        elif isinstance(node.value, Tail) and node.value.gate is not None:
            found.add(node.value.gate)
        found |= gates_in(node.inner)
    return frozenset(found)


_ABBREVIATION = re.compile(r"\(([A-Za-z][A-Za-z0-9/+-]{1,9})s?\)")


def is_abbreviation(node: Node, before: str) -> bool:
    """Say whether brackets only hold the initials of the words before them, as in "multiple myeloma (MM)".

    >>> is_abbreviation(Node("brackets", "(MM)"), "multiple myeloma")
    True
    >>> is_abbreviation(Node("brackets", "(HIV)"), "asthma")
    False
    """
    found = _ABBREVIATION.fullmatch(node.text)
    if found is None:
        return False
    letters = iter("".join(word[0] for word in re.findall(r"[a-z0-9]+", before.lower())[-10:]))
    return all(letter in letters for letter in re.sub(r"[^a-z0-9]", "", found[1].lower()))


_WOMEN = re.compile(
    r"(?:all |any )?(?:women|woman|females?|females? (?:patients|subjects|participants)|female)", re.IGNORECASE
)


def without_women(nodes: Nodes) -> Nodes:
    """Leave "women" out where pregnancy is meant: it adds nothing."""
    stated_here: list[Any] = [node.value for node in nodes if node.role == "states"]
    if not any(
        isinstance(leaf, Flag) and leaf.field in ("pregnant", "breastfeeding")
        for value in stated_here
        for leaf in leaves(value)
    ):
        return nodes
    return tuple(
        node
        for node in nodes
        if not (
            isinstance(node.value, Named) and node.value == Named("sex", ("female",)) and _WOMEN.fullmatch(node.text)
        )
    )

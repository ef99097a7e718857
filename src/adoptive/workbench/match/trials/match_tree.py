"""Match trees of CTML as statements.

A tree's node is a table with one key: ``and`` and ``or`` hold lists of nodes, ``not`` one node; ``clinical``,
``genomic`` and ``prior_treatment`` hold what is asked for (:mod:`adoptive.workbench.match.trials.match_keys`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from adoptive.errors import StudyError
from adoptive.trial.eligibility.statements import All, AnyOf, Not, Statement
from adoptive.workbench.match.trials.match_keys import clinical, genomic, prior_treatment
from adoptive.workbench.match.trials.texts import line

__all__ = ["DEEPEST", "MOST_NODES", "Tree"]

DEEPEST: Final = 100
MOST_NODES: Final = 20_000
"""Nodes of all match trees of a document, at most, each alias written out."""

ASKED: Final[Mapping[str, Callable[[Mapping[str, Any]], Statement]]] = {
    "clinical": clinical,
    "genomic": genomic,
    "extended_attributes": genomic,
    "prior_treatment": prior_treatment,
    "prior_treatments": prior_treatment,
}
"""Nodes that ask for something: MatchMiner's names, and those of its descendants."""

NODES: Final = f"one of and, or, not, {', '.join(ASKED)}"


class Tree:
    """Read the match trees of one document, within its limit of nodes."""

    def __init__(self) -> None:
        self.nodes = 0

    def statement(self, match: object, place: str) -> Statement:
        """Read a ``match``: a list of nodes that must all hold; none asks for nothing.

        Raises
        ------
        StudyError
            A node of two keys or of an unknown one, a list where none may stand or none where one must, more than 100
            levels (a tree that holds itself has no end), more than 20,000 nodes.
        """
        if match is None or match == "":
            return All(())
        nodes = [match] if isinstance(match, Mapping) else match
        if not isinstance(nodes, list):
            raise StudyError("a match is a list of nodes", where=place, value=line(match) or None, allowed=NODES)
        parts = tuple(self._node(node, f"{place}[{number}]", 1) for number, node in enumerate(nodes, 1))
        return parts[0] if len(parts) == 1 else All(parts)

    def _node(self, node: object, place: str, depth: int) -> Statement:
        self.nodes += 1
        if depth > DEEPEST or self.nodes > MOST_NODES:
            limits = f"{DEEPEST} levels, {MOST_NODES:,} nodes"
            raise StudyError("this match tree is too deep or too large, or holds itself", where=place, allowed=limits)
        if not isinstance(node, Mapping) or len(node) != 1:
            shown = ", ".join(line(key, most=40) for key in list(node)[:5]) if isinstance(node, Mapping) else line(node)
            step = "put each key into a node of its own under and, or or"
            raise StudyError("a node has one key", where=place, value=shown or None, allowed=NODES, next_step=step)
        [(key, value)] = node.items()
        name = line(key).lower()
        here = f"{place}.{name}"
        if name in ASKED:
            if not isinstance(value, Mapping):
                raise StudyError("a table is needed here", where=here, value=line(value) or None)
            return ASKED[name](value)
        if name == "not":
            return Not(self._only(value, here, depth))
        if name not in ("and", "or"):
            raise StudyError("no such node", where=place, value=line(key), allowed=NODES)
        if not isinstance(value, list) or not value:
            raise StudyError("a list of nodes is needed here", where=here, value=line(value) or None, allowed=NODES)
        parts = tuple(self._node(part, f"{here}[{number}]", depth + 1) for number, part in enumerate(value, 1))
        return All(parts) if name == "and" else AnyOf(parts)

    def _only(self, value: object, place: str, depth: int) -> Statement:
        """Read what is denied: one node, alone or in a list."""
        if isinstance(value, list):
            if len(value) != 1:
                step = "put an and or an or below it"
                raise StudyError("not denies one node", where=place, value=len(value), next_step=step)
            return self._node(value[0], f"{place}[1]", depth + 1)
        return self._node(value, place, depth + 1)

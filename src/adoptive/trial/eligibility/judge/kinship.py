"""How a name on record stands to a name that is asked: surely one, perhaps one, or another thing.

A record may be narrower than the question (it counts), broader (then nobody knows), or something else. Cancers need
more care than the tree of names gives: two names without a common narrower one may still be the same cancer, seen by
its site, by its histology or by a marker. They are held to be different only where ``kinship.toml`` says so.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from adoptive.trial.eligibility.statements import Truth
from adoptive.trial.eligibility.vocabulary import load_vocabulary

__all__ = ["Kin", "Kind", "broader_names", "different", "kin_of", "tables"]

Kind = Literal["diseases", "treatments", "conditions", "antigens"]


@dataclass(frozen=True)
class Kin:
    """Hold for a record which names it surely is, and which it perhaps is; ``known``: the vocabulary has its name."""

    surely: frozenset[str]
    perhaps: frozenset[str]
    known: bool

    def is_one(self, name: str) -> Truth:
        """Say whether the record is what a name asks for; None where that is open."""
        if name in self.surely:
            return True
        return None if name in self.perhaps or not self.known else False


@cache
def tables() -> Mapping[str, Any]:
    """Give the tables of ``kinship.toml``."""
    return tomllib.loads(files(__package__).joinpath("kinship.toml").read_text("utf-8"))


@cache
def broader_names(kind: Kind) -> Mapping[str, frozenset[str]]:
    """Give for each name of the vocabulary itself and all broader ones."""
    vocabulary = load_vocabulary()
    upwards: dict[str, set[str]] = {name: {name} for name in vocabulary.terms(kind)}
    for name in upwards:
        for narrower in vocabulary.narrower(kind, name):
            upwards.setdefault(narrower, {narrower}).add(name)
    return {name: frozenset(above) for name, above in upwards.items()}


@cache
def kin_of(kind: Kind, names: tuple[str, ...]) -> Kin:
    """Give how a record stands to all names of the vocabulary; several names of one record all hold of it.

    "gastric cancer" with the histology "adenocarcinoma" is surely a gastric adenocarcinoma; "gastric cancer" alone is
    perhaps one.
    """
    above = broader_names(kind)
    known = tuple(name for name in names if name in above)
    if not known:
        return Kin(frozenset(names), frozenset(), known=False)
    vocabulary = load_vocabulary()
    ways = [frozenset(vocabulary.narrower(kind, name)) for name in known]
    may_be = frozenset.intersection(*ways) or ways[0]
    surely = frozenset.intersection(*(above[name] for name in may_be)) | frozenset().union(*(above[n] for n in known))
    perhaps = frozenset().union(*(above[name] for name in may_be))
    if kind == "diseases":
        perhaps |= {name for name in above if not any(different(mine, name) for mine in known)}
    if kind == "treatments":
        perhaps |= {name for name, kinds in tables()["by_purpose"].items() if not perhaps.isdisjoint(kinds)}
    return Kin(surely, perhaps - surely, known=True)


def different(mine: str, other: str) -> bool:
    """Say whether two names of cancers are surely different cancers."""
    above = broader_names("diseases")
    if mine not in above or other not in above:
        return False
    ours, theirs = above[mine], above[other]
    if mine in theirs or other in ours:
        return False
    if _paired("apart", ours, theirs):
        return True
    if mine in tables()["across"] or other in tables()["across"] or _share_a_narrower(mine, other):
        return False
    if _paired("near", {mine}, theirs) or _paired("near", {other}, ours):
        return False
    return ours & theirs <= set(tables()["families"])


def _share_a_narrower(mine: str, other: str) -> bool:
    narrower = load_vocabulary().narrower
    return not frozenset(narrower("diseases", mine)).isdisjoint(narrower("diseases", other))


def _paired(table: str, ours: Iterable[str], theirs: Iterable[str]) -> bool:
    """Say whether a pair of a table stands between two sets of names; "apart" counts both ways round."""
    mine, yours = set(ours), set(theirs)
    return any(
        (one in mine and two in yours) or (table == "apart" and one in yours and two in mine)
        for one, two in tables()[table]
    )

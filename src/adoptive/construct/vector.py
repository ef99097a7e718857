"""A user's vector, and the insert put into it: in place of a feature, between two sites, or at a position."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from adoptive.construct.bases import ConstructError, reverse_complement
from adoptive.construct.rules import find_either_strand, recognition
from adoptive.construct.types import Built, Mark

__all__ = ["Place", "Vector", "put_into"]

_WAYS: Final = "feature:NAME, sites:FIRST,SECOND or position:BASE"


@dataclass(frozen=True)
class Vector:
    """Hold a vector: its bases, and its features."""

    name: str
    nt: str
    circular: bool
    marks: tuple[Mark, ...] = ()

    def turned(self) -> Vector:
        """Give the same vector read from its other strand."""
        size = len(self.nt)
        marks = (replace(one, start=size - one.end, end=size - one.start, strand=-one.strand) for one in self.marks)
        return replace(self, nt=reverse_complement(self.nt), marks=tuple(marks))


@dataclass(frozen=True)
class Place:
    """Say where an insert goes: in place of a feature, between two sites, or before a base (from 1)."""

    feature: str = ""
    between: tuple[str, str] | None = None
    position: int | None = None

    @classmethod
    def of(cls, text: str) -> Place:
        """Read a place as a user writes it.

        >>> Place.of("sites:NcoI,EcoRI").between
        ('NcoI', 'EcoRI')

        Raises
        ------
        ConstructError
            It is written otherwise.
        """
        way, _, rest = text.partition(":")
        rest = rest.strip()
        if way == "feature" and rest:
            return cls(feature=rest)
        sites = tuple(one.strip() for one in rest.split(","))
        if way == "sites" and len(sites) == 2 and all(sites):
            return cls(between=(sites[0], sites[1]))
        if way == "position" and rest.isascii() and rest.isdigit():
            return cls(position=int(rest))
        raise ConstructError("a place in a vector is not written so", where="place", value=text, allowed=_WAYS)


def put_into(vector: Vector, built: Built, place: Place) -> Built:
    """Put an insert into a vector.

    A feature is replaced, in its own direction: a vector whose feature stands on the other strand is turned. Two
    restriction sites, present once each, stay, and what is between them, from the first on, is replaced; the ATG of a
    first site such as NcoI becomes the insert's own. In a circle a replaced piece may pass the origin: the new vector
    then begins with the insert. Features that lose a base are left out.

    Parameters
    ----------
    vector, built
        The vector, and the insert with its bases.
    place
        Where it goes.

    Raises
    ------
    ConstructError
        The place is not in the vector, or not once.
    """
    if place.feature:
        vector, start, end = _of_feature(vector, place.feature)
    elif place.between is not None:
        start, end = _between(vector, built, *place.between)
    elif place.position is not None:
        start = end = _at(vector, place.position)
    else:
        raise ConstructError("no place in the vector was given", where=vector.name, allowed=_WAYS)
    return _joined(vector, built, start, end)


def _of_feature(vector: Vector, name: str) -> tuple[Vector, int, int]:
    found = [one for one in vector.marks if one.name.casefold() == name.casefold()]
    ends = {(one.start, one.end, one.strand) for one in found}
    if len(ends) != 1:
        known = ", ".join(dict.fromkeys(one.name for one in vector.marks if one.name)) or "none: it has no features"
        raise ConstructError(
            "several features have this name" if ends else "the vector has no such feature", where=vector.name,
            value=name if not ends else "; ".join(f"{a + 1}-{b}" for a, b, _ in sorted(ends)), allowed=known[:400],
            next_step="give a position, as position:1200" if ends else "name one of them",
        )  # fmt: skip
    if found[0].strand >= 0:
        return vector, found[0].start, found[0].end
    turned = vector.turned()
    mark = turned.marks[vector.marks.index(found[0])]
    return turned, mark.start % len(vector.nt), mark.end


def _site(vector: Vector, name: str) -> tuple[int, int]:
    """Find a site that must stand once: its first base, and the base after it (beyond the origin in a circle)."""
    word = recognition(name)
    around = vector.nt + vector.nt[: len(word) - 1] if vector.circular else vector.nt
    found = sorted({at for at, _ in find_either_strand(around, word)})
    if len(found) != 1:
        places = ", ".join(f"base {at + 1}" for at in found[:8])
        raise ConstructError(
            f"the site {name} ({word}) stands {len(found)} times in the vector", where=vector.name,
            value=places or None, allowed="once", next_step="choose another site, or give a feature or a position",
        )  # fmt: skip
    return found[0], found[0] + len(word)


def _between(vector: Vector, built: Built, first: str, second: str) -> tuple[int, int]:
    if first == second:
        raise ConstructError("two sites are needed", where=vector.name, value=first, allowed="two different sites")
    (begin, after), (end, _) = _site(vector, first), _site(vector, second)
    size, word = len(vector.nt), recognition(first)
    if end < after:
        end += size if vector.circular else 0
    if end < after:
        raise ConstructError(
            f"{second} stands before {first} in a linear vector", where=vector.name,
            next_step=f"give sites:{second},{first}",
        )  # fmt: skip
    if vector.circular and 2 * (end - after) > size:
        raise ConstructError(
            f"from {first} on to {second} is most of the vector", where=vector.name,
            value=f"{end - after:,} of {size:,} bases", next_step=f"give sites:{second},{first}, or a position",
        )  # fmt: skip
    own = word.find("ATG")
    if own >= 0:
        if not built.nt.startswith(word[own:]):
            raise ConstructError(
                f"the ATG of {first} would begin a reading frame before the insert's own", where=vector.name,
                value=built.nt[: len(word) - own], allowed=f"an insert that begins with {word[own:]}",
                next_step="choose another first site",
            )  # fmt: skip
        after = begin + own
    return after, end


def _at(vector: Vector, position: int) -> int:
    if not 1 <= position <= len(vector.nt) + 1:
        raise ConstructError(
            "this position is not in the vector", where=vector.name, value=position,
            allowed=f"1 to {len(vector.nt) + 1:,}",
        )  # fmt: skip
    return position - 1


def _joined(vector: Vector, built: Built, start: int, end: int) -> Built:
    """Replace the bases from ``start`` to ``end``; ``end`` at or below ``start``, or beyond the last base, wraps."""
    size, added = len(vector.nt), len(built.nt)
    end = end + size if end < start else end
    if start >= size and end > size:
        start, end = start - size, end - size
    if end > size:
        nt, at, shift = built.nt + vector.nt[end - size : start], 0, added - (end - size)
        left = tuple(_moved(one, shift) for one in vector.marks if end - size <= one.start < one.end <= start)
    else:
        nt, at = vector.nt[:start] + built.nt + vector.nt[end:], start
        left = tuple(_kept(one, start, end, added) for one in vector.marks if not _touched(one, start, end))
    return replace(
        built, vector_nt=nt, insert_at=at, vector_name=vector.name, circular=vector.circular, marks=left
    )  # fmt: skip


def _touched(mark: Mark, start: int, end: int) -> bool:
    """Say whether a mark loses bases or is cut by the insert."""
    if mark.end < mark.start:
        return not (mark.end <= start and end <= mark.start)
    return not (mark.end <= start or end <= mark.start)


def _kept(mark: Mark, start: int, end: int, added: int) -> Mark:
    shift = added - (end - start)
    return replace(
        mark,
        start=mark.start + (shift if mark.start >= end else 0),
        end=mark.end + (shift if mark.end > start and mark.end >= end else 0),
    )


def _moved(mark: Mark, shift: int) -> Mark:
    return replace(mark, start=mark.start + shift, end=mark.end + shift)

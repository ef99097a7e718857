"""The catalogue of protein parts of a chimeric antigen receptor, and parts that a user gives as FASTA or TOML."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any, Final, Literal, get_args

from adoptive.construct.bases import AMINO_ACIDS, ConstructError
from adoptive.construct.types import Part, PartKind

__all__ = ["Catalogue", "ListedPart", "load_catalogue", "parts_from_fasta", "parts_from_toml"]

Status = Literal["measured", "unconfirmed", "user"]

LONGEST_PART: Final = 2000
"""Amino acids; a longer part is another file given by mistake."""

_NAME: Final = re.compile(r"[ -~]{1,60}")
_KEYS: Final = ("name", "kind", "unit", "protein", "status", "source")


@dataclass(frozen=True)
class ListedPart:
    """Hold one row of the catalogue: a part's protein, where it was read, and whether that was confirmed."""

    name: str
    kind: PartKind
    protein: str
    source: str
    status: Status

    @property
    def part(self) -> Part:
        """Give it as a part of an insert; what is unconfirmed says so in its source."""
        mark = " [unconfirmed]" if self.status == "unconfirmed" else ""
        return Part(self.name, self.kind, self.protein, self.source + mark)


@dataclass(frozen=True)
class Catalogue:
    """Hold listed parts, found by name."""

    parts: tuple[ListedPart, ...]

    def names(self, *kinds: PartKind) -> tuple[str, ...]:
        """List the names of some kinds, of all if none is named."""
        return tuple(one.name for one in self.parts if not kinds or one.kind in kinds)

    def find(self, name: str, *, kinds: Iterable[PartKind], where: str = "part") -> ListedPart:
        """Find a part by name among some kinds; capitals do not matter.

        Raises
        ------
        ConstructError
            No part of these kinds has that name; the error names the nearest one.
        """
        among = [one for one in self.parts if one.kind in tuple(kinds)]
        found = next((one for one in among if one.name.lower() == name.strip().lower()), None)
        if found is not None:
            return found
        names = [one.name for one in among]
        near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
        given = f"give its protein as FASTA ({where}_fasta) or in a file of parts"
        step = f"write {near[0]!r}, or {given}" if near else given
        allowed = ", ".join(names) or "no part of this kind is in the catalogue"
        raise ConstructError("no such part", where=where, value=name, allowed=allowed, next_step=step)

    def with_parts(self, more: Iterable[ListedPart]) -> Catalogue:
        """Add a user's parts; a name that is taken is an error."""
        parts = list(self.parts)
        for one in more:
            if any(one.name.lower() == other.name.lower() and one.kind == other.kind for other in parts):
                raise ConstructError(
                    "a part of this name and kind is there already", where=one.source, value=one.name,
                    next_step="give it another name",
                )  # fmt: skip
            parts.append(one)
        return Catalogue(tuple(parts))


@lru_cache(maxsize=1)
def load_catalogue() -> Catalogue:
    """Read the catalogue of the package, ``parts.toml``.

    >>> load_catalogue().find("cd28 tm", kinds=["transmembrane"]).protein
    'FWVLVVVGGVLACYSLLVTVAFIIFWV'
    """
    text = resources.files("adoptive.construct").joinpath("parts.toml").read_text("utf-8")
    return Catalogue(()).with_parts(parts_from_toml(text, where="parts.toml", statuses=("measured", "unconfirmed")))


def parts_from_toml(
    text: str, *, where: str, statuses: tuple[Status, ...] = ("measured", "unconfirmed", "user")
) -> tuple[ListedPart, ...]:
    """Read parts from TOML text: tables ``[[part]]`` with name, kind, unit, protein, status and source.

    Raises
    ------
    ConstructError
        No TOML, no part, a key that is missing or unknown, a kind or status that there is not, a wrong letter.
    """
    try:
        content = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as problem:
        raise ConstructError("no TOML that can be read", where=where, value=str(problem)[:120]) from None
    rows = content.get("part")
    if set(content) != {"part"} or not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ConstructError("not a file of parts", where=where, allowed="tables [[part]] and nothing else")
    lines = [number for number, line in enumerate(text.splitlines(), 1) if line.strip().startswith("[[part]]")]
    lines += [0] * (len(rows) - len(lines))  # parts written in a line, [{...}], have no line of their own
    places = [f"{where}: line {line}" if line else where for line in lines]
    return tuple(_row(row, place, statuses) for row, place in zip(rows, places, strict=False))


def _row(row: Mapping[str, Any], where: str, statuses: tuple[Status, ...]) -> ListedPart:
    _check_keys(row, where)
    kind, status = row["kind"].strip(), row["status"].strip()
    for word, allowed in ((kind, get_args(PartKind)), (status, statuses), (row["unit"], ("amino acids",))):
        if word not in allowed:
            raise ConstructError("not one of the choices", where=where, value=word, allowed=", ".join(allowed))
    protein = _protein([(where, row["protein"])], where=where)
    return ListedPart(_name(row["name"], where), kind, protein, row["source"].strip(), status)


def _check_keys(row: Mapping[str, Any], where: str) -> None:
    missing = [key for key in _KEYS if not (isinstance(row.get(key), str) and row[key].strip())]
    if missing:
        what = "a part says what it is and where it was read"
        raise ConstructError(
            what, where=where, value=f"missing or no text: {', '.join(missing)}", allowed=", ".join(_KEYS)
        )
    unknown = sorted(set(row) - set(_KEYS))
    if unknown:
        raise ConstructError("no such key", where=where, value=", ".join(unknown), allowed=", ".join(_KEYS))


def parts_from_fasta(text: str, *, kind: PartKind, where: str) -> tuple[ListedPart, ...]:
    r"""Read a user's parts from FASTA text: ``>name`` and the protein, a last ``*`` is left out.

    >>> parts_from_fasta(">mine\nMKT\nLLV*\n", kind="leader", where="my.fasta")[0].protein
    'MKTLLV'

    Raises
    ------
    ConstructError
        No record, a record without residues, a letter that is no amino acid, bases in place of amino acids.
    """
    records: list[tuple[str, int, list[tuple[str, str]]]] = []
    for number, line in enumerate(text.splitlines(), 1):
        place, words = f"{where}: line {number}", line.strip()
        if words.startswith(">"):
            records.append((_name(words[1:].split(maxsplit=1)[0] if words[1:].strip() else "", place), number, []))
        elif words and not records:
            raise ConstructError(
                "no FASTA: residues before the first name", where=place, value=words[:30],
                next_step="write a line '>name' above them",
            )  # fmt: skip
        elif words:
            records[-1][2].append((place, words))
    if not records:
        raise ConstructError("no FASTA: no record", where=where, allowed="'>name' and residues below it")
    return tuple(
        ListedPart(name, kind, _protein(lines, where=f"{where}: line {number}"), _source(where, number), "user")
        for name, number, lines in records
    )


def _source(where: str, line: int) -> str:
    """Name a file and a line as a source, without the folder, which is this machine's."""
    return f"{where.rsplit('/', 1)[-1]}: line {line}"


def _name(text: str, where: str) -> str:
    name = text.strip()
    if not _NAME.fullmatch(name):
        raise ConstructError(
            "a part needs a name", where=where, value=ascii(name)[:80], allowed="1 to 60 plain characters"
        )
    return name


def _protein(lines: Iterable[tuple[str, str]], *, where: str) -> str:
    """Join the lines of a protein; letters in lower case are taken, a last ``*`` is left out."""
    given = [(place, line.upper().replace(" ", "")) for place, line in lines]
    if given:
        given[-1] = (given[-1][0], given[-1][1].removesuffix("*"))
    for place, line in given:
        wrong = sorted(set(line) - set(AMINO_ACIDS))
        if wrong:
            raise ConstructError(
                f"{wrong[0]!r} is no amino acid", where=f"{place}, residue {line.index(wrong[0]) + 1}",
                value=line[:40], allowed=AMINO_ACIDS,
                next_step="remove gaps, stops and unknown residues; give the protein, not the bases",
            )  # fmt: skip
    protein = "".join(line for _, line in given)
    _check_protein(protein, where)
    return protein


def _check_protein(protein: str, where: str) -> None:
    if not 0 < len(protein) <= LONGEST_PART:
        what = "a part without residues" if not protein else "too long for a part"
        raise ConstructError(what, where=where, value=len(protein), allowed=f"1 to {LONGEST_PART} amino acids")
    if len(protein) >= 30 and set(protein) <= set("ACGT"):
        raise ConstructError(
            "these are bases, not amino acids", where=where, value=protein[:40], next_step="give the protein"
        )

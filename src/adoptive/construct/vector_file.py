"""Read a vector from the text of a GenBank or FASTA file, or the bytes of a SnapGene file."""

from __future__ import annotations

import io
import re
import warnings
from typing import Any, Final

from adoptive.construct.bases import ConstructError
from adoptive.construct.types import Mark
from adoptive.construct.vector import Vector

__all__ = ["parse_fasta", "parse_genbank", "parse_snapgene"]

_BASES: Final = "ACGTN"
_NAMED_BY: Final = ("label", "gene", "product", "standard_name", "note")
_WORD, _KEY = 50, 15
_MOST_BASES: Final = 1_000_000
_NO_KEY: Final = re.compile(r"[^A-Za-z0-9_'*-]")
_PROTEIN: Final = re.compile(r"[EFILPQ*]")


def parse_fasta(text: str, *, name: str, circular: bool = False) -> Vector:
    """Read a vector from FASTA: one record, no features.

    Raises
    ------
    ConstructError
        It is no FASTA, has no or several records, or a letter is no base (with its line).
    """
    lines = text.splitlines()
    heads = [at for at, line in enumerate(lines, start=1) if line.startswith(">")]
    _check_one(len(heads), name, "FASTA")
    if any(line.strip() for line in lines[: heads[0] - 1]):
        raise ConstructError("bases before the first '>'", where=f"{name}: line 1", next_step="begin with >NAME")
    body = [(at, re.sub(r"\s", "", line)) for at, line in enumerate(lines[heads[0] :], start=heads[0] + 1)]
    title = lines[heads[0] - 1][1:].split()
    return Vector(title[0] if title else name, _bases(body, name), circular)


def parse_genbank(text: str, *, name: str) -> Vector:
    """Read a vector from GenBank, with its features.

    Raises
    ------
    ConstructError
        It is no GenBank, a protein, has no or several records, no bases, or a letter is no base (with its line).
    """
    from Bio import SeqIO

    lines = text.splitlines()
    _check_one(sum(line.startswith("LOCUS") for line in lines), name, "GenBank")
    locus = next(line for line in lines if line.startswith("LOCUS"))
    if re.search(r"\s\d+\s+aa\s", locus):
        raise _protein(name, "LOCUS says aa")
    _check_whole(locus, len(_bases(_origin(lines), name)), name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            record: Any = SeqIO.read(io.StringIO(text), "genbank")  # type: ignore[no-untyped-call]
            return _vector(record, name)
    except ConstructError:
        raise
    except Exception as problem:  # Biopython raises many kinds
        said = " ".join(str(problem).split())
        raise ConstructError("this GenBank file cannot be read", where=name, value=said) from None


def parse_snapgene(data: bytes, *, name: str) -> Vector:
    """Read a vector from a SnapGene file (``.dna``), with its features.

    Raises
    ------
    ConstructError
        It is no SnapGene file, or a letter is no base.
    """
    from Bio import SeqIO

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            record: Any = SeqIO.read(io.BytesIO(data), "snapgene")  # type: ignore[no-untyped-call]
            return _vector(record, name)
    except ConstructError:
        raise
    except Exception as problem:  # a damaged file fails in many ways
        raise ConstructError(
            "this SnapGene file cannot be read", where=name, value=problem, next_step="export it as GenBank"
        ) from None


def _check_whole(locus: str, found: int, name: str) -> None:
    """Refuse a record that was cut: LOCUS says how many bases it has."""
    said = re.search(r"\s(\d+)\s+bp\b", locus)
    if said and int(said[1]) != found:
        raise ConstructError(
            "the record is not whole", where=name, value=f"{found:,} bases", allowed=f"{int(said[1]):,}, as LOCUS says",
            next_step="copy the file again",
        )  # fmt: skip


def _check_one(records: int, name: str, kind: str) -> None:
    if records != 1:
        raise ConstructError(
            f"{records} records" if records else f"this is no {kind} file", where=name, allowed=f"one {kind} record",
            next_step="give one vector in one file",
        )  # fmt: skip


def _origin(lines: list[str]) -> list[tuple[int, str]]:
    """Give the lines of bases after ORIGIN, without their numbers."""
    first = next((at for at, line in enumerate(lines) if line.startswith("ORIGIN")), len(lines))
    last = next((at for at in range(first, len(lines)) if lines[at].startswith("//")), len(lines))
    return [(at + 1, re.sub(r"[\s\d]", "", lines[at])) for at in range(first + 1, last)]


def _bases(body: list[tuple[int, str]], name: str) -> str:
    """Give the bases of numbered lines; line 0: the file has none."""
    for line, letters in body:
        where = f"{name}: line {line}" if line else name
        wrong = next((letter for letter in letters.upper() if letter not in _BASES), "")
        if wrong and _PROTEIN.search("".join(one for _, one in body).upper()):
            raise _protein(where, wrong)
        if wrong:
            raise ConstructError("no base", where=where, value=wrong, allowed="A, C, G, T, N", next_step="correct it")
    nt = "".join(letters for _, letters in body).upper()
    if not nt:
        raise ConstructError("the record has no bases", where=name, next_step="give the vector's whole sequence")
    if len(nt) > _MOST_BASES:
        raise ConstructError(
            "too long for a vector", where=name, value=f"{len(nt):,} bases", allowed=f"{_MOST_BASES:,} bases",
            next_step="give the vector, not a genome",
        )  # fmt: skip
    return nt


def _protein(where: str, value: str) -> ConstructError:
    return ConstructError(
        "this is a protein, not a vector", where=where, value=value, allowed="A, C, G, T, N",
        next_step="give the vector's bases",
    )  # fmt: skip


def _vector(record: Any, name: str) -> Vector:
    nt = _bases([(0, str(record.seq))], name)
    marks = [_mark(one, len(nt)) for one in record.features if one.type != "source" and one.location is not None]
    title = record.name if record.name not in ("", "<unknown name>") else name
    circular = record.annotations.get("topology") == "circular"
    return Vector(title, nt, circular, tuple(one for one in marks if one is not None))


def _mark(one: Any, size: int) -> Mark | None:
    """Take a feature over: its first base to its last; one that passes the origin ends below its start.

    A place between two bases, and what lies in another record, is none. Names are set in single spaces, and keys cut
    to the length and the letters that GenBank writes.
    """
    pieces = sorted((int(part.start), int(part.end)) for part in one.location.parts if part.ref is None)
    pieces = [(start, end) for start, end in pieces if 0 <= start < end <= size]
    if not pieces:
        return None
    start, end = pieces[0][0], pieces[-1][1]
    if len(pieces) > 1 and start == 0 and end == size:
        start, end = pieces[-1][0], pieces[0][1]
    named = next((values[0] for key in _NAMED_BY if (values := one.qualifiers.get(key))), one.type)
    words = (word[at : at + _WORD] for word in str(named).split() for at in range(0, len(word), _WORD))
    key = _NO_KEY.sub("_", one.type[:_KEY])
    return Mark(" ".join(words) or key, key, start, end, -1 if one.location.strand == -1 else 1)

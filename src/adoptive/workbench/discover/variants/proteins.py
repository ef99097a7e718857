"""Proteins of a FASTA file, found by any of the names in their header."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from adoptive.antigen.binding import AMINO_ACIDS
from adoptive.errors import StudyError
from adoptive.workbench.discover.text import Text, read_text
from adoptive.workbench.mistakes import Mistake, as_error

__all__ = ["Proteins", "read_proteins"]

LETTERS: Final = frozenset(AMINO_ACIDS + "XUBZJO")
"""Amino acids, and letters of databases for unknown or rare ones, which no peptide may contain."""

_TAGS: Final = re.compile(r"\b(?:GN=|gene_symbol:|transcript:|gene:)(\S+)")
_VERSION: Final = re.compile(r"^(ENS[A-Z]*\d+|NP_\d+|NM_\d+)\.\d+$")
_LONG_ENOUGH: Final = 40


@dataclass(frozen=True)
class Proteins:
    """Hold the proteins of a file, by their first word, and which proteins a name may mean."""

    by_name: Mapping[str, str]
    meant: Mapping[str, tuple[str, ...]]
    text: Text

    def find(self, name: str) -> str:
        """Give the sequence of a protein by its name, accession, transcript or gene.

        Raises
        ------
        LookupError
            No protein has this name, or several have.
        """
        plain = _unversioned(name)
        found = self.meant.get(name) or self.meant.get(plain, ())
        different = {self.by_name[one] for one in found}
        if not found:
            raise LookupError("no protein of this name in the FASTA file")
        if len(different) > 1:
            raise LookupError(f"several proteins have this name: {', '.join(found[:4])}")
        return different.pop()


def read_proteins(path: Path | str, *, what: str = "protein FASTA") -> Proteins:
    """Read proteins; names are the first word of a header, its parts between bars, and GN=, gene_symbol:, transcript:.

    Raises
    ------
    StudyError
        No FASTA, a letter that is no amino acid, an empty protein, bases in the place of residues, a name that stands
        there twice; each with its line.
    """
    from Bio.SeqIO.FastaIO import SimpleFastaParser

    text = read_text(path, what=what)
    mistakes = list(_mistakes(text))
    if mistakes:
        raise as_error(mistakes[:20], str(text.path))
    by_name: dict[str, str] = {}
    meant: dict[str, list[str]] = {}
    for header, sequence in SimpleFastaParser(io.StringIO(text)):  # type: ignore[no-untyped-call]
        name = header.split()[0]
        by_name[name] = sequence.upper().rstrip("*")
        for one in dict.fromkeys(_names(header)):
            meant.setdefault(one, []).append(name)
    return Proteins(by_name, {name: tuple(found) for name, found in meant.items()}, text)


def _names(header: str) -> Iterator[str]:
    first = header.split()[0]
    for name in (first, *first.split("|"), *_TAGS.findall(header)):
        if name:
            yield name
            yield _unversioned(name)


def _unversioned(name: str) -> str:
    found = _VERSION.match(name)
    return found[1] if found else name


def _mistakes(text: Text) -> Iterator[Mistake]:
    header, residues, names, letters = 0, 0, dict[str, int](), set[str]()
    lines = [*text.splitlines(), ">"]
    for number, line in enumerate(lines, start=1):
        place = f"{text.path}: line {number}"
        if line.startswith(">"):
            if header and not residues:
                yield Mistake(f"{text.path}: line {header}", "a protein without residues", next_step="remove it")
            if residues > _LONG_ENOUGH and letters <= set("ACGTUN"):
                yield Mistake(f"{text.path}: line {header}", "these are bases", allowed="amino acids",
                              next_step="translate them, or give the protein file")  # fmt: skip
            header, residues, letters = number, 0, set()
            name = next(iter(line[1:].split()), "")
            if number < len(lines) and (not name or name in names):
                what = f"this name stands in line {names[name]} already" if name else "a header without a name"
                yield Mistake(place, what, name, next_step="give every protein a name of its own")
            names[name] = number
            continue
        found = line.strip().upper()
        if found and not header:
            raise StudyError(
                "no FASTA: the first line is no header", where=place, value=line[:40], allowed=">name",
                next_step="write a line >NAME before each protein",
            )  # fmt: skip
        wrong = sorted(set(found.removesuffix("*")) - LETTERS)
        if wrong:
            what, step = "letters that are no amino acids", "correct the line; one letter a residue"
            shown = " ".join(one if one.strip() else ascii(one) for one in wrong)
            yield Mistake(place, what, shown[:40], "".join(sorted(LETTERS)), step)
        residues += len(found)
        letters |= set(found)

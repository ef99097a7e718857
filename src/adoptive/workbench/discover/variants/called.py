"""A table of variants: one change of one protein a row, with what was read of it."""

from __future__ import annotations

from collections import Counter
from typing import Final

from adoptive.antigen.binding import AMINO_ACIDS
from adoptive.antigen.candidates import Reads, Variant, candidate_of
from adoptive.antigen.mutations import FRAMESHIFT, ChangeError, change_name
from adoptive.antigen.tiers import Settings
from adoptive.workbench.discover.tables import Row, Table
from adoptive.workbench.discover.variants.proteins import Proteins

__all__ = ["NEEDED", "reads_of", "variants_of"]

NEEDED: Final = ("gene", "position", "ref", "alt")
MOST_COPIES: Final = 200
LONGEST_CHANGE: Final = 5000


def variants_of(table: Table, proteins: Proteins, settings: Settings) -> tuple[Variant, ...]:
    """Read the rows of a variant table (columns gene, position, ref, alt; protein, dna_vaf, rna_vaf, tpm, copies ...).

    Raises
    ------
    StudyError
        A cell that cannot be read, a protein that is not there, a reference residue unlike the protein's, a change
        that makes nothing new, a row given twice; each with its line.
    """
    found: list[tuple[Row, Variant]] = []
    first: dict[tuple[str, int, str, str], int] = {}
    for row in table.rows:
        variant = _variant(row, proteins, settings)
        if variant is None:
            continue
        key = (variant.wild_type, variant.position, variant.ref, variant.alt)
        if key in first:
            row.mistake("position", f"this change stands in line {first[key]} already", next_step="remove one row")
        first.setdefault(key, row.line)
        found.append((row, variant))
    table.check()
    return _named(table, found)


def _variant(row: Row, proteins: Proteins, settings: Settings) -> Variant | None:
    before = len(row.table.mistakes)
    gene, protein = row.name("gene", needed=True, apart=";/"), row.text("protein")
    position = row.whole("position", least=1, most=100_000, needed=True)
    ref, alt = _residues(row, "ref"), _residues(row, "alt")
    reads = reads_of(row)
    if len(row.table.mistakes) > before or position is None:
        return None
    try:
        sequence = proteins.find(protein or gene)
    except LookupError as problem:
        row.mistake("protein" if protein else "gene", str(problem), value=protein or gene,
                    next_step="name a protein of the FASTA file in the column protein")  # fmt: skip
        return None
    variant = Variant(gene, sequence, position, ref, alt, reads, row.source)
    try:
        candidate_of(variant, settings)
    except ChangeError as problem:
        row.mistake("ref", problem.what, value=problem.value or "", next_step=problem.next_step)
        return None
    return variant


def _residues(row: Row, column: str) -> str:
    """Read residues, ``-`` for none; ``alt`` may be a lost frame, ``fs`` and what follows."""
    text = row.text(column, needed=True)
    frame = column == "alt" and text.startswith(FRAMESHIFT)
    plain = (text.removeprefix(FRAMESHIFT).removesuffix("*") if frame else text).replace(":", "")
    good = (text == "-") or (0 < len(plain) <= LONGEST_CHANGE and set(plain) <= set(AMINO_ACIDS))
    if text and not good:
        allowed = "amino acids or -" + ("; fs and the new residues" if column == "alt" else "")
        row.mistake(column, "not residues", value=text, allowed=allowed, next_step="write them as one capital each")
    return FRAMESHIFT + plain if frame else text


def reads_of(row: Row) -> Reads:
    """Read what was measured: fractions 0 to 1, TPM, copies; an empty cell is not measured."""
    copies = row.number("copies", least=0.0, most=MOST_COPIES)
    multiplicity = row.number("multiplicity", least=0.0, most=MOST_COPIES)
    if multiplicity == 0.0 or (copies is not None and multiplicity is not None and multiplicity > copies):
        row.mistake("multiplicity", "mutated copies are some of all copies", value=multiplicity,
                    allowed="above 0, at most copies", next_step="correct it, or leave it empty")  # fmt: skip
    return Reads(
        dna_vaf=row.number("dna_vaf", least=0.0, most=1.0),
        rna_vaf=row.number("rna_vaf", least=0.0, most=1.0),
        rna_depth=row.number("rna_depth", least=0.0),
        tpm=row.number("tpm", least=0.0),
        copies=copies,
        multiplicity=multiplicity,
    )


def _named(table: Table, found: list[tuple[Row, Variant]]) -> tuple[Variant, ...]:
    """Name each variant: its id of the table, or gene and change, with the protein where that is not enough."""
    plain = [f"{one.gene}:{change_name(one.position, one.ref, one.alt)}" for _, one in found]
    often = Counter(plain)
    named, lines = [], dict[str, int]()
    for (row, one), name in zip(found, plain, strict=True):
        own = row.name("id", apart=";/") or (f"{name}@{row.text('protein') or one.gene}" if often[name] > 1 else name)
        if own in lines:
            row.mistake("id", f"this id stands in line {lines[own]} already", value=own, next_step="rename one")
        lines.setdefault(own, row.line)
        named.append(Variant(one.gene, one.wild_type, one.position, one.ref, one.alt, one.reads, one.source, own))
    table.check()
    return tuple(named)

"""A pVACseq aggregated report: one best peptide a variant, with an ensemble's binding. Columns are found by name."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import Final

from adoptive.antigen.binding import AMINO_ACIDS
from adoptive.antigen.candidates import Candidate, Reads, Variant, candidate_of
from adoptive.antigen.discovered import Allele
from adoptive.antigen.epitopes import Score
from adoptive.antigen.mutations import ChangeError, Pair, Window
from adoptive.antigen.tiers import Settings
from adoptive.workbench.discover.hla import NotAnAllele, standard_allele
from adoptive.workbench.discover.tables import Row, Table
from adoptive.workbench.discover.variants.proteins import Proteins

__all__ = ["NEEDED", "PREDICTOR", "Report", "report_alleles", "report_of"]

NEEDED: Final = ("ID", "Gene", "AA Change", "Best Peptide", "Allele", "IC50 MT")
PREDICTOR: Final = "pVACseq"

_CHANGE: Final = re.compile(r"^([A-Z]+|-)(\d+)(?:-(\d+))?([A-Z]+|-)$")
_ONLY_PEPTIDE: Final = "window not known: the best peptide stands for it"


@dataclass(frozen=True)
class Report:
    """Hold what a report says: its mutations, and its binding by allele and peptide."""

    candidates: tuple[Candidate, ...]
    scores: dict[tuple[str, str], Score]


def report_alleles(table: Table) -> tuple[Allele, ...]:
    """Give the alleles that have a column of their own in a report."""
    found = []
    for name in table.names:
        if "*" in name:
            try:
                found.append(Allele(standard_allele(name)))
            except NotAnAllele:
                continue
    return tuple(dict.fromkeys(found))


def report_of(table: Table, alleles: tuple[Allele, ...], proteins: Proteins | None, settings: Settings) -> Report:
    """Read the rows of a report; with proteins the true window and every peptide of it, else the best peptide alone.

    Raises
    ------
    StudyError
        A cell that cannot be read, an allele that the patient has not, a residue unlike the protein's; with its line.
    """
    scores: dict[tuple[str, str], Score] = {}
    known = {allele.hla for allele in alleles}
    found = []
    for row in table.rows:
        candidate = _candidate(row, proteins, settings)
        if candidate is None:
            continue
        hla = _allele(row, known)
        for peptide, kind in _best(row, candidate):
            ic50, rank = row.number(f"IC50 {kind}", least=0.0), row.number(f"%ile {kind}", least=0.0, most=100.0)
            if hla and peptide and (ic50 is not None or rank is not None):
                scores[hla, peptide] = Score(ic50, rank, PREDICTOR)
        found.append((row, candidate))
    table.check()
    often = Counter(candidate.id for _, candidate in found)
    named = tuple(
        replace(one, id=f"{one.id}@{row.text('ID')}") if often[one.id] > 1 else one for row, one in found
    )  # fmt: skip
    return Report(named, scores)


def _candidate(row: Row, proteins: Proteins | None, settings: Settings) -> Candidate | None:
    before = len(row.table.mistakes)
    gene, change = row.name("Gene", needed=True), row.text("AA Change", needed=True)
    best = _peptide(row)
    reads = Reads(
        dna_vaf=row.number("DNA VAF", least=0.0, most=1.0), rna_vaf=row.number("RNA VAF", least=0.0, most=1.0),
        rna_depth=row.number("RNA Depth", least=0.0), tpm=row.number("RNA Expr", least=0.0),
    )  # fmt: skip
    if len(row.table.mistakes) > before:
        return None
    pair = _pair(row, best, change) if best else None
    window = Window(best, pair.wild_type, pair.mutated[0] if pair.mutated else 1) if pair else Window("", "", 1)
    notes = (_ONLY_PEPTIDE,) if best else ("the report has no peptide",)
    only = Candidate(
        f"{gene}:{change}", gene, change, window, (pair,) if pair else (), reads, source=row.source, notes=notes
    )
    return _with_window(row, only, change, proteins, settings) if proteins is not None else only


def _with_window(row: Row, only: Candidate, change: str, proteins: Proteins, settings: Settings) -> Candidate | None:
    """Give the true window and every peptide, if the change can be read and the protein is there."""
    parts = _CHANGE.match(change)
    sequence = ""
    for name in (row.text("Best Transcript"), only.gene):
        try:
            sequence = sequence or proteins.find(name)
        except LookupError:
            continue
    if not sequence or parts is None or only.aa_change.startswith("FS"):
        why = "protein not in the FASTA file" if parts else "new sequence not in the report"
        return replace(only, notes=(f"{_ONLY_PEPTIDE} ({why})",))
    ref, position, alt = parts[1], int(parts[2]), parts[4]
    try:
        whole = candidate_of(Variant(only.gene, sequence, position, ref, alt, only.reads, row.source), settings)
    except ChangeError as problem:
        row.mistake("AA Change", problem.what, value=problem.value or change, next_step=problem.next_step)
        return None
    known = {pair.peptide for pair in whole.pairs}
    other = tuple(pair for pair in only.pairs if pair.peptide not in known)
    notes = ("the best peptide is not of this protein",) if other else ()
    return replace(whole, id=only.id, aa_change=change, pairs=(*whole.pairs, *other), notes=notes)


def _peptide(row: Row) -> str:
    text = row.text("Best Peptide")
    text = "" if text == "X" else text
    if not set(text) <= set(AMINO_ACIDS):
        row.mistake("Best Peptide", "letters that are no amino acids", value=text, allowed=AMINO_ACIDS,
                    next_step="correct it")  # fmt: skip
    return text


def _pair(row: Row, peptide: str, change: str) -> Pair:
    """Build the counterpart of a best peptide: of one exchanged residue it follows from place and change."""
    text = row.text("Pos")
    places = [part.strip() for part in text.split(",")] if text else []
    if not all(place.isdigit() and 1 <= int(place) <= len(peptide) for place in places):
        row.mistake("Pos", "not places of the best peptide", value=text, allowed=f"1 to {len(peptide)}, commas between")
        places = []
    mutated = tuple(int(place) for place in places)
    parts = _CHANGE.match(change)
    if parts and len(mutated) == 1 and len(parts[1]) == len(parts[4]) == 1 and peptide[mutated[0] - 1] == parts[4]:
        at = mutated[0] - 1
        return Pair(peptide, peptide[:at] + parts[1] + peptide[at + 1 :], mutated)
    return Pair(peptide, "", mutated)


def _best(row: Row, candidate: Candidate) -> list[tuple[str, str]]:
    peptide = _peptide(row)
    wild = next((pair.wild_type for pair in candidate.pairs if pair.peptide == peptide), "")
    return [(peptide, "MT"), (wild, "WT")]


def _allele(row: Row, known: set[str]) -> str:
    text = row.text("Allele")
    if not text or text == "X":
        return ""
    try:
        hla = standard_allele(text)
    except NotAnAllele as problem:
        row.mistake("Allele", str(problem), value=text, allowed="a class I allele", next_step="give the class I report")
        return ""
    if hla not in known:
        row.mistake("Allele", "not an allele of the patient's list", value=hla, allowed=", ".join(sorted(known)),
                    next_step="do report and HLA list belong to one patient?")  # fmt: skip
    return hla

"""``adoptive antigen rank``: read clonotypes, screen, neoantigens, HLA and clones; choose; write the tables."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, TypeVar

from adoptive.antigen.coverage import gene_of
from adoptive.antigen.discovered import Allele, Clonotype, Hit, Neoantigen, Receptor, TumourClone
from adoptive.antigen.evidence import PRIORS, Prior, RankingRules
from adoptive.antigen.ranking import Covered, Ranking, rank_receptors
from adoptive.antigen.yields import number_to_build
from adoptive.errors import StudyError
from adoptive.workbench.discover.label import NO_ADVICE
from adoptive.workbench.discover.origin import table_folder
from adoptive.workbench.discover.tables import Row, Table, read_nouns, read_table, write_nouns
from adoptive.workbench.discover.text import Text
from adoptive.workbench.engine.document import as_json

__all__ = ["RankInputs", "rank_clonotypes", "read_inputs", "read_priors", "write_ranking", "yield_document"]

SUM_WITHIN: Final = 1e-3
"""The shares of a tumour's clones may miss 1 by so much: they are written with few digits."""

CLASSICAL: Final = ("HLA-A", "HLA-B", "HLA-C")
LETTERS: Final = frozenset("ACDEFGHIKLMNPQRSTVWY")
EXAMPLES: Final = (0.5, 0.2)
"""Chances of one receptor for which the number to build is always said: as published, and a bad day."""

Noun = TypeVar("Noun")


@dataclass(frozen=True)
class RankInputs:
    """Hold what was read, and the texts it was read from."""

    clonotypes: tuple[Clonotype, ...]
    hits: tuple[Hit, ...] = ()
    neoantigens: tuple[Neoantigen, ...] = ()
    alleles: tuple[Allele, ...] = ()
    clones: tuple[TumourClone, ...] = ()
    texts: tuple[Text, ...] = ()


def read_inputs(
    clonotypes: Path, *, hits: Path | None = None, neoantigens: Path | None = None, hla: Path | None = None,
    clones: Path | None = None,
) -> RankInputs:  # fmt: skip
    """Read the tables of the ranking; what one says of another is checked, with the line of every mistake.

    Raises
    ------
    StudyError
        A table that cannot be read; a CDR3 without its ends; an antigen or allele that the others do not know; shares
        of clones that do not sum to 1.
    """
    texts: list[Text] = []
    cells = _read(clonotypes, Clonotype, "table of clonotypes", texts, _check_cdr3)
    known = _read(neoantigens, Neoantigen, "table of neoantigens", texts, _check_ccf)
    alleles = _read(hla, Allele, "list of HLA alleles", texts, _check_alleles)
    antigens, names = frozenset(one.id for one in known), frozenset(one.hla for one in alleles)

    def check_hits(table: Table, rows: Sequence[Hit]) -> None:
        for row, hit in zip(table.rows, rows, strict=True):
            _must_know(row, "antigen", [hit.antigen], antigens if hit.hit else (), "neoantigens")
            _must_be_allele(row, "hla", [hit.hla], names)

    def check_clones(table: Table, rows: Sequence[TumourClone]) -> None:
        _check_shares(table, rows)
        for row, clone in zip(table.rows, rows, strict=True):
            _must_know(row, "antigens", clone.antigens, antigens, "neoantigens")
            _must_be_allele(row, "hla_lost", clone.hla_lost, names)

    found = _read(hits, Hit, "table of hits", texts, check_hits)
    of_tumour = _read(clones, TumourClone, "table of tumour clones", texts, check_clones)
    return RankInputs(cells, found, known, alleles, of_tumour, tuple(texts))


def _read(
    path: Path | None, noun: type[Noun], what: str, texts: list[Text], check: Callable[[Table, Sequence[Noun]], None]
) -> tuple[Noun, ...]:
    """Read a table of nouns, if one is given, and check its rows, mistakes with their lines."""
    if path is None:
        return ()
    rows, table = read_nouns(path, noun, what=what), read_table(path, what=what)
    texts.append(table.text)
    check(table, rows)
    table.check()
    return rows


def _check_cdr3(table: Table, rows: Sequence[Clonotype]) -> None:
    for row, one in zip(table.rows, rows, strict=True):
        for column, cdr3 in (("cdr3a", one.cdr3a), ("cdr3b", one.cdr3b)):
            if not cdr3:
                continue
            if set(cdr3) - LETTERS:
                row.mistake(column, "not amino acids", value=cdr3, allowed="the 20 letters", next_step="correct it")
            elif not (cdr3.startswith("C") and cdr3[-1] in "FWC" and len(cdr3) > 4):
                row.mistake(
                    column, "a CDR3 without its conserved ends", value=cdr3, allowed="from the cysteine to the F or W",
                    next_step="give it with both ends (the junction)",
                )  # fmt: skip
        if one.cells < 1 or not 0.0 <= one.share <= 1.0:
            row.mistake(
                "cells, share", "no clone of cells", value=f"{one.cells}, {one.share:g}",
                allowed="1 or more cells, a share from 0 to 1",
            )  # fmt: skip


def _check_ccf(table: Table, rows: Sequence[Neoantigen]) -> None:
    for row, one in zip(table.rows, rows, strict=True):
        if one.ccf is not None and not 0.0 <= one.ccf <= 1.0:
            row.mistake("ccf", "no share of cells", value=one.ccf, allowed="0 to 1", next_step="correct it")


def _check_alleles(table: Table, rows: Sequence[Allele]) -> None:
    genes: dict[str, list[int | None]] = {}
    for row, one in zip(table.rows, rows, strict=True):
        _must_be_allele(row, "hla", [one.hla], ())
        if one.haplotype not in (None, 1, 2):
            row.mistake("haplotype", "not a haplotype", value=one.haplotype, allowed="1, 2 or empty")
        if one.lost_share is not None and not 0.0 <= one.lost_share <= 1.0:
            row.mistake("lost_share", "no share of cells", value=one.lost_share, allowed="0 to 1")
        so_far = genes.setdefault(gene_of(one.hla), [])
        if len(so_far) > 1 or (one.haplotype is not None and one.haplotype in so_far):
            row.mistake(
                "hla", "more alleles of this gene than chromosomes", value=one.hla,
                allowed="two for each gene, one for each haplotype", next_step="correct the list",
            )  # fmt: skip
        so_far.append(one.haplotype)


def _check_shares(table: Table, rows: Sequence[TumourClone]) -> None:
    for row, one in zip(table.rows, rows, strict=True):
        if not 0.0 <= one.share <= 1.0:
            row.mistake("share", "no share of cells", value=one.share, allowed="0 to 1", next_step="correct it")
    total = sum(one.share for one in rows)
    if abs(total - 1.0) > SUM_WITHIN:
        table.rows[-1].mistake(
            "share", "the shares of all clones do not sum to 1", value=f"{total:.6g}",
            allowed=f"1 within {SUM_WITHIN:g}",
            next_step="add the cells that carry none of the antigens as a clone of their own, or correct a share",
        )  # fmt: skip


def _must_be_allele(row: Row, column: str, names: Sequence[str], known: Collection[str]) -> None:
    """Note alleles that do not exist, and those of listed genes that the list does not have.

    A list says nothing of genes that are not on it, as those of class II; A, B and C are taken to be on every list.
    """
    for name in names:
        standard = _standard(name) if name else ""
        if name and name != standard:
            what = f"write {standard}" if standard else "correct the name"
            row.mistake(column, "no such HLA allele", value=name, allowed="as HLA-C*08:02", next_step=what)
    genes = {*CLASSICAL, *(gene_of(name) for name in known)}
    _must_know(row, column, [name for name in names if gene_of(name) in genes], known, "HLA alleles")


@lru_cache(maxsize=256)
def _standard(name: str) -> str:
    """Give an allele's standard name, "" if there is none."""
    import tidytcells

    found = tidytcells.mh.standardize(name, species="homosapiens", log_failures=False)
    return str(found) if found and "*" in str(found) else ""


def _must_know(row: Row, column: str, names: Sequence[str], known: Collection[str], what: str) -> None:
    """Note names that another table does not have, if that table is given."""
    unknown = [name for name in names if name and name not in known] if known else []
    if unknown:
        row.mistake(
            column, f"not in the table of {what}", value=", ".join(unknown), allowed=", ".join(sorted(known)[:8]),
            next_step="write it as it stands there, or add it there",
        )  # fmt: skip


def read_priors(said: Sequence[str]) -> tuple[Prior, ...]:
    """Read chances as ``C=0.2``; the tiers that are not named keep theirs.

    Raises
    ------
    StudyError
        It is not a tier and a fraction.

    >>> [one.p for one in read_priors(["C=0.2"]) if one.tier == "C"]
    [0.2]
    """
    given: dict[str, float] = {}
    for text in said:
        tier, _, number = text.partition("=")
        try:
            given[tier.strip().upper()] = float(number)
        except ValueError:
            raise StudyError(
                "no chance of a tier", where="--p-real", value=text, allowed="as C=0.2", next_step="correct it"
            ) from None
    own = tuple(Prior(tier, p, "given by the user") for tier, p in given.items())
    return (*own, *(one for one in PRIORS if one.tier not in given))


def rank_clonotypes(inputs: RankInputs, rules: RankingRules, out: Path | None) -> tuple[Ranking, dict[str, Any]]:
    """Rank what was read, write the folder if one is named, and give the document of the yield."""
    ranking = rank_receptors(
        inputs.clonotypes, hits=inputs.hits, neoantigens=inputs.neoantigens, alleles=inputs.alleles,
        clones=inputs.clones, rules=rules,
    )  # fmt: skip
    document = yield_document(ranking, rules)
    if out is not None:
        write_ranking(out, ranking, document, inputs, rules)
    return ranking, document


def yield_document(ranking: Ranking, rules: RankingRules) -> dict[str, Any]:
    """Give what may be expected of the choice as one document (``yield.json``)."""
    chosen = ranking.chosen
    mean = ranking.expected_real / len(chosen) if chosen else 0.0
    chances = sorted({*EXAMPLES, *(one.p for one in rules.priors), *([mean] if mean else [])} - {0.0}, reverse=True)
    most = [one for one in ranking.coverage if one.receptors == len(chosen)]
    return {
        "chosen": [one.id for one in chosen],
        "clonotypes": len(ranking.receptors),
        "expected_real": _short(ranking.expected_real),
        "at_least_one": _short(ranking.at_least_one),
        "wanted_chance": rules.chance,
        "number_to_build": [{"p_real": _short(p), "receptors": number_to_build(p, rules.chance)} for p in chances],
        "covered": {
            "none_lost": _short(next(one.covered for one in most if one.scenario == "none lost")),
            "mean": _short(ranking.mean_covered),
            "least": _short(ranking.least_covered),
            "least_scenario": ranking.least_scenario,
            "worst_allele": ranking.worst_allele or None,
            "left_after_worst_allele": _short(ranking.left_after_worst_allele),
            "in_words": words_of_loss(ranking),
        },
        "priors": [asdict(one) for one in rules.priors],
        "notes": list(ranking.notes),
        "label": NO_ADVICE,
    }


def words_of_loss(ranking: Ranking) -> str:
    """Say what loss of a presenting allele leaves."""
    alleles = {one.hla for one in ranking.chosen}
    if not ranking.chosen:
        return "No receptor was chosen."
    if ranking.left_after_worst_allele is None:
        return "No presenting allele is known; what loss of HLA takes is an assumption."
    left = f"{100.0 * ranking.left_after_worst_allele:.2g} % of the tumour's cells"
    if len(alleles) == 1:
        return f"All receptors need {ranking.worst_allele}: if it is lost, all fail at once and {left} stay covered."
    return f"Loss of {ranking.worst_allele} does most harm of single alleles: {left} stay covered."


def _short(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.6g}")


def write_ranking(
    out: Path, ranking: Ranking, document: dict[str, Any], inputs: RankInputs, rules: RankingRules
) -> None:
    """Write the folder: ``receptors.tsv``, ``coverage.tsv``, ``clones.tsv``, ``hla.tsv`` if given, ``yield.json``."""
    options = {**asdict(rules), "priors": [asdict(one) for one in rules.priors]}
    with table_folder(out, command="antigen rank", inputs=inputs.texts, options=options) as folder:
        write_nouns(folder / "receptors.tsv", ranking.receptors, Receptor)
        write_nouns(folder / "coverage.tsv", ranking.coverage, Covered)
        write_nouns(folder / "clones.tsv", ranking.clones, TumourClone)
        if inputs.alleles:
            write_nouns(folder / "hla.tsv", inputs.alleles, Allele)
        (folder / "yield.json").write_text(as_json(document), "utf-8")

"""Codons for a protein: human usage, no site, signal, repeat or run that would harm the order or the vector."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final

import numpy as np

from adoptive.construct.bases import AMINO_ACIDS, ConstructError, translate
from adoptive.construct.rules import Breach, Rules, recognition, rule_breaches, shared_kmers
from adoptive.construct.types import Built, Insert

__all__ = ["Rules", "build", "codon_usage", "optimise"]

_ATTEMPTS, _APART = 5, 20
_SAID: Final = {
    "sites": "restriction site", "patterns": "poly-A or splice signal", "runs": "run of one base",
    "gc": "share of G and C", "repeats": "repeat", "vector": "shared with the vector",
}  # fmt: skip
_PLAIN: Final = Rules()
_DRAWING: Final = ("dna_features_viewer", "geneblocks", "matplotlib", "pandas", "pdf_reports", "primer3", "sequenticon")


def optimise(
    protein: str, *, rules: Rules = _PLAIN, seed: int = 0, fixed: Sequence[tuple[int, str]] = (), apart_from: str = ""
) -> str:
    """Choose codons for a protein.

    The codons of each amino acid are dealt out in the shares that human genes use them (Kazusa table, as near as whole
    numbers allow), in random order; then DNA Chisel (Zulkower and Rosser 2020, doi:10.1093/bioinformatics/btaa558)
    exchanges those that break a rule. Equal seeds give equal bases; no random numbers of anybody else are touched.

    Parameters
    ----------
    protein
        Amino acids; a last ``*`` is a stop.
    rules
        What the bases must keep to.
    seed
        Of the random choices.
    fixed
        Bases to keep, as ``(first residue from 0, bases)``.
    apart_from
        Bases, as of a vector, with which no 20 bases may be shared, on either strand.

    Returns
    -------
    str
        Three bases for each letter of ``protein``.

    Raises
    ------
    ConstructError
        A letter is no amino acid, fixed bases code for something else, or no codons found meet the rules: it names
        the rule and the residues.

    Examples
    --------
    >>> from adoptive.construct.bases import translate
    >>> translate(optimise("MKTEFSGLPWRQ*"))
    'MKTEFSGLPWRQ*'
    """
    _check_letters(protein)
    held = _check_fixed(protein, fixed)
    best: dict[str, tuple[Breach, ...]] = {}
    for attempt in range(_ATTEMPTS):
        draw = np.random.default_rng([seed % 2**63, attempt])
        nt = _resolved(_dealt(protein, held, draw), held, rules, draw)
        if shared := _shared(nt, apart_from):
            nt = _resolved(nt, held, replace(rules, patterns=(*rules.patterns, *(one.found for one in shared))), draw)
        broken = rule_breaches(nt, rules) | {"vector": _shared(nt, apart_from)}
        found = {rule: places for rule, places in broken.items() if places}
        if not found:
            return nt
        if not best or sum(map(len, found.values())) < sum(map(len, best.values())):
            best = found
    raise _impossible(protein, best, fixed)


def build(
    insert: Insert, *, rules: Rules = _PLAIN, seed: int = 0, keep: Sequence[str] = (), apart_from: str = ""
) -> Built:
    """Choose the bases of an insert, stop included.

    Parts whose kind is in ``keep`` keep the bases that they give, as germline or contig bases of "variable" parts;
    a part of such a kind without bases gets codons like all others. ``apart_from`` are a vector's bases, see
    :func:`optimise`.

    Raises
    ------
    ConstructError
        As :func:`optimise`; or a part has no protein.
    """
    fixed, at = [], 0
    for part in insert.parts:
        if part.nt and part.kind in keep:
            fixed.append((at, part.nt))
        at += len(part.protein)
    if not at:
        raise ConstructError("the insert has no protein", where=insert.id, next_step="give it parts")
    nt = optimise(f"{insert.protein}*", rules=rules, seed=seed, fixed=fixed, apart_from=apart_from)
    return Built(insert, nt)


def _shared(nt: str, other: str) -> tuple[Breach, ...]:
    hits = shared_kmers(nt, _APART, reverse=True, reference=other) if other else ()
    return tuple(
        Breach(f"{_APART} bases of the vector", at, at + _APART, nt[at : at + _APART], way) for at, _, way in hits
    )


def codon_usage() -> dict[str, dict[str, float]]:
    """Give the share of each codon among those of its amino acid in human genes (Kazusa, taxon 9606)."""
    import python_codon_tables

    table: dict[str, dict[str, float]] = python_codon_tables.get_codons_table("h_sapiens_9606")
    return table


def _check_letters(protein: str) -> None:
    body = protein.removesuffix("*")
    for at, letter in enumerate(body, start=1):
        if letter not in AMINO_ACIDS:
            raise ConstructError(
                "no amino acid", where=f"protein, residue {at}", value=letter, allowed=AMINO_ACIDS,
                next_step="give one of the twenty in capitals; a stop only at the end",
            )  # fmt: skip
    if not body:
        raise ConstructError("the protein is empty", where="protein", next_step="give amino acids")


def _check_fixed(protein: str, fixed: Sequence[tuple[int, str]]) -> dict[int, str]:
    """Give the codon that is held at each residue."""
    held: dict[int, str] = {}
    for first, nt in fixed:
        said = translate(nt)
        wanted = protein[first : first + len(said)]
        if said != wanted:
            at = next((i for i, (a, b) in enumerate(zip(said, wanted, strict=False)) if a != b), len(wanted))
            raise ConstructError(
                "the given bases code for another protein", where=f"residue {first + at + 1}",
                value=said[at : at + 1], allowed=wanted[at : at + 1] or "the end",
                next_step="correct the bases or the protein",
            )  # fmt: skip
        held |= {first + i: nt[3 * i : 3 * i + 3] for i in range(len(said))}
    return held


def _dealt(protein: str, held: dict[int, str], draw: np.random.Generator) -> str:
    """Deal out codons in the shares of human usage: whole numbers by largest remainder, in random order."""
    usage = codon_usage()
    codons = [held.get(at, "") for at in range(len(protein))]
    for letter in sorted(set(protein)):
        places = [at for at, one in enumerate(protein) if one == letter and at not in held]
        names = sorted(usage[letter])
        shares = np.array([usage[letter][name] for name in names])
        wanted = shares / shares.sum() * len(places)
        numbers = np.floor(wanted).astype(int)
        most = np.argsort(numbers - wanted, kind="stable")
        numbers[most[: len(places) - numbers.sum()]] += 1
        for at, which in zip(places, draw.permutation(np.repeat(np.arange(len(names)), numbers)), strict=True):
            codons[at] = names[which]
    return "".join(codons)


def _resolved(nt: str, held: dict[int, str], rules: Rules, draw: np.random.Generator) -> str:
    """Exchange codons that break a rule; bases that still break one if that was not possible."""
    chisel = _chisel()
    with _numpy_seeded(int(draw.integers(2**32))):
        problem = chisel.DnaOptimizationProblem(nt, constraints=_constraints(nt, held, rules, chisel), logger=None)
        try:
            problem.resolve_constraints()
        except chisel.NoSolutionError:
            pass
    return str(problem.sequence)


def _constraints(nt: str, held: dict[int, str], rules: Rules, chisel: Any) -> list[Any]:
    runs = [base * (rules.longest_at_run + 1) for base in "AT"] + [base * (rules.longest_gc_run + 1) for base in "GC"]
    words = [*map(recognition, rules.sites), *rules.patterns, *runs]
    low, high = rules.gc_between
    found: list[Any] = [chisel.EnforceTranslation(), *map(chisel.AvoidPattern, words)]
    found += [chisel.AvoidChanges(location=(3 * at, 3 * at + 3)) for at in held]
    found.append(chisel.EnforceGCContent(mini=low, maxi=high, window=min(rules.gc_window, len(nt))))
    if len(nt) > rules.unique_kmer:
        found.append(chisel.UniquifyAllKmers(rules.unique_kmer))
    return found


def _chisel() -> Any:
    """Import DNA Chisel without what it draws its own reports with: that takes seconds, and nothing here uses it."""
    absent = [name for name in _DRAWING if name not in sys.modules]
    sys.modules.update(dict.fromkeys(absent))  # type: ignore[arg-type]  # None: an import says that it is not there
    try:
        return importlib.import_module("dnachisel")
    finally:
        for name in absent:
            del sys.modules[name]


@contextmanager
def _numpy_seeded(seed: int) -> Iterator[None]:
    """Seed numpy's shared random numbers, which DNA Chisel draws from, and put them back as they were."""
    before = np.random.get_state()
    np.random.seed(seed)
    try:
        yield
    finally:
        np.random.set_state(before)


def _impossible(
    protein: str, broken: dict[str, tuple[Breach, ...]], fixed: Sequence[tuple[int, str]]
) -> ConstructError:
    rule, places = next(iter(broken.items()))
    worst = places[0]
    first, last = worst.start // 3, (worst.end - 1) // 3
    allowed = f"no {worst.rule}" if rule in ("sites", "patterns", "repeats", "vector") else worst.rule
    kept = " or let bases that are kept change" if fixed else ""
    return ConstructError(
        f"no codons were found that meet the rule '{_SAID[rule]}'",
        where=f"residues {first + 1}-{last + 1} ({protein[first : last + 1][:60]})",
        value=worst.found, allowed=allowed,
        next_step=f"loosen this rule, try another seed,{kept} or change the part",
    )  # fmt: skip

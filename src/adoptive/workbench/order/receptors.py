"""Receptors to build, as a user gives them: rows of ``receptors.tsv`` (or ``clonotypes.tsv``), or genes and CDR3s."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from adoptive.construct.bases import ConstructError
from adoptive.construct.constants import ConstantSet
from adoptive.construct.germline import Species
from adoptive.construct.stitch import stitch
from adoptive.construct.tcr import ChainOrder, Linker, tcr_insert
from adoptive.construct.types import LONGEST_ID, Insert
from adoptive.errors import StudyError
from adoptive.workbench.discover.tables import Row, Table, read_table
from adoptive.workbench.discover.text import Text
from adoptive.workbench.spelling import nearest

__all__ = ["MOST_RECEPTORS", "Layout", "Sequences", "insert_of", "inserts_of_table"]

MOST_RECEPTORS: Final = 50
"""A product has a few receptors; more is a whole table given by mistake."""

_NEEDED: Final = ("id", "trav", "traj", "cdr3a", "trbv", "trbj", "cdr3b")
_COLUMNS: Final = {
    "alpha": {"variable": "trav", "leader": "trav", "joining": "traj", "CDR3": "cdr3a", "CDR3 bases": "cdr3a_nt"},
    "beta": {"variable": "trbv", "leader": "trbv", "joining": "trbj", "CDR3": "cdr3b", "CDR3 bases": "cdr3b_nt"},
}


@dataclass(frozen=True)
class Layout:
    """Say how a receptor is laid out."""

    constants: ConstantSet = "murine cysteine"
    order: ChainOrder = "beta alpha"
    linker: Linker = "furin SGSG P2A"
    species: Species = "human"


@dataclass(frozen=True)
class Sequences:
    """Hold what is known of one receptor: genes, CDR3s, and the CDR3s' bases if they were sequenced."""

    id: str
    va: str
    ja: str
    cdr3a: str
    vb: str
    jb: str
    cdr3b: str
    cdr3a_nt: str = ""
    cdr3b_nt: str = ""


class _ChainError(Exception):
    """Carry what is wrong with one chain."""

    def __init__(self, chain: str, problem: ConstructError) -> None:
        self.chain, self.problem = chain, problem
        super().__init__(str(problem))


def insert_of(given: Sequences, layout: Layout) -> Insert:
    """Stitch both chains of a receptor and lay it out.

    Raises
    ------
    ConstructError
        A gene that is not known, a CDR3 without its ends, chains exchanged; it says which chain.
    """
    try:
        return _insert(given, layout)
    except _ChainError as wrong:
        problem = wrong.problem
        raise ConstructError(
            problem.what, where=f"{given.id}, {wrong.chain}, {problem.where}", value=problem.value,
            allowed=problem.allowed, next_step=problem.next_step,
        ) from None  # fmt: skip


def _insert(given: Sequences, layout: Layout) -> Insert:
    chains = []
    for word, kind, v, j, cdr3, nt in (
        ("alpha", "TRA", given.va, given.ja, given.cdr3a, given.cdr3a_nt),
        ("beta", "TRB", given.vb, given.jb, given.cdr3b, given.cdr3b_nt),
    ):
        try:
            chain = stitch(v, j, cdr3, cdr3_nt=nt, species=layout.species)
        except ConstructError as problem:
            raise _ChainError(word, problem) from None
        if chain.chain != kind:
            swapped = ConstructError(
                f"these are genes of the other chain, not of {word}", where="variable", value=f"{v}, {j}",
                allowed=f"{kind}V and {kind}J", next_step="exchange alpha and beta",
            )  # fmt: skip
            raise _ChainError(word, swapped)
        chains.append(chain)
    made = tcr_insert(given.id, *chains, constants=layout.constants, order=layout.order, linker=layout.linker)
    contigs = (("TRA", given.cdr3a_nt.strip().upper()), ("TRB", given.cdr3b_nt.strip().upper()))
    return replace(made, contigs=tuple((kind, nt) for kind, nt in contigs if nt))


def inserts_of_table(
    path: Path, layout: Layout, *, ids: Sequence[str] = (), chosen: bool = False
) -> tuple[tuple[Insert, ...], Text]:
    """Lay out receptors of a table: those of ``ids``, or all that were chosen (rank above 0), in order of rank.

    Returns
    -------
    inserts, text
        The inserts, and the table's text for the record of origin.

    Raises
    ------
    StudyError
        The table cannot be read, no such id, none chosen, too many; all mistakes with line and column.
    """
    table = read_table(path, what="table of receptors", needed=[*_NEEDED, *(["rank"] if chosen else [])])
    rows = _chosen(table) if chosen else _by_id(table, ids)
    if len(rows) > MOST_RECEPTORS:
        raise StudyError(
            "too many receptors for one product", where=str(path), value=len(rows), allowed=f"1 to {MOST_RECEPTORS}",
            next_step="choose fewer",
        )  # fmt: skip
    inserts = tuple(insert for row in rows if (insert := _of_row(row, layout)) is not None)
    table.check()
    return inserts, table.text


def _by_id(table: Table, ids: Sequence[str]) -> list[Row]:
    known: dict[str, Row] = {}
    for row in table.rows:
        name = row.text("id", needed=True)
        if name and name in known:
            row.mistake("id", f"this id stands in line {known[name].line} already", value=name, next_step="rename one")
        known.setdefault(name, row)
    table.check()
    missing = [name for name in ids if name not in known]
    if missing:
        near = nearest(missing[0], tuple(known))
        raise StudyError(
            "the table has no such receptor", where=str(table.text.path), value=", ".join(missing),
            allowed=", ".join(list(known)[:8]), next_step=f"is it {near}?" if near else "name one of its ids",
        )  # fmt: skip
    return [known[name] for name in dict.fromkeys(ids)]


def _chosen(table: Table) -> list[Row]:
    ranks = [(row.whole("rank", needed=True) or 0, row) for row in table.rows]
    _by_id(table, ())
    rows = [row for rank, row in sorted(ranks, key=lambda pair: pair[0]) if rank > 0]
    if not rows:
        raise StudyError(
            "no receptor of the table was chosen", where=str(table.text.path), value="every rank is 0",
            next_step="name receptors by --id",
        )  # fmt: skip
    return rows


def _of_row(row: Row, layout: Layout) -> Insert | None:
    cells = {name: row.text(name, needed=True) for name in _NEEDED}
    if len(cells["id"]) > LONGEST_ID:
        row.mistake("id", "too long for the name of a construct", value=cells["id"], allowed=f"{LONGEST_ID} characters",
                    next_step="shorten it")  # fmt: skip
        return None
    if not all(cells.values()):
        return None
    given = Sequences(
        cells["id"], cells["trav"], cells["traj"], cells["cdr3a"], cells["trbv"], cells["trbj"], cells["cdr3b"],
        row.text("cdr3a_nt"), row.text("cdr3b_nt"),
    )  # fmt: skip
    try:
        return _insert(given, layout)
    except _ChainError as wrong:
        problem = wrong.problem
        column = _COLUMNS[wrong.chain].get(problem.where, _COLUMNS[wrong.chain]["variable"])
        row.mistake(
            column, problem.what, value="" if problem.value is None else problem.value, allowed=problem.allowed,
            next_step=problem.next_step,
        )  # fmt: skip
        return None

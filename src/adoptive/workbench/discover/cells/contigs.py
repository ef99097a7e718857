"""Read the receptor chains of single cells: 10x contig annotations, or an AIRR rearrangement table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from adoptive.antigen.chains import Contig
from adoptive.errors import StudyError
from adoptive.workbench.discover.tables import Row, Table, read_table
from adoptive.workbench.discover.text import Text

__all__ = ["ReadContigs", "read_airr", "read_contigs", "read_tenx"]

_TENX: Final = ("barcode", "chain", "v_gene", "j_gene", "cdr3")
_AIRR: Final = ("cell_id", "v_call", "j_call", "junction_aa")
_LOCI: Final = {"TRA", "TRB", "TRG", "TRD", "IGH", "IGK", "IGL"}


@dataclass(frozen=True)
class ReadContigs:
    """Hold the chains of a file, its text and its layout's name."""

    contigs: tuple[Contig, ...]
    text: Text
    layout: str


def read_contigs(path: Path | str, *, what: str = "contig table") -> ReadContigs:
    """Read either layout, told apart by the line of column names.

    Raises
    ------
    StudyError
        It is neither; or as :func:`read_tenx` and :func:`read_airr`.
    """
    table = read_table(path, what=what, needed=["barcode|cell_id", "cdr3|junction_aa"])
    names = set(table.names)
    if set(_AIRR) <= names:
        return _read(table, _airr_contig, "AIRR rearrangements")
    if set(_TENX) <= names:
        return _read(table, _tenx_contig, "10x contig annotations")
    raise StudyError(
        f"the {what} has the columns of neither layout", where=table.place(1), value=" ".join(table.names)[:120],
        allowed=f"10x: {', '.join(_TENX)}; AIRR: {', '.join(_AIRR)}",
        next_step="give filtered_contig_annotations.csv or an AIRR rearrangement table with its line of names",
    )  # fmt: skip


def read_tenx(path: Path | str) -> ReadContigs:
    """Read ``filtered_contig_annotations.csv`` of Cell Ranger, plain or gzip; columns by name, so of any version.

    ``None`` and empty cells are not known; ``True``, ``true`` are read alike. The columns barcode, chain, v_gene,
    j_gene and cdr3 must be there, others need not: is_cell, high_confidence, full_length, productive, cdr3_nt, umis.

    Raises
    ------
    StudyError
        A column or a cell cannot be read; every mistake is named with its line.
    """
    return _read(read_table(path, what="10x contig table", needed=_TENX), _tenx_contig, "10x contig annotations")


def read_airr(path: Path | str) -> ReadContigs:
    """Read an AIRR rearrangement table of single cells, tab-separated, plain or gzip.

    The columns cell_id, v_call, j_call and junction_aa must be there; locus, junction, productive, complete_vdj,
    umi_count or duplicate_count need not. The locus is read from the V gene where it is not given.

    Raises
    ------
    StudyError
        A column or a cell cannot be read; every mistake is named with its line.
    """
    return _read(read_table(path, what="AIRR table", needed=_AIRR), _airr_contig, "AIRR rearrangements")


def _read(table: Table, contig: Callable[[Row], Contig], layout: str) -> ReadContigs:
    contigs = tuple(contig(row) for row in table.rows)
    table.check()
    return ReadContigs(contigs, table.text, layout)


def _tenx_contig(row: Row) -> Contig:
    return Contig(
        cell=row.text("barcode", needed=True), locus=_locus(row.text("chain"), row.text("v_gene")),
        v=row.text("v_gene"), j=row.text("j_gene"), cdr3=row.text("cdr3").upper(), cdr3_nt=row.text("cdr3_nt").upper(),
        productive=row.flag("productive"), full_length=row.flag("full_length"),
        high_confidence=row.flag("high_confidence"), is_cell=row.flag("is_cell"), umis=row.whole("umis"), line=row.line,
    )  # fmt: skip


def _airr_contig(row: Row) -> Contig:
    return Contig(
        cell=row.text("cell_id"), locus=_locus(row.text("locus"), row.text("v_call")),
        v=row.text("v_call"), j=row.text("j_call"),
        cdr3=row.text("junction_aa").upper(), cdr3_nt=row.text("junction").upper(),
        productive=row.flag("productive"), full_length=row.flag("complete_vdj"),
        umis=_first(row, ("umi_count", "duplicate_count")), line=row.line,
    )  # fmt: skip


def _first(row: Row, columns: Sequence[str]) -> int | None:
    return next((count for column in columns if (count := row.whole(column)) is not None), None)


def _locus(given: str, v: str) -> str:
    """Take the locus as given, else as the V gene says."""
    return (given or (v[:3] if v[:3].upper() in _LOCI else "")).upper()

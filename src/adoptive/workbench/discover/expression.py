"""Read a user's tables of expression: one row per gene and place, or one row per gene and a column per sample.

A table of a million rows is read by pyarrow; if that finds anything odd the table is read again row by row, so that
every mistake is said with its line.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from adoptive.antigen.targets.expression import Expression
from adoptive.errors import StudyError
from adoptive.workbench.discover.tables import EMPTY, Table, read_table
from adoptive.workbench.discover.text import Text, read_text
from adoptive.workbench.mistakes import UNSHOWABLE

__all__ = ["COHORT", "Levels", "read_long", "read_tumour"]

GENE: Final = ("Gene name", "gene", "Gene", "symbol")
LEVEL: Final = ("nTPM", "TPM", "tpm", "ntpm")
SAMPLE: Final = ("sample", "Sample", "sample_id")
ENSEMBL: Final = "Gene"
COHORT: Final = "cohort"
HIGHEST_LOGARITHM: Final = 25.0
"""No TPM reaches two to this power, and in a whole transcriptome the highest TPM is far above this."""

MANY_GENES: Final = 1000

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Levels:
    """Hold levels with the text they are from, whether they are a cohort's, and what was odd."""

    expression: Expression
    text: Text
    cohort: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Columns:
    """Hold columns of a table: gene and place (None in a wide table) of each row, levels."""

    genes: _Words
    places: _Words | None
    level: FloatArray


@dataclass(frozen=True)
class _Words:
    """Hold a column of words: each different word once, sorted, and its number in each row."""

    every: tuple[str, ...]
    at: NDArray[np.int64]

    @property
    def named(self) -> NDArray[np.bool_]:
        """Say which rows have a word."""
        return np.array([bool(word) for word in self.every], bool)[self.at]


def _words_of(words: Sequence[str], at: NDArray[Any] | None = None) -> _Words:
    """Sort words; ``at``: the number of each row's word among them, else each is a row's."""
    every, inverse = np.unique(np.array(words, dtype=str), return_inverse=True)
    inverse = inverse.reshape(-1)
    return _Words(tuple(str(one) for one in every), inverse if at is None else inverse[at])


def read_long(path: Path | str, *, place: Sequence[str], what: str) -> Levels:
    """Read a table with a row per gene and place, as the Human Protein Atlas writes it (Gene name, Tissue, nTPM).

    Arguments: ``place`` names that its column may have. A gene that stands twice at a place keeps the higher level.

    Raises
    ------
    StudyError
        A missing column; a level that is no number or below 0; with the line.
    """
    text = read_text(path, what=what)
    names = _header(text)
    gene, where, level = _first(GENE, names), _first(place, names), _first(LEVEL, names)
    if gene and where and level:
        columns = _fast(text, names, gene, where, (level,)) or _slow(path, what, gene, where, (level,))
    else:
        read_table(path, what=what, needed=["|".join(GENE), "|".join(place), "|".join(LEVEL)])
        raise StudyError(f"the {what} cannot be read", where=str(path))
    return _levels(columns, text, ())


def read_tumour(path: Path | str) -> Levels:
    """Read tumours: gene, sample and TPM; or gene and a column per sample; or gene and TPM, of a cohort.

    Raises
    ------
    StudyError
        No column of genes or levels; a level that is no number or below 0; with the line.
    """
    what = "table of tumours"
    text = read_text(path, what=what)
    names = _header(text)
    gene, sample, level = _first(GENE, names), _first(SAMPLE, names), _first(LEVEL, names)
    if gene and sample and level:
        return _levels(
            _fast(text, names, gene, sample, (level,)) or _slow(path, what, gene, sample, (level,)), text, ()
        )
    wide = [level] if gene and level else [name for name in names if name not in (gene, ENSEMBL)]
    if not gene or not wide or "" in wide:
        read_table(path, what=what, needed=["|".join(GENE), "|".join(LEVEL)])
        raise StudyError(
            "no column of levels", where=f"{path}: line 1", value=", ".join(names)[:80],
            allowed="gene, sample, TPM; or gene and a column per sample; or gene and TPM", next_step="name the columns",
        )  # fmt: skip
    places = (COHORT,) if level else tuple(wide)
    columns = _fast(text, names, gene, "", tuple(wide)) or _slow(path, what, gene, "", tuple(wide))
    return _levels(columns, text, places, cohort=bool(level))


def _header(text: Text) -> list[str]:
    """Give the columns' names, none if two are the same, which the slow reading says."""
    first = text.split("\n", 1)[0].rstrip("\r")
    names = [name.strip().lstrip("#").strip() for name in next(csv.reader([first], delimiter=_delimiter(first)), [])]
    return names if len(set(names)) == len(names) else []


def _delimiter(first: str) -> str:
    return max("\t,;", key=first.count)


def _first(wanted: Sequence[str], names: Sequence[str]) -> str:
    return next((name for name in wanted if name in names), "")


def _fast(text: Text, names: list[str], gene: str, place: str, levels: Sequence[str]) -> _Columns | None:
    """Read columns by pyarrow; None if anything is odd."""
    import pyarrow as pa
    from pyarrow import csv as arrow

    kinds: dict[str, Any] = {one: pa.dictionary(pa.int32(), pa.string()) for one in (gene, place) if one}
    kinds |= dict.fromkeys(levels, pa.float64())
    body = io.BytesIO(text.partition("\n")[2].encode("utf-8"))
    try:
        table = arrow.read_csv(
            body,
            read_options=arrow.ReadOptions(column_names=names, use_threads=False),
            parse_options=arrow.ParseOptions(delimiter=_delimiter(text.split("\n", 1)[0])),
            convert_options=arrow.ConvertOptions(
                column_types=kinds, include_columns=list(kinds), null_values=sorted(EMPTY), strings_can_be_null=True,
            ),
        )  # fmt: skip
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowKeyError):
        return None
    found = {name: table.column(name).combine_chunks() for name in kinds}
    level = np.column_stack([found[name].to_numpy(zero_copy_only=False) for name in levels])
    words = {name: _words(found[name]) for name in (gene, place) if name}
    genes, places = words[gene], words[place] if place else None
    if not len(level) or genes is None or (place and places is None) or _odd(level):
        return None
    return _Columns(genes, places, level)


def _words(column: Any) -> _Words | None:
    """Give a column's words, stripped, "" for an empty cell; None if one cannot be shown."""
    every = [str(one).strip() for one in column.dictionary.to_pylist()]
    if any(UNSHOWABLE.search(one) for one in every):
        return None
    return _words_of([*every, ""], column.indices.fill_null(len(every)).to_numpy(zero_copy_only=False))


def _odd(level: FloatArray) -> bool:
    return bool(np.isinf(level).any() or np.nanmin(level, initial=0.0) < 0.0)


def _slow(path: Path | str, what: str, gene: str, place: str, levels: Sequence[str]) -> _Columns:
    """Read columns row by row, and say every mistake."""
    table: Table = read_table(path, what=what)
    found = []
    for row in table.rows:
        numbers = [row.number(name, least=0.0) for name in levels]
        found.append((row.text(gene), row.text(place) if place else "", numbers))
    table.check()
    level = np.array([[np.nan if one is None else one for one in row[2]] for row in found], float)
    places = _words_of([row[1] for row in found]) if place else None
    return _Columns(_words_of([row[0] for row in found]), places, level.reshape(len(found), len(levels)))


def _levels(columns: _Columns, text: Text, wide: tuple[str, ...], *, cohort: bool = False) -> Levels:
    """Put columns into an array by gene and place; what stands twice keeps the higher level."""
    named = columns.genes.named if columns.places is None else columns.genes.named & columns.places.named
    genes, row = columns.genes.every, columns.genes.at[named]
    if columns.places is None:
        places, at, values = wide, np.arange(len(wide))[None, :], columns.level[named]
        row = row[:, None]
    else:
        places, at, values = columns.places.every, columns.places.at[named], columns.level[named, 0]
    level = np.full((len(genes), len(places)), np.nan)
    np.fmax.at(level, (row, at), values)
    filled = np.zeros(level.shape, bool)
    filled[row, at] = True
    twice = (values.size - int(filled.sum())) // (len(places) if columns.places is None else 1)
    kept, columns_kept = np.array([bool(one) for one in genes]), np.array([bool(one) for one in places])
    level, genes = level[kept][:, columns_kept], tuple(one for one in genes if one)
    places = tuple(one for one in places if one)
    if not len(genes):
        raise StudyError("no row names a gene", where=str(text.path), next_step="fill in the column of genes")
    top = np.nanmax(level, initial=0.0)
    said = (
        (len(named) - int(named.sum()), "rows without a gene or place left out"),
        (twice, "rows repeat a gene at a place: the highest level is taken"),
    )
    notes = tuple(f"{text.path.name}: {count:,} {words}." for count, words in said if count)
    if top < HIGHEST_LOGARITHM and len(genes) >= MANY_GENES:
        notes += (f"{text.path.name}: the highest level is {top:.3g}: are these logarithms? TPM is wanted.",)
    return Levels(Expression(genes, places, level), text, cohort, notes)

"""The expression of single cells: a sparse matrix, its genes found by symbol or alias, counts told from logarithms."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from adoptive.errors import StudyError

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["SCALE", "Transcriptome", "aliases", "kind_of_values", "log_normalised", "match_barcodes", "normalised_to"]

Values = NDArray[np.float64]
Kind = Literal["counts", "log-normalised"]

SCALE: Final = 10_000.0
"""Counts per cell to which expression is scaled before the logarithm; the labelled cells were."""

LARGEST_COUNT: Final = 1e9
"""No cell has as many molecules of one gene; sums of larger values would overflow."""
_LARGEST_LOG: Final = 14.0
"""``log(1 + x)`` of counts per million is below 13.9; larger values with fractions are no logarithms."""

_SUFFIX: Final = re.compile(r"-\d+$")


@dataclass(frozen=True)
class Transcriptome:
    """Hold expression of cells, ``values`` sparse of shape ``(cells, genes)``; ``notes`` say how it was read."""

    cells: tuple[str, ...]
    genes: tuple[str, ...]
    values: csr_array[Any]
    kind: Kind
    notes: tuple[str, ...] = ()

    def of_cells(self, places: NDArray[np.int64]) -> Transcriptome:
        """Keep the cells at these places, in their order."""
        kept = tuple(self.cells[place] for place in places)
        return replace(self, cells=kept, values=self.values[places, :])

    def find(self, symbols: Sequence[str]) -> tuple[NDArray[np.int64], tuple[str, ...]]:
        """Find genes by symbol, else by an alias; give their columns (-1: not there) and what to say of them.

        Of two columns with one symbol the one with more is taken.
        """
        places = self._places()
        found, notes = np.full(len(symbols), -1, np.int64), []
        for number, symbol in enumerate(symbols):
            name = next((one for one in (symbol, *aliases().get(symbol, ())) if one in places), "")
            if not name:
                continue
            columns = places[name]
            found[number] = columns[0]
            if name != symbol:
                notes.append(f"{symbol} was found as {name}")
            if len(columns) > 1:
                totals = np.asarray(self.values[:, columns].sum(axis=0)).ravel()
                found[number] = columns[int(totals.argmax())]
                notes.append(f"{name} stands there {len(columns)} times; the column with more was taken")
        return found, tuple(notes)

    def _places(self) -> dict[str, list[int]]:
        places: dict[str, list[int]] = {}
        for column, gene in enumerate(self.genes):
            places.setdefault(gene, []).append(column)
        return places


@lru_cache(maxsize=1)
def aliases() -> Mapping[str, tuple[str, ...]]:
    """Map a gene's symbol to others it goes by in older or newer annotations, both ways; not a complete list.

    >>> aliases()["CARS"], aliases()["STING1"]
    (('CARS1',), ('TMEM173',))
    """
    text = resources.files("adoptive.antigen").joinpath("data/gene_aliases.tsv").read_text("utf-8")
    found: dict[str, tuple[str, ...]] = {}
    for row in csv.DictReader(text.splitlines(), delimiter="\t"):
        for one, other in ((row["symbol"], row["alias"]), (row["alias"], row["symbol"])):
            found[one] = (*found.get(one, ()), other)
    return found


def kind_of_values(values: csr_array[Any], *, where: str) -> Kind:
    """Tell counts (all whole) from log-normalised values (fractions, none above 14).

    Raises
    ------
    StudyError
        No cells, no genes, only zeros; values that are negative, not finite, or neither counts nor logarithms.
    """
    data = values.data
    if not all(values.shape) or not data.size or not data.any():
        size = f"{values.shape[0]:,} cells, {values.shape[1]:,} genes, {np.count_nonzero(data):,} values above zero"
        raise StudyError("the matrix is empty", where=where, value=size, next_step="give the filtered matrix")
    least, most = float(data.min()), float(data.max())
    if not np.isfinite(data).all() or least < 0.0 or most > LARGEST_COUNT:
        raise StudyError(
            "the matrix has values that are negative, not finite or no counts", where=where,
            value=most if least >= 0.0 else least, allowed="counts, or log(1 + normalised counts)",
            next_step="give counts: scaled values cannot be ranked",
        )  # fmt: skip
    if np.array_equal(data, np.rint(data)):
        return "counts"
    if most <= _LARGEST_LOG:
        return "log-normalised"
    raise StudyError(
        "the values are neither whole counts nor logarithms", where=where, value=f"largest {most:g}",
        allowed=f"whole counts, or log(1 + normalised counts) up to {_LARGEST_LOG:g}",
        next_step="say --values counts if a correction left fractions of counts, or give the counts",
    )  # fmt: skip


def log_normalised(transcriptome: Transcriptome, genes: Sequence[str]) -> Values:
    """Give a few genes dense, ``(cells, genes)``: ``log(1 + 10000 count / the cell's counts)``; NaN: gene not there.

    Logarithms are brought to the same scale where it can be told: where all cells sum to one number, as after any usual
    normalisation of all genes, but not to 10,000. Else they are given as they are.
    """
    columns, _ = transcriptome.find(genes)
    dense = np.full((len(transcriptome.cells), len(genes)), np.nan)
    there = columns >= 0
    picked = np.asarray(transcriptome.values[:, columns[there]].todense(), float)
    if transcriptome.kind == "counts":
        totals = np.asarray(transcriptome.values.sum(axis=1), float).reshape(-1, 1)
        picked = np.log1p(SCALE * np.divide(picked, totals, out=np.zeros_like(picked), where=totals > 0.0))
    elif (scale := normalised_to(transcriptome)) is not None:
        picked = np.log1p(np.expm1(picked) * SCALE / scale)
    dense[:, there] = picked
    return dense


def normalised_to(transcriptome: Transcriptome) -> float | None:
    """Tell to which sum per cell logarithms were normalised; None if the cells differ by more than one per cent."""
    linear = transcriptome.values.copy()
    linear.data = np.expm1(linear.data)
    totals = np.asarray(linear.sum(axis=1), float).ravel()
    totals = totals[totals > 0.0]
    if not totals.size or float(np.ptp(totals)) > 0.01 * float(totals.max()):
        return None
    return float(np.median(totals))


def match_barcodes(cells: Sequence[str], barcodes: Sequence[str]) -> tuple[NDArray[np.int64], str]:
    """Find each cell's place in the matrix, -1 if it is not there, and say how they were matched.

    Exact names first; if less than half match, names without their ending ``-1``, if this makes no two equal.

    >>> match_barcodes(["AAAC-1", "GGGT-1"], ["GGGT", "AAAC"])[0].tolist()
    [1, 0]
    """
    exact = _places(cells, barcodes)
    if np.mean(exact >= 0) >= 0.5 if len(cells) else True:
        return exact, "cells were matched by their whole barcodes"
    short = [_SUFFIX.sub("", one) for one in cells], [_SUFFIX.sub("", one) for one in barcodes]
    if any(len(set(bare)) < len(set(full)) for bare, full in zip(short, (cells, barcodes), strict=True)):
        return exact, "cells were matched by their whole barcodes; without their endings (-1, -2) some would be equal"
    loose = _places(*short)
    if np.sum(loose >= 0) > np.sum(exact >= 0):
        return loose, "cells were matched by their barcodes without the ending -1, which one of the files lacks"
    return exact, "cells were matched by their whole barcodes"


def _places(cells: Sequence[str], barcodes: Sequence[str]) -> NDArray[np.int64]:
    place = {barcode: number for number, barcode in reversed(list(enumerate(barcodes)))}
    return np.array([place.get(cell, -1) for cell in cells], np.int64)

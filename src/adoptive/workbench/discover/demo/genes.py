"""Expression of the made-up cells: three genes from labelled cells of lung cancers, all others by a plain made rule.

CXCL13, ENTPD1 and IL7R of every cell are those of one labelled cell (MANAscore, patients MD01-004 and MD01-005, whom
the three-gene model was not fitted to): label 1 for clones that look reactive, label 0 for all others. Every other
gene has a rate drawn once; the genes of NeoTCR8 (CD8 cells) or NeoTCR4 (CD4 cells) are a quarter higher in clones that
look reactive; counts are negative binomial. That rule is made up and says nothing about the signatures' worth.
"""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Final

import numpy as np
from numpy.typing import NDArray

from adoptive.streams import purpose_word

__all__ = ["Look", "counts_of", "gene_names", "labelled_cells", "source_of"]

_PATIENTS: Final = ("MD01-004", "MD01-005")
_MODEL: Final = ("CXCL13", "ENTPD1", "IL7R")
_LINEAGE: Final = {
    "CD8A": {"CD8": 3.0, "CD4": 0.01}, "CD8B": {"CD8": 2.0, "CD4": 0.01}, "CD4": {"CD8": 0.01, "CD4": 2.0},
    "CD3D": {"CD8": 6.0, "CD4": 6.0}, "CD3E": {"CD8": 5.0, "CD4": 5.0},
}  # fmt: skip
"""Mean counts per 10,000 of lineage markers; other lineages have none."""
_EVERYWHERE: Final = {
    "MALAT1": 20.0, "B2M": 12.0, "TMSB4X": 9.0, "RPLP1": 8.0, "RPL13": 7.0, "EEF1A1": 6.0, "ACTB": 5.0, "GAPDH": 2.0,
}  # fmt: skip
"""Genes of every cell with their weights: they make up the rest of a cell's counts."""
_HIGHER: Final = 1.25
_MEDIAN_COUNTS: Final = 6_000.0


@dataclass(frozen=True)
class Look:
    """Hold what cells look like, arrays ``(cells,)``: lineage ("CD8", "CD4", ""), whether they look reactive."""

    lineage: NDArray[np.str_]
    reactive: NDArray[np.bool_]


def source_of(seed: int, purpose: str) -> np.random.Generator:
    """Give the source of random numbers of one purpose: adding another purpose moves none of its numbers."""
    return np.random.default_rng([seed, purpose_word(f"demo.{purpose}")])


@lru_cache(maxsize=1)
def _signatures() -> dict[str, tuple[str, ...]]:
    text = resources.files("adoptive.antigen").joinpath("data", "signatures.json").read_text("utf-8")
    return {name: tuple(one["genes_up"]) for name, one in json.loads(text)["signatures"].items()}


@lru_cache(maxsize=1)
def gene_names() -> tuple[str, ...]:
    """List the genes of the matrix: all genes of the signatures, lineage markers, genes of every cell; sorted."""
    named = {gene for genes in _signatures().values() for gene in genes}
    return tuple(sorted(named | set(_MODEL) | set(_LINEAGE) | set(_EVERYWHERE)))


@lru_cache(maxsize=1)
def labelled_cells() -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Read the labelled cells: log-normalised values ``(cells, 3)`` and whether the cell is specific for the tumour."""
    values, labels = [], []
    for patient in _PATIENTS:
        place = resources.files("adoptive.antigen").joinpath("data", "mana", f"{patient}_known_RNA.csv")
        for row in csv.DictReader(io.StringIO(place.read_text("utf-8"))):
            values.append([float(row[gene]) for gene in _MODEL])
            labels.append(row["Label"] == "1")
    return np.array(values), np.array(labels)


def counts_of(look: Look, *, seed: int) -> NDArray[np.int64]:
    """Draw counts ``(cells, genes)`` in the order of :func:`gene_names`."""
    genes, cells = gene_names(), len(look.reactive)
    rates = _rates(look, seed)
    depth = _MEDIAN_COUNTS * np.exp(0.3 * source_of(seed, "depth").standard_normal(cells))
    source = source_of(seed, "counts")
    means = rates * depth[:, None] / 1e4
    counts = source.poisson(means * source.gamma(2.0, 0.5, means.shape))
    model = [genes.index(gene) for gene in _MODEL]
    counts[:, model] = np.round(np.expm1(_model_values(look, seed)) * depth[:, None] / 1e4).astype(np.int64)
    return _filled(counts, depth, seed)


def _rates(look: Look, seed: int) -> NDArray[np.float64]:
    """Give mean counts per 10,000 ``(cells, genes)``; genes of every cell come later."""
    genes = gene_names()
    rate = 0.6 * np.exp(source_of(seed, "rates").standard_normal(len(genes)))
    rates = np.tile(rate, (len(look.reactive), 1))
    for name, lineage in (("NeoTCR8", "CD8"), ("NeoTCR4", "CD4")):
        columns = [genes.index(gene) for gene in _signatures()[name]]
        rows = look.reactive & (look.lineage == lineage)
        rates[np.ix_(rows, columns)] *= _HIGHER
    for gene, means in _LINEAGE.items():
        rates[:, genes.index(gene)] = [means.get(str(lineage), 0.0) for lineage in look.lineage]
    rates[:, [genes.index(gene) for gene in _EVERYWHERE]] = 0.0
    return rates


def _model_values(look: Look, seed: int) -> NDArray[np.float64]:
    """Give each cell the three values of one labelled cell of its kind, drawn with replacement."""
    values, labels = labelled_cells()
    source = source_of(seed, "labelled cells")
    ours = np.where(labels)[0][source.integers(labels.sum(), size=len(look.reactive))]
    others = np.where(~labels)[0][source.integers((~labels).sum(), size=len(look.reactive))]
    return values[np.where(look.reactive, ours, others)]


def _filled(counts: NDArray[np.int64], depth: NDArray[np.float64], seed: int) -> NDArray[np.int64]:
    """Fill each cell up to its depth with the genes of every cell."""
    rest = np.maximum(depth.astype(np.int64) - counts.sum(axis=1), 100)
    weights = np.array(list(_EVERYWHERE.values()))
    columns = [gene_names().index(gene) for gene in _EVERYWHERE]
    counts[:, columns] = source_of(seed, "everywhere").multinomial(rest, weights / weights.sum())
    return counts

"""Expression of genes in tumours, normal tissues and normal cell types, and what a tissue or cell type is."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from importlib import resources
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["Body", "Expression", "Isoform", "body", "highest", "median_of_rows", "with_isoforms"]

FloatArray = NDArray[np.float64]

TUMOUR: Final = "tumour"
ELSEWHERE: Final = "*"
_NUMBERED: Final = re.compile(r" \d+$")


@dataclass(frozen=True)
class Expression:
    """Hold levels of genes at places (samples, tissues or cell types), ``level[genes, places]``; NaN: not measured."""

    genes: tuple[str, ...]
    places: tuple[str, ...]
    level: FloatArray

    @cached_property
    def index(self) -> Mapping[str, int]:
        """Give each gene's row."""
        return {gene: at for at, gene in enumerate(self.genes)}

    def rows(self, names: Sequence[str]) -> FloatArray:
        """Give the rows of some genes, ``(names, places)``; a gene that is not there is not measured."""
        padded = np.vstack([self.level, np.full((1, len(self.places)), np.nan)])
        at = [self.index.get(name, len(self.genes)) for name in names]
        return np.asarray(padded[np.array(at, int)])

    def row(self, name: str) -> FloatArray:
        """Give one gene's levels, ``(places,)``."""
        return np.asarray(self.rows([name])[0])


@dataclass(frozen=True)
class Isoform:
    """Hold one isoform of a gene as shares of the gene's level: by place, ``tumour`` and ``*`` for all other places."""

    name: str
    gene: str
    shares: Mapping[str, float]

    def share(self, place: str, *, tumour: bool = False) -> float:
        """Give its share at a place; a normal place that is not named has all of the gene's level, the unsafe case."""
        if tumour:
            return self.shares[TUMOUR]
        return self.shares.get(place.lower(), self.shares.get(ELSEWHERE, 1.0))


def with_isoforms(levels: Expression, isoforms: Sequence[Isoform], *, tumour: bool = False) -> Expression:
    """Add isoforms as rows of their own: the gene's level times the isoform's share."""
    have = [one for one in isoforms if one.gene in levels.index]
    if not have:
        return levels
    shares = np.array([[one.share(place, tumour=tumour) for place in levels.places] for one in have])
    added = levels.rows([one.gene for one in have]) * shares
    return Expression((*levels.genes, *(one.name for one in have)), levels.places, np.vstack([levels.level, added]))


@dataclass(frozen=True)
class Body:
    """Hold what is known of tissues and cell types; lower case names."""

    vital: Mapping[str, frozenset[str]]
    barrier: Mapping[str, frozenset[str]]
    other: frozenset[str]
    cells: Mapping[str, str]
    isoforms: Mapping[str, str]
    own: Mapping[str, str] = field(default_factory=dict)

    def organ_of(self, tissue: str) -> str:
        """Name the vital or barrier organ of a tissue, "other" for another one, "" for a name that is not known.

        >>> body().organ_of("Skin 1"), body().organ_of("cerebellum"), body().organ_of("testis")
        ('skin', 'brain', 'other')
        """
        name = tissue.strip().lower()
        if name in self.own:
            return self.own[name]
        name = _NUMBERED.sub("", name)
        for organ, names in (*self.vital.items(), *self.barrier.items()):
            if name in names or name == organ:
                return organ
        return "other" if name in self.other else ""

    def class_of(self, cell_type: str) -> str:
        """Name the class of a normal cell type, "unknown" if it is not listed.

        >>> body().class_of("Fibroblasts")
        'stromal'
        """
        return self.cells.get(cell_type.strip().lower(), "unknown")


@lru_cache(maxsize=1)
def body() -> Body:
    """Read the package's map of tissues and cell types."""
    text = resources.files("adoptive.antigen.targets").joinpath("tissues.toml").read_text("utf-8")
    said = tomllib.loads(text)
    kinds = [{organ: frozenset(names) for organ, names in said[kind].items()} for kind in ("vital", "barrier")]
    cells = {name: kind for kind, names in said["cells"].items() for name in names}
    return Body(kinds[0], kinds[1], frozenset(said["other"]["tissues"]), cells, said["isoforms"])


def highest(level: FloatArray, places: Sequence[str]) -> tuple[FloatArray, list[str]]:
    """Give each row's highest level and its place, NaN and "" if nothing was measured; the first of equal ones.

    ``level`` is ``(rows, places)``.
    """
    if not places or not len(level):
        return np.full(len(level), np.nan), [""] * len(level)
    filled = np.where(np.isnan(level), -np.inf, level)
    at = np.argmax(filled, axis=1)
    top = filled[np.arange(len(level)), at]
    return np.where(np.isfinite(top), top, np.nan), [
        places[int(one)] if ok else "" for one, ok in zip(at, np.isfinite(top), strict=True)
    ]


def median_of_rows(level: FloatArray, count: NDArray[np.int64] | None = None) -> FloatArray:
    """Give each row's median over what was measured, NaN for none; with ``count``: over that many highest of each row.

    >>> median_of_rows(np.array([[1.0, 2.0, 9.0, np.nan]])).tolist()
    [2.0]
    """
    ordered = -np.sort(-level, axis=1)  # highest first, NaN last
    measured = np.sum(~np.isnan(level), axis=1)
    number = measured if count is None else np.minimum(count, measured)
    rows, none = np.arange(len(level)), number == 0
    low, high = np.where(none, 0, (number - 1) // 2), np.where(none, 0, number // 2)
    if not level.shape[1]:
        return np.full(len(level), np.nan)
    return np.where(none, np.nan, (ordered[rows, low] + ordered[rows, high]) / 2.0)

"""How well peptides bind to HLA class I: position-specific matrices that stand in the package.

SMMPMBEC gives an IC50, SYFPEITHI a score without a unit. An allele or a peptide length without a matrix has no
prediction; no other allele stands in for it.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from types import MappingProxyType
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from adoptive.errors import AdoptiveError

__all__ = ["AMINO_ACIDS", "PREDICTORS", "BindingError", "Floats", "Matrices", "Predictor"]

Predictor = Literal["smmpmbec", "syfpeithi"]
Floats = np.ma.MaskedArray[tuple[int, ...], np.dtype[np.float64]]

PREDICTORS: Final[tuple[Predictor, ...]] = ("smmpmbec", "syfpeithi")
AMINO_ACIDS: Final = "ACDEFGHIKLMNPQRSTVWY"

_PLACES: Final = np.full(256, len(AMINO_ACIDS), np.intp)
_PLACES[np.frombuffer(AMINO_ACIDS.encode(), np.uint8)] = np.arange(len(AMINO_ACIDS))

# Amino acids of UniProtKB/Swiss-Prot, per cent (release statistics), in the order of AMINO_ACIDS.
_COMMON: Final = np.array(
    [
        8.25, 1.38, 5.46, 6.72, 3.86, 7.07, 2.27, 5.91, 5.80, 9.65,
        2.41, 4.06, 4.74, 3.93, 5.53, 6.65, 5.36, 6.86, 1.10, 2.92,
    ]
)  # fmt: skip
_STEP: Final = 0.001
"""Step of the matrices' numbers: scores are counted in whole steps for their rank."""


class BindingError(AdoptiveError, ValueError):
    """Report a predictor or an allele that has no matrix (exit code 2)."""


@dataclass(frozen=True)
class Matrix:
    """Hold one allele's matrix for one length: ``score = constant + sum_i weights[i, residue_i]``."""

    weights: NDArray[np.float64]
    constant: float


@dataclass(frozen=True)
class Matrices:
    """Hold a predictor's matrices, by allele and peptide length.

    >>> matrices = Matrices.load("smmpmbec")
    >>> matrices.ic50_nm("HLA-C*08:02", ["GADGVGKSA", "GAGGVGKSA"]).round(1).tolist()
    [71.5, 841.4]
    """

    predictor: Predictor
    by_allele: Mapping[tuple[str, int], Matrix]

    @staticmethod
    def load(predictor: str = "smmpmbec") -> Matrices:
        """Load a predictor's matrices from the package; the same object every time.

        Source: SMMPMBEC 10.1186/1471-2105-10-394; SYFPEITHI 10.1007/s002510050595; both as kept by epytope.

        Raises
        ------
        BindingError
            There is no such predictor.
        """
        return _loaded(predictor)

    @property
    def alleles(self) -> tuple[str, ...]:
        """List the alleles that have a matrix, as ``HLA-A*02:01``."""
        return tuple(sorted({allele for allele, _ in self.by_allele}))

    def lengths(self, allele: str) -> tuple[int, ...]:
        """List the peptide lengths that an allele has a matrix for; none: it has no matrix."""
        return tuple(sorted(length for known, length in self.by_allele if known == allele))

    def scores(self, allele: str, peptides: Sequence[str]) -> Floats:
        """Score peptides, ``(peptides,)``: SMMPMBEC log10 IC50 (low binds), SYFPEITHI points (high binds).

        Masked: no matrix for this length, or a letter that is no common amino acid; beneath the mask stands the worst
        score, an infinity, so that no place is ever ``nan``.

        Raises
        ------
        BindingError
            The allele has no matrix of any length.
        """
        self._check(allele)
        worst = np.inf if self.predictor == "smmpmbec" else -np.inf
        scores = np.ma.MaskedArray(np.full(len(peptides), worst), mask=True)
        lengths = np.array([len(peptide) for peptide in peptides], np.intp)
        for length in self.lengths(allele):
            at = np.flatnonzero(lengths == length)
            if at.size:
                matrix = self.by_allele[allele, length]
                letters = _letters([peptides[place] for place in at.tolist()], length)
                known = (letters < len(AMINO_ACIDS)).all(axis=1)
                residues = matrix.weights[np.arange(length), letters[known]]
                scores[at[known]] = residues.sum(axis=1) + matrix.constant
        return scores

    def ic50_nm(self, allele: str, peptides: Sequence[str]) -> Floats:
        """Predict IC50 (nM), ``(peptides,)``: ``10^score`` of SMMPMBEC.

        Masked where :meth:`scores` is; beneath the mask stands infinity (binds not at all), so that no place is
        ``nan`` and ``ic50_nm(...).filled(np.inf) < 500`` never takes "not predicted" for a binder.

        Raises
        ------
        BindingError
            The allele has no matrix, or the predictor gives no IC50.
        """
        if self.predictor != "smmpmbec":
            raise BindingError(
                "this predictor gives points, no IC50", where="predictor", value=self.predictor, allowed="smmpmbec"
            )
        scores = self.scores(allele, peptides)
        return np.ma.MaskedArray(10.0**scores.data, mask=scores.mask)

    def rank_percent(self, allele: str, peptides: Sequence[str]) -> Floats:
        """Say which share of random peptides of the same length binds at least as well (%), ``(peptides,)``.

        The random peptides' residues are independent, as frequent as in Swiss-Prot; the share is computed, not drawn.
        Masked as in :meth:`scores`.
        """
        scores = self.scores(allele, peptides)
        better = -1.0 if self.predictor == "smmpmbec" else 1.0
        ranks = np.ma.MaskedArray(np.full(len(peptides), 100.0), mask=scores.mask.copy())
        lengths = np.array([len(peptide) for peptide in peptides], np.intp)
        for length in self.lengths(allele):
            at = np.flatnonzero((lengths == length) & ~np.ma.getmaskarray(scores))
            if at.size:
                lowest, share = _tail(self.predictor, allele, length)
                ranks[at] = 100.0 * share[np.rint((better * scores.data[at] - lowest) / _STEP).astype(np.intp)]
        return ranks

    def binds(
        self, allele: str, peptides: Sequence[str], *, ic50_nm: float = 500.0, rank_percent: float = 2.0
    ) -> NDArray[np.bool_]:
        """Say which peptides bind, ``(peptides,)``: below the rank and, where the predictor gives one, the IC50.

        IC50 alone does not compare between alleles: see :func:`~adoptive.antigen.epitopes.strength`. What has no
        prediction is False.
        """
        found = self.rank_percent(allele, peptides).filled(np.inf) < rank_percent
        if self.predictor == "smmpmbec":
            found &= self.ic50_nm(allele, peptides).filled(np.inf) < ic50_nm
        return np.asarray(found)

    def _check(self, allele: str) -> None:
        if not self.lengths(allele):
            raise BindingError(
                f"no {self.predictor} matrix for this allele", where="allele", value=allele,
                allowed=f"{len(self.alleles)} alleles, as {self.alleles[0]}",
                next_step="import another predictor's output for it, or leave it out",
            )  # fmt: skip


@lru_cache(maxsize=2)
def _loaded(predictor: str) -> Matrices:
    if predictor not in PREDICTORS:
        raise BindingError("no such predictor", where="predictor", value=predictor, allowed=", ".join(PREDICTORS))
    place = resources.files("adoptive.antigen") / "data" / "pssm_smmpmbec_syfpeithi.json.gz"
    tables = json.loads(gzip.decompress(place.read_bytes()))[predictor]
    return Matrices(predictor, MappingProxyType({_key(name): _matrix(table) for name, table in tables.items()}))


def _key(name: str) -> tuple[str, int]:
    allele, length = name.split("|")
    return allele, int(length)


def _matrix(table: Mapping[str, Mapping[str, float]]) -> Matrix:
    constant = table.get("-1", {}).get("con", 0.0)
    places = range(len(table) - ("-1" in table))
    return Matrix(np.array([[table[str(place)][letter] for letter in AMINO_ACIDS] for place in places]), constant)


def _letters(peptides: Sequence[str], length: int) -> NDArray[np.intp]:
    codes = "".join(peptides).encode("ascii", "replace")
    return _PLACES[np.frombuffer(codes, np.uint8)].reshape(-1, length)


@lru_cache(maxsize=64)
def _tail(predictor: str, allele: str, length: int) -> tuple[float, NDArray[np.float64]]:
    """Give the lowest score a peptide can have, high binds, and the share of random peptides at or above each step."""
    matrix = _loaded(predictor).by_allele[allele, length]
    sign = -1.0 if predictor == "smmpmbec" else 1.0
    steps = np.rint(sign * matrix.weights / _STEP).astype(np.intp)
    density, common = np.ones(1), _COMMON / _COMMON.sum()
    for row in steps - steps.min(axis=1, keepdims=True):
        longer = np.zeros(density.size + row.max())
        for shift, share in zip(row.tolist(), common.tolist(), strict=True):
            longer[shift : shift + density.size] += share * density
        density = longer
    lowest = sign * matrix.constant + _STEP * float(steps.min(axis=1).sum())
    return lowest, np.clip(np.cumsum(density[::-1])[::-1], 0.0, 1.0)

"""What goes together in a patient: one normal score per trait, correlated by rows (a Gaussian copula)."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from adoptive.errors import ParameterError
from adoptive.parameters import Typical
from adoptive.streams import Keys, Streams

__all__ = ["DRAWS", "TRAITS", "draw_scores", "score_correlation"]

Floats = NDArray[np.float64]

DRAWS: Final = {
    "frailty": "patient:cohort.frailty",
    "growth": "patient:cohort.doubling_time_factor",
    "lymphocytes": "patient:cohort.lymphocytes_per_ul",
    "fitness": "patient:cohort.fitness",
    "lines": "cohort.prior lines",
    "LDH": "patient:kinetics.LDH_0",
    "weight": "patient:cohort.weight_kg",
    "burden": "patient:cohort.burden",
    "albumin": "patient:outcome.albumin_g_l",
    "age": "patient:cohort.age_years",
    "ECOG": "patient:cohort.ecog",
    "sex": "cohort.sex",
    "height": "patient:cohort.height_cm",
}
"""Each trait and the stream of its own part. A trait takes after those above it: a row that correlates it with them
moves it and not them. LDH and albumin are those that the model and the laboratory start from."""

TRAITS: Final = tuple(DRAWS)


def draw_scores(
    keys: Keys, *, typical: Typical, streams: Streams, known: Mapping[str, Floats] | None = None
) -> dict[str, Floats]:
    """Draw every trait's standard normal score, ``(patients,)`` each, correlated by the rows ``correlation@A, B``.

    ``z = L e`` with ``L L' = R`` and ``e`` independent. More prior lines have the higher score. Traits whose scores are
    ``known`` keep them, and the others are conditioned on them: ``z + R_ak R_kk^-1 (known - z_k)``.

    Raises :class:`ParameterError` if the correlations contradict each other.
    """
    own = np.column_stack([streams.normal(DRAWS[trait], keys) for trait in TRAITS])
    own[:, TRAITS.index("lines")] *= -1.0
    matrix = score_correlation(typical)
    position = np.searchsorted(typical.trials, keys.trial)
    root, scores = _roots(matrix), np.zeros_like(own)
    for trait, cause in zip(*np.tril_indices(len(TRAITS)), strict=True):
        if root[:, trait, cause].any():
            scores[:, trait] += root[position, trait, cause] * own[:, cause]
    if known:
        scores = _condition(scores, matrix[position], known)
    return {trait: scores[:, place] for place, trait in enumerate(TRAITS)}


def score_correlation(typical: Typical) -> Floats:
    """Give the correlation of the scores in each virtual trial, ``(trials, traits, traits)``; 0 without a row."""
    matrix = np.broadcast_to(np.eye(len(TRAITS)), (len(typical.trials), len(TRAITS), len(TRAITS))).copy()
    for one, other in combinations(range(len(TRAITS)), 2):
        row = f"cohort.correlation@{TRAITS[one]}, {TRAITS[other]}"
        if row in typical.book:
            matrix[:, one, other] = matrix[:, other, one] = typical.values[row]
    return matrix


def _roots(matrix: Floats) -> Floats:
    """Give the lower triangular roots; where nothing is correlated they are exactly the identity."""
    try:
        return np.asarray(np.linalg.cholesky(matrix), np.float64)
    except np.linalg.LinAlgError:
        raise ParameterError(
            "the correlations contradict each other",
            where="cohort.correlation@...",
            allowed="a positive definite matrix",
            next_step="bring the largest correlations nearer to 0",
        ) from None


def _condition(scores: Floats, matrix: Floats, known: Mapping[str, Floats]) -> Floats:
    """Move the scores that are not known to where the known ones let them be (Matheron's rule)."""
    kept = [TRAITS.index(trait) for trait in known]
    gap = np.column_stack([known[trait] for trait in known]) - scores[:, kept]
    weight = np.linalg.solve(matrix[:, kept][:, :, kept], gap[:, :, None])
    moved: Floats = scores + (matrix[:, :, kept] @ weight)[:, :, 0]
    moved[:, kept] = np.column_stack([known[trait] for trait in known])
    return moved

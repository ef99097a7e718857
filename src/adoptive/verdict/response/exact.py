"""Exact tests of two shares."""

from __future__ import annotations

from numpy.typing import ArrayLike

from adoptive.verdict.response.types import ExactTest

__all__ = ["barnard_exact", "boschloo_exact", "fisher_exact"]


def fisher_exact(hits_1: ArrayLike, n_1: ArrayLike, hits_0: ArrayLike, n_0: ArrayLike) -> ExactTest:
    raise NotImplementedError


def barnard_exact(hits_1: ArrayLike, n_1: ArrayLike, hits_0: ArrayLike, n_0: ArrayLike) -> ExactTest:
    raise NotImplementedError


def boschloo_exact(hits_1: ArrayLike, n_1: ArrayLike, hits_0: ArrayLike, n_0: ArrayLike) -> ExactTest:
    raise NotImplementedError

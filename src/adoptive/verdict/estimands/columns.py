"""From columns to rows with switches."""

from __future__ import annotations

from collections.abc import Mapping

from numpy.typing import ArrayLike

from adoptive.verdict.estimands.types import Measurements, SwitchRows

__all__ = ["switch_rows"]


def switch_rows(
    time: ArrayLike,
    event: ArrayLike,
    experimental: ArrayLike,
    *,
    start: ArrayLike,
    progression: ArrayLike | None = None,
    follow_up: ArrayLike | None = None,
    covariates: Mapping[str, ArrayLike] | None = None,
    measurements: Measurements | None = None,
) -> SwitchRows:
    raise NotImplementedError

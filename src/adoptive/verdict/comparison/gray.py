"""Gray's test: is the cumulative incidence of one cause the same in all groups, with other causes competing?"""

from __future__ import annotations

from numpy.typing import ArrayLike

from adoptive.verdict.comparison.types import GrayTest

__all__ = ["gray_test"]


def gray_test(
    time: ArrayLike,
    cause: ArrayLike,
    group: ArrayLike,
    *,
    stratum: ArrayLike | None = None,
    interest: int = 1,
    rho: float = 0.0,
    merge_near_ties: bool = True,
) -> GrayTest:
    """Test whether all groups have one cumulative incidence of a cause; cause 0 is censored."""
    raise NotImplementedError

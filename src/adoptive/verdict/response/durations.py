"""How soon patients respond, and for how long."""

from __future__ import annotations

from numpy.typing import ArrayLike

from adoptive.verdict.response.types import InResponse
from adoptive.verdict.types import Curve

__all__ = ["duration_of_response", "probability_in_response", "time_to_response"]


def time_to_response(response_day: ArrayLike, responder: ArrayLike) -> tuple[float, float, float]:
    raise NotImplementedError


def duration_of_response(
    dor_days: ArrayLike, dor_event: ArrayLike, responder: ArrayLike, *, level: float = 0.95
) -> Curve:
    raise NotImplementedError


def probability_in_response(
    response_day: ArrayLike,
    responder: ArrayLike,
    end_day: ArrayLike,
    end_event: ArrayLike,
    *,
    at_days: ArrayLike | None = None,
    horizon: float | None = None,
    level: float = 0.95,
) -> InResponse:
    raise NotImplementedError

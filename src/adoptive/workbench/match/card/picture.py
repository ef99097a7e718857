"""A share of people as a drawing: 100 of them, and a bar for what it could be."""

from __future__ import annotations

import math
from typing import Final

from markupsafe import Markup

__all__ = ["hundred", "of_hundred"]

IN_A_ROW: Final = 25
STEP: Final = 16


def of_hundred(percent: float) -> int | None:
    """Give a percentage as people of 100; None where it is no number."""
    return min(100, max(0, math.floor(percent + 0.5))) if math.isfinite(percent) else None


def hundred(value: float, low: float, high: float, *, said: str) -> Markup | None:
    """Draw 100 people, the ones counted filled and the others empty; below, a bar for the range.

    Arguments: ``value``, ``low``, ``high`` in per cent; ``said`` the sentence that the drawing shows.

    Filled and empty differ in form and not in colour alone. None where a number is missing.
    """
    count, first, last = of_hundred(value), of_hundred(low), of_hundred(high)
    if count is None or first is None or last is None:
        return None
    rows = 100 // IN_A_ROW
    width, bar = IN_A_ROW * STEP, rows * STEP + 10
    people = "".join(_person(place, place < count) for place in range(100))
    scale = width / 100
    band = max((last - first) * scale, 2.0)
    return Markup(
        '<svg class="hundred" viewBox="0 0 {width} {height}" role="img" aria-label="{said}">{people}'
        '<rect class="track" x="0.5" y="{bar}" width="{inner}" height="9" rx="4"/>'
        '<rect class="band" x="{start:.1f}" y="{bar}" width="{band:.1f}" height="9" rx="4"/>'
        '<rect class="tick" x="{tick:.1f}" y="{top}" width="3" height="15"/></svg>'
    ).format(
        width=width, height=bar + 16, said=said, people=Markup(people), bar=bar, inner=width - 1,
        start=min(first * scale, width - band), band=band, top=bar - 3,
        tick=min(max(count * scale - 1.5, 0), width - 3),
    )  # fmt: skip


def _person(place: int, counted: bool) -> str:
    x, y = place % IN_A_ROW * STEP + STEP / 2, place // IN_A_ROW * STEP + STEP / 2
    return f'<circle class="{"yes" if counted else "none"}" cx="{x:g}" cy="{y:g}" r="{5.5 if counted else 4.5:g}"/>'

"""Two pictures of a check: observed against nominal coverage, and where the published numbers lie among the trials."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

import altair as alt
import numpy as np

from adoptive.workbench.figures.charts import ARM_COLOURS, Chart, Size, inline, on, themed
from adoptive.workbench.validate.types import CheckResult, Coverage, Judged

__all__ = ["BINS", "calibration_chart", "draw_pictures", "place_counts", "places_chart"]

BINS: Final = 10
"""Bars of the histogram of places."""

ROOM: Final = Size("page", 420)
BLUE, RED = ARM_COLOURS[:2]


def calibration_chart(rows: Sequence[Coverage], *, size: Size = ROOM) -> Chart:
    """Draw observed against nominal coverage with its interval over trials; the diagonal is a model that is right."""
    points = on([
        {"nominal": row.nominal, "observed": row.by_place, "lower": row.lower, "upper": row.upper} for row in rows
    ])  # fmt: skip
    line = on([{"nominal": 0, "observed": 0}, {"nominal": 100, "observed": 100}])
    whole: dict[str, Any] = {"scale": {"domain": [0, 100]}, "axis": {"tickCount": 5}}
    x = alt.X("nominal:Q", title="nominal coverage, %", **whole)
    y = alt.Y("observed:Q", title="published numbers inside, %", **whole)
    right = line.mark_line(color="#888888", strokeDash=[4, 3]).encode(x=x, y=y)
    bars = points.mark_rule(color=BLUE).encode(x=x, y=alt.Y("lower:Q", **whole), y2="upper:Q")
    dots = points.mark_point(color=BLUE, filled=True, size=55, opacity=1).encode(x=x, y=y)
    return alt.layer(right, bars, dots).properties(width=size.width, height=size.width * 0.75)


def place_counts(rows: Sequence[Judged]) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Count the endpoints that count by their randomised place, ``(BINS,)``: even if the model is right.

    >>> place_counts([]).sum()
    np.int64(0)
    """
    places = [row.pit for row in rows if row.counts and row.pit is not None]
    return np.asarray(np.histogram(places, BINS, (0.0, 1.0))[0], np.int64)


def places_chart(rows: Sequence[Judged], *, size: Size = ROOM) -> Chart:
    """Draw the histogram of randomised places; the line is the height of every bar if the model is right."""
    counts = place_counts(rows)
    steps = [
        {"from": k / BINS, "to": (k + 1) / BINS, "count": int(count), "even": float(counts.sum()) / BINS}
        for k, count in enumerate(counts)
    ]
    x = alt.X("from:Q", title="place of the published number among the trials", scale={"domain": [0, 1]})
    bars = on(steps).mark_bar(color=BLUE, binSpacing=1).encode(
        x=x.bin("binned"), x2="to:Q", y=alt.Y("count:Q", title="endpoints"), y2=alt.value(size.width * 0.5)
    )  # fmt: skip
    even = on(steps[:1]).mark_rule(color=RED, strokeDash=[4, 3]).encode(y="even:Q")
    return alt.layer(bars, even).properties(width=size.width, height=size.width * 0.5)


def draw_pictures(result: CheckResult) -> dict[str, str]:
    """Draw both pictures as SVG files, dark on white wherever they are shown, by file name; none without endpoints."""
    if not result.calibration:
        return {}
    charts = {
        "validation-calibration.svg": (
            calibration_chart(result.calibration), "Coverage",
            "; ".join(f"{row.nominal:g} % intervals hold {row.by_place:.0f} %" for row in result.calibration),
        ),
        "validation-places.svg": (
            places_chart(result.judged), "Places of the published numbers among the trials",
            "endpoints by tenth: " + ", ".join(map(str, place_counts(result.judged))),
        ),
    }  # fmt: skip
    return {name: _standing(inline(themed(chart), name.removesuffix(".svg"), *words)) for name, (chart, *words) in
            charts.items()}  # fmt: skip


def _standing(drawing: str) -> str:
    """Make an element of a page a file of its own."""
    head = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    wide = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', drawing)
    room = f' width="{wide[1]}" height="{wide[2]}"' if wide else ""
    return drawing.replace("<svg", head + room, 1).replace('style="', 'style="background:#fff;color:#222;', 1) + "\n"

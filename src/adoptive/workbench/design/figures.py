"""Three figures of many designs: each design with its error, the run of power over one factor, paired differences."""

from __future__ import annotations

from typing import Any, Final

import altair as alt
import numpy as np

from adoptive.workbench.design.types import Characteristic, DesignResult, Factor, Varied, shown
from adoptive.workbench.design.words import answer, gain_sentence, headline
from adoptive.workbench.figures.charts import ARM_COLOURS, ARM_DASHES, Chart, Figure, Size, draw, on

__all__ = ["designs_figure", "differences_figure", "figures_of", "line_figure"]

Z: Final = 1.959963984540054
MOST_DRAWN: Final = 60
"""Designs in one figure: the first ones in order of the characteristic beyond that."""

_LARGE: Final = 1e5
_FEW: Final = 6
"""Whole numbers that all stand at the axis."""

BLUE, GREY = ARM_COLOURS[0], "#888888"


def figures_of(varied: Varied) -> tuple[Figure, ...]:
    """Draw everything that this comparison has."""
    figures = [designs_figure(varied)]
    if _across(varied) is not None:
        figures.append(line_figure(varied))
    if any(_gap(each, headline(varied)) for each in varied.designs):
        figures.append(differences_figure(varied))
    return tuple(figures)


def designs_figure(varied: Varied) -> Figure:
    """Draw each design's headline with its Monte Carlo interval, and the closed form beside it."""
    item, drawn = headline(varied), _drawn(varied)
    caption = (
        f"{item.title} of each design, {item.unit}; lines: 95 % Monte Carlo interval. "
        + ("Crosses: closed form at the simulated mean effect and events, approximate. " if _closed(drawn) else "")
        + (f"The {MOST_DRAWN} highest of {len(varied.designs)} designs. " if len(drawn) < len(_able(varied)) else "")
    )
    return draw("designs", f"{item.title}, design by design", caption=caption, finding=answer(varied),
                chart=lambda size: _designs(item, drawn, size))  # fmt: skip


def _designs(item: Characteristic, drawn: list[DesignResult], size: Size) -> Chart:
    rows = [
        {"design": _label(each, size), "value": found.value, "closed": each.closed_form}
        | _ends(found.value, found.error, item)
        for each in drawn
        for found in (each.numbers[item.key],)
    ]
    order = [str(row["design"]) for row in rows]
    base = on(rows).encode(y=alt.Y("design:N", sort=order, title=None, axis=alt.Axis(labelLimit=size.width)))
    x = alt.X("value:Q", title=_axis(item), scale=_scale(item), axis=_ticks(size))
    layers = [
        base.mark_rule(strokeWidth=2, color=BLUE).encode(x=alt.X("low:Q", scale=_scale(item)), x2="high:Q"),
        base.mark_point(filled=True, size=50, opacity=1, color=BLUE).encode(x=x),
    ]
    if _closed(drawn):
        crosses = on([row for row in rows if row["closed"] is not None]).encode(y=alt.Y("design:N", sort=order))
        layers.append(crosses.mark_point(shape="cross", size=36, color=ARM_COLOURS[1]).encode(x="closed:Q"))
    return alt.layer(*layers).properties(width=_width(size), height=max(18 * len(order), 60))


def line_figure(varied: Varied) -> Figure:
    """Draw the headline against one factor, a line for each value of the next, a panel for each of the rest."""
    item, across = headline(varied), _across(varied)
    assert across is not None
    caption = f"{item.title} against {across.name}; bars: 95 % Monte Carlo interval."
    return draw("line", f"{item.title} against {across.name}", caption=caption, finding=_trend(varied, across),
                chart=lambda size: _lines(varied, item, across, size))  # fmt: skip


def _lines(varied: Varied, item: Characteristic, across: Factor, size: Size) -> Chart:
    others = [factor for factor in varied.factors if factor is not across and len(factor.values) > 1]
    first, rest = others[0] if others else None, others[1:]
    rows = [
        {
            "x": each.design.values[across.name], "value": found.value, **_ends(found.value, found.error, item),
            "line": shown(each.design.values[first.name]) if first else "",
            "panel": ", ".join(f"{factor.name} {shown(each.design.values[factor.name])}" for factor in rest),
        }
        for each in _able(varied) for found in (each.numbers[item.key],)
    ]  # fmt: skip
    lines, panels = list(dict.fromkeys(r["line"] for r in rows)), list(dict.fromkeys(r["panel"] for r in rows))
    colour = alt.Color(
        "line:N", sort=lines, scale=alt.Scale(domain=lines, range=_cycle(ARM_COLOURS, len(lines))),
        legend=alt.Legend(title=first.name) if first else None,
    )  # fmt: skip
    dash = alt.StrokeDash("line:N", scale=alt.Scale(domain=lines, range=_cycle(ARM_DASHES, len(lines))), legend=None)
    base = on(rows).encode(
        x=alt.X("x:Q", title=across.name, scale=alt.Scale(zero=False, padding=12), axis=_amounts(across)),
        color=colour,
    )
    y = alt.Y("value:Q", title=_axis(item), scale=_scale(item))
    layered = alt.layer(
        base.mark_rule(strokeWidth=1.2).encode(y=alt.Y("low:Q", scale=_scale(item)), y2="high:Q"),
        base.mark_line(strokeWidth=1.8).encode(y=y, strokeDash=dash),
        base.mark_point(filled=True, size=40, opacity=1).encode(y=y),
    )
    if len(panels) < 2:
        return layered.properties(width=size.width, height=280)
    columns = 1 if size.narrow else min(len(panels), 3)
    width = size.width if size.narrow else (size.width - 30 * (columns - 1)) // columns
    return layered.properties(width=width, height=200).facet(
        facet=alt.Facet("panel:N", sort=panels, title=None), columns=columns
    )


def differences_figure(varied: Varied) -> Figure:
    """Draw each design's difference to the base on the same trials, and the error that other trials would have."""
    item = headline(varied)
    drawn = [each for each in _drawn(varied) if _gap(each, item)]
    base = varied.designs[varied.base].design.name
    caption = (
        f"{item.title} minus that of the base ({base}) on the same virtual patients. Thick lines: 95 % Monte Carlo "
        "interval; thin lines: what it would be if each design had trials of its own."
    )
    return draw("differences", "What a change of the design changes", caption=caption, finding=gain_sentence(varied),
                chart=lambda size: _differences(item, drawn, size))  # fmt: skip


def _differences(item: Characteristic, drawn: list[DesignResult], size: Size) -> Chart:
    rows = []
    for each in drawn:
        gap = each.differences[item.key]
        near, far = Z * gap.error, Z * gap.independent_error
        rows.append({
            "design": _label(each, size), "value": gap.estimate, "low": gap.estimate - near,
            "high": gap.estimate + near, "least": gap.estimate - far, "most": gap.estimate + far,
        })  # fmt: skip
    order = [str(row["design"]) for row in rows]
    base = on(rows).encode(y=alt.Y("design:N", sort=order, title=None, axis=alt.Axis(labelLimit=size.width)))
    title = f"{item.title} minus the base's"
    axis = _ticks(size)
    none = (
        on([{"zero": 0.0}]).mark_rule(strokeDash=[6, 4], color=GREY).encode(x=alt.X("zero:Q", title=title, axis=axis))
    )
    return alt.layer(
        none,
        base.mark_rule(strokeWidth=1, color=GREY).encode(x=alt.X("least:Q", title=title, axis=axis), x2="most:Q"),
        base.mark_rule(strokeWidth=3, color=BLUE).encode(x="low:Q", x2="high:Q"),
        base.mark_point(filled=True, size=50, opacity=1, color=BLUE).encode(x="value:Q"),
    ).properties(width=_width(size), height=max(18 * len(order), 60))


def _across(varied: Varied) -> Factor | None:
    """Choose the factor for the axis: the number of patients, else the first with several numbers."""
    able = [f for f in varied.factors if len(f.values) > 1 and all(type(value) in (int, float) for value in f.values)]
    sizes = [factor for factor in able if factor.place == ("trial", "randomised")]
    return next(iter([*sizes, *able]), None)


def _trend(varied: Varied, across: Factor) -> str:
    """Say how the mean over the other factors runs."""
    item, ends = headline(varied), (min(across.values), max(across.values))
    means = [
        np.mean([e.numbers[item.key].value for e in _able(varied) if e.design.values[across.name] == end] or [np.nan])
        for end in ends
    ]
    if not np.isfinite(means).all():
        return f"{item.title} is not reached in all designs."
    return (
        f"On the mean of the designs {item.title.lower()} goes from {means[0]:.3g} at {across.name}={shown(ends[0])} "
        f"to {means[1]:.3g} at {across.name}={shown(ends[1])}."
    )


def _able(varied: Varied) -> list[DesignResult]:
    """Give the designs whose headline is a finite number."""
    key = headline(varied).key
    known = [each for each in varied.designs if key in each.numbers and each.numbers[key].share > 0]
    return [each for each in known if np.isfinite(each.numbers[key].value)]


def _drawn(varied: Varied) -> list[DesignResult]:
    """Choose the designs to draw, in their own order."""
    able, key = _able(varied), headline(varied).key
    kept = sorted(able, key=lambda each: -each.numbers[key].value)[:MOST_DRAWN]
    return [each for each in able if any(each is one for one in kept)]


def _closed(drawn: list[DesignResult]) -> bool:
    return any(each.closed_form is not None for each in drawn)


def _gap(each: DesignResult, item: Characteristic) -> bool:
    found = each.differences.get(item.key)
    return found is not None and found.estimable


def _label(each: DesignResult, size: Size) -> str:
    """Name a design beside its line: the values alone where there is little room."""
    values = [shown(value) for value in each.design.values.values()]
    return " · ".join(values) if size.narrow or len(values) > 1 else each.design.name


def _width(size: Size) -> int:
    """Leave room for the designs' names."""
    return size.width - (90 if size.narrow else 120)


def _axis(item: Characteristic) -> str:
    return item.title if item.unit in ("ratio", "fraction", "") else f"{item.title}, {item.unit}"


def _ticks(size: Size) -> alt.Axis:
    """Give as many numbers below an axis as have room beside each other."""
    return alt.Axis(tickCount=3 if size.narrow else 7, labelOverlap="greedy", labelSeparation=6)


def _amounts(across: Factor) -> alt.Axis:
    """Give the axis of a factor: large numbers, such as cells, with their power of ten."""
    values = [float(value) for value in across.values]
    large = max(values) >= _LARGE
    if len(values) <= _FEW and all(value.is_integer() for value in values) and not large:
        return alt.Axis(values=values, format="d")
    return alt.Axis(tickCount=4, format=".1e") if large else alt.Axis(tickCount=5)


def _scale(item: Characteristic) -> alt.Scale:
    return alt.Scale(domain=[0, 1]) if item.key == "power" else alt.Scale(zero=False)


def _ends(value: float, error: float, item: Characteristic) -> dict[str, Any]:
    """Give the ends of the 95 % interval, within 0 and 1 for power."""
    reach = Z * error if np.isfinite(error) else 0.0
    low, high = value - reach, value + reach
    return {"low": max(low, 0.0), "high": min(high, 1.0)} if item.key == "power" else {"low": low, "high": high}


def _cycle(choices: Any, count: int) -> list[Any]:
    return [choices[at % len(choices)] for at in range(count)]

"""The two pictures of a fit: the visual predictive check, and the prediction errors over time and as quantiles."""

from __future__ import annotations

import altair as alt
import numpy as np
from scipy.special import ndtri

from adoptive.workbench.calibrate.nlme.npde import Npde
from adoptive.workbench.calibrate.nlme.problem import Problem
from adoptive.workbench.calibrate.nlme.types import Floats
from adoptive.workbench.calibrate.nlme.vpc import PERCENTILES, Vpc
from adoptive.workbench.figures.charts import Chart, Figure, Part, Rows, Size, draw, on, stacked

__all__ = ["errors_figure", "predictive_figure"]

_COLOURS = ("#56B4E9", "#E69F00", "#56B4E9")
_MOST_POINTS = 2_000


def predictive_figure(vpc: Vpc, problem: Problem) -> Figure:
    """Draw observed percentiles over the range of the simulated ones."""
    log = problem.model.residual.kind == "exponential"
    what = "prediction-corrected value" if vpc.corrected else "value"
    caption = (
        "Lines: 10th, 50th and 90th percentile of the observed data by bins of time. Bands: the middle 90 % of the "
        "same percentiles in simulated copies of the data. Points: observations above their limit."
    )
    finding = f"{100.0 * vpc.inside:.0f} % of the observed percentiles lie inside the bands."
    return draw("vpc", "Visual predictive check", caption=caption, finding=finding,
                chart=lambda size: _check(vpc, problem, size, what=what, log=log))  # fmt: skip


def _check(vpc: Vpc, problem: Problem, size: Size, *, what: str, log: bool) -> Chart:
    data = problem.data
    x = alt.X("time:Q", title="time", axis=dict(grid=False))
    scale: Part = dict(type="log") if log else dict(zero=False)
    layers: list[alt.Chart] = []
    for k, colour in enumerate(_COLOURS):
        band = _rows(vpc.time, low=vpc.simulated[:, k, 0], high=vpc.simulated[:, k, 2])
        y = alt.Y("low:Q", title=what, scale=scale)
        layers.append(on(band).mark_area(opacity=0.3, color=colour).encode(x=x, y=y, y2="high:Q"))
        line = _rows(vpc.time, value=vpc.observed[:, k])
        dash = [1, 0] if PERCENTILES[k] == 0.5 else [6, 3]
        layers.append(on(line).mark_line(color="#0072B2", strokeDash=dash).encode(x=x, y=alt.Y("value:Q", scale=scale)))
    if not vpc.corrected:
        seen = data.used & ~data.below
        points = _rows(data.time[seen][:_MOST_POINTS], value=data.value[seen][:_MOST_POINTS])
        dots = on(points).mark_circle(size=14, opacity=0.5, color="#888888")
        layers.append(dots.encode(x=x, y=alt.Y("value:Q", scale=scale)))
    return alt.layer(*layers).properties(width=size.width, height=280)


def errors_figure(npde: Npde, problem: Problem) -> Figure:
    """Draw the prediction errors against time, and against normal quantiles."""
    caption = (
        "Normalised prediction distribution errors: independent standard normals if the model holds. Above over time "
        "with the normal 5th, 50th and 95th percentile, below against normal quantiles."
    )
    finding = (
        f"Mean 0: p = {npde.mean:.3g}; variance 1: p = {npde.variance:.3g}; normal: p = {npde.normality:.3g}; "
        f"together: p = {npde.together:.3g}."
    )
    return draw("npde", "Prediction errors", caption=caption, finding=finding,
                chart=lambda size: _errors(npde, problem, size))  # fmt: skip


def _errors(npde: Npde, problem: Problem, size: Size) -> Chart:
    known = np.isfinite(npde.values)
    values = npde.values[known]
    points = _rows(problem.data.time[known][:_MOST_POINTS], value=values[:_MOST_POINTS])
    y = alt.Y("value:Q", title="npde")
    lines: Rows = [{"value": float(at)} for at in ndtri([0.05, 0.5, 0.95])]
    over_time = alt.layer(
        on(points).mark_circle(size=16, opacity=0.6, color="#0072B2").encode(x=alt.X("time:Q", title="time"), y=y),
        on(lines).mark_rule(strokeDash=[5, 4], color="#888888").encode(y="value:Q"),
    ).properties(width=size.width, height=160)
    ordered = np.sort(values)
    expected = ndtri((np.arange(len(ordered)) + 0.5) / max(len(ordered), 1))
    every = max(1, len(ordered) // _MOST_POINTS)
    pairs = _rows(expected[::every], value=ordered[::every])
    ends: Rows = [{"time": -3.0, "value": -3.0}, {"time": 3.0, "value": 3.0}]
    quantiles = alt.layer(
        on(pairs)
        .mark_circle(size=16, opacity=0.6, color="#0072B2")
        .encode(x=alt.X("time:Q", title="normal quantile"), y=y),
        on(ends).mark_line(color="#888888", strokeDash=[5, 4]).encode(x="time:Q", y="value:Q"),
    ).properties(width=size.width, height=160)
    return stacked([over_time, quantiles])


def _rows(time: Floats, **columns: Floats) -> Rows:
    """Make rows of finite numbers, shortened."""
    rows: Rows = []
    for at, moment in enumerate(time):
        values = {name: float(column[at]) for name, column in columns.items()}
        if all(np.isfinite(value) for value in values.values()):
            rows.append({"time": float(f"{moment:.6g}")} | {name: float(f"{v:.4g}") for name, v in values.items()})
    return rows

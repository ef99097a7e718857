"""Three figures of dose finding: the simulated curve, one trial's path, and what each design recommends."""

from __future__ import annotations

from typing import Any, Final

import altair as alt

from adoptive.workbench.escalate.run import EscalationResult
from adoptive.workbench.escalate.words import example_trial, level_names
from adoptive.workbench.figures.charts import Chart, DataTable, Figure, Rows, Size, draw
from adoptive.workbench.figures.escalation import escalation_chart

__all__ = ["characteristics_figure", "curve_figure", "path_figure"]

BLUE: Final = "#0072B2"
RED: Final = "#D55E00"
COLOURS: Final = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#555555", "#8C2D04")


def curve_figure(result: EscalationResult) -> Figure:
    """Draw the share of patients with a DLT, and with a response, at each level."""
    curve, names = result.curve, level_names(result)
    finding = (
        f"DLTs rise from {100 * curve.dlt[0]:.1f} % at {names[0]} to {100 * curve.dlt[-1]:.1f} % at {names[-1]}; the "
        f"target is {100 * result.plan.target:.0f} %."
    )
    caption = (
        f"Patients of {result.asked.trials:,} trials, the same people at every level. Points: mean; "
        "thick bars: its 95 % interval; thin bars: middle 90 % of the trials, whose parameters differ. Dashed: target."
    )
    return draw("curve", "Dose-limiting toxicity by level", caption=caption, finding=finding,
                chart=lambda size: _curve(result, size))  # fmt: skip


def _curve(result: EscalationResult, size: Size) -> Chart:
    curve, names = result.curve, list(level_names(result))
    rows: list[dict[str, Any]] = [
        {
            "level": name, "what": what, "mean": 100 * mean, "low": 100 * low, "high": 100 * high,
            "p05": 100 * p05, "p95": 100 * p95,
        }
        for at, name in enumerate(names)
        for what, mean, low, high, p05, p95 in (
            ("DLT", curve.dlt[at], curve.dlt_low[at], curve.dlt_high[at], curve.trial_low[at], curve.trial_high[at]),
            ("response", *(curve.response[at],) * 5),
        )
    ]  # fmt: skip
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        x=alt.X("level:N", sort=names, title="dose level", axis=_level_names(size)),
        color=alt.Color("what:N", scale=alt.Scale(domain=["DLT", "response"], range=[RED, BLUE])),
    )
    axis = alt.Y("mean:Q", title="patients, %", scale=alt.Scale(domainMin=0))
    target = alt.Chart(alt.InlineData(values=[{"target": 100 * result.plan.target}]))
    return alt.layer(
        base.mark_rule(strokeWidth=1).encode(y="p05:Q", y2="p95:Q"),
        base.mark_rule(strokeWidth=4).encode(y="low:Q", y2="high:Q"),
        base.mark_line(strokeWidth=1.5).encode(y=axis),
        base.mark_point(filled=True, size=60, opacity=1).encode(y=axis, shape=alt.Shape("what:N", legend=None)),
        target.mark_rule(strokeDash=[6, 4], color="#888888").encode(y="target:Q"),
    ).properties(width=size.width, height=260)


def path_figure(result: EscalationResult) -> Figure:
    """Draw one trial: every patient's level in the order of infusion, with the DLTs."""
    lead = result.designs[0]
    at = example_trial(lead)
    chosen, names = int(lead.trials.selected[at]), level_names(result)
    toxic = int(lead.trials.toxic[at].sum())
    finding = (
        f"{int((lead.trials.given_level[at] >= 0).sum())} patients, {toxic} with a DLT; "
        f"recommended: {'no dose' if chosen < 0 else names[chosen]}."
    )
    caption = f"Trial {int(lead.trials.trials[at])} of {lead.name}. Circles: no DLT; crosses: DLT in the window."
    return draw("path", "The path of one trial", caption=caption, finding=finding,
                table=DataTable(("patient", "level", "dose-limiting toxicity"), [
                    (str(row["patient"]), row["level"], "yes" if row["toxic"] else "no")
                    for row in _path_rows(result, at)]),
                chart=lambda size: _path(result, at, size))  # fmt: skip


def _path(result: EscalationResult, at: int, size: Size) -> Chart:
    return escalation_chart(_path_rows(result, at), levels=level_names(result), size=size)


def _path_rows(result: EscalationResult, at: int) -> Rows:
    run, names = result.designs[0].trials, level_names(result)
    return [
        {"patient": place + 1, "level": names[level], "toxic": bool(run.toxic[at, place])}
        for place, level in enumerate(run.given_level[at].tolist())
        if level >= 0
    ]


def characteristics_figure(result: EscalationResult) -> Figure:
    """Draw how often each design recommends each level, with the Monte Carlo error."""
    names = level_names(result)
    said = []
    for each in result.designs:
        share = each.characteristics.selected.value
        said.append(f"{each.name}: {names[int(share.argmax())]} in {share.max():.0f} % of trials")
    right = "none" if result.curve.right < 0 else names[result.curve.right]
    caption = (
        f"Share of {result.asked.trials:,} trials that recommend each level, with the 95 % Monte Carlo interval. The "
        f"level nearest to the target in the model: {right}."
    )
    return draw("characteristics", "What is recommended", caption=caption, finding="; ".join(said) + ".",
                chart=lambda size: _recommended(result, size))  # fmt: skip


def _recommended(result: EscalationResult, size: Size) -> Chart:
    names, designs = ["none", *level_names(result)], [each.name for each in result.designs]
    rows: list[dict[str, Any]] = []
    for each in result.designs:
        found = each.characteristics
        shares = [float(found.none_selected.value), *found.selected.value.tolist()]
        errors = [float(found.none_selected.error), *found.selected.error.tolist()]
        for name, share, error in zip(names, shares, errors, strict=True):
            reach = 0.0 if error != error else 1.96 * error
            low, high = max(share - reach, 0.0), min(share + reach, 100.0)
            rows.append({"level": name, "design": each.name, "share": share, "low": low, "high": high})
    colour = alt.Color("design:N", scale=alt.Scale(domain=designs, range=list(COLOURS[: len(designs)])))
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        x=alt.X("level:N", sort=names, title="recommended level", axis=_level_names(size)),
        xOffset=alt.XOffset("design:N", sort=designs),
    )
    bars = base.mark_bar(opacity=0.85).encode(
        y=alt.Y("share:Q", title="trials, %", scale=alt.Scale(domain=[0, 100])), color=colour
    )
    whiskers = base.mark_rule(stroke="currentColor").encode(y="low:Q", y2="high:Q")
    return alt.layer(bars, whiskers).properties(width=size.width, height=240)


def _level_names(size: Size) -> alt.Axis:
    """Give the axis of the levels: their names slant on narrow pages, clear of the title."""
    return alt.Axis(labelAngle=-30, titlePadding=18) if size.narrow else alt.Axis(labelAngle=0)

"""Figures of the identifiability report: contraction, profiles, spectrum, information by study, sensitivity."""

from __future__ import annotations

from typing import Any, Final

import altair as alt
import numpy as np

from adoptive.workbench.calibrate.identify import document
from adoptive.workbench.calibrate.identify.types import CLOSES_AT, REACH, Identifiability
from adoptive.workbench.figures.charts import ARM_COLOURS, Chart, DataTable, Figure, Panel, Rows, Size, cut, draw, on

__all__ = [
    "all_figures",
    "contraction_figure",
    "information_figure",
    "profile_figure",
    "sobol_figure",
    "spectrum_figure",
]

VERDICT_COLOURS: Final = {"learned": "#0072B2", "weakly learned": "#E69F00", "not identifiable": "#7F7F7F"}
HIGHEST: Final = 8.0
"""Top of a profile's panel: a little over twice the limit."""
LETTERS: Final = 30


def all_figures(report: Identifiability) -> tuple[Figure, ...]:
    """Draw every figure of a report."""
    drawn = (contraction_figure(report), profile_figure(report), spectrum_figure(report), information_figure(report))
    return (*drawn, sobol_figure(report)) if report.sensitivities else drawn


def contraction_figure(report: Identifiability) -> Figure:
    """Draw by how much the evidence narrowed each free quantity."""
    verdicts = {row.name: row.verdict for row in report.profiles}
    rows: Rows = [
        {"name": cut(one.name, LETTERS), "value": max(one.contraction, 0.0), "zero": 0.0,
         "verdict": verdicts.get(one.name, "not identifiable")}
        for one in sorted(report.contractions, key=lambda one: -one.contraction)
    ]  # fmt: skip
    half = sum(one.contraction >= 0.5 for one in report.contractions)
    return draw(
        "contraction", "What was learned",
        caption="Contraction: 1 less posterior over prior variance. Colour: verdict of the profile, evidence alone.",
        finding=f"{half} of {len(rows)} quantities lost at least half of their prior variance.",
        chart=lambda size: _bars(rows, size, title="contraction", colours=VERDICT_COLOURS, by="verdict"),
        table=document.learned_table(report),
    )  # fmt: skip


def profile_figure(report: Identifiability) -> Figure:
    """Draw every profile as a small panel; the line is the limit of a 95 % interval."""
    rows: Rows = [
        {"name": cut(profile.name, 22), "at": float(at), "drop": min(float(drop), HIGHEST), "line": line}
        for line, several in (("evidence alone", report.profiles), ("others held", report.held_profiles))
        for profile in several for at, drop in zip(profile.grid, profile.drop, strict=True)
    ]  # fmt: skip
    counted = report.counted()
    told = ", ".join(f"{count} {verdict}" for verdict, count in counted.items())
    return draw(
        "profiles", "Profiles",
        caption=f"Twice the fall of the log-likelihood, cut at {HIGHEST:g}; dashed: {CLOSES_AT}, where a 95 % interval "
        "ends. Evidence alone, and with the other quantities held by their priors.",
        finding=f"By the evidence alone: {told}.", chart=lambda size: _panels(rows, size),
    )  # fmt: skip


def spectrum_figure(report: Identifiability) -> Figure:
    """Draw the eigenvalues of the information of all studies: evenly spread over decades in a sloppy model."""
    floor = max(float(report.spectrum.max(initial=0.0)) * 1e-9, 1e-12)
    rows: Rows = [
        {"rank": rank, "value": max(float(value), floor)} for rank, value in enumerate(report.spectrum, start=1)
    ]
    stiff = int(np.sum(report.spectrum > 1.0))
    x = alt.X("rank:Q", title="direction, stiffest first", axis=dict(grid=False, tickMinStep=1))
    ends = [int(np.floor(np.log10(edge([row["value"] for row in rows])))) for edge in (min, max)]
    powers = [10.0**power for power in range(ends[0], ends[1] + 2, max(1, (ends[1] - ends[0]) // 6))]
    axis = dict(values=powers, format="~e")
    y = alt.Y("value:Q", title="information (prior = 1)", axis=axis, scale=dict(type="log"))

    def chart(size: Size) -> Chart:
        points = on(rows).mark_point(filled=True, size=50, color=ARM_COLOURS[0], opacity=1).encode(x=x, y=y)
        line = on([{"at": 1.0}]).mark_rule(strokeDash=[5, 4]).encode(y=alt.Y("at:Q", scale=dict(type="log")))
        return alt.layer(line, points).properties(width=size.width, height=200)

    return draw(
        "spectrum", "Stiff and sloppy directions",
        caption="Eigenvalues of the Fisher information of all studies at the posterior mean, in units of the prior's.",
        finding=f"Along {stiff} of {len(rows)} directions the evidence says more than the prior.", chart=chart,
        table=DataTable(("direction", "information"), [(str(row["rank"]), f"{row['value']:.3g}") for row in rows]),
    )  # fmt: skip


def information_figure(report: Identifiability) -> Figure:
    """Draw which study teaches which quantity, as a table of shades."""
    information = report.information
    rows: Rows = [
        {"study": study, "name": cut(name, LETTERS), "share": round(float(information.shares[s, k]), 4)}
        for s, study in enumerate(information.studies) for k, name in enumerate(information.free)
    ]  # fmt: skip
    alone = int(np.sum(information.shares.max(axis=0, initial=0.0) >= 0.5))

    def chart(size: Size) -> Chart:
        label = dict(labelLimit=200 if not size.narrow else 110, ticks=False, domain=False)
        x = alt.X("study:N", title=None, sort=None, axis=dict(labelAngle=-90, labelLimit=130, ticks=False))
        shade = alt.Color("share:Q", title="share", scale=dict(domain=[0, 1], range=["#EEF3F7", "#0072B2"]),
                          legend=dict(format="%", gradientLength=120))  # fmt: skip
        cells = on(rows).mark_rect().encode(x=x, y=alt.Y("name:N", title=None, sort=None, axis=label), color=shade)
        height = 14 * len(information.free)
        return alt.layer(cells).properties(width=size.width - (160 if not size.narrow else 60), height=height)

    return draw(
        "information", "Which study teaches which quantity",
        caption="Share of the Fisher information on each quantity; rows sum to 1.",
        finding=f"For {alone} of {len(information.free)} quantities one study alone brings half or more.", chart=chart,
        table=document.teachers_table(report),
    )  # fmt: skip


def sobol_figure(report: Identifiability, *, most: int = 8) -> Figure:
    """Draw the total indices of the first study's main predictions: whose doubt they inherit."""
    study = report.sensitivities[0].study
    chosen = [row for row in report.sensitivities if row.study == study]
    largest = np.argsort(-np.stack([row.total for row in chosen]).max(axis=0), kind="stable")[:most]
    rows: Rows = [
        {"name": cut(row.free[at], 22), "panel": cut(document.named(row.endpoint, row.arm, row.set), 40),
         "value": max(float(row.total[at]), 0.0), "zero": 0.0, "index": "total"}
        for row in chosen for at in largest
    ]  # fmt: skip

    def chart(size: Size) -> Chart:
        panels, columns = list(dict.fromkeys(str(row["panel"]) for row in rows)), 1 if size.narrow else 2
        colours = {"total": ARM_COLOURS[0]}
        drawn = [
            _bars([row for row in rows if row["panel"] == panel], size, title="total index", colours=colours,
                  by="index", panel=panel, columns=columns)
            for panel in panels
        ]  # fmt: skip
        return alt.vconcat(
            *(alt.hconcat(*drawn[at : at + columns]) for at in range(0, len(drawn), columns)), spacing=14
        )

    return draw(
        "sobol", f"Whose doubt the predictions inherit: {study}",
        caption="Total Sobol index over the posterior, inputs taken as independent; scale of each endpoint.",
        finding="", chart=chart, table=document.sensitivity_table(report.sensitivities),
    )  # fmt: skip


def _bars(
    rows: Rows, size: Size, *, title: str, colours: dict[str, str], by: str, panel: str = "",
    columns: int = 1,
) -> Panel:  # fmt: skip
    order = list(dict.fromkeys(str(row["name"]) for row in rows))
    axis = dict(labelLimit=220 if not size.narrow else 130, ticks=False, domain=False)
    legend = dict(columns=1 if size.narrow else 3, symbolType="square") if len(colours) > 1 else None
    colour = alt.Color(f"{by}:N", scale=dict(domain=list(colours), range=list(colours.values())), legend=legend)
    bars = on(rows).mark_bar(height=9).encode(
        x=alt.X("zero:Q", title=title, scale=dict(domain=[0, 1], clamp=True), axis=dict(tickCount=5)), x2="value:Q",
        color=colour,
        y=alt.Y("name:N", sort=order, scale=dict(domain=order), title=None, axis=axis),
    )  # fmt: skip
    said: dict[str, Any] = {"title": panel} if panel else {}
    width = size.width // columns - (180 if not size.narrow else 90)
    return alt.layer(bars).properties(width=width, height=max(40, 14 * len(order)), **said)


def _panels(rows: Rows, size: Size) -> Chart:
    columns = 2 if size.narrow else 5
    width = (size.width - 36 * columns) // columns
    dashes = alt.StrokeDash("line:N", scale=dict(range=[[1, 0], [4, 2]]), legend=None)
    colour = alt.Color("line:N", scale=dict(range=list(ARM_COLOURS[:2])), legend=dict(columns=1 if size.narrow else 2))
    panels = []
    for name in dict.fromkeys(str(row["name"]) for row in rows):
        mine = [row for row in rows if row["name"] == name]
        x = alt.X("at:Q", title=None, scale=dict(domain=[-REACH, REACH]), axis=dict(values=[-4, 0, 4], grid=False))
        y = alt.Y("drop:Q", title=None, scale=dict(domain=[0, HIGHEST]), axis=dict(values=[0, 4, 8], grid=False))
        lines = on(mine).mark_line(strokeWidth=1.6).encode(x=x, y=y, color=colour, strokeDash=dashes)
        limit = on([{"limit": CLOSES_AT}]).mark_rule(strokeDash=[3, 3], color="#888888").encode(y="limit:Q")
        title = alt.TitleParams(cut(name, 12 if not size.narrow else 16), fontSize=11, fontWeight="normal")
        panels.append(alt.layer(limit, lines).properties(width=width, height=70, title=title))
    lines_of = [alt.hconcat(*panels[at : at + columns], spacing=8) for at in range(0, len(panels), columns)]
    return alt.vconcat(*lines_of, spacing=8)

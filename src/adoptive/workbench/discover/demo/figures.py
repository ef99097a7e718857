"""Figures of the demonstration's page: clones, EC50 found against planted, coverage under loss."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import altair as alt

from adoptive.antigen.discovered import Clonotype
from adoptive.workbench.discover.demo.plates import true_receptor
from adoptive.workbench.discover.demo.types import Outcome, Patient
from adoptive.workbench.figures.charts import Chart, DataTable, Figure, Rows, Size, draw, on

__all__ = ["clones_figure", "coverage_figure", "sensitivity_figure"]

_SEEN: Final = {"sees a mutation": "#D55E00", "planted, sees none": "#0072B2", "the donor's own": "#9A9A9A"}
_PRODUCTS: Final = ("#D55E00", "#0072B2")


def clones_figure(patient: Patient, clonotypes: Sequence[Clonotype]) -> Figure:
    """Draw each clone of two cells or more by its cells and its three-gene score, coloured by the truth."""
    rows: Rows = []
    for one in clonotypes:
        planted = true_receptor(one, patient)
        kind = "the donor's own" if planted is None else "sees a mutation" if planted.antigen else "planted, sees none"
        if one.cells > 1 and one.reactivity is not None:
            rows.append({"id": one.id, "cells": one.cells, "score": one.reactivity, "truth": kind,
                         "name": planted.name if planted else ""})  # fmt: skip
    seen = [row for row in rows if row["truth"] == "sees a mutation"]
    high = sum(row["score"] > 0.5 for row in seen)
    others = sum(row["score"] > 0.5 for row in rows) - high

    def chart(size: Size) -> Chart:
        colour = alt.Color(
            "truth:N", scale=dict(domain=list(_SEEN), range=list(_SEEN.values())),
            legend=dict(columns=1 if size.narrow else 3),
        )  # fmt: skip
        points = on(rows).mark_point(filled=True, size=70, opacity=0.8)
        return alt.layer(
            points.encode(
                x=alt.X("cells:Q", scale=dict(type="log"), title="cells of the clone"),
                y=alt.Y("score:Q", scale=dict(domain=[0, 1]), title="three-gene score, mean"),
                color=colour,
            )
        ).properties(width=size.width, height=260)

    table = DataTable(
        ("clonotype", "cells", "score", "truth", "planted as"),
        [(row["id"], str(row["cells"]), f"{row['score']:.2f}", row["truth"], row["name"]) for row in rows],
    )
    return draw(
        "clones", "Clones of T cells", caption="Clones of two cells or more; the colour is the planted truth.",
        finding=f"{high} of {len(seen)} receptors that see a mutation score above 0.5, and {others} that do not.",
        chart=chart, table=table,
    )  # fmt: skip


def sensitivity_figure(rows: Sequence[Outcome]) -> Figure:
    """Draw the EC50 that the screen found against the one that was planted."""
    known: Rows = [
        {"name": one.name, "planted": one.ec50_planted_m, "found": one.ec50_m}
        for one in rows if one.ec50_planted_m and one.ec50_m
    ]  # fmt: skip
    ends = [1e-9, 1e-5]
    worst = max((max(row["found"] / row["planted"], row["planted"] / row["found"]) for row in known), default=1.0)

    def chart(size: Size) -> Chart:
        scale = dict(type="log", domain=ends)
        axis = dict(format="~e", tickCount=4)
        x = alt.X("planted:Q", scale=scale, axis=axis, title="EC50 planted, mol/L")
        y = alt.Y("found:Q", scale=scale, axis=axis, title="EC50 found, mol/L")
        line = on([{"planted": end, "found": end} for end in ends]).mark_line(color="#888888", strokeDash=[4, 4])
        points = on(known).mark_point(filled=True, size=80, color="#0072B2")
        return alt.layer(line.encode(x=x, y=y), points.encode(x=x, y=y)).properties(
            width=min(size.width, 420), height=260
        )

    return draw(
        "sensitivity", "EC50 found and planted", chart=chart,
        caption="One point for each receptor that was titrated with its predicted peptide; the line is equality.",
        finding=f"{len(known)} receptors have an EC50; the farthest is {worst:.1f} times from what was planted.",
        table=DataTable(
            ("receptor", "planted, mol/L", "found, mol/L"),
            [(row["name"], f"{row['planted']:.2g}", f"{row['found']:.2g}") for row in known],
        ),
    )  # fmt: skip


def coverage_figure(rows: Sequence[Mapping[str, Any]]) -> Figure:
    """Draw the covered share of the tumour for each product and scenario of loss."""
    products = list(dict.fromkeys(str(row["product"]) for row in rows))
    courses = list(dict.fromkeys(str(row["scenario"]) for row in rows))
    shown: Rows = [{**row, "percent": 100.0 * row["covered"], "floor": 0} for row in rows]
    least = {name: min(row["percent"] for row in shown if row["product"] == name) for name in products}

    def chart(size: Size) -> Chart:
        y = alt.Y("scenario:N", sort=courses, title=None, axis=dict(ticks=False, domain=False, labelLimit=130))
        x = alt.X(
            "percent:Q",
            scale=dict(domain=[0, 100]),
            title="covered share of the tumour's cells, %",
            axis=dict(values=[0, 50, 100]),
        )
        offset = alt.YOffset("product:N", sort=products)
        colour = alt.Color(
            "product:N", scale=dict(domain=products, range=list(_PRODUCTS)),
            legend=dict(columns=1, labelLimit=330, labelFontSize=9 if size.narrow else 11),
        )  # fmt: skip
        base = on(shown)
        bars = base.mark_bar().encode(x=x, y=y, yOffset=offset, color=colour)
        text = alt.Text("percent:Q", format=".0f")
        numbers = base.mark_text(align="left", dx=4).encode(x=x, y=y, yOffset=offset, text=text)
        return alt.layer(bars, numbers).properties(
            width=size.width - (120 if size.narrow else 180), height=52 * len(courses)
        )

    return draw(
        "coverage", "Covered share of the tumour", chart=chart,
        caption="Expected share of the tumour's cells that at least one real receptor sees; chances by evidence tier.",
        finding="At worst " + "; ".join(f"{value:.0f} % with {name}" for name, value in least.items()) + ".",
        table=DataTable(
            ("product", "what the tumour lost", "covered, %"),
            [(str(row["product"]), str(row["scenario"]), f"{row['percent']:.1f}") for row in shown],
        ),
    )  # fmt: skip

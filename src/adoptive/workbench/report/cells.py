"""Figures of the cells and what they do to the patient: kinetics in blood, toxicity by grade."""

from __future__ import annotations

from typing import Any, Final

import altair as alt
import numpy as np

from adoptive.workbench.report.charts import ARM_COLOURS, GRADE_COLOURS, Chart, Figure, Size, draw
from adoptive.workbench.report.data import Run, rows_of

__all__ = ["kinetics_figure", "toxicity_figure"]

LAST_DAY: Final = 120
THIN_LINES: Final = 25
FLOOR_COPIES: Final = 1.0
"""Lowest level drawn, copies per ug of DNA: below it nothing is measured."""


def kinetics_figure(run: Run) -> Figure:
    """Draw the CAR transgene in blood from the first infusion."""
    band, threads, patients = _kinetics_rows(run)
    caption = (
        f"Trial {run.summary['median_trial']}, {patients} infused patients, from each one's first infusion on, while "
        f"alive and followed. Line: median; band: 5th to 95th percentile of patients; thin: single patients. "
        f"Levels below {FLOOR_COPIES:g} copy are drawn at {FLOOR_COPIES:g}."
    )
    finding = _peak_in_words(run)
    return draw(
        "kinetics",
        "CAR copies in blood",
        caption=caption,
        finding=finding,
        chart=lambda size: _kinetics(band, threads, size),
    )


def toxicity_figure(run: Run) -> Figure:
    """Draw the share of infused patients by worst grade."""
    caption = (
        f"Worst grade of each infused patient who could be assessed, pooled over {run.summary['trials']:,} simulated "
        "trials. Cytokine release syndrome (CRS) and neurotoxicity (ICANS): ASTCT; counts, anaemia, ALT: CTCAE 5.0; "
        "early ICAHT (lack of neutrophils to day 30): EHA and EBMT; tumour lysis: Cairo and Bishop; infection and "
        "gastric mucosal injury: grades of the model. What is missing to 100 % had grade 0."
    )
    severe: dict[str, float] = {}
    for row in rows_of(run.tables["grades"]):
        severe[row["toxicity"]] = severe.get(row["toxicity"], 0.0) + (row["share"] if row["grade"] >= 3 else 0.0)
    finding = "Grade 3 or more: " + ", ".join(f"{name} {100 * share:.0f} %" for name, share in severe.items()) + "."
    return draw(
        "toxicity", "Toxicity by grade", caption=caption, finding=finding, chart=lambda size: _toxicity(run, size)
    )


def _kinetics_rows(run: Run) -> tuple[list[dict[str, float]], list[dict[str, float]], int]:
    """Give the band by day since the first infusion, the thin lines, and the number of patients."""
    arm = dict(zip(run.tables["patients"]["patient"].tolist(), run.tables["patients"]["arm"].tolist(), strict=True))
    first: dict[int, float] = {}
    for dose in rows_of(run.tables["doses"]):
        if arm.get(dose["patient"]) == 0:
            first[dose["patient"]] = min(dose["day"], first.get(dose["patient"], np.inf))
    daily = run.tables["daily"]
    if not daily or not first:
        return [], [], 0
    start = np.array([first.get(patient, np.inf) for patient in daily["patient"].tolist()])
    since = np.where(np.isfinite(start), np.round(daily["day"] - np.where(np.isfinite(start), start, 0.0)), -1.0)
    keep = (since >= 0) & (since <= LAST_DAY)
    day, level, who = since[keep], np.maximum(daily["car_copies"][keep], FLOOR_COPIES), daily["patient"][keep]
    band = []
    for value in np.unique(day):
        low, middle, high = np.quantile(level[day == value], [0.05, 0.5, 0.95], method="inverted_cdf")
        band.append({"day": float(value), "low": float(low), "copies": float(middle), "high": float(high)})
    patients = sorted(first)
    picked = [patients[round(at)] for at in np.linspace(0, len(patients) - 1, min(THIN_LINES, len(patients)))]
    threads = [
        {"patient": patient, "day": float(at), "copies": float(f"{copies:.3g}")}
        for patient in picked
        for at, copies in zip(day[who == patient], level[who == patient], strict=True)
        if at % 2 == 0
    ]
    return band, threads, len(patients)


def _kinetics(band: list[dict[str, float]], threads: list[dict[str, float]], size: Size) -> Chart:
    x = alt.X("day:Q", title="days from first infusion", axis=alt.Axis(grid=False), scale=alt.Scale(nice=False))
    axis = alt.Axis(format="~s", tickCount=5, title="copies per µg DNA")
    y = alt.Y("copies:Q", scale=alt.Scale(type="log", domainMin=FLOOR_COPIES), axis=axis)
    blue = ARM_COLOURS[0]
    layers = [
        alt.Chart(alt.InlineData(values=band)).mark_area(opacity=0.18, color=blue).encode(x=x, y="low:Q", y2="high:Q"),
        alt.Chart(alt.InlineData(values=threads)).mark_line(strokeWidth=0.6, opacity=0.45, color="#888888").encode(
            x=x, y=y, detail="patient:N"
        ),
        alt.Chart(alt.InlineData(values=band)).mark_line(strokeWidth=2.4, color=blue).encode(x=x, y=y),
    ]  # fmt: skip
    return alt.layer(*layers).properties(width=size.width, height=280)


def _peak_in_words(run: Run) -> str:
    spread = {row["name"]: row for row in rows_of(run.tables["medians"])}
    peak, day = spread["peak_car_copies"], spread["peak_car_day"]
    return (
        f"Over all trials the median peak was {peak['p50']:,.0f} copies per µg DNA (90 % of trials "
        f"{peak['p05']:,.0f} to {peak['p95']:,.0f}), on day {day['p50']:.0f} after infusion."
    )


def _toxicity(run: Run, size: Size) -> Chart:
    rows: list[dict[str, Any]] = []
    for name in dict.fromkeys(run.tables["grades"]["toxicity"].tolist()):
        edge = 0.0
        for row in sorted(rows_of(run.tables["grades"], toxicity=name), key=lambda row: -int(row["grade"])):
            if row["grade"] and row["share"]:
                share = 100 * row["share"]
                words = name.replace("cytokine release syndrome", "CRS")
                rows.append({"toxicity": words, "grade": f"grade {row['grade']}", "start": edge, "end": edge + share,
                             "middle": edge + share / 2, "label": f"{share:.0f}" if share >= 5 else "",
                             "dark": row["grade"] >= 3})  # fmt: skip
                edge += share
    names = dict.fromkeys(run.tables["grades"]["toxicity"].tolist())
    order = [name.replace("cytokine release syndrome", "CRS") for name in names]
    scale = alt.Scale(domain=[f"grade {grade}" for grade in GRADE_COLOURS], range=list(GRADE_COLOURS.values()))
    y = alt.Y(
        "toxicity:N",
        sort=order,
        scale=alt.Scale(domain=order),
        title=None,
        axis=alt.Axis(labelLimit=200, minExtent=130, ticks=False, domain=False),
    )
    data = alt.Chart(alt.InlineData(values=rows))
    percent, ticks = alt.Scale(domain=[0, 100]), alt.Axis(values=[0, 20, 40, 60, 80, 100])
    legend = alt.Legend(columns=2 if size.narrow else 5, symbolType="square")
    bars = data.mark_bar().encode(
        x=alt.X("start:Q", title="% of infused patients, worst grade first", scale=percent, axis=ticks),
        x2="end:Q", y=y, color=alt.Color("grade:N", scale=scale, legend=legend),
    )  # fmt: skip
    labels = data.mark_text(fontSize=11).encode(
        x="middle:Q", y=y, text="label:N", color=alt.condition("datum.dark", alt.value("white"), alt.value("black"))
    )
    return alt.layer(bars, labels).properties(width=size.width - 100, height=36 * max(1, len(order)))

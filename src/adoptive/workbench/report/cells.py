"""Figures of the cells and what they do to the patient: kinetics in blood, toxicity by grade."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import altair as alt
import numpy as np
from numpy.typing import NDArray

from adoptive.workbench.figures.charts import ARM_COLOURS, GRADE_COLOURS, Chart, Figure, Panel, Size, draw, on, stacked
from adoptive.workbench.report.data import Run, rows_of

__all__ = ["kinetics_figure", "toxicity_figure"]

Rows = list[dict[str, Any]]
Floats = NDArray[np.float64]

LAST_DAY: Final = 120
LAST_DAY_LONG: Final = 365
LONG_MONTHS: Final = 36.0
"""Follow-up from which a year of cells in blood is drawn instead of four months."""

THIN_LINES: Final = 25
THREAD_POINTS: Final = 60
"""Points of a thin line, about."""

FLOOR_COPIES: Final = 1.0
"""Lowest level drawn, copies per ug of DNA: below it nothing is measured."""


def kinetics_figure(run: Run) -> Figure:
    """Draw the transgene in blood from the first infusion, arm by arm."""
    drawn = {arm: _kinetics_rows(run, arm) for arm in run.cells}
    counted = {arm: patients for arm, (_, _, patients) in drawn.items()}
    told = f"{counted[run.cells[0]]} infused patients"
    if len(drawn) > 1:
        told = ", ".join(f"{run.arms[arm]} {number}" for arm, number in counted.items()) + " infused patients"
    caption = (
        f"Trial {run.summary['median_trial']}, {told}, from each one's first infusion on, while "
        f"alive and followed. Line: median; band: 5th to 95th percentile of patients; thin: single patients. "
        f"Levels below {FLOOR_COPIES:g} copy are drawn at {FLOOR_COPIES:g}."
    )
    return draw(
        "kinetics", "CAR copies in blood", caption=caption,
        finding=" ".join(_peak_in_words(run, arm) for arm in drawn), chart=lambda size: _kinetics(run, drawn, size),
    )  # fmt: skip


def toxicity_figure(run: Run) -> Figure:
    """Draw the share of infused patients by worst grade, arm by arm."""
    scale = run.study.outcome.crs_scale
    by_astct = "Cytokine release syndrome (CRS) and neurotoxicity (ICANS): ASTCT"
    by_other = f"Cytokine release syndrome (CRS): {scale}; neurotoxicity (ICANS): ASTCT"
    caption = (
        f"Worst grade of each infused patient who could be assessed, pooled over {run.summary['trials']:,} simulated "
        f"trials. {by_astct if scale == 'ASTCT' else by_other}; counts, anaemia, ALT: CTCAE 5.0; "
        "early ICAHT (lack of neutrophils to day 30): EHA and EBMT; tumour lysis: Cairo and Bishop; infection and "
        "gastric mucosal injury: grades of the model. What is missing to 100 % had grade 0."
    )
    finding = " ".join(_severe_in_words(run, arm) for arm in run.cells)
    return draw(
        "toxicity", "Toxicity by grade", caption=caption, finding=finding, chart=lambda size: _toxicity(run, size)
    )


def _severe_in_words(run: Run, arm: int) -> str:
    severe: dict[str, float] = {}
    for row in rows_of(run.tables["grades"], arm=arm):
        severe[row["toxicity"]] = severe.get(row["toxicity"], 0.0) + (row["share"] if row["grade"] >= 3 else 0.0)
    whom = f", {run.arms[arm]}" if len(run.cells) > 1 else ""
    return f"Grade 3 or more{whom}: " + ", ".join(f"{name} {100 * share:.0f} %" for name, share in severe.items()) + "."


def _kinetics_rows(run: Run, arm: int) -> tuple[Rows, Rows, int]:
    """Give the band by day since the first infusion, the thin lines, and the number of patients."""
    of_arm = set(run.tables["patients"]["patient"][run.tables["patients"]["arm"] == arm].tolist())
    first: dict[int, float] = {}
    for dose in rows_of(run.tables["doses"]):
        if dose["patient"] in of_arm:
            first[dose["patient"]] = min(dose["day"], first.get(dose["patient"], np.inf))
    daily = run.tables["daily"]
    if not daily or not first:
        return [], [], 0
    start = np.array([first.get(patient, np.inf) for patient in daily["patient"].tolist()])
    since = np.where(np.isfinite(start), np.round(daily["day"] - np.where(np.isfinite(start), start, 0.0)), -1.0)
    keep = (since >= 0) & (since <= _last_day(run))
    day, level, who = _grouped(since[keep]), np.maximum(daily["car_copies"][keep], FLOOR_COPIES), daily["patient"][keep]
    band = []
    for value in np.unique(day):
        low, middle, high = np.quantile(level[day == value], [0.05, 0.5, 0.95], method="inverted_cdf")
        band.append(
            {"arm": run.arms[arm], "day": float(value), "low": float(low), "copies": float(middle), "high": float(high)}
        )
    patients = sorted(first)
    most = THIN_LINES if len(run.cells) == 1 else 0
    picked = [patients[round(at)] for at in np.linspace(0, len(patients) - 1, min(most, len(patients)))]
    threads = [
        {"patient": patient, "day": float(at), "copies": float(f"{copies:.3g}")}
        for patient in picked
        for at, copies in _thinned(day[who == patient], level[who == patient], every=_last_day(run) // THREAD_POINTS)
    ]
    return band, threads, len(patients)


def _grouped(day: Floats) -> Floats:
    """Take days by weeks once patients are no longer recorded daily."""
    weeks = np.floor((day - LAST_DAY) / 7.0) * 7.0 + LAST_DAY
    return np.where(day > LAST_DAY, weeks, day)


def _thinned(day: Floats, level: Floats, *, every: int) -> Iterator[tuple[float, float]]:
    """Give some of a patient's days, each once: of a week its first day."""
    once, place = np.unique(day, return_index=True)
    for at, first in zip(once.tolist(), place.tolist(), strict=True):
        if at > LAST_DAY or at % every == 0:
            yield at, float(level[first])


def _last_day(run: Run) -> int:
    trial = run.study.trial
    return LAST_DAY_LONG if trial.accrual_months + trial.follow_up_months > LONG_MONTHS else LAST_DAY


def _kinetics(run: Run, drawn: dict[int, tuple[Rows, Rows, int]], size: Size) -> Chart:
    x = alt.X("day:Q", title="days from first infusion", axis=alt.Axis(grid=False), scale=alt.Scale(nice=False))
    axis = alt.Axis(format="~s", tickCount=5, title="copies per µg DNA")
    y = alt.Y("copies:Q", scale=alt.Scale(type="log", domainMin=FLOOR_COPIES), axis=axis)
    names, bands = [run.arms[arm] for arm in drawn], [row for band, _, _ in drawn.values() for row in band]
    threads = [row for _, thin, _ in drawn.values() for row in thin]
    legend = _legend(size) if len(names) > 1 else None
    scale = alt.Scale(domain=names, range=[ARM_COLOURS[arm] for arm in drawn])
    colour = alt.Color("arm:N", legend=legend, scale=scale)
    opacity = 0.18 if len(names) == 1 else 0.1
    layers = [
        on(bands).mark_area(opacity=opacity).encode(x=x, y="low:Q", y2="high:Q", color=colour),
        on(threads).mark_line(strokeWidth=0.6, opacity=0.45, color="#888888").encode(x=x, y=y, detail="patient:N"),
        on(bands).mark_line(strokeWidth=2.4).encode(x=x, y=y, color=colour),
    ]
    return alt.layer(*layers).properties(width=size.width, height=280)


def _legend(size: Size) -> alt.Legend:
    columns = 1 if size.narrow else 3
    return alt.Legend(columns=columns, symbolType="stroke", symbolSize=500, symbolOpacity=1, labelLimit=250)


def _peak_in_words(run: Run, arm: int) -> str:
    spread = {row["name"]: row for row in rows_of(run.tables["medians"], arm=arm)}
    peak, day = spread["peak_car_copies"], spread["peak_car_day"]
    whom = f" of {run.arms[arm]}" if len(run.cells) > 1 else ""
    return (
        f"Over all trials the median peak{whom} was {peak['p50']:,.0f} copies per µg DNA (90 % of trials "
        f"{peak['p05']:,.0f} to {peak['p95']:,.0f}), on day {day['p50']:.0f} after infusion."
    )


def _toxicity(run: Run, size: Size) -> Chart:
    return stacked([_grades(run, arm, size) for arm in run.cells])


def _grade_rows(run: Run, arm: int) -> Rows:
    """Give each toxicity's pieces, the worst grade first, with their ends."""
    rows: Rows = []
    of_arm = list(rows_of(run.tables["grades"], arm=arm))
    for name in dict.fromkeys(row["toxicity"] for row in of_arm):
        edge = 0.0
        listed = [row for row in of_arm if row["toxicity"] == name and row["grade"] and row["share"]]
        for row in sorted(listed, key=lambda row: -int(row["grade"])):
            share = 100 * row["share"]
            rows.append({
                "toxicity": _shortly(name), "grade": f"grade {row['grade']}", "start": edge, "end": edge + share,
                "middle": edge + share / 2, "label": f"{share:.0f}" if share >= 5 else "", "dark": row["grade"] >= 3,
            })  # fmt: skip
            edge += share
    return rows


def _shortly(toxicity: str) -> str:
    return toxicity.replace("cytokine release syndrome", "CRS")


def _grades(run: Run, arm: int, size: Size) -> Panel:
    order = list(dict.fromkeys(_shortly(row["toxicity"]) for row in rows_of(run.tables["grades"], arm=arm)))
    scale = alt.Scale(domain=[f"grade {grade}" for grade in GRADE_COLOURS], range=list(GRADE_COLOURS.values()))
    axis = alt.Axis(labelLimit=200, minExtent=130, ticks=False, domain=False)
    y = alt.Y("toxicity:N", sort=order, scale=alt.Scale(domain=order), title=None, axis=axis)
    data = on(_grade_rows(run, arm))
    percent, ticks = alt.Scale(domain=[0, 100]), alt.Axis(values=[0, 20, 40, 60, 80, 100])
    legend = alt.Legend(columns=2 if size.narrow else 5, symbolType="square")
    bars = data.mark_bar().encode(
        x=alt.X("start:Q", title="% of infused patients, worst grade first", scale=percent, axis=ticks),
        x2="end:Q", y=y, color=alt.Color("grade:N", scale=scale, legend=legend),
    )  # fmt: skip
    labels = data.mark_text(fontSize=11).encode(
        x="middle:Q", y=y, text="label:N", color=alt.condition("datum.dark", alt.value("white"), alt.value("black"))
    )
    title = {"title": run.arms[arm]} if len(run.cells) > 1 else {}
    return alt.layer(bars, labels).properties(width=size.width - 100, height=36 * max(1, len(order)), **title)

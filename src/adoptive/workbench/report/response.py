"""Response figures: best response by arm over all trials; waterfall and spider of the median trial's lesions."""

from __future__ import annotations

from typing import Final

import altair as alt
import numpy as np

from adoptive.outcome.types import Response
from adoptive.units import months
from adoptive.workbench.figures.charts import Chart, DataTable, Figure, Rows, Size, draw, on, stacked
from adoptive.workbench.figures.colours import DARK, RESPONSE_WORDS, RESPONSES, responses_of
from adoptive.workbench.figures.spider import spider_chart
from adoptive.workbench.figures.waterfall import TOP_CHANGE, waterfall_chart
from adoptive.workbench.report.data import Run, rows_of
from adoptive.workbench.shape import CRITERIA_WITH_LESIONS, assessed

__all__ = ["bars_figure", "day_zero", "has_lesions", "progressed_elsewhere", "spider_figure", "waterfall_figure"]

SPIDER_LINES: Final = 40
GROWTH: Final = 0.20
"""Growth of the sum of diameters over its smallest value that is progression by RECIST 1.1, with 5 mm at least."""

GROWTH_MM: Final = 5.0


def has_lesions(run: Run) -> bool:
    """Say whether any arm is judged by measured lesions."""
    return bool(_lesion_arms(run))


def bars_figure(run: Run) -> Figure:
    """Draw the share of each arm's patients by best response, over all trials."""
    rules = " and ".join(dict.fromkeys(assessed(run.study, arm).response_criteria for arm in range(len(run.arms))))
    caption = (
        f"{_best_of(run).capitalize()} response of all patients of an arm by {rules}, pooled over "
        f"{run.summary['trials']:,} simulated trials; whoever was never assessed is not evaluable."
    )
    rows = _shares(run)
    told = [
        f"{name}: " + ", ".join(f"{row['response']} {row['share']:.0f} %" for row in rows if row["arm"] == name)
        for name in run.arms
    ]
    table = DataTable(
        ("arm", "best response", "% of patients"),
        [(row["arm"], row["response"], f"{row['share']:.1f}") for row in rows],
    )
    return draw(
        "bars", "Best response by arm", caption=caption, finding=". ".join(told) + ".",
        chart=lambda size: _bar_chart(run, rows, size), table=table,
    )  # fmt: skip


def waterfall_figure(run: Run) -> Figure:
    """Draw each evaluable patient's best change of the target lesions, by arm."""
    arms = _lesion_arms(run)
    rows = [row for arm in arms for row in _bars(run, arm)]
    counts = {arm: _evaluable(run, arm) for arm in arms}
    missing = "; ".join(f"{run.arms[arm]}: {lost} of {whole}" for arm, (lost, whole) in counts.items())
    stars = sum(row["star"] for row in rows)
    caption = (
        f"Trial {run.summary['median_trial']}. One bar per patient with a scan after baseline; the strip below and the "
        f"colour say his {_best_of(run)} response. Lines at +20 % and −30 %; bars end at +{TOP_CHANGE:.0f} %. "
        f"Asterisk: progressed without enough growth of the target lesions, by a new or another lesion ({stars}). "
        f"Without such a scan: {missing}."
    )
    shrunk = {arm: sum(row["change"] <= -30.0 for row in _bars(run, arm)) for arm in arms}
    told = ", ".join(f"{few} in {run.arms[arm]}" for arm, few in shrunk.items())
    finding = f"Target lesions shrank by 30 % or more in so many patients: {told}."
    table = DataTable(
        ("arm", "patient", "best change, %", "best response"),
        [
            (row["group"], str(row["patient"]), f"{row['change']:+.0f}{'*' if row['star'] else ''}", row["response"])
            for row in sorted(rows, key=lambda row: (run.arms.index(row["group"]), -row["change"]))
        ],
    )
    return draw(
        "waterfall", "Best change of the target lesions", caption=caption, finding=finding,
        chart=lambda size: waterfall_chart(rows, size=size), table=table,
    )  # fmt: skip


def spider_figure(run: Run) -> Figure:
    """Draw the change of the target lesions over time."""
    arms = [arm for arm in run.followed if arm in _lesion_arms(run)]
    rows = [row for arm in arms for row in _spider_rows(run, arm)]
    patients = {arm: len({row["patient"] for row in rows if row["arm"] == arm}) for arm in arms}
    few = max(1, SPIDER_LINES // max(len([arm for arm in arms if patients[arm]]), 1))
    told = "; ".join(
        f"{run.arms[arm]}: {min(few, patients[arm])} of {patients[arm]} patients with scans" for arm in arms
    )
    caption = (
        f"Trial {run.summary['median_trial']}, {told}. Colour and dash: {_best_of(run)} response. Thick: median of "
        f"those who had a first, second, third scan and so on, while five or more did. Lines at +20 % and −30 %; the "
        f"axis ends at +{TOP_CHANGE:.0f} %."
    )
    shown = sum(min(few, number) for number in patients.values())
    finding = f"Change of the sum of diameters over time in {shown} patients."
    origin = " or ".join(dict.fromkeys(run.origin(arm) for arm in arms))
    named = [row | {"group": row["group"] if len(arms) > 1 else ""} for row in rows]
    return draw(
        "spider", "Change over time", caption=caption, finding=finding,
        chart=lambda size: spider_chart(named, size=size, most=SPIDER_LINES, time_title=f"months from {origin}"),
        table=_spider_table(rows),
    )  # fmt: skip


def _spider_table(rows: Rows) -> DataTable:
    """Give the change at each patient's scans, a line each."""
    lines: dict[tuple[str, int], list[str]] = {}
    for row in rows:
        lines.setdefault((row["group"], row["patient"]), []).append(f"{row['change']:+.0f} (month {row['time']:.1f})")
    told = [(group, str(patient), ", ".join(changes)) for (group, patient), changes in lines.items()]
    return DataTable(("arm", "patient", "change of the sum of diameters, %"), told)


def _best_of(run: Run) -> str:
    return "best confirmed" if assessed(run.study, 0).confirmed_responses else "best"


def day_zero(run: Run) -> dict[int, float]:
    """Give the day, counted from entry, on which times begin, of those for whom it is the first infusion's day.

    Controls who crossed over count from entry all the same.
    """
    first: dict[int, float] = {}
    for dose in rows_of(run.tables["doses"]):
        first[dose["patient"]] = min(dose["day"], first.get(dose["patient"], np.inf))
    rows = rows_of(run.tables["patients"])
    late = {row["patient"] for row in rows if row["arm"] in run.cells and run.origin(row["arm"]) == "infusion"}
    return {patient: day for patient, day in first.items() if patient in late}


def _lesion_arms(run: Run) -> list[int]:
    arms = range(len(run.arms))
    return [arm for arm in arms if assessed(run.study, arm).response_criteria in CRITERIA_WITH_LESIONS]


def _evaluable(run: Run, arm: int) -> tuple[int, int]:
    patients = run.tables["patients"]
    of_arm = patients["arm"] == arm
    return int((of_arm & ~patients["evaluable"]).sum()), int(of_arm.sum())


def _in_words(code: int) -> str:
    return RESPONSE_WORDS[Response(code)]


def _bars(run: Run, arm: int) -> Rows:
    elsewhere = progressed_elsewhere(run)
    return [
        {
            "patient": row["patient"], "change": 100 * row["best_change"], "group": run.arms[arm],
            "response": _in_words(row["best_response"]), "star": row["patient"] in elsewhere,
        }
        for row in rows_of(run.tables["patients"], arm=arm, evaluable=True)
    ]  # fmt: skip


def progressed_elsewhere(run: Run) -> set[int]:
    """Name the patients whose progression was seen without enough growth of the target lesions.

    Their sum of diameters had grown by less than 20 % or 5 mm from its smallest value, so a new or a non-target lesion
    made it progression (RECIST 1.1, 10.1016/j.ejca.2008.10.026).
    """
    smallest = {row["patient"]: float(row["baseline_sld_mm"]) for row in rows_of(run.tables["patients"])}
    gone: set[int] = set()
    found: set[int] = set()
    for row in sorted(rows_of(run.tables["visits"]), key=lambda row: (row["patient"], row["day"])):
        patient, sum_mm = row["patient"], float(row["sld_mm"])
        if patient not in smallest or patient in gone or not np.isfinite(sum_mm):
            continue
        least = smallest[patient]
        if row["response"] == Response.PD:
            gone.add(patient)
            if sum_mm - least < GROWTH_MM or sum_mm < (1 + GROWTH) * least:
                found.add(patient)
        smallest[patient] = min(least, sum_mm)
    return found


def _shares(run: Run) -> Rows:
    """Give each arm's shares in per cent, the best response first, with the ends of its piece of the bar."""
    rows: Rows = []
    for arm, name in enumerate(run.arms):
        share = dict.fromkeys(RESPONSES, 0.0)
        for row in rows_of(run.tables["responses"], arm=arm):
            share[_in_words(row["response"])] += 100 * row["share"]
        edge = 0.0
        for words, size in share.items():
            if size > 0:
                rows.append({"arm": name, "response": words, "share": size, "start": edge, "end": edge + size})
                edge += size
    return rows


def _bar_chart(run: Run, rows: Rows, size: Size) -> Chart:
    names = list(run.arms)
    room = dict(labelLimit=110 if size.narrow else 220, labelPadding=6, ticks=False, domain=False)
    y = alt.Y("arm:N", sort=names, scale=dict(domain=names), title=None, axis=room)
    x = alt.X("start:Q", title="% of patients", scale=dict(domain=[0, 100]), axis=dict(values=[0, 25, 50, 75, 100]))
    bars = on(rows).mark_bar().encode(x=x, x2="end:Q", y=y, color=_colour(rows, size=size))
    told = [row | {"middle": (row["start"] + row["end"]) / 2, "label": f"{row['share']:.0f}"} for row in rows]
    marks = on([row | {"dark": row["response"] in DARK} for row in told if row["share"] >= 5]).mark_text(fontSize=11)
    ink = alt.condition("datum.dark", alt.value("white"), alt.value("black"))
    labels = marks.encode(x="middle:Q", y=y, text="label:N", color=ink)
    width = size.width - (80 if size.narrow else 140)
    return stacked([alt.layer(bars, labels).properties(width=width, height=40 * len(names))])


def _colour(rows: Rows, *, size: Size) -> alt.Color:
    """Colour by response, with those that occur in the legend."""
    colours = responses_of([row["response"] for row in rows])
    legend = dict(columns=1 if size.narrow else 3, title=None, labelLimit=260, symbolType="square")
    scale = dict(domain=list(colours), range=list(colours.values()))
    return alt.Color("response:N", scale=scale, legend=legend)


def _spider_rows(run: Run, arm: int) -> Rows:
    """Give the change at each scan of an arm's patients; months from the day on which times begin."""
    best = {row["patient"]: _in_words(row["best_response"]) for row in rows_of(run.tables["patients"], arm=arm)}
    zero = day_zero(run)
    return [
        {
            "arm": arm, "group": run.arms[arm], "patient": row["patient"],
            "time": months(row["day"] - zero.get(row["patient"], 0.0)), "change": 100 * row["change"],
            "response": best[row["patient"]],
        }
        for row in rows_of(run.tables["visits"])
        if row["patient"] in best and np.isfinite(row["change"])
    ]  # fmt: skip

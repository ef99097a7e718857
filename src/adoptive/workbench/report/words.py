"""The report's sentences and rows; every number in them comes from the run's tables."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from markdown_it import MarkdownIt

from adoptive.trial.sensitivity import RuleResult
from adoptive.workbench.engine.compare import percentiles
from adoptive.workbench.report.data import Run, rows_of
from adoptive.workbench.wording import NOT_ESTIMABLE, amount, count_inside, endpoint_label, interval

__all__ = [
    "Box",
    "Row",
    "answer",
    "check_rows",
    "comparison_rows",
    "counted",
    "field_groups",
    "flow",
    "missed",
    "noted",
    "parameter_groups",
    "ruled",
]


@dataclass(frozen=True)
class Box:
    """Hold one box of the flow: what, how many in the median trial of the count, and in 90 % of trials."""

    name: str
    count: str
    spread: str


@dataclass(frozen=True)
class Row:
    """Hold one line of simulated against published, in words, and its little picture's places (0 to 100)."""

    endpoint: str
    arm: str
    set: str
    published: str
    published_interval: str
    simulated: str
    simulated_interval: str
    error: str
    verdict: str
    source: str
    weight: float
    strip: dict[str, float]


def answer(run: Run) -> str:
    """Answer the study's question in one sentence, from the hazard ratio of progression and the count inside."""
    values = run.tables["trial_values"]
    asked = (values["endpoint"] == "pfs_hazard_ratio") & (values["set"] == "ITT") & values["estimable"]
    counts = counted(run)
    count = f"; {counts}" if counts else ""
    if not asked.any():
        return (
            f"In {run.summary['trials']:,} simulated trials no hazard ratio of progression could be estimated{count}."
        )
    low, middle, high = percentiles(values["value"][asked])
    better, other = (run.arms[0], run.arms[1]) if middle < 1 else (run.arms[1], run.arms[0])
    said = (
        f"In {run.summary['trials']:,} simulated trials progression-free survival favoured {better} over {other}: the "
        f"median hazard ratio was {middle:.3f} (90 % of trials {low:.3f} to {high:.3f})"
    )
    published = [
        row for row in rows_of(run.tables["endpoints"], endpoint="pfs_hazard_ratio", set="ITT")
        if math.isfinite(row["published"])
    ]  # fmt: skip
    if published:
        said += f", and the published {published[0]['published']:.3f} lies {published[0]['inside']} of that"
    return f"{said}{count}."


def counted(run: Run) -> str:
    """Count the endpoints inside, those without a confirmed source apart; empty if none was published."""
    rows = [row for row in comparison_rows(run) if row.verdict in ("inside", "outside")]
    return count_inside((row.verdict == "inside", row.weight) for row in rows)


def flow(run: Run) -> dict[str, Box]:
    """Give the boxes of the flow by name."""
    boxes = {}
    for row in rows_of(run.tables["flow"]):
        spread = f"{row['p05']:,.0f} to {row['p95']:,.0f}" if row["p05"] != row["p95"] else ""
        boxes[row["name"]] = Box(row["name"], f"{row['p50']:,.0f}", spread)
    return boxes


def comparison_rows(run: Run) -> list[Row]:
    """Give simulated against published, endpoint by endpoint, in the order of the published table."""
    scales: dict[str, tuple[float, float]] = {}
    rows = list(rows_of(run.tables["endpoints"]))
    for unit, group in groupby(sorted(rows, key=lambda row: row["unit"]), key=lambda row: row["unit"]):
        scales[unit] = _scale(unit, list(group))
    return [_row(row, scales[row["unit"]]) for row in rows]


def missed(run: Run) -> list[Row]:
    """Give the endpoints whose published value lies outside."""
    return [row for row in comparison_rows(run) if row.verdict == "outside"]


def check_rows(run: Run) -> list[dict[str, Any]]:
    """Give the ordering check's levers, in words."""
    return [
        {
            "lever": row["lever"], "expected": row["expected"], "holds": bool(row["holds"]),
            "orr": f"{100 * row['orr_base']:.0f} → {100 * row['orr_lever']:.0f} %",
            "pfs6": f"{100 * row['pfs6_base']:.0f} → {100 * row['pfs6_lever']:.0f} %",
            "median": f"{amount(row['median_base'], '')} → {amount(row['median_lever'], '')}",
            "ratio": amount(row["hazard_ratio"], "ratio"),
        }
        for row in rows_of(run.tables["checks"])
    ]  # fmt: skip


def ruled(run: Run) -> tuple[RuleResult, ...]:
    """Give what the settings of the assessment rule showed, as declared first."""
    return tuple(RuleResult(**row) for row in rows_of(run.tables["rules"]))


def parameter_groups(run: Run) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Walk the parameter book by folder."""
    for folder, rows in groupby(rows_of(run.tables["parameters"]), key=lambda row: str(row["name"]).partition(".")[0]):
        listed = list(rows)
        for row in listed:
            row["short"] = str(row["name"]).partition(".")[2]
        yield folder, listed


def field_groups(run: Run) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Walk the study's fields by section."""
    rows = [row for row in rows_of(run.tables["fields"]) if "." in row["name"]]
    for section, group in groupby(rows, key=lambda row: str(row["name"]).partition(".")[0]):
        listed = list(group)
        for row in listed:
            row["short"] = str(row["name"]).partition(".")[2]
        yield section, listed


def noted(run: Run, title: str) -> str:
    """Give a section of the study's notes as HTML, with no link, no picture and no raw HTML; empty if there is none."""
    text = str(run.summary.get("notes", {}).get(title, ""))
    plain = MarkdownIt("commonmark", {"html": False}).disable(["link", "image", "autolink", "heading"]).enable("table")
    return str(plain.render(text)) if text else ""


def _scale(unit: str, rows: list[dict[str, Any]]) -> tuple[float, float]:
    """Give the ends of the little pictures' axis for a unit, so that lines of one unit compare."""
    names = ("published", "published_lo", "published_hi", "simulated_p05", "simulated_p95")
    values = [row[name] for row in rows for name in names if math.isfinite(row[name])]
    if unit == "%" or not values:
        return 0.0, 100.0
    if unit == "ratio":
        return math.log(min([*values, 0.5])), math.log(max([*values, 2.0]))
    return 0.0, max(values) * 1.02


def _row(row: dict[str, Any], scale: tuple[float, float]) -> Row:
    unit, published, error = row["unit"], row["published"], row["monte_carlo_error"]

    def place(value: float) -> float:
        if not math.isfinite(value):
            return 100.0
        at = math.log(max(value, 1e-9)) if unit == "ratio" else value
        return round(min(100.0, max(0.0, 100 * (at - scale[0]) / (scale[1] - scale[0]))), 2)

    finite = math.isfinite(published)
    known_trials = row["estimable_share"] > 0
    strip = {name: place(row[f"simulated_{name}"]) for name in ("p05", "median", "p95")} if known_trials else {}
    strip |= {"published": place(published)} if finite else {}
    ends = (row["published_lo"], row["published_hi"])
    known = [end if math.isfinite(end) else None for end in ends]
    if None not in known:
        strip |= {"low": place(ends[0]), "high": place(ends[1])}
    return Row(
        endpoint=endpoint_label(row["endpoint"], row["at_months"]), arm=row["arm"] or "both", set=row["set"],
        published=amount(published, unit) if finite else "–", published_interval=interval(known[0], known[1], unit),
        simulated=amount(row["simulated_median"], unit) if known_trials else NOT_ESTIMABLE,
        simulated_interval=interval(row["simulated_p05"], row["simulated_p95"], unit) if known_trials else "",
        error=amount(error, unit, with_unit=False) if math.isfinite(error) else "?",
        verdict=row["inside"], source=row["source"], weight=row["weight"], strip=strip,
    )  # fmt: skip

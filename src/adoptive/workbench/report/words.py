"""The report's sentences and rows; every number in them comes from the run's tables."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from markdown_it import MarkdownIt

from adoptive.trial.sensitivity import RuleResult
from adoptive.verdict import ENDPOINTS
from adoptive.workbench.engine.compare import percentiles
from adoptive.workbench.engine.types import WHOLE_TRIAL
from adoptive.workbench.published import CONFIRMED
from adoptive.workbench.report.data import Run, rows_of
from adoptive.workbench.wording import (
    ALL_ARMS,
    NOT_ESTIMABLE,
    amount,
    chance,
    count_inside,
    endpoint_label,
    interval,
)

__all__ = [
    "Box",
    "Flow",
    "FlowOfArm",
    "Row",
    "answer",
    "chances",
    "check_rows",
    "chosen_in_words",
    "comparison_rows",
    "counted",
    "field_groups",
    "flow",
    "missed",
    "noted",
    "parameter_groups",
    "ruled",
]


TIMES = {"pfs": "progression-free survival", "os": "overall survival", "efs": "event-free survival"}


@dataclass(frozen=True)
class Box:
    """Hold one box of the flow: what, how many in the median trial of the count, and in 90 % of trials."""

    name: str
    count: str
    spread: str


@dataclass(frozen=True)
class FlowOfArm:
    """Hold an arm of the flow: how many were assigned and treated, by number of infusions, lost by cause."""

    name: str
    cells: bool
    screened: list[Box]
    failures: list[Box]
    assigned: Box
    treated: Box
    infusions: list[Box]
    lost: list[Box]
    crossed: list[Box]


@dataclass(frozen=True)
class Flow:
    """Hold the flow of patients from screening to the arms."""

    screened: list[Box]
    failures: list[Box]
    entered: Box
    stopped: list[str]
    arms: list[FlowOfArm]


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
    chance: str
    source: str
    confirmed: bool
    strip: dict[str, float]


def answer(run: Run) -> str:
    """Answer the study's question in one sentence, from its primary endpoint and the count inside."""
    name, trials = str(run.summary["median_trial_by"]), f"In {run.summary['trials']:,} simulated trials"
    counts = counted(run)
    count = f"; {counts}" if counts else ""
    asked = [row for row in rows_of(run.tables["endpoints"], endpoint=name) if row["estimable_share"] > 0]
    asked = asked or _unpublished(run, name)
    if name.endswith("_hazard_ratio"):
        return f"{trials} {_favoured(run, name, _of_itt(asked))}{count}."
    said = "; ".join(map(_estimated, _of_itt(asked))) or "could not be estimated"
    at = {row["at_months"] for row in asked}
    title = endpoint_label(name, at.pop() if len(at) == 1 else None)
    return f"{trials} the primary endpoint ({title}) was {said}{count}."


def _unpublished(run: Run, name: str) -> list[dict[str, Any]]:
    """Give an endpoint that was simulated and not published, from its values in all trials; nothing if it has none."""
    values = run.tables["trial_values"]
    mine = (values["endpoint"] == name) & values["estimable"]
    if not mine.any():
        return []
    low, middle, high = percentiles(values["value"][mine])
    at = float(values["at_months"][mine][0])
    return [
        {
            "endpoint": name, "arm": "", "set": "ITT", "unit": ENDPOINTS[name].unit, "at_months": at,
            "published": math.inf, "simulated_median": middle, "simulated_p05": low, "simulated_p95": high,
        }
    ]  # fmt: skip


def _of_itt(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave those by intention to treat, unless there are none."""
    return [row for row in rows if row["set"] == "ITT"] or rows


def _favoured(run: Run, name: str, asked: list[dict[str, Any]]) -> str:
    """Say whom the hazard ratio favours; it may be simulated alone, without a published row."""
    event = name.removesuffix("_hazard_ratio")
    words = TIMES.get(event, event)
    values = run.tables["trial_values"]
    mine = (values["endpoint"] == name) & (values["set"] == "ITT") & (values["arm"] < 1) & values["estimable"]
    if not mine.any():
        hazard = "progression" if event == "pfs" else words
        return f"no hazard ratio of {hazard} could be estimated"
    low, middle, high = percentiles(values["value"][mine])
    better, other = (run.arms[0], run.arms[-1]) if middle < 1 else (run.arms[-1], run.arms[0])
    said = (
        f"{words} favoured {better} over {other}: the median hazard ratio was {middle:.3f} (90 % of trials {low:.3f} "
        f"to {high:.3f})"
    )
    told = [row for row in asked if math.isfinite(row["published"]) and row["arm"] in ("", run.arms[0])]
    return said + (f", and the published {told[0]['published']:.3f} lies {told[0]['inside']} of that" if told else "")


def _estimated(row: dict[str, Any]) -> str:
    """Say one arm's value of an endpoint."""
    unit, whom = row["unit"], f" in {row['arm']}" if row["arm"] else ""
    spread = interval(row["simulated_p05"], row["simulated_p95"], unit)
    said = f"{amount(row['simulated_median'], unit)} (90 % of trials {spread}){whom}"
    if not math.isfinite(row["published"]):
        return said
    return f"{said}, and the published {amount(row['published'], unit)} lies {row['inside']} of that"


def chosen_in_words(run: Run) -> str:
    """Name the trial that is drawn and why it is this one."""
    name, trials = str(run.summary["median_trial_by"]), run.summary["trials"]
    what = {
        "pfs_hazard_ratio": "hazard ratio of progression", "os_hazard_ratio": "hazard ratio of death",
    }.get(name, f"primary endpoint ({endpoint_label(name)})")  # fmt: skip
    return f"trial {run.summary['median_trial']}, whose {what} is nearest the median of {trials:,} simulated trials"


def chances(run: Run) -> list[str]:
    """Say, for numbers that were only told, how often a simulated trial gives at least as much."""
    rows = [row for row in rows_of(run.tables["endpoints"]) if math.isfinite(row["chance_of_at_least"])]
    return [_chance_in_words(row, int(run.summary["trials"])) for row in rows]


def _chance_in_words(row: dict[str, Any], trials: int) -> str:
    whom = f" ({row['arm']})" if row["arm"] else ""
    what = f"{endpoint_label(row['endpoint'], row['at_months'])}{whom}"
    share = chance(row["chance_of_at_least"], trials)
    return f"{what}: at least {amount(row['published'], row['unit'])} in {share} of the simulated trials"


def counted(run: Run) -> str:
    """Count the endpoints inside, those without a confirmed source apart; empty if none was published."""
    rows = [row for row in comparison_rows(run) if row.verdict in ("inside", "outside")]
    return count_inside((row.verdict == "inside", float(row.confirmed)) for row in rows)


def flow(run: Run) -> Flow:
    """Give the boxes of the flow: screening, entry, and each arm with its losses by cause."""

    def boxes(box: str, arm: int = WHOLE_TRIAL) -> list[Box]:
        rows = rows_of(run.tables["flow"], box=box, arm=arm)
        return [_box(row) for row in rows if row["p95"] > 0 or box in ("screened", "entered", "treated")]

    arms = []
    for arm, name in enumerate(run.arms):
        (assigned,), (treated,) = boxes("assigned", arm), boxes("treated", arm)
        arms.append(
            FlowOfArm(
                name, arm in run.cells, boxes("screened", arm), boxes("screening failure", arm), assigned, treated,
                boxes("infusions", arm), boxes("lost", arm), boxes("crossed over", arm),
            )
        )  # fmt: skip
    (entered,) = boxes("entered")
    stopped = [f"{row['name']} {100 * row['mean']:.0f} %" for row in rows_of(run.tables["flow"], box="stopped")]
    looked = stopped if run.study.verdict.looks is not None else []
    return Flow(boxes("screened"), boxes("screening failure"), entered, looked, arms)


def _box(row: dict[str, Any]) -> Box:
    spread = f"{row['p05']:,.0f} to {row['p95']:,.0f}" if row["p05"] != row["p95"] else ""
    return Box(str(row["name"]), f"{row['p50']:,.0f}", spread)


def comparison_rows(run: Run) -> list[Row]:
    """Give simulated against published, endpoint by endpoint, in the order of the published table."""
    scales: dict[str, tuple[float, float]] = {}
    rows = list(rows_of(run.tables["endpoints"]))
    for unit, group in groupby(sorted(rows, key=lambda row: row["unit"]), key=lambda row: row["unit"]):
        scales[unit] = _scale(unit, list(group))
    trials = int(run.summary["trials"])
    return [_row(row, scales[row["unit"]], trials) for row in rows]


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


def _row(row: dict[str, Any], scale: tuple[float, float], trials: int) -> Row:
    unit, published, error = row["unit"], row["published"], row["monte_carlo_error"]

    def place(value: float) -> float:
        if not math.isfinite(value):
            return 100.0
        at = math.log(max(value, 1e-9)) if unit == "ratio" else value
        return round(min(100.0, max(0.0, 100 * (at - scale[0]) / (scale[1] - scale[0]))), 2)

    there = bool(row["is_published"])
    known_trials = row["estimable_share"] > 0
    strip = {name: place(row[f"simulated_{name}"]) for name in ("p05", "median", "p95")} if known_trials else {}
    strip |= {"published": place(published)} if there else {}
    ends = (row["published_lo"], row["published_hi"])
    known = [end if math.isfinite(end) else None for end in ends]
    if None not in known:
        strip |= {"low": place(ends[0]), "high": place(ends[1])}
    return Row(
        endpoint=endpoint_label(row["endpoint"], row["at_months"]), arm=row["arm"] or ALL_ARMS, set=row["set"],
        published=amount(published, unit) if there else "–", published_interval=interval(known[0], known[1], unit),
        simulated=amount(row["simulated_median"], unit) if known_trials else NOT_ESTIMABLE,
        simulated_interval=interval(row["simulated_p05"], row["simulated_p95"], unit) if known_trials else "",
        error=amount(error, unit, with_unit=False) if math.isfinite(error) else "?",
        verdict=row["inside"], chance=chance(row["chance_of_at_least"], trials), source=row["source"],
        confirmed=row["weight"] > 0 and row["confidence"] in CONFIRMED, strip=strip,
    )  # fmt: skip

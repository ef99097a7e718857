"""Validation: what a check of the bundled studies found, what lies outside, scores without the trial, one run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from adoptive.workbench.dossier.frame import frame, goal
from adoptive.workbench.dossier.given import load_checks
from adoptive.workbench.dossier.types import Asked, Item, Section
from adoptive.workbench.engine.compare import SEED
from adoptive.workbench.figures.charts import DataTable
from adoptive.workbench.published import CONFIRMED
from adoptive.workbench.wording import ALL_ARMS, NOT_REACHED, amount, chance, endpoint_label, interval

__all__ = ["coverage_item", "outside_item", "run_item", "scores_item", "seeds_item", "validation"]

Row = Mapping[str, Any]

TITLES = {
    "coverage": "Coverage of predictive intervals", "outside": "Endpoints outside their interval",
    "scores": "Leave-one-trial-out scores", "seeds": "Seeds: told, not published",
}  # fmt: skip
NO_CHECKS = "No check was given (--checks FILE.json, made by `adoptive check --json > FILE.json`)."
COLUMNS = ("study", "endpoint", "arm, set", "published", "simulated", "90 % of trials", "weight")


def validation(asked: Asked, run: Any) -> Section:
    """Put the section together."""
    if asked.checks is None:
        goals = {"coverage": goal("coverage"), "scores": goal("scores")}
        items: list[Item] = [
            Item(name, title, "missing", (NO_CHECKS,), goal=goals.get(name, "")) for name, title in TITLES.items()
        ]
    else:
        checks = load_checks(asked.checks)
        items = [coverage_item(checks), outside_item(checks), scores_item(checks), seeds_item(checks)]
    return Section("validation", "Validation", (*items, run_item(run, asked.run)))


def coverage_item(checks: Row) -> Item:
    """Count the weighted endpoints inside their 90 % predictive intervals; add what the check itself stated."""
    judged = [row for _, row in _rows(checks) if row["inside"] is not None and _counts(row)]
    inside = sum(bool(row["inside"]) for row in judged)
    share = 100.0 * inside / len(judged) if judged else float("nan")
    limits = frame()["goals"]["coverage"]
    trials, seed = (checks.get(name, "unknown") for name in ("trials", "seed"))
    said = [f"Virtual trials of each study: {trials}; seed: {seed}."]
    said += [f"{row['what']}: {row['found']}." for row in checks.get("stated", ()) if row.get("found")]
    columns = ("endpoints", "nominal, %", "inside", "of", "studies", "observed, %", "95 % interval")
    return Item(
        "coverage", TITLES["coverage"], "given", tuple(said),
        DataTable(columns, [_coverage(row) for row in checks.get("coverage", ())]) if checks.get("coverage") else None,
        goal=goal("coverage"), result=f"{inside} of {len(judged)} inside ({share:.0f} %)",
        holds=bool(limits["low"] <= share <= limits["high"]) if judged else None,
    )  # fmt: skip


def outside_item(checks: Row) -> Item:
    """List the endpoints that lie outside, furthest first where the check says how far."""
    missed = [(study, row) for study, row in _rows(checks) if row["inside"] is False and _counts(row)]
    missed.sort(key=lambda one: -abs(one[1].get("distance") or 0.0))
    unsure = sum(row["inside"] is False and not _counts(row) for _, row in _rows(checks))
    said = f"{len(missed)} endpoints that count lie outside; {unsure} more have no weight or no source."
    return Item(
        "outside", TITLES["outside"], "given", (said,),
        DataTable(COLUMNS, [_told(study, row) for study, row in missed]), result=f"{len(missed)} outside",
    )  # fmt: skip


def scores_item(checks: Row) -> Item:
    """Show log scores of fits without the trial against class rates."""
    title = TITLES["scores"]
    scores = checks.get("scores") or {}
    contests = scores.get("against_class_rates") or []
    if not contests:
        said = "The check has no leave-one-trial-out scores."
        return Item("scores", title, "missing", (said,), goal=goal("scores"))
    rows = [
        (str(row["rival"]).replace("_", " "), str(row["trials"]), _number(row["model"]), _number(row["baseline"]),
         _number(row["difference"]), f"{_number(row['lower'])} to {_number(row['upper'])}")
        for row in contests
    ]  # fmt: skip
    first = next((row for row in contests if row["rival"] == "published_rate"), contests[0])
    better = first["difference"] is not None and first["difference"] > 0
    said = "Mean log score per trial of the fit that never saw the trial, against rates pooled over its class."
    covered = [f"{row['what']}: {row['inside']} of {row['endpoints']} inside {row['nominal']:g} %." for row in
               scores.get("left_out_coverage") or ()]  # fmt: skip
    columns = ("rival", "trials", "model", "rival's score", "difference", "95 % interval")
    return Item(
        "scores", title, "given", (said, *covered), DataTable(columns, rows), goal=goal("scores"), holds=better,
        result=f"{_number(first['difference'])} over {str(first['rival']).replace('_', ' ')}, {first['trials']} trials",
    )  # fmt: skip


def seeds_item(checks: Row) -> Item:
    """List numbers that stand in a story told about a trial and in no source, with their chance."""
    told = [(study, row) for study, row in _rows(checks) if row.get("confidence") == SEED]
    rows = [
        (*_told(study, row)[:6], chance(row.get("chance_of_at_least"), int(checks.get("trials") or 1)) or "–")
        for study, row in told
    ]
    said = (
        f"{len(rows)} numbers stand in a story told about a trial and in no source. They count in no fit and no score; "
        "what is asked is how often a virtual trial gives at least as much."
    )
    columns = (*COLUMNS[:6], "chance of at least this")
    return Item("seeds", TITLES["seeds"], "given", (said,), DataTable(columns, rows) if rows else None)


def run_item(run: Any, folder: Path | None) -> Item:
    """Show one run's endpoints against what was published."""
    title = "The run in question"
    if run is None:
        return Item("run", title, "missing", ("No run was given (--run FOLDER, made by `adoptive run`).",))
    name, summary = run.study.name, run.summary
    rows = [_told(name, row) for row in summary["endpoints"]]
    judged = [row for row in summary["endpoints"] if row["inside"] is not None and _counts(row)]
    inside = sum(bool(row["inside"]) for row in judged)
    said = f"{name}: {summary['trials']} virtual trials, seed {summary['seed']}; {folder.name if folder else ''}."
    if summary.get("prediction"):
        said += " Nothing was published of this trial: these are predictions."
    return Item(
        "run", title, "given", (said,), DataTable(COLUMNS, rows), result=f"{inside} of {len(judged)} inside",
    )  # fmt: skip


def _counts(row: Row) -> bool:
    """Say whether a published number has a weight and a source."""
    return float(row["weight"]) > 0 and row.get("confidence") in CONFIRMED


def _rows(checks: Row) -> Iterator[tuple[str, Row]]:
    for one in checks["studies"]:
        for row in one["endpoints"]:
            yield str(one["study"]), row


def _told(study: str, row: Row) -> tuple[str, ...]:
    unit = str(row.get("unit", ""))
    published = NOT_REACHED if row.get("published_not_reached") else amount(row.get("published"), unit)
    known = (row.get("estimable_share") or 0) > 0
    return (
        study, endpoint_label(str(row["name"]), row.get("at_months")),
        f"{row.get('arm') or ALL_ARMS}, {row.get('set', '')}", published,
        _reached(row.get("simulated_median"), unit) if known else "–",
        interval(row.get("simulated_p05"), _open(row.get("simulated_p95")), unit) if known else "–",
        f"{float(row['weight']):g}",
    )  # fmt: skip


def _reached(value: float | None, unit: str) -> str:
    return NOT_REACHED if value is None else amount(value, unit)


def _open(value: float | None) -> float:
    return float("inf") if value is None else value


def _coverage(row: Row) -> tuple[str, ...]:
    return (
        str(row["what"]), f"{row['nominal']:g}", str(row["inside"]), str(row["endpoints"]), str(row["studies"]),
        _number(row["share"], 0), f"{_number(row['lower'], 0)} to {_number(row['upper'], 0)}",
    )  # fmt: skip


def _number(value: float | None, digits: int = 2) -> str:
    return "–" if value is None else f"{value:.{digits}f}"

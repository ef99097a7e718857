"""A search's end for people and programs: answer, document, tables, the figure of its history, the folder."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, Final

import altair as alt
import numpy as np

from adoptive.tables import write_table
from adoptive.workbench.design.document import Table, characteristics_table, plain, varied_document
from adoptive.workbench.design.figures import figures_of
from adoptive.workbench.design.search import Finding, Proposal
from adoptive.workbench.design.types import shown
from adoptive.workbench.design.writing import page_with, put_files
from adoptive.workbench.engine.document import as_json
from adoptive.workbench.figures.charts import ARM_COLOURS, Chart, Figure, Size, draw, on

__all__ = ["best_words", "finalist_rows", "finalist_titles", "finding_document", "importance_rows", "write_finding"]

_SMALL: Final = 0.1
"""Numbers of which two decimals, as figures have them, are too few."""

IMPORTANCE_NOTE: Final = (
    "Importance: share of a field in telling the best tenth of the proposals from the others (PED-ANOVA, optuna). The "
    "search looks where it is good, so a field that it settled early can look unimportant."
)


def best_words(finding: Finding) -> str:
    """Say what was found."""
    best, search = finding.finalists[0], finding.search
    way = "Least" if search.minimise else "Most"
    judged = (
        f"on {finding.fresh:,} trials that the search did not see" if finding.fresh else "on the trials of the search"
    )
    said = f"{way} {search.objective.text}: {_number(best)} with {values_words(best)}, {judged}."
    if search.constraints and not best.feasible:
        said += " No design was found that meets the constraints on these trials; this one comes nearest."
    tried = f" {len(finding.proposals)} proposals were tried"
    return f"{said}{tried}{f'; ended {finding.stopped}' if finding.stopped else ''}."


def values_words(each: Proposal) -> str:
    """Say what a proposal is."""
    return ", ".join(f"{name}={shown(value)}" for name, value in each.values.items())


def finalist_titles(finding: Finding) -> tuple[str, ...]:
    """Give the titles of :func:`finalist_rows`."""
    rules = ["constraints met"] if finding.search.constraints else []
    return ("proposal", *(field.name for field in finding.search.fields), finding.search.objective.text, *rules)


def finalist_rows(finding: Finding) -> tuple[tuple[str, ...], ...]:
    """Give one row per finalist, the best first."""
    return tuple(
        (
            str(each.number), *(shown(value) for value in each.values.values()), _number(each),
            *(["yes" if each.feasible else "no"] if finding.search.constraints else []),
        )
        for each in finding.finalists
    )  # fmt: skip


def importance_rows(finding: Finding) -> tuple[tuple[str, str], ...]:
    """Give each field's importance, the largest first."""
    return tuple((name, f"{share:.2f}") for name, share in sorted(finding.importance.items(), key=lambda row: -row[1]))


def finding_document(finding: Finding) -> dict[str, Any]:
    """Give a search as one document."""
    search = finding.search
    return {
        "study": finding.varied.study.name, "seed": finding.asked.seed, "objective": search.objective.text,
        "minimise": search.minimise, "subject_to": [rule.text for rule in search.constraints],
        "answer": best_words(finding), "best": _row(finding.finalists[0]), "fresh_trials": finding.fresh,
        "finalists": [_row(each) for each in finding.finalists],
        "proposals": [_row(each) for each in finding.proposals],
        "importance": {name: plain(share) for name, share in finding.importance.items()},
        "characteristics_of_finalists": varied_document(finding.varied), "stopped": finding.stopped, "simulated": True,
    }  # fmt: skip


def write_finding(finding: Finding, folder: Path, *, command: str) -> None:
    """Write history, tables, summary and page of a search.

    Raises
    ------
    RunError
        The disk is full, or the folder was taken away.
    """
    best = {
        "said": best_words(finding), "titles": finalist_titles(finding), "rows": finalist_rows(finding),
        "importance": importance_rows(finding), "importance_note": IMPORTANCE_NOTE,
    }  # fmt: skip

    def write(place: Path) -> None:
        write_table(place / "history", history_table(finding))
        write_table(place / "characteristics", characteristics_table(finding.varied))
        figures = (history_figure(finding), *figures_of(finding.varied))
        page = page_with(finding.varied, figures, command, answer=best_words(finding), best=best)
        (place / "report.html").write_text(page, "utf-8")
        (place / "summary.json").write_text(as_json(finding_document(finding)), "utf-8")

    put_files(folder, write)


def history_table(finding: Finding) -> Table:
    """Give one row per proposal; NaN where the objective is no number."""
    rows = [
        {
            "proposal": each.number, **dict(each.values),
            "objective": math.nan if each.objective is None else each.objective, "error": each.error,
            "feasible": each.feasible, "trials": each.trials, "refused": each.refused,
        }
        for each in finding.proposals
    ]  # fmt: skip
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def history_figure(finding: Finding) -> Figure:
    """Draw the objective of every proposal, and the best so far."""
    text = finding.search.objective.text
    caption = (
        f"{text} of each proposal, 95 % Monte Carlo interval; line: best so far of those that meet the constraints."
    )
    return draw("history", "How the search went", caption=caption, finding=best_words(finding),
                chart=lambda size: _history(finding, size))  # fmt: skip


def _history(finding: Finding, size: Size) -> Chart:
    rows, best = [], None
    for each in finding.proposals:
        if each.objective is None:
            continue
        reach = 1.96 * each.error if math.isfinite(each.error) else 0.0
        if each.feasible:
            known = each.objective if best is None else best
            best = min(known, each.objective) if finding.search.minimise else max(known, each.objective)
        rows.append({
            "proposal": each.number, "value": each.objective, "low": each.objective - reach,
            "high": each.objective + reach, "met": "constraints met" if each.feasible else "not met", "best": best,
        })  # fmt: skip
    names = ["constraints met", "not met"] if finding.search.constraints else ["constraints met"]
    colour = alt.Color(
        "met:N", scale=alt.Scale(domain=names, range=list(ARM_COLOURS[: len(names)])),
        legend=alt.Legend() if finding.search.constraints else None,
    )  # fmt: skip
    x = alt.X("proposal:Q", title="proposal", axis=alt.Axis(tickMinStep=1), scale=alt.Scale(nice=False, padding=8))
    small = all(abs(each.objective) < _SMALL for each in finding.proposals if each.objective is not None)
    axis = alt.Axis(format=".1e") if small else alt.Axis()
    y = alt.Y("value:Q", title=finding.search.objective.text, scale=alt.Scale(zero=False), axis=axis)
    base = on(rows).encode(x=x)
    so_far = on([row for row in rows if row["best"] is not None]).encode(x=x, y=alt.Y("best:Q"))
    return alt.layer(
        base.mark_rule(strokeWidth=1).encode(y=alt.Y("low:Q", scale=alt.Scale(zero=False)), y2="high:Q", color=colour),
        base.mark_point(filled=True, size=45, opacity=1).encode(
            y=y, color=colour, shape=alt.Shape("met:N", legend=None)
        ),
        so_far.mark_line(interpolate="step-after", color="#888888", strokeDash=[6, 3]),
    ).properties(width=size.width, height=260)


def _row(each: Proposal) -> dict[str, Any]:
    row: dict[str, Any] = {
        "number": each.number, "values": dict(each.values), "objective": plain(each.objective),
        "error": plain(each.error), "feasible": each.feasible, "trials": each.trials,
    }  # fmt: skip
    return row | ({"refused": each.refused} if each.refused else {})


def _number(each: Proposal) -> str:
    if each.objective is None:
        return "–"
    return f"{each.objective:.4g}" + (f" ± {each.error:.2g}" if math.isfinite(each.error) else "")

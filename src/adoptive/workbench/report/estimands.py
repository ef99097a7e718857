"""Who is compared with whom: the median trial's hazard ratios under every estimand, side by side."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from adoptive.tables import TableError
from adoptive.verdict.estimands import Effect, of_patients
from adoptive.workbench.figures.charts import DataTable, Figure, Rows, draw
from adoptive.workbench.figures.forest import forest_chart
from adoptive.workbench.figures.words import ends_in_words, p_in_words
from adoptive.workbench.report.data import Run
from adoptive.workbench.shape import compares

__all__ = ["estimand_figure"]

EVENTS: Final = {"pfs": "Progression-free survival", "os": "Overall survival"}
Columns = dict[str, NDArray[Any]]


def estimand_figure(run: Run) -> Figure | None:
    """Draw the hazard ratio of the cells under every estimand; none unless cells are compared with one other arm."""
    if not compares(run.study) or len(run.arms) != 2 or run.cells != (0,):
        return None
    patients, doses = _tables(run)
    rows: Rows = []
    for event, heading in EVENTS.items():
        effects = _effects(patients, doses, event)
        empty = {"size": "", "estimate": None, "lower": None, "upper": None, "p": "", "note": ""}
        rows += [{"label": heading, "heading": True, **empty}] if effects else []
        rows += [_row(effect) for effect in effects]
    if not rows:
        return None
    caption = (
        f"Trial {run.summary['median_trial']}, {run.arms[0]} over {run.arms[1]}. ITT: as randomised; the others leave "
        "out, move or weigh patients by what happened after randomisation. To count only who lived to be infused "
        "favours the cells (immortal time). The last ones ask what would have been had no control received the cells; "
        "each rests on assumptions of its own, which the numbers below name."
    )
    known = [row for row in rows if row["estimate"] is not None]
    ends = (min(row["estimate"] for row in known), max(row["estimate"] for row in known)) if known else (1.0, 1.0)
    finding = f"The estimates run from {ends[0]:.2f} to {ends[1]:.2f}."
    told = [(row["label"], row["size"], _said(row), row["p"], row["note"]) for row in rows]
    table = DataTable(("estimand", "patients/events", "hazard ratio (95 %)", "p", "how"), told)
    return draw(
        "estimands", "Who is compared with whom", caption=caption, finding=finding, table=table,
        chart=lambda size: forest_chart(
            rows, size=size, columns={"size": "n/events"}, favours=("favours the cells", "favours the others")
        ),
    )  # fmt: skip


def _tables(run: Run) -> tuple[Columns, Columns]:
    """Give the patients, and the doses with each patient's place in that table for his number."""
    patients, doses = dict(run.tables["patients"]), dict(run.tables["doses"])
    if not doses:
        return patients, {}
    place = {number: at for at, number in enumerate(patients["patient"].tolist())}
    mine = np.isin(doses["patient"], patients["patient"])
    doses = {name: column[mine] for name, column in doses.items()}
    doses["patient"] = np.array([place[number] for number in doses["patient"].tolist()], np.int64)
    return patients, doses


def _effects(patients: Columns, doses: Columns, event: str) -> tuple[Effect, ...]:
    """Estimate every estimand; nothing where the trial holds too little for one of them."""
    try:
        return of_patients(patients, doses=doses or None, endpoint=event)
    except TableError:
        return ()


def _row(effect: Effect) -> dict[str, Any]:
    there = effect.estimable
    return {
        "label": effect.name, "heading": False, "size": f"{effect.patients}/{effect.events}",
        "estimate": effect.hazard_ratio if there else None, "lower": effect.lower if there else None,
        "upper": effect.upper if there else None, "p": p_in_words(effect.p_value) if there else "", "note": effect.note,
    }  # fmt: skip


def _said(row: dict[str, Any]) -> str:
    if row["heading"]:
        return ""
    if row["estimate"] is None:
        return "not estimable"
    return f"{row['estimate']:.2f} ({ends_in_words(row['lower'], row['upper'])})"

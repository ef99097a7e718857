"""A run folder, read for the report."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adoptive.errors import StudyError
from adoptive.tables import TableError, read_table
from adoptive.trial.types import Study
from adoptive.units import months
from adoptive.verdict.rows import SurvivalRows, survival_rows
from adoptive.workbench.shape import arm_names, cells_arms, drawn_set, origin
from adoptive.workbench.study import parse_study

__all__ = ["Run", "Table", "load_run", "rows_of", "starts_of", "survival_of"]

Table = Mapping[str, NDArray[Any]]

TABLES = (
    "endpoints", "trial_values", "curves", "flow", "medians", "grades", "responses", "steps", "risk",
    "patients", "visits", "doses", "daily", "checks", "rules", "parameters", "fields",
)  # fmt: skip


@dataclass(frozen=True)
class Run:
    """Hold a run folder: study, summary, provenance, tables by name (empty where a run has none).

    Patients who would have entered after the data cut are left out.
    """

    study: Study
    summary: Mapping[str, Any]
    provenance: Mapping[str, Any]
    tables: Mapping[str, Table]

    @property
    def arms(self) -> tuple[str, ...]:
        """Give the arms' names, the experimental one first."""
        return arm_names(self.study)

    @property
    def cells(self) -> tuple[int, ...]:
        """Give the places of the arms with cells."""
        return cells_arms(self.study)

    @property
    def followed(self) -> tuple[int, ...]:
        """Give the places of the arms that are shown patient by patient: those with cells, or all if there are none."""
        return self.cells or tuple(range(len(self.arms)))

    def origin(self, arm: int) -> str:
        """Say from what an arm's times count."""
        return origin(self.study, arm)


def load_run(folder: Path) -> Run:
    """Read a run folder.

    Raises
    ------
    StudyError
        No run folder, or one that lacks a file.
    """
    try:
        summary, provenance = (
            json.loads((folder / name).read_text("utf-8")) for name in ("summary.json", "provenance.json")
        )
        study = parse_study((folder / "study.toml").read_text("utf-8"))
        tables = {name: read_table(folder / "tables" / name) if _there(folder, name) else {} for name in TABLES}
    except (OSError, ValueError, TableError) as problem:
        reason = getattr(problem, "strerror", None) or str(problem)
        raise StudyError(
            "not a run folder", where=str(folder), value=reason, next_step="give a folder that `adoptive run` wrote"
        ) from None
    if "box" not in tables["flow"] or "median_trial_by" not in summary:
        raise StudyError(
            "a run folder of an earlier version", where=str(folder), value=str(provenance.get("version", "")),
            next_step="run the study again",
        )  # fmt: skip
    here = tables["patients"]["enrolled"]
    tables["patients"] = {name: column[here] for name, column in tables["patients"].items()}
    return Run(study, summary, provenance, tables)


def rows_of(table: Table, **wanted: Any) -> Iterator[dict[str, Any]]:
    """Walk a table's rows as plain dictionaries, those whose columns have the values wanted."""
    if not table:
        return
    keep = np.ones(len(next(iter(table.values()))), bool)
    for name, value in wanted.items():
        keep &= np.asarray(table[name] == value)
    columns = {name: column[keep].tolist() for name, column in table.items()}
    for values in zip(*columns.values(), strict=True):
        yield dict(zip(columns, values, strict=True))


def starts_of(run: Run) -> str:
    """Say from what the times of all arms count."""
    origins = {run.origin(arm) for arm in range(len(run.arms))}
    return origins.pop() if len(origins) == 1 else "each arm's day 0"


def survival_of(run: Run, event: str) -> SurvivalRows:
    """Give the median trial's times to an event in months, arms as groups, of the patients whose curve is drawn."""
    patients = run.tables["patients"]
    column = {"infused": "treated", "responders": "responder"}.get(drawn_set(run.study, event))
    keep = np.ones(len(patients["arm"]), bool) if column is None else np.asarray(patients[column], bool)
    if not keep.any():
        return survival_rows([0.0], [False], group=[run.arms[0]])
    names = np.array(run.arms)[patients["arm"][keep]]
    return survival_rows(months(patients[f"{event}_days"][keep]), patients[f"{event}_event"][keep], group=names)


def _there(folder: Path, name: str) -> bool:
    return (folder / "tables" / f"{name}.parquet").is_file()
